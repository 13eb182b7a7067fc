//! One asset in the detail pane, from its row: what it leads to, its tags, its fields, through which connections
//! it is seen.

use super::table::tag_words;
use super::{AssetKey, Followed, List};
use crate::app::{Line, State, wrapped};
use crate::domain::{Role, RowView, TagState, Value};
use crate::query::{CellLabel, column_text, place};
use std::collections::BTreeSet;

/// The column in which the values of fields begin.
const COLUMN: usize = 20;

/// The detail pane's title and rows at a width, while assets are listed.
pub(in crate::app) fn asset_detail(state: &State, width: usize) -> (String, Vec<Line>) {
    let followed = state.listed().and_then(|(_, list)| Some((list, list.followed.as_ref()?)));
    let Some((list, followed)) = followed else {
        return ("4 Detail".to_owned(), vec![Line::of(Role::Quiet, "No asset here.")]);
    };
    let lines = asset_lines(state, list, followed);
    (format!("4 {}", called(&followed.row())), wrapped(&lines, width))
}

/// What a row is called: its name, else its id.
pub(in crate::app) fn called<'b>(row: &RowView<'b>) -> &'b str {
    if row.name().is_empty() { row.id() } else { row.name() }
}

/// Everything that the row says.
pub(in crate::app) fn asset_lines(state: &State, list: &List, followed: &Followed) -> Vec<Line> {
    let (cell, row) = (&*followed.cell, followed.row());
    let mut lines = Vec::new();
    let links = link_words(cell, &row);
    if !links.is_empty() {
        lines.push(links);
    }
    if row.tag_state() != TagState::None {
        let tags = Line::of(Role::Quiet, "Tags  ");
        let role = if row.tag_state() == TagState::Known { Role::Text } else { Role::Untested };
        lines.push(tags.and(role, tag_words(&row)).hang(6));
    }
    let mut fact = |name: &str, role: Role, value: &str| {
        if !value.is_empty() {
            lines.push(
                Line::of(Role::Quiet, format!("{name:<width$} ", width = COLUMN - 1)).and(role, value).hang(COLUMN),
            );
        }
    };
    for (at, column) in cell.kind.columns.iter().enumerate() {
        let role = match row.value(at) {
            Value::Denied => Role::Denied,
            Value::Failed | Value::NotLoaded => Role::Untested,
            Value::Hidden => Role::Moot,
            _ => Role::Text,
        };
        fact(&column.title, role, &full_text(state, column, at, &row));
    }
    fact("Id", Role::Text, row.id());
    fact("ARN", Role::Text, row.arn());
    let state = crate::query::state_words(&row);
    if !state.is_empty() {
        fact("State", row.state_role().role(), &state);
    }
    fact("Account", Role::Text, &format!("{} · {}", cell.name, cell.account));
    fact("Region", Role::Text, place(cell, &row));
    if let Some(parent) = row.batch().parent() {
        fact("In", Role::Text, if parent.name.is_empty() { &parent.id } else { &parent.name });
    }
    let others = seen_through(list, followed);
    if others.len() > 1 {
        fact("Seen through", Role::Text, &others.join(", "));
    }
    lines
}

/// A value as it is read alone: a time with its date.
fn full_text(state: &State, column: &crate::catalog::kind::Column, at: usize, row: &RowView<'_>) -> String {
    match row.value(at) {
        Value::Time(ms) => {
            let age = column_text(column, at, row, state.now);
            format!("{} · {age}", crate::domain::Timestamp(ms).dated(state.zone, state.now))
        }
        Value::NotLoaded => "not loaded; {key:load-late} loads it".to_owned(),
        _ => column_text(column, at, row, state.now).into_owned(),
    }
}

/// What a row leads to, in one line.
fn link_words(cell: &CellLabel, row: &RowView<'_>) -> Line {
    let mut line = Line::default();
    for (at, link) in cell.kind.links.iter().enumerate() {
        let mut values = row.link(at);
        let Some(first) = values.next() else { continue };
        let more = values.count();
        let short = first.rsplit('/').next().unwrap_or(first);
        let gap = if line.spans.is_empty() { "" } else { " · " };
        line = line.and(Role::Quiet, format!("{gap}{} ", link.title)).and(Role::Text, short);
        line = line.and(Role::Quiet, if more > 0 { format!(" +{more} →") } else { " →".to_owned() });
    }
    line
}

/// The names of the connections through which an asset is seen.
fn seen_through(list: &List, followed: &Followed) -> Vec<String> {
    let key: AssetKey = followed.key();
    let mut names = BTreeSet::from([followed.cell.name.to_string()]);
    let mut tried = BTreeSet::new();
    for block in list.table.blocks.iter() {
        let cell = &*block.cell;
        if cell.connection == followed.cell.connection
            || cell.account != key.account
            || names.contains(cell.name.as_str())
        {
            continue;
        }
        tried.insert(cell.connection);
        if block.batch.rows().any(|row| key.is(cell, &row)) {
            names.insert(cell.name.to_string());
        }
    }
    names.into_iter().collect()
}

impl Line {
    /// Whether nothing stands in it.
    fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}
