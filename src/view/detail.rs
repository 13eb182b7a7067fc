//! The detail pane: why a connection is as it is.

use super::brush::{Brush, extent};
use crate::app::{Area, Pane, State, detail};

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let (title, rows) = detail(state, usize::from(area.width.saturating_sub(4)));
    let height = usize::from(area.height.saturating_sub(2));
    let first = state.detail_scroll.min(rows.len().saturating_sub(1));
    let shown = first..(first + height).min(rows.len());
    let focused = state.focus == Pane::Detail;
    let inner = brush.frame(area, focused, &title, &extent(&shown, rows.len()));
    for (row, y) in rows[shown].iter().zip(inner.y..) {
        brush.line(inner.x + 1, y, inner.width.saturating_sub(2), row);
    }
    if focused {
        brush.put_cursor(inner.x + 1, inner.y);
    }
}
