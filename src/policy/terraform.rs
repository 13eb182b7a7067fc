//! Terraform resources, for a configuration whose AWS provider acts in the right account.

use super::place::Hold;
use super::{Place, PolicyError, Snippet};
use crate::text::quote;
use serde_json::Value;

/// The resources, ready for `terraform fmt` to find nothing to do.
pub(super) fn render(snippet: &Snippet) -> Result<String, PolicyError> {
    let mut blocks = Vec::new();
    match &snippet.place {
        Place::Role(role) => {
            let mut role_name = quote::hcl(role.name.as_str());
            if let Some(trust) = &snippet.trust {
                let mut arguments = vec![("name", role_name)];
                if role.path != "/" {
                    arguments.push(("path", quote::hcl(&role.path)));
                }
                arguments.push(("description", quote::hcl(&trust.description())));
                if let Some(seconds) = trust.max_session {
                    arguments.push(("max_session_duration", seconds.to_string()));
                }
                arguments.push(("assume_role_policy", jsonencode(&trust.document.value())));
                blocks.push(block("resource \"aws_iam_role\" \"cloudivize\"", &arguments));
                role_name = "aws_iam_role.cloudivize.name".to_owned();
            }
            if let Some(policy) = &snippet.policy {
                snippet.place.hold(&policy.document)?;
                blocks.push(block(
                    &format!("resource \"aws_iam_role_policy\" {}", quote::hcl(&label(&policy.name))),
                    &[
                        ("name", quote::hcl(&policy.name)),
                        ("role", role_name.clone()),
                        ("policy", jsonencode(&policy.document.value())),
                    ],
                ));
            }
            for arn in &snippet.managed {
                let name = arn.rsplit('/').next().unwrap_or_default();
                blocks.push(block(
                    &format!("resource \"aws_iam_role_policy_attachment\" {}", quote::hcl(&label(name))),
                    &[("role", role_name.clone()), ("policy_arn", quote::hcl(arn))],
                ));
            }
        }
        Place::User { name, .. } => {
            if let Some(policy) = &snippet.policy {
                let label = label(&policy.name);
                let document = jsonencode(&policy.document.value());
                match snippet.place.hold(&policy.document)? {
                    Hold::Inline => blocks.push(block(
                        &format!("resource \"aws_iam_user_policy\" \"{label}\""),
                        &[("name", quote::hcl(&policy.name)), ("user", quote::hcl(name)), ("policy", document)],
                    )),
                    Hold::Managed => {
                        blocks.push(block(
                            &format!("resource \"aws_iam_policy\" \"{label}\""),
                            &[("name", quote::hcl(&policy.name)), ("policy", document)],
                        ));
                        blocks.push(block(
                            &format!("resource \"aws_iam_user_policy_attachment\" \"{label}\""),
                            &[("user", quote::hcl(name)), ("policy_arn", format!("aws_iam_policy.{label}.arn"))],
                        ));
                    }
                }
            }
        }
        Place::PermissionSet { name, .. } => {
            if let Some(policy) = &snippet.policy {
                snippet.place.hold(&policy.document)?;
                blocks.push("data \"aws_ssoadmin_instances\" \"here\" {}\n".to_owned());
                let instance = "tolist(data.aws_ssoadmin_instances.here.arns)[0]".to_owned();
                blocks.push(block(
                    "data \"aws_ssoadmin_permission_set\" \"caller\"",
                    &[("instance_arn", instance.clone()), ("name", quote::hcl(name))],
                ));
                blocks.push(block(
                    "resource \"aws_ssoadmin_permission_set_inline_policy\" \"caller\"",
                    &[
                        ("instance_arn", instance),
                        ("permission_set_arn", "data.aws_ssoadmin_permission_set.caller.arn".to_owned()),
                        ("inline_policy", jsonencode(&policy.document.value())),
                    ],
                ));
            }
        }
    }
    Ok(blocks.join("\n"))
}

/// A block with aligned arguments, as `terraform fmt` writes it.
fn block(head: &str, arguments: &[(&str, String)]) -> String {
    let mut out = format!("{head} {{\n");
    // A value over several lines ends a group of aligned arguments, itself not aligned.
    let single = |value: &String| !value.contains('\n');
    let widest = arguments.iter().filter(|(_, v)| single(v)).map(|(k, _)| k.len()).max().unwrap_or(0);
    for (key, value) in arguments {
        let width = if single(value) { widest } else { key.len() };
        out.push_str(&format!("  {key:width$} = {value}\n"));
    }
    out.push_str("}\n");
    out
}

/// A policy's name as a resource label.
fn label(name: &str) -> String {
    let mut out = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            out.push('_');
        }
        after_small = c.is_ascii_lowercase();
        out.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    out
}

fn jsonencode(value: &Value) -> String {
    let mut out = "jsonencode(".to_owned();
    write(&mut out, value, 2);
    out.push(')');
    out
}

/// A value as an HCL expression whose closing bracket stands at `indent`.
fn write(out: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent + 2);
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().map(|k| key(k)).collect();
            let single = |v: &Value| !v.is_object() && !v.is_array();
            out.push_str("{\n");
            for (i, (k, v)) in keys.iter().zip(map.values()).enumerate() {
                // Arguments are aligned in runs of single-line values.
                let width = if single(v) { run(&keys, map.values().map(single), i) } else { k.len() };
                out.push_str(&format!("{pad}{k:width$} = "));
                write(out, v, indent + 2);
                out.push('\n');
            }
            out.push_str(&format!("{}}}", " ".repeat(indent)));
        }
        Value::Array(items) => {
            out.push_str("[\n");
            for item in items {
                out.push_str(&pad);
                write(out, item, indent + 2);
                out.push_str(",\n");
            }
            out.push_str(&format!("{}]", " ".repeat(indent)));
        }
        Value::String(text) => out.push_str(&quote::hcl(text)),
        other => out.push_str(&other.to_string()),
    }
}

/// The widest key in the run of single-line members around `at`.
fn run(keys: &[String], single: impl Iterator<Item = bool>, at: usize) -> usize {
    let single: Vec<bool> = single.collect();
    let start = (0..at).rev().take_while(|i| single[*i]).last().unwrap_or(at);
    let end = (at..keys.len()).take_while(|i| single[*i]).last().unwrap_or(at);
    keys[start..=end].iter().map(String::len).max().unwrap_or(0)
}

/// A member's name: bare when it is an identifier.
fn key(name: &str) -> String {
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        name.to_owned()
    } else {
        quote::hcl(name)
    }
}
