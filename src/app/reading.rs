//! What keys do in a text that covers the panes, and texts about the program itself.

use super::{Action, Area, Effect, Line, Overlay, State, Viewer, ViewerKind};
use crate::domain::{Mark, Role, Timestamp};

impl State {
    /// Handles an action in the viewer on top; `false` when it is none of the viewer's.
    pub(super) fn viewer_action(&mut self, _now: Timestamp, action: Action) -> bool {
        if action == Action::Back && self.unsearch() {
            return true;
        }
        let page = self.viewer_page().max(1);
        let last = self.viewer_last();
        let Some(viewer) = self.viewer_mut() else { return false };
        match action {
            Action::Back | Action::Quit => drop(self.overlays.pop()),
            Action::Filter => self.search(),
            Action::Accept => viewer.search.typing = false,
            Action::NextMatch => self.go_to_match(Some(1)),
            Action::PreviousMatch => self.go_to_match(Some(-1)),
            Action::Up => viewer.scroll = viewer.scroll.saturating_sub(1),
            Action::Down => viewer.scroll = (viewer.scroll + 1).min(last),
            Action::Top => viewer.scroll = 0,
            Action::Bottom => viewer.scroll = last,
            Action::PageUp => viewer.scroll = viewer.scroll.saturating_sub(page),
            Action::PageDown => viewer.scroll = (viewer.scroll + page).min(last),
            Action::NextTab | Action::PreviousTab => {
                let count = viewer.tabs().len().max(1);
                let by = if action == Action::NextTab { 1 } else { count - 1 };
                viewer.tab = (viewer.tab + by) % count;
                viewer.scroll = 0;
            }
            Action::NextSheet => {
                viewer.sheet = (viewer.sheet + 1) % viewer.sheets.len().max(1);
                (viewer.tab, viewer.scroll) = (viewer.tab.min(viewer.tabs().len().saturating_sub(1)), 0);
            }
            Action::Copy | Action::Plain | Action::Write => {}
            _ => return false,
        }
        true
    }

    pub(super) fn viewer_effects(&self, action: Action) -> Vec<Effect> {
        let Some(viewer) = self.viewer() else { return Vec::new() };
        match action {
            Action::Copy => copy_of(viewer).into_iter().collect(),
            Action::Plain => viewer.current().map(|tab| Effect::Print(tab.text.clone())).into_iter().collect(),
            Action::Write => viewer
                .current()
                .map(|tab| Effect::WriteFile { name: viewer.file_name(), text: tab.text.clone() })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Rows and columns that a viewer has for its text.
    pub fn viewer_area(&self) -> Option<Area> {
        let layout = self.layout()?;
        let viewer = self.overlays.iter().rev().find_map(Overlay::viewer)?;
        let Area { x, y, width, height } = layout.body;
        // Borders, a blank on each side, and the line of forms where there are several.
        let head = u16::from(viewer.tabs().len() > 1) * 2;
        Some(Area {
            x: x + 2,
            y: y + 1 + head,
            width: width.saturating_sub(4),
            height: height.saturating_sub(2 + head),
        })
    }

    pub(super) fn viewer_page(&self) -> usize {
        self.viewer_area().map_or(1, |a| usize::from(a.height))
    }

    pub(super) fn viewer_last(&self) -> usize {
        let (Some(area), Some(viewer)) = (self.viewer_area(), self.viewer()) else { return 0 };
        viewer.rows(usize::from(area.width)).len().saturating_sub(usize::from(area.height))
    }
}

/// What the symbols mean, for help.
pub(super) fn legend() -> Vec<Line> {
    let mut lines = vec![Line::blank(), Line::of(Role::Heading, "Symbols")];
    let line = |mark: Mark| Line::of(mark.role(), format!("  {:<14}{}", mark.symbol(false), mark.word()));
    lines.extend(Mark::ALL.map(line));
    lines
}

/// Copies what a viewer shows.
pub(super) fn copy_of(viewer: &Viewer) -> Option<Effect> {
    let tab = viewer.current()?;
    let what = match viewer.kind {
        ViewerKind::Snippet => {
            let sheet = viewer.sheets.get(viewer.sheet).map_or("", |s| s.name);
            format!("{sheet} policy for {} ({})", viewer.about, tab.name)
        }
        ViewerKind::Message => format!("the message about {}", viewer.about),
        _ => viewer.about.clone(),
    };
    Some(Effect::Copy { text: tab.text.clone(), what })
}
