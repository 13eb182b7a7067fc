//! Browsing assets: what is listed, over which scope, how its cells stand, and the table of its rows.
//!
//! A [`List`] is one thing that pane 3 can show. It is kept for the run, so that leaving it and coming back asks
//! nothing again. The cursor and the marks are identities ([`AssetKey`]): rows that arrive, go or are sorted anew
//! never move them.

mod answers;
mod ask;
mod asset;
mod cells;
mod columns;
mod copies;
mod counts;
mod leads;
mod look;
mod order;
mod policies;
mod table;
mod walk;
mod words;

pub(super) use asset::asset_detail;
pub use columns::{Choosable, Chooser};
pub use counts::{Count, Tally, Woe, accounts_tally, foot, region_counts, tally_of, thousands, woes};
pub use leads::{Lead, Leads};
pub use look::Looked;
pub use order::Flight;
pub use table::{Col, Shown, asset_columns, cell_words, col_title};
pub use words::{accounts_summary, age_words, browse_header, browse_summary, filter_words};

use super::{RegionRow, State, TextInput};
use crate::catalog::kind::Kind;
use crate::domain::{
    AccountId, Batch, CellKey, CellNote, CellState, ConnectionId, KindId, Late, Needle, Region, RowView, Secret,
    Ticket, Timestamp, Trouble,
};
use crate::query::{Block, CellLabel, Filter, FilterError, RowId, Sort, Whole, place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The longest filter, in bytes.
const FILTER: usize = 300;
/// Lists beside those of whole kinds that are kept.
const KEPT: usize = 20;

/// An asset's identity: the same through whatever connection it is seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetKey {
    /// Whose.
    pub account: AccountId,
    /// Its region, or `global`.
    pub region: String,
    /// Its kind.
    pub kind: String,
    /// Its id, unique in account, region and kind.
    pub id: String,
}

impl AssetKey {
    /// The identity of a row.
    pub fn of(cell: &CellLabel, row: &RowView<'_>) -> Self {
        Self {
            account: cell.account.clone(),
            region: place(cell, row).to_owned(),
            kind: cell.kind.id.clone(),
            id: row.id().to_owned(),
        }
    }

    /// Whether it is the identity of this row.
    pub fn is(&self, cell: &CellLabel, row: &RowView<'_>) -> bool {
        self.id == row.id()
            && self.account == cell.account
            && self.region == place(cell, row)
            && self.kind == cell.kind.id
    }
}

/// One thing that can be listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// All of a kind, over the scope.
    Kind(KindId),
    /// What a link leads to, or what leads here: one kind in the cells of one asset.
    Link(Box<LinkGoal>),
    /// What was looked for over the scope.
    Find(String),
}

/// The other end of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkGoal {
    /// What is listed.
    pub kind: KindId,
    /// What its rows must hold, as a filter.
    pub filter: String,
    /// The id that the service is asked for alone, where it can be.
    pub id: Option<String>,
    /// Through which connection.
    pub connection: ConnectionId,
    /// Where; `None`: everywhere in the account.
    pub region: Option<Region>,
    /// From where it was followed, in a few words: `VPC of pay-api`.
    pub from: String,
}

/// Which accounts and regions are asked. Nothing marked means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The marked connections.
    pub connections: BTreeSet<ConnectionId>,
    /// The marked regions.
    pub regions: BTreeSet<Region>,
}

/// What is known of a target since something was listed there.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Its account.
    pub account: Option<AccountId>,
    /// Its regions, and whether each is on.
    pub regions: Vec<(Region, bool)>,
}

/// One cell of a list.
#[derive(Debug, Clone)]
pub struct Cell {
    /// How it stands.
    pub state: CellState,
    /// Which request is the present one.
    pub ticket: Ticket,
    /// The engine has spoken of it under this request.
    pub(super) named: bool,
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// The rows of the present request.
    pub blocks: Vec<Block>,
    /// Rows from before, shown until the cell ends.
    pub old: Vec<Block>,
    /// What second calls did not bring.
    pub notes: Vec<CellNote>,
}

