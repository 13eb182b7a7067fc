//! `check` where something else than a policy is in the way: no answer is never a refusal, each trouble is named for what
//! it is, and the run ends as it should.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::check_stub::{FOUR, ROLE, add, connected, machine, operation};
use crate::program::{Machine, Run, check, verdicts};
use crate::stub::{Reply, Stub, aws, date};
use crate::tools::Keys;

/// The check of `iam:GetAccountSummary` when the stub answers it so, and how often it was asked.
fn summary(reply: impl Fn() -> Reply + Send + Sync + 'static, timeout: &str, code: i32) -> (Value, usize) {
    let stub = Stub::start();
    stub.on("GetAccountSummary", move |_| reply());
    let found = connected(&stub, &[]).check_one(&["--timeout", timeout], code);
    let others = verdicts(&found);
    assert_eq!(others.iter().filter(|(_, v)| v == "allowed").count(), if code == 0 { 5 } else { 4 }, "{others:?}");
    assert_eq!(found["missing_policy"], Value::Null);
    (check(&found, "iam:GetAccountSummary").clone(), stub.count("GetAccountSummary"))
}

const SUMMARY: &str = "GetAccountSummary";

type MakeReply = Box<dyn Fn() -> Reply + Send + Sync>;

/// What is no refusal, in many forms: untested, with its class and code, and two tries at most.
#[test]
fn no_answer_is_never_a_refusal() {
    fn error(status: u16, code: &'static str, words: &'static str) -> MakeReply {
        Box::new(move || aws::error(SUMMARY, status, code, words))
    }
    let skew = "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    let cases: Vec<(&str, MakeReply, &str, &str)> = vec![
        ("throttled", Box::new(|| aws::throttled(SUMMARY)), "throttled", "Rate exceeded"),
        ("expired", Box::new(|| aws::expired(SUMMARY)), "expired", "expired"),
        ("clock", error(403, "SignatureDoesNotMatch", skew), "clock", "20220127T014428Z"),
        (
            "keys",
            error(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
            "invalid",
            "invalid",
        ),
        (
            "action",
            error(400, "InvalidAction", "Could not find operation GetAccountSummary"),
            "unsupported",
            "operation",
        ),
        ("fault", error(500, "InternalFailure", "An internal error has occurred"), "other", "internal error"),
        ("opt in", error(403, "OptInRequired", "You are not subscribed to this service."), "region_off", "subscribed"),
        ("a page", Box::new(|| Reply::html(200, "Please log in")), "proxy", "web page"),
        ("a forbidding page", Box::new(|| Reply::html(403, "Forbidden by Corp")), "proxy", "web page"),
        ("a gateway's page", Box::new(|| Reply::html(502, "Bad Gateway")), "proxy", "web page"),
        ("a proxy's 407", Box::new(|| Reply::html(407, "Login")), "proxy", "407"),
        ("half an answer", Box::new(|| aws::account_summary(&[("Users", 1)]).half()), "network", "was cut"),
        ("a cut connection", Box::new(Reply::cut_off), "network", "cut"),
        ("not XML", Box::new(|| Reply::new(200, "text/xml", "<<<")), "other", "status 200"),
        ("no code", Box::new(|| Reply::new(403, "text/plain", "no")), "other", "status 403"),
        ("silence", Box::new(Reply::never), "network", "--timeout"),
    ];
    std::thread::scope(|scope| {
        for (what, reply, class, words) in cases {
            scope.spawn(move || {
                let (found, asked) = summary(reply, if what == "silence" { "1" } else { "30" }, 3);
                assert_eq!(found["verdict"], "untested", "{what}: {found:#}");
                assert_eq!(
                    (&found["denial"], found["error"]["class"].as_str()),
                    (&Value::Null, Some(class)),
                    "{what}: {found:#}"
                );
                assert!(found["error"]["message"].as_str().unwrap().contains(words), "{what}: {found:#}");
                assert!(asked <= 2, "{what}: asked {asked} times");
            });
        }
    });
}

