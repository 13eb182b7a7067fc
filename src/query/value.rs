//! The values of columns as text.

use super::amount;
use crate::catalog::kind::{Column, Type};
use crate::domain::{RowView, StateRole, TagState, Timestamp, Unknown, Value};
use std::borrow::Cow;

/// A value as a table shows it; what is not there says why. `now` is for ages.
pub fn column_text<'a>(column: &Column, at: usize, row: &RowView<'a>, now: Timestamp) -> Cow<'a, str> {
    match row.value(at) {
        Value::Empty => Cow::Borrowed(""),
        Value::NotLoaded => Cow::Borrowed("…"),
        Value::Denied => Cow::Borrowed("denied"),
        Value::Failed => Cow::Borrowed("failed"),
        Value::Hidden => Cow::Borrowed("‹hidden›"),
        Value::Text(span) => Cow::Borrowed(row.batch().text(span)),
        Value::Int(n) if column.kind == Type::Bytes => Cow::Owned(amount::bytes_text(n)),
        Value::Int(n) => Cow::Owned(n.to_string()),
        Value::Time(ms) => Cow::Owned(amount::age_text(ms, now)),
        Value::Bool(b) => Cow::Borrowed(if b { "yes" } else { "no" }),
    }
}

/// A value as it goes into a file: times in RFC 3339, sizes in bytes. What is not known is marked, so that nobody takes
/// it for a value or for none.
pub fn export_text<'a>(at: usize, row: &RowView<'a>) -> Cow<'a, str> {
    match row.value(at) {
        Value::Empty => Cow::Borrowed(""),
        Value::NotLoaded => Cow::Borrowed("‹not loaded›"),
        Value::Denied => Cow::Borrowed("‹denied›"),
        Value::Failed => Cow::Borrowed("‹failed›"),
        Value::Hidden => Cow::Borrowed("‹hidden›"),
        Value::Text(span) => Cow::Borrowed(row.batch().text(span)),
        Value::Int(n) => Cow::Owned(n.to_string()),
        Value::Time(ms) => Cow::Owned(Timestamp(ms).rfc3339()),
        Value::Bool(b) => Cow::Borrowed(if b { "true" } else { "false" }),
    }
}

/// How wide a column is drawn, in terminal columns: as its kind says, else as its type mostly needs; never narrower
/// than its title.
pub fn column_width(column: &Column) -> u16 {
    let of_type = match column.kind {
        Type::Text => 16,
        Type::Int => 6,
        Type::Bytes => 9,
        Type::Time => 7,
        Type::Bool => 3,
        Type::Money => 12,
        Type::Ip => 15,
        Type::List => 20,
    };
    let title = u16::try_from(crate::text::width(&column.title)).unwrap_or(u16::MAX);
    column.width.unwrap_or(of_type).max(title)
}

/// A row's state: a symbol and the cloud's word; what is not there says why.
pub fn state_words(row: &RowView<'_>) -> String {
    match row.state_role() {
        StateRole::Unknown(Unknown::NotLoaded) => "…".to_owned(),
        StateRole::Unknown(why) => why.word().to_owned(),
        _ if row.state().is_empty() => String::new(),
        role => format!("{} {}", role.symbol(), row.state()),
    }
}

/// A row's tags, `K=V` by `K=V`; what is not there says why.
pub fn tags_text(row: &RowView<'_>) -> String {
    match row.tag_state() {
        TagState::Known => row.tags().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("  "),
        TagState::NotLoaded => "…".to_owned(),
        TagState::Denied => "denied".to_owned(),
        TagState::Failed => "failed".to_owned(),
        TagState::None => String::new(),
    }
}
