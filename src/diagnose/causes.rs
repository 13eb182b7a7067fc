//! Why `sts:AssumeRole` may have been refused. AWS words five causes alike, so the list is ordered, each with the
//! values to compare, and says what was ruled out and by what.

use crate::domain::{
    BaseIdentity, Cause, CauseKind, Denial, ExternalIdFinding, PolicyType, RoleArn, SessionName, Timestamp,
};

/// What is known about a refused AssumeRole. The ExternalId itself is not in it.
#[derive(Debug, Clone)]
pub struct AssumeFacts<'a> {
    /// The refusal.
    pub denial: &'a Denial,
    /// The role that was asked for.
    pub role: &'a RoleArn,
    /// Who asked, when that is known.
    pub base: Option<&'a BaseIdentity>,
    /// Whether an ExternalId was sent.
    pub external_id_sent: bool,
    /// What the ExternalId probe found, if one ran after the refusal.
    pub external_id: ExternalIdFinding,
    /// The session name that was sent.
    pub session_name: &'a SessionName,
    /// The source identity that was sent.
    pub source_identity: Option<&'a SessionName>,
    /// Whether the call carried an MFA serial number and code.
    pub mfa: bool,
    /// When the very same values were last accepted.
    pub worked_until: Option<Timestamp>,
}

/// What remains, most likely first, and what was ruled out with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Causes {
    /// Possible causes, each with the values to compare.
    pub remaining: Vec<Cause>,
    /// Causes that cannot be it, each with why.
    pub ruled_out: Vec<Cause>,
}

impl Causes {
    fn keep(&mut self, cause: CauseKind, compare: impl AsRef<str>) {
        self.remaining.push(made(cause, compare));
    }

    fn drop(&mut self, cause: CauseKind, why: impl AsRef<str>) {
        self.ruled_out.push(made(cause, why));
    }
}

fn made(cause: CauseKind, compare: impl AsRef<str>) -> Cause {
    Cause { cause, compare: crate::text::line(compare.as_ref()).into_owned() }
}

/// The causes of one refused AssumeRole.
pub fn assume_role_causes(facts: &AssumeFacts<'_>) -> Causes {
    let mut out = Causes::default();
    if let Some(cause) = root_user(facts) {
        out.remaining.push(cause);
        return out;
    }
    if let Some(base) = facts.base
        && base.partition != *facts.role.partition()
    {
        // Partitions share nothing: no other cause matters (IAM User Guide, AWS GovCloud and China).
        out.keep(
            CauseKind::Partition,
            format!(
                "role in {}, caller in {}: a role trusts callers of its own partition only; give this connection a source in {}",
                facts.role.partition(),
                base.partition,
                facts.role.partition()
            ),
        );
        return out;
    }
    if facts.base.is_some() {
        out.drop(CauseKind::Partition, format!("role and caller are both in {}", facts.role.partition()));
    }
    if let Some(cause) = said_plainly(facts) {
        out.remaining.push(cause);
        return out;
    }
    match facts.denial.policy_type {
        Some(PolicyType::Identity | PolicyType::Boundary | PolicyType::Session) => {
            caller_only(facts, &mut out);
            return out;
        }
        Some(PolicyType::Scp | PolicyType::Rcp) => {
            organization_only(facts, &mut out);
            return out;
        }
        Some(PolicyType::VpcEndpoint) => {
            out.keep(
                CauseKind::Other,
                format!(
                    "AWS names a VPC endpoint's policy: whoever manages this network must let sts:AssumeRole pass there. \
                     {UNKNOWN_UNTIL}"
                ),
            );
            return out;
        }
        Some(PolicyType::RoleTrust | PolicyType::Resource) | None => {}
    }
    undecided(facts, &mut out);
    out
}

/// Refusals whose own words name the one cause.
fn said_plainly(facts: &AssumeFacts<'_>) -> Option<Cause> {
    let low = facts.denial.message.to_ascii_lowercase();
    if low.contains("multifactorauthentication failed") {
        return Some(made(
            CauseKind::Mfa,
            "AWS names MFA: compare the serial number in this connection with the device in IAM, and wait for the next code",
        ));
    }
    None
}

