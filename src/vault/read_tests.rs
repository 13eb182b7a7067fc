//! Tests of the vault's text: round trips, and each fault's sentence.

use super::super::contents::to_toml;
use super::*;
use proptest::prelude::*;

const HEAD: &str = "version = 1\n[vault]\nid = \"3f0c1f4e-0000-4000-8000-000000000000\"\n";

fn faults(text: &str) -> String {
    match parse(text) {
        Err(VaultError::Faults(f)) => f.to_string(),
        other => panic!("expected faults, got {other:?}"),
    }
}

fn one(fields: &str) -> String {
    format!("{HEAD}[[connection]]\nid = \"8a1b1f4e-0000-4000-8000-000000000001\"\nname = \"prod\"\n{fields}")
}

const ROLE: &str = "role_arn = \"arn:aws:iam::111122223333:role/CloudivizeRole\"\n";

#[test]
fn everything_of_the_documentation_is_read_and_written_again() {
    let text = r#"version = 1

[vault]
id = "3f0c1f4e-0000-4000-8000-000000000000"
recipients = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice"]
endpoints = ["https://sts.example.com"]

[config]
concurrency = 8

[config.checks]
skip = ["iam:GetAccountSummary"]

[[connection]]
id = "8a1b1f4e-0000-4000-8000-000000000001"
name = "prod"
provider = "aws"
method = "role"
account = "111122223333"
role_arn = "arn:aws:iam::111122223333:role/team/CloudivizeRole"
external_id = "one-secret"
external_id_next = "next-secret"
source = "profile:hub"
session_name = "Cloudivize-Session"
source_identity = "alice"
duration = 1800
mfa_serial = "arn:aws:iam::111122223333:mfa/alice"
regions = ["eu-west-1"]
group = "production"
read_only = true
protected = true
probe_external_id = false
endpoint_url = "http://localhost:4566"
allow_insecure_endpoint = true
"#;
    let contents = parse(text).unwrap();
    assert_eq!(to_toml(&contents).unwrap(), text);
    assert_eq!(parse(&to_toml(&contents).unwrap()).unwrap(), contents);
    assert_eq!(contents.connections[0].external_id().unwrap().expose(), "one-secret");
}

#[test]
fn debug_shows_no_external_id() {
    let contents = parse(&one(&format!("{ROLE}external_id = \"one-secret\"\n"))).unwrap();
    assert!(!format!("{contents:?}").contains("one-secret"));
}

#[test]
fn a_connection_needs_little() {
    let contents = parse(&one(ROLE)).unwrap();
    let c = &contents.connections[0];
    assert_eq!((c.source.clone(), c.duration, c.probe_external_id), (Source::Env, 3600, true));
    assert_eq!(c.account.as_ref().unwrap().as_str(), "111122223333");
}

#[test]
fn names_of_sources_become_ids() {
    let text = one(ROLE)
        + "source = \"connection:hub\"\n[[connection]]\nid = \"8a1b1f4e-0000-4000-8000-000000000002\"\nname = \"hub\"\nmethod = \"profile\"\nsource = \"profile:hub\"\n";
    let contents = parse(&text).unwrap();
    assert_eq!(contents.connections[0].source, Source::Connection(contents.connections[1].id));
    assert!(to_toml(&contents).unwrap().contains("source = \"connection:8a1b1f4e-0000-4000-8000-000000000002\""));
}

