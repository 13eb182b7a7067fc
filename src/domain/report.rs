//! What a test of a connection found.

use super::{
    AccountId, CheckError, Connection, ConnectionId, ConnectionName, Denial, Mandatory, Partition, Region, Source,
    Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One check's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The cloud did it.
    Allowed,
    /// The cloud refused it.
    Denied,
    /// No answer, and never to be taken for a refusal.
    Untested,
    /// The question does not arise here.
    NotApplicable,
}

impl Verdict {
    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Untested => "untested",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Reads the word of the JSON interface and the history file.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Allowed, Self::Denied, Self::Untested, Self::NotApplicable].into_iter().find(|v| v.word() == word)
    }
}

/// How good the evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The real call was made.
    Live,
    /// The call was made with `DryRun`.
    DryRun,
    /// A simulator said so.
    Simulated,
    /// None.
    Unknown,
}

impl Evidence {
    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::DryRun => "dry_run",
            Self::Simulated => "simulated",
            Self::Unknown => "unknown",
        }
    }
}

/// Why `sts:AssumeRole` may have been refused, in the words of the JSON interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The caller's own policy does not allow it.
    CallerPolicy,
    /// The trust policy does not name the caller.
    TrustPrincipal,
    /// The ExternalId differs, or is missing.
    ExternalId,
    /// The role's name or path differs, or there is no such role.
    RoleNameOrPath,
    /// The account id is another's.
    Account,
    /// The role is in another partition than the caller.
    Partition,
    /// The trust policy asks for MFA.
    Mfa,
    /// The trust policy asks for another session name.
    SessionName,
    /// The trust policy asks for a source identity.
    SourceIdentity,
    /// An organization's policy forbids it.
    ScpOrRcp,
    /// The role or its policy was made a moment ago.
    TooNew,
    /// Something else.
    Other,
}

/// One possible cause and the values to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Which one.
    pub cause: CauseKind,
    /// The two values to compare and how to tell; sanitised.
    pub compare: String,
}

/// One live test of one permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was tested.
    pub permission: Mandatory,
    /// The answer.
    pub verdict: Verdict,
    /// How good the evidence is.
    pub evidence: Evidence,
    /// Where it was asked.
    pub region: Option<Region>,
    /// From call to answer, in milliseconds, retries included.
    pub latency_ms: Option<u64>,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Present exactly when denied.
    pub denial: Option<Denial>,
    /// Present when untested.
    pub error: Option<CheckError>,
    /// For a refused `sts:AssumeRole`: what remains, most likely first.
    pub causes: Vec<Cause>,
    /// For a refused `sts:AssumeRole`: what was ruled out.
    pub ruled_out: Vec<Cause>,
    /// What to do, or a remark.
    pub advice: Option<String>,
    /// Since when this verdict stands, as far as the history knows.
    pub since: Option<Timestamp>,
}

impl Check {
    /// A check that has not run and says nothing yet.
    pub fn blank(permission: Mandatory, verdict: Verdict) -> Self {
        Self {
            permission,
            verdict,
            evidence: Evidence::Unknown,
            region: None,
            latency_ms: None,
            request_id: None,
            denial: None,
            error: None,
            causes: Vec::new(),
            ruled_out: Vec::new(),
            advice: None,
            since: None,
        }
    }

    /// A check that could not be made.
    pub fn untested(permission: Mandatory, error: CheckError) -> Self {
        Self { error: Some(error), ..Self::blank(permission, Verdict::Untested) }
    }
}

/// A connection's state over its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every mandatory permission that applies is allowed.
    Allowed,
    /// At least one is denied.
    Denied,
    /// None is denied, at least one could not be tested.
    Untested,
}

impl Status {
    /// Denied wins over untested, untested over allowed.
    pub fn of(checks: &[Check]) -> Self {
        if checks.iter().any(|c| c.verdict == Verdict::Denied) {
            Self::Denied
        } else if checks.iter().any(|c| c.verdict == Verdict::Untested) {
            Self::Untested
        } else {
            Self::Allowed
        }
    }

    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Untested => "untested",
        }
    }
}

/// What the role's trust policy does with the ExternalId (the verdict table of the probe).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalIdFinding {
    /// Right one accepted, none and a wrong one refused.
    Enforced,
    /// None and a wrong one accepted too: any caller of the trusted account gets in.
    NotEnforced,
    /// None is accepted, a wrong one refused.
    Optional,
    /// None is refused, any other accepted.
    AnyAccepted,
    /// The right one is refused and none is accepted.
    Contradicts,
    /// The connection sends no ExternalId.
    None,
    /// No probe has run.
    NotTested,
    /// A probe ran and could not tell.
    Unknown,
}

impl ExternalIdFinding {
    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::NotEnforced => "not_enforced",
            Self::Optional => "optional",
            Self::AnyAccepted => "any_accepted",
            Self::Contradicts => "contradicts",
            Self::None => "none",
            Self::NotTested => "not_tested",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word of the JSON interface and the history file.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Enforced,
            Self::NotEnforced,
            Self::Optional,
            Self::AnyAccepted,
            Self::Contradicts,
            Self::None,
            Self::NotTested,
            Self::Unknown,
        ]
        .into_iter()
        .find(|f| f.word() == word)
    }

    /// Whether the role's owner has something to mend.
    pub fn is_finding(self) -> bool {
        matches!(self, Self::NotEnforced | Self::Optional | Self::AnyAccepted | Self::Contradicts)
    }
}