/// AWS lets no root user assume a role, whatever the policies say.
fn root_user(facts: &AssumeFacts<'_>) -> Option<Cause> {
    let arn = facts.base.map(|b| b.arn.as_str()).or(facts.denial.principal.as_deref()).unwrap_or_default();
    let said = facts.denial.message.to_ascii_lowercase().contains("may not be assumed by root");
    let root = arn.contains(":iam:") && arn.ends_with(":root");
    let who = if root { format!(" ({arn})") } else { String::new() };
    (root || said).then(|| {
        made(
            CauseKind::Other,
            format!(
                "the caller is an account's root user{who}, and AWS lets no root user assume a role: give this connection \
                 the credentials of a user or role as its source"
            ),
        )
    })
}

/// AWS stops at the first policy that refuses, so that its name proves nothing about the others.
const UNKNOWN_UNTIL: &str = "Whether the role's side lets the caller in is not known until this is mended";

/// The text names the caller's own side.
fn caller_only(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let what = match facts.denial.policy_type {
        Some(PolicyType::Boundary) => "the caller's permissions boundary",
        Some(PolicyType::Session) => "the policy of the caller's session",
        _ => "the caller's own policy",
    };
    let deny = facts.denial.policy_arn.as_deref().map(|arn| format!(" ({arn})")).unwrap_or_default();
    let verb = if facts.denial.explicit { "denies" } else { "does not allow" };
    out.keep(
        CauseKind::CallerPolicy,
        format!(
            "AWS names it: {what}{deny} {verb} sts:AssumeRole on {}; caller {}. {UNKNOWN_UNTIL}",
            facts.role,
            caller(facts)
        ),
    );
}

/// The text names an organization's policy.
fn organization_only(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let arn = facts.denial.policy_arn.as_deref().map(|arn| format!(" {arn}")).unwrap_or_default();
    let (kind, whose) = match facts.denial.policy_type {
        Some(PolicyType::Rcp) => ("resource control policy", format!("the role's account {}", facts.role.account())),
        _ => (
            "service control policy",
            facts
                .base
                .map_or_else(|| "the caller's account".to_owned(), |b| format!("the caller's account {}", b.account)),
        ),
    };
    out.keep(
        CauseKind::ScpOrRcp,
        format!(
            "AWS names it: {kind}{arn}, set by the organization of {whose}; only its management account can change it. \
             {UNKNOWN_UNTIL}"
        ),
    );
}

/// One message, many causes.
fn undecided(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let trust_named = facts.denial.policy_type.is_some();
    if let Some(when) = facts.worked_until {
        out.keep(
            CauseKind::Other,
            format!(
                "worked until at least {} with these same values: not a typing error; something changed on the role's or the \
                 organization's side since then",
                when.short_local()
            ),
        );
    }
    if facts.external_id == ExternalIdFinding::Contradicts {
        out.keep(
            CauseKind::ExternalId,
            "AWS accepts this caller without an ExternalId and refuses the one in this connection: the trust policy has \
             another value (e shows ours; compare it with sts:ExternalId in the role's trust policy)",
        );
        for (cause, name) in [
            (CauseKind::TrustPrincipal, "principal"),
            (CauseKind::CallerPolicy, "caller's policy"),
            (CauseKind::RoleNameOrPath, "role's name"),
            (CauseKind::Account, "account"),
            (CauseKind::ScpOrRcp, "organization's policies"),
        ] {
            out.drop(cause, format!("the same call without an ExternalId was accepted: the {name} is not it"));
        }
        return;
    }
    trust_principal(facts, out);
    external_id(facts, out);
    role_name(facts, out, trust_named);
    if !trust_named {
        caller_policy(facts, out);
        out.keep(
            CauseKind::ScpOrRcp,
            "an organization's policy may forbid it (service control policy of the caller's, resource control policy of the \
             role's); callers of another organization are not told. Another region that works points here",
        );
    }
    conditions(facts, out);
    if facts.worked_until.is_none() {
        out.keep(
            CauseKind::TooNew,
            "a role or policy made in the last minutes is not known everywhere yet: test again in a minute",
        );
    }
}

fn trust_principal(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let Some(base) = facts.base else {
        out.keep(
            CauseKind::TrustPrincipal,
            "the trust policy must name the caller, who is not known here: aws sts get-caller-identity",
        );
        return;
    };
    let root = format!("arn:{}:iam::{}:root", base.partition, base.account);
    let own = match caller_role(&base.arn) {
        Some(role) => format!("the ARN of the caller's role {role}, with its path); the caller is {}", base.arn),
        None => format!("the caller's own ARN {})", base.arn),
    };
    out.keep(CauseKind::TrustPrincipal, format!("the trust policy must name {root} (or {own}"));
}