#[test]
fn what_passes_is_tried_once_more_and_then_counts() {
    for trouble in [aws::throttled(SUMMARY), Reply::cut_off(), aws::error(SUMMARY, 500, "InternalFailure", "x")] {
        let stub = Stub::start();
        stub.sequence(SUMMARY, [trouble]);
        let found = connected(&stub, &[]).check_one(&[], 0);
        assert_eq!(check(&found, "iam:GetAccountSummary")["verdict"], "allowed");
        assert_eq!(stub.count(SUMMARY), 2);
    }
    // A refusal is an answer: it is not repeated.
    let stub = Stub::start();
    stub.on(SUMMARY, |r| aws::denied(r, ""));
    connected(&stub, &[]).check_one(&[], 1);
    assert_eq!(stub.count(SUMMARY), 1);
}

#[test]
fn an_answer_without_end_is_not_taken_in() {
    let (found, _) = summary(|| Reply::new(200, "text/xml", vec![b' '; 65 * 1024 * 1024]), "30", 3);
    assert_eq!(found["verdict"], "untested");
    assert!(found["error"]["message"].as_str().unwrap().contains("larger than"), "{found:#}");
}

/// The same troubles before AssumeRole are the source's: one fact, and nothing is denied.
#[test]
fn a_source_in_trouble_keeps_its_class_and_says_what_helps() {
    let skew = "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    let who = "GetCallerIdentity";
    for (reply, class, words) in [
        (aws::expired(who), "source", "renew"),
        (aws::error(who, 403, "SignatureDoesNotMatch", skew), "clock", "20220127T014428Z"),
        (aws::throttled(who), "throttled", "Rate exceeded"),
        (Reply::html(200, "Please log in"), "proxy", "web page"),
        (
            aws::error(who, 403, "InvalidClientTokenId", "The security token included in the request is invalid."),
            "source",
            "invalid",
        ),
    ] {
        let stub = Stub::start();
        stub.on(who, move |_| reply.clone());
        let machine = connected(&stub, &[]);
        add(&machine, "d", "arn:aws:iam::444455556666:role/R", &["--no-external-id"]);
        let json = machine.run(&["check", "--format", "json"]).exits(3).json();
        for connection in json["connections"].as_array().unwrap() {
            let error = &check(connection, "sts:AssumeRole")["error"];
            assert_eq!(error["class"], class, "{error}");
            assert!(error["message"].as_str().unwrap().contains(words), "{error}");
            assert!(verdicts(connection).iter().all(|(_, v)| v == "untested"));
            assert_eq!(connection["missing_policy"], Value::Null);
        }
        assert!(stub.count(who) <= 2, "the source is one for both connections");
        assert_eq!(stub.count("AssumeRole"), 0);
        for arguments in [&["check"][..], &["check", "--quiet"]] {
            let text = machine.run(arguments).exits(3).stdout;
            assert_eq!(text.matches(words).count(), 1, "said once: {text}");
            assert!(text.contains("2 connections"), "{text}");
        }
    }
}

fn closed_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_host_that_cannot_be_reached_is_said_once() {
    let stub = Stub::start();
    let machine = machine(&stub);
    for n in 0..5 {
        add(&machine, &format!("c{n}"), &format!("arn:aws:iam::11112222333{n}:role/R"), &["--no-external-id"]);
    }
    let closed = closed_port();
    // STS answers, IAM cannot be reached.
    let run = |arguments: &[&str], variable: &str| -> Run {
        machine.command(arguments).env(variable, &closed).output().unwrap().into()
    };
    let json = run(&["check", "--format", "json"], "AWS_ENDPOINT_URL_IAM").exits(3).json();
    for connection in json["connections"].as_array().unwrap() {
        let error = &check(connection, "iam:GetAccountSummary")["error"];
        assert_eq!(error["class"], "network");
        assert!(error["message"].as_str().unwrap().contains("refused the connection"), "{error}");
        assert_eq!(check(connection, "ec2:DescribeRegions")["verdict"], "allowed");
    }
    for arguments in [&["check"][..], &["check", "--quiet"]] {
        let text = run(arguments, "AWS_ENDPOINT_URL_IAM").exits(3).stdout;
        assert_eq!(text.matches("refused the connection").count(), 1, "{text}");
        assert!(text.contains("5 connections"), "{text}");
        // Nothing at all can be reached.
        let text = run(arguments, "AWS_ENDPOINT_URL").exits(3).stdout;
        assert_eq!(text.matches("refused the connection").count(), 1, "{text}");
    }
}

