//! The first screen without a vault: what each key leads to, and what a failure leaves.

use crate::app::fixtures::*;
use crate::app::*;
use crate::domain::{Change, ConnectionId, ImportPlan, Planned, ProfileName, Source};

const SIZE: Size = Size { width: 80, height: 24 };

fn first() -> State {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    update(&mut state, NOW, Msg::Door(Opening::NoVault { path: "/c/vault.age".into() }));
    state
}

fn empty() -> Msg {
    Msg::Door(Opening::Opened { book: std::sync::Arc::from([]), endpoint: None })
}

fn failed(message: &str) -> Msg {
    Msg::Door(Opening::Failed { message: message.into() })
}

fn typed(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

fn key(kind: KeyKind, recipient: &str) -> VaultKey {
    VaultKey { kind, recipient: recipient.into(), file: "/k".into() }
}

fn make(state: &State) -> &Make {
    state.make().expect("a vault is being made")
}

#[test]
fn a_passphrase_is_typed_twice_and_never_shows() {
    let mut state = first();
    let effects = press(&mut state, &[Action::MakeVault]);
    assert!(matches!(effects[..], [Effect::FindKeys]));
    press(&mut state, &[Action::Accept]);
    assert_eq!(state.context(), Context::NewPassphrase);
    assert!(press(&mut state, &[Action::Accept]).is_empty(), "nothing was typed");
    typed(&mut state, "one two");
    press(&mut state, &[Action::Accept]);
    update(&mut state, NOW, Msg::Paste("one too\n".into()));
    assert!(press(&mut state, &[Action::Accept]).is_empty());
    assert!(make(&state).wrong.as_ref().is_some_and(|w| w.contains("not the same")));
    typed(&mut state, "one two");
    press(&mut state, &[Action::Down]);
    typed(&mut state, "one two");
    let effects = press(&mut state, &[Action::Accept]);
    let [Effect::Make(Protect::Passphrase(secret))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(secret.expose(), "one two");
    assert!(!format!("{state:?} {effects:?}").contains("one two"));
    assert!(make(&state).making);
    assert!(press(&mut state, &[Action::Accept, Action::Back]).is_empty(), "it is being made");
    update(&mut state, NOW, empty());
    assert!(matches!(state.screen, Screen::Panes) && state.overlays.is_empty());
    assert!(state.notice.as_ref().is_some_and(|n| n.text.contains("is made")));
}

#[test]
fn what_fails_is_said_in_place_and_esc_leads_back_step_by_step() {
    let mut state = first();
    press(&mut state, &[Action::MakeVault, Action::Accept]);
    for _ in 0..2 {
        typed(&mut state, "x");
        press(&mut state, &[Action::Accept]);
    }
    update(&mut state, NOW, failed("the disk is full"));
    assert_eq!((make(&state).making, make(&state).wrong.as_deref()), (false, Some("the disk is full")));
    assert_eq!(state.context(), Context::NewPassphrase);
    press(&mut state, &[Action::Back]);
    assert_eq!(state.context(), Context::Choose);
    press(&mut state, &[Action::Back]);
    assert_eq!(state.context(), Context::First);
    assert!(matches!(press(&mut state, &[Action::Quit])[..], [Effect::Quit]));
}

#[test]
fn keys_are_marked_or_taken_where_the_cursor_is() {
    let mut state = first();
    press(&mut state, &[Action::MakeVault]);
    update(&mut state, NOW, Msg::KeysFound(vec![key(KeyKind::Ssh, "ssh-a"), key(KeyKind::New, "")]));
    let made = |effects: &[Effect]| match effects {
        [Effect::Make(Protect::Keys(keys))] => keys.iter().map(|k| (k.kind, k.recipient.clone())).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let mut one = first();
    press(&mut one, &[Action::MakeVault]);
    update(&mut one, NOW, Msg::KeysFound(vec![key(KeyKind::Ssh, "ssh-a"), key(KeyKind::New, "")]));
    assert_eq!(made(&press(&mut one, &[Action::Down, Action::Accept])), [(KeyKind::Ssh, "ssh-a".to_owned())]);
    press(&mut state, &[Action::Down, Action::Mark, Action::Bottom, Action::Accept]);
    assert_eq!(state.context(), Context::Recipient);
    update(&mut state, NOW, Msg::Paste(" age1xyz\n".into()));
    let effects = press(&mut state, &[Action::Accept]);
    assert!(matches!(&effects[..], [Effect::ReadRecipient(text)] if text == "age1xyz"));
    update(&mut state, NOW, Msg::RecipientRead(Err("is not a whole age recipient".into())));
    assert!(make(&state).wrong.is_some());
    update(&mut state, NOW, Msg::RecipientRead(Ok(key(KeyKind::Typed, "age1xyz"))));
    assert_eq!(state.context(), Context::Choose);
    let keys = made(&press(&mut state, &[Action::Accept]));
    assert_eq!(keys, [(KeyKind::Ssh, "ssh-a".to_owned()), (KeyKind::Typed, "age1xyz".to_owned())]);
}

#[test]
fn looking_around_is_not_saved_and_a_failure_stays_on_the_list() {
    let mut state = first();
    let effects = press(&mut state, &[Action::LookAround]);
    assert!(matches!(effects[..], [Effect::ListProfiles]));
    let entry = |name: &str| ProfileEntry { name: name.into(), kind: "keys".into() };
    update(&mut state, NOW, Msg::Profiles(Ok(vec![entry("a"), entry("hub")])));
    let effects = press(&mut state, &[Action::Bottom, Action::Accept]);
    let hub = Source::Profile(ProfileName::parse("hub").unwrap());
    assert!(matches!(&effects[..], [Effect::LookAround(source)] if *source == hub), "{effects:?}");
    update(&mut state, NOW, failed("nothing was sent"));
    assert_eq!(state.around().unwrap().wrong.as_deref(), Some("nothing was sent"));
    press(&mut state, &[Action::Top, Action::Accept]);
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Lock]), "an attempt is given up");
    press(&mut state, &[Action::Accept]);
    assert!(!state.flags.not_saved);
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: book(), endpoint: None }));
    assert!(state.flags.not_saved && state.overlays.is_empty());
    // And back to where connections are kept, which is asked once.
    assert!(press(&mut state, &[Action::UseVault]).is_empty());
    assert!(state.notice.as_ref().unwrap().text.contains("kept in a vault"));
    assert!(matches!(press(&mut state, &[Action::UseVault])[..], [Effect::UseVault]));
    assert!(!state.flags.not_saved && state.book.is_empty());
    update(&mut state, NOW, Msg::Door(Opening::NoVault { path: "vault.age".into() }));
    assert_eq!(state.context(), Context::First, "where n makes one");
}

