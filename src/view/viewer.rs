//! Texts that cover the panes.

use super::brush::{Brush, extent};
use crate::app::{Layout, State, Viewer};
use crate::domain::Role;
use crate::text;

/// Draws a text that covers the panes.
pub fn draw(state: &State, viewer: &Viewer, layout: &Layout, brush: &mut Brush<'_>) {
    let Some(area) = state.viewer_area() else { return };
    let rows = viewer.rows(usize::from(area.width));
    let first = viewer.scroll.min(rows.len().saturating_sub(1));
    let shown = first..(first + usize::from(area.height)).min(rows.len());
    brush.clear(layout.body);
    let title = viewer.sheets.get(viewer.sheet).map_or("", |s| s.title.as_str());
    let mut below = extent(&shown, rows.len());
    if viewer.sheets.len() > 1 {
        let gap = if below.is_empty() { "" } else { "   " };
        below.push((Role::Quiet, format!("{gap}policy {} of {}", viewer.sheet + 1, viewer.sheets.len())));
    }
    let inner = brush.frame(layout.body, true, title, &below);
    if viewer.tabs().len() > 1 {
        let mut x = inner.x + 1;
        for (i, tab) in viewer.tabs().iter().enumerate() {
            let role = if i == viewer.tab { Role::Badge } else { Role::Quiet };
            let left = (inner.x + inner.width).saturating_sub(x);
            x += brush.text(x, inner.y, left, role, &format!(" {} ", tab.name)) + 1;
        }
    }
    for (row, y) in rows[shown].iter().zip(area.y..) {
        brush.line(area.x, y, area.width, row);
        let text = row.text();
        for place in viewer.search.places(&text) {
            let before = u16::try_from(text::width(&text[..place.start])).unwrap_or(area.width);
            let left = area.width.saturating_sub(before);
            brush.text(area.x + before.min(area.width), y, left, Role::Badge, &text[place]);
        }
    }
    brush.put_cursor(area.x, area.y);
}
