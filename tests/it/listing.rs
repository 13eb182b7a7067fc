//! The engine's listing on a stub: what is asked and what is not, what is said of what went wrong, and that nothing
//! that went wrong makes a list shorter without a word.

use crate::stub::{Reply, Stub, aws};
use aws_credential_types::Credentials;
use cloudivize::catalog::Catalog;
use cloudivize::domain::{
    CellKey, CellNote, CellState, CheckError, Connection, ConnectionId, ConnectionName, End, ExternalId, KindId, Late,
    Listing, Method, Needle, Part, Region, Request, RoleArn, Settings, Source, StateRole, TagState, Ticket, Trouble,
    Unknown, Value,
};
use cloudivize::engine::Engine;
use cloudivize::journal::History;
use cloudivize::providers::aws::{Aws, Wallet, http};
use cloudivize::providers::profiles::ProfileFacts;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

const INSTANCES: &str = "DescribeInstances";

/// An engine whose connections lead to a stub.
struct Bench {
    stub: Stub,
    runtime: Runtime,
    engine: Engine,
    book: Arc<[Connection]>,
}

/// What a listing came to.
#[derive(Default)]
struct Outcome {
    cells: BTreeMap<CellKey, CellState>,
    /// Cell, id, how the tags stand, the first columns' values.
    rows: Vec<(CellKey, String, TagState, Vec<Value>)>,
    roles: Vec<StateRole>,
    notes: Vec<CellNote>,
    away: Vec<Trouble>,
    end: Option<End>,
}

impl Outcome {
    fn states(&self) -> Vec<(&str, &str)> {
        self.cells.iter().map(|(k, s)| (k.region.as_ref().map_or("global", Region::as_str), s.word())).collect()
    }

    fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.rows.iter().map(|(_, id, ..)| id.as_str()).collect();
        ids.sort_unstable();
        ids
    }
}

fn connection(url: &str, account: &str) -> Connection {
    let arn = RoleArn::parse(&format!("arn:aws:iam::{account}:role/CloudivizeRole")).unwrap();
    let external_id = Some(ExternalId::parse("id-4711").unwrap());
    let method = Method::Role { arn, external_id, external_id_next: None };
    let name = ConnectionName::parse(&format!("c{account}")).unwrap();
    let mut connection = Connection::new(ConnectionId::generate(), name, method, Source::Env);
    connection.endpoint_url = Some(url.to_owned());
    connection
}

/// Base credentials that need no file.
struct Keys;

impl Wallet for Keys {
    fn credentials(&self, _: &Source) -> Result<(Credentials, Option<Region>), CheckError> {
        Ok((Credentials::new("999988887777", "secret", None, None, "test"), None))
    }

    fn profiles(&self) -> Vec<ProfileFacts> {
        Vec::new()
    }
}

impl Bench {
    fn new(accounts: &[&str]) -> Self {
        let stub = Stub::start();
        let book: Arc<[Connection]> = accounts.iter().map(|a| connection(stub.url(), a)).collect();
        let settings = Settings::default();
        let runtime = Runtime::new().unwrap();
        let aws = Aws::demo(http::client().unwrap(), Keys, &settings);
        let catalog = Arc::new(Catalog::built_in());
        let engine = Engine::new(runtime.handle().clone(), aws, settings, History::open(None, None).0, catalog);
        Self { stub, runtime, engine, book }
    }

    fn listing(&self, kind: &str) -> Listing {
        Listing {
            book: self.book.clone(),
            select: self.book.iter().map(|c| c.id).collect(),
            kinds: vec![KindId::new(kind)],
            regions: None,
            only: None,
            late: Late::None,
            ask_refused: false,
            find: None,
        }
    }

    fn list(&self, listing: Listing) -> Outcome {
        self.stub.forget();
        let (to, mut from) = mpsc::channel(64);
        self.engine.start(Ticket(1), Request::List(Box::new(listing)), to);
        let mut outcome = Outcome::default();
        self.runtime.block_on(async {
            while let Some(reply) = from.recv().await {
                match reply.body {
                    Ok(Part::Cells(cells)) => outcome.cells.extend(cells),
                    Ok(Part::Rows { cell, batch }) => {
                        outcome.rows.extend(batch.rows().map(|r| {
                            (cell.clone(), r.id().to_owned(), r.tag_state(), (0..8).map(|c| r.value(c)).collect())
                        }));
                        outcome.roles.extend(batch.rows().map(|r| r.state_role()));
                    }
                    Ok(Part::Notes { notes, .. }) => outcome.notes.extend(notes),
                    Ok(Part::NoTarget { trouble, .. }) => outcome.away.push(trouble),
                    Ok(_) => {}
                    Err(end) => {
                        assert!(outcome.end.is_none(), "one end");
                        outcome.end = Some(end);
                    }
                }
            }
        });
        outcome
    }
}

