//! Who must change what, per reason; and what helps against errors that are no refusals.

use crate::domain::{CheckError, Denial, ErrorClass, Mandatory, PolicyType, Reason, RoleArn};

/// Where a snippet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachTo {
    /// The role that the connection becomes.
    Role,
    /// The identity that assumes the role.
    Caller,
    /// Neither: another policy decides.
    Other,
}

impl AttachTo {
    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Caller => "caller",
            Self::Other => "other",
        }
    }
}

/// What to do about a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Who must change what, and what the refusal means until then; sanitised, one or more sentences.
    pub text: String,
    /// Whether one more Allow may end the refusal. False wherever it cannot.
    pub allow_may_help: bool,
    /// Where the change goes.
    pub attach_to: AttachTo,
}

/// What is known about the connection that was refused. Everything is optional: `diagnose` knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The role that was assumed, when one was.
    pub role: Option<&'a RoleArn>,
    /// Which mandatory permission was tested.
    pub permission: Option<Mandatory>,
    /// Whether this is the only mandatory permission that is denied.
    pub only_denied: bool,
}

/// What to do about one refusal.
pub fn advice(denial: &Denial, about: &About<'_>) -> Advice {
    let assuming = is_assume(denial);
    let owner = about.role.map_or_else(
        || target_of(denial.principal.as_deref()),
        |role| format!("role {} in account {}", role.name(), role.account()),
    );
    let action = denial.action.as_deref().unwrap_or("the action");
    let policy = denial.policy_arn.as_deref().map(|arn| format!(" {arn}")).unwrap_or_default();
    let nothing_here = "No policy in this account can allow it";
    // Where an Allow of an identity policy goes.
    let identity = if about.role.is_some() { AttachTo::Role } else { attach_point(denial.principal.as_deref()) };
    let (text, attach_to) = match denial.reason {
        _ if quarantined(denial) => (
            format!(
                "WARNING: the access keys behind this call have leaked. AWS found them in public and attached{policy} to \
                 their user. Make the keys inactive now, look through CloudTrail for what they did, follow the support case \
                 that AWS opened, and only then detach the policy. Adding an Allow changes nothing."
            ),
            AttachTo::Other,
        ),
        Reason::IdentityNoAllow | Reason::Unspecified
            if identity == AttachTo::Other && !assuming && !beyond_policies(denial) =>
        {
            (without_policies(denial, action), AttachTo::Other)
        }
        Reason::IdentityNoAllow if assuming => (
            format!(
                "The caller's own policy does not allow {action} on this role. Whoever manages {} adds the caller policy \
                 there; the role's trust policy must name the caller as well.",
                target_of(denial.principal.as_deref())
            ),
            AttachTo::Caller,
        ),
        Reason::IdentityNoAllow => {
            (format!("No identity policy allows {action}. Add it to {owner}: one Allow ends this."), identity)
        }
        Reason::ExplicitDenyIdentity => (
            format!(
                "A policy attached to {owner} denies {action}. Whoever manages it must take the Deny out of{}; an Allow beside \
                 it does not help.",
                if policy.is_empty() { " that policy (AWS did not name it)".to_owned() } else { policy }
            ),
            if assuming { AttachTo::Caller } else { AttachTo::Other },
        ),
        Reason::ScpNoAllow => (
            format!(
                "{nothing_here}: the organization's service control policies leave {action} out. Ask whoever manages the \
                 organization (its management account) to add it; a region limit there may be the cause, so another region \
                 may work."
            ),
            AttachTo::Other,
        ),
        Reason::ScpExplicitDeny => (
            format!(
                "{nothing_here}: it is denied from above by {}. Ask whoever manages the \
                 organization (its management account); a region limit there may be the cause, so another region may work.",
                named("service control policy", &policy)
            ),
            AttachTo::Other,
        ),
        Reason::RcpDeny => (
            format!(
                "{nothing_here}: the resource's organization forbids it by {}. Ask whoever manages that \
                 organization (its management account).",
                named("resource control policy", &policy)
            ),
            AttachTo::Other,
        ),
        Reason::PermissionsBoundaryNoAllow => (
            format!(
                "The permissions boundary of {owner} leaves {action} out. Whoever set the boundary must add it there; an Allow \
                 in a policy of the role is not enough."
            ),
            AttachTo::Other,
        ),
        Reason::PermissionsBoundaryExplicitDeny => (
            format!(
                "The permissions boundary of {owner} denies {action}. Whoever set the boundary must take the Deny out \
                 of{}.",
                if policy.is_empty() { " it".to_owned() } else { policy }
            ),
            AttachTo::Other,
        ),
        Reason::SessionPolicyNoAllow | Reason::SessionPolicyExplicitDeny => (
            format!(
                "The session was made with a policy that does not let {action} pass: a session policy given at sign-in or at \
                 AssumeRole, or IAM Identity Center's. Make the session without it, or widen it where it is given; the role's \
                 own policies are not the cause."
            ),
            AttachTo::Other,
        ),
        Reason::ResourcePolicyNoAllow | Reason::ResourcePolicyExplicitDeny => (
            format!(
                "The policy on the resource{} decides. Its owner must {} {action} for this caller there{policy}.",
                denial.resource.as_deref().map(|r| format!(" {r}")).unwrap_or_default(),
                if denial.explicit { "take out the Deny of" } else { "allow" }
            ),
            AttachTo::Other,
        ),
        Reason::VpcEndpointPolicy => (
            format!(
                "The request went through a VPC endpoint whose policy does not let {action} pass. Whoever manages that network \
                 changes the endpoint's policy, or the request goes another way."
            ),
            AttachTo::Other,
        ),
        Reason::TrustOrCaller => (trust_text(denial, about), AttachTo::Other),
        Reason::EncodedOnly => (
            "EC2 gave the reason only in encoded form. Decode it (sts:DecodeAuthorizationMessage, from the same account) to \
             see which policy refused; if no policy above forbids it, an Allow on the role ends this."
                .to_owned(),
            AttachTo::Role,
        ),
        Reason::Unspecified => (unspecified_text(denial, &owner), identity),
    };
    let allow_may_help = denial.reason.allow_may_help()
        && !assuming
        && !quarantined(denial)
        && !beyond_policies(denial)
        && attach_to != AttachTo::Other;
    let attach_to = if allow_may_help || assuming { attach_to } else { AttachTo::Other };
    let mut text = text;
    if about.permission == Some(Mandatory::ReportDefinitions) {
        text.push_str(&report_hints(denial, about));
    }
    if let Some(permission) = about.permission.filter(|p| *p != Mandatory::AssumeRole) {
        text.push_str(&format!(" Until then: {}; all else works.", permission.consequence()));
    }
    Advice { text: crate::text::line(&text).into_owned(), allow_may_help, attach_to }
}

