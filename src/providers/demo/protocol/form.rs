//! Forms of the query protocols: `Filter.1.Value.2=x` becomes `{"Filters": [{"Values": [.., "x"]}]}`.

use super::{object, scalar};
use crate::catalog::model::{Kind, Member, Operation, Protocol, Service, ShapeRef};
use serde_json::{Map, Value};

/// One name of a form, with what follows its dots.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    inside: Vec<(String, Node)>,
}

impl Node {
    fn add(&mut self, name: &str, text: String) {
        match name.split_once('.') {
            Some((first, rest)) => self.child(first).add(rest, text),
            None => self.child(name).text = Some(text),
        }
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let at = self.inside.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
            self.inside.push((name.to_owned(), Self::default()));
            self.inside.len() - 1
        });
        &mut self.inside[at].1
    }

    fn get(&self, name: &str) -> Option<&Self> {
        self.inside.iter().find(|(n, _)| n == name).map(|(_, node)| node)
    }

    /// The elements of a list or a map: numbered, perhaps inside of one more name.
    fn elements(&self) -> Vec<&Self> {
        let numbered = |node: &Self| node.inside.iter().all(|(n, _)| n.parse::<usize>().is_ok());
        let holder = match self.inside.as_slice() {
            [(_, only)] if !numbered(self) => only,
            _ => self,
        };
        let mut all: Vec<(usize, &Self)> =
            holder.inside.iter().filter_map(|(n, node)| Some((n.parse().ok()?, node))).collect();
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, node)| node).collect()
    }
}

/// The operation of a form and its parameters, where it is one of this service and version.
pub(super) fn read(service: &'static Service, body: &[u8]) -> Option<(&'static Operation, Value)> {
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(body) {
        root.add(&name, value.into_owned());
    }
    let text = |name: &str| root.get(name).and_then(|n| n.text.as_deref());
    if text("Version").is_some_and(|v| v != service.api_version) {
        return None;
    }
    let op = service.operation(text("Action")?).ok()?;
    let params = match op.input.map(|input| &service.shape(input).kind) {
        Some(Kind::Structure { members, .. }) => structure(service, members, &root),
        _ => object(Map::new()),
    };
    Some((op, params))
}

/// A member's name in forms. EC2 writes each with a capital, unless the model gives it another.
fn wire(service: &Service, member: &Member) -> String {
    if service.protocol != Protocol::Ec2 {
        return member.wire().to_owned();
    }
    member.query.clone().unwrap_or_else(|| {
        let mut letters = member.wire().chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    })
}

fn structure(service: &Service, members: &[Member], node: &Node) -> Value {
    let present = members.iter().filter_map(|m| {
        let node = node.get(&wire(service, m))?;
        Some((m.name.clone(), value(service, m.shape, node)))
    });
    object(present.collect())
}

fn value(service: &Service, shape: ShapeRef, node: &Node) -> Value {
    match &service.shape(shape).kind {
        Kind::Structure { members, .. } => structure(service, members, node),
        Kind::List { item, .. } => {
            Value::Array(node.elements().into_iter().map(|n| value(service, item.shape, n)).collect())
        }
        Kind::Map { key, value: item, .. } => {
            let part = |node: &Node, member: &Member, default: &str| {
                let name = member.wire.as_deref().unwrap_or(default);
                node.get(name).map(|n| value(service, member.shape, n))
            };
            let entries = node.elements().into_iter().filter_map(|n| {
                let key = part(n, key, "key")?;
                Some((key.as_str()?.to_owned(), part(n, item, "value")?))
            });
            object(entries.collect())
        }
        kind => scalar(kind, node.text.as_deref().unwrap_or_default()),
    }
}
