//! Snippets under the linters and other languages' parsers in three partitions, and deployed for real in the emulator.

use std::path::Path;
use std::process::Command;

use cloudivize::domain::{AccountId, BaseIdentity, ExternalId, Mandatory, Partition, RoleArn};
use cloudivize::policy::{self, Format, RoleRef, Snippet, TrustInput, Trusted};
use cloudivize::text::quote;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::tools::{self, AwsHome, Cloud, Keys};

const ID: &str = "5f3b9c1e-7a42-4c1d-9a57-2f0c1d6e8b90";

fn identity(arn: &str) -> BaseIdentity {
    let fields: Vec<&str> = arn.split(':').collect();
    BaseIdentity {
        arn: arn.to_owned(),
        account: AccountId::parse(fields[4]).unwrap(),
        partition: Partition::parse(fields[1]).unwrap(),
    }
}

fn input(trusted: Trusted) -> TrustInput {
    TrustInput::new(trusted, vec![ExternalId::parse(ID).unwrap()])
}

/// Every kind of snippet for every kind of caller in one partition, each with a name for its files.
fn every_snippet(partition: &str) -> Vec<(String, Snippet)> {
    let callers = [
        ("user", format!("arn:{partition}:iam::999988887777:user/eng/alice")),
        ("instance", format!("arn:{partition}:sts::999988887777:assumed-role/Hub/i-0a1b2c3d4e5f60718")),
        ("set", format!("arn:{partition}:sts::999988887777:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice")),
    ];
    let arn = |text: &str| RoleArn::parse(&format!("arn:{partition}:iam::{text}")).unwrap();
    let roles: Vec<RoleArn> = vec![arn("111122223333:role/CloudivizeRole"), arn("111122224444:role/a*b/Weird.Role@x")];
    let many: Vec<RoleArn> = (0..60).map(|n| arn(&format!("{:012}:role/CloudivizeRole", 100 + n))).collect();
    let mut made = Vec::new();
    for (role, callers) in [(&roles[0], &callers[..]), (&roles[1], &callers[..1])] {
        let role = RoleRef::from(role);
        let name = role.account.clone().unwrap();
        made.push((format!("missing-{name}"), policy::missing(&role, &Mandatory::ALL).unwrap()));
        made.push((format!("attach-{name}"), policy::mandatory(&role, None).unwrap()));
        for (who, caller) in callers {
            let account = input(Trusted::AccountOf(identity(caller)));
            let me = input(Trusted::Me(identity(caller)));
            let open =
                TrustInput { source_identity: true, duration: 7200, external_ids: Vec::new(), ..account.clone() };
            for (form, trust) in [("account", account), ("me", me), ("open", open)] {
                let tag = format!("{name}-{who}-{form}");
                made.push((format!("trust-{tag}"), policy::trust(&role, &trust).unwrap()));
                made.push((format!("mandatory-{tag}"), policy::mandatory(&role, Some(&trust)).unwrap()));
                made.push((format!("read-{tag}"), policy::read(&role, Some(&trust)).unwrap()));
                made.push((format!("full-{tag}"), policy::full(&role, Some(&trust)).unwrap()));
            }
        }
    }
    for (who, caller) in &callers {
        made.push((format!("caller-{who}"), policy::caller(&identity(caller), &roles, true).unwrap()));
        made.push((format!("caller-many-{who}"), policy::caller(&identity(caller), &many, false).unwrap()));
        let own = policy::missing_own(&identity(caller), &Mandatory::ALL).unwrap().unwrap();
        made.push((format!("own-{who}"), own));
    }
    made
}

