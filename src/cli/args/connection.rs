//! Options of `connection …`.

pub use super::values::Change;
use super::{ListFormat, values};
use crate::domain::{AccountId, ConnectionName, ExternalId, Region, RoleArn, SessionName};
use clap::{Args, Subcommand, ValueEnum};

/// What can be done to connections.
#[derive(Subcommand, Clone)]
pub enum ConnectionCommand {
    /// Add a connection, or with `-` any number as TOML on standard input, all or nothing.
    ///
    /// Asks nothing of the network. A generated ExternalId is printed: it belongs into the role's trust policy.
    Add(Box<AddArgs>),
    /// List the connections.
    List(ListArgs),
    /// Show one connection.
    Show(ShowArgs),
    /// Change a connection. An empty value takes an optional field away.
    Edit(Box<EditArgs>),
    /// Give a connection another name; its id and history stay.
    Rename(RenameArgs),
    /// Remove connections from the vault. Nothing is changed in any cloud.
    Remove(RemoveArgs),
}

/// Options of `connection add`.
#[derive(Args, Clone, Debug)]
pub struct AddArgs {
    /// The new connection's name, or `-` for TOML on standard input.
    pub name: String,
    /// The role to assume.
    #[arg(long, value_name = "A", value_parser = values::role_arn)]
    pub role_arn: Option<RoleArn>,
    /// The ExternalId that the role's trust policy asks for.
    #[arg(long, value_name = "E", value_parser = values::external_id, group = "external")]
    pub external_id: Option<ExternalId>,
    /// Make a new ExternalId (UUID version 4) and print it.
    #[arg(long, group = "external")]
    pub generate_external_id: bool,
    /// The role needs none: it belongs to your own organization.
    #[arg(long, group = "external")]
    pub no_external_id: bool,
    /// Where base credentials come from: env, profile:NAME, connection:NAME [default: env].
    #[arg(long, value_name = "S")]
    pub source: Option<String>,
    /// The account, checked against the role's.
    #[arg(long, value_name = "A", value_parser = values::account)]
    pub account: Option<AccountId>,
    /// Look at this region only; may be given several times [default: every enabled one].
    #[arg(long = "region", value_name = "R", value_parser = values::region)]
    pub regions: Vec<Region>,
    /// A heading in the list.
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// The session's name in the customer's CloudTrail [default: Cloudivize-Session].
    #[arg(long, value_name = "N", value_parser = values::session_name)]
    pub session_name: Option<SessionName>,
    /// The session's length in seconds, 900 to 43200 [default: 3600].
    #[arg(long, value_name = "S", value_parser = values::session_seconds)]
    pub duration: Option<u32>,
    /// The MFA device that the trust policy asks for.
    #[arg(long, value_name = "M", value_parser = values::mfa_serial)]
    pub mfa_serial: Option<String>,
    /// Ask this endpoint in place of AWS's.
    #[arg(long, value_name = "U")]
    pub endpoint_url: Option<String>,
    /// Nothing may be changed through this connection.
    #[arg(long = "read-only")]
    pub read_only: bool,
}

/// Options of `connection list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// The form of the list.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Forms of one connection.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ShowFormat {
    /// As it stands in the vault.
    #[default]
    Toml,
    /// One JSON document.
    Json,
    /// A profile for the AWS CLI, with the ExternalId, which it needs.
    AwsConfig,
}

/// Options of `connection show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// The connection.
    pub name: String,
    /// The form.
    #[arg(long, value_enum, default_value_t)]
    pub format: ShowFormat,
    /// Show the ExternalId too.
    #[arg(long)]
    pub reveal: bool,
}

/// Options of `connection edit`.
#[derive(Args, Clone, Debug)]
pub struct EditArgs {
    /// The connection.
    pub name: String,
    /// The role to assume.
    #[arg(long, value_name = "A", value_parser = values::role_arn)]
    pub role_arn: Option<RoleArn>,
    /// The ExternalId that the role's trust policy asks for.
    #[arg(long, value_name = "E", value_parser = values::external_id, group = "external")]
    pub external_id: Option<ExternalId>,
    /// Make a new ExternalId (UUID version 4) and print it.
    #[arg(long, group = "external")]
    pub generate_external_id: bool,
    /// Send none.
    #[arg(long, group = "external")]
    pub no_external_id: bool,
    /// Where base credentials come from: env, profile:NAME, connection:NAME.
    #[arg(long, value_name = "S")]
    pub source: Option<String>,
    /// The account, checked against the role's.
    #[arg(long, value_name = "A", value_parser = |t: &str| values::or_clear(t, values::account))]
    pub account: Option<Change<AccountId>>,
    /// Look at this region only; may be given several times.
    #[arg(long = "region", value_name = "R", value_parser = |t: &str| values::or_clear(t, values::region))]
    pub regions: Vec<Change<Region>>,
    /// A heading in the list.
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// The session's name in the customer's CloudTrail.
    #[arg(long, value_name = "N", value_parser = values::session_name)]
    pub session_name: Option<SessionName>,
    /// The session's length in seconds, 900 to 43200.
    #[arg(long, value_name = "S", value_parser = values::session_seconds)]
    pub duration: Option<u32>,
    /// The MFA device that the trust policy asks for.
    #[arg(long, value_name = "M", value_parser = |t: &str| values::or_clear(t, values::mfa_serial))]
    pub mfa_serial: Option<Change<String>>,
    /// Ask this endpoint in place of AWS's.
    #[arg(long, value_name = "U")]
    pub endpoint_url: Option<String>,
    /// Nothing may be changed through this connection.
    #[arg(long = "read-only", conflicts_with = "no_read_only")]
    pub read_only: bool,
    /// Changes are allowed again.
    #[arg(long)]
    pub no_read_only: bool,
}

/// Options of `connection rename`.
#[derive(Args, Clone, Debug)]
pub struct RenameArgs {
    /// The connection.
    pub name: String,
    /// Its new name.
    #[arg(value_parser = values::connection_name)]
    pub new_name: ConnectionName,
}

/// Options of `connection remove`.
#[derive(Args, Clone, Debug)]
pub struct RemoveArgs {
    /// The connections.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
}
