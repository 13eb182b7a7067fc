//! The lists of connections: which are shown, under which headings, and what their cells say.

use super::standing::finding_word;
use super::{Standing, State, accounts_tally};
use crate::domain::{Connection, ExternalIdFinding, Mark, Role};

/// A row of the accounts pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AccountRow<'a> {
    /// A group's name.
    Heading(&'a str),
    /// A connection.
    Connection(&'a Connection),
}

/// A table cell: a symbol where there is one, and a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The symbol.
    pub mark: Option<Mark>,
    /// The word.
    pub word: String,
    /// Its colour.
    pub role: Role,
}

/// The connections that are listed, in the order of the list: those that the filter lets through, and
/// of them those that are broken, when only these are wanted.
pub fn shown(state: &State) -> Vec<&Connection> {
    let needle = state.filter.text().trim().to_lowercase();
    let mut all: Vec<&Connection> = state.book.iter().collect();
    if let Some(kept) = &state.only_broken {
        all.retain(|c| kept.contains(&c.id));
    }
    if state.browse.hide_denied && state.is_browsing() {
        all.retain(|c| accounts_tally(state, c.id).0 != Some(Mark::Denied));
    }
    match needle.strip_prefix("group:") {
        Some(group) => all.retain(|c| c.group.as_ref().is_some_and(|g| g.to_lowercase().contains(group.trim()))),
        None if needle.is_empty() => {}
        None => all.retain(|c| haystack(state, c).contains(&needle)),
    }
    all
}

/// What a filter looks into: everything the screens say about a connection.
fn haystack(state: &State, connection: &Connection) -> String {
    let standing = state.standings.get(&connection.id);
    let badge = standing.map(Standing::badge);
    let report = standing.and_then(|s| s.report.as_ref());
    let mut text = connection.name.to_string();
    let parts = [
        connection.group.clone(),
        connection.account.as_ref().map(ToString::to_string),
        connection.role_arn().map(ToString::to_string),
        Some(report.map_or_else(|| connection.source.text(), |r| r.source_label.clone())),
        badge.map(|b| format!("{} {}", b.mark.word(), b.word)),
    ];
    for part in parts.into_iter().flatten() {
        text.push('\n');
        text.push_str(&part);
    }
    text.to_lowercase()
}

/// The rows of the accounts pane: connections under their groups' names.
pub fn account_rows(state: &State) -> Vec<AccountRow<'_>> {
    let list = shown(state);
    let grouped = list.iter().any(|c| c.group.is_some());
    let mut rows = Vec::with_capacity(list.len() + 4);
    let mut last: Option<Option<&str>> = None;
    for connection in list {
        let group = connection.group.as_deref();
        if grouped && last != Some(group) {
            rows.push(AccountRow::Heading(group.unwrap_or("no group")));
            last = Some(group);
        }
        rows.push(AccountRow::Connection(connection));
    }
    rows
}

/// The ExternalId column.
pub fn external_id(connection: &Connection, standing: &Standing) -> Cell {
    let cell = |mark, word: &str, role| Cell { mark, word: word.to_owned(), role };
    if connection.role_arn().is_none() {
        return cell(Some(Mark::NotApplicable), "", Role::Moot);
    }
    if standing.run.is_some() {
        return cell(Some(Mark::Testing), "", Role::Testing);
    }
    match standing.external_id() {
        Some(f) if f.is_finding() => cell(Some(Mark::Finding), finding_word(f), Role::Finding),
        Some(ExternalIdFinding::Enforced) => cell(Some(Mark::Allowed), "enforced", Role::Allowed),
        Some(ExternalIdFinding::Unknown) => cell(Some(Mark::Untested), "unknown", Role::Untested),
        Some(ExternalIdFinding::None) => cell(Some(Mark::NotApplicable), "none sent", Role::Moot),
        None if connection.external_id().is_none() => cell(Some(Mark::NotApplicable), "none sent", Role::Moot),
        None | Some(ExternalIdFinding::NotTested) => cell(Some(Mark::Untested), "not tested", Role::Untested),
        Some(f) => cell(None, finding_word(f), Role::Text),
    }
}

/// For how long a connection's state stands, as far as the history knows: `12d`, `4h`, `35m`; nothing while it is well.
pub fn since(state: &State, standing: &Standing) -> String {
    let report = standing.report.as_ref().filter(|_| standing.is_broken());
    report.and_then(|r| r.since).map_or_else(String::new, |since| age(state.now.since(since)))
}

/// An age in the largest unit that says it: `35m`, `4h`, `12d`.
fn age(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match (minutes / 1440, minutes / 60, minutes) {
        (0, 0, 0) => "now".to_owned(),
        (0, 0, m) => format!("{m}m"),
        (0, h, _) => format!("{h}h"),
        (d, ..) => format!("{d}d"),
    }
}

/// How many connections there are, and how many of each kind of trouble: `6 connections`, `2 broken`, …
pub fn tally(state: &State) -> Vec<(Role, String)> {
    let count = state.book.len();
    let mut words =
        vec![(Role::Text, if count == 1 { "1 connection".to_owned() } else { format!("{count} connections") })];
    let standings: Vec<&Standing> = state.book.iter().filter_map(|c| state.standings.get(&c.id)).collect();
    let of = |holds: fn(&Standing) -> bool| standings.iter().filter(|s| holds(s)).count();
    let denied = |s: &Standing| s.badge().mark == Mark::Denied;
    let untested = |s: &Standing| s.is_broken() && s.badge().mark != Mark::Denied;
    for (n, word, role) in [
        (of(denied), "broken", Role::Denied),
        (of(Standing::is_exposed), "exposed", Role::Finding),
        (of(untested), "untested", Role::Untested),
    ] {
        if n > 0 {
            words.push((role, format!("{n} {word}")));
        }
    }
    words
}

/// How far the tests are: done, and how many were asked for. `None` when nothing runs.
pub fn progress(state: &State) -> Option<(usize, usize)> {
    let asked: usize = state.open.values().map(|ids| ids.len()).sum();
    if asked == 0 {
        return None;
    }
    let done = state.open.values().flatten().filter(|id| !state.is_running(**id)).count();
    Some((done, asked))
}
