//! Tags, in whichever form a service's own operation for them answers.

use super::super::protocol::Question;
use crate::catalog::model::{Kind, Member, Service};
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

/// The answer of an operation that lists the tags of one resource, or of several; `None` for any other.
pub(super) fn of(question: &Question, find: impl Fn(&str) -> Option<Map<String, Value>>) -> Option<Map<String, Value>> {
    let (service, op) = (question.service, question.op);
    if !op.name.contains("Tags") {
        return None;
    }
    let params = question.params.as_object()?;
    let Kind::Structure { members, .. } = &service.shape(op.output?).kind else { return None };
    if let Some(several) = params.values().find_map(Value::as_array) {
        let all = several.iter().filter_map(Value::as_str);
        return of_several(service, members, all.filter_map(|id| Some((id, find(id)?))));
    }
    let tags = params.values().filter_map(Value::as_str).find_map(find)?;
    inside(service, members, tags)
}

/// `TagDescriptions[]`, `ResourceTagList[]`: an id beside its tags.
fn of_several<'i>(
    service: &Service,
    members: &[Member],
    all: impl Iterator<Item = (&'i str, Map<String, Value>)>,
) -> Option<Map<String, Value>> {
    let (holder, item) = members.iter().find_map(|m| match &service.shape(m.shape).kind {
        Kind::List { item, .. } => Some((m, item)),
        _ => None,
    })?;
    let Kind::Structure { members, .. } = &service.shape(item.shape).kind else { return None };
    let id = members.iter().find(|m| matches!(service.shape(m.shape).kind, Kind::String { .. }))?;
    let one = |(text, tags): (&str, Map<String, Value>)| {
        let mut item = inside(service, members, tags)?;
        item.insert(id.name.clone(), Value::from(text));
        Some(Value::Object(item))
    };
    Some(Map::from_iter([(holder.name.clone(), all.filter_map(one).collect())]))
}

/// The member that holds tags, however deep: `Tags`, `ResourceTagSet.Tags`, `Tags.Items`.
fn inside(service: &Service, members: &[Member], tags: Map<String, Value>) -> Option<Map<String, Value>> {
    let named = |m: &&Member| m.name == "Items" || m.name.to_ascii_lowercase().contains("tag");
    let member = members.iter().find(named)?;
    let value = match &service.shape(member.shape).kind {
        Kind::Structure { members, .. } => Value::Object(inside(service, members, tags)?),
        _ => written(service, member, tags)?,
    };
    Some(Map::from_iter([(member.name.clone(), value)]))
}

/// Tags as a member's shape wants them.
fn written(service: &Service, member: &Member, tags: Map<String, Value>) -> Option<Value> {
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

/// Whether tags have all keys of the Tagging API's filters, each with one of its values where there are some.
pub(super) fn fit(tags: &Map<String, Value>, filters: Option<&Value>) -> bool {
    filters.and_then(Value::as_array).into_iter().flatten().all(|f| {
        let own = f.get("Key").and_then(Value::as_str).and_then(|k| tags.get(k));
        let values = f.get("Values").and_then(Value::as_array).filter(|v| !v.is_empty());
        own.is_some_and(|own| values.is_none_or(|v| v.contains(own)))
    })
}
