//! The lock: everything that was read is dropped, the screen is covered, and unlocking leads back to
//! the same place.

use super::{Effect, Form, FormKey, Goal, Notice, Pane, Saved, Screen, State, TextInput, Unlock, View, Way};
use crate::domain::{Change, ConnectionId, Region};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Who locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedBy {
    /// A key.
    Person,
    /// Nothing was typed for so long.
    Rest(Duration),
}

/// Where a person was. It survives a lock in memory; it never shows itself.
#[derive(Clone)]
pub struct Kept {
    focus: Pane,
    before_detail: Pane,
    cursor: Option<ConnectionId>,
    detail_scroll: usize,
    region: Option<Region>,
    filter: TextInput,
    region_filter: TextInput,
    only_broken: Option<BTreeSet<ConnectionId>>,
    view: View,
    last_view: Option<View>,
    trail: Vec<View>,
    /// What was listed; its rows are gone.
    goal: Option<Goal>,
    /// Drafts that would lose an ExternalId if they were dropped.
    forms: BTreeMap<FormKey, Form>,
    /// What a save behind the lock could not write.
    unsaved: Vec<Change>,
    /// The name of a draft that was saved behind the lock.
    rescued: Option<String>,
}

impl Kept {
    /// The drafts.
    pub(super) fn forms(&self) -> impl Iterator<Item = &Form> {
        self.forms.values()
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A filter, a region and a draft can name what the lock has to cover.
        f.write_str("Kept(hidden)")
    }
}

/// What is told after unlocking.
const BACK: &str = "open again; what was read before the lock is forgotten: {key:test-all} tests anew";

impl State {
    /// After how long without a key the panes have to be locked; `None` while there is nothing to lock.
    pub fn idle_limit(&self) -> Option<Duration> {
        self.guard.idle.filter(|_| matches!(self.screen, Screen::Panes))
    }

    /// Who locked, while the screen is covered.
    pub(super) fn locked_by(&self) -> Option<LockedBy> {
        match &self.screen {
            Screen::Unlock(unlock) => unlock.locked,
            _ => None,
        }
    }

    /// Whether the screen is covered.
    pub fn is_locked(&self) -> bool {
        self.locked_by().is_some()
    }

    /// Covers the screen, and drops everything but where a person is. Requests end; their answers are stale.
    pub(super) fn lock(&mut self, by: LockedBy) -> Vec<Effect> {
        if !matches!(self.screen, Screen::Panes) {
            return Vec::new();
        }
        // Before the keys are dropped: what waits behind a lock would be lost with the line.
        let mut effects = self.rescue();
        effects.extend(self.cancel_all());
        let fresh = State::new(self.size, std::mem::take(&mut self.vault), self.flags.clone());
        // Every field is named here: whoever adds one decides what becomes of it. What is not carried
        // over below is a fact, or hangs on one, and goes.
        let State {
            // The terminal, and this run.
            size: _,
            vault: _,
            flags: _,
            zone,
            guard,
            // What numbers requests goes on, so that no answer from before is ever taken for a later one's.
            next_ticket,
            // A save that was begun is finished behind the lock.
            saving,
            // About the program's own settings.
            faults,
            themes,
            catalog,
            now,
            // The place.
            focus,
            before_detail,
            cursor,
            detail: _,
            detail_scroll,
            region,
            region_filter,
            region_order,
            filter,
            typing_filter: _,
            only_broken,
            view,
            last_view,
            trail,
            // What was typed stays where losing it would lose an ExternalId.
            forms,
            // Facts.
            profiles: _,
            book: _,
            standings: _,
            sources: _,
            open: _,
            done: _,
            stopping: _,
            follow_at: _,
            overlays: _,
            notice: _,
            said: _,
            spent: _,
            browse,
            log: _,
            prefix: _,
            pins: _,
            armed: _,
            changed: _,
            urgent: _,
            screen: _,
            kept: _,
            watch: _,
            last_copy: _,
        } = std::mem::replace(self, fresh);
        self.flags.endpoint = None;
        self.zone = zone;
        self.next_ticket = next_ticket;
        self.saving = saving;
        self.faults = faults;
        self.themes = themes;
        self.catalog = catalog;
        self.now = now;
        self.region_order = region_order;
        let forms = forms.into_iter().filter_map(|(key, form)| Some((key, form.at_rest()?))).collect();
        let unsaved = Vec::new();
        self.kept = Some(Kept {
            focus,
            before_detail,
            cursor,
            detail_scroll,
            region,
            filter,
            region_filter,
            only_broken,
            view,
            last_view,
            trail,
            goal: browse.here,
            forms,
            unsaved,
            rescued: None,
        });
        self.screen = Screen::Unlock(Unlock { locked: Some(by), ..Unlock::new(guard.way.clone()) });
        self.guard = guard;
        effects.extend([Effect::Lock, Effect::Repaint]);
        effects
    }

