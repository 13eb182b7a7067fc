//! How cells stand, summed up: over everything, for an account, for a region; and what keeps rows away, said once.

use super::{Cell, Goal, List};
use crate::app::detail::{reason, reason_words};
use crate::app::{Line, Pane, RegionRow, State};
use crate::catalog::kind::Scope;
use crate::domain::{CellKey, CellState, CheckError, ConnectionId, Denial, Mark, Region, Role, Trouble};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A cell that takes longer than this is slow, in milliseconds.
pub(super) const SLOW: i64 = 5_000;

/// How some cells stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Their rows, each account and region once.
    pub rows: usize,
    /// Cells that are over and can have rows.
    pub over: usize,
    /// Cells that can have rows.
    pub all: usize,
    /// Refused ones.
    pub denied: usize,
    /// Those without an answer.
    pub failed: usize,
    /// Those that somebody cut short.
    pub cut: usize,
    /// Those that take long.
    pub slow: usize,
    /// Regions that are off.
    pub off: usize,
    /// Regions without the service.
    pub absent: usize,
    /// Cells whose rows are not all there.
    pub missing: usize,
    /// There may be cells that nobody knows of: an account was not reached.
    pub beyond: bool,
}

impl Count {
    fn add(&mut self, cell: &Cell, now: crate::domain::Timestamp) {
        match &cell.state {
            CellState::RegionOff => return self.off += 1,
            CellState::NotOffered => return self.absent += 1,
            CellState::Denied { .. } => self.denied += 1,
            CellState::Failed { .. } => self.failed += 1,
            CellState::Cancelled => self.cut += 1,
            CellState::Partial { trouble, .. } => match trouble {
                Trouble::Denied(_) => self.denied += 1,
                Trouble::Failed(_) => self.failed += 1,
            },
            CellState::Loading if cell.is_slow(now) => self.slow += 1,
            _ => {}
        }
        self.all += 1;
        self.over += usize::from(cell.has_ended());
        self.missing += usize::from(!cell.state.is_complete());
    }

    /// The same in a word, with a mark for those that have no number; `812`, `≥ 401`, `denied`, `off`.
    pub fn words(&self) -> (Option<Mark>, Cow<'static, str>) {
        let word = |mark, word: &'static str| (Some(mark), Cow::Borrowed(word));
        match () {
            () if self.all == 0 && self.off > 0 => word(Mark::NotApplicable, "off"),
            () if self.all == 0 && self.absent > 0 => word(Mark::NotApplicable, "not offered"),
            () if self.all == 0 && self.rows == 0 => (None, Cow::Borrowed("")),
            () if self.rows > 0 && (self.missing > 0 || self.beyond) => {
                (None, Cow::Owned(format!("≥ {}", thousands(self.rows))))
            }
            () if self.rows > 0 || (self.missing == 0 && !self.beyond) => (None, Cow::Owned(thousands(self.rows))),
            () if self.over + self.cut < self.all => word(Mark::Testing, "loading"),
            () if self.denied == self.all => word(Mark::Denied, "denied"),
            // Some have none, of the others it is not known.
            () if self.missing < self.all => (None, Cow::Borrowed("≥ 0")),
            () if self.denied > 0 => word(Mark::Denied, "denied"),
            () if self.cut > 0 => word(Mark::Untested, "stopped"),
            () => word(Mark::Untested, "failed"),
        }
    }
}

/// How everything that is listed stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All cells.
    pub cells: Count,
    /// Assets, each once.
    pub total: usize,
    /// There may be more.
    pub at_least: bool,
    /// Connections that are through, and all.
    pub accounts: (usize, usize),
    /// Connections that were refused, or could not be reached.
    pub unreached: (usize, usize),
}