/// Where the policies of a principal are attached; [`AttachTo::Other`] for what has none: a request without
/// credentials, and an account's root user.
fn attach_point(principal: Option<&str>) -> AttachTo {
    let resource = principal.and_then(|arn| arn.splitn(6, ':').nth(5)).unwrap_or_default();
    if anonymous(principal) || resource == "root" {
        return AttachTo::Other;
    }
    // A federation token's session has the policies of the user who asked for it.
    if resource.starts_with("user/") || resource.starts_with("federated-user/") {
        return AttachTo::Caller;
    }
    AttachTo::Role
}

fn anonymous(principal: Option<&str>) -> bool {
    principal.is_some_and(|p| p.eq_ignore_ascii_case("anonymous"))
}

/// A refusal of a principal that takes no policy.
fn without_policies(denial: &Denial, action: &str) -> String {
    if anonymous(denial.principal.as_deref()) {
        return format!(
            "The request carried no credentials, so no policy of a role or user counts. Sign it with credentials that allow \
             {action}, or have the resource's owner allow everybody there, if everybody shall."
        );
    }
    format!(
        "The caller is an account's root user, who takes no policy. The resource's owner must allow {action} there, or a policy \
         above the account forbids it; better use a role or user."
    )
}

/// The Cost and Usage Report call has causes that no policy text names (domain facts: AWS Billing documents).
fn report_hints(denial: &Denial, about: &About<'_>) -> String {
    if !denial.reason.allow_may_help() {
        return String::new();
    }
    let mut text = String::new();
    if denial.reason == Reason::IdentityNoAllow && about.only_denied {
        text.push_str(" This is normal with ReadOnlyAccess, which does not contain it.");
    }
    text.push_str(
        " If it stays denied: second, \"IAM user and role access to Billing information\" may be off (the account's root user \
         switches it on); third, a service control policy may shut out us-east-1, where this call is served.",
    );
    text
}

