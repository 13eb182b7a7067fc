//! What may follow a key that begins a sequence.

use super::Look;
use super::brush::Brush;
use crate::app::{Area, State};
use crate::domain::Role;
use crate::text;

/// Draws the keys that may come next, in the lower right corner.
pub fn draw(state: &State, look: &Look, body: Area, brush: &mut Brush<'_>) {
    let rows = look.keymap.pending(state);
    if rows.is_empty() {
        return;
    }
    let column = rows.iter().map(|r| text::width(&r.key)).max().unwrap_or(0) + 2;
    let words: Vec<(Role, String)> = rows
        .iter()
        .map(|row| match &row.why {
            None => (Role::KeyText, row.say.clone()),
            Some(why) => (Role::Quiet, format!("{} (not now: {why})", row.say)),
        })
        .collect();
    let title: String = state.prefix.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let widest = words.iter().map(|(_, w)| text::width(w)).max().unwrap_or(0);
    let width = u16::try_from(widest + column + 4).unwrap_or(body.width).min(body.width);
    let height = u16::try_from(rows.len() + 2).unwrap_or(body.height).min(body.height);
    let area = Area { x: body.x + body.width - width, y: body.y + body.height - height, width, height };
    brush.clear(area);
    let inner = brush.frame(area, true, &format!("{title} …"), &[]);
    for ((row, (role, say)), y) in rows.iter().zip(&words).zip(inner.y..inner.y + inner.height) {
        brush.text(inner.x + 1, y, inner.width - 1, Role::Key, &row.key);
        let x = u16::try_from(column + 1).unwrap_or(inner.width);
        brush.text(inner.x + x, y, inner.width.saturating_sub(x + 1), *role, say);
    }
}
