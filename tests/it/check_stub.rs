//! `check` against the stub: AWS's own sentences, regions, the ExternalId probe, durations, partitions, and what the
//! requests look like.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::{Machine, check, verdicts};
use crate::stub::{Reply, Request, Stub, aws};
use crate::tools::Keys;

/// The role of the tests.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/CloudivizeRole";
/// Who the session is.
pub const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/CloudivizeRole/Cloudivize-Session";
/// The permissions behind `sts:AssumeRole`.
pub const FOUR: [&str; 4] =
    ["cur:DescribeReportDefinitions", "ec2:DescribeAccountAttributes", "ec2:DescribeRegions", "iam:GetAccountSummary"];

/// Keys of a user, as good as any to the stub.
pub fn user() -> Keys {
    Keys { id: "AKIASTUBSTUBSTUBSTUB".to_owned(), secret: "the-secret-of-the-user".to_owned(), token: None }
}

/// A machine with a user's keys in its environment, whose calls go to the stub.
pub fn machine(stub: &Stub) -> Machine {
    Machine::new(stub.url()).with_keys(&user())
}

/// The same with one connection `c` to [`ROLE`] without an ExternalId; `more` are further options.
pub fn connected(stub: &Stub, more: &[&str]) -> Machine {
    let machine = machine(stub);
    add(&machine, "c", ROLE, &[&["--no-external-id"], more].concat());
    machine
}

/// Adds a connection.
pub fn add(machine: &Machine, name: &str, role: &str, more: &[&str]) {
    let arguments = [&["connection", "add", name, "--role-arn", role], more].concat();
    machine.run(&arguments).exits(0);
}

/// The operation of an action.
pub fn operation(action: &str) -> &str {
    action.split_once(':').unwrap().1
}

/// The role's service from an operation, for sentences.
fn action_of(request: &Request) -> String {
    let operation = request.operation();
    FOUR.iter().find(|a| a.ends_with(&operation)).map_or_else(|| format!("sts:{operation}"), |a| (*a).to_owned())
}

/// Refuses the four with what `reason` says about the action.
fn refuse_four(stub: &Stub, reason: impl Fn(&str) -> String + Send + Sync + 'static) {
    stub.on_any(move |request| {
        let action = action_of(request);
        FOUR.contains(&action.as_str()).then(|| aws::denied(request, &reason(&action)))
    });
}

