//! IAM policy documents as values, written in one order of members.
//!
//! Grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

use crate::domain::Mandatory;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// A policy: `Version` 2012-10-17 and its statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Always `2012-10-17`: older versions know no policy variables.
    #[serde(rename = "Version")]
    version: &'static str,
    /// In the order in which they are printed.
    #[serde(rename = "Statement")]
    pub statements: Vec<Statement>,
}

impl Document {
    /// A policy of these statements.
    pub fn new(statements: Vec<Statement>) -> Self {
        Self { version: "2012-10-17", statements }
    }

    /// What allows the given mandatory permissions on a role; `None` when none is left.
    /// `sts:AssumeRole` is left out: it belongs to the caller's policy and the role's trust.
    pub fn allowing(sid: &str, permissions: &[Mandatory]) -> Option<Self> {
        let actions: Vec<String> = Mandatory::ALL
            .into_iter()
            .filter(|m| *m != Mandatory::AssumeRole && permissions.contains(m))
            .map(|m| m.action().to_owned())
            .collect();
        (!actions.is_empty()).then(|| Self::new(vec![Statement::allow(sid, actions, vec!["*".to_owned()])]))
    }

    /// The document as a JSON value, members in the canonical order.
    pub fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Indented JSON with a line end.
    pub fn json(&self) -> String {
        format!("{:#}\n", self.value())
    }

    /// JSON on one line, without a line end.
    pub fn min(&self) -> String {
        self.value().to_string()
    }
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// One statement. The members stand in the order in which they are printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// A label of letters and digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// Only in trust policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// What is allowed, `service:Operation`.
    #[serde(serialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// On what; empty in trust policies, which have no such member.
    #[serde(serialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Operator, then key, then the values of which one has to match.
    #[serde(serialize_with = "conditions", skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
}

impl Statement {
    /// An Allow of actions on resources.
    pub fn allow(sid: &str, action: Vec<String>, resource: Vec<String>) -> Self {
        Self {
            sid: Some(sid.to_owned()),
            effect: Effect::Allow,
            principal: None,
            action,
            resource,
            condition: BTreeMap::new(),
        }
    }
}

/// Whom a trust policy trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Principal {
    /// An account's root, a role or a user, as ARN.
    #[serde(rename = "AWS")]
    pub aws: String,
}

fn one_or_many<S: Serializer>(values: &[String], s: S) -> Result<S::Ok, S::Error> {
    if let [one] = values {
        return s.serialize_str(one);
    }
    let mut seq = s.serialize_seq(Some(values.len()))?;
    for value in values {
        seq.serialize_element(value)?;
    }
    seq.end()
}

fn conditions<S: Serializer>(
    map: &BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
    s: S,
) -> Result<S::Ok, S::Error> {
    struct Values<'a>(&'a [String]);
    impl Serialize for Values<'_> {
        fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            one_or_many(self.0, s)
        }
    }
    s.collect_map(map.iter().map(|(operator, keys)| {
        (operator, keys.iter().map(|(key, values)| (key, Values(values))).collect::<BTreeMap<_, _>>())
    }))
}
