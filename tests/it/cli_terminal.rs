//! Commands on a terminal: passphrases without echo, questions, and what a process leaves for others.

use std::path::Path;
use std::process::Command;

use crate::program::Machine;
use crate::screen::Pty;

const NOWHERE: &str = "http://127.0.0.1:9";
const SIZE: (u16, u16) = (100, 20);

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// The command on a terminal. Its standard streams are the terminal's.
fn on_terminal(machine: &Machine, arguments: &[&str]) -> Pty {
    Pty::start(SIZE, &machine.command(arguments))
}

#[test]
fn a_passphrase_is_asked_twice_and_never_shown() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = on_terminal(&machine, &["init"]);
    pty.wait_until("the question", sees("New passphrase"));
    pty.send("open sesame\r");
    pty.wait_until("the second question", sees("The same again"));
    pty.send("open sesame\r");
    assert!(pty.wait_for_end().success(), "{}", pty.screen());
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("sesame"));

    let mut pty = on_terminal(&machine, &["connection", "list"]);
    pty.wait_until("the question", sees("Passphrase of the vault"));
    pty.send("close sesame\r");
    pty.wait_until("what was wrong, and another try", |screen| {
        let text = screen.contents();
        text.contains("does not open") && text.matches("Passphrase of the vault").count() == 2
    });
    pty.send("open sesame\r");
    assert!(pty.wait_for_end().success(), "{}", pty.screen());
}

#[test]
fn two_different_passphrases_make_no_vault() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = on_terminal(&machine, &["init"]);
    pty.wait_until("the question", sees("New passphrase"));
    pty.send("one\r");
    pty.wait_until("the second question", sees("The same again"));
    pty.send("two\r");
    assert_eq!(pty.wait_for_end().code(), Some(2));
    assert!(pty.screen().contains("differ"), "{}", pty.screen());
    assert!(!machine.home.path().join(".config/cloudivize/vault.age").exists());
}

#[test]
fn ctrl_c_at_a_passphrase_restores_the_terminal() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = on_terminal(&machine, &["init"]);
    pty.wait_until("the question", sees("New passphrase"));
    pty.send("half\x03");
    assert_eq!(pty.wait_for_end().code(), Some(130));
    assert!(pty.is_cooked());
    assert!(pty.screen().contains("nothing was changed"), "{}", pty.screen());
}

#[test]
fn removing_asks_first() {
    let machine = Machine::new(NOWHERE);
    let arn = "arn:aws:iam::111122223333:role/R";
    machine.run(&["connection", "add", "prod", "--role-arn", arn, "--no-external-id"]).exits(0);
    for (answer, left) in [("n\r", 2), ("y\r", 0)] {
        let mut pty = on_terminal(&machine, &["connection", "remove", "prod"]);
        pty.wait_until("the question", sees("Remove prod"));
        pty.send(answer);
        assert!(pty.wait_for_end().success(), "{}", pty.screen());
        assert_eq!(machine.run(&["connection", "list"]).exits(0).stdout.lines().count(), left);
    }
}

#[test]
fn a_child_inherits_no_passphrase_and_the_process_is_closed_to_others() {
    let machine = Machine::bare(NOWHERE);
    // The passphrase program writes down what it inherited, and what it can see of its parent.
    let script = machine.home.path().join("pass");
    machine.home.write(
        "pass",
        "#!/bin/sh\nenv > \"$HOME/inherited\"\ngrep -E '^Max core' /proc/$PPID/limits > \"$HOME/limits\"\n\
         stat -c %u /proc/$PPID/environ > \"$HOME/owner\"\necho the-passphrase\n",
    );
    chmod(&script, 0o700);
    let run = machine
        .command(&["init"])
        .env("CLOUDIVIZE_PASSPHRASE_COMMAND", script.to_str().unwrap())
        .env("CLOUDIVIZE_KEPT", "kept")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let read = |name: &str| std::fs::read_to_string(machine.home.path().join(name)).unwrap();
    let inherited = read("inherited");
    assert!(inherited.contains("CLOUDIVIZE_KEPT=kept") && !inherited.contains("CLOUDIVIZE_PASSPHRASE"), "{inherited}");
    if cfg!(target_os = "linux") {
        let limits = read("limits");
        assert_eq!(limits.split_whitespace().nth(4), Some("0"), "{limits}");
        // The files of a process that is not dumpable belong to root.
        assert_eq!(read("owner").trim(), "0");
    }
}

fn chmod(path: &Path, mode: u32) {
    assert!(Command::new("chmod").arg(format!("{mode:o}")).arg(path).status().unwrap().success());
}
