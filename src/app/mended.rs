//! What is broken, the list of that alone, and what a newer test found mended.

use super::{Slot, Standing, State};
use crate::domain::{Check, ConnectionId, ConnectionReport, ErrorClass, Mandatory, Timestamp, Verdict};

/// What the last test found allowed that the one before it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// When that was seen.
    pub at: Timestamp,
    /// The permissions.
    pub permissions: Vec<Mandatory>,
    /// The role's trust policy enforces the ExternalId now.
    pub external_id: bool,
}

impl Mended {
    /// What is better now, in a few words: `cur:DescribeReportDefinitions allowed`.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        match self.permissions.as_slice() {
            [] => {}
            [one] => parts.push(format!("{} allowed", one.action())),
            [one, rest @ ..] => parts.push(format!("{} and {} more allowed", one.action(), rest.len())),
        }
        if self.external_id {
            parts.push("ExternalId enforced".to_owned());
        }
        parts.join(", ")
    }

    /// The same with what was mended earlier, as far as that still holds.
    pub(super) fn and(mut self, earlier: Option<Self>, standing: &Standing) -> Self {
        let Some(earlier) = earlier else { return self };
        let holds = |p: &Mandatory| matches!(standing.slot(*p), Slot::Known(c) if c.verdict == Verdict::Allowed);
        let mut all: Vec<Mandatory> = earlier.permissions;
        all.extend(self.permissions.iter().filter(|p| !all.contains(p)).copied().collect::<Vec<_>>());
        all.retain(holds);
        self.permissions = all;
        self.external_id |= earlier.external_id && !standing.is_exposed();
        self
    }

    /// Compares a new report with what was known before it.
    pub(super) fn between(before: &Standing, report: &ConnectionReport, at: Timestamp) -> Option<Self> {
        let was_broken = |p: Mandatory| match before.settled(p) {
            Slot::Known(check) => match check.verdict {
                Verdict::Denied => true,
                Verdict::Untested => check.error.as_ref().is_none_or(|e| e.class != ErrorClass::Cancelled),
                Verdict::Allowed | Verdict::NotApplicable => false,
            },
            Slot::Never | Slot::Waiting => false,
        };
        let allowed = report.checks.iter().filter(|c| c.verdict == Verdict::Allowed).map(|c| c.permission);
        let permissions: Vec<Mandatory> = allowed.filter(|p| was_broken(*p)).collect();
        let exposed = before.external_id().is_some_and(|f| f.is_finding());
        let external_id = exposed && report.external_id == crate::domain::ExternalIdFinding::Enforced;
        (!permissions.is_empty() || external_id).then_some(Self { at, permissions, external_id })
    }
}

impl Standing {
    /// Whether the last test found something that has to be mended: denied, not testable, or exposed.
    pub fn has_trouble(&self) -> bool {
        self.is_broken() || self.is_exposed()
    }

    /// Whether waiting makes sense: something is denied, exposed, not tested yet or not testable for now. A call that
    /// an endpoint does not know will not be known to it later.
    pub fn can_be_mended(&self) -> bool {
        let waits = |c: &Check| match c.verdict {
            Verdict::Denied => true,
            Verdict::Untested => c.error.as_ref().is_none_or(|e| e.class != ErrorClass::Unsupported),
            Verdict::Allowed | Verdict::NotApplicable => false,
        };
        self.run.is_some() || self.report.is_none() || self.is_exposed() || self.known().any(waits)
    }
}

impl State {
    /// Lists only what is broken, or everything again.
    pub(super) fn toggle_only_broken(&mut self) {
        self.only_broken = match self.only_broken {
            Some(_) => None,
            None => Some(self.broken().into_iter().collect()),
        };
        self.settle();
    }

    /// The connections that were tested and are not well, in the order of the list.
    pub fn broken(&self) -> Vec<ConnectionId> {
        let ids = self.book.iter().map(|c| c.id);
        ids.filter(|id| self.standings.get(id).is_some_and(Standing::has_trouble)).collect()
    }

    /// A connection that breaks joins the list of what is broken; one that is mended stays until the
    /// list is asked for anew, so that no row vanishes under the cursor.
    pub(super) fn keep_broken(&mut self) {
        if self.only_broken.is_some() {
            let broken = self.broken();
            self.only_broken.iter_mut().for_each(|kept| kept.extend(&broken));
        }
    }
}
