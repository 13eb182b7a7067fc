//! The packed models' JSON, as `models/generate.py` writes it.

use serde::Deserialize;
use serde_json::Number;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct Model {
    pub id: String,
    pub protocols: Vec<String>,
    pub api_version: String,
    pub endpoint_prefix: String,
    pub signing: String,
    pub target: Option<String>,
    pub json_version: Option<String>,
    pub namespace: Option<String>,
    pub operations: BTreeMap<String, Operation>,
    pub shapes: BTreeMap<String, Shape>,
    pub endpoints: BTreeMap<String, BTreeMap<String, Hosts>>,
    #[serde(default)]
    pub offered: BTreeMap<String, Vec<String>>,
}

/// Host, signing region, signing name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row(pub String, pub String, pub String);

/// The addresses in one partition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Hosts {
    pub default: Row,
    #[serde(default)]
    pub regions: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
pub struct Operation {
    pub method: String,
    pub uri: String,
    pub input: Option<String>,
    pub root: Option<String>,
    pub output: Option<String>,
    pub wrapper: Option<String>,
    pub page: Option<Page>,
    pub host_prefix: Option<String>,
    #[serde(default)]
    pub unsigned: bool,
}

#[derive(Deserialize)]
pub struct Page {
    pub input_token: Option<OneOrMore>,
    pub output_token: Option<OneOrMore>,
    pub limit_key: Option<String>,
    pub result_key: Option<OneOrMore>,
    pub more_results: Option<String>,
}

/// One name or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    One(String),
    Many(Vec<String>),
}

impl OneOrMore {
    pub fn list(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub members: Vec<(String, Member)>,
    #[serde(default)]
    pub required: Vec<String>,
    pub payload: Option<String>,
    pub member: Option<Member>,
    pub key: Option<Member>,
    pub value: Option<Member>,
    #[serde(default)]
    pub flattened: bool,
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub document: bool,
    pub timestamp_format: Option<String>,
    pub min: Option<Number>,
    pub max: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub shape: String,
    pub location: Option<String>,
    pub location_name: Option<String>,
    pub query_name: Option<String>,
    #[serde(default)]
    pub flattened: bool,
    pub timestamp_format: Option<String>,
    #[serde(default)]
    pub xml_attribute: bool,
    #[serde(default)]
    pub idempotency_token: bool,
}
