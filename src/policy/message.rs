//! One page of plain text for the person who owns the role, to be sent by mail or chat.

use super::{Kind, Place, Policy, PolicyError, Snippet, Trust, shell};
use crate::domain::Mandatory;
use crate::text::Page;

/// The page: who asks, why, what to do, what it allows and what not, the policies, how to check and undo.
pub(super) fn render(snippet: &Snippet) -> Result<String, PolicyError> {
    let mut page = Page::default();
    page.verbatim(&format!("Subject: {}\n", subject(snippet)));
    page.gap();
    page.prose(&intro(snippet));

    page.head("What to do");
    match &snippet.place {
        Place::PermissionSet { name, .. } => {
            page.prose(&format!(
                "In the account where IAM Identity Center is managed, open permission set {name} and add the statement below \
                 to its inline policy, then apply the set to its accounts. If the set has no inline policy yet, this line in \
                 CloudShell does both:"
            ));
        }
        place => {
            let account = place.account().map_or_else(|| "that account".to_owned(), |a| format!("account {a}"));
            page.prose(&format!(
                "In {account}, as somebody who may change IAM, open CloudShell and paste this one line. {} It may be repeated.",
                effect(snippet)
            ));
        }
    }
    page.gap();
    page.verbatim(&shell::cloudshell(snippet)?);

    page.head("What it allows");
    allows(snippet, &mut page);
    page.head("What it does not allow");
    page.prose(denies(snippet));
    for note in &snippet.notes {
        page.gap();
        page.prose(&format!("Note: {note}"));
    }

    if let Some(trust) = &snippet.trust {
        page.head("The trust policy");
        page.verbatim(&trust.document.json());
    }
    if let Some(Policy { name, document }) = &snippet.policy {
        page.head(&format!("The policy {name}"));
        page.verbatim(&document.json());
    }
    for arn in &snippet.managed {
        page.head("AWS's managed policy");
        page.verbatim(&format!("{arn}\n"));
    }

    page.head("How to check");
    page.prose(check(snippet));
    page.head("How to undo");
    let undo = shell::undo(snippet)?;
    if undo.is_empty() {
        page.prose("Remove the statement from the inline policy and apply the permission set again.");
    } else {
        page.prose(if snippet.trust.is_some() {
            "These commands take the policies and the role away. Open sessions lose their permissions with them."
        } else {
            "This takes away again what was added."
        });
        page.gap();
        page.verbatim(&format!("{}\n", undo.join("\n")));
    }
    Ok(page.text())
}

fn subject(snippet: &Snippet) -> String {
    match (snippet.kind, snippet.place.account()) {
        (Kind::Caller, _) => format!("Let {} assume roles for Cloudivize", snippet.place.label()),
        (Kind::Missing, _) => format!("Missing permissions of {}, for Cloudivize", snippet.place.label()),
        (Kind::ReadKinds | Kind::TagKinds, _) => format!("{}, by Cloudivize", snippet.title),
        (_, Some(account)) => format!("Access to account {account} for Cloudivize"),
        (_, None) => format!("Permissions of {}, for Cloudivize", snippet.place.label()),
    }
}

fn intro(snippet: &Snippet) -> String {
    const TOOL: &str = "Cloudivize, a terminal program that shows AWS accounts and says which permissions are missing";
    let who = match &snippet.trust {
        Some(Trust { asker: Some(arn), .. }) => format!("{arn} asks"),
        Some(Trust { account, .. }) => format!("Account {account} asks"),
        None => "I ask".to_owned(),
    };
    match (snippet.kind, &snippet.trust) {
        (Kind::Caller, _) => format!(
            "{TOOL}, reaches other accounts by assuming a role in each, with short sessions and no stored keys. For that {} \
             has to be allowed to assume the roles below. Each role's own trust policy has to let it in as well; that is \
             asked of the roles' owners.",
            snippet.place.label()
        ),
        (Kind::Missing, _) => format!(
            "{TOOL}, tested the access of {} and was refused what stands below. I ask you to allow it.",
            snippet.place.label()
        ),
        (_, Some(trust)) => format!(
            "{who} for access through {}. The program is {TOOL}. It stores no access keys: it assumes the role for short \
             sessions, and your CloudTrail shows every call under the session name {}.",
            snippet.place.label(),
            trust.session_name
        ),
        _ => format!(
            "{who} for permissions on {}. They are for {TOOL}. It stores no access keys: it assumes the role for short \
             sessions, and your CloudTrail shows every call.",
            snippet.place.label()
        ),
    }
}

