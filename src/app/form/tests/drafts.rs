//! Saving, leaving, editing and removing.

use super::*;
use crate::app::Signal;

#[test]
fn an_account_id_alone_makes_a_connection() {
    let mut state = open();
    text(&mut state, "1111-2222-9999");
    let change = changes(&press(&mut state, &[Action::Save]));
    let [Change::Add(c)] = &change[..] else { panic!("{change:?}") };
    assert_eq!(c.role_arn().unwrap().to_string(), "arn:aws:iam::111122229999:role/CloudivizeRole");
    assert_eq!(c.external_id().unwrap().expose(), FRESH);
    assert_eq!((c.name.as_str(), &c.source, c.saved), ("111122229999", &Source::Env, true));
    assert!(press(&mut state, &[Action::Save]).is_empty(), "one save at a time");
    saved(&mut state, change);
    assert!(state.form().is_none() && state.forms.is_empty());
    assert_eq!(state.cursor, Some(fixtures::id(99)), "the cursor is on it");
    assert_eq!(notice(&state), "111122229999 is saved, not tested yet: t tests it");
    assert_eq!(state.context(), Context::Checks);
}

#[test]
fn leaving_keeps_the_draft_and_its_external_id_and_quitting_asks_once() {
    let mut state = open();
    press(&mut state, &[Action::Back]);
    assert!(state.notice.is_none(), "nothing was typed: nothing is said");
    assert!(matches!(press(&mut state, &[Action::Quit])[..], [Effect::Quit]), "nor asked");
    let effects = press(&mut state, &[Action::NewConnection]);
    assert!(!effects.iter().any(|e| matches!(e, Effect::MakeIds(_))), "the ExternalId that was shown is shown again");
    assert!(state.notice.is_none(), "but it is no draft");
    let mut state = open();
    text(&mut state, "1111");
    press(&mut state, &[Action::Back]);
    assert!(notice(&state).contains("n continues it"), "{}", notice(&state));
    assert!(press(&mut state, &[Action::Quit]).is_empty(), "asks");
    assert!(notice(&state).contains("saved nowhere"));
    assert!(matches!(press(&mut state, &[Action::Quit])[..], [Effect::Quit]), "and asks once");
    press(&mut state, &[Action::Down]);
    let effects = press(&mut state, &[Action::NewConnection]);
    assert!(!effects.iter().any(|e| matches!(e, Effect::MakeIds(_))), "no second ExternalId");
    assert_eq!(form(&state).text(Field::Account), "1111");
    assert_eq!(form(&state).fresh.as_ref().unwrap().expose(), FRESH);
    assert!(press(&mut state, &[Action::DropDraft]).is_empty() && state.form().is_some(), "that is asked too");
    press(&mut state, &[Action::DropDraft]);
    assert!(state.forms.is_empty() && state.overlays.is_empty());
    assert!(matches!(press(&mut state, &[Action::Quit])[..], [Effect::Quit]));
}

#[test]
fn ctrl_c_says_what_would_be_lost() {
    let mut state = open();
    text(&mut state, "1111");
    press(&mut state, &[Action::Interrupt]);
    assert!(notice(&state).contains("saved nowhere"));
    assert!(matches!(press(&mut state, &[Action::Interrupt])[..], [Effect::Quit]));
}

#[test]
fn a_save_that_fails_loses_nothing() {
    let mut state = open();
    text(&mut state, "111122229999");
    let change = changes(&press(&mut state, &[Action::Save]));
    update(&mut state, NOW, Msg::Saved { changes: change, result: Err("the disk is full".into()) });
    assert!(page(&state).contains("Nothing was saved: the disk is full"));
    assert_eq!(state.log.entries().len(), 1);
    assert_eq!(changes(&press(&mut state, &[Action::Save])).len(), 1, "and it can be tried again");
}

#[test]
fn an_edit_that_changes_nothing_saves_nothing() {
    let mut state = edit(3);
    assert_eq!(form(&state).text(Field::Source), "profile:hub");
    assert!(press(&mut state, &[Action::Save]).is_empty());
    assert!(notice(&state).contains("as it was") && state.form().is_none());
}

#[test]
fn an_edit_says_what_it_means_and_takes_old_verdicts_away() {
    let mut state = edit(3);
    assert!(!page(&state).contains("What changes"));
    go(&mut state, Field::External);
    text(&mut state, "n");
    assert_eq!(form(&state).mode, IdMode::Fresh);
    assert!(page(&state).contains("refuses us until its trust policy asks for it"));
    assert!(state.would_lose().is_some());
    let change = changes(&press(&mut state, &[Action::Save]));
    let [Change::Replace(c)] = &change[..] else { panic!("{change:?}") };
    assert_eq!((c.id, c.external_id().unwrap().expose()), (fixtures::id(3), FRESH));
    saved(&mut state, change.clone());
    assert_eq!(state.standings[&fixtures::id(3)].badge().word, "not tested");
    assert_eq!(state.standings[&fixtures::id(4)].badge().word, "no access", "others keep theirs");
    // A new name is no reason to forget a test.
    let mut state = edit(3);
    go(&mut state, Field::Name);
    press(&mut state, &[Action::EraseAll]);
    text(&mut state, "renamed");
    let change = changes(&press(&mut state, &[Action::Save]));
    saved(&mut state, change);
    assert_eq!(state.standings[&fixtures::id(3)].badge().word, "2 denied");
    assert_eq!(state.connection(fixtures::id(3)).unwrap().name.as_str(), "renamed");
}

