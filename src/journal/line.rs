//! One line of `checks.jsonl`.

use crate::domain::{ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};

/// The key under which a connection's status over all checks is remembered, beside the permissions.
pub(super) const STATUS: &str = "status";

/// A verdict or a probe. Unknown fields of a later release are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// When it was seen.
    pub at: Timestamp,
    /// Of which connection.
    pub connection: ConnectionId,
    /// The connection's values then.
    pub values: String,
    /// An IAM action, or `status`. Absent in a probe's line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The verdict's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// A denial's reason, or an error's class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Nothing changed: said at most once a day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub still: bool,
    /// The ExternalId probe's finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// After compaction: since when the tested verdict stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// After compaction: the last tested verdict, where the newest is `untested`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<String>,
    /// After compaction: when it was allowed for the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_at: Option<Timestamp>,
    /// After compaction: the connection's values then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_values: Option<String>,
}

impl Line {
    /// A line without any of the optional fields.
    pub fn new(at: Timestamp, connection: ConnectionId, values: String) -> Self {
        Self {
            at,
            connection,
            values,
            permission: None,
            verdict: None,
            reason: None,
            still: false,
            probe: None,
            since: None,
            tested: None,
            allowed_at: None,
            allowed_values: None,
        }
    }
}
