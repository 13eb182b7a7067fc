//! What went wrong in this run: kept, counted while it is new, and read with one key.

use super::{Line, State};
use crate::domain::{Check, ConnectionReport, ErrorClass, Role, Timestamp};

/// How many lines the error log keeps.
const LIMIT: usize = 200;

/// A line of the error log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When, the last time.
    pub at: Timestamp,
    /// The connection that it is about, by its name.
    pub about: Option<String>,
    /// What went wrong, and what to do.
    pub text: String,
    /// How often it was seen.
    pub times: u32,
}

/// What went wrong in this run, the oldest first.
#[derive(Debug, Default)]
pub struct ErrorLog {
    entries: Vec<LogEntry>,
    /// How many were added since it was read last.
    pub unread: usize,
}

impl ErrorLog {
    /// Keeps a line; one that is there already is counted and goes to the end.
    pub(super) fn add(&mut self, at: Timestamp, about: Option<String>, text: String) {
        let known = self.entries.iter().position(|e| e.about == about && e.text == text);
        let times = known.map_or(0, |i| self.entries.remove(i).times);
        if times == 0 {
            self.unread += 1;
        }
        if self.entries.len() == LIMIT {
            self.entries.remove(0);
        }
        self.entries.push(LogEntry { at, about, text, times: times + 1 });
    }

    /// The lines, the oldest first.
    pub fn entries(&self) -> &[LogEntry] {
        &self.entries
    }
}

impl State {
    /// Keeps a line in the error log.
    pub(super) fn record(&mut self, now: Timestamp, text: String) {
        self.log.add(now, None, text);
    }

    /// Keeps what kept a connection's checks from an answer. A source that failed has its own line, and what
    /// stands behind it needs none.
    pub(super) fn record_untested(&mut self, now: Timestamp, report: &ConnectionReport) {
        let own = |c: &&Check| {
            let class = c.error.as_ref().map(|e| e.class);
            class.is_some_and(|c| !matches!(c, ErrorClass::NotReached | ErrorClass::Cancelled | ErrorClass::Source))
        };
        let mut said: Vec<&str> = Vec::new();
        for check in report.checks.iter().filter(own) {
            let Some(error) = check.error.as_ref().filter(|e| !said.contains(&e.message.as_str())) else { continue };
            said.push(&error.message);
            let text = format!("{}: {}", check.permission.action(), error.message);
            self.log.add(now, Some(report.name.to_string()), text);
        }
    }

    /// The error log, the newest first; it counts as read.
    pub(super) fn read_errors(&mut self) -> Vec<Line> {
        self.log.unread = 0;
        if self.log.entries.is_empty() {
            return vec![Line::of(Role::Quiet, "Nothing went wrong so far.")];
        }
        let line = |e: &LogEntry| {
            let mut line = Line::of(Role::Quiet, format!("{}  ", e.at.clock(self.zone)));
            if let Some(about) = &e.about {
                line = line.and(Role::Strong, format!("{about}  "));
            }
            line = line.and(Role::Text, &e.text);
            if e.times > 1 {
                line = line.and(Role::Quiet, format!("  ({} times)", e.times));
            }
            line.hang(10)
        };
        self.log.entries.iter().rev().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::{Action, Msg, Notice, Size, update};
    use crate::domain::{Check, CheckError, ErrorClass, Mandatory, Part};

    #[test]
    fn what_is_new_is_counted_until_it_is_read_and_what_repeats_is_one_line() {
        let mut state = tested(Size { width: 120, height: 36 });
        assert_eq!(state.log.unread, 0);
        for _ in 0..3 {
            update(&mut state, NOW, Msg::Told(Notice::bad("the disk is full")));
        }
        assert_eq!(state.log.unread, 1);
        press(&mut state, &[Action::Errors]);
        assert_eq!(state.viewer().unwrap().current().unwrap().text, "20:04:12  the disk is full  (3 times)");
        assert_eq!(state.log.unread, 0);
    }

    #[test]
    fn what_could_not_be_tested_names_its_connection_and_a_refusal_is_no_error() {
        let mut state = tested(Size { width: 120, height: 36 });
        press(&mut state, &[Action::Test]);
        let mut report = found(&book()[2]);
        let slow = || CheckError::new(ErrorClass::Throttled, "AWS asks for fewer requests; try again in a minute");
        report.checks[2] = Check::untested(Mandatory::AccountAttributes, slow());
        report.checks[3] = Check::untested(Mandatory::Regions, slow());
        tell(&mut state, 2, Part::Connection(report));
        let entries = state.log.entries();
        assert_eq!(entries.len(), 1, "said once: {entries:?}");
        assert_eq!(entries[0].about.as_deref(), Some("legacy"));
        assert!(entries[0].text.starts_with("ec2:DescribeAccountAttributes: AWS asks"));
    }
}
