//! `assets` lists what boto3 lists: ids, names, states, tags and some columns of every kind that an emulator can hold.
//!
//! The Python beside this file makes the assets and says what boto3 makes of them (`oracle.py`, written from AWS's
//! reference and not from the kinds' files); what an emulator cannot hold stands in `lacks.py`, with the reason.

mod denied;
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use cloudivize::catalog::Catalog;
use serde_json::Value;

use crate::program::Machine;
use crate::tools::{AwsHome, Cloud, Keys, Server, ministack, moto, python};

/// The value of every secret that the makers put into ordinary lists.
const CANARY: &str = "CANARY-7f3a91";
/// Where assets are made in ministack.
const REGIONS: &str = "us-east-1,eu-west-1";
/// A place for every row: kind, account, region, id.
type Key = (String, String, String, String);

/// What boto3 saw.
#[derive(Default)]
struct Seen {
    kinds: Vec<String>,
    keys: BTreeMap<String, Keys>,
    rows: BTreeMap<Key, Vec<Value>>,
    /// Operations whose answers had a secret in them.
    revealing: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn key(row: &Value) -> Key {
    let region = text(&row["region"]);
    let region = if region == "global" { String::new() } else { region };
    (text(&row["kind"]), text(&row["account"]), region, text(&row["id"]))
}

/// The Python program beside this file.
fn script(home: &AwsHome) -> Command {
    let mut command = Command::new(python());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/assets/seed.py");
    home.apply(&mut command).env("PYTHONDONTWRITEBYTECODE", "1").arg(path);
    command
}

fn seed(server: &Server, emulator: &str, places: &[(&str, &str)]) -> Seen {
    let home = AwsHome::new();
    let mut command = script(&home);
    command.args([emulator, &server.url]);
    command.args(places.iter().map(|(account, regions)| format!("{account}={regions}")));
    let output = command.output().expect("Python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{emulator} said at last: {}", last_lines(&server.log()));
    let mut seen = Seen::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        if let Some(kinds) = value.get("kinds") {
            seen.kinds = texts(kinds);
        } else if let Some(operations) = value.get("revealing") {
            seen.revealing = texts(operations);
        } else if let Some(keys) = value.get("keys") {
            let keys =
                Keys { id: text(&keys[0]), secret: text(&keys[1]), token: keys[2].as_str().map(ToOwned::to_owned) };
            seen.keys.insert(text(&value["account"]), keys);
        } else {
            seen.rows.entry(key(&value)).or_default().push(value);
        }
    }
    seen
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// A machine that may ask an emulator faster than a cloud.
fn machine(url: &str, keys: &Keys) -> Machine {
    let machine = Machine::bare(url).with_keys(keys);
    machine.home.write(".config/cloudivize/config.toml", "[pace]\nper_service = 32\nper_second = 100\n");
    machine
}

/// What differs between what boto3 listed and what we do, a line each; and the kinds that have rows.
fn compare(seen: &Seen, emulator: &str, places: &[(&str, &str)], server: &Server) -> (Vec<String>, BTreeSet<String>) {
    let (mut differs, mut held) = (Vec::new(), BTreeSet::new());
    for (account, regions) in places {
        let machine = machine(&server.url, &seen.keys[*account]);
        let mut arguments = vec!["assets", "--env", "--format", "jsonl", "--all-columns", "--timeout", "60"];
        arguments.extend(regions.split(',').flat_map(|region| ["--region", region]));
        arguments.extend(seen.kinds.iter().map(String::as_str));
        let run = machine.run(&arguments);
        assert!(!run.all().contains(CANARY), "a secret came out: {}", line_with(&run.all(), CANARY));
        let failed = run.stderr.lines().find(|line| line.contains("cells asked"));
        assert!(failed.is_some_and(|line| line.ends_with(" listed.")), "{emulator}: not every cell: {}", run.stderr);
        let mut ours: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
        for line in run.stdout.lines() {
            let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            ours.entry(key(&row)).or_default().push(row);
        }
        let theirs: BTreeMap<_, _> = seen.rows.iter().filter(|((_, a, ..), _)| a == account).collect();
        let all: BTreeSet<&Key> = theirs.keys().copied().chain(ours.keys()).collect();
        for at in all {
            let place = format!("{emulator} {} {} {} {}", at.0, at.1, at.2, at.3);
            let (wanted, found) = (theirs.get(at).map_or(&[][..], |v| v), ours.get(at).map_or(&[][..], Vec::as_slice));
            if wanted.len() != found.len() {
                differs.push(format!("{place}: boto3 lists {}, we {}", wanted.len(), found.len()));
            }
            held.insert(at.0.clone());
            for (wanted, found) in wanted.iter().zip(found) {
                differs.extend(row(wanted, found).into_iter().map(|why| format!("{place}: {why}")));
            }
        }
    }
    (differs, held)
}

/// What differs in one row. A null of boto3's: the emulator cannot tell, or tells something else each time.
fn row(wanted: &Value, found: &Value) -> Vec<String> {
    let mut differs = Vec::new();
    let mut same = |what: &str, wanted: &Value, found: &Value| {
        if wanted != found {
            differs.push(format!("{what} is {wanted} for boto3, {found} for us"));
        }
    };
    for member in ["name", "state"].into_iter().filter(|m| !wanted[m].is_null()) {
        let ours = if found[member].is_null() { &Value::from("") } else { &found[member] };
        same(member, &wanted[member], ours);
    }
    if !wanted["tags"].is_null() {
        same("tags", &wanted["tags"], &found["tags"]);
    }
    for (column, value) in wanted["columns"].as_object().into_iter().flatten() {
        same(column, value, &found["columns"][column]);
    }
    differs
}

fn line_with<'t>(all: &'t str, what: &str) -> &'t str {
    all.lines().find(|line| line.contains(what)).unwrap_or_default()
}

