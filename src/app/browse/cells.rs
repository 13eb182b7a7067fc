//! How the cells stand that are listed, grouped by state and reason, with the policies that help.

use super::counts::covered;
use super::{Cell, Woe, thousands, woes};
use crate::app::detail::reason;
use crate::app::viewer::{Sheet, Tab};
use crate::app::{Line, State, Viewer, ViewerKind};
use crate::diagnose::{About, advice};
use crate::domain::{CellKey, CellState, Connection, ConnectionId, Denial, Mark, Role, Timestamp, Trouble};
use std::collections::{BTreeMap, BTreeSet};

/// The cloud's words, without a message that only AWS can decode.
fn said(denial: &Denial) -> String {
    match &denial.encoded {
        Some(encoded) => denial.message.replace(encoded.as_str(), "…"),
        None => denial.message.clone(),
    }
}

impl State {
    /// A page about all cells; behind it the policies for those that were refused.
    pub(in crate::app) fn cells_viewer(&self) -> Option<Viewer> {
        let (goal, _) = self.listed()?;
        let title = format!("{}: accounts and regions", self.goal_title(goal));
        let about = format!("accounts and regions of {}", self.goal_title(goal));
        let page = Sheet { name: "cells", title, tabs: vec![Tab::reading(self.cell_lines())], whose: None };
        let mut sheets = vec![page];
        sheets.extend(self.refused_sheets());
        Some(Viewer::new(ViewerKind::Cells, about, sheets))
    }

    fn cell_lines(&self) -> Vec<Line> {
        let Some((goal, list)) = self.listed() else { return Vec::new() };
        // The page of each connection's policy; this one is the first.
        let pages: BTreeMap<ConnectionId, usize> =
            self.refused_sheets().iter().zip(2..).filter_map(|(sheet, page)| Some((sheet.whose?, page))).collect();
        let mut lines: Vec<Line> = Vec::new();
        let heading = |lines: &mut Vec<Line>, mark: Mark, words: &str| {
            if !lines.is_empty() {
                lines.push(Line::blank());
            }
            lines.push(Line::of(mark.role(), format!("{} ", mark.symbol(false))).and(Role::Heading, words).hang(2));
        };
        for woe in woes(self) {
            match &woe.trouble {
                Trouble::Denied(denial) => {
                    let all: Vec<&str> = woe.actions.iter().map(String::as_str).collect();
                    let words = format!("not permitted: {} ({})", all.join(", "), reason(denial));
                    heading(&mut lines, Mark::Denied, &words);
                    lines.push(Line::of(Role::Quiet, format!("  AWS says: {}", said(denial))).hang(2));
                    lines.push(self.mended_by(&woe, denial, &pages));
                }
                Trouble::Failed(error) => {
                    let code = error.code.as_ref().map_or(String::new(), |code| format!(" ({code})"));
                    heading(&mut lines, Mark::Untested, &format!("failed: {}{code}", error.message));
                }
            }
            let bare = woe.connections.iter().filter(|id| !woe.cells.iter().any(|key| key.connection == **id));
            lines.extend(bare.map(|id| self.places(*id, "the whole account, which was not reached")));
            lines.extend(self.by_connection(woe.cells.iter()));
            if woe.inferred > 0 {
                let words = format!(
                    "  {} of them not asked: two regions were refused alike, and each refusal is an event in the account's \
                     trail. {{key:refresh}} asks them all.",
                    woe.inferred
                );
                lines.push(Line::of(Role::Quiet, words).hang(2));
            }
        }
        type Holds = fn(&Cell, Timestamp) -> bool;
        let groups: [(Mark, &str, Holds); 8] = [
            (Mark::Testing, "slow: no answer for some seconds", |c, now| c.is_slow(now)),
            (Mark::Testing, "being asked", |c, now| c.state == CellState::Loading && !c.is_slow(now)),
            (Mark::Testing, "waiting for their turn", |c, _| c.state == CellState::Queued),
            (Mark::Untested, "cut short; {key:ask-failed} goes on", |c, _| c.state == CellState::Cancelled),
            (Mark::Allowed, "listed", |c, _| matches!(c.state, CellState::Done { .. })),
            (Mark::NotReached, "not asked", |c, _| c.state == CellState::NotAsked),
            (Mark::NotApplicable, "region is off: nothing to ask", |c, _| c.state == CellState::RegionOff),
            (Mark::NotApplicable, "service does not exist there", |c, _| c.state == CellState::NotOffered),
        ];
        for (mark, words, holds) in groups {
            let cells: Vec<(&CellKey, &Cell)> =
                covered(self, goal, list).filter(|(_, cell)| holds(cell, self.now)).collect();
            if cells.is_empty() {
                continue;
            }
            let rows: usize = cells.iter().map(|(_, cell)| cell.rows()).sum();
            let rows = if rows > 0 { format!(", {} rows", thousands(rows)) } else { String::new() };
            let count = match cells.len() {
                1 => "1 place".to_owned(),
                n => format!("{} places", thousands(n)),
            };
            heading(&mut lines, mark, &format!("{words} · {count}{rows}"));
            lines.extend(self.by_connection(cells.into_iter().map(|(key, _)| key)));
        }
        lines.extend(self.note_lines());
        lines
    }