#[test]
fn a_connection_without_a_role_has_no_fields_for_one() {
    let mut c = fixtures::connection(1, "own", None);
    c.method = Method::Profile;
    c.account = None;
    let mut state = State::new(SIZE, "vault.age", crate::app::Flags::default());
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: Arc::from([c]), endpoint: None }));
    press(&mut state, &[Action::EditConnection]);
    let fields = form(&state).fields();
    assert!(!fields.contains(&Field::Role) && !fields.contains(&Field::External), "{fields:?}");
    go(&mut state, Field::Group);
    text(&mut state, "mine");
    let change = changes(&press(&mut state, &[Action::Save]));
    let [Change::Replace(c)] = &change[..] else { panic!("{change:?}") };
    assert_eq!((c.group.as_deref(), &c.method, &c.account), (Some("mine"), &Method::Profile, &None));
}

#[test]
fn removing_takes_the_name_and_says_what_stands_on_it() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::RemoveConnection]);
    assert_eq!(state.context(), Context::Removal);
    text(&mut state, "prod-u");
    assert!(!state.holds(Condition::Named));
    assert!(press(&mut state, &[Action::Accept]).is_empty());
    press(&mut state, &[Action::Erase]);
    text(&mut state, "eu");
    let change = changes(&press(&mut state, &[Action::Accept]));
    assert_eq!(change, [Change::Remove(fixtures::id(1))]);
    assert!(press(&mut state, &[Action::Accept]).is_empty(), "once");
    saved(&mut state, change);
    assert!(state.overlays.is_empty() && state.connection(fixtures::id(1)).is_none());
    assert!(!state.standings.contains_key(&fixtures::id(1)));
    assert!(notice(&state).contains("prod-eu is removed; its role still exists"), "{}", notice(&state));
    assert_eq!(state.cursor, Some(fixtures::id(2)));

    let mut chained = state.book.to_vec();
    chained[1].source = Source::Connection(fixtures::id(2));
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: chained.into(), endpoint: None }));
    press(&mut state, &[Action::RemoveConnection]);
    text(&mut state, "prod-us");
    assert!(press(&mut state, &[Action::Accept]).is_empty(), "legacy stands on it");
}

#[test]
fn a_run_without_a_vault_has_no_form() {
    let mut state = untested(SIZE);
    state.flags.not_saved = true;
    assert!(!state.holds(Condition::Vault));
}

#[test]
fn a_lock_keeps_what_was_typed_and_nothing_that_was_learned() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (ticket, c, _) = tests(&press(&mut state, &[Action::Test]));
    ends(&mut state, ticket, refused(&c));
    press(&mut state, &[Action::Lock]);
    assert!(state.overlays.is_empty() && state.forms.is_empty());
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: fixtures::book(), endpoint: None }));
    let effects = press(&mut state, &[Action::NewConnection]);
    assert!(!effects.iter().any(|e| matches!(e, Effect::MakeIds(_))));
    assert_eq!(form(&state).text(Field::Account), "111122229999");
    assert_eq!(form(&state).fresh.as_ref().unwrap().expose(), FRESH);
    assert!(form(&state).identity().is_none() && form(&state).trial().is_none());
    asks(&effects);
}

#[test]
fn a_draft_of_an_edit_comes_back_from_a_lock_over_the_connection_as_it_is_now() {
    let mut state = edit(3);
    go(&mut state, Field::External);
    text(&mut state, "n");
    press(&mut state, &[Action::Lock]);
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: fixtures::book(), endpoint: None }));
    state.cursor = Some(fixtures::id(3));
    press(&mut state, &[Action::EditConnection]);
    let change = changes(&press(&mut state, &[Action::Save]));
    assert!(matches!(&change[..], [Change::Replace(c)] if c.external_id().unwrap().expose() == FRESH), "{change:?}");
}

#[test]
fn a_save_that_ends_behind_a_lock_leaves_no_draft_of_what_is_saved() {
    let mut state = open();
    text(&mut state, "111122229999");
    let change = changes(&press(&mut state, &[Action::Save]));
    press(&mut state, &[Action::Lock]);
    saved(&mut state, change);
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: fixtures::book(), endpoint: None }));
    assert!(state.forms.is_empty(), "it is in the vault, not in a draft");
}

