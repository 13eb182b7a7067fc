//! Runs effects; the select loop; forwards and decides nothing.
//!
//! There are two runtimes. The screen's is a current-thread one on the main thread: it takes keys and
//! answers, calls `update`, draws, and never waits for anything else. Clouds, files and key
//! derivation work on a multi-thread one and answer through channels.

mod door;
mod effects;
mod idle;
mod look;
pub mod process;
mod tty;
mod ui;

pub use door::{Answer, Asker, Cloud, DemoDoor, Door, VaultDoor, kinds};
pub use effects::whereabouts;
pub use look::Wardrobe;
pub use tty::{RealTty, Tty};

use crate::domain::Settings;
use crate::keymap::KeymapError;
use crate::term::life;
use std::io;
use std::path::PathBuf;
use tokio::runtime::{Builder, Runtime};

/// What the dashboard is started with.
pub struct Launch {
    /// Opens the vault and makes the engine.
    pub door: Box<dyn Door>,
    /// The vault's name for a person.
    pub vault: String,
    /// The door leads to the demo cloud.
    pub demo: bool,
    /// Nothing may be changed.
    pub read_only: bool,
    /// The connections stand in no vault.
    pub not_saved: bool,
    /// How it looks.
    pub wardrobe: Wardrobe,
    /// The settings before anything is opened.
    pub settings: Settings,
    /// What in the settings could not be used, a sentence each.
    pub faults: Vec<String>,
}

/// How the dashboard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// A person left.
    Left,
    /// The terminal went away.
    Hangup,
    /// The system asked for the end.
    Terminated,
    /// Somebody sent an interrupt from outside.
    Interrupted,
    /// Somebody sent SIGQUIT.
    Aborted,
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How it ended.
    pub ended: Ended,
    /// Files that a person had written.
    pub files: Vec<PathBuf>,
    /// What became of drafts and saves after the end, a sentence each.
    pub notes: Vec<String>,
}

impl Ended {
    /// The exit code: 128 and the signal's number, as shells count.
    pub fn code(self) -> u8 {
        match self {
            Self::Left => 0,
            Self::Hangup => 129,
            Self::Interrupted => 130,
            Self::Aborted => 131,
            Self::Terminated => 143,
        }
    }
}

/// Why the dashboard cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// Input or output is a file or a pipe.
    #[error(
        "the dashboard needs a terminal at its input and output; without one, use the commands: cloudivize check --help"
    )]
    NotATerminal,
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}. Try TERM=xterm-256color, or the commands: cloudivize --help")]
    Terminal(#[from] io::Error),
    /// The key table is wrong.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
}

/// Runs the dashboard until a person leaves it, and gives the terminal back whatever happens.
///
/// # Errors
/// When there is no terminal, or it cannot be used; it is then as it was.
pub fn run(launch: Launch) -> Result<Run, RuntimeError> {
    if !life::is_terminal() {
        return Err(RuntimeError::NotATerminal);
    }
    // What is wrong in the settings stands in the launch's faults already.
    let (look, _) = launch.wardrobe.look(&launch.settings)?;
    let clouds =
        Builder::new_multi_thread().enable_all().thread_name("cloud").on_thread_start(process::step_back).build()?;
    let handle = clouds.handle().clone();
    let _clouds = Background(Some(clouds));
    let screen = Builder::new_current_thread().enable_all().build()?;
    // The terminal is given back first, whatever still runs.
    let _guard = life::Guard;
    screen.block_on(ui::run(launch, look, RealTty, handle))
}

/// A runtime that nobody waits for at the end, however the end comes: what still runs over there must not keep
/// a person from the shell.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod bytes_tests;
#[cfg(test)]
mod tests;