fn page(ids: &[&str], token: Option<&str>) -> Reply {
    let items: String = ids
        .iter()
        .map(|id| format!("<item><ownerId>111122223333</ownerId><instancesSet><item><instanceId>{id}</instanceId><instanceState><code>16</code><name>running</name></instanceState></item></instancesSet></item>"))
        .collect();
    let token = token.map_or(String::new(), |t| format!("<nextToken>{t}</nextToken>"));
    let body = format!(
        "<DescribeInstancesResponse><requestId>r</requestId><reservationSet>{items}</reservationSet>{token}</DescribeInstancesResponse>"
    );
    Reply::new(200, "text/xml", body)
}

const NO_ALLOW: &str = " because no identity-based policy allows the ec2:DescribeInstances action";

#[test]
fn two_regions_refused_by_an_identity_policy_speak_for_the_others() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |r| aws::denied(r, NO_ALLOW));
    let outcome = bench.list(bench.listing("aws/ec2/instance"));
    assert_eq!(bench.stub.count(INSTANCES), 2, "the customer's trail sees two refusals, not four");
    let inferred = |s: &CellState| matches!(s, CellState::Denied { inferred: true, .. });
    assert_eq!(outcome.cells.values().filter(|s| inferred(s)).count(), 2);
    assert!(outcome.states().iter().all(|(_, word)| *word == "denied"), "{:?}", outcome.states());
    let all = Listing { ask_refused: true, ..bench.listing("aws/ec2/instance") };
    let outcome = bench.list(all);
    assert_eq!(bench.stub.count(INSTANCES), 4);
    assert!(!outcome.cells.values().any(inferred));
}

#[test]
fn a_region_that_a_policy_of_the_organization_denies_says_nothing_about_the_others() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |r| match r.region() {
        Some("eu-west-1" | "eu-central-1") => page(&[&format!("i-{}", r.region().unwrap())], None),
        _ => aws::denied(r, " with an explicit deny in a service control policy"),
    });
    let outcome = bench.list(bench.listing("aws/ec2/instance"));
    assert_eq!(bench.stub.count(INSTANCES), 4);
    assert_eq!(
        outcome.states(),
        [("eu-central-1", "listed"), ("eu-west-1", "listed"), ("us-east-1", "denied"), ("us-west-2", "denied")]
    );
    assert_eq!(outcome.ids(), ["i-eu-central-1", "i-eu-west-1"]);
}

#[test]
fn one_account_s_refusals_leave_the_others_alone() {
    let bench = Bench::new(&["111122223333", "444455556666"]);
    bench.stub.on(INSTANCES, |r| match aws::principal(r).contains("444455556666") {
        true => aws::denied(r, NO_ALLOW),
        false => page(&["i-1"], None),
    });
    let outcome = bench.list(bench.listing("aws/ec2/instance"));
    assert_eq!(outcome.rows.len(), 4);
    assert_eq!(outcome.cells.values().filter(|s| s.word() == "denied").count(), 4);
}

#[test]
fn pages_are_read_to_the_end_and_a_token_that_comes_again_is_an_error_beside_the_rows() {
    let bench = Bench::new(&["111122223333"]);
    let one = Listing { regions: Some(vec![Region::parse("us-east-1").unwrap()]), ..bench.listing("aws/ec2/instance") };
    bench.stub.on(INSTANCES, |r| match r.form("NextToken").as_deref() {
        None => page(&["i-1"], Some("a")),
        Some("a") => page(&["i-2"], Some("b")),
        _ => page(&["i-3"], None),
    });
    let outcome = bench.list(one.clone());
    assert_eq!((outcome.ids(), outcome.states()), (vec!["i-1", "i-2", "i-3"], vec![("us-east-1", "listed")]));
    bench.stub.on(INSTANCES, |_| page(&["i-1"], Some("a")));
    let outcome = bench.list(one);
    let Some(CellState::Partial { trouble: Trouble::Failed(error), .. }) = outcome.cells.values().next() else {
        panic!("{:?}", outcome.states());
    };
    assert!(error.message.contains("a page token that it had given before"), "{}", error.message);
    assert_eq!(bench.stub.count(INSTANCES), 2);
}

