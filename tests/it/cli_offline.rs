//! Commands that need no network: `import aws`, `diagnose`, `policy`, `doctor`, completions, manual page.

use crate::program::{Machine, Run};
use crate::tools::Keys;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const SECRET: &str = "wJalrXUtnFEMI-this-is-a-secret-key";

fn profiles(machine: &Machine) {
    let keys = Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret: SECRET.to_owned(), token: None };
    machine.home.profile("hub", &keys);
    machine.home.config(
        "[profile prod]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = hub\nexternal_id = import-ext-1\n\
         [profile leaf]\nrole_arn = arn:aws:iam::111122224444:role/R\nsource_profile = prod\n\
         [profile instance]\nrole_arn = arn:aws:iam::111122225555:role/R\ncredential_source = Ec2InstanceMetadata\n\
         [profile web]\nrole_arn = arn:aws:iam::111122226666:role/R\nweb_identity_token_file = /tmp/token\n\
         [profile lost]\nrole_arn = arn:aws:iam::111122227777:role/R\nsource_profile = nobody\n",
    );
}

#[test]
fn an_import_shows_its_plan_and_copies_no_key() {
    let machine = Machine::new(NOWHERE);
    profiles(&machine);
    let plan = machine.run(&["import", "aws"]).exits(0);
    for planned in ["prod", "leaf", "instance", "connection:prod", "profile:hub"] {
        assert!(plan.stdout.contains(planned), "{planned}: {}", plan.stdout);
    }
    assert!(plan.stderr.contains("profile web: it assumes its role with a web identity token"), "{}", plan.stderr);
    assert!(plan.stderr.contains("profile lost: its source_profile nobody is not"), "{}", plan.stderr);
    assert!(plan.stderr.contains("--yes"), "{}", plan.stderr);
    assert!(machine.run(&["connection", "list"]).exits(0).stdout.is_empty(), "a plan changes nothing");

    let done = machine.run(&["import", "aws", "--yes"]).exits(0);
    assert!(!(plan.all() + &done.all()).contains("import-ext-1"), "an ExternalId is not shown unasked");
    let list = machine.run(&["connection", "list", "--format", "json"]).exits(0).json();
    assert_eq!(list.as_array().unwrap().len(), 3);
    let vault = machine.run(&["connection", "show", "prod", "--reveal"]).exits(0).stdout;
    assert!(vault.contains("external_id = \"import-ext-1\"") && !vault.contains(SECRET), "{vault}");
    let again = machine.run(&["import", "aws", "--yes"]).exits(0);
    assert!(again.stderr.contains("connection prod is this role already"), "{}", again.stderr);
}

#[test]
fn one_error_is_diagnosed_as_json() {
    let machine = Machine::bare(NOWHERE);
    let denied = machine
        .feed(
            &["diagnose"],
            "An error occurred (AccessDeniedException) when calling the DescribeReportDefinitions operation: User: \
             arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: cur:DescribeReportDefinitions on \
             resource: arn:aws:cur:us-east-1:111122223333:definition/* because no identity-based policy allows the \
             cur:DescribeReportDefinitions action\n",
        )
        .exits(0)
        .json();
    assert_eq!(denied["denial"]["reason"], "identity_no_allow");
    assert_eq!(denied["snippet"]["attach_to"], "role");
    let statement = &denied["snippet"]["policy"]["Statement"][0];
    assert_eq!(statement["Action"], "cur:DescribeReportDefinitions");
    assert_eq!(statement["Resource"], "arn:aws:cur:us-east-1:111122223333:definition/*");
    assert!(denied["advice"].as_str().is_some_and(|a| !a.is_empty()));

    let scp = machine
        .feed(
            &["diagnose"],
            "User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: iam:GetAccountSummary on \
             resource: * with an explicit deny in a service control policy",
        )
        .exits(0)
        .json();
    assert_eq!((&scp["denial"]["reason"], &scp["snippet"]), (&"scp_explicit_deny".into(), &serde_json::Value::Null));

    let assume = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: sts:AssumeRole on resource: \
                  arn:aws:iam::111122224444:role/R";
    assert!(machine.feed(&["diagnose"], assume).exits(0).json()["snippet"].is_null());
    let throttled = machine.feed(&["diagnose"], "An error occurred (Throttling): Rate exceeded").exits(0).json();
    assert_eq!(throttled["error"]["class"], "throttled");
    for nothing in ["", " \n\t\n"] {
        let run = machine.feed(&["diagnose"], nothing).exits(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("empty"));
    }
}

