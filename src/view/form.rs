//! Adding, editing and removing a connection.

use super::Look;
use super::brush::{Brush, extent};
use crate::app::{Area, Context, Layout, Line, Removal, State, form_page, wrapped};
use crate::domain::Role;

/// Draws the form on top over the panes.
pub fn draw(state: &State, layout: &Layout, look: &Look, brush: &mut Brush<'_>) {
    let Some(area) = state.form_area() else { return };
    // `{there:…}` names a key of the policies, which a key of the form opens.
    let spell = |words: &str| {
        let here = look.keymap.spell(Context::Form, words).replace("{there:", "{key:");
        look.keymap.spell(Context::Snippet, &here).into_owned()
    };
    let Some(page) = form_page(state, area, &spell) else { return };
    brush.clear(layout.body);
    let height = usize::from(area.height);
    let shown = page.first..(page.first + height).min(page.rows.len());
    let mut below = extent(&shown, page.rows.len());
    if page.split.is_none() && area.width >= 60 && shown.end < page.rows.len() {
        let words = spell(" · {key:page-down} reads on: what to do in AWS");
        below.push((Role::Quiet, words));
    }
    brush.frame(layout.body, true, &page.title, &below);
    let width = page.split.unwrap_or(area.width);
    brush.put_cursor(area.x, area.y);
    for (row, y) in page.rows[shown].iter().zip(area.y..) {
        brush.line(area.x, y, width, &row.line);
        if let Some(column) = row.cursor {
            brush.put_cursor(area.x + u16::try_from(column).unwrap_or(0).min(width.saturating_sub(1)), y);
        }
    }
    let Some(left) = page.split else { return };
    let x = area.x + left;
    for y in area.y..area.y + area.height {
        brush.text(x, y, 1, Role::Border, "│");
    }
    for (line, y) in page.guide.iter().skip(page.guide_first).zip(area.y..area.y + area.height) {
        brush.line(x + 2, y, area.width.saturating_sub(left + 2), line);
    }
}

/// Draws the removal on top over the panes.
pub fn removal(state: &State, removal: &Removal, layout: &Layout, look: &Look, brush: &mut Brush<'_>) {
    let Some(connection) = state.connection(removal.id) else { return };
    brush.clear(layout.body);
    let inner = brush.frame(layout.body, true, &format!("Remove {}", connection.name), &[]);
    let Area { x, y, width, height } = inner;
    let (x, width) = (x + 1, width.saturating_sub(2));
    let needed = removal.dependents(&state.book);
    let mut lines = Vec::new();
    let mut at = y;
    if needed.is_empty() {
        // First, so that it is seen on the smallest screen.
        at +=
            brush.text(x, at, width, Role::Strong, &format!("Type its name to remove it: {}", connection.name)).min(1);
        let used = brush.text(x, at, width, Role::Cursor, "▌ ");
        let role = if removal.is_typed(&state.book) { Role::Denied } else { Role::Input };
        brush.text(x + used, at, width - used, role, removal.input.text());
        let column = u16::try_from(removal.input.column()).unwrap_or(width).min(width - used);
        brush.put_cursor(x + used + column, at);
        at += 2;
        if let Some(why) = &removal.problem {
            lines.push(Line::of(Role::Bad, format!("Nothing was removed: {why}")));
        }
        let goes = match state.flags.demo {
            true => "The connection goes from the demo, for this run. No cloud is asked or changed.",
            false => "The connection goes from the vault, with its ExternalId. No cloud is asked or changed.",
        };
        lines.push(Line::of(Role::Text, goes));
        if let Some(arn) = connection.role_arn() {
            lines
                .push(Line::of(Role::Text, format!("The role stays: {arn}. Delete it, or its trust, in the account.")));
        }
    } else {
        brush.put_cursor(x, y);
        for other in &needed {
            lines.push(Line::of(Role::Bad, format!("✗ {} takes its credentials from this connection.", other.name)));
        }
        let first =
            "Nothing can be removed yet: give that one another source with {key:edit-connection}, or remove it first.";
        lines.push(Line::of(Role::Text, look.keymap.spell(Context::Connections, first)));
    }
    for (row, y) in wrapped(&lines, usize::from(width)).iter().zip(at..y + height) {
        brush.line(x, y, width, row);
    }
}