    /// Back to the place from before the lock, as far as it is still there.
    pub(super) fn come_back(&mut self) -> Vec<Effect> {
        let Some(kept) = self.kept.take() else { return Vec::new() };
        self.filter = kept.filter;
        self.region_filter = kept.region_filter;
        self.before_detail = kept.before_detail;
        self.focus = kept.focus;
        self.only_broken = kept.only_broken;
        self.view = kept.view;
        self.last_view = kept.last_view;
        self.forms = kept.forms;
        self.browse_again(kept.goal);
        self.trail = kept.trail;
        for form in self.forms.values_mut().filter(|f| f.is_saved_by(&kept.unsaved)) {
            form.save_again();
        }
        if let Some(id) = kept.cursor.filter(|id| self.connection(*id).is_some()) {
            // Also where the filter hides it for now: verdicts come back with the next test.
            self.cursor = Some(id);
            self.follow();
            self.detail_scroll = kept.detail_scroll;
            self.region = kept.region;
            self.clamp_scroll();
        }
        self.notice = Some(Notice::plain(match kept.rescued {
            Some(name) => format!("{BACK}; your draft is saved as {name}, not tested yet"),
            None => BACK.to_owned(),
        }));
        if kept.unsaved.is_empty() { Vec::new() } else { self.save(kept.unsaved) }
    }

    /// A save ended behind the lock. What could not be written is tried again after it, where it can be told:
    /// an ExternalId is never lost.
    pub(super) fn saved_behind_the_lock(&mut self, changes: Vec<Change>, result: &Result<Saved, String>) {
        self.saving = self.saving.saturating_sub(1);
        let Some(kept) = &mut self.kept else { return };
        match result {
            Ok(_) => {
                kept.forms.retain(|_, form| !form.is_saved_by(&changes));
                if let Some(Change::Add(new)) = changes.iter().find(|c| matches!(c, Change::Add(_))) {
                    kept.cursor = Some(new.id);
                    kept.rescued = Some(new.name.to_string());
                }
            }
            Err(_) => kept.unsaved.extend(changes),
        }
    }

    /// Gives up an attempt to open: what it gives is dropped, and the field is there again.
    pub(super) fn give_up_opening(&mut self) -> Vec<Effect> {
        self.said = None;
        if let Screen::Unlock(unlock) = &mut self.screen {
            unlock.trying = false;
            unlock.wrong = None;
        }
        self.notice = Some(Notice::plain("stopped; the vault is as it was"));
        vec![Effect::Lock]
    }

    /// Tries to open, with what was typed or with what is at hand.
    pub(super) fn try_to_open(&mut self) -> Vec<Effect> {
        let Screen::Unlock(unlock) = &mut self.screen else { return Vec::new() };
        if !unlock.is_ready() {
            return Vec::new();
        }
        unlock.trying = true;
        unlock.wrong = None;
        let passphrase = matches!(unlock.way, Way::Passphrase(_)).then(|| unlock.input.take());
        vec![Effect::Unlock { passphrase }]
    }
}
