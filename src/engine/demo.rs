//! The engine over the demo cloud: its connections, a history that knows the demo's past, and the attaching of
//! policies.

use super::{Engine, Shared, Sink, find};
use crate::catalog::Catalog;
use crate::domain::{
    Check, CheckError, Connection, ConnectionId, ConnectionReport, Denial, End, ErrorClass, Mandatory, Part, Settings,
    Timestamp, Verdict,
};
use crate::journal::History;
use crate::providers::aws::Aws;
use crate::providers::demo::{CONNECTIONS, Damaged, Demo, Past};
use crate::vault;
use std::sync::Arc;
use tokio::runtime::Handle;
use uuid::Uuid;

/// What keeps the demo's history apart from a vault's.
const ID: Uuid = Uuid::from_u128(0xd330_0000_0000_4000_8000_0000_0000_0000);

impl Engine {
    /// An engine whose cloud is the demo. Nothing is read from this machine, and nothing is written to it.
    ///
    /// # Errors
    /// When the demo's data are damaged, which tests exclude.
    pub fn demo(handle: Handle, demo: &Demo, settings: Settings, catalog: Arc<Catalog>) -> Result<Self, Damaged> {
        let aws = Aws::demo(demo.http(), demo.clone(), &settings);
        let shared = Shared {
            demo: Some(demo.clone()),
            ..Shared::new(aws, settings, history(demo, &book()?, Timestamp::now()), catalog)
        };
        Ok(Self { shared: Arc::new(shared), handle, running: Arc::default() })
    }
}

/// The demo's connections.
///
/// # Errors
/// When its data are damaged, which tests exclude.
pub fn book() -> Result<Arc<[Connection]>, Damaged> {
    vault::parse_connections(CONNECTIONS, &[]).map(Arc::from).map_err(|faults| Damaged::new(faults.to_string()))
}

/// A history that knows what earlier tests found.
fn history(demo: &Demo, book: &[Connection], now: Timestamp) -> History {
    let mut history = History::in_memory(ID);
    for past in demo.past() {
        let Some(connection) = book.iter().find(|c| c.name.as_str() == past.connection) else { continue };
        let ago = i64::try_from(past.ago.as_millis()).unwrap_or(i64::MAX);
        let at = Timestamp(now.0.saturating_sub(ago));
        let checks = Mandatory::ALL.into_iter().map(|m| check(past, connection, m)).collect();
        let mut report = ConnectionReport::of(connection, connection.source.label(book), checks, at);
        // Only what a file refuses could fail, and there is none.
        let _ = history.record(&mut report, connection, at);
    }
    history
}

/// One check of an earlier test.
fn check(past: &Past, connection: &Connection, permission: Mandatory) -> Check {
    if permission == Mandatory::AssumeRole && connection.role_arn().is_none() {
        return Check::blank(permission, Verdict::NotApplicable);
    }
    let untested = |class| Check::untested(permission, CheckError::new(class, ""));
    let assumes = permission == Mandatory::AssumeRole;
    match (past.untested, past.denied.get(&permission), past.denied.get(&Mandatory::AssumeRole)) {
        (Some(class), ..) if assumes => untested(class),
        (Some(_), ..) | (None, None, Some(_)) => untested(ErrorClass::NotReached),
        (None, None, None) => Check::blank(permission, Verdict::Allowed),
        (None, Some(reason), _) => {
            Check { denial: Some(Denial::bare(*reason)), ..Check::blank(permission, Verdict::Denied) }
        }
    }
}

/// Attaches a policy in the demo, as its owner would.
pub(super) async fn apply(shared: &Shared, book: &[Connection], id: ConnectionId, policy: &str, sink: &Sink) -> End {
    let invalid = |why: String| End::Failed(CheckError::new(ErrorClass::Invalid, why));
    let connection = match find(book, id) {
        Ok(c) => c,
        Err(end) => return end,
    };
    let Some(demo) = &shared.demo else {
        return invalid("policies are attached in the demo alone: elsewhere their owner does it".to_owned());
    };
    match demo.apply(connection.role_arn(), &connection.source, policy) {
        Ok(applied) => {
            sink.part(Part::Applied { what: applied.what, after: applied.after }).await;
            End::Done
        }
        Err(why) => invalid(format!("the demo's IAM did not take the policy: {why}")),
    }
}

#[cfg(test)]
#[path = "demo_tests.rs"]
mod tests;
