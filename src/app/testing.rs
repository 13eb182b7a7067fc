//! Tests: which connections, under which ticket, and what is saved after them.

use super::{Effect, Notice, State, standing};
use crate::domain::{AccountId, Change, ConnectionId, ProbeMode, Request, Ticket};
use std::collections::BTreeSet;

impl State {
    /// Starts a test of those that are not being tested.
    pub(super) fn test(&mut self, ids: Vec<ConnectionId>, probe: ProbeMode) -> Vec<Effect> {
        let select: Vec<ConnectionId> = ids.into_iter().filter(|id| !self.is_running(*id)).collect();
        if select.is_empty() {
            return Vec::new();
        }
        let ticket = self.ticket();
        for id in &select {
            if let Some(standing) = self.standings.get_mut(id) {
                standing.run = Some(standing::Run { ticket, started: false, checks: Vec::new() });
            }
        }
        self.open.insert(ticket, select.iter().copied().collect());
        vec![Effect::Start { ticket, request: Request::Check { book: self.book.clone(), select, probe } }]
    }

    /// Tests the shown connection again: every pane shows what its test found. A story is read anew.
    pub(super) fn refresh(&mut self) -> Vec<Effect> {
        if self.viewer().is_some_and(|v| v.kind == super::ViewerKind::History) {
            return self.ask_history();
        }
        let effects = self.test_asked(self.cursor.into_iter().collect(), ProbeMode::Sparing);
        if let (false, Some(connection)) = (effects.is_empty(), self.cursor.and_then(|id| self.connection(id))) {
            self.notice = Some(Notice::plain(format!("asking {} anew: checks, regions and facts", connection.name)));
        }
        effects
    }

    /// Attaches the policy on the screen, or the one that would be shown. The engine knows whether this is the demo.
    pub(super) fn demo_apply(&mut self) -> Vec<Effect> {
        let Some((connection, policy)) = self.policy_at_hand() else { return Vec::new() };
        let ticket = self.ticket();
        self.open.insert(ticket, BTreeSet::new());
        vec![Effect::Start { ticket, request: Request::DemoApply { book: self.book_with_draft(), connection, policy } }]
    }

    pub(super) fn decode(&mut self) -> Vec<Effect> {
        let message = self.cursor.and_then(|id| {
            let standing = self.standings.get(&id)?;
            standing.known().find_map(|c| c.denial.as_ref()?.encoded.clone()).map(|m| (id, m))
        });
        let Some((connection, message)) = message else { return Vec::new() };
        let ticket = self.ticket();
        self.open.insert(ticket, BTreeSet::new());
        self.notice = Some(Notice::plain("asking AWS to decode the message"));
        vec![Effect::Start { ticket, request: Request::Decode { book: self.book.clone(), connection, message } }]
    }

    /// Pins are saved once, when nothing runs any more.
    pub(super) fn pins_to_save(&mut self) -> Vec<Effect> {
        if self.is_busy() || self.pins.is_empty() || self.saving > 0 {
            return Vec::new();
        }
        let pins: Vec<(ConnectionId, AccountId)> = std::mem::take(&mut self.pins);
        let changes: Vec<Change> = pins.into_iter().map(|(id, account)| Change::Pin(id, account)).collect();
        // Known from now on, also where it cannot be saved: it is asked to be saved once.
        let mut book = self.book.to_vec();
        if Change::apply(&changes, &mut book).is_ok() {
            self.set_book(&book);
        }
        self.save(changes)
    }

    /// Stops every request that is not being stopped already.
    pub(super) fn cancel_all(&mut self) -> Vec<Effect> {
        let fresh: Vec<Ticket> = self.open.keys().copied().filter(|t| !self.stopping.contains(t)).collect();
        self.stopping.extend(&fresh);
        fresh.into_iter().map(Effect::Cancel).collect()
    }
}
