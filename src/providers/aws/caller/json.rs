//! JSON answers in the AWS CLI's shape, in one pass: times as RFC 3339, members of the status line and the headers
//! beside the body's. What is not wanted is read past, not kept.

use crate::catalog::Wanted;
use crate::catalog::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeRef};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize as _, Deserializer};
use serde_json::{Map, Number, Value};
use std::fmt;

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

/// Reads an answer, as far as it is wanted.
///
/// # Errors
/// See [`JsonError`].
pub fn read(
    service: &Service,
    op: &Operation,
    response: &HttpResponse,
    body: &[u8],
    wanted: &Wanted,
) -> Result<Value, JsonError> {
    let Some(output) = op.output else { return Ok(Value::Object(Map::new())) };
    let Kind::Structure { members, payload, .. } = &service.shape(output).kind else {
        return Ok(Value::Object(Map::new()));
    };
    let payload = payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p));
    let out = match payload {
        Some(member) if matches!(service.shape(member.shape).kind, Kind::Blob | Kind::String { .. }) => {
            let text = String::from_utf8_lossy(body).into_owned();
            Map::from_iter([(member.name.clone(), Value::String(text))])
        }
        Some(member) => {
            let inner = wanted.member(&member.name).unwrap_or(wanted);
            let value = parse(body, Seed { service, shape: member.shape, wanted: inner })?;
            Map::from_iter([(member.name.clone(), value)])
        }
        None => {
            let some = members.iter().any(|m| m.location.is_none());
            // Who has something to say says at least `{}`.
            if body.is_empty() && !some {
                return Ok(headers(members, response, Map::new()));
            }
            let mut reader = serde_json::Deserializer::from_slice(body);
            let whole = |e: serde_json::Error| JsonError::Broken(e.to_string());
            let found = reader.deserialize_map(Fields { service, members, wanted }).map_err(whole)?;
            reader.end().map_err(whole)?;
            // A portal that answers in JSON has none of our members; an empty answer is one of AWS's.
            if some && found.unknown && !found.known {
                return Err(JsonError::Stranger(op.name.clone()));
            }
            found.map
        }
    };
    Ok(headers(members, response, out))
}

/// Adds what stands in the answer's head.
fn headers(members: &[Member], response: &HttpResponse, mut out: Map<String, Value>) -> Value {
    for member in members {
        let found = match member.location {
            Some(Location::Header) => response.headers().get(member.wire()).map(|v| Value::String(v.to_owned())),
            Some(Location::Status) => Some(Value::from(response.status().as_u16())),
            _ => None,
        };
        out.extend(found.map(|v| (member.name.clone(), v)));
    }
    Value::Object(out)
}

fn parse(body: &[u8], seed: Seed<'_>) -> Result<Value, JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let whole = |e: serde_json::Error| JsonError::Broken(e.to_string());
    let value = seed.deserialize(&mut reader).map_err(whole)?;
    reader.end().map_err(whole)?;
    Ok(value)
}

/// Only services with paths give a member another name in their JSON.
fn wire<'m>(service: &Service, member: &'m Member) -> &'m str {
    if service.protocol == Protocol::RestJson { member.wire() } else { &member.name }
}

