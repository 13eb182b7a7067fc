//! What this program saw: the history of checks (`checks.jsonl` in the state folder).
//!
//! A line is written when a verdict, its reason or the connection's values change, and at most one a
//! day that says "still so"; the time and finding of the last ExternalId probe stand there too. Nothing
//! in it is a secret; roles and ExternalIds appear only as a keyed digest.
//!
//! Everything here does blocking file I/O: small, but not for a thread that draws.

mod file;
mod history;
mod line;
mod story;
#[cfg(test)]
mod tests;
mod values;

pub use history::{Difference, History, Past};

use std::path::PathBuf;

/// The history could not be read or written. Checks go on without it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Nothing could be read.
    #[error(
        "the history of checks {path} could not be read ({source}); \"since when\" is unknown; mend the file's access, or switch it off with history = false"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Some lines were no history; the others count.
    #[error(
        "{lines} damaged lines in the history of checks {path} were skipped; they go away when it is next compacted"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How many lines.
        lines: usize,
    },
    /// Nothing could be written.
    #[error(
        "the history of checks {path} could not be written ({source}); this result is not remembered; mend the folder's access, or switch it off with history = false"
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
