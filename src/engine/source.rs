//! Each source of base credentials once: what becomes of it is said once, whatever hangs on it.

use super::{Shared, Sink};
use crate::domain::{Connection, ConnectionId, Part, Source, SourceReport};
use crate::providers::aws::Round;
use futures_util::FutureExt;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// A connection whose source has answered, well or not, and how long that took.
pub(super) type Ready = (ConnectionId, Duration);

/// A source of some connections under test.
struct Group<'a> {
    source: Source,
    first: &'a Connection,
    dependents: Vec<ConnectionId>,
}

/// Asks every source of the selected connections who it is, reports each once, and tells then that what hangs on it
/// can be tested.
pub(super) async fn report_all(
    shared: &Shared,
    round: &Round,
    book: &[Connection],
    select: &[ConnectionId],
    sink: &Sink,
    ready: UnboundedSender<Ready>,
) {
    let mut groups = Vec::<(Group<'_>, _)>::new();
    for connection in book.iter().filter(|c| select.contains(&c.id)) {
        let source = shared.aws.aliased(&connection.source, book).unwrap_or_else(|_| connection.source.clone());
        let key = shared.aws.proved_at(connection);
        match groups.iter_mut().find(|(g, k)| g.source == source && *k == key) {
            Some((group, _)) => group.dependents.push(connection.id),
            None => groups.push((Group { source, first: connection, dependents: vec![connection.id] }, key)),
        }
    }
    let asked = groups.into_iter().map(|(group, _)| report(shared, round, book, group, sink, ready.clone()).boxed());
    futures_util::future::join_all(asked).await;
}

async fn report(
    shared: &Shared,
    round: &Round,
    book: &[Connection],
    group: Group<'_>,
    sink: &Sink,
    ready: UnboundedSender<Ready>,
) {
    let start = Instant::now();
    let outcome = shared.aws.fresh_base(round, book, group.first).await.map(|b| b.identity.clone());
    let took = start.elapsed();
    let (label, dependents) = (group.source.label(book), group.dependents.len());
    sink.part(Part::Source(SourceReport { source: group.source, label, outcome, dependents })).await;
    for id in group.dependents {
        // Nobody waits for it any more when the round has been cancelled.
        let _ = ready.send((id, took));
    }
}
