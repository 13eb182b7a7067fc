//! Every kind's real answers, damaged on their way: what is lost is an error, and never a shorter list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};

use super::{REGIONS, machine, ministack_account, text, texts};
use crate::program::Run;
use crate::stub::{Reply, Request, Stub};
use crate::tools::ministack;

/// A kind in a region.
type Cell = (String, String);

/// An answer of the emulator.
#[derive(Clone)]
struct Answer {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

impl Answer {
    fn reply(&self) -> Reply {
        Reply::new(self.status, &self.kind, self.body.clone())
    }

    fn is_json(&self) -> bool {
        self.kind.contains("json")
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap().trim_end().to_owned()
    }

    fn with(&self, body: String) -> Self {
        Self { body: body.into_bytes(), ..self.clone() }
    }
}

/// Asks the emulator what the program asked.
fn forward(request: &Request) -> Answer {
    let address = ministack().url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", request.method, request.target);
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "connection") {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(&[head.as_bytes(), b"\r\n", &request.body].concat()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let kind = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    Answer {
        status: head[9..12].parse().unwrap(),
        kind: kind.map_or("text/plain", |(_, value)| value).to_owned(),
        body: bytes[end + 4..].to_vec(),
    }
}

/// The emulator behind something that damages every good answer but those that tell who we are and which regions
/// there are.
fn behind(damage: impl Fn(&Request, &Answer) -> Reply + Send + Sync + 'static) -> Stub {
    let stub = Stub::start();
    stub.on_any(move |request| {
        let answer = forward(request);
        let asked = request.operation();
        let spared = request.service() == Some("sts") || asked == "DescribeRegions" || answer.status != 200;
        Some(if spared { answer.reply() } else { damage(request, &answer) })
    });
    stub
}

/// Lists kinds through a stub.
fn list(stub: &Stub, kinds: &[&str], more: &[&str]) -> Run {
    let (account, seen) = ministack_account();
    let mut arguments = vec!["assets", "--env"];
    arguments.extend(REGIONS.split(',').flat_map(|region| ["--region", region]));
    arguments.extend(more);
    arguments.extend(kinds);
    machine(stub.url(), &seen.keys[account]).run(&arguments)
}

/// The rows of each cell: id, name, state and tags; and the cells that are said not to be whole.
fn cells(run: &Run) -> (BTreeMap<Cell, BTreeSet<String>>, BTreeSet<Cell>) {
    let json = run.json();
    let mut rows: BTreeMap<Cell, BTreeSet<String>> = BTreeMap::new();
    for row in json["assets"].as_array().unwrap() {
        let whole = json!([row["id"], row["name"], row["state"], row["tags"]]).to_string();
        rows.entry((text(&row["kind"]), text(&row["region"]))).or_default().insert(whole);
    }
    let mut missing = BTreeSet::new();
    for reason in json["cells"]["reasons"].as_array().unwrap().iter().filter(|r| r["rows"].is_null()) {
        let regions = texts(&reason["regions"]);
        // A global kind has no region to name; its rows may (buckets).
        let regions = if regions.is_empty() { vec!["global".to_owned()] } else { regions };
        missing.extend(
            texts(&reason["kinds"]).into_iter().flat_map(|k| regions.iter().map(move |r| (k.clone(), r.clone()))),
        );
    }
    (rows, missing)
}

/// Every kind that the emulator holds.
fn every_kind() -> Vec<&'static str> {
    let kinds = ministack_account().1.kinds.iter().map(String::as_str);
    // Its tasks change their state while they are looked at.
    kinds.filter(|kind| *kind != "aws/ecs/task").collect()
}

/// Demands that each cell has its rows or is said not to be whole; gives how many are not.
fn never_shorter(what: &str, damage: impl Fn(&Request, &Answer) -> Reply + Send + Sync + 'static) -> usize {
    static WHOLE: OnceLock<BTreeMap<Cell, BTreeSet<String>>> = OnceLock::new();
    let kinds = every_kind();
    let whole = WHOLE.get_or_init(|| {
        let (whole, missing) = cells(&list(&behind(|_, answer| answer.reply()), &kinds, &["--format", "json"]));
        assert_eq!(missing, BTreeSet::new());
        whole
    });
    assert!(whole.len() > 150, "{}", whole.len());
    let run = list(&behind(damage), &kinds, &["--format", "json"]);
    let (rows, missing) = cells(&run);
    for ((kind, region), wanted) in whole {
        let said = ["global", region].iter().any(|r| missing.contains(&(kind.clone(), (*r).to_owned())));
        let found = rows.get(&(kind.clone(), region.clone()));
        assert!(
            said || found == Some(wanted),
            "{what}: {kind} in {region} has {found:?} and not {wanted:?}\n{}",
            run.stderr
        );
    }
    missing.len()
}

/// So that one listing shows two kinds of damage; global kinds are asked in the other region.
fn is_first(request: &Request) -> bool {
    request.region() == Some("eu-west-1")
}

#[test]
fn a_cut_answer_is_an_error() {
    let missing = never_shorter("cut", |request, answer| {
        let text = answer.text();
        let end = if is_first(request) { text.ceil_char_boundary(text.len() / 2) } else { text.len() - 1 };
        answer.with(text[..end].to_owned()).reply()
    });
    assert!(missing > every_kind().len(), "{missing}");
}

#[test]
fn a_stranger_s_answer_is_an_error() {
    let missing = never_shorter("a web page, or another root", |request, answer| {
        let text = answer.text();
        if !is_first(request) {
            return Reply::html(200, "Please sign in");
        }
        if answer.is_json() {
            return answer.with(format!("{{\"zzStranger\": {text}}}")).reply();
        }
        let root = root(&text).to_owned();
        let text = text.replacen(&format!("<{root}"), "<zzStranger", 1);
        let (before, after) = text.rsplit_once(&format!("</{root}>")).unwrap();
        answer.with(format!("{before}</zzStranger>{after}")).reply()
    });
    assert!(missing > every_kind().len(), "{missing}");
}

/// The name of a document's first element.
fn root(xml: &str) -> &str {
    let at = xml.match_indices('<').map(|(at, _)| at + 1).find(|at| !xml[*at..].starts_with(['?', '!'])).unwrap();
    xml[at..].split([' ', '>', '/']).next().unwrap()
}

#[test]
fn what_the_models_do_not_know_changes_nothing() {
    let missing = never_shorter("unknown members", |_, answer| {
        let text = answer.text();
        if answer.is_json() {
            let mut value: Value = serde_json::from_str(&text).unwrap();
            add(&mut value);
            return answer.with(value.to_string()).reply();
        }
        const NEW: &str = "<zzNew><a>1</a><member><id>x</id></member></zzNew>";
        let root = root(&text).to_owned();
        let inside = text.find(&format!("<{root}")).unwrap();
        let inside = inside + text[inside..].find('>').unwrap();
        let (head, body) = text.split_at(inside + 1);
        let result = format!("<{}Result>", root.trim_end_matches("Response"));
        // A list's element is a structure when it begins with an element.
        let body = body.replace(&result, &format!("{result}{NEW}"));
        let body = ["<item>", "<member>"]
            .iter()
            .fold(body, |body, open| body.replace(&format!("{open}<"), &format!("{open}{NEW}<")));
        match head.ends_with("/>") {
            true => answer.reply(),
            false => answer.with(format!("{head}{NEW}{body}")).reply(),
        }
    });
    assert_eq!(missing, 0);
}

/// Adds a member to an answer and to whatever stands in its lists.
fn add(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().filter(|v| v.is_array()).for_each(add);
            map.insert("zzNew".to_owned(), json!({"a": [1, {"id": "x"}], "b": null}));
        }
        Value::Array(list) => list.iter_mut().filter(|v| v.is_object()).for_each(add),
        _ => {}
    }
}