#[test]
fn the_demo_and_another_try() {
    let mut state = first();
    assert!(matches!(press(&mut state, &[Action::Demo])[..], [Effect::Demo]));
    assert!(state.flags.demo && matches!(state.screen, Screen::Opening));
    let mut state = first();
    update(&mut state, NOW, failed("the key is not plugged in"));
    assert!(matches!(state.screen, Screen::Failed { .. }));
    assert!(matches!(press(&mut state, &[Action::Retry])[..], [Effect::Unlock { passphrase: None }]));
}

fn plan() -> ImportPlan {
    let planned = |n: u128, name: &str| Planned {
        profile: name.into(),
        connection: connection(n, name, None),
        notes: Vec::new(),
    };
    let mut chained = planned(2, "second");
    chained.connection.source = Source::Connection(id(1));
    ImportPlan { new: vec![planned(1, "first"), chained], skipped: vec![("x".into(), "no".into())], without_role: 1 }
}

fn added(effects: &[Effect]) -> Vec<(ConnectionId, Source)> {
    let [Effect::Save(changes)] = effects else { panic!("{effects:?}") };
    let one = |c: &Change| match c {
        Change::Add(c) => (c.id, c.source.clone()),
        other => panic!("{other:?}"),
    };
    changes.iter().map(one).collect()
}

#[test]
fn an_import_makes_the_vault_first_and_then_goes_on_by_itself() {
    let mut state = first();
    assert!(matches!(press(&mut state, &[Action::Import])[..], [Effect::PlanImport(_)]));
    update(&mut state, NOW, Msg::ImportPlanned(Ok(plan())));
    assert!(matches!(press(&mut state, &[Action::Accept])[..], [Effect::FindKeys]));
    press(&mut state, &[Action::Back]);
    assert!(state.import().is_some(), "Esc leads back to the plan");
    press(&mut state, &[Action::Accept, Action::Accept]);
    for _ in 0..2 {
        typed(&mut state, "x");
        press(&mut state, &[Action::Accept]);
    }
    let effects = update(&mut state, NOW, empty());
    assert_eq!(added(&effects).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [id(1), id(2)]);
    let changes = plan().new.into_iter().map(|p| Change::Add(p.connection)).collect();
    let saved = Saved { book: book(), endpoint: None, merged: false };
    update(&mut state, NOW, Msg::Saved { changes, result: Ok(saved) });
    assert!(state.overlays.is_empty());
    assert!(state.notice.as_ref().is_some_and(|n| n.text.starts_with("2 connections added")), "{:?}", state.notice);
}

#[test]
fn what_is_unmarked_stays_a_profile_and_a_failed_save_stays_in_place() {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    update(&mut state, NOW, empty());
    press(&mut state, &[Action::Import]);
    update(&mut state, NOW, Msg::ImportPlanned(Ok(plan())));
    assert!(press(&mut state, &[Action::MarkAll, Action::MarkAll, Action::MarkAll, Action::Accept]).is_empty());
    press(&mut state, &[Action::Down, Action::Mark]);
    let effects = press(&mut state, &[Action::Accept]);
    let first = Source::Profile(ProfileName::parse("first").unwrap());
    assert_eq!(added(&effects), [(id(2), first)]);
    let Effect::Save(changes) = &effects[0] else { panic!() };
    update(&mut state, NOW, Msg::Saved { changes: changes.clone(), result: Err("read-only file system".into()) });
    assert_eq!(state.import().unwrap().wrong.as_deref(), Some("read-only file system"));
    press(&mut state, &[Action::Bottom, Action::Mark]);
    assert_eq!(state.import().unwrap().marked.len(), 1, "what cannot be imported cannot be marked");
    press(&mut state, &[Action::Back]);
    assert!(state.overlays.is_empty());
}

#[test]
fn there_is_nothing_to_import_into_without_a_vault() {
    let mut state = untested(SIZE);
    state.flags.not_saved = true;
    assert!(press(&mut state, &[Action::Import]).is_empty() && state.overlays.is_empty());
    state.flags = Flags { demo: true, ..Flags::default() };
    assert!(press(&mut state, &[Action::Import]).is_empty() && state.overlays.is_empty());
}
