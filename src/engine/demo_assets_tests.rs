//! Every kind of asset over the demo, listed by the engine as it lists real clouds.

use super::demo::book;
use super::*;
use crate::catalog::Catalog;
use crate::domain::Settings;
use crate::domain::{
    Batch, CellKey, CellNote, CellState, KindId, Late, Listing, Region, Reply, TagState, Ticket, Trouble,
};
use crate::providers::demo::Pace;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc;

/// The engine over the demo, its connections, its kinds.
struct Bench {
    engine: Engine,
    book: Arc<[Connection]>,
    catalog: Arc<Catalog>,
}

/// What came of a question.
#[derive(Default)]
struct Seen {
    rows: Vec<(CellKey, Arc<Batch>)>,
    states: BTreeMap<CellKey, CellState>,
    notes: Vec<(CellKey, CellNote)>,
}

impl Bench {
    fn scaled(instances: usize) -> Self {
        let demo = Demo::scaled(Pace::INSTANT, instances).unwrap();
        let catalog = Arc::new(Catalog::built_in());
        let engine = Engine::demo(Handle::current(), &demo, Settings::default(), catalog.clone()).unwrap();
        Self { engine, book: book().unwrap(), catalog }
    }

    fn new() -> Self {
        Self::scaled(0)
    }

    fn id(&self, name: &str) -> ConnectionId {
        self.book.iter().find(|c| c.name.as_str() == name).unwrap_or_else(|| panic!("no connection {name}")).id
    }

    fn name(&self, cell: &CellKey) -> &str {
        self.book.iter().find(|c| c.id == cell.connection).unwrap().name.as_str()
    }

    async fn list(&self, connections: &[&str], kinds: &[&str], regions: Option<&[&str]>) -> Seen {
        let listing = Listing {
            book: self.book.clone(),
            select: connections.iter().map(|n| self.id(n)).collect(),
            kinds: kinds.iter().map(|k| KindId::new(&format!("aws/{k}"))).collect(),
            regions: regions.map(|all| all.iter().map(|r| Region::parse(r).unwrap()).collect()),
            only: None,
            late: Late::All,
            ask_refused: false,
            find: None,
        };
        let (to, mut from) = mpsc::channel(1024);
        self.engine.start(Ticket(1), Request::List(Box::new(listing)), to);
        let mut seen = Seen::default();
        while let Some(Reply { body, .. }) = from.recv().await {
            match body {
                Ok(Part::Cells(cells)) => seen.states.extend(cells),
                Ok(Part::Rows { cell, batch }) => seen.rows.push((cell, batch)),
                Ok(Part::Notes { cell, notes }) => seen.notes.extend(notes.into_iter().map(|n| (cell.clone(), n))),
                Ok(_) => {}
                Err(end) => {
                    assert_eq!(end, End::Done);
                    return seen;
                }
            }
        }
        panic!("no end came");
    }

    fn kinds(&self) -> Vec<String> {
        self.catalog.ids().map(|id| id.as_str().trim_start_matches("aws/").to_owned()).collect()
    }
}

