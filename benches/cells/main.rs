//! What listing costs over many accounts and regions: 1,700 cells, 100,000 instances, 20 ms a call.
//!
//! `cargo bench --bench cells` runs the real engine over HTTP against a stub on this machine and prints the figures of
//! `docs/performance.md`. The stub shares the machine's cores with the engine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    dead_code
)]

mod instances;
mod stub;

use cloudivize::catalog::Catalog;
use cloudivize::domain::{
    Connection, ConnectionId, ConnectionName, End, ExternalId, KindId, Late, Listing, Method, Part, Request, RoleArn,
    Settings, Source, Ticket,
};
use cloudivize::engine::Engine;
use cloudivize::journal::History;
use cloudivize::providers::aws::endpoint::Endpoints;
use cloudivize::providers::aws::{Aws, http};
use std::sync::Arc;
use std::time::{Duration, Instant};
use stub::Stub;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// What every call takes.
const DELAY: Duration = Duration::from_millis(20);
const ACCOUNTS: usize = 100;
/// Without `ASSETS` in the environment.
const ASSETS: usize = 100_000;
const TIMES: usize = 3;

/// What one listing took.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    targets: Duration,
    first: Duration,
    all: Duration,
    rows: usize,
    heap: usize,
    resident: usize,
}

fn main() {
    // Nobody's own credentials and settings have a part in it.
    for (name, value) in
        [("AWS_ACCESS_KEY_ID", "999988887777"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "us-east-1")]
    {
        // SAFETY: nothing else runs yet.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var(name, value);
        }
    }
    let served = Runtime::new().unwrap();
    let assets = std::env::var("ASSETS").ok().and_then(|n| n.parse().ok()).unwrap_or(ASSETS);
    let per_cell = assets.div_ceil(ACCOUNTS * instances::REGIONS.len());
    let stub = served.block_on(Stub::start(DELAY, per_cell));
    println!(
        "{ACCOUNTS} accounts x {} regions, {per_cell} instances a cell, {} ms a call, {} MB of answers",
        instances::REGIONS.len(),
        DELAY.as_millis(),
        stub.body_bytes() * ACCOUNTS * instances::REGIONS.len() / 1_000_000
    );
    let book = book(&stub.url());
    for times in [(1, "one account"), (ACCOUNTS, "all accounts")] {
        let (accounts, what) = times;
        let mut all: Vec<Taken> = (0..TIMES)
            .map(|_| {
                stub.forget();
                run(&book, accounts)
            })
            .collect();
        all.sort_by_key(|t| t.all);
        let taken = all[TIMES / 2];
        let (calls, bytes) = stub.counted();
        let floor_calls = calls as f64 * DELAY.as_secs_f64() / 32.0;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let floor_bytes = bytes as f64 / (100e6 * cores as f64);
        println!(
            "{what}: {} rows in {:.0} ms (first {:.0} ms, sessions and regions of all {:.0} ms); {calls} calls, {:.0} MB; budget {:.0} ms; {} bytes a row, {} MB resident with the stub",
            taken.rows,
            ms(taken.all),
            ms(taken.first),
            ms(taken.targets),
            bytes as f64 / 1e6,
            2000.0 * floor_calls.max(floor_bytes),
            taken.heap / taken.rows.max(1),
            taken.resident / 1_000_000,
        );
    }
    served.shutdown_background();
}

/// What this process holds in memory, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) * 1024
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn book(url: &str) -> Arc<[Connection]> {
    (0..ACCOUNTS)
        .map(|n| {
            let arn = RoleArn::parse(&format!("arn:aws:iam::{}:role/CloudivizeRole", 100_000_000_000 + n)).unwrap();
            let external_id = Some(ExternalId::parse(&format!("id-{n}")).unwrap());
            let method = Method::Role { arn, external_id, external_id_next: None };
            let name = ConnectionName::parse(&format!("account-{n}")).unwrap();
            let mut connection = Connection::new(ConnectionId::generate(), name, method, Source::Env);
            connection.endpoint_url = Some(url.to_owned());
            connection
        })
        .collect()
}

/// Lists the instances of some accounts from cold.
fn run(book: &Arc<[Connection]>, accounts: usize) -> Taken {
    let runtime = Runtime::new().unwrap();
    let settings = Settings::default();
    let aws = Aws::new(http::client().unwrap(), Endpoints::default(), &settings);
    let history = History::open(None, None).0;
    let engine = Engine::new(runtime.handle().clone(), aws, settings, history, Arc::new(Catalog::built_in()));
    let listing = Listing {
        book: book.clone(),
        select: book.iter().take(accounts).map(|c| c.id).collect(),
        kinds: vec![KindId::new("aws/ec2/instance")],
        regions: None,
        only: None,
        late: Late::None,
        ask_refused: false,
        find: None,
    };
    let (to, mut from) = mpsc::channel(1024);
    let start = Instant::now();
    engine.start(Ticket(1), Request::List(Box::new(listing)), to);
    let mut taken = Taken::default();
    let mut kept = Vec::new();
    runtime.block_on(async {
        while let Some(reply) = from.recv().await {
            match reply.body {
                Ok(Part::Target(_)) => taken.targets = start.elapsed(),
                Ok(Part::Rows { batch, .. }) => {
                    if taken.rows == 0 {
                        taken.first = start.elapsed();
                    }
                    taken.rows += batch.len();
                    taken.heap += batch.heap();
                    kept.push(batch);
                }
                Ok(Part::NoTarget { trouble, .. }) => panic!("{trouble:?}"),
                Ok(_) => {}
                Err(end) => {
                    assert_eq!(end, End::Done);
                    break;
                }
            }
        }
    });
    taken.all = start.elapsed();
    taken.resident = resident();
    runtime.shutdown_background();
    taken
}