impl Cell {
    fn new(ticket: Ticket, now: Timestamp) -> Self {
        let (blocks, old, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { state: CellState::Queued, ticket, named: false, since: now, blocks, old, notes }
    }

    /// The rows that are shown: old ones stand until the cell ends, and are replaced in one step.
    pub fn shown(&self) -> &[Block] {
        if self.old.is_empty() { &self.blocks } else { &self.old }
    }

    /// Whether it has ended by itself: what somebody cut short has not.
    pub fn has_ended(&self) -> bool {
        self.state.is_over() && self.state != CellState::Cancelled
    }

    /// Whether its answer takes long; one whose turn has not come is not slow.
    pub fn is_slow(&self, now: Timestamp) -> bool {
        self.state == CellState::Loading && now.since(self.since) > counts::SLOW
    }

    /// How many rows are shown.
    pub fn rows(&self) -> usize {
        self.shown().iter().map(|b| b.batch.len()).sum()
    }
}

/// What the table shows: an order over blocks.
#[derive(Debug, Clone)]
pub struct Table {
    /// The rows, as they were when they were arranged.
    pub blocks: Arc<[Block]>,
    /// Those that pass, in their order.
    pub order: Vec<RowId>,
    /// All of them, each asset once.
    pub total: usize,
    /// Those that the filter cannot judge yet.
    pub unknown: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { blocks: Arc::from([]), order: Vec::new(), total: 0, unknown: 0 }
    }
}

impl Table {
    /// The row at a place of the order.
    pub fn row(&self, at: usize) -> Option<(&CellLabel, RowView<'_>)> {
        self.order.get(at)?.of(&self.blocks)
    }
}

/// One thing that is listed, with everything that belongs to its table.
#[derive(Debug, Clone)]
pub struct List {
    /// Which kinds.
    pub kinds: Vec<KindId>,
    /// The kind, where there is one alone.
    pub kind: Option<Arc<Kind>>,
    /// What is looked for, if that is server-side.
    pub find: Option<Needle>,
    /// What is looked for instead, and in which kinds, where an account does not let the tagging service be asked.
    pub instead: Option<(Needle, Vec<KindId>)>,
    /// The account and the region that an ARN names.
    pub place: (Option<String>, Option<Region>),
    /// Where the tagging service was refused and its kinds are asked in its place.
    pub(super) asked_instead: BTreeSet<CellKey>,
    /// Its cells.
    pub cells: BTreeMap<CellKey, Cell>,
    /// Requests that have not ended, and whom each is about.
    pub tickets: BTreeMap<Ticket, BTreeSet<ConnectionId>>,
    /// What requests still bring of connections that lead elsewhere now.
    pub(super) retired: BTreeSet<(Ticket, ConnectionId)>,
    /// In which regions each connection was asked; `None`: in all.
    pub asked: BTreeMap<ConnectionId, Option<BTreeSet<Region>>>,
    /// Why a connection could not be reached.
    pub unreached: BTreeMap<ConnectionId, Trouble>,
    /// Which second calls are made that only some columns and tags need.
    pub late: Late,
    /// What was typed to filter.
    pub filter: TextInput,
    /// The same, read.
    pub passing: Filter,
    /// Why what was typed is no filter; the last good one stands.
    pub wrong: Option<FilterError>,
    /// The order.
    pub sort: Sort,
    /// The columns that a person chose; `None`: those of the kind.
    pub chosen: Option<Vec<usize>>,
    /// How many columns are scrolled away to the left, behind the first.
    pub scrolled: usize,
    /// How wide each column has become.
    pub widths: BTreeMap<Col, u16>,
    /// The asset under the cursor; `None` as long as nobody moved it from the top.
    pub cursor: Option<AssetKey>,
    /// Its place in the order, or the one nearest to where it was.
    pub at: usize,
    /// The marked assets.
    pub marks: BTreeSet<AssetKey>,
    /// What is shown.
    pub table: Table,
    /// What keeps rows away, as it was when they were arranged.
    pub woes: Vec<Woe>,
    /// The regions with their counts, likewise.
    pub regions: Vec<RegionRow>,
    /// The columns have not been fitted to what is shown now.
    pub unfit: bool,
    /// The asset that the detail shows.
    pub followed: Option<Followed>,
    /// Rows have come or gone since they were arranged.
    pub dirty: bool,
    /// When they are arranged next.
    pub due: Option<Timestamp>,
    /// When they were arranged last.
    pub arranged: Timestamp,
    /// They are being arranged elsewhere.
    pub flight: Option<Flight>,
    /// The order of all rows, as it was made elsewhere.
    pub whole: Option<Whole>,
    /// When it was looked at last, for what is dropped first.
    pub seen: Timestamp,
}

