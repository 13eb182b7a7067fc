//! The order of what is shown: which rows pass the filter, sorted, stable and total.

use super::filter::{Sieve, Sifted};
use super::order::{Keys, key};
use super::{Block, CellLabel, Filter, RowId};
use crate::catalog::kind::Kind;
use crate::domain::{ConnectionId, RowView};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// By what rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortBy {
    /// By name, those without one by their id.
    #[default]
    Name,
    /// By id.
    Id,
    /// By the cloud's word for the state.
    State,
    /// By account: the connection's name.
    Account,
    /// By region.
    Region,
    /// By kind, where there are several.
    Kind,
    /// By a column of the kind.
    Column(usize),
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// The greatest first. What has no value is last in both directions.
    pub descending: bool,
}

impl Sort {
    /// The fields of the second calls that bring what is sorted by.
    pub fn late(self, kind: &Kind) -> BTreeSet<String> {
        match self.by {
            SortBy::Column(at) => super::late(kind, [at], false, false),
            SortBy::State => super::late(kind, [], false, true),
            _ => BTreeSet::new(),
        }
    }
}

/// Rows in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arranged {
    /// Those that pass, in their order.
    pub order: Vec<RowId>,
    /// All rows, each asset once.
    pub total: usize,
    /// Rows that could not be judged, because something of them is not loaded, was refused or failed.
    pub unknown: usize,
}

/// Filters and sorts. The same asset through two connections counts once: the first block's row stands.
pub fn arrange(blocks: &[Block], filter: &Filter, sort: Sort) -> Arranged {
    part(blocks, 0, filter, sort)
}

/// The order of all rows, from which that of some is made without sorting again.
#[derive(Debug, Clone)]
pub struct Whole {
    blocks: Arc<[Block]>,
    sort: Sort,
    order: Arc<Arranged>,
    /// What the last filter left: mostly the next key narrows it.
    last: Option<Arc<(Filter, Arranged)>>,
}

impl Whole {
    /// Whether it is an order of these rows.
    fn is_of(&self, blocks: &[Block], sort: Sort) -> bool {
        let same = |(a, b): (&Block, &Block)| Arc::ptr_eq(&a.batch, &b.batch) && a.cell == b.cell;
        self.sort == sort && self.blocks.len() == blocks.len() && self.blocks.iter().zip(blocks).all(same)
    }
}

/// [`arrange`] by way of the order of all rows: one that is at hand is not made again, so that a key in the filter sorts
/// nothing.
pub fn arrange_within(
    whole: Option<Whole>,
    blocks: &Arc<[Block]>,
    filter: &Filter,
    sort: Sort,
) -> (Arranged, Option<Whole>) {
    // Which rows there are is another question in other regions.
    if filter.is_placed() {
        let order = arrange(blocks, filter, sort);
        return (order, None);
    }
    let make = || Whole {
        blocks: blocks.clone(),
        sort,
        order: Arc::new(arrange(blocks, &Filter::default(), sort)),
        last: None,
    };
    let mut whole = whole.filter(|w| w.is_of(blocks, sort)).unwrap_or_else(make);
    if filter.is_empty() {
        whole.last = None;
        return ((*whole.order).clone(), Some(whole));
    }
    let narrowed = whole.last.take().filter(|last| filter.narrows(&last.0));
    let refined = narrowed.and_then(|last| refine(&last.1, blocks, filter));
    let refined = refined.or_else(|| refine(&whole.order, blocks, filter));
    let arranged = refined.unwrap_or_else(|| arrange(blocks, filter, sort));
    whole.last = Some(Arc::new((filter.clone(), arranged.clone())));
    (arranged, Some(whole))
}

/// Takes in the blocks from `from` on, which are new at the end; much cheaper than a new order while they are few.
pub fn extend(arranged: &mut Arranged, blocks: &[Block], from: usize, filter: &Filter, sort: Sort) {
    let new = part(blocks, from, filter, sort);
    arranged.total += new.total;
    arranged.unknown += new.unknown;
    let old = std::mem::take(&mut arranged.order);
    // Looking up a place makes some seventeen keys, sorting anew makes one a row.
    if new.order.len().saturating_mul(8) > old.len() {
        let mut keys = Keys::with_capacity(old.len() + new.order.len());
        for id in old.into_iter().chain(new.order) {
            if let Some((cell, row)) = id.of(blocks) {
                keys.push(cell, &row, id, sort);
            }
        }
        arranged.order = keys.sorted();
        return;
    }
    let mut merged = Vec::with_capacity(old.len() + new.order.len());
    let mut rest = old.as_slice();
    for id in new.order {
        let own = key(blocks, id, sort);
        let place = rest.partition_point(|other| key(blocks, *other, sort) < own);
        merged.extend_from_slice(&rest[..place]);
        merged.push(id);
        rest = &rest[place..];
    }
    merged.extend_from_slice(rest);
    arranged.order = merged;
}

/// The order under a filter that [narrows](Filter::narrows) the one that it was made with: no row is sorted again.
/// `None` where rows were unknown before, which only a new order can tell.
pub fn refine(arranged: &Arranged, blocks: &[Block], filter: &Filter) -> Option<Arranged> {
    if arranged.unknown > 0 {
        return None;
    }
    let mut passed: Vec<Vec<bool>> = Vec::new();
    let mut candidates: Vec<Vec<u32>> = vec![Vec::new(); blocks.len()];
    for id in &arranged.order {
        if let Some(rows) = candidates.get_mut(id.block as usize) {
            rows.push(id.row);
        }
    }
    let sieve = Sieve::new(filter);
    let mut unknown = 0;
    for (block, rows) in blocks.iter().zip(&candidates) {
        let mut flags = if rows.is_empty() { Vec::new() } else { vec![false; block.batch.len()] };
        // Where all rows are candidates, one pass over the block's text is cheaper than a look at each.
        let sifted = match rows.len() == block.batch.len() {
            true => sieve.block(block),
            false => sieve.rows(block, rows.iter().copied()),
        };
        unknown += sifted.unknown;
        for row in sifted.rows {
            if let Some(flag) = flags.get_mut(row as usize) {
                *flag = true;
            }
        }
        passed.push(flags);
    }
    let passes = |id: &&RowId| passed.get(id.block as usize).and_then(|f| f.get(id.row as usize)) == Some(&true);
    let order = arranged.order.iter().filter(passes).copied().collect();
    Some(Arranged { order, total: arranged.total, unknown })
}

