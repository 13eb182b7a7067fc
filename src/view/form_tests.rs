//! What a person sees while adding, editing and removing a connection.

use super::tests::{NARROW, TINY, WIDE, screen};
use crate::app::fixtures::{self, NOW, end, press, report, tell};
use crate::app::{Action, Effect, FormKey, Msg, Size, State, update};
use crate::domain::{
    Cause, CauseKind, CheckError, Connection, End, ErrorClass, ExternalId, ExternalIdFinding, Mandatory, Part, Reason,
    Request, Ticket,
};

const SIZES: [(&str, Size); 3] = [("120", WIDE), ("80", NARROW), ("40", TINY)];

fn type_in(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

/// Gives a form its identities and the name of who asks.
fn known(state: &mut State, key: FormKey) {
    let external_id = ExternalId::parse("5f0c2f0e-0000-4000-8000-000000000001").unwrap();
    let effects = update(state, NOW, Msg::MadeIds { key, id: fixtures::id(99), external_id });
    let asked = effects.iter().find_map(|e| if let Effect::Start { ticket, .. } = e { Some(*ticket) } else { None });
    let Ticket(n) = asked.unwrap_or(Ticket(state.open.keys().next().map_or(1, |t| t.0)));
    tell(state, n, Part::Identity(fixtures::identity()));
    end(state, n, End::Done);
}

fn new(size: Size, account: &str) -> State {
    let mut state = fixtures::untested(size);
    press(&mut state, &[Action::NewConnection]);
    known(&mut state, FormKey::New);
    type_in(&mut state, account);
    state
}

/// Starts the test of what stands in the form.
fn test(state: &mut State) -> (u64, Connection) {
    let effects = press(state, &[Action::Test]);
    let [Effect::Start { ticket, request: Request::Check { book, select, .. } }] = &effects[..] else {
        panic!("{effects:?}")
    };
    (ticket.0, book.iter().find(|c| c.id == select[0]).unwrap().clone())
}

fn refused(size: Size) -> State {
    let mut state = new(size, "111122229999");
    let (ticket, c) = test(&mut state);
    let mut checks: Vec<_> = Mandatory::ALL.into_iter().map(fixtures::not_reached).collect();
    checks[0] = fixtures::denied(Mandatory::AssumeRole, Reason::TrustOrCaller, None, "compare");
    let cause = |cause, compare: &str| Cause { cause, compare: compare.to_owned() };
    checks[0].causes = vec![
        cause(CauseKind::TrustPrincipal, "the trust policy must name arn:aws:iam::999900001111:root"),
        cause(CauseKind::ExternalId, "ours ends in …0001"),
        cause(CauseKind::TooNew, "a role made in the last minutes is not known everywhere yet"),
    ];
    tell(&mut state, ticket, Part::Connection(report(&c, checks, ExternalIdFinding::NotTested)));
    end(&mut state, ticket, End::Done);
    state
}

fn accepted(size: Size, finding: ExternalIdFinding) -> State {
    let mut state = new(size, "111122229999");
    let (ticket, c) = test(&mut state);
    let checks = Mandatory::ALL.into_iter().map(fixtures::allowed).collect();
    tell(&mut state, ticket, Part::Connection(report(&c, checks, finding)));
    end(&mut state, ticket, End::Done);
    state
}

#[test]
fn a_new_connection() {
    for (name, size) in SIZES {
        insta::assert_snapshot!(format!("form_empty_{name}"), screen(&new(size, "")));
        let mut state = new(size, "111122229999");
        insta::assert_snapshot!(format!("form_{name}"), screen(&state));
        press(&mut state, &[Action::PageDown]);
        insta::assert_snapshot!(format!("form_read_on_{name}"), screen(&state));
    }
}

#[test]
fn wrong_values() {
    for (name, size) in SIZES {
        let mut state = new(size, "1111x");
        press(&mut state, &[Action::Down, Action::Down, Action::Down, Action::Down, Action::Down, Action::Accept]);
        press(&mut state, &[Action::Down, Action::Down]);
        type_in(&mut state, "eu-west-1, us-east-1a");
        insta::assert_snapshot!(format!("form_wrong_{name}"), screen(&state));
    }
    let mut state = fixtures::untested(NARROW);
    press(&mut state, &[Action::NewConnection]);
    let external_id = ExternalId::parse("5f0c2f0e-0000-4000-8000-000000000001").unwrap();
    update(&mut state, NOW, Msg::MadeIds { key: FormKey::New, id: fixtures::id(99), external_id });
    let why = "env: there are no credentials in the environment or the files; sign in with aws sso login, or choose a profile";
    end(&mut state, 1, End::Failed(CheckError::new(ErrorClass::Source, why)));
    type_in(&mut state, "111122229999");
    press(&mut state, &[Action::Up]);
    insta::assert_snapshot!("form_nobody_80", screen(&state));
}

#[test]
fn a_test_of_what_stands_there() {
    for (name, size) in SIZES {
        insta::assert_snapshot!(format!("form_refused_{name}"), screen(&refused(size)));
        let mut state = accepted(size, ExternalIdFinding::Enforced);
        press(&mut state, &[Action::Down; 9]);
        insta::assert_snapshot!(format!("form_accepted_{name}"), screen(&state));
    }
    insta::assert_snapshot!("form_exposed_120", screen(&accepted(WIDE, ExternalIdFinding::NotEnforced)));
}

#[test]
fn a_connection_is_edited() {
    for (name, size) in SIZES {
        let mut state = fixtures::tested(size);
        state.cursor = Some(fixtures::id(3));
        press(&mut state, &[Action::EditConnection]);
        known(&mut state, FormKey::Edit(fixtures::id(3)));
        press(&mut state, &[Action::Down, Action::Down, Action::Down]);
        type_in(&mut state, "n");
        insta::assert_snapshot!(format!("form_edit_{name}"), screen(&state));
    }
}

#[test]
fn a_connection_is_removed() {
    for (name, size) in SIZES {
        let mut state = fixtures::tested(size);
        press(&mut state, &[Action::RemoveConnection]);
        type_in(&mut state, "leg");
        insta::assert_snapshot!(format!("remove_{name}"), screen(&state));
    }
}
