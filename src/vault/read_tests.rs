//! Tests of the vault's text.
