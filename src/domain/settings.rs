//! What a user may set: `[config]` in the vault, or the same keys in `config.toml`.

use super::Mandatory;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// A theme that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeChoice {
    /// Its name.
    pub name: String,
    /// Where it was chosen, for messages: `--theme`, `config.toml, line 3`.
    pub place: String,
}

/// One line of a `[keys]` table: what a person wants a key to do. Its words are not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebinding {
    /// The file that it stands in, for messages.
    pub file: String,
    /// Its line there, counted from 1, where a person can look it up.
    pub line: Option<usize>,
    /// The context it is for, `[keys.panes]`; none: wherever the action works.
    pub context: Option<String>,
    /// The key, or several separated by blanks.
    pub keys: String,
    /// The action, or `none`.
    pub action: String,
}

/// Effective settings after vault, `config.toml` and command line are laid over the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The theme.
    pub theme: Option<ThemeChoice>,
    /// What keys are to do, the weaker layer first: a later one for the same key wins.
    pub keys: Vec<Rebinding>,
    /// Requests in flight, all together.
    pub concurrency: usize,
    /// Calls at once to one service of one account in one region.
    pub per_service: usize,
    /// Calls a second to it, in the long run.
    pub per_second: u32,
    /// Time limit of one operation, retries included.
    pub timeout: Duration,
    /// Tries of one operation.
    pub attempts: u32,
    /// Permissions that are not tested (`[checks] skip`).
    pub skip: BTreeSet<Mandatory>,
    /// Where age identities are looked for.
    pub identities: Vec<PathBuf>,
    /// Names for sources, on the left as written in connections (`profile:hub`), on the right what to use here.
    pub source_alias: BTreeMap<String, String>,
    /// Allows plain http off loopback for `AWS_ENDPOINT_URL*`.
    pub allow_insecure_endpoint: bool,
    /// Whether `checks.jsonl` is kept.
    pub history: bool,
    /// Whether `journal.jsonl` is kept.
    pub journal: bool,
    /// Lock after this much idle time.
    pub idle_lock: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: None,
            keys: Vec::new(),
            concurrency: 32,
            per_service: 4,
            per_second: 5,
            timeout: Duration::from_secs(10),
            attempts: 2,
            skip: BTreeSet::new(),
            identities: Vec::new(),
            source_alias: BTreeMap::new(),
            allow_insecure_endpoint: false,
            history: true,
            journal: true,
            idle_lock: Some(Duration::from_secs(15 * 60)),
        }
    }
}
