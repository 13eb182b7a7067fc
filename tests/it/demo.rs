//! `--demo`: the whole product without an account, and without a trace of this machine's own.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{Machine, Run, check, verdicts};
use crate::screen::Tmux;
use crate::tools::{skipped, strace};

/// Whoever calls it is refused.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A machine on which everything that the demo must not look at leads astray, or hangs whoever reads it.
fn poisoned() -> Machine {
    let machine = Machine::bare(NOWHERE);
    for file in [".aws/config", ".aws/credentials", ".config/cloudivize/vault.age"] {
        let path = machine.home.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        // To open a pipe without a writer is to wait for ever.
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    }
    machine
}

fn command(machine: &Machine, arguments: &[&str]) -> Command {
    let mut command = machine.command(arguments);
    for proxy in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
        command.env(proxy, NOWHERE);
    }
    command
        .env_remove("AWS_EC2_METADATA_DISABLED")
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ACCESS_KEY_ID", "AKIAPOISON")
        .env("AWS_SECRET_ACCESS_KEY", "poison")
        .env("AWS_REGION", "mars-north-1")
        .env("AWS_CA_BUNDLE", "/nonexistent.pem")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent")
        .env("CLOUDIVIZE_VAULT", "/nonexistent/vault.age")
        .env("CLOUDIVIZE_PASSPHRASE", "one")
        .env("CLOUDIVIZE_PASSPHRASE_FILE", "/nonexistent");
    command
}

fn run(machine: &Machine, arguments: &[&str]) -> Run {
    command(machine, arguments).output().unwrap().into()
}

/// Every file below a folder, and how long it is.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            if meta.is_dir() {
                open.push(entry.path());
            }
            found.push((entry.path().display().to_string(), if meta.is_dir() { 0 } else { meta.len() }));
        }
    }
    found.sort();
    found
}

fn letters(connection: &Value) -> String {
    let letter = |(_, verdict): (String, String)| match verdict.as_str() {
        "allowed" => 'A',
        "denied" => 'D',
        "untested" => '?',
        _ => '-',
    };
    verdicts(connection).into_iter().map(letter).collect()
}

#[test]
fn check_shows_every_state_and_leaves_this_machine_alone() {
    let machine = poisoned();
    let before = files(machine.home.path());
    let run = run(&machine, &["check", "--demo", "--format", "json"]).exits(1);
    assert!(run.stderr.contains("Demo: made-up accounts"), "{}", run.stderr);
    assert_eq!(files(machine.home.path()), before, "nothing is written");
    let json = run.json();
    let connections = json["connections"].as_array().unwrap();
    let found: Vec<(&str, String, &str)> = connections
        .iter()
        .map(|c| (c["name"].as_str().unwrap(), letters(c), c["external_id"].as_str().unwrap()))
        .collect();
    let expected = [
        ("prod-us", "AAAAA", "enforced"),
        ("prod-eu", "ADAAD", "enforced"),
        ("prod-data", "AA??A", "enforced"),
        ("audit", "ADAAA", "enforced"),
        ("legacy", "-DDDD", "none"),
        ("lab", "?????", "not_tested"),
        ("partner", "AAAAA", "not_enforced"),
        ("vendor", "D????", "unknown"),
    ];
    assert_eq!(found, expected.map(|(name, letters, id)| (name, letters.to_owned(), id)));
    let accounts: std::collections::BTreeSet<_> = connections.iter().map(|c| c["account"].as_str().unwrap()).collect();
    assert_eq!(accounts.len(), 8);
    let cur = check(&connections[3], "cur:DescribeReportDefinitions");
    assert_eq!(cur["denial"]["reason"], "identity_no_allow");
    assert!(cur["since"].as_str().is_some() && cur["request_id"].as_str().is_some(), "{cur:#}");
    let partner = &connections[6];
    assert!(check(partner, "sts:AssumeRole")["latency_ms"].as_u64().unwrap() > 500, "slow: {partner:#}");
}

#[test]
fn exit_codes_are_those_of_the_clouds() {
    let machine = poisoned();
    for (names, code) in [
        (&["prod-us"][..], 0),
        (&["audit"], 1),
        (&["prod-data"], 3),
        (&["lab"], 3),
        (&["partner"], 0),
        (&["partner", "--fail-on", "external-id"], 4),
        (&["nobody"], 2),
    ] {
        run(&machine, &[&["check", "--demo", "--quiet"], names].concat()).exits(code);
    }
}

