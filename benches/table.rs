//! What a table over 100,000 assets costs: memory, one key in the filter, an order, a page that arrives.
//!
//! `cargo bench --bench table` takes the figures of `docs/performance.md` with criterion, which also tells what changed
//! since the run before; `cargo bench --bench table -- next` takes those of one group alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use cloudivize::catalog::Catalog;
use cloudivize::catalog::kind::Kind;
use cloudivize::domain::{
    AccountId, BatchBuilder, ConnectionId, ConnectionName, KindId, RawRow, RawValue, Region, StateRole, TagState,
    Timestamp,
};
use cloudivize::query::{Arranged, Block, CellLabel, Filter, Sort, SortBy, arrange, extend, refine};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

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
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const FILTERS: [&str; 12] = [
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
/// What a person types, key by key.
const TYPED: [&str; 7] = ["p", "pa", "pay", "pay-", "pay-api", "pay-api-7", "pay-api-7 running"];

criterion_main!(benches);
criterion_group! {
    name = benches;
    // One pass takes up to 50 ms, and hardly two differ.
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = table
}

/// All groups, over the same rows.
fn table(c: &mut Criterion) {
    let kind = Catalog::built_in().kind(&KindId::new("aws/ec2/instance")).expect("a kind").clone();
    let blocks = blocks(&kind);
    let rows: usize = blocks.iter().map(|b| b.batch.len()).sum();
    let heap: usize = blocks.iter().map(|b| b.batch.heap() + size_of_val(&*b.batch)).sum();
    println!("{rows} instances with 5 tags in {} cells", blocks.len());
    println!("memory: {} bytes a row, {:.1} MB\n", heap / rows, heap as f64 / 1e6);

    filters(c, &kind, &blocks);
    keys(c, &kind, &blocks);
    sorts(c, &kind, &blocks);
    arrivals(c, &blocks);
}

/// A filter with an order by name, and the same by the order of all rows that is there already.
fn filters(c: &mut Criterion, kind: &Kind, blocks: &[Block]) {
    let all = arrange(blocks, &Filter::default(), Sort::default());
    let mut group = c.benchmark_group("filter and order");
    for text in FILTERS {
        let filter = filter(text, kind);
        group.bench_function(name(text), |b| b.iter(|| arrange(blocks, &filter, Sort::default())));
    }
    group.finish();
    let mut group = c.benchmark_group("filter the order of all");
    for text in &FILTERS[1..] {
        let filter = filter(text, kind);
        let passed = refine(&all, blocks, &filter).expect("all is known").order.len();
        println!("{text:?} leaves {passed} rows");
        group.bench_function(name(text), |b| b.iter(|| refine(&all, blocks, &filter)));
    }
    group.finish();
}

/// The next key in the filter, where the order of the last one is refined.
fn keys(c: &mut Criterion, kind: &Kind, blocks: &[Block]) {
    let mut before: (Filter, Arranged) = (Filter::default(), arrange(blocks, &Filter::default(), Sort::default()));
    let mut group = c.benchmark_group("next key");
    for text in TYPED {
        let filter = filter(text, kind);
        assert!(filter.narrows(&before.0));
        let after = refine(&before.1, blocks, &filter).expect("all is known");
        println!("{text:?}: {} of {} rows stay", after.order.len(), before.1.order.len());
        group.bench_function(name(text), |b| b.iter(|| refine(&before.1, blocks, &filter)));
        before = (filter, after);
    }
    group.finish();
}

fn sorts(c: &mut Criterion, kind: &Kind, blocks: &[Block]) {
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
    let mut group = c.benchmark_group("order of all");
    for (name, by) in sorts {
        for descending in [false, true] {
            let sort = Sort { by, descending };
            let name = format!("{name}{}", if descending { ", downwards" } else { "" });
            group.bench_function(name, |b| b.iter(|| arrange(blocks, &Filter::default(), sort)));
        }
    }
    group.finish();
}

/// One more cell of 100 rows, where all others are there.
fn arrivals(c: &mut Criterion, blocks: &[Block]) {
    let most = blocks.len() - 1;
    let part = arrange(&blocks[..most], &Filter::default(), Sort::default());
    c.bench_function("one more cell", |b| {
        let grow = |mut grown: Arranged| {
            extend(&mut grown, blocks, most, &Filter::default(), Sort::default());
            black_box(grown)
        };
        b.iter_batched(|| part.clone(), grow, BatchSize::LargeInput);
    });
}

fn filter(text: &str, kind: &Kind) -> Filter {
    Filter::parse(text, Some(kind)).expect("a filter").at(NOW)
}

/// A benchmark needs a name.
fn name(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
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
