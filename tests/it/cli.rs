//! The vault and its connections from the command line: results on standard output, everything else on
//! standard error, exit codes, modes, and no secret where none belongs.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::Value;

use crate::program::{Machine, Run};
use crate::tools::Keys;
use crate::vault::ssh_key;

/// Nothing listens there: these commands ask nothing of the network.
const NOWHERE: &str = "http://127.0.0.1:9";
const ARN: &str = "arn:aws:iam::111122223333:role/team/CloudivizeRole";

fn mode(machine: &Machine, path: &str) -> u32 {
    std::fs::metadata(machine.home.path().join(path)).unwrap().permissions().mode() & 0o777
}

fn add(machine: &Machine, name: &str, more: &[&str]) -> Run {
    let mut all = vec!["connection", "add", name, "--role-arn", ARN];
    all.extend(more);
    machine.run(&all)
}

fn list(machine: &Machine) -> Vec<Value> {
    machine.run(&["connection", "list", "--format", "json"]).exits(0).json().as_array().unwrap().clone()
}

fn names(machine: &Machine) -> Vec<String> {
    list(machine).iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
}

fn id(machine: &Machine, name: &str) -> String {
    list(machine).iter().find(|c| c["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn init_makes_a_private_vault_and_never_over_one() {
    let machine = Machine::bare(NOWHERE);
    let init =
        || -> Run { machine.command(&["init"]).env("CLOUDIVIZE_PASSPHRASE", "correct horse").output().unwrap().into() };
    let made = init().exits(0);
    assert!(made.stdout.trim_end().ends_with("cloudivize/vault.age"), "{}", made.stdout);
    assert!(!made.all().contains("correct horse"));
    assert_eq!(mode(&machine, ".config/cloudivize/vault.age"), 0o600);
    assert_eq!(mode(&machine, ".config/cloudivize"), 0o700);
    let before = std::fs::read(machine.home.path().join(".config/cloudivize/vault.age")).unwrap();
    assert!(init().exits(2).stderr.contains("exists already"));
    assert_eq!(std::fs::read(machine.home.path().join(".config/cloudivize/vault.age")).unwrap(), before);
}

#[test]
fn a_passphrase_comes_from_one_place() {
    let machine = Machine::bare(NOWHERE);
    machine.home.write("pass", "from a file\n");
    let file = machine.home.path().join("pass");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let run = |arguments: &[&str], name: &str, value: &str| -> Run {
        machine.command(arguments).env(name, value).output().unwrap().into()
    };
    run(&["init"], "CLOUDIVIZE_PASSPHRASE_FILE", file.to_str().unwrap()).exits(0);
    let command = format!("cat {}", file.display());
    run(&["connection", "list"], "CLOUDIVIZE_PASSPHRASE_COMMAND", &command).exits(0);
    let wrong = run(&["connection", "list"], "CLOUDIVIZE_PASSPHRASE", "another").exits(2);
    assert!(wrong.stderr.contains("does not open"), "{}", wrong.stderr);
    let two: Run = machine
        .command(&["connection", "list"])
        .env("CLOUDIVIZE_PASSPHRASE", "a")
        .env("CLOUDIVIZE_PASSPHRASE_FILE", &file)
        .output()
        .unwrap()
        .into();
    assert!(two.exits(2).stderr.contains("both set"));
}

#[test]
fn recipients_that_shut_the_user_out_make_no_vault() {
    let machine = Machine::bare(NOWHERE);
    let stranger = age::x25519::Identity::generate().to_public().to_string();
    let run = machine.run(&["init", "--recipient", &stranger]).exits(2);
    assert!(run.stderr.contains("could not open"), "{}", run.stderr);
    assert!(!machine.home.path().join(".config/cloudivize/vault.age").exists());
    assert!(machine.run(&["init", "--recipient", "AGE-SECRET-KEY-1QQQ"]).exits(2).stderr.contains("secret identity"));
}

#[test]
fn a_passphrase_is_for_the_first_protected_identity() {
    let machine = Machine::bare(NOWHERE);
    let (key, recipient) = ssh_key(machine.home.path(), "ed25519_protected");
    let key = key.to_str().unwrap();
    let run = |arguments: &[&str], passphrase: &str| -> Run {
        let all: Vec<&str> = ["--identity", key].iter().chain(arguments).copied().collect();
        machine.command(&all).env("CLOUDIVIZE_PASSPHRASE", passphrase).output().unwrap().into()
    };
    run(&["init", "--recipient", recipient.text()], "open sesame").exits(0);
    run(&["connection", "list"], "open sesame").exits(0);
    assert!(run(&["connection", "list"], "wrong").exits(2).stderr.contains("does not open the identity"));
    // Nobody to ask: no terminal, no variable.
    let alone = machine.run(&["--identity", key, "connection", "list"]);
    assert!(alone.exits(2).stderr.contains("needs a passphrase"));
}

#[test]
fn a_generated_external_id_is_the_result_and_is_hidden_afterwards() {
    let machine = Machine::new(NOWHERE);
    let added =
        add(&machine, "prod", &["--generate-external-id", "--source", "profile:hub", "--group", "pay"]).exits(0);
    let external_id = added.stdout.trim_end();
    assert_eq!(external_id.len(), 36, "a UUID alone on standard output: {:?}", added.stdout);
    for hidden in [
        &["connection", "list"][..],
        &["connection", "show", "prod"],
        &["connection", "show", "prod", "--format", "json"],
        &["doctor"],
    ] {
        let run = machine.run(hidden).exits(0);
        assert!(!run.all().contains(external_id), "{hidden:?}: {}", run.all());
    }
    let shown = machine.run(&["connection", "show", "prod", "--format", "json", "--reveal"]).exits(0).json();
    assert_eq!(shown["external_id"], external_id);
    let config = machine.run(&["connection", "show", "prod", "--format", "aws-config"]).exits(0).stdout;
    assert_eq!(
        config,
        format!(
            "[profile prod]\nrole_arn = {ARN}\nsource_profile = hub\nexternal_id = {external_id}\n\
             role_session_name = Cloudivize-Session\nduration_seconds = 3600\n"
        )
    );
    let vault = std::fs::read(machine.home.path().join(".config/cloudivize/vault.age")).unwrap();
    assert!(!String::from_utf8_lossy(&vault).contains(external_id));
}

#[test]
fn an_added_connection_has_what_was_given() {
    let machine = Machine::new(NOWHERE);
    add(&machine, "base", &["--no-external-id"]).exits(0);
    let more = "--external-id id-1 --source connection:base --account 1111-2222-3333 --region eu-west-1 --region us-east-1 \
                --group pay --session-name Alice --duration 900 --mfa-serial arn:aws:iam::111122223333:mfa/a \
                --endpoint-url http://127.0.0.1:4566 --read-only";
    add(&machine, "prod", &more.split_whitespace().collect::<Vec<_>>()).exits(0);
    let c = list(&machine).pop().unwrap();
    assert_eq!(c["account"], "111122223333");
    assert_eq!(c["source"], "connection:base");
    assert_eq!(c["regions"], serde_json::json!(["eu-west-1", "us-east-1"]));
    assert_eq!((&c["session_name"], &c["duration"]), (&"Alice".into(), &900.into()));
    assert_eq!((&c["read_only"], &c["has_external_id"]), (&true.into(), &true.into()));
    assert_eq!(list(&machine)[0]["read_only"], false);
}

#[test]
fn what_is_wrong_is_said_and_exits_2() {
    let machine = Machine::new(NOWHERE);
    let cases: [(&[&str], &str); 15] = [
        (&["connection", "add", "x"], "--role-arn"),
        (&["connection", "add", "x", "--role-arn", ARN], "--generate-external-id"),
        (&["connection", "add", "x y", "--role-arn", ARN, "--no-external-id"], "not allowed"),
        (
            &["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--generate-external-id"],
            "cannot be used",
        ),
        (&["connection", "add", "x", "--role-arn", "arn:aws:iam::111122223333:user/bob", "--no-external-id"], "user"),
        (
            &["connection", "add", "x", "--role-arn", "arn:aws:sts::111122223333:assumed-role/R/s", "--no-external-id"],
            "arn:aws:iam::111122223333:role/R",
        ),
        (
            &["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--account", "999999999999"],
            "111122223333",
        ),
        (&["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--source", "connection:no"], "not here"),
        (&["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--source", "sso:a"], "not supported"),
        (
            &["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--endpoint-url", "http://example.org"],
            "plain http",
        ),
        (
            &["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--endpoint-url", "https://example.org"],
            "--yes",
        ),
        (&["connection", "add", "x", "--role-arn", ARN, "--no-external-id", "--group", " "], "group"),
        (&["connection", "show", "nobody"], "no connection"),
        (&["nonsense"], "nonsense"),
        (&["--demo", "--profile", "x"], "--demo"),
    ];
    for (arguments, says) in cases {
        let run = machine.run(arguments).exits(2);
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains(says), "{arguments:?}: {}", run.stderr);
    }
    assert!(names(&machine).is_empty());
}

#[test]
fn many_are_added_all_or_none() {
    let machine = Machine::new(NOWHERE);
    let good = r#"
        [[connection]]
        name = "a"
        role_arn = "arn:aws:iam::111122223333:role/R"
        external_id = "id-a"
        source = "profile:hub"
        [[connection]]
        name = "b"
        role_arn = "arn:aws:iam::111122224444:role/R"
        source = "connection:a"
    "#;
    let bad = good.replace("111122224444", "12");
    let refused = machine.feed(&["connection", "add", "-"], &bad).exits(2);
    assert!(refused.stderr.contains("line 9") && refused.stderr.contains("nothing was added"), "{}", refused.stderr);
    assert!(names(&machine).is_empty());
    machine.feed(&["connection", "add", "-"], good).exits(0);
    assert_eq!(names(&machine), ["a", "b"]);
    assert!(machine.feed(&["connection", "add", "-"], good).exits(2).stderr.contains("in the vault already"));
    assert!(machine.feed(&["connection", "add", "-"], "").exits(2).stderr.contains("empty"));
    let keys = "[[connection]]\nname = \"k\"\naws_secret_access_key = \"top-secret-value\"";
    let refused = machine.feed(&["connection", "add", "-"], keys).exits(2);
    assert!(refused.stderr.contains("not supported any more") && !refused.stderr.contains("top-secret-value"));
    // What show prints is what add reads.
    let shown = machine.run(&["connection", "show", "b"]).exits(0).stdout;
    machine.run(&["connection", "remove", "b", "--yes"]).exits(0);
    machine.feed(&["connection", "add", "-"], &shown).exits(0);
    assert_eq!(names(&machine), ["a", "b"]);
}

#[test]
fn edit_changes_what_is_named_and_rename_keeps_the_identity() {
    let machine = Machine::new(NOWHERE);
    add(&machine, "prod", &["--external-id", "id-1", "--group", "pay", "--region", "eu-west-1"]).exits(0);
    let before = id(&machine, "prod");
    let other = "arn:aws:iam::111122224444:role/Other";
    machine
        .run(&["connection", "edit", "prod", "--role-arn", other, "--group", "", "--region", "", "--read-only"])
        .exits(0);
    let c = list(&machine).pop().unwrap();
    assert_eq!((&c["role_arn"], &c["account"]), (&other.into(), &"111122224444".into()));
    assert_eq!((&c["group"], &c["read_only"]), (&Value::Null, &true.into()));
    assert_eq!((&c["regions"], &c["has_external_id"]), (&serde_json::json!([]), &true.into()));
    let new = machine.run(&["connection", "edit", "prod", "--generate-external-id"]).exits(0).stdout;
    let shown = machine.run(&["connection", "show", "prod", "--reveal"]).exits(0).stdout;
    assert!(shown.contains(new.trim_end()), "{shown}");
    machine.run(&["connection", "rename", "prod", "live"]).exits(0);
    assert_eq!(id(&machine, "live"), before);
    assert!(machine.run(&["connection", "edit", "live"]).exits(0).stderr.contains("as it was"));
    assert!(machine.run(&["connection", "rename", "liev", "x"]).exits(2).stderr.contains("did you mean live"));
}

#[test]
fn remove_asks_and_spares_what_others_stand_on() {
    let machine = Machine::new(NOWHERE);
    add(&machine, "base", &["--no-external-id"]).exits(0);
    add(&machine, "leaf", &["--no-external-id", "--source", "connection:base"]).exits(0);
    assert!(machine.run(&["connection", "remove", "leaf"]).exits(2).stderr.contains("--yes"));
    assert!(machine.run(&["connection", "remove", "base", "--yes"]).exits(2).stderr.contains("leaf"));
    assert_eq!(names(&machine), ["base", "leaf"]);
    let edit = machine.run(&["connection", "edit", "base", "--source", "connection:leaf"]).exits(2);
    assert!(edit.stderr.contains("loop"), "{}", edit.stderr);
    machine.run(&["connection", "remove", "leaf", "base", "--yes"]).exits(0);
    assert!(names(&machine).is_empty());
}

#[test]
fn lists_come_in_four_forms() {
    let machine = Machine::new(NOWHERE);
    let empty = machine.run(&["connection", "list"]).exits(0);
    assert!(empty.stdout.is_empty() && empty.stderr.contains("no connections yet"));
    add(&machine, "prod", &["--no-external-id", "--group", "a,b"]).exits(0);
    let table = machine.run(&["connection", "list"]).exits(0).stdout;
    assert_eq!(table.lines().count(), 2);
    assert!(!table.contains('\u{1b}'), "no colour where there is no terminal");
    let csv = machine.run(&["connection", "list", "--format", "csv"]).exits(0).stdout;
    assert!(csv.lines().nth(1).unwrap().contains("\"a,b\""), "{csv}");
    let jsonl = machine.run(&["connection", "list", "--format", "jsonl"]).exits(0).stdout;
    assert_eq!(serde_json::from_str::<Value>(jsonl.trim_end()).unwrap()["name"], "prod");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let machine = Machine::new(NOWHERE);
    add(&machine, "prod", &["--no-external-id"]).exits(0);
    let mut child = machine
        .command(&["connection", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.stderr, "");
    assert_eq!(run.code, 141);
}

#[test]
fn a_log_is_private_and_holds_no_secret() {
    let machine = Machine::new(NOWHERE).with_keys(&Keys::root("111122223333"));
    let log = machine.home.path().join("log");
    add(&machine, "prod", &["--external-id", "hidden-external-id", "--log", log.to_str().unwrap()]).exits(0);
    machine.run(&["--log", log.to_str().unwrap(), "--timeout", "2", "check", "prod"]);
    assert_eq!(mode(&machine, "log"), 0o600);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("begin") && !text.contains("hidden-external-id"), "{text}");
}