const MFA: &str = "The one-time code or the MFA device's serial number was not accepted. Compare the serial number with the \
                   one in IAM and wait for the next code; a code works once. No policy is to be changed for this.";

fn mfa_failed(denial: &Denial) -> bool {
    denial.message.starts_with("MultiFactorAuthentication failed")
}

/// Trust or caller: AWS does not say which, and sometimes says more.
fn trust_text(denial: &Denial, about: &About<'_>) -> String {
    let low = denial.message.to_ascii_lowercase();
    if mfa_failed(denial) {
        return MFA.to_owned();
    }
    if low.contains("may not be assumed by root") {
        return "The root user cannot assume roles. Use an IAM user's or a role's credentials as the source."
            .to_owned();
    }
    let role = denial.resource.as_deref().map(|r| format!(" of {r}")).unwrap_or_default();
    let action = denial.action.as_deref().unwrap_or("sts:AssumeRole");
    // Nobody of AWS calls here, so that no caller's policy and no ExternalId has a part in it:
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    let federated = match action.to_ascii_lowercase().as_str() {
        "sts:assumerolewithwebidentity" => Some("aud and sub"),
        "sts:assumerolewithsaml" => Some("SAML:aud and SAML:sub"),
        _ => None,
    };
    if denial.policy_type == Some(PolicyType::RoleTrust) {
        let how = if denial.explicit { "denies this caller" } else { "does not allow this caller" };
        let conditions = federated.map_or_else(
            || "the principal, or its conditions (ExternalId, MFA, session name)".to_owned(),
            |keys| format!("the identity provider as its principal, {action}, or its conditions ({keys})"),
        );
        return format!("The trust policy{role} {how}. The role's owner changes the trust policy: {conditions}.");
    }
    if let Some(keys) = federated {
        return format!(
            "AWS says the same words whether the trust policy{role} does not allow {action} to the identity provider, its \
             conditions ({keys}) do not match the token, or the role does not exist. Compare, most likely first: the \
             conditions with what the token claims, the provider's ARN in the trust policy, the role's ARN."
        );
    }
    // Where the role is known, the causes stand beside this with the values to compare.
    let compare = if about.role.is_some() {
        "Compare these, most likely first"
    } else {
        "Compare, most likely first: the principal in the trust policy, the ExternalId in it, the role's ARN (its path, upper \
         and lower case), and the caller's own policy"
    };
    format!(
        "AWS says the same words whether the trust policy{role} does not allow the caller, the ExternalId differs, the role \
         does not exist, or the caller's own policy lacks it. {compare}; an Allow on the role itself never helps, since trust \
         belongs to the role's trust policy and sts:AssumeRole to the caller."
    )
}

/// A kind of policy with its article, or with its ARN (and a blank before it) where that is known.
fn named(kind: &str, arn: &str) -> String {
    if arn.is_empty() { format!("a {kind}") } else { format!("the {kind}{arn}") }
}

