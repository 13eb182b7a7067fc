//! What the engine answers. An answer counts only under the ticket that is its connection's present one.

use super::{Effect, Line, Notice, Standing, State, Viewer, ViewerKind};
use crate::domain::{
    ConnectionId, ConnectionReport, End, Mark, Method, Part, Reply, Role, SourceReport, Status, Ticket, Timestamp,
};
use std::time::Duration;

impl State {
    /// Takes an answer; `false` when it is stale and changes nothing.
    pub(super) fn reply(&mut self, now: Timestamp, reply: Reply, effects: &mut Vec<Effect>) -> bool {
        let Reply { ticket, body } = reply;
        if !self.open.contains_key(&ticket) {
            return false;
        }
        if let Some(changed) = self.look_reply(now, ticket, &body, effects) {
            return changed;
        }
        if let Some(changed) = self.browse_reply(now, ticket, &body, effects) {
            return changed;
        }
        match body {
            Ok(part) if self.form_of(ticket).is_some() => {
                self.form_part(now, ticket, part);
                true
            }
            Ok(part) => self.part(now, ticket, part),
            Err(end) if self.form_of(ticket).is_some() => {
                self.open.remove(&ticket);
                self.stopping.remove(&ticket);
                effects.extend(self.form_end(now, ticket, &end));
                true
            }
            Err(end) => {
                self.end(now, ticket, end);
                true
            }
        }
    }

    fn part(&mut self, now: Timestamp, ticket: Ticket, part: Part) -> bool {
        match part {
            Part::Started(id) => {
                let Some(standing) = self.running(ticket, id) else { return false };
                if let Some(run) = &mut standing.run {
                    run.started = true;
                }
            }
            Part::Source(report) => self.source(now, report),
            Part::Check { connection, check } => {
                let Some(standing) = self.running(ticket, connection) else { return false };
                if let Some(run) = &mut standing.run {
                    run.started = true;
                    run.checks.retain(|c| c.permission != check.permission);
                    run.checks.push(*check);
                }
            }
            Part::Connection(report) => {
                if self.running(ticket, report.id).is_none() {
                    return false;
                }
                self.record_untested(now, &report);
                let Some(standing) = self.standings.get_mut(&report.id) else { return false };
                let pin = report.answered_account().cloned().map(|a| (report.id, a));
                standing.accept(report, now);
                self.keep_broken();
                self.pins.extend(pin.filter(|(id, _)| self.wants_pin(*id)));
            }
            Part::Decoded(text) => self.decoded(text.expose()),
            Part::Story(story) => self.told(&story),
            Part::Notice(words) => self.say(now, Notice::bad(words)),
            Part::Applied { what, after } => self.say(now, Notice::good(applied(&what, after))),
            Part::Identity(identity) => self.say(now, Notice::plain(format!("we are {}", identity.arn))),
            Part::Target(_)
            | Part::NoTarget { .. }
            | Part::Cells(_)
            | Part::Rows { .. }
            | Part::Notes { .. }
            | Part::Item { .. } => return false,
        }
        true
    }

    /// A connection's standing, if this ticket is the one that tests it.
    fn running(&mut self, ticket: Ticket, id: ConnectionId) -> Option<&mut Standing> {
        self.standings.get_mut(&id).filter(|s| s.run.as_ref().is_some_and(|r| r.ticket == ticket))
    }

    /// Keeps what became of a source. One that fails is said once, whatever hangs on it.
    fn source(&mut self, now: Timestamp, report: SourceReport) {
        if let Some(trouble) = report.trouble() {
            let wait = match report.dependents {
                0 => String::new(),
                1 => " · 1 connection waits for it".to_owned(),
                n => format!(" · {n} connections wait for it"),
            };
            self.say(now, Notice::bad(format!("{trouble}{wait}")));
        }
        self.sources.insert(report.source.clone(), report);
    }

    /// Whether a first good test of this connection fixes its account.
    fn wants_pin(&self, id: ConnectionId) -> bool {
        self.connection(id).is_some_and(|c| c.saved && c.account.is_none() && !matches!(c.method, Method::Role { .. }))
    }

    fn end(&mut self, now: Timestamp, ticket: Ticket, end: End) {
        let about = self.open.remove(&ticket).unwrap_or_default();
        self.stopping.remove(&ticket);
        for id in &about {
            if let Some(standing) = self.running(ticket, *id) {
                standing.stop(now);
            }
        }
        self.keep_broken();
        self.done.extend(about.iter().filter(|_| end == End::Done));
        match end {
            End::Failed(error) => self.say(now, Notice::bad(error.message)),
            End::Cancelled => self.say(now, Notice::plain("stopped; what had arrived stands")),
            End::Done if self.is_busy() => {}
            End::Done if about.iter().any(|id| self.is_watched(*id)) => {}
            End::Done => {
                // Tests that ran side by side are summed up together.
                let done: Vec<ConnectionId> = std::mem::take(&mut self.done).into_iter().collect();
                if let Some(notice) = self.outcome(&done) {
                    // A source's failure says more than a count does.
                    if self.notice.as_ref().is_none_or(|n| n.tone != super::Tone::Bad) {
                        self.notice = Some(notice);
                    }
                }
            }
        }
        if !self.is_busy() {
            self.done.clear();
        }
    }

    /// What a finished test of some connections came to, in one sentence.
    fn outcome(&self, ids: &[ConnectionId]) -> Option<Notice> {
        let reports: Vec<&ConnectionReport> =
            ids.iter().filter_map(|id| self.standings.get(id)?.report.as_deref()).collect();
        let of = |status| reports.iter().filter(|r| r.status() == status).count();
        let (denied, untested) = (of(Status::Denied), of(Status::Untested));
        let exposed = reports.iter().filter(|r| r.external_id.is_finding()).count();
        // The words are those of the list, and of the header.
        if let [one] = reports.as_slice() {
            let badge = self.standings.get(&one.id)?.badge();
            return Some(match badge.mark {
                Mark::Allowed => Notice::good(format!("{} tested: all allowed", one.name)),
                _ => Notice::plain(format!("{} tested: {}", one.name, badge.word)),
            });
        }
        let all = reports.len();
        let parts: Vec<String> = [(denied, "broken"), (untested, "not fully tested"), (exposed, "exposed")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
        match (all, parts.is_empty()) {
            (0, _) => None,
            (_, true) => Some(Notice::good(format!("{all} connections tested: all allowed"))),
            (_, false) => Some(Notice::plain(format!("{all} connections tested: {}", parts.join(", ")))),
        }
    }

    fn decoded(&mut self, text: &str) {
        let pretty = serde_json::from_str::<serde_json::Value>(text)
            .and_then(|v| serde_json::to_string_pretty(&v))
            .unwrap_or_else(|_| text.to_owned());
        let lines = pretty.lines().map(|l| Line::of(Role::Code, l)).collect();
        self.read(Viewer::reading(ViewerKind::Decoded, "Decoded authorization message", "decoded", lines));
    }
}

/// What is said about a policy that the demo has attached.
fn applied(what: &str, after: Duration) -> String {
    match after.as_secs() {
        0 => format!("{what}; {{key:test}} tests again"),
        s => format!("{what}, in force in {s} s: {{key:watch}} watches"),
    }
}
