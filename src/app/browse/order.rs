//! The order of the table: made here while there are few rows, elsewhere when there are many, and never more often
//! than a person can see.

use super::{AssetKey, Goal, List, Table, region_counts, woes};
use crate::app::{Effect, State};
use crate::catalog::kind::Scope;
use crate::domain::Timestamp;
use crate::query::{Arranged, Block, Filter, Whole, arrange};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Up to so many rows are put in order at once: that takes less than a frame.
const FEW: usize = 5_000;
/// Rows that arrive are put in order this far apart, in milliseconds.
const PACE: i64 = 80;

/// An order that is being made elsewhere.
#[derive(Debug, Clone)]
pub struct Flight {
    generation: u64,
    blocks: Arc<[Block]>,
}

impl State {
    /// Puts the rows in order now. One order is made at a time; what is wished meanwhile is made after it.
    pub(in crate::app) fn arrange(&mut self, now: Timestamp) -> Option<Effect> {
        let goal = self.browse.here.as_ref()?;
        let list = self.browse.lists.get(goal)?;
        let covered = list.cells.iter().filter(|(key, _)| self.browse.covers(goal, key));
        let blocks: Arc<[Block]> = match list.flight {
            Some(_) => Arc::from([]),
            None => covered.flat_map(|(_, cell)| cell.shown()).cloned().collect(),
        };
        let (woes, regions) = (woes(self), region_counts(self));
        // Only rows with regions of their own have to be told apart here.
        let own_regions = blocks.iter().any(|b| b.cell.kind.scope == Scope::GlobalRowRegion);
        let placed = match goal {
            Goal::Kind(_) | Goal::Find(_) if own_regions => self.browse.scope.regions.clone(),
            _ => BTreeSet::new(),
        };
        let filter = list.passing.clone().at(now).within(&placed);
        let generation = self.browse.generation + 1;
        let list = self.browse.list_mut()?;
        (list.woes, list.regions) = (woes, regions);
        list.unfit = true;
        list.due = None;
        if list.flight.is_some() {
            list.dirty = true;
            return None;
        }
        list.dirty = false;
        list.arranged = now;
        let rows: usize = blocks.iter().map(|b| b.batch.len()).sum();
        if rows <= FEW {
            let arranged = arrange(&blocks, &filter, list.sort);
            list.take(blocks, arranged);
            self.follow_row();
            return None;
        }
        let sort = list.sort;
        list.flight = Some(Flight { generation, blocks: blocks.clone() });
        self.browse.generation = generation;
        let whole = self.browse.list_mut()?.whole.take();
        Some(Effect::Arrange { generation, blocks, filter, sort, whole })
    }

    /// Puts the rows in order soon: many answers come at once.
    pub(in crate::app) fn arrange_soon(&mut self, now: Timestamp) -> Option<Effect> {
        self.browse.list_mut()?.dirty = true;
        // The first rows are what a person waits for.
        let first = self.browse.list().is_some_and(|list| list.table.blocks.is_empty() && list.flight.is_none());
        if first && self.has_rows() {
            self.urgent = true;
            return self.arrange(now);
        }
        let list = self.browse.list_mut()?;
        let due = Timestamp(list.arranged.0 + PACE);
        if list.flight.is_some() || list.due.is_some_and(|at| at > now) {
            return None;
        }
        if now >= due || now < list.arranged {
            return self.arrange(now);
        }
        list.due = Some(due);
        Some(Effect::WakeAt(due))
    }

    /// Whether rows have come of what is in scope.
    fn has_rows(&self) -> bool {
        self.listed().is_some_and(|(goal, list)| {
            list.cells.iter().any(|(key, cell)| !cell.blocks.is_empty() && self.browse.covers(goal, key))
        })
    }

    /// Puts the rows in order if the time for it has come; whether it had.
    pub(in crate::app) fn arrange_due(&mut self, now: Timestamp) -> (bool, Option<Effect>) {
        match self.browse.list_mut() {
            Some(list) if list.due.is_some_and(|at| at <= now) => {
                list.due = None;
                (true, self.arrange(now))
            }
            _ => (false, None),
        }
    }

    /// Takes an order that was made elsewhere; `false` when nobody waits for it any more.
    pub(in crate::app) fn arranged(
        &mut self,
        now: Timestamp,
        generation: u64,
        arranged: Arranged,
        whole: Option<Whole>,
    ) -> (bool, Option<Effect>) {
        let waits = |l: &&mut List| l.flight.as_ref().is_some_and(|f| f.generation == generation);
        let Some(list) = self.browse.lists.values_mut().find(waits) else { return (false, None) };
        let Some(flight) = list.flight.take() else { return (false, None) };
        list.whole = whole;
        list.take(flight.blocks, arranged);
        self.follow_row();
        let dirty = self.browse.list().is_some_and(|l| l.dirty && l.flight.is_none());
        (true, if dirty { self.arrange(now) } else { None })
    }

    /// The detail shows the row under the cursor as it is now, unless the cursor has not rested there yet.
    fn follow_row(&mut self) {
        if self.follow_at.is_none() {
            self.follow_asset();
        }
    }

    /// The detail shows the row under the cursor.
    pub(in crate::app) fn follow_asset(&mut self) {
        let Some(list) = self.browse.list_mut() else { return };
        let followed = list.hold(list.at);
        let same = match (&followed, &list.followed) {
            (Some(a), Some(b)) => a.key() == b.key(),
            (None, None) => true,
            _ => false,
        };
        list.followed = followed;
        if !same {
            self.detail_scroll = 0;
        }
    }
}

impl List {
    /// Takes an order over blocks, and finds the cursor in it.
    fn take(&mut self, blocks: Arc<[Block]>, arranged: Arranged) {
        let Arranged { order, total, unknown } = arranged;
        self.unfit = true;
        self.table = Table { blocks, order, total, unknown };
        self.at = match &self.cursor {
            None => 0,
            Some(key) => self.place(key).unwrap_or(self.at.min(self.table.order.len().saturating_sub(1))),
        };
    }

    /// Where an asset stands in the order.
    pub(super) fn place(&self, key: &AssetKey) -> Option<usize> {
        let is = |at: &usize| self.table.row(*at).is_some_and(|(cell, row)| key.is(cell, &row));
        // Mostly it has not moved far.
        Some(self.at).filter(is).or_else(|| (0..self.table.order.len()).find(is))
    }

    /// Reads what was typed to filter. What is no filter changes nothing but what is said about it.
    pub(super) fn read_filter(&mut self) {
        match Filter::parse(self.filter.text(), self.kind.as_deref()) {
            Ok(filter) => {
                self.passing = filter;
                self.wrong = None;
            }
            Err(error) => self.wrong = Some(error),
        }
    }
}
