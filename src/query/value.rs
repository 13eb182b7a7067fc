//! The values of columns as text.

use crate::catalog::kind::Column;
use crate::domain::{RowView, Timestamp, Value};
use std::borrow::Cow;

/// A value as a table shows it; what is not there says why. `now` is for ages.
pub fn column_text<'a>(column: &Column, at: usize, row: &RowView<'a>, _now: Timestamp) -> Cow<'a, str> {
    let _ = column;
    match row.value(at) {
        Value::Empty => Cow::Borrowed(""),
        Value::NotLoaded => Cow::Borrowed("…"),
        Value::Denied => Cow::Borrowed("denied"),
        Value::Failed => Cow::Borrowed("failed"),
        Value::Hidden => Cow::Borrowed("‹hidden›"),
        Value::Text(span) => Cow::Borrowed(row.batch().text(span)),
        Value::Int(n) => Cow::Owned(n.to_string()),
        Value::Time(ms) => Cow::Owned(Timestamp(ms).rfc3339()),
        Value::Bool(b) => Cow::Borrowed(if b { "yes" } else { "no" }),
    }
}

/// A row's state: a symbol and the cloud's word.
pub fn state_words(row: &RowView<'_>) -> String {
    if row.state().is_empty() { String::new() } else { format!("{} {}", row.state_role().symbol(), row.state()) }
}
