//! Manners at a terminal: it is given back whatever happens, keys work whatever the line does, and nothing but
//! keys is taken for one.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::Machine;
use crate::screen::Pty;

const SIZE: (u16, u16) = (120, 36);
/// Asked of nobody.
const NOWHERE: &str = "http://127.0.0.1:9";
/// How long something may take that is to happen at once, on a machine busy with other tests.
const SOON: Duration = Duration::from_secs(10);

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

fn helps(screen: &vt100::Screen) -> bool {
    screen.contents().contains("╭─ Keys ─")
}

fn demo(machine: &Machine) -> Command {
    let mut program = machine.command(&["--demo"]);
    program.env("SSH_TTY", "/dev/pts/0").env_remove("STY").env_remove("NO_COLOR").env("LANG", "C.UTF-8");
    program
}

/// The demo on a terminal, outside of tmux and as if over SSH.
fn started() -> Pty {
    let pty = Pty::start(SIZE, &demo(&Machine::bare(NOWHERE)));
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty
}

/// A shell with job control, in which `program` was typed.
fn in_a_shell(program: &Command) -> Pty {
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-i"]);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => bash.env(name, value),
            None => bash.env_remove(name),
        };
    }
    bash.env("PS1", "shell> ");
    let pty = Pty::start(SIZE, &bash);
    pty.wait_until("the prompt", sees("shell>"));
    let words = std::iter::once(program.get_program()).chain(program.get_args()).map(|w| w.to_string_lossy());
    pty.send(words.collect::<Vec<_>>().join(" ") + "\n");
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty
}

fn signal(id: u32, signal: Signal) {
    kill_process(Pid::from_raw(id.cast_signed()).unwrap(), signal).unwrap();
}

/// The process that a shell started.
fn child_of(id: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    children.split_whitespace().next().expect("a child").parse().unwrap()
}

