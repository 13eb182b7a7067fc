//! JSON bodies, both ways.

use super::{object, time};
use crate::catalog::model::{Kind, Member, Operation, Protocol, Service, ShapeRef, TimeForm};
use serde_json::{Map, Value};

/// Only services with paths give a member another name in their JSON.
fn wire<'m>(service: &Service, member: &'m Member) -> &'m str {
    if service.protocol == Protocol::RestJson { member.wire() } else { &member.name }
}

/// The parameters in a body.
pub(super) fn params(service: &Service, op: &Operation, body: &[u8]) -> Value {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    match (op.input, body) {
        (Some(input), body @ Value::Object(_)) => read(service, input, body),
        _ => object(Map::new()),
    }
}

/// From a body's names and times to the AWS CLI's.
pub(super) fn read(service: &Service, shape: ShapeRef, value: Value) -> Value {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure { members, .. }, Value::Object(mut map)) => {
            let mut out = Map::new();
            for member in members {
                if let Some(v) = map.remove(wire(service, member)) {
                    out.insert(member.name.clone(), read(service, member.shape, v));
                }
            }
            object(out)
        }
        (Kind::List { item, .. }, Value::Array(list)) => {
            Value::Array(list.into_iter().map(|v| read(service, item.shape, v)).collect())
        }
        (Kind::Map { value: item, .. }, Value::Object(map)) => {
            object(map.into_iter().map(|(k, v)| (k, read(service, item.shape, v))).collect())
        }
        (Kind::Time(_), Value::Number(n)) => time::of_number(&n).map_or(Value::Number(n), Value::from),
        (_, value) => value,
    }
}

/// The body of an answer.
pub(super) fn write(service: &Service, op: &Operation, value: &Value) -> String {
    let Some(output) = op.output else { return "{}".to_owned() };
    let Kind::Structure { members, payload, .. } = &service.shape(output).kind else { return "{}".to_owned() };
    let payload = payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p));
    match payload {
        Some(member) => match (value.get(&member.name), &service.shape(member.shape).kind) {
            (Some(Value::String(text)), Kind::Blob | Kind::String { .. }) => text.clone(),
            (Some(v), _) => shaped(service, member.shape, member.time, v).to_string(),
            (None, _) => String::new(),
        },
        None => {
            let body = members.iter().filter(|m| m.location.is_none());
            structure(service, body, value).to_string()
        }
    }
}

fn structure<'m>(service: &Service, members: impl Iterator<Item = &'m Member>, value: &Value) -> Value {
    let present = members.filter_map(|m| {
        let v = value.get(&m.name).filter(|v| !v.is_null())?;
        Some((wire(service, m).to_owned(), shaped(service, m.shape, m.time, v)))
    });
    object(present.collect())
}

fn shaped(service: &Service, shape: ShapeRef, form: Option<TimeForm>, value: &Value) -> Value {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure { members, .. }, Value::Object(_)) => structure(service, members.iter(), value),
        (Kind::List { item, .. }, Value::Array(list)) => {
            Value::Array(list.iter().map(|v| shaped(service, item.shape, item.time, v)).collect())
        }
        (Kind::Map { value: item, .. }, Value::Object(map)) => {
            object(map.iter().map(|(k, v)| (k.clone(), shaped(service, item.shape, item.time, v))).collect())
        }
        (Kind::Time(own), Value::String(text)) => time::json(text, form.or(*own).unwrap_or(TimeForm::Unix)),
        (Kind::String { .. }, Value::Number(n)) => Value::from(n.to_string()),
        (_, value) => value.clone(),
    }
}
