//! What a test found, in words for people: the same in tables, on screens and in messages.

use crate::domain::{Check, CheckError, ConnectionReport, Denial, ErrorClass, Mandatory, Status, Verdict};

/// The signs of states; state is always sign and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// Allowed.
    pub allowed: &'static str,
    /// Denied.
    pub denied: &'static str,
    /// Untested.
    pub untested: &'static str,
    /// Behind something that failed.
    pub not_reached: &'static str,
    /// Not applicable.
    pub not_applicable: &'static str,
    /// Under test.
    pub testing: &'static str,
    /// An ExternalId finding.
    pub finding: &'static str,
}

/// The signs with and without Unicode: `STATE_SYMBOLS[ascii as usize]`.
pub const STATE_SYMBOLS: [Symbols; 2] = [
    Symbols {
        allowed: "✓",
        denied: "✗",
        untested: "?",
        not_reached: "·",
        not_applicable: "–",
        testing: "◌",
        finding: "!",
    },
    Symbols {
        allowed: "+",
        denied: "x",
        untested: "?",
        not_reached: ".",
        not_applicable: "-",
        testing: "o",
        finding: "!",
    },
];

impl Symbols {
    /// The sign of one check.
    pub fn of(&self, check: &Check) -> &'static str {
        match check.verdict {
            Verdict::Allowed => self.allowed,
            Verdict::Denied => self.denied,
            Verdict::NotApplicable => self.not_applicable,
            Verdict::Untested if is_not_reached(check) => self.not_reached,
            Verdict::Untested => self.untested,
        }
    }
}

fn is_not_reached(check: &Check) -> bool {
    check.error.as_ref().is_some_and(|e| e.class == ErrorClass::NotReached)
}

/// Why a check came out as it did, in one line: the refusal's kind, the failure, or a remark.
pub fn why(check: &Check) -> String {
    match (&check.denial, &check.error, &check.advice) {
        (Some(denial), ..) => refusal(denial),
        (None, Some(error), _) => failure(error),
        (None, None, Some(remark)) => remark.clone(),
        (None, None, None) => String::new(),
    }
}

/// A refusal's reason, and the policy where AWS named it.
pub fn refusal(denial: &Denial) -> String {
    let what = reason(denial.reason);
    match &denial.policy_arn {
        Some(arn) => format!("{what} ({arn})"),
        None => what.to_owned(),
    }
}

/// A failure's class, its words, and the cloud's code where the words do not have it.
pub fn failure(error: &CheckError) -> String {
    match &error.code {
        Some(code) if !error.message.contains(code.as_str()) => {
            format!("{}: {} ({code})", error.class.word(), error.message)
        }
        _ => format!("{}: {}", error.class.word(), error.message),
    }
}

/// A refusal's kind in a person's words.
pub fn reason(reason: crate::domain::Reason) -> &'static str {
    use crate::domain::Reason as R;
    match reason {
        R::IdentityNoAllow => "no identity policy allows it",
        R::ExplicitDenyIdentity => "explicit deny in an identity policy",
        R::ScpNoAllow => "no service control policy allows it",
        R::ScpExplicitDeny => "explicit deny in a service control policy",
        R::RcpDeny => "denied by a resource control policy",
        R::PermissionsBoundaryNoAllow => "the permissions boundary does not allow it",
        R::PermissionsBoundaryExplicitDeny => "explicit deny in the permissions boundary",
        R::SessionPolicyNoAllow => "the session policy does not allow it",
        R::SessionPolicyExplicitDeny => "explicit deny in the session policy",
        R::ResourcePolicyNoAllow => "no resource policy allows it",
        R::ResourcePolicyExplicitDeny => "explicit deny in a resource policy",
        R::VpcEndpointPolicy => "a VPC endpoint's policy stands in the way",
        R::TrustOrCaller => "the role's trust policy or the caller's own policy does not allow it",
        R::EncodedOnly => "AWS gave only an encoded message",
        R::Unspecified => "AWS does not say which policy",
    }
}

