//! Which cells are asked, when, and when that is left off. What was loaded is never asked twice by itself.

use super::{Browse, Cell, Goal, KEPT, List};
use crate::app::{Effect, Notice, Pane, State};
use crate::catalog::kind::Scope;
use crate::domain::{
    AccountId, CellKey, CellState, ConnectionId, KindId, Late, Listing, Needle, Region, Request, Ticket, Timestamp,
    Trouble,
};
use crate::query::{TAGGED, cells_instead, hunt, needle};
use std::collections::{BTreeMap, BTreeSet};

/// How many kinds the picker shows first.
const RECENT: usize = 8;

/// What one request is about.
struct Ask {
    select: Vec<ConnectionId>,
    regions: Option<Vec<Region>>,
    only: Option<Vec<CellKey>>,
    /// Also where two regions were refused for the same reason.
    refused: bool,
    /// What is looked for in place of the list's own.
    instead: Option<(Needle, Vec<KindId>)>,
}

impl Ask {
    fn new(select: Vec<ConnectionId>, regions: Option<Vec<Region>>) -> Self {
        Self { select, regions, only: None, refused: false, instead: None }
    }
}

impl State {
    /// Shows what a goal lists, and asks for what of it is missing.
    pub(in crate::app) fn browse_to(&mut self, now: Timestamp, goal: Goal) -> Vec<Effect> {
        if !self.browse.lists.contains_key(&goal) {
            let Some(list) = self.make_list(now, &goal) else { return Vec::new() };
            self.browse.lists.insert(goal.clone(), list);
        }
        let mut effects = Vec::new();
        if self.browse.here.as_ref() != Some(&goal) {
            effects.extend(self.leave_list());
        }
        if let Goal::Kind(kind) = &goal {
            self.browse.recent.retain(|k| k != kind);
            self.browse.recent.insert(0, kind.clone());
            self.browse.recent.truncate(RECENT);
        }
        self.browse.here = Some(goal);
        self.trail.clear();
        self.browse.forget_oldest();
        if let Some(list) = self.browse.list_mut() {
            list.seen = now;
        }
        if matches!(self.focus, Pane::Regions | Pane::Accounts | Pane::Detail) {
            self.focus_on(Pane::Checks);
        }
        effects.extend(self.ask_missing(now));
        effects.extend(self.arrange(now));
        self.follow();
        effects
    }

    /// Shows what was listed before a lock, as far as it can be listed still. Nothing is asked by itself.
    pub(in crate::app) fn browse_again(&mut self, goal: Option<Goal>) {
        let Some(goal) = goal else { return };
        if let Some(list) = self.make_list(self.now, &goal) {
            self.browse.lists.insert(goal.clone(), list);
            self.browse.here = Some(goal);
        }
    }

    /// Shows the fleet of checks in place of the assets.
    pub(in crate::app) fn browse_fleet(&mut self) -> Vec<Effect> {
        let effects = self.leave_list();
        self.browse.here = None;
        self.trail.clear();
        self.follow();
        effects
    }

    fn make_list(&mut self, now: Timestamp, goal: &Goal) -> Option<List> {
        let kind = goal.kind().and_then(|id| self.catalog.kind(id)).cloned();
        match goal {
            Goal::Kind(id) => {
                let kind = self.known_kind(id, kind)?;
                Some(List::new(vec![id.clone()], Some(kind), now))
            }
            Goal::Link(link) => {
                let kind = self.known_kind(&link.kind, kind)?;
                let mut list = List::new(vec![link.kind.clone()], Some(kind), now);
                list.find = link.id.clone().map(Needle::Id);
                list.filter.insert(&link.filter);
                list.read_filter();
                Some(list)
            }
            Goal::Find(text) => {
                let hunt = hunt(&needle(text, &self.catalog), &self.catalog);
                if hunt.kinds.is_empty() {
                    self.notice = Some(Notice::plain(format!("no kind of asset can be asked for {text}")));
                    return None;
                }
                let kind = match &hunt.kinds[..] {
                    [one] if hunt.instead.is_none() => self.catalog.kind(one).cloned(),
                    _ => None,
                };
                let mut list = List::new(hunt.kinds, kind, now);
                list.find = Some(hunt.find);
                list.instead = hunt.instead;
                if let Some(account) = hunt.account.as_deref().filter(|a| self.leads_nowhere(a)) {
                    self.notice = Some(Notice::bad(format!("no connection leads to account {account}")));
                    return None;
                }
                list.place = (hunt.account, hunt.region.and_then(|r| Region::parse(&r).ok()));
                if let Some(arn) = hunt.arn {
                    // Its kind is listed whole there: the service has no filter for it.
                    list.filter.insert(&format!("arn:=\"{arn}\""));
                    list.read_filter();
                }
                Some(list)
            }
        }
    }

