//! Keys go into the form; its state and effects come out.

use super::*;
use crate::app::fixtures::{self, NOW, press, untested};
use crate::app::{Action, Msg, Size, State, update};
use crate::domain::{End, Part, Reply, Request};

const SIZE: Size = Size { width: 120, height: 36 };
const FRESH: &str = "5f0c2f0e-0000-4000-8000-000000000001";

fn open(state: &mut State) -> Vec<Effect> {
    let effects = press(state, &[Action::NewConnection]);
    assert!(matches!(effects[..], [Effect::ListProfiles, Effect::MakeIds(FormKey::New)]), "{effects:?}");
    let ids = Msg::MadeIds { key: FormKey::New, id: fixtures::id(99), external_id: ExternalId::parse(FRESH).unwrap() };
    update(state, NOW, ids)
}

fn text(state: &mut State, words: &str) -> Vec<Effect> {
    words.chars().flat_map(|c| update(state, NOW, Msg::Text(c))).collect()
}

#[test]
fn an_account_id_alone_makes_a_connection() {
    let mut state = untested(SIZE);
    let effects = open(&mut state);
    let [Effect::Start { ticket, request: Request::Identify { connection, .. } }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*connection, fixtures::id(99));
    let identity = Part::Identity(fixtures::identity());
    update(&mut state, NOW, Msg::Reply(Reply { ticket: *ticket, body: Ok(identity) }));
    update(&mut state, NOW, Msg::Reply(Reply { ticket: *ticket, body: Err(End::Done) }));
    text(&mut state, "1111-2222-9999");
    let effects = press(&mut state, &[Action::Save]);
    let [Effect::Save(changes)] = &effects[..] else { panic!("{effects:?}") };
    let [crate::domain::Change::Add(c)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(c.role_arn().unwrap().to_string(), "arn:aws:iam::111122229999:role/CloudivizeRole");
    assert_eq!(c.external_id().unwrap().expose(), FRESH);
    assert_eq!(c.name.as_str(), "aws-111122229999");
}
