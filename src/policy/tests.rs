//! What each snippet says, in every form, and what cannot be made.

use super::*;
use crate::domain::{
    AccountId, BaseIdentity, Connection, ConnectionId, ConnectionName, ExternalId, Mandatory, Method, Partition,
    ProfileName, RoleArn, SessionName, Source,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &str = "5f3b9c1e-7a42-4c1d-9a57-2f0c1d6e8b90";

fn identity(arn: &str) -> BaseIdentity {
    let fields: Vec<&str> = arn.split(':').collect();
    BaseIdentity {
        arn: arn.to_owned(),
        account: AccountId::parse(fields[4]).unwrap(),
        partition: Partition::parse(fields[1]).unwrap(),
    }
}

fn alice() -> BaseIdentity {
    identity("arn:aws:iam::999988887777:user/alice")
}

fn role_arn(text: &str) -> RoleArn {
    RoleArn::parse(text).unwrap()
}

fn role() -> RoleRef {
    RoleRef::from(&role_arn("arn:aws:iam::111122223333:role/CloudivizeRole"))
}

fn with_id(trusted: Trusted) -> TrustInput {
    TrustInput::new(trusted, vec![ExternalId::parse(ID).unwrap()])
}

fn account_trust() -> TrustInput {
    with_id(Trusted::AccountOf(alice()))
}

/// Everything that is said about a snippet, for a reader.
fn page(snippet: &Snippet) -> String {
    let mut out = format!("{}\nwhere: {}\n", snippet.title, snippet.goes_where);
    for format in Format::ALL {
        out.push_str(&format!("\n===== {format}\n"));
        match render(snippet, format) {
            Ok(text) => out.push_str(&text),
            Err(error) => out.push_str(&format!("error: {error}\n")),
        }
        for note in notes(snippet, format) {
            out.push_str(&format!("note: {note}\n"));
        }
    }
    out
}

#[test]
fn trust_reads_well() {
    insta::assert_snapshot!("trust", page(&trust(&role(), &account_trust()).unwrap()));
}

#[test]
fn narrow_trust_reads_well() {
    let base = identity("arn:aws-us-gov:sts::999988887777:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice");
    let connection = Connection {
        source_identity: Some(SessionName::parse("alice").unwrap()),
        duration: 7200,
        ..Connection::new(
            ConnectionId::generate(),
            ConnectionName::parse("gov").unwrap(),
            Method::Role {
                arn: role_arn("arn:aws-us-gov:iam::111122223333:role/team/CloudivizeRole"),
                external_id: None,
                external_id_next: None,
            },
            Source::Profile(ProfileName::parse("gov").unwrap()),
        )
    };
    let role = RoleRef::from(connection.role_arn().unwrap());
    let snippet = trust(&role, &TrustInput::of(&connection, Trusted::Me(base))).unwrap();
    insta::assert_snapshot!("trust_narrow", page(&snippet));
}

#[test]
fn caller_policies_read_well() {
    let roles = [
        role_arn("arn:aws:iam::111122224444:role/CloudivizeRole"),
        role_arn("arn:aws:iam::111122223333:role/CloudivizeRole"),
    ];
    insta::assert_snapshot!("caller_user", page(&caller(&alice(), &roles, false).unwrap()));
    let instance = identity("arn:aws:sts::999988887777:assumed-role/Hub/i-0a1b2c3d4e5f60718");
    insta::assert_snapshot!("caller_instance_role", page(&caller(&instance, &roles[..1], false).unwrap()));
    let set = identity("arn:aws:sts::999988887777:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice");
    insta::assert_snapshot!("caller_permission_set", page(&caller(&set, &roles, true).unwrap()));
}

#[test]
fn permissions_read_well() {
    insta::assert_snapshot!("mandatory_with_trust", page(&mandatory(&role(), Some(&account_trust())).unwrap()));
    let bare = RoleRef { account: None, ..role() };
    insta::assert_snapshot!("mandatory_by_name", page(&mandatory(&bare, None).unwrap()));
    let china = RoleRef::from(&role_arn("arn:aws-cn:iam::111122223333:role/CloudivizeRole"));
    let trusted = Trusted::Account(AccountId::parse("999988887777").unwrap());
    insta::assert_snapshot!("read_china", page(&read(&china, Some(&with_id(trusted))).unwrap()));
    insta::assert_snapshot!("full", page(&full(&role(), Some(&account_trust())).unwrap()));
}

#[test]
fn missing_permissions_read_well() {
    let found = [Mandatory::AccountSummary, Mandatory::AssumeRole, Mandatory::ReportDefinitions];
    insta::assert_snapshot!("missing", page(&missing(&role(), &found).unwrap()));
}

#[test]
fn nothing_is_offered_for_assume_role_alone() {
    assert_eq!(missing(&role(), &[Mandatory::AssumeRole]), None);
    assert_eq!(missing(&role(), &[]), None);
    assert_eq!(missing_own(&alice(), &[]).unwrap(), None);
}

#[test]
fn a_connection_without_a_role_gets_the_policy_on_its_own_identity() {
    let snippet = missing_own(&alice(), &[Mandatory::Regions]).unwrap().unwrap();
    assert_eq!(snippet.goes_where, "attach to user alice in 999988887777");
    assert!(render(&snippet, Format::Cli).unwrap().starts_with("aws iam put-user-policy --user-name alice "));
}

#[test]
fn the_permissions_of_a_connection_without_a_role_go_to_its_own_identity() {
    for kind in [Kind::Mandatory, Kind::Read, Kind::Full] {
        let snippet = own(&alice(), kind).unwrap();
        assert_eq!(snippet.goes_where, "attach to user alice in 999988887777");
        let said = format!("{} {}", snippet.title, notes(&snippet, Format::Json).join(" "));
        assert!(!said.contains("CloudivizeRole"), "{said}");
        for format in [Format::Json, Format::Min] {
            render(&snippet, format).unwrap();
        }
    }
    let set = identity("arn:aws:sts::999988887777:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice");
    let said = notes(&own(&set, Kind::Read).unwrap(), Format::Json).join(" ");
    assert!(said.contains("permission set Ops") && said.contains("policy/ReadOnlyAccess as well"), "{said}");
    // Every form takes the mandatory permissions; none but JSON leaves AWS's policies to the reader.
    for format in Format::ALL {
        render(&own(&alice(), Kind::Mandatory).unwrap(), format).unwrap();
    }
    let refused = render(&own(&alice(), Kind::Read).unwrap(), Format::Cli).unwrap_err().to_string();
    assert!(refused.contains("--format json"), "{refused}");
}

/// Policies are replaced by name, so a name may never stand for two contents.
#[test]
fn different_missing_permissions_bear_different_names() {
    let name = |permissions: &[Mandatory]| missing(&role(), permissions).unwrap().policy.unwrap().name;
    assert_eq!(name(&[Mandatory::AccountSummary, Mandatory::Regions]), "CloudivizeMissing-Regions-Summary");
    assert_ne!(name(&[Mandatory::Regions]), name(&[Mandatory::AccountSummary]));
}

/// Two vaults may stand on one caller: the list of one does not replace the other's.
#[test]
fn different_lists_of_roles_bear_different_names() {
    let name = |roles: &[&str], source_identity: bool| {
        let roles: Vec<RoleArn> =
            roles.iter().map(|r| role_arn(&format!("arn:aws:iam::111122223333:role/{r}"))).collect();
        caller(&alice(), &roles, source_identity).unwrap().policy.unwrap().name
    };
    assert_eq!(name(&["a", "b"], false), name(&["b", "a", "b"], false));
    assert_ne!(name(&["a", "b"], false), name(&["a"], false));
    assert_ne!(name(&["a"], true), name(&["a"], false));
    let hash = name(&["a"], false).strip_prefix("CloudivizeAssumeRoles-").unwrap().to_owned();
    assert!(hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{hash}");
}

/// Deploying another template under a stack's name deletes what the first one made.
#[test]
fn each_template_is_deployed_as_a_stack_of_its_own() {
    let stack = |snippet: &Snippet| {
        let notes = notes(snippet, Format::CloudFormation).join(" ");
        shlex::split(&notes[notes.find("aws cloudformation").unwrap()..]).unwrap()[4].clone()
    };
    assert_eq!(stack(&trust(&role(), &account_trust()).unwrap()), "cloudivize-CloudivizeRole");
    assert_eq!(stack(&missing(&role(), &[Mandatory::Regions]).unwrap()), "CloudivizeMissing-Regions-CloudivizeRole");
    let roles = [role_arn("arn:aws:iam::111122223333:role/CloudivizeRole")];
    let name = stack(&caller(&alice(), &roles, false).unwrap());
    assert!(name.starts_with("CloudivizeAssumeRoles-") && name.ends_with("-alice"), "{name}");
}

#[test]
fn what_replaces_a_trust_policy_says_so_and_what_it_attaches() {
    let snippet = trust(&role(), &account_trust()).unwrap();
    for format in Format::ALL {
        let said = notes(&snippet, format).join(" ");
        let replaces = matches!(format, Format::Json | Format::Min | Format::Cli | Format::CloudShell);
        assert_eq!(said.contains("It replaces the role's present trust policy."), replaces, "{format}: {said}");
        let deploys = !matches!(format, Format::Json | Format::Min | Format::Message);
        assert_eq!(said.contains("attaches the mandatory permissions"), deploys, "{format}: {said}");
    }
    let cli = render(&snippet, Format::Cli).unwrap();
    let lines: Vec<&str> = cli.lines().collect();
    assert_eq!(lines[0], "if aws iam get-role --role-name CloudivizeRole >/dev/null 2>&1; then");
    assert!(lines[1].starts_with("  aws iam update-assume-role-policy ") && lines[2] == "else", "{cli}");
    assert!(lines[3].starts_with("  aws iam create-role ") && lines[4] == "fi", "{cli}");
    assert!(lines[5].starts_with("aws iam put-role-policy "), "{cli}");
}

#[test]
fn members_stand_in_the_canonical_order() {
    let narrow = trust(&role(), &with_id(Trusted::Me(alice()))).unwrap();
    assert_eq!(
        narrow.document().min(),
        concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"CloudivizeAssume","Effect":"Allow","#,
            r#""Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:AssumeRole","#,
            r#""Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::999988887777:user/alice"},"#,
            r#""StringEquals":{"sts:ExternalId":"5f3b9c1e-7a42-4c1d-9a57-2f0c1d6e8b90"}}}]}"#
        )
    );
}

/// The narrow form for each shape of identity.
#[test]
fn narrow_trust_names_one_principal() {
    for (arn, expected) in [
        ("arn:aws:iam::999988887777:user/eng/alice", json!("arn:aws:iam::999988887777:user/eng/alice")),
        // A `*` in a path is no wildcard.
        ("arn:aws:iam::999988887777:user/e*g/alice", json!("arn:aws:iam::999988887777:user/e${*}g/alice")),
        ("arn:aws:iam::999988887777:role/eng/Hub", json!("arn:aws:iam::999988887777:role/eng/Hub")),
        (
            "arn:aws:sts::999988887777:assumed-role/Hub/i-0a1b2c3d4e5f60718",
            json!(["arn:aws:iam::999988887777:role/Hub", "arn:aws:iam::999988887777:role/*/Hub"]),
        ),
        (
            "arn:aws-cn:sts::999988887777:assumed-role/AWSReservedSSO_My_Set_0123456789abcdef/alice",
            json!("arn:aws-cn:iam::999988887777:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_My_Set_*"),
        ),
    ] {
        let base = identity(arn);
        let role = RoleRef { partition: base.partition.clone(), ..role() };
        let document = trust(&role, &with_id(Trusted::Me(base))).unwrap().document().value();
        assert_eq!(document["Statement"][0]["Condition"]["ArnLike"]["aws:PrincipalArn"], expected, "{arn}");
    }
}

#[test]
fn whom_to_trust_is_chosen_or_asked_for() {
    let account = |text| AccountId::parse(text).unwrap();
    let other = || Some(account("123456789012"));
    assert_eq!(Trusted::choose(None, None, false), Ok(None));
    assert_eq!(Trusted::choose(None, Some(alice()), true), Ok(Some(Trusted::Me(alice()))));
    assert_eq!(Trusted::choose(other(), Some(alice()), false), Ok(Some(Trusted::Account(account("123456789012")))));
    assert_eq!(Trusted::choose(other(), Some(alice()), true), Err(PolicyError::NarrowNeedsIdentity));
    assert_eq!(Trusted::choose(None, None, true), Err(PolicyError::NarrowNeedsIdentity));
    let same = Some(account("999988887777"));
    assert_eq!(Trusted::choose(same, Some(alice()), true), Ok(Some(Trusted::Me(alice()))));
}

#[test]
fn what_cannot_work_is_an_error_that_says_what_helps() {
    let root = identity("arn:aws:iam::999988887777:root");
    let token = identity("arn:aws:sts::999988887777:federated-user/bob");
    let odd = identity("arn:aws:ec2::999988887777:instance/i-1");
    let roles = [role_arn("arn:aws:iam::111122223333:role/CloudivizeRole")];
    for (error, help) in [
        (caller(&root, &roles, false).unwrap_err(), "--source"),
        (caller(&token, &roles, false).unwrap_err(), "--source"),
        (caller(&odd, &roles, false).unwrap_err(), "--source"),
        (caller(&alice(), &[], false).unwrap_err(), "connection add"),
        (trust(&role(), &with_id(Trusted::Me(root.clone()))).unwrap_err(), "--source"),
        (render(&read(&role(), None).unwrap(), Format::CloudFormation).unwrap_err(), "--format cli"),
    ] {
        assert!(error.to_string().contains(help), "{error}");
    }
    let china = identity("arn:aws-cn:iam::999988887777:user/alice");
    let partitions = PolicyError::Partitions { role: Partition::Aws, caller: Partition::AwsCn };
    assert_eq!(trust(&role(), &with_id(Trusted::AccountOf(china.clone()))).unwrap_err(), partitions);
    assert_eq!(caller(&china, &roles, false).unwrap_err(), partitions);
    // The account of a root user can be trusted; that root itself cannot come is said.
    let snippet = trust(&role(), &with_id(Trusted::AccountOf(root))).unwrap();
    assert!(snippet.notes[0].contains("cannot assume any role"), "{:?}", snippet.notes);
}

/// A user's inline policies hold 2,048 characters, a managed policy 6,144.
#[test]
fn many_roles_become_a_managed_policy_and_too_many_an_error() {
    let roles = |count: u64| -> Vec<RoleArn> {
        (0..count).map(|n| role_arn(&format!("arn:aws:iam::{:012}:role/CloudivizeRole", 100 + n))).collect()
    };
    let snippet = caller(&alice(), &roles(60), false).unwrap();
    let cli = render(&snippet, Format::Cli).unwrap();
    assert!(cli.starts_with("aws iam create-policy --policy-name CloudivizeAssumeRoles-"), "{cli}");
    assert!(cli.contains("\naws iam attach-user-policy --user-name alice "), "{cli}");
    assert!(render(&snippet, Format::CloudFormation).unwrap().contains("AWS::IAM::ManagedPolicy"));
    assert!(render(&snippet, Format::Terraform).unwrap().contains("aws_iam_policy.cloudivize_assume_roles_"));

    let snippet = caller(&alice(), &roles(300), false).unwrap();
    for format in [Format::CloudFormation, Format::Terraform, Format::Cli, Format::CloudShell, Format::Message] {
        assert!(matches!(render(&snippet, format), Err(PolicyError::TooLarge { limit: 6_144, .. })), "{format}");
    }
    render(&snippet, Format::Json).unwrap();
}

#[test]
fn a_missing_external_id_is_warned_of_and_two_are_both_accepted() {
    let none = trust(&role(), &TrustInput::new(Trusted::AccountOf(alice()), Vec::new())).unwrap();
    assert!(none.document().value()["Statement"][0].get("Condition").is_none());
    assert!(none.notes.iter().any(|n| n.contains("no ExternalId")), "{:?}", none.notes);

    let ids = ["old-id", "new-id"].map(|id| ExternalId::parse(id).unwrap()).to_vec();
    let both = trust(&role(), &TrustInput::new(Trusted::AccountOf(alice()), ids)).unwrap();
    let accepted = &both.document().value()["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(accepted, &json!(["old-id", "new-id"]));
}

/// Each document in `aws … 'DOCUMENT'` words, whatever the form around it.
fn documents_in(line: &str) -> Vec<Value> {
    shlex::split(line)
        .unwrap()
        .iter()
        .filter(|w| w.starts_with('{'))
        .filter_map(|w| serde_json::from_str(w).ok())
        .collect()
}

proptest! {
    /// Any role, any path, any ExternalId: the shell forms carry exactly the documents of the JSON form,
    /// no ARN of another partition stands anywhere, and nothing looks like something to fill in.
    #[test]
    fn every_form_carries_the_same_policy(
        partition in prop::sample::select(vec!["aws", "aws-cn", "aws-us-gov"]),
        path in "(/[!-.0-~]{1,8}){0,2}",
        name in "[A-Za-z0-9_+=,.@-]{1,20}",
        id in "[A-Za-z0-9_+=,.@:/-]{2,30}",
    ) {
        let arn = format!("arn:{partition}:iam::111122223333:role{path}/{name}");
        let Ok(arn) = RoleArn::parse(&arn) else { return Ok(()) };
        let role = RoleRef::from(&arn);
        let base = identity(&format!("arn:{partition}:sts::999988887777:assumed-role/Hub/session"));
        let input = TrustInput::new(Trusted::Me(base.clone()), vec![ExternalId::parse(&id).unwrap()]);
        let made = [
            trust(&role, &input).unwrap(),
            caller(&base, &[arn], false).unwrap(),
            read(&role, Some(&input)).unwrap(),
            full(&role, Some(&input)).unwrap(),
            missing(&role, &Mandatory::ALL).unwrap(),
        ];
        for snippet in made {
            let mut wanted: Vec<Value> = Vec::new();
            wanted.extend(snippet.trust.iter().map(|t| t.document.value()));
            wanted.extend(snippet.policy.iter().map(|p| p.document.value()));
            for line in [Format::Cli, Format::CloudShell] {
                let found = documents_in(&render(&snippet, line).unwrap());
                for document in &wanted {
                    prop_assert!(found.contains(document), "{line}: {found:?} lacks {document}");
                }
            }
            for format in Format::ALL {
                let text = render(&snippet, format).unwrap();
                prop_assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{format}: {text:?}");
                for other in ["arn:aws:", "arn:aws-cn:", "arn:aws-us-gov:"] {
                    let ours = format!("arn:{partition}:");
                    prop_assert!(other == ours || path.contains(other) || !text.contains(other), "{text}");
                }
            }
        }
    }
}
