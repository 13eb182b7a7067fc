//! No secret where it does not belong: logs, streams, files, the environment of children; and no foreign text that
//! commands a terminal.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use crate::check_stub::{ROLE, add, machine};
use crate::program::{Machine, Run};
use crate::screen::Pty;
use crate::stub::{Reply, Stub, aws};
use crate::tools::Keys;

/// Everything that must not be found: passphrase, keys, tokens, ExternalId, one-time code, a session's secrets.
const CANARIES: [&str; 7] = [
    "CANARY-passphrase",
    "CANARY-base-secret",
    "CANARY-base-token",
    "CANARY-external-id",
    "CANMFA",
    "stub-secret-of-session",
    "stub-session/",
];

fn keys() -> Keys {
    Keys {
        id: "ASIASTUBSTUBSTUBSTUB".to_owned(),
        secret: "CANARY-base-secret".to_owned(),
        token: Some("CANARY-base-token".to_owned()),
    }
}

/// Every file below a folder with its bytes as text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            out.extend(files(&path));
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            out.push((path.display().to_string(), text));
        }
    }
    out
}

#[track_caller]
fn clean(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} in {what}:\n{text}");
    }
}

/// A machine with a passphrase vault, a role with an ExternalId, and a second one that wants a one-time code.
fn guarded(stub: &Stub) -> Machine {
    let machine = Machine::bare(stub.url()).with_keys(&keys());
    let run = |arguments: &[&str]| -> Run {
        let mut command = machine.command(arguments);
        command.env("CLOUDIVIZE_PASSPHRASE", "CANARY-passphrase").output().unwrap().into()
    };
    run(&["init"]).exits(0);
    run(&["connection", "add", "c", "--role-arn", ROLE, "--external-id", "CANARY-external-id"]).exits(0);
    machine
}

#[test]
fn no_secret_reaches_a_log_a_stream_or_a_file() {
    let stub = Stub::start();
    stub.on("GetAccountSummary", |r| aws::denied(r, ""));
    stub.sequence("DescribeRegions", [aws::throttled("DescribeRegions"), Reply::cut_off()]);
    let machine = guarded(&stub);
    let log = machine.home.path().join("run.log");
    let log_name = log.display().to_string();
    for arguments in [
        &["check", "--format", "json", "--probe-external-id"][..],
        &["check", "--format", "jsonl"],
        &["check", "--format", "csv"],
        &["check"],
        &["regions"],
        &["connection", "show", "c"],
        &["connection", "list", "--format", "json"],
        &["connection", "edit", "c", "--external-id", "CANARY-external-id-2"],
        &["check", "--role-arn", ROLE, "--external-id", "CANARY-external-id"],
        &["check", "--role-arn", "arn:aws:iam::111122223333:user/x", "--external-id", "CANARY-external-id"],
    ] {
        let mut command = machine.command(&[&["--log", &log_name], arguments].concat());
        command.env("CLOUDIVIZE_PASSPHRASE", "CANARY-passphrase").env("RUST_LOG", "trace");
        let run: Run = command.output().unwrap().into();
        assert!([0, 1, 2, 3].contains(&run.code), "{}", run.all());
        clean(&format!("{arguments:?}"), &run.all());
    }
    // The stub was asked with them: they were there to be told.
    assert!(stub.asked("AssumeRole").iter().any(|r| r.form("ExternalId").as_deref() == Some("CANARY-external-id")));
    let kept = std::fs::read_to_string(&log).unwrap();
    // Every call is one line, with what became of it.
    let line = |words: &[&str]| kept.lines().any(|l| words.iter().all(|w| l.contains(w)));
    assert!(
        line(&["call", "service=\"iam\"", "operation=\"GetAccountSummary\"", "verdict=\"denied\"", "AccessDenied"]),
        "{kept}"
    );
    assert!(line(&["call", "operation=\"DescribeAccountAttributes\"", "verdict=\"allowed\"", "ms="]), "{kept}");
    assert!(line(&["test begins"]) && line(&["test ends", "name=\"c\"", "status=\"denied\""]), "{kept}");
    assert!(line(&["source=\"env\"", "identity="]), "{kept}");
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    let all = files(machine.home.path());
    assert!(all.iter().any(|(name, _)| name.ends_with("checks.jsonl")));
    for (name, text) in all {
        clean(&name, &text);
    }
    // Unless it is asked for.
    let mut command = machine.command(&["connection", "show", "c", "--reveal"]);
    let run: Run = command.env("CLOUDIVIZE_PASSPHRASE", "CANARY-passphrase").output().unwrap().into();
    assert!(run.exits(0).stdout.contains("CANARY-external-id-2"));
}

