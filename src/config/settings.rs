//! The keys of `config.toml` and of a vault's `[config]`, laid over the defaults.

use super::fields::{At, Document, Fault, Faults, Fields, TOML};
use super::paths::{Paths, expand};
use crate::domain::{Invalid, Mandatory, Rebinding, Settings, ThemeChoice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What one file sets; everything else stays as the layer below has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layer {
    theme: Option<ThemeChoice>,
    keys: Vec<Rebinding>,
    concurrency: Option<usize>,
    per_service: Option<usize>,
    per_second: Option<u32>,
    timeout: Option<Duration>,
    attempts: Option<u32>,
    skip: Option<BTreeSet<Mandatory>>,
    identities: Option<Vec<PathBuf>>,
    source_alias: Option<BTreeMap<String, String>>,
    allow_insecure_endpoint: Option<bool>,
    history: Option<bool>,
    journal: Option<bool>,
    idle_lock: Option<Option<Duration>>,
}

impl Layer {
    /// Reads the known keys of a table. Every key that is wrong or unknown becomes a fault of the
    /// document; the others count.
    pub fn read(mut f: Fields<'_>) -> Self {
        let mut layer = Self {
            theme: f.string("theme").map(|at| ThemeChoice { name: at.value, place: format!("line {}", at.line) }),
            allow_insecure_endpoint: f.boolean("allow_insecure_endpoint"),
            history: f.boolean("history"),
            journal: f.boolean("journal"),
            ..Self::default()
        };
        let at = f.integer("concurrency");
        layer.concurrency = ranged(&f, "concurrency", at, 1..=256, "requests").and_then(|n| usize::try_from(n).ok());
        if let Some(mut pace) = f.table("pace") {
            let at = pace.integer("per_service");
            layer.per_service =
                ranged(&pace, "per_service", at, 1..=32, "requests").and_then(|n| usize::try_from(n).ok());
            let at = pace.integer("per_second");
            layer.per_second = ranged(&pace, "per_second", at, 1..=100, "requests").and_then(|n| u32::try_from(n).ok());
            pace.finish();
        }
        let at = f.integer("timeout");
        layer.timeout = ranged(&f, "timeout", at, 1..=600, "seconds").map(Duration::from_secs);
        let at = f.integer("attempts");
        layer.attempts = ranged(&f, "attempts", at, 1..=10, "tries").and_then(|n| u32::try_from(n).ok());
        layer.idle_lock = match f.integer_or("idle_lock", "never") {
            Some(At { value: None, .. }) => Some(None),
            Some(At { value: Some(minutes), line }) => {
                ranged(&f, "idle_lock", Some(At { line, value: minutes }), 1..=1440, "minutes, or \"never\"")
                    .map(|m| Some(Duration::from_secs(m * 60)))
            }
            None => None,
        };
        layer.identities = f.parsed_list("identities", identity);
        if let Some(mut checks) = f.table("checks") {
            layer.skip = checks.parsed_list("skip", permission).map(BTreeSet::from_iter);
            checks.finish();
        }
        let alias = |mut t: Fields<'_>| t.all_strings().into_iter().map(|(name, at)| (name, at.value)).collect();
        layer.source_alias = f.table("source_alias").map(alias);
        layer.keys = f.table("keys").map(keys).unwrap_or_default();
        f.finish();
        layer
    }

    /// Lays this over `settings`: what it sets wins.
    pub fn over(self, settings: &mut Settings) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        if self.theme.is_some() {
            settings.theme = self.theme;
        }
        settings.keys.extend(self.keys);
        set(&mut settings.concurrency, self.concurrency);
        set(&mut settings.per_service, self.per_service);
        set(&mut settings.per_second, self.per_second);
        set(&mut settings.timeout, self.timeout);
        set(&mut settings.attempts, self.attempts);
        set(&mut settings.skip, self.skip);
        set(&mut settings.identities, self.identities);
        set(&mut settings.source_alias, self.source_alias);
        set(&mut settings.allow_insecure_endpoint, self.allow_insecure_endpoint);
        set(&mut settings.history, self.history);
        set(&mut settings.journal, self.journal);
        set(&mut settings.idle_lock, self.idle_lock);
    }
}

