//! Every kind of asset over the demo, listed by the engine as it lists real clouds.

use super::demo::book;
use super::*;
use crate::catalog::Catalog;
use crate::domain::Settings;
use crate::domain::{Batch, CellKey, CellNote, CellState, KindId, Late, Listing, Region, Reply, Trouble};
use crate::providers::demo::Pace;
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
    fn count(&self) -> usize {
        self.rows.iter().map(|(_, b)| b.len()).sum()
    }

    fn ids(&self) -> Vec<String> {
        self.rows.iter().flat_map(|(_, b)| b.rows().map(|r| r.id().to_owned()).collect::<Vec<_>>()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn look_around() {
    let bench = Bench::new();
    let kinds = bench.kinds();
    let names: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let seen = bench.list(&["prod-us", "prod-eu", "prod-data", "audit", "legacy", "partner"], &names, None).await;
    let mut rows: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (cell, batch) in &seen.rows {
        *rows.entry(cell.kind.to_string()).or_default().entry(bench.name(cell).to_owned()).or_default() += batch.len();
    }
    let mut words: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (cell, state) in &seen.states {
        let why = match state.trouble() {
            Some(Trouble::Denied(d)) => d.reason.word().to_owned(),
            Some(Trouble::Failed(e)) => format!("{} {:?} {}", e.class.word(), e.code, e.message),
            None => String::new(),
        };
        if !why.is_empty() {
            *words
                .entry((bench.name(cell).to_owned(), cell.kind.to_string(), format!("{} {why}", state.word())))
                .or_default() += 1;
        }
    }
    for kind in bench.catalog.ids() {
        println!("{kind}: {:?}", rows.get(kind.as_str()));
    }
    let mut by: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for ((who, kind, why), n) in words {
        by.entry((who, why)).or_default().push(format!("{kind}×{n}"));
    }
    for (k, v) in by {
        println!("{k:?}: {}", v.join(" "));
    }
    let mut notes = BTreeMap::new();
    for (cell, note) in &seen.notes {
        *notes.entry(format!("{} {} {note:?}", bench.name(cell), cell.kind)).or_insert(0) += 1;
    }
    for (n, c) in notes {
        println!("{c} {}", n.chars().take(300).collect::<String>());
    }
    println!("{} rows", seen.count());
    let _ = (seen.ids(), BTreeSet::<u8>::new());
}
