//! From parameters in the AWS CLI's words to a request, by the SDK's own protocols.
//!
//! The schemas that those protocols ask for are built from the service models when an operation is first used, and
//! stay for the life of the program. This is the one file that names the schema crates, which are not at 1.0 yet.

use crate::catalog::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeRef, TimeForm};
use aws_smithy_json::protocol::aws_json_rpc::AwsJsonRpcProtocol;
use aws_smithy_json::protocol::aws_rest_json_1::AwsRestJsonProtocol;
use aws_smithy_query::protocol::AwsQueryProtocol;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_schema::protocol::ClientProtocolInner;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::traits::{HttpTrait, TimestampFormat};
use aws_smithy_schema::{Schema, ShapeId, ShapeType};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{Blob, DateTime};
use aws_smithy_xml::protocol::aws_rest_xml::AwsRestXmlProtocol;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Why no request could be made of the parameters: a fault of a kind's file, or of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A parameter that the operation does not take.
    #[error("{operation} takes no {member}")]
    Unknown {
        /// The operation.
        operation: String,
        /// The parameter.
        member: String,
    },
    /// A parameter that the operation cannot do without.
    #[error("{operation} needs {member}")]
    Missing {
        /// The operation.
        operation: String,
        /// The parameter.
        member: String,
    },
    /// A parameter has a value of another type.
    #[error("{0}")]
    Value(String),
}

/// Makes the request: method, path, headers and body, without host and signature.
///
/// # Errors
/// When the parameters are not the operation's.
pub fn request(service: &'static Service, op: &'static Operation, params: &Value) -> Result<HttpRequest, RequestError> {
    let value = |e: SerdeError| RequestError::Value(format!("{}: {e}", op.name));
    let input = Input { service, op, schemas: input_schema(service, op), params };
    input.check()?;
    let mut layer = Layer::new("request");
    layer.store_put(Metadata::new(op.name.clone(), service.name));
    let bag = ConfigBag::of_layers(vec![layer]);
    let made = match service.protocol {
        Protocol::Json => {
            let protocol = match service.json_version.as_deref() {
                Some("1.0") => AwsJsonRpcProtocol::aws_json_1_0(),
                _ => AwsJsonRpcProtocol::aws_json_1_1(),
            };
            let protocol = protocol.with_target_prefix(service.target.clone().unwrap_or_default());
            protocol.serialize_request(&input, input.schema(), "", &bag)
        }
        Protocol::Query | Protocol::Ec2 => {
            let protocol = AwsQueryProtocol::new().with_service_version(service.api_version.clone());
            protocol.serialize_request(&input, input.schema(), "", &bag)
        }
        Protocol::RestJson => AwsRestJsonProtocol::new().serialize_request(&input, input.schema(), "", &bag),
        Protocol::RestXml => {
            let protocol = AwsRestXmlProtocol::new();
            let protocol = match &service.namespace {
                Some(uri) => protocol.with_service_xml_namespace(uri.clone(), None),
                None => protocol,
            };
            protocol.serialize_request(&input, input.schema(), "", &bag)
        }
    };
    made.map_err(value)
}

/// A structure's schema and those of its members by name.
struct Structure {
    schema: Schema<'static>,
    members: Vec<(&'static Member, &'static Schema<'static>)>,
}

type Key = (&'static str, Option<ShapeRef>, Option<String>);

/// Keeps something for the life of the program: as often as there are shapes in the models, at most.
fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn cached(key: Key, make: impl FnOnce() -> Structure) -> &'static Structure {
    static CACHE: OnceLock<Mutex<HashMap<Key, &'static Structure>>> = OnceLock::new();
    let mut cache = CACHE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    cache.entry(key).or_insert_with(|| keep(make()))
}

fn input_schema(service: &'static Service, op: &'static Operation) -> &'static Structure {
    cached((service.name, op.input, Some(op.name.clone())), || {
        let mut s = structure(service, op.input);
        s.schema = s.schema.with_http(HttpTrait::new(&op.method, path(service, op), None));
        if let Some(root) = &op.root {
            s.schema = s.schema.with_xml_name(root);
        }
        if let Some(uri) = &service.namespace {
            s.schema = s.schema.with_xml_namespace(uri, None);
        }
        s
    })
}

