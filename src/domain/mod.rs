//! The product's words as plain types that cannot be wrong: identities, connections,
//! permissions, verdicts, and the messages between the engine and its callers.
//! Knows nothing of files, clouds, clocks or terminals.

mod account;
mod arn;
mod batch;
mod cell;
mod change;
mod connection;
mod denial;
mod endpoint;
mod error;
mod ids;
mod import;
mod key;
mod message;
mod partition;
mod permission;
mod places;
mod report;
mod retest;
mod role;
mod secret;
mod settings;
mod story;
#[cfg(test)]
mod tests;
mod time;

pub use account::AccountId;
pub use arn::{RoleArn, RoleName};
pub use batch::{Batch, BatchBuilder, RawRow, RawValue, RowView, Span, StateRole, TagState, Unknown, Value, hay_range};
pub use cell::{
    AssetRef, CellKey, CellNote, CellState, KindId, Late, Listing, Look, Needle, ParentRef, TargetFacts, Trouble,
};
pub use change::{Change, ChangeError};
pub use connection::{Connection, Method, ProfileName, Source};
pub use denial::{Denial, PolicyType, Reason};
pub use endpoint::{check_url, foreign_host};
pub use error::{CheckError, ErrorClass, Invalid, nearest};
pub use ids::{ConnectionId, ConnectionName, ExternalId, SessionName, Ticket};
pub use import::{ImportPlan, Planned};
pub use key::{Key, KeyCode};
pub use message::{End, Part, ProbeMode, Reply, Request, SourceReport};
pub use partition::{Partition, Region};
pub use permission::{MANAGED, Managed, Mandatory, Permission};
pub use report::{
    AccountFacts, BaseIdentity, Cause, CauseKind, Check, ConnectionReport, CostReport, Evidence, ExternalIdFinding,
    RegionFact, Regions, Status, Verdict,
};
pub use retest::Pauses;
pub use role::{Depth, Mark, Role};
pub use secret::{Secret, SecretInput};
pub use settings::{Rebinding, Settings, ThemeChoice};
pub use story::{Episode, Story};
pub use time::{Timestamp, Zone};