/// Reads a value of a shape.
#[derive(Clone, Copy)]
struct Seed<'a> {
    service: &'a Service,
    shape: ShapeRef,
    wanted: &'a Wanted,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match &self.service.shape(self.shape).kind {
            Kind::Document => Value::deserialize(from),
            _ => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.service.shape(self.shape).name)
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Value, E> {
        self.scalar(Unexpected::Bool(b))?;
        Ok(Value::Bool(b))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Value, E> {
        self.scalar(Unexpected::Signed(n))?;
        Ok(self.number(n.into()))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Value, E> {
        self.scalar(Unexpected::Unsigned(n))?;
        Ok(self.number(n.into()))
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Value, E> {
        self.scalar(Unexpected::Float(n))?;
        Ok(Number::from_f64(n).map_or(Value::Null, |n| self.number(n)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.scalar(Unexpected::Other("text"))?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        self.scalar(Unexpected::Other("text"))?;
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        // Anything else than what the model says would read as a shorter list.
        let Kind::List { item, .. } = &self.service.shape(self.shape).kind else {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        };
        let shape = item.shape;
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Seed { shape, ..self })? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        match &self.service.shape(self.shape).kind {
            Kind::Structure { members, .. } => {
                let fields = Fields { service: self.service, members, wanted: self.wanted };
                fields.visit_map(map).map(|found| Value::Object(found.map))
            }
            Kind::List { .. } => Err(A::Error::invalid_type(Unexpected::Map, &self)),
            kind => {
                let mut out = Map::new();
                while let Some(key) = map.next_key::<String>()? {
                    let value = match (kind, self.wanted.member(&key)) {
                        (_, None) => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                        (Kind::Map { value, .. }, Some(wanted)) => {
                            map.next_value_seed(Seed { shape: value.shape, wanted, ..self })?
                        }
                        // Something else than the model says stays as it is.
                        _ => map.next_value::<Value>()?,
                    };
                    out.insert(key, value);
                }
                Ok(Value::Object(out))
            }
        }
    }
}

impl Seed<'_> {
    /// Whether a scalar may stand here.
    fn scalar<E: Error>(&self, found: Unexpected<'_>) -> Result<(), E> {
        match self.service.shape(self.shape).kind {
            Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. } => Err(E::invalid_type(found, self)),
            _ => Ok(()),
        }
    }

    /// Times are seconds since 1970 where they are numbers.
    fn number(&self, n: Number) -> Value {
        if !matches!(self.service.shape(self.shape).kind, Kind::Time(_)) {
            return Value::Number(n);
        }
        let time = n.as_f64().map(DateTime::from_secs_f64);
        let text = time.and_then(|t| t.fmt(Format::DateTime).ok());
        text.map_or(Value::Number(n), Value::String)
    }
}

/// Reads a structure's members.
struct Fields<'a> {
    service: &'a Service,
    members: &'a [Member],
    wanted: &'a Wanted,
}

/// What was found in a structure.
struct Found {
    map: Map<String, Value>,
    /// A member that the model knows.
    known: bool,
    /// One that it does not.
    unknown: bool,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Found, A::Error> {
        let mut found = Found { map: Map::new(), known: false, unknown: false };
        let mut hint = 0;
        while let Some(key) = from.next_key::<std::borrow::Cow<'de, str>>()? {
            let is = |m: &Member| wire(self.service, m) == key;
            let (before, behind) = self.members.split_at(hint);
            let at = behind.iter().position(is).map(|at| at + hint).or_else(|| before.iter().position(is));
            let Some(at) = at else {
                found.unknown = true;
                // What the model does not know is shown where everything is, and kept nowhere else.
                match self.wanted.is_all() {
                    true => drop(found.map.insert(key.into_owned(), from.next_value::<Value>()?)),
                    false => drop(from.next_value::<IgnoredAny>()?),
                }
                continue;
            };
            found.known = true;
            hint = at + 1;
            let member = &self.members[at];
            match self.wanted.member(&member.name) {
                None => drop(from.next_value::<IgnoredAny>()?),
                Some(wanted) => {
                    let seed = Seed { service: self.service, shape: member.shape, wanted };
                    found.map.insert(member.name.clone(), from.next_value_seed(seed)?);
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    fn with(service: &str, op: &str, body: &str) -> Result<Value, JsonError> {
        let service = Service::load(service).unwrap();
        let response = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(body));
        read(service, service.operation(op).unwrap(), &response, body.as_bytes(), &Wanted::everything())
    }

    #[test]
    fn a_body_that_was_cut_anywhere_is_an_error() {
        let tables = r#"{"TableNames": ["a", "b"], "LastEvaluatedTableName": "b"}"#;
        let functions =
            r#"{"Functions": [{"FunctionName": "f", "Timeout": 3, "Environment": {"Variables": {"A": "ä"}}}]}"#;
        for (service, op, body) in [("dynamodb", "ListTables", tables), ("lambda", "ListFunctions", functions)] {
            assert!(with(service, op, body).is_ok());
            for at in (1..body.len()).filter(|at| body.is_char_boundary(*at)) {
                assert!(with(service, op, &body[..at]).is_err(), "{}", &body[..at]);
            }
            assert!(with(service, op, &format!("{body}x")).is_err());
        }
    }

    #[test]
    fn a_stranger_s_answer_is_an_error() {
        for body in [r#"{"error": "sign in"}"#, "[]", "null", "\"TableNames\"", "<html></html>"] {
            assert!(with("dynamodb", "ListTables", body).is_err(), "{body}");
        }
        assert_eq!(with("dynamodb", "ListTables", "{}"), Ok(serde_json::json!({})), "nothing is there");
    }
}
