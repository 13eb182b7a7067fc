//! What is known of one connection's tests: the last report, the run that goes on, and the few
//! words that sum it up.

use super::Mended;
use crate::domain::{
    BaseIdentity, Check, CheckError, ConnectionReport, ErrorClass, ExternalIdFinding, Mandatory, Mark, Ticket,
    Timestamp, Verdict,
};

/// A test that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its ticket: answers under another are not this run's.
    pub ticket: Ticket,
    /// Whether the engine has begun with this connection.
    pub started: bool,
    /// The verdicts so far, in the order they came.
    pub checks: Vec<Check>,
}

/// One connection's tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// The last complete test.
    pub report: Option<Box<ConnectionReport>>,
    /// The test that goes on.
    pub run: Option<Run>,
    /// Verdicts of a run that was stopped: newer than the report.
    pub newer: Vec<Check>,
    /// When the last verdicts came in.
    pub at: Option<Timestamp>,
    /// What the last test found better than the one before it.
    pub mended: Option<Mended>,
}

/// What there is to say about one permission now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot<'a> {
    /// It was never tested.
    Never,
    /// Its answer is on the way.
    Waiting,
    /// Its verdict.
    Known(&'a Check),
}

impl Slot<'_> {
    /// The symbol for it.
    pub fn mark(self) -> Mark {
        match self {
            Self::Never => Mark::Untested,
            Self::Waiting => Mark::Testing,
            Self::Known(check) => match check.verdict {
                Verdict::Allowed => Mark::Allowed,
                Verdict::Denied => Mark::Denied,
                Verdict::NotApplicable => Mark::NotApplicable,
                Verdict::Untested if class(check) == Some(ErrorClass::NotReached) => Mark::NotReached,
                Verdict::Untested => Mark::Untested,
            },
        }
    }
}

/// A connection's state in a symbol and one or two words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// The symbol.
    pub mark: Mark,
    /// The words.
    pub word: String,
}

