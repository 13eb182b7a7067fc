//! `assets`, `find`, `kinds` and the policies of kinds, against the emulator: real lists, real refusals.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{Machine, Run};
use crate::stub::{Reply, Stub, aws};
use crate::tools::{Cloud, Keys, trust_account};

const REGIONS: &str = "ec2:DescribeRegions";
const INSTANCES: &str = "ec2:DescribeInstances";

fn policy(allow: &[&str]) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allow, "Resource": "*"}]}).to_string()
}

/// A user's machine, and an account that lets it in.
struct Estate {
    cloud: Cloud,
    machine: Machine,
    hub: String,
}

impl Estate {
    fn new() -> Self {
        let cloud = Cloud::new();
        let hub = cloud.account();
        let keys = cloud.make_user(&hub, "operator", Some(&policy(&["sts:AssumeRole"])));
        Self { cloud, machine: Machine::new(cloud.url()).with_keys(&keys), hub }
    }

    /// Connects a fresh account whose role allows this; gives the account.
    fn connect(&self, name: &str, allow: &[&str]) -> String {
        let account = self.cloud.account();
        self.connect_again(name, &account, "CloudivizeRole", allow);
        account
    }

    fn connect_again(&self, name: &str, account: &str, role: &str, allow: &[&str]) {
        let arn = self.cloud.make_role(account, role, &trust_account(&self.hub), Some(&policy(allow)));
        self.machine.run(&["connection", "add", name, "--role-arn", &arn, "--no-external-id"]).exits(0);
    }