/// What the line does, as a sentence.
fn effect(snippet: &Snippet) -> String {
    match (&snippet.place, snippet.kind, snippet.trust.is_some()) {
        (Place::Role(role), Kind::Trust, _) => format!(
            "It makes role {} with the trust policy and the permissions below; if the role exists, its trust policy is \
             replaced and its other policies stay.",
            role.name
        ),
        (Place::Role(role), _, true) => format!(
            "It makes role {} with the policies below; if the role exists, it gets the permissions and keeps its trust policy.",
            role.name
        ),
        (place, _, _) => format!("It adds the policy below to {} and changes nothing else.", place.label()),
    }
}

fn allows(snippet: &Snippet, page: &mut Page) {
    if let Some(trust) = &snippet.trust {
        let who = match (&trust.asker, trust.narrow) {
            (Some(arn), true) => format!("{arn} alone"),
            _ => format!("users and roles of account {} whom that account allows it", trust.account),
        };
        let with = if trust.external_id { ", with the ExternalId below only" } else { "" };
        page.item(&format!("Assuming the role: {who}{with}."));
    }
    if snippet.kind == Kind::Caller {
        let statements = snippet.json.statements.iter();
        for role in statements.flat_map(|s| &s.resource) {
            page.item(&format!("sts:AssumeRole on {role}"));
        }
        return;
    }
    match snippet.kind {
        Kind::Full => page.item("Everything, on everything (AdministratorAccess)."),
        Kind::Read => page.item("Reading nearly everything in the account (ReadOnlyAccess)."),
        _ => {}
    }
    if matches!(snippet.kind, Kind::ReadKinds | Kind::TagKinds) {
        for statement in &snippet.json.statements {
            let on = match statement.resource.as_slice() {
                [all] if all == "*" => String::new(),
                some => format!(" on {}", some.join(", ")),
            };
            statement.action.iter().for_each(|action| page.item(&format!("{action}{on}")));
        }
    }
    let actions = snippet.policy.iter().flat_map(|p| &p.document.statements).flat_map(|s| &s.action);
    for permission in actions.filter_map(|a| Mandatory::from_action(a)) {
        page.item(&format!("{}: {}", permission.action(), permission.purpose()));
    }
}

fn denies(snippet: &Snippet) -> &'static str {
    match snippet.kind {
        Kind::Caller => "No other role, and nothing in the caller's own account.",
        Kind::Full => "Nothing is held back, except what policies above the account forbid.",
        Kind::Read => "No change of anything, and no look at the values in Secrets Manager.",
        Kind::ReadKinds => "No change of anything, and no look at anything else.",
        Kind::TagKinds => "No change of anything but tags, and no look at anything.",
        Kind::Missing => {
            "Nothing else is added: no change of anything, no look at servers, data, logs, users or bills."
        }
        Kind::Trust | Kind::Mandatory => {
            "No change of anything; no look at servers, data, logs, users or bills. Assets stay invisible until you allow \
             reading them."
        }
    }
}

fn check(snippet: &Snippet) -> &'static str {
    match snippet.kind {
        Kind::Caller => "I test it with: cloudivize check. Each role that lets the caller in is then shown as allowed.",
        Kind::Trust | Kind::Read | Kind::Mandatory if snippet.trust.is_some() => {
            "I test it with: cloudivize check. Your CloudTrail then shows one AssumeRole event, and one event for each of \
             the permissions above. A new role takes up to a minute to work everywhere."
        }
        Kind::ReadKinds | Kind::TagKinds => {
            "I see it at once. A change of a policy takes up to a minute to work everywhere."
        }
        _ => "I test it with: cloudivize check. A change of a policy takes up to a minute to work everywhere.",
    }
}