#[test]
fn a_page_token_that_comes_again_is_an_error_in_every_protocol() {
    const LOOPS: [(&str, &str, &str, &str); 5] = [
        ("aws/ec2/vpc", "DescribeVpcs", "<vpcSet>", "<nextToken>same</nextToken><vpcSet>"),
        ("aws/sns/topic", "ListTopics", "<ListTopicsResult>", "<ListTopicsResult><NextToken>same</NextToken>"),
        ("aws/ecs/cluster", "ListClusters", "{", "{\"nextToken\": \"same\", "),
        ("aws/lambda/function", "/2015-03-31/functions", "{", "{\"NextMarker\": \"same\", "),
        ("aws/iam/role", "ListRoles", "<IsTruncated>false", "<Marker>same</Marker><IsTruncated>true"),
    ];
    let first: Arc<Mutex<HashMap<(String, String), Answer>>> = Arc::default();
    let stub = behind(move |request, answer| {
        let operation = request.operation();
        let Some((_, _, old, new)) = LOOPS.iter().find(|(_, op, ..)| *op == operation.trim_end_matches('/')) else {
            return answer.reply();
        };
        let mut first = first.lock().unwrap();
        let at = (operation, request.region().unwrap_or_default().to_owned());
        let again = first.entry(at).or_insert_with(|| answer.with(answer.text().replacen(old, new, 1)));
        again.reply()
    });
    let kinds = LOOPS.map(|(kind, ..)| kind);
    let run = list(&stub, &kinds, &["--format", "json"]).exits(3);
    let (rows, missing) = cells(&run);
    for kind in kinds {
        assert!(missing.iter().any(|(k, _)| k == kind), "{kind}: {missing:?}");
        assert!(rows.keys().any(|(k, _)| k == kind), "the first page of {kind} stands");
    }
    for (_, operation, ..) in LOOPS {
        let asked = stub.requests().iter().filter(|r| r.operation().trim_end_matches('/') == operation).count();
        assert!(asked <= 4, "{operation} was asked {asked} times in two regions");
    }
    assert!(run.stderr.contains("a page token that it had given before"), "{}", run.stderr);
}

#[test]
fn a_slow_region_keeps_nobody_waiting_and_is_listed_or_said() {
    let slow = || {
        behind(|request, answer| {
            let late = request.region() == Some("eu-west-1") && request.operation() == "DescribeVpcs";
            answer.reply().delay(Duration::from_secs(if late { 5 } else { 0 }))
        })
    };
    let run = list(&slow(), &["aws/ec2/vpc"], &["--format", "jsonl"]).exits(0);
    let rows = run.stdout.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap()["region"]));
    let rows: Vec<String> = rows.collect();
    let first = rows.iter().position(|region| region == "eu-west-1").expect("the slow region is listed");
    assert!(first > 0 && rows[first..].iter().all(|region| region == "eu-west-1"), "{rows:?}");
    let hasty = list(&slow(), &["aws/ec2/vpc"], &["--format", "json", "--timeout", "2"]).exits(3);
    let (found, missing) = cells(&hasty);
    assert_eq!(missing, BTreeSet::from([("aws/ec2/vpc".to_owned(), "eu-west-1".to_owned())]));
    assert_eq!(found.values().map(BTreeSet::len).sum::<usize>(), first, "the other region's stand");
}