/// What ministack holds of every kind in two regions of one account; made once, for every test that only looks.
fn ministack_account() -> &'static (String, Seen) {
    static ACCOUNT: OnceLock<(String, Seen)> = OnceLock::new();
    ACCOUNT.get_or_init(|| {
        let account = Cloud.account();
        let seen = seed(ministack(), "ministack", &[(&account, REGIONS)]);
        (account, seen)
    })
}

/// Demands that we list what boto3 listed, every kind of it.
fn agrees(seen: &Seen, server: &Server, emulator: &str, places: &[(&str, &str)], revealing: &[&str]) {
    for operation in revealing {
        assert!(seen.revealing.iter().any(|o| o == operation), "{operation} reveals nothing: {:?}", seen.revealing);
    }
    let (differs, held) = compare(seen, emulator, places, server);
    let (all, first) = (differs.len(), differs.iter().take(40).cloned().collect::<Vec<_>>().join("\n"));
    assert!(differs.is_empty(), "{all} differences, the first of them:\n{first}");
    let empty: Vec<&String> = seen.kinds.iter().filter(|kind| !held.contains(*kind)).collect();
    assert!(empty.is_empty(), "of these kinds nothing was made: {empty:?}");
}

#[test]
fn every_kind_is_compared_or_it_is_said_why_it_cannot_be() {
    let output = script(&AwsHome::new()).output().expect("Python runs");
    let held: Value = serde_json::from_slice(&output.stdout).expect("what the emulators hold");
    let [ministack, moto, neither] = ["ministack", "moto", "neither"].map(|who| texts(&held[who]));
    let compared: BTreeSet<&String> = ministack.iter().chain(&moto).collect();
    let known: BTreeSet<&String> = compared.iter().copied().chain(&neither).collect();
    let catalog = Catalog::built_in();
    let kinds: BTreeSet<String> = catalog.ids().map(ToString::to_string).collect();
    let forgotten: Vec<&String> = kinds.iter().filter(|kind| !known.contains(kind)).collect();
    assert!(forgotten.is_empty(), "add them to oracle.py and make.py, or to lacks.py with the reason: {forgotten:?}");
    let excused: Vec<&String> = neither.iter().filter(|kind| compared.contains(kind)).collect();
    assert!(excused.is_empty(), "compared after all: {excused:?}");
}

#[test]
fn every_kind_that_ministack_holds_is_listed_as_boto3_lists_it() {
    let (account, seen) = ministack_account();
    let revealing = ["lambda:ListFunctions", "codebuild:BatchGetProjects", "glue:GetJobs"];
    agrees(seen, ministack(), "ministack", &[(account, REGIONS)], &revealing);
}

#[test]
fn every_kind_that_moto_holds_is_listed_as_boto3_lists_it() {
    let account = Cloud.account();
    let places = [(account.as_str(), "eu-west-1")];
    let seen = seed(moto(), "moto", &places);
    agrees(&seen, moto(), "moto", &places, &["lambda:ListFunctions", "codebuild:BatchGetProjects"]);
}
