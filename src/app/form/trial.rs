//! Who the source is, and the live test of what stands in the form: also again by itself, because
//! AWS needs a while until a new role is known everywhere.

use super::{Field, Form, FormKey};
use crate::app::book::same_test;
use crate::app::codes::{After, needed};
use crate::app::{Effect, Notice, Overlay, Standing, State, standing};
use crate::domain::{
    BaseIdentity, CauseKind, Check, Connection, ConnectionName, End, ExternalIdFinding, Mandatory, Method, Part,
    Partition, ProbeMode, Request, Source, Ticket, Timestamp, Verdict,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long typing rests before the source is asked who it is, in milliseconds.
const REST: i64 = 600;
/// Seconds between tests that go on by themselves. A new role works everywhere within seconds, at
/// times a minute or two (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>,
/// "Changes that I make are not always immediately visible").
const SPACING: [i64; 5] = [5, 10, 15, 30, 60];

/// What decides who we are: the source, the address that is asked, the partition.
pub(super) type Asked = (Source, Option<String>, Partition);

/// Who the chosen source is.
#[derive(Debug, Clone)]
pub(super) enum Who {
    /// Not asked.
    Unasked,
    /// The answer is on its way.
    Asking(Ticket, Asked),
    /// It answered.
    Known(Asked, BaseIdentity),
    /// It failed: what is wrong and what helps.
    Failed(Asked, String),
}

/// A live test of what stood in the form.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    /// What was tested.
    pub connection: Connection,
    /// What came of it so far.
    pub standing: Standing,
    /// Its request, until that has ended.
    pub ticket: Option<Ticket>,
    /// How many tests went on by themselves.
    pub again: usize,
    /// When the next one does.
    pub next: Option<Timestamp>,
    /// The last one asked whether the ExternalId is enforced.
    probed: bool,
}

impl Trial {
    /// The refused or accepted AssumeRole.
    pub fn assume_role(&self) -> Option<&Check> {
        self.standing.known().find(|c| c.permission == Mandatory::AssumeRole)
    }

    /// Whether the role lets us in without the right ExternalId too.
    pub fn is_exposed(&self) -> bool {
        self.standing.external_id().is_some_and(ExternalIdFinding::is_finding)
    }

    /// Whether waiting may help: something is refused that a change of the last minutes explains.
    fn may_be_new(&self) -> bool {
        // Nobody is there to type another one-time code.
        if self.connection.mfa_serial.is_some() {
            return false;
        }
        let denied = |c: &&Check| c.verdict == Verdict::Denied;
        match self.assume_role().filter(denied) {
            Some(check) => check.causes.iter().any(|c| c.cause == CauseKind::TooNew),
            None => self
                .standing
                .known()
                .filter(denied)
                .any(|c| c.denial.as_ref().is_some_and(crate::domain::Denial::allow_may_help)),
        }
    }
}

/// How often a test goes on by itself, for a sentence.
pub(super) fn rounds() -> usize {
    SPACING.len()
}

impl Form {
    /// Who the source is, if what it was asked with still stands in the form.
    pub(super) fn identity(&self) -> Option<&BaseIdentity> {
        match &self.who {
            Who::Known(_, identity) => Some(identity),
            _ => None,
        }
    }

    pub(super) fn who(&self) -> &Who {
        &self.who
    }

    pub(super) fn trial(&self) -> Option<&Trial> {
        self.trial.as_ref()
    }

    /// A connection whose source and endpoint are those of the form, whatever else is missing.
    fn asker(&self, book: &[Connection]) -> Option<Connection> {
        let id = self.id?;
        let source = self.source(book).ok()?;
        let endpoint_url = self.endpoint().ok()?;
        let method = match self.role() {
            Ok(arn) if self.assumes_role() => Method::Role { arn, external_id: None, external_id_next: None },
            _ if source == Source::Env => Method::Env,
            _ => Method::Profile,
        };
        let name = ConnectionName::parse("source").ok()?;
        let plain = Connection::new(id, name, method, source);
        let insecure = self.before.as_ref().is_some_and(|c| c.allow_insecure_endpoint);
        Some(Connection { endpoint_url, allow_insecure_endpoint: insecure, saved: false, ..plain })
    }

