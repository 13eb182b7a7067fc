//! The policy that listing needs, for whoever was refused.

use super::{Woe, woes};
use crate::app::snippet::{base_identity, sheet};
use crate::app::viewer::Sheet;
use crate::app::{State, Viewer, ViewerKind};
use crate::domain::{ConnectionId, KindId};
use crate::policy::{self, Purpose, RoleRef, Snippet};
use std::collections::{BTreeMap, BTreeSet};

/// As many policies as a person reads.
const MOST: usize = 12;

impl State {
    /// The policy that lists what pane 3 shows, for each connection that was refused; else for the one at hand.
    pub(in crate::app) fn listing_viewer(&self) -> Option<Viewer> {
        let (_, list) = self.listed()?;
        let sheets = self.refused_sheets();
        if let Some(first) = sheets.first().and_then(|s| s.whose).and_then(|id| self.connection(id)) {
            return Some(Viewer::new(ViewerKind::Snippet, first.name.as_str(), sheets));
        }
        let id = list.row().map(|(cell, _)| cell.connection).or(self.cursor)?;
        self.kinds_viewer(&list.kinds, &[id])
    }

    /// Whether the text on the screen is about what was listed, and not about a connection's test.
    pub(in crate::app) fn is_about_listing(&self) -> bool {
        let sheet = self.viewer().and_then(|v| v.sheets.get(v.sheet));
        sheet.is_some_and(|s| matches!(s.name, "cells" | "listing"))
    }

    /// Whether something was refused, and nothing of it by a policy that can be mended here.
    pub(in crate::app) fn is_refused_from_above(&self) -> bool {
        let woes = woes(self);
        woes.iter().any(Woe::is_denied) && !woes.iter().any(Woe::can_be_allowed)
    }

    /// Of each connection that was refused the policy that lists just the kinds that were refused there.
    pub(super) fn refused_sheets(&self) -> Vec<Sheet> {
        let mut refused: BTreeMap<ConnectionId, BTreeSet<KindId>> = BTreeMap::new();
        for woe in woes(self).iter().filter(|w| w.can_be_allowed()) {
            for key in &woe.cells {
                refused.entry(key.connection).or_default().insert(key.kind.clone());
            }
        }
        let sheet_of = |(id, kinds): (ConnectionId, BTreeSet<KindId>)| {
            let kinds: Vec<KindId> = kinds.into_iter().collect();
            Some(Sheet { whose: Some(id), ..sheet("listing", &self.listing_snippet(&kinds, id)?) })
        };
        refused.into_iter().filter_map(sheet_of).take(MOST).collect()
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
