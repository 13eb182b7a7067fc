//! Drafts that nobody can finish: the line is lost, the system ends the program, or the lock is about to drop
//! the keys. A new ExternalId may stand in a trust policy already, so it goes into the vault, not tested yet.

use super::{Form, FormKey, IdMode};
use crate::app::{Effect, State};
use crate::domain::{Change, Connection, Method, Source};

impl State {
    /// Saves every draft with an ExternalId that stands nowhere else, as far as it describes a connection.
    /// One that is being saved already is left to that.
    pub(in crate::app) fn rescue(&mut self) -> Vec<Effect> {
        // Without a vault there is nothing to save in.
        if self.flags.not_saved {
            return Vec::new();
        }
        let book = self.book.clone();
        let mut effects = Vec::new();
        let drafts: Vec<(FormKey, Change)> =
            self.forms.iter().filter_map(|(key, form)| Some((*key, form.rescued(&book)?))).collect();
        for (key, change) in drafts {
            if let Some(form) = self.forms.get_mut(&key) {
                form.saving = true;
            }
            // One by one: what stands in the way of one must not cost the others.
            effects.extend(self.save(vec![change]));
        }
        effects
    }
}

impl Form {
    fn rescued(&self, book: &[Connection]) -> Option<Change> {
        if !self.holds_fresh_id() || self.saving {
            return None;
        }
        let FormKey::Edit(id) = self.key else { return Some(Change::Add(self.whole_or_bare(book)?)) };
        // What works today goes on working: the new ExternalId stands beside the old one.
        let before = book.iter().find(|c| c.id == id)?;
        let Method::Role { arn, external_id, external_id_next: None } = &before.method else { return None };
        let method =
            Method::Role { arn: arn.clone(), external_id: external_id.clone(), external_id_next: self.fresh.clone() };
        Some(Change::Replace(Connection { method, ..before.clone() }))
    }

    /// The connection as it stands in the form; where something in it is wrong, at least its role and ExternalId.
    fn whole_or_bare(&self, book: &[Connection]) -> Option<Connection> {
        if let Ok(whole) = self.connection(book) {
            return Some(Connection { saved: true, ..whole });
        }
        let method = Method::Role { arn: self.role().ok()?, external_id: self.fresh.clone(), external_id_next: None };
        let name = self.name(book).or_else(|_| self.name_by_itself(book)).ok()?;
        let source = self.source(book).unwrap_or(Source::Env);
        let account = self.account().ok();
        Some(Connection { account, saved: true, ..Connection::new(self.id?, name, method, source) })
    }

    /// Whether these changes save what a person would miss: the ExternalId that this draft sends.
    pub(in crate::app) fn is_saved_by(&self, changes: &[Change]) -> bool {
        changes.iter().any(|change| match change {
            Change::Add(c) | Change::Replace(c) => {
                Some(c.id) == self.id && (self.mode != IdMode::Fresh || c.external_id() == self.fresh.as_ref())
            }
            _ => false,
        })
    }
}