fn missing_actions(connection: &Value) -> BTreeSet<String> {
    let statements = connection["missing_policy"]["Statement"].as_array();
    let actions = statements.into_iter().flatten().flat_map(|s| match &s["Action"] {
        Value::Array(all) => all.iter().map(|a| a.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    });
    actions.collect()
}

const SCP: &str = "arn:aws:organizations::222233334444:policy/o-exampleorgid/service_control_policy/p-examplepol1";
const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/Boundary";

/// Every kind of policy that AWS names, on each of the four permissions.
#[test]
fn awss_sentences_name_the_policy_that_refused() {
    type Sentence = fn(&str) -> String;
    let cases: [(Sentence, &str, Value, Value, &str, bool); 13] = [
        (
            |a| format!(" because no identity-based policy allows the {a} action"),
            "identity_no_allow",
            json!("identity"),
            Value::Null,
            "role CloudivizeRole in account 111122223333",
            true,
        ),
        (
            |_| format!(" with an explicit deny in a service control policy: {SCP}"),
            "scp_explicit_deny",
            json!("scp"),
            json!(SCP),
            "management account",
            false,
        ),
        (
            |a| format!(" because no service control policy allows the {a} action"),
            "scp_no_allow",
            json!("scp"),
            Value::Null,
            "management account",
            false,
        ),
        (
            |_| " with an explicit deny in a resource control policy".to_owned(),
            "rcp_deny",
            json!("rcp"),
            Value::Null,
            "resource control policy",
            false,
        ),
        (
            |a| format!(" because no permissions boundary allows the {a} action"),
            "permissions_boundary_no_allow",
            json!("boundary"),
            Value::Null,
            "boundary",
            false,
        ),
        (
            |_| format!(" with an explicit deny in a permissions boundary: {BOUNDARY}"),
            "permissions_boundary_explicit_deny",
            json!("boundary"),
            json!(BOUNDARY),
            "Whoever set the boundary",
            false,
        ),
        (
            |a| format!(" because no session policy allows the {a} action"),
            "session_policy_no_allow",
            json!("session"),
            Value::Null,
            "session policy",
            false,
        ),
        (
            |_| " with an explicit deny in a session policy".to_owned(),
            "session_policy_explicit_deny",
            json!("session"),
            Value::Null,
            "session policy",
            false,
        ),
        (
            |a| format!(" because no resource-based policy allows the {a} action"),
            "resource_policy_no_allow",
            json!("resource"),
            Value::Null,
            "owner",
            false,
        ),
        (
            |a| format!(" because no VPC endpoint policy allows the {a} action"),
            "vpc_endpoint_policy",
            json!("vpc_endpoint"),
            Value::Null,
            "VPC endpoint",
            false,
        ),
        (
            |_| " with an explicit deny in an identity-based policy".to_owned(),
            "explicit_deny_identity",
            json!("identity"),
            Value::Null,
            "take the Deny out",
            false,
        ),
        // No policy is named: an Allow may help, but not against a Deny.
        (|_| String::new(), "unspecified", Value::Null, Value::Null, "AWS named no policy", true),
        (
            |_| " with an explicit deny".to_owned(),
            "unspecified",
            Value::Null,
            Value::Null,
            "An Allow beside it does not help",
            false,
        ),
    ];
    for (sentence, reason, policy_type, policy_arn, words, allow_helps) in cases {
        let stub = Stub::start();
        refuse_four(&stub, sentence);
        let found = connected(&stub, &[]).check_one(&[], 1);
        let shown = sentence("ACTION");
        assert_eq!(found["status"], "denied", "{shown}");
        assert_eq!(check(&found, "sts:AssumeRole")["verdict"], "allowed");
        for permission in FOUR {
            let check = check(&found, permission);
            let denial = &check["denial"];
            assert_eq!(check["verdict"], "denied", "{permission} {shown}");
            assert_eq!(check["evidence"], "live");
            assert_eq!(check["error"], Value::Null);
            assert_eq!(denial["reason"], reason, "{permission}{shown}");
            assert_eq!(denial["policy_type"], policy_type, "{permission}{shown}");
            assert_eq!(denial["policy_arn"], policy_arn, "{permission}{shown}");
            assert_eq!(denial["principal"], SESSION);
            assert_eq!(denial["action"], permission);
            assert_eq!(denial["explicit"], shown.contains("explicit deny"), "{shown}");
            let advice = check["advice"].as_str().unwrap();
            assert!(advice.contains(words), "{permission}{shown}: {advice}");
            assert!(check["request_id"].is_string());
        }
        let expected: BTreeSet<String> = if allow_helps { FOUR.map(str::to_owned).into() } else { BTreeSet::new() };
        assert_eq!(missing_actions(&found), expected, "{shown}");
        assert_eq!(found["missing_policy"].is_null(), !allow_helps, "{shown}");
    }
}

#[test]
fn an_encoded_message_offers_the_allow_and_the_way_to_read_it() {
    let stub = Stub::start();
    for name in ["DescribeRegions", "DescribeAccountAttributes"] {
        stub.on(name, |r| {
            let words = "You are not authorized to perform this operation. Encoded authorization failure message: \
                         Zm9vYmFy-4YB_q1w2e3r4t5";
            aws::error(&r.operation(), 403, "UnauthorizedOperation", words)
        });
    }
    let found = connected(&stub, &[]).check_one(&[], 1);
    for permission in ["ec2:DescribeRegions", "ec2:DescribeAccountAttributes"] {
        let denial = &check(&found, permission)["denial"];
        assert_eq!(denial["reason"], "encoded_only");
        assert_eq!(denial["encoded"], "Zm9vYmFy-4YB_q1w2e3r4t5");
        assert!(check(&found, permission)["advice"].as_str().unwrap().contains("sts:DecodeAuthorizationMessage"));
    }
    let both = ["ec2:DescribeAccountAttributes", "ec2:DescribeRegions"].map(str::to_owned);
    assert_eq!(missing_actions(&found), both.into());
}

#[test]
fn a_lone_refusal_of_the_report_list_is_normal_with_read_only_access() {
    let stub = Stub::start();
    stub.on("DescribeReportDefinitions", |r| {
        aws::denied(r, " because no identity-based policy allows the cur:DescribeReportDefinitions action")
    });
    let machine = connected(&stub, &[]);
    let found = machine.check_one(&[], 1);
    let advice = check(&found, "cur:DescribeReportDefinitions")["advice"].as_str().unwrap();
    assert!(advice.contains("normal with ReadOnlyAccess"), "{advice}");
    assert!(advice.contains("role CloudivizeRole in account 111122223333"), "{advice}");
    let table = machine.run(&["check"]).exits(1).stdout;
    assert!(table.contains("normal with ReadOnlyAccess"), "{table}");
}

fn in_region(name: &str, region: &'static str, reply: fn(&Request) -> Reply) -> impl Fn(&Request) -> Option<Reply> {
    let name = name.to_owned();
    move |r: &Request| (r.operation() == name && r.region() == Some(region)).then(|| reply(r))
}

const REGION_DENY: &str = " with an explicit deny in a service control policy";

#[test]
fn a_refusal_in_one_region_is_not_believed_when_a_second_one_answers() {
    let stub = Stub::start();
    stub.on_any(in_region("DescribeRegions", "us-east-1", |r| aws::denied(r, REGION_DENY)));
    let found = connected(&stub, &[]).check_one(&[], 0);
    let regions = check(&found, "ec2:DescribeRegions");
    assert_eq!((&regions["verdict"], &regions["region"]), (&json!("allowed"), &json!("eu-west-1")));
    assert!(regions["advice"].as_str().unwrap().contains("refused in us-east-1"), "{regions}");
    assert_eq!(check(&found, "ec2:DescribeAccountAttributes")["region"], "us-east-1");
    assert_eq!(stub.count("DescribeRegions"), 2);
    assert_eq!(stub.count("DescribeAccountAttributes"), 1, "no second region without a refusal");
}

#[test]
fn a_region_that_is_off_is_no_refusal() {
    fn off(r: &Request) -> Reply {
        let words = "AWS was not able to validate the provided access credentials";
        aws::error(&r.operation(), 401, "AuthFailure", words)
    }
    let stub = Stub::start();
    for name in ["DescribeRegions", "DescribeAccountAttributes"] {
        stub.on_any(in_region(name, "ap-east-1", off));
    }
    let machine = connected(&stub, &["--region", "ap-east-1", "--region", "eu-west-1"]);
    let found = machine.check_one(&[], 0);
    assert_eq!(check(&found, "ec2:DescribeRegions")["region"], "us-east-1");
    // STS of a region that may be off is never asked.
    assert_eq!(stub.asked("AssumeRole")[0].region(), Some("us-east-1"));

    // Off everywhere: bad keys look the same, and neither is a refusal.
    for name in ["DescribeRegions", "DescribeAccountAttributes"] {
        stub.on(name, off);
    }
    let found = machine.check_one(&[], 3);
    let regions = check(&found, "ec2:DescribeRegions");
    assert_eq!((&regions["verdict"], &regions["error"]["class"]), (&json!("untested"), &json!("region_off")));
    assert_eq!(regions["error"]["code"], "AuthFailure");
}

#[test]
fn sts_that_is_off_in_a_region_is_asked_in_the_default_one() {
    let stub = Stub::start();
    stub.on_any(in_region("AssumeRole", "eu-central-1", |_| {
        let words = "STS is not activated in this region for account:111122223333. Your account administrator can \
                     activate STS in this region using the IAM Console.";
        aws::error("AssumeRole", 403, "RegionDisabledException", words)
    }));
    let found = connected(&stub, &["--region", "eu-central-1"]).check_one(&[], 0);
    assert_eq!(check(&found, "sts:AssumeRole")["region"], "us-east-1");
    let asked: Vec<_> = stub.asked("AssumeRole").iter().map(|r| r.region().unwrap().to_owned()).collect();
    assert_eq!(asked, ["eu-central-1", "us-east-1"]);
}

/// A source is shared: the region of whichever connection asks first must not make it fail for all.
#[test]
fn a_source_is_proved_in_the_default_region_where_sts_is_off_elsewhere() {
    let stub = Stub::start();
    stub.on_any(in_region("GetCallerIdentity", "eu-central-1", |_| {
        aws::error("GetCallerIdentity", 403, "RegionDisabledException", "STS is not activated in this region")
    }));
    let machine = connected(&stub, &["--region", "eu-central-1"]);
    let found = machine.check_one(&[], 0);
    assert_eq!(found["base_identity"], "arn:aws:iam::999988887777:user/operator");
}

/// Two connections stand on a third one's session: it is made once, and its base is asked once.
#[test]
fn a_chain_is_climbed_once_for_all_that_stand_on_it() {
    let stub = Stub::start();
    let machine = machine(&stub);
    add(&machine, "hop", "arn:aws:iam::444455556666:role/Hop", &["--no-external-id", "--duration", "7200"]);
    for (name, role) in [("a", ROLE), ("b", "arn:aws:iam::777788889999:role/R")] {
        add(&machine, name, role, &["--no-external-id", "--source", "connection:hop", "--duration", "7200"]);
    }
    let json = machine.run(&["check", "a", "b", "--format", "json"]).exits(0).json();
    for connection in json["connections"].as_array().unwrap() {
        assert_eq!(connection["base_identity"], "arn:aws:sts::444455556666:assumed-role/Hop/Cloudivize-Session");
        assert_eq!(connection["source"], "connection:hop");
    }
    let asked: Vec<_> = stub
        .asked("AssumeRole")
        .iter()
        .map(|r| (r.form("RoleArn").unwrap(), r.form("DurationSeconds").unwrap()))
        .collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    for (role, seconds) in asked {
        assert_eq!(seconds, if role.ends_with("/Hop") { "7200" } else { "3600" }, "{role}");
    }
    // The link is refused: that is a fact about the source, and nothing behind it is denied.
    stub.on_any(|r| r.form("RoleArn").is_some_and(|a| a.ends_with("/Hop")).then(|| aws::denied(r, "")));
    let json = machine.run(&["check", "a", "b", "--format", "json"]).exits(3).json();
    for connection in json["connections"].as_array().unwrap() {
        let error = &check(connection, "sts:AssumeRole")["error"];
        assert_eq!(error["class"], "source");
        assert!(error["message"].as_str().unwrap().starts_with("connection:hop: "), "{error}");
    }
    let text = machine.run(&["check", "a", "b"]).exits(3).stdout;
    assert_eq!(text.matches("not authorized to perform").count(), 1, "{text}");
}

#[test]
fn regions_lists_what_is_on_and_assumes_when_the_account_may_not_say() {
    let stub = Stub::start();
    let machine = connected(&stub, &[]);
    let listed = machine.run(&["regions", "--format", "json"]).exits(0).json();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|r| r["region"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]);
    assert_eq!(
        listed[0],
        json!({"connection": "c", "account": "111122223333", "region": "eu-central-1", "state": "on", "opt_in_status": "opt-in-not-required"})
    );
    for other in ["GetAccountSummary", "DescribeReportDefinitions", "DescribeAccountAttributes"] {
        assert_eq!(stub.count(other), 0, "{other} is not asked for a list of regions");
    }

    stub.on("DescribeRegions", |r| aws::denied(r, ""));
    let run = machine.run(&["regions", "--format", "csv"]).exits(1);
    assert!(run.stdout.contains("c,111122223333,us-east-1,assumed,unknown"), "{}", run.stdout);
    assert!(run.stderr.contains("ec2:DescribeRegions denied"), "{}", run.stderr);
    stub.on("DescribeRegions", |_| aws::throttled("DescribeRegions"));
    machine.run(&["regions"]).exits(3);
    let near = machine.run(&["regions", "C"]).exits(2);
    assert!(near.stderr.contains("did you mean c"), "{}", near.stderr);
}

