//! The regions pane: which are on for the account that the detail shows.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Pane, State, region_rows, region_summary};
use crate::domain::{Mark, Role};

/// The widest region code.
const NAME: u16 = 16;

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let rows = region_rows(state);
    let at = state.region.as_ref().and_then(|r| rows.iter().position(|row| row.region == *r)).unwrap_or(0);
    let shown = page(at, rows.len(), usize::from(area.height.saturating_sub(2)));
    let focused = state.focus == Pane::Regions;
    let summary = region_summary(state);
    let mut below = Vec::new();
    if !rows.is_empty() {
        below.push((Role::Quiet, summary.clone()));
        below.extend(extent(&shown, rows.len()).into_iter().map(|(role, words)| (role, format!(" · {words}"))));
    }
    let inner = brush.frame(area, focused, Pane::Regions.title(), &below);
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
        let name = inner.width.saturating_sub(12).min(NAME);
        brush.text(inner.x + 3, y, name, role, row.region.as_str());
        brush.text(inner.x + 4 + name, y, 8, row.mark.role(), row.word);
    }
}
