//! Reads key tables.

use super::Keymap;
use crate::app::{Action, Condition, Context};
use crate::domain::{Invalid, Key};
use serde::Deserialize;
use std::collections::BTreeMap;

const DEFAULT: &str = include_str!("default.toml");

/// One rule of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The sequences that it is bound to, the one for the footer first.
    pub keys: Vec<Vec<Key>>,
    /// What it does.
    pub action: Action,
    /// The same for a person.
    pub say: String,
    /// When it works.
    pub when: Option<Condition>,
    /// What is said when it does not.
    pub why: Option<String>,
    /// Its rank in the footer.
    pub hint: Option<u32>,
}

impl Binding {
    /// Its keys as a person reads them.
    pub fn names(&self) -> Vec<String> {
        self.keys.iter().map(|keys| super::shown(keys)).collect()
    }
}

/// Why a key table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// It is not TOML, or has fields that no table has.
    #[error("the key table cannot be read: {0}")]
    Unreadable(String),
    /// A context, action or condition that does not exist.
    #[error("the key table, {place}: there is no {what} {word:?}")]
    Unknown {
        /// In which table.
        place: String,
        /// What kind of word.
        what: &'static str,
        /// The word.
        word: String,
    },
    /// A key that does not exist, or that terminals cannot tell from another.
    #[error("the key table, {place}: the key {key:?} {why}")]
    Key {
        /// In which table.
        place: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// Two rules for a key of which the second can never apply.
    #[error("the key table, {place}: {key} has a second rule that can never apply")]
    Twice {
        /// In which table.
        place: String,
        /// The key.
        key: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    keys: Vec<String>,
    #[serde(rename = "do")]
    action: String,
    say: String,
    when: Option<String>,
    why: Option<String>,
    hint: Option<u32>,
}

impl Keymap {
    /// The built-in table.
    ///
    /// # Errors
    /// Never, as long as the tests pass.
    pub fn built_in() -> Result<Self, KeymapError> {
        Self::parse(DEFAULT)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Names the place and the word that is wrong.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let file: BTreeMap<String, Vec<Entry>> =
            toml::from_str(text).map_err(|e| KeymapError::Unreadable(e.message().to_owned()))?;
        let mut bindings = BTreeMap::new();
        for (place, entries) in file {
            let unknown = |what, word: &str| KeymapError::Unknown { place: place.clone(), what, word: word.to_owned() };
            let context =
                Context::ALL.into_iter().find(|c| c.word() == place).ok_or_else(|| unknown("context", &place))?;
            let mut rules: Vec<Binding> = Vec::with_capacity(entries.len());
            for entry in entries {
                let mut keys = Vec::with_capacity(entry.keys.len());
                for sequence in &entry.keys {
                    let wrong =
                        |e: Invalid| KeymapError::Key { place: place.clone(), key: sequence.clone(), why: e.reason() };
                    keys.push(super::sequence(sequence).map_err(wrong)?);
                }
                let when = entry.when.as_deref().map(|word| {
                    let known = Condition::ALL.iter().copied().find(|c| c.word() == word);
                    known.ok_or_else(|| unknown("condition", word))
                });
                let rule = Binding {
                    keys,
                    action: Action::from_word(&entry.action).ok_or_else(|| unknown("action", &entry.action))?,
                    say: entry.say,
                    when: when.transpose()?,
                    why: entry.why,
                    hint: entry.hint,
                };
                // A rule without a condition, or with a word for when it does not hold, is the last for its keys.
                let last = rules
                    .iter()
                    .filter(|r| r.when.is_none() || r.why.is_some())
                    .find_map(|r| r.keys.iter().find(|k| rule.keys.contains(k)));
                if let Some(key) = last {
                    let key = key.iter().map(Key::to_string).collect();
                    return Err(KeymapError::Twice { place: place.clone(), key });
                }
                rules.push(rule);
            }
            bindings.insert(context, rules);
        }
        Ok(Self { bindings, unbound: BTreeMap::new() })
    }
}