#[test]
fn a_lost_line_during_an_edit_keeps_the_new_external_id_as_the_next() {
    let mut state = edit(3);
    let before = state.connection(fixtures::id(3)).unwrap().clone();
    go(&mut state, Field::External);
    text(&mut state, "n");
    let effects = update(&mut state, NOW, Msg::Signal(Signal::Hangup));
    let [Effect::Save(change), Effect::Quit] = &effects[..] else { panic!("{effects:?}") };
    let [Change::Replace(c)] = &change[..] else { panic!("{change:?}") };
    assert_eq!(c.external_id(), before.external_id(), "the role may still ask for it");
    // It is there when the connection is edited again.
    let mut state = fixtures::untested(SIZE);
    let book = state.book.iter().map(|old| if old.id == c.id { c.clone() } else { old.clone() });
    let book: Arc<[Connection]> = book.collect();
    update(&mut state, NOW, Msg::Door(Opening::Opened { book, endpoint: None }));
    state.cursor = Some(c.id);
    press(&mut state, &[Action::EditConnection]);
    assert!(page(&state).contains("another is kept for when the role asks for it"));
    go(&mut state, Field::External);
    press(&mut state, &[Action::CursorRight]);
    assert!(page(&state).contains(FRESH));
    let change = changes(&press(&mut state, &[Action::Save]));
    let [Change::Replace(c)] = &change[..] else { panic!("{change:?}") };
    let Method::Role { external_id, external_id_next, .. } = &c.method else { panic!("{c:?}") };
    assert_eq!((external_id.as_ref().map(|e| e.expose()), external_id_next), (Some(FRESH), &None));
}

/// What a lost line, or the system's end of the program, has saved.
fn rescued(state: &mut State) -> Vec<Change> {
    let effects = update(state, NOW, Msg::Signal(Signal::Hangup));
    let [Effect::Save(changes), Effect::Quit] = &effects[..] else { panic!("{effects:?}") };
    changes.clone()
}

#[test]
fn a_lost_line_saves_a_new_external_id_that_may_be_in_use() {
    let mut state = open();
    text(&mut state, "111122229999");
    go(&mut state, Field::Regions);
    text(&mut state, "eu-w");
    press(&mut state, &[Action::Back]);
    let [Change::Add(c)] = &rescued(&mut state)[..] else { panic!("one connection") };
    assert_eq!(c.role_arn().unwrap().to_string(), "arn:aws:iam::111122229999:role/CloudivizeRole");
    assert_eq!((c.external_id().unwrap().expose(), c.name.as_str()), (FRESH, "111122229999"));
    assert!(state.is_saving());
    let again = update(&mut state, NOW, Msg::Signal(Signal::Terminate));
    assert!(matches!(again[..], [Effect::Quit]), "once");
    assert!(matches!(update(&mut open(), NOW, Msg::Signal(Signal::Hangup))[..], [Effect::Quit]), "nothing was typed");
    let mut state = open();
    text(&mut state, "1111");
    assert!(matches!(update(&mut state, NOW, Msg::Signal(Signal::Hangup))[..], [Effect::Quit]), "no account yet");
}

#[test]
fn a_lost_line_leaves_what_works_and_puts_the_new_external_id_beside_it() {
    let mut state = edit(3);
    go(&mut state, Field::External);
    text(&mut state, "n");
    let before = state.connection(fixtures::id(3)).unwrap().clone();
    let [Change::Replace(c)] = &rescued(&mut state)[..] else { panic!("one connection") };
    let Method::Role { external_id, external_id_next, .. } = &c.method else { panic!("a role") };
    assert_eq!((external_id.as_ref(), &c.name), (before.external_id(), &before.name));
    assert_eq!(external_id_next.as_ref().unwrap().expose(), FRESH);
}

#[test]
fn a_lock_saves_the_draft_before_the_keys_are_dropped_and_tells_afterwards() {
    let mut state = open();
    text(&mut state, "111122229999");
    let effects = update(&mut state, NOW, Msg::Action(Action::Lock));
    let (Effect::Save(change), true) = (&effects[0], effects.iter().any(|e| matches!(e, Effect::Lock))) else {
        panic!("{effects:?}")
    };
    let mut book = fixtures::book().to_vec();
    Change::apply(change, &mut book).unwrap();
    let book: Arc<[Connection]> = book.into();
    let result = Ok(Saved { book: book.clone(), endpoint: None, merged: false });
    update(&mut state, NOW, Msg::Saved { changes: change.clone(), result });
    update(&mut state, NOW, Msg::Door(Opening::Opened { book, endpoint: None }));
    assert!(state.forms.is_empty() && notice(&state).contains("saved as 111122229999"), "{}", notice(&state));
    assert_eq!(state.cursor, Some(fixtures::id(99)));
}
