//! What comes of a question about assets: rows, and how each cell stands.

use crate::catalog::Catalog;
use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::domain::{
    AccountId, CellKey, CellNote, CellState, Connection, ConnectionId, Part, RowView, TargetFacts, Trouble,
};
use crate::query::{Block, CellLabel, place};
use crate::report::cells::{Tally, groups};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Everything that has come so far.
pub(super) struct Gathered<'a> {
    book: &'a [Connection],
    catalog: &'a Catalog,
    accounts: HashMap<ConnectionId, AccountId>,
    labels: HashMap<CellKey, Arc<CellLabel>>,
    cells: BTreeMap<CellKey, CellState>,
    /// Those of earlier questions: the same cell may have ended in another way there.
    before: Vec<(CellKey, CellState)>,
    /// How much was missing when the present question began.
    troubled: usize,
    notes: Vec<(CellKey, CellNote)>,
    unreached: Vec<(ConnectionId, Trouble)>,
    /// Assets that were given already, where two connections may see the same.
    seen: HashSet<String>,
    /// Targets whose regions were assumed.
    assumed: Vec<ConnectionId>,
    /// Rows, whether they pass or not.
    pub rows: usize,
    /// Kept where the rows are sorted at the end.
    pub blocks: Vec<Block>,
}

impl<'a> Gathered<'a> {
    /// Nothing yet.
    pub fn new(book: &'a [Connection], catalog: &'a Catalog) -> Self {
        Self {
            book,
            catalog,
            accounts: HashMap::new(),
            labels: HashMap::new(),
            cells: BTreeMap::new(),
            before: Vec::new(),
            troubled: 0,
            notes: Vec::new(),
            unreached: Vec::new(),
            seen: HashSet::new(),
            assumed: Vec::new(),
            rows: 0,
            blocks: Vec::new(),
        }
    }

    /// Takes a part; rows come back as a block.
    pub fn take(&mut self, part: Part, out: &mut Out) -> Option<Block> {
        match part {
            Part::Target(TargetFacts { connection, account, regions }) => {
                self.accounts.insert(connection, account);
                if regions.assumed && !self.assumed.contains(&connection) {
                    self.assumed.push(connection);
                }
            }
            Part::NoTarget { connection, trouble } => self.unreached.push((connection, trouble)),
            Part::Cells(cells) => self.cells.extend(cells),
            Part::Notes { cell, notes } => self.notes.extend(notes.into_iter().map(|note| (cell.clone(), note))),
            Part::Rows { cell, batch } => {
                self.rows += batch.len();
                return self.label(&cell).map(|cell| Block { cell, batch });
            }
            Part::Notice(words) => out.warn(&words),
            _ => {}
        }
        None
    }

    /// What a cell's rows have in common; its target was told before them.
    fn label(&mut self, key: &CellKey) -> Option<Arc<CellLabel>> {
        if let Some(label) = self.labels.get(key) {
            return Some(label.clone());
        }
        let connection = self.book.iter().find(|c| c.id == key.connection)?;
        let label = Arc::new(CellLabel {
            connection: key.connection,
            name: connection.name.clone(),
            account: self.accounts.get(&key.connection)?.clone(),
            region: key.region.clone(),
            kind: self.catalog.kind(&key.kind)?.clone(),
        });
        self.labels.insert(key.clone(), label.clone());
        Some(label)
    }

    /// A connection's name.
    pub fn name(&self, id: ConnectionId) -> &str {
        self.book.iter().find(|c| c.id == id).map_or("", |c| c.name.as_str())
    }

    /// Whether an asset is met for the first time.
    pub fn is_new(&mut self, cell: &CellLabel, row: &RowView<'_>) -> bool {
        self.seen.insert(format!("{} {} {} {}", cell.account, place(cell, row), cell.kind.id, row.id()))
    }

    /// Begins another question: the cells of those before keep their ends, and are no part of it.
    pub fn begin(&mut self) {
        self.before.extend(std::mem::take(&mut self.cells));
        self.troubled = self.notes.len() + self.unreached.len();
    }

    /// The cells of the present question.
    pub fn cells(&self) -> impl Iterator<Item = (&CellKey, &CellState)> {
        self.cells.iter()
    }

    /// Whether everything of the present question was answered.
    pub fn is_whole(&self) -> bool {
        self.cells.values().all(CellState::is_complete) && self.troubled == self.notes.len() + self.unreached.len()
    }

    fn all(&self) -> impl Iterator<Item = (&CellKey, &CellState)> {
        self.before.iter().map(|(k, s)| (k, s)).chain(&self.cells)
    }

    /// How many cells have ended, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.all().filter(|(_, s)| s.is_over()).count(), self.before.len() + self.cells.len())
    }

    fn tally(&self) -> Tally {
        Tally::of(self.all().map(|(_, s)| s))
    }

    /// Says on standard error how the cells ended and what kept rows away.
    pub fn summary(&self, unknown: usize, out: &mut Out) {
        out.note(&format!("{}.", self.tally().sentence()));
        let program = out.program();
        for group in groups(&self.unreached, &self.list(), &self.notes, self.catalog) {
            out.warn(&group.sentence(self.book));
            if let Some(advice) = group.advice(self.book, program) {
                out.note(&format!("  {advice}"));
            }
        }
        for id in &self.assumed {
            if let Some(connection) = self.book.iter().find(|c| c.id == *id) {
                out.warn(&format!(
                    "{}: the account does not say which regions are on (ec2:DescribeRegions), so they are assumed",
                    connection.name
                ));
            }
        }
        if unknown > 0 {
            let rows = if unknown == 1 { "1 row".to_owned() } else { format!("{unknown} rows") };
            out.warn(&format!("the filter cannot judge {rows}: what decides is not known of them (see above)"));
        }
    }

    /// The summary as data.
    pub fn summary_value(&self, unknown: usize) -> Value {
        let groups = groups(&self.unreached, &self.list(), &self.notes, self.catalog);
        let mut value = self.tally().value();
        if let Value::Object(map) = &mut value {
            map.insert("unknown_rows".to_owned(), json!(unknown));
            map.insert("reasons".to_owned(), groups.iter().map(|g| g.value(self.book)).collect());
        }
        value
    }

    fn list(&self) -> Vec<(CellKey, CellState)> {
        self.all().map(|(k, s)| (k.clone(), s.clone())).collect()
    }

    /// 0 complete, 1 something was denied, 3 something failed.
    pub fn exit(&self) -> Exit {
        let states = self.all().filter_map(|(_, s)| s.trouble());
        let notes = self.notes.iter().map(|(_, note)| note.trouble.clone());
        let targets = self.unreached.iter().map(|(_, trouble)| trouble.clone());
        let troubles: Vec<Trouble> = states.chain(notes).chain(targets).collect();
        if troubles.iter().any(|t| matches!(t, Trouble::Denied(_))) {
            Exit::Denied
        } else if troubles.is_empty() && self.all().all(|(_, s)| s.is_over()) {
            Exit::Done
        } else {
            Exit::Untested
        }
    }
}
