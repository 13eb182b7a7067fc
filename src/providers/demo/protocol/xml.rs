//! XML answers: the service's frame around members, lists, maps and times as its protocol names them.

use super::{plain, time};
use crate::catalog::model::{Kind, Member, Operation, Protocol, Service, ShapeRef, TimeForm};
use serde_json::Value;
use std::fmt::Write as _;

/// The whole document. `id` is the request's.
pub(super) fn write(service: &Service, op: &Operation, value: &Value, id: &str) -> String {
    let mut inside = String::new();
    let output = op.output.map(|o| service.shape(o));
    let (members, payload) = match output.map(|s| &s.kind) {
        Some(Kind::Structure { members, payload, .. }) => (members.as_slice(), payload.as_deref()),
        _ => (&[][..], None),
    };
    let namespace = service.namespace.as_deref().unwrap_or_default();
    let name = &op.name;
    match service.protocol {
        Protocol::Query | Protocol::Json | Protocol::RestJson => {
            structure(service, members, value, &mut inside);
            let result = op.wrapper.as_ref().map(|w| format!("  <{w}>{inside}</{w}>\n")).unwrap_or_default();
            format!(
                "<{name}Response xmlns=\"{namespace}\">\n{result}  <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  \
                 </ResponseMetadata>\n</{name}Response>\n"
            )
        }
        Protocol::Ec2 => {
            structure(service, members, value, &mut inside);
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{name}Response xmlns=\"{namespace}\">\n    \
                 <requestId>{id}</requestId>{inside}</{name}Response>"
            )
        }
        Protocol::RestXml => {
            let body: Vec<&Member> = members.iter().filter(|m| m.location.is_none()).collect();
            let payload = payload.and_then(|p| members.iter().find(|m| m.name == p));
            let root = match (payload, body.as_slice()) {
                (Some(member), _) => {
                    let v = value.get(&member.name).unwrap_or(&Value::Null);
                    content(service, member.shape, member.time, v, &mut inside);
                    member.wire().to_owned()
                }
                // `<LocationConstraint>eu-west-1</LocationConstraint>` is the whole answer.
                (None, [one]) if service.name == "s3" && !nests(&service.shape(one.shape).kind) => {
                    let v = value.get(&one.name).unwrap_or(&Value::Null);
                    content(service, one.shape, one.time, v, &mut inside);
                    one.wire().to_owned()
                }
                (None, _) => {
                    structure(service, members, value, &mut inside);
                    output.map_or_else(|| format!("{name}Result"), |s| s.name.clone())
                }
            };
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{inside}</{root}>")
        }
    }
}

fn nests(kind: &Kind) -> bool {
    matches!(kind, Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. })
}

/// The members that have a value, one after the other.
fn structure(service: &Service, members: &[Member], value: &Value, out: &mut String) {
    for member in members.iter().filter(|m| m.location.is_none() && !m.attribute) {
        let Some(v) = value.get(&member.name).filter(|v| !v.is_null()) else { continue };
        let wire = member.wire();
        match (&service.shape(member.shape).kind, v) {
            (Kind::List { item, flattened }, Value::Array(list)) if *flattened || member.flattened => {
                let wire = member.wire.as_deref().or(item.wire.as_deref()).unwrap_or(&member.name);
                for v in list {
                    element(service, wire, item, v, out);
                }
            }
            (Kind::Map { key, value, flattened }, Value::Object(map)) if *flattened || member.flattened => {
                for (k, v) in map {
                    entry(service, wire, (key, value), (k, v), out);
                }
            }
            _ => element(service, wire, member, v, out),
        }
    }
}

/// One element, with those members of its structure that are attributes.
fn element(service: &Service, name: &str, member: &Member, value: &Value, out: &mut String) {
    let _ = write!(out, "<{name}");
    if let Kind::Structure { members, .. } = &service.shape(member.shape).kind {
        for m in members.iter().filter(|m| m.attribute) {
            if let Some(text) = value.get(&m.name).and_then(plain) {
                let prefix = m.wire().split_once(':').map(|(p, _)| p);
                let _ = match prefix {
                    Some(p) => write!(out, " xmlns:{p}=\"http://www.w3.org/2001/XMLSchema-instance\""),
                    None => Ok(()),
                };
                let _ = write!(out, " {}=\"", m.wire());
                escape(&text, out);
                out.push('"');
            }
        }
    }
    out.push('>');
    content(service, member.shape, member.time, value, out);
    let _ = write!(out, "</{name}>");
}

fn content(service: &Service, shape: ShapeRef, form: Option<TimeForm>, value: &Value, out: &mut String) {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure { members, .. }, _) => structure(service, members, value, out),
        (Kind::List { item, .. }, Value::Array(list)) => {
            for v in list {
                element(service, item.wire.as_deref().unwrap_or("member"), item, v, out);
            }
        }
        (Kind::Map { key, value: item, .. }, Value::Object(map)) => {
            for (k, v) in map {
                entry(service, "entry", (key, item), (k, v), out);
            }
        }
        (Kind::Time(own), Value::String(text)) => {
            escape(&time::text(text, form.or(*own).unwrap_or(TimeForm::Iso)), out);
        }
        (_, value) => escape(&plain(value).unwrap_or_default(), out),
    }
}

fn entry(service: &Service, name: &str, (key, item): (&Member, &Member), (k, v): (&String, &Value), out: &mut String) {
    let _ = write!(out, "<{name}>");
    element(service, key.wire.as_deref().unwrap_or("key"), key, &Value::from(k.as_str()), out);
    element(service, item.wire.as_deref().unwrap_or("value"), item, v, out);
    let _ = write!(out, "</{name}>");
}

/// Also what XML has no other way to write: control characters.
pub(in crate::providers::demo) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {
                let _ = write!(out, "&#x{:x};", u32::from(c));
            }
            c => out.push(c),
        }
    }
}
