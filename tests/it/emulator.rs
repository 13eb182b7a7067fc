//! What the emulator does with roles and policies, asked with the AWS CLI: the ground the other tests stand on.

use std::process::Command;

use serde_json::json;

use crate::tools::{self, Cloud, Keys, trust_account, trust_account_with_id};

fn allow(actions: &[&str]) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}).to_string()
}

fn caller(cloud: &Cloud) -> (String, Keys) {
    let account = cloud.account();
    let keys = cloud.make_user(&account, "operator", Some(&allow(&["sts:AssumeRole"])));
    (account, keys)
}

#[test]
fn a_role_is_assumed_with_the_right_external_id_only() {
    let cloud = Cloud::new();
    let (hub, keys) = caller(&cloud);
    let account = cloud.account();
    let role = cloud.make_role(&account, "CloudivizeRole", &trust_account_with_id(&hub, "id-4711"), None);

    let session = cloud.assume(&keys, &role, Some("id-4711")).expect("the right ExternalId is accepted");
    let identity = cloud.aws(&session, &["sts", "get-caller-identity"]).json();
    assert_eq!(
        identity["Arn"],
        format!("arn:aws:sts::{account}:assumed-role/CloudivizeRole/Cloudivize-Session").as_str()
    );

    for wrong in [Some("id-4712"), None] {
        let refusal = cloud.assume(&keys, &role, wrong).expect_err("another or no ExternalId is refused");
        let sentence = format!(
            "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::{hub}:user/operator is not \
             authorized to perform: sts:AssumeRole on resource: {role}"
        );
        assert!(refusal.contains(&sentence), "with {wrong:?}: {refusal}");
    }
}

#[test]
fn a_caller_without_permission_a_stranger_and_a_missing_role_are_refused() {
    let cloud = Cloud::new();
    let (hub, keys) = caller(&cloud);
    let account = cloud.account();
    let role = cloud.make_role(&account, "CloudivizeRole", &trust_account(&hub), None);
    cloud.assume(&keys, &role, None).expect("the trusted account's user may");

    let unpermitted = cloud.make_user(&hub, "unpermitted", None);
    let (_, stranger) = caller(&cloud);
    let missing = format!("arn:aws:iam::{account}:role/Missing");
    let by_identity = " because no identity-based policy allows the sts:AssumeRole action".to_owned();
    for (who, role, rest) in [
        (&unpermitted, &role, by_identity),
        // As AWS does across accounts: nothing tells a stranger from a role that is not there.
        (&stranger, &role, format!(" on resource: {role}")),
        (&keys, &missing, format!(" on resource: {missing}")),
    ] {
        let refusal = cloud.assume(who, role, None).expect_err("refused");
        assert!(refusal.contains("(AccessDenied)"), "{refusal}");
        let words = format!("is not authorized to perform: sts:AssumeRole{rest}");
        assert!(refusal.trim_end().ends_with(&words), "{refusal}");
    }
}

/// Each permission: allowed by the role's policy, not mentioned, explicitly denied; code and words of the refusals.
#[test]
fn mandatory_permissions_follow_the_roles_policy() {
    let cloud = Cloud::new();
    let (hub, keys) = caller(&cloud);
    let asked = [
        ("ec2:DescribeRegions", ["ec2", "describe-regions"], "UnauthorizedOperation"),
        ("iam:GetAccountSummary", ["iam", "get-account-summary"], "AccessDenied"),
        ("cur:DescribeReportDefinitions", ["cur", "describe-report-definitions"], "AccessDeniedException"),
    ];
    let actions: Vec<&str> = asked.iter().map(|(action, ..)| *action).collect();
    let account = cloud.account();
    let session = |name: &str, policy: Option<&str>| {
        let role = cloud.make_role(&account, name, &trust_account(&hub), policy);
        cloud.assume(&keys, &role, None).expect("the role can be assumed")
    };
    let allowed = session("Allowed", Some(&allow(&actions)));
    let silent = session("Silent", None);
    let everything_but = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": actions, "Resource": "*"},
    ]});
    let denied = session("Denied", Some(&everything_but.to_string()));

    for (action, command, code) in asked {
        cloud.aws(&allowed, &command).json();
        for (keys, reason) in [
            (&silent, format!("because no identity-based policy allows the {action} action")),
            (&denied, "with an explicit deny in an identity-based policy".to_owned()),
        ] {
            let answer = cloud.aws(keys, &command);
            assert!(!answer.ok, "{action} must be refused: {}", answer.stdout);
            assert!(answer.stderr.contains(&format!("({code})")), "{action}: {}", answer.stderr);
            assert!(answer.stderr.contains(&reason), "{action}: {}", answer.stderr);
        }
    }
}

/// The emulator's gap: tests of this permission need the stub.
#[test]
fn account_attributes_are_unknown_to_the_emulator() {
    let cloud = Cloud::new();
    let answer = cloud.aws(&Keys::root(&cloud.account()), &["ec2", "describe-account-attributes"]);
    assert!(answer.stderr.contains("(InvalidAction)"), "{answer:?}");
}

#[test]
fn the_linters_run() {
    for tool in [tools::cfn_lint(), tools::parliament()] {
        let output = Command::new(&tool).arg("--version").output().expect("the tool runs");
        assert!(output.status.success(), "{}: {output:?}", tool.display());
    }
    let imports = "import hcl2, yaml, moto.server";
    let output = Command::new(tools::python()).args(["-c", imports]).output().expect("Python runs");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn age_makes_a_key_and_tmux_says_its_version() {
    if let Some(age) = tools::age() {
        let output = Command::new(age.keygen).output().expect("age-keygen runs");
        assert!(String::from_utf8_lossy(&output.stdout).contains("AGE-SECRET-KEY-1"), "{output:?}");
        let output = Command::new(age.age).arg("--version").output().expect("age runs");
        assert!(output.status.success(), "{output:?}");
    }
    if let Some(tmux) = tools::tmux() {
        let output = Command::new(tmux).arg("-V").output().expect("tmux runs");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("tmux "), "{output:?}");
    }
}