#[test]
fn a_chained_session_lasts_an_hour_at_most() {
    let stub = Stub::start();
    let temporary = Keys { id: "ASIASTUBSTUBSTUBSTUB".to_owned(), token: Some("token".to_owned()), ..user() };
    let machine = Machine::new(stub.url()).with_keys(&temporary);
    add(&machine, "c", ROLE, &["--no-external-id", "--duration", "7200"]);
    machine.check_one(&[], 0);
    let durations = || stub.asked("AssumeRole").iter().map(|r| r.form("DurationSeconds").unwrap()).collect::<Vec<_>>();
    assert_eq!(durations(), ["3600"]);

    // The keys of a user are permanent: what was asked for, and an hour when the role allows no more.
    let machine = connected(&stub, &["--duration", "7200"]);
    stub.forget();
    machine.check_one(&[], 0);
    assert_eq!(durations(), ["7200"]);
    stub.on("AssumeRole", |r| {
        if r.form("DurationSeconds").as_deref() == Some("3600") {
            return aws::assume_role(r);
        }
        let words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        aws::error("AssumeRole", 400, "ValidationError", words)
    });
    stub.forget();
    let found = machine.check_one(&[], 0);
    assert_eq!(durations(), ["7200", "3600"]);
    assert_eq!(check(&found, "sts:AssumeRole")["verdict"], "allowed");
}

