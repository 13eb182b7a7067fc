//! Advice and causes, as a person would read them.

use super::*;
use crate::domain::{
    AccountId, BaseIdentity, Cause, CauseKind, Denial, ErrorClass, ExternalIdFinding, Mandatory, Partition, RoleArn,
    SessionName, Timestamp,
};

fn role(arn: &str) -> RoleArn {
    RoleArn::parse(arn).unwrap()
}

fn base(arn: &str) -> BaseIdentity {
    let fields: Vec<&str> = arn.split(':').collect();
    BaseIdentity {
        arn: arn.to_owned(),
        account: AccountId::parse(fields[4]).unwrap(),
        partition: Partition::parse(fields[1]).unwrap(),
    }
}

fn refusal(reason: &str) -> Denial {
    denial(
        Some("AccessDenied"),
        &format!(
            "User: arn:aws:sts::444455556666:assumed-role/R/s is not authorized to perform: cur:DescribeReportDefinitions \
             on resource: *{reason}"
        ),
    )
}

const ASSUME: &str = "User: arn:aws:iam::111122223333:user/hub is not authorized to perform: sts:AssumeRole on resource: \
                      arn:aws:iam::444455556666:role/CloudivizeRole";

fn facts<'a>(
    denial: &'a Denial,
    role: &'a RoleArn,
    base: Option<&'a BaseIdentity>,
    session: &'a SessionName,
) -> AssumeFacts<'a> {
    AssumeFacts {
        denial,
        role,
        base,
        external_id_sent: true,
        external_id: ExternalIdFinding::NotTested,
        session_name: session,
        source_identity: None,
        mfa: false,
        worked_until: None,
    }
}

fn kinds(causes: &[Cause]) -> Vec<CauseKind> {
    causes.iter().map(|c| c.cause).collect()
}

#[test]
fn an_allow_is_offered_only_where_it_may_help() {
    for (reason, helps) in [
        (" because no identity-based policy allows the x action", true),
        ("", true),
        (" with an explicit deny", false),
        (" with an explicit deny in an identity-based policy", false),
        (" with an explicit deny in a service control policy", false),
        (" because no service control policy allows the x action", false),
        (" because no permissions boundary allows the x action", false),
        (" because no session policy allows the x action", false),
        (" because no resource-based policy allows the x action", false),
        (" with an explicit deny in a VPC endpoint policy transitively through a service control policy", false),
        (" because public policies are blocked by the BlockPublicPolicy block public access setting", false),
    ] {
        let given = advice(&refusal(reason), &About::default());
        assert_eq!(given.allow_may_help, helps, "{reason}: {}", given.text);
        assert_eq!(given.attach_to == AttachTo::Role, helps, "{reason}");
    }
    let assume = advice(&denial(None, ASSUME), &About::default());
    assert!(!assume.allow_may_help, "{}", assume.text);
    let named = format!("{ASSUME} because no identity-based policy allows the sts:AssumeRole action");
    let assume = advice(&denial(None, &named), &About::default());
    assert_eq!((assume.allow_may_help, assume.attach_to), (false, AttachTo::Caller));
    assert!(assume.text.contains("user hub in account 111122223333"), "{}", assume.text);
}

#[test]
fn an_allow_goes_to_who_was_refused() {
    for (principal, attach_to, helps) in [
        ("arn:aws:iam::111122223333:user/team/bob", AttachTo::Caller, true),
        ("arn:aws:sts::111122223333:federated-user/bob", AttachTo::Caller, true),
        ("arn:aws:sts::111122223333:assumed-role/R/s", AttachTo::Role, true),
        ("arn:aws:iam::111122223333:role/R", AttachTo::Role, true),
        ("arn:aws:iam::111122223333:root", AttachTo::Other, false),
        ("anonymous", AttachTo::Other, false),
    ] {
        for reason in ["", " because no identity-based policy allows the s3:GetObject action"] {
            let text = format!("User: {principal} is not authorized to perform: s3:GetObject on resource: *{reason}");
            let given = advice(&denial(Some("AccessDenied"), &text), &About::default());
            assert_eq!((given.attach_to, given.allow_may_help), (attach_to, helps), "{text}: {}", given.text);
        }
    }
    let anonymous = denial(None, "User: anonymous is not authorized to perform: s3:GetObject");
    let given = advice(&anonymous, &About::default()).text;
    assert!(given.contains("no credentials") && !given.contains("ends this"), "{given}");
}