    /// Whether it is known of every connection that it leads to another account.
    fn leads_nowhere(&self, account: &str) -> bool {
        self.book.iter().all(|c| self.account_of(c.id).is_some_and(|known| known.as_str() != account))
    }

    /// The account of a connection, as it was told, else as it stands in the vault.
    pub(super) fn account_of(&self, id: ConnectionId) -> Option<&AccountId> {
        let told = self.browse.targets.get(&id).and_then(|t| t.account.as_ref());
        told.or_else(|| self.connection(id).and_then(|c| c.account.as_ref()))
    }

    fn known_kind(
        &mut self,
        id: &KindId,
        kind: Option<std::sync::Arc<crate::catalog::kind::Kind>>,
    ) -> Option<std::sync::Arc<crate::catalog::kind::Kind>> {
        if kind.is_none() {
            self.notice = Some(Notice::plain(format!("there is no kind {id} any more")));
        }
        kind
    }

    /// Leaves off listing what nobody looks at. What had arrived stands; the rest goes on when one comes back.
    pub(in crate::app) fn leave_list(&mut self) -> Vec<Effect> {
        let Some(goal) = self.browse.here.clone() else { return Vec::new() };
        self.cut_short(&goal)
    }

    /// Cancels the requests of a list, and says so in its cells at once: what still comes of them is stale.
    fn cut_short(&mut self, goal: &Goal) -> Vec<Effect> {
        let now = self.now;
        let Some(list) = self.browse.lists.get_mut(goal) else { return Vec::new() };
        let cut = std::mem::take(&mut list.tickets);
        let tickets: Vec<Ticket> = cut.keys().copied().collect();
        for (ticket, about) in &cut {
            list.not_named(*ticket, about);
        }
        list.retired.clear();
        for cell in list.cells.values_mut().filter(|c| !c.state.is_over()) {
            cell.end(CellState::Cancelled, now);
        }
        list.due = None;
        self.browse.ending.extend(&tickets);
        let fresh = tickets.into_iter().filter(|t| self.stopping.insert(*t));
        fresh.map(Effect::Cancel).collect()
    }

    /// Whether a request lists assets.
    pub fn is_listing(&self, ticket: Ticket) -> bool {
        self.browse.lists.values().any(|list| list.tickets.contains_key(&ticket))
    }

    /// Stops every listing, as `Esc` asks for.
    pub(in crate::app) fn stop_listing(&mut self) -> Vec<Effect> {
        let goals: Vec<Goal> =
            self.browse.lists.iter().filter(|(_, l)| !l.tickets.is_empty()).map(|(g, _)| g.clone()).collect();
        goals.iter().flat_map(|goal| self.cut_short(goal)).collect()
    }

