//! What keys do in the table: moving, marking, sorting, columns, filtering.

use super::table::{Col, asset_columns, col_title};
use super::{AssetKey, Goal};
use crate::app::{Action, Effect, Notice, Overlay, Pane, State, ViewerKind};
use crate::domain::{ConnectionId, Timestamp};
use crate::query::{Sort, SortBy};
use std::collections::BTreeSet;

/// How long the cursor rests before the detail follows it, in milliseconds.
const REST: i64 = 150;

impl State {
    /// Handles an action of browsing; `None` when it is none of them, or nothing is browsed.
    pub(in crate::app) fn browse_action(&mut self, now: Timestamp, action: Action) -> Option<Vec<Effect>> {
        self.browse.here.as_ref()?;
        let table = matches!(self.focus, Pane::Checks | Pane::Detail);
        Some(match action {
            Action::Fleet => self.browse_fleet(),
            Action::Refresh if self.viewer().is_some_and(|v| v.kind == ViewerKind::Asset) => {
                let effects = self.look_again(now, false);
                self.notice = Some(Notice::plain("reading it again"));
                effects
            }
            Action::Refresh => self.refresh_list(now),
            Action::AskFailed => self.ask_failed(now),
            Action::LoadLate => self.load_late(now),
            Action::Mark if self.focus == Pane::Accounts => self.mark_connections(now, self.cursor),
            Action::Mark if self.focus == Pane::Regions => self.mark_region(now),
            Action::MarkGroup => self.mark_group(now),
            Action::MarkAll if !table => self.unmark_scope(now),
            Action::Mark => self.mark_asset(now),
            Action::MarkAll => {
                self.mark_shown();
                Vec::new()
            }
            Action::Snippet if table => {
                match self.listing_viewer() {
                    Some(viewer) => {
                        if self.is_refused_from_above() {
                            let words = "what was refused here no policy of yours can allow ({key:cells} says why); \
                                         this one lists the kind";
                            self.notice = Some(Notice::plain(words));
                        }
                        self.overlays.push(Overlay::Viewer(viewer));
                    }
                    // A policy without a role goes to whoever we are there, and nobody has asked who that is.
                    None => {
                        let words =
                            "to whom the policy would go is not known before a test: {key:fleet}, then {key:test}";
                        self.notice = Some(Notice::plain(words));
                    }
                }
                Vec::new()
            }
            Action::Open if self.focus == Pane::Accounts => self.list_alone(now),
            Action::Open if table => match self.tagged_here().filter(|_| self.focus == Pane::Checks) {
                Some(arn) => self.go(now, Goal::Find(arn)),
                None => self.open_asset(now),
            },
            Action::Cells => {
                let viewer = self.cells_viewer();
                self.overlays.extend(viewer.map(Overlay::Viewer));
                Vec::new()
            }
            Action::Columns => {
                self.begin_to_choose_columns();
                Vec::new()
            }
            Action::Links => {
                self.begin_to_follow();
                Vec::new()
            }
            Action::Reveal => self.reveal(now),
            Action::CopyAsset
            | Action::CopyId
            | Action::CopyName
            | Action::CopyArn
            | Action::CopyItem
            | Action::CopyPolicy
            | Action::CopyCall
            | Action::ConsoleLink => self.copy_asset(action)?,
            Action::Sort if table => self.sort_next(now),
            Action::SortReverse => self.sort_reverse(now),
            Action::ScrollLeft | Action::ScrollRight => {
                self.scroll_columns(action == Action::ScrollRight);
                Vec::new()
            }
            Action::HideDenied => {
                self.browse.hide_denied = !self.browse.hide_denied;
                let words =
                    if self.browse.hide_denied { "what is denied is left out" } else { "what is denied is shown" };
                self.notice = Some(Notice::plain(words));
                self.arrange(now).into_iter().collect()
            }
            _ => return None,
        })
    }

    /// Moves in the table: `to` gets present place, last place and rows of a page.
    pub(in crate::app) fn step_assets(
        &mut self,
        now: Timestamp,
        to: impl Fn(usize, usize, usize) -> usize,
    ) -> Vec<Effect> {
        let (page, folded) = (self.asset_page(), self.layout().is_none_or(|l| l.open(Pane::Detail).is_none()));
        let Some(list) = self.browse.list_mut() else { return Vec::new() };
        let Some(last) = list.table.order.len().checked_sub(1) else { return Vec::new() };
        list.at = to(list.at, last, page).min(last);
        list.cursor = list.table.row(list.at).map(|(cell, row)| AssetKey::of(cell, &row));
        if folded {
            self.follow();
            return Vec::new();
        }
        let at = Timestamp(now.0 + REST);
        self.follow_at = Some(at);
        vec![Effect::WakeAt(at)]
    }

    /// The filter of the table was changed.
    pub(in crate::app) fn filter_assets(&mut self, now: Timestamp) -> Vec<Effect> {
        if let Some(list) = self.browse.list_mut() {
            list.read_filter();
        }
        self.arrange(now).into_iter().collect()
    }

    fn mark_asset(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(list) = self.browse.list_mut() else { return Vec::new() };
        let Some(key) = list.row().map(|(cell, row)| AssetKey::of(cell, &row)) else { return Vec::new() };
        if !list.marks.remove(&key) {
            list.marks.insert(key);
        }
        self.step_assets(now, |at, _, _| at + 1)
    }