#[test]
fn a_wrong_code_is_no_matter_of_policies() {
    let given = advice(
        &denial(Some("AccessDenied"), "MultiFactorAuthentication failed with invalid MFA one time pass code."),
        &About::default(),
    );
    assert!(!given.allow_may_help && given.text.contains("wait for the next code"), "{}", given.text);
}

#[test]
fn leaked_keys_are_said_first() {
    let text =
        " with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    let given = advice(&refusal(text), &About::default());
    assert!(given.text.starts_with("WARNING: the access keys behind this call have leaked"), "{}", given.text);
    assert!(!given.allow_may_help);
}

#[test]
fn the_lone_report_denial_is_normal_with_read_only_access() {
    let role = role("arn:aws:iam::444455556666:role/CloudivizeRole");
    let about = |only_denied| About { role: Some(&role), permission: Some(Mandatory::ReportDefinitions), only_denied };
    let denied = refusal(" because no identity-based policy allows the x action");
    let lone = advice(&denied, &about(true)).text;
    assert!(lone.contains("role CloudivizeRole in account 444455556666"), "{lone}");
    assert!(lone.contains("normal with ReadOnlyAccess") && lone.contains("Billing information"), "{lone}");
    assert!(!advice(&denied, &about(false)).text.contains("ReadOnlyAccess"));
}

#[test]
fn causes_of_a_bare_refusal_are_ordered_and_give_values() {
    let (d, r) = (denial(None, ASSUME), role("arn:aws:iam::444455556666:role/CloudivizeRole"));
    let (b, s) = (base("arn:aws:iam::111122223333:user/hub"), SessionName::default());
    let causes = assume_role_causes(&facts(&d, &r, Some(&b), &s));
    assert_eq!(
        kinds(&causes.remaining)[..5],
        [
            CauseKind::TrustPrincipal,
            CauseKind::ExternalId,
            CauseKind::RoleNameOrPath,
            CauseKind::Account,
            CauseKind::CallerPolicy
        ]
    );
    assert_eq!(
        causes.remaining[0].compare,
        "the trust policy must name arn:aws:iam::111122223333:root (or the caller's own ARN arn:aws:iam::111122223333:user/hub)"
    );
    assert!(causes.remaining[2].compare.contains("no path was given"));
    assert_eq!(kinds(&causes.ruled_out), [CauseKind::Partition]);
}

#[test]
fn what_worked_before_is_no_typing_error() {
    let (d, r) = (denial(None, ASSUME), role("arn:aws:iam::444455556666:role/team/CloudivizeRole"));
    let (b, s) = (base("arn:aws:iam::111122223333:user/hub"), SessionName::default());
    let mut f = facts(&d, &r, Some(&b), &s);
    f.worked_until = Timestamp::parse("2026-11-21T23:10:00Z");
    let causes = assume_role_causes(&f);
    assert_eq!(causes.remaining[0].cause, CauseKind::Other);
    let first = &causes.remaining[0].compare;
    assert!(first.starts_with("worked until at least ") && first.contains("with these same values: not a"), "{first}");
    assert!(kinds(&causes.ruled_out).contains(&CauseKind::Account));
    assert!(!kinds(&causes.remaining).contains(&CauseKind::TooNew));
}