/// No policy named: raw words and the two usual explanations.
fn unspecified_text(denial: &Denial, owner: &str) -> String {
    let low = denial.message.to_ascii_lowercase();
    if low.contains("transitively through a service control policy") {
        return "A VPC endpoint's policy refused because of a service control policy. AWS's advice: the service control policy \
                is to be changed, by whoever manages the organization."
            .to_owned();
    }
    if mfa_failed(denial) {
        return MFA.to_owned();
    }
    if beyond_policies(denial) && !denial.explicit {
        return "A setting of the resource or the account refused this, not a missing permission (S3 Block Public Access). Its \
                owner changes that setting, if it should be changed at all."
            .to_owned();
    }
    let kms = ["no resource-based policies allow access", "or you are not allowed to access"];
    if kms.iter().any(|end| low.contains(&format!("does not exist in this region, {end}"))) {
        return "AWS KMS does not say which: the key is not in this region, its key policy does not allow the caller, or the key \
                policy denies it. Compare key id and region first, then ask the key's owner for its policy."
            .to_owned();
    }
    if denial.explicit {
        return format!(
            "Some policy denies it, and AWS did not say which kind: look for a Deny on {owner}, in its boundary, in the \
             resource's policy, and above the account. A Deny that asks for MFA is frequent. An Allow beside it does not help."
        );
    }
    if low.contains("does not have authorization to perform action") {
        return "The application has no Azure role that allows this at this scope. Whoever owns the scope assigns one; role \
                changes take minutes and need a new token."
            .to_owned();
    }
    format!(
        "AWS named no policy (callers from another organization and older services get no detail). If no policy above forbids \
         it, an Allow on {owner} ends this."
    )
}

/// Settings that no Allow overrides: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.
fn beyond_policies(denial: &Denial) -> bool {
    let low = denial.message.to_ascii_lowercase();
    denial.explicit
        || mfa_failed(denial)
        || ["block public access", "blockpublicpolicy", "blockpublicacls", "restrictpublicbuckets"]
            .iter()
            .any(|w| low.contains(w))
}

/// AWS attaches `AWSCompromisedKeyQuarantine…` to users whose keys it found in public
/// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html>).
pub fn quarantined(denial: &Denial) -> bool {
    denial.policy_arn.as_deref().is_some_and(|arn| arn.contains(":policy/AWSCompromisedKeyQuarantine"))
}

/// Whether the refused action is one of becoming a role.
fn is_assume(denial: &Denial) -> bool {
    let assume = |a: &str| a.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("sts:AssumeRole"));
    denial.reason == Reason::TrustOrCaller || denial.action.as_deref().is_some_and(assume)
}

/// A principal's ARN in a person's words: where its policies are attached.
fn target_of(principal: Option<&str>) -> String {
    let Some(arn) = principal else { return "the caller's role or user".to_owned() };
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let (Some(account), Some(resource)) = (fields.get(4), fields.get(5)) else { return "the caller".to_owned() };
    let mut parts = resource.split('/');
    match (parts.next(), parts.next()) {
        (Some("assumed-role"), Some(name)) => {
            match name.strip_prefix("AWSReservedSSO_").and_then(|n| n.rsplit_once('_')) {
                Some((set, _)) => format!("permission set {set} of IAM Identity Center, for account {account}"),
                None => format!("role {name} in account {account}"),
            }
        }
        (Some("user"), _) => format!("user {} in account {account}", resource.rsplit('/').next().unwrap_or_default()),
        (Some("role"), _) => format!("role {} in account {account}", resource.rsplit('/').next().unwrap_or_default()),
        _ => "the caller".to_owned(),
    }
}

/// What is known where an error, not a refusal, kept a check from an answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorAbout<'a> {
    /// The profile that the credentials come from.
    pub profile: Option<&'a str>,
    /// Whether that profile signs in through IAM Identity Center.
    pub sso: bool,
    /// Where the call went.
    pub region: Option<&'a str>,
}

