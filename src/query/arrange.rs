//! The order of what is shown: which rows pass the filter, sorted, stable and total.

use super::{Block, Filter, RowId};

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

/// Filters and sorts. The same asset through two connections counts once.
pub fn arrange(blocks: &[Block], filter: &Filter, sort: Sort) -> Arranged {
    let mut order = Vec::new();
    let mut total = 0;
    for (at, block) in (0u32..).zip(blocks) {
        total += block.batch.len();
        for (row, view) in (0u32..).zip(block.batch.rows()) {
            if filter.passes(&block.cell, &view) {
                order.push(RowId { block: at, row });
            }
        }
    }
    let name = |id: &RowId| id.of(blocks).map(|(_, r)| if r.name().is_empty() { r.id() } else { r.name() });
    order.sort_by(|a, b| name(a).cmp(&name(b)));
    if sort.descending {
        order.reverse();
    }
    Arranged { order, total, unknown: 0 }
}
