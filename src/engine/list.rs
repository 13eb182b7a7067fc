//! Listing: which cells a question has, in what order they are asked, and what comes of them.
//!
//! Each target's session and regions come first. Of a kind that is asked in several regions, two go ahead: if both are
//! refused because no identity policy allows it, the others would be refused too, and each refusal is an event in the
//! customer's trail; so they are inferred. One that is answered opens the way for the rest.

use super::check::other_account;
use super::{Shared, Sink, find, locked};
use crate::catalog::kind::{Kind, Scope};
use crate::catalog::model::Service;
use crate::domain::{
    Batch, CellKey, CellState, CheckError, Connection, ConnectionId, Denial, End, ErrorClass, KindId, Late, Listing,
    Look, Needle, Part, Partition, Reason, Region, RegionFact, Regions, Secret, TargetFacts, Timestamp, Trouble,
};
use crate::providers::aws::calls::Calls;
use crate::providers::aws::list::{Listed, Lister, Looked, Out};
use crate::providers::aws::{AssumeError, Aws, Round, Session};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Regions of a kind that are asked before the others.
const AHEAD: usize = 2;

/// A target that was reached.
struct Target {
    connection: Connection,
    session: Arc<Session>,
    regions: Regions,
    /// For a session behind this one: it begins later, so that this one is not taken for new.
    renewing: Round,
}

/// One kind of one target: its cells share their fate where an identity policy refuses.
struct Lot {
    target: Arc<Target>,
    kind: Arc<Kind>,
    id: KindId,
    /// Not asked yet.
    waiting: VecDeque<Option<Region>>,
    /// Asked, and not ended.
    ahead: usize,
    refused: Vec<Denial>,
    /// One was answered: all may be asked.
    open: bool,
}

/// What a finished task says: which lot, which cell, and how it went.
type Ended = (usize, CellKey, CellState);

/// Asks every cell of a question.
pub(super) async fn all(shared: Arc<Shared>, listing: Listing, sink: Sink) -> End {
    let listing = Arc::new(listing);
    let round = Arc::new(Round::begin());
    let mut kinds = Vec::new();
    for id in &listing.kinds {
        match shared.catalog.kind(id) {
            Some(kind) => kinds.push((id.clone(), kind.clone())),
            None => return End::Failed(CheckError::new(ErrorClass::Invalid, format!("there is no kind {id}"))),
        }
    }
    let mut reaching: JoinSet<Option<Arc<Target>>> = JoinSet::new();
    let mut unreached: VecDeque<ConnectionId> = listing.select.iter().copied().collect();
    // What an ARN names stands in one account: the others need not even be reached.
    if let (Some(account), _) = arn_place(listing.find.as_ref()) {
        let elsewhere = |c: &Connection| c.account.as_ref().is_some_and(|known| known.as_str() != account);
        unreached.retain(|id| !listing.book.iter().any(|c| c.id == *id && elsewhere(c)));
    }
    let mut work: JoinSet<Ended> = JoinSet::new();
    let mut lots: Vec<Lot> = Vec::new();
    let mut ready = Ready::default();
    let most = 2 * shared.settings.concurrency.max(1);
    // One account that is asked to slow down leaves room for the others.
    let most_of_one = if listing.select.len() > 1 { most - most / 4 } else { most };
    loop {
        while reaching.len() < most
            && let Some(id) = unreached.pop_front()
        {
            reaching.spawn(reach(shared.clone(), round.clone(), listing.clone(), kinds.clone(), id, sink.clone()));
        }
        while work.len() < most
            && let Some((at, region)) = ready.next(most_of_one)
        {
            let lot = &lots[at];
            let cell = Cell {
                shared: shared.clone(),
                round: round.clone(),
                listing: listing.clone(),
                target: lot.target.clone(),
                kind: lot.kind.clone(),
                key: CellKey { connection: lot.target.connection.id, region, kind: lot.id.clone() },
                sink: sink.clone(),
            };
            work.spawn(async move { (at, cell.key.clone(), cell.run().await) });
        }
        tokio::select! {
            Some(reached) = reaching.join_next() => {
                let Ok(Some(target)) = reached else { continue };
                let first = lots.len();
                let cells = new_lots(&mut lots, &target, &kinds, &listing);
                if !cells.is_empty() {
                    sink.part(Part::Cells(cells)).await;
                }
                // Every kind's first regions before any kind's others.
                for (at, lot) in lots.iter_mut().enumerate().skip(first) {
                    let ahead = if listing.ask_refused { lot.waiting.len() } else { AHEAD };
                    release(lot, at, ahead, &mut ready);
                }
            }
            Some(ended) = work.join_next() => {
                let Ok((at, key, state)) = ended else { continue };
                ready.ended(key.connection);
                let lot = &mut lots[at];
                lot.ahead -= 1;
                match state {
                    CellState::Denied { denial, .. } if denial.reason == Reason::IdentityNoAllow => lot.refused.push(*denial),
                    // A region that is off says nothing about the others.
                    CellState::RegionOff => {}
                    _ => lot.open = true,
                }
                let known = lot.refused.len() >= AHEAD && !lot.open && !listing.ask_refused;
                if known && let Some(denial) = lot.refused.first() {
                    let cells = infer(denial, &mut lot.waiting, lot.target.connection.id, &lot.id);
                    if !cells.is_empty() {
                        sink.part(Part::Cells(cells)).await;
                    }
                } else if lot.open {
                    release(lot, at, lot.waiting.len(), &mut ready);
                } else if lot.ahead == 0 {
                    release(lot, at, 1, &mut ready);
                }
            }
            else => break,
        }
    }
    End::Done
}

