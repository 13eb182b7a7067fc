//! `connection list` and `show`. An ExternalId is shown when asked for, and in the AWS CLI's
//! configuration, which does not work without it.

use crate::cli::args::{ListArgs, ListFormat, ShowArgs, ShowFormat};
use crate::cli::context::{Context, find};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::out::Out;
use crate::cli::out::Table;
use crate::domain::{Connection, Method, Source};
use crate::vault::{Contents, to_toml};
use serde_json::{Value, json};
use std::fmt::Write;

pub(super) fn list(context: &mut Context, args: &ListArgs, out: &mut Out) -> Outcome {
    let all = &context.connections()?;
    match args.format {
        ListFormat::Table if all.is_empty() => {}
        ListFormat::Table => {
            let mut table = Table::new(&["NAME", "ACCOUNT", "ROLE", "SOURCE", "GROUP", ""]);
            for c in all.iter() {
                table.plain(row(c, all));
            }
            out.table(&table)?;
        }
        ListFormat::Json => out.json(&Value::Array(all.iter().map(|c| value(c, all, false)).collect()))?,
        ListFormat::Jsonl => {
            for c in all.iter() {
                out.json_line(&value(c, all, false))?;
            }
        }
        ListFormat::Csv => {
            out.csv(&["name", "account", "role", "source", "group", "marks", "id"])?;
            for c in all.iter() {
                let mut fields = row(c, all).to_vec();
                fields.push(c.id.to_string());
                out.csv(&fields)?;
            }
        }
    }
    if all.is_empty() {
        out.note("The vault has no connections yet; add one with: cloudivize connection add");
    }
    Ok(Exit::Done)
}

/// Name, account, role (or method), source, group, marks.
fn row(c: &Connection, all: &[Connection]) -> [String; 6] {
    let role = c.role_arn().map_or_else(
        || format!("({})", c.method.word()),
        |r| format!("{}{}", r.path().trim_start_matches('/'), r.name()),
    );
    let mut marks = Vec::new();
    if matches!(c.method, Method::Role { .. }) && c.external_id().is_none() {
        marks.push("no ExternalId".to_owned());
    }
    if c.read_only {
        marks.push("read-only".to_owned());
    }
    if c.protected {
        marks.push("protected".to_owned());
    }
    if let Some(url) = &c.endpoint_url {
        marks.push(format!("endpoint {url}"));
    }
    [
        c.name.to_string(),
        c.account.as_ref().map_or_else(|| "not known yet".to_owned(), ToString::to_string),
        role,
        c.source.label(all),
        c.group.clone().unwrap_or_default(),
        marks.join(", "),
    ]
}

/// The connection as JSON, in the vault's words.
fn value(c: &Connection, all: &[Connection], reveal: bool) -> Value {
    let mut value = json!({
        "id": c.id,
        "name": c.name,
        "provider": "aws",
        "method": c.method.word(),
        "account": c.account,
        "role_arn": c.role_arn(),
        "has_external_id": c.external_id().is_some(),
        "source": c.source.label(all),
        "session_name": c.session_name,
        "source_identity": c.source_identity,
        "duration": c.duration,
        "mfa_serial": c.mfa_serial,
        "regions": c.regions,
        "group": c.group,
        "read_only": c.read_only,
        "protected": c.protected,
        "probe_external_id": c.probe_external_id,
        "endpoint_url": c.endpoint_url,
        "allow_insecure_endpoint": c.allow_insecure_endpoint,
    });
    if let (true, Some(object), Method::Role { external_id, external_id_next, .. }) =
        (reveal, value.as_object_mut(), &c.method)
    {
        object.insert("external_id".to_owned(), json!(external_id.as_ref().map(|e| e.expose())));
        object.insert("external_id_next".to_owned(), json!(external_id_next.as_ref().map(|e| e.expose())));
    }
    value
}