    /// Whether the last test, as far as it went, was of what stands in the form now.
    pub(super) fn is_tested(&self, book: &[Connection]) -> bool {
        let now = self.connection(book).ok();
        self.trial.as_ref().zip(now).is_some_and(|(t, c)| same_test(&t.connection, &c))
    }

    /// Whether AWS has accepted the role and the ExternalId that stand in the form.
    pub(super) fn is_accepted(&self, book: &[Connection]) -> bool {
        let good = self.trial.as_ref().and_then(Trial::assume_role).is_some_and(|c| c.verdict == Verdict::Allowed);
        good && self.is_tested(book)
    }
}

/// Every connection, with the one of the form as it stands there.
fn book_with(book: &[Connection], connection: &Connection) -> Arc<[Connection]> {
    book.iter().filter(|c| c.id != connection.id).chain([connection]).cloned().collect()
}

impl State {
    /// The connection of the form on the stack, as it stands there.
    pub(in crate::app) fn drafted(&self) -> Option<Connection> {
        self.forms.get(&self.shown_key()?)?.connection(&self.book).ok()
    }

    /// Every connection, that of the form on the stack as it stands there.
    pub(in crate::app) fn book_with_draft(&self) -> Arc<[Connection]> {
        self.drafted().map_or_else(|| self.book.clone(), |draft| book_with(&self.book, &draft))
    }

    /// Asks the source of the form who it is, if that is not known already.
    pub(in crate::app) fn ask_who(&mut self) -> Vec<Effect> {
        let book = self.book.clone();
        let Some(form) = self.shown_form() else { return Vec::new() };
        form.ask_at = None;
        let Some(asker) = form.asker(&book) else {
            let old = std::mem::replace(&mut form.who, Who::Unasked);
            return cancel(&old);
        };
        let partition = asker.partition().unwrap_or(Partition::Aws);
        let asked: Asked = (asker.source.clone(), asker.endpoint_url.clone(), partition);
        if form.who.asked() == Some(&asked) {
            return Vec::new();
        }
        let mut effects = cancel(&form.who);
        let ticket = self.ticket();
        if let Some(form) = self.shown_form() {
            form.who = Who::Asking(ticket, asked);
        }
        self.open.insert(ticket, BTreeSet::new());
        let request = Request::Identify { book: book_with(&book, &asker), connection: asker.id };
        effects.push(Effect::Start { ticket, request });
        effects
    }

    /// Something was typed: who the source is will be asked after a rest, if that may differ.
    pub(in crate::app) fn ask_soon(&mut self, now: Timestamp) -> Vec<Effect> {
        let book = self.book.clone();
        let Some(form) = self.form_mut() else { return Vec::new() };
        let asker = form.asker(&book);
        let asked = asker.map(|a| (a.source.clone(), a.endpoint_url.clone(), a.partition().unwrap_or(Partition::Aws)));
        if form.who.asked() == asked.as_ref() {
            form.ask_at = None;
            return Vec::new();
        }
        let at = Timestamp(now.0 + REST);
        form.ask_at = Some(at);
        let effects = cancel(&form.who);
        form.who = Who::Unasked;
        effects.into_iter().chain([Effect::WakeAt(at)]).collect()
    }

