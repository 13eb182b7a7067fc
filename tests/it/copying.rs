//! Copies: what a terminal's clipboard, tmux's buffers, the scrollback and files get.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::program::Machine;
use crate::screen::{Pty, Tmux};
use crate::tools;

const SIZE: (u16, u16) = (120, 36);
const TINY: (u16, u16) = (40, 10);
/// Asked of nobody.
const NOWHERE: &str = "http://127.0.0.1:9";

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// The demo, as if over SSH.
fn demo(machine: &Machine) -> Command {
    let mut program = machine.command(&["--demo"]);
    program.env("SSH_TTY", "/dev/pts/0").env_remove("STY").env_remove("NO_COLOR").env("LANG", "C.UTF-8");
    program.current_dir(machine.home.path());
    program
}

/// The demo with everything tested and the cursor on a connection that lacks a permission.
fn tested(machine: &Machine, size: (u16, u16)) -> Pty {
    let pty = Pty::start(size, &demo(machine));
    pty.wait_until("the panes", sees("8 connections"));
    // Where all is over the footer offers a policy for this one.
    pty.send("T/audit\r").wait_until("the verdicts", |screen| {
        let text = screen.contents();
        text.contains("1 denied") && !text.contains("/8") && !text.contains("of 8 shown")
    });
    pty
}

/// The screen without the blanks at the ends of its lines, which may be written or not.
fn trimmed(pty: &Pty) -> Vec<String> {
    pty.screen().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn the_plain_text_is_exact_in_the_scrollback_and_the_way_back_leads_to_the_same_place() {
    for size in [SIZE, TINY] {
        let machine = Machine::bare(NOWHERE);
        let mut pty = tested(&machine, size);
        pty.send("p").wait_until("the policy", sees("\"Version\""));
        // The minified form is one line, longer than the screen is wide.
        pty.send("\t").wait_until("the minified form", sees("{\"Version\":"));
        pty.send("y");
        pty.wait_until("where it went", sees("sent to your terminal's clipboard"));
        let copied = pty.clipboard().pop().expect("a copy");
        assert!(copied.trim_end().len() > 100 && !copied.trim_end().contains('\n'), "{copied}");
        pty.send("j").wait_until_at_rest();
        let before = trimmed(&pty);
        pty.send("v");
        pty.wait_until("the shell's screen", |screen| {
            !screen.alternate_screen() && screen.contents().contains("any key")
        });
        pty.look(|screen| assert!(!screen.hide_cursor()));
        assert!(pty.scrollback().lines().any(|line| line == copied.trim_end()), "{}", pty.scrollback());
        pty.send("q").wait_until("the policy again", vt100::Screen::alternate_screen);
        pty.wait_until_at_rest();
        assert_eq!(trimmed(&pty), before, "as it was");
        pty.send("qq");
        assert_eq!(pty.wait_for_end().code(), Some(0), "q closed the viewer, then the program");
        let left = pty.scrollback();
        assert!(left.lines().any(|line| line == copied.trim_end()), "it stays:\n{left}");
        assert!(!left.contains("any key"), "and nothing else does:\n{left}");
    }
}

#[test]
fn a_resize_and_a_signal_while_the_text_is_shown_are_dealt_with() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = tested(&machine, SIZE);
    pty.send("pv").wait_until("the text", sees("any key"));
    pty.resize((80, 24)).send("x");
    pty.wait_until("the policy in the new size", |screen| {
        screen.alternate_screen() && screen.contents().lines().all(|l| l.chars().count() <= 80)
    });
    pty.send("v").wait_until("the text", sees("any key"));
    let id = rustix::process::Pid::from_raw(pty.id().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(pty.wait_for_end().code(), Some(143));
    assert!(pty.is_cooked() && pty.screen().contains("\"Version\""), "the text is left where it was printed");
}

#[test]
fn facts_are_copied_by_two_keys_of_which_the_first_tells_the_second() {
    let machine = Machine::bare(NOWHERE);
    let pty = tested(&machine, (80, 24));
    pty.send("Y");
    let menu = pty.wait_until("what may follow", sees("Y …"));
    for offer in ["copy role ARN", "copy account id", "copy ExternalId", "report as JSON", "Esc leave"] {
        assert!(menu.contains(offer), "{offer}:\n{menu}");
    }
    pty.send("\x1b").wait_until("it is left", |screen| !screen.contents().contains("Y …"));
    let mut copies = 0;
    let mut copy = |keys: &str| {
        pty.send(keys);
        copies += 1;
        pty.wait_until_copied(copies)
    };
    let arn = copy("Yr");
    let account = copy("Ya");
    assert_eq!(arn, format!("arn:aws:iam::{account}:role/CloudivizeRole"));
    let secret = copy("Ye");
    assert!(copy("Yc").contains(&format!("--external-id {secret}")));
    let json: serde_json::Value = serde_json::from_str(&copy("Yj")).expect("JSON");
    assert_eq!(json["connections"][0]["account"], account);
    assert!(copy("Yt").contains("cur:DescribeReportDefinitions"));
    assert!(!pty.screen().contains(&secret), "the ExternalId is not shown unasked");
    pty.send("v").wait_until("the last copy", sees("any key"));
    pty.send(" 2yy");
    assert!(copy("").contains('-'), "a region's code");
}

#[test]
fn a_file_is_the_owners_alone_never_over_another_and_told_again_at_the_end() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = tested(&machine, SIZE);
    pty.send("pW").wait_until("the first", sees("cloudivize-audit-missing.json"));
    pty.send("W").wait_until("the second", sees("cloudivize-audit-missing-2.json"));
    let path = machine.home.path().join("cloudivize-audit-missing.json");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(written["Statement"][0]["Action"], "cur:DescribeReportDefinitions");
    pty.send("qq");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    let text = pty.screen().replace('\n', "");
    assert!(text.contains("missing.json") && text.contains("missing-2.json") && text.contains("scp "), "{text}");
}