impl Standing {
    /// What there is to say about a permission.
    pub fn slot(&self, permission: Mandatory) -> Slot<'_> {
        match &self.run {
            Some(run) => find(&run.checks, permission).map_or(Slot::Waiting, Slot::Known),
            None => self.settled(permission),
        }
    }

    /// What there was to say about it before the test that goes on.
    pub(super) fn settled(&self, permission: Mandatory) -> Slot<'_> {
        if let Some(check) = find(&self.newer, permission) {
            return Slot::Known(check);
        }
        self.report.as_ref().and_then(|r| r.check(permission)).map_or(Slot::Never, Slot::Known)
    }

    /// The verdicts that are known now, in the order of the screens.
    pub fn known(&self) -> impl Iterator<Item = &Check> {
        Mandatory::ALL.into_iter().filter_map(|p| match self.slot(p) {
            Slot::Known(check) => Some(check),
            _ => None,
        })
    }

    /// Takes a complete report. What it could not ask because it was stopped keeps its older verdict.
    pub fn accept(&mut self, mut report: Box<ConnectionReport>, now: Timestamp) {
        self.run = None;
        self.mended = Mended::between(self, &report, now);
        for check in &mut report.checks {
            if class(check) == Some(ErrorClass::Cancelled)
                && let Slot::Known(old) = self.slot(check.permission)
            {
                *check = old.clone();
            }
        }
        self.newer.clear();
        self.report = Some(report);
        self.at = Some(now);
    }

    /// Ends a run that gave no report: what had arrived stands.
    pub fn stop(&mut self, now: Timestamp) {
        let Some(run) = self.run.take() else { return };
        for check in run.checks {
            self.newer.retain(|c| c.permission != check.permission);
            self.newer.push(check);
            self.at = Some(now);
        }
    }

    /// What the trust policy does with the ExternalId, as far as a test told.
    pub fn external_id(&self) -> Option<ExternalIdFinding> {
        self.report.as_ref().map(|r| r.external_id)
    }

    /// Who we were before assuming.
    pub fn base_identity(&self) -> Option<&BaseIdentity> {
        self.report.as_ref()?.base_identity.as_ref()
    }

    /// Whether an ExternalId finding waits to be mended.
    pub fn is_exposed(&self) -> bool {
        self.run.is_none() && self.external_id().is_some_and(ExternalIdFinding::is_finding)
    }

    /// Whether something was denied or could not be tested.
    pub fn is_broken(&self) -> bool {
        self.run.is_none() && self.known().any(|c| matches!(c.verdict, Verdict::Denied | Verdict::Untested))
    }

    /// `4 of 5 allowed`, of what applies; `None` before anything is known.
    pub fn count_words(&self) -> Option<String> {
        let applies = self.known().filter(|c| c.verdict != Verdict::NotApplicable).count();
        let allowed = self.known().filter(|c| c.verdict == Verdict::Allowed).count();
        self.known().next().map(|_| format!("{allowed} of {applies} allowed"))
    }

    /// Symbol and words for the list of accounts.
    pub fn badge(&self) -> Badge {
        let badge = |mark, word: &str| Badge { mark, word: word.to_owned() };
        if let Some(run) = &self.run {
            let word = if run.started {
                format!("testing {}/{}", run.checks.len(), Mandatory::ALL.len())
            } else {
                "waiting".into()
            };
            return Badge { mark: Mark::Testing, word };
        }
        let checks: Vec<&Check> = self.known().collect();
        if checks.is_empty() {
            return badge(Mark::Untested, "not tested");
        }
        if checks.iter().any(|c| class(c) == Some(ErrorClass::AccountMismatch)) {
            return badge(Mark::Denied, "WRONG ACCOUNT");
        }
        let denied = checks.iter().filter(|c| c.verdict == Verdict::Denied).count();
        if checks.iter().any(|c| c.permission == Mandatory::AssumeRole && c.verdict == Verdict::Denied) {
            return badge(Mark::Denied, "no access");
        }
        if denied > 0 {
            return Badge { mark: Mark::Denied, word: format!("{denied} denied") };
        }
        // A door that stands open is worse news than a question without an answer.
        if let Some(finding) = self.external_id().filter(|f| f.is_finding()) {
            return badge(Mark::Finding, finding_word(finding));
        }
        if let Some(check) =
            checks.iter().find(|c| c.verdict == Verdict::Untested && class(c) != Some(ErrorClass::NotReached))
        {
            return badge(Mark::Untested, check.error.as_ref().map_or("untested", untested_words));
        }
        if checks.iter().any(|c| c.verdict == Verdict::Untested) || checks.len() < Mandatory::ALL.len() {
            return badge(Mark::Untested, "partly tested");
        }
        badge(Mark::Allowed, if self.mended.is_some() { "mended" } else { "allowed" })
    }
}

fn find(checks: &[Check], permission: Mandatory) -> Option<&Check> {
    checks.iter().find(|c| c.permission == permission)
}

/// The class of a check's failure.
fn class(check: &Check) -> Option<ErrorClass> {
    check.error.as_ref().map(|e| e.class)
}

/// Why something could not be tested, in a few words.
pub(super) fn untested_words(error: &CheckError) -> &'static str {
    if error.lacks_code() { "needs a code" } else { untested_word(error.class) }
}

/// Why a connection could not be tested, in one or two words.
pub(super) fn untested_word(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Source => "source failed",
        ErrorClass::Network => "no network",
        ErrorClass::Proxy => "proxy",
        ErrorClass::Throttled => "throttled",
        ErrorClass::Expired => "expired",
        ErrorClass::RegionOff => "region off",
        ErrorClass::Clock => "clock is off",
        ErrorClass::Unsupported => "unsupported",
        ErrorClass::Invalid => "invalid request",
        ErrorClass::AccountMismatch => "wrong account",
        ErrorClass::NotReached => "not reached",
        ErrorClass::Cancelled => "cancelled",
        ErrorClass::Other => "untested",
    }
}

/// An ExternalId finding in a person's words; what has to be mended is loud where it stands alone.
pub(super) fn finding_word(finding: ExternalIdFinding) -> &'static str {
    match finding {
        ExternalIdFinding::Enforced => "enforced",
        ExternalIdFinding::NotEnforced => "NOT ENFORCED",
        ExternalIdFinding::Optional => "OPTIONAL",
        ExternalIdFinding::AnyAccepted => "ANY ACCEPTED",
        ExternalIdFinding::Contradicts => "CONTRADICTS",
        ExternalIdFinding::None => "none sent",
        ExternalIdFinding::NotTested => "not tested",
        ExternalIdFinding::Unknown => "unknown",
    }
}
