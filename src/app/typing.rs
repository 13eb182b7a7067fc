//! Text and its keys, in whatever field has the focus.

use super::{Action, Effect, Notice, Overlay, Screen, State, TextInput};
use crate::domain::{SecretInput, Timestamp};

impl State {
    /// The line of text that has the focus.
    fn field(&mut self) -> Option<&mut TextInput> {
        match self.overlays.last_mut() {
            Some(Overlay::Palette(palette)) => Some(&mut palette.input),
            Some(Overlay::Removal(removal)) => (!removal.saving).then_some(&mut removal.input),
            Some(Overlay::Viewer(_) | Overlay::Form(_)) => None,
            None if matches!(self.screen, Screen::Panes) && self.typing_filter => Some(&mut self.filter),
            None => None,
        }
    }

    /// What hangs on the field that was changed.
    fn edited(&mut self) {
        if let Some(palette) = self.palette_mut() {
            palette.chosen = 0;
        } else if self.typing_filter {
            self.settle();
        }
    }

    /// Text for the field that has the focus; elsewhere pasted text is refused and says so.
    pub(super) fn typed(&mut self, now: Timestamp, text: &str) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            if !unlock.trying {
                let fits = unlock.input.push(text);
                unlock.wrong = (!fits)
                    .then(|| format!("a passphrase may have at most {} bytes; nothing was added", SecretInput::MAX));
            }
        } else if self.form().is_some() {
            return self.form_typed(now, text);
        } else if let Some(field) = self.field() {
            if !field.insert(text) {
                self.notice = Some(Notice::plain("that is longer than this field takes; nothing was added"));
            }
            self.edited();
        } else {
            self.notice = Some(Notice::plain("pasted text is never taken for keys; / starts a filter it can go into"));
        }
        Vec::new()
    }

    /// A key that changes the text or moves in it.
    pub(super) fn edit(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            match action {
                Action::Erase => unlock.input.pop(),
                Action::EraseAll => unlock.input.clear(),
                _ => {}
            }
            return Vec::new();
        }
        if self.form().is_some() {
            return self.form_edit(now, action);
        }
        if self.field().is_some_and(|field| field.edit(action)) {
            self.edited();
        }
        Vec::new()
    }

    pub(super) fn accept(&mut self) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            if unlock.trying || unlock.input.count() == 0 {
                return Vec::new();
            }
            unlock.trying = true;
            unlock.wrong = None;
            return vec![Effect::Unlock { passphrase: Some(unlock.input.take()) }];
        }
        self.typing_filter = false;
        Vec::new()
    }
}
