//! The vault's text into connections: every fault with its line and field.

use super::contents::{Contents, VERSION};
use super::error::VaultError;
use super::recipient::Recipient;
use crate::config::Layer;
use crate::config::fields::{At, Document, Faults, Fields};
use crate::domain::{
    AccountId, Connection, ConnectionId, ConnectionName, ExternalId, Invalid, Method, Region, RoleArn, SessionName,
    Source,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Names under which people keep long-term access keys.
const ACCESS_KEYS: [&str; 9] = [
    "access_key_id",
    "secret_access_key",
    "session_token",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "access_key",
    "secret_key",
    "access_key_secret",
];
const NO_KEYS: &str = "access keys are not supported any more, and never stored; connect with a role \
    (method = \"role\", role_arn, external_id), or with a profile that holds the keys (source = \"profile:NAME\")";

/// Reads a vault's text.
///
/// # Errors
/// [`VaultError::Newer`] for a file of a later version, else every fault with its line and field.
pub fn parse(text: &str) -> Result<Contents, VaultError> {
    let document = Document::new(text);
    let contents = read(&document, text);
    let faults = document.into_faults();
    match contents? {
        Some(contents) if faults.0.is_empty() => Ok(contents),
        _ => Err(VaultError::Faults(faults)),
    }
}

fn read(document: &Document<'_>, text: &str) -> Result<Option<Contents>, VaultError> {
    let Some(mut root) = document.root() else { return Ok(None) };
    match root.integer("version") {
        Some(At { value: VERSION, .. }) => {}
        Some(At { value, .. }) if value > VERSION => return Err(VaultError::Newer { version: value }),
        Some(At { line, .. }) => {
            root.fault(line, "version", format!("is not a version; this release writes {VERSION}"))
        }
        None if !document.has_faults() => root.fault(1, "version", format!("is missing; add version = {VERSION}")),
        None => {}
    }
    let head = match root.table("vault") {
        Some(mut head) => {
            let has_id = head.has("id");
            let id = head.parsed("id", |t| Uuid::try_parse(t).map_err(|_| Invalid::new("id", "is not a UUID")));
            if !has_id {
                head.fault(head.line, "id", "is missing; every vault has a UUID here");
            }
            let recipients = head.parsed_list("recipients", |t| Recipient::parse(t).map(|r| r.text().to_owned()));
            let endpoints = head.parsed_list("endpoints", endpoint);
            head.finish();
            id.map(|id| (id, recipients.unwrap_or_default(), endpoints.unwrap_or_default()))
        }
        None => {
            root.fault(1, "[vault]", "is missing; it carries the vault's id");
            None
        }
    };
    let config = root.table("config");
    let configured = config.is_some();
    if let Some(config) = config {
        Layer::read(config);
    }
    let rows = root.tables("connection");
    root.finish();
    let connections = connections(document, rows, &[], false);
    let Some((id, recipients, endpoints)) = head else { return Ok(None) };
    if document.has_faults() {
        return Ok(None);
    }
    // Read a second time only for the sake of that table.
    let whole = configured.then(|| text.parse::<toml::Table>().ok()).flatten();
    let config = match whole.and_then(|mut t| t.remove("config")) {
        Some(toml::Value::Table(table)) => table,
        _ => toml::Table::new(),
    };
    Ok(Some(Contents { id, recipients, endpoints, connections, config }))
}

/// Reads any number of `[[connection]]` tables as they are typed by a person: ids are made where
/// they are missing. `existing` are the connections that the vault has already.
///
/// # Errors
/// Every fault with its line and field; then nothing is taken over.
pub fn parse_connections(text: &str, existing: &[Connection]) -> Result<Vec<Connection>, Faults> {
    let document = Document::new(text);
    let mut out = Vec::new();
    if let Some(mut root) = document.root() {
        let rows = root.tables("connection");
        if rows.is_empty() && !document.has_faults() {
            root.fault(1, "[[connection]]", "there is none; begin each connection with a line [[connection]]");
        }
        root.finish();
        out = connections(&document, rows, existing, true);
    }
    if document.has_faults() { Err(document.into_faults()) } else { Ok(out) }
}

fn connections<'d>(
    document: &Document<'_>,
    rows: Vec<Fields<'d>>,
    existing: &[Connection],
    generate: bool,
) -> Vec<Connection> {
    let mut named: Vec<(Fields<'d>, ConnectionId, ConnectionName)> = Vec::new();
    let saved: HashSet<&str> = existing.iter().map(|c| c.name.as_str()).collect();
    let mut lines: HashMap<ConnectionName, usize> = HashMap::new();
    let mut taken: HashSet<ConnectionId> = existing.iter().map(|c| c.id).collect();
    for mut row in rows {
        let name = row.string("name");
        if let Some(at) = &name {
            row.belongs_to(format!("connection \"{}\"", crate::text::truncate(&crate::text::line(&at.value), 64)));
        }
        if !row.has("id") && !generate {
            row.fault(row.line, "id", "is missing; every connection in a vault has a UUID");
        }
        // Where a fault has been reported, one is made so that reading goes on.
        let id = row.parsed("id", ConnectionId::parse).unwrap_or_else(ConnectionId::generate);
        let name = match name {
            Some(At { value, line }) => match ConnectionName::parse(&value) {
                Ok(name) => name,
                Err(e) => {
                    row.fault(line, "name", e.reason());
                    continue;
                }
            },
            None => {
                row.fault(row.line, "name", "is missing; every connection has one");
                continue;
            }
        };
        if let Some(line) = lines.get(&name) {
            row.fault(row.line, "name", format!("stands in line {line} already; names are unique"));
        } else if saved.contains(name.as_str()) {
            row.fault(row.line, "name", "is in the vault already; choose another, or edit that connection");
        }
        if !taken.insert(id) {
            row.fault(row.line, "id", "belongs to another connection; leave it out when you copy one");
        }
        lines.entry(name.clone()).or_insert(row.line);
        named.push((row, id, name));
    }
    let ids: HashMap<String, ConnectionId> = existing
        .iter()
        .map(|c| (c.name.to_string(), c.id))
        .chain(named.iter().map(|(_, id, name)| (name.to_string(), *id)))
        .collect();
    let mut out: Vec<(usize, Connection)> = Vec::new();
    for (row, id, name) in named {
        let line = row.line;
        if let Some(connection) = connection(row, id, name, &ids) {
            out.push((line, connection));
        }
    }
    let all: Vec<&Connection> = existing.iter().chain(out.iter().map(|(_, c)| c)).collect();
    for (line, c) in &out {
        if let Some(names) = chain_loop(c, &all) {
            document.fault(
                *line,
                format!("source of connection \"{}\"", c.name),
                format!("goes round in a loop ({names}); let one of them begin at env or profile:NAME"),
            );
        }
    }
    out.into_iter().map(|(_, c)| c).collect()
}

/// The names along a chain of sources that comes back to where it began.
pub(super) fn chain_loop(start: &Connection, all: &[&Connection]) -> Option<String> {
    let mut names = vec![start.name.to_string()];
    let mut at = start;
    while let Source::Connection(id) = &at.source {
        at = all.iter().find(|c| c.id == *id)?;
        names.push(at.name.to_string());
        if at.id == start.id {
            return Some(names.join(" \u{2192} "));
        }
        if names.len() > all.len() + 1 {
            // The loop lies further on and is reported for the connections within it.
            return None;
        }
    }
    None
}

fn connection(
    mut row: Fields<'_>,
    id: ConnectionId,
    name: ConnectionName,
    ids: &HashMap<String, ConnectionId>,
) -> Option<Connection> {
    for key in ACCESS_KEYS {
        row.refuse(key, NO_KEYS);
    }
    let provider = row.string("provider");
    let method_word = row.string("method");
    let account = row.line_of("account").zip(row.parsed("account", AccountId::parse));
    let role_line = row.line_of("role_arn");
    let role_arn = row.parsed("role_arn", RoleArn::parse);
    let external_line = row.line_of("external_id").or(row.line_of("external_id_next"));
    // A suggestion would repeat the value.
    let external = |t: &str| ExternalId::parse(t).map_err(|e| Invalid { suggestion: None, ..e });
    let external_id = row.parsed("external_id", external);
    let external_id_next = row.parsed("external_id_next", external);
    let source_line = row.line_of("source");
    let source = row.parsed("source", |t| {
        let source = Source::parse(t, |n| ids.get(n).copied())?;
        match &source {
            Source::Connection(other) if !ids.values().any(|i| i == other) => {
                Err(Invalid::new("source", "names a connection that is not here"))
            }
            Source::Sso(_) => Err(Invalid::new("source", "sso is not supported by this release yet")
                .fix("sign in with the AWS CLI and use profile:NAME")),
            _ => Ok(source),
        }
    });
    let session_name = row.parsed("session_name", SessionName::parse);
    let source_identity = row.parsed("source_identity", |t| SessionName::parse_as("source identity", t));
    let duration = row.integer("duration");
    let mfa_serial = row.parsed("mfa_serial", Connection::valid_mfa_serial);
    let regions = row.parsed_list("regions", Region::parse).unwrap_or_default();
    let group = row.parsed("group", label);
    let read_only = row.boolean("read_only");
    let protected = row.boolean("protected");
    let probe = row.boolean("probe_external_id");
    let endpoint_url = row.parsed("endpoint_url", endpoint);
    let insecure = row.boolean("allow_insecure_endpoint");

    match provider.as_ref().map(|at| (at.value.as_str(), at.line)) {
        Some(("azure", line)) => {
            row.fault(line, "provider", "azure is not supported by this release yet; only aws is");
            return None;
        }
        Some(("aws", _)) | None => {}
        Some((_, line)) => row.fault(line, "provider", "is not known; write \"aws\""),
    }
    let word = method_word.as_ref().map_or("role", |at| at.value.as_str());
    let method = match word {
        "role" => {
            if role_line.is_none() {
                row.fault(row.line, "role_arn", "is missing; method role needs it");
            }
            if let (Some((line, account)), Some(arn)) = (&account, &role_arn)
                && account != arn.account()
            {
                row.fault(*line, "account", "is not the account in role_arn; correct one of them");
            }
            role_arn.map(|arn| Method::Role { arn, external_id, external_id_next })
        }
        "profile" => {
            for (line, key) in [(role_line, "role_arn"), (external_line, "external_id")] {
                if let Some(line) = line {
                    row.fault(line, key, "belongs to method role; remove it, or write method = \"role\"");
                }
            }
            if !matches!(source, Some(Source::Profile(_))) && (source.is_some() || source_line.is_none()) {
                let line = source_line.unwrap_or(row.line);
                row.fault(line, "source", "method profile needs source = \"profile:NAME\"");
            }
            Some(Method::Profile)
        }
        _ => {
            let line = method_word.as_ref().map_or(row.line, |at| at.line);
            row.fault(
                line,
                "method",
                match word {
                    "sso" => {
                        "sso is not supported by this release yet; sign in with the AWS CLI and use method profile"
                    }
                    "app" => "app is not supported by this release yet",
                    _ => "is not known; write \"role\" or \"profile\"",
                },
            );
            None
        }
    };
    let duration = duration.and_then(|at| {
        let seconds = u32::try_from(at.value)
            .map_err(|_| Invalid::new("duration", "is not between 900 and 43200 seconds"))
            .and_then(Connection::valid_duration);
        seconds.map_err(|e| row.fault(at.line, "duration", e.reason())).ok()
    });
    row.finish();

    let mut c = Connection::new(id, name, method?, source.unwrap_or(Source::Env));
    c.account = c.account.or(account.map(|(_, a)| a));
    c.session_name = session_name.unwrap_or_default();
    c.source_identity = source_identity;
    c.duration = duration.unwrap_or(Connection::HOUR);
    c.mfa_serial = mfa_serial;
    c.regions = regions;
    c.group = group;
    c.read_only = read_only.unwrap_or(false);
    c.protected = protected.unwrap_or(false);
    c.probe_external_id = probe.unwrap_or(true);
    c.endpoint_url = endpoint_url;
    c.allow_insecure_endpoint = insecure.unwrap_or(false);
    Some(c)
}

/// A heading of the list: not empty, one line.
fn label(text: &str) -> Result<String, Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::new("group", "is empty").fix("leave it out"));
    }
    match text.chars().position(char::is_control) {
        Some(i) => Err(Invalid::new("group", "holds a control character").at(i + 1)),
        None => Ok(text.to_owned()),
    }
}

/// The outer form of an endpoint; whether it may be used is decided where calls are made.
fn endpoint(text: &str) -> Result<String, Invalid> {
    let uri = text.parse::<http::Uri>().ok();
    let known = uri.as_ref().and_then(http::Uri::scheme_str).is_some_and(|s| s == "https" || s == "http");
    let host = uri.as_ref().and_then(http::Uri::host).is_some_and(|h| !h.is_empty());
    if known && host {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new("endpoint", "is not a URL").fix("it looks like https://sts.example.com"))
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