    /// Tests what stands in the form on top. A person asks for that, so the ExternalId is probed too.
    pub(in crate::app) fn test_form(&mut self) -> Vec<Effect> {
        if self.form().and_then(Form::trial).is_some_and(|t| t.ticket.is_some()) {
            self.notice = Some(Notice::plain("it is being tested already; Esc stops"));
            return Vec::new();
        }
        let book = self.book.clone();
        let Some(form) = self.form_mut() else { return Vec::new() };
        match form.connection(&book) {
            Ok(connection) => {
                // Not in the vault as it stands here: the history of the saved one is not touched.
                let connection = Connection { saved: false, ..connection };
                let (standing, tested) = (Standing::default(), connection.clone());
                // The verdicts stand below the last field.
                form.focus_on(Field::Finish);
                form.trial = Some(Trial { connection, standing, ticket: None, again: 0, next: None, probed: false });
                let book = book_with(&book, &tested);
                if self.ask_codes(&book, &[tested.id], After::Trial) { Vec::new() } else { self.run_trial(true) }
            }
            Err((field, why)) => {
                form.focus_on(field);
                self.notice = Some(Notice::plain(format!("not enough to test yet: {why}")));
                Vec::new()
            }
        }
    }

    pub(in crate::app) fn run_trial(&mut self, probe: bool) -> Vec<Effect> {
        let ticket = self.ticket();
        let book = self.book.clone();
        let Some(trial) = self.shown_form().and_then(|f| f.trial.as_mut()) else { return Vec::new() };
        trial.next = None;
        trial.ticket = Some(ticket);
        trial.probed = probe;
        trial.standing.run = Some(standing::Run { ticket, started: false, checks: Vec::new() });
        let request = Request::Check {
            book: book_with(&book, &trial.connection),
            select: vec![trial.connection.id],
            probe: if probe { ProbeMode::Force } else { ProbeMode::Never },
        };
        self.open.insert(ticket, BTreeSet::new());
        vec![Effect::Start { ticket, request }]
    }

    /// The form on the stack, also under a text that covers it.
    fn shown_key(&self) -> Option<FormKey> {
        self.overlays.iter().rev().find_map(|o| if let Overlay::Form(key) = o { Some(*key) } else { None })
    }

    fn shown_form(&mut self) -> Option<&mut Form> {
        self.forms.get_mut(&self.shown_key()?)
    }

    /// Stops what a form has under way.
    pub(in crate::app) fn stop_form(&mut self, key: FormKey) -> Vec<Effect> {
        let Some(form) = self.forms.get_mut(&key) else { return Vec::new() };
        form.ask_at = None;
        let mut effects = cancel(&form.who);
        if let Who::Asking(..) = form.who {
            form.who = Who::Unasked;
        }
        if let Some(trial) = &mut form.trial {
            trial.next = None;
            effects.extend(trial.ticket.map(Effect::Cancel));
        }
        effects
    }

    /// `Esc` while something is under way: stops that; `false` when nothing was.
    pub(in crate::app) fn stop_trial(&mut self) -> Option<Vec<Effect>> {
        let trial = self.form_mut()?.trial.as_mut()?;
        if trial.next.take().is_some() {
            self.notice = Some(Notice::plain("no further test by itself; ^t tests"));
            return Some(Vec::new());
        }
        let ticket = trial.ticket?;
        self.notice = Some(Notice::plain("stopping"));
        Some(vec![Effect::Cancel(ticket)])
    }

    /// No test goes on by itself any more.
    pub(in crate::app) fn stop_trials(&mut self) {
        for trial in self.forms.values_mut().filter_map(|f| f.trial.as_mut()) {
            trial.next = None;
        }
    }

    /// The form whose request a ticket is.
    pub(in crate::app) fn form_of(&mut self, ticket: Ticket) -> Option<&mut Form> {
        self.forms.values_mut().find(|f| {
            f.trial.as_ref().and_then(|t| t.ticket) == Some(ticket)
                || matches!(&f.who, Who::Asking(t, _) if *t == ticket)
        })
    }

    /// Takes a part of an answer that belongs to a form.
    pub(in crate::app) fn form_part(&mut self, now: Timestamp, ticket: Ticket, part: Part) {
        let Some(form) = self.form_of(ticket) else { return };
        if let (Part::Identity(identity), Who::Asking(_, asked)) = (&part, &form.who) {
            form.who = Who::Known(asked.clone(), identity.clone());
            return;
        }
        let Some(trial) = &mut form.trial else { return };
        match part {
            Part::Check { check, .. } => {
                if let Some(run) = &mut trial.standing.run {
                    run.started = true;
                    run.checks.retain(|c| c.permission != check.permission);
                    run.checks.push(*check);
                }
            }
            Part::Connection(report) => trial.standing.accept(report, now),
            _ => {}
        }
    }