    /// Asks for what is in scope and was not asked yet, or was cut short.
    pub(in crate::app) fn ask_missing(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(goal) = self.browse.here.clone() else { return Vec::new() };
        let (connections, regions) = (self.wanted_connections(&goal), self.wanted_regions(&goal));
        let Some(list) = self.browse.lists.get(&goal) else { return Vec::new() };
        let mut groups: BTreeMap<Option<Vec<Region>>, Vec<ConnectionId>> = BTreeMap::new();
        for id in connections {
            let missing = match list.asked.get(&id) {
                None => regions.clone().map(|r| r.into_iter().collect()),
                Some(None) => continue,
                Some(Some(had)) => {
                    let known = || self.browse.targets.get(&id).into_iter().flat_map(|t| &t.regions).map(|(r, _)| r);
                    let wanted = regions.clone().unwrap_or_else(|| known().cloned().collect());
                    let missing: Vec<Region> = wanted.difference(had).cloned().collect();
                    if missing.is_empty() {
                        continue;
                    }
                    Some(missing)
                }
            };
            groups.entry(missing).or_default().push(id);
        }
        let cut =
            |(key, cell): &(&CellKey, &Cell)| cell.state == CellState::Cancelled && self.browse.covers(&goal, key);
        let cut: Vec<CellKey> = list.cells.iter().filter(cut).map(|(key, _)| key.clone()).collect();
        let mut effects = Vec::new();
        for (regions, select) in groups {
            effects.extend(self.ask(now, &goal, Ask::new(select, regions)));
        }
        if !cut.is_empty() {
            effects.extend(self.ask_only(now, &goal, cut));
        }
        effects
    }

    /// Asks for everything in scope anew: also what was refused, and regions that were taken for refused.
    pub(in crate::app) fn refresh_list(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(goal) = self.browse.here.clone() else { return Vec::new() };
        let mut effects = self.cut_short(&goal);
        if let Some(list) = self.browse.lists.get_mut(&goal) {
            list.asked_instead.clear();
        }
        let select = self.wanted_connections(&goal);
        let regions = self.wanted_regions(&goal).map(|r| r.into_iter().collect());
        effects.extend(self.ask(now, &goal, Ask { refused: true, ..Ask::new(select, regions) }));
        effects.extend(self.arrange(now));
        self.notice = Some(Notice::plain(format!("asking anew: {}", self.goal_title(&goal))));
        effects
    }

    /// Asks again for the cells that failed, and for connections that could not be reached. Nothing else.
    pub(in crate::app) fn ask_failed(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(goal) = self.browse.here.clone() else { return Vec::new() };
        let (failed, unreached) = self.failed();
        let mut effects = Vec::new();
        if !unreached.is_empty() {
            let regions = self.wanted_regions(&goal).map(|r| r.into_iter().collect());
            effects.extend(self.ask(now, &goal, Ask::new(unreached, regions)));
        }
        if !failed.is_empty() {
            effects.extend(self.ask_only(now, &goal, failed));
        }
        effects.extend(self.arrange(now));
        effects
    }

    /// The cells that failed or were cut short, and the connections that could not be reached.
    pub(in crate::app) fn failed(&self) -> (Vec<CellKey>, Vec<ConnectionId>) {
        let Some((goal, list)) = self.listed() else { return (Vec::new(), Vec::new()) };
        // Those of an account that was not reached come with it.
        let reached = |key: &CellKey| !list.unreached.contains_key(&key.connection);
        let cells = list.cells.iter().filter(|(key, cell)| cell.has_failed() && self.browse.covers(goal, key));
        let cells = cells.filter(|(key, _)| reached(key));
        let unreached = list.unreached.keys().copied().filter(|id| self.browse.covers_connection(*id));
        (cells.map(|(key, _)| key.clone()).collect(), unreached.collect())
    }

    /// Whether there are any.
    pub(in crate::app) fn has_failed(&self) -> bool {
        self.listed().is_some_and(|(goal, list)| {
            list.unreached.keys().any(|id| self.browse.covers_connection(*id))
                || list.cells.iter().any(|(key, cell)| cell.has_failed() && self.browse.covers(goal, key))
        })
    }

    /// Has the second calls made that only some columns need.
    pub(in crate::app) fn load_late(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.browse.list_mut() {
            Some(list) if list.late != Late::All => list.late = Late::All,
            _ => return Vec::new(),
        }
        self.refresh_list(now)
    }

