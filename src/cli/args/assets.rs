//! Options of `kinds`, `assets` and `find`.

use super::{ListFormat, values};
use crate::domain::{AccountId, Region};
use clap::Args;

/// Options of `kinds`.
#[derive(Args, Clone, Debug)]
pub struct KindsArgs {
    /// The form of the list.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Where assets are looked for.
#[derive(Args, Clone, Debug, Default)]
pub struct ScopeArgs {
    /// Look through this connection; may be given several times [default: all].
    #[arg(long = "connection", value_name = "N")]
    pub connections: Vec<String>,
    /// Look through the connections of this group; may be given several times.
    #[arg(long = "group", value_name = "G")]
    pub groups: Vec<String>,
    /// Look in this account only; may be given several times.
    #[arg(long = "account", value_name = "A", value_parser = values::account)]
    pub accounts: Vec<AccountId>,
    /// Look in this region only; may be given several times [default: every region that is on].
    #[arg(long = "region", value_name = "R", value_parser = values::region)]
    pub regions: Vec<Region>,
}

/// Options of `assets`.
#[derive(Args, Clone, Debug)]
pub struct AssetsArgs {
    /// The kinds to list, by id, short id or alias; see `cloudivize kinds`.
    #[arg(value_name = "KIND", required = true)]
    pub kinds: Vec<String>,
    /// Where.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Only what passes: words that must all be found, "two words", !word, tag:K=V, tag:K, state:S, COLUMN:X,
    /// COLUMN:>N (numbers, sizes like 100g, ages like 30d).
    #[arg(long, value_name = "F")]
    pub filter: Option<String>,
    /// The kind's columns to give, by id, and `tags`; see `cloudivize kinds --format json`.
    #[arg(long, value_name = "C,…", value_delimiter = ',', conflicts_with = "all_columns")]
    pub columns: Option<Vec<String>>,
    /// Give every column.
    #[arg(long)]
    pub all_columns: bool,
    /// Sort by name, id, state, account, region, kind or a column; with `-` in front the greatest first.
    #[arg(long, value_name = "COL", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Show what is hidden, such as environment variables: each such asset is read once more.
    #[arg(long)]
    pub reveal: bool,
    /// The form of the list. jsonl and csv come as they arrive, unless they are sorted.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Options of `find`.
#[derive(Args, Clone, Debug)]
pub struct FindArgs {
    /// An ARN, an id, an IPv4 or IPv6 address, a private DNS name, a tag as KEY=VALUE, or a name.
    #[arg(value_name = "X", required = true)]
    pub what: Vec<String>,
    /// Only assets of this kind; may be given several times [default: every kind that can be looked for so].
    #[arg(long = "kind", value_name = "K")]
    pub kinds: Vec<String>,
    /// Where.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The form of the list. jsonl and csv come as they arrive.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}