/// `1284` as `1,284`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// How everything that is listed stands.
pub fn tally_of(state: &State) -> Tally {
    let Some((goal, list)) = state.listed() else { return Tally::default() };
    let mut tally = Tally { total: list.table.total, ..Tally::default() };
    let connections = state.scope_connections();
    let mut open: BTreeSet<ConnectionId> = BTreeSet::new();
    let mut known: BTreeSet<ConnectionId> = BTreeSet::new();
    for (key, cell) in covered(state, goal, list) {
        tally.cells.add(cell, state.now);
        known.insert(key.connection);
        if !cell.has_ended() {
            open.insert(key.connection);
        }
    }
    for id in &connections {
        match list.unreached.get(id) {
            Some(Trouble::Denied(_)) => tally.unreached.0 += 1,
            Some(Trouble::Failed(_)) => tally.unreached.1 += 1,
            None => {}
        }
    }
    let asking: BTreeSet<ConnectionId> = list.tickets.values().flatten().copied().collect();
    let through = |id: &&ConnectionId| {
        // One that could not be reached has not answered.
        let reached = !list.unreached.contains_key(id);
        reached && ((known.contains(id) && !open.contains(id)) || !asking.contains(id))
    };
    tally.accounts = (connections.iter().filter(through).count(), connections.len());
    tally.at_least =
        tally.cells.missing > 0 || connections.iter().any(|id| list.unreached.contains_key(id) || !known.contains(id));
    tally
}

/// The cells that are counted.
pub(super) fn covered<'a>(
    state: &'a State,
    goal: &'a Goal,
    list: &'a List,
) -> impl Iterator<Item = (&'a CellKey, &'a Cell)> {
    // Of an account that could not be reached that alone is said.
    let reached = |key: &CellKey| !list.unreached.contains_key(&key.connection);
    list.cells.iter().filter(move |(key, _)| state.browse.covers(goal, key) && reached(key))
}

/// What the accounts pane says of a connection.
pub fn accounts_tally(state: &State, id: ConnectionId) -> (Option<Mark>, Cow<'static, str>) {
    let Some((goal, list)) = state.listed() else { return (None, Cow::Borrowed("")) };
    if !state.scope_connections().contains(&id) {
        return (None, Cow::Borrowed(""));
    }
    match list.unreached.get(&id) {
        Some(Trouble::Denied(_)) => return (Some(Mark::Denied), Cow::Borrowed("no access")),
        Some(Trouble::Failed(_)) => return (Some(Mark::Untested), Cow::Borrowed("not reached")),
        None => {}
    }
    let mut count = Count::default();
    for (_, cell) in covered(state, goal, list).filter(|(key, _)| key.connection == id) {
        count.add(cell, state.now);
        count.rows += cell.rows();
    }
    let asking = list.tickets.values().any(|about| about.contains(&id));
    match count.all + count.off + count.absent {
        0 if asking => (Some(Mark::Testing), Cow::Borrowed("loading")),
        0 if list.asked.contains_key(&id) => (None, Cow::Borrowed("0")),
        _ => count.words(),
    }
}

