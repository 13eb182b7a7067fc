//! Each source of base credentials once: what becomes of it is said once, whatever hangs on it.

use super::{Shared, Sink};
use crate::domain::{Connection, ConnectionId, Part, Source, SourceReport};
use crate::providers::aws::Round;
use futures_util::FutureExt;

/// A source of some connections under test.
struct Group<'a> {
    source: Source,
    first: &'a Connection,
    dependents: usize,
}

/// Asks every source of the selected connections who it is, and reports each once.
pub(super) async fn report_all(
    shared: &Shared,
    round: &Round,
    book: &[Connection],
    select: &[ConnectionId],
    sink: &Sink,
) {
    let mut groups = Vec::<(Group<'_>, _)>::new();
    for connection in book.iter().filter(|c| select.contains(&c.id)) {
        let source = shared.aws.aliased(&connection.source, book).unwrap_or_else(|_| connection.source.clone());
        let key = shared.aws.proved_at(connection);
        match groups.iter_mut().find(|(g, k)| g.source == source && *k == key) {
            Some((group, _)) => group.dependents += 1,
            None => groups.push((Group { source, first: connection, dependents: 1 }, key)),
        }
    }
    let asked = groups.into_iter().map(|(group, _)| report(shared, round, book, group, sink).boxed());
    futures_util::future::join_all(asked).await;
}

async fn report(shared: &Shared, round: &Round, book: &[Connection], group: Group<'_>, sink: &Sink) {
    let outcome = shared.aws.fresh_base(round, book, group.first).await.map(|b| b.identity.clone());
    let label = group.source.label(book);
    sink.part(Part::Source(SourceReport { source: group.source, label, outcome, dependents: group.dependents })).await;
}
