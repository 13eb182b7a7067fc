//! Filtering, sorting and the values of columns, over rows of any cells; for the dashboard and the command line. Pure.
//!
//! Rows stay where they are, in the batches that the engine made; what is shown is an order over them.

mod amount;
mod arrange;
mod filter;
mod grammar;
mod needle;
mod order;
mod value;

pub use arrange::{Arranged, Sort, SortBy, Whole, arrange, arrange_within, extend, refine, seen_by, shared};
pub use filter::{Filter, FilterError, Judged};
pub use needle::{Hunt, TAGGED, cells_instead, hunt, needle, place_of_arn};
pub use value::{column_text, column_width, export_text, state_words, tags_text};

use crate::catalog::kind::Kind;
use crate::domain::{
    AccountId, AssetRef, Batch, CellKey, ConnectionId, ConnectionName, KindId, Region, RowView, Value,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The fields of second calls that bring some columns of a kind, its tags, its state.
pub fn late(kind: &Kind, columns: impl IntoIterator<Item = usize>, tags: bool, state: bool) -> BTreeSet<String> {
    let columns = columns.into_iter().filter_map(|at| kind.late_column(kind.columns.get(at)?));
    let tags = kind.late_tags().filter(|_| tags);
    let state = kind.late_state().filter(|_| state);
    columns.chain(tags).chain(state).map(str::to_owned).collect()
}

/// What all rows of a cell have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct CellLabel {
    /// Through which connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: ConnectionName,
    /// The account.
    pub account: AccountId,
    /// The region; `None`: the kind is global.
    pub region: Option<Region>,
    /// The kind.
    pub kind: Arc<Kind>,
}

impl CellLabel {
    /// The region's code, or `global`.
    pub fn place(&self) -> &str {
        self.region.as_ref().map_or("global", Region::as_str)
    }

    /// The cell itself.
    pub fn key(&self) -> CellKey {
        CellKey { connection: self.connection, region: self.region.clone(), kind: KindId::new(&self.kind.id) }
    }

    /// What is needed to read one of its rows again.
    pub fn asset(&self, row: &RowView<'_>) -> AssetRef {
        // What is not known can be no parameter.
        let known = |at: usize| {
            let value = row.value(at);
            !matches!(value, Value::Empty | Value::NotLoaded | Value::Denied | Value::Failed | Value::Hidden)
        };
        let columns = self.kind.columns.iter().enumerate().filter(|(at, _)| known(*at));
        AssetRef {
            id: row.id().to_owned(),
            arn: row.arn().to_owned(),
            name: row.name().to_owned(),
            region: Region::parse(row.region()).ok(),
            parent: row.batch().parent().cloned(),
            fields: columns.map(|(at, column)| (column.id.clone(), export_text(at, row).into_owned())).collect(),
        }
    }
}

/// Some rows of one cell.
#[derive(Debug, Clone)]
pub struct Block {
    /// What they have in common.
    pub cell: Arc<CellLabel>,
    /// The rows.
    pub batch: Arc<Batch>,
}

/// A row's place: its block and its place there. Good as long as the blocks are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    /// Which block.
    pub block: u32,
    /// Which of its rows.
    pub row: u32,
}

impl RowId {
    /// The row and what it has in common with its cell.
    pub fn of(self, blocks: &[Block]) -> Option<(&CellLabel, RowView<'_>)> {
        let block = blocks.get(self.block as usize)?;
        let row = self.row as usize;
        (row < block.batch.len()).then(|| (&*block.cell, block.batch.row(row)))
    }
}

/// The region of a row: its own, or its cell's.
pub fn place<'a>(cell: &'a CellLabel, row: &RowView<'a>) -> &'a str {
    Some(row.region()).filter(|r| !r.is_empty()).unwrap_or_else(|| cell.place())
}

#[cfg(test)]
mod tests;