/// The path with the members' own names for its labels: where the models give a member another name in the path
/// (`/clusters/{name}/node-groups/{nodegroupName}` for `clusterName`), the SDK's protocols know the first alone.
fn path(service: &'static Service, op: &'static Operation) -> &'static str {
    let members = match op.input.map(|i| &service.shape(i).kind) {
        Some(Kind::Structure { members, .. }) => members.as_slice(),
        _ => &[],
    };
    let renamed = members.iter().filter(|m| m.location == Some(Location::Uri) && m.wire.is_some());
    let uri = renamed.fold(op.uri.clone(), |uri, m| {
        let label = |end: &str| format!("{{{}{end}}}", m.wire());
        uri.replace(&label(""), &format!("{{{}}}", m.name)).replace(&label("+"), &format!("{{{}+}}", m.name))
    });
    if uri == op.uri { &op.uri } else { keep(uri).as_str() }
}

fn nested(service: &'static Service, shape: ShapeRef) -> &'static Structure {
    cached((service.name, Some(shape), None), || structure(service, Some(shape)))
}

fn structure(service: &'static Service, shape: Option<ShapeRef>) -> Structure {
    let (name, members, payload) = match shape.map(|s| service.shape(s)) {
        Some(s) => match &s.kind {
            Kind::Structure { members, payload, .. } => (s.name.as_str(), members.as_slice(), payload.as_deref()),
            _ => (s.name.as_str(), &[][..], None),
        },
        None => ("Unit", &[][..], None),
    };
    let members: Vec<(&'static Member, &'static Schema<'static>)> = members
        .iter()
        .enumerate()
        .map(|(at, m)| (m, keep(member_schema(service, m, at, payload == Some(m.name.as_str())))))
        .collect();
    let schemas: &'static [&'static Schema<'static>] = keep(members.iter().map(|(_, s)| *s).collect::<Vec<_>>());
    Structure { schema: Schema::new_struct(shape_id(name), ShapeType::Structure, schemas), members }
}

fn shape_id(name: &'static str) -> ShapeId<'static> {
    ShapeId::from_parts(keep(format!("model#{name}")), "model", name)
}

fn shape_type(kind: &Kind) -> ShapeType {
    match kind {
        Kind::Structure { .. } => ShapeType::Structure,
        Kind::List { .. } => ShapeType::List,
        Kind::Map { .. } => ShapeType::Map,
        Kind::String { .. } => ShapeType::String,
        Kind::Integer { wide: false } => ShapeType::Integer,
        Kind::Integer { wide: true } => ShapeType::Long,
        Kind::Float { wide: false } => ShapeType::Float,
        Kind::Float { wide: true } => ShapeType::Double,
        Kind::Boolean => ShapeType::Boolean,
        Kind::Time(_) => ShapeType::Timestamp,
        Kind::Blob => ShapeType::Blob,
        Kind::Document => ShapeType::Document,
    }
}

/// The name on the wire. EC2 writes each with a capital, unless the model gives it another
/// (<https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>).
fn wire(service: &Service, member: &'static Member) -> Option<&'static str> {
    if service.protocol != Protocol::Ec2 {
        return member.wire.as_deref();
    }
    if let Some(name) = &member.query {
        return Some(name);
    }
    let name = member.wire();
    let mut letters = name.chars();
    let first = letters.next()?;
    Some(keep(format!("{}{}", first.to_uppercase(), letters.as_str())))
}

fn member_schema(service: &'static Service, member: &'static Member, at: usize, payload: bool) -> Schema<'static> {
    let shape = service.shape(member.shape);
    let mut s = Schema::new_member(shape_id(&shape.name), shape_type(&shape.kind), &member.name, at);
    match member.location {
        Some(Location::Uri) => s = s.with_http_label(),
        Some(Location::Query) if matches!(shape.kind, Kind::Map { .. }) => s = s.with_http_query_params(),
        Some(Location::Query) => s = s.with_http_query(member.wire()),
        Some(Location::Header) => s = s.with_http_header(member.wire()),
        Some(Location::Headers) => s = s.with_http_prefix_headers(member.wire()),
        Some(Location::Status) => s = s.with_http_response_code(),
        None => {
            if service.protocol == Protocol::RestJson {
                s = s.with_json_name(member.wire());
            } else if let Some(name) = wire(service, member) {
                s = s.with_xml_name(name);
            }
        }
    }
    if payload {
        s = s.with_http_payload();
    }
    if member.attribute {
        s = s.with_xml_attribute();
    }
    let flattened = match &shape.kind {
        Kind::List { item, flattened } => {
            s = s.with_list_member(keep(element_schema(service, item, "member")));
            *flattened || member.flattened || service.protocol == Protocol::Ec2
        }
        Kind::Map { key, value, flattened } => {
            let (key, value) = (element_schema(service, key, "key"), element_schema(service, value, "value"));
            s = s.with_map_members(keep(key), keep(value));
            *flattened || member.flattened
        }
        _ => false,
    };
    if flattened {
        s = s.with_xml_flattened();
    }
    let form = member.time.or(match shape.kind {
        Kind::Time(form) => form,
        _ => None,
    });
    match form {
        Some(TimeForm::Iso) => s.with_timestamp_format(TimestampFormat::DateTime),
        Some(TimeForm::Http) => s.with_timestamp_format(TimestampFormat::HttpDate),
        Some(TimeForm::Unix) => s.with_timestamp_format(TimestampFormat::EpochSeconds),
        None => s,
    }
}

/// The schema of what a list or a map is made of.
fn element_schema(service: &'static Service, member: &'static Member, default: &'static str) -> Schema<'static> {
    let shape = service.shape(member.shape);
    let s = Schema::new_member(shape_id(&shape.name), shape_type(&shape.kind), default, 0);
    match &member.wire {
        Some(name) => s.with_xml_name(name),
        None => s,
    }
}

/// The whole input.
struct Input<'p> {
    service: &'static Service,
    op: &'static Operation,
    schemas: &'static Structure,
    params: &'p Value,
}

impl Input<'_> {
    /// Before anything is sent: no parameter too many, none too few.
    fn check(&self) -> Result<(), RequestError> {
        let operation = || self.op.name.clone();
        let given = self.params.as_object();
        for member in given.into_iter().flat_map(|o| o.keys()) {
            if !self.schemas.members.iter().any(|(m, _)| m.name == *member) {
                return Err(RequestError::Unknown { operation: operation(), member: member.clone() });
            }
        }
        let Some(Kind::Structure { required, .. }) = self.op.input.map(|i| &self.service.shape(i).kind) else {
            return Ok(());
        };
        match required.iter().find(|r| given.is_none_or(|o| !o.contains_key(*r)) && !self.is_token(r)) {
            Some(member) => Err(RequestError::Missing { operation: operation(), member: member.clone() }),
            None => Ok(()),
        }
    }

    fn is_token(&self, name: &str) -> bool {
        self.schemas.members.iter().any(|(m, _)| m.name == name && m.token)
    }
}

impl SerializableStruct for Input<'_> {
    fn schema(&self) -> &Schema<'_> {
        &self.schemas.schema
    }

    fn serialize_members(&self, to: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        write_members(self.service, self.schemas, self.params, to)
    }
}