pub(super) fn show(context: &mut Context, args: &ShowArgs, out: &mut Out) -> Outcome {
    let all = &context.connections()?;
    let connection = find(all, &args.name)?;
    match args.format {
        ShowFormat::Toml => {
            let text = toml_of(connection, args.reveal)?;
            out.document(&text)?;
            if !args.reveal && connection.external_id().is_some() {
                out.note("The ExternalId is not shown; --reveal shows it.");
            }
        }
        ShowFormat::Json => out.json(&value(connection, all, args.reveal))?,
        ShowFormat::AwsConfig => {
            let mut text = String::new();
            let notes = aws_config(connection, all, &mut text)?;
            out.document(&text)?;
            for note in notes {
                out.note(&note);
            }
        }
    }
    Ok(Exit::Done)
}

/// The connection's table as it stands in the vault, so that `connection add -` takes it back.
fn toml_of(connection: &Connection, reveal: bool) -> Result<String, Failure> {
    let mut shown = connection.clone();
    if let (false, Method::Role { external_id, external_id_next, .. }) = (reveal, &mut shown.method) {
        *external_id = None;
        *external_id_next = None;
    }
    let alone = Contents { connections: vec![shown], ..Contents::new(Vec::new()) };
    let text =
        to_toml(&alone).map_err(|e| Failure::usage(format!("{} cannot be written as TOML: {e}", connection.name)))?;
    let begin = text.find("[[connection]]").unwrap_or(0);
    let text = &text[begin..];
    if reveal || connection.external_id().is_none() {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        let _ = writeln!(out, "{line}");
        if line.starts_with("role_arn =") {
            out.push_str("# external_id is not shown; --reveal shows it\n");
        }
    }
    Ok(out)
}

/// Profiles for the AWS CLI: this connection's and those it chains through. Gives what has to be said
/// beside them. (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html>)
fn aws_config(connection: &Connection, all: &[Connection], text: &mut String) -> Result<Vec<String>, Failure> {
    let Method::Role { arn, external_id, .. } = &connection.method else {
        return Err(Failure::usage(format!(
            "{} assumes no role: it is {} itself, which the AWS CLI knows already",
            connection.name,
            connection.source.text()
        )));
    };
    let mut notes = Vec::new();
    let mut above = None;
    let base = match &connection.source {
        Source::Profile(profile) => format!("source_profile = {profile}"),
        Source::Connection(id) => {
            let other = all.iter().find(|c| c.id == *id);
            let other =
                other.ok_or_else(|| Failure::usage(format!("the source of {} is not here", connection.name)))?;
            match (&other.method, &other.source) {
                (Method::Profile, Source::Profile(profile)) => format!("source_profile = {profile}"),
                _ => {
                    above = Some(other);
                    format!("source_profile = {}", profile_name(other))
                }
            }
        }
        Source::Env | Source::Sso(_) => {
            notes.push(
                "credential_source = Environment reads AWS_ACCESS_KEY_ID and its companions; where the credentials at hand \
                 come from an instance or a container, write Ec2InstanceMetadata or EcsContainer."
                    .to_owned(),
            );
            "credential_source = Environment".to_owned()
        }
    };
    let mut lines = vec![format!("[profile {}]", profile_name(connection)), format!("role_arn = {arn}"), base];
    lines.extend(external_id.as_ref().map(|e| format!("external_id = {}", e.expose())));
    lines.push(format!("role_session_name = {}", connection.session_name));
    lines.push(format!("duration_seconds = {}", connection.duration));
    lines.extend(connection.mfa_serial.as_ref().map(|m| format!("mfa_serial = {m}")));
    lines.extend(connection.regions.first().map(|r| format!("region = {r}")));
    lines.extend(connection.endpoint_url.as_ref().map(|u| format!("endpoint_url = {u}")));
    if connection.source_identity.is_some() {
        notes.push("The AWS CLI's configuration knows no source identity, which this connection sends.".to_owned());
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}", lines.join("\n"));
    if let Some(other) = above {
        notes.extend(aws_config(other, all, text)?);
    }
    notes.dedup();
    Ok(notes)
}

/// The connection's name; another one where the profile that it stands on is called the same.
fn profile_name(connection: &Connection) -> String {
    match &connection.source {
        Source::Profile(profile) if profile.as_str() == connection.name.as_str() => format!("{}-role", connection.name),
        _ => connection.name.to_string(),
    }
}
