//! Where our files are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The machine names no home folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no home folder is known, so there is no place for the vault: set HOME, or give --vault and --config")]
pub struct NoHome;

/// The folders and files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Holds the vault, `config.toml` and the default identities.
    pub config_dir: PathBuf,
    /// Holds `journal.jsonl` and `checks.jsonl`.
    pub state_dir: PathBuf,
    /// The vault: `--vault`, `CLOUDIVIZE_VAULT`, else `vault.age` in the config folder.
    pub vault: PathBuf,
    /// `--config`, else `config.toml` in the config folder.
    pub config_file: PathBuf,
    /// Whether the user named the config file, so that its absence is an error.
    pub config_named: bool,
}

impl Paths {
    /// Finds the folders of this user (XDG on Linux).
    ///
    /// `vault` and `config` are the command line's `--vault` and `--config`, `vault_variable` the
    /// value of `CLOUDIVIZE_VAULT`.
    ///
    /// # Errors
    /// When the machine names no home folder.
    pub fn find(
        vault: Option<PathBuf>,
        config: Option<PathBuf>,
        vault_variable: Option<OsString>,
    ) -> Result<Self, NoHome> {
        let dirs = directories::ProjectDirs::from("", "", "cloudivize").ok_or(NoHome)?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        let vault = vault.or_else(|| vault_variable.filter(|v| !v.is_empty()).map(PathBuf::from));
        Ok(Self::within(dirs.config_dir(), state, vault, config))
    }

    /// The same with the two folders given.
    pub fn within(config_dir: &Path, state_dir: &Path, vault: Option<PathBuf>, config: Option<PathBuf>) -> Self {
        Self {
            config_dir: config_dir.to_owned(),
            state_dir: state_dir.to_owned(),
            vault: vault.unwrap_or_else(|| config_dir.join("vault.age")),
            config_named: config.is_some(),
            config_file: config.unwrap_or_else(|| config_dir.join("config.toml")),
        }
    }
}

/// Puts the home folder in place of a leading `~/`.
pub fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(base)) => base.home_dir().join(rest),
        _ if path == "~" => directories::BaseDirs::new().map_or_else(|| path.into(), |b| b.home_dir().to_owned()),
        _ => path.into(),
    }
}