    /// Marks all that is shown, or none of it.
    fn mark_shown(&mut self) {
        let Some(list) = self.browse.list_mut() else { return };
        let rows = 0..list.table.order.len();
        let keys: BTreeSet<AssetKey> =
            rows.filter_map(|at| list.table.row(at)).map(|(cell, row)| AssetKey::of(cell, &row)).collect();
        if keys.iter().all(|key| list.marks.contains(key)) {
            list.marks.retain(|key| !keys.contains(key));
        } else {
            list.marks.extend(keys);
        }
        let count = list.marks.len();
        self.notice =
            Some(Notice::plain(if count == 0 { "nothing is marked".to_owned() } else { format!("{count} marked") }));
    }

    fn mark_connections(&mut self, now: Timestamp, ids: impl IntoIterator<Item = ConnectionId>) -> Vec<Effect> {
        let ids: Vec<ConnectionId> = ids.into_iter().collect();
        let marks = &mut self.browse.scope.connections;
        let all = ids.iter().all(|id| marks.contains(id));
        for id in ids {
            if all {
                marks.remove(&id)
            } else {
                marks.insert(id)
            };
        }
        self.scope_changed(now)
    }

    /// Lists the connection under the cursor alone.
    fn list_alone(&mut self, now: Timestamp) -> Vec<Effect> {
        self.browse.scope.connections = self.cursor.into_iter().collect();
        self.focus_on(Pane::Checks);
        self.scope_changed(now)
    }

    /// Marks the group of the connection under the cursor, or unmarks it.
    fn mark_group(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(here) = self.cursor.and_then(|id| self.connection(id)) else { return Vec::new() };
        let group = here.group.clone();
        let ids: Vec<ConnectionId> = self.book.iter().filter(|c| c.group == group).map(|c| c.id).collect();
        self.mark_connections(now, ids)
    }

    /// Marks the connections of a group, and no others.
    pub(in crate::app) fn scope_to_group(&mut self, now: Timestamp, group: &str) -> Vec<Effect> {
        let ids = self.book.iter().filter(|c| c.group.as_deref() == Some(group)).map(|c| c.id);
        self.browse.scope.connections = ids.collect();
        self.scope_changed(now)
    }

    fn mark_region(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(row) = self.region_here() else { return Vec::new() };
        let marks = &mut self.browse.scope.regions;
        if !marks.remove(&row.region) {
            marks.insert(row.region);
        }
        self.scope_changed(now)
    }

    /// Takes all marks of the pane with the focus away: everything is asked again.
    fn unmark_scope(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.focus {
            Pane::Accounts => self.browse.scope.connections.clear(),
            _ => self.browse.scope.regions.clear(),
        }
        self.scope_changed(now)
    }

    /// Asks for what the scope has now and had not before; what it has no more is hidden, not forgotten.
    fn scope_changed(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.ask_missing(now);
        effects.extend(self.arrange(now));
        effects
    }

    /// Sorts by the next column that is shown.
    fn sort_next(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some((_, list)) = self.listed() else { return Vec::new() };
        let columns: Vec<SortBy> = asset_columns(self, list).into_iter().map(Col::sort).collect();
        let at = columns.iter().position(|by| *by == list.sort.by);
        let next = at.map_or(0, |at| (at + 1) % columns.len().max(1));
        let Some(by) = columns.get(next).copied() else { return Vec::new() };
        self.sort_by(now, Sort { by, descending: false })
    }

    fn sort_reverse(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some((_, list)) = self.listed() else { return Vec::new() };
        let sort = Sort { descending: !list.sort.descending, ..list.sort };
        self.sort_by(now, sort)
    }

    /// Sorts, and says by what.
    pub(in crate::app) fn sort_by(&mut self, now: Timestamp, sort: Sort) -> Vec<Effect> {
        let Some(list) = self.browse.list_mut() else { return Vec::new() };
        list.sort = sort;
        let title = col_title(list, Col::of(sort.by));
        let which = if sort.descending { ", the greatest first" } else { "" };
        self.notice = Some(Notice::plain(format!("by {title}{which}")));
        self.arrange(now).into_iter().collect()
    }

    /// Whether something of the list is not loaded that a key can load.
    pub(in crate::app) fn is_late_missing(&self) -> bool {
        self.browse.list().is_some_and(|list| {
            let late = |k: &crate::catalog::kind::Kind| k.late_fields().any(|field| !list.late.wants(field));
            list.kind.as_deref().is_some_and(late)
        })
    }

    fn scroll_columns(&mut self, right: bool) {
        let Some((_, list)) = self.listed() else { return };
        // The first column stays, and the last is the end.
        let columns = asset_columns(self, list);
        let width = self.asset_area().map_or(0, |area| area.width);
        let seen = list.on_screen(&columns, width);
        let all =
            seen.last().is_some_and(|shown| Some(&shown.col) == columns.last() && shown.width >= list.width(shown.col));
        if right && all {
            return;
        }
        let last = columns.len().saturating_sub(2);
        let Some(list) = self.browse.list_mut() else { return };
        list.scrolled = if right { (list.scrolled + 1).min(last) } else { list.scrolled.saturating_sub(1) };
    }

    /// Whether one came to the list from another, which is to be gone back to.
    pub(in crate::app) fn is_followed(&self) -> bool {
        !self.trail.is_empty() && self.is_at_assets()
    }
}