    /// Takes the end of a form's request.
    pub(in crate::app) fn form_end(&mut self, now: Timestamp, ticket: Ticket, end: &End) -> Vec<Effect> {
        let Some(form) = self.form_of(ticket) else { return Vec::new() };
        if let Who::Asking(t, asked) = &form.who
            && *t == ticket
        {
            form.who = match end {
                End::Failed(error) => Who::Failed(asked.clone(), error.message.clone()),
                _ => Who::Unasked,
            };
            return Vec::new();
        }
        let key = form.key;
        let Some(trial) = &mut form.trial else { return Vec::new() };
        trial.ticket = None;
        trial.standing.stop(now);
        match end {
            End::Done => {}
            End::Cancelled => {
                self.notice = Some(Notice::plain("stopped; what had arrived stands"));
                return Vec::new();
            }
            End::Failed(error) => {
                let words = error.message.clone();
                self.say(now, Notice::bad(words));
                return Vec::new();
            }
        }
        // Only a form that somebody looks at goes on by itself.
        if self.shown_form().is_some_and(|f| f.key == key) { self.after_trial(now) } else { Vec::new() }
    }

    fn after_trial(&mut self, now: Timestamp) -> Vec<Effect> {
        let book = self.book.clone();
        let Some(trial) = self.shown_form().and_then(|f| f.trial.as_mut()) else { return Vec::new() };
        let accepted = trial.assume_role().is_some_and(|c| c.verdict == Verdict::Allowed);
        // A one-time code is good for one test.
        if !needed(&book_with(&book, &trial.connection), trial.connection.id).is_empty() {
            return Vec::new();
        }
        if trial.may_be_new() {
            if let Some(seconds) = SPACING.get(trial.again) {
                trial.again += 1;
                trial.next = Some(Timestamp(now.0 + seconds * 1000));
                return vec![Effect::WakeAt(Timestamp(now.0 + 1000))];
            }
            return Vec::new();
        }
        // The tests that went on by themselves were sparing: whether the ExternalId is enforced is still open.
        if accepted && !trial.probed {
            return self.run_trial(true);
        }
        Vec::new()
    }

    /// What is due in the form on top; `None` when nothing is.
    pub(in crate::app) fn form_wake(&mut self, now: Timestamp) -> Option<Vec<Effect>> {
        let form = self.shown_form()?;
        if form.ask_at.is_some_and(|at| at <= now) {
            return Some(self.ask_who());
        }
        let at = form.trial.as_ref()?.next?;
        Some(if at <= now { self.run_trial(false) } else { Vec::new() })
    }

    /// When the form wants to be woken next: for its question, or for the seconds of a countdown.
    pub(in crate::app) fn form_alarm(&self, now: Timestamp) -> Option<Timestamp> {
        let form = self.forms.get(&self.shown_key()?)?;
        let tick = form.trial.as_ref().and_then(|t| t.next).map(|at| {
            // The seconds are counted where they are seen.
            let left = if self.form().is_some() { at.since(now).max(1) } else { 1 };
            Timestamp(at.0 - (left - 1) / 1000 * 1000)
        });
        [form.ask_at, tick].into_iter().flatten().min()
    }
}

impl Who {
    fn asked(&self) -> Option<&Asked> {
        match self {
            Self::Unasked => None,
            Self::Asking(_, asked) | Self::Known(asked, _) | Self::Failed(asked, _) => Some(asked),
        }
    }
}

/// Stops a question whose answer nobody waits for any more.
fn cancel(who: &Who) -> Vec<Effect> {
    match who {
        Who::Asking(ticket, _) => vec![Effect::Cancel(*ticket)],
        _ => Vec::new(),
    }
}
