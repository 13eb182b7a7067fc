//! Tags, in whichever form a service's own operation for them answers.

use super::super::protocol::Question;
use crate::catalog::model::{Kind, Member, Operation, Service};
use serde_json::{Map, Value};

/// Members of items that hold their tags.
const MEMBERS: [&str; 6] = ["Tags", "tags", "TagSet", "TagList", "_tags", "tagList"];

/// An item's tags, by key.
pub(super) fn read(item: &Value) -> Option<Map<String, Value>> {
    let tags = MEMBERS.iter().find_map(|m| item.get(*m))?;
    match tags {
        Value::Object(map) => Some(map.clone()),
        Value::Array(list) => {
            let of = |tag: &Value, names: [&str; 3]| names.iter().find_map(|n| tag.get(*n)).cloned();
            let pair = |tag: &Value| {
                let key = of(tag, ["Key", "key", "TagKey"])?;
                Some((key.as_str()?.to_owned(), of(tag, ["Value", "value", "TagValue"])?))
            };
            Some(list.iter().filter_map(pair).collect())
        }
        _ => None,
    }
}

/// The answer of an operation that lists the tags of one resource; `None` for any other.
pub(super) fn of(question: &Question, find: impl Fn(&str) -> Option<Map<String, Value>>) -> Option<Map<String, Value>> {
    let (service, op) = (question.service, question.op);
    if !op.name.contains("Tags") {
        return None;
    }
    let arn = question.params.as_object()?.values().find_map(Value::as_str)?;
    let tags = find(arn)?;
    let member = holder(service, op)?;
    Some(Map::from_iter([(member.name.clone(), written(service, member, tags)?)]))
}

fn holder(service: &'static Service, op: &Operation) -> Option<&'static Member> {
    let Kind::Structure { members, .. } = &service.shape(op.output?).kind else { return None };
    members.iter().find(|m| m.name.to_ascii_lowercase().contains("tag"))
}

/// Tags as a member's shape wants them.
pub(super) fn written(service: &Service, member: &Member, tags: Map<String, Value>) -> Option<Value> {
    match &service.shape(member.shape).kind {
        Kind::Map { .. } => Some(Value::Object(tags)),
        Kind::List { item, .. } => {
            let Kind::Structure { members, .. } = &service.shape(item.shape).kind else { return None };
            let name = |part: &str| members.iter().find(|m| m.name.to_ascii_lowercase().ends_with(part));
            let (key, value) = (name("key")?.name.clone(), name("value")?.name.clone());
            let pair = |(k, v): (String, Value)| {
                Value::Object(Map::from_iter([(key.clone(), Value::from(k)), (value.clone(), v)]))
            };
            Some(Value::Array(tags.into_iter().map(pair).collect()))
        }
        _ => None,
    }
}
