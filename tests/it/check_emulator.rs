//! `check` against the emulator: real AssumeRole, real policies, real refusals.

use serde_json::{Value, json};

use crate::program::{Machine, check, verdicts};
use crate::tools::{Cloud, Keys, trust_account, trust_account_with_id};

const FOUR: [&str; 4] =
    ["cur:DescribeReportDefinitions", "ec2:DescribeAccountAttributes", "ec2:DescribeRegions", "iam:GetAccountSummary"];
/// The emulator does not know this one and says so.
const UNKNOWN: &str = "ec2:DescribeAccountAttributes";

fn policy(allow: &[&str], deny: &[&str]) -> String {
    let mut statements = Vec::new();
    if !allow.is_empty() {
        statements.push(json!({"Effect": "Allow", "Action": allow, "Resource": "*"}));
    }
    if !deny.is_empty() {
        statements.push(json!({"Effect": "Deny", "Action": deny, "Resource": "*"}));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// The account that asks, with a user who may assume roles.
fn hub(cloud: &Cloud) -> (String, Keys) {
    let account = cloud.account();
    let keys = cloud.make_user(&account, "operator", Some(&policy(&["sts:AssumeRole"], &[])));
    (account, keys)
}

/// A machine, the customer's account, and the role's ARN with this trust and policy.
fn customer(trust: impl Fn(&str) -> String, role_policy: &str) -> (Cloud, Machine, String, String) {
    let cloud = Cloud::new();
    let (hub, keys) = hub(&cloud);
    let account = cloud.account();
    let arn = cloud.make_role(&account, "CloudivizeRole", &trust(&hub), Some(role_policy));
    (cloud, Machine::new(cloud.url()).with_keys(&keys), account, arn)
}

fn reason(connection: &Value, permission: &str) -> String {
    check(connection, permission)["denial"]["reason"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn from_an_empty_folder_to_everything_allowed() {
    let one_denied = policy(&["ec2:DescribeRegions", "ec2:DescribeAccountAttributes"], &[]);
    let (cloud, machine, account, arn) = customer(|hub| trust_account_with_id(hub, "id-4711"), &one_denied);
    machine.run(&["connection", "add", "prod", "--role-arn", &arn, "--external-id", "id-4711"]).exits(0);

    let before = machine.check_one(&[], 1);
    assert_eq!(before["status"], "denied");
    assert_eq!(before["account"], account.as_str());
    assert_eq!(before["external_id"], "enforced");
    assert!(before["session_identity"].as_str().unwrap().ends_with(":assumed-role/CloudivizeRole/Cloudivize-Session"));
    assert_eq!(
        verdicts(&before),
        [
            ("sts:AssumeRole", "allowed"),
            ("cur:DescribeReportDefinitions", "denied"),
            (UNKNOWN, "untested"),
            ("ec2:DescribeRegions", "allowed"),
            ("iam:GetAccountSummary", "denied"),
        ]
        .map(|(p, v)| (p.to_owned(), v.to_owned()))
    );
    assert_eq!(reason(&before, "cur:DescribeReportDefinitions"), "identity_no_allow");
    assert_eq!(reason(&before, "iam:GetAccountSummary"), "identity_no_allow");
    assert_eq!(check(&before, UNKNOWN)["error"]["class"], "unsupported");

    // What is printed is what mends it: attached with the AWS CLI as it is.
    let missing = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0).stdout;
    assert_eq!(serde_json::from_str::<Value>(&missing).unwrap(), before["missing_policy"]);
    let put =
        ["iam", "put-role-policy", "--role-name", "CloudivizeRole", "--policy-name", "Missing", "--policy-document"];
    let arguments: Vec<&str> = put.iter().copied().chain([missing.as_str()]).collect();
    assert!(cloud.aws(&Keys::root(&account), &arguments).ok);

    let after = machine.check_one(&[], 3);
    for (permission, verdict) in verdicts(&after) {
        assert_eq!(verdict, if permission == UNKNOWN { "untested" } else { "allowed" }, "{permission}");
    }
    assert_eq!(after["missing_policy"], Value::Null);
    machine.run(&["check", "--fail-on", "denied"]).exits(0);
}

#[test]
fn each_permission_is_allowed_or_denied_by_the_roles_policy_alone() {
    for denied in FOUR.into_iter().filter(|p| *p != UNKNOWN) {
        let (_, machine, _, arn) = customer(trust_account, &policy(&FOUR, &[denied]));
        machine.run(&["connection", "add", "c", "--role-arn", &arn, "--no-external-id"]).exits(0);
        let found = machine.check_one(&[], 1);
        for (permission, verdict) in verdicts(&found) {
            let expected = match permission.as_str() {
                p if p == denied => "denied",
                UNKNOWN => "untested",
                _ => "allowed",
            };
            assert_eq!(verdict, expected, "{permission} while {denied} is denied");
        }
        assert_eq!(reason(&found, denied), "explicit_deny_identity");
        assert_eq!(found["missing_policy"], Value::Null, "an Allow would not help against a Deny");
        assert_eq!(found["external_id"], "none");
    }
}

#[test]
fn a_wrong_and_a_missing_external_id_are_refused_and_the_causes_named() {
    let (_, machine, _, arn) = customer(|hub| trust_account_with_id(hub, "id-4711"), &policy(&FOUR, &[]));
    machine.run(&["connection", "add", "wrong", "--role-arn", &arn, "--external-id", "id-4712"]).exits(0);
    machine.run(&["connection", "add", "without", "--role-arn", &arn, "--no-external-id"]).exits(0);
    for name in ["wrong", "without"] {
        let found = machine.check_one(&[name], 1);
        let first = check(&found, "sts:AssumeRole");
        assert_eq!(
            (first["verdict"].as_str(), first["denial"]["reason"].as_str()),
            (Some("denied"), Some("trust_or_caller"))
        );
        let causes: Vec<&str> =
            first["causes"].as_array().unwrap().iter().map(|c| c["cause"].as_str().unwrap()).collect();
        assert!(causes.contains(&"external_id") && causes.contains(&"trust_principal"), "{causes:?}");
        for permission in FOUR {
            assert_eq!(check(&found, permission)["error"]["class"], "not_reached");
        }
        assert_eq!(found["missing_policy"], Value::Null);
    }
}

#[test]
fn the_probe_tells_what_the_trust_policy_does_with_the_external_id() {
    let trust = |hub: &str, condition: Value| {
        let principal = json!({"AWS": format!("arn:aws:iam::{hub}:root")});
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    for (condition, finding, code) in [
        (json!({"StringEquals": {"sts:ExternalId": "id-4711"}}), "enforced", 3),
        (Value::Null, "not_enforced", 4),
        (json!({"StringEqualsIfExists": {"sts:ExternalId": "id-4711"}}), "optional", 4),
        (json!({"StringLike": {"sts:ExternalId": "*"}}), "any_accepted", 4),
        (json!({"StringEqualsIfExists": {"sts:ExternalId": "another"}}), "contradicts", 1),
    ] {
        let (_, machine, _, arn) = customer(|hub| trust(hub, condition.clone()), &policy(&FOUR, &[]));
        machine.run(&["connection", "add", "c", "--role-arn", &arn, "--external-id", "id-4711"]).exits(0);
        let fail_on = if code == 4 { "denied,external-id" } else { "denied,untested,external-id" };
        let found = machine.check_one(&["--fail-on", fail_on], code);
        assert_eq!(found["external_id"], finding, "{condition}");
        assert!(found["external_id_tested_at"].is_string());
    }
}

#[test]
fn a_profile_is_resolved_alone_whatever_stands_in_the_environment() {
    let cloud = Cloud::new();
    let (stranger, keys_of_stranger) = hub(&cloud);
    let (account, keys) = hub(&cloud);
    let customer = cloud.account();
    let arn = cloud.make_role(&customer, "CloudivizeRole", &trust_account(&account), Some(&policy(&FOUR, &[])));
    let machine = Machine::new(cloud.url()).with_keys(&keys_of_stranger);
    machine.home.profile("hub", &keys).config("[profile hub]\nregion = eu-west-1\n");
    machine
        .run(&["connection", "add", "c", "--role-arn", &arn, "--no-external-id", "--source", "profile:hub"])
        .exits(0);
    let found = machine.check_one(&[], 3);
    let base = found["base_identity"].as_str().unwrap();
    assert!(base.contains(&account) && !base.contains(&stranger), "{base}");
    assert_eq!(check(&found, "sts:AssumeRole")["region"], "eu-west-1");

    // The same profile as the connection itself, without a vault.
    let own = machine.check_one(&["--profile", "hub"], 1);
    assert_eq!(
        (own["id"].clone(), own["name"].as_str(), own["method"].as_str()),
        (Value::Null, Some("hub"), Some("profile"))
    );
    assert_eq!(check(&own, "sts:AssumeRole")["verdict"], "not_applicable");
    assert_eq!(own["account"], account.as_str());
}

#[test]
fn a_connection_may_stand_on_another_ones_session() {
    let cloud = Cloud::new();
    let (account, keys) = hub(&cloud);
    let (middle, end) = (cloud.account(), cloud.account());
    let hop = cloud.make_role(&middle, "Hop", &trust_account(&account), Some(&policy(&["sts:AssumeRole"], &[])));
    let last = cloud.make_role(&end, "Last", &trust_account(&middle), Some(&policy(&FOUR, &[])));
    let machine = Machine::new(cloud.url()).with_keys(&keys);
    machine.run(&["connection", "add", "hop", "--role-arn", &hop, "--no-external-id", "--duration", "7200"]).exits(0);
    let add = ["connection", "add", "last", "--role-arn", &last, "--no-external-id", "--source", "connection:hop"];
    machine.run(&add).exits(0);
    let found = machine.check_one(&["last"], 3);
    assert!(found["base_identity"].as_str().unwrap().contains(":assumed-role/Hop/Cloudivize-Session"));
    assert_eq!(check(&found, "sts:AssumeRole")["verdict"], "allowed");
    let loops = machine.run(&["connection", "edit", "hop", "--source", "connection:last"]).exits(2);
    assert!(loops.stderr.contains("hop"), "{}", loops.stderr);
}

#[test]
fn a_source_that_fails_is_one_fact_and_its_connections_are_untested() {
    let cloud = Cloud::new();
    let machine = Machine::new(cloud.url());
    for name in ["a", "b"] {
        let arn = format!("arn:aws:iam::{}:role/R", cloud.account());
        let add = ["connection", "add", name, "--role-arn", &arn, "--no-external-id", "--source", "profile:nobody"];
        machine.run(&add).exits(0);
    }
    let json = machine.run(&["check", "--format", "json"]).exits(3).json();
    for connection in json["connections"].as_array().unwrap() {
        assert_eq!(connection["status"], "untested");
        assert_eq!(check(connection, "sts:AssumeRole")["error"]["class"], "source");
        assert_eq!(check(connection, "iam:GetAccountSummary")["error"]["class"], "not_reached");
    }
    let quiet = machine.run(&["check", "--quiet"]).exits(3).stdout;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    let line = quiet.trim();
    assert!(line.starts_with("? source profile:nobody: there is no profile nobody in "), "{quiet}");
    assert!(line.ends_with("2 connections wait for it"), "{quiet}");
    // The table says it once, too, and nothing more of the connections that only wait.
    let table = machine.run(&["check"]).exits(3).stdout;
    assert_eq!(table.matches("profile:nobody").count(), 1, "{table}");
    assert_eq!(table.trim_end().lines().last(), Some(line));
}

#[test]
fn since_when_and_what_changed_are_remembered() {
    let (cloud, machine, account, arn) = customer(trust_account, &policy(&FOUR, &[]));
    machine.run(&["connection", "add", "c", "--role-arn", &arn, "--no-external-id"]).exits(0);
    machine.check_one(&[], 3);
    assert_eq!(machine.run(&["check", "--changed"]).exits(3).stdout, "");
    cloud.put_role_policy(&account, "CloudivizeRole", "main", &policy(&["ec2:DescribeRegions"], &[]));
    let changed = machine.run(&["check", "--changed", "--format", "table"]).exits(1).stdout;
    assert!(changed.contains("c: iam:GetAccountSummary: allowed, now denied"), "{changed}");
    assert!(!changed.contains("ec2:DescribeRegions"), "{changed}");
    // The role is gone: what worked with the same values is no typing error.
    cloud.set_trust(&account, "CloudivizeRole", &trust_account(&cloud.account()));
    let refused = machine.check_one(&[], 1);
    let first = &check(&refused, "sts:AssumeRole")["causes"][0];
    assert!(first["compare"].as_str().unwrap().contains("worked until"), "{first}");
}