/// A row that is held on to, whatever becomes of the table.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What it has in common with its cell.
    pub cell: Arc<CellLabel>,
    batch: Arc<Batch>,
    row: usize,
}

impl Followed {
    /// The row.
    pub fn row(&self) -> RowView<'_> {
        self.batch.row(self.row)
    }

    /// What it is called: its name, else its id.
    pub fn called(&self) -> &str {
        asset::called(&self.row())
    }

    /// Its identity.
    pub fn key(&self) -> AssetKey {
        AssetKey::of(&self.cell, &self.row())
    }
}

/// Everything about browsing. All of it goes with a lock but where a person was.
#[derive(Debug, Default)]
pub struct Browse {
    /// What pane 3 lists; `None`: the fleet of checks.
    pub here: Option<Goal>,
    /// What was listed in this run.
    pub lists: BTreeMap<Goal, List>,
    /// What is asked.
    pub scope: Scope,
    /// What is known of each target.
    pub targets: BTreeMap<ConnectionId, Target>,
    /// The kinds that were listed, the last first.
    pub recent: Vec<KindId>,
    /// What is denied is left out throughout.
    pub hide_denied: bool,
    /// The asset that is read on the screen.
    pub looked: Option<Box<Looked>>,
    /// Its JSON with what is hidden, for some seconds.
    pub revealed: Option<Secret>,
    /// Requests that were cut short and have not ended yet: what still comes of them is stale.
    pub(super) ending: BTreeSet<Ticket>,
    pub(super) generation: u64,
    /// The kinds' files were asked to be read.
    pub(in crate::app) read: bool,
}

impl List {
    fn new(kinds: Vec<KindId>, kind: Option<Arc<Kind>>, now: Timestamp) -> Self {
        let late = kind.as_ref().map_or(Late::None, |k| shown_late(k));
        Self {
            kinds,
            kind,
            find: None,
            instead: None,
            asked_instead: BTreeSet::new(),
            place: (None, None),
            cells: BTreeMap::new(),
            tickets: BTreeMap::new(),
            retired: BTreeSet::new(),
            asked: BTreeMap::new(),
            unreached: BTreeMap::new(),
            late,
            filter: TextInput::new(FILTER),
            passing: Filter::default(),
            wrong: None,
            sort: Sort::default(),
            chosen: None,
            scrolled: 0,
            widths: BTreeMap::new(),
            cursor: None,
            at: 0,
            marks: BTreeSet::new(),
            table: Table::default(),
            woes: Vec::new(),
            regions: Vec::new(),
            unfit: true,
            followed: None,
            dirty: false,
            due: None,
            arranged: Timestamp(0),
            flight: None,
            whole: None,
            seen: now,
        }
    }

    /// The row under the cursor.
    pub fn row(&self) -> Option<(&CellLabel, RowView<'_>)> {
        self.table.row(self.at)
    }

    /// A hold on a row of the table.
    fn hold(&self, at: usize) -> Option<Followed> {
        let id = self.table.order.get(at)?;
        let block = self.table.blocks.get(id.block as usize)?;
        let row = id.row as usize;
        (row < block.batch.len()).then(|| Followed { cell: block.cell.clone(), batch: block.batch.clone(), row })
    }
}