/// Cells whose turn may come, fairly: the next is of the target that has the fewest under way.
#[derive(Default)]
struct Ready {
    /// By target, in the order in which they were reached.
    targets: Vec<Queue>,
}

struct Queue {
    connection: ConnectionId,
    running: usize,
    cells: VecDeque<(usize, Option<Region>)>,
}

impl Ready {
    fn of(&mut self, connection: ConnectionId) -> &mut Queue {
        let at = self.targets.iter().position(|q| q.connection == connection).unwrap_or_else(|| {
            self.targets.push(Queue { connection, running: 0, cells: VecDeque::new() });
            self.targets.len() - 1
        });
        &mut self.targets[at]
    }

    fn next(&mut self, most_of_one: usize) -> Option<(usize, Option<Region>)> {
        let waiting = self.targets.iter_mut().filter(|q| !q.cells.is_empty() && q.running < most_of_one);
        let queue = waiting.min_by_key(|q| q.running)?;
        queue.running += 1;
        queue.cells.pop_front()
    }

    fn ended(&mut self, connection: ConnectionId) {
        let queue = self.of(connection);
        queue.running = queue.running.saturating_sub(1);
    }
}

fn release(lot: &mut Lot, at: usize, many: usize, ready: &mut Ready) {
    let cells = &mut ready.of(lot.target.connection.id).cells;
    for region in lot.waiting.drain(..many.min(lot.waiting.len())) {
        lot.ahead += 1;
        cells.push_back((at, region));
    }
}

/// The cells that need not be asked.
fn infer(
    denial: &Denial,
    waiting: &mut VecDeque<Option<Region>>,
    connection: ConnectionId,
    kind: &KindId,
) -> Vec<(CellKey, CellState)> {
    let at = Timestamp::now();
    let cell = |region| {
        let key = CellKey { connection, region, kind: kind.clone() };
        (key, CellState::Denied { denial: Box::new(denial.clone()), inferred: true, at })
    };
    waiting.drain(..).map(cell).collect()
}

/// A target's session and regions, and its part to whoever asked; `None`: it could not be reached, which was said.
async fn reach(
    shared: Arc<Shared>,
    round: Arc<Round>,
    listing: Arc<Listing>,
    kinds: Vec<(KindId, Arc<Kind>)>,
    id: ConnectionId,
    sink: Sink,
) -> Option<Arc<Target>> {
    let no_target = |trouble| Part::NoTarget { connection: id, trouble };
    let failed = |why: &str| no_target(Trouble::Failed(CheckError::new(ErrorClass::Invalid, why)));
    let Some(connection) = listing.book.iter().find(|c| c.id == id).cloned() else {
        sink.part(failed("there is no such connection; it may have been removed")).await;
        return None;
    };
    let session = match session(&shared, &round, &listing.book, &connection).await {
        Ok(session) => session,
        Err(trouble) => {
            sink.part(no_target(trouble)).await;
            return None;
        }
    };
    let regional = kinds.iter().any(|(_, k)| k.scope == Scope::Regional);
    let needed = if regional { Some(listing.ask_refused) } else { None };
    let regions = regions(&shared, &round, &connection, &session, needed).await;
    let facts = TargetFacts { connection: id, account: session.account.clone(), regions: regions.clone() };
    sink.part(Part::Target(facts)).await;
    Some(Arc::new(Target { connection, session, regions, renewing: Round::begin() }))
}