/// A machine whose base identity and region are of another partition.
fn partition_machine(stub: &Stub, arn: &'static str, role: &str) -> Machine {
    stub.on_any(move |r| {
        (r.operation() == "GetCallerIdentity" && r.header("x-amz-security-token").is_none())
            .then(|| aws::caller_identity(arn))
    });
    let machine = machine(stub);
    add(&machine, "c", role, &["--no-external-id"]);
    machine
}

fn check_in(machine: &Machine, region: &str, code: i32) -> Value {
    let mut command = machine.command(&["check", "--format", "json"]);
    let run: crate::program::Run = command.env("AWS_REGION", region).output().unwrap().into();
    run.exits(code).json()["connections"][0].clone()
}

#[test]
fn each_partition_has_its_own_regions_and_no_report_list_where_none_is_served() {
    let stub = Stub::start();
    let gov = partition_machine(
        &stub,
        "arn:aws-us-gov:iam::999988887777:user/operator",
        "arn:aws-us-gov:iam::111122223333:role/CloudivizeRole",
    );
    let found = check_in(&gov, "us-gov-west-1", 0);
    let reports = check(&found, "cur:DescribeReportDefinitions");
    assert_eq!(reports["verdict"], "not_applicable");
    assert!(reports["advice"].as_str().unwrap().contains("aws-us-gov"), "{reports}");
    assert_eq!(found["status"], "allowed");
    assert!(stub.requests().iter().all(|r| r.region().unwrap().starts_with("us-gov-")));
    assert_eq!(stub.count("DescribeReportDefinitions"), 0);
    assert_eq!(check(&found, "ec2:DescribeRegions")["region"], "us-gov-west-1");

    let stub = Stub::start();
    let china = partition_machine(
        &stub,
        "arn:aws-cn:iam::999988887777:user/operator",
        "arn:aws-cn:iam::111122223333:role/CloudivizeRole",
    );
    let found = check_in(&china, "cn-north-1", 0);
    assert_eq!(check(&found, "cur:DescribeReportDefinitions")["region"], "cn-northwest-1");
    assert_eq!(stub.asked("DescribeReportDefinitions")[0].region(), Some("cn-northwest-1"));
    assert_eq!(check(&found, "ec2:DescribeRegions")["region"], "cn-north-1");
    stub.on("DescribeRegions", |r| {
        aws::denied(r, " because no identity-based policy allows the ec2:DescribeRegions action")
    });
    let refused = check_in(&china, "cn-north-1", 1);
    assert_eq!(missing_actions(&refused), ["ec2:DescribeRegions".to_owned()].into());
}

