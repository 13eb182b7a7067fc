//! From an answer's items to rows.

use super::clean;
use super::fill::{Fields, Places};
use super::hide::HIDDEN;
use crate::catalog::kind::{Call, Column, From, Kind, TagForm, Type, When};
use crate::catalog::path::{Path, items};
use crate::catalog::template::Template;
use crate::domain::{Late, RawRow, RawValue, StateRole, TagState, Timestamp, Unknown};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A row on its way: the list's item, joined with what second calls brought.
pub struct Draft<'v> {
    pub value: Cow<'v, Value>,
    pub enclosing: Vec<&'v Value>,
    /// Fields that second calls were to bring; `None` for calls whose members stand beside the item's.
    pub missing: Vec<(Option<String>, Unknown)>,
}

/// The items of an answer.
pub fn drafts<'v>(call: &Call, answer: &'v Value) -> Vec<Draft<'v>> {
    let found = match &call.items {
        Some(path) => items(path, answer),
        None => vec![crate::catalog::path::Item { value: answer, enclosing: Vec::new() }],
    };
    let draft = |item: crate::catalog::path::Item<'v>| {
        let value = match &call.scalar_as {
            Some(field) if !item.value.is_object() => {
                Cow::Owned(Value::Object(Map::from_iter([(field.clone(), item.value.clone())])))
            }
            _ => Cow::Borrowed(item.value),
        };
        Draft { value, enclosing: item.enclosing, missing: Vec::new() }
    };
    found.into_iter().map(draft).collect()
}

/// What makes rows of items.
pub struct Shape<'a> {
    pub kind: &'a Kind,
    pub places: &'a Places<'a>,
    /// Which second calls were made that only some columns and tags need.
    pub late: &'a Late,
    /// What each link's values must be.
    pub targets: Vec<LinkTo>,
}

/// What leads to another asset, and what only stands in the same member.
pub enum LinkTo {
    /// An ARN of one of these services.
    Arn(Vec<String>),
    /// An id that begins so; none: any.
    Id(Vec<String>),
    /// A name.
    Name,
}

impl LinkTo {
    fn fits(&self, value: &str) -> bool {
        let is_arn = value.starts_with("arn:");
        match self {
            Self::Arn(services) => {
                is_arn && value.split(':').nth(2).is_some_and(|s| services.iter().any(|own| own == s))
            }
            Self::Id(begins) if begins.is_empty() => !is_arn && !value.starts_with("alias/"),
            Self::Id(begins) => begins.iter().any(|b| value.starts_with(b.as_str())),
            Self::Name => !is_arn,
        }
    }
}

impl Shape<'_> {
    /// The row of an item; `None` where its id cannot be told.
    pub fn row(&self, draft: &Draft<'_>) -> Option<RawRow> {
        let kind = self.kind;
        let at = At { shape: self, draft };
        let id = at.text(&kind.identity.id)?;
        let name = kind.identity.name.as_ref().and_then(|t| at.text(t)).unwrap_or_default();
        let arn = kind.identity.arn.as_ref().and_then(|t| at.text(t)).unwrap_or_default();
        let region = kind.row_region.as_ref().and_then(|p| at.first(p)).and_then(scalar).unwrap_or_default();
        let (state, role) = at.state();
        let tag_state = at.tag_state();
        Some(RawRow {
            id,
            name,
            arn,
            region,
            state,
            role,
            values: kind.columns.iter().map(|c| at.column(c)).collect(),
            links: kind.links.iter().zip(&self.targets).map(|(l, to)| at.link(&l.path, to)).collect(),
            tags: if tag_state == TagState::Known { at.tags() } else { Vec::new() },
            tag_state,
        })
    }

    /// Whether the second call that brings this field was not made.
    fn is_late(&self, begins: impl Fn(&str) -> bool) -> bool {
        let late = self.kind.fetches.iter().filter(|f| f.when != When::Always);
        late.filter_map(|f| f.into.as_deref()).any(|field| !self.late.wants(field) && begins(field))
    }
}

/// One item with everything around it.
struct At<'a> {
    shape: &'a Shape<'a>,
    draft: &'a Draft<'a>,
}

