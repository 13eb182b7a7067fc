//! The ExternalId probe against the stub: what it sends, when it runs, and what its answers prove.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::check_stub::{ROLE, add, machine};
use crate::program::{Machine, check};
use crate::stub::{Request, Stub, aws};

/// A role that enforces `id-4711`.
fn enforcing(stub: &Stub) {
    stub.on("AssumeRole", |r| match r.form("ExternalId").as_deref() {
        Some("id-4711" | "id-4712") => aws::assume_role(r),
        _ => aws::denied(r, ""),
    });
}

fn form(request: &Request) -> BTreeMap<String, String> {
    let body = String::from_utf8(request.body.clone()).unwrap();
    body.split('&').filter_map(|p| p.split_once('=')).map(|(k, _)| (k.to_owned(), request.form(k).unwrap())).collect()
}

const WITH_ID: [&str; 2] = ["--external-id", "id-4711"];

#[test]
fn the_probe_differs_from_the_real_call_in_nothing_that_a_trust_policy_sees() {
    let stub = Stub::start();
    enforcing(&stub);
    let machine = machine(&stub);
    let toml = format!(
        "[[connection]]\nname = \"c\"\nprovider = \"aws\"\nmethod = \"role\"\nrole_arn = \"{ROLE}\"\n\
         external_id = \"id-4711\"\nsource = \"env\"\nsource_identity = \"alice\"\nsession_name = \"Ours\"\n"
    );
    machine.feed(&["connection", "add", "-"], &toml).exits(0);
    let found = machine.check_one(&[], 0);
    assert_eq!(found["external_id"], "enforced");
    let advice = check(&found, "sts:AssumeRole")["advice"].as_str().unwrap();
    assert!(advice.contains("enforced for arn:aws:iam::999988887777:user/operator"), "{advice}");

    let asked = stub.asked("AssumeRole");
    assert_eq!(asked.len(), 3);
    let (real, probes): (Vec<_>, Vec<_>) =
        asked.iter().map(form).partition(|f| f.get("ExternalId").is_some_and(|id| id == "id-4711"));
    assert_eq!((real.len(), probes.len()), (1, 2));
    assert_eq!(real[0]["DurationSeconds"], "3600");
    assert_eq!((real[0]["RoleSessionName"].as_str(), real[0]["SourceIdentity"].as_str()), ("Ours", "alice"));
    assert!(!real[0].contains_key("Policy"), "the real session is not limited");
    assert_eq!(probes.iter().filter(|p| p.contains_key("ExternalId")).count(), 1, "one without, one with a wrong one");
    for mut probe in probes {
        let policy: Value = serde_json::from_str(&probe.remove("Policy").unwrap()).unwrap();
        assert_eq!(policy["Statement"], json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]));
        assert_eq!(probe.remove("DurationSeconds").unwrap(), "900");
        probe.remove("ExternalId");
        let mut same = real[0].clone();
        same.retain(|k, _| !["ExternalId", "DurationSeconds"].contains(&k.as_str()));
        assert_eq!(probe, same);
    }
    let places: BTreeSet<_> =
        asked.iter().map(|r| (r.region().map(str::to_owned), r.access_key().map(str::to_owned))).collect();
    assert_eq!(places.len(), 1, "from the same place with the same keys: {places:?}");
}

/// Makes the last probe of the history `days` older.
fn age_probe(machine: &Machine, days: i64) {
    let name = ".local/state/cloudivize/checks.jsonl";
    let text = std::fs::read_to_string(machine.home.path().join(name)).unwrap();
    let mut found = false;
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line.get("probe").is_some() {
                found = true;
                let at: jiff::Timestamp = line["at"].as_str().unwrap().parse().unwrap();
                line["at"] = json!((at - jiff::SignedDuration::from_hours(24 * days)).to_string());
            }
            line.to_string()
        })
        .collect();
    assert!(found, "{text}");
    machine.home.write(name, &format!("{}\n", lines.join("\n")));
}