#[test]
fn a_role_of_another_partition_than_the_source_is_said_and_not_asked_for() {
    let stub = Stub::start();
    let machine = partition_machine(
        &stub,
        "arn:aws:iam::999988887777:user/operator",
        "arn:aws-us-gov:iam::111122223333:role/CloudivizeRole",
    );
    let found = machine.check_one(&[], 3);
    let first = check(&found, "sts:AssumeRole");
    assert_eq!((&first["verdict"], &first["error"]["class"]), (&json!("untested"), &json!("invalid")));
    let words = first["error"]["message"].as_str().unwrap();
    assert!(words.contains("aws-us-gov") && words.contains("source of its own"), "{words}");
    for permission in FOUR {
        assert_eq!(check(&found, permission)["error"]["class"], "not_reached");
    }
    assert_eq!(stub.count("AssumeRole"), 0);
    assert_eq!(found["status"], "untested");
}

#[test]
fn every_call_says_who_asks_and_sources_are_asked_once() {
    let stub = Stub::start();
    let machine = machine(&stub);
    machine.home.profile("hub", &user());
    for n in 0..20 {
        let source = if n % 2 == 0 { "env" } else { "profile:hub" };
        let role = format!("arn:aws:iam::1111222233{n:02}:role/CloudivizeRole");
        add(&machine, &format!("c{n}"), &role, &["--no-external-id", "--source", source]);
    }
    stub.delay_all(Duration::from_millis(20));
    let json = machine.run(&["check", "--format", "json", "--concurrency", "4"]).exits(0).json();
    let connections = json["connections"].as_array().unwrap();
    assert_eq!(connections.len(), 20);
    let names: Vec<_> = connections.iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, (0..20).map(|n| format!("c{n}")).collect::<Vec<_>>(), "in the vault's order");
    assert!((2..=4).contains(&stub.peak()), "{} requests in flight", stub.peak());
    assert_eq!(stub.count("AssumeRole"), 20);
    let by_base = stub.asked("GetCallerIdentity").iter().filter(|r| r.header("x-amz-security-token").is_none()).count();
    assert_eq!(by_base, 2, "once for each source");
    for action in FOUR {
        assert_eq!(stub.count(operation(action)), 20, "{action}");
    }
    for request in stub.requests() {
        assert!(request.user_agent().contains("app/cloudivize"), "{}", request.user_agent());
    }
    assert!(
        stub.asked("AssumeRole").iter().all(|r| r.form("RoleSessionName").as_deref() == Some("Cloudivize-Session"))
    );
    for connection in connections {
        let session = connection["session_identity"].as_str().unwrap();
        assert!(session.contains(connection["account"].as_str().unwrap()), "each acts in its own account: {session}");
    }
}

