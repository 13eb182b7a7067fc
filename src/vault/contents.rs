//! What a vault holds, and its text: TOML that a person can read with `age -d`.

use crate::domain::{Connection, ConnectionId, Method};
use serde::Serialize;
use uuid::Uuid;

/// The version of the vault's text that this release reads and writes.
pub(super) const VERSION: i64 = 1;

/// Everything in a vault.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The vault's identity, which keys the hashes of the history file.
    pub id: Uuid,
    /// Who can open it, as age writes them; empty for a passphrase vault.
    pub recipients: Vec<String>,
    /// Foreign endpoints that a person has confirmed.
    pub endpoints: Vec<String>,
    /// In the order of the file. Names and ids are unique, chained sources exist and have no loop.
    pub connections: Vec<Connection>,
    /// The `[config]` table, checked when it was read (`config::Config::settings` lays it out).
    pub config: toml::Table,
}

impl Contents {
    /// A new vault without connections.
    pub fn new(recipients: Vec<String>) -> Self {
        Self {
            id: Uuid::new_v4(),
            recipients,
            endpoints: Vec::new(),
            connections: Vec::new(),
            config: toml::Table::new(),
        }
    }

    /// The connection with this label.
    pub fn by_name(&self, name: &str) -> Option<&Connection> {
        self.connections.iter().find(|c| c.name.as_str() == name)
    }

    /// The connection with this identity.
    pub fn by_id(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|c| c.id == id)
    }
}

#[derive(Serialize)]
struct File<'a> {
    version: i64,
    vault: Head<'a>,
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    config: &'a toml::Table,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    connection: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Head<'a> {
    id: String,
    recipients: &'a [String],
    endpoints: &'a [String],
}

/// A connection in the order of the file's documentation; what is at its default is left out,
/// save for the fields that a reader looks for.
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    name: &'a str,
    provider: &'static str,
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id_next: Option<&'a str>,
    source: String,
    session_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
    duration: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    read_only: bool,
    protected: bool,
    probe_external_id: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_url: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_insecure_endpoint: bool,
}

impl<'a> Row<'a> {
    fn of(c: &'a Connection) -> Self {
        let (role_arn, external_id, external_id_next) = match &c.method {
            Method::Role { arn, external_id, external_id_next } => {
                (Some(arn.to_string()), external_id.as_ref(), external_id_next.as_ref())
            }
            Method::Profile | Method::Env => (None, None, None),
        };
        Self {
            id: c.id.to_string(),
            name: c.name.as_str(),
            provider: "aws",
            method: c.method.word(),
            account: c.account.as_ref().map(crate::domain::AccountId::as_str),
            role_arn,
            external_id: external_id.map(crate::domain::ExternalId::expose),
            external_id_next: external_id_next.map(crate::domain::ExternalId::expose),
            source: c.source.text(),
            session_name: c.session_name.as_str(),
            source_identity: c.source_identity.as_ref().map(crate::domain::SessionName::as_str),
            duration: c.duration,
            mfa_serial: c.mfa_serial.as_deref(),
            regions: c.regions.iter().map(crate::domain::Region::as_str).collect(),
            group: c.group.as_deref(),
            read_only: c.read_only,
            protected: c.protected,
            probe_external_id: c.probe_external_id,
            endpoint_url: c.endpoint_url.as_deref(),
            allow_insecure_endpoint: c.allow_insecure_endpoint,
        }
    }
}

/// The vault's text.
///
/// # Errors
/// When the `[config]` table holds what TOML cannot say, which no table read from TOML does.
pub fn to_toml(contents: &Contents) -> Result<String, toml::ser::Error> {
    toml::to_string(&File {
        version: VERSION,
        vault: Head {
            id: contents.id.hyphenated().to_string(),
            recipients: &contents.recipients,
            endpoints: &contents.endpoints,
        },
        config: &contents.config,
        connection: contents.connections.iter().map(Row::of).collect(),
    })
}