    /// Looks for tags in the kinds themselves where the tagging service may not be asked.
    pub(super) fn ask_instead(&mut self, now: Timestamp, goal: &Goal) -> Option<Effect> {
        let list = self.browse.lists.get_mut(goal)?;
        let instead = list.instead.clone()?;
        let refused = list.cells.iter().map(|(key, cell)| (key, &cell.state));
        let cells = cells_instead(refused, &instead.1, &self.catalog);
        // Where the tagging service answers now, its answer is enough.
        let tagged = list.cells.iter().filter(|(key, _)| key.kind.as_str() == TAGGED);
        let open = tagged.filter(|(_, cell)| !matches!(cell.state, CellState::Done { .. }));
        let open: BTreeSet<(ConnectionId, Option<Region>)> =
            open.map(|(key, _)| (key.connection, key.region.clone())).collect();
        let answered = |key: &CellKey| match key.region {
            Some(_) => !open.contains(&(key.connection, key.region.clone())),
            None => open.iter().all(|(connection, _)| *connection != key.connection),
        };
        list.cells.retain(|key, _| list.kinds.contains(&key.kind) || cells.contains(key) || !answered(key));
        // Each is asked once, whatever becomes of it.
        let new: Vec<CellKey> = cells.difference(&list.asked_instead).cloned().collect();
        list.asked_instead.extend(new.iter().cloned());
        let select: BTreeSet<ConnectionId> = new.iter().map(|key| key.connection).collect();
        let ask = Ask { only: Some(new), instead: Some(instead), ..Ask::new(select.into_iter().collect(), None) };
        self.ask(now, goal, ask)
    }

    /// Asks for some cells again, each for what it was asked for.
    fn ask_only(&mut self, now: Timestamp, goal: &Goal, cells: Vec<CellKey>) -> Vec<Effect> {
        let Some(list) = self.browse.lists.get(goal) else { return Vec::new() };
        let instead = list.instead.clone();
        let (own, others): (Vec<_>, Vec<_>) = cells.into_iter().partition(|key| list.kinds.contains(&key.kind));
        let mut effects = Vec::new();
        for (cells, instead) in [(own, None), (others, instead)] {
            let select: BTreeSet<ConnectionId> = cells.iter().map(|k| k.connection).collect();
            let ask = Ask { only: Some(cells), refused: true, instead, ..Ask::new(select.into_iter().collect(), None) };
            effects.extend(self.ask(now, goal, ask));
        }
        effects
    }

    /// Sends a request, and has the cells that it is about wait for it.
    fn ask(&mut self, now: Timestamp, goal: &Goal, ask: Ask) -> Option<Effect> {
        if ask.select.is_empty() {
            return None;
        }
        let ticket = self.ticket();
        let book = self.book.clone();
        let list = self.browse.lists.get_mut(goal)?;
        let about: BTreeSet<ConnectionId> = ask.select.iter().copied().collect();
        let only: Option<BTreeSet<&CellKey>> = ask.only.as_ref().map(|cells| cells.iter().collect());
        let meant = |key: &CellKey| match (&only, &ask.regions) {
            (Some(only), _) => only.contains(key),
            // Those that are asked instead come after it.
            _ if !list.kinds.contains(&key.kind) => false,
            (None, None) => about.contains(&key.connection),
            (None, Some(regions)) => {
                about.contains(&key.connection) && key.region.as_ref().is_none_or(|r| regions.contains(r))
            }
        };
        let meant: Vec<CellKey> = list.cells.keys().filter(|key| meant(key)).cloned().collect();
        for key in meant {
            list.cells.get_mut(&key).into_iter().for_each(|cell| cell.begin(ticket, now));
        }
        for key in ask.only.iter().flatten() {
            list.cells.entry(key.clone()).or_insert_with(|| Cell::new(ticket, now));
        }
        if ask.only.is_none() && ask.instead.is_none() {
            for id in &about {
                list.unreached.remove(id);
                let asked = match (list.asked.remove(id), &ask.regions) {
                    (_, None) | (Some(None), _) => None,
                    (had, Some(regions)) => {
                        Some(had.flatten().unwrap_or_default().into_iter().chain(regions.iter().cloned()).collect())
                    }
                };
                list.asked.insert(*id, asked);
            }
        }
        list.tickets.insert(ticket, about);
        let (find, kinds) = match ask.instead {
            Some((needle, kinds)) => (Some(needle), kinds),
            None => (list.find.clone(), list.kinds.clone()),
        };
        let listing = Listing {
            book,
            select: ask.select,
            kinds,
            regions: ask.regions,
            only: ask.only,
            late: list.late.clone(),
            ask_refused: ask.refused,
            find,
        };
        self.open.insert(ticket, BTreeSet::new());
        Some(Effect::Start { ticket, request: Request::List(Box::new(listing)) })
    }