    /// Starts an instance and gives its id.
    fn instance(&self, account: &str, region: &str, name: &str, team: &str) -> String {
        let tags = json!([{"ResourceType": "instance", "Tags": [
            {"Key": "Name", "Value": name}, {"Key": "team", "Value": team}, {"Key": "Empty", "Value": ""},
        ]}])
        .to_string();
        let run = ["ec2", "run-instances", "--region", region, "--image-id", "ami-12345678", "--instance-type"];
        let rest = ["t3.micro", "--tag-specifications", &tags];
        let arguments: Vec<&str> = run.into_iter().chain(rest).collect();
        let answer = self.cloud.aws(&Keys::root(account), &arguments).json();
        answer["Instances"][0]["InstanceId"].as_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.machine.run(arguments)
    }
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

fn ids(assets: &[Value]) -> Vec<&str> {
    let mut ids: Vec<&str> = assets.iter().map(|a| a["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn one_list_over_accounts_and_regions_in_every_form() {
    let estate = Estate::new();
    let (one, two) = (estate.connect("one", &[REGIONS, INSTANCES]), estate.connect("two", &[REGIONS, INSTANCES]));
    let a = estate.instance(&one, "us-east-1", "pay-api-10", "pay");
    let b = estate.instance(&one, "eu-west-1", "Pay-api-9", "pay");
    let c = estate.instance(&two, "us-east-1", "web", "shop");
    let mut all = [a.as_str(), &b, &c];
    all.sort_unstable();

    let jsonl = estate.run(&["assets", "ec2", "--format", "jsonl"]).exits(0);
    let assets = lines(&jsonl);
    assert_eq!(ids(&assets), all);
    let first = assets.iter().find(|x| x["id"] == b.as_str()).unwrap();
    assert_eq!((&first["connection"], &first["account"]), (&json!("one"), &json!(one)));
    assert_eq!((&first["region"], &first["kind"]), (&json!("eu-west-1"), &json!("aws/ec2/instance")));
    assert_eq!(first["arn"], json!(format!("arn:aws:ec2:eu-west-1:{one}:instance/{b}")));
    assert_eq!((&first["name"], &first["state"]), (&json!("Pay-api-9"), &json!("running")));
    assert_eq!(first["tags"], json!({"Name": "Pay-api-9", "team": "pay", "Empty": ""}));
    assert_eq!(first["columns"]["type"], "t3.micro");
    assert!(first["columns"]["age"].as_str().unwrap().ends_with('Z'), "{first:#}");
    assert!(jsonl.stderr.contains(" listed") && !jsonl.stderr.contains("denied"), "{}", jsonl.stderr);

    let document = estate.run(&["assets", "i", "--format", "json", "--filter", "tag:team=pay"]).exits(0).json();
    assert_eq!(document["version"], 1);
    let names: Vec<&Value> = document["assets"].as_array().unwrap().iter().map(|a| &a["name"]).collect();
    assert_eq!(names, ["Pay-api-9", "pay-api-10"], "numbers sort by value, letters whatever their case");
    assert_eq!((&document["cells"]["denied"], &document["cells"]["reasons"]), (&json!(0), &json!([])));

    let table = estate.run(&["assets", "ec2/instance", "--sort", "-name", "--region", "us-east-1"]).exits(0).stdout;
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("name") && rows[0].contains("type") && rows[0].contains("connection"), "{table}");
    assert!(!rows[0].contains("region"), "one region alone needs no column: {table}");
    assert!(rows[1].starts_with("web") && rows[2].starts_with("pay-api-10") && rows.len() == 3, "{table}");

    let csv = ["assets", "ec2", "--format", "csv", "--columns", "type", "--account", &two];
    let csv = estate.run(&csv).exits(0).stdout;
    let arn = format!("arn:aws:ec2:us-east-1:{two}:instance/{c}");
    assert_eq!(
        csv,
        format!(
            "connection,account,region,kind,id,arn,name,state,type\r\n\
             two,{two},us-east-1,aws/ec2/instance,{c},{arn},web,running,t3.micro\r\n"
        )
    );
}

#[test]
fn a_refusal_is_told_with_the_policy_that_ends_it() {
    let estate = Estate::new();
    let good = estate.connect("good", &[REGIONS, INSTANCES]);
    let poor = estate.connect("poor", &[REGIONS]);
    let seen = estate.instance(&good, "us-east-1", "seen", "pay");
    let hidden = estate.instance(&poor, "us-east-1", "hidden", "pay");

    let run = estate.run(&["assets", "ec2", "--format", "jsonl"]).exits(1);
    assert_eq!(ids(&lines(&run)), [seen.as_str()], "what is allowed goes on");
    let said = "warning: ec2:DescribeInstances denied: no identity policy allows it (poor in";
    assert!(run.stderr.contains(said) && run.stderr.contains("more denied like these and not asked"), "{}", run.stderr);
    assert!(run.stderr.contains("cloudivize policy read --kind ec2/instance --connection poor"), "{}", run.stderr);
    let document = estate.run(&["assets", "ec2", "--format", "json"]).exits(1).json();
    assert_eq!(document["cells"]["reasons"][0]["denial"]["reason"], "identity_no_allow");
    assert_eq!(document["cells"]["reasons"][0]["connections"], json!(["poor"]));

    // What is printed is what mends it.
    let read = estate.run(&["policy", "read", "--kind", "ec2/instance", "--connection", "poor"]).exits(0);
    assert!(read.stderr.contains(&format!("Attach to role CloudivizeRole in {poor}.")), "{}", read.stderr);
    estate.cloud.put_role_policy(&poor, "CloudivizeRole", "Assets", &read.stdout);
    let mended = estate.run(&["assets", "ec2", "--format", "jsonl"]).exits(0);
    let mut both = [seen.as_str(), &hidden];
    both.sort_unstable();
    assert_eq!(ids(&lines(&mended)), both);
}

#[test]
fn an_account_that_cannot_be_reached_is_told_beside_the_others() {
    let estate = Estate::new();
    let good = estate.connect("good", &[REGIONS, INSTANCES]);
    let id = estate.instance(&good, "us-east-1", "seen", "pay");
    let arn = format!("arn:aws:iam::{}:role/Nobody", estate.cloud.account());
    estate.machine.run(&["connection", "add", "away", "--role-arn", &arn, "--no-external-id"]).exits(0);
    let run = estate.run(&["assets", "ec2", "--format", "jsonl"]).exits(1);
    assert_eq!(ids(&lines(&run)), [id.as_str()]);
    assert!(run.stderr.contains("away could not be reached: sts:AssumeRole denied"), "{}", run.stderr);
    assert!(run.stderr.contains("cloudivize check away says what to compare"), "{}", run.stderr);
}

#[test]
fn an_asset_that_two_connections_see_is_given_once() {
    let estate = Estate::new();
    let account = estate.connect("one", &[REGIONS, INSTANCES]);
    estate.connect_again("two", &account, "Second", &[REGIONS, INSTANCES]);
    let id = estate.instance(&account, "us-east-1", "both", "pay");
    for format in ["jsonl", "json"] {
        let run = estate.run(&["assets", "ec2", "--region", "us-east-1", "--format", format]).exits(0);
        assert_eq!(run.stdout.matches(&format!("\"{id}\"")).count(), 1, "{}", run.stdout);
    }
    let table = estate.run(&["assets", "ec2", "--region", "us-east-1"]).exits(0).stdout;
    assert!(table.contains("one, two") || table.contains("two, one"), "one row that names both: {table}");
}

#[test]
fn tags_that_take_a_second_call_are_loaded_where_they_are_wanted() {
    let estate = Estate::new();
    let account = estate.connect("one", &[REGIONS, "sqs:ListQueues", "sqs:GetQueueAttributes"]);
    for (name, team) in [("orders", "pay"), ("mails", "shop")] {
        let fields = [("Action", "CreateQueue"), ("QueueName", name), ("Tag.1.Key", "team"), ("Tag.1.Value", team)];
        estate.cloud.query("sqs", "2012-11-05", &account, &fields);
    }
    let assets = ["assets", "sqs", "--region", "us-east-1", "--filter", "tag:team=pay"];
    // Tags that may not be read are no tags that differ.
    let refused = estate.run(&assets).exits(1);
    assert!(refused.stderr.contains("the filter cannot judge 2 rows"), "{}", refused.stderr);
    assert!(refused.stderr.contains("sqs:ListQueueTags denied: no identity policy allows it"), "{}", refused.stderr);
    let unknown = estate.run(&["assets", "sqs", "--region", "us-east-1", "--format", "jsonl"]).exits(1);
    assert_eq!(lines(&unknown)[0]["unknown"]["tags"], "denied", "{}", unknown.stdout);

    estate.cloud.put_role_policy(&account, "CloudivizeRole", "Tags", &policy(&["sqs:ListQueueTags"]));
    let found = estate.run(&assets).exits(0);
    assert!(found.stdout.contains("orders") && !found.stdout.contains("mails"), "{}", found.stdout);
    let asset =
        &lines(&estate.run(&["assets", "sqs", "--region", "us-east-1", "--format", "jsonl", "--filter", "orders"]))[0];
    assert_eq!(asset["tags"], json!({"team": "pay"}));
}

#[test]
fn find_asks_the_one_cell_of_an_arn_and_every_cell_of_an_id() {
    let estate = Estate::new();
    let (one, two) = (estate.connect("one", &[REGIONS, INSTANCES]), estate.connect("two", &[REGIONS, INSTANCES]));
    estate.instance(&one, "us-east-1", "other", "pay");
    let id = estate.instance(&two, "eu-west-1", "wanted", "pay");

    let by_id = estate.run(&["find", &id, "--format", "jsonl"]).exits(0);
    let found = lines(&by_id);
    assert_eq!(
        (ids(&found), &found[0]["region"], &found[0]["connection"]),
        (vec![id.as_str()], &json!("eu-west-1"), &json!("two"))
    );

    let arn = format!("arn:aws:ec2:eu-west-1:{two}:instance/{id}");
    // The same thing by two words is one thing.
    let by_arn = estate.run(&["find", &arn, &id, "--account", &two, "--region", "eu-west-1"]).exits(0);
    assert_eq!(by_arn.stdout.matches(&id).count(), 1, "{}", by_arn.stdout);
    let alone = estate.run(&["find", &arn]).exits(0);
    assert!(alone.stdout.contains("wanted") && alone.stderr.contains("1 cell asked: 1 listed."), "{}", alone.all());

    let none = estate.run(&["find", "i-0123456789abcdef0", "--region", "us-east-1"]).exits(0);
    assert!(none.stderr.contains("i-0123456789abcdef0: not found."), "{}", none.stderr);
    let by_name = estate.run(&["find", "wanted", "--kind", "ec2", "--region", "eu-west-1"]).exits(0);
    assert!(by_name.stdout.contains(&id), "{}", by_name.all());
}

#[test]
fn what_cannot_be_meant_is_told_before_anything_is_asked() {
    let machine = Machine::new("http://127.0.0.1:9");
    let wrong = |arguments: &[&str], said: &str| {
        let run = machine.run(arguments).exits(2);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    };
    wrong(&["assets", "instnaces"], "there is no kind \"instnaces\"; did you mean instances?");
    wrong(&["assets", "ec2", "--filter", "tpye:x"], "\"tpye\" is no column of EC2 instances; did you mean \"type\"?");
    wrong(
        &["assets", "ec2", "--columns", "zoen"],
        "--columns: \"zoen\" is no column of EC2 instances; did you mean zone?",
    );
    wrong(&["assets", "ec2", "sqs", "--sort", "zone"], "--sort: \"zone\" is no column of several kinds together");
    wrong(&["assets", "ec2", "--columns", "zone", "--all-columns"], "--all-columns");
    wrong(&["assets"], "KIND");
    wrong(&["find", "x=y", "--kind", "iam/group"], "none of these kinds");
    wrong(&["policy", "tag"], "--kind");
    wrong(&["policy", "mandatory", "--kind", "ec2"], "--kind belongs to policy read and policy tag");
    wrong(&["--env", "assets", "ec2", "--connection", "x"], "--profile and --env stand for the one connection");
}

#[test]
fn kinds_are_listed_with_those_of_a_person_s_own_and_what_is_wrong_with_them() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let all = machine.run(&["kinds", "--format", "json"]).exits(0).json();
    let kinds = all.as_array().unwrap();
    assert!(kinds.len() >= 45, "{}", kinds.len());
    let instance = kinds.iter().find(|k| k["id"] == "aws/ec2/instance").unwrap();
    assert_eq!((&instance["scope"], &instance["operation"]), (&json!("regional"), &json!("ec2:DescribeInstances")));
    assert_eq!((&instance["permissions"]["read"], &instance["origin"]), (&json!([INSTANCES]), &json!("built-in")));
    assert!(instance["columns"].as_array().unwrap().iter().any(|c| c["id"] == "age" && c["type"] == "time"));

    machine.home.write(".config/cloudivize/catalog/bad.toml", "id = \"mine/x\"\ntitel = \"X\"\n");
    let bad = machine.run(&["kinds"]).exits(2);
    assert!(bad.stdout.contains("ec2/instance") && bad.stderr.contains("bad.toml"), "{}", bad.all());

    let own = "id = \"mine/volumes\"\ntitle = \"My volumes\"\naliases = [\"mine\"]\ngroup = \"mine\"\nscope = \"regional\"\n\
               list = { op = \"ec2:DescribeVolumes\", items = \"Volumes[]\" }\n[identity]\nid = \"{VolumeId}\"\n\
               [permissions]\nread = [{ action = \"ec2:DescribeVolumes\" }]\n";
    machine.home.write(".config/cloudivize/catalog/own.toml", own);
    let table = machine.run(&["kinds"]).exits(0);
    let line = table.stdout.lines().find(|l| l.contains("My volumes")).unwrap();
    assert!(line.ends_with("user") && table.stderr.contains("bad.toml"), "{}", table.all());
    let policy = ["policy", "read", "--kind", "mine", "--format", "min"];
    assert!(machine.run(&policy).exits(0).stdout.contains("ec2:DescribeVolumes"));
}

#[test]
fn what_is_hidden_is_shown_only_on_request() {
    let estate = Estate::new();
    let account = estate.connect("one", &[REGIONS, INSTANCES]);
    estate.instance(&account, "us-east-1", "plain", "pay");
    let kind = "id = \"mine/instance\"\ntitle = \"Mine\"\naliases = [\"mine\"]\ngroup = \"mine\"\nscope = \"regional\"\n\
                list = { op = \"ec2:DescribeInstances\", items = \"Reservations[].Instances[]\" }\n\
                [get]\nop = \"ec2:DescribeInstances\"\nparams = { InstanceIds = [\"{row.id}\"] }\n\
                items = \"Reservations[].Instances[]\"\n[identity]\nid = \"{InstanceId}\"\n\
                [[column]]\nid = \"type\"\ntitle = \"Type\"\npath = \"InstanceType\"\n\
                [redact]\npaths = [\"InstanceType\"]\n\
                [permissions]\nread = [{ action = \"ec2:DescribeInstances\" }]\n";
    estate.machine.home.write(".config/cloudivize/catalog/mine.toml", kind);
    let list = ["assets", "mine", "--region", "us-east-1", "--format", "jsonl"];
    let hidden = lines(&estate.run(&list).exits(0));
    assert_eq!((&hidden[0]["columns"]["type"], &hidden[0]["unknown"]["type"]), (&Value::Null, &json!("hidden")));
    let reveal: Vec<&str> = list.into_iter().chain(["--reveal"]).collect();
    let shown = lines(&estate.run(&reveal).exits(0));
    assert_eq!((shown.len(), &shown[0]["columns"]["type"]), (1, &json!("t3.micro")), "{shown:?}");
}

#[test]
fn tagging_is_allowed_for_the_kinds_that_are_named_and_in_their_account() {
    let machine = Machine::new("http://127.0.0.1:9");
    let arn = "arn:aws:iam::111122223333:role/CloudivizeRole";
    machine.run(&["connection", "add", "prod", "--role-arn", arn, "--no-external-id"]).exits(0);
    let tag = machine.run(&["policy", "tag", "--kind", "ec2", "--connection", "prod"]).exits(0).json();
    let statement = &tag["Statement"][0];
    assert_eq!(statement["Resource"], "arn:aws:ec2:*:111122223333:instance/*");
    assert_eq!(statement["Action"], json!(["ec2:CreateTags", "ec2:DeleteTags"]));
    for format in ["cloudformation", "terraform", "cli", "cloudshell", "message"] {
        let run = machine.run(&["policy", "read", "--kind", "ecs/service", "--connection", "prod", "--format", format]);
        // A service is listed under its cluster, which has to be listed too.
        let text = run.exits(0).stdout;
        assert!(text.contains("ecs:ListServices") && text.contains("ecs:ListClusters"), "{format}: {text}");
    }
}

/// Rows come as they arrive, and Ctrl-C ends at once with what had come.
#[test]
fn rows_stream_and_an_interrupted_list_says_how_far_it_came() {
    let stub = Stub::start();
    stub.on("DescribeRegions", |_| aws::regions(&["us-east-1", "eu-west-1"]));
    stub.on("DescribeInstances", |request| {
        if request.region() != Some("us-east-1") {
            return Reply::never();
        }
        let instance = "<instanceId>i-0a1b2c3d4e5f60718</instanceId>";
        let body = format!(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>{instance}</item></instancesSet></item>\
             </reservationSet></DescribeInstancesResponse>"
        );
        Reply::new(200, "text/xml", body)
    });
    let keys = Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret: "secret".to_owned(), token: None };
    let machine = Machine::new(stub.url()).with_keys(&keys);
    let arn = "arn:aws:iam::111122223333:role/CloudivizeRole";
    machine.run(&["connection", "add", "slow", "--role-arn", arn, "--no-external-id"]).exits(0);
    let mut command = machine.command(&["assets", "ec2", "--format", "jsonl", "--timeout", "60"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let row = lines.next().expect("the quick region's row comes while the other is waited for");
    assert!(row.contains("i-0a1b2c3d4e5f60718"), "{row}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    // The row comes before its cell's end, which the signal may overtake.
    assert!(said.contains("of 2 cells had answered") && said.contains("unfinished"), "{said}");
}

#[test]
fn a_search_says_what_it_cannot_ask_and_finds_a_name_in_each_kind_that_is_named() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let demo = |arguments: &[&str]| machine.run(&[&["--demo"], arguments].concat());
    let arn = "arn:aws:ec2:us-east-1:999999999999:instance/i-0123456789abcdef0";
    let run = demo(&["find", arn]).exits(2);
    assert!(run.stderr.contains("no connection that was chosen leads to account 999999999999"), "{}", run.stderr);
    assert!(demo(&["find", " "]).exits(2).stderr.contains("is nothing to look for"));
    let run = demo(&["assets", "ec2", "--region", "eu-west-99", "--connection", "prod-us"]).exits(3);
    assert!(run.stderr.contains("knows no region eu-west-99"), "{}", run.stderr);
    // One kind is searched by its own filter, the other by the tag Name alone.
    let named = ["--kind", "ec2/instance", "--kind", "elbv2/load-balancer", "--connection", "prod-us"];
    let found = lines(&demo(&[&["find", "bastion-1", "--format", "jsonl"], &named[..]].concat()).exits(0));
    assert!(found.iter().any(|a| a["kind"] == "aws/ec2/instance"), "{found:?}");
}

#[test]
fn where_the_tagging_service_is_refused_the_kinds_are_searched_and_a_kind_beside_it_too() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let find = |words: &[&str], code| {
        let all = [&["--demo", "find", "--region", "us-east-1", "--format", "jsonl"], words].concat();
        lines(&machine.run(&all).exits(code))
    };
    let has = |found: &[Value], kind: &str| found.iter().any(|asset| asset["kind"] == kind);
    // A VPC endpoint's policy keeps the tagging service away there, and not EC2.
    assert!(has(&find(&["crm-web-1", "--connection", "legacy"], 1), "aws/ec2/instance"));
    let both = ["shop-web-1", "--connection", "prod-us", "--kind", "ec2", "--kind", "tagging/resource"];
    let both = find(&both, 0);
    assert!(has(&both, "aws/ec2/instance") && has(&both, "aws/tagging/resource"), "{both:?}");
}

#[test]
fn buckets_are_listed_in_the_regions_that_are_named() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let list = |more: &[&str]| {
        let all = ["--demo", "assets", "buckets", "--connection", "prod-us", "--columns", "age", "--format", "jsonl"];
        lines(&machine.run(&[&all[..], more].concat()).exits(1))
    };
    let all = list(&[]);
    let some = list(&["--region", "us-east-1"]);
    assert!(!some.is_empty() && some.len() < all.len());
    assert!(some.iter().all(|bucket| bucket["region"] == "us-east-1"), "{some:?}");
}