/// What helps against an error that is no refusal; `None` when there is nothing useful to say.
pub fn error_advice(error: &CheckError, about: &ErrorAbout<'_>) -> Option<String> {
    let profile = about.profile.map(|p| format!(" --profile {}", quote(p))).unwrap_or_default();
    let low = error.message.to_ascii_lowercase();
    let certificate = ["certificate", "unknownissuer", "ssl", "tls"].iter().any(|w| low.contains(w));
    let sso = about.sso || low.contains("sso");
    let text = match error.class {
        ErrorClass::Expired | ErrorClass::Source if sso => format!("Sign in again: aws sso login{profile}"),
        ErrorClass::Expired => {
            format!("Get fresh credentials (aws login{profile}, or export new ones) and test again.")
        }
        ErrorClass::Source => match about.profile {
            Some(name) => format!("Look at profile {name} in ~/.aws/config: aws sts get-caller-identity{profile}"),
            None => "Set AWS_PROFILE or export credentials, or give the connection a source such as profile:NAME."
                .to_owned(),
        },
        ErrorClass::Network if certificate => {
            "Something on the way shows its own certificate. Put its root into a file and \
                                               point AWS_CA_BUNDLE at it."
                .to_owned()
        }
        ErrorClass::Network => {
            "Check the network, the region's name, and HTTPS_PROXY if a proxy is needed; `cloudivize doctor` \
                                tries the hosts."
                .to_owned()
        }
        ErrorClass::Proxy => {
            "Check HTTPS_PROXY (its user and password too) and NO_PROXY, or sign in to the network's portal.".to_owned()
        }
        ErrorClass::Throttled => {
            "Wait a minute and test again, with fewer requests at once: --concurrency 4".to_owned()
        }
        ErrorClass::RegionOff => region_off(error, about.region, &profile),
        ErrorClass::Clock => {
            "Set this machine's clock by the network's time (timedatectl set-ntp true) and test again.".to_owned()
        }
        ErrorClass::Unsupported => {
            "The endpoint does not offer this call: nothing is wrong with the permissions. Is a custom \
                                    endpoint set?"
                .to_owned()
        }
        ErrorClass::Invalid if low.contains("role chaining") || low.contains("maxsessionduration") => {
            "Set the connection's duration to 3600.".to_owned()
        }
        ErrorClass::Invalid if low.contains("token") || low.contains("signature") || low.contains("access key") => {
            format!(
                "The keys are unknown, cut off or mixed with another account's session token: aws sts get-caller-identity{profile}"
            )
        }
        ErrorClass::AccountMismatch => {
            "Another account answered than this connection is pinned to: nothing was asked of it. Check \
                                        the profile, or edit the connection."
                .to_owned()
        }
        ErrorClass::Invalid | ErrorClass::NotReached | ErrorClass::Cancelled | ErrorClass::Other => return None,
    };
    Some(crate::text::line(&text).into_owned())
}

/// A region that is switched off, and what else has the same code.
fn region_off(error: &CheckError, region: Option<&str>, profile: &str) -> String {
    let region = region.map(|r| format!("Region {r}"));
    let region = region.as_deref().unwrap_or("This region");
    let switch = "Switch it on in the account's settings, or leave it out of the connection's regions";
    match error.code.as_deref().map(super::codes::bare) {
        // Bad keys and a region that is off look alike in EC2 (turbot/steampipe-plugin-aws#75).
        Some("AuthFailure") => format!(
            "{region} may be switched off for the account, or the keys may be bad: EC2 words both alike. If aws sts \
             get-caller-identity{profile} refuses the keys too, get new ones; if it accepts them, it is the region. {switch}."
        ),
        Some("OptInRequired") => format!(
            "The account is not subscribed to this service or not activated yet (sign up, or wait for the activation). Or: \
             {region} is switched off for it. {switch}."
        ),
        _ => format!("{region} may be switched off for the account. {switch}."),
    }
}

/// A profile's name as one shell word.
fn quote(name: &str) -> String {
    shlex::try_quote(name).map(std::borrow::Cow::into_owned).unwrap_or_default()
}
