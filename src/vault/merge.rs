//! Two people changed the same vault: what both did is kept, or what collides is named.

use super::contents::Contents;
use super::read::chain_loop;
use crate::domain::{Connection, ConnectionId, Source};
use std::collections::HashSet;

/// What both changed, each in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collision {
    /// A connection was changed, added or removed by both.
    Connection {
        /// Its label.
        name: String,
        /// What we did.
        ours: Change,
        /// What they did.
        theirs: Change,
    },
    /// Two different connections now bear one name.
    Name(String),
    /// A connection's source was removed by the other.
    Source(String),
    /// Chained sources now go round in a loop.
    Loop(String),
    /// A key of `[config]`.
    Config(String),
    /// The recipients, where one side would turn the vault into a passphrase vault or back.
    Recipients,
    /// Another vault stands at the path.
    Vault,
}

/// What one side did to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It is gone.
    Removed,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        })
    }
}

impl std::fmt::Display for Collision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection { name, ours, theirs } => {
                write!(f, "connection {name}: {ours} here, {theirs} there")
            }
            Self::Name(name) => write!(f, "the name {name}: two different connections bear it now"),
            Self::Source(name) => write!(f, "the source of connection {name}: it was removed"),
            Self::Loop(names) => write!(f, "chained sources: they go round in a loop now ({names})"),
            Self::Config(key) => write!(f, "the setting {key}"),
            Self::Recipients => f.write_str("the recipients"),
            Self::Vault => f.write_str("the vault itself: another one stands in its place"),
        }
    }
}

/// Lays our change (`base` to `ours`) over theirs (`base` to `theirs`), connection by connection.
/// The order is theirs, with our new connections after it.
///
/// # Errors
/// Everything that collides; then nothing is merged.
pub fn merge(base: &Contents, ours: &Contents, theirs: &Contents) -> Result<Contents, Vec<Collision>> {
    let mut collisions = Vec::new();
    if base.id != theirs.id || base.id != ours.id {
        return Err(vec![Collision::Vault]);
    }
    let connections = connections(base, ours, theirs, &mut collisions);
    let mut config = toml::Table::new();
    tables(&base.config, &ours.config, &theirs.config, "", &mut config, &mut collisions);
    let recipients = set(&base.recipients, &ours.recipients, &theirs.recipients);
    let sides = [base, ours, theirs].map(|c| c.recipients.is_empty());
    if sides.contains(&true) && sides.contains(&false) || recipients.is_empty() != sides[0] {
        collisions.push(Collision::Recipients);
    }
    if collisions.is_empty() {
        consistent(&connections, &mut collisions);
    }
    if collisions.is_empty() {
        Ok(Contents {
            id: base.id,
            recipients,
            endpoints: set(&base.endpoints, &ours.endpoints, &theirs.endpoints),
            connections,
            config,
        })
    } else {
        Err(collisions)
    }
}

fn connections(base: &Contents, ours: &Contents, theirs: &Contents, out: &mut Vec<Collision>) -> Vec<Connection> {
    let mut merged = Vec::new();
    let mut seen: HashSet<ConnectionId> = HashSet::new();
    for c in theirs.connections.iter().chain(&ours.connections).chain(&base.connections) {
        if !seen.insert(c.id) {
            continue;
        }
        let (b, o, t) = (base.by_id(c.id), ours.by_id(c.id), theirs.by_id(c.id));
        match three(b, o, t) {
            Some(winner) => merged.extend(winner.cloned()),
            None => {
                out.push(Collision::Connection { name: c.name.to_string(), ours: change(b, o), theirs: change(b, t) })
            }
        }
    }
    merged
}

fn change(base: Option<&Connection>, side: Option<&Connection>) -> Change {
    match (base, side) {
        (None, _) => Change::Added,
        (Some(_), None) => Change::Removed,
        (Some(_), Some(_)) => Change::Changed,
    }
}

/// The side that differs from the base; `None` when both do, differently.
fn three<T: PartialEq + Copy>(base: T, ours: T, theirs: T) -> Option<T> {
    if ours == theirs || theirs == base {
        Some(ours)
    } else if ours == base {
        Some(theirs)
    } else {
        None
    }
}

/// What either added is there, what either removed is not.
fn set(base: &[String], ours: &[String], theirs: &[String]) -> Vec<String> {
    let mut out: Vec<String> = theirs.iter().filter(|x| ours.contains(x) || !base.contains(x)).cloned().collect();
    for added in ours.iter().filter(|x| !base.contains(x)) {
        if !out.contains(added) {
            out.push(added.clone());
        }
    }
    out
}

fn tables(
    base: &toml::Table,
    ours: &toml::Table,
    theirs: &toml::Table,
    path: &str,
    merged: &mut toml::Table,
    out: &mut Vec<Collision>,
) {
    let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (b, o, t) = (base.get(key), ours.get(key), theirs.get(key));
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(winner) = three(b, o, t) {
            merged.extend(winner.map(|v| (key.clone(), v.clone())));
        } else if let (Some(toml::Value::Table(o)), Some(toml::Value::Table(t))) = (o, t) {
            let nothing = toml::Table::new();
            let b = b.and_then(toml::Value::as_table).unwrap_or(&nothing);
            let mut inner = toml::Table::new();
            tables(b, o, t, &path, &mut inner, out);
            merged.insert(key.clone(), toml::Value::Table(inner));
        } else {
            out.push(Collision::Config(path));
        }
    }
}

/// What each side kept alone, both together may break: unique names, sources that exist, no loops.
fn consistent(connections: &[Connection], out: &mut Vec<Collision>) {
    let all: Vec<&Connection> = connections.iter().collect();
    for (i, c) in connections.iter().enumerate() {
        if connections.iter().take(i).any(|other| other.name == c.name) {
            out.push(Collision::Name(c.name.to_string()));
        }
        if let Source::Connection(id) = &c.source
            && !connections.iter().any(|other| other.id == *id)
        {
            out.push(Collision::Source(c.name.to_string()));
        }
        if let Some(names) = chain_loop(c, &all) {
            out.push(Collision::Loop(names));
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