/// The second calls that bring what is shown of a kind without being asked for.
fn shown_late(kind: &Kind) -> Late {
    let columns = kind.columns.iter().filter(|c| c.shown).filter_map(|c| kind.late_column(c));
    let fields: BTreeSet<String> = columns.chain(kind.late_state()).map(str::to_owned).collect();
    if fields.is_empty() { Late::None } else { Late::Fields(fields) }
}

impl Goal {
    /// The kind, if it is one.
    pub fn kind(&self) -> Option<&KindId> {
        match self {
            Self::Kind(kind) => Some(kind),
            Self::Link(link) => Some(&link.kind),
            Self::Find(_) => None,
        }
    }
}

impl Browse {
    /// The list that pane 3 shows.
    pub fn list(&self) -> Option<&List> {
        self.lists.get(self.here.as_ref()?)
    }

    pub(super) fn list_mut(&mut self) -> Option<&mut List> {
        self.lists.get_mut(self.here.as_ref()?)
    }

    /// Whether a list's cell is in what the list is about now.
    pub fn covers(&self, goal: &Goal, cell: &CellKey) -> bool {
        match goal {
            Goal::Link(_) => true,
            Goal::Kind(_) | Goal::Find(_) => {
                self.covers_connection(cell.connection)
                    && (self.scope.regions.is_empty()
                        || cell.region.as_ref().is_none_or(|r| self.scope.regions.contains(r)))
            }
        }
    }

    /// Drops what was listed through connections that lead elsewhere now; marks of those that were removed as well.
    pub(super) fn forget(&mut self, gone: &BTreeSet<ConnectionId>, removed: &BTreeSet<ConnectionId>) {
        self.targets.retain(|id, _| !gone.contains(id));
        self.scope.connections.retain(|id| !removed.contains(id));
        for list in self.lists.values_mut() {
            // What is still on its way through the old connection has no cell to come to.
            list.retired.extend(list.tickets.keys().flat_map(|t| gone.iter().map(|id| (*t, *id))));
            list.cells.retain(|key, _| !gone.contains(&key.connection));
            list.asked.retain(|id, _| !gone.contains(id));
            list.asked_instead.retain(|key| !gone.contains(&key.connection));
            list.unreached.retain(|id, _| !gone.contains(id));
            list.dirty = true;
        }
    }

    /// Whether a connection is asked.
    pub fn covers_connection(&self, id: ConnectionId) -> bool {
        self.scope.connections.is_empty() || self.scope.connections.contains(&id)
    }
}

impl State {
    /// Whether pane 3 shows assets.
    pub fn is_browsing(&self) -> bool {
        self.browse.here.is_some()
    }

    /// The list that pane 3 shows, with what it is.
    pub fn listed(&self) -> Option<(&Goal, &List)> {
        let goal = self.browse.here.as_ref()?;
        Some((goal, self.browse.lists.get(goal)?))
    }

    /// What the list is called.
    pub fn goal_title(&self, goal: &Goal) -> String {
        let title = |id: &KindId| {
            self.browse
                .lists
                .values()
                .filter_map(|l| l.kind.as_ref())
                .find(|k| k.id == id.as_str())
                .map_or_else(|| id.to_string(), |k| k.title.clone())
        };
        match goal {
            Goal::Kind(kind) => title(kind),
            Goal::Link(link) => format!("{} · {}", title(&link.kind), link.from),
            Goal::Find(text) => format!("find {text}"),
        }
    }

    /// The connections that the list is about.
    pub fn scope_connections(&self) -> Vec<ConnectionId> {
        match &self.browse.here {
            Some(Goal::Link(link)) => vec![link.connection],
            _ => self.book.iter().map(|c| c.id).filter(|id| self.browse.covers_connection(*id)).collect(),
        }
    }
}

#[cfg(test)]
mod asset_tests;
#[cfg(test)]
pub mod fixtures;
#[cfg(test)]
mod tests;
