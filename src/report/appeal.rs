//! One page for whoever manages the policy that forbids something: for refusals that no policy of the role mends.

use super::words::reason;
use crate::domain::{Check, Connection, ConnectionReport, Denial, Mandatory, Reason, Verdict};
use crate::text::{Page, line};

/// The page; `None` when nothing is refused from elsewhere. A refused `sts:AssumeRole` is the trust policy's and the
/// caller's matter, unless AWS names another policy.
pub fn appeal(connection: &Connection, report: &ConnectionReport) -> Option<String> {
    let refused: Vec<(&Check, &Denial)> = report
        .checks
        .iter()
        .filter(|c| c.verdict == Verdict::Denied)
        .filter_map(|c| Some((c, c.denial.as_ref()?)))
        .filter(|(c, d)| match c.permission {
            Mandatory::AssumeRole => d.reason != Reason::TrustOrCaller && !d.allow_may_help(),
            _ => !d.allow_may_help(),
        })
        .collect();
    if refused.is_empty() {
        return None;
    }
    let account = report.account.as_ref().map_or_else(|| "the account".to_owned(), |a| format!("account {a}"));
    let who = match (&report.session_identity, connection.role_arn(), &report.base_identity) {
        (Some(session), ..) => session.clone(),
        (None, Some(role), _) => role.to_string(),
        (None, None, Some(base)) => base.arn.clone(),
        (None, None, None) => connection.name.to_string(),
    };
    let mut page = Page::default();
    page.verbatim(&format!("Subject: Refused in {account} from above, for Cloudivize\n"));
    page.gap();
    page.prose(&format!(
        "Cloudivize, a terminal program that shows AWS accounts and says which permissions are missing, tested the access \
         of {who} and was refused what stands below. A policy of its own cannot allow it: another policy forbids it, and \
         that one wins. I ask whoever manages that policy to let it through."
    ));
    page.head("What was refused");
    for (check, denial) in &refused {
        page.item(&format!("{}: {}", check.permission.action(), check.permission.purpose()));
        page.below(&format!("{}.", capital(reason(denial.reason))));
        if let Some(arn) = &denial.policy_arn {
            page.below(arn);
        }
        if let Some(since) = check.since {
            page.below(&format!("Seen so since {}.", since.rfc3339()));
        }
    }
    page.head("What would help");
    let mut said: Vec<&str> = Vec::new();
    for (_, denial) in &refused {
        let help = help(denial.reason);
        if !said.contains(&help) {
            said.push(help);
            page.item(help);
        }
    }
    page.head("What is not seen until then");
    for (check, _) in &refused {
        page.item(&format!("{}: {}", check.permission.action(), check.permission.consequence()));
    }
    page.head("AWS's own words");
    for (check, denial) in &refused {
        page.item(&line(&denial.message));
        let place = check.region.as_ref().map(|r| format!("region {r}"));
        let request = check.request_id.as_ref().map(|id| format!("request id {}", line(id)));
        let at = format!("asked {}", report.at.rfc3339());
        let rest: Vec<String> = [Some(at), place, request].into_iter().flatten().collect();
        page.below(&rest.join(", "));
    }
    page.head("How to check");
    page.prose("I test it with: cloudivize check. A change of a policy takes up to a minute to work everywhere.");
    Some(page.text())
}

/// Who can mend a refusal, and how.
fn help(reason: Reason) -> &'static str {
    match reason {
        Reason::ScpNoAllow | Reason::ScpExplicitDeny => {
            "In the organization's management account, or where policies are delegated: allow the action in the service \
             control policy, or exempt the role from its Deny (a condition on aws:PrincipalArn)."
        }
        Reason::RcpDeny => {
            "In the organization's management account, or where policies are delegated: exempt the role from the resource \
             control policy's Deny."
        }
        Reason::PermissionsBoundaryNoAllow | Reason::PermissionsBoundaryExplicitDeny => {
            "Whoever made the role with a permissions boundary: allow the action in the boundary policy. The role's own \
             policies never exceed it."
        }
        Reason::SessionPolicyNoAllow | Reason::SessionPolicyExplicitDeny => {
            "Whoever makes the session: it carries a session policy that is narrower than the role. Allow the action \
             there, or make the session without one."
        }
        Reason::ResourcePolicyNoAllow | Reason::ResourcePolicyExplicitDeny => {
            "Whoever owns the resource: allow the action in the policy on the resource."
        }
        Reason::VpcEndpointPolicy => {
            "Whoever runs the network: allow the action in the policy of the VPC endpoint that the requests go through, or \
             let them go around it."
        }
        Reason::ExplicitDenyIdentity => {
            "Whoever owns the role: a policy on it, or on a group, denies the action outright. Remove the Deny, or narrow \
             it; no Allow wins against it."
        }
        Reason::IdentityNoAllow | Reason::TrustOrCaller | Reason::EncodedOnly | Reason::Unspecified => {
            "AWS does not name the policy. Whoever may read CloudTrail in the account finds the event by its request id."
        }
    }
}

/// With a capital at its begin.
fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
