//! The server's side of AWS's protocols, driven by the service models: which operation a request asks and with which
//! parameters, and its answer in the service's own form. The other side is `providers/aws/caller/`.

mod form;
mod json;
mod rest;
mod time;
mod xml;

pub(super) use xml::escape;

use crate::catalog::model::{Kind, Location, Operation, Protocol, Service};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};

/// What a request asks, in the AWS CLI's words.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub service: &'static Service,
    pub op: &'static Operation,
    /// The parameters, an object.
    pub params: Value,
}

/// An answer on its way into a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Models whose name is not the one in signatures, or that share it; the first is asked first.
const SIGNED_AS: [(&str, &[&str]); 16] = [
    ("access-analyzer", &["accessanalyzer"]),
    ("airflow", &["mwaa"]),
    ("apigateway", &["apigateway", "apigatewayv2"]),
    ("cloudcontrolapi", &["cloudcontrol"]),
    ("elasticfilesystem", &["efs"]),
    ("elasticloadbalancing", &["elbv2", "elb"]),
    ("elasticmapreduce", &["emr"]),
    ("es", &["opensearch"]),
    ("monitoring", &["cloudwatch"]),
    ("rds", &["rds", "docdb"]),
    ("servicequotas", &["service-quotas"]),
    ("ses", &["sesv2", "ses"]),
    ("sso", &["sso-admin"]),
    ("states", &["stepfunctions"]),
    ("tagging", &["resourcegroupstaggingapi"]),
    ("sts", &["sts"]),
];

/// The models that a service's name in signatures may mean.
pub(super) fn models(signed: &str) -> impl Iterator<Item = &'static Service> {
    let shared = SIGNED_AS.iter().find(|(name, _)| *name == signed).map(|(_, names)| *names);
    let own = shared.is_none().then_some(signed);
    let names = shared.into_iter().flatten().copied().chain(own);
    names.filter_map(|name| Service::load(name).ok())
}

/// Reads a request; `None` where no model knows its operation.
pub(super) fn read(signed: &str, request: &HttpRequest) -> Option<Question> {
    models(signed).find_map(|service| {
        let (op, params) = match service.protocol {
            Protocol::Json => {
                let target = request.headers().get("x-amz-target")?;
                let (_, name) = target.rsplit_once('.')?;
                let op = service.operation(name).ok()?;
                (op, json::params(service, op, request.body().bytes()?))
            }
            Protocol::Query | Protocol::Ec2 => form::read(service, request.body().bytes()?)?,
            Protocol::RestJson | Protocol::RestXml => rest::read(service, request)?,
        };
        Some(Question { service, op, params })
    })
}

/// Writes an answer; `value` has the AWS CLI's shape, and what the model does not know is left out.
pub(super) fn write(service: &Service, op: &Operation, value: &Value, id: &str) -> Written {
    let mut written = Written { status: 200, headers: headers(service, op, value), body: String::new() };
    if let Some(status) = member_at(service, op, Location::Status).and_then(|name| value.get(name)?.as_u64()) {
        written.status = u16::try_from(status).unwrap_or(200);
    }
    written.body = match service.protocol {
        Protocol::Json | Protocol::RestJson => json::write(service, op, value),
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => xml::write(service, op, value, id),
    };
    written
}

fn member_at<'s>(service: &'s Service, op: &Operation, at: Location) -> Option<&'s str> {
    let Kind::Structure { members, .. } = &service.shape(op.output?).kind else { return None };
    members.iter().find(|m| m.location == Some(at)).map(|m| m.name.as_str())
}

/// The members that travel in headers.
fn headers(service: &Service, op: &Operation, value: &Value) -> Vec<(String, String)> {
    let Some(Kind::Structure { members, .. }) = op.output.map(|o| &service.shape(o).kind) else { return Vec::new() };
    let mut out = Vec::new();
    for member in members {
        match (member.location, value.get(&member.name)) {
            (Some(Location::Header), Some(v)) => {
                let form = member.time.unwrap_or(crate::catalog::model::TimeForm::Http);
                let text = match service.shape(member.shape).kind {
                    Kind::Time(own) => v.as_str().map(|t| time::text(t, own.unwrap_or(form))),
                    _ => plain(v),
                };
                out.extend(text.map(|t| (member.wire().to_owned(), t)));
            }
            (Some(Location::Headers), Some(Value::Object(map))) => {
                let all = map.iter().filter_map(|(k, v)| Some((format!("{}{k}", member.wire()), plain(v)?)));
                out.extend(all);
            }
            _ => {}
        }
    }
    out
}

/// A scalar as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A text as what a shape wants: forms, paths, queries and headers know nothing but text.
fn scalar(kind: &Kind, text: &str) -> Value {
    let number = |n: Option<serde_json::Number>| n.map_or_else(|| Value::from(text), Value::Number);
    match kind {
        Kind::Integer { .. } => number(text.parse::<i64>().ok().map(Into::into)),
        Kind::Float { .. } => number(text.parse().ok().and_then(serde_json::Number::from_f64)),
        Kind::Boolean => Value::from(text.eq_ignore_ascii_case("true")),
        Kind::Time(_) => Value::from(time::rfc3339(text)),
        _ => Value::from(text),
    }
}

fn object(map: Map<String, Value>) -> Value {
    Value::Object(map)
}

#[cfg(test)]
#[path = "../protocol_tests.rs"]
mod tests;
