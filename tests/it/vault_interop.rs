//! The reference `age` opens what we write, we open what it writes; and age plugins, with one of our own.

use super::vault::{add, connection, names, private, secret, ssh_key, with, with_passphrase, x25519};
use crate::tools::{self, Age};
use cloudivize::vault::{self, Contents, Identities, Protection, Recipient, Shape, Unlock, VaultError, to_toml};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs a program and expects it to succeed.
fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a line of shell on a terminal of its own (util-linux `script`) and types `lines` into it;
/// `age` asks for passphrases on a terminal only.
fn typed(folder: &Path, line: &str, lines: &[&str]) -> Output {
    let mut child = Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("script (of util-linux) runs");
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        writeln!(stdin, "{line}").unwrap();
    }
    // The terminal stays open until age has read what it needs.
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    output
}

fn quoted(path: &Path) -> String {
    shlex::try_quote(path.to_str().unwrap()).unwrap().into_owned()
}

#[test]
fn age_opens_our_vaults_for_recipients() {
    let Some(Age { age, .. }) = tools::age() else { return };
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (ssh, for_ssh) = ssh_key(home.path(), "ed25519");
    let (rsa, for_rsa) = ssh_key(home.path(), "rsa");
    let path = home.path().join("vault.age");
    let mut ours =
        vault::init(&path, Protection::Recipients(vec![for_alice, for_ssh, for_rsa]), &with(&[&alice])).unwrap();
    add(&mut ours, connection("prod")).unwrap();
    for key in [alice, ssh, rsa] {
        let text = run(Command::new(&age).arg("-d").arg("-i").arg(key).arg(&path));
        assert_eq!(text, to_toml(ours.contents()).unwrap());
    }
}

#[test]
fn age_and_we_open_each_others_passphrase_files() {
    let Some(Age { age, .. }) = tools::age() else { return };
    let home = tempfile::tempdir().unwrap();
    let h = home.path();
    let path = h.join("vault.age");
    let ours = vault::init(&path, Protection::Passphrase(secret("open sesame")), &with(&[])).unwrap();
    let age = quoted(&age);
    typed(h, &format!("{age} -d -o plain.toml vault.age"), &["open sesame"]);
    let text = std::fs::read_to_string(h.join("plain.toml")).unwrap();
    assert_eq!(text, to_toml(ours.contents()).unwrap());

    typed(h, &format!("{age} -p -a -o theirs.age plain.toml"), &["abracadabra", "abracadabra"]);
    let theirs = h.join("theirs.age");
    assert_eq!(vault::shape_of(&theirs).unwrap(), Some(Shape::Passphrase));
    let opened = vault::open(&theirs, &with_passphrase(&[], "abracadabra")).unwrap();
    assert_eq!(opened.contents(), ours.contents());
}

#[test]
fn we_open_what_age_encrypts_with_the_identities_of_age_keygen() {
    let Some(Age { age, keygen }) = tools::age() else { return };
    let home = tempfile::tempdir().unwrap();
    let h = home.path();
    run(Command::new(&keygen).arg("-o").arg(h.join("key.txt")));
    let recipient = run(Command::new(&keygen).arg("-y").arg(h.join("key.txt"))).trim().to_owned();
    let contents = Contents { connections: vec![connection("prod")], ..Contents::new(vec![recipient.clone()]) };
    let plain = private(h, "plain.toml", to_toml(&contents).unwrap().as_bytes());
    for armor in [&[][..], &["-a"]] {
        let path = h.join("theirs.age");
        run(Command::new(&age).args(armor).args(["-r", &recipient, "-o"]).arg(&path).arg(&plain));
        let mut opened = vault::open(&path, &with(&[&h.join("key.txt")])).unwrap();
        assert_eq!(opened.contents(), &contents);
        add(&mut opened, connection("dev")).unwrap();
        run(Command::new(&age).arg("-d").arg("-i").arg(h.join("key.txt")).arg(&path));
        std::fs::remove_file(&path).unwrap();
    }

    // A protected identity file, plain and armored, as `age-keygen | age -p` makes it.
    let path = h.join("vault.age");
    vault::init(
        &path,
        Protection::Recipients(vec![Recipient::parse(&recipient).unwrap()]),
        &with(&[&h.join("key.txt")]),
    )
    .unwrap();
    for armor in ["", "-a "] {
        let name = h.join("identity.age");
        typed(h, &format!("{} -p {armor}-o identity.age key.txt", quoted(&age)), &["open sesame", "open sesame"]);
        super::vault::chmod(&name, 0o600);
        assert!(vault::open(&path, &with_passphrase(&[&name], "open sesame")).is_ok());
        std::fs::remove_file(&name).unwrap();
    }
    // The default place is found; a missing one is no error.
    let identities = Identities::gather(&[], None, &[h.join("not-there")], h);
    std::fs::rename(h.join("key.txt"), h.join("identity.txt")).unwrap();
    assert!(vault::open(&path, &Unlock::new(identities, vault::Nobody)).is_ok());
}

