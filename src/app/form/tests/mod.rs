//! Keys go into the form; its state and effects come out.

mod drafts;
mod fields;
mod trials;

use super::*;
use crate::app::fixtures::{self, NOW, press, untested};
use crate::app::{Action, Condition, Context, Line, Msg, Opening, Saved, Size, State, update};
use crate::domain::{
    Cause, CauseKind, Change, Check, CheckError, ConnectionReport, End, ErrorClass, ExternalIdFinding, Mandatory, Part,
    ProbeMode, Reason, Reply, Request, Source, Ticket, Verdict,
};
use proptest::prelude::*;
use std::sync::Arc;

const SIZE: Size = Size { width: 120, height: 36 };
const FRESH: &str = "5f0c2f0e-0000-4000-8000-000000000001";
const ARN: &str = "arn:aws:iam::111122229999:role/team/ops/Viewer";

fn later(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

/// A new form with its identities; its first question is answered.
fn open() -> State {
    let mut state = untested(SIZE);
    let effects = press(&mut state, &[Action::NewConnection]);
    assert!(matches!(effects[..], [Effect::ListProfiles, Effect::MakeIds(FormKey::New)]), "{effects:?}");
    let effects = update(&mut state, NOW, ids(FormKey::New));
    let ticket = asks(&effects);
    reply(&mut state, ticket, Ok(Part::Identity(fixtures::identity())));
    reply(&mut state, ticket, Err(End::Done));
    state
}

fn ids(key: FormKey) -> Msg {
    Msg::MadeIds { key, id: fixtures::id(99), external_id: ExternalId::parse(FRESH).unwrap() }
}

fn asks(effects: &[Effect]) -> Ticket {
    match effects {
        [.., Effect::Start { ticket, request: Request::Identify { .. } }] => *ticket,
        other => panic!("not a question who we are: {other:?}"),
    }
}

/// The one test among effects: ticket, connection and probe.
fn tests(effects: &[Effect]) -> (Ticket, Connection, ProbeMode) {
    let found = effects.iter().find_map(|e| match e {
        Effect::Start { ticket, request: Request::Check { book, select, probe } } => {
            let c = book.iter().find(|c| c.id == select[0]).unwrap().clone();
            Some((*ticket, c, *probe))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no test: {effects:?}"))
}

fn changes(effects: &[Effect]) -> Vec<Change> {
    match effects {
        [Effect::Save(changes)] => changes.clone(),
        other => panic!("not a save: {other:?}"),
    }
}

fn reply(state: &mut State, ticket: Ticket, body: Result<Part, End>) -> Vec<Effect> {
    update(state, NOW, Msg::Reply(Reply { ticket, body }))
}

fn text(state: &mut State, words: &str) -> Vec<Effect> {
    words.chars().flat_map(|c| update(state, NOW, Msg::Text(c))).collect()
}

fn paste(state: &mut State, words: &str) {
    update(state, NOW, Msg::Paste(words.to_owned()));
}

fn form(state: &State) -> &Form {
    state.form().expect("a form is on top")
}

fn go(state: &mut State, field: Field) {
    state.form_mut().unwrap().focus_on(field);
}

fn found(state: &State, field: Field) -> Found {
    form(state).found(field, &state.book, state.profile_names().as_deref())
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |n| n.text.as_str())
}

/// Everything that is drawn, without its line ends.
fn page(state: &State) -> String {
    let page = form_page(state, state.form_area().unwrap(), &str::to_owned).unwrap();
    let lines: Vec<String> = page.rows.iter().map(|r| r.line.text()).chain(page.guide.iter().map(Line::text)).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a test of a connection finds when the role refuses us, perhaps because it is new.
fn refused(c: &Connection) -> Box<ConnectionReport> {
    let mut checks: Vec<Check> = Mandatory::ALL.into_iter().map(fixtures::not_reached).collect();
    checks[0] = fixtures::denied(Mandatory::AssumeRole, Reason::TrustOrCaller, None, "compare");
    let cause = |cause, compare: &str| Cause { cause, compare: compare.to_owned() };
    checks[0].causes = vec![
        cause(CauseKind::TrustPrincipal, "the trust policy must name 999900001111"),
        cause(CauseKind::TooNew, "test again in a minute"),
    ];
    fixtures::report(c, checks, ExternalIdFinding::NotTested)
}

fn good(c: &Connection, finding: ExternalIdFinding) -> Box<ConnectionReport> {
    fixtures::report(c, Mandatory::ALL.into_iter().map(fixtures::allowed).collect(), finding)
}

/// Ends a test with a report.
fn ends(state: &mut State, ticket: Ticket, report: Box<ConnectionReport>) -> Vec<Effect> {
    reply(state, ticket, Ok(Part::Connection(report)));
    reply(state, ticket, Err(End::Done))
}

/// Says that a save went well.
fn saved(state: &mut State, changes: Vec<Change>) -> Vec<Effect> {
    let mut book = state.book.to_vec();
    Change::apply(&changes, &mut book).unwrap();
    let result = Ok(Saved { book: book.into(), endpoint: None, merged: false });
    update(state, NOW, Msg::Saved { changes, result })
}

/// The fleet with an open form for the connection under the cursor.
fn edit(n: u128) -> State {
    let mut state = fixtures::tested(SIZE);
    state.cursor = Some(fixtures::id(n));
    press(&mut state, &[Action::EditConnection]);
    update(&mut state, NOW, ids(FormKey::Edit(fixtures::id(n))));
    state
}
