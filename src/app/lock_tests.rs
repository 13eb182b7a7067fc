//! What a lock leaves, and where unlocking leads.

use crate::app::fixtures::*;
use crate::app::*;
use crate::domain::{Change, End, Mandatory, Part, Reply, Ticket};
use proptest::prelude::*;
use std::time::Duration;

const SIZE: Size = Size { width: 120, height: 36 };

fn open() -> Msg {
    Msg::Door(Opening::Opened { book: book(), endpoint: None })
}

fn guarded(way: Way) -> Msg {
    Msg::Guarded(Guard { idle: Some(Duration::from_secs(900)), way })
}

fn passphrase() -> Way {
    Way::Passphrase("the vault".to_owned())
}

fn locked(state: &State) -> &Unlock {
    match &state.screen {
        Screen::Unlock(unlock) if unlock.locked.is_some() => unlock,
        other => panic!("not locked: {other:?}"),
    }
}

/// Everything in the fixtures that says something about an account or a connection.
fn facts() -> Vec<String> {
    let mut facts: Vec<String> = ["eu-west-1", "p-examplepolicyid", "profile:hub", "999900001111", "operations"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    for connection in book().iter() {
        facts.push(connection.name.to_string());
        facts.extend(connection.account.as_ref().map(ToString::to_string));
        facts.extend(connection.role_arn().map(ToString::to_string));
        facts.push("an-external-id".to_owned());
        for check in &found(connection).checks {
            facts.extend(check.request_id.clone());
            facts.extend(check.denial.as_ref().map(|d| d.message.clone()));
            facts.extend(check.advice.clone());
        }
    }
    facts
}

#[test]
fn l_stops_what_runs_and_covers_the_screen() {
    let mut state = fleet(SIZE);
    update(&mut state, NOW, guarded(passphrase()));
    let effects = press(&mut state, &[Action::Lock]);
    assert!(matches!(effects[..], [Effect::Cancel(Ticket(1)), Effect::Lock, Effect::Repaint]), "{effects:?}");
    assert_eq!((locked(&state).locked, state.is_busy()), (Some(LockedBy::Person), false));
    assert!(press(&mut state, &[Action::Lock]).is_empty(), "locked is locked");
    // Its end still comes, and parts that were on their way: they are nobody's any more.
    tell(&mut state, 1, Part::Connection(found(&book()[5])));
    end(&mut state, 1, End::Cancelled);
    assert!(state.standings.is_empty() && state.notice.is_none());
}

#[test]
fn unlocking_leads_back_to_the_same_place() {
    let mut state = tested(SIZE);
    update(&mut state, NOW, guarded(passphrase()));
    press(&mut state, &[Action::Filter]);
    for c in "e".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    press(&mut state, &[Action::Accept, Action::Down, Action::Open, Action::Open]);
    let (cursor, focus) = (state.cursor, state.focus);
    assert!(cursor.is_some() && state.viewer().is_some());
    press(&mut state, &[Action::Lock]);
    update(&mut state, NOW, Msg::Text('x'));
    let effects = press(&mut state, &[Action::Accept]);
    assert!(matches!(&effects[..], [Effect::Unlock { passphrase: Some(_) }]));
    update(&mut state, NOW, guarded(passphrase()));
    update(&mut state, NOW, open());
    assert_eq!((state.cursor, state.focus, state.filter.text()), (cursor, focus, "e"));
    assert!(state.overlays.is_empty(), "overlays are closed");
    assert!(state.standings.values().all(|s| s.report.is_none()), "what was read is gone");
    assert!(!state.is_locked() && state.kept.is_none());
}

#[test]
fn a_cursor_that_the_filter_hides_stays_and_one_that_is_gone_does_not() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Filter]);
    for c in "denied".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    press(&mut state, &[Action::Accept]);
    let cursor = state.cursor;
    press(&mut state, &[Action::Lock]);
    update(&mut state, NOW, open());
    assert_eq!(state.cursor, cursor, "verdicts that the filter asks for come back with a test");
    press(&mut state, &[Action::Lock]);
    let rest: Vec<_> = book().iter().filter(|c| Some(c.id) != cursor).cloned().collect();
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: rest.into(), endpoint: None }));
    assert_ne!(state.cursor, cursor);
}

#[test]
fn rest_locks_only_what_is_open() {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    update(&mut state, NOW, guarded(passphrase()));
    assert_eq!(state.idle_limit(), None, "there is nothing to lock yet");
    assert!(update(&mut state, NOW, Msg::Idle).is_empty());
    update(&mut state, NOW, open());
    assert_eq!(state.idle_limit(), Some(Duration::from_secs(900)));
    let effects = update(&mut state, NOW, Msg::Idle);
    assert!(matches!(effects[..], [Effect::Lock, Effect::Repaint]));
    assert_eq!(locked(&state).locked, Some(LockedBy::Rest(Duration::from_secs(900))));
    assert_eq!(state.idle_limit(), None);
}

