//! AWS CLI commands: one a line, or all in one line for CloudShell.

use super::place::Hold;
use super::{Kind, Place, Policy, PolicyError, RoleRef, Snippet, Trust};
use crate::domain::{AccountId, Partition};
use crate::text::quote;

/// One command a line, each complete in itself; a trust policy for a role that may exist and a permission set take a
/// short script.
pub(super) fn cli(snippet: &Snippet) -> Result<String, PolicyError> {
    if let Some(script) = permission_set(snippet)? {
        return Ok(format!("{}\n", script.join("\n")));
    }
    let mut lines = Vec::new();
    if let (Some(trust), Place::Role(role)) = (&snippet.trust, &snippet.place) {
        let create = create_role(role, trust);
        if snippet.kind == Kind::Trust {
            // Asked first, so that no other failure to make the role is taken for "it exists".
            let probe = get_role(role);
            lines.push(format!("if {probe} >/dev/null 2>&1; then"));
            lines.push(format!("  {}", update_trust(role, trust)));
            lines.extend(["else".to_owned(), format!("  {create}"), "fi".to_owned()]);
        } else {
            lines.push(create);
        }
    }
    for step in attach(snippet)? {
        match step {
            Step::Run(command) => lines.push(command),
            Step::Upsert { create, .. } => lines.push(create),
        }
    }
    Ok(format!("{}\n", lines.join("\n")))
}

