//! The accounts pane: connections under their groups, each with its state in words.

use super::brush::{Brush, extent, page};
use crate::app::{AccountRow, Area, Pane, State, account_rows, accounts_tally};
use crate::domain::{Connection, Role};

/// The widest name.
const NAME: u16 = 32;

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let rows = account_rows(state);
    let is_here = |row: &AccountRow<'_>| matches!(row, AccountRow::Connection(c) if Some(c.id) == state.cursor);
    let at = rows.iter().position(is_here).unwrap_or(0);
    let shown = page(at, rows.len(), usize::from(area.height.saturating_sub(2)));
    let focused = state.focus == Pane::Accounts;
    let inner = brush.frame(area, focused, &title(state), &extent(&shown, rows.len()));
    for (row, y) in rows[shown].iter().zip(inner.y..) {
        match row {
            AccountRow::Heading(group) => {
                brush.text(inner.x + 1, y, inner.width - 1, Role::Heading, &group.to_uppercase());
            }
            AccountRow::Connection(connection) => {
                if is_here(row) {
                    brush.text(inner.x, y, 1, Role::Cursor, "▌");
                    if focused {
                        brush.put_cursor(inner.x, y);
                    }
                }
                let Some(standing) = state.standings.get(&connection.id) else { continue };
                if state.is_browsing() {
                    browsing(state, connection, Area { y, height: 1, ..inner }, brush);
                    continue;
                }
                let badge = standing.badge();
                let x = inner.x + 1;
                // The state keeps its room; the name is cut before it is.
                let need = u16::try_from(crate::text::width(&badge.word)).unwrap_or(0).min(inner.width / 2);
                let room = inner.width.saturating_sub(4 + need + 1).min(NAME);
                brush.text(x, y, 1, badge.mark.role(), badge.mark.symbol(false));
                brush.text(x + 2, y, room, Role::Text, connection.name.as_str());
                // At the right edge, unless that is too far from the name to be read as one row.
                let far = inner.x + inner.width - need - 1;
                brush.text(far.min(x + 2 + NAME + 2), y, need, badge.mark.role(), &badge.word);
            }
        }
    }
}

/// While assets are listed: whether all are asked, or those that are marked.
fn title(state: &State) -> String {
    let marks = state.browse.scope.connections.len();
    match (state.is_browsing(), marks) {
        (false, _) => Pane::Accounts.title().to_owned(),
        (true, 0) => format!("{} · all", Pane::Accounts.title()),
        (true, n) => format!("{} · {n} marked", Pane::Accounts.title()),
    }
}

/// While assets are listed: whether the connection is marked, and how many it has.
fn browsing(state: &State, connection: &Connection, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    let marks = &state.browse.scope.connections;
    let (role, symbol) = match (marks.is_empty(), marks.contains(&connection.id)) {
        (true, _) => (Role::Quiet, " "),
        (false, true) => (Role::Strong, "▣"),
        (false, false) => (Role::Quiet, "☐"),
    };
    let (mark, word) = accounts_tally(state, connection.id);
    let need = u16::try_from(crate::text::width(&word)).unwrap_or(0).min(width / 2);
    let room = width.saturating_sub(4 + need + 1).min(NAME);
    brush.text(x + 1, y, 1, role, symbol);
    let covered = state.browse.covers_connection(connection.id);
    brush.text(x + 3, y, room, if covered { Role::Text } else { Role::Moot }, connection.name.as_str());
    let far = x + width - need - 1;
    brush.text(far.min(x + 3 + NAME + 2), y, need, mark.map_or(Role::Text, |m| m.role()), &word);
}
