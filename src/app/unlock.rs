//! The passphrase field.

use crate::domain::SecretInput;

/// A passphrase is asked for.
#[derive(Debug, Clone, Default)]
pub struct Unlock {
    /// What it opens: "the vault", "the identity file key.txt".
    pub what: String,
    /// What was wrong with the last one.
    pub wrong: Option<String>,
    /// What was typed.
    pub input: SecretInput,
    /// One is being tried: that takes a second or two, by design of the encryption.
    pub trying: bool,
}