/// The regions of everything in scope, with what is known of each.
pub fn region_counts(state: &State) -> Vec<RegionRow> {
    let Some((_, list)) = state.listed() else { return Vec::new() };
    let scope: BTreeSet<ConnectionId> = state.scope_connections().into_iter().collect();
    let marks = &state.browse.scope.regions;
    // Regions that only rows name.
    let rows = list.cells.values().flat_map(|cell| cell.shown()).flat_map(|block| block.batch.rows());
    let own: BTreeSet<Region> = match list.kind.as_ref().map(|k| k.scope) {
        Some(Scope::GlobalRowRegion) => rows.filter_map(|row| Region::parse(row.region()).ok()).collect(),
        _ => BTreeSet::new(),
    };
    let mut counts: BTreeMap<&Region, Count> = own.iter().map(|region| (region, Count::default())).collect();
    let mut enabled: BTreeSet<&Region> = BTreeSet::new();
    for id in &scope {
        if let Some(target) = state.browse.targets.get(id) {
            for (region, on) in &target.regions {
                counts.entry(region).or_default();
                if *on {
                    enabled.insert(region);
                }
            }
        } else if let Some(facts) = state.standings.get(id).and_then(|s| s.report.as_ref()?.facts.regions.as_ref()) {
            for fact in &facts.list {
                counts.entry(&fact.region).or_default();
                if fact.enabled {
                    enabled.insert(&fact.region);
                }
            }
        }
    }
    for region in marks {
        counts.entry(region).or_default();
    }
    // The same account through two connections counts once.
    let mut most: BTreeMap<(&Region, &str), usize> = BTreeMap::new();
    for (key, cell) in list.cells.iter().filter(|(key, _)| scope.contains(&key.connection)) {
        let Some(region) = &key.region else { continue };
        if !list.unreached.contains_key(&key.connection) {
            counts.entry(region).or_default().add(cell, state.now);
        }
        let account = state.browse.targets.get(&key.connection).and_then(|t| t.account.as_ref());
        let account = account.map_or("", |a| a.as_str());
        let rows = most.entry((region, account)).or_default();
        *rows = cell.rows().max(*rows);
    }
    for ((region, _), rows) in most {
        if let Some(count) = counts.get_mut(region) {
            count.rows += rows;
        }
    }
    let scope_of = list.kind.as_ref().map(|k| k.scope);
    let global = scope_of == Some(Scope::Global);
    // One cell has the rows of all regions.
    if scope_of == Some(Scope::GlobalRowRegion) {
        let cells = || list.cells.iter().filter(|(key, _)| scope.contains(&key.connection));
        let missing = cells().any(|(_, cell)| !cell.state.is_complete());
        // The same account through two connections counts once.
        let mut most: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (_, cell) in cells() {
            let mut found: BTreeMap<&str, usize> = BTreeMap::new();
            let rows = cell.shown().iter().flat_map(|block| block.batch.rows());
            rows.for_each(|row| *found.entry(row.region()).or_default() += 1);
            let account = cell.shown().first().map_or("", |block| block.cell.account.as_str());
            for (region, rows) in found {
                let known = most.entry((region, account)).or_default();
                *known = rows.max(*known);
            }
        }
        for (region, count) in &mut counts {
            count.rows = most.iter().filter(|((r, _), _)| *r == region.as_str()).map(|(_, rows)| rows).sum();
            count.beyond = missing;
        }
    }
    // Which regions an account has that could not be reached is not known.
    if scope.iter().any(|id| list.unreached.contains_key(id)) {
        counts.values_mut().for_each(|count| count.beyond = true);
    }
    let hidden = |count: &Count| state.browse.hide_denied && count.words().0 == Some(Mark::Denied);
    counts
        .into_iter()
        .filter(|(_, count)| !hidden(count))
        .map(|(region, count)| {
            let (mark, word) = match count.words() {
                _ if global => (None, Cow::Borrowed("")),
                (None, word) if word.is_empty() && !enabled.contains(region) && !enabled.is_empty() => {
                    (Some(Mark::NotApplicable), Cow::Borrowed("off"))
                }
                words => words,
            };
            RegionRow {
                place: region.place().unwrap_or_default(),
                mark: mark.unwrap_or(Mark::Allowed),
                word,
                marked: Some(marks.contains(region)),
                region: region.clone(),
            }
        })
        .collect()
}

/// What keeps rows away, over every cell where it is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Woe {
    /// What it is.
    pub trouble: Trouble,
    /// What was refused.
    pub actions: BTreeSet<String>,
    /// Through which connections.
    pub connections: BTreeSet<ConnectionId>,
    /// In which regions.
    pub regions: BTreeSet<Region>,
    /// Which cells; none where a connection could not be reached at all.
    pub cells: Vec<CellKey>,
    /// In how many of them it was not asked, but concluded.
    pub inferred: usize,
}

/// What is the same about two troubles: who denied what, or what failed how.
type Sameness<'a> = (u8, &'a str, &'a str, &'a str);

/// A trouble where it stands: there can be thousands, and few different ones.
#[derive(Clone, Copy)]
enum Seen<'a> {
    Denied(&'a Denial),
    Failed(&'a CheckError),
}

impl<'a> Seen<'a> {
    fn of(trouble: &'a Trouble) -> Self {
        match trouble {
            Trouble::Denied(denial) => Self::Denied(denial),
            Trouble::Failed(error) => Self::Failed(error),
        }
    }

    /// Why a cell's rows are not all there.
    fn in_state(state: &'a CellState) -> Option<Self> {
        match state {
            CellState::Denied { denial, .. } => Some(Self::Denied(denial)),
            CellState::Failed { error, .. } => Some(Self::Failed(error)),
            CellState::Partial { trouble, .. } => Some(Self::of(trouble)),
            _ => None,
        }
    }

    /// Where kinds are many, each with its own action, the reason alone tells refusals apart.
    fn sameness(self, many: bool) -> Sameness<'a> {
        match self {
            Self::Denied(d) if many => (0, "", reason_words(d.reason), d.policy_arn.as_deref().unwrap_or_default()),
            Self::Denied(d) => (0, action(d), reason_words(d.reason), d.policy_arn.as_deref().unwrap_or_default()),
            Self::Failed(e) => (1, e.class.word(), e.code.as_deref().unwrap_or_default(), &e.message),
        }
    }

    /// The same with no cell yet.
    fn woe(self) -> Woe {
        let trouble = match self {
            Self::Denied(denial) => Trouble::Denied(Box::new(denial.clone())),
            Self::Failed(error) => Trouble::Failed(error.clone()),
        };
        let (connections, regions, cells) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        Woe { trouble, actions: BTreeSet::new(), connections, regions, cells, inferred: 0 }
    }

    /// Counts it among those that are the same.
    fn join<'w>(self, found: &'w mut BTreeMap<Sameness<'a>, Woe>, many: bool) -> &'w mut Woe {
        let woe = found.entry(self.sameness(many)).or_insert_with(|| self.woe());
        if let Self::Denied(denial) = self
            && !woe.actions.contains(action(denial))
        {
            woe.actions.insert(action(denial).to_owned());
        }
        woe
    }
}

