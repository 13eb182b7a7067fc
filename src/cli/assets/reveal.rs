//! `assets --reveal`: assets with something hidden are read once more, and shown as they are.

use crate::cli::exit::Failure;
use crate::cli::live::Live;
use crate::cli::out::Out;
use crate::domain::{Batch, BatchBuilder, Connection, End, Look, Part, Request, RowView, Value};
use crate::query::Block;
use std::sync::Arc;

/// Puts each row that hides something there anew, with its values. What cannot be read stays hidden, which is said.
pub(super) fn reveal(
    blocks: &mut [Block],
    book: &Arc<[Connection]>,
    live: &mut Live,
    out: &mut Out,
) -> Result<(), Failure> {
    for block in blocks.iter_mut() {
        let hidden: Vec<usize> = (0..block.batch.len()).filter(|at| hides(block, *at)).collect();
        if hidden.is_empty() {
            continue;
        }
        let kind = &block.cell.kind;
        let mut anew = BatchBuilder::new(kind.columns.len(), kind.links.len(), block.batch.parent().cloned());
        for (at, row) in block.batch.rows().enumerate() {
            let again = if hidden.contains(&at) { look(block, &row, book, live, out)? } else { None };
            match again.as_ref().map(|batch| batch.row(0)) {
                Some(shown) => anew.push(&shown.unpacked()),
                None => anew.push(&row.unpacked()),
            }
        }
        block.batch = Arc::new(anew.finish());
    }
    Ok(())
}

fn hides(block: &Block, at: usize) -> bool {
    let row = block.batch.row(at);
    (0..block.cell.kind.columns.len()).any(|column| row.value(column) == Value::Hidden)
}

/// Reads one asset again.
fn look(
    block: &Block,
    row: &RowView<'_>,
    book: &Arc<[Connection]>,
    live: &mut Live,
    out: &mut Out,
) -> Result<Option<Arc<Batch>>, Failure> {
    let (cell, asset) = (block.cell.key(), block.cell.asset(row));
    let request = Request::Look(Box::new(Look { book: book.clone(), cell, asset, reveal: true }));
    let mut found = None;
    let end = live.run(request, |part| {
        if let Part::Item { batch, .. } = part {
            found = batch;
        }
        Ok(())
    })?;
    match end {
        End::Done => {}
        End::Cancelled => return Err(Failure::Interrupted("interrupted; nothing was printed".to_owned())),
        End::Failed(error) => out.warn(&format!("{}: what is hidden could not be read: {}", row.id(), error.message)),
    }
    Ok(found.filter(|batch: &Arc<Batch>| batch.len() == 1))
}