impl Seen {
    fn ids(&self) -> Vec<String> {
        self.rows.iter().flat_map(|(_, b)| b.rows().map(|r| r.id().to_owned()).collect::<Vec<_>>()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_listed_and_has_something_somewhere() {
    let bench = Bench::new();
    let kinds = bench.kinds();
    let names: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let mut found: BTreeSet<KindId> = BTreeSet::new();
    // Where nothing stands in the way everything answers, the second calls too.
    for (name, regions) in [("audit", ["us-east-1", "eu-west-1"]), ("prod-us", ["us-east-1", "us-west-2"])] {
        let seen = bench.list(&[name], &names, Some(&regions)).await;
        for (cell, state) in &seen.states {
            let kind = cell.kind.as_str();
            let expected = kind == "aws/cur/report-definition" || kind.starts_with("aws/organizations/");
            assert!(state.is_complete() || expected, "{name} {kind} {:?}: {state:?}", cell.region);
        }
        for (cell, note) in &seen.notes {
            let expected = matches!(note.operation.as_str(), "s3:GetBucketTagging" | "cur:ListTagsForResource");
            assert!(expected, "{name} {}: {note:?}", cell.kind);
        }
        found.extend(seen.rows.iter().map(|(cell, _)| cell.kind.clone()));
    }
    let far = bench.list(&["partner"], &["elb/load-balancer"], Some(&["ap-northeast-1"])).await;
    found.extend(far.rows.iter().map(|(cell, _)| cell.kind.clone()));
    let nowhere: Vec<&KindId> = bench.catalog.ids().filter(|k| !found.contains(*k)).collect();
    assert!(nowhere.is_empty(), "no such asset in the demo: {nowhere:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_their_reasons() {
    let bench = Bench::new();
    let reason = |seen: &Seen, name: &str, kind: &str, region: Option<&str>| {
        let of = |cell: &CellKey| {
            bench.name(cell) == name
                && cell.kind.as_str() == format!("aws/{kind}")
                && cell.region.as_ref().map(Region::as_str) == region
        };
        let state =
            seen.states.iter().find(|(cell, _)| of(cell)).map(|(_, s)| s).unwrap_or_else(|| panic!("{name} {kind}"));
        match state.trouble() {
            Some(Trouble::Denied(denial)) => denial.reason.word(),
            None => "",
            other => panic!("{name} {kind}: {other:?}"),
        }
    };
    let regions = Some(&["us-east-1", "eu-west-1"][..]);
    let kinds = [
        "ec2/instance",
        "ec2/volume",
        "sqs/queue",
        "lambda/function",
        "dynamodb/table",
        "eks/cluster",
        "secretsmanager/secret",
    ];
    let seen = bench.list(&["prod-eu", "legacy", "partner"], &kinds, regions).await;
    for (name, kind, region, expected) in [
        ("prod-eu", "ec2/instance", "eu-west-1", ""),
        ("prod-eu", "ec2/instance", "us-east-1", "scp_explicit_deny"),
        ("prod-eu", "eks/cluster", "eu-west-1", "scp_no_allow"),
        ("legacy", "ec2/instance", "us-east-1", ""),
        ("legacy", "ec2/volume", "us-east-1", "session_policy_no_allow"),
        ("legacy", "lambda/function", "us-east-1", "permissions_boundary_no_allow"),
        ("legacy", "dynamodb/table", "us-east-1", "vpc_endpoint_policy"),
        ("partner", "ec2/instance", "us-east-1", ""),
        ("partner", "sqs/queue", "us-east-1", "identity_no_allow"),
    ] {
        assert_eq!(reason(&seen, name, kind, Some(region)), expected, "{name} {kind} {region}");
    }
    let seen = bench.list(&["prod-data"], &["secretsmanager/secret", "ec2/instance"], Some(&["us-east-1"])).await;
    assert_eq!(reason(&seen, "prod-data", "secretsmanager/secret", Some("us-east-1")), "explicit_deny_identity");
    assert_eq!(
        reason(&seen, "prod-data", "ec2/instance", Some("us-east-1")),
        "",
        "throttled at first, listed in the end"
    );
    // One bucket's tags are denied, the others' are there.
    let seen = bench.list(&["prod-us"], &["s3/bucket"], None).await;
    let states: Vec<(String, TagState)> = seen
        .rows
        .iter()
        .flat_map(|(_, b)| b.rows().map(|r| (r.id().to_owned(), r.tag_state())).collect::<Vec<_>>())
        .collect();
    let of = |name: &str| {
        states.iter().find(|(id, _)| id.starts_with(name)).unwrap_or_else(|| panic!("{name}: {states:?}")).1
    };
    assert_eq!((of("pay-legal-hold"), of("pay-statements")), (TagState::Denied, TagState::Known));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_p_offers_for_a_kind_lets_it_be_listed() {
    let bench = Bench::new();
    let id = bench.id("partner");
    for kind in ["sqs/queue", "lambda/function", "apigateway/rest-api", "ecs/service"] {
        let before = bench.list(&["partner"], &[kind], Some(&["eu-west-2"])).await;
        assert!(before.states.values().all(|s| matches!(s, CellState::Denied { .. })), "{kind}: {:?}", before.states);
        let needs = bench.catalog.kind(&KindId::new(&format!("aws/{kind}"))).unwrap().read.clone();
        let resources =
            |r: &str| r.replace("{partition}", "aws").replace("{region}", "*").replace("{account}", "777788889999");
        let allow =
            |(action, resource): (String, String)| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let statements: Vec<Value> = needs.iter().map(|n| allow((n.action.clone(), resources(&n.resource)))).collect();
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let (to, mut from) = mpsc::channel(16);
        bench.engine.start(Ticket(2), Request::DemoApply { book: bench.book.clone(), connection: id, policy }, to);
        while let Some(reply) = from.recv().await {
            if let Err(end) = reply.body {
                assert_eq!(end, End::Done);
            }
        }
        let after = bench.list(&["partner"], &[kind], Some(&["eu-west-2"])).await;
        assert!(after.states.values().all(CellState::is_complete), "{kind}: {:?}", after.states);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_instances_come_in_pages_and_none_twice() {
    let bench = Bench::scaled(40_000);
    let seen = bench.list(&["prod-us"], &["ec2/instance", "ec2/volume"], Some(&["us-east-1"])).await;
    let of = |kind: &str| -> Vec<usize> {
        seen.rows.iter().filter(|(c, _)| c.kind.as_str() == kind).map(|(_, b)| b.len()).collect()
    };
    let pages = of("aws/ec2/instance");
    let rows: usize = pages.iter().sum();
    assert!(rows > 2000 && pages.iter().all(|n| *n <= 1000), "{pages:?}");
    assert!(of("aws/ec2/volume").iter().sum::<usize>() > 2000);
    let ids = seen.ids();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}