#[test]
fn the_probe_runs_sparingly() {
    let stub = Stub::start();
    enforcing(&stub);
    let machine = machine(&stub);
    add(&machine, "c", ROLE, &WITH_ID);
    let probes = |arguments: &[&str]| {
        stub.forget();
        let found = machine.check_one(arguments, 0);
        (stub.count("AssumeRole") - 1, found["external_id"].as_str().unwrap().to_owned())
    };
    let enforced = |n| (n, "enforced".to_owned());
    assert_eq!(probes(&["--no-probe"]), (0, "not_tested".to_owned()));
    assert_eq!(probes(&[]), enforced(2), "a new connection");
    assert_eq!(probes(&[]), enforced(0), "tested a moment ago");
    assert_eq!(probes(&["--probe-external-id"]), enforced(2), "on request");
    machine.run(&["connection", "edit", "c", "--external-id", "id-4712"]).exits(0);
    assert_eq!(probes(&["--no-probe"]), (0, "not_tested".to_owned()), "another ExternalId, another result");
    assert_eq!(probes(&[]), enforced(2), "edited");
    machine.run(&["connection", "rename", "c", "d"]).exits(0);
    assert_eq!(probes(&[]), enforced(0), "a name is a label");
    age_probe(&machine, 29);
    assert_eq!(probes(&[]), enforced(0), "29 days old");
    age_probe(&machine, 2);
    assert_eq!(probes(&[]), enforced(2), "31 days old");
    age_probe(&machine, 31);
    assert_eq!(probes(&["--no-probe"]), enforced(0), "never with --no-probe, and the old result stands");
    assert!(machine.check_one(&["--no-probe"], 0)["external_id_tested_at"].is_string());
    // A role that is tried out from the command line has no history.
    stub.forget();
    let unsaved = ["check", "--role-arn", ROLE, "--external-id", "id-4711"];
    machine.run(&unsaved).exits(0);
    assert_eq!(stub.count("AssumeRole"), 1);
    machine.run(&[&unsaved[..], &["--probe-external-id"]].concat()).exits(0);
    assert_eq!(stub.count("AssumeRole"), 4);
}

#[test]
fn without_a_history_the_probe_runs_on_request_only() {
    let stub = Stub::start();
    enforcing(&stub);
    let machine = machine(&stub);
    machine.home.write(".config/cloudivize/config.toml", "history = false\n");
    add(&machine, "c", ROLE, &WITH_ID);
    assert_eq!(machine.check_one(&[], 0)["external_id"], "not_tested");
    assert_eq!(stub.count("AssumeRole"), 1);
    assert_eq!(machine.check_one(&["--probe-external-id"], 0)["external_id"], "enforced");
    assert_eq!(stub.count("AssumeRole"), 4);
    assert!(!machine.home.path().join(".local/state/cloudivize/checks.jsonl").exists());
}

/// A probe that met no answer says nothing, changes no verdict, and does not count as one.
#[test]
fn a_throttled_probe_proves_nothing_and_is_repeated() {
    let stub = Stub::start();
    stub.on("AssumeRole", |r| match r.form("Policy") {
        None => aws::assume_role(r),
        Some(_) => aws::throttled("AssumeRole"),
    });
    let machine = machine(&stub);
    add(&machine, "c", ROLE, &WITH_ID);
    let found = machine.check_one(&[], 0);
    assert_eq!((&found["external_id"], &found["external_id_tested_at"]), (&json!("unknown"), &Value::Null));
    enforcing(&stub);
    assert_eq!(machine.check_one(&[], 0)["external_id"], "enforced", "the next test asks again");
}

#[test]
fn a_finding_tells_when_it_was_found_and_how_it_is_looked_at_again() {
    let stub = Stub::start();
    let machine = machine(&stub);
    add(&machine, "c", ROLE, &WITH_ID);
    let table = machine.run(&["check"]).exits(0).stdout;
    let line = table.lines().find(|l| l.contains("ExternalId tested ")).unwrap_or_else(|| panic!("{table}"));
    assert!(line.ends_with("; cloudivize check c --probe-external-id tests it again once it is mended"), "{line}");
}

#[test]
fn what_was_ruled_out_is_named() {
    let stub = Stub::start();
    stub.on("AssumeRole", |r| aws::denied(r, ""));
    let machine = machine(&stub);
    add(&machine, "c", ROLE, &["--no-external-id"]);
    let table = machine.run(&["check"]).exits(1).stdout;
    assert!(table.lines().any(|l| l == "  ruled out: the partition: role and caller are both in aws"), "{table}");
}
