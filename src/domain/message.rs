//! What the engine is asked, and what it answers. A started ticket gives any number of
//! parts and exactly one end, also after cancel, panic or shutdown.

use super::{
    BaseIdentity, Batch, CellKey, CellNote, CellState, Check, CheckError, Connection, ConnectionId, ConnectionReport,
    Listing, Look, Secret, Source, Story, TargetFacts, Ticket, Trouble,
};
use std::sync::Arc;
use std::time::Duration;

/// When the ExternalId probe may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeMode {
    /// When a connection is new or edited, or its last result is older than 30 days.
    Sparing,
    /// Now, on request.
    Force,
    /// Not at all.
    Never,
}

/// What the engine can be asked.
#[derive(Debug, Clone)]
pub enum Request {
    /// Run all checks of some connections.
    Check {
        /// Every connection of the vault: a source may be another connection.
        book: Arc<[Connection]>,
        /// Which of them to test.
        select: Vec<ConnectionId>,
        /// Whether the ExternalId probe may run.
        probe: ProbeMode,
    },
    /// Ask who a source is (`sts:GetCallerIdentity`), nothing else.
    Identify {
        /// Every connection of the vault.
        book: Arc<[Connection]>,
        /// The connection whose source and endpoint are meant.
        connection: ConnectionId,
    },
    /// Take a test of a connection into the history that was made before the connection was saved.
    Note {
        /// The connection as it was saved.
        connection: Box<Connection>,
        /// What the test found.
        report: Box<ConnectionReport>,
    },
    /// Decode an EC2 authorization message with a connection's session.
    Decode {
        /// Every connection of the vault.
        book: Arc<[Connection]>,
        /// Whose session may decode.
        connection: ConnectionId,
        /// The encoded text.
        message: String,
    },
    /// Tell what tests found of a connection over time. Asks nothing of a cloud.
    History {
        /// Which connection.
        connection: ConnectionId,
    },
    /// Attach a policy in the demo cloud, as its owner would. Elsewhere this fails.
    DemoApply {
        /// Every connection of the demo.
        book: Arc<[Connection]>,
        /// The connection that it is for.
        connection: ConnectionId,
        /// The policy document, as JSON. What it says decides where it goes: a trust policy to the connection's
        /// role, a policy about assuming roles to the caller, any other to whoever makes the connection's requests.
        policy: String,
    },
    /// List assets.
    List(Box<Listing>),
    /// Read one asset again.
    Look(Box<Look>),
}

/// What became of one source of base credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// Which source.
    pub source: Source,
    /// Its name for a person: `profile:hub`, or the chained connection's name.
    pub label: String,
    /// Who we are through it, or what is wrong with it and what helps.
    pub outcome: Result<BaseIdentity, CheckError>,
    /// How many of the connections under test stand on it.
    pub dependents: usize,
}

impl SourceReport {
    /// What is wrong with it, its name said once; `None` when it answered.
    pub fn trouble(&self) -> Option<String> {
        let error = self.outcome.as_ref().err()?;
        let named = error.message.strip_prefix(self.label.as_str()).is_some_and(|rest| rest.starts_with(':'));
        Some(if named { error.message.clone() } else { format!("{}: {}", self.label, error.message) })
    }
}

/// One piece of an answer.
#[derive(Debug, Clone)]
pub enum Part {
    /// A connection's test has begun.
    Started(ConnectionId),
    /// A source answered or failed: said once, whatever hangs on it.
    Source(SourceReport),
    /// One verdict.
    Check {
        /// Whose.
        connection: ConnectionId,
        /// The verdict.
        check: Box<Check>,
    },
    /// A connection's test is complete.
    Connection(Box<ConnectionReport>),
    /// The decoded authorization message: JSON, as AWS gave it. Sensitive: shown on request, never logged.
    Decoded(Secret),
    /// What tests found over time.
    Story(Box<Story>),
    /// Something worth a line that changes no verdict, such as a history that cannot be written.
    Notice(String),
    /// Who the source is.
    Identity(BaseIdentity),
    /// The demo has attached a policy.
    Applied {
        /// What happened: `attached to role CloudivizeRole in 444455556666`.
        what: String,
        /// How long IAM takes until it counts everywhere.
        after: Duration,
    },
    /// A target was reached: its account and its regions. Its cells follow.
    Target(TargetFacts),
    /// A target could not be reached, so nothing of it was asked.
    NoTarget {
        /// Which connection.
        connection: ConnectionId,
        /// Why.
        trouble: Trouble,
    },
    /// How some cells stand now. A cell's rows come before its end.
    Cells(Vec<(CellKey, CellState)>),
    /// Rows of a cell. The first of a ticket replace what a cell held before once the cell ends.
    Rows {
        /// Which cell.
        cell: CellKey,
        /// The rows.
        batch: Arc<Batch>,
    },
    /// What second calls did not bring to a cell's rows.
    Notes {
        /// Which cell.
        cell: CellKey,
        /// What.
        notes: Vec<CellNote>,
    },
    /// An asset, read again: JSON in the AWS CLI's shape, sanitised; what is hidden is replaced.
    Item {
        /// Its cell.
        cell: CellKey,
        /// Its id.
        id: String,
        /// The JSON; `None`: it is there no more.
        json: Option<Secret>,
        /// Its row, made anew.
        batch: Option<Arc<Batch>>,
        /// Whether something in it is hidden.
        hidden: bool,
        /// What second calls did not bring.
        notes: Vec<CellNote>,
    },
}

/// How a ticket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All that was asked was answered, if only by errors in its parts.
    Done,
    /// It was cancelled; what had arrived stands.
    Cancelled,
    /// It could not be done at all.
    Failed(CheckError),
}

/// An answer to a ticket.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Which request it belongs to.
    pub ticket: Ticket,
    /// A part, or the one end.
    pub body: Result<Part, End>,
}
