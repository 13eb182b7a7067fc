//! The connections while they change: what is saved, and what becomes of their tests.

use super::{Effect, Notice, Saved, State};
use crate::domain::{Change, Connection, ConnectionId, Timestamp};
use std::collections::BTreeSet;

impl State {
    /// Asks for changes to be saved.
    pub(super) fn save(&mut self, changes: Vec<Change>) -> Vec<Effect> {
        self.saving += 1;
        vec![Effect::Save(changes)]
    }

    /// Takes the outcome of a save.
    pub(super) fn saved(&mut self, now: Timestamp, changes: &[Change], result: Result<Saved, String>) -> Vec<Effect> {
        self.saving = self.saving.saturating_sub(1);
        let problem = result.as_ref().err().cloned();
        let names: Vec<(ConnectionId, String)> = self.book.iter().map(|c| (c.id, c.name.to_string())).collect();
        let pins = changes.iter().all(|c| matches!(c, Change::Pin(..)));
        match result {
            Ok(saved) => {
                self.take(&saved);
                if let Some(new) = changes.iter().find_map(|c| if let Change::Add(c) = c { Some(c.id) } else { None }) {
                    self.point_at(new);
                }
                if saved.merged {
                    let words = "the vault had been changed by somebody else meanwhile; both changes are in it now";
                    self.say(now, Notice::plain(words));
                }
            }
            Err(why) if pins => {
                self.say(now, Notice::bad(format!("the accounts were not saved in the vault: {why}")));
            }
            Err(why) => self.say(now, Notice::bad(format!("nothing was saved: {why}"))),
        }
        let mut effects: Vec<Effect> = self.arrange(now).into_iter().collect();
        for change in changes {
            match change {
                Change::Add(c) | Change::Replace(c) => effects.extend(self.form_saved(now, c, problem.as_deref())),
                Change::Remove(id) => {
                    let name = names.iter().find(|(i, _)| i == id).map_or("it", |(_, n)| n.as_str());
                    self.removal_saved(*id, name, problem.as_deref());
                }
                Change::Pin(..) | Change::Confirm(_) => {}
            }
        }
        effects
    }

    /// The connections are these now. What was tested with other values is not tested.
    fn take(&mut self, saved: &Saved) {
        let before = std::mem::replace(&mut self.book, saved.book.clone());
        self.flags.endpoint.clone_from(&saved.endpoint);
        let alike = |c: &Connection| before.iter().any(|old| same_test(old, c));
        let mut standings = std::mem::take(&mut self.standings);
        let kept = |c: &Connection| (c.id, standings.remove(&c.id).filter(|_| alike(c)).unwrap_or_default());
        self.standings = self.book.iter().map(kept).collect();
        let gone: BTreeSet<ConnectionId> =
            before.iter().filter(|old| !self.book.iter().any(|c| same_test(old, c))).map(|c| c.id).collect();
        let removed = gone.iter().filter(|id| self.connection(**id).is_none()).copied().collect();
        self.browse.forget(&gone, &removed);
        self.settle();
    }

    /// Puts the cursor on a connection, also when a filter hides it.
    pub(super) fn point_at(&mut self, id: ConnectionId) {
        self.cursor = Some(id);
        self.settle();
        if self.cursor != Some(id) {
            self.filter.clear();
            self.browse.hide_denied = false;
            self.cursor = Some(id);
            self.settle();
        }
    }
}

/// Whether a test of one is a test of the other: everything that is sent is the same.
pub(super) fn same_test(a: &Connection, b: &Connection) -> bool {
    let sent = |c: &Connection| {
        (
            (c.id, c.method.clone(), c.source.clone(), c.session_name.clone(), c.source_identity.clone()),
            (c.duration, c.mfa_serial.clone(), c.regions.clone(), c.endpoint_url.clone(), c.allow_insecure_endpoint),
        )
    };
    sent(a) == sent(b)
}