#[track_caller]
fn is_restored(pty: &Pty) {
    assert!(pty.is_cooked(), "raw mode is off");
    pty.look(|screen| {
        assert!(!screen.alternate_screen(), "the shell's screen is back");
        assert!(!screen.hide_cursor(), "the cursor is seen");
        assert!(!screen.bracketed_paste(), "pastes are the shell's");
        assert_eq!((screen.fgcolor(), screen.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
        assert!(!screen.bold() && !screen.inverse() && !screen.underline());
    });
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    let signals = [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)];
    for (what, code) in signals {
        let mut pty = started();
        signal(pty.id(), what);
        assert_eq!(pty.wait_for_end().code(), Some(code), "{what:?}");
        is_restored(&pty);
    }
}

#[test]
fn ctrl_z_lends_the_terminal_to_the_shell_and_a_resize_meanwhile_is_noticed() {
    let mut pty = in_a_shell(&demo(&Machine::bare(NOWHERE)));
    pty.send("\x1a");
    pty.wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    pty.send("echo $((40 + 2)) keys\n");
    pty.wait_until("the shell has the keys", sees("42 keys"));
    pty.look(|screen| assert!(!screen.hide_cursor()));
    pty.resize((80, 24)).send("bg\n");
    // In the background it touches the terminal and is stopped by the system, until it may have it.
    pty.wait_until("it went on", sees("--demo &"));
    pty.send("fg\n");
    pty.wait_until("the folded panes", |screen| {
        screen.alternate_screen() && screen.contents().contains("▸ 1 Accounts")
    });
    pty.send("q");
    pty.wait_until("the prompt again", |screen| !screen.alternate_screen());
    pty.send("exit\n");
    pty.wait_for_end();
}

#[test]
fn a_stop_from_outside_is_one_like_ctrl_z() {
    let pty = in_a_shell(&demo(&Machine::bare(NOWHERE)));
    for what in [Signal::TSTP, Signal::STOP] {
        signal(child_of(pty.id()), what);
        pty.wait_until("the shell", sees("Stopped"));
        pty.send("clear; fg\n");
        pty.wait_until("the panes again", |screen| {
            screen.alternate_screen() && screen.contents().contains("Nothing was tested yet")
        });
        pty.send("?").wait_until("keys work", helps);
        pty.send("q").wait_until("the panes", sees("Nothing was tested yet"));
    }
}

#[test]
fn without_a_shell_that_could_continue_it_nothing_is_stopped() {
    let mut pty = started();
    pty.send("\x1a");
    pty.wait_until("the reason", sees("no shell stands above"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    is_restored(&pty);
}

#[test]
fn a_lost_connection_ends_it_soon() {
    let mut pty = started();
    pty.send("T");
    pty.wait_until("a test runs", sees("Esc stops"));
    let start = Instant::now();
    pty.hang_up();
    assert_eq!(pty.wait_for_end().code(), Some(129));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn an_external_id_outlives_whatever_ends_the_program() {
    let machine = Machine::new(NOWHERE);
    type End = fn(&mut Pty);
    let ends: [(&str, End); 3] = [
        ("111122221111", |pty| signal(pty.id(), Signal::TERM)),
        ("111122222222", Pty::hang_up),
        // A save that was just begun.
        ("111122223333", |pty| {
            pty.send("\x0f");
            pty.wait_until("the save", |s| !s.contents().contains("[ test it ]"));
            signal(pty.id(), Signal::TERM);
        }),
    ];
    for (account, end) in ends {
        let mut pty = Pty::start(SIZE, &machine.command(&[]));
        pty.wait_until("the panes", sees("1 Accounts"));
        pty.send("n")
            .wait_until("the form", |s| s.contents().contains("[new one]") && !s.contents().contains("is being made"));
        pty.send(account);
        let screen = pty.wait_until("the role", sees(&format!("arn:aws:iam::{account}:role/")));
        let id = screen.split_whitespace().find(|w| w.len() == 36 && w.matches('-').count() == 4);
        end(&mut pty);
        assert!(!pty.wait_for_exit().success());
        let shown = machine.run(&["connection", "show", account, "--reveal"]).exits(0).stdout;
        assert!(shown.contains(id.expect("an ExternalId")), "{account}: {shown}");
    }
}

#[test]
fn a_terminal_that_is_gone_ends_it_without_a_signal_too() {
    // The shell that leads the session gets the signal, and nobody passes it on.
    let machine = Machine::bare(NOWHERE);
    let program = demo(&machine);
    let status = machine.home.path().join("status");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!(
        "trap '' HUP; {} --demo; echo $? > {status}.new; mv {status}.new {status}",
        program.get_program().to_string_lossy(),
        status = status.display()
    ));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let mut pty = Pty::start(SIZE, &shell);
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.hang_up();
    pty.wait_for_end();
    assert_eq!(std::fs::read_to_string(status).unwrap().trim(), "129");
}

#[test]
fn pasted_text_runs_no_keys() {
    let mut pty = started();
    pty.send("\x1b[200~q\rT\r\x1b[A\x03q\x1b[201~");
    pty.wait_until("what pastes are for", sees("pasted text is never taken for keys"));
    assert!(!pty.screen().contains("Esc stops"), "nothing was started");
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn a_huge_paste_is_refused_and_leaves_no_trace() {
    let mut pty = started();
    pty.send("\x1b[200~a small one\x1b[201~").wait_until("a small paste", sees("never taken for keys"));
    let before = pty.memory();
    let start = Instant::now();
    pty.send("\x1b[200~").send(vec![b'q'; 1024 * 1024]).send("\x1b[201~");
    pty.wait_until("how much it was", sees("1024 KiB were pasted"));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let grown = pty.memory().saturating_sub(before);
    assert!(grown < 1024, "{grown} KiB");
    pty.send("?").wait_until("keys work", helps);
    pty.send("qq");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn what_a_terminal_answers_is_no_key_however_late() {
    let pty = started();
    let before = pty.wait_until_at_rest().written();
    for answer in [
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b[?62;22c",
        "\x1b[>41;354;0c",
        "\x1b[?2026;2$y",
        "\x1b[24;80R",
        "\x1bP1+r4d73=71715154\x1b\\",
        "\x1bP>|XTqerm(379)\x1b\\",
        "\x1b[I",
        "\x1b[O",
        "\x1b[MqTq",
        "\x1b[99;99z",
        "\x1b_Gi=1;q\x1b\\",
    ] {
        pty.send(answer);
    }
    // What came before is done when help is shown.
    pty.send("?").wait_until("help", helps);
    let help = pty.wait_until_at_rest().written() - before;
    // An Esc that was torn from its sequence closes help, and does no more.
    for rest in ["]11;rgb:1e1e/1e1e/2e2e\x07", "[?62;22c", "P1+r4d73=71715154\x1b\\"] {
        pty.send("\x1b").wait_until("help is closed", |screen| !helps(screen));
        pty.send(rest).send("?").wait_until("help again", helps);
    }
    pty.send("\x1b").wait_until("help is closed", |screen| !helps(screen));
    let again = pty.wait_until_at_rest().written();
    pty.send("?").wait_until("help again", helps);
    pty.wait_until_at_rest();
    assert_eq!(pty.written() - again, help, "the answers cost nothing");
}

#[test]
fn a_line_that_hangs_keeps_neither_the_keys_nor_the_end() {
    let mut pty = started();
    pty.stall(true);
    // Each asks for a whole screen: far more than a terminal holds that nobody reads.
    for _ in 0..400 {
        pty.send("\x0c");
    }
    let start = Instant::now();
    pty.send("q");
    assert_eq!(pty.wait_for_exit().code(), Some(0));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    pty.stall(false);
    pty.wait_for_end();
    is_restored(&pty);
}

#[test]
fn a_slow_line_gets_the_latest_state_and_no_queue_of_old_ones() {
    let mut pty = started();
    let frame = pty.written();
    pty.stall(true);
    for _ in 0..400 {
        pty.send("\x0c");
    }
    pty.send("\t?");
    let memory = pty.wait_until_at_rest().memory();
    pty.stall(false);
    pty.wait_until("the latest state", helps);
    let written = pty.written() - frame;
    // What the system holds between the two, and the last few frames.
    assert!(written < 40 * frame, "{written} bytes after a first frame of {frame}");
    assert!(memory < 100 * 1024, "{memory} KiB");
    pty.send("qq");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn a_burst_of_resizes_ends_in_the_last_one() {
    let mut pty = started();
    let frame = pty.written();
    for width in 60..120 {
        pty.resize((width, 20 + width % 10));
    }
    pty.resize((80, 24));
    pty.wait_until("the folded panes", sees("▸ 1 Accounts"));
    pty.send("?").wait_until("help", helps);
    pty.send("q").wait_until("the panes", |screen| {
        let text = screen.contents();
        text.contains("▸ 1 Accounts") && text.lines().count() == 24 && text.lines().all(|l| l.chars().count() <= 80)
    });
    let written = pty.written() - frame;
    assert!(written < 30 * frame, "{written} bytes for 61 resizes, a frame has {frame}");
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn the_cursor_of_the_terminal_stands_on_the_focused_row() {
    let pty = started();
    let on_the_mark = |screen: &vt100::Screen| {
        let (row, _) = screen.cursor_position();
        let line = screen.rows(0, SIZE.0).nth(usize::from(row)).unwrap_or_default();
        !screen.hide_cursor() && line.contains('▌')
    };
    pty.wait_until("the cursor on the first row", on_the_mark);
    let first = pty.look(vt100::Screen::cursor_position);
    pty.send("j");
    pty.wait_until("the cursor on the second row", |screen| {
        on_the_mark(screen) && screen.cursor_position() == (first.0 + 1, first.1)
    });
}

/// What is written until the program rests, after keys: frame by frame.
fn cost(pty: &Pty, keys: &str) -> Vec<usize> {
    let before = pty.wait_until_at_rest().pieces().len();
    pty.send(keys).wait_until_at_rest();
    // A frame is one write, and a small one is read in one piece.
    let totals: Vec<usize> = pty.pieces().iter().skip(before - 1).map(|(_, total)| *total).collect();
    totals.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn bytes_stay_inside_their_budgets_on_a_real_terminal() {
    let pty = started();
    pty.send("T").wait_until("the verdicts", |screen| {
        let text = screen.contents();
        text.contains("4 broken") && !text.contains("Esc stops")
    });
    // The detail follows after a rest, in a frame of its own.
    let frames = cost(&pty, "j");
    assert!(frames.len() >= 2 && frames[0] <= 300, "a cursor move and the detail: {frames:?}");
    assert_eq!(cost(&pty, "zZ%"), [0; 0], "keys that mean nothing");
}

#[test]
fn a_move_and_a_page_of_a_long_list_stay_inside_their_budgets() {
    let machine = Machine::new(NOWHERE);
    let list: String = (1..=90)
        .map(|n| {
            format!(
                "[[connection]]\nname = \"account-{n:02}\"\nprovider = \"aws\"\nmethod = \"role\"\nexternal_id = \"id-{n}\"\n\
                 source = \"env\"\nrole_arn = \"arn:aws:iam::1111222233{n:02}:role/CloudivizeRole\"\n"
            )
        })
        .collect();
    machine.feed(&["connection", "add", "-"], &list).exits(0);
    let pty = Pty::start(SIZE, machine.command(&[]).env("LANG", "C.UTF-8").env_remove("NO_COLOR"));
    pty.wait_until("the panes", sees("account-01"));
    let moved = cost(&pty, "j");
    assert!(moved[0] <= 300, "a cursor move and the detail: {moved:?}");
    let page = cost(&pty, "\x04");
    assert!(page[0] <= 3000, "a page and the detail: {page:?}");
    // On the last row of the list nothing is left to move to.
    cost(&pty, "G");
    assert_eq!(cost(&pty, "j"), [0; 0]);
}
