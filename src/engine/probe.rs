//! The ExternalId probe: the same AssumeRole without the ExternalId and with a wrong one, to see
//! whether the role's trust policy asks for it (the confused deputy problem,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>).
//!
//! Sparing, because each refusal is an event in somebody's CloudTrail.

use super::{Shared, locked};
use crate::domain::{Connection, ExternalIdFinding, ProbeMode, Timestamp};
use crate::providers::aws::failure::{CallError, Failure};
use crate::providers::aws::{Base, IdVariant, Round};

/// A result older than this is asked again.
const OLD: i64 = 30 * 24 * 60 * 60 * 1000;

/// What a variant of the call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Accepted,
    Refused,
    Unclear,
}

impl From<Result<(), CallError>> for Met {
    fn from(result: Result<(), CallError>) -> Self {
        match result {
            Ok(()) => Self::Accepted,
            // Only a refusal counts; a throttled or unreachable STS proves nothing.
            Err(CallError { failure: Failure::Denied(_), .. }) => Self::Refused,
            Err(_) => Self::Unclear,
        }
    }
}

/// What is known of a connection's ExternalId, and whether to ask.
pub(super) enum Plan {
    /// Nothing to ask: the finding, and when it was made.
    Keep(ExternalIdFinding, Option<Timestamp>),
    /// Ask.
    Run,
}

/// Decides by the connection, the request, the history, and whether the real call was accepted.
pub(super) fn plan(shared: &Shared, connection: &Connection, mode: ProbeMode, accepted: bool, now: Timestamp) -> Plan {
    if connection.external_id().is_none() {
        return Plan::Keep(ExternalIdFinding::None, None);
    }
    let history = locked(&shared.history);
    let last = history.last_probe(connection);
    let known = match last {
        Some((at, finding)) => Plan::Keep(finding, Some(at)),
        None => Plan::Keep(ExternalIdFinding::NotTested, None),
    };
    let due = match mode {
        ProbeMode::Never => false,
        ProbeMode::Force => true,
        // Without a record nobody can be sparing.
        ProbeMode::Sparing if !connection.saved || !history.is_kept() => false,
        ProbeMode::Sparing => last.is_none_or(|(at, finding)| {
            // What was found while the role refused us says nothing about the role that accepts us.
            let outdated = matches!(finding, ExternalIdFinding::Unknown | ExternalIdFinding::Contradicts);
            now.since(at) > OLD || (accepted && outdated)
        }),
    };
    if due && connection.probe_external_id { Plan::Run } else { known }
}

/// Runs the probe beside an AssumeRole that was accepted or refused, and reads the table. Without a
/// time it met no answer somewhere: nothing was found out, and the next test asks again.
pub(super) async fn run(
    shared: &Shared,
    round: &Round,
    connection: &Connection,
    base: &Base,
    right: bool,
) -> (ExternalIdFinding, Option<Timestamp>) {
    let ask = async |variant| Met::from(shared.aws.probe(round, connection, base, variant).await);
    let (finding, answered) = if right {
        let (without, wrong) = tokio::join!(ask(IdVariant::Without), ask(IdVariant::Wrong));
        (read(true, without, wrong), without != Met::Unclear && wrong != Met::Unclear)
    } else {
        // Whatever a wrong one meets, it tells nothing more: one event less in a customer's trail.
        let without = ask(IdVariant::Without).await;
        (read(false, without, Met::Unclear), without != Met::Unclear)
    };
    (finding, answered.then(Timestamp::now))
}

fn read(right: bool, without: Met, wrong: Met) -> ExternalIdFinding {
    use ExternalIdFinding as F;
    match (right, without, wrong) {
        (true, Met::Refused, Met::Refused) => F::Enforced,
        (true, Met::Accepted, Met::Accepted) => F::NotEnforced,
        (true, Met::Accepted, Met::Refused) => F::Optional,
        (true, Met::Refused, Met::Accepted) => F::AnyAccepted,
        (false, Met::Accepted, _) => F::Contradicts,
        _ => F::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        use ExternalIdFinding as F;
        use Met::{Accepted, Refused, Unclear};
        assert_eq!(read(true, Refused, Refused), F::Enforced);
        assert_eq!(read(true, Accepted, Accepted), F::NotEnforced);
        assert_eq!(read(true, Accepted, Refused), F::Optional);
        assert_eq!(read(true, Refused, Accepted), F::AnyAccepted);
        assert_eq!(read(false, Accepted, Unclear), F::Contradicts);
        assert_eq!(read(false, Refused, Unclear), F::Unknown);
        assert_eq!(read(true, Unclear, Refused), F::Unknown, "no answer is no refusal");
        assert_eq!(read(true, Refused, Unclear), F::Unknown);
    }
}