impl At<'_> {
    fn first(&self, path: &Path) -> Option<&Value> {
        path.first(&self.draft.value, &self.draft.enclosing)
    }

    fn text(&self, template: &Template) -> Option<String> {
        let places = Places { fields: Fields::Item(&self.draft.value, &self.draft.enclosing), ..*self.shape.places };
        template.fill(&places).map(|t| clean(&t))
    }

    fn state(&self) -> (String, StateRole) {
        let Some(state) = &self.shape.kind.state else { return (String::new(), StateRole::Plain) };
        let word = self.first(&state.path).and_then(scalar).unwrap_or_default();
        let role = match self.why_empty(|field| state.path.begins_with(field)) {
            Some(why) if word.is_empty() => StateRole::Unknown(why),
            _ => state.roles.get(&word).copied().unwrap_or_default(),
        };
        (word, role)
    }

    /// What is not there because a call was not made, was refused or failed.
    fn absent(&self, begins: impl Fn(&str) -> bool) -> Option<Unknown> {
        let missing = &self.draft.missing;
        let own = missing.iter().find(|(field, _)| field.as_deref().is_some_and(&begins));
        // A call without a field of its own may have been to bring anything.
        own.or_else(|| missing.iter().find(|(field, _)| field.is_none())).map(|(_, m)| *m)
    }

    /// Why something that is not there may yet be.
    fn why_empty(&self, begins: impl Fn(&str) -> bool) -> Option<Unknown> {
        self.absent(&begins).or_else(|| self.shape.is_late(begins).then_some(Unknown::NotLoaded))
    }

    fn column(&self, column: &Column) -> RawValue {
        let value = match &column.from {
            From::Path(path) if column.kind == Type::List => {
                let all = path.all(&self.draft.value, &self.draft.enclosing);
                let mut flat = Vec::new();
                all.into_iter().for_each(|v| flatten(v, &mut flat));
                if flat.iter().any(|v| v == HIDDEN) { RawValue::Hidden } else { text(flat.join(", ")) }
            }
            From::Path(path) => self.first(path).map_or(RawValue::Empty, |v| typed(v, column.kind)),
            From::Text(template) => {
                self.text(template).map_or(RawValue::Empty, |t| typed(&Value::String(t), column.kind))
            }
        };
        if value != RawValue::Empty {
            return value;
        }
        match self.why_empty(|field| column.from.begins_with(field)) {
            Some(Unknown::Denied) => RawValue::Denied,
            Some(Unknown::Failed) => RawValue::Failed,
            Some(Unknown::NotLoaded) => RawValue::NotLoaded,
            None => RawValue::Empty,
        }
    }

    fn link(&self, path: &Path, to: &LinkTo) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for value in path.all(&self.draft.value, &self.draft.enclosing) {
            let mut flat = Vec::new();
            flatten(value, &mut flat);
            for target in flat {
                // Log groups' ARNs come with and without it.
                let target = target.strip_suffix(":*").map_or(target.clone(), str::to_owned);
                if to.fits(&target) && !target.contains(' ') && target != HIDDEN && !out.contains(&target) {
                    out.push(target);
                }
            }
        }
        out
    }

    fn tag_state(&self) -> TagState {
        let Some(tags) = &self.shape.kind.tags else { return TagState::None };
        let here = self.first(&tags.path).is_some();
        match self.why_empty(|field| tags.path.begins_with(field)) {
            _ if here => TagState::Known,
            Some(Unknown::Denied) => TagState::Denied,
            Some(Unknown::Failed) => TagState::Failed,
            Some(Unknown::NotLoaded) => TagState::NotLoaded,
            None => TagState::Known,
        }
    }

    fn tags(&self) -> Vec<(String, String)> {
        let Some(tags) = &self.shape.kind.tags else { return Vec::new() };
        let (k, v) = match tags.form {
            TagForm::KeyValue => ("Key", "Value"),
            TagForm::KeyValueLower => ("key", "value"),
            TagForm::TagKeyTagValue => ("TagKey", "TagValue"),
            TagForm::Map => {
                let maps = tags.path.all(&self.draft.value, &self.draft.enclosing);
                let maps = maps.into_iter().filter_map(Value::as_object).flatten();
                return maps.map(|(k, v)| (clean(k), scalar(v).unwrap_or_default())).collect();
            }
        };
        let all = tags.path.all(&self.draft.value, &self.draft.enclosing);
        let pair = |tag: &Value| Some((scalar(tag.get(k)?)?, tag.get(v).and_then(scalar).unwrap_or_default()));
        all.into_iter().filter_map(pair).collect()
    }
}