/// AWS stops at the first policy that refuses: what stands behind it is neither a cause nor ruled out.
#[test]
fn a_named_policy_is_the_cause_and_proves_nothing_about_the_others() {
    let (r, s) = (role("arn:aws:iam::444455556666:role/CloudivizeRole"), SessionName::default());
    let b = base("arn:aws:iam::111122223333:user/hub");
    let of = |reason: &str| {
        let d = denial(None, &format!("{ASSUME}{reason}"));
        assume_role_causes(&facts(&d, &r, Some(&b), &s))
    };
    for (reason, cause) in [
        (" because no identity-based policy allows the sts:AssumeRole action", CauseKind::CallerPolicy),
        (" with an explicit deny in an identity-based policy", CauseKind::CallerPolicy),
        (" because no permissions boundary allows the sts:AssumeRole action", CauseKind::CallerPolicy),
        (" with an explicit deny in a service control policy", CauseKind::ScpOrRcp),
        (" with an explicit deny in a resource control policy", CauseKind::ScpOrRcp),
        (" because no VPC endpoint policy allows the sts:AssumeRole action", CauseKind::Other),
    ] {
        let causes = of(reason);
        assert_eq!(kinds(&causes.remaining), [cause], "{reason}");
        assert_eq!(kinds(&causes.ruled_out), [CauseKind::Partition], "{reason}");
        assert!(causes.remaining[0].compare.contains("not known until this is mended"), "{causes:?}");
    }
    let causes = of(" because no role trust policy allows the sts:AssumeRole action");
    assert_eq!(kinds(&causes.remaining)[..2], [CauseKind::TrustPrincipal, CauseKind::ExternalId]);
    let out = kinds(&causes.ruled_out);
    assert!(out.contains(&CauseKind::RoleNameOrPath) && !out.contains(&CauseKind::CallerPolicy), "{out:?}");
}

#[test]
fn a_root_user_is_the_only_cause() {
    let (d, r) = (denial(None, ASSUME), role("arn:aws:iam::444455556666:role/CloudivizeRole"));
    let (b, s) = (base("arn:aws:iam::111122223333:root"), SessionName::default());
    let named = denial(Some("AccessDenied"), "Roles may not be assumed by root accounts.");
    for causes in [assume_role_causes(&facts(&d, &r, Some(&b), &s)), assume_role_causes(&facts(&named, &r, None, &s))] {
        assert_eq!((causes.remaining.len(), causes.ruled_out.len()), (1, 0), "{causes:?}");
        assert!(causes.remaining[0].compare.contains("no root user assume a role"), "{causes:?}");
    }
}

#[test]
fn another_partition_is_the_only_cause() {
    let (d, r) = (denial(None, ASSUME), role("arn:aws-cn:iam::444455556666:role/CloudivizeRole"));
    let (b, s) = (base("arn:aws:iam::111122223333:user/hub"), SessionName::default());
    assert_eq!(kinds(&assume_role_causes(&facts(&d, &r, Some(&b), &s)).remaining), [CauseKind::Partition]);
}

#[test]
fn an_accepted_call_without_external_id_leaves_one_cause() {
    let (d, r) = (denial(None, ASSUME), role("arn:aws:iam::444455556666:role/CloudivizeRole"));
    let (b, s) = (base("arn:aws:iam::111122223333:user/hub"), SessionName::default());
    let mut f = facts(&d, &r, Some(&b), &s);
    f.external_id = ExternalIdFinding::Contradicts;
    let causes = assume_role_causes(&f);
    assert_eq!(kinds(&causes.remaining), [CauseKind::ExternalId]);
    assert!(kinds(&causes.ruled_out).contains(&CauseKind::TrustPrincipal));
}

#[test]
fn errors_get_the_command_that_helps() {
    let Err(error) = classify(Some("ExpiredToken"), "The security token included in the request is expired") else {
        panic!("a refusal")
    };
    assert_eq!(error.class, ErrorClass::Expired);
    let about = ErrorAbout { profile: Some("my hub"), sso: true, region: None };
    assert_eq!(error_advice(&error, &about).as_deref(), Some("Sign in again: aws sso login --profile 'my hub'"));
}