/// Runs a Python script on a folder and gives what it prints.
fn python(script: &str, folder: &Path) -> String {
    let output = Command::new(tools::python()).args(["-c", script]).arg(folder).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Writes every snippet in the forms that other programs read, and beside each the documents it has to carry.
fn write_all(folder: &Path) -> usize {
    let mut files = 0;
    for partition in ["aws", "aws-cn", "aws-us-gov"] {
        for (name, snippet) in every_snippet(partition) {
            let base = folder.join(format!("{partition}-{name}"));
            let documents: Vec<Value> = (snippet.trust.iter().map(|t| t.document.value()))
                .chain(snippet.policy.iter().map(|p| p.document.value()))
                .collect();
            std::fs::write(base.with_extension("docs"), json!(documents).to_string()).unwrap();
            for (format, extension) in
                [(Format::Json, "json"), (Format::CloudFormation, "yaml"), (Format::Terraform, "tf")]
            {
                match policy::render(&snippet, format) {
                    Ok(text) => std::fs::write(base.with_extension(extension), text).unwrap(),
                    // The only thing that a form lacks.
                    Err(error) => assert!(error.to_string().contains("permission set"), "{name} {format}: {error}"),
                }
                files += 1;
            }
        }
    }
    files
}

/// A trust policy has a principal in place of a resource, and parliament knows identity policies only.
const PARLIAMENT: &str = r#"
import glob, json, sys
import parliament
checked = 0
for path in sorted(glob.glob(sys.argv[1] + "/*.json")):
    policy = json.load(open(path))
    for statement in policy["Statement"]:
        principal = statement.pop("Principal", None)
        if principal:
            statement["Resource"] = principal["AWS"].replace(":root", ":role/x")
    result = parliament.analyze_policy_string(json.dumps(policy))
    for finding in result.findings:
        print(path, finding)
    checked += 1
print("checked", checked)
"#;

#[test]
fn parliament_finds_nothing_in_any_policy() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    let said = python(PARLIAMENT, folder.path());
    let expected = 3 * every_snippet("aws").len();
    assert_eq!(said.trim(), format!("checked {expected}"));
}

#[test]
fn cfn_lint_finds_nothing_in_any_template() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    let pattern = folder.path().join("*.yaml");
    let output = Command::new(tools::cfn_lint())
        .args(["--regions", "us-east-1", "cn-northwest-1", "us-gov-west-1", "--include-checks", "W", "--template"])
        .arg(&pattern)
        .output()
        .expect("cfn-lint runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim().is_empty(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// What a YAML reader and an HCL reader find in the templates are exactly the documents of the JSON form.
/// The HCL reader gives an expression as normalised text, from which JSON is a short way.
const READERS: &str = r#"
import glob, json, os, re, sys
import hcl2, yaml

def encoded(node):
    if isinstance(node, dict):
        for value in node.values():
            yield from encoded(value)
    elif isinstance(node, list):
        for value in node:
            yield from encoded(value)
    elif isinstance(node, str) and node.startswith("${jsonencode("):
        text = node[len("${jsonencode(") : -len(")}")]
        text = re.sub(r'(\w+|"[\w:]+") = ', lambda key: '"%s": ' % key[1].strip('"'), text)
        yield json.loads(text.replace("$${", "${"))

def policies(node):
    if isinstance(node, dict):
        if "Version" in node and "Statement" in node:
            yield node
        else:
            for value in node.values():
                yield from policies(value)
    elif isinstance(node, list):
        for value in node:
            yield from policies(value)

def same(found, wanted, path):
    key = lambda policy: json.dumps(policy, sort_keys=True)
    if sorted(map(key, found)) != sorted(map(key, wanted)):
        print(path, "has", found, "not", wanted)

read = 0
for path in sorted(glob.glob(sys.argv[1] + "/*.docs")):
    wanted = json.load(open(path))
    base = path[: -len(".docs")]
    if os.path.exists(base + ".yaml"):
        same(list(policies(yaml.safe_load(open(base + ".yaml")))), wanted, base + ".yaml")
        read += 1
    with open(base + ".tf") as file:
        same(list(encoded(hcl2.load(file))), wanted, base + ".tf")
        read += 1
print("read", read)
"#;

#[test]
fn other_readers_find_the_same_documents() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    let said = python(READERS, folder.path());
    let templates = std::fs::read_dir(folder.path()).unwrap().filter(|file| {
        let path = file.as_ref().unwrap().path();
        path.extension().is_some_and(|e| e == "yaml" || e == "tf")
    });
    assert_eq!(said.trim(), format!("read {}", templates.count()));
}