/// A session of the account that the connection is pinned to.
async fn session(
    shared: &Shared,
    round: &Round,
    book: &[Connection],
    connection: &Connection,
) -> Result<Arc<Session>, Trouble> {
    let session = match shared.aws.usable_session(round, book, connection).await.outcome {
        Ok(session) => session,
        Err(AssumeError::Source(error)) => return Err(Trouble::Failed(error)),
        Err(AssumeError::Call(error)) => {
            return Err(match error.failure {
                crate::providers::aws::failure::Failure::Denied(denial) => Trouble::Denied(denial),
                crate::providers::aws::failure::Failure::NoAnswer(error) => Trouble::Failed(error),
            });
        }
    };
    match other_account(connection, session.account.as_str()) {
        Some(error) => Err(Trouble::Failed(error)),
        None => Ok(session),
    }
}

/// The account's regions: asked once a run, or anew, and assumed where it does not say; `needed` is `None` where no kind
/// has regions.
async fn regions(
    shared: &Shared,
    round: &Round,
    connection: &Connection,
    session: &Session,
    needed: Option<bool>,
) -> Regions {
    let key = (connection.id, session.account.clone());
    let known = locked(&shared.regions).get(&key).cloned();
    let known = match (known, needed) {
        (Some(known), None | Some(false)) => return known,
        // Nothing is asked, and nothing is assumed.
        (None, None) => return Regions { list: Vec::new(), assumed: false },
        (known, Some(_)) => known,
    };
    let calls = Calls::new(&shared.aws, round, connection, session);
    for region in Aws::ec2_regions(connection, session) {
        if let Ok((regions, _)) = calls.regions(region).await.result {
            locked(&shared.regions).insert(key, regions.clone());
            return regions;
        }
    }
    // What it said last is better than a guess.
    if let Some(known) = known {
        return known;
    }
    let assumed = match connection.regions.is_empty() {
        true => Region::assumed(&session.partition),
        false => connection.regions.clone(),
    };
    let fact = |region| RegionFact { region, opt_in: "unknown".to_owned(), enabled: true };
    Regions { list: assumed.into_iter().map(fact).collect(), assumed: true }
}

/// The regions of a target that a listing is about, and whether each is on. In front are those that most likely have
/// something: the connection's own, the base credentials', the partition's default.
fn places(target: &Target, listing: &Listing) -> Vec<(Region, Place)> {
    let on = |enabled| if enabled { Place::On } else { Place::Off };
    let mut all: Vec<(Region, Place)> = target.regions.list.iter().map(|f| (f.region.clone(), on(f.enabled))).collect();
    // Asked for by name: where the account does not say what it has, it may have it; where it does, there is none.
    let only = listing.only.iter().flatten().filter(|key| key.connection == target.connection.id);
    for named in listing.regions.iter().flatten().chain(only.filter_map(|key| key.region.as_ref())) {
        if named.partition() == target.session.partition && all.iter().all(|(known, _)| known != named) {
            all.push((named.clone(), if target.regions.assumed { Place::On } else { Place::Unknown }));
        }
    }
    let only = &target.connection.regions;
    all.retain(|(r, _)| {
        listing.regions.as_ref().is_none_or(|some| some.contains(r)) && (only.is_empty() || only.contains(r))
    });
    let first = Aws::ec2_regions(&target.connection, &target.session);
    all.sort_by_key(|(region, _)| first.iter().position(|r| r == region).unwrap_or(usize::MAX));
    all
}

/// How a region stands in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    On,
    Off,
    /// The account has no such region, on or off.
    Unknown,
}

