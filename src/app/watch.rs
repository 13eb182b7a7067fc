//! Testing again what is broken until it is mended.
//!
//! A person changes a policy in a console and waits here. The tests come by themselves, in growing
//! pauses, because a refused one is an event in somebody's CloudTrail; after a while they stop.

use super::{Effect, Line, Mended, Notice, Standing, State};
use crate::domain::{ConnectionId, Pauses, ProbeMode, Role, Timestamp};
use std::collections::BTreeMap;

/// How long a watch goes on without anything being mended, in milliseconds.
const LIMIT: i64 = 15 * 60 * 1000;

/// Connections that are tested again until they are mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The connections, and since when each is watched.
    pub waiting: BTreeMap<ConnectionId, Timestamp>,
    /// When the next test begins; `None` while one runs.
    pub next_at: Option<Timestamp>,
    /// When it ends, if nothing is mended until then.
    pub until: Timestamp,
    /// How often it has tested.
    pub rounds: u32,
    /// How each connection was after its last test here, in the words of the list.
    seen: BTreeMap<ConnectionId, String>,
    pauses: Pauses,
}

impl State {
    /// Whether a connection is being watched.
    pub fn is_watched(&self, id: ConnectionId) -> bool {
        self.watch.as_ref().is_some_and(|w| w.waiting.contains_key(&id))
    }

    /// Watches a connection, or leaves off.
    pub(super) fn toggle_watch(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(id) = self.cursor else { return Vec::new() };
        if !self.is_watched(id) {
            return self.watch(now, vec![id]);
        }
        let name = self.name_of(id);
        if let Some(watch) = &mut self.watch {
            watch.waiting.remove(&id);
            if watch.waiting.is_empty() {
                self.watch = None;
            }
        }
        self.notice = Some(Notice::plain(format!("{name} is not watched any more")));
        Vec::new()
    }

    /// Begins to watch some connections, or adds them: the first test is at once.
    pub(super) fn watch(&mut self, now: Timestamp, ids: Vec<ConnectionId>) -> Vec<Effect> {
        let ids = self.without_codes(ids);
        if ids.is_empty() {
            return Vec::new();
        }
        let mut waiting = self.watch.take().map(|w| w.waiting).unwrap_or_default();
        waiting.extend(ids.into_iter().map(|id| (id, now)));
        let until = Timestamp(now.0 + LIMIT);
        self.watch =
            Some(Watch { waiting, next_at: None, until, rounds: 0, seen: BTreeMap::new(), pauses: Pauses::default() });
        self.round()
    }

    /// Tests what is being watched. A finding about the ExternalId alone needs the probe, which is asked for nowhere else.
    fn round(&mut self) -> Vec<Effect> {
        let Some(watch) = &mut self.watch else { return Vec::new() };
        watch.next_at = None;
        watch.rounds += 1;
        let standings = &self.standings;
        let only_exposed = |id: &ConnectionId| standings.get(id).is_some_and(|s| s.is_exposed() && !s.is_broken());
        let (exposed, others): (Vec<_>, Vec<_>) = watch.waiting.keys().copied().partition(only_exposed);
        let mut effects = self.test(others, ProbeMode::Sparing);
        effects.extend(self.test(exposed, ProbeMode::Force));
        effects
    }

    /// The time for the next test has come, or not yet.
    pub(super) fn watch_wakes(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.watch.as_ref().and_then(|w| w.next_at) {
            Some(at) if at <= now => self.round(),
            _ => Vec::new(),
        }
    }

