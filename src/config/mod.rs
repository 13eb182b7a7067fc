//! The user's settings: `[config]` in the vault, the same keys in `config.toml`.