/// The `[keys]` table: keys to actions, and tables of the same for single contexts, which are stronger.
/// Whether the words mean anything the key table knows.
fn keys(mut table: Fields<'_>) -> Vec<Rebinding> {
    let contexts = table.all_tables();
    let mut out = rebindings(table, None);
    for (context, table) in contexts {
        out.extend(rebindings(table, Some(&context)));
    }
    out
}

fn rebindings(mut table: Fields<'_>, context: Option<&str>) -> Vec<Rebinding> {
    let rebinding = |(keys, at): (String, At<String>)| Rebinding {
        file: String::new(),
        line: Some(at.line),
        context: context.map(str::to_owned),
        keys,
        action: at.value,
    };
    table.all_strings().into_iter().map(rebinding).collect()
}

fn identity(text: &str) -> Result<PathBuf, Invalid> {
    let path = expand(text);
    if path.is_absolute() {
        Ok(path)
    } else {
        Err(Invalid::new("identity", "is a relative path").fix("begin it with / or ~/"))
    }
}

fn permission(text: &str) -> Result<Mandatory, Invalid> {
    Mandatory::from_action(text).ok_or_else(|| {
        let known: Vec<&str> = Mandatory::ALL.iter().map(|m| m.action()).collect();
        Invalid::new("permission", "is not one of the five that are tested").fix(format!("use {}", known.join(", ")))
    })
}

fn ranged(
    f: &Fields<'_>,
    key: &str,
    at: Option<At<i64>>,
    range: std::ops::RangeInclusive<u64>,
    unit: &str,
) -> Option<u64> {
    let at = at?;
    let value = u64::try_from(at.value).ok().filter(|v| range.contains(v));
    if value.is_none() {
        f.fault(at.line, key, format!("is not between {} and {} {unit}", range.start(), range.end()));
    }
    value
}

/// `config.toml` as it was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// What it sets.
    pub layer: Layer,
    /// Keys that were left out, each with file, line and what to do.
    pub warnings: Vec<String>,
}

impl Config {
    /// The defaults, then the vault's `[config]`, then `config.toml`, which wins.
    pub fn settings(&self, vault: Option<&toml::Table>) -> Settings {
        let mut settings = Settings::default();
        if let Some(table) = vault {
            layer_of(table).over(&mut settings);
        }
        self.layer.clone().over(&mut settings);
        settings
    }
}

/// The layer of a table that was checked when its vault was read.
fn layer_of(table: &toml::Table) -> Layer {
    let Ok(text) = toml::to_string(table) else { return Layer::default() };
    let document = Document::new(&text);
    let mut layer = document.root().map(Layer::read).unwrap_or_default();
    // The vault's own lines are nobody's to look up: it is written anew with each save.
    let place = "the vault's [config]".to_owned();
    layer.theme.iter_mut().for_each(|choice| choice.place = format!("{place}, theme"));
    layer.keys.iter_mut().for_each(|r| (r.file, r.line) = (place.clone(), None));
    layer
}

/// Why `config.toml` could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `--config` names a file that cannot be read.
    #[error("the configuration {path} cannot be read: {source}. Correct --config or leave it out")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Reads `config.toml`. Without the file everything is at its default; wrong and unknown keys become
/// warnings while the rest counts.
///
/// # Errors
/// When the user named the file and it cannot be read.
pub fn load(paths: &Paths) -> Result<Config, ConfigError> {
    let path = paths.config_file.display();
    match std::fs::read_to_string(&paths.config_file) {
        Ok(text) => Ok(read(&text, &path.to_string())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !paths.config_named => Ok(Config::default()),
        Err(source) if paths.config_named => Err(ConfigError::Unreadable { path: path.to_string(), source }),
        Err(e) => Ok(Config {
            warnings: vec![format!("{path} cannot be read ({e}), so the defaults are used. Mend it or remove it")],
            ..Config::default()
        }),
    }
}

fn read(text: &str, path: &str) -> Config {
    let document = Document::new(text);
    let mut layer = document.root().map(Layer::read).unwrap_or_default();
    layer.theme.iter_mut().for_each(|choice| choice.place = format!("{path}, {}, theme", choice.place));
    layer.keys.iter_mut().for_each(|r| path.clone_into(&mut r.file));
    let Faults(faults) = document.into_faults();
    let said = |fault: &Fault| match fault.field.as_str() {
        TOML => format!("{path}, {fault}. Nothing in this file counts until that is mended"),
        _ => format!("{path}, {fault}. It is left out"),
    };
    let warnings = faults.iter().map(said).collect();
    Config { layer, warnings }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