fn add_profile(machine: &Machine, more: &str) {
    machine.home.profile("hub", &Keys::root("111122223333"));
    let toml = format!(
        "[[connection]]\nname = \"p\"\nprovider = \"aws\"\nmethod = \"profile\"\nsource = \"profile:hub\"\n{more}"
    );
    machine.feed(&["connection", "add", "-"], &toml).exits(0);
}

#[test]
fn another_account_than_the_pinned_one_stops_everything() {
    let stub = Stub::start();
    let machine = machine(&stub);
    add_profile(&machine, "account = \"444455556666\"\n");
    let found = machine.check_one(&[], 3);
    for (permission, verdict) in verdicts(&found) {
        assert_eq!(verdict, "untested", "{permission}");
        let error = &check(&found, &permission)["error"];
        assert_eq!(error["class"], "account_mismatch");
        let words = error["message"].as_str().unwrap();
        assert!(words.contains("111122223333") && words.contains("444455556666"), "{words}");
    }
    assert_eq!(stub.requests().len(), 1, "nothing but who we are was asked");
    let text = machine.run(&["check"]).exits(3).stdout;
    assert_eq!(text.matches("account 111122223333 answered").count(), 1, "{text}");

    // A role whose session is in another account than its ARN says.
    let stub = Stub::start();
    stub.on("AssumeRole", |_| {
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
        aws::assume_role_until("arn:aws:iam::777788889999:role/R", "Cloudivize-Session", later)
    });
    let found = connected(&stub, &[]).check_one(&[], 3);
    assert!(FOUR.iter().all(|p| check(&found, p)["error"]["class"] == "account_mismatch"));
    assert!(FOUR.iter().all(|p| stub.count(operation(p)) == 0));
}