#[test]
fn without_a_passphrase_enter_opens_and_typing_does_nothing() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::Lock]);
    assert_eq!(locked(&state).way, Way::NoVault);
    assert_eq!(state.context(), Context::Locked);
    update(&mut state, NOW, Msg::Paste("prod-eu".into()));
    assert_eq!(locked(&state).input.count(), 0);
    assert!(matches!(press(&mut state, &[Action::Accept])[..], [Effect::Unlock { passphrase: None }]));
    assert!(press(&mut state, &[Action::Accept]).is_empty(), "once is enough");
}

#[test]
fn esc_gives_up_waiting_then_asks_once_before_it_leaves() {
    let mut state = untested(SIZE);
    update(&mut state, NOW, guarded(passphrase()));
    press(&mut state, &[Action::Lock]);
    update(&mut state, NOW, Msg::Text('x'));
    press(&mut state, &[Action::Accept]);
    assert!(locked(&state).trying);
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Lock]), "what comes of it is dropped");
    assert!(!locked(&state).trying);
    assert!(press(&mut state, &[Action::Back]).is_empty());
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Quit]));
}

#[test]
fn what_fails_behind_the_lock_is_said_there() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::Lock, Action::Accept]);
    update(&mut state, NOW, Msg::Door(Opening::Failed { message: "the identity is gone".into() }));
    assert_eq!((locked(&state).wrong.as_deref(), locked(&state).trying), (Some("the identity is gone"), false));
    update(&mut state, NOW, Msg::Door(Opening::Ask { what: "the vault".into(), wrong: Some("no".into()) }));
    assert_eq!((locked(&state).wrong.as_deref(), locked(&state).has_field()), (Some("no"), true));
}

#[test]
fn nothing_speaks_behind_the_lock_and_a_lost_save_is_told_afterwards() {
    let mut state = untested(SIZE);
    state.saving = 1;
    press(&mut state, &[Action::Lock]);
    update(&mut state, NOW, Msg::Told(Notice::bad("prod-eu")));
    let how = Ok(SentCopy { how: "went".into(), hint: None });
    update(&mut state, NOW, Msg::Copied { what: "policy for prod-eu".into(), how });
    let changes = vec![Change::Add(connection(7, "new", None))];
    let why = "connection prod-eu: changed here, removed there".to_owned();
    update(&mut state, NOW, Msg::Saved { changes: changes.clone(), result: Err(why) });
    assert!(state.notice.is_none() && state.log.entries().is_empty() && state.saving == 0);
    assert!(!format!("{state:?}").contains("new"));
    let effects = update(&mut state, NOW, open());
    assert!(
        matches!(&effects[..], [Effect::Save(again)] if *again == changes),
        "what could not be saved is tried again"
    );
    assert_eq!(state.saving, 1);
}

#[test]
fn a_question_that_nobody_can_answer_any_more_is_refused() {
    let mut state = untested(SIZE);
    let ask = || Msg::Asked(Question::Secret { text: "PIN".into() });
    assert!(update(&mut state, NOW, ask()).is_empty());
    assert_eq!(state.context(), Context::Ask);
    for c in "12".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    press(&mut state, &[Action::Erase]);
    let effects = press(&mut state, &[Action::Accept]);
    let [Effect::Answer(Some(Answered::Secret(pin)))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(pin.expose(), "1");
    update(&mut state, NOW, ask());
    press(&mut state, &[Action::Back]);
    assert!(state.overlays.is_empty());
    update(&mut state, NOW, ask());
    // The lock itself refuses what was asked; L is text here, so rest is what locks.
    update(&mut state, NOW, guarded(passphrase()));
    update(&mut state, NOW, Msg::Idle);
    assert!(state.overlays.is_empty());
    assert!(matches!(update(&mut state, NOW, ask())[..], [Effect::Answer(None)]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_fact_survives_a_lock(keys in proptest::collection::vec(0usize..64, 0..30), typed in 0usize..6) {
        let mut state = tested(SIZE);
        update(&mut state, NOW, guarded(passphrase()));
        update(&mut state, NOW, Msg::Told(Notice::bad("prod-eu: something failed")));
        for k in keys {
            update(&mut state, NOW, Msg::Action(Action::ALL[k % Action::ALL.len()]));
            update(&mut state, NOW, Msg::Paste(book()[typed].name.to_string()));
            if state.is_locked() {
                update(&mut state, NOW, open());
            }
        }
        press(&mut state, &[Action::TestAll]);
        while !state.overlays.is_empty() {
            state.overlays.pop();
        }
        press(&mut state, &[Action::Lock]);
        prop_assert!(state.is_locked());
        for ticket in 1..state.next_ticket {
            tell(&mut state, ticket, Part::Connection(found(&book()[0])));
            let check = Box::new(allowed(Mandatory::Regions));
            tell(&mut state, ticket, Part::Check { connection: id(3), check });
            update(&mut state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Err(End::Done) }));
        }
        let shown = format!("{state:?}");
        for fact in facts() {
            prop_assert!(!shown.contains(&fact), "{fact} in {shown}");
        }
    }
}
