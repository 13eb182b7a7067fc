//! Assets as data: `assets --format json`, `jsonl` and `csv`.

use crate::catalog::kind::{Column, Kind, Type};
use crate::domain::{RowView, TagState, Timestamp, Unknown, Value as Cell};
use crate::query::{CellLabel, export_text, place};
use serde_json::{Map, Value, json};

/// The fields that assets of every kind have, in the order of records.
pub const COMMON: [&str; 8] = ["connection", "account", "region", "kind", "id", "arn", "name", "state"];

/// One asset, with the columns at these places of its kind. What is not known of it is null and says why in
/// `unknown`, which is there only then.
pub fn asset(cell: &CellLabel, row: &RowView<'_>, columns: &[usize]) -> Value {
    let mut unknown = Map::new();
    let mut note = |field: &str, why: Option<&str>| {
        if let Some(why) = why {
            unknown.insert(field.to_owned(), json!(why));
        }
    };
    let tags = match row.tag_state() {
        TagState::Known | TagState::None => Value::Object(row.tags().map(|(k, v)| (k.to_owned(), json!(v))).collect()),
        state => {
            note("tags", tags_unknown(state));
            Value::Null
        }
    };
    note("state", row.state_role().unknown().map(Unknown::word));
    let mut values = Map::new();
    for (at, column) in columns.iter().filter_map(|at| Some((*at, cell.kind.columns.get(*at)?))) {
        note(&column.id, why(row.value(at)));
        values.insert(column.id.clone(), value(column, at, row));
    }
    let text = |t: &str| if t.is_empty() { Value::Null } else { json!(t) };
    let mut asset = json!({
        "connection": cell.name,
        "account": cell.account,
        "region": place(cell, row),
        "kind": cell.kind.id,
        "id": row.id(),
        "arn": text(row.arn()),
        "name": text(row.name()),
        "state": text(row.state()),
        "tags": tags,
        "columns": values,
    });
    if let (Value::Object(asset), false) = (&mut asset, unknown.is_empty()) {
        asset.insert("unknown".to_owned(), Value::Object(unknown));
    }
    asset
}

/// A value in JSON's own types: a list is an array, a time RFC 3339, a size a number of bytes.
fn value(column: &Column, at: usize, row: &RowView<'_>) -> Value {
    match row.value(at) {
        Cell::Empty | Cell::NotLoaded | Cell::Denied | Cell::Failed | Cell::Hidden => Value::Null,
        Cell::Text(span) => {
            let text = row.batch().text(span);
            match column.kind {
                Type::List => text.split(", ").map(|t| json!(t)).collect(),
                Type::Int | Type::Bytes => text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)),
                _ => json!(text),
            }
        }
        Cell::Int(n) => json!(n),
        Cell::Time(ms) => json!(Timestamp(ms)),
        Cell::Bool(b) => json!(b),
    }
}

/// Why a value is not known; `None` where it is.
fn why(value: Cell) -> Option<&'static str> {
    match value {
        Cell::NotLoaded => Some("not_loaded"),
        Cell::Denied => Some("denied"),
        Cell::Failed => Some("failed"),
        Cell::Hidden => Some("hidden"),
        _ => None,
    }
}

fn tags_unknown(state: TagState) -> Option<&'static str> {
    match state {
        TagState::NotLoaded => Some("not_loaded"),
        TagState::Denied => Some("denied"),
        TagState::Failed => Some("failed"),
        TagState::Known | TagState::None => None,
    }
}

/// How something that is not known is marked in a record.
fn marked(why: &str) -> String {
    format!("‹{}›", why.replace('_', " "))
}

/// The head of comma-separated values: the common fields, columns of one kind, and tags where they are wanted.
pub fn csv_head(kind: Option<&Kind>, columns: &[usize], tags: bool) -> Vec<String> {
    let mut head: Vec<String> = COMMON.iter().map(|c| (*c).to_owned()).collect();
    head.extend(columns.iter().filter_map(|at| kind?.columns.get(*at)).map(|c| c.id.clone()));
    head.extend(tags.then(|| "tags".to_owned()));
    head
}