    /// The connections that a goal is about, the one under the cursor first.
    fn wanted_connections(&self, goal: &Goal) -> Vec<ConnectionId> {
        let list = self.browse.lists.get(goal);
        let mut ids: Vec<ConnectionId> = match goal {
            Goal::Link(link) => vec![link.connection],
            _ => self.book.iter().map(|c| c.id).filter(|id| self.browse.covers_connection(*id)).collect(),
        };
        // An ARN names its account: no other is asked, if it is known which that is.
        if let Some(account) = list.and_then(|l| l.place.0.as_deref()) {
            ids.retain(|id| self.account_of(*id).is_none_or(|a| a.as_str() == account));
        }
        ids.sort_by_key(|id| Some(*id) != self.cursor);
        ids
    }

    /// The regions that a goal is about; `None`: all.
    fn wanted_regions(&self, goal: &Goal) -> Option<BTreeSet<Region>> {
        let list = self.browse.lists.get(goal);
        if let Some(region) = list.and_then(|l| l.place.1.clone()) {
            return Some(BTreeSet::from([region]));
        }
        match goal {
            Goal::Link(link) => link.region.clone().map(|region| BTreeSet::from([region])),
            _ if list.and_then(|l| l.kind.as_ref()).is_some_and(|k| k.scope != Scope::Regional) => None,
            _ => Some(self.browse.scope.regions.clone()).filter(|r| !r.is_empty()),
        }
    }
}

impl List {
    /// A request has ended early: those of whose cells it had named none are asked anew.
    pub(super) fn not_named(&mut self, ticket: Ticket, about: &BTreeSet<ConnectionId>) {
        let named: BTreeSet<ConnectionId> =
            self.cells.iter().filter(|(_, cell)| cell.ticket == ticket).map(|(key, _)| key.connection).collect();
        let unreached = &self.unreached;
        self.asked.retain(|id, _| !about.contains(id) || named.contains(id) || unreached.contains_key(id));
    }
}

impl Cell {
    fn has_failed(&self) -> bool {
        matches!(
            self.state,
            CellState::Failed { .. } | CellState::Cancelled | CellState::Partial { trouble: Trouble::Failed(_), .. }
        )
    }

    /// It is asked anew: its rows stand until it ends.
    pub(super) fn begin(&mut self, ticket: Ticket, now: Timestamp) {
        if self.old.is_empty() {
            self.old = std::mem::take(&mut self.blocks);
        }
        self.blocks.clear();
        self.notes.clear();
        self.ticket = ticket;
        self.named = false;
        self.state = CellState::Queued;
        self.since = now;
    }

    /// It ended. Without an answer its old rows stand, as what was known last.
    pub(super) fn end(&mut self, state: CellState, now: Timestamp) {
        let unanswered = matches!(
            state,
            CellState::Failed { .. } | CellState::Cancelled | CellState::Partial { trouble: Trouble::Failed(_), .. }
        );
        // A part of the new rows is less than what was known.
        if unanswered && !self.old.is_empty() {
            self.blocks = std::mem::take(&mut self.old);
        }
        self.old.clear();
        self.state = state;
        self.since = now;
    }
}

impl Browse {
    /// Lets go of lists beside those of whole kinds, those first that were looked at longest ago.
    fn forget_oldest(&mut self) {
        let mut others: Vec<(Timestamp, Goal)> = self
            .lists
            .iter()
            .filter(|(goal, _)| !matches!(goal, Goal::Kind(_)) && Some(*goal) != self.here.as_ref())
            .map(|(goal, list)| (list.seen, goal.clone()))
            .collect();
        others.sort();
        let many = others.len().saturating_sub(KEPT);
        for (_, goal) in others.into_iter().take(many) {
            self.lists.remove(&goal);
        }
    }
}
