//! Options of `check` and `regions`.

use super::{ListFormat, values};
use crate::domain::{ExternalId, RoleArn};
use clap::{Args, ValueEnum};
use std::time::Duration;

/// Forms of a check's report.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CheckFormat {
    /// For a person.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line, as verdicts arrive.
    Jsonl,
    /// One line for each check.
    Csv,
}

/// What makes an exit code other than 0.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A mandatory permission is denied (exit 1).
    Denied,
    /// Something could not be tested (exit 3).
    Untested,
    /// A role's trust policy does not enforce its ExternalId (exit 4).
    ExternalId,
}

/// Options of `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The connections to test [default: all].
    #[arg(value_name = "NAME", conflicts_with = "role_arn")]
    pub names: Vec<String>,
    /// Test the connections of this group; may be given several times.
    #[arg(long = "group", value_name = "G", conflicts_with = "role_arn")]
    pub groups: Vec<String>,
    /// Test this role as one unsaved connection.
    #[arg(long, value_name = "A", value_parser = values::role_arn)]
    pub role_arn: Option<RoleArn>,
    /// The ExternalId for --role-arn.
    #[arg(long, value_name = "E", value_parser = values::external_id, requires = "role_arn")]
    pub external_id: Option<ExternalId>,
    /// Take base credentials from here for this run: env, profile:NAME, connection:NAME.
    #[arg(long, value_name = "S")]
    pub source: Option<String>,
    /// One line for each thing that is not well.
    #[arg(long)]
    pub quiet: bool,
    /// Only what differs from last time.
    #[arg(long)]
    pub changed: bool,
    /// Test again what is denied until nothing is, or this much time has passed: 90s, 15m, 2h.
    #[arg(long, value_name = "DURATION", value_parser = values::span)]
    pub wait: Option<Duration>,
    /// Probe now whether each role enforces its ExternalId.
    #[arg(long, conflicts_with = "no_probe")]
    pub probe_external_id: bool,
    /// Do not probe the ExternalId.
    #[arg(long)]
    pub no_probe: bool,
    /// What counts for the exit code; what is not named is reported all the same.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT", default_value = "denied,untested")]
    pub fail_on: Vec<FailOn>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
}

/// Options of `regions`.
#[derive(Args, Clone, Debug)]
pub struct RegionsArgs {
    /// The connections to ask [default: all].
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Ask the connections of this group; may be given several times.
    #[arg(long = "group", value_name = "G")]
    pub groups: Vec<String>,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}