/// A target's cells: those that are known without a call, and lots of those that are to be asked.
fn new_lots(
    lots: &mut Vec<Lot>,
    target: &Arc<Target>,
    kinds: &[(KindId, Arc<Kind>)],
    listing: &Listing,
) -> Vec<(CellKey, CellState)> {
    let mut cells = Vec::new();
    let connection = target.connection.id;
    let wanted = |key: &CellKey| listing.only.as_ref().is_none_or(|some| some.contains(key));
    let (account, arn_region) = arn_place(listing.find.as_ref());
    if account.is_some_and(|a| a != target.session.account.as_str()) {
        return cells;
    }
    let regional = places(target, listing);
    for (id, kind) in kinds {
        let mut waiting = VecDeque::new();
        let places: Vec<(Option<Region>, Place)> = match kind.scope {
            Scope::Global | Scope::GlobalRowRegion => vec![(None, Place::On)],
            Scope::Regional => regional.iter().map(|(r, place)| (Some(r.clone()), *place)).collect(),
        };
        let service = Service::load(&kind.list.service).ok();
        for (region, place) in places {
            let here = region.as_ref().is_none_or(|r| arn_region.is_none_or(|wanted| wanted == r.as_str()));
            let key = CellKey { connection, region: region.clone(), kind: id.clone() };
            if !here || !wanted(&key) {
                continue;
            }
            let partition = target.session.partition.as_str();
            let offered = region.as_ref().zip(service).and_then(|(r, s)| s.offered(partition, r.as_str()));
            let state = match (place, offered) {
                (Place::Off, _) => CellState::RegionOff,
                (Place::Unknown, _) => CellState::Failed { error: no_region(&key), at: Timestamp::now() },
                (Place::On, Some(false)) => CellState::NotOffered,
                (Place::On, _) => CellState::Queued,
            };
            if state == CellState::Queued {
                waiting.push_back(region);
            }
            cells.push((key, state));
        }
        if !waiting.is_empty() {
            lots.push(Lot {
                target: target.clone(),
                kind: kind.clone(),
                id: id.clone(),
                waiting,
                ahead: 0,
                refused: Vec::new(),
                open: false,
            });
        }
    }
    cells
}

fn no_region(key: &CellKey) -> CheckError {
    let name = key.region.as_ref().map_or("", Region::as_str);
    CheckError::new(ErrorClass::Invalid, format!("the account knows no region {name}; cloudivize regions lists them"))
}

/// The account and the region that an ARN names; an ARN of a global service has no region, one of S3 neither.
fn arn_place(find: Option<&Needle>) -> (Option<&str>, Option<&str>) {
    let Some(Needle::Arn(arn)) = find else { return (None, None) };
    // Policies of AWS itself are seen from every account.
    let field = |at| arn.splitn(6, ':').nth(at).filter(|t: &&str| !t.is_empty() && *t != "aws");
    (field(4), field(3))
}

/// One cell on its way.
struct Cell {
    shared: Arc<Shared>,
    round: Arc<Round>,
    listing: Arc<Listing>,
    target: Arc<Target>,
    kind: Arc<Kind>,
    key: CellKey,
    sink: Sink,
}

impl Cell {
    async fn run(&self) -> CellState {
        self.tell(CellState::Loading).await;
        let state = match asked_region(&self.kind, self.key.region.as_ref(), &self.target.session.partition) {
            Some(region) => self.list(&region).await,
            None => CellState::NotOffered,
        };
        self.tell(state.clone()).await;
        state
    }

    async fn list(&self, region: &Region) -> CellState {
        let connection = &self.target.connection;
        let session = match self.session().await {
            Ok(session) => session,
            Err(Trouble::Denied(denial)) => {
                return CellState::Denied { denial, inferred: false, at: Timestamp::now() };
            }
            Err(Trouble::Failed(error)) => return CellState::Failed { error, at: Timestamp::now() },
        };
        let gate = self.shared.paces.gate(session.account.clone());
        let lister = Lister {
            calls: Calls::new(&self.shared.aws, &self.round, connection, &session),
            catalog: &self.shared.catalog,
            account: &session.account,
            partition: &session.partition,
            region,
            gate: &gate,
            late: &self.listing.late,
        };
        let mut rows = Rows { key: &self.key, sink: &self.sink };
        let listed = lister.list(&self.kind, self.listing.find.as_ref(), &mut rows).await;
        if !listed.notes.is_empty() {
            self.sink.part(Part::Notes { cell: self.key.clone(), notes: listed.notes.clone() }).await;
        }
        ended(listed, self.target.regions.assumed, Timestamp::now())
    }

