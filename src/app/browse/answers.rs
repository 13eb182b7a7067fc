//! What the engine answers about assets. A part counts only under its cell's present ticket.

use super::{Cell, Goal, Target};
use crate::app::{Effect, Notice, State};
use crate::domain::{
    CellKey, CellState, CheckError, ConnectionId, End, ErrorClass, Part, Region, TargetFacts, Ticket, Timestamp,
};
use crate::query::{Block, CellLabel};
use std::sync::Arc;

impl State {
    /// Takes an answer about assets; `None` when the ticket is about something else, else whether anything changed.
    pub(in crate::app) fn browse_reply(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        body: &Result<Part, End>,
        effects: &mut Vec<Effect>,
    ) -> Option<bool> {
        if self.browse.ending.contains(&ticket) {
            if body.is_err() {
                self.browse.ending.remove(&ticket);
                self.open.remove(&ticket);
                self.stopping.remove(&ticket);
            }
            return Some(body.is_err());
        }
        let goal = self.browse.lists.iter().find(|(_, l)| l.tickets.contains_key(&ticket)).map(|(g, _)| g.clone())?;
        let changed = match body {
            Ok(part) => self.browse_part(now, ticket, &goal, part),
            Err(end) => {
                self.open.remove(&ticket);
                self.stopping.remove(&ticket);
                self.browse_end(now, ticket, &goal, end);
                if *end == End::Done {
                    effects.extend(self.ask_instead(now, &goal));
                }
                true
            }
        };
        let here = self.browse.here.as_ref() == Some(&goal);
        if changed && here {
            match body {
                // What ends is shown whole at once.
                Err(_) => effects.extend(self.arrange(now)),
                Ok(Part::Rows { .. } | Part::Cells(_) | Part::Target(_) | Part::NoTarget { .. }) => {
                    effects.extend(self.arrange_soon(now))
                }
                Ok(_) => {}
            }
        }
        Some(changed && here)
    }

    fn browse_part(&mut self, now: Timestamp, ticket: Ticket, goal: &Goal, part: &Part) -> bool {
        let retired =
            |id: &ConnectionId| self.browse.lists.get(goal).is_some_and(|list| list.retired.contains(&(ticket, *id)));
        match part {
            // It led elsewhere when this was asked.
            Part::Target(TargetFacts { connection, .. }) | Part::NoTarget { connection, .. } if retired(connection) => {
                return false;
            }
            Part::Target(facts) => self.target(goal, facts),
            Part::NoTarget { connection, trouble } => {
                if let Some(list) = self.browse.lists.get_mut(goal) {
                    list.unreached.insert(*connection, trouble.clone());
                    // Nothing of it was asked: what was known stands.
                    let own = list.cells.iter_mut().filter(|(key, _)| key.connection == *connection);
                    own.filter(|(_, cell)| cell.ticket == ticket && !cell.state.is_over())
                        .for_each(|(_, cell)| cell.end(CellState::Cancelled, now));
                }
            }
            Part::Cells(states) => {
                let mut changed = false;
                for (key, state) in states {
                    let Some(cell) = self.cell(now, ticket, goal, key) else { continue };
                    changed = true;
                    match state.is_over() {
                        true => cell.end(state.clone(), now),
                        false if cell.state != *state => {
                            cell.state = state.clone();
                            cell.since = now;
                        }
                        false => {}
                    }
                }
                return changed;
            }
            Part::Rows { cell: key, batch } => {
                let Some(label) = self.label(key) else { return false };
                let Some(cell) = self.cell(now, ticket, goal, key) else { return false };
                if !cell.state.is_over() {
                    cell.state = CellState::Loading;
                }
                // The label is made once a cell.
                let label = cell.blocks.first().map_or_else(|| Arc::new(label), |b| b.cell.clone());
                cell.blocks.push(Block { cell: label, batch: batch.clone() });
            }
            Part::Notes { cell: key, notes } => {
                let Some(cell) = self.cell(now, ticket, goal, key) else { return false };
                cell.notes.extend(notes.iter().cloned());
            }
            Part::Notice(words) => self.say(now, Notice::bad(words.clone())),
            _ => return false,
        }
        true
    }

    /// A cell, if this ticket is its present one or a later one.
    fn cell(&mut self, now: Timestamp, ticket: Ticket, goal: &Goal, key: &CellKey) -> Option<&mut Cell> {
        let list = self.browse.lists.get_mut(goal)?;
        if list.retired.contains(&(ticket, key.connection)) {
            return None;
        }
        let cell = list.cells.entry(key.clone()).or_insert_with(|| Cell::new(ticket, now));
        if cell.ticket < ticket {
            cell.begin(ticket, now);
        }
        cell.named |= cell.ticket == ticket;
        (cell.ticket == ticket).then_some(cell)
    }

    fn target(&mut self, goal: &Goal, facts: &TargetFacts) {
        let mut regions: Vec<(Region, bool)> =
            facts.regions.list.iter().map(|fact| (fact.region.clone(), fact.enabled)).collect();
        regions.sort();
        let target = Target { account: Some(facts.account.clone()), regions };
        self.browse.targets.insert(facts.connection, target);
        if let Some(list) = self.browse.lists.get_mut(goal) {
            list.unreached.remove(&facts.connection);
        }
    }

    /// What the rows of a cell have in common. Its target is told before them.
    fn label(&self, key: &CellKey) -> Option<CellLabel> {
        let connection = self.connection(key.connection)?;
        let told = self.browse.targets.get(&key.connection).and_then(|t| t.account.as_ref());
        Some(CellLabel {
            connection: key.connection,
            name: connection.name.clone(),
            account: told.or(connection.account.as_ref())?.clone(),
            region: key.region.clone(),
            kind: self.catalog.kind(&key.kind)?.clone(),
        })
    }

    fn browse_end(&mut self, now: Timestamp, ticket: Ticket, goal: &Goal, end: &End) {
        if let End::Failed(error) = end {
            self.say(now, Notice::bad(error.message.clone()));
        }
        let Some(list) = self.browse.lists.get_mut(goal) else { return };
        let about = list.tickets.remove(&ticket).unwrap_or_default();
        list.retired.retain(|(t, _)| *t != ticket);
        if *end == End::Done {
            // What was not even spoken of is not there any more: another scope, other regions.
            list.cells.retain(|_, c| c.ticket != ticket || c.named || c.state.is_over());
        }
        for cell in list.cells.values_mut().filter(|c| c.ticket == ticket && !c.state.is_over()) {
            cell.end(
                match end {
                    End::Failed(error) => CellState::Failed { error: error.clone(), at: now },
                    End::Cancelled => CellState::Cancelled,
                    // Only an error inside this program leaves a cell without an end.
                    End::Done => {
                        let words = "it ended without an answer; run again with --log FILE and report it";
                        CellState::Failed { error: CheckError::new(ErrorClass::Other, words), at: now }
                    }
                },
                now,
            );
        }
        if *end != End::Done {
            list.not_named(ticket, &about);
        }
    }
}