/// One line that makes or brings up to date everything in the snippet, and refuses to run in another account.
pub(super) fn cloudshell(snippet: &Snippet) -> Result<String, PolicyError> {
    if let Some(script) = permission_set(snippet)? {
        return Ok(format!("{}\n", script.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ")));
    }
    let mut steps = Vec::new();
    if let (Some(trust), Place::Role(role)) = (&snippet.trust, &snippet.place) {
        let update = (snippet.kind == Kind::Trust).then(|| update_trust(role, trust));
        steps.push(upsert(&get_role(role), update.as_deref(), &create_role(role, trust)));
    }
    for step in attach(snippet)? {
        steps.push(match step {
            Step::Run(command) => command,
            Step::Upsert { probe, update, create } => upsert(&probe, Some(&update), &create),
        });
    }
    let done = match &snippet.place {
        Place::Role(role) => role.arn().unwrap_or_else(|| role.label()),
        place => place.label(),
    };
    steps.push(quote::shell_line(["echo", &format!("Done: {done}")]));
    let steps = steps.join(" && ");
    Ok(match snippet.place.account() {
        Some(account) => format!("{}\n", only_in(account, snippet.place.partition(), &steps)),
        None => format!("{steps}\n"),
    })
}

/// The commands that take everything away again: first what is attached, then the role if it was made.
pub(super) fn undo(snippet: &Snippet) -> Result<Vec<String>, PolicyError> {
    let partition = snippet.place.partition();
    let mut lines = Vec::new();
    match &snippet.place {
        Place::Role(role) => {
            let name = role.name.as_str();
            for arn in &snippet.managed {
                lines.push(iam(partition, &["detach-role-policy", "--role-name", name, "--policy-arn", arn]));
            }
            if let Some(policy) = &snippet.policy {
                lines.push(iam(partition, &["delete-role-policy", "--role-name", name, "--policy-name", &policy.name]));
            }
            if snippet.trust.is_some() {
                lines.push(iam(partition, &["delete-role", "--role-name", name]));
            }
        }
        Place::User { account, name, .. } => {
            if let Some(policy) = &snippet.policy {
                match snippet.place.hold(&policy.document)? {
                    Hold::Inline => lines.push(iam(
                        partition,
                        &["delete-user-policy", "--user-name", name, "--policy-name", &policy.name],
                    )),
                    Hold::Managed => {
                        let arn = managed_arn(partition, account, policy);
                        lines.push(iam(partition, &["detach-user-policy", "--user-name", name, "--policy-arn", &arn]));
                        lines.push(iam(partition, &["delete-policy", "--policy-arn", &arn]));
                    }
                }
            }
        }
        Place::PermissionSet { .. } => {}
    }
    Ok(lines)
}

/// One thing to do.
enum Step {
    /// May be repeated as it is.
    Run(String),
    /// Has to be made the first time and changed afterwards.
    Upsert { probe: String, update: String, create: String },
}

/// What attaches the snippet's policies to a role or user.
fn attach(snippet: &Snippet) -> Result<Vec<Step>, PolicyError> {
    let partition = snippet.place.partition();
    let mut steps = Vec::new();
    match &snippet.place {
        Place::Role(role) => {
            let name = role.name.as_str();
            if let Some(policy) = &snippet.policy {
                snippet.place.hold(&policy.document)?;
                let document = policy.document.min();
                steps.push(Step::Run(iam(
                    partition,
                    &[
                        "put-role-policy",
                        "--role-name",
                        name,
                        "--policy-name",
                        &policy.name,
                        "--policy-document",
                        &document,
                    ],
                )));
            }
            for arn in &snippet.managed {
                steps
                    .push(Step::Run(iam(partition, &["attach-role-policy", "--role-name", name, "--policy-arn", arn])));
            }
        }
        Place::User { account, name, .. } => {
            if let Some(policy) = &snippet.policy {
                let document = policy.document.min();
                match snippet.place.hold(&policy.document)? {
                    Hold::Inline => steps.push(Step::Run(iam(
                        partition,
                        &[
                            "put-user-policy",
                            "--user-name",
                            name,
                            "--policy-name",
                            &policy.name,
                            "--policy-document",
                            &document,
                        ],
                    ))),
                    Hold::Managed => {
                        let arn = managed_arn(partition, account, policy);
                        let version = ["create-policy-version", "--policy-arn", &arn, "--set-as-default"];
                        let document = ["--policy-document", &document];
                        steps.push(Step::Upsert {
                            probe: iam(partition, &["get-policy", "--policy-arn", &arn]),
                            update: iam(partition, &[&version[..], &document[..]].concat()),
                            create: iam(
                                partition,
                                &[&["create-policy", "--policy-name", &policy.name][..], &document[..]].concat(),
                            ),
                        });
                        steps.push(Step::Run(iam(
                            partition,
                            &["attach-user-policy", "--user-name", name, "--policy-arn", &arn],
                        )));
                    }
                }
            }
        }
        Place::PermissionSet { .. } => {}
    }
    Ok(steps)
}

fn managed_arn(partition: &Partition, account: &AccountId, policy: &Policy) -> String {
    format!("arn:{partition}:iam::{account}:policy/{}", policy.name)
}

fn get_role(role: &RoleRef) -> String {
    iam(&role.partition, &["get-role", "--role-name", role.name.as_str()])
}

fn create_role(role: &RoleRef, trust: &Trust) -> String {
    let document = trust.document.min();
    let description = trust.description();
    let seconds = trust.max_session.map(|s| s.to_string());
    let mut words = vec!["create-role", "--role-name", role.name.as_str()];
    if role.path != "/" {
        words.extend(["--path", &role.path]);
    }
    words.extend(["--description", &description]);
    if let Some(seconds) = &seconds {
        words.extend(["--max-session-duration", seconds]);
    }
    words.extend(["--assume-role-policy-document", &document]);
    iam(&role.partition, &words)
}

fn update_trust(role: &RoleRef, trust: &Trust) -> String {
    let document = trust.document.min();
    iam(
        &role.partition,
        &["update-assume-role-policy", "--role-name", role.name.as_str(), "--policy-document", &document],
    )
}

/// Makes what is not there; changes what is, where there is something to change. What a command
/// prints on success is dropped: the CLI would open a pager and wait for a key.
fn upsert(probe: &str, update: Option<&str>, create: &str) -> String {
    match update {
        Some(update) => {
            format!("if {probe} >/dev/null 2>&1; then {update} >/dev/null; else {create} >/dev/null; fi")
        }
        None => format!("{{ {probe} >/dev/null 2>&1 || {create} >/dev/null; }}"),
    }
}

/// Runs the steps only in one account.
fn only_in(account: &AccountId, partition: &Partition, steps: &str) -> String {
    let mut ask = vec!["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"];
    let region = region(partition);
    if let Some(region) = &region {
        ask.extend(["--region", region]);
    }
    let other = quote::shell(&format!("Nothing was done: this shell is not in account {account}."));
    format!("if [ \"$({})\" = {account} ]; then {steps}; else echo {other} >&2; false; fi", quote::shell_line(ask))
}

/// An `aws iam` command. Outside commercial AWS it names a region, without which the CLI asks
/// commercial AWS's endpoint.
fn iam(partition: &Partition, words: &[&str]) -> String {
    let region = region(partition);
    let mut all = vec!["aws", "iam"];
    all.extend(words);
    if let Some(region) = &region {
        all.extend(["--region", region]);
    }
    quote::shell_line(all)
}

fn region(partition: &Partition) -> Option<String> {
    match partition {
        Partition::Aws => None,
        other => other.default_region().map(|r| r.as_str().to_owned()),
    }
}

/// A script for a permission set's inline policy, whose ARNs only Identity Center knows. Each line
/// ends so that all may also stand in one. `None` for other places.
fn permission_set(snippet: &Snippet) -> Result<Option<Vec<String>>, PolicyError> {
    let (Place::PermissionSet { name, .. }, Some(policy)) = (&snippet.place, &snippet.policy) else {
        return Ok(None);
    };
    snippet.place.hold(&policy.document)?;
    let document = quote::shell(&policy.document.min());
    let taken = quote::shell(&format!(
        "Permission set {name} has an inline policy; add the statement there. Nothing was done."
    ));
    let absent = quote::shell(&format!("There is no permission set {name} here. Nothing was done."));
    let name = quote::shell(name);
    let both = r#"--instance-arn "$instance" --permission-set-arn "$set""#;
    Ok(Some(vec![
        "found=;".to_owned(),
        "instance=$(aws sso-admin list-instances --query 'Instances[0].InstanceArn' --output text) &&".to_owned(),
        r#"for set in $(aws sso-admin list-permission-sets --instance-arn "$instance" --query 'PermissionSets[]' --output text); do"#.to_owned(),
        format!(r#"  if [ "$(aws sso-admin describe-permission-set {both} --query PermissionSet.Name --output text)" = {name} ]; then found=$set; fi;"#),
        "done;".to_owned(),
        "set=$found;".to_owned(),
        format!(r#"if [ -z "$set" ]; then echo {absent} >&2; false;"#),
        format!(r#"elif [ "$(aws sso-admin get-inline-policy-for-permission-set {both} --query "length(InlinePolicy || '')" --output text)" != 0 ]; then echo {taken} >&2; false;"#),
        format!("else aws sso-admin put-inline-policy-to-permission-set {both} --inline-policy {document} &&"),
        format!("  aws sso-admin provision-permission-set {both} --target-type ALL_PROVISIONED_ACCOUNTS; fi"),
    ]))
}
