//! The table of assets: a row an asset, only those on the screen; below it, what keeps rows away.

use super::brush::Brush;
use crate::app::{
    Area, Col, Line, List, Pane, Shown, State, asset_columns, cell_words, col_title, foot, thousands, wrapped,
};
use crate::domain::Role;
use crate::query::Sort;
use crate::text;

/// Draws the pane.
pub fn draw(state: &State, area: Area, brush: &mut Brush<'_>) {
    let (Some((goal, list)), Some(table)) = (state.listed(), state.asset_area()) else { return };
    let focused = state.focus == Pane::Checks;
    let window = state.asset_window();
    let columns = asset_columns(state, list);
    let shown = list.on_screen(&columns, table.width);
    let title = title(&state.goal_title(goal), list);
    let below = below(list, &window, &columns, &shown, brush);
    let inner = brush.frame(area, focused, &title, &below);
    let mut x = table.x;
    for column in &shown {
        heading(list, *column, x, inner.y, brush);
        x += column.width + 1;
    }
    if list.table.order.is_empty() {
        let words = brush.spell(&state.no_rows()).into_owned();
        let rows = wrapped(&[Line::of(Role::Quiet, words)], usize::from(inner.width.saturating_sub(2)));
        for (row, y) in rows.iter().zip(table.y..table.y + table.height) {
            brush.line(inner.x + 1, y, inner.width - 1, row);
        }
        if focused {
            brush.put_cursor(inner.x, table.y);
        }
    }
    for (at, y) in window.zip(table.y..) {
        let Some((cell, row)) = list.table.row(at) else { continue };
        if at == list.at {
            brush.text(inner.x, y, 1, Role::Cursor, "▌");
            if focused {
                brush.put_cursor(inner.x, y);
            }
        }
        if list.is_marked(at) {
            brush.text(inner.x + 1, y, 1, Role::Strong, "▣");
        }
        let mut x = table.x;
        for column in &shown {
            let (role, words) = cell_words(state, list, cell, &row, column.col);
            let used = u16::try_from(text::width(&words)).unwrap_or(column.width).min(column.width);
            let indent = if column.right { column.width - used } else { 0 };
            brush.text(x + indent, y, column.width - indent, role, &words);
            x += column.width + 1;
        }
    }
    let room = usize::from(area.height.saturating_sub(3));
    if room >= 4 {
        for (line, y) in foot(state, room).iter().zip(table.y + table.height..inner.y + inner.height) {
            // What helps stands at the end: the words before it are cut.
            let keys: usize = line.spans.iter().skip(2).map(|s| text::width(&brush.spell(s.text()))).sum();
            let keys = u16::try_from(keys).unwrap_or(0);
            let width = inner.width.saturating_sub(2);
            let (words, rest) = line.spans.split_at(line.spans.len().min(2));
            let pieces = |spans: &[crate::app::Span]| -> Vec<(Role, String)> {
                spans.iter().map(|s| (s.role(), s.text().to_owned())).collect()
            };
            let (words, rest) = (pieces(words), pieces(rest));
            let used =
                brush.pieces(inner.x + 1, y, width.saturating_sub(keys), words.iter().map(|(r, w)| (*r, w.as_str())));
            brush.pieces(inner.x + 1 + used, y, width.saturating_sub(used), rest.iter().map(|(r, w)| (*r, w.as_str())));
        }
    }
}

fn heading(list: &List, column: Shown, x: u16, y: u16, brush: &mut Brush<'_>) {
    let Sort { by, descending } = list.sort;
    let title = col_title(list, column.col);
    let arrow = match (Col::of(by) == column.col, descending) {
        (false, _) => "",
        (true, false) => " ▲",
        (true, true) => " ▼",
    };
    let words = format!("{title}{arrow}");
    let used = u16::try_from(text::width(&words)).unwrap_or(column.width).min(column.width);
    let indent = if column.right { column.width - used } else { 0 };
    brush.text(x + indent, y, column.width - indent, Role::Quiet, &words);
}

fn title(what: &str, list: &List) -> String {
    let mut title = format!("3 {what}");
    if !list.filter.is_empty() {
        title.push_str(&format!(" · {} shown", thousands(list.table.order.len())));
    }
    if !list.marks.is_empty() {
        title.push_str(&format!(" · {} marked", thousands(list.marks.len())));
    }
    title
}

/// Which rows these are, and which columns are not on the screen.
fn below(
    list: &List,
    window: &std::ops::Range<usize>,
    columns: &[Col],
    shown: &[Shown],
    brush: &Brush<'_>,
) -> Vec<(Role, String)> {
    let mut words: Vec<String> = Vec::new();
    let len = list.table.order.len();
    if window.len() < len {
        words.push(format!("{}-{} of {}", thousands(window.start + 1), thousands(window.end), thousands(len)));
    }
    if shown.len() < columns.len() {
        let keys = brush.spell("{key:scroll-left} {key:scroll-right}");
        words.push(format!("{} of {} columns, {keys} moves", shown.len(), columns.len()));
    }
    match words.is_empty() {
        true => Vec::new(),
        false => vec![(Role::Quiet, words.join(" · "))],
    }
}
