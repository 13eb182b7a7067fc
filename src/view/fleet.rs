//! The fleet of checks: a row a connection, a column a permission.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Line, Pane, Slot, Standing, State, external_id, shown, since, wrapped};
use crate::domain::{Connection, Mandatory, Mark, Role};

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Account,
    /// One permission, with the word of a refusal or the symbol alone.
    Check(Mandatory, bool),
    ExternalId,
    /// For how long something is broken.
    Since,
    Time,
    /// Symbol and words of the whole connection.
    State,
    /// All five symbols without gaps.
    Symbols,
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Name => "connection",
            Self::Account => "account",
            Self::Check(permission, _) => permission.short(),
            Self::ExternalId => "ExternalId",
            Self::Since => "since",
            Self::Time => "time",
            Self::State => "state",
            Self::Symbols => "checks",
        }
    }

    /// Columns that it needs.
    fn width(self) -> u16 {
        match self {
            Self::Name => 12,
            Self::Account => 12,
            // "✗ DENIED"
            Self::Check(permission, true) => (permission.short().len() as u16).max(8),
            Self::Check(permission, false) => permission.short().len() as u16,
            // "! NOT ENFORCED"
            Self::ExternalId => 14,
            Self::Since => 5,
            Self::Time => 7,
            // "! NOT ENFORCED"
            Self::State => 14,
            Self::Symbols => 6,
        }
    }
}

/// The widest name column.
const NAME: u16 = 28;

/// The columns for a width: words first, then account and time; with less room symbols, then sums.
fn columns(width: u16) -> Vec<(Column, u16)> {
    use Column::{Account, Check, ExternalId, Name, Since, State, Symbols, Time};
    let checks = |words| Mandatory::ALL.map(|p| Check(p, words));
    let with = |before: &[Column], words, after: &[Column]| {
        before.iter().copied().chain(checks(words)).chain(after.iter().copied()).collect::<Vec<_>>()
    };
    let choices = [
        with(&[Name, Account], true, &[ExternalId, Since, Time]),
        with(&[Name, Account], true, &[ExternalId, Since]),
        with(&[Name, Account], true, &[ExternalId]),
        with(&[Name], true, &[ExternalId, Since]),
        with(&[Name], true, &[ExternalId]),
        with(&[Name], false, &[ExternalId]),
    ];
    let need = |columns: &[Column]| columns.iter().map(|c| c.width() + 1).sum::<u16>() - 1;
    let chosen = choices.into_iter().find(|c| need(c) <= width).unwrap_or_else(|| vec![Name, State, Symbols]);
    let spare = width.saturating_sub(need(&chosen)).min(NAME - Name.width());
    chosen.into_iter().map(|c| (c, if c == Name { c.width() + spare } else { c.width() })).collect()
}

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let list = shown(state);
    let at = list.iter().position(|c| Some(c.id) == state.cursor).unwrap_or(0);
    let rows = page(at, list.len(), usize::from(area.height.saturating_sub(3)));
    let focused = state.focus == Pane::Checks;
    let mut below = extent(&rows, list.len());
    if !below.is_empty() {
        below.push((Role::Quiet, "   ".to_owned()));
    }
    below.extend(legend(usize::from(area.width)));
    let inner = brush.frame(area, focused, Pane::Checks.title(), &below);
    if list.is_empty() {
        let words = if state.book.is_empty() {
            "No connections yet: {key:new-connection} makes the first one, {key:import} imports the roles of ~/.aws/config"
        } else if !state.filter.is_empty() {
            "Nothing matches the filter; {key:back} clears it."
        } else {
            "Nothing is broken; {key:only-broken} shows all connections."
        };
        // Keys are named first: their names are shorter than what stands for them.
        let words = brush.spell(words).into_owned();
        let rows = wrapped(&[Line::of(Role::Quiet, words)], usize::from(inner.width.saturating_sub(2)));
        for (row, y) in rows.iter().zip(inner.y..inner.y + inner.height) {
            brush.line(inner.x + 1, y, inner.width - 1, row);
        }
        if focused {
            brush.put_cursor(inner.x, inner.y);
        }
        return;
    }
    let columns = columns(inner.width.saturating_sub(1));
    let mut x = inner.x + 1;
    for (column, width) in &columns {
        brush.text(x, inner.y, *width, Role::Quiet, column.title());
        x += width + 1;
    }
    for (connection, y) in list[rows].iter().zip(inner.y + 1..) {
        if Some(connection.id) == state.cursor {
            brush.text(inner.x, y, 1, Role::Cursor, "▌");
            if focused {
                brush.put_cursor(inner.x, y);
            }
        }
        let Some(standing) = state.standings.get(&connection.id) else { continue };
        let mut x = inner.x + 1;
        for (column, width) in &columns {
            let area = Area { x, y, width: *width, height: 1 };
            cell(state, connection, standing, *column, area, brush);
            x += width + 1;
        }
    }
}

fn cell(
    state: &State,
    connection: &Connection,
    standing: &Standing,
    column: Column,
    area: Area,
    brush: &mut Brush<'_>,
) {
    let Area { x, y, width, .. } = area;
    match column {
        Column::Name => {
            brush.text(x, y, width, Role::Text, connection.name.as_str());
        }
        Column::Account => {
            let account = connection.account.as_ref().map_or("", |a| a.as_str());
            brush.text(x, y, width, Role::Quiet, account);
        }
        Column::Check(permission, words) => {
            let mark = standing.slot(permission).mark();
            // Only what is refused speaks up: a wall of words hides the one that matters.
            let word = if words && mark == Mark::Denied { mark.word() } else { "" };
            brush.marked(x, y, width, mark, word);
        }
        Column::ExternalId => {
            let cell = external_id(connection, standing);
            match cell.mark {
                Some(mark) => brush.marked(x, y, width, mark, &cell.word),
                None => drop(brush.text(x, y, width, cell.role, &cell.word)),
            }
        }
        Column::Since => {
            brush.text(x, y, width, Role::Quiet, &format!("{:>5}", since(state, standing)));
        }
        Column::Time => {
            let ms = standing.report.as_ref().filter(|_| standing.run.is_none()).map(|r| r.elapsed_ms);
            let words = ms.map_or(String::new(), |ms| format!("{ms}ms"));
            brush.text(x, y, width, Role::Quiet, &format!("{words:>7}"));
        }
        Column::State => {
            let badge = standing.badge();
            brush.marked(x, y, width, badge.mark, &badge.word);
        }
        Column::Symbols => {
            for (permission, x) in Mandatory::ALL.into_iter().zip(x..) {
                let mark = match standing.slot(permission) {
                    Slot::Never => Mark::Untested,
                    slot => slot.mark(),
                };
                brush.marked(x, y, 1, mark, "");
            }
        }
    }
}

/// Every symbol with its word, as far as they fit; the last ones have words of their own beside them.
fn legend(width: usize) -> Vec<(Role, String)> {
    let mut pieces = Vec::new();
    let mut used = 6;
    for mark in Mark::ALL {
        let gap = if pieces.is_empty() { "" } else { "  " };
        let words = format!(" {}", mark.word());
        used += gap.len() + 1 + words.len();
        if used > width {
            break;
        }
        pieces.push((Role::Quiet, gap.to_owned()));
        pieces.push((mark.role(), mark.symbol(false).to_owned()));
        pieces.push((Role::Quiet, words));
    }
    pieces
}