/// Our plugin, built by `cargo test` among the examples.
pub fn plugin() -> PathBuf {
    let examples = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    let plugin = examples.join("age-plugin-cztest");
    assert!(
        plugin.exists(),
        "{} is missing: run cargo test without --test, or cargo build --examples",
        plugin.display()
    );
    plugin
}

/// A new identity file of our plugin and its recipient.
pub fn plugin_identity(folder: &Path, behaviour: Option<&str>) -> (PathBuf, String) {
    let text = run(Command::new(plugin()).args(behaviour));
    let recipient = text.lines().find_map(|l| l.strip_prefix("# recipient: ")).unwrap().to_owned();
    (private(folder, behaviour.unwrap_or("plain"), text.as_bytes()), recipient)
}

/// Plugins are looked for on PATH, which a process cannot change for its threads: so this test
/// runs itself again with the plugin's folder on it.
#[test]
fn plugins_encrypt_and_decrypt() {
    let home = tempfile::tempdir().unwrap();
    let mut path = vec![plugin().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "vault_interop::with_the_plugin_on_path", "--nocapture"])
        .env("CLOUDIVIZE_TEST_FOLDER", home.path())
        .env("PATH", std::env::join_paths(path).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn a_missing_plugin_is_named() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (identity, recipient) = plugin_identity(home.path(), None);
    let path = home.path().join("vault.age");
    let both = Protection::Recipients(vec![for_alice.clone(), Recipient::parse(&recipient).unwrap()]);
    let e = vault::init(&path, both, &with(&[&alice])).unwrap_err();
    assert!(matches!(&e, VaultError::PluginMissing(name) if name == "age-plugin-cztest"), "{e}");
    assert!(e.to_string().contains("age-plugin-cztest is not on PATH"), "{e}");
    assert!(!path.exists());
    vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let e = vault::open(&path, &with(&[&identity])).unwrap_err();
    assert!(e.to_string().contains("needs the program age-plugin-cztest, which is not on PATH"), "{e}");
    assert!(vault::open(&path, &with(&[&identity, &alice])).is_ok(), "another identity still opens it");
}

/// Answers a plugin's question for its PIN and notes what it showed.
struct Pin(&'static str, std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl vault::Ask for Pin {
    fn passphrase(
        &self,
        of: &vault::Locked,
    ) -> Result<Option<cloudivize::domain::Secret>, vault::passphrase::PassphraseError> {
        assert_eq!(of, &vault::Locked::Plugin("PIN of the test key".to_owned()));
        Ok(Some(secret(self.0)))
    }

    fn message(&self, text: &str) {
        self.1.lock().unwrap().push(text.to_owned());
    }
}

#[test]
fn with_the_plugin_on_path() {
    let Some(folder) = std::env::var_os("CLOUDIVIZE_TEST_FOLDER") else { return };
    let h = Path::new(&folder);
    let (alice, for_alice) = x25519(h, "alice");
    let (plain, for_plain) = plugin_identity(h, None);
    let (pin, for_pin) = plugin_identity(h, Some("pin"));
    let (broken, for_broken) = plugin_identity(h, Some("broken"));
    let path = h.join("vault.age");
    let mut recipients = vec![for_alice];
    recipients.extend([for_plain, for_pin, for_broken].iter().map(|r| Recipient::parse(r).unwrap()));
    let mut made = vault::init(&path, Protection::Recipients(recipients), &with(&[&plain])).unwrap();
    assert_eq!(made.opened_with(), Some(plain.as_path()));
    add(&mut made, connection("prod")).unwrap();
    assert_eq!(names(vault::open(&path, &with(&[&alice])).unwrap().contents()), ["prod"]);

    // Somebody else saves; the plugin is asked again to follow.
    let mut other = vault::open(&path, &with(&[&alice])).unwrap();
    add(&mut other, connection("dev")).unwrap();
    assert_eq!(add(&mut made, connection("test")).unwrap(), vault::Saved::Merged);

    let said = std::sync::Arc::default();
    let asked = |pin_text, said: &std::sync::Arc<_>| Unlock {
        identities: Identities { named: vec![pin.clone()], usual: Vec::new() },
        ask: std::sync::Arc::new(Pin(pin_text, std::sync::Arc::clone(said))),
    };
    assert!(vault::open(&path, &asked("1234", &said)).is_ok());
    assert_eq!(*said.lock().unwrap(), ["touch the test key"]);
    let e = vault::open(&path, &asked("0000", &said)).unwrap_err();
    assert!(e.to_string().contains("its plugin failed: ") && e.to_string().contains("the PIN is wrong"), "{e}");
    let e = vault::open(&path, &with(&[&broken])).unwrap_err();
    assert!(e.to_string().contains("the device does not answer"), "{e}");
    assert!(vault::open(&path, &with(&[&broken, &plain])).is_ok(), "the next identity is tried");

    if let Some(Age { age, .. }) = tools::age() {
        let text = run(Command::new(age).arg("-d").arg("-i").arg(&plain).arg(&path));
        assert_eq!(text, to_toml(made.contents()).unwrap());
    }
}
