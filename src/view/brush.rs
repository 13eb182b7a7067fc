//! Puts text and lines into the buffer, by roles.

use super::Look;
use crate::app::{Area, Context, Line};
use crate::domain::{Mark, Role};
use crate::keymap::Keymap;
use crate::text;
use crate::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::borrow::Cow;

/// Draws with a look, and remembers where the terminal's own cursor belongs.
pub struct Brush<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    keymap: &'a Keymap,
    context: Context,
    cursor: Option<Position>,
}

impl<'a> Brush<'a> {
    /// A brush on an empty buffer; keys are named as they are in `context`.
    pub fn new(buffer: &'a mut Buffer, look: &'a Look, context: Context) -> Self {
        Self { buffer, theme: &look.theme, keymap: &look.keymap, context, cursor: None }
    }

    /// Puts the names of keys in place of `{key:ACTION}`, for words whose width matters before they are drawn.
    pub fn spell<'t>(&self, words: &'t str) -> Cow<'t, str> {
        self.keymap.spell(self.context, words)
    }

    /// Where the terminal's cursor goes: screen readers follow it.
    pub fn cursor(&self) -> Option<Position> {
        self.cursor
    }

    /// Puts the terminal's cursor somewhere; the last call wins.
    pub fn put_cursor(&mut self, x: u16, y: u16) {
        self.cursor = Some(Position { x, y });
    }

    /// Writes text, cleaned, with the names of keys, and cut to a width; returns the columns it took.
    pub fn text(&mut self, x: u16, y: u16, width: u16, role: Role, words: &str) -> u16 {
        let spelled = self.keymap.spell(self.context, words);
        let clean = text::line(&spelled);
        let cut = text::truncate(&clean, usize::from(width));
        let style = self.theme.style(role);
        let (end, _) = self.buffer.set_stringn(x, y, cut.as_ref(), usize::from(width), style);
        end - x
    }

    /// Writes pieces one after another; returns the columns they took.
    pub fn pieces<'t>(&mut self, x: u16, y: u16, width: u16, pieces: impl IntoIterator<Item = (Role, &'t str)>) -> u16 {
        let mut used = 0;
        for (role, words) in pieces {
            used += self.text(x + used, y, width.saturating_sub(used), role, words);
        }
        used
    }

    /// Writes a mark and its words.
    pub fn marked(&mut self, x: u16, y: u16, width: u16, mark: Mark, words: &str) {
        let gap = if words.is_empty() { "" } else { " " };
        self.text(x, y, width, mark.role(), &format!("{}{gap}{words}", mark.symbol(false)));
    }

    /// Writes a line of a document, already fitted to the width.
    pub fn line(&mut self, x: u16, y: u16, width: u16, line: &Line) {
        self.pieces(x, y, width, line.spans.iter().map(|s| (s.role(), s.text())));
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Area) {
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// Draws a frame with a title, and words in its bottom line; returns the area inside.
    pub fn frame(&mut self, area: Area, focused: bool, title: &str, below: &[(Role, String)]) -> Area {
        let Area { x, y, width, height } = area;
        let (border, heading) =
            if focused { (Role::BorderFocused, Role::TitleFocused) } else { (Role::Border, Role::Title) };
        let across = "─".repeat(usize::from(width.saturating_sub(2)));
        self.text(x, y, width, border, &format!("╭{across}╮"));
        self.text(x, y + height - 1, width, border, &format!("╰{across}╯"));
        for row in y + 1..y + height - 1 {
            self.text(x, row, 1, border, "│");
            self.text(x + width - 1, row, 1, border, "│");
        }
        self.text(x + 2, y, width.saturating_sub(4), heading, &format!(" {title} "));
        let total: usize = below.iter().map(|(_, w)| text::width(w)).sum();
        if !below.is_empty() && total + 6 <= usize::from(width) {
            let start = x + 2;
            let mut used = self.text(start, y + height - 1, width - 4, border, " ");
            used += self.pieces(
                start + used,
                y + height - 1,
                width - 4 - used,
                below.iter().map(|(r, w)| (*r, w.as_str())),
            );
            self.text(start + used, y + height - 1, width - 4 - used, border, " ");
        }
        Area { x: x + 1, y: y + 1, width: width.saturating_sub(2), height: height.saturating_sub(2) }
    }
}

/// The rows of a list that are shown: whole pages, so that moving inside one changes two rows only.
pub fn page(at: usize, len: usize, rows: usize) -> std::ops::Range<usize> {
    let rows = rows.max(1);
    // The last page is full as well.
    let first = (at - at % rows).min(len.saturating_sub(rows));
    first..(first + rows).min(len)
}

/// Which part of a list is shown, for the frame's bottom line; nothing when it is all there.
pub fn extent(shown: &std::ops::Range<usize>, len: usize) -> Vec<(Role, String)> {
    if shown.len() >= len {
        return Vec::new();
    }
    vec![(Role::Quiet, format!("{}-{} of {len}", shown.start + 1, shown.end))]
}
