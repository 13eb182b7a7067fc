//! A kind's file as TOML has it.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub group: String,
    pub scope: String,
    pub parent: Option<RawParent>,
    pub list: RawCall,
    #[serde(default)]
    pub fetch: Vec<RawFetch>,
    pub get: Option<RawCall>,
    pub identity: RawIdentity,
    pub row_region: Option<String>,
    pub state: Option<RawState>,
    #[serde(default)]
    pub column: Vec<RawColumn>,
    pub tags: Option<RawTags>,
    #[serde(default)]
    pub link: Vec<RawLink>,
    pub permissions: RawPermissions,
    pub redact: Option<RawRedact>,
    #[serde(default)]
    pub find: Vec<RawFind>,
    /// Derived fields that no path can say (`providers/aws/special`).
    pub special: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawParent {
    pub kind: String,
    #[serde(default)]
    pub params: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCall {
    pub op: String,
    #[serde(default)]
    pub params: toml::Table,
    pub items: Option<String>,
    #[serde(rename = "as")]
    pub scalar_as: Option<String>,
    #[serde(default)]
    pub none: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFetch {
    pub op: String,
    #[serde(default)]
    pub params: toml::Table,
    pub items: Option<String>,
    pub batch: Option<usize>,
    pub key: Option<String>,
    pub row_key: Option<String>,
    pub when: Option<String>,
    pub into: Option<String>,
    #[serde(default)]
    pub none: Vec<String>,
    pub region: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawIdentity {
    pub id: String,
    pub arn: Option<String>,
    pub name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawState {
    pub path: String,
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawColumn {
    pub id: String,
    pub title: String,
    pub path: Option<String>,
    /// A text with places, in place of a path.
    pub text: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub shown: Option<bool>,
    pub width: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTags {
    pub path: String,
    pub form: String,
    pub write: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLink {
    pub title: String,
    pub kind: String,
    pub by: Option<String>,
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPermissions {
    pub read: Vec<RawNeed>,
    #[serde(default)]
    pub tag: Vec<RawNeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawNeed {
    pub action: String,
    pub resource: Option<String>,
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFind {
    pub by: String,
    #[serde(default)]
    pub prefix: String,
    pub params: toml::Table,
    #[serde(default)]
    pub none: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRedact {
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub show: Vec<String>,
    #[serde(default)]
    pub names: Vec<String>,
}
