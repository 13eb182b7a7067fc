//! The drivers themselves, tried on a shell.

use std::process::Command;
use std::time::Duration;

use super::{Pty, Tmux};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("GREETING", "it's here");
    command
}

#[test]
fn tmux_shows_types_resizes_and_tells_the_exit_status() {
    let script = r#"printf '%s\n' "$GREETING"; read -r line; stty size; echo "got: $line"; read -r _; exit 7"#;
    let Some(mut screen) = Tmux::start((60, 10), &shell(script)) else { return };
    screen.wait_until("the variable is printed", |text| text.starts_with("it's here\n"));
    screen.resize((50, 12)).text("$HOME -x; *").keys(&["Enter"]);
    let text = screen.wait_until("the line is echoed", |text| text.contains("got: "));
    assert!(text.contains("12 50"), "{text}");
    assert!(text.contains("got: $HOME -x; *"), "{text}");
    assert!(!screen.alternate());
    screen.keys(&["Enter"]);
    assert_eq!(screen.wait_for_end(), Some(7));
}

#[test]
fn tmux_takes_osc_52_and_gives_pastes_in_brackets() {
    let script = r"stty -echo -icanon; printf '\033]52;c;aGVsbG8=\a\033[?2004h\033[?1049hready'; head -c 14 | tr '\033' E; sleep 60";
    let Some(screen) = Tmux::start((60, 10), &shell(script)) else { return };
    screen.wait_until("the program is ready", |text| text.contains("ready"));
    assert!(screen.alternate());
    assert_eq!(screen.clipboard().as_deref(), Some("hello"));
    screen.paste("ab");
    screen.wait_until("the brackets arrive", |text| text.contains("readyE[200~abE[201~"));
}

#[test]
fn a_pty_tells_colours_clipboard_title_and_bytes() {
    let script =
        r"printf '\033[31mred\033[0m\033]52;c;aGVsbG8=\a\033]2;title\a\a'; tty >/dev/null && stty size; exit 3";
    let mut pty = Pty::start((40, 5), &shell(script));
    let status = pty.wait_for_end();
    assert_eq!(status.code(), Some(3));
    assert_eq!(pty.screen(), "red5 40");
    let colours = pty.look(|screen| [0, 3].map(|column| screen.cell(0, column).unwrap().fgcolor()));
    assert_eq!(colours, [vt100::Color::Idx(1), vt100::Color::Default]);
    assert_eq!(pty.clipboard(), ["hello"]);
    assert_eq!((pty.title(), pty.bells()), ("title".to_owned(), 1));
    assert!(pty.bytes().starts_with(b"\x1b[31mred\x1b[0m"));
    assert_eq!(pty.written(), pty.bytes().len());
}

/// The terminal is the program's own: Ctrl-C is a signal to it, a change of size too.
#[test]
fn a_pty_is_the_controlling_terminal() {
    let script =
        r"trap 'echo interrupted' INT; trap 'stty size' WINCH; echo ready; while :; do read -r line && exit; done";
    let mut pty = Pty::start((40, 5), &shell(script));
    pty.wait_until("the traps are set", |screen| screen.contents().contains("ready"));
    assert!(pty.is_cooked());
    pty.send("\x03").wait_until("the interrupt arrives", |screen| screen.contents().contains("interrupted"));
    pty.resize((44, 6)).send("\r");
    assert!(pty.wait_for_end().success());
    assert!(pty.screen().contains("6 44"), "{}", pty.screen());
}

#[test]
fn a_pty_answers_the_question_for_the_cursor() {
    let script = r"stty -echo -icanon; printf 'abc\033[6n'; head -c 6 | tr '\033' E";
    let mut pty = Pty::start((40, 5), &shell(script));
    assert!(pty.wait_for_end().success());
    assert_eq!(pty.screen(), "abcE[1;4R");
}

#[test]
#[should_panic(expected = "until the moon is blue\nthe screen")]
fn a_failed_wait_tells_what_was_on_the_screen() {
    super::wait_at_most(Duration::ZERO, "the moon is blue", || None::<()>, || "the screen".to_owned());
}