#[test]
fn an_answer_that_is_none_is_an_error_and_no_empty_list() {
    let bench = Bench::new(&["111122223333"]);
    let one = Listing { regions: Some(vec![Region::parse("us-east-1").unwrap()]), ..bench.listing("aws/ec2/instance") };
    let cut = |at: usize| {
        let whole = "<DescribeInstancesResponse><reservationSet><item><instancesSet/></item></reservationSet></DescribeInstancesResponse>";
        Reply::new(200, "text/xml", &whole.as_bytes()[..at])
    };
    let bad: Vec<Box<dyn Fn() -> Reply + Send + Sync>> = vec![
        Box::new(|| Reply::html(200, "Please sign in")),
        Box::new(|| Reply::new(200, "text/xml", "<html><body>Please sign in</body></html>")),
        Box::new(|| Reply::new(200, "text/xml", "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>")),
        Box::new(|| Reply::new(200, "text/xml", "")),
        Box::new(move || cut(40)),
        Box::new(move || cut(80)),
    ];
    for (n, reply) in bad.into_iter().enumerate() {
        bench.stub.on(INSTANCES, move |_| reply());
        let outcome = bench.list(one.clone());
        assert_eq!(outcome.states(), [("us-east-1", "failed")], "case {n}");
        assert_eq!(outcome.end, Some(End::Done));
    }
    bench.stub.on(INSTANCES, |_| {
        let body = "<DescribeInstancesResponse><later>x</later><reservationSet><item><new/><instancesSet><item><instanceId>i-1</instanceId><newer><a>b</a></newer></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
        Reply::new(200, "text/xml", body)
    });
    let outcome = bench.list(one);
    assert_eq!(outcome.ids(), ["i-1"], "what the model does not know changes nothing");
}

#[test]
fn a_throttled_call_is_made_again_until_it_is_answered() {
    let bench = Bench::new(&["111122223333"]);
    let one = Listing { regions: Some(vec![Region::parse("us-east-1").unwrap()]), ..bench.listing("aws/ec2/instance") };
    bench.stub.on(INSTANCES, |_| page(&["i-1"], None));
    let slow = || aws::error(INSTANCES, 503, "RequestLimitExceeded", "Request limit exceeded.");
    bench.stub.sequence(INSTANCES, [slow(), slow(), slow()]);
    let outcome = bench.list(one);
    assert_eq!((outcome.ids(), outcome.states()), (vec!["i-1"], vec![("us-east-1", "listed")]));
    assert_eq!(bench.stub.count(INSTANCES), 4);
}

#[test]
fn a_cancelled_listing_ends_once() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |_| Reply::never());
    let (to, mut from) = mpsc::channel(64);
    bench.engine.start(Ticket(7), Request::List(Box::new(bench.listing("aws/ec2/instance"))), to);
    bench.runtime.block_on(async {
        let mut ends = Vec::new();
        while let Some(reply) = from.recv().await {
            match reply.body {
                Ok(Part::Cells(cells)) if cells.iter().any(|(_, s)| *s == CellState::Loading) => {
                    bench.engine.cancel(Ticket(7))
                }
                Ok(_) => {}
                Err(end) => ends.push(end),
            }
        }
        assert_eq!(ends, [End::Cancelled]);
    });
}

#[test]
fn a_target_that_cannot_be_reached_is_said_and_the_others_are_listed() {
    let bench = Bench::new(&["111122223333", "444455556666"]);
    bench.stub.on(INSTANCES, |_| page(&["i-1"], None));
    bench.stub.on_any(|r| {
        (r.operation() == "AssumeRole" && r.form("RoleArn")?.contains("444455556666")).then(|| aws::denied(r, ""))
    });
    let outcome = bench.list(bench.listing("aws/ec2/instance"));
    assert!(matches!(outcome.away.as_slice(), [Trouble::Denied(_)]), "{:?}", outcome.away);
    assert_eq!(outcome.rows.len(), 4);
}

#[test]
fn without_the_regions_the_assumed_ones_are_asked() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |_| page(&[], None));
    bench.stub.on("DescribeRegions", |r| {
        aws::denied(r, " because no identity-based policy allows the ec2:DescribeRegions action")
    });
    let outcome = bench.list(bench.listing("aws/ec2/instance"));
    assert!(outcome.states().len() > 10, "{:?}", outcome.states());
    assert!(outcome.states().iter().all(|(_, word)| *word == "listed"));
}