fn external_id(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let typing = facts.worked_until.is_some();
    match (facts.external_id_sent, typing) {
        (true, true) => out.keep(
            CauseKind::ExternalId,
            "sts:ExternalId in the trust policy may have been changed; ours is unchanged (cloudivize connection show --reveal prints it)",
        ),
        (true, false) => out.keep(
            CauseKind::ExternalId,
            "sts:ExternalId in the trust policy must be exactly the one in this connection (cloudivize connection show --reveal prints it): upper and lower case, \
             blanks and cut-off ends count",
        ),
        (false, _) => out.keep(
            CauseKind::ExternalId,
            "this connection sends none: if the trust policy has a condition on sts:ExternalId, enter that value here",
        ),
    }
}

fn role_name(facts: &AssumeFacts<'_>, out: &mut Causes, trust_named: bool) {
    let role = facts.role;
    if trust_named {
        out.drop(CauseKind::RoleNameOrPath, "AWS found the role: it names its trust policy");
        out.drop(CauseKind::Account, "AWS found the role: it names its trust policy");
        return;
    }
    if facts.worked_until.is_some() {
        out.drop(CauseKind::Account, "the same values worked before");
        out.keep(
            CauseKind::RoleNameOrPath,
            format!("does {role} still exist? A role made anew needs its trust policy and ExternalId again"),
        );
        return;
    }
    let path = if role.path() == "/" {
        format!(
            "no path was given: if the role has one, its ARN is …:role/PATH/{}, and AWS refuses the short form in these same words",
            role.name()
        )
    } else {
        format!("the path {} must be the role's own", role.path())
    };
    out.keep(
        CauseKind::RoleNameOrPath,
        format!("{role} must be the ARN that IAM shows for the role, letter by letter (case counts); {path}"),
    );
    let same = facts.base.filter(|b| b.account == *role.account());
    match same {
        Some(base) => out.drop(CauseKind::Account, format!("role and caller are both in account {}", base.account)),
        None => out.keep(
            CauseKind::Account,
            format!("{} must be the account that owns the role (12 digits, leading zeros kept)", role.account()),
        ),
    }
}

fn caller_policy(facts: &AssumeFacts<'_>, out: &mut Causes) {
    let same = facts.base.is_some_and(|b| b.account == *facts.role.account());
    let note = if same {
        "in the same account it is enough if the trust policy names the caller itself; with …:root both sides must allow it"
    } else {
        "across accounts both sides must allow it; AWS often does not say so when this is missing"
    };
    out.keep(
        CauseKind::CallerPolicy,
        format!("a policy of {} must allow sts:AssumeRole on {}: {note}", caller(facts), facts.role),
    );
}

fn conditions(facts: &AssumeFacts<'_>, out: &mut Causes) {
    if facts.mfa {
        out.drop(CauseKind::Mfa, "a serial number and a code were sent, and AWS did not object to them");
    } else {
        out.keep(
            CauseKind::Mfa,
            "no code was sent: a condition on aws:MultiFactorAuthPresent in the trust policy needs mfa_serial here",
        );
    }
    out.keep(
        CauseKind::SessionName,
        format!("a condition on sts:RoleSessionName in the trust policy must allow {}", facts.session_name),
    );
    out.keep(
        CauseKind::SourceIdentity,
        facts.source_identity.map_or_else(
            || "none is sent: a condition on sts:SourceIdentity needs source_identity here".to_owned(),
            |sent| format!("the trust policy must allow sts:SetSourceIdentity and sts:SourceIdentity {sent}"),
        ),
    );
}

/// The caller in a person's words.
fn caller(facts: &AssumeFacts<'_>) -> String {
    facts
        .base
        .map(|b| b.arn.clone())
        .or_else(|| facts.denial.principal.clone())
        .unwrap_or_else(|| "the caller".to_owned())
}

/// The name of the role behind an assumed-role session.
fn caller_role(arn: &str) -> Option<String> {
    let rest = arn.split(':').nth(5)?.strip_prefix("assumed-role/")?;
    rest.split('/').next().map(str::to_owned)
}