/// A scalar as text, safe to be shown.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(clean(s)),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

fn flatten(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| flatten(v, out)),
        other => out.extend(scalar(other).filter(|t| !t.is_empty())),
    }
}

fn text(text: String) -> RawValue {
    if text.is_empty() { RawValue::Empty } else { RawValue::Text(text) }
}

/// A value of a column's type. What is not of that type stays text: it is shown as it came.
fn typed(value: &Value, kind: Type) -> RawValue {
    if value.as_str() == Some(HIDDEN) {
        return RawValue::Hidden;
    }
    let as_text = || match value {
        Value::Array(_) => {
            let mut flat = Vec::new();
            flatten(value, &mut flat);
            text(flat.join(", "))
        }
        Value::Object(_) => text(clean(&value.to_string())),
        other => scalar(other).map_or(RawValue::Empty, text),
    };
    match kind {
        Type::Int | Type::Bytes => whole(value).map_or_else(as_text, RawValue::Int),
        Type::Time => time(value).map_or_else(as_text, RawValue::Time),
        Type::Bool => match value {
            Value::Bool(b) => RawValue::Bool(*b),
            Value::String(s) if s == "true" => RawValue::Bool(true),
            Value::String(s) if s == "false" => RawValue::Bool(false),
            _ => as_text(),
        },
        Type::Money => match (value.get("Amount").and_then(scalar), value.get("Unit").and_then(scalar)) {
            (Some(amount), Some(unit)) => text(format!("{amount} {unit}")),
            _ => as_text(),
        },
        Type::Text | Type::Ip | Type::List => as_text(),
    }
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f.round() as i64)),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// Milliseconds since 1970 of a time, however a service writes it.
#[allow(clippy::cast_possible_truncation)]
fn time(value: &Value) -> Option<i64> {
    // Seconds of the year 5138 and milliseconds of 1973 are the same number.
    const MILLIS: f64 = 1e11;
    let number = match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => match Timestamp::parse(s) {
            Some(time) => return Some(time.0),
            None => s.trim().parse().ok(),
        },
        _ => None,
    }?;
    let millis = if number.abs() < MILLIS { number * 1000.0 } else { number };
    Some(millis as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_of_their_columns_types_and_what_is_not_stays_as_it_came() {
        assert_eq!(typed(&json!("7"), Type::Int), RawValue::Int(7));
        assert_eq!(typed(&json!("many"), Type::Int), RawValue::Text("many".to_owned()));
        assert_eq!(typed(&json!("true"), Type::Bool), RawValue::Bool(true));
        assert_eq!(
            typed(&json!({"Amount": "12.50", "Unit": "USD"}), Type::Money),
            RawValue::Text("12.50 USD".to_owned())
        );
        assert_eq!(typed(&json!(HIDDEN), Type::Text), RawValue::Hidden);
        assert_eq!(typed(&json!(["a", ["b"]]), Type::Text), RawValue::Text("a, b".to_owned()));
        assert_eq!(typed(&json!("a\u{1b}[31mb"), Type::Text), RawValue::Text("a[31mb".to_owned()));
    }

    #[test]
    fn a_time_is_the_same_however_it_is_written() {
        let at = RawValue::Time(1_700_000_000_000);
        for value in
            [json!("2023-11-14T22:13:20Z"), json!(1_700_000_000), json!("1700000000"), json!(1_700_000_000_000_i64)]
        {
            assert_eq!(typed(&value, Type::Time), at, "{value}");
        }
    }
}
