//! A list to choose from, in a frame of its own, with remarks above and below it.

use super::brush::{Brush, extent, page};
use crate::app::{Area, Line, wrapped};
use crate::domain::Role;

/// What is drawn.
pub struct List<'l> {
    /// Stands in the frame.
    pub title: &'l str,
    /// Above the rows, shown where there is room.
    pub above: Vec<Line>,
    /// Each row's lines, the first of which bears the cursor.
    pub rows: Vec<Vec<Line>>,
    /// The row under the cursor.
    pub at: usize,
    /// Below the rows: what is wrong, what comes of it.
    pub below: Vec<Line>,
}

/// Draws a list; where there is little room, what stands below it and the row under the cursor win.
pub fn draw(list: &List<'_>, body: Area, brush: &mut Brush<'_>) {
    brush.clear(body);
    let width = usize::from(body.width.saturating_sub(6));
    let inner_height = usize::from(body.height.saturating_sub(2));
    let mut below = wrapped(&list.below, width);
    // The rows keep a line at least.
    below.truncate(inner_height.saturating_sub(2));
    let gap = |lines: &[Line]| usize::from(!lines.is_empty());
    let room = inner_height.saturating_sub(below.len() + gap(&below));
    let above = wrapped(&list.above, width);
    // Every row gets as many lines as the longest needs, or one when that would show too few rows.
    let rows: Vec<Vec<Line>> = list.rows.iter().map(|row| wrapped(row, width.saturating_sub(1))).collect();
    let tall: usize = rows.iter().map(Vec::len).sum();
    let above_height = above.len() + gap(&above);
    let show_above = above_height + tall.min(3) <= room;
    let room = if show_above { room - above_height } else { room };
    let short = tall > room;
    let shown = if short { page(list.at, rows.len(), room) } else { 0..rows.len() };
    let inner = brush.frame(body, true, list.title, &extent(&shown, rows.len()));
    let (x, width) = (inner.x + 2, inner.width.saturating_sub(4));
    let end = inner.y + inner.height;
    let mut y = inner.y;
    if show_above {
        for line in &above {
            brush.line(x, y, width, line);
            y += 1;
        }
        y += gap(&above) as u16;
    }
    brush.put_cursor(x, y.min(end.saturating_sub(1)));
    for (i, row) in rows.iter().enumerate().take(shown.end).skip(shown.start) {
        if i == list.at {
            brush.text(inner.x + 1, y, 1, Role::Cursor, "▌");
            brush.put_cursor(inner.x + 1, y);
        }
        let lines = if short { &row[..row.len().min(1)] } else { row };
        for line in lines.iter().take(usize::from(end.saturating_sub(y))) {
            brush.line(x + 1, y, width.saturating_sub(1), line);
            y += 1;
        }
    }
    let start = y + gap(&below) as u16;
    for (line, y) in below.iter().zip(start..end) {
        brush.line(x, y, width, line);
    }
}