    /// The target's session, or another where that is about to end: a long listing outlives one. Nobody is asked for a
    /// code in the middle of it.
    async fn session(&self) -> Result<Arc<Session>, Trouble> {
        let Target { session: own, connection, renewing, .. } = &*self.target;
        if own.used_code || own.lasts() {
            return Ok(own.clone());
        }
        let session = session(&self.shared, renewing, &self.listing.book, connection).await?;
        if session.account != own.account {
            let words = format!("{} leads to another account now: list again", connection.name);
            return Err(Trouble::Failed(CheckError::new(ErrorClass::Invalid, words)));
        }
        Ok(session)
    }

    async fn tell(&self, state: CellState) {
        self.sink.part(Part::Cells(vec![(self.key.clone(), state)])).await;
    }
}

/// How a cell stands after its list ended.
fn ended(listed: Listed, assumed: bool, at: Timestamp) -> CellState {
    match listed.trouble {
        None => CellState::Done { at },
        // The same code means a key that is no longer good; where the account says what is on, that is believed.
        Some(Trouble::Failed(error)) if error.class == ErrorClass::RegionOff && assumed => CellState::RegionOff,
        Some(trouble) if listed.rows > 0 => CellState::Partial { trouble, at },
        Some(Trouble::Denied(denial)) => CellState::Denied { denial, inferred: false, at },
        Some(Trouble::Failed(error)) => CellState::Failed { error, at },
    }
}

/// Where a cell is asked: in its region; a global kind in its partition's default region, or in the one region where
/// the service is.
fn asked_region(kind: &Kind, region: Option<&Region>, partition: &Partition) -> Option<Region> {
    if let Some(region) = region {
        return Some(region.clone());
    }
    let default = partition.default_region()?;
    let service = Service::load(&kind.list.service).ok()?;
    if service.offered(partition.as_str(), default.as_str()) != Some(false) {
        return Some(default);
    }
    service.home(partition.as_str()).and_then(|r| Region::parse(r).ok())
}

/// Hands a cell's rows over as they come.
struct Rows<'a> {
    key: &'a CellKey,
    sink: &'a Sink,
}

impl Out for Rows<'_> {
    fn rows(&mut self, batch: Arc<Batch>) -> BoxFuture<'_, ()> {
        Box::pin(self.sink.part(Part::Rows { cell: self.key.clone(), batch }))
    }
}

/// Reads one asset again.
pub(super) async fn look(shared: &Shared, look: &Look, sink: &Sink) -> End {
    let connection = match find(&look.book, look.cell.connection) {
        Ok(connection) => connection,
        Err(end) => return end,
    };
    let failed = |trouble| match trouble {
        Trouble::Failed(error) => End::Failed(error),
        Trouble::Denied(denial) => End::Failed(CheckError {
            class: ErrorClass::Other,
            code: denial.code.clone(),
            message: format!("not permitted: {}", denial.message),
        }),
    };
    let Some(kind) = shared.catalog.kind(&look.cell.kind) else {
        return End::Failed(CheckError::new(ErrorClass::Invalid, format!("there is no kind {}", look.cell.kind)));
    };
    let round = Round::begin();
    let session = match session(shared, &round, &look.book, connection).await {
        Ok(session) => session,
        Err(trouble) => return failed(trouble),
    };
    let own = look.asset.region.clone().filter(|_| kind.get.is_some());
    let Some(region) = own.or_else(|| asked_region(kind, look.cell.region.as_ref(), &session.partition)) else {
        return End::Failed(CheckError::new(ErrorClass::Unsupported, format!("{} is not offered here", kind.title)));
    };
    let gate = shared.paces.gate(session.account.clone());
    let lister = Lister {
        calls: Calls::new(&shared.aws, &round, connection, &session),
        catalog: &shared.catalog,
        account: &session.account,
        partition: &session.partition,
        region: &region,
        gate: &gate,
        late: &Late::All,
    };
    let (cell, id) = (look.cell.clone(), look.asset.id.clone());
    let part = match lister.look(kind, &look.asset, look.reveal).await {
        Err(trouble) => return failed(trouble),
        Ok(None) => Part::Item { cell, id, json: None, batch: None, hidden: false, notes: Vec::new() },
        Ok(Some(Looked { json, batch, hidden, notes })) => {
            Part::Item { cell, id, json: Some(Secret::new(json)), batch: Some(batch), hidden, notes }
        }
    };
    sink.part(part).await;
    End::Done
}
