//! Parameters of calls, and texts of rows, from templates.

use super::tail;
use crate::catalog::kind::{Call, Param};
use crate::catalog::path::Path;
use crate::catalog::template::{Fill, Source};
use crate::domain::{AssetRef, Needle, ParentRef};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What item a template speaks of.
#[derive(Clone, Copy)]
pub enum Fields<'a> {
    /// None.
    None,
    /// One, and what encloses it.
    Item(&'a Value, &'a [&'a Value]),
    /// Several rows at once.
    Batch(&'a [&'a Value]),
}

/// What the places of a template are filled from.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    pub account: &'a str,
    pub region: &'a str,
    pub partition: &'a str,
    pub parent: Option<&'a ParentRef>,
    pub find: Option<&'a Needle>,
    pub asset: Option<&'a AssetRef>,
    pub fields: Fields<'a>,
}

impl Fill for Places<'_> {
    fn value(&self, source: &Source) -> Option<Value> {
        let text = |t: &str| Some(t).filter(|t| !t.is_empty()).map(|t| Value::String(t.to_owned()));
        match source {
            Source::Account => text(self.account),
            Source::Region => text(self.region),
            Source::Partition => text(self.partition),
            Source::Parent(field) => {
                let parent = self.parent?;
                match field.as_str() {
                    "id" => text(&parent.id),
                    "arn" => text(&parent.arn),
                    "name" => text(&parent.name),
                    _ => None,
                }
            }
            Source::Row(field) => match (self.asset, self.fields) {
                (Some(asset), Fields::None) => match field.as_str() {
                    "id" => text(&asset.id),
                    "arn" => text(&asset.arn),
                    "name" => text(&asset.name),
                    "region" => asset.region.as_ref().and_then(|r| text(r.as_str())),
                    other => asset.fields.iter().find(|(id, _)| id == other).and_then(|(_, v)| text(v)),
                },
                (_, Fields::Item(item, enclosing)) => Path::parse(field).ok()?.first(item, enclosing).cloned(),
                _ => None,
            },
            Source::Batch(field) => match self.fields {
                Fields::Batch(rows) => {
                    let path = Path::parse(field).ok()?;
                    Some(Value::Array(rows.iter().filter_map(|r| path.first(r, &[])).cloned().collect()))
                }
                Fields::Item(item, enclosing) => {
                    Path::parse(field).ok()?.first(item, enclosing).map(|v| Value::Array(vec![v.clone()]))
                }
                Fields::None => None,
            },
            Source::Item(path) => match self.fields {
                Fields::Item(item, enclosing) => path.first(item, enclosing).cloned(),
                _ => None,
            },
            Source::Find => match self.find? {
                Needle::Id(t) | Needle::Dns(t) | Needle::Name(t) => text(t),
                Needle::Arn(arn) => text(tail(arn)),
                Needle::Ip(ip) => text(&ip.to_string()),
                Needle::Tag(..) => None,
            },
            Source::FindKey => match self.find? {
                Needle::Tag(key, _) => text(key),
                _ => None,
            },
            // A tag's value may be empty.
            Source::FindValue => match self.find? {
                Needle::Tag(_, value) => Some(Value::String(value.clone())),
                _ => None,
            },
        }
    }
}

/// A call's parameters. What cannot be filled is left out, and where the operation needs it the request says so.
pub fn params(call: &Call, places: &Places<'_>) -> Value {
    table(&call.params, places)
}

fn table(params: &BTreeMap<String, Param>, places: &Places<'_>) -> Value {
    let filled = params.iter().filter_map(|(name, param)| Some((name.clone(), one(param, places)?)));
    Value::Object(filled.collect::<Map<_, _>>())
}

fn one(param: &Param, places: &Places<'_>) -> Option<Value> {
    Some(match param {
        Param::Text(template) => template.value(places)?,
        Param::Plain(value) => value.clone(),
        Param::List(list) => {
            let mut out = Vec::with_capacity(list.len());
            for item in list {
                match (item, one(item, places)?) {
                    // The whole batch, in place of one element.
                    (Param::Text(t), Value::Array(all)) if t.sources().any(|s| matches!(s, Source::Batch(_))) => {
                        out.extend(all);
                    }
                    (_, value) => out.push(value),
                }
            }
            Value::Array(out)
        }
        Param::Map(map) => table(map, places),
    })
}
