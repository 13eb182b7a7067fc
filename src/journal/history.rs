//! What is known about each connection's checks, and since when.

use super::line::{Line, STATUS};
use super::{JournalError, file, story, values};
use crate::domain::{
    Check, Connection, ConnectionId, ConnectionReport, ExternalIdFinding, Mandatory, Status, Story, Timestamp, Verdict,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use uuid::Uuid;

/// "Still so" is said again after this many milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What the history knows of one permission of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// The newest verdict.
    pub verdict: Verdict,
    /// Since when it stands.
    pub since: Timestamp,
    /// When it was seen allowed for the last time.
    pub last_allowed: Option<Timestamp>,
    /// Whether the connection has the values with which it was last allowed; without a `last_allowed`,
    /// those of the newest verdict.
    pub same_values: bool,
}

/// What differs between a report and what was known before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Nothing is known of this connection.
    New,
    /// A verdict.
    Verdict {
        /// Of which permission.
        permission: Mandatory,
        /// The one before; `None` when it was never tested.
        before: Option<Verdict>,
        /// The one now.
        now: Verdict,
    },
    /// Denied as before, by another kind of policy.
    Reason {
        /// Of which permission.
        permission: Mandatory,
    },
    /// What the trust policy does with the ExternalId.
    ExternalId {
        /// The finding before.
        before: ExternalIdFinding,
        /// The finding now.
        now: ExternalIdFinding,
    },
}

/// The newest and the last tested verdict of one permission, or of a connection's status.
#[derive(Debug, Clone)]
struct Entry {
    verdict: Verdict,
    since: Timestamp,
    reason: Option<String>,
    values: String,
    /// When the newest line was written.
    written: Timestamp,
    /// When it was seen last, written or not.
    seen: Timestamp,
    /// The last verdict that was not `untested`, and since when: a night without network ends no verdict.
    tested: Option<(Verdict, Timestamp)>,
    allowed: Option<(Timestamp, String)>,
}

/// Everything known of one connection.
#[derive(Debug, Clone, Default)]
struct Known {
    entries: BTreeMap<String, Entry>,
    probe: Option<(Timestamp, ExternalIdFinding, String)>,
    seen: Timestamp,
}

/// The folded lines of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    connections: BTreeMap<ConnectionId, Known>,
}

/// The history of checks.
#[derive(Debug)]
pub struct History {
    path: Option<PathBuf>,
    vault: Option<Uuid>,
    memory: Memory,
    /// Whether the file can be written, or there is none to write.
    writable: bool,
    /// Lines that stand in no file, the oldest first.
    unwritten: Vec<Line>,
}

impl Memory {
    /// Takes one line in. Words of a later release are passed over.
    pub fn apply(&mut self, line: &Line) {
        let known = self.connections.entry(line.connection).or_default();
        known.seen = known.seen.max(line.at);
        if let Some(finding) = line.probe.as_deref().and_then(ExternalIdFinding::from_word) {
            known.probe = Some((line.at, finding, line.values.clone()));
        }
        let (Some(key), Some(verdict)) = (&line.permission, line.verdict.as_deref().and_then(Verdict::from_word))
        else {
            return;
        };
        let old = known.entries.get(key);
        let mut tested = old.and_then(|e| e.tested);
        if let (Some(since), Some(word)) = (line.since, line.tested.as_deref().or(line.verdict.as_deref())) {
            tested = Verdict::from_word(word).filter(|v| *v != Verdict::Untested).map(|v| (v, since)).or(tested);
        }
        let since = match (verdict, old, tested) {
            (Verdict::Untested, Some(e), _) if e.verdict == Verdict::Untested => e.since,
            (Verdict::Untested, ..) => line.at,
            (v, _, Some((t, since))) if v == t => since,
            _ => line.at,
        };
        if verdict != Verdict::Untested {
            tested = Some((verdict, since));
        }
        let mut allowed = old.and_then(|e| e.allowed.clone());
        if let (Some(at), Some(values)) = (line.allowed_at, &line.allowed_values) {
            allowed = Some((at, values.clone()));
        }
        if verdict == Verdict::Allowed {
            allowed = Some((line.at, line.values.clone()));
        }
        let entry = Entry {
            verdict,
            since,
            reason: line.reason.clone(),
            values: line.values.clone(),
            written: line.at,
            seen: line.at,
            tested,
            allowed,
        };
        known.entries.insert(key.clone(), entry);
    }

    /// The fewest lines that say the same, a block for each connection, the one seen last first.
    pub fn compacted(&self) -> Vec<Vec<Line>> {
        let mut known: Vec<_> = self.connections.iter().collect();
        known.sort_by_key(|(id, k)| (std::cmp::Reverse(k.seen), **id));
        known.into_iter().map(|(id, k)| k.lines(*id)).collect()
    }
}