    /// A test has ended: says what is mended, and when it goes on.
    pub(super) fn watch_goes_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(watch) = &self.watch else { return Vec::new() };
        let ids: Vec<(ConnectionId, Timestamp)> = watch.waiting.iter().map(|(id, since)| (*id, *since)).collect();
        let well = |id: &ConnectionId| self.standings.get(id).is_none_or(Standing::is_well);
        let (mended, waiting): (Vec<_>, Vec<_>) = ids.into_iter().partition(|(id, _)| well(id));
        let runs = waiting.iter().any(|(id, _)| self.is_running(*id));
        let words = self.mended_words(now, &mended);
        let still = self.still_words(&waiting);
        let (seen, moved) = self.moved(&waiting);
        let Some(watch) = &mut self.watch else { return Vec::new() };
        for (id, _) in &mended {
            watch.waiting.remove(id);
        }
        watch.seen.extend(seen);
        if words.is_none() && !moved.is_empty() {
            watch.until = Timestamp(now.0 + LIMIT);
            watch.pauses = Pauses::default();
            self.notice = Some(Notice::plain(moved.join(", ")));
        } else if let Some(words) = words {
            // Somebody mends things: the rest may follow.
            watch.until = Timestamp(now.0 + LIMIT);
            self.notice = Some(Notice::good(words));
        }
        if waiting.is_empty() {
            self.watch = None;
            return Vec::new();
        }
        if runs || watch.next_at.is_some() {
            return Vec::new();
        }
        let pause = watch.pauses.next().map_or(0, |p| i64::try_from(p.as_millis()).unwrap_or(0));
        let at = Timestamp(now.0 + pause);
        if at > watch.until {
            let rounds = watch.rounds;
            self.watch = None;
            self.say(
                now,
                Notice::bad(format!(
                    "not watched any more after {rounds} tests in 15 min: {still}; watch it again to go on"
                )),
            );
            return Vec::new();
        }
        watch.next_at = Some(at);
        vec![Effect::WakeAt(at)]
    }

    /// Leaves off watching; `true` when something was watched.
    pub(super) fn unwatch(&mut self) -> bool {
        self.watch.take().is_some()
    }

    fn name_of(&self, id: ConnectionId) -> String {
        self.connection(id).map_or_else(String::new, |c| c.name.to_string())
    }

    /// `✓ legacy mended after 34 s: cur:DescribeReportDefinitions allowed`.
    fn mended_words(&self, now: Timestamp, mended: &[(ConnectionId, Timestamp)]) -> Option<String> {
        let names = || mended.iter().map(|(id, _)| self.name_of(*id)).collect::<Vec<_>>().join(", ");
        match mended {
            [] => None,
            [(id, since)] => {
                let name = self.name_of(*id);
                let better = self.standings.get(id).and_then(|s| s.mended.as_ref()).map(Mended::words);
                Some(match better {
                    Some(better) => format!("✓ {name} mended after {}: {better}", lasting(now.since(*since))),
                    None => format!("✓ {name}: all allowed, nothing to wait for"),
                })
            }
            many => Some(format!("✓ {} mended: {}", many.len(), names())),
        }
    }

    /// How those that are not running are now, and what to say of those that changed since the last test: one
    /// thing mended often lets the next refusal be seen.
    fn moved(&self, waiting: &[(ConnectionId, Timestamp)]) -> (Vec<(ConnectionId, String)>, Vec<String>) {
        let ended = waiting.iter().map(|(id, _)| *id).filter(|id| !self.is_running(*id));
        let before = self.watch.as_ref().map(|w| &w.seen);
        let seen: Vec<(ConnectionId, String)> =
            ended.filter_map(|id| Some((id, self.standings.get(&id)?.badge().word))).collect();
        let words = seen.iter().filter_map(|(id, word)| {
            let old = before?.get(id).filter(|old| *old != word)?;
            Some(format!("{}: was {old}, now {word}", self.name_of(*id)))
        });
        let words = words.collect();
        (seen, words)
    }

    /// What is not mended.
    fn still_words(&self, waiting: &[(ConnectionId, Timestamp)]) -> String {
        let one = |id: &ConnectionId| {
            let word = self.standings.get(id).map_or_else(String::new, |s| s.badge().word);
            format!("{} {word}", self.name_of(*id))
        };
        waiting.iter().map(|(id, _)| one(id)).collect::<Vec<_>>().join(", ")
    }
}

/// What is watched and when it is tested next, for the header. It counts no seconds: what it says is
/// brought up to date only when something else is drawn.
pub fn watch_words(state: &State, narrow: bool) -> Option<String> {
    let watch = state.watch.as_ref()?;
    let first = watch.waiting.keys().next().map(|id| state.name_of(*id)).unwrap_or_default();
    let others = match watch.waiting.len() {
        0 | 1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    let when = match watch.next_at {
        None => "testing".to_owned(),
        Some(at) => coarse(at.since(state.now)),
    };
    Some(match (narrow, watch.next_at) {
        (true, None) => "watch".to_owned(),
        (true, Some(_)) => format!("watch {}", when.trim_start_matches("next ")),
        (false, _) => format!("watching {first}{others} · {when}"),
    })
}

/// What the detail says about it: what was mended, or what is being waited for and why that takes its time.
pub(super) fn watch_lines(state: &State, id: ConnectionId, standing: &Standing) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(mended) = standing.mended.as_ref().filter(|_| standing.run.is_none()) {
        let words = format!("✓ mended, seen {}: {}", mended.at.clock(state.zone), mended.words());
        lines.extend([Line::blank(), Line::of(Role::Good, words).hang(2)]);
    }
    let Some(watch) = state.watch.as_ref().filter(|w| w.waiting.contains_key(&id)) else { return lines };
    let when = match watch.next_at {
        Some(at) => format!("tests again at {}", at.clock(state.zone)),
        None => "is being tested".to_owned(),
    };
    let words = format!(
        "Watched: {when}, in growing pauses, and stops at {} if nothing is mended until then. A change of a policy \
         takes seconds to work everywhere, sometimes minutes. Each refused test is an event in CloudTrail.",
        watch.until.clock(state.zone)
    );
    let keys = Line::of(Role::Key, "{key:watch}").and(Role::Quiet, " stops it");
    lines.extend([Line::blank(), Line::of(Role::Testing, words), keys]);
    lines
}

/// `next in ~10 s`: to five seconds, because it is not counted down.
fn coarse(left: i64) -> String {
    match (left.max(0) + 4999) / 5000 * 5 {
        0 => "next now".to_owned(),
        seconds => format!("next in ~{seconds} s"),
    }
}

/// How long something took: `34 s`, `2 min 5 s`, `3 h 20 min`.
pub(super) fn lasting(ms: i64) -> String {
    let seconds = (ms.max(0) + 500) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