/// A structure inside it.
struct Part<'p> {
    service: &'static Service,
    schemas: &'static Structure,
    value: &'p Value,
}

impl SerializableStruct for Part<'_> {
    fn schema(&self) -> &Schema<'_> {
        &self.schemas.schema
    }

    fn serialize_members(&self, to: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        write_members(self.service, self.schemas, self.value, to)
    }
}

fn write_members(
    service: &'static Service,
    schemas: &'static Structure,
    value: &Value,
    to: &mut dyn ShapeSerializer,
) -> Result<(), SerdeError> {
    for (member, schema) in &schemas.members {
        match value.get(&member.name) {
            Some(Value::Null) | None if member.token => to.write_string(schema, &uuid::Uuid::new_v4().to_string())?,
            Some(Value::Null) | None => {}
            Some(v) => write(service, member.shape, schema, v, to)?,
        }
    }
    Ok(())
}

fn wrong(wanted: &str, value: &Value) -> SerdeError {
    SerdeError::custom(format!("{value} is not {wanted}"))
}

fn write(
    service: &'static Service,
    shape: ShapeRef,
    schema: &Schema<'_>,
    value: &Value,
    to: &mut dyn ShapeSerializer,
) -> Result<(), SerdeError> {
    let whole =
        || value.as_i64().or_else(|| value.as_str()?.parse().ok()).ok_or_else(|| wrong("a whole number", value));
    let number = || value.as_f64().ok_or_else(|| wrong("a number", value));
    let text = || value.as_str().ok_or_else(|| wrong("a text", value));
    match &service.shape(shape).kind {
        Kind::Structure { .. } => to.write_struct(schema, &Part { service, schemas: nested(service, shape), value }),
        Kind::List { item, .. } => {
            let list = value.as_array().ok_or_else(|| wrong("a list", value))?;
            let element = bare(service, item.shape);
            to.write_list_with_length(schema, list.len(), &|to| {
                list.iter().try_for_each(|v| write(service, item.shape, element, v, to))
            })
        }
        Kind::Map { key, value: item, .. } => {
            let map = value.as_object().ok_or_else(|| wrong("a map", value))?;
            let (key, element) = (bare(service, key.shape), bare(service, item.shape));
            to.write_map_with_length(schema, map.len(), &|to| {
                map.iter().try_for_each(|(k, v)| {
                    to.write_string(key, k)?;
                    write(service, item.shape, element, v, to)
                })
            })
        }
        Kind::String { .. } => to.write_string(schema, text()?),
        Kind::Integer { wide: false } => {
            to.write_integer(schema, i32::try_from(whole()?).map_err(|_| wrong("a whole number of 32 bits", value))?)
        }
        Kind::Integer { wide: true } => to.write_long(schema, whole()?),
        // A model's 32-bit number takes what a person wrote, rounded.
        #[allow(clippy::cast_possible_truncation)]
        Kind::Float { wide: false } => to.write_float(schema, number()? as f32),
        Kind::Float { wide: true } => to.write_double(schema, number()?),
        Kind::Boolean => to.write_boolean(schema, value.as_bool().ok_or_else(|| wrong("true or false", value))?),
        Kind::Time(_) => {
            let time = DateTime::from_str(text()?, Format::DateTime).map_err(|_| wrong("a time", value))?;
            to.write_timestamp(schema, &time)
        }
        Kind::Blob => to.write_blob(schema, Blob::new(text()?.as_bytes())),
        Kind::Document => Err(SerdeError::custom("documents are not sent")),
    }
}

/// The schema of an element: without a name of its own, the list gives it one.
fn bare(service: &'static Service, shape: ShapeRef) -> &'static Schema<'static> {
    static CACHE: OnceLock<Mutex<HashMap<(&'static str, ShapeRef), &'static Schema<'static>>>> = OnceLock::new();
    let mut cache = CACHE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    cache.entry((service.name, shape)).or_insert_with(|| {
        let s = service.shape(shape);
        keep(Schema::new(shape_id(&s.name), shape_type(&s.kind)))
    })
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