#[test]
fn a_one_time_code_is_sent_once_and_stops_the_probe() {
    let stub = Stub::start();
    let machine = machine(&stub);
    let serial = "arn:aws:iam::999988887777:mfa/operator";
    add(&machine, "c", ROLE, &["--external-id", "CANARY-external-id", "--mfa-serial", serial]);
    let log = machine.home.path().join("run.log").display().to_string();
    let arguments = ["check", "--format", "json", "--probe-external-id", "--log", &log];
    let mut pty = Pty::start((300, 200), &machine.command(&arguments));
    pty.wait_until("the code is asked for", |s| s.contents().contains("MFA code of"));
    pty.send("CANMFA\r");
    assert!(pty.wait_for_end().success(), "{}", pty.screen());
    clean("the terminal", &String::from_utf8_lossy(&pty.bytes()));
    assert!(pty.screen().contains("\"external_id\": \"not_tested\""), "{}", pty.screen());
    let asked = stub.asked("AssumeRole");
    assert_eq!(asked.len(), 1, "a probe would spend another code");
    assert_eq!(
        (asked[0].form("TokenCode").as_deref(), asked[0].form("SerialNumber").as_deref()),
        (Some("CANMFA"), Some(serial))
    );
    for (name, text) in files(machine.home.path()) {
        clean(&name, &text);
    }
}

/// A profile's `credential_process` and the passphrase's own command are children: none inherits a passphrase variable.
#[test]
fn children_inherit_no_passphrase_variable() {
    let stub = Stub::start();
    let machine = guarded(&stub);
    let path = |name: &str| machine.home.path().join(name).display().to_string();
    let script = |name: &str, body: &str| {
        machine.home.write(name, &format!("#!/bin/sh\nenv >> '{}'\n{body}\n", path("seen")));
        std::fs::set_permissions(path(name), PermissionsExt::from_mode(0o755)).unwrap();
    };
    let keys = json!({"Version": 1, "AccessKeyId": "AKIASTUBSTUBSTUBSTUB", "SecretAccessKey": "CANARY-base-secret"});
    script("keys.sh", &format!("echo '{keys}'"));
    script("passphrase.sh", "echo CANARY-passphrase");
    machine.home.config(&format!("[profile hub]\ncredential_process = {}\n", path("keys.sh")));
    machine.home.write("passphrase", "CANARY-passphrase\n");
    std::fs::set_permissions(path("passphrase"), PermissionsExt::from_mode(0o600)).unwrap();
    for (variable, value) in [
        ("CLOUDIVIZE_PASSPHRASE", "CANARY-passphrase".to_owned()),
        ("CLOUDIVIZE_PASSPHRASE_FILE", path("passphrase")),
        ("CLOUDIVIZE_PASSPHRASE_COMMAND", path("passphrase.sh")),
    ] {
        let _ = std::fs::remove_file(path("seen"));
        let mut command = machine.command(&["check", "--source", "profile:hub", "--format", "json"]);
        let run: Run = command.env(variable, value).output().unwrap().into();
        run.exits(0);
        let seen = std::fs::read_to_string(path("seen")).unwrap();
        assert!(seen.contains("HOME="), "the child saw an environment");
        assert!(!seen.contains("CLOUDIVIZE_PASSPHRASE"), "{variable}: {seen}");
        assert!(!seen.contains("CANARY-passphrase"), "{variable}: {seen}");
    }
}

