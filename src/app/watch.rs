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
    /// The connections that are not mended yet.
    pub waiting: BTreeMap<ConnectionId, Watched>,
    /// When the next test begins; `None` while one runs.
    pub next_at: Option<Timestamp>,
    /// When it ends, if nothing is mended until then.
    pub until: Timestamp,
    /// How often it has tested.
    pub rounds: u32,
    pauses: Pauses,
}

/// A connection that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Since when.
    pub since: Timestamp,
    /// What is better since then.
    pub better: Option<Mended>,
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
            let better = watch.waiting.remove(&id).and_then(|w| w.better);
            if watch.waiting.is_empty() {
                self.watch = None;
            }
            self.standings.get_mut(&id).into_iter().for_each(|s| s.mended.clone_from(&better));
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
        for id in ids {
            waiting.insert(id, Watched { since: now, better: None });
            // What was mended before is another story.
            self.standings.get_mut(&id).into_iter().for_each(|s| s.mended = None);
        }
        let until = Timestamp(now.0 + LIMIT);
        self.watch = Some(Watch { waiting, next_at: None, until, rounds: 0, pauses: Pauses::default() });
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
        let Some(mut watch) = self.watch.take() else { return Vec::new() };
        let (mut done, mut better) = (Vec::new(), Vec::new());
        let mut runs = false;
        // A connection that was removed meanwhile is watched no more.
        watch.waiting.retain(|id, watched| {
            let Some(standing) = self.standings.get_mut(id) else { return false };
            if standing.run.is_some() {
                runs = true;
                return true;
            }
            if let Some(mended) = standing.mended.take() {
                better.push((*id, mended.words()));
                watched.better = Some(mended.and(watched.better.take(), standing));
            }
            if standing.can_be_mended() {
                return true;
            }
            standing.mended.clone_from(&watched.better);
            done.push((*id, watched.clone()));
            false
        });
        if let Some(words) = self.mended_words(now, &done).or_else(|| self.better_words(&better)) {
            // Somebody mends things: the rest may follow soon.
            watch.until = Timestamp(now.0 + LIMIT);
            watch.pauses = Pauses::default();
            self.notice = Some(Notice::good(words));
        }
        if watch.waiting.is_empty() {
            return Vec::new();
        }
        if runs || watch.next_at.is_some() {
            self.watch = Some(watch);
            return Vec::new();
        }
        let pause = watch.pauses.next().map_or(0, |p| i64::try_from(p.as_millis()).unwrap_or(0));
        let at = Timestamp(now.0 + pause);
        if at > watch.until {
            let still: Vec<String> = watch.waiting.keys().map(|id| self.still_words(*id)).collect();
            let words = format!(
                "not watched any more after {} tests in 15 min: {}; watch it again to go on",
                watch.rounds,
                still.join(", ")
            );
            self.say(now, Notice::bad(words));
            return Vec::new();
        }
        watch.next_at = Some(at);
        self.watch = Some(watch);
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
    fn mended_words(&self, now: Timestamp, done: &[(ConnectionId, Watched)]) -> Option<String> {
        match done {
            [] => None,
            [(id, Watched { since, better })] => {
                let name = self.name_of(*id);
                Some(match better {
                    Some(better) => {
                        format!("✓ {name} mended after {}: {}", lasting(now.since(*since)), better.words())
                    }
                    None => format!("✓ {name}: all allowed, nothing to wait for"),
                })
            }
            many => {
                let names: Vec<String> = many.iter().map(|(id, _)| self.name_of(*id)).collect();
                Some(format!("✓ {} mended: {}", many.len(), names.join(", ")))
            }
        }
    }

    /// `✓ legacy: cur:DescribeReportDefinitions allowed; still watched, because 1 denied`.
    fn better_words(&self, better: &[(ConnectionId, String)]) -> Option<String> {
        let (id, words) = better.first()?;
        let badge = self.standings.get(id)?.badge().word;
        Some(format!("✓ {}: {words}; still watched: {badge}", self.name_of(*id)))
    }

    /// What is not mended.
    fn still_words(&self, id: ConnectionId) -> String {
        let word = self.standings.get(&id).map_or_else(String::new, |s| s.badge().word);
        format!("{} {word}", self.name_of(id))
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
    let watched = state.watch.as_ref().and_then(|w| w.waiting.get(&id));
    let mended = standing.mended.as_ref().or(watched.and_then(|w| w.better.as_ref()));
    if let Some(mended) = mended.filter(|_| standing.run.is_none()) {
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