impl Known {
    fn lines(&self, id: ConnectionId) -> Vec<Line> {
        let mut lines = Vec::new();
        for (key, e) in &self.entries {
            if e.verdict == Verdict::Untested {
                // Its own beginning first, so that a reader finds it again.
                let mut begin = Line::new(e.since, id, e.values.clone());
                begin.permission = Some(key.clone());
                begin.verdict = Some(e.verdict.word().to_owned());
                lines.push(begin);
            }
            let mut line = Line::new(e.written, id, e.values.clone());
            line.permission = Some(key.clone());
            line.verdict = Some(e.verdict.word().to_owned());
            line.reason.clone_from(&e.reason);
            line.since = e.tested.map(|(_, since)| since);
            line.tested = e.tested.filter(|(v, _)| *v != e.verdict).map(|(v, _)| v.word().to_owned());
            if let Some((at, values)) = &e.allowed {
                line.allowed_at = Some(*at);
                line.allowed_values = Some(values.clone());
            }
            lines.push(line);
        }
        if let Some((at, finding, values)) = &self.probe {
            let mut line = Line::new(*at, id, values.clone());
            line.probe = Some(finding.word().to_owned());
            lines.push(line);
        }
        lines
    }
}

impl History {
    /// Reads the history. `path` is `None` where it is switched off; `vault` is the vault's id, without
    /// which nothing is remembered beyond this run. Blocking.
    ///
    /// The error beside it is for a warning: what could be read counts, and checks go on.
    pub fn open(path: Option<PathBuf>, vault: Option<Uuid>) -> (Self, Option<JournalError>) {
        let mut memory = Memory::default();
        let mut error = None;
        if let Some(path) = &path {
            match file::read(path) {
                Ok((lines, damaged)) => {
                    lines.iter().for_each(|line| memory.apply(line));
                    if damaged > 0 {
                        error = Some(JournalError::Damaged { path: path.clone(), lines: damaged });
                    }
                }
                Err(source) => error = Some(JournalError::Read { path: path.clone(), source }),
            }
        }
        let writable = path.as_deref().is_some_and(file::can_append);
        (Self { path, vault, memory, writable, unwritten: Vec::new() }, error)
    }

    /// A history that lives and ends with the program, for connections that no vault holds beyond it; `vault` keeps
    /// their values apart from others'.
    pub fn in_memory(vault: Uuid) -> Self {
        Self { path: None, vault: Some(vault), memory: Memory::default(), writable: true, unwritten: Vec::new() }
    }

    /// Whether results are remembered beyond this run: switched on, a vault open, the file writable.
    pub fn is_kept(&self) -> bool {
        self.writable && self.vault.is_some()
    }

    /// What is known of one permission, before a new result is recorded.
    pub fn before(&self, connection: &Connection, permission: Mandatory) -> Option<Past> {
        let values = values::digest(self.vault?, connection);
        let e = self.memory.connections.get(&connection.id)?.entries.get(permission.action())?;
        let then = e.allowed.as_ref().map_or(&e.values, |(_, values)| values);
        Some(Past {
            verdict: e.verdict,
            since: e.since,
            last_allowed: e.allowed.as_ref().map(|(at, _)| *at),
            same_values: *then == values,
        })
    }

    /// When all was well with a connection for the last time.
    pub fn last_good(&self, id: ConnectionId) -> Option<Timestamp> {
        self.memory.connections.get(&id)?.entries.get(STATUS)?.allowed.as_ref().map(|(at, _)| *at)
    }

    /// The last ExternalId probe, if the connection still has the values that were probed.
    pub fn last_probe(&self, connection: &Connection) -> Option<(Timestamp, ExternalIdFinding)> {
        let values = values::digest(self.vault?, connection);
        let (at, finding, then) = self.memory.connections.get(&connection.id)?.probe.as_ref()?;
        (*then == values).then_some((*at, *finding))
    }

    /// What differs from what was known; to be asked before [`Self::record`]. Empty: nothing does.
    pub fn changed(&self, report: &ConnectionReport) -> Vec<Difference> {
        let Some(known) = self.memory.connections.get(&report.id).filter(|k| !k.entries.is_empty()) else {
            return vec![Difference::New];
        };
        let mut found = Vec::new();
        for check in &report.checks {
            let permission = check.permission;
            match known.entries.get(permission.action()) {
                Some(e) if e.verdict == check.verdict => {
                    if check.verdict == Verdict::Denied && e.reason != reason(check) {
                        found.push(Difference::Reason { permission });
                    }
                }
                e => found.push(Difference::Verdict { permission, before: e.map(|e| e.verdict), now: check.verdict }),
            }
        }
        let said_nothing =
            |f: ExternalIdFinding| matches!(f, ExternalIdFinding::NotTested | ExternalIdFinding::Unknown);
        if let Some((_, before, _)) = known.probe
            && before != report.external_id
            && !said_nothing(report.external_id)
        {
            found.push(Difference::ExternalId { before, now: report.external_id });
        }
        found
    }

