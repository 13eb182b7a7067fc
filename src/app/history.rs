//! What tests found of a connection over time, as a text to read.

use super::detail::reason_words;
use super::standing::{finding_word, untested_word};
use super::{Effect, Line, State, Viewer, ViewerKind};
use crate::domain::{Episode, Mandatory, Mark, Request, Role, Story, Timestamp, Verdict};
use std::collections::BTreeSet;

impl State {
    /// Asks for the story of the connection under the cursor, or anew of the one that is being read.
    pub(super) fn ask_history(&mut self) -> Vec<Effect> {
        let Some(connection) = self.cursor else { return Vec::new() };
        let ticket = self.ticket();
        self.open.insert(ticket, BTreeSet::new());
        vec![Effect::Start { ticket, request: Request::History { connection } }]
    }

    /// Shows a story, in place of an older one of the same connection.
    pub(super) fn told(&mut self, story: &Story) {
        let Some(connection) = self.connection(story.connection) else { return };
        let name = connection.name.to_string();
        let lines = lines(story, self);
        let title = format!("{name}: what tests found over time");
        if self.viewer().is_some_and(|v| v.kind == ViewerKind::History) {
            self.overlays.pop();
        }
        self.read(Viewer::reading(ViewerKind::History, title, name, lines));
    }
}

fn lines(story: &Story, state: &State) -> Vec<Line> {
    let at = |t: Timestamp| t.dated(state.zone, state.now);
    let quiet = |words: &str| Line::of(Role::Quiet, words);
    let mut lines = Vec::new();
    if !story.kept {
        lines.push(quiet(match state.flags.demo {
            true => "In the demo this is made up, up to what this run saw.",
            false => "The history is switched off, or cannot be written: this is what this run saw.",
        }));
    }
    if story.permissions.iter().all(|(_, episodes)| episodes.is_empty()) {
        lines.push(Line::of(Role::Text, "No test of this connection is on record yet."));
        return lines;
    }
    match story.last_good {
        Some(good) => lines.push(Line::of(Role::Text, format!("All was well for the last time on {}.", at(good)))),
        None => lines.push(Line::of(Role::Text, "No test on record found all well.")),
    }
    let mut before = usize::MAX;
    for (permission, episodes) in &story.permissions {
        let told = told_of(*permission, episodes, &at);
        // What fits a line stands together.
        if before.max(told.len()) > 1 {
            lines.push(Line::blank());
        }
        before = told.len();
        lines.extend(told);
    }
    if !story.external_id.is_empty() {
        lines.extend([Line::blank(), Line::of(Role::Strong, "  ExternalId")]);
        for (finding, from, to) in story.external_id.iter().rev() {
            let mark = if finding.is_finding() { Mark::Finding.role() } else { Role::Text };
            let line = Line::of(mark, format!("    {:<13}", finding_word(*finding)));
            lines.push(line.and(Role::Quiet, format!("probed {}", span(*from, *to, &at))).hang(17));
        }
    }
    lines.push(Line::blank());
    lines.push(quiet(
        "Times are those of tests: what changed, changed between the last test of one line and the first of the next. \
         While nothing changes, a test is noted once a day.",
    ));
    if story.folded {
        lines.push(quiet("Older changes were folded away to keep the file small."));
    }
    lines
}

/// One permission: in a line where nothing ever changed, else the newest first.
fn told_of(permission: Mandatory, episodes: &[Episode], at: &dyn Fn(Timestamp) -> String) -> Vec<Line> {
    let Some(last) = episodes.last() else {
        return vec![Line::of(Role::Quiet, format!("? {} was never tested", permission.action()))];
    };
    let mark = mark(last);
    let head = Line::of(mark.role(), format!("{} ", mark.symbol(false)))
        .and(Role::Strong, format!("{:<31}", permission.action()));
    if let [only] = episodes {
        let since = match only.from == only.to {
            true => format!("{}, seen once: {}", word(only), at(only.to)),
            false => format!("{} at least since {}, seen last {}", word(only), at(only.from), at(only.to)),
        };
        return vec![head.and(mark.role(), since).and(Role::Quiet, because(only)).hang(33)];
    }
    let mut lines = vec![head];
    for (i, episode) in episodes.iter().enumerate().rev() {
        let since = match (i, i + 1 == episodes.len()) {
            (_, true) => format!("since {}, seen last {}", at(episode.from), at(episode.to)),
            (0, false) => format!("at least from {}", span(episode.from, episode.to, at)),
            (_, false) => span(episode.from, episode.to, at),
        };
        let line = Line::of(self::mark(episode).role(), format!("    {:<13}", word(episode)));
        lines.push(line.and(Role::Text, since).and(Role::Quiet, because(episode)).hang(17));
        if episode.edited {
            let words = "    (before this the connection's role, source, ExternalId or session name was changed)";
            lines.push(Line::of(Role::Quiet, words).hang(4));
        }
    }
    lines
}

/// `10 Nov 08:45 to 22 Nov 08:45`.
fn span(from: Timestamp, to: Timestamp, at: &dyn Fn(Timestamp) -> String) -> String {
    if from == to { at(from) } else { format!("{} to {}", at(from), at(to)) }
}

fn mark(episode: &Episode) -> Mark {
    match (episode.verdict, episode.class) {
        (Verdict::Allowed, _) => Mark::Allowed,
        (Verdict::Denied, _) => Mark::Denied,
        (Verdict::NotApplicable, _) => Mark::NotApplicable,
        (Verdict::Untested, Some(crate::domain::ErrorClass::NotReached)) => Mark::NotReached,
        (Verdict::Untested, _) => Mark::Untested,
    }
}

fn word(episode: &Episode) -> &'static str {
    mark(episode).word()
}

fn because(episode: &Episode) -> String {
    let words = episode
        .reason
        .map(reason_words)
        .or_else(|| episode.class.filter(|_| mark(episode) == Mark::Untested).map(untested_word));
    words.map_or_else(String::new, |words| format!(" · {words}"))
}
