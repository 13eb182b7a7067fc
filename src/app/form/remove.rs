//! Removing a connection: its name is typed, so that no key press alone takes anything away.

use crate::app::{Action, Effect, Notice, Overlay, State, TextInput};
use crate::domain::{Change, Connection, ConnectionId, Source};

/// A connection that is about to be removed.
#[derive(Debug, Clone)]
pub struct Removal {
    /// Which.
    pub id: ConnectionId,
    /// What was typed so far.
    pub input: TextInput,
    /// The removal is being saved.
    pub saving: bool,
    /// Why it could not be saved.
    pub problem: Option<String>,
}

impl Removal {
    /// The connections that take their credentials from this one: they have to go or change first.
    pub fn dependents<'b>(&self, book: &'b [Connection]) -> Vec<&'b Connection> {
        book.iter().filter(|c| c.source == Source::Connection(self.id)).collect()
    }

    /// Whether the name was typed, letter by letter.
    pub fn is_typed(&self, book: &[Connection]) -> bool {
        book.iter().any(|c| c.id == self.id && c.name.as_str() == self.input.text().trim())
    }
}

impl State {
    /// The removal on top, if one is.
    pub fn removal(&self) -> Option<&Removal> {
        match self.overlays.last() {
            Some(Overlay::Removal(removal)) => Some(removal),
            _ => None,
        }
    }

    pub(in crate::app) fn removal_mut(&mut self) -> Option<&mut Removal> {
        match self.overlays.last_mut() {
            Some(Overlay::Removal(removal)) => Some(removal),
            _ => None,
        }
    }

    /// `D`: the connection under the cursor.
    pub(in crate::app) fn begin_removal(&mut self) {
        if let Some(id) = self.cursor {
            let removal = Removal { id, input: TextInput::new(256), saving: false, problem: None };
            self.overlays.push(Overlay::Removal(removal));
        }
    }

    pub(in crate::app) fn removal_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let book = self.book.clone();
        let removal = self.removal_mut()?;
        match action {
            Action::Back => {
                self.overlays.pop();
                self.notice = Some(Notice::plain("nothing was removed"));
            }
            Action::Accept if removal.saving => {}
            Action::Accept if !removal.dependents(&book).is_empty() => {}
            Action::Accept if removal.is_typed(&book) => {
                removal.saving = true;
                removal.problem = None;
                let id = removal.id;
                return Some(self.save(vec![Change::Remove(id)]));
            }
            Action::Accept => self.notice = Some(Notice::plain("that is not its name; nothing was removed")),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// The removal was saved, or not.
    pub(in crate::app) fn removal_saved(&mut self, id: ConnectionId, name: &str, problem: Option<&str>) {
        let mine = |o: &Overlay| matches!(o, Overlay::Removal(r) if r.id == id);
        match problem {
            Some(why) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Removal(r) = overlay
                        && r.id == id
                    {
                        r.saving = false;
                        r.problem = Some(why.to_owned());
                    }
                }
            }
            None => {
                self.overlays.retain(|o| !mine(o));
                self.forms.remove(&super::FormKey::Edit(id));
                self.notice = Some(Notice::good(format!(
                    "{name} is removed; its role still exists: delete it, or its trust, in the account"
                )));
            }
        }
    }
}
