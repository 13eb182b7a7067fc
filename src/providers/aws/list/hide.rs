//! Secrets that ordinary lists carry: members that the models mark sensitive, and those that a kind names.
//!
//! They are replaced while an answer is read, before anything is made of it: no row, search, report or copy has them.

use crate::catalog::kind::{Kind, squeezed};
use crate::catalog::model::{Kind as ShapeKind, Operation, Service, ShapeRef};
use crate::catalog::path::{Path, Step};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// What stands in the place of what is hidden.
pub const HIDDEN: &str = "‹hidden›";

/// Hides in an answer what is to be hidden, unless a person asked to see it; whether there was anything. `items` is where
/// the answer's items are, `into` the field under which a row has them.
pub fn hide(
    service: &'static Service,
    op: &'static Operation,
    kind: &Kind,
    (items, into): (Option<&Path>, Option<&str>),
    answer: &mut Value,
    reveal: bool,
) -> bool {
    let mut found = false;
    if let Some(output) = op.output
        && holds_secrets(service, output)
    {
        mask(service, output, kind, answer, reveal, &mut found);
    }
    if !kind.redact_names.is_empty() {
        named(answer, &kind.redact_names, reveal, &mut found);
    }
    if !kind.redact.is_empty() {
        let steps = items.map_or(&[][..], |p| &p.steps);
        at_each(answer, steps, &mut |item| {
            for path in &kind.redact {
                // A row has a second call's item under a field; here the item stands alone.
                let inner = match into {
                    None => path.steps.as_slice(),
                    Some(field) if path.begins_with(field) => &path.steps[1..],
                    Some(_) => continue,
                };
                at_each(item, inner, &mut |value| cover(value, reveal, &mut found));
            }
        });
    }
    found
}

/// Covers what has one of these names, however deep.
fn named(value: &mut Value, names: &[String], reveal: bool, found: &mut bool) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match names.contains(&squeezed(name)) {
                    true => cover(inner, reveal, found),
                    false => named(inner, names, reveal, found),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| named(v, names, reveal, found)),
        _ => {}
    }
}

fn cover(value: &mut Value, reveal: bool, found: &mut bool) {
    match value {
        Value::Null => {}
        // The names of variables are no secret, and tell what is configured.
        Value::Object(map) => map.values_mut().for_each(|v| cover(v, reveal, found)),
        Value::Array(list) => list.iter_mut().for_each(|v| cover(v, reveal, found)),
        other => {
            *found = true;
            if !reveal {
                *other = Value::String(HIDDEN.to_owned());
            }
        }
    }
}

/// Does something at every place that a path leads to.
fn at_each(value: &mut Value, steps: &[Step], with: &mut dyn FnMut(&mut Value)) {
    let Some((step, rest)) = steps.split_first() else { return with(value) };
    match step {
        Step::Member(name) => {
            if let Some(inner) = value.get_mut(name) {
                at_each(inner, rest, with);
            }
        }
        Step::Each => value.as_array_mut().into_iter().flatten().for_each(|v| at_each(v, rest, with)),
        Step::Where(name, text) => {
            let list = value.as_array_mut().into_iter().flatten();
            list.filter(|v| v.get(name).and_then(Value::as_str) == Some(text)).for_each(|v| at_each(v, rest, with));
        }
        Step::At(n) => {
            let list = value.as_array_mut();
            let at = list.as_ref().and_then(|l| match usize::try_from(*n) {
                Ok(at) => Some(at),
                Err(_) => l.len().checked_sub(n.unsigned_abs()),
            });
            if let Some(inner) = list.zip(at).and_then(|(l, at)| l.get_mut(at)) {
                at_each(inner, rest, with);
            }
        }
    }
}

/// Whether a shape has anything sensitive in it, however deep.
fn holds_secrets(service: &'static Service, shape: ShapeRef) -> bool {
    static KNOWN: OnceLock<Mutex<HashMap<(&'static str, ShapeRef), bool>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(answer) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&(service.name, shape)) {
        return *answer;
    }
    let answer = reach(service, shape, &mut Vec::new());
    known.lock().unwrap_or_else(PoisonError::into_inner).insert((service.name, shape), answer);
    answer
}

fn reach(service: &Service, shape: ShapeRef, seen: &mut Vec<ShapeRef>) -> bool {
    if seen.contains(&shape) {
        return false;
    }
    seen.push(shape);
    let s = service.shape(shape);
    s.sensitive
        || match &s.kind {
            ShapeKind::Structure { members, .. } => members.iter().any(|m| reach(service, m.shape, seen)),
            ShapeKind::List { item, .. } => reach(service, item.shape, seen),
            ShapeKind::Map { key, value, .. } => reach(service, key.shape, seen) || reach(service, value.shape, seen),
            _ => false,
        }
}

fn mask(service: &'static Service, shape: ShapeRef, kind: &Kind, value: &mut Value, reveal: bool, found: &mut bool) {
    let s = service.shape(shape);
    if s.sensitive {
        return cover(value, reveal, found);
    }
    match (&s.kind, value) {
        (ShapeKind::Structure { members, .. }, Value::Object(map)) => {
            for member in members.iter().filter(|m| !kind.shows(&m.name)) {
                if let Some(inner) = map.get_mut(&member.name) {
                    mask(service, member.shape, kind, inner, reveal, found);
                }
            }
        }
        (ShapeKind::List { item, .. }, Value::Array(list)) => {
            list.iter_mut().for_each(|v| mask(service, item.shape, kind, v, reveal, found));
        }
        (ShapeKind::Map { value: of, .. }, Value::Object(map)) => {
            map.values_mut().for_each(|v| mask(service, of.shape, kind, v, reveal, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_covered_however_deep_and_however_it_is_written() {
        let mut value = json!({"Rules": [{"Statement": {"Not": {"Match": {"SearchString": "c2VjcmV0", "Size": 1}}}}],
            "options": {"API-Key": "x", "Host": "h"}});
        let mut found = false;
        named(&mut value, &["searchstring".to_owned(), "apikey".to_owned()], false, &mut found);
        assert!(found);
        let wanted = json!({"Rules": [{"Statement": {"Not": {"Match": {"SearchString": HIDDEN, "Size": 1}}}}],
            "options": {"API-Key": HIDDEN, "Host": "h"}});
        assert_eq!(value, wanted);
    }
}