#[test]
fn doctor_names_the_way_and_sends_a_text_to_compare() {
    let machine = Machine::bare(NOWHERE);
    let mut program = machine.command(&["doctor"]);
    program.env("SSH_TTY", "/dev/pts/0").env_remove("STY").env("LANG", "C.UTF-8");
    let mut pty = Pty::start((160, 60), &program);
    assert_eq!(pty.wait_for_end().code(), Some(0));
    let text = pty.screen();
    let sent = pty.clipboard().pop().expect("a copy");
    assert!(sent.starts_with("cloudivize-test-") && text.contains(&sent), "{sent}\n{text}");
    assert!(text.contains("OSC 52, if the terminal takes it") && text.contains("over SSH they would reach"), "{text}");
}

#[test]
fn doctor_sends_nothing_into_a_file() {
    let run = Machine::bare(NOWHERE).run(&["doctor"]).exits(0);
    assert!(!run.stdout.contains('\x1b') && run.stdout.contains("not sent"), "{}", run.stdout);
}

#[test]
fn the_plain_text_is_exact_in_tmux() {
    let machine = Machine::bare(NOWHERE);
    let Some(tmux) = Tmux::start((80, 24), &demo(&machine)) else { return };
    tmux.wait_until("the panes", |text| text.contains("8 connections"));
    tmux.text("T/audit\r").wait_until("the verdicts", |text| text.contains("1 denied") && !text.contains("/8"));
    tmux.text("p").wait_until("the policy", |text| text.contains("\"Version\""));
    tmux.keys(&["Tab"]).wait_until("the minified form", |text| text.contains("{\"Version\":"));
    tmux.text("y").wait_until("where it went", |text| text.contains("in tmux's buffer and sent on"));
    let copied = tmux.clipboard().expect("tmux has it");
    tmux.text("v").wait_until("the text", |text| text.contains("any key"));
    assert!(!tmux.alternate());
    assert!(tmux.history().lines().any(|line| line == copied.trim_end()), "{}", tmux.history());
    tmux.text("x").wait_until("the policy again", |text| text.contains("╭─"));
    assert!(tmux.alternate());
    tmux.text("qq");
    assert_eq!(tmux.wait_for_end(), Some(0));
}

#[test]
fn from_a_tmux_in_a_tmux_the_copy_reaches_the_outer_one_and_its_setting_is_named() {
    let machine = Machine::bare(NOWHERE);
    let Some(program) = tools::tmux() else { return };
    let inner = machine.home.path().join("inner");
    let demo = demo(&machine);
    let mut command = crate::screen::wrapped_in(
        &program,
        &["-u", "-S", inner.to_str().unwrap(), "-f", "/dev/null", "new-session"],
        &demo,
    );
    // Otherwise it refuses to run inside another one.
    command.env_remove("TMUX");
    let mut outer = Command::new("env");
    outer.args(["-u", "TMUX"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer.current_dir(machine.home.path());
    let Some(tmux) = Tmux::start(SIZE, &outer) else { return };
    tmux.wait_until("the panes", |text| text.contains("8 connections"));
    tmux.text("T/audit\r").wait_until("the verdicts", |text| text.contains("1 denied") && !text.contains("/8"));
    tmux.text("y");
    tmux.wait_until("what the outer one needs", |text| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("The outer tmux takes it only with: set -s set-clipboard on")
    });
    let copied = tmux.wait_until_copied();
    assert!(copied.contains("cur:DescribeReportDefinitions"), "{copied}");
    tmux.text("q");
    assert_eq!(tmux.wait_for_end(), Some(0));
}

#[test]
fn a_tmux_that_is_too_old_to_hand_a_copy_on_still_gets_it_and_that_is_said() {
    let machine = Machine::bare(NOWHERE);
    // As tmux before 3.2 answers to an option it does not know.
    machine
        .home
        .write("bin/tmux", "#!/bin/sh\ncase \"$*\" in 'load-buffer -') cat > \"$HOME/buffer\";; *) exit 1;; esac\n");
    let folder = machine.home.path().join("bin");
    std::fs::set_permissions(folder.join("tmux"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    // The harness takes TMUX away, since a test may itself run in one.
    let mut program = Command::new("env");
    let demo = demo(&machine);
    program.arg("TMUX=/tmp/nowhere,1,0").arg(format!("PATH={path}")).arg(demo.get_program()).args(demo.get_args());
    for (name, value) in demo.get_envs() {
        match value {
            Some(value) => program.env(name, value),
            None => program.env_remove(name),
        };
    }
    let pty = Pty::start(SIZE, &program);
    pty.wait_until("the panes", sees("8 connections"));
    pty.send("/audit\rYr").wait_until("what is missing", |screen| {
        let text = screen.contents();
        text.contains("in tmux's buffer: the role ARN of audit") && text.contains("older than 3.2")
    });
    let buffer = std::fs::read_to_string(machine.home.path().join("buffer")).unwrap();
    assert_eq!(buffer, "arn:aws:iam::444455556666:role/CloudivizeRole");
    assert_eq!(pty.wait_until_copied(1), buffer, "and the terminal gets it too, if that tmux lets it through");
}
