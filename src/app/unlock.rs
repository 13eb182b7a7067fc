//! The screen before the vault is open, and the one that covers everything after a lock.

use super::LockedBy;
use crate::domain::SecretInput;
use std::time::Duration;

/// What opens the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A passphrase, and of what: "the vault", "the identity file key.txt".
    Passphrase(String),
    /// What is at hand, in a sentence: with which, and what that means for a lock.
    AtHand(String),
    /// Nothing has to be opened: this run has no vault.
    NoVault,
}

/// How what is open is guarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Lock after so long without a key; `None`: never.
    pub idle: Option<Duration>,
    /// What opens it again.
    pub way: Way,
}

impl Default for Guard {
    fn default() -> Self {
        Self { idle: None, way: Way::NoVault }
    }
}

/// The vault waits to be opened.
#[derive(Debug, Clone)]
pub struct Unlock {
    /// What opens it.
    pub way: Way,
    /// What was wrong with the last attempt.
    pub wrong: Option<String>,
    /// What was typed.
    pub input: SecretInput,
    /// An attempt is being made: a passphrase takes a second or two, by design of the encryption.
    pub trying: bool,
    /// Why it is locked; `None` when it was not open before in this run.
    pub locked: Option<LockedBy>,
}

impl Unlock {
    /// Waiting for the first attempt.
    pub fn new(way: Way) -> Self {
        Self { way, wrong: None, input: SecretInput::new(), trying: false, locked: None }
    }

    /// Whether there is a field to type into.
    pub fn has_field(&self) -> bool {
        matches!(self.way, Way::Passphrase(_))
    }

    /// Whether Enter does something now.
    pub fn is_ready(&self) -> bool {
        !self.trying && (!self.has_field() || self.input.count() > 0)
    }
}
