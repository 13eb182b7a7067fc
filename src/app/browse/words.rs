//! What header, status line and folded panes say about what is listed.

use super::{Goal, Tally, tally_of, thousands};
use crate::app::State;
use crate::catalog::kind::Scope;
use crate::domain::{CellState, Role, Timestamp};

/// So long what was listed counts as new, in milliseconds.
const FRESH: i64 = 60_000;

/// A piece of the header.
type Piece = (Role, String);

/// What the header says, the fullest first: whoever draws takes the first that fits.
pub fn browse_header(state: &State) -> Vec<Vec<Piece>> {
    let Some((goal, list)) = state.listed() else { return Vec::new() };
    let tally = tally_of(state);
    let text = |words: String| (Role::Text, words);
    let quiet = |words: String| (Role::Quiet, words);
    let global = list.kind.as_ref().is_some_and(|k| k.scope != Scope::Regional);
    let (over, all) = (thousands(tally.cells.over), thousands(tally.cells.all));
    let troubles = troubles(&tally);
    if let Goal::Find(_) = goal {
        let searched = quiet(format!("searched {over}/{all}"));
        let found = text(format!("{} found", thousands(tally.total)));
        let short = text(format!("{} found in {over}/{all}", thousands(tally.total)));
        let start = |pieces: Vec<Piece>| [pieces, troubles.clone()].concat();
        return vec![start(vec![searched, found.clone()]), start(vec![short]), start(vec![found])];
    }
    let total = text(total_words(&tally));
    let accounts = quiet(format!("accounts {}/{}", tally.accounts.0, tally.accounts.1));
    let regions = (!global).then(|| quiet(format!("regions {over}/{all}")));
    let scope = text(scope_words(state));
    let start = |pieces: Vec<Piece>| [pieces, regions.clone().into_iter().collect(), troubles.clone()].concat();
    vec![
        start(vec![scope, total.clone(), accounts.clone()]),
        start(vec![total.clone(), accounts]),
        start(vec![total.clone()]),
        [vec![total.clone()], troubles.clone()].concat(),
        vec![total],
    ]
}

/// `1,284`, or `≥ 1,284` while cells are missing.
pub fn total_words(tally: &Tally) -> String {
    let total = thousands(tally.total);
    match (tally.at_least, tally.total) {
        (true, 0) => "none known".to_owned(),
        (true, _) => format!("≥ {total}"),
        (false, _) => total,
    }
}

fn troubles(tally: &Tally) -> Vec<Piece> {
    let of = [
        (tally.cells.denied + tally.unreached.0, "denied", Role::Denied),
        (tally.cells.failed + tally.unreached.1, "failed", Role::Untested),
        (tally.cells.cut, "cut short", Role::Untested),
        (tally.cells.slow, "slow", Role::Testing),
    ];
    of.into_iter().filter(|(n, ..)| *n > 0).map(|(n, word, role)| (role, format!("{} {word}", thousands(n)))).collect()
}

/// Which accounts and regions are asked: `prod-eu +2 ▸ 3 regions`.
fn scope_words(state: &State) -> String {
    if let Some(Goal::Link(link)) = &state.browse.here {
        let name = state.connection(link.connection).map_or("", |c| c.name.as_str());
        let region = link.region.as_ref().map_or(String::new(), |r| format!(" ▸ {r}"));
        return format!("{name}{region}");
    }
    let scope = &state.browse.scope;
    let mut names = state.book.iter().filter(|c| scope.connections.contains(&c.id)).map(|c| c.name.as_str());
    let accounts = match (names.next(), names.count()) {
        (None, _) => "all accounts".to_owned(),
        (Some(one), 0) => one.to_owned(),
        (Some(one), more) => format!("{one} +{more}"),
    };
    let regions = match scope.regions.len() {
        0 => String::new(),
        1 => scope.regions.iter().map(|r| format!(" ▸ {r}")).collect(),
        n => format!(" ▸ {n} regions"),
    };
    format!("{accounts}{regions}")
}

/// Pane 3 in a line: what is listed, and how many.
pub fn browse_summary(state: &State) -> String {
    let Some((goal, list)) = state.listed() else { return String::new() };
    let tally = tally_of(state);
    let shown = match list.filter.is_empty() {
        true => String::new(),
        false => format!("{} of ", thousands(list.table.order.len())),
    };
    let mut words = format!("{} · {shown}{}", state.goal_title(goal), total_words(&tally));
    for (_, piece) in troubles(&tally) {
        words.push_str(&format!(" · {piece}"));
    }
    words
}

/// Pane 1 in a line: which accounts are listed.
pub fn accounts_summary(state: &State) -> String {
    let (marked, all) = (state.browse.scope.connections.len(), state.book.len());
    if let Some(Goal::Link(link)) = &state.browse.here {
        return state.connection(link.connection).map_or_else(String::new, |c| c.name.to_string());
    }
    match marked {
        0 if all == 1 => "the one account".to_owned(),
        0 => format!("all {all} accounts"),
        _ => format!("{} · {marked} of {all} marked", scope_words(state)),
    }
}

/// What the filter leaves, and what of it is not known: `12 of 1,284 shown · tags known for 40 of 1,284`.
pub fn filter_words(state: &State) -> String {
    let Some(list) = state.browse.list() else { return String::new() };
    if let Some(wrong) = &list.wrong {
        return wrong.to_string();
    }
    let total = list.table.total;
    let mut words = format!("{} of {} shown", thousands(list.table.order.len()), thousands(total));
    if list.table.unknown > 0 {
        let column = list.passing.needs_columns().first().and_then(|at| list.kind.as_ref()?.columns.get(*at));
        let what = match column {
            _ if list.passing.needs_tags() => "tags",
            Some(column) => column.title.as_str(),
            None => "what it asks for is",
        };
        let known = thousands(total.saturating_sub(list.table.unknown));
        words.push_str(&format!(" · {what} known for {known} of {}", thousands(total)));
        if state.is_late_missing() {
            words.push_str("; {key:load-late} loads the others");
        }
    }
    if list.flight.is_some() {
        words.push_str(" …");
    }
    words
}

/// How old what is listed is, once it is all there.
pub fn age_words(state: &State) -> Option<String> {
    let (goal, list) = state.listed()?;
    if !list.tickets.is_empty() {
        return None;
    }
    let ended = |state: &CellState| match state {
        CellState::Done { at }
        | CellState::Partial { at, .. }
        | CellState::Denied { at, .. }
        | CellState::Failed { at, .. } => Some(*at),
        _ => None,
    };
    let cells = list.cells.iter().filter(|(key, _)| state.browse.covers(goal, key));
    let oldest: Timestamp = cells.filter_map(|(_, cell)| ended(&cell.state)).min()?;
    // What has just come is not old.
    if state.now.since(oldest) < FRESH {
        return None;
    }
    Some(format!("as it was at {}; {{key:refresh}} asks anew", oldest.clock(state.zone)))
}