#[test]
fn a_connections_own_endpoint_is_used_for_it_alone_its_source_included() {
    let (general, own) = (Stub::start(), Stub::start());
    let machine = machine(&general);
    add(&machine, "general", "arn:aws:iam::111122223333:role/R", &["--no-external-id"]);
    add(&machine, "own", "arn:aws:iam::444455556666:role/R", &["--no-external-id", "--endpoint-url", own.url()]);
    let json = machine.run(&["check", "--format", "json"]).exits(0).json();
    for (stub, account) in [(&general, "111122223333"), (&own, "444455556666")] {
        assert_eq!(stub.count("AssumeRole"), 1);
        assert!(stub.asked("AssumeRole")[0].form("RoleArn").unwrap().contains(account));
        let base =
            stub.asked("GetCallerIdentity").iter().filter(|r| r.header("x-amz-security-token").is_none()).count();
        assert_eq!(base, 1, "the source is proved at each endpoint");
        for action in FOUR {
            assert_eq!(stub.count(operation(action)), 1, "{action}");
        }
    }
    // Loopback is nothing foreign.
    assert!(json["connections"].as_array().unwrap().iter().all(|c| c["endpoint"].is_null()));
}

#[test]
fn plain_http_off_this_machine_is_refused_before_anything_is_sent() {
    let stub = Stub::start();
    let machine = connected(&stub, &[]);
    let refused = machine
        .run(&[
            "connection",
            "add",
            "far",
            "--role-arn",
            ROLE,
            "--no-external-id",
            "--endpoint-url",
            "http://aws.example",
        ])
        .exits(2);
    assert!(
        refused.stderr.contains("plain http") && refused.stderr.contains("allow_insecure_endpoint"),
        "{}",
        refused.stderr
    );
    let mut command = machine.command(&["check", "--format", "json", "--yes"]);
    let run: crate::program::Run = command.env("AWS_ENDPOINT_URL", "http://aws.example").output().unwrap().into();
    let refused = run.exits(2).stderr;
    assert!(refused.contains("AWS_ENDPOINT_URL is plain http") && !refused.contains("not AWS"), "{refused}");
    // What is no address at all is no question either.
    let mut command = machine.command(&["check"]);
    let run: crate::program::Run = command.env("AWS_ENDPOINT_URL_IAM", "junk").output().unwrap().into();
    let refused = run.exits(2).stderr;
    assert!(refused.contains("AWS_ENDPOINT_URL_IAM is not a URL; it looks like https://host:port"), "{refused}");
    assert_eq!(stub.requests().len(), 0);
}