/// Each line: kind, a tab, the quoted text, a tab, the text itself as JSON.
const QUOTES: &str = r#"
import csv, io, json, shlex, sys
import yaml
read = 0
for line in open(sys.argv[1] + "/quotes"):
    kind, quoted, text = json.loads(line)
    if kind == "shell":
        got = shlex.split(quoted)
    elif kind == "csv":
        got = next(csv.reader(io.StringIO(quoted, newline="")))
    else:
        got = [yaml.safe_load(quoted)]
    if got != [text]:
        print(kind, repr(quoted), "is read as", got, "not", repr(text))
    read += 1
print("read", read)
"#;

#[test]
fn quoted_text_comes_back_from_real_parsers() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let any = "(?s)[^\\x00]{1,16}|[ -~\n\r\t]{1,16}|[$%{}\"'\\\\,:#&*!|> -]{1,8}";
    let texts: Vec<String> = (0..400).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    let mut lines = String::new();
    for text in &texts {
        for (kind, quoted) in [("shell", quote::shell(text)), ("csv", quote::csv(text)), ("yaml", quote::yaml(text))] {
            lines.push_str(&format!("{}\n", json!([kind, quoted, text])));
        }
    }
    std::fs::write(folder.path().join("quotes"), lines).unwrap();
    assert_eq!(python(QUOTES, folder.path()).trim(), format!("read {}", 3 * texts.len()));
}

#[track_caller]
fn pasted(cloud: &Cloud, account: &str, text: &str) {
    let output = cloud.paste(account, text);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}

/// A caller in an account of its own, the account and role it shall reach, and what the emulator thinks of it.
struct Scene {
    cloud: Cloud,
    hub: BaseIdentity,
    keys: Keys,
    role: RoleArn,
}

impl Scene {
    fn new() -> Self {
        let cloud = Cloud::new();
        let (hub, account) = (cloud.account(), cloud.account());
        let keys = cloud.make_user(&hub, "alice", None);
        let hub = identity(&format!("arn:aws:iam::{hub}:user/alice"));
        let role = RoleArn::parse(&format!("arn:aws:iam::{account}:role/team/CloudivizeRole")).unwrap();
        Self { cloud, hub, keys, role }
    }

    fn account(&self) -> &str {
        self.role.account().as_str()
    }

    fn reference(&self) -> RoleRef {
        RoleRef::from(&self.role)
    }

    fn trust(&self) -> TrustInput {
        input(Trusted::AccountOf(self.hub.clone()))
    }

    /// Lets the caller in from its own side.
    fn allow_caller(&self) {
        let snippet = policy::caller(&self.hub, std::slice::from_ref(&self.role), false).unwrap();
        pasted(&self.cloud, self.hub.account.as_str(), &policy::render(&snippet, Format::Cli).unwrap());
    }

    #[track_caller]
    fn assume(&self) -> Keys {
        self.cloud.assume(&self.keys, &self.role.to_string(), Some(ID)).expect("the caller may assume the role")
    }

    /// Whether the three mandatory permissions that the emulator knows are allowed.
    fn allowed(&self, session: &Keys) -> [bool; 3] {
        [["cur", "describe-report-definitions"], ["ec2", "describe-regions"], ["iam", "get-account-summary"]]
            .map(|command| self.cloud.aws(session, &command).ok)
    }
}

#[test]
fn the_cloudshell_line_connects_an_account_and_may_be_repeated() {
    let scene = Scene::new();
    scene.allow_caller();
    let line = policy::render(&policy::trust(&scene.reference(), &scene.trust()).unwrap(), Format::CloudShell).unwrap();
    assert_eq!(line.lines().count(), 1);
    for _ in 0..2 {
        pasted(&scene.cloud, scene.account(), &line);
    }
    assert_eq!(scene.allowed(&scene.assume()), [true; 3]);
    for wrong in [None, Some("another-id")] {
        scene.cloud.assume(&scene.keys, &scene.role.to_string(), wrong).expect_err("the ExternalId is asked for");
    }

    // In another account it does nothing and says so.
    let other = scene.cloud.account();
    let output = scene.cloud.paste(&other, &line);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not in account"), "{output:?}");
    let roles = scene.cloud.aws(&Keys::root(&other), &["iam", "list-roles"]).json();
    assert_eq!(roles["Roles"], json!([]));
}

