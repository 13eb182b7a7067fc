//! State to cells. Reads the state, never changes it; every text from outside is cleaned on its way.

mod accounts;
mod assets;
mod bars;
mod browse;
mod brush;
mod choose;
mod codes;
mod detail;
mod first;
mod fleet;
mod form;
mod import;
mod make;
mod palette;
mod pending;
mod question;
mod regions;
mod unlock;
mod viewer;

use crate::app::{Area, Overlay, Pane, Place, Screen, Size, State};
use crate::domain::Role;
use crate::keymap::Keymap;
use crate::text;
use crate::theme::{Theme, ascii_of};
use brush::Brush;
use ratatui::Frame;
use ratatui::buffer::Buffer;

/// How things look and which keys there are.
#[derive(Debug, Clone)]
pub struct Look {
    /// Roles to styles.
    pub theme: Theme,
    /// The keys, for footer and help.
    pub keymap: Keymap,
}

/// How many rows a notice may take on a terminal that has no line for it.
const MOST_SAID: u16 = 4;

/// Draws one frame.
pub fn draw(state: &State, look: &Look, frame: &mut Frame<'_>) {
    let Size { width, height } = state.size;
    let area = frame.area();
    // A resize may be on its way: never draw beyond the buffer.
    if area.width < width || area.height < height {
        return;
    }
    let mut brush = Brush::new(frame.buffer_mut(), look, state.context());
    paint(state, look, &mut brush);
    let cursor = brush.cursor();
    if look.theme.ascii {
        to_ascii(frame.buffer_mut());
    }
    if let Some(at) = cursor {
        frame.set_cursor_position(at);
    }
}

fn paint(state: &State, look: &Look, brush: &mut Brush<'_>) {
    let Some(layout) = state.layout() else {
        let Size { width, height } = state.size;
        let words =
            format!("40x10 at least; this is {width}x{height}. Nothing is lost: make it larger, or ^c ^c quits");
        let lines = text::wrap(&words, usize::from(width), "", "");
        for (y, line) in (0..height).zip(&lines) {
            brush.text(0, y, width, Role::Strong, line);
        }
        return;
    };
    bars::header(state, layout.header, brush);
    match &state.screen {
        Screen::Panes => {
            for Place { pane, area, folded } in &layout.panes {
                match (pane, folded) {
                    (_, true) => bars::folded(state, *pane, *area, brush),
                    (Pane::Accounts, _) => accounts::draw(state, *area, brush),
                    (Pane::Regions, _) => regions::draw(state, *area, brush),
                    (Pane::Checks, _) if state.is_browsing() => assets::draw(state, *area, brush),
                    (Pane::Checks, _) => fleet::draw(state, *area, brush),
                    (Pane::Detail, _) => detail::draw(state, *area, brush),
                }
            }
        }
        Screen::NoVault { path } => first::draw(state, look, path, layout.body, brush),
        other => unlock::draw(state, other, layout.body, brush),
    }
    match state.overlays.last() {
        Some(Overlay::Viewer(viewer)) => viewer::draw(state, viewer, &layout, brush),
        Some(Overlay::Palette(palette)) => {
            // What it was opened over stays in sight.
            if let Some(viewer) = state.overlays.iter().rev().find_map(Overlay::viewer) {
                viewer::draw(state, viewer, &layout, brush);
            }
            palette::draw(state, palette, &layout, brush);
        }
        Some(Overlay::Make(make)) => make::draw(state, make, layout.body, brush),
        Some(Overlay::Around(around)) => first::around(state, around, layout.body, brush),
        Some(Overlay::Import(import)) => import::draw(state, import, layout.body, brush),
        Some(Overlay::Codes(codes)) => codes::draw(state, codes, layout.body, brush),
        Some(Overlay::Columns(chooser)) => browse::columns(state, *chooser, layout.body, brush),
        Some(Overlay::Leads(leads)) => browse::leads(leads, layout.body, brush),
        Some(Overlay::Question(asking)) => question::draw(asking, layout.body, brush),
        Some(Overlay::Form(_)) => form::draw(state, &layout, look, brush),
        Some(Overlay::Removal(r)) => form::removal(state, r, &layout, look, brush),
        None => {}
    }
    pending::draw(state, look, layout.body, brush);
    match layout.status {
        Some(area) if bars::needs(state, look, area.width) > 1 => {
            bars::status(state, look, Area { height: area.height + layout.footer.height, ..area }, brush);
        }
        Some(area) => {
            bars::status(state, look, area, brush);
            bars::footer(state, look, layout.footer, brush);
        }
        // Without a line of its own, what has to be said takes the footer's place, and the rows above it.
        None if bars::has_status(state) => {
            let Area { y, width, .. } = layout.footer;
            let height = bars::needs(state, look, width).clamp(1, MOST_SAID).min(y + 1);
            let area = Area { y: y + 1 - height, height, ..layout.footer };
            brush.clear(area);
            bars::status(state, look, area, brush);
        }
        None => bars::footer(state, look, layout.footer, brush),
    }
}

/// Replaces what an ASCII terminal cannot show.
fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let stand_in = ascii_of(cell.symbol());
            cell.set_symbol(stand_in);
        }
    }
}

#[cfg(test)]
mod asset_tests;
#[cfg(test)]
mod door_tests;
#[cfg(test)]
mod finding_tests;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod tests;