    /// What ends a refusal: the policy on another page, or whoever decides in another place.
    fn mended_by(&self, woe: &Woe, denial: &Denial, pages: &BTreeMap<ConnectionId, usize>) -> Line {
        let own: Vec<String> = woe.connections.iter().filter_map(|id| pages.get(id)).map(ToString::to_string).collect();
        if woe.can_be_allowed() && !own.is_empty() {
            let many = if own.len() == 1 { "page" } else { "pages" };
            let words = format!("  An Allow mends it: {many} {} (", own.join(", "));
            return Line::of(Role::Strong, words).and(Role::Key, "{key:next-policy}").and(Role::Strong, ")").hang(2);
        }
        if woe.cells.is_empty() {
            return Line::of(Role::Key, "  {key:fleet}")
                .and(Role::Text, " shows its test, which says what to compare")
                .hang(2);
        }
        let role = woe.connections.first().filter(|_| woe.connections.len() == 1);
        let role = role.and_then(|id| self.connection(*id)).and_then(Connection::role_arn);
        let advice = advice(denial, &About { role, permission: None, only_denied: false });
        Line::of(Role::Text, format!("  {}", advice.text)).hang(2)
    }

    /// What second calls did not bring.
    fn note_lines(&self) -> Vec<Line> {
        let Some((goal, list)) = self.listed() else { return Vec::new() };
        let mut notes: BTreeMap<(bool, String, String), (usize, BTreeSet<ConnectionId>)> = BTreeMap::new();
        for (key, cell) in covered(self, goal, list) {
            for note in &cell.notes {
                let why = match &note.trouble {
                    Trouble::Denied(denial) => format!("not permitted: {}", reason(denial)),
                    Trouble::Failed(error) => format!("failed: {}", error.message),
                };
                let denied = matches!(note.trouble, Trouble::Denied(_));
                // What IAM calls it, which is what a policy must name.
                let action = match &note.trouble {
                    Trouble::Denied(denial) => denial.action.as_deref(),
                    Trouble::Failed(_) => None,
                };
                let what = action.unwrap_or(&note.operation).to_owned();
                let found = notes.entry((!denied, what, why)).or_default();
                found.0 += note.rows;
                found.1.insert(key.connection);
            }
        }
        let mut lines: Vec<Line> = Vec::new();
        for ((failed, operation, why), (rows, ids)) in notes {
            let mark = if failed { Mark::Untested } else { Mark::Denied };
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{} rows", thousands(rows)) };
            let names: Vec<&str> = self.book.iter().filter(|c| ids.contains(&c.id)).map(|c| c.name.as_str()).collect();
            lines.push(
                Line::of(mark.role(), format!("{} ", mark.symbol(false)))
                    .and(Role::Text, format!("{operation} for {rows} of {}: {why}", names.join(", ")))
                    .hang(2),
            );
        }
        if !lines.is_empty() {
            lines.insert(0, Line::of(Role::Heading, "Calls for columns and tags that brought nothing"));
            lines.insert(0, Line::blank());
        }
        lines
    }

    /// A line a connection, with its regions.
    fn by_connection<'k>(&self, keys: impl Iterator<Item = &'k CellKey>) -> Vec<Line> {
        let mut places: BTreeMap<ConnectionId, Vec<&str>> = BTreeMap::new();
        for key in keys {
            places.entry(key.connection).or_default().push(key.region.as_ref().map_or("global", |r| r.as_str()));
        }
        let order = self.book.iter().filter_map(|c| places.remove_entry(&c.id));
        order
            .map(|(id, mut regions)| {
                regions.sort_unstable();
                regions.dedup();
                self.places(id, &regions.join(", "))
            })
            .collect()
    }

    fn places(&self, id: ConnectionId, words: &str) -> Line {
        let name = self.connection(id).map_or("", |c| c.name.as_str());
        Line::of(Role::Text, format!("  {name:<16} ")).and(Role::Quiet, words).hang(19)
    }
}
