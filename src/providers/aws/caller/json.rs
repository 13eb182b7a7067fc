//! JSON answers in the AWS CLI's shape: times as RFC 3339, members of the status line and the headers beside the body's.

use crate::catalog::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeRef};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or cut short.
    #[error("the answer is not whole: {0}")]
    Broken(String),
    /// JSON, but nothing that the operation answers.
    #[error("the answer has nothing of what {0} answers")]
    Stranger(String),
}

/// Reads an answer.
///
/// # Errors
/// See [`JsonError`].
pub fn read(service: &Service, op: &Operation, response: &HttpResponse, body: &[u8]) -> Result<Value, JsonError> {
    let Some(output) = op.output else { return Ok(Value::Object(Map::new())) };
    let Kind::Structure { members, payload, .. } = &service.shape(output).kind else {
        return Ok(Value::Object(Map::new()));
    };
    let payload = payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p));
    let mut out = match payload {
        Some(member) if matches!(service.shape(member.shape).kind, Kind::Blob | Kind::String { .. }) => {
            let text = String::from_utf8_lossy(body).into_owned();
            Map::from_iter([(member.name.clone(), Value::String(text))])
        }
        Some(member) => {
            let value = parse(body)?;
            Map::from_iter([(member.name.clone(), shaped(service, member.shape, value))])
        }
        None => {
            let Value::Object(map) = parse(body)? else {
                return Err(JsonError::Broken("it is no object".to_owned()));
            };
            let body: Vec<&Member> = members.iter().filter(|m| m.location.is_none()).collect();
            // A portal that answers in JSON has none of our members; an empty answer is one of AWS's.
            if !map.is_empty() && !body.is_empty() && !body.iter().any(|m| map.contains_key(wire(service, m))) {
                return Err(JsonError::Stranger(op.name.clone()));
            }
            structure(service, members, map)
        }
    };
    for member in members {
        let found = match member.location {
            Some(Location::Header) => response.headers().get(member.wire()).map(|v| Value::String(v.to_owned())),
            Some(Location::Status) => Some(Value::from(response.status().as_u16())),
            _ => None,
        };
        out.extend(found.map(|v| (member.name.clone(), v)));
    }
    Ok(Value::Object(out))
}

fn parse(body: &[u8]) -> Result<Value, JsonError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|e| JsonError::Broken(e.to_string()))
}

/// Only services with paths give a member another name in their JSON.
fn wire<'m>(service: &Service, member: &'m Member) -> &'m str {
    if service.protocol == Protocol::RestJson { member.wire() } else { &member.name }
}

fn structure(service: &Service, members: &[Member], mut map: Map<String, Value>) -> Map<String, Value> {
    // In the model's order, which is the AWS CLI's; what the model does not know stays at the end.
    let mut out = Map::new();
    for member in members {
        if let Some(value) = map.shift_remove(wire(service, member)) {
            out.insert(member.name.clone(), shaped(service, member.shape, value));
        }
    }
    out.extend(map);
    out
}

fn shaped(service: &Service, shape: ShapeRef, value: Value) -> Value {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure { members, .. }, Value::Object(map)) => Value::Object(structure(service, members, map)),
        (Kind::List { item, .. }, Value::Array(list)) => {
            Value::Array(list.into_iter().map(|v| shaped(service, item.shape, v)).collect())
        }
        (Kind::Map { value: item, .. }, Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(k, v)| (k, shaped(service, item.shape, v))).collect())
        }
        (Kind::Time(_), Value::Number(n)) => {
            let time = n.as_f64().map(DateTime::from_secs_f64);
            let text = time.and_then(|t| t.fmt(Format::DateTime).ok());
            text.map_or(Value::Number(n), Value::String)
        }
        (_, value) => value,
    }
}
