//! The rules of `rules.toml`: of a service's model and an operation, what it answers and how it chooses.

use super::super::Damaged;
use super::super::protocol::Question;
use super::super::wire::Fault;
use crate::catalog::path::{Path, Step};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// One operation's rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Kinds of items, such as `ec2/instance`.
    #[serde(deserialize_with = "several")]
    pub of: Vec<String>,
    /// Where the items stand in the answer: `Reservations[].Instances[]`. Without `[]` it is one item; empty: its
    /// members are the answer's.
    #[serde(default, deserialize_with = "path")]
    pub at: Option<Path>,
    /// What of the item is answered, if not all of it.
    pub field: Option<String>,
    /// Members that the operation leaves out though its model has them.
    #[serde(default)]
    pub without: Vec<String>,
    /// A parameter and a value without which this rule is not meant; where an operation has several rules.
    #[serde(default)]
    pub when: BTreeMap<String, Value>,
    /// Parameters that choose items, and the members that they are compared with.
    #[serde(default)]
    pub by: BTreeMap<String, Members>,
    /// The error's code where nothing has the id that was asked for.
    pub missing: Option<String>,
    /// The error's code where an item has nothing in the field.
    pub none: Option<String>,
    /// The largest page, which is the usual one too.
    pub page: Option<usize>,
}

/// One member or several.
#[derive(Debug)]
pub(super) struct Members(pub Vec<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        several(d).map(Self)
    }
}

fn several<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Any {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Any::deserialize(d)? {
        Any::One(one) => vec![one],
        Any::Several(several) => several,
    })
}

fn path<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Path>, D::Error> {
    let text = String::deserialize(d)?;
    match text.is_empty() {
        true => Ok(Some(Path::default())),
        false => Path::parse(&text).map(Some).map_err(serde::de::Error::custom),
    }
}

/// The rules of an operation.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(Box<Rule>),
    Several(Vec<Rule>),
}

/// Every rule, by service and operation.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Rules(pub BTreeMap<String, BTreeMap<String, OneOrMore>>);

impl Rules {
    /// Reads the built-in ones.
    pub fn read() -> Result<Self, Damaged> {
        toml::from_str(include_str!("rules.toml")).map_err(|e| Damaged::new(e.to_string()))
    }

    /// The rule of an operation.
    pub fn of(&self, question: &Question) -> Option<&Rule> {
        let meant = |rule: &&Rule| {
            rule.when.iter().all(|(name, wanted)| match question.params.get(name) {
                Some(Value::Array(list)) => list.contains(wanted),
                Some(one) => one == wanted,
                None => false,
            })
        };
        self.0.get(question.service.name)?.get(&question.op.name)?.all().iter().find(meant)
    }
}

impl OneOrMore {
    /// All of them; the first that is meant counts.
    pub fn all(&self) -> &[Rule] {
        match self {
            Self::One(rule) => std::slice::from_ref(rule),
            Self::Several(rules) => rules,
        }
    }
}

impl Rule {
    /// Whether the answer is one item.
    pub fn one(&self) -> bool {
        self.at.as_ref().is_some_and(|at| !at.steps.contains(&Step::Each))
    }

    /// The members to be compared, and with what; only for parameters that were given.
    pub fn named<'r>(&'r self, params: &'r Value) -> impl Iterator<Item = (&'r [String], &'r Value)> {
        self.by.iter().filter_map(|(name, members)| {
            let value = params.get(name).filter(|v| !v.is_null() && v.as_array().is_none_or(|l| !l.is_empty()))?;
            Some((members.0.as_slice(), value))
        })
    }

    /// The error where nothing has the id that was asked for.
    pub fn missing(&self, question: &Question) -> Fault {
        let asked: Vec<String> = self.named(&question.params).map(|(_, v)| v.to_string().replace('"', "'")).collect();
        let words = format!("The resource {} does not exist", asked.join(", "));
        let code = self.missing.clone().unwrap_or_else(|| "ResourceNotFoundException".to_owned());
        Fault::new(if question.op.method == "GET" { 404 } else { 400 }, code, words)
    }
}