    /// Takes a result in: fills `since` of every check and of the report, and `last_good`, and appends
    /// what changed to the file. Blocking. A connection that is not saved is not recorded.
    ///
    /// # Errors
    /// When the file could not be written; the report is filled all the same, and this run remembers.
    pub fn record(
        &mut self,
        report: &mut ConnectionReport,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let Some(vault) = self.vault.filter(|_| connection.saved && report.saved) else { return Ok(()) };
        let values = values::digest(vault, connection);
        let mut lines = Vec::new();
        for check in &mut report.checks {
            let key = check.permission.action();
            let why = reason(check);
            check.since = Some(self.take(report.id, key, check.verdict, why, &values, now, &mut lines));
        }
        let status = match Status::of(&report.checks) {
            Status::Allowed => Verdict::Allowed,
            Status::Denied => Verdict::Denied,
            Status::Untested => Verdict::Untested,
        };
        report.since = Some(self.take(report.id, STATUS, status, None, &values, now, &mut lines));
        report.last_good = self.last_good(report.id);
        self.take_probe(report, &values, &mut lines);
        let written = match &self.path {
            Some(path) if !lines.is_empty() => {
                file::append(path, &lines).map_err(|source| JournalError::Write { path: path.clone(), source })
            }
            _ => Ok(()),
        };
        if written.is_err() || self.path.is_none() {
            self.unwritten.append(&mut lines);
        }
        written
    }

    /// What tests found of a connection over time, read anew: other runs write to the file too. Blocking.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn story(&self, id: ConnectionId) -> Result<Story, JournalError> {
        let lines = match &self.path {
            Some(path) => file::read(path).map_err(|source| JournalError::Read { path: path.clone(), source })?.0,
            None => Vec::new(),
        };
        let all = lines.iter().chain(&self.unwritten);
        let mut story = story::told(id, all, self.path.is_some() && self.is_kept(), self.last_good(id));
        // This run knows better than the file what was seen without being worth a line.
        let known = self.memory.connections.get(&id);
        for (permission, episodes) in &mut story.permissions {
            let entry = known.and_then(|k| k.entries.get(permission.action()));
            if let Some((last, entry)) = episodes.last_mut().zip(entry).filter(|(l, e)| l.verdict == e.verdict) {
                last.to = last.to.max(entry.seen);
            }
        }
        Ok(story)
    }

    /// Takes one verdict in and gives the time since when it stands.
    #[expect(clippy::too_many_arguments, reason = "one line's fields")]
    fn take(
        &mut self,
        id: ConnectionId,
        key: &str,
        verdict: Verdict,
        reason: Option<String>,
        values: &str,
        now: Timestamp,
        lines: &mut Vec<Line>,
    ) -> Timestamp {
        let mut line = Line::new(now, id, values.to_owned());
        line.permission = Some(key.to_owned());
        line.verdict = Some(verdict.word().to_owned());
        line.reason = reason;
        let old = self.memory.connections.get(&id).and_then(|k| k.entries.get(key));
        let written = old.map(|e| e.written);
        line.still = old.is_some_and(|e| e.verdict == verdict && e.values == values && e.reason == line.reason);
        // A clock that was set back must not silence the history.
        let quiet = line.still && written.is_some_and(|w| (0..DAY).contains(&now.since(w)));
        self.memory.apply(&line);
        if let (true, Some(written)) = (quiet, written) {
            if let Some(e) = self.memory.connections.get_mut(&id).and_then(|k| k.entries.get_mut(key)) {
                e.written = written;
            }
        } else {
            lines.push(line);
        }
        self.memory.connections.get(&id).and_then(|k| k.entries.get(key)).map_or(now, |e| e.since)
    }

    /// Takes a probe in that is newer than the known one.
    fn take_probe(&mut self, report: &ConnectionReport, values: &str, lines: &mut Vec<Line>) {
        let Some(at) = report.external_id_tested_at else { return };
        let known = self.memory.connections.get(&report.id).and_then(|k| k.probe.as_ref());
        if known.is_some_and(|(then, _, with)| *then >= at && with == values) {
            return;
        }
        let mut line = Line::new(at, report.id, values.to_owned());
        line.probe = Some(report.external_id.word().to_owned());
        self.memory.apply(&line);
        lines.push(line);
    }
}

/// The word beside a verdict: a denial's reason or an error's class.
fn reason(check: &Check) -> Option<String> {
    let denial = check.denial.as_ref().map(|d| d.reason.word());
    denial.or_else(|| check.error.as_ref().map(|e| e.class.word())).map(str::to_owned)
}