#[test]
fn other_commands_speak_of_the_demo_too() {
    let machine = poisoned();
    let missing = run(&machine, &["policy", "missing", "--demo", "--connection", "audit"]).exits(0).json();
    assert_eq!(missing["Statement"][0]["Action"], "cur:DescribeReportDefinitions");
    let above = run(&machine, &["policy", "missing", "--demo", "--connection", "prod-eu"]).exits(0);
    assert!(above.stdout.is_empty() && above.stderr.contains("an Allow would not help"), "{}", above.all());
    let trust = run(&machine, &["--demo", "policy", "trust", "--connection", "vendor"]).exits(0).json();
    assert_eq!(trust["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::123456789012:root");
    let caller = run(&machine, &["policy", "mandatory", "--demo", "--format", "message", "--no-external-id"]).exits(0);
    assert!(caller.stdout.contains("123456789012"), "{}", caller.stdout);
    let regions = run(&machine, &["regions", "--demo", "prod-us", "--format", "json"]).exits(0).json();
    assert_eq!(regions.as_array().unwrap().iter().filter(|r| r["state"] == "on").count(), 19);
    let list = run(&machine, &["connection", "list", "--demo", "--format", "json"]).exits(0).json();
    assert_eq!(list.as_array().unwrap().len(), 8);
    let shown = run(&machine, &["connection", "show", "vendor", "--demo"]).exits(0);
    assert!(shown.stdout.contains("888899990000") && shown.stderr.contains("--reveal"), "{}", shown.all());
    let doctor = run(&machine, &["doctor", "--demo"]).exits(0);
    assert!(
        doctor.stdout.contains("8 made-up AWS accounts") && doctor.stdout.contains("none is written"),
        "{doctor:?}"
    );
    let text = run(&machine, &["check", "--demo", "audit"]).exits(1);
    assert!(text.stdout.contains("cloudivize --demo policy missing --connection audit"), "{}", text.stdout);
    let one = ["check", "--demo", "--role-arn", "arn:aws:iam::111122223333:role/BreakGlass", "--format", "json"];
    let guarded = run(&machine, &one).exits(1).json();
    assert_eq!(guarded["connections"][0]["checks"][0]["denial"]["reason"], "rcp_deny");
    let wrong = run(&machine, &["policy", "trust", "--demo", "--no-external-id", "--source", "hub"]).exits(2);
    assert!(wrong.stderr.contains("profile:hub"), "{}", wrong.stderr);
    let stranger = run(&machine, &["policy", "trust", "--demo", "--no-external-id", "--source", "profile:x"]).exits(2);
    assert!(stranger.stderr.contains("profile:legacy-broker"), "{}", stranger.stderr);
}

#[test]
fn what_would_write_or_use_other_credentials_is_refused() {
    let machine = poisoned();
    let before = files(machine.home.path());
    let arn = "arn:aws:iam::111122223333:role/R";
    let cases: [&[&str]; 10] = [
        &["init", "--demo"],
        &["import", "aws", "--demo"],
        &["connection", "add", "x", "--role-arn", arn, "--no-external-id", "--demo"],
        &["connection", "rename", "audit", "x", "--demo"],
        &["connection", "edit", "audit", "--group", "x", "--demo"],
        &["connection", "remove", "audit", "--demo"],
        &["--demo", "--vault", "x.age"],
        &["--vault", "x.age", "check", "--demo"],
        &["check", "--demo", "--env"],
        &["--profile", "hub", "check", "--demo"],
    ];
    for arguments in cases {
        let run = run(&machine, arguments).exits(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("--demo"), "{arguments:?}: {}", run.all());
    }
    assert_eq!(files(machine.home.path()), before);
}

#[test]
fn no_socket_is_opened_and_no_configuration_of_aws_read() {
    let Some(strace) = strace() else { return };
    let machine = poisoned();
    let inner = command(&machine, &["check", "--demo", "--format", "json"]);
    let log = machine.home.path().join("calls.txt");
    let mut traced = Command::new(strace);
    traced.args(["-f", "-qq", "-e", "trace=%network,%file", "-o"]).arg(&log);
    traced.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    let run = Run::from(traced.output().unwrap());
    let calls = std::fs::read_to_string(&log).unwrap_or_default();
    if !calls.contains("execve(") {
        return skipped(&format!("strace may not look at programs here: {}", run.stderr));
    }
    run.exits(1);
    let is_bad = |call: &&str| {
        let asks = |name: &str| call.contains(&format!(" {name}("));
        let writes = call.contains("O_CREAT") || call.contains("O_WRONLY") || asks("mkdir") || asks("rename");
        asks("socket") || asks("connect") || asks("sendto") || call.contains(".aws") || writes
    };
    let bad: Vec<&str> = calls.lines().filter(is_bad).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn the_dashboard_shows_every_state_and_a_policy_mends_under_watch() {
    let machine = poisoned();
    let mut program = command(&machine, &["--demo"]);
    program.env("LANG", "C.UTF-8");
    let Some(screen) = Tmux::start((120, 36), &program) else { return };
    screen.wait_until("the panes", |text| text.contains("8 connections") && text.contains("DEMO"));
    screen.keys(&["T"]);
    let text = screen.wait_until("all rows", |text| {
        ["4 broken", "1 exposed", "2 untested", "NOT ENFORCED", "throttled", "source failed", "no access"]
            .iter()
            .all(|words| text.contains(words))
    });
    assert!(!text.contains("NOT SAVED"), "{text}");
    let go_to = |name: &str| {
        screen.keys(&[":"]).text(name);
        screen.wait_until("the palette", |text| text.contains(&format!(": {name}")));
        screen.keys(&["Enter"]);
    };
    go_to("audit");
    screen.keys(&["p"]);
    screen.wait_until("the policy", |text| text.contains("\"Action\": \"cur:DescribeReportDefinitions\""));
    go_to("demo apply");
    screen.wait_until("it is attached", |text| text.contains("attached to role CloudivizeRole in 444455556666"));
    screen.keys(&["Escape"]);
    screen.wait_until("the panes again", |text| text.contains("3 Checks"));
    screen.keys(&["w"]);
    screen.wait_until("it is mended", |text| text.contains("audit mended"));
    screen.keys(&["q"]);
    assert_eq!(screen.wait_for_end(), Some(0));
}
