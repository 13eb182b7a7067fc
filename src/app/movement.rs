//! The cursor, the focus and what follows them.

use super::detail;
use super::fleet::{account_rows, shown};
use super::regions::region_rows;
use super::{AccountRow, Area, Effect, Pane, State};
use crate::domain::{ConnectionId, Timestamp};

/// How long the cursor rests before detail and regions follow it, in milliseconds.
const REST: i64 = 150;

impl State {
    pub(super) fn focus_on(&mut self, pane: Pane) {
        if pane == Pane::Detail && self.focus != Pane::Detail {
            self.before_detail = self.focus;
            self.detail_scroll = 0;
        }
        self.focus = pane;
        self.follow();
    }

    /// Detail and regions show what is under the cursor.
    pub(super) fn follow(&mut self) {
        self.follow_at = None;
        self.follow_asset();
        if self.detail != self.cursor {
            self.detail = self.cursor;
            if !self.is_browsing() {
                self.detail_scroll = 0;
                self.region = None;
            }
        }
    }

    /// When this program has to go on by itself.
    pub(super) fn wakes(&self) -> impl Iterator<Item = Effect> {
        let watch = self.watch.as_ref().and_then(|w| w.next_at);
        let order = self.browse.list().and_then(|l| l.due);
        let revealed = self.browse.looked.as_ref().and_then(|l| l.until);
        self.follow_at
            .into_iter()
            .chain(watch)
            .chain(order)
            .chain(revealed)
            .chain(self.form_alarm(self.now))
            .map(Effect::WakeAt)
    }

    /// Moves in the pane with the focus: `to` gets present place, last place and rows of a page.
    pub(super) fn step(&mut self, now: Timestamp, to: impl Fn(usize, usize, usize) -> usize) -> Vec<Effect> {
        let Some(layout) = self.layout() else { return Vec::new() };
        let page = layout.page(self.focus);
        match self.focus {
            Pane::Checks if self.is_browsing() => self.step_assets(now, to),
            Pane::Accounts | Pane::Checks => {
                let ids: Vec<ConnectionId> = shown(self).iter().map(|c| c.id).collect();
                let Some(last) = ids.len().checked_sub(1) else { return Vec::new() };
                let at = self.cursor.and_then(|id| ids.iter().position(|i| *i == id)).unwrap_or(0);
                self.cursor = Some(ids[to(at, last, page).min(last)]);
                if self.cursor == self.detail {
                    self.follow_at = None;
                    return Vec::new();
                }
                // Where detail is folded it costs one line and may follow at once.
                if layout.open(Pane::Detail).is_none() {
                    self.follow();
                    return Vec::new();
                }
                let at = Timestamp(now.0 + REST);
                self.follow_at = Some(at);
                vec![Effect::WakeAt(at)]
            }
            Pane::Regions => {
                let rows = region_rows(self);
                let Some(last) = rows.len().checked_sub(1) else { return Vec::new() };
                let at = self.region.as_ref().and_then(|r| rows.iter().position(|row| row.region == *r)).unwrap_or(0);
                self.region = Some(rows[to(at, last, page).min(last)].region.clone());
                Vec::new()
            }
            Pane::Detail => {
                let area = layout.open(Pane::Detail).unwrap_or_default();
                let last = detail_rows(self, area).saturating_sub(page);
                self.detail_scroll = to(self.detail_scroll, last, page).min(last);
                Vec::new()
            }
        }
    }

    /// Puts the cursor on a row that is shown.
    pub(super) fn settle(&mut self) {
        let ids: Vec<ConnectionId> = account_rows(self)
            .into_iter()
            .filter_map(|row| match row {
                AccountRow::Connection(c) => Some(c.id),
                AccountRow::Heading(_) => None,
            })
            .collect();
        if !self.cursor.is_some_and(|id| ids.contains(&id)) {
            self.cursor = ids.first().copied();
        }
        self.follow();
    }

    pub(super) fn clamp_scroll(&mut self) {
        if let Some(layout) = self.layout() {
            let last = layout
                .open(Pane::Detail)
                .map_or(0, |area| detail_rows(self, area).saturating_sub(layout.page(Pane::Detail)));
            self.detail_scroll = self.detail_scroll.min(last);
            let last = self.viewer_last();
            if let Some(viewer) = self.viewer_mut() {
                viewer.scroll = viewer.scroll.min(last);
            }
        }
    }
}

/// How many rows the detail has in an area.
fn detail_rows(state: &State, area: Area) -> usize {
    detail(state, usize::from(area.width.saturating_sub(4))).1.len()
}