#[test]
fn denied_tags_are_denied_and_not_none_and_the_rest_need_not_ask() {
    let bench = Bench::new(&["111122223333"]);
    let buckets: String =
        (0..9).map(|n| format!("<Bucket><Name>b{n}</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>")).collect();
    let body = format!(
        "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>"
    );
    let denied = "<Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::111122223333:assumed-role/CloudivizeRole/Cloudivize-Session is not authorized to perform: s3:GetBucketTagging on resource: \"arn:aws:s3:::b\" because no identity-based policy allows the s3:GetBucketTagging action</Message></Error>";
    bench.stub.on_any(move |r| match (r.method.as_str(), r.target.contains("tagging"), r.service()) {
        ("GET", true, Some("s3")) => Some(Reply::new(403, "application/xml", denied)),
        ("GET", false, Some("s3")) => Some(Reply::new(200, "application/xml", body.clone())),
        _ => None,
    });
    let tags = Catalog::built_in().kind(&KindId::new("aws/s3/bucket")).unwrap().late_tags().unwrap().to_owned();
    let plain = bench.list(bench.listing("aws/s3/bucket"));
    assert!(plain.rows.iter().all(|(_, _, tags, _)| *tags == TagState::NotLoaded), "not asked is not empty");
    let listing = Listing { late: Late::Fields([tags].into()), ..bench.listing("aws/s3/bucket") };
    let outcome = bench.list(listing);
    assert_eq!(outcome.rows.len(), 9);
    assert!(outcome.rows.iter().all(|(_, _, tags, _)| *tags == TagState::Denied));
    assert_eq!(outcome.states(), [("global", "listed")], "the rows stand");
    let asked = bench.stub.requests().iter().filter(|r| r.target.contains("tagging")).count();
    assert_eq!(asked, 2, "two refusals are enough");
    assert_eq!(outcome.notes.iter().map(|n| n.rows).sum::<usize>(), 9);
    let in_region =
        bench.stub.requests().iter().filter(|r| r.target.contains("tagging")).all(|r| r.region() == Some("eu-west-1"));
    assert!(in_region, "a bucket is asked in its own region");
}

#[test]
fn an_id_is_looked_for_by_the_service_and_one_that_is_not_there_is_no_trouble() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |r| match (r.region(), r.form("InstanceId.1").as_deref()) {
        (Some("us-west-2"), Some("i-7")) => page(&["i-7"], None),
        _ => aws::error(INSTANCES, 400, "InvalidInstanceID.NotFound", "The instance ID 'i-7' does not exist"),
    });
    let listing = Listing { find: Some(Needle::Id("i-7".to_owned())), ..bench.listing("aws/ec2/instance") };
    let outcome = bench.list(listing);
    assert_eq!(outcome.ids(), ["i-7"]);
    assert!(outcome.states().iter().all(|(_, word)| *word == "listed"), "{:?}", outcome.cells);
}

#[test]
fn an_arn_asks_one_cell() {
    let bench = Bench::new(&["111122223333", "444455556666"]);
    bench.stub.on(INSTANCES, |_| page(&["i-7"], None));
    let arn = "arn:aws:ec2:us-west-2:111122223333:instance/i-7".to_owned();
    let listing = Listing { find: Some(Needle::Arn(arn)), ..bench.listing("aws/ec2/instance") };
    let outcome = bench.list(listing);
    assert_eq!(outcome.ids(), ["i-7"]);
    assert_eq!((bench.stub.count(INSTANCES), bench.stub.count("AssumeRole")), (1, 1));
}

#[test]
fn a_filter_that_the_service_ignores_finds_nothing_wrong() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on(INSTANCES, |_| page(&["i-1", "i-7"], None));
    let one = Some(vec![Region::parse("us-east-1").unwrap()]);
    let listing =
        Listing { find: Some(Needle::Id("i-7".to_owned())), regions: one, ..bench.listing("aws/ec2/instance") };
    assert_eq!(bench.list(listing).ids(), ["i-7"]);
}

/// An answer of a service that speaks JSON, by its operation.
fn json_of(request: &crate::stub::Request) -> Option<&str> {
    request.header("x-amz-target").and_then(|t| t.rsplit('.').next())
}

fn json(status: u16, body: &str) -> Reply {
    Reply::new(status, "application/x-amz-json-1.1", body)
}

