//! CloudFormation templates in YAML, to be deployed as they are.

use super::place::Hold;
use super::{Format, Place, Policy, PolicyError, Snippet};
use crate::text::quote;
use serde_json::{Map, Value, json};

/// A template with the role and its policies, or with a policy for what exists.
pub(super) fn render(snippet: &Snippet) -> Result<String, PolicyError> {
    let cannot = |why: String| PolicyError::NotInThisForm { format: Format::CloudFormation, why, instead: Format::Cli };
    let mut resources = Map::new();
    let mut outputs = Map::new();
    match &snippet.place {
        Place::Role(role) => {
            if let Some(trust) = &snippet.trust {
                let mut properties = Map::new();
                properties.insert("RoleName".into(), json!(role.name.as_str()));
                if role.path != "/" {
                    properties.insert("Path".into(), json!(role.path));
                }
                properties.insert("Description".into(), json!(trust.description()));
                if let Some(seconds) = trust.max_session {
                    properties.insert("MaxSessionDuration".into(), json!(seconds));
                }
                properties.insert("AssumeRolePolicyDocument".into(), trust.document.value());
                if !snippet.managed.is_empty() {
                    properties.insert("ManagedPolicyArns".into(), json!(snippet.managed));
                }
                if let Some(policy) = &snippet.policy {
                    snippet.place.hold(&policy.document)?;
                    properties.insert(
                        "Policies".into(),
                        json!([{ "PolicyName": policy.name, "PolicyDocument": policy.document.value() }]),
                    );
                }
                resources.insert("Role".into(), json!({ "Type": "AWS::IAM::Role", "Properties": properties }));
                outputs.insert("RoleArn".into(), json!({ "Value": { "Fn::GetAtt": ["Role", "Arn"] } }));
            } else if !snippet.managed.is_empty() {
                return Err(cannot(
                    "CloudFormation attaches AWS's managed policies only to a role that it makes, and without a connection or \
                     an ExternalId option there is no trust policy to make one with"
                        .to_owned(),
                ));
            } else if let Some(policy) = &snippet.policy {
                snippet.place.hold(&policy.document)?;
                resources.insert("Policy".into(), inline(policy, "Roles", role.name.as_str()));
            }
        }
        Place::User { name, .. } => {
            if let Some(policy) = &snippet.policy {
                let resource = match snippet.place.hold(&policy.document)? {
                    Hold::Inline => inline(policy, "Users", name),
                    Hold::Managed => json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": {
                        "ManagedPolicyName": policy.name,
                        "Users": [name],
                        "PolicyDocument": policy.document.value(),
                    }}),
                };
                resources.insert("Policy".into(), resource);
            }
        }
        Place::PermissionSet { name, .. } => {
            return Err(cannot(format!("CloudFormation cannot add to permission set {name}, which it did not make")));
        }
    }
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".into(), json!("2010-09-09"));
    template.insert("Description".into(), json!(format!("Cloudivize: {}", snippet.title)));
    template.insert("Resources".into(), Value::Object(resources));
    if !outputs.is_empty() {
        template.insert("Outputs".into(), Value::Object(outputs));
    }
    let mut out = String::new();
    block(&mut out, &Value::Object(template), 0);
    Ok(out)
}

/// An inline policy of a role or user that exists. The newer `AWS::IAM::RolePolicy` and `UserPolicy` do the same
/// and are known to fewer tools.
fn inline(policy: &Policy, member: &str, name: &str) -> Value {
    json!({ "Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": policy.name,
        member: [name],
        "PolicyDocument": policy.document.value(),
    }})
}

/// A stack of its own for each thing: deploying another template under the same name would delete the first.
pub(super) fn stack_name(snippet: &Snippet) -> String {
    let holder = match &snippet.place {
        Place::Role(role) => role.name.as_str(),
        Place::User { name, .. } | Place::PermissionSet { name, .. } => name,
    };
    let what = match (&snippet.trust, &snippet.policy) {
        (None, Some(policy)) => policy.name.as_str(),
        _ => "cloudivize",
    };
    // Letters, digits and dashes, at most 128 (CreateStack).
    let name: String =
        format!("{what}-{holder}").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    name.chars().take(128).collect()
}

/// Writes a mapping or sequence in block style, each line at `indent`.
fn block(out: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                out.push_str(&format!("{pad}{}:", scalar(key)));
                match value {
                    Value::Object(m) if !m.is_empty() => {
                        out.push('\n');
                        block(out, value, indent + 2);
                    }
                    Value::Array(a) if !a.is_empty() => {
                        out.push('\n');
                        block(out, value, indent + 2);
                    }
                    leaf => out.push_str(&format!(" {}\n", leaf_text(leaf))),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(_) | Value::Array(_) => {
                        // The item's first line stands behind the dash, the rest below it.
                        let mut inner = String::new();
                        block(&mut inner, item, indent + 2);
                        out.push_str(&format!("{pad}- {}", inner.trim_start()));
                    }
                    leaf => out.push_str(&format!("{pad}- {}\n", leaf_text(leaf))),
                }
            }
        }
        leaf => out.push_str(&format!("{pad}{}\n", leaf_text(leaf))),
    }
}

fn leaf_text(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Plain where every YAML reader takes it for text, quoted elsewhere.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-/:.".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { quote::yaml(text) }
}
