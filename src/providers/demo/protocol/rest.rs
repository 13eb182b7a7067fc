//! Requests whose operation is in their method and path.

use super::{json, object, scalar};
use crate::catalog::model::{Kind, Location, Member, Operation, Protocol, Service};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};
use std::cmp::Reverse;

/// Parts of a template, decoded: what was found for each label.
type Labels<'t> = Vec<(&'t str, String)>;

/// The operation of a request and its parameters.
pub(super) fn read(service: &'static Service, request: &HttpRequest) -> Option<(&'static Operation, Value)> {
    let uri = request.uri();
    let after_host = uri.split_once("://").map_or(uri, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let (path, query) = after_host.split_once('?').unwrap_or((after_host, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    // The one with most words of its own in path and query; then by name, for what AWS tells apart by the host.
    let fits = service.operations().filter(|op| op.method == request.method()).filter_map(|op| {
        let (template, fixed) = op.uri.split_once('?').unwrap_or((&op.uri, ""));
        let labels = labels(template, path)?;
        let fixed: Vec<(String, String)> = form_urlencoded::parse(fixed.as_bytes()).into_owned().collect();
        let there =
            fixed.iter().all(|(name, value)| query.iter().any(|(n, v)| n == name && (value.is_empty() || v == value)));
        there.then_some((op, labels, fixed.len()))
    });
    let (op, labels, _) = fits.min_by_key(|(op, labels, fixed)| (Reverse(*fixed), labels.len(), op.name.clone()))?;
    let Some(input) = op.input else { return Some((op, object(Map::new()))) };
    let Kind::Structure { members, payload, .. } = &service.shape(input).kind else { return None };
    let body = request.body().bytes().unwrap_or_default();
    let mut params = Map::new();
    if service.protocol == Protocol::RestJson && !body.is_empty() {
        let value = serde_json::from_slice(body).unwrap_or_default();
        match payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p)) {
            Some(member) => {
                params.insert(member.name.clone(), json::read(service, member.shape, value));
            }
            None => {
                if let Value::Object(map) = json::read(service, input, value) {
                    params.extend(map);
                }
            }
        }
    }
    let elsewhere = members.iter().filter_map(|m| {
        let found = match m.location? {
            Location::Uri => labels.iter().find(|(n, _)| n == &m.wire()).map(|(_, v)| scalar(kind(service, m), v)),
            Location::Query => from_query(service, m, &query),
            Location::Header => request.headers().get(m.wire()).map(|v| scalar(kind(service, m), v)),
            Location::Headers | Location::Status => None,
        };
        found.map(|v| (m.name.clone(), v))
    });
    params.extend(elsewhere);
    Some((op, object(params)))
}

fn kind<'s>(service: &'s Service, member: &Member) -> &'s Kind {
    &service.shape(member.shape).kind
}

fn from_query(service: &Service, member: &Member, query: &[(String, String)]) -> Option<Value> {
    let mut found = query.iter().filter(|(n, _)| n == member.wire()).map(|(_, v)| v).peekable();
    match kind(service, member) {
        Kind::List { item, .. } => {
            found.peek()?;
            Some(Value::Array(found.map(|v| scalar(kind(service, item), v)).collect()))
        }
        Kind::Map { .. } => {
            // Whatever has no name of its own; the demo has no operation that needs it.
            None
        }
        one => found.next().map(|v| scalar(one, v)),
    }
}

/// What stands for each label of a template; `None` where the path is another one. `{Key+}` takes slashes too.
fn labels<'t>(template: &'t str, path: &str) -> Option<Labels<'t>> {
    let mut labels = Vec::new();
    let mut parts = path.split('/');
    let mut pieces = template.split('/').peekable();
    while let Some(piece) = pieces.next() {
        let label = piece.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
        match (label, parts.next()) {
            (None, Some(part)) if piece == part => {}
            (Some(name), Some(part)) if !part.is_empty() => {
                let Some(greedy) = name.strip_suffix('+') else {
                    labels.push((name, decoded(part)));
                    continue;
                };
                // All but what the rest of the template needs.
                let left: Vec<&str> = std::iter::once(part).chain(parts.by_ref()).collect();
                let rest: Vec<&str> = pieces.by_ref().collect();
                let own = left.len().checked_sub(rest.len()).filter(|n| *n > 0)?;
                labels.push((greedy, decoded(&left[..own].join("/"))));
                return (left[own..] == rest[..]).then_some(labels);
            }
            _ => return None,
        }
    }
    // `/2015-03-31/functions/` and the same without its last slash are one.
    parts.all(str::is_empty).then_some(labels)
}

/// Percent encoding undone; a plus is a plus in a path.
fn decoded(text: &str) -> String {
    let with_plus = text.replace('+', "%2B");
    form_urlencoded::parse(with_plus.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}
