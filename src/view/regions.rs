//! The regions pane: which are on for the account that the detail shows.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Pane, State, region_rows, region_summary};
use crate::domain::{Mark, Role};

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let rows = region_rows(state);
    let at = state.region.as_ref().and_then(|r| rows.iter().position(|row| row.region == *r)).unwrap_or(0);
    let shown = page(at, rows.len(), usize::from(area.height.saturating_sub(2)));
    let focused = state.focus == Pane::Regions;
    let summary = region_summary(state);
    let title = if rows.is_empty() { Pane::Regions.title().to_owned() } else { format!("2 Regions · {summary}") };
    let inner = brush.frame(area, focused, &title, &extent(&shown, rows.len()));
    if rows.is_empty() {
        brush.text(inner.x + 1, inner.y, inner.width - 1, Role::Quiet, &summary);
        if focused {
            brush.put_cursor(inner.x, inner.y);
        }
        return;
    }
    let first = shown.start;
    for (i, (row, y)) in rows[shown].iter().zip(inner.y..).enumerate() {
        if focused && first + i == at {
            brush.text(inner.x, y, 1, Role::Cursor, "▌");
            brush.put_cursor(inner.x, y);
        }
        let role = if row.mark == Mark::NotApplicable { Role::Moot } else { Role::Text };
        brush.text(inner.x + 1, y, 1, row.mark.role(), row.mark.symbol(false));
        brush.text(inner.x + 3, y, inner.width.saturating_sub(12), role, row.region.as_str());
        brush.text(inner.x + inner.width.saturating_sub(8), y, 8, row.mark.role(), &format!("{:>8}", row.word));
    }
}