/// A possible cause of a refused AssumeRole, by name.
pub fn cause(kind: crate::domain::CauseKind) -> &'static str {
    use crate::domain::CauseKind as C;
    match kind {
        C::CallerPolicy => "the caller's own policy",
        C::TrustPrincipal => "the trust policy's principal",
        C::ExternalId => "the ExternalId",
        C::RoleNameOrPath => "the role's name or path",
        C::Account => "the account",
        C::Partition => "the partition",
        C::Mfa => "MFA",
        C::SessionName => "the session name",
        C::SourceIdentity => "the source identity",
        C::ScpOrRcp => "an organization's policy",
        C::TooNew => "a role made a moment ago",
        C::Other => "another cause",
    }
}

/// What was ruled out of a refused AssumeRole, a line for each.
pub fn ruled_out(check: &Check) -> Vec<String> {
    let line = |c: &crate::domain::Cause| match c.compare.as_str() {
        "" => cause(c.cause).to_owned(),
        why => format!("{}: {why}", cause(c.cause)),
    };
    check.ruled_out.iter().map(line).collect()
}

/// Troubles of the network that several connections met alike, with how many did: to be said once, not once for each.
pub fn common_troubles(reports: &[ConnectionReport]) -> Vec<(&CheckError, usize)> {
    let mut met: Vec<(&CheckError, usize)> = Vec::new();
    for report in reports {
        let mut own: Vec<&CheckError> = Vec::new();
        for error in report.checks.iter().filter_map(|c| c.error.as_ref()) {
            if matches!(error.class, ErrorClass::Network | ErrorClass::Proxy) && !own.contains(&error) {
                own.push(error);
            }
        }
        for error in own {
            match met.iter_mut().find(|(e, _)| *e == error) {
                Some((_, count)) => *count += 1,
                None => met.push((error, 1)),
            }
        }
    }
    met.retain(|(_, count)| *count > 1);
    met
}

/// Everything of a connection that is not well, one line each; empty when all is.
pub fn findings(report: &ConnectionReport, symbols: &Symbols) -> Vec<String> {
    findings_beside(report, symbols, &[])
}

/// As [`findings`], but for the errors that were said already.
pub fn findings_beside(report: &ConnectionReport, symbols: &Symbols, said: &[&CheckError]) -> Vec<String> {
    let name = &report.name;
    // Said once: here, or by the check that stands before it.
    let silent = |c: &Check| is_not_reached(c) || c.error.as_ref().is_some_and(|e| said.contains(&e));
    let mut out = Vec::new();
    let not_well = |c: &&Check| matches!(c.verdict, Verdict::Denied | Verdict::Untested) && !silent(c);
    for check in report.checks.iter().filter(not_well) {
        let since = check.since.map(|t| format!(" since {}", t.short_local())).unwrap_or_default();
        out.push(format!(
            "{} {name}: {} {}{since}: {}",
            symbols.of(check),
            check.permission.action(),
            check.verdict.word(),
            why(check)
        ));
    }
    // The same account_mismatch or source stands on every check: once is enough.
    let mut troubled = report.checks.iter().filter(not_well);
    if let (Some(first), Status::Untested) = (troubled.next(), report.status())
        && troubled.all(|c| c.error == first.error)
        && out.len() > 1
    {
        out = vec![format!("{} {name}: untested: {}", symbols.untested, why(first))];
    }
    if report.external_id.is_finding() {
        out.push(format!("{} {name}: ExternalId {}", symbols.finding, report.external_id.word().replace('_', " ")));
    }
    out
}

/// What to do about each denial behind AssumeRole, most important first. What a refused AssumeRole
/// itself asks to compare stands in its causes.
pub fn action_lines(report: &ConnectionReport) -> Vec<String> {
    let behind = report.checks.iter().filter(|c| c.permission != Mandatory::AssumeRole && c.verdict == Verdict::Denied);
    behind.filter_map(|c| c.advice.as_ref().map(|advice| format!("{}: {advice}", c.permission.action()))).collect()
}
