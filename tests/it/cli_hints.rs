//! What is accepted with a warning, and errors that offer what was probably meant.

use std::os::unix::fs::PermissionsExt;

use crate::program::{Machine, Run};

const ROLE: &str = "arn:aws:iam::111122223333:role/R";

/// A machine that asks nothing of any network, with one profile.
fn machine() -> Machine {
    let machine = Machine::new("http://127.0.0.1:9");
    machine.home.config("[profile hub]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n");
    machine
}

fn add(machine: &Machine, name: &str, more: &[&str]) -> Run {
    machine.run(&[&["connection", "add", name, "--no-external-id"], more].concat())
}

#[test]
fn a_partition_and_a_profile_that_nobody_knows_are_taken_with_a_warning() {
    let machine = machine();
    let odd = add(&machine, "odd", &["--role-arn", "arn:aws-us-gv:iam::111122223333:role/R"]).exits(0).stderr;
    assert!(odd.contains("warning: odd: this release knows no partition aws-us-gv; did you mean aws-us-gov?"), "{odd}");
    let far = add(&machine, "far", &["--role-arn", ROLE, "--source", "profile:hubb"]).exits(0).stderr;
    assert!(far.contains("far: there is no profile hubb in ") && far.contains("did you mean hub?"), "{far}");
    let good = machine.run(&["connection", "edit", "far", "--source", "profile:hub"]).exits(0).stderr;
    assert!(!good.contains("warning"), "{good}");
    let edit = machine.run(&["connection", "edit", "far", "--source", "profile:hubb"]).exits(0).stderr;
    assert!(edit.contains("did you mean hub?"), "{edit}");
}

#[test]
fn a_bare_source_is_told_what_it_means() {
    let machine = machine();
    add(&machine, "first", &["--role-arn", ROLE]).exits(0);
    let profile = add(&machine, "x", &["--role-arn", ROLE, "--source", "hub"]).exits(2).stderr;
    assert!(profile.contains("did you mean profile:hub"), "{profile}");
    let connection = add(&machine, "x", &["--role-arn", ROLE, "--source", "first"]).exits(2).stderr;
    assert!(connection.contains("did you mean connection:first"), "{connection}");
}

#[test]
fn an_external_id_is_not_lost_silently_on_the_way_through_toml() {
    let machine = machine();
    machine.run(&["connection", "add", "c", "--role-arn", ROLE, "--external-id", "id-4711"]).exits(0);
    let shown = machine.run(&["connection", "show", "c"]).exits(0).stdout;
    assert!(
        shown.contains("\n# external_id is not shown; --reveal shows it\n") && !shown.contains("id-4711"),
        "{shown}"
    );
    let whole = machine.run(&["connection", "show", "c", "--reveal"]).exits(0).stdout;
    assert!(!whole.contains("is not shown"), "{whole}");
    machine.run(&["connection", "remove", "c", "--yes"]).exits(0);
    let again = machine.feed(&["connection", "add", "-"], &shown).exits(0).stderr;
    assert!(again.contains("warning: c comes without an ExternalId"), "{again}");
    machine.run(&["connection", "remove", "c", "--yes"]).exits(0);
    let again = machine.feed(&["connection", "add", "-"], &whole).exits(0).stderr;
    assert!(!again.contains("warning"), "{again}");
}

#[test]
fn init_warns_of_an_open_folder_and_a_short_passphrase() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let folder = machine.home.path().join(".config/cloudivize");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run: Run = machine.command(&["init"]).env("CLOUDIVIZE_PASSPHRASE", "short").output().unwrap().into();
    let said = run.exits(0).stderr;
    assert!(said.contains("(mode 0755); close it: chmod go= "), "{said}");
    assert!(said.contains("fewer than 8 characters") && !said.contains("short"), "{said}");
}

#[test]
fn options_that_change_nothing_are_said() {
    let machine = machine();
    let theme = machine.run(&["--theme", "nope", "connection", "list"]).exits(0).stderr;
    assert!(theme.contains("warning: --theme: there is no theme \"nope\""), "{theme}");
    for more in [&["--group", "x"][..], &["name"], &["--role-arn", ROLE]] {
        let arguments = [&["--profile", "hub", "check"], more].concat();
        let refused = machine.run(&arguments).exits(2).stderr;
        assert!(refused.contains("stand for the one connection of this run"), "{refused}");
    }
    let url = add(&machine, "x", &["--role-arn", ROLE, "--endpoint-url", "http://example.com"]).exits(2).stderr;
    assert!(
        url.contains("use https; plain http to another host can only be allowed in the TOML of connection add -"),
        "{url}"
    );
    let mfa = add(&machine, "x", &["--role-arn", ROLE, "--mfa-serial", "abc"]).exits(2).stderr;
    assert!(mfa.contains("is 3 characters long; AWS's are 9 to 256"), "{mfa}");
}
