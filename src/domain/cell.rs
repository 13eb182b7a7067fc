//! Cells: what is asked of one account in one place about one kind, and how that stands.

use super::{AccountId, CheckError, Connection, ConnectionId, Denial, ErrorClass, Region, Regions, Timestamp};
use std::fmt;
use std::sync::Arc;

/// A kind of asset by its id: `aws/ec2/instance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(Arc<str>);

impl KindId {
    /// A kind's id.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KindId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One cell: a target, a place and a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellKey {
    /// Through which connection.
    pub connection: ConnectionId,
    /// In which region; `None`: the kind is global.
    pub region: Option<Region>,
    /// What is listed.
    pub kind: KindId,
}

/// Why a cell has not all of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The cloud refused.
    Denied(Box<Denial>),
    /// There was no answer, or none that could be read.
    Failed(CheckError),
}

impl Trouble {
    /// Whether another has the same reason, whatever account, region or resource they name.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Denied(a), Self::Denied(b)) => {
                (a.reason, a.explicit, &a.policy_arn) == (b.reason, b.explicit, &b.policy_arn)
            }
            (Self::Failed(a), Self::Failed(b)) => match a.class {
                // Whose credentials have expired, and which host is away, is in the words alone.
                ErrorClass::Source | ErrorClass::Network | ErrorClass::Proxy => a == b,
                class => class == b.class && a.code == b.code,
            },
            _ => false,
        }
    }
}

/// How a cell stands. Denied is not empty, and not asked is not denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// Nobody has asked.
    NotAsked,
    /// The service does not exist in this region: known without a call.
    NotOffered,
    /// The region is switched off in this account: known without a call.
    RegionOff,
    /// It will be asked.
    Queued,
    /// It is being asked; its rows stream in.
    Loading,
    /// All rows are there.
    Done {
        /// Since when.
        at: Timestamp,
    },
    /// Some rows are there, and this kept the others away.
    Partial {
        /// What.
        trouble: Trouble,
        /// When.
        at: Timestamp,
    },
    /// The cloud refused.
    Denied {
        /// Its refusal.
        denial: Box<Denial>,
        /// Not asked: two other regions of the account were refused for the same reason.
        inferred: bool,
        /// When.
        at: Timestamp,
    },
    /// There was no answer.
    Failed {
        /// Why.
        error: CheckError,
        /// When.
        at: Timestamp,
    },
    /// It was cancelled; what had arrived stands.
    Cancelled,
}

impl CellState {
    /// Whether nothing more will come by itself.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::NotAsked | Self::Queued | Self::Loading)
    }

    /// Whether all that there is has come: totals over other cells are lower bounds.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::NotOffered | Self::RegionOff)
    }

    /// What kept rows away, if something did.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Partial { trouble, .. } => Some(trouble.clone()),
            Self::Denied { denial, .. } => Some(Trouble::Denied(denial.clone())),
            Self::Failed { error, .. } => Some(Trouble::Failed(error.clone())),
            _ => None,
        }
    }

    /// The word of summaries and reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::NotOffered => "not_offered",
            Self::RegionOff => "region_off",
            Self::Queued => "queued",
            Self::Loading => "loading",
            Self::Done { .. } => "listed",
            Self::Partial { .. } => "partial",
            Self::Denied { .. } => "denied",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Something of a cell's rows that a second call was to bring and did not: the rows stand, their values say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellNote {
    /// The operation: `s3:GetBucketTagging`.
    pub operation: String,
    /// What was refused or failed, the first of its kind.
    pub trouble: Trouble,
    /// For how many rows.
    pub rows: usize,
}

/// What is known of a target once it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// Through which connection.
    pub connection: ConnectionId,
    /// Its account.
    pub account: AccountId,
    /// Its regions, or those that are assumed because the account does not say.
    pub regions: Regions,
}

/// What is looked for over a whole scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Needle {
    /// An id: `i-0a1b…`, `vpc-…`.
    Id(String),
    /// An ARN; account and region are in it.
    Arn(String),
    /// An IPv4 or IPv6 address, as text.
    Ip(std::net::IpAddr),
    /// A private DNS name.
    Dns(String),
    /// A name: the tag `Name`, or a name that kinds know.
    Name(String),
    /// A tag's key and value.
    Tag(String, String),
}

/// Which second calls of a kind are made, beside those that always are. Each is a call a row, mostly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Late {
    /// None: what they would bring says that it is not loaded.
    #[default]
    None,
    /// Those that bring these fields (`Kind::late_column`, `late_tags`, `late_state`).
    Fields(std::collections::BTreeSet<String>),
    /// All.
    All,
}

impl Late {
    /// Whether the call that brings a field is made.
    pub fn wants(&self, field: &str) -> bool {
        match self {
            Self::None => false,
            Self::Fields(some) => some.contains(field),
            Self::All => true,
        }
    }
}

/// A question about assets: kinds over accounts and regions.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Every connection of the vault: a source may be another connection.
    pub book: Arc<[Connection]>,
    /// Which accounts, those whose rows are looked at first in front.
    pub select: Vec<ConnectionId>,
    /// What is listed.
    pub kinds: Vec<KindId>,
    /// In which regions; `None`: in all that are on.
    pub regions: Option<Vec<Region>>,
    /// Only these cells, such as those that failed; `None`: all.
    pub only: Option<Vec<CellKey>>,
    /// Which second calls are made that only some columns and tags need.
    pub late: Late,
    /// Ask every region, also where two others were refused for the same reason.
    pub ask_refused: bool,
    /// Only what is looked for, by the kinds' own server-side filters.
    pub find: Option<Needle>,
}

/// A question about one asset: read it again.
#[derive(Debug, Clone)]
pub struct Look {
    /// Every connection of the vault.
    pub book: Arc<[Connection]>,
    /// Its cell.
    pub cell: CellKey,
    /// What it is known by.
    pub asset: AssetRef,
    /// Show what is hidden: a person asked for it.
    pub reveal: bool,
}

/// What is needed to read one asset again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssetRef {
    /// Its id, unique in account, region and kind.
    pub id: String,
    /// Its ARN; empty where there is none.
    pub arn: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its own region, where rows of the kind have one.
    pub region: Option<Region>,
    /// Its parent.
    pub parent: Option<ParentRef>,
    /// Its columns' values as text, by column id, for calls that need one.
    pub fields: Vec<(String, String)>,
}

/// The asset under which others are listed: a cluster of its services.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ParentRef {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}