/// What is said of a pasted error that is no refusal.
fn said(text: &str) -> (ErrorClass, String) {
    match read(text) {
        Some(Diagnosis::Error(e)) => (e.class, error_advice(&e, &ErrorAbout::default()).unwrap_or_default()),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_sign_in_that_cannot_be_renewed_has_expired() {
    for end in ["InvalidGrantException: ", "api error InvalidGrantException: Invalid refresh token provided"] {
        let text = format!(
            "Error: configuring Terraform AWS Provider: validating provider credentials: retrieving caller identity from STS: \
             operation error STS: GetCallerIdentity, get identity: get credentials: failed to refresh cached credentials, \
             refresh cached SSO token failed, unable to refresh SSO token, operation error SSO OIDC: CreateToken, https \
             response error StatusCode: 400, RequestID: 5d8f, {end}"
        );
        assert_eq!(said(&text), (ErrorClass::Expired, "Sign in again: aws sso login".to_owned()));
    }
    // Another grant, of another service.
    assert_eq!(said("InvalidGrantException: the authorization code was used").0, ErrorClass::Invalid);
}

#[test]
fn a_region_that_is_off_is_told_from_bad_keys_and_a_missing_subscription() {
    let error = |code: &str, words: &str| {
        said(&format!("An error occurred ({code}) when calling the DescribeInstances operation: {words}"))
    };
    let (class, keys) = error("AuthFailure", "AWS was not able to validate the provided access credentials");
    assert_eq!(class, ErrorClass::RegionOff);
    assert!(keys.contains("switched off") && keys.contains("keys may be bad"), "{keys}");
    let (class, subscription) = error("OptInRequired", "You are not subscribed to this service.");
    assert_eq!(class, ErrorClass::RegionOff);
    assert!(subscription.contains("not subscribed") && !subscription.contains("keys"), "{subscription}");
    let (_, off) = error("RegionDisabledException", "Region eu-south-1 is disabled.");
    assert!(!off.contains("keys") && !off.contains("subscribed"), "{off}");
}

#[test]
fn advice_points_at_no_list_that_does_not_follow() {
    let d = denial(None, ASSUME);
    let alone = advice(&d, &About::default()).text;
    assert!(!alone.contains("these") && alone.contains("the principal in the trust policy, the ExternalId"), "{alone}");
    let role = role("arn:aws:iam::444455556666:role/CloudivizeRole");
    let beside = advice(&d, &About { role: Some(&role), ..About::default() }).text;
    assert!(beside.contains("Compare these, most likely first;"), "{beside}");
}

/// ExternalIds and callers' policies belong to sts:AssumeRole alone.
#[test]
fn federated_sign_in_is_told_of_its_provider_and_no_external_id() {
    for (action, key) in [("sts:AssumeRoleWithWebIdentity", "sub"), ("sts:AssumeRoleWithSAML", "SAML:aud")] {
        for reason in ["", " because no role trust policy allows the action"] {
            let given = advice(
                &denial(Some("AccessDenied"), &format!("Not authorized to perform {action}{reason}")),
                &About::default(),
            );
            assert!(given.text.contains("identity provider") && given.text.contains(key), "{}", given.text);
            assert!(!given.text.contains("ExternalId") && !given.allow_may_help, "{}", given.text);
        }
    }
}

#[test]
fn a_policy_above_the_account_has_its_article() {
    let text = |reason: &str| advice(&refusal(reason), &About::default()).text;
    let scp = " with an explicit deny in a service control policy";
    assert!(text(scp).contains("denied from above by a service control policy."), "{}", text(scp));
    let arn = "arn:aws:organizations::444455556666:policy/o-a/service_control_policy/p-x";
    let with = text(&format!("{scp}: {arn}"));
    assert!(with.contains(&format!("by the service control policy {arn}.")), "{with}");
    assert!(text(" with an explicit deny in a resource control policy").contains("by a resource control policy."));
}