#[test]
fn each_fault_has_its_line_field_and_advice() {
    let says = |fields: &str| faults(&one(fields));
    insta::assert_snapshot!([
        says(&format!("{ROLE}role_anr = 1\n")),
        says(&format!("{ROLE}frobnicate = 1\n")),
        says(&format!("{ROLE}duration = \"3600\"\n")),
        says(&format!("{ROLE}duration = 60\n")),
        says(&format!("{ROLE}regions = \"eu-west-1\"\n")),
        says(&format!("{ROLE}external_id = \" padded-secret\"\n")),
        says(&format!("{ROLE}account = \"999999999999\"\n")),
        says(&format!("{ROLE}source = \"connection:nobody\"\n")),
        says(&format!("{ROLE}source = \"connection:prod\"\n")),
        says(&format!("{ROLE}source = \"sso:x\"\n")),
        says(&format!("{ROLE}aws_secret_access_key = \"hunter2hunter2\"\n")),
        says(&format!("{ROLE}endpoint_url = \"sts.example.com\"\n")),
        says("method = \"role\"\n"),
        says("method = \"profile\"\n"),
        says("method = \"sso\"\n"),
        says("provider = \"azure\"\nmethod = \"app\"\n"),
        says("role_arn = \"arn:aws:iam::111122223333:user/bob\"\n"),
        faults(&one(ROLE).replace("[[connection]]\nid", "[[connection]]\n# id")),
        faults(&(one(ROLE) + "[[connection]]\nid = \"8a1b1f4e-0000-4000-8000-000000000001\"\nname = \"prod\"\n" + ROLE)),
        faults(&one(ROLE).replace("id = \"3f0c", "id = \"zzzz")),
        faults("[vault]\n"),
        faults("version = 0\n[vault]\nid = \"3f0c1f4e-0000-4000-8000-000000000000\"\n"),
        faults("version = 1\nnonsense"),
        faults(&format!("{HEAD}recipients = [\"AGE-SECRET-KEY-1QQQ\"]\n")),
        faults(&format!("{HEAD}[config]\nconcurency = 3\n")),
    ]
    .join("\n"), @r#"
line 8, role_anr of connection "prod": is not a known field; did you mean role_arn
line 8, frobnicate of connection "prod": is not a known field; remove it
line 8, duration of connection "prod": is a string, not a whole number
line 8, duration of connection "prod": 60 is not between 900 and 43200 seconds
line 8, regions of connection "prod": is a string, not a list of texts
line 8, external_id of connection "prod": begins with white space (at character 1)
line 8, account of connection "prod": is not the account in role_arn; correct one of them
line 8, source of connection "prod": names a connection that is not here (at character 12)
line 4, source of connection "prod": goes round in a loop (prod → prod); let one of them begin at env or profile:NAME
line 8, source of connection "prod": sso is not supported by this release yet; sign in with the AWS CLI and use profile:NAME
line 8, aws_secret_access_key of connection "prod": access keys are not supported any more, and never stored; connect with a role (method = "role", role_arn, external_id), or with a profile that holds the keys (source = "profile:NAME")
line 8, endpoint_url of connection "prod": is not a URL; it looks like https://sts.example.com
line 4, role_arn of connection "prod": is missing; method role needs it
line 4, source of connection "prod": method profile needs source = "profile:NAME"
line 7, method of connection "prod": sso is not supported by this release yet; sign in with the AWS CLI and use method profile
line 7, provider of connection "prod": azure is not supported by this release yet; only aws is
line 7, role_arn of connection "prod": is a user's, not a role's (at character 27); access keys of users are not supported; make a role
line 4, id of connection "prod": is missing; every connection in a vault has a UUID
line 8, name of connection "prod": stands in line 4 already; names are unique
line 8, id of connection "prod": belongs to another connection; leave it out when you copy one
line 3, id of [vault]: is not a UUID
line 1, version: is missing; add version = 1
line 1, id of [vault]: is missing; every vault has a UUID here
line 1, version: is not a version; this release writes 1
line 2, TOML: key with no value, expected `=`
line 4, recipients of [vault]: is a secret identity, not a recipient; give the public half, which begins with age1 (age-keygen -y prints it)
line 5, concurency of [config]: is not a known field; did you mean concurrency
"#);
}

#[test]
fn a_chain_that_goes_round_is_refused_once_per_connection_in_it() {
    let mut text = HEAD.to_owned();
    for (i, (name, source)) in [("a", "b"), ("b", "c"), ("c", "b")].iter().enumerate() {
        text += &format!(
            "[[connection]]\nid = \"8a1b1f4e-0000-4000-8000-00000000000{i}\"\nname = \"{name}\"\n{ROLE}source = \"connection:{source}\"\n"
        );
    }
    let said = faults(&text);
    assert!(said.contains("source of connection \"b\": goes round in a loop (b → c → b)"), "{said}");
    assert!(!said.contains("connection \"a\""), "{said}");
}

#[test]
fn a_newer_version_is_not_called_faulty() {
    let e = parse("version = 2\nsomething_new = true\n").unwrap_err();
    assert!(matches!(e, VaultError::Newer { version: 2 }));
    assert!(e.to_string().contains("Install a newer cloudivize"));
}

#[test]
fn typed_connections_get_ids_and_see_those_of_the_vault() {
    let vault = parse(&one(ROLE)).unwrap();
    let typed = format!("[[connection]]\nname = \"dev\"\n{ROLE}source = \"connection:prod\"\n");
    let new = parse_connections(&typed, &vault.connections).unwrap();
    assert_eq!(new[0].source, Source::Connection(vault.connections[0].id));
    assert_ne!(new[0].id, vault.connections[0].id);
    let again = parse_connections(&format!("[[connection]]\nname = \"prod\"\n{ROLE}"), &vault.connections);
    assert!(again.unwrap_err().to_string().contains("is in the vault already"));
    assert!(parse_connections("", &[]).unwrap_err().to_string().contains("[[connection]]"));
    let half = format!("[[connection]]\nname = \"ok\"\n{ROLE}[[connection]]\nname = \"bad\"\nmethod = \"sso\"\n");
    assert!(parse_connections(&half, &[]).is_err(), "all or nothing");
}

#[test]
fn deep_nesting_is_refused_without_exhausting_the_stack() {
    for text in [format!("x = {}", "[".repeat(100_000)), format!("{} = 1", vec!["a"; 100_000].join("."))] {
        assert!(parse(&text).is_err());
    }
}

/// Any connection that the domain types allow.
fn any_connection(i: usize) -> impl Strategy<Value = Connection> {
    let role = (
        "[A-Za-z0-9_+=,.@-]{1,20}",
        proptest::option::of("[A-Za-z0-9_+=,.@:/-]{2,40}"),
        proptest::option::of("[A-Za-z0-9_+=,.@:/-]{2,40}"),
    )
        .prop_map(|(name, id, next)| Method::Role {
            arn: RoleArn::parse(&format!("arn:aws-cn:iam::012345678901:role/a/b/{name}")).unwrap(),
            external_id: id.map(|t| ExternalId::parse(&t).unwrap()),
            external_id_next: next.map(|t| ExternalId::parse(&t).unwrap()),
        });
    let method = prop_oneof![role, Just(Method::Profile)];
    let profile = "[^\\p{Cc}\\]\\s]{1,20}";
    let group = proptest::option::of("[^\\p{Cc}]{0,20}x");
    (method, profile, "[\\p{L}0-9._]{1,10}", group, 900..=43200u32, any::<[bool; 4]>()).prop_map(
        move |(method, profile, name, group, duration, [read_only, protected, probe, insecure])| {
            let name = ConnectionName::parse(&format!("{name}{i}")).unwrap();
            let source = Source::Profile(crate::domain::ProfileName::parse(&profile).unwrap());
            let mut c = Connection::new(ConnectionId::generate(), name, method, source);
            c.group = group;
            c.duration = duration;
            c.read_only = read_only;
            c.protected = protected;
            c.probe_external_id = probe;
            c.allow_insecure_endpoint = insecure;
            c.endpoint_url = insecure.then(|| "http://host:1/'\"".replace(['\'', '"'], "~"));
            c
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(a in any_connection(0), b in any_connection(1), chained in any::<bool>()) {
        let mut contents = Contents::new(Vec::new());
        let mut b = b;
        if chained && matches!(b.method, Method::Role { .. }) {
            b.source = Source::Connection(a.id);
        }
        contents.connections = vec![a, b];
        prop_assert_eq!(parse(&to_toml(&contents).unwrap()).unwrap(), contents);
    }

    #[test]
    fn arbitrary_text_never_panics(text in ".{0,200}") {
        let _ = parse(&text);
        let _ = parse_connections(&text, &[]);
    }

    #[test]
    fn no_fault_repeats_a_secret(field in "(external_id|external_id_next|aws_secret_access_key|secret_key)", pad in "[ !\\n]") {
        let text = one(&format!("{ROLE}{field} = {:?}\n", format!("{pad}sentinel{pad}")));
        let said = parse(&text).unwrap_err().to_string();
        prop_assert!(!said.contains("sentinel"), "{}", said);
    }
}