/// Filters and sorts the blocks from `from` on; those before only say which assets are known.
fn part(blocks: &[Block], from: usize, filter: &Filter, sort: Sort) -> Arranged {
    let again = again(blocks, from);
    let sieve = Sieve::new(filter);
    let mut arranged = Arranged::default();
    let mut found: Vec<(u32, Sifted)> = Vec::new();
    for (at, block) in (0u32..).zip(blocks).skip(from) {
        let sifted = match again.get(&at) {
            None => {
                arranged.total += within(block, filter, None);
                if filter.is_empty() { Sifted::all(block) } else { sieve.block(block) }
            }
            Some(known) => {
                let rows = (0u32..).take(block.batch.len()).filter(|row| !known.contains(row));
                arranged.total += within(block, filter, Some(known));
                sieve.rows(block, rows)
            }
        };
        arranged.unknown += sifted.unknown;
        found.push((at, sifted));
    }
    let mut keys = Keys::with_capacity(found.iter().map(|(_, s)| s.rows.len()).sum());
    for (at, sifted) in found {
        let Some(block) = blocks.get(at as usize) else { continue };
        for row in sifted.rows {
            keys.push(&block.cell, &block.batch.row(row as usize), RowId { block: at, row }, sort);
        }
    }
    arranged.order = keys.sorted();
    arranged
}

/// How many rows of a block there are, beside those that are known already.
fn within(block: &Block, filter: &Filter, known: Option<&HashSet<u32>>) -> usize {
    if !filter.is_placed() {
        return block.batch.len() - known.map_or(0, HashSet::len);
    }
    let rows = (0u32..).zip(block.batch.rows());
    rows.filter(|(at, row)| filter.is_within(row) && known.is_none_or(|k| !k.contains(at))).count()
}

/// What two cells have in common that may hold the same assets: account, place and kind.
type Whose<'a> = (&'a str, &'a str, &'a str);

fn whose(cell: &CellLabel) -> Whose<'_> {
    (cell.account.as_str(), cell.place(), &cell.kind.id)
}

/// The cells that more than one connection sees, their blocks in order. One alone, as nearly always, costs nothing more.
fn shared_cells(blocks: &[Block]) -> impl Iterator<Item = Vec<(u32, &Block)>> {
    let mut cells: HashMap<Whose<'_>, Vec<(u32, &Block)>> = HashMap::new();
    for (at, block) in (0u32..).zip(blocks) {
        cells.entry(whose(&block.cell)).or_default().push((at, block));
    }
    let several = |same: &Vec<(u32, &Block)>| {
        same.iter().any(|(_, b)| same.first().is_some_and(|(_, first)| first.cell.connection != b.cell.connection))
    };
    cells.into_values().filter(several)
}

/// Every connection that sees an asset, for the rows that stand for one which several see, by the first block's row.
pub fn shared(blocks: &[Block]) -> HashMap<RowId, Vec<ConnectionId>> {
    let mut shared = HashMap::new();
    for same in shared_cells(blocks) {
        let mut known: HashMap<(&str, &str), (RowId, Vec<ConnectionId>)> = HashMap::new();
        for (at, block) in same {
            for (row, view) in (0u32..).zip(block.batch.rows()) {
                let first = RowId { block: at, row };
                let (_, seen) = known.entry((view.region(), view.id())).or_insert_with(|| (first, Vec::new()));
                if !seen.contains(&block.cell.connection) {
                    seen.push(block.cell.connection);
                }
            }
        }
        shared.extend(known.into_values().filter(|(_, seen)| seen.len() > 1));
    }
    shared
}

/// Rows of the blocks from `from` on that are assets of another connection's block before them.
fn again(blocks: &[Block], from: usize) -> HashMap<u32, HashSet<u32>> {
    let mut again: HashMap<u32, HashSet<u32>> = HashMap::new();
    for same in shared_cells(blocks).filter(|same| same.last().is_some_and(|(at, _)| *at as usize >= from)) {
        let mut known: HashMap<(&str, &str), ConnectionId> = HashMap::new();
        for (at, block) in same {
            for (row, view) in (0u32..).zip(block.batch.rows()) {
                let connection = block.cell.connection;
                let owner = *known.entry((view.region(), view.id())).or_insert(connection);
                if owner != connection && at as usize >= from {
                    again.entry(at).or_default().insert(row);
                }
            }
        }
    }
    again
}

/// Every connection that sees a row's asset, in the blocks' order.
pub fn seen_by(blocks: &[Block], id: RowId) -> Vec<ConnectionId> {
    let Some((cell, row)) = id.of(blocks) else { return Vec::new() };
    let mut connections = Vec::new();
    for block in blocks.iter().filter(|b| whose(&b.cell) == whose(cell)) {
        let connection = block.cell.connection;
        let has = |r: RowView<'_>| r.id() == row.id() && r.region() == row.region();
        if !connections.contains(&connection) && (connection == cell.connection || block.batch.rows().any(has)) {
            connections.push(connection);
        }
    }
    connections
}