/// One asset as a record; tags as a JSON object in one field.
pub fn csv_record(cell: &CellLabel, row: &RowView<'_>, columns: &[usize], tags: bool) -> Vec<String> {
    let state = row.state_role().unknown().map_or_else(|| row.state().to_owned(), |why| marked(why.word()));
    let common = [
        cell.name.as_str(),
        cell.account.as_str(),
        place(cell, row),
        &cell.kind.id,
        row.id(),
        row.arn(),
        row.name(),
        &state,
    ];
    let mut record: Vec<String> = common.iter().map(|c| (*c).to_owned()).collect();
    record.extend(columns.iter().map(|at| export_text(*at, row).into_owned()));
    if tags {
        record.push(match row.tag_state() {
            TagState::Known => json!(row.tags().collect::<std::collections::BTreeMap<_, _>>()).to_string(),
            TagState::None => String::new(),
            state => marked(tags_unknown(state).unwrap_or_default()),
        });
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, BatchBuilder, ConnectionId, ConnectionName, RawRow, RawValue, Region};
    use std::sync::Arc;

    const KIND: &str = r#"
id = "aws/ec2/volume"
title = "Volumes"
group = "storage"
scope = "regional"
list = { op = "ec2:DescribeVolumes", items = "Volumes[]" }
[identity]
id = "{VolumeId}"
[[column]]
id = "size"
title = "Size"
path = "Size"
type = "bytes"
[[column]]
id = "age"
title = "Age"
path = "CreateTime"
type = "time"
[[column]]
id = "instances"
title = "Instances"
path = "Attachments[].InstanceId"
type = "list"
[permissions]
read = [{ action = "ec2:DescribeVolumes" }]
"#;

    fn cell() -> CellLabel {
        CellLabel {
            connection: ConnectionId::generate(),
            name: ConnectionName::parse("prod").unwrap(),
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").ok(),
            kind: Arc::new(Kind::parse(KIND).unwrap()),
        }
    }

    fn batch() -> crate::domain::Batch {
        let mut builder = BatchBuilder::new(3, 0, None);
        builder.push(&RawRow {
            id: "vol-1".to_owned(),
            values: vec![RawValue::Int(1024), RawValue::Time(0), RawValue::Text("i-1, i-2".to_owned())],
            tags: vec![("b".to_owned(), "2,3".to_owned()), ("a".to_owned(), "\"".to_owned())],
            ..RawRow::default()
        });
        builder.push(&RawRow {
            id: "vol-2".to_owned(),
            values: vec![RawValue::Denied, RawValue::Empty, RawValue::Hidden],
            tag_state: TagState::Denied,
            ..RawRow::default()
        });
        builder.finish()
    }

    #[test]
    fn an_asset_has_json_s_own_types_and_what_is_not_known_says_why() {
        let (cell, batch) = (cell(), batch());
        assert_eq!(
            asset(&cell, &batch.row(0), &[0, 1, 2]),
            json!({
                "connection": "prod", "account": "111122223333", "region": "eu-west-1", "kind": "aws/ec2/volume",
                "id": "vol-1", "arn": null, "name": null, "state": null, "tags": {"b": "2,3", "a": "\""},
                "columns": {"size": 1024, "age": "1970-01-01T00:00:00Z", "instances": ["i-1", "i-2"]},
            })
        );
        let unknown = asset(&cell, &batch.row(1), &[0, 1, 2]);
        assert_eq!(unknown["unknown"], json!({"tags": "denied", "size": "denied", "instances": "hidden"}));
        assert_eq!((&unknown["tags"], &unknown["columns"]["age"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_record_marks_what_is_not_known() {
        let (cell, batch) = (cell(), batch());
        let head = csv_head(Some(&cell.kind), &[0, 2], true);
        assert_eq!(head[8..], ["size", "instances", "tags"]);
        let record = |at| csv_record(&cell, &batch.row(at), &[0, 2], true)[8..].join("|");
        assert_eq!(record(0), "1024|i-1, i-2|{\"a\":\"\\\"\",\"b\":\"2,3\"}");
        assert_eq!(record(1), "‹denied›|‹hidden›|‹denied›");
    }
}
