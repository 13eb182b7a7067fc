//! What tests found of one connection over time.

use super::{ConnectionId, ErrorClass, ExternalIdFinding, Mandatory, Reason, Timestamp, Verdict};

/// Tests that saw the same, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// What they saw.
    pub verdict: Verdict,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// Why it could not be tested.
    pub class: Option<ErrorClass>,
    /// The first of them, as far as it is remembered.
    pub from: Timestamp,
    /// The last of them that was noted: tests that see nothing new are noted once a day.
    pub to: Timestamp,
    /// Before it the connection itself was changed: its role, source, ExternalId, session name or region.
    pub edited: bool,
}

/// What the history knows of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Whose story.
    pub connection: ConnectionId,
    /// Whether tests are remembered beyond this run.
    pub kept: bool,
    /// For each permission what was seen, the oldest first; empty when it was never tested.
    pub permissions: Vec<(Mandatory, Vec<Episode>)>,
    /// What probes found of the ExternalId, the oldest first: the first and the last time in a row.
    pub external_id: Vec<(ExternalIdFinding, Timestamp, Timestamp)>,
    /// When all was well for the last time.
    pub last_good: Option<Timestamp>,
    /// Older changes were folded away when the file was compacted.
    pub folded: bool,
}
