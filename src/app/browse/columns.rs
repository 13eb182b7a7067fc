//! Choosing the columns of the table.

use super::List;
use crate::app::{Action, Effect, Notice, Overlay, State};
use crate::domain::{Late, Timestamp};
use crate::query::{Sort, SortBy};
use std::collections::BTreeSet;

/// Choosing columns: what is chosen is shown at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chooser {
    /// The row under the cursor.
    pub at: usize,
}

/// A row of the choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// The column's heading.
    pub title: String,
    /// Its word in filters.
    pub word: String,
    /// It is shown.
    pub shown: bool,
    /// It needs a call more, mostly one a row.
    pub late: bool,
}

impl List {
    /// The columns that are shown, by their place in the kind.
    pub(super) fn shown_columns(&self) -> Vec<usize> {
        let Some(kind) = &self.kind else { return Vec::new() };
        match &self.chosen {
            Some(chosen) => chosen.clone(),
            None => (0..kind.columns.len()).filter(|at| kind.columns[*at].shown).collect(),
        }
    }
}

impl State {
    /// The choice of columns, if that is on top.
    pub fn column_chooser(&self) -> Option<Chooser> {
        match self.overlays.last() {
            Some(Overlay::Columns(chooser)) => Some(*chooser),
            _ => None,
        }
    }

    /// What can be chosen.
    pub fn choosable_columns(&self) -> Vec<Choosable> {
        let Some(list) = self.browse.list() else { return Vec::new() };
        let Some(kind) = &list.kind else { return Vec::new() };
        let shown = list.shown_columns();
        let row = |(at, column): (usize, &crate::catalog::kind::Column)| Choosable {
            title: column.title.clone(),
            word: column.id.clone(),
            shown: shown.contains(&at),
            late: kind.late_column(column).is_some(),
        };
        kind.columns.iter().enumerate().map(row).collect()
    }

    pub(in crate::app) fn begin_to_choose_columns(&mut self) {
        let none = self.choosable_columns().is_empty();
        if none {
            self.notice = Some(Notice::plain("several kinds together have no columns of their own"));
            return;
        }
        self.overlays.push(Overlay::Columns(Chooser::default()));
    }

    /// What a key does while columns are chosen; `None` when it is none of its.
    pub(in crate::app) fn columns_action(&mut self, now: Timestamp, action: Action) -> Option<Vec<Effect>> {
        let last = self.choosable_columns().len().saturating_sub(1);
        let Some(Overlay::Columns(chooser)) = self.overlays.last_mut() else { return None };
        match action {
            Action::Up => chooser.at = chooser.at.saturating_sub(1),
            Action::Down => chooser.at = (chooser.at + 1).min(last),
            Action::Top | Action::PageUp => chooser.at = 0,
            Action::Bottom | Action::PageDown => chooser.at = last,
            Action::Mark => {
                let at = chooser.at;
                self.toggle_column(at);
            }
            Action::MarkAll => {
                if let Some(list) = self.browse.list_mut() {
                    list.chosen = None;
                }
            }
            Action::Sort => {
                let by = SortBy::Column(chooser.at);
                let descending = self.browse.list().is_some_and(|l| l.sort == Sort { by, descending: false });
                return Some(self.sort_by(now, Sort { by, descending }));
            }
            Action::Accept | Action::Back => {
                self.overlays.pop();
                return Some(self.load_chosen(now));
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn toggle_column(&mut self, at: usize) {
        let Some(list) = self.browse.list_mut() else { return };
        let mut shown = list.shown_columns();
        match shown.iter().position(|column| *column == at) {
            Some(place) => drop(shown.remove(place)),
            None => {
                // In the kind's own order.
                let place = shown.iter().position(|column| *column > at).unwrap_or(shown.len());
                shown.insert(place, at);
            }
        }
        list.chosen = Some(shown);
        list.scrolled = 0;
    }

    /// Asks for what chosen columns need: a person wants to see them.
    fn load_chosen(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(list) = self.browse.list_mut() else { return Vec::new() };
        let Some(kind) = list.kind.clone() else { return Vec::new() };
        let wanted: BTreeSet<String> = list
            .shown_columns()
            .into_iter()
            .filter_map(|at| kind.late_column(kind.columns.get(at)?))
            .filter(|field| !list.late.wants(field))
            .map(str::to_owned)
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        list.late = match std::mem::take(&mut list.late) {
            Late::All => Late::All,
            Late::None => Late::Fields(wanted),
            Late::Fields(had) => Late::Fields(had.into_iter().chain(wanted).collect()),
        };
        self.refresh_list(now)
    }
}
