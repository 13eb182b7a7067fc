//! What a table over 100,000 assets costs: memory, one key in the filter, an order, a page that arrives.
//!
//! `cargo bench --bench table` prints the figures of `docs/performance.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudivize::catalog::Catalog;
use cloudivize::catalog::kind::Kind;
use cloudivize::domain::{
    AccountId, BatchBuilder, ConnectionId, ConnectionName, KindId, RawRow, RawValue, Region, StateRole, TagState,
    Timestamp,
};
use cloudivize::query::{Arranged, Block, CellLabel, Filter, Sort, SortBy, arrange, extend, refine};

/// As many as the budget speaks of: 100 accounts in 10 regions, 100 instances in each.
const ACCOUNTS: usize = 100;
const REGIONS: [&str; 10] = [
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "sa-east-1",
    "ca-central-1",
    "eu-north-1",
    "me-south-1",
];
const EACH: usize = 100;
/// How often each figure is taken; the median and the worst are shown.
const TIMES: usize = 21;
const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn main() {
    let kind = Catalog::built_in().kind(&KindId::new("aws/ec2/instance")).expect("a kind").clone();
    let blocks = blocks(&kind);
    let rows: usize = blocks.iter().map(|b| b.batch.len()).sum();
    let heap: usize = blocks.iter().map(|b| b.batch.heap() + size_of_val(&*b.batch)).sum();
    println!("{rows} instances with 5 tags in {} cells", blocks.len());
    println!("memory: {} bytes a row, {:.1} MB", heap / rows, heap as f64 / 1e6);

    let all = arrange(&blocks, &Filter::default(), Sort::default());
    println!("\nfilter and order by name            rows      median    worst");
    let filters = [
        "",
        "p",
        "pay",
        "pay-api-77",
        "nothing-like-this",
        "pay running",
        "!pay",
        "tag:team=pay",
        "state:running",
        "type:m7g",
        "age:>30d",
        "!tag:owner",
    ];
    for text in filters {
        let filter = filter(text, &kind);
        let mut rows = 0;
        let times = take(|| rows = arrange(&blocks, &filter, Sort::default()).order.len());
        line(&format!("{text:?}"), rows, &times);
    }

    println!("\nthe same, the order of all rows refined");
    for text in &filters[1..] {
        let filter = filter(text, &kind);
        let mut rows = 0;
        let times = take(|| rows = refine(&all, &blocks, &filter).map_or(0, |a| a.order.len()));
        line(&format!("{text:?}"), rows, &times);
    }

    println!("\nnext key in the filter, the order of the last one refined");
    let typed = ["p", "pa", "pay", "pay-", "pay-api", "pay-api-7", "pay-api-7 running"];
    let mut before: (Filter, Arranged) = (Filter::default(), all.clone());
    for text in typed {
        let filter = filter(text, &kind);
        assert!(filter.narrows(&before.0));
        let mut after = None;
        let times = take(|| after = refine(&before.1, &blocks, &filter));
        let after = after.expect("all is known");
        line(&format!("{text:?}"), after.order.len(), &times);
        before = (filter, after);
    }

    println!("\norder of all");
    let column = |id: &str| SortBy::Column(kind.column(id).expect("a column"));
    let sorts = [
        ("name", SortBy::Name),
        ("id", SortBy::Id),
        ("state", SortBy::State),
        ("account", SortBy::Account),
        ("region", SortBy::Region),
        ("type", column("type")),
        ("private_ip", column("private_ip")),
        ("age", column("age")),
    ];
    for (name, by) in sorts {
        for descending in [false, true] {
            let sort = Sort { by, descending };
            let mut rows = 0;
            let times = take(|| rows = arrange(&blocks, &Filter::default(), sort).order.len());
            line(&format!("{name}{}", if descending { ", downwards" } else { "" }), rows, &times);
        }
    }

    println!("\none more cell arrives");
    let most = blocks.len() - 1;
    let part = arrange(&blocks[..most], &Filter::default(), Sort::default());
    let mut rows = 0;
    let times = take(|| {
        let mut grown = part.clone();
        extend(&mut grown, &blocks, most, &Filter::default(), Sort::default());
        rows = black_box(grown).order.len();
    });
    line("100 rows into 99,900", rows, &times);
}

