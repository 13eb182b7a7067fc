//! What roles may not list: said with its reason and exit code, beside everything that they may.

use serde_json::{Value, json};

use super::{text, texts};
use crate::program::{Machine, Run};
use crate::tools::{Cloud, trust_account_with_id};

const KINDS: [&str; 3] = ["aws/ec2/vpc", "aws/iam/user", "aws/sns/topic"];
const ALL: [&str; 4] = ["ec2:Describe*", "iam:List*", "iam:Get*", "sns:*"];

fn policy(allow: &[&str], deny: &[&str]) -> String {
    let mut statements = vec![json!({"Effect": "Allow", "Action": allow, "Resource": "*"})];
    if !deny.is_empty() {
        statements.push(json!({"Effect": "Deny", "Action": deny, "Resource": "*"}));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A machine with a connection to a role in an account of its own for each of these policies; the accounts.
/// Each has a user, a topic, and the network that every account has.
fn customers(policies: &[&str]) -> (Machine, Vec<String>) {
    let cloud = Cloud::new();
    let hub = cloud.account();
    let keys = cloud.make_user(&hub, "operator", Some(&policy(&["sts:AssumeRole"], &[])));
    let machine = Machine::new(cloud.url()).with_keys(&keys);
    let customer = |(n, policy): (usize, &&str)| {
        let account = cloud.account();
        let id = format!("id-{account}");
        let role = cloud.make_role(&account, "CloudivizeRole", &trust_account_with_id(&hub, &id), Some(policy));
        cloud.make_user(&account, "ada", None);
        cloud.query("sns", "2010-03-31", &account, &[("Action", "CreateTopic"), ("Name", &format!("topic-{n}"))]);
        let add = ["connection", "add", &format!("c{n}"), "--role-arn", &role, "--external-id", &id];
        machine.run(&add).exits(0);
        account
    };
    let accounts = policies.iter().enumerate().map(customer).collect();
    (machine, accounts)
}

fn list(machine: &Machine, more: &[&str]) -> Run {
    let mut arguments = vec!["assets", "--format", "json", "--region", "us-east-1", "--region", "eu-west-1"];
    arguments.extend(more);
    arguments.extend(KINDS);
    machine.run(&arguments)
}

/// Kinds and accounts of the rows.
fn listed(json: &Value) -> Vec<(String, String)> {
    let rows = json["assets"].as_array().unwrap().iter();
    let mut found: Vec<_> = rows.map(|row| (text(&row["kind"]), text(&row["account"]))).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn three_accounts_are_one_table_through_roles_with_external_ids() {
    let everything = policy(&ALL, &[]);
    let (machine, accounts) = customers(&[everything.as_str(); 3]);
    let json = list(&machine, &[]).exits(0).json();
    let mut wanted: Vec<(String, String)> =
        KINDS.iter().flat_map(|kind| accounts.iter().map(|a| ((*kind).to_owned(), a.clone()))).collect();
    wanted.sort();
    assert_eq!(listed(&json), wanted);
    for row in json["assets"].as_array().unwrap() {
        let n = accounts.iter().position(|a| *a == text(&row["account"])).unwrap();
        assert_eq!(row["connection"], format!("c{n}").as_str());
        if row["kind"] == "aws/sns/topic" {
            assert_eq!((text(&row["id"]), text(&row["region"])), (format!("topic-{n}"), "us-east-1".to_owned()));
        }
    }
    assert_eq!(json["cells"]["asked"], 15, "two kinds in two regions and a global one, three times");
    assert_eq!(json["cells"]["listed"], 15);
    let one = list(&machine, &["--account", &accounts[1]]).exits(0).json();
    assert!(listed(&one).iter().all(|(_, account)| *account == accounts[1]));
}

#[test]
fn what_is_denied_is_said_with_its_reason_beside_what_is_not() {
    let partly = policy(&["ec2:Describe*", "sns:*"], &[]);
    let explicit = policy(&ALL, &["ec2:DescribeVpcs"]);
    let everything = policy(&ALL, &[]);
    let (machine, accounts) = customers(&[&partly, &explicit, &everything]);
    let run = list(&machine, &[]).exits(1);
    let json = run.json();
    let refused = [("aws/iam/user", &accounts[0]), ("aws/ec2/vpc", &accounts[1])];
    let mut wanted: Vec<(String, String)> =
        KINDS.iter().flat_map(|kind| accounts.iter().map(|a| ((*kind).to_owned(), a.clone()))).collect();
    wanted.retain(|(kind, account)| !refused.contains(&(kind.as_str(), account)));
    wanted.sort();
    assert_eq!(listed(&json), wanted, "everything else is there");
    let reason = |kind: &str| {
        let reasons = json["cells"]["reasons"].as_array().unwrap();
        let found = reasons.iter().find(|r| texts(&r["kinds"]).iter().any(|k| k == kind));
        found.unwrap_or_else(|| panic!("{kind}: {json:#}")).clone()
    };
    let (silent, explicit) = (reason("aws/iam/user"), reason("aws/ec2/vpc"));
    assert_eq!(
        (&silent["denial"]["reason"], &silent["denial"]["action"]),
        (&json!("identity_no_allow"), &json!("iam:ListUsers"))
    );
    assert_eq!(texts(&silent["connections"]), ["c0"]);
    assert_eq!(
        (&explicit["denial"]["reason"], &explicit["denial"]["action"]),
        (&json!("explicit_deny_identity"), &json!("ec2:DescribeVpcs"))
    );
    assert_eq!(
        (texts(&explicit["connections"]), texts(&explicit["regions"])),
        (vec!["c1".to_owned()], vec!["eu-west-1".to_owned(), "us-east-1".to_owned()])
    );
    assert_eq!((&json["cells"]["denied"], &json["cells"]["failed"]), (&json!(3), &json!(0)));
    for words in ["iam:ListUsers", "ec2:DescribeVpcs", "c0", "c1"] {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
}

#[test]
fn a_role_that_may_nothing_lists_nothing_and_one_that_cannot_be_assumed_is_said() {
    let (machine, accounts) = customers(&[&policy(&["sns:ListTopics"], &[]), &policy(&["cur:*"], &[])]);
    let wrong = ["connection", "edit", "c0", "--external-id", "id-4711"];
    machine.run(&wrong).exits(0);
    let run = list(&machine, &[]).exits(1);
    let json = run.json();
    assert_eq!(listed(&json), []);
    let reasons = json["cells"]["reasons"].as_array().unwrap();
    let assume = reasons.iter().find(|r| texts(&r["connections"]) == ["c0"]).expect("the one that cannot be assumed");
    assert_eq!(assume["denial"]["reason"], "trust_or_caller");
    let others = reasons.iter().filter(|r| texts(&r["connections"]) == ["c1"]);
    assert!(others.into_iter().all(|r| r["denial"]["reason"] == "identity_no_allow"), "{json:#} {accounts:?}");
}