/// Everything that keeps rows away, refusals first, each said once.
pub fn woes(state: &State) -> Vec<Woe> {
    let Some((goal, list)) = state.listed() else { return Vec::new() };
    let mut found: BTreeMap<Sameness<'_>, Woe> = BTreeMap::new();
    for id in state.scope_connections() {
        if let Some(trouble) = list.unreached.get(&id) {
            // Not to be let in at all is another thing than to be refused one.
            Seen::of(trouble).join(&mut found, false).connections.insert(id);
        }
    }
    for (key, cell) in covered(state, goal, list) {
        if let Some(seen) = Seen::in_state(&cell.state) {
            let woe = seen.join(&mut found, list.kind.is_none());
            woe.connections.insert(key.connection);
            woe.regions.extend(key.region.clone());
            woe.cells.push(key.clone());
            woe.inferred += usize::from(matches!(cell.state, CellState::Denied { inferred: true, .. }));
        }
    }
    found.into_values().collect()
}

impl Woe {
    /// What was refused, in a few words: `ec2:DescribeVpcs, ec2:DescribeVolumes and 3 more`.
    pub fn refused(&self) -> String {
        let names: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        match names.as_slice() {
            [a, b, _, rest @ ..] if !rest.is_empty() => format!("{a}, {b} and {} more", rest.len() + 1),
            few => few.join(", "),
        }
    }

    /// Whether the cloud refused.
    pub fn is_denied(&self) -> bool {
        matches!(self.trouble, Trouble::Denied(_))
    }

    /// Whether a policy that lists the kind may help: not where a policy from above forbids it, nor where the connection
    /// is not even let in.
    pub fn can_be_allowed(&self) -> bool {
        !self.cells.is_empty() && matches!(&self.trouble, Trouble::Denied(denial) if denial.allow_may_help())
    }

    /// The same in a line: who, what, where, why.
    pub fn words(&self, state: &State) -> String {
        let names: Vec<&str> =
            self.connections.iter().filter_map(|id| state.connection(*id)).map(|c| c.name.as_str()).collect();
        let who = match names.as_slice() {
            [one] => (*one).to_owned(),
            [one, two] => format!("{one}, {two}"),
            many => format!("{} accounts", many.len()),
        };
        let place = match self.regions.len() {
            0 => String::new(),
            1 => self.regions.iter().map(|r| format!(" in {r}")).collect(),
            n => format!(" in {n} regions"),
        };
        let concluded = match self.inferred {
            0 => String::new(),
            n => format!("; {n} not asked, the others were refused alike"),
        };
        match &self.trouble {
            Trouble::Denied(denial) if self.cells.is_empty() => {
                format!("{who}: not let in: {} ({})", self.refused(), reason(denial))
            }
            Trouble::Denied(denial) => {
                format!("{who}: not permitted: {}{place} ({}{concluded})", self.refused(), reason(denial))
            }
            Trouble::Failed(error) if self.cells.is_empty() => format!("{who}: not reached: {}", error.message),
            Trouble::Failed(error) => format!("{who}: failed{place}: {}", error.message),
        }
    }
}

/// The action that was refused.
pub(in crate::app) fn action(denial: &Denial) -> &str {
    denial.action.as_deref().unwrap_or("the request")
}