#[test]
fn a_trusted_account_needs_no_network() {
    let machine = Machine::bare(NOWHERE);
    let trust = machine
        .run(&[
            "policy",
            "trust",
            "--trusted-account",
            "111122220000",
            "--external-id",
            "id-1",
            "--partition",
            "aws-cn",
        ])
        .exits(0)
        .json();
    assert_eq!(trust["Statement"][0]["Principal"]["AWS"], "arn:aws-cn:iam::111122220000:root");
    assert_eq!(trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"], "id-1");
    let mandatory = machine.run(&["policy", "mandatory", "--format", "min"]).exits(0);
    assert_eq!(mandatory.stdout.lines().count(), 1);
    assert!(mandatory.stdout.contains("iam:GetAccountSummary") && !mandatory.stdout.contains("sts:AssumeRole"));
    let account = "111122220000";
    let stack = ["policy", "read", "--trusted-account", account, "--external-id", "id-1", "--format", "cloudformation"];
    let stack = machine.run(&stack).exits(0).stdout;
    assert!(stack.contains("RoleName: CloudivizeRole") && stack.contains("policy/ReadOnlyAccess"), "{stack}");
    let full = machine.run(&["policy", "full", "--trusted-account", account]).exits(0);
    assert_eq!(full.json()["Statement"][0]["Action"], "*");
    assert!(full.stderr.contains("AdministratorAccess"), "{}", full.stderr);
}

#[test]
fn nothing_is_ever_a_placeholder() {
    let machine = Machine::bare(NOWHERE);
    let run = |arguments: &[&str]| -> Run {
        machine.command(arguments).env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap().into()
    };
    for arguments in [
        &["policy", "trust", "--trusted-account", "111122220000"][..],
        &["policy", "trust", "--external-id", "id-1"],
        &["policy", "trust", "--external-id", "id-1", "--trusted-account", "111122220000", "--principal", "me"],
        &["policy", "mandatory", "--format", "terraform", "--trusted-account", "111122220000"],
        &["policy", "missing"],
        &["policy", "tag"],
        &["policy", "tag", "--kind", "aws/ec2/instance"],
    ] {
        let run = run(arguments).exits(2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{arguments:?}: {}", run.stdout);
    }
}

#[test]
fn a_connection_gives_a_snippet_its_values() {
    let machine = Machine::new(NOWHERE);
    let arn = "arn:aws-us-gov:iam::111122223333:role/team/CloudivizeRole";
    machine.run(&["connection", "add", "gov", "--role-arn", arn, "--external-id", "id-gov"]).exits(0);
    let page = ["policy", "trust", "--connection", "gov", "--trusted-account", "111122220000", "--format", "message"];
    let page = machine.run(&page).exits(0).stdout;
    assert!(page.contains("id-gov") && page.contains("arn:aws-us-gov:iam::111122220000:root"), "{page}");
    let other = ["policy", "trust", "--connection", "gov", "--trusted-account", "111122220000", "--no-external-id"];
    assert!(machine.run(&other).exits(0).json()["Statement"][0].get("Condition").is_none());
}

#[test]
fn doctor_shows_what_is_there_and_no_value() {
    let machine = Machine::new(NOWHERE);
    profiles(&machine);
    let run: Run = machine
        .command(&["doctor"])
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("HTTPS_PROXY", "http://user:proxy-password@127.0.0.1:1")
        .env("CLOUDIVIZE_PASSPHRASE", "very-secret-passphrase")
        .output()
        .unwrap()
        .into();
    let run = run.exits(0);
    for hidden in [SECRET, "proxy-password", "very-secret-passphrase", "import-ext-1"] {
        assert!(!run.all().contains(hidden), "{hidden}");
    }
    for shown in
        ["vault.age", "mode 0600", "AWS_SECRET_ACCESS_KEY", "profile:hub", "HTTPS_PROXY", "CLOUDIVIZE_PASSPHRASE"]
    {
        assert!(run.stdout.contains(shown), "{shown}: {}", run.stdout);
    }
}

#[test]
fn completions_and_the_manual_page_know_the_commands() {
    let machine = Machine::bare(NOWHERE);
    for shell in ["bash", "zsh", "fish"] {
        let text = machine.run(&["completions", shell]).exits(0).stdout;
        assert!(text.contains("generate-external-id"), "{shell}");
    }
    assert!(machine.run(&["man"]).exits(0).stdout.contains(".TH"));
    assert!(machine.run(&["man", "connection", "add"]).exits(0).stdout.contains("generate"));
    machine.run(&["man", "nonsense"]).exits(2);
    assert!(machine.run(&["--version"]).exits(0).stdout.starts_with("cloudivize "));
    assert!(machine.run(&[]).exits(2).stderr.contains("terminal"), "no dashboard without a terminal");
}

#[test]
fn a_broken_preferences_file_is_a_warning_and_a_missing_named_one_an_error() {
    let machine = Machine::new(NOWHERE);
    machine.home.write(".config/cloudivize/config.toml", "concurency = 3\n");
    let run = machine.run(&["connection", "list"]).exits(0);
    assert!(run.stderr.contains("did you mean concurrency"), "{}", run.stderr);
    machine.run(&["completions", "bash", "--config", "/nowhere/at/all"]).exits(0);
    machine.run(&["connection", "list", "--config", "/nowhere/at/all"]).exits(2);
}
