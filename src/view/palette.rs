//! The palette: a name that is being typed, and what fits it.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Entry, Layout, Palette, State, entries};
use crate::domain::Role;
use crate::text;

/// The widest and highest box.
const WIDTH: u16 = 92;
const HEIGHT: u16 = 20;
/// The widest name.
const NAME: u16 = 26;

/// Draws the palette over the panes.
pub fn draw(state: &State, palette: &Palette, layout: &Layout, brush: &mut Brush<'_>) {
    let body = layout.body;
    let (width, height) = (body.width.min(WIDTH), body.height.min(HEIGHT));
    let area = Area { x: body.x + (body.width - width) / 2, y: body.y, width, height };
    let found = entries(state);
    let chosen = palette.chosen.min(found.len().saturating_sub(1));
    let shown = page(chosen, found.len(), usize::from(height.saturating_sub(3)));
    brush.clear(area);
    let inner = brush.frame(area, true, "Go to", &extent(&shown, found.len()));
    let used = brush.text(inner.x + 1, inner.y, inner.width - 1, Role::Key, ": ");
    let (x, room) = (inner.x + 1 + used, inner.width.saturating_sub(used + 2));
    brush.text(x, inner.y, room, Role::Input, palette.input.text());
    if palette.input.is_empty() {
        let words = "a command, a kind (ec2, s3, roles), an account, a region, find 10.0.1.2";
        brush.text(x + 1, inner.y, room.saturating_sub(1), Role::Quiet, words);
    }
    let column = u16::try_from(palette.input.column()).unwrap_or(room).min(room);
    if found.is_empty() {
        let words = "nothing is called that";
        brush.text(inner.x + 1, inner.y + 1, inner.width - 2, Role::Quiet, words);
    }
    let first = shown.start;
    for (i, (entry, y)) in found[shown].iter().zip(inner.y + 1..).enumerate() {
        let marked = entry.kind().is_some_and(|kind| palette.marked.contains(kind));
        row(entry, first + i == chosen, marked, Area { y, height: 1, ..inner }, brush);
    }
    brush.put_cursor(x + column, inner.y);
}

fn row(entry: &Entry, chosen: bool, marked: bool, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    if chosen {
        brush.text(x, y, 1, Role::Cursor, "▌");
    }
    if marked {
        brush.text(x + 1, y, 1, Role::Strong, "▣");
    }
    if let Some(mark) = entry.mark {
        brush.marked(x + 1, y, 1, mark, "");
    }
    let key = u16::try_from(text::width(&entry.key)).unwrap_or(0);
    let name = (width / 2).min(NAME);
    let role = match (&entry.off, chosen) {
        (Some(_), _) => Role::Moot,
        (None, true) => Role::Strong,
        (None, false) => Role::Text,
    };
    brush.text(x + 3, y, name, role, &entry.word);
    let say = entry.off.as_ref().map_or_else(|| entry.say.clone(), |why| format!("not now: {why}"));
    let at = x + 3 + name + 1;
    let room = width.saturating_sub(3 + name + 1 + key + 2);
    brush.text(at, y, room, Role::Quiet, &say);
    brush.text(x + width.saturating_sub(key + 1), y, key, Role::Key, &entry.key);
}