#[test]
fn a_row_whose_second_call_is_refused_is_a_row_and_so_are_those_under_it() {
    let bench = Bench::new(&["111122223333"]);
    bench.stub.on_any(|r| match json_of(r)? {
        "ListClusters" => Some(json(200, r#"{"clusterArns": ["arn:aws:ecs:us-east-1:111122223333:cluster/pay"]}"#)),
        "ListServices" => {
            Some(json(200, r#"{"serviceArns": ["arn:aws:ecs:us-east-1:111122223333:service/pay/web"]}"#))
        }
        operation => {
            let words = format!(
                "User: arn:aws:sts::111122223333:assumed-role/CloudivizeRole/Cloudivize-Session is not authorized to perform: ecs:{operation} on resource: * because no identity-based policy allows the ecs:{operation} action"
            );
            Some(json(400, &format!(r#"{{"__type": "AccessDeniedException", "message": "{words}"}}"#)))
        }
    });
    for (kind, id) in [("aws/ecs/cluster", "pay"), ("aws/ecs/service", "pay/web")] {
        let one = Listing { regions: Some(vec![Region::parse("us-east-1").unwrap()]), ..bench.listing(kind) };
        let outcome = bench.list(one);
        assert_eq!((outcome.ids(), outcome.states()), (vec![id], vec![("us-east-1", "listed")]), "{kind}");
        assert_eq!(outcome.roles, [StateRole::Unknown(Unknown::Denied)], "a state that was refused is not none");
        assert!(outcome.rows[0].3.contains(&Value::Denied) && outcome.rows[0].2 == TagState::Denied);
        assert_eq!(outcome.notes.len(), 1, "{:?}", outcome.notes);
    }
}

#[test]
fn a_policy_that_tells_rows_apart_is_asked_for_each_row() {
    let bench = Bench::new(&["111122223333"]);
    let page = |from: usize, token: &str| {
        let one = |n| format!("<Bucket><Name>b{n}</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>");
        let buckets: String = (from..from + 4).map(one).collect();
        let body = format!(
            "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{buckets}</Buckets>{token}</ListAllMyBucketsResult>"
        );
        Reply::new(200, "application/xml", body)
    };
    let denied = "<Error><Code>AccessDenied</Code><Message>User: u is not authorized to perform: s3:GetBucketTagging on resource: r because no identity-based policy allows the s3:GetBucketTagging action</Message></Error>";
    let tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>pay</Value></Tag></TagSet></Tagging>";
    bench.stub.on_any(move |r| match (r.service()?, r.target.contains("tagging")) {
        // Only the first bucket of each page may be read.
        ("s3", true) if r.target.contains("b0") || r.target.contains("b4") => {
            Some(Reply::new(200, "application/xml", tags))
        }
        ("s3", true) => Some(Reply::new(403, "application/xml", denied)),
        ("s3", false) if r.target.contains("continuation-token") => Some(page(4, "")),
        ("s3", false) => Some(page(0, "<ContinuationToken>t</ContinuationToken>")),
        _ => None,
    });
    let outcome = bench.list(Listing { late: Late::All, ..bench.listing("aws/s3/bucket") });
    let known: Vec<&str> =
        outcome.rows.iter().filter(|(_, _, tags, _)| *tags == TagState::Known).map(|(_, id, ..)| id.as_str()).collect();
    assert_eq!(known, ["b0", "b4"]);
    let notes: Vec<_> = outcome.notes.iter().filter(|n| n.operation == "s3:GetBucketTagging").collect();
    assert!(matches!(notes[..], [CellNote { rows: 6, .. }]), "said once: {notes:?}");
}

#[test]
fn a_page_is_asked_for_with_what_the_last_one_said_and_nothing_older() {
    let bench = Bench::new(&["111122223333"]);
    let zone = "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>a.</Name><CallerReference>c</CallerReference></HostedZone></HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>";
    let records = |name: &str, next: &str| {
        let record = format!("<ResourceRecordSet><Name>{name}</Name><Type>A</Type></ResourceRecordSet>");
        let more = !next.is_empty();
        let body = format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets>{record}</ResourceRecordSets><IsTruncated>{more}</IsTruncated>{next}<MaxItems>1</MaxItems></ListResourceRecordSetsResponse>"
        );
        Reply::new(200, "text/xml", body)
    };
    bench.stub.on_any(move |r| match (r.service()?, r.target.as_str()) {
        ("route53", target) if !target.contains("rrset") => Some(Reply::new(200, "text/xml", zone)),
        ("route53", target) if target.contains("name=c.") => Some(records("c.", "")),
        ("route53", target) if target.contains("identifier=") => {
            Some(records("b.", "<NextRecordName>c.</NextRecordName><NextRecordType>A</NextRecordType>"))
        }
        ("route53", _) => {
            let next = "<NextRecordName>b.</NextRecordName><NextRecordType>A</NextRecordType><NextRecordIdentifier>w</NextRecordIdentifier>";
            Some(records("a.", next))
        }
        _ => None,
    });
    let outcome = bench.list(bench.listing("aws/route53/record"));
    assert_eq!(outcome.rows.len(), 3, "{:?}", outcome.states());
    let last = bench.stub.requests().into_iter().rfind(|r| r.target.contains("rrset")).unwrap();
    assert!(!last.target.contains("identifier"), "{}", last.target);
}