/// Who we are before assuming a role (`sts:GetCallerIdentity`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseIdentity {
    /// The caller's ARN.
    pub arn: String,
    /// The caller's account.
    pub account: AccountId,
    /// The caller's partition.
    pub partition: Partition,
}

impl BaseIdentity {
    /// Whether this is an account's root user, which AWS lets assume no role.
    pub fn is_root(&self) -> bool {
        self.arn.contains(":iam:") && self.arn.ends_with(":root")
    }
}

/// A region and whether it is on for the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionFact {
    /// The region.
    pub region: Region,
    /// `opt-in-not-required`, `opted-in` or `not-opted-in`.
    pub opt_in: String,
    /// Whether it can be used.
    pub enabled: bool,
}

/// The regions of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Regions {
    /// Sorted by code.
    pub list: Vec<RegionFact>,
    /// True when the account was not allowed to say, and the list is the connection's own or the partition's default.
    pub assumed: bool,
}

/// A Cost and Usage Report that an account has defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReport {
    /// Its name.
    pub name: String,
    /// `HOURLY`, `DAILY` or `MONTHLY`.
    pub time_unit: String,
    /// `textORcsv` or `Parquet`.
    pub format: String,
    /// The bucket that it is delivered to.
    pub bucket: String,
    /// The folder in the bucket.
    pub prefix: String,
    /// The bucket's region.
    pub region: String,
    /// `SUCCESS`, or what kept the last delivery; absent before the first.
    pub last_status: Option<String>,
    /// When the last delivery was, as AWS writes it.
    pub last_delivery: Option<String>,
}

/// What the four account calls told, as far as they were allowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFacts {
    /// From `ec2:DescribeRegions`.
    pub regions: Option<Regions>,
    /// From `iam:GetAccountSummary`.
    pub summary: Option<BTreeMap<String, i64>>,
    /// From `ec2:DescribeAccountAttributes`: name and values.
    pub attributes: Option<Vec<(String, Vec<String>)>>,
    /// From `cur:DescribeReportDefinitions`.
    pub reports: Option<Vec<CostReport>>,
}

/// Everything one test of one connection found.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionReport {
    /// Which connection.
    pub id: ConnectionId,
    /// Its label.
    pub name: ConnectionName,
    /// `role`, `profile` or `env`.
    pub method: &'static str,
    /// Whether the vault holds it.
    pub saved: bool,
    /// Where the base credentials came from.
    pub source: Source,
    /// The source in a person's words: a chained connection by its name.
    pub source_label: String,
    /// Its heading.
    pub group: Option<String>,
    /// The account, pinned or answered.
    pub account: Option<AccountId>,
    /// Who we were before assuming.
    pub base_identity: Option<BaseIdentity>,
    /// Who we became.
    pub session_identity: Option<String>,
    /// A foreign endpoint in use.
    pub endpoint: Option<String>,
    /// What the trust policy does with the ExternalId.
    pub external_id: ExternalIdFinding,
    /// When that was found.
    pub external_id_tested_at: Option<Timestamp>,
    /// One per mandatory permission, in order.
    pub checks: Vec<Check>,
    /// Since when the status stands, as far as the history knows.
    pub since: Option<Timestamp>,
    /// When all was well for the last time.
    pub last_good: Option<Timestamp>,
    /// What differs from the test before, one clause each; empty when nothing does or nothing is remembered.
    pub changes: Vec<String>,
    /// When this test ended.
    pub at: Timestamp,
    /// What was learned beside the verdicts.
    pub facts: AccountFacts,
    /// From start to end of this connection's test, in milliseconds.
    pub elapsed_ms: u64,
}

impl ConnectionReport {
    /// A report with these checks and nothing learned beside them. `source_label` is the source in a person's words.
    pub fn of(connection: &Connection, source_label: String, checks: Vec<Check>, at: Timestamp) -> Self {
        let external_id = match connection.external_id() {
            Some(_) => ExternalIdFinding::NotTested,
            None => ExternalIdFinding::None,
        };
        Self {
            id: connection.id,
            name: connection.name.clone(),
            method: connection.method.word(),
            saved: connection.saved,
            source: connection.source.clone(),
            source_label,
            group: connection.group.clone(),
            account: connection.account.clone(),
            base_identity: None,
            session_identity: None,
            endpoint: None,
            external_id,
            external_id_tested_at: None,
            checks,
            since: None,
            last_good: None,
            changes: Vec::new(),
            at,
            facts: AccountFacts::default(),
            elapsed_ms: 0,
        }
    }

    /// The state over all checks.
    pub fn status(&self) -> Status {
        Status::of(&self.checks)
    }

    /// The check of one permission.
    pub fn check(&self, permission: Mandatory) -> Option<&Check> {
        self.checks.iter().find(|c| c.permission == permission)
    }

    /// The account that said who we are; nothing before one did.
    pub fn answered_account(&self) -> Option<&AccountId> {
        self.account.as_ref().filter(|_| self.session_identity.is_some())
    }

    /// The denied permissions that an Allow on the role may mend: none where a Deny stands, of whatever policy.
    pub fn missing(&self) -> Vec<Mandatory> {
        self.checks
            .iter()
            .filter(|c| c.permission != Mandatory::AssumeRole && c.verdict == Verdict::Denied)
            .filter(|c| c.denial.as_ref().is_some_and(Denial::allow_may_help))
            .map(|c| c.permission)
            .collect()
    }
}