#[test]
fn a_profiles_account_is_pinned_by_its_first_test_that_says_who_it_is() {
    let stub = Stub::start();
    let machine = machine(&stub);
    add_profile(&machine, "");
    let pinned = || machine.run(&["connection", "show", "p", "--format", "json"]).exits(0).json()["account"].clone();
    let vault = machine.home.path().join(".config/cloudivize/vault.age");
    let file = || std::fs::read(&vault).unwrap();
    // With other credentials it is not this profile's account.
    machine.check_one(&["--source", "env"], 0);
    assert_eq!(pinned(), Value::Null);

    // A vault that cannot be written is a line, and changes nothing else.
    let lock = machine.home.path().join(".config/cloudivize/vault.age.lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    let run = machine.run(&["check", "--format", "json"]).exits(0);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("account ids that answered were not saved"), "{}", run.stderr);
    assert_eq!(run.json()["connections"][0]["status"], "allowed");
    std::fs::remove_dir(&lock).unwrap();

    // A permission that is refused says nothing against who answered.
    stub.sequence(SUMMARY, [aws::error(SUMMARY, 403, "AccessDenied", "no")]);
    machine.check_one(&[], 1);
    assert_eq!(pinned(), "111122223333");
    let saved = file();
    machine.check_one(&[], 0);
    assert!(saved == file(), "saved once");
    let (_, method) = (machine.home.profile("other", &Keys::root("444455556666")), ());
    machine.home.write(".aws/credentials", "");
    machine.home.profile("hub", &Keys::root("444455556666"));
    let found = machine.check_one(&[], 3);
    assert_eq!(check(&found, "ec2:DescribeRegions")["error"]["class"], "account_mismatch", "{method:?}");
    assert_eq!(pinned(), "111122223333");
}

#[test]
fn what_is_skipped_is_not_asked_and_changes_no_exit_code() {
    let stub = Stub::start();
    stub.on(SUMMARY, |r| aws::denied(r, ""));
    let machine = connected(&stub, &[]);
    machine.home.write(".config/cloudivize/config.toml", "[checks]\nskip = [\"iam:GetAccountSummary\"]\n");
    let found = machine.check_one(&[], 0);
    let skipped = check(&found, "iam:GetAccountSummary");
    assert_eq!(
        (skipped["verdict"].as_str(), skipped["advice"].as_str()),
        (Some("not_applicable"), Some("skipped by configuration"))
    );
    assert_eq!(stub.count(SUMMARY), 0);
    assert_eq!((found["status"].as_str(), &found["missing_policy"]), (Some("allowed"), &Value::Null));
}

/// The stub, its machine and the check's arguments, in the four states that exit codes tell apart.
#[test]
fn the_exit_code_tells_what_was_named_and_denied_wins() {
    let denied = || {
        let stub = Stub::start();
        stub.on(SUMMARY, |r| aws::denied(r, ""));
        stub.on("DescribeReportDefinitions", |_| aws::throttled("DescribeReportDefinitions"));
        stub
    };
    let untested = || {
        let stub = Stub::start();
        stub.on(SUMMARY, |_| aws::throttled(SUMMARY));
        stub
    };
    // The stub's roles take any ExternalId or none: a finding.
    for (stub, fail_on, code) in [
        (denied(), None, 1),
        (denied(), Some("denied,untested,external-id"), 1),
        (denied(), Some("untested,external-id"), 3),
        (denied(), Some("external-id"), 4),
        (untested(), None, 3),
        (untested(), Some("denied"), 0),
        (untested(), Some("untested,external-id"), 3),
        (untested(), Some("denied,external-id"), 4),
        (Stub::start(), None, 0),
        (Stub::start(), Some("external-id"), 4),
    ] {
        let machine = machine(&stub);
        add(&machine, "c", ROLE, &["--external-id", "id-4711"]);
        let arguments: Vec<&str> = fail_on.iter().flat_map(|f| ["--fail-on", f]).collect();
        let found = machine.check_one(&arguments, code);
        assert_eq!(found["external_id"], "not_enforced");
    }
}

#[test]
fn connections_are_chosen_by_name_and_group_and_a_mistyped_one_is_a_usage_error() {
    let stub = Stub::start();
    let machine = machine(&stub);
    for (name, group) in [("alpha", "prod"), ("beta", "prod"), ("gamma", "dev")] {
        add(&machine, name, ROLE, &["--no-external-id", "--group", group]);
    }
    let tested = |arguments: &[&str]| {
        let all: Vec<&str> = ["check", "--format", "json"].iter().chain(arguments).copied().collect();
        let json = machine.run(&all).exits(0).json();
        json["connections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(tested(&["--group", "prod"]), ["alpha", "beta"]);
    assert_eq!(tested(&["gamma", "alpha"]), ["gamma", "alpha"], "as they were named");
    assert_eq!(tested(&["gamma", "--group", "prod"]), ["gamma", "alpha", "beta"]);
    for (arguments, words) in [
        (&["check", "alhpa"][..], "did you mean alpha"),
        (&["check", "--group", "pord"], "did you mean prod"),
        (&["check", "quite-another"], "connection list"),
    ] {
        let run = machine.run(arguments).exits(2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let empty = Machine::new(stub.url()).run(&["check"]).exits(2);
    assert!(empty.stderr.contains("connection add"), "{}", empty.stderr);
}

#[test]
fn another_source_serves_for_one_run() {
    let stub = Stub::start();
    let machine = connected(&stub, &[]);
    machine.home.profile("hub", &Keys::root("222233334444"));
    let found = machine.check_one(&["--source", "profile:hub"], 0);
    assert_eq!(found["source"], "profile:hub");
    assert_eq!(found["base_identity"], "arn:aws:iam::222233334444:user/operator");
    assert_eq!(machine.check_one(&[], 0)["source"], "env", "the vault is as it was");
    machine.run(&["check", "--source", "nonsense:x"]).exits(2);
}

/// A run that is being watched: its standard output and error are read as they come.
fn spawn(mut command: Command) -> std::process::Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(id: u32) {
    let process = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
}

#[test]
fn ctrl_c_ends_with_what_was_found_and_a_summary() {
    let stub = Stub::start();
    let machine = machine(&stub);
    add(&machine, "quick", "arn:aws:iam::111122223333:role/R", &["--no-external-id"]);
    add(&machine, "slow", "arn:aws:iam::444455556666:role/R", &["--no-external-id"]);
    stub.on_any(|r| {
        let slow = r.operation() == SUMMARY && aws::principal(r).contains("444455556666");
        slow.then(Reply::never)
    });
    let mut child = spawn(machine.command(&["check", "--format", "jsonl", "--timeout", "60"]));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let through = lines.find(|l| l.contains(r#""event":"connection""#)).expect("the quick one comes through");
    assert!(through.contains(r#""name":"quick""#), "{through}");
    interrupt(child.id());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(said.contains("1 of 2 connections"), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let stub = Stub::start();
    let machine = connected(&stub, &[]);
    for format in ["json", "jsonl", "csv", "table"] {
        let mut child = spawn(machine.command(&["check", "--format", format]));
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "", "{format}");
        assert_eq!(child.wait().unwrap().code(), Some(141), "{format}");
    }
}

#[test]
fn verdicts_come_as_events_when_they_are_there() {
    let stub = Stub::start();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    stub.on("DescribeAccountAttributes", move |_| {
        // Until the test lets go.
        let _ = held.lock().unwrap().recv();
        aws::account_attributes()
    });
    stub.on(SUMMARY, |r| aws::denied(r, ""));
    let machine = connected(&stub, &[]);
    let mut child = spawn(machine.command(&["check", "--format", "jsonl", "--timeout", "60"]));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut early = Vec::new();
    for line in lines.by_ref().take(4) {
        early.push(serde_json::from_str::<Value>(&line).unwrap());
    }
    // Four verdicts are read while the fifth is still on its way.
    drop(release);
    assert!(early.iter().all(|e| e["event"] == "check" && e["name"] == "c"), "{early:#?}");
    assert_eq!(early[0]["permission"], "sts:AssumeRole");
    let late: Vec<Value> = lines.map(|l| serde_json::from_str(&l).unwrap()).collect();
    assert_eq!(late.len(), 2);
    assert_eq!(
        (late[0]["permission"].as_str(), late[0]["verdict"].as_str()),
        (Some("ec2:DescribeAccountAttributes"), Some("allowed"))
    );
    assert_eq!(late[1]["event"], "connection");
    assert_eq!(late[1]["checks"].as_array().unwrap().len(), 5);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// Every verdict is an event, those that stand behind a refusal and those of a failed source too.
#[test]
fn a_connection_that_does_not_get_far_has_its_five_events_too() {
    let refused = Stub::start();
    refused.on("AssumeRole", |r| aws::denied(r, ""));
    let failed = Stub::start();
    failed.on("GetCallerIdentity", |_| aws::expired("GetCallerIdentity"));
    let elsewhere = Stub::start();
    elsewhere.on("AssumeRole", |_| {
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
        aws::assume_role_until("arn:aws:iam::777788889999:role/R", "Cloudivize-Session", later)
    });
    for (stub, code) in [(refused, 1), (failed, 3), (elsewhere, 3)] {
        let run = connected(&stub, &[]).run(&["check", "--format", "jsonl"]).exits(code);
        let events: Vec<Value> = run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let (last, checks) = events.split_last().unwrap();
        let shown: Vec<_> = checks.iter().map(|e| (e["permission"].clone(), e["verdict"].clone())).collect();
        let reported: Vec<_> = last["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e["permission"].clone(), e["verdict"].clone()))
            .collect();
        assert_eq!(shown, reported);
        assert_eq!(shown.len(), 5);
    }
}

#[test]
fn csv_has_a_record_for_each_check() {
    let stub = Stub::start();
    stub.on(SUMMARY, |r| aws::denied(r, " because no identity-based policy allows the iam:GetAccountSummary action"));
    stub.on("DescribeReportDefinitions", |_| aws::throttled("DescribeReportDefinitions"));
    let text = connected(&stub, &[]).run(&["check", "--format", "csv"]).exits(1).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    assert!(lines[0].starts_with("connection,account,permission,verdict,"), "{text}");
    let summary = lines.iter().find(|l| l.contains("iam:")).unwrap();
    assert!(summary.starts_with("c,111122223333,iam:GetAccountSummary,denied,live,us-east-1,"), "{summary}");
    assert!(summary.contains("identity_no_allow,,AccessDenied"), "{summary}");
    assert!(lines.iter().any(|l| l.contains("untested") && l.contains("throttled,ThrottlingException")), "{text}");
}

#[test]
fn wait_tests_again_until_it_is_mended() {
    let stub = Stub::start();
    stub.sequence(
        SUMMARY,
        [aws::error(SUMMARY, 403, "AccessDenied", "User: x is not authorized to perform: iam:GetAccountSummary")],
    );
    let machine = machine(&stub);
    add(&machine, "well", "arn:aws:iam::444455556666:role/R", &["--no-external-id"]);
    add(&machine, "c", ROLE, &["--no-external-id"]);
    // The sequence's one refusal meets whichever asks first; the other is well from the start.
    let run = machine.run(&["check", "--wait", "1m", "--format", "json"]).exits(0);
    assert!(run.stderr.contains("1 not mended yet"), "{}", run.stderr);
    let json = run.json();
    assert!(json["connections"].as_array().unwrap().iter().all(|c| c["status"] == "allowed"));
    assert_eq!(stub.count(SUMMARY), 3, "only what was denied is tested again");

    // The time is up: the ordinary exit code.
    stub.on(SUMMARY, |r| aws::denied(r, ""));
    machine.run(&["check", "c", "--wait", "1s", "--quiet"]).exits(1);
}

#[test]
fn ctrl_c_while_waiting_counts_what_was_tested() {
    let stub = Stub::start();
    stub.on_any(|r| {
        (r.operation() == SUMMARY && aws::principal(r).contains("111122223333")).then(|| aws::denied(r, ""))
    });
    let machine = machine(&stub);
    for (name, account) in [("a", "444455556666"), ("b", "555566667777"), ("c", "111122223333")] {
        add(&machine, name, &format!("arn:aws:iam::{account}:role/R"), &["--no-external-id"]);
    }
    let mut child = spawn(machine.command(&["check", "--wait", "1h", "--quiet"]));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.next().unwrap().contains("1 not mended yet"));
    interrupt(child.id());
    let rest: Vec<String> = lines.collect();
    assert!(rest.iter().any(|l| l.contains("3 of 3 connections")), "{rest:?}");
    let mut found = String::new();
    child.stdout.take().unwrap().read_to_string(&mut found).unwrap();
    assert!(found.contains("c: iam:GetAccountSummary denied"), "{found}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// A clock that is off by an hour: the SDK learns the service's time from its answers and signs with that.
#[test]
fn a_wrong_clock_is_corrected_where_the_service_tells_its_time() {
    let stub = Stub::start();
    let ahead = || date(jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1));
    let words = "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    stub.sequence(SUMMARY, [aws::error(SUMMARY, 403, "SignatureDoesNotMatch", words).header("Date", &ahead())]);
    let found = connected(&stub, &[]).check_one(&[], 0);
    assert_eq!(check(&found, "iam:GetAccountSummary")["verdict"], "allowed");
    assert_eq!(stub.count(SUMMARY), 2);
}

/// Where nothing can be remembered, the probe would run at each test: it runs on request only.
#[test]
fn a_state_folder_that_cannot_be_written_is_a_line_and_holds_the_probe_back() {
    let stub = Stub::start();
    let machine = machine(&stub);
    machine.home.write(".local/state/cloudivize", "a file where the folder should be");
    add(&machine, "c", ROLE, &["--external-id", "id-4711"]);
    let run = machine.run(&["check", "--format", "json"]).exits(0);
    assert!(run.stderr.contains("checks.jsonl"), "{}", run.stderr);
    let found = &run.json()["connections"][0];
    assert_eq!((&found["status"], &found["external_id"]), (&json!("allowed"), &json!("not_tested")));
    assert_eq!(stub.count("AssumeRole"), 1);
    assert_eq!(machine.check_one(&["--probe-external-id"], 0)["external_id"], "not_enforced");
}
