//! Where items stand in an answer.

use super::super::protocol::Question;
use super::super::wire::Fault;
use super::pick::Page;
use super::rules::Rule;
use crate::catalog::model::{Kind, Service, ShapeRef};
use crate::catalog::path::{Path, Step};
use serde_json::{Map, Value};

/// The answer where there is nothing: its lists, empty.
pub(super) fn empty(question: &Question) -> Map<String, Value> {
    let Some(output) = question.op.output else { return Map::new() };
    let Kind::Structure { members, required, .. } = &question.service.shape(output).kind else { return Map::new() };
    let blank = members.iter().filter(|m| m.location.is_none()).filter_map(|m| {
        let needed = required.contains(&m.name);
        Some((m.name.clone(), nothing(question.service, m.shape, needed, 0)?))
    });
    blank.collect()
}

fn nothing(service: &Service, shape: ShapeRef, needed: bool, depth: usize) -> Option<Value> {
    match &service.shape(shape).kind {
        Kind::List { .. } => Some(Value::Array(Vec::new())),
        Kind::Structure { members, required, .. } if needed && depth < 3 => {
            let inside = members.iter().filter(|m| required.contains(&m.name));
            Some(Value::Object(
                inside.filter_map(|m| Some((m.name.clone(), nothing(service, m.shape, true, depth + 1)?))).collect(),
            ))
        }
        Kind::Map { .. } if needed => Some(Value::Object(Map::new())),
        Kind::Integer { .. } if needed => Some(Value::from(0)),
        Kind::Boolean if needed => Some(Value::from(false)),
        Kind::String { .. } if needed => Some(Value::from("")),
        _ => None,
    }
}

/// The list's place where no rule names it: what the paging says, else the only list there is.
fn usual(question: &Question) -> Option<Path> {
    let named = question.op.paging.as_ref().and_then(|p| p.items.first());
    let name = named.cloned().or_else(|| {
        let Kind::Structure { members, .. } = &question.service.shape(question.op.output?).kind else { return None };
        let is_list = |shape| matches!(question.service.shape(shape).kind, Kind::List { .. });
        members.iter().find(|m| is_list(m.shape)).map(|m| m.name.clone())
    })?;
    Path::parse(&format!("{name}[]")).ok()
}

fn viewed(rule: &Rule, item: &Value) -> Option<Value> {
    let mut value = match &rule.field {
        Some(field) => item.get(field)?.clone(),
        None => item.clone(),
    };
    if let Some(map) = value.as_object_mut() {
        map.retain(|name, _| !rule.without.contains(name));
    }
    Some(value)
}

/// Puts one item into the answer.
pub(super) fn one(answer: &mut Map<String, Value>, rule: &Rule, item: &Value) -> Result<(), Fault> {
    let value = match (viewed(rule, item), &rule.none) {
        (Some(value), _) => value,
        (None, Some(code)) => return Err(Fault::new(404, code.clone(), "There is none")),
        (None, None) => return Ok(()),
    };
    let names: Vec<&str> = rule.at.iter().flat_map(members).collect();
    match (names.as_slice(), value) {
        ([], Value::Object(map)) => answer.extend(map),
        ([], _) => {}
        (names, value) => put(answer, names, value),
    }
    Ok(())
}

fn members(path: &Path) -> impl Iterator<Item = &str> {
    path.steps.iter().filter_map(|s| match s {
        Step::Member(name) => Some(name.as_str()),
        _ => None,
    })
}

/// Puts a page into the answer, with the token of the next one.
pub(super) fn list(answer: &mut Map<String, Value>, question: &Question, rule: &Rule, page: Page<'_>) {
    let at = rule.at.clone().or_else(|| usual(question)).unwrap_or_default();
    let (outer, inner) = split(&at);
    let wrapped = |item: &Value| {
        let value = viewed(rule, item)?;
        if inner.is_empty() {
            return Some(value);
        }
        // What encloses the item stands beside it.
        let mut around = item.get("^").and_then(Value::as_object).cloned().unwrap_or_default();
        put(&mut around, &inner, Value::Array(vec![value]));
        Some(Value::Object(around))
    };
    let values: Vec<Value> = page.items.iter().filter_map(|item| wrapped(item)).collect();
    let count = values.len();
    put(answer, &outer, Value::Array(values));
    // CloudFront counts.
    if let [holder, _] = outer.as_slice() {
        put(answer, &[holder, "Quantity"], Value::from(count));
    }
    let Some(paging) = &question.op.paging else { return };
    if let Some(more) = &paging.more {
        let names: Vec<&str> = more.split('.').collect();
        put(answer, &names, Value::from(page.next.is_some()));
    }
    if let (Some(next), Some(token)) = (page.next, paging.output.first()) {
        let first = token.split("||").next().unwrap_or_default().trim();
        let names: Vec<&str> = first.split('.').collect();
        put(answer, &names, Value::from(format!("demo-{next}")));
    }
}

/// The members up to the first list, and those behind it.
fn split(path: &Path) -> (Vec<&str>, Vec<&str>) {
    let at = path.steps.iter().position(|s| *s == Step::Each).unwrap_or(path.steps.len());
    let names = |steps: std::ops::Range<usize>| {
        let named = path.steps.get(steps).into_iter().flatten().filter_map(|s| match s {
            Step::Member(name) => Some(name.as_str()),
            _ => None,
        });
        named.collect()
    };
    (names(0..at), names(at..path.steps.len()))
}

fn put(into: &mut Map<String, Value>, names: &[&str], value: Value) {
    match names {
        [] => {}
        [name] => {
            into.insert((*name).to_owned(), value);
        }
        [name, rest @ ..] => {
            let inside = into.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Some(map) = inside.as_object_mut() {
                put(map, rest, value);
            }
        }
    }
}
