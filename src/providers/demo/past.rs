//! What earlier tests of the demo's connections found: the "since when" of a first test.

use super::fixture::Damaged;
use crate::domain::{ErrorClass, Mandatory, Reason};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// One earlier test of one connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// The connection's name.
    pub connection: String,
    /// How long ago.
    #[serde(deserialize_with = "ago")]
    pub ago: Duration,
    /// What was denied, and why; all else was allowed.
    #[serde(default, deserialize_with = "denied")]
    pub denied: BTreeMap<Mandatory, Reason>,
    /// Set where nothing was tested.
    #[serde(default, deserialize_with = "untested")]
    pub untested: Option<ErrorClass>,
}

/// The built-in past.
pub(super) fn read() -> Result<Vec<Past>, Damaged> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        test: Vec<Past>,
    }
    let mut all = toml::from_str::<File>(include_str!("past.toml")).map_err(|e| Damaged::new(e.to_string()))?.test;
    all.sort_by_key(|p| std::cmp::Reverse(p.ago));
    Ok(all)
}

/// `12d`, `3h`, `20m`.
fn ago<'de, D: Deserializer<'de>>(d: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(d)?;
    let seconds = match text.split_at_checked(text.len().saturating_sub(1)) {
        Some((n, "d")) => n.parse::<u64>().ok().map(|n| n * 86_400),
        Some((n, "h")) => n.parse::<u64>().ok().map(|n| n * 3_600),
        Some((n, "m")) => n.parse::<u64>().ok().map(|n| n * 60),
        _ => None,
    };
    seconds.map(Duration::from_secs).ok_or_else(|| serde::de::Error::custom(format!("{text} is no time")))
}

fn denied<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Mandatory, Reason>, D::Error> {
    let words = BTreeMap::<String, String>::deserialize(d)?;
    let read = |(action, reason): (String, String)| {
        let permission = Mandatory::ALL.into_iter().find(|m| m.action() == action);
        let known = Reason::ALL.into_iter().find(|r| r.word() == reason);
        permission.zip(known).ok_or_else(|| serde::de::Error::custom(format!("{action} = {reason} is not known")))
    };
    words.into_iter().map(read).collect()
}

fn untested<'de, D: Deserializer<'de>>(d: D) -> Result<Option<ErrorClass>, D::Error> {
    let word = String::deserialize(d)?;
    let class = [ErrorClass::Source, ErrorClass::Throttled].into_iter().find(|c| c.word() == word);
    class.map(Some).ok_or_else(|| serde::de::Error::custom(format!("{word} is not known")))
}