fn filter(text: &str, kind: &Kind) -> Filter {
    Filter::parse(text, Some(kind)).expect("a filter").at(NOW)
}

fn take(mut work: impl FnMut()) -> Vec<Duration> {
    work();
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn line(what: &str, rows: usize, times: &[Duration]) {
    let ms = |d: &Duration| d.as_secs_f64() * 1e3;
    println!("{what:32} {rows:>8} {:>8.2} ms {:>6.2} ms", ms(&times[times.len() / 2]), ms(&times[times.len() - 1]));
}

/// A small generator, so that every run sees the same rows.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.next()).unwrap() % of.len()]
    }
}

fn blocks(kind: &Arc<Kind>) -> Vec<Block> {
    let mut dice = Dice(7);
    let mut blocks = Vec::new();
    for account in 0..ACCOUNTS {
        let connection = ConnectionId::generate();
        let id = AccountId::parse(&format!("{:012}", 111_122_223_333 + account)).expect("an account");
        for region in REGIONS {
            let cell = CellLabel {
                connection,
                name: ConnectionName::parse(&format!("prod-{account}")).expect("a name"),
                account: id.clone(),
                region: Some(Region::parse(region).expect("a region")),
                kind: kind.clone(),
            };
            let mut builder = BatchBuilder::new(kind.columns.len(), kind.links.len(), None);
            for _ in 0..EACH {
                builder.push(&instance(&mut dice, region, id.as_str()));
            }
            blocks.push(Block { cell: Arc::new(cell), batch: Arc::new(builder.finish()) });
        }
    }
    blocks
}

fn instance(dice: &mut Dice, region: &str, account: &str) -> RawRow {
    let text = |t: &str| RawValue::Text(t.to_owned());
    let id = format!("i-0{:08x}{:08x}", dice.next(), dice.next());
    let team = dice.one(&["pay", "search", "identity", "billing", "platform", "data"]);
    let name = format!("{team}-{}-{}", dice.one(&["api", "batch", "worker", "web"]), dice.next() % 5000);
    let (state, role) = match dice.next() % 10 {
        0 => ("stopped", StateRole::Off),
        1 => ("pending", StateRole::Warn),
        _ => ("running", StateRole::Good),
    };
    let hex = |dice: &mut Dice| format!("0{:08x}{:08x}", dice.next(), dice.next());
    let zone = format!("{region}{}", dice.one(&["a", "b", "c"]));
    let ip = format!("10.{}.{}.{}", dice.next() % 256, dice.next() % 256, dice.next() % 256);
    RawRow {
        arn: format!("arn:aws:ec2:{region}:{account}:instance/{id}"),
        id,
        state: state.to_owned(),
        role,
        values: vec![
            text(dice.one(&["m7g.large", "m7g.xlarge", "r7g.2xlarge", "t4g.micro", "c7i.4xlarge"])),
            text(&zone),
            text(&ip),
            RawValue::Empty,
            RawValue::Time(NOW.0 - i64::try_from(dice.next() % 100_000).unwrap() * 60_000),
            text("Linux/UNIX"),
            text("arm64"),
            text("disabled"),
            text("required"),
            RawValue::Empty,
        ],
        links: vec![
            vec![format!("vpc-{}", hex(dice))],
            vec![format!("subnet-{}", hex(dice))],
            vec![format!("ami-{}", hex(dice))],
            vec![format!("sg-{}", hex(dice)), format!("sg-{}", hex(dice))],
        ],
        tags: vec![
            ("Name".to_owned(), name.clone()),
            ("team".to_owned(), team.to_owned()),
            ("env".to_owned(), dice.one(&["prod", "staging", "test"]).to_owned()),
            ("CostCenter".to_owned(), format!("{}", 4000 + dice.next() % 40)),
            ("aws:autoscaling:groupName".to_owned(), format!("{team}-asg-{}", dice.next() % 50)),
        ],
        name,
        tag_state: TagState::Known,
        ..RawRow::default()
    }
}
