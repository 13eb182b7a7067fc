//! Keys and themes of a person's own on a real terminal, in `doctor` and in the commands.

use std::process::Command;

use crate::program::{Machine, Run};
use crate::screen::Pty;

const SIZE: (u16, u16) = (120, 36);
/// Asked of nobody: nothing is tested there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A machine with these preferences and theme files.
fn machine(config: &str, themes: &[(&str, &str)]) -> Machine {
    let machine = Machine::bare(NOWHERE);
    let folder = machine.home.path().join(".config/cloudivize");
    std::fs::create_dir_all(folder.join("themes")).unwrap();
    std::fs::write(folder.join("config.toml"), config).unwrap();
    for (name, text) in themes {
        std::fs::write(folder.join("themes").join(format!("{name}.toml")), text).unwrap();
    }
    machine
}

/// The demo on a terminal of 24 bits.
fn demo(machine: &Machine, arguments: &[&str]) -> Command {
    let mut program = machine.command(&[&["--demo"], arguments].concat());
    program.env("LANG", "C.UTF-8").env("TERM", "xterm-256color").env("COLORTERM", "truecolor").env_remove("NO_COLOR");
    program
}

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// Whether anything of a kind was ever written in colour: `38;2;` or `38;5;` and the short forms.
fn coloured(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m')).any(|(codes, _)| {
        codes.split(';').any(|c| matches!(c.parse::<u8>(), Ok(30..=38 | 40..=48 | 90..=97 | 100..=107)))
    })
}

#[test]
fn keys_move_and_what_is_wrong_is_told_where_one_looks() {
    let config = "theme = \"night\"\n[keys]\n\"^t\" = \"test-all\"\nT = \"none\"\n\"ctrl-i\" = \"test\"\n";
    let machine = machine(config, &[("night", "[roles]\ndenied = \"redd\"\n")]);
    let mut pty = Pty::start(SIZE, &demo(&machine, &[]));
    pty.wait_until("the faults", |screen| {
        let text = screen.contents();
        // The footer is drawn last: with it the frame is whole.
        text.contains("3 of your settings could not be used; ! lists them") && text.contains("^t test all")
    });
    let footer = pty.screen();
    assert!(footer.contains("8 connections") && !footer.contains("T test all"), "{footer}");
    pty.send("!");
    pty.wait_until("the error log", |screen| {
        let text = screen.contents();
        ["night.toml, line 2", "did you mean red", "config.toml, line 1", "config.toml, line 5", "did you mean tab"]
            .iter()
            .all(|said| text.contains(said))
    });
    pty.send("q");
    pty.wait_until("the panes", sees("^t test all"));
    pty.send("\x14");
    pty.wait_until("the tests", sees("DENIED"));
    pty.send("\x03\x03");
    assert_eq!(pty.wait_for_end().code(), Some(0));

    let said = |run: Run| run.exits(0).all();
    let doctor = said(machine.run(&["doctor"]));
    assert!(doctor.contains("night.toml, line 2") && doctor.contains("config.toml, line 5"), "{doctor}");
    let list = machine.run(&["connection", "list", "--demo"]).exits(0);
    assert_eq!(list.stderr.matches("warning: ").count(), 3, "{}", list.stderr);
}

#[test]
fn a_theme_of_ones_own_is_drawn_as_deep_as_the_terminal_goes() {
    let machine =
        machine("theme = \"night\"", &[("night", "inherits = \"dark\"\n[roles]\nkey = [\"#123456\", \"blue\"]\n")]);
    let said = machine.run(&["connection", "list", "--demo"]).exits(0).stderr;
    assert!(said.contains("line 3, key of [roles]: is an array"), "{said}");
    let own = "inherits = \"dark\"\n[roles]\nkey = { fg = [\"#123456\", \"blue\"] }\n";
    let file = machine.home.path().join(".config/cloudivize/themes/night.toml");
    std::fs::write(file, own).unwrap();
    for (colorterm, term, codes) in
        [("truecolor", "xterm-256color", "38;2;18;52;86"), ("", "xterm-256color", "38;5;23"), ("", "xterm", "34")]
    {
        let mut program = demo(&machine, &[]);
        program.env("COLORTERM", colorterm).env("TERM", term);
        let mut pty = Pty::start(SIZE, &program);
        pty.wait_until("the footer", sees("? help"));
        pty.send("q");
        pty.wait_for_end();
        let bytes = pty.bytes();
        let text = String::from_utf8_lossy(&bytes);
        let sequences = text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m')).map(|(codes, _)| codes);
        let found = sequences
            .filter(|s| *s == codes || s.ends_with(&format!(";{codes}")) || s.starts_with(&format!("{codes};")));
        assert!(found.count() > 0, "{codes} at {term} {colorterm}: {text:?}");
    }
}

#[test]
fn without_colours_there_are_none_and_ascii_is_ascii() {
    let machine = machine("theme = \"dark\"", &[]);
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut program = demo(&machine, arguments);
        program.envs(variables.iter().copied());
        let mut pty = Pty::start(SIZE, &program);
        pty.wait_until("the footer", sees("? help"));
        pty.send("T");
        pty.wait_until("a refusal", sees("DENIED"));
        pty.send("?");
        pty.wait_until("help", sees("Connections"));
        pty.send("q").send("q").send("q");
        pty.wait_for_end();
        let bytes = pty.bytes();
        (coloured(&bytes), bytes.is_ascii())
    };
    assert_eq!(run(&[], &[]), (true, false));
    assert_eq!(run(&["--no-color"], &[]), (false, false));
    assert_eq!(run(&[], &[("NO_COLOR", "1")]), (false, false));
    assert_eq!(run(&["--ascii"], &[("NO_COLOR", "")]), (true, true));
    assert_eq!(run(&[], &[("TERM", "dumb")]), (false, true));
    assert_eq!(run(&[], &[("LC_ALL", "C")]), (true, true));
}