#[test]
fn the_cli_commands_make_the_role_and_mend_its_trust() {
    let scene = Scene::new();
    scene.allow_caller();
    let commands =
        policy::render(&policy::read(&scene.reference(), Some(&scene.trust())).unwrap(), Format::Cli).unwrap();
    pasted(&scene.cloud, scene.account(), &commands);
    assert_eq!(scene.allowed(&scene.assume()), [true; 3]);
    let root = Keys::root(scene.account());
    let attached =
        scene.cloud.aws(&root, &["iam", "list-attached-role-policies", "--role-name", "CloudivizeRole"]).json();
    assert_eq!(attached["AttachedPolicies"][0]["PolicyArn"], "arn:aws:iam::aws:policy/ReadOnlyAccess");

    // The trust policy of a role that exists is replaced: here by one that trusts another user alone.
    let bob = identity(&format!("arn:aws:iam::{}:user/bob", scene.hub.account));
    let bob_keys = scene.cloud.make_user(scene.hub.account.as_str(), "bob", None);
    let allow = policy::caller(&bob, std::slice::from_ref(&scene.role), false).unwrap();
    pasted(&scene.cloud, bob.account.as_str(), &policy::render(&allow, Format::CloudShell).unwrap());
    let narrow = policy::trust(&scene.reference(), &input(Trusted::Me(bob))).unwrap();
    pasted(&scene.cloud, scene.account(), &policy::render(&narrow, Format::Cli).unwrap());
    scene.cloud.assume(&scene.keys, &scene.role.to_string(), Some(ID)).expect_err("alice is no longer trusted");
    scene.cloud.assume(&bob_keys, &scene.role.to_string(), Some(ID)).expect("bob is trusted");
}

#[test]
fn the_missing_policy_mends_what_is_denied() {
    let scene = Scene::new();
    scene.allow_caller();
    let cli = |snippet: &Snippet| policy::render(snippet, Format::Cli).unwrap();
    let mandatory = policy::trust(&scene.reference(), &scene.trust()).unwrap();
    pasted(&scene.cloud, scene.account(), &cli(&mandatory));
    let root = Keys::root(scene.account());
    let name = mandatory.policy.unwrap().name;
    let delete = ["iam", "delete-role-policy", "--role-name", "CloudivizeRole", "--policy-name", &name];
    assert!(scene.cloud.aws(&root, &delete).ok);
    let session = scene.assume();
    assert_eq!(scene.allowed(&session), [false; 3]);

    // One after the other: the second policy does not take away what the first gave.
    let first = policy::missing(&scene.reference(), &[Mandatory::ReportDefinitions, Mandatory::Regions]).unwrap();
    pasted(&scene.cloud, scene.account(), &cli(&first));
    assert_eq!(scene.allowed(&session), [true, true, false]);
    let second = policy::missing(&scene.reference(), &[Mandatory::AccountSummary]).unwrap();
    pasted(&scene.cloud, scene.account(), &policy::render(&second, Format::CloudShell).unwrap());
    assert_eq!(scene.allowed(&session), [true; 3]);
}

#[test]
fn the_templates_deploy_as_they_are() {
    let scene = Scene::new();
    scene.allow_caller();
    let folder = tempfile::tempdir().unwrap();
    let deploy = |stack: &str, snippet: &Snippet| {
        let template = folder.path().join("cloudivize.yaml");
        std::fs::write(&template, policy::render(snippet, Format::CloudFormation).unwrap()).unwrap();
        let file = template.to_str().unwrap();
        let mut words = vec!["cloudformation", "deploy", "--stack-name", stack, "--template-file", file];
        words.extend(["--capabilities", "CAPABILITY_NAMED_IAM"]);
        let answer = scene.cloud.aws(&Keys::root(scene.account()), &words);
        assert!(answer.ok, "{answer:?}");
    };
    deploy("cloudivize", &policy::mandatory(&scene.reference(), Some(&scene.trust())).unwrap());
    let session = scene.assume();
    assert_eq!(scene.allowed(&session), [true; 3]);
    deploy("missing", &policy::missing(&scene.reference(), &Mandatory::ALL).unwrap());
    assert_eq!(scene.allowed(&session), [true; 3]);
}
