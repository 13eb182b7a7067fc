//! Tests of the passphrase sources.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn command(words: &str) -> Result<Option<Secret>, PassphraseError> {
    PassphraseVars { command: Some(words.to_owned()), ..PassphraseVars::default() }.read()
}

fn file(content: &str, mode: u32) -> Result<Option<Secret>, PassphraseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pass phrase");
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    PassphraseVars { file: Some(path), ..PassphraseVars::default() }.read()
}

fn text(got: Result<Option<Secret>, PassphraseError>) -> String {
    got.unwrap().unwrap().expose().to_owned()
}

#[test]
fn nothing_set_is_no_error() {
    assert!(PassphraseVars::default().read().unwrap().is_none());
    assert!(!PassphraseVars::default().any());
}

#[test]
fn a_command_is_split_into_words_and_meets_no_shell() {
    assert_eq!(text(command("printf '%s\\n' 'two words $HOME'")), "two words $HOME");
    let e = command("echo 'open").unwrap_err();
    assert!(e.to_string().contains("open quote"), "{e}");
    let e = command("false | true").unwrap_err();
    assert!(matches!(e, PassphraseError::Failed { .. }), "a pipe is only a word: {e}");
}

#[test]
fn a_command_that_fails_says_what_it_said() {
    let e = command("cat /nonexistent/passphrase").unwrap_err();
    assert!(e.to_string().contains("exit status: 1"), "{e}");
    assert!(e.to_string().contains("/nonexistent/passphrase"), "{e}");
    let e = command("no-such-program-here now").unwrap_err();
    assert!(e.to_string().contains("no-such-program-here cannot be started"), "{e}");
}

#[test]
fn a_file_is_one_private_line() {
    assert_eq!(text(file("correct horse\n", 0o600)), "correct horse");
    assert_eq!(text(file("correct horse\r\n", 0o400)), "correct horse");
    assert_eq!(text(file(" blanks stay ", 0o600)), " blanks stay ");
    let e = file("x", 0o640).unwrap_err();
    assert!(e.to_string().contains("(mode 640). Protect it: chmod 600"), "{e}");
    assert!(file("a\nb\n", 0o600).unwrap_err().to_string().contains("more than one line"));
    assert!(file("\n", 0o600).unwrap_err().to_string().contains("gave nothing"));
}

#[test]
fn two_sources_are_a_usage_error_before_anything_is_read() {
    let both = PassphraseVars {
        command: Some("no-such-program".to_owned()),
        value: Some(Secret::new("x".to_owned())),
        file: None,
    };
    let e = both.read().unwrap_err();
    assert_eq!(e.to_string(), "CLOUDIVIZE_PASSPHRASE_COMMAND and CLOUDIVIZE_PASSPHRASE are both set; set one of them");
}

#[test]
fn debug_hides_the_value() {
    let vars = PassphraseVars {
        command: Some("echo hunter2".to_owned()),
        value: Some(Secret::new("hunter2".to_owned())),
        file: None,
    };
    assert!(!format!("{vars:?}").contains("hunter2"));
}
