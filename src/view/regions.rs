//! The regions pane: which are on for the account that the detail shows.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Pane, RegionOrder, RegionRow, State, region_rows, region_summary};
use crate::domain::{Mark, Role};
use crate::text;

/// The widest region code.
const NAME: u16 = 16;
/// Fewer columns for a region's name say nothing.
const PLACE: u16 = 16;
/// The widest state: "opted in".
const STATE: u16 = 8;
/// The widest count: "not offered".
const COUNT: u16 = 11;

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let rows = region_rows(state);
    let at = state.region.as_ref().and_then(|r| rows.iter().position(|row| row.region == *r)).unwrap_or(0);
    let shown = page(at, rows.len(), usize::from(area.height.saturating_sub(2)));
    let focused = state.focus == Pane::Regions;
    let summary = region_summary(state);
    let part = extent(&shown, rows.len()).into_iter().next().map(|(_, words)| words);
    let both = part.as_ref().map_or_else(|| summary.clone(), |part| format!("{summary} · {part}"));
    let fits = |words: &&String| text::width(words) + 6 <= usize::from(area.width) && !rows.is_empty();
    let below = [Some(&both), Some(&summary), part.as_ref()].into_iter().flatten().find(fits);
    let below: Vec<(Role, String)> = below.map(|words| (Role::Quiet, words.clone())).into_iter().collect();
    let title = match state.region_order {
        RegionOrder::Code => Pane::Regions.title().to_owned(),
        order => format!("{} · {}", Pane::Regions.title(), order.words()),
    };
    let inner = brush.frame(area, focused, &title, &below);
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
        if let Some(marked) = row.marked {
            browsing(state, row, marked, Area { y, height: 1, ..inner }, brush);
            continue;
        }
        let role = if row.mark == Mark::NotApplicable { Role::Moot } else { Role::Text };
        brush.text(inner.x + 1, y, 1, row.mark.role(), row.mark.symbol(false));
        let name = inner.width.saturating_sub(12).min(NAME);
        brush.text(inner.x + 3, y, name, role, row.region.as_str());
        brush.text(inner.x + 4 + name, y, STATE, row.mark.role(), &row.word);
        let used = 4 + name + STATE + 2;
        if inner.width >= used + PLACE {
            brush.text(inner.x + used, y, inner.width - used, Role::Quiet, row.place);
        }
    }
}

/// While assets are listed: whether the region is marked, and how many are there.
fn browsing(state: &State, row: &RegionRow, marked: bool, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    let any = !state.browse.scope.regions.is_empty();
    let (role, symbol) = match (row.mark, any, marked) {
        (Mark::NotApplicable, ..) => (Role::Moot, Mark::NotApplicable.symbol(false)),
        (_, false, _) => (Role::Quiet, " "),
        (_, true, true) => (Role::Strong, "▣"),
        (_, true, false) => (Role::Quiet, "☐"),
    };
    let need = u16::try_from(text::width(&row.word)).unwrap_or(0).min(width / 2);
    let name = width.saturating_sub(4 + need + 1).min(NAME);
    brush.text(x + 1, y, 1, role, symbol);
    let quiet = row.mark == Mark::NotApplicable || (any && !marked);
    brush.text(x + 3, y, name, if quiet { Role::Moot } else { Role::Text }, row.region.as_str());
    // The counts stand below one another.
    let right = (3 + NAME + 1 + COUNT).min(width.saturating_sub(1));
    let at = x + right.saturating_sub(need);
    let role = if row.mark == Mark::Allowed { Role::Text } else { row.mark.role() };
    brush.text(at, y, need, role, &row.word);
    let used = right + 2;
    if width >= used + PLACE {
        brush.text(x + used, y, width - used, Role::Quiet, row.place);
    }
}
