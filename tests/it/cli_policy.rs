//! `policy` where the base identity has to be asked, and where checks are run: against the stub.

use crate::program::{Machine, Run};
use crate::stub::{Stub, aws};
use crate::tools::Keys;

const ARN: &str = "arn:aws:iam::111122223333:role/team/CloudivizeRole";
const USER: &str = "arn:aws:iam::444455556666:user/ops/alice";
const SET: &str = "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/alice@example.org";

/// A stub whose base identity is `who`; sessions of roles are themselves.
fn cloud(who: &'static str) -> Stub {
    let stub = Stub::start();
    stub.on("GetCallerIdentity", move |request| {
        if request.access_key() == Some("AKIDBASE") {
            aws::caller_identity(who)
        } else {
            aws::success(request).unwrap()
        }
    });
    stub
}

fn machine(stub: &Stub) -> Machine {
    let keys = Keys { id: "AKIDBASE".to_owned(), secret: "secret".to_owned(), token: None };
    let machine = Machine::new(stub.url()).with_keys(&keys);
    machine.home.profile("hub", &keys);
    machine
}

fn add(machine: &Machine, name: &str, arn: &str, source: &str) -> Run {
    machine.run(&["connection", "add", name, "--role-arn", arn, "--external-id", "id-1", "--source", source]).exits(0)
}

#[test]
fn a_trust_policy_names_the_account_of_the_base_identity_and_asks_nothing_else() {
    let stub = cloud(USER);
    let machine = machine(&stub);
    add(&machine, "prod", ARN, "env");
    let trust = machine.run(&["policy", "trust", "--connection", "prod"]).exits(0).json();
    let statement = &trust["Statement"][0];
    assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::444455556666:root");
    assert_eq!(statement["Condition"]["StringEquals"]["sts:ExternalId"], "id-1");
    let asked: Vec<String> = stub.requests().iter().map(|r| r.operation()).collect();
    assert_eq!(asked, ["GetCallerIdentity"]);
    let me = machine.run(&["policy", "trust", "--connection", "prod", "--principal", "me"]).exits(0).json();
    assert_eq!(me["Statement"][0]["Condition"]["ArnLike"]["aws:PrincipalArn"], USER);
    stub.forget();
    machine.run(&["policy", "trust", "--connection", "prod", "--trusted-account", "111122220000"]).exits(0);
    assert!(stub.requests().is_empty(), "nothing is asked when the account is given");
}

#[test]
fn a_caller_policy_has_one_statement_for_all_roles_of_a_source() {
    let stub = cloud(SET);
    let machine = machine(&stub);
    add(&machine, "prod", ARN, "profile:hub");
    add(&machine, "dev", "arn:aws:iam::111122224444:role/R", "profile:hub");
    let run = machine.run(&["policy", "caller"]).exits(0);
    let statement = &run.json()["Statement"][0];
    assert_eq!(statement["Resource"].as_array().map(Vec::len), Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("permission set Operators"), "{}", run.stderr);
    add(&machine, "own", "arn:aws:iam::111122225555:role/R", "env");
    let several = machine.run(&["policy", "caller"]).exits(2);
    assert!(several.stderr.contains("--source"), "{}", several.stderr);
    let chosen = machine.run(&["policy", "caller", "--source", "profile:hub"]).exits(0).json();
    assert_eq!(chosen["Statement"][0]["Resource"].as_array().map(Vec::len), Some(2));
    let none = machine.run(&["policy", "caller", "--source", "profile:nobody"]).exits(2);
    assert!(none.stderr.contains("nothing to allow"), "{}", none.stderr);
}

#[test]
fn a_base_identity_that_is_refused_is_said_and_nothing_is_printed() {
    let stub = Stub::start();
    stub.on("GetCallerIdentity", |_| aws::expired("GetCallerIdentity"));
    let machine = machine(&stub);
    let run = machine.run(&["policy", "trust", "--no-external-id"]).exits(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("--trusted-account"), "{}", run.all());
}

#[test]
fn missing_prints_what_an_allow_mends_and_nothing_else() {
    let stub = cloud(USER);
    let machine = machine(&stub);
    add(&machine, "prod", ARN, "env");
    let nothing = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0);
    assert!(nothing.stdout.is_empty() && nothing.stderr.contains("no missing permission"), "{}", nothing.all());

    stub.on("GetAccountSummary", |r| aws::denied(r, " with an explicit deny in a service control policy"));
    let above = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0);
    assert!(above.stdout.is_empty(), "{}", above.stdout);
    assert!(above.stderr.contains("iam:GetAccountSummary is denied, and an Allow would not help"), "{}", above.stderr);

    let no_allow = " because no identity-based policy allows the cur:DescribeReportDefinitions action";
    stub.on("DescribeReportDefinitions", move |r| aws::denied(r, no_allow));
    let missing = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0);
    assert_eq!(missing.json()["Statement"][0]["Action"], "cur:DescribeReportDefinitions");

    // Credentials of one's own: the policy goes to the user.
    let own = machine.run(&["--profile", "hub", "policy", "missing"]).exits(0);
    assert!(own.stderr.contains("alice"), "{}", own.stderr);
}

#[test]
fn what_could_not_be_tested_is_not_called_nothing() {
    let stub = cloud(USER);
    let machine = machine(&stub);
    add(&machine, "prod", ARN, "env");
    stub.on("AssumeRole", |r| aws::denied(r, ""));
    let refused = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0);
    assert!(refused.stdout.is_empty() && !refused.stderr.contains("no missing permission"), "{}", refused.all());
    assert!(
        refused.stderr.contains("What prod lacks is not known: 4 permissions could not be tested."),
        "{}",
        refused.all()
    );
    assert!(refused.stderr.contains("sts:AssumeRole is denied"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("iam:GetAccountSummary could not be tested"), "{}", refused.stderr);

    let stub = cloud(USER);
    let machine = self::machine(&stub);
    add(&machine, "prod", ARN, "env");
    stub.on("GetAccountSummary", |_| aws::expired("GetAccountSummary"));
    let expired = machine.run(&["policy", "missing", "--connection", "prod"]).exits(0).stderr;
    assert!(expired.contains("iam:GetAccountSummary could not be tested"), "{expired}");
    assert!(expired.contains("What prod lacks is not known: 1 permission could not be tested."), "{expired}");
}

#[test]
fn permissions_of_a_connection_without_a_role_are_for_its_own_identity() {
    let stub = cloud(USER);
    let machine = machine(&stub);
    for what in ["mandatory", "read", "full"] {
        let own = machine.run(&["--profile", "hub", "policy", what]).exits(0);
        assert!(own.json()["Statement"].is_array(), "{}", own.stdout);
        assert!(own.stderr.contains("user alice in 444455556666"), "{}", own.stderr);
        assert!(!own.stderr.contains("CloudivizeRole"), "{}", own.stderr);
    }
    // A role that is described is meant.
    let role = machine.run(&["--profile", "hub", "policy", "mandatory", "--role-name", "Other"]).exits(0);
    assert!(role.stderr.contains("role Other"), "{}", role.stderr);
}
