//! The policy that listing needs, for whoever was refused.

use super::woes;
use crate::app::snippet::{base_identity, sheet};
use crate::app::viewer::Sheet;
use crate::app::{State, Viewer, ViewerKind};
use crate::domain::{ConnectionId, KindId};
use crate::policy::{self, Purpose, RoleRef, Snippet};

/// As many policies as a person reads.
const MOST: usize = 12;

impl State {
    /// The policy that lists what pane 3 shows, for each connection that was refused; else for the one at hand.
    pub(in crate::app) fn listing_viewer(&self) -> Option<Viewer> {
        let (_, list) = self.listed()?;
        let mut ids: Vec<ConnectionId> =
            woes(self).iter().filter(|w| w.can_be_allowed()).flat_map(|w| w.connections.iter().copied()).collect();
        if ids.is_empty() {
            ids.extend(list.row().map(|(cell, _)| cell.connection).or(self.cursor));
        }
        ids.truncate(MOST);
        self.kinds_viewer(&list.kinds, &ids)
    }

    /// The policy that lists the kinds that were marked, for the marked connections, else for the one at hand.
    pub(in crate::app) fn marked_viewer(&self, kinds: &[KindId]) -> Option<Viewer> {
        let marked = self.book.iter().map(|c| c.id).filter(|id| self.browse.scope.connections.contains(id));
        let mut ids: Vec<ConnectionId> = marked.take(MOST).collect();
        if ids.is_empty() {
            ids.extend(self.cursor);
        }
        self.kinds_viewer(kinds, &ids)
    }

    /// The policy that lists some kinds, for each of some connections.
    pub(in crate::app) fn kinds_viewer(&self, kinds: &[KindId], ids: &[ConnectionId]) -> Option<Viewer> {
        let first = self.connection(*ids.first()?)?;
        let sheets: Vec<Sheet> = ids
            .iter()
            .filter_map(|id| Some(Sheet { whose: Some(*id), ..sheet("listing", &self.listing_snippet(kinds, *id)?) }))
            .collect();
        (!sheets.is_empty()).then(|| Viewer::new(ViewerKind::Snippet, first.name.as_str(), sheets))
    }

    /// The policy that lists some kinds through a connection.
    pub(in crate::app) fn listing_snippet(&self, kinds: &[KindId], id: ConnectionId) -> Option<Snippet> {
        let connection = self.connection(id)?;
        match connection.role_arn() {
            Some(role) => policy::kinds(&RoleRef::from(role), &self.catalog, kinds, Purpose::Read).ok(),
            None => policy::kinds_own(base_identity(self, connection)?, &self.catalog, kinds, Purpose::Read).ok(),
        }
    }
}
