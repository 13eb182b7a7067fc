//! How a command ends: exit codes and the errors that lead to them.

use std::io;
use std::process::ExitCode;

/// The exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Done,
    /// A mandatory permission is denied.
    Denied,
    /// Usage, vault, or nothing selected.
    Usage,
    /// Something could not be tested.
    Untested,
    /// Only an ExternalId finding.
    ExternalId,
    /// Interrupted with Ctrl-C.
    Interrupted,
    /// The reader of our output went away: what a shell reports for SIGPIPE.
    BrokenPipe,
    /// A signal ended the dashboard: 128 and its number, as shells count.
    Signal(u8),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Denied => 1,
            Self::Usage => 2,
            Self::Untested => 3,
            Self::ExternalId => 4,
            Self::Interrupted => 130,
            Self::BrokenPipe => 141,
            Self::Signal(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Usage, vault, nothing selected: what happened, why, what to do.
    #[error("{0}")]
    Usage(String),
    /// Something kept the cloud from answering at all.
    #[error("{0}")]
    Untested(String),
    /// A person pressed Ctrl-C; the text says what had been done.
    #[error("{0}")]
    Interrupted(String),
    /// Standard output could not be written.
    #[error("standard output could not be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// A failure that exits with 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Untested(_) => Exit::Untested,
            Self::Interrupted(_) => Exit::Interrupted,
            Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe => Exit::BrokenPipe,
            Self::Output(_) => Exit::Usage,
        }
    }
}

impl From<crate::runtime::RuntimeError> for Failure {
    fn from(e: crate::runtime::RuntimeError) -> Self {
        Self::Usage(e.to_string())
    }
}

impl From<crate::providers::demo::Damaged> for Failure {
    fn from(e: crate::providers::demo::Damaged) -> Self {
        Self::Untested(e.to_string())
    }
}

impl From<crate::domain::Invalid> for Failure {
    fn from(e: crate::domain::Invalid) -> Self {
        Self::Usage(e.to_string())
    }
}

/// What a command gives back.
pub type Outcome = Result<Exit, Failure>;
