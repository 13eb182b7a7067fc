//! Text and its keys, in whatever field has the focus.

use super::{Action, Effect, Notice, Overlay, Pane, Question, Screen, State, Step, TextInput};
use crate::domain::{SecretInput, Timestamp};

impl State {
    /// The line of text that has the focus.
    fn field(&mut self) -> Option<&mut TextInput> {
        match (self.overlays.last_mut(), &self.screen) {
            (Some(Overlay::Question(asking)), _) => {
                matches!(asking.question, Question::Text { .. }).then_some(&mut asking.text)
            }
            (Some(Overlay::Palette(palette)), _) => Some(&mut palette.input),
            (Some(Overlay::Viewer(viewer)), _) => viewer.search.typing.then_some(&mut viewer.search.input),
            (Some(Overlay::Removal(removal)), _) => (!removal.saving).then_some(&mut removal.input),
            (Some(Overlay::Make(make)), _) => match &mut make.step {
                Step::Recipient(text) if !make.making => Some(text),
                _ => None,
            },
            (None, Screen::Panes) if self.typing_filter => Some(match (self.focus, self.browse.list_mut()) {
                (Pane::Regions, _) => &mut self.region_filter,
                (Pane::Checks | Pane::Detail, Some(list)) => &mut list.filter,
                _ => &mut self.filter,
            }),
            _ => None,
        }
    }

    /// The secret that has the focus.
    fn secret_field(&mut self) -> Option<&mut SecretInput> {
        match (self.overlays.last_mut(), &mut self.screen) {
            (Some(Overlay::Question(asking)), _) => {
                matches!(asking.question, Question::Secret { .. }).then_some(&mut asking.secret)
            }
            (Some(Overlay::Make(make)), _) => make.secret(),
            (Some(Overlay::Codes(codes)), _) => Some(&mut codes.input),
            (None, Screen::Unlock(unlock)) if unlock.has_field() && !unlock.trying => Some(&mut unlock.input),
            _ => None,
        }
    }

    /// What hangs on the field that was changed.
    fn edited(&mut self, now: Timestamp) -> Vec<Effect> {
        if let Some(palette) = self.palette_mut() {
            palette.chosen = 0;
        } else if self.viewer().is_some() {
            self.go_to_match(None);
        } else if self.typing_filter {
            return self.filtered(now);
        }
        Vec::new()
    }

    /// The filter of the pane with the focus was changed.
    pub(super) fn filtered(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.is_at_assets() {
            return self.filter_assets(now);
        }
        self.settle();
        self.region = self.region_here().map(|row| row.region);
        Vec::new()
    }

    /// Text for the field that has the focus; elsewhere pasted text is refused and says so.
    pub(super) fn typed(&mut self, now: Timestamp, text: &str) -> Vec<Effect> {
        if self.form().is_some() {
            return self.form_typed(now, text);
        }
        if self.codes().is_some() {
            self.code_typed(text);
            return Vec::new();
        }
        let mut effects = Vec::new();
        let fits = if let Some(secret) = self.secret_field() {
            secret.push(text)
        } else if let Some(field) = self.field() {
            let fits = field.insert(text);
            effects = self.edited(now);
            fits
        } else {
            let filter = if matches!(self.screen, Screen::Panes) && self.overlays.is_empty() {
                "; {key:filter} starts a filter it can go into"
            } else {
                ""
            };
            self.notice = Some(Notice::plain(format!("pasted text is never taken for keys{filter}")));
            return Vec::new();
        };
        if let Screen::Unlock(unlock) = &mut self.screen {
            unlock.wrong = None;
        }
        if !fits {
            self.notice = Some(Notice::plain("that is longer than this field takes; nothing was added"));
        }
        effects
    }

    /// A key that changes the text or moves in it.
    pub(super) fn edit(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        if let Some(secret) = self.secret_field() {
            match action {
                Action::Erase => secret.pop(),
                Action::EraseAll => secret.clear(),
                _ => {}
            }
            return Vec::new();
        }
        if self.form().is_some() {
            return self.form_edit(now, action);
        }
        if self.field().is_some_and(|field| field.edit(action)) {
            return self.edited(now);
        }
        Vec::new()
    }

    pub(super) fn accept(&mut self) -> Vec<Effect> {
        if matches!(self.screen, Screen::Unlock(_)) {
            return self.try_to_open();
        }
        self.typing_filter = false;
        Vec::new()
    }
}
