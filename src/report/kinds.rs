//! `kinds --format json`: what is known of each kind of asset.

use crate::catalog::kind::{Kind, Need};
use serde_json::{Value, json};

/// One kind.
pub fn kind(kind: &Kind) -> Value {
    let columns: Vec<Value> = kind
        .columns
        .iter()
        .map(|c| json!({"id": c.id, "title": c.title, "type": c.kind.word(), "shown": c.shown}))
        .collect();
    json!({
        "id": kind.id,
        "title": kind.title,
        "group": kind.group,
        "aliases": kind.aliases,
        "scope": kind.scope.word(),
        "parent": kind.parent.as_ref().map(|p| &p.kind),
        "operation": kind.list.name(),
        "columns": columns,
        "permissions": {"read": actions(&kind.read), "tag": actions(&kind.tag), "operate": []},
        "origin": origin(kind),
    })
}

/// Where a kind's file stands: `built-in` or `user`.
pub fn origin(kind: &Kind) -> &'static str {
    if kind.user { "user" } else { "built-in" }
}

/// The IAM actions of some needs, each once, in the file's order.
pub fn actions(needs: &[Need]) -> Vec<&str> {
    let mut actions: Vec<&str> = Vec::new();
    for need in needs {
        if !actions.contains(&need.action.as_str()) {
            actions.push(&need.action);
        }
    }
    actions
}
