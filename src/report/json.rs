//! `check --format json` and `jsonl`, version 1.

use crate::domain::{Check, ConnectionId, ConnectionReport, Denial, Timestamp};
use crate::policy::Document;
use serde_json::{Value, json};

/// The whole document of `check --format json`.
pub fn document(reports: &[ConnectionReport], at: Timestamp) -> Value {
    json!({
        "version": 1,
        "tool": concat!("cloudivize ", env!("CARGO_PKG_VERSION")),
        "at": at,
        "connections": reports.iter().map(connection).collect::<Vec<_>>(),
    })
}

/// One connection of the document.
pub fn connection(report: &ConnectionReport) -> Value {
    let accounts: Vec<Value> =
        report.answered_account().iter().map(|a| json!({"id": a, "name": null, "state": "active"})).collect();
    json!({
        "id": id(report.id, report.saved),
        "name": report.name,
        "provider": "aws",
        "method": report.method,
        "source": source(report),
        "group": report.group,
        "status": report.status(),
        "account": report.account,
        "accounts": accounts,
        "base_identity": report.base_identity.as_ref().map(|b| &b.arn),
        "session_identity": report.session_identity,
        "endpoint": report.endpoint,
        "external_id": report.external_id,
        "external_id_tested_at": report.external_id_tested_at,
        "since": report.since,
        "last_good": report.last_good,
        "changes": report.changes,
        "elapsed_ms": report.elapsed_ms,
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
        "missing_policy": Document::allowing("CloudivizeMissing", &report.missing()).map(|d| d.value()),
    })
}

/// The source as the vault writes it; a method `profile` or `env` is its own source.
fn source(report: &ConnectionReport) -> &str {
    &report.source_label
}

/// An unsaved connection has no id.
fn id(id: ConnectionId, saved: bool) -> Value {
    if saved { json!(id) } else { Value::Null }
}

fn check(check: &Check) -> Value {
    json!({
        "permission": check.permission,
        "mandatory": true,
        "verdict": check.verdict,
        "evidence": check.evidence,
        "region": check.region,
        "latency_ms": check.latency_ms,
        "request_id": check.request_id,
        "denial": check.denial.as_ref().map(denial),
        "error": check.error,
        "causes": check.causes,
        "ruled_out": check.ruled_out,
        "advice": check.advice,
        "since": check.since,
    })
}

/// A refusal in the interface's fields.
fn denial(denial: &Denial) -> Value {
    serde_json::to_value(denial).unwrap_or_default()
}

/// `{"event":"check",…}` of `jsonl`, as a verdict arrives.
pub fn check_event(connection: ConnectionId, saved: bool, name: &str, found: &Check) -> Value {
    let mut event = json!({"event": "check", "id": id(connection, saved), "name": name});
    merge(&mut event, check(found));
    event
}

/// `{"event":"connection",…}` of `jsonl`, when a connection is through.
pub fn connection_event(report: &ConnectionReport) -> Value {
    let mut event = json!({"event": "connection"});
    merge(&mut event, connection(report));
    event
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
