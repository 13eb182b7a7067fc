//! Whom the vault asks while it is opened from the command line: the passphrase variables for the one
//! thing that has to be opened, else the person at the terminal.

use crate::domain::Secret;
use crate::term::prompt::{self, PromptError};
use crate::vault::passphrase::{PassphraseError, PassphraseVars};
use crate::vault::{Ask, Locked};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What happened while asking, for the message afterwards.
#[derive(Debug, Default)]
pub(super) struct Asked {
    typed: AtomicBool,
    problem: Mutex<Option<PromptError>>,
}

impl Asked {
    /// Whether a person typed a passphrase, and may try again.
    pub fn typed(&self) -> bool {
        self.typed.load(Ordering::Relaxed)
    }

    /// Why a person gave no answer.
    pub fn problem(&self) -> Option<PromptError> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The variables, then the terminal.
pub(super) struct CommandLine {
    vars: PassphraseVars,
    used: AtomicBool,
    asked: Arc<Asked>,
}

impl CommandLine {
    /// Asks with these variables; what happened can be read from the second half.
    pub fn new(vars: PassphraseVars) -> (Self, Arc<Asked>) {
        let asked = Arc::new(Asked::default());
        (Self { vars, used: AtomicBool::new(false), asked: asked.clone() }, asked)
    }
}

impl Ask for CommandLine {
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        let ours = !matches!(of, Locked::Plugin(_));
        if ours && self.vars.any() && !self.used.swap(true, Ordering::Relaxed) {
            return self.vars.read();
        }
        let question = match of {
            Locked::Plugin(question) => question.clone(),
            _ => format!("Passphrase of {of}:"),
        };
        match prompt::passphrase(&question) {
            Ok(secret) => {
                self.asked.typed.store(true, Ordering::Relaxed);
                Ok(Some(secret))
            }
            Err(PromptError::NoTerminal) => Ok(None),
            Err(problem) => {
                *self.asked.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
                Ok(None)
            }
        }
    }

    fn message(&self, text: &str) {
        prompt::say(text);
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let choice = match no {
            Some(no) => format!("{question} ({yes} / {no})"),
            None => format!("{question} ({yes})"),
        };
        prompt::confirm(&choice).ok()
    }

    fn text(&self, question: &str) -> Option<String> {
        prompt::line(question).ok()
    }
}
