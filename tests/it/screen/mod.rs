//! Drives a program as a person does: in tmux, where a screen is what tmux shows, or on a pseudo-terminal of our own,
//! where every byte, colour and clipboard request can be looked at.
//!
//! ```ignore
//! let mut program = Command::new(env!("CARGO_BIN_EXE_cloudivize"));
//! home.apply(&mut program).args(["--demo"]);
//! let Some(screen) = Tmux::start((80, 24), &program) else { return };
//! screen.wait_until("the fleet is shown", |text| text.contains("4 denied"));
//! screen.keys(&["p"]);
//! ```

mod pty;
mod tests;
mod tmux;

use std::ffi::OsStr;
use std::process::Command;
use std::time::{Duration, Instant};

pub use pty::Pty;
pub use tmux::Tmux;

/// How long a screen may take to show what a test waits for, on a machine busy with other tests.
const LIMIT: Duration = Duration::from_secs(30);

/// Asks again and again until `look` gives something; after the limit panics with `what` and the dump.
#[track_caller]
fn wait<T>(what: &str, look: impl FnMut() -> Option<T>, dump: impl Fn() -> String) -> T {
    wait_at_most(LIMIT, what, look, dump)
}

#[track_caller]
fn wait_at_most<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>, dump: impl Fn() -> String) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        if start.elapsed() >= limit {
            panic!("waited {limit:?} in vain until {what}\n{}", dump());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A command like `program` run by another one (`setsid`, `tmux`), with the same changes to the environment.
fn wrapped(outer: impl AsRef<OsStr>, before: &[String], program: &Command) -> Command {
    let mut command = Command::new(outer);
    command.args(before).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(dir) = program.get_current_dir() {
        command.current_dir(dir);
    }
    command
}

/// A program inside another one, for tests that put one terminal into another.
pub fn wrapped_in(outer: impl AsRef<OsStr>, before: &[&str], program: &Command) -> Command {
    wrapped(outer, &before.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), program)
}

/// A screen with a frame around it, for the message of a failed test.
fn framed(text: &str, width: u16) -> String {
    let edge = "─".repeat(usize::from(width));
    let lines: String = text.lines().map(|line| format!("│{line}\n")).collect();
    format!("┌{edge}\n{lines}└{edge}")
}
