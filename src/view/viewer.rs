//! Texts that cover the panes.

use super::brush::{Brush, extent};
use crate::app::{Area, Layout, State, Viewer, ViewerKind};
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
        let what = if matches!(viewer.kind, ViewerKind::Message | ViewerKind::Cells) { "page" } else { "policy" };
        let gap = if below.is_empty() { "" } else { "   " };
        below.push((Role::Quiet, format!("{gap}{what} {} of {}", viewer.sheet + 1, viewer.sheets.len())));
    }
    let inner = brush.frame(layout.body, true, title, &below);
    if viewer.tabs().len() > 1 {
        tabs(viewer, Area { x: inner.x + 1, height: 1, ..inner }, brush);
    }
    for (row, y) in rows[shown].iter().zip(area.y..) {
        brush.line(area.x, y, area.width, row);
        let text = brush.spell(&row.text()).into_owned();
        for place in viewer.search.places(&text) {
            let before = u16::try_from(text::width(&text[..place.start])).unwrap_or(area.width);
            let left = area.width.saturating_sub(before);
            brush.text(area.x + before.min(area.width), y, left, Role::Badge, &text[place]);
        }
    }
    brush.put_cursor(area.x, area.y);
}

/// The names of the forms; where they do not fit, the present one and which of how many it is.
fn tabs(viewer: &Viewer, area: Area, brush: &mut Brush<'_>) {
    let all = viewer.tabs();
    let fits = all.iter().map(|t| text::width(t.name) + 3).sum::<usize>() <= usize::from(area.width);
    let mut x = area.x;
    for (i, tab) in all.iter().enumerate().filter(|(i, _)| fits || *i == viewer.tab) {
        let role = if i == viewer.tab { Role::Badge } else { Role::Quiet };
        let left = (area.x + area.width).saturating_sub(x);
        x += brush.text(x, area.y, left, role, &format!(" {} ", tab.name)) + 1;
    }
    if !fits {
        let left = (area.x + area.width).saturating_sub(x);
        brush.text(x, area.y, left, Role::Quiet, &format!("{} of {} forms", viewer.tab + 1, all.len()));
    }
}
