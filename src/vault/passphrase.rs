//! Where a passphrase comes from without a person: a command, a file, or a variable.
//!
//! The variables are taken out of the environment when the process starts; here stands what they
//! mean. The passphrase is one line; a line end after it does not belong to it.

use crate::domain::Secret;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// The variables' names, so that no child ever inherits one.
pub const VARIABLES: [&str; 3] =
    ["CLOUDIVIZE_PASSPHRASE_COMMAND", "CLOUDIVIZE_PASSPHRASE_FILE", "CLOUDIVIZE_PASSPHRASE"];

/// What the three variables said when the process started.
#[derive(Clone, Default)]
pub struct PassphraseVars {
    /// `CLOUDIVIZE_PASSPHRASE_COMMAND`: a program and its words; no shell.
    pub command: Option<String>,
    /// `CLOUDIVIZE_PASSPHRASE_FILE`.
    pub file: Option<PathBuf>,
    /// `CLOUDIVIZE_PASSPHRASE`.
    pub value: Option<Secret>,
}

/// Why no passphrase could be had from its source.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// Two sources contradict each other.
    #[error("{0} and {1} are both set; set one of them")]
    TwoSet(&'static str, &'static str),
    /// The words cannot be told apart.
    #[error(
        "CLOUDIVIZE_PASSPHRASE_COMMAND is empty or has an open quote; write a program and its words, as in: pass show cloudivize"
    )]
    Words,
    /// The program did not start.
    #[error(
        "CLOUDIVIZE_PASSPHRASE_COMMAND: the program {program} cannot be started: {source}. Correct its name; no shell is used"
    )]
    Start {
        /// The first word.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program failed.
    #[error("CLOUDIVIZE_PASSPHRASE_COMMAND: the program {program} ended with {status}{}. Run it by hand to see why", said(.stderr))]
    Failed {
        /// The first word.
        program: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// The first line that it wrote to standard error, sanitised.
        stderr: String,
    },
    /// The file cannot be read.
    #[error("CLOUDIVIZE_PASSPHRASE_FILE: {} cannot be read: {source}. Correct the path", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others can read the file.
    #[error("CLOUDIVIZE_PASSPHRASE_FILE: {} can be read or changed by others (mode {mode:03o}). Protect it: chmod 600 {}", path.display(), path.display())]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Nothing, several lines, or no text.
    #[error("{from} gave {what}; a passphrase is one line of text")]
    Shape {
        /// The variable.
        from: &'static str,
        /// What was wrong.
        what: &'static str,
    },
}

impl std::fmt::Debug for PassphraseVars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A command may carry a secret among its words.
        f.debug_struct("PassphraseVars")
            .field("command", &self.command.is_some())
            .field("file", &self.file)
            .field("value", &self.value)
            .finish()
    }
}

fn said(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(" and said: {stderr}") }
}

impl PassphraseVars {
    /// Whether one is set.
    pub fn any(&self) -> bool {
        self.command.is_some() || self.file.is_some() || self.value.is_some()
    }

    /// Refuses two at once. Reads and runs nothing, so it fits the start of the program.
    ///
    /// # Errors
    /// [`PassphraseError::TwoSet`], a usage error.
    pub fn check(&self) -> Result<(), PassphraseError> {
        let set = [self.command.is_some(), self.file.is_some(), self.value.is_some()];
        let mut names = VARIABLES.iter().zip(set).filter(|(_, set)| *set).map(|(name, _)| *name);
        match (names.next(), names.next()) {
            (Some(a), Some(b)) => Err(PassphraseError::TwoSet(a, b)),
            _ => Ok(()),
        }
    }

    /// The passphrase, when a variable is set. Runs the command or reads the file, so it blocks.
    ///
    /// # Errors
    /// When two are set, or the source fails; each with what to do.
    pub fn read(&self) -> Result<Option<Secret>, PassphraseError> {
        self.check()?;
        if let Some(command) = &self.command {
            return run(command).map(Some);
        }
        if let Some(path) = &self.file {
            return read_file(path).map(Some);
        }
        match &self.value {
            Some(value) if value.is_empty() => Err(PassphraseError::Shape { from: VARIABLES[2], what: "nothing" }),
            value => Ok(value.clone()),
        }
    }
}

fn run(command: &str) -> Result<Secret, PassphraseError> {
    let words = shlex::split(command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else { return Err(PassphraseError::Words) };
    let mut child = Command::new(program);
    child.args(arguments).stdin(Stdio::null());
    for name in VARIABLES {
        child.env_remove(name);
    }
    let output = child.output().map_err(|source| PassphraseError::Start { program: program.clone(), source })?;
    let stdout = Zeroizing::new(output.stdout);
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stderr = crate::text::line(stderr.lines().next().unwrap_or_default()).into_owned();
        return Err(PassphraseError::Failed {
            program: program.clone(),
            status: output.status,
            stderr: crate::text::truncate(&stderr, 200).into_owned(),
        });
    }
    one_line(&stdout, VARIABLES[0])
}

fn read_file(path: &Path) -> Result<Secret, PassphraseError> {
    let bytes = super::file::read_private(path).map_err(|e| match e {
        super::file::PrivateError::Io(source) => PassphraseError::File { path: path.to_owned(), source },
        super::file::PrivateError::Mode(mode) => PassphraseError::NotPrivate { path: path.to_owned(), mode },
    })?;
    one_line(&bytes, VARIABLES[1])
}

fn one_line(bytes: &[u8], from: &'static str) -> Result<Secret, PassphraseError> {
    let shape = |what| PassphraseError::Shape { from, what };
    let text = std::str::from_utf8(bytes).map_err(|_| shape("bytes that are no UTF-8 text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(shape("nothing"));
    }
    if text.contains('\n') {
        return Err(shape("more than one line"));
    }
    // An exact copy: growing or shrinking it would leave another one behind.
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
#[path = "passphrase_tests.rs"]
mod tests;
