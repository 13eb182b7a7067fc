//! Importing profiles that assume a role: the plan as a list, what is wanted marked.

use super::{Action, Effect, Notice, Overlay, Screen, State};
use crate::domain::{Change, ImportPlan};
use std::collections::BTreeSet;

/// An import before it is made.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// What can be added, and what cannot; `None` while the configuration is read.
    pub plan: Option<Result<ImportPlan, String>>,
    /// What is wanted, by its place in the plan.
    pub marked: BTreeSet<usize>,
    /// The row under the cursor.
    pub at: usize,
    /// Why the last attempt to save failed.
    pub wrong: Option<String>,
    /// It is being saved.
    pub saving: bool,
    /// A vault is made first, and then this goes on by itself.
    pub waits: bool,
}

impl Import {
    /// The plan, once it is there.
    pub fn plan(&self) -> Option<&ImportPlan> {
        self.plan.as_ref()?.as_ref().ok()
    }

    /// How many rows there are: what can be added, then what cannot.
    pub fn rows(&self) -> usize {
        self.plan().map_or(0, |plan| plan.new.len() + plan.skipped.len())
    }

    /// How many connections could be added.
    pub fn count(&self) -> usize {
        self.plan().map_or(0, |plan| plan.new.len())
    }
}

impl State {
    /// The import, if it is on top.
    pub fn import(&self) -> Option<&Import> {
        match self.overlays.last() {
            Some(Overlay::Import(import)) => Some(import),
            _ => None,
        }
    }

    pub(super) fn import_mut(&mut self) -> Option<&mut Import> {
        match self.overlays.last_mut() {
            Some(Overlay::Import(import)) => Some(import),
            _ => None,
        }
    }

    /// Reads the profiles and shows what an import would add. The demo reads nothing of a person's.
    pub(super) fn begin_to_import(&mut self) -> Vec<Effect> {
        if !self.can_import() {
            return Vec::new();
        }
        self.overlays.push(Overlay::Import(Box::default()));
        vec![Effect::PlanImport(self.book.clone())]
    }

    /// Whether there is a vault to import into, or one can be made.
    pub fn can_import(&self) -> bool {
        match self.screen {
            Screen::NoVault { .. } => true,
            Screen::Panes => !self.flags.demo && !self.flags.not_saved,
            _ => false,
        }
    }

    /// The plan is there. Everything is wanted until a person says otherwise.
    pub(super) fn import_planned(&mut self, plan: Result<ImportPlan, String>) {
        if let Some(import) = self.import_mut() {
            import.marked = (0..plan.as_ref().map_or(0, |p| p.new.len())).collect();
            import.plan = Some(plan);
        }
    }

    /// What a key does in the plan; `None` when it is none of its.
    pub(super) fn import_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let import = self.import_mut()?;
        let last = import.rows().saturating_sub(1);
        match action {
            Action::Back if import.saving => {
                self.notice = Some(Notice::plain("it is being saved; a moment"));
            }
            Action::Back => drop(self.overlays.pop()),
            _ if import.saving => return None,
            Action::Up => import.at = import.at.saturating_sub(1),
            Action::Down => import.at = (import.at + 1).min(last),
            Action::Top | Action::PageUp => import.at = 0,
            Action::Bottom | Action::PageDown => import.at = last,
            Action::Mark => {
                if import.at >= import.count() {
                    self.notice = Some(Notice::plain("this one cannot be imported, for the reason beside it"));
                } else if !import.marked.remove(&import.at) {
                    import.marked.insert(import.at);
                }
            }
            Action::MarkAll => {
                let all: BTreeSet<usize> = (0..import.count()).collect();
                import.marked = if import.marked == all { BTreeSet::new() } else { all };
            }
            Action::Accept if import.marked.is_empty() => {
                self.notice =
                    Some(Notice::plain("nothing is marked: {key:mark} marks, {key:back} leaves without adding"));
            }
            Action::Accept if matches!(self.screen, Screen::NoVault { .. }) => {
                if let Some(import) = self.import_mut() {
                    import.waits = true;
                }
                self.notice = Some(Notice::plain("a vault for them first; {key:back} goes back to the list"));
                return Some(self.begin_to_make());
            }
            Action::Accept => return Some(self.make_import()),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Adds what is marked.
    fn make_import(&mut self) -> Vec<Effect> {
        let known = self.book.clone();
        let Some(import) = self.import_mut() else { return Vec::new() };
        let Some(plan) = import.plan() else { return Vec::new() };
        let chosen = plan.chosen(&known, |i| import.marked.contains(&i));
        (import.saving, import.wrong, import.waits) = (true, None, false);
        self.save(chosen.new.into_iter().map(|p| Change::Add(p.connection)).collect())
    }

    /// The vault is open: an import that waited for it goes on.
    pub(super) fn import_goes_on(&mut self) -> Vec<Effect> {
        if self.import().is_some_and(|i| i.waits) { self.make_import() } else { Vec::new() }
    }

    /// A save ended: if it was the import's, that is over, or says why not.
    pub(super) fn import_saved(&mut self, count: usize, outcome: Result<(), String>) {
        let Some(import) = self.import_mut().filter(|i| i.saving) else { return };
        match outcome {
            Ok(()) => {
                self.overlays.pop();
                let words = match count {
                    1 => "1 connection added; {key:test} tests it".to_owned(),
                    n => format!("{n} connections added; {{key:test-all}} tests them"),
                };
                self.notice = Some(Notice::good(words));
            }
            Err(why) => (import.saving, import.wrong) = (false, Some(why)),
        }
    }
}
