//! The age-encrypted file of connections: open, change, save.