/// The lines at the table's foot: what keeps rows away, as far as there is room for it.
pub fn foot(state: &State, room: usize) -> Vec<Line> {
    let all = state.browse.list().map_or(&[][..], |list| &list.woes);
    let woes: Vec<&Woe> = all.iter().filter(|w| !(state.browse.hide_denied && w.is_denied())).collect();
    // A third of the pane at most, and in a small one a line.
    let most = (room / 3).clamp(1, 3);
    let shown = if woes.len() > most { most - 1 } else { most };
    let mut lines: Vec<Line> = Vec::new();
    let mut told = false;
    for woe in woes.iter().take(shown) {
        let role = if woe.is_denied() { Role::Denied } else { Role::Untested };
        let mark = if woe.is_denied() { Mark::Denied } else { Mark::Untested };
        let mut line = Line::of(role, format!("{} ", mark.symbol(false))).and(Role::Text, woe.words(state));
        if woe.can_be_allowed() && !told {
            line = line.and(Role::Key, "   {key:snippet}").and(Role::Quiet, " policy");
            told = true;
        } else if woe.is_denied() && woe.cells.is_empty() {
            line = line.and(Role::Key, "   {key:fleet}").and(Role::Quiet, " fleet");
        } else if !woe.is_denied() {
            line = line.and(Role::Key, "   {key:ask-failed}").and(Role::Quiet, " again");
        }
        lines.push(line);
    }
    let rest = woes.len().saturating_sub(shown);
    if rest > 0 {
        let words =
            if shown == 0 { format!("{rest} reasons keep rows away") } else { format!("and {rest} reasons more") };
        let denied = woes.iter().skip(shown).any(|w| w.is_denied());
        let mark = if denied { Mark::Denied } else { Mark::Untested };
        lines.push(
            Line::of(mark.role(), format!("{} ", mark.symbol(false)))
                .and(Role::Text, words)
                .and(Role::Key, "   {key:cells}")
                .and(Role::Quiet, " shows all"),
        );
    }
    lines
}

impl State {
    /// How many rows the foot of the table takes.
    pub(in crate::app) fn foot_rows(&self, room: usize) -> usize {
        if room < 4 { 0 } else { foot(self, room).len() }
    }

    /// What stands in place of rows where there are none: nothing there, everything denied, loading, or filtered away.
    pub fn no_rows(&self) -> String {
        let Some((_, list)) = self.listed() else { return String::new() };
        let tally = tally_of(self);
        let (cells, title) = (tally.cells, list.kind.as_ref().map_or("assets", |k| k.title.as_str()));
        if !list.table.blocks.is_empty() && list.table.total > 0 {
            let unknown = match list.table.unknown {
                0 => String::new(),
                n => format!(
                    " {} could not be judged: what the filter asks for is not loaded; {{key:load-late}} loads it.",
                    thousands(n)
                ),
            };
            return format!(
                "The filter hides all {} rows.{unknown} {{key:back}} clears it.",
                thousands(list.table.total)
            );
        }
        if !list.tickets.is_empty() {
            return match list.find {
                Some(_) => "Searching…".to_owned(),
                None => format!("Loading {title}…"),
            };
        }
        let refused = cells.denied + tally.unreached.0;
        let failed = cells.failed + tally.unreached.1;
        match () {
            () if self.book.is_empty() => "There is no connection yet: {key:new-connection} makes one.".to_owned(),
            () if cells.all + tally.unreached.0 + tally.unreached.1 == 0 && cells.off + cells.absent > 0 => {
                format!("{title} exist in none of these regions: the service is not there, or the region is off.")
            }
            () if cells.all + tally.unreached.0 + tally.unreached.1 == 0 => {
                "Nothing was asked yet; {key:refresh} asks.".to_owned()
            }
            () if refused > 0 && refused >= cells.all + tally.unreached.0 + tally.unreached.1 => {
                "Not permitted anywhere: what there is, is not known. {key:snippet} shows the policy.".to_owned()
            }
            () if refused > 0 => {
                let some = |n: usize, word: &str| match n {
                    0 => String::new(),
                    n => format!(", {} {word}", thousands(n)),
                };
                let others = some(failed, "failed") + &some(cells.cut, "cut short");
                format!("None where it could be asked. {} refused{others}: there, it is not known.", thousands(refused))
            }
            () if failed + cells.cut > 0 => {
                "Nothing arrived, and not all could be asked: {key:ask-failed} asks again.".to_owned()
            }
            () if list.find.is_some() => "Nothing like it is there: everything was searched.".to_owned(),
            () => format!("There are no {title} here: everything was asked."),
        }
    }

    /// Whether pane 3 has the focus and shows assets.
    pub fn is_at_assets(&self) -> bool {
        self.is_browsing() && matches!(self.focus, Pane::Checks | Pane::Detail)
    }
}