/// The environment that the system shows of a running program: not to other users, and without the passphrase.
#[cfg(target_os = "linux")]
#[test]
fn the_running_programs_environment_shows_no_passphrase() {
    let stub = Stub::start();
    let machine = guarded(&stub);
    stub.on("GetCallerIdentity", |_| Reply::never());
    let mut command = machine.command(&["check", "--timeout", "60"]);
    command.env("CLOUDIVIZE_PASSPHRASE", "CANARY-passphrase").stdout(std::process::Stdio::null());
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    while stub.count("GetCallerIdentity") == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the program runs");
        std::thread::yield_now();
    }
    let environment = std::fs::read(format!("/proc/{}/environ", child.id()));
    child.kill().unwrap();
    child.wait().unwrap();
    // Only root may look; for everybody else a process that cannot be dumped is closed.
    match environment {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(text.contains("HOME="), "{text}");
            assert!(!text.contains("CANARY-passphrase"), "{text}");
        }
        Err(e) => assert_eq!(e.kind(), std::io::ErrorKind::PermissionDenied),
    }
}

/// What would move, colour, hide or turn text on a terminal.
fn is_hostile(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const HOSTILE: &str = "ev\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\u{202e}\u{9b}31m\r\nil";

#[test]
fn hostile_text_in_answers_commands_no_terminal() {
    let json = |status, body: serde_json::Value| Reply::new(status, "application/x-amz-json-1.1", body.to_string());
    let stub = Stub::start();
    // In XML only what XML allows can come; the parser refuses the rest.
    let soft = "ev\u{202e}\u{200b}il &#x9b;31m";
    stub.on_any(move |r| {
        let who = format!("arn:aws:iam::999988887777:user/{soft}");
        (r.operation() == "GetCallerIdentity" && r.header("x-amz-security-token").is_none())
            .then(|| aws::caller_identity(&who))
    });
    stub.on("DescribeAccountAttributes", move |_| {
        let item = format!("<item><attributeName>default-vpc</attributeName><attributeValueSet><item><attributeValue>{soft}</attributeValue></item></attributeValueSet></item>");
        Reply::new(200, "text/xml", format!("<DescribeAccountAttributesResponse><accountAttributeSet>{item}</accountAttributeSet></DescribeAccountAttributesResponse>"))
    });
    stub.on("DescribeRegions", move |_| {
        let item =
            |name: &str| format!("<item><regionName>{name}</regionName><optInStatus>{soft}</optInStatus></item>");
        Reply::new(
            200,
            "text/xml",
            format!(
                "<DescribeRegionsResponse><regionInfo>{}{}</regionInfo></DescribeRegionsResponse>",
                item(soft),
                item("eu-west-1")
            ),
        )
        .header("x-amzn-RequestId", "ev\u{1b}[2Jil")
    });
    let refusals: [Box<dyn Fn() -> Reply + Send + Sync>; 5] = [
        Box::new(move || {
            json(
                400,
                json!({"__type": "AccessDeniedException", "Message": format!("User: {HOSTILE} is not authorized to perform: cur:{HOSTILE} with an explicit deny in a service control policy: arn:{HOSTILE}")}),
            )
        }),
        Box::new(move || json(400, json!({"__type": HOSTILE, "Message": HOSTILE}))),
        Box::new(move || json(200, json!({"ReportDefinitions": [{"ReportName": HOSTILE}]}))),
        Box::new(move || json(400, json!({"__type": "ThrottlingException", "Message": HOSTILE}))),
        Box::new(move || Reply::new(403, "text/html", HOSTILE)),
    ];
    let raw = aws::error("GetAccountSummary", 403, "AccessDenied", &format!("no {HOSTILE}"));
    stub.on("GetAccountSummary", move |_| raw.clone());
    let machine = machine(&stub);
    add(&machine, "c", ROLE, &["--no-external-id"]);
    for reply in refusals {
        stub.on("DescribeReportDefinitions", move |_| reply());
        for arguments in [
            &["check", "--format", "json"][..],
            &["check", "--format", "jsonl"],
            &["check", "--format", "csv"],
            &["check"],
            &["check", "--quiet"],
            &["regions"],
            &["regions", "--format", "csv"],
        ] {
            let run = machine.run(arguments);
            assert!(!run.stdout.is_empty(), "{}", run.stderr);
            // JSON writes escapes as text; read it as a program would print it.
            let shown = run.stdout.replace("\\u001b", "\u{1b}").replace("\\u0007", "\u{7}");
            for text in [&shown, &run.stderr] {
                assert!(!text.contains(is_hostile), "{arguments:?}: {text:?}");
            }
        }
    }
}
