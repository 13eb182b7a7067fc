//! Tests of the passphrase sources.
