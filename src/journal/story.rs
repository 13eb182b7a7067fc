//! The lines about one connection, told as what was seen from when to when.

use super::line::Line;
use crate::domain::{
    ConnectionId, Episode, ErrorClass, ExternalIdFinding, Mandatory, Reason, Story, Timestamp, Verdict,
};

/// Folds lines, the oldest first, into the story of a connection.
pub(super) fn told<'l>(
    connection: ConnectionId,
    lines: impl IntoIterator<Item = &'l Line>,
    kept: bool,
    last_good: Option<Timestamp>,
) -> Story {
    let mut permissions: Vec<(Mandatory, Vec<Episode>)> = Mandatory::ALL.map(|m| (m, Vec::new())).to_vec();
    let mut external_id: Vec<(ExternalIdFinding, Timestamp, Timestamp)> = Vec::new();
    let mut folded = false;
    let mut values: Vec<(Mandatory, &str)> = Vec::new();
    for line in lines.into_iter().filter(|l| l.connection == connection) {
        if let Some(finding) = line.probe.as_deref().and_then(ExternalIdFinding::from_word) {
            match external_id.last_mut() {
                Some((last, _, to)) if *last == finding => *to = line.at,
                _ => external_id.push((finding, line.at, line.at)),
            }
        }
        let permission = line.permission.as_deref().and_then(Mandatory::from_action);
        let verdict = line.verdict.as_deref().and_then(Verdict::from_word);
        let Some((permission, verdict)) = permission.zip(verdict) else { continue };
        let Some((_, episodes)) = permissions.iter_mut().find(|(m, _)| *m == permission) else { continue };
        folded |= remembered(line, verdict, episodes);
        let before = values.iter().position(|(m, _)| *m == permission);
        let edited = before.is_some_and(|i| values[i].1 != line.values);
        match before {
            Some(i) => values[i].1 = &line.values,
            None => values.push((permission, &line.values)),
        }
        let (reason, class) = why(line.reason.as_deref());
        match episodes.last_mut() {
            Some(last) if last.verdict == verdict && last.reason == reason && last.class == class && !edited => {
                last.to = last.to.max(line.at);
            }
            _ => episodes.push(Episode { verdict, reason, class, from: line.at, to: line.at, edited }),
        }
    }
    Story { connection, kept, permissions, external_id, last_good, folded }
}

/// Takes in what a compacted line remembers of the lines that were folded into it; whether it is one.
fn remembered(line: &Line, verdict: Verdict, episodes: &mut Vec<Episode>) -> bool {
    let after = |at: Timestamp, episodes: &[Episode]| episodes.last().is_none_or(|last| last.to < at);
    let episode = |verdict, from, to| Episode { verdict, reason: None, class: None, from, to, edited: false };
    if let Some(at) = line.allowed_at.filter(|at| verdict != Verdict::Allowed && after(*at, episodes)) {
        episodes.push(episode(Verdict::Allowed, at, at));
    }
    let Some(since) = line.since else { return line.allowed_at.is_some() };
    let word = line.tested.as_deref().map_or(Some(verdict), Verdict::from_word);
    if let Some(word) = word.filter(|_| after(since, episodes)) {
        let (reason, class) = why(line.reason.as_deref().filter(|_| word == verdict));
        episodes.push(Episode { reason, class, ..episode(word, since, since) });
    }
    true
}

/// A line's reason: of a refusal, or of what kept the test from an answer.
fn why(word: Option<&str>) -> (Option<Reason>, Option<ErrorClass>) {
    let reason = Reason::ALL.into_iter().find(|r| Some(r.word()) == word);
    let class = ErrorClass::ALL.into_iter().find(|c| Some(c.word()) == word);
    (reason, class)
}
