//! What a person sees before the vault is open, and behind the lock.

use super::tests::screen;
use crate::app::fixtures::{NOW, book, connection, press, tested};
use crate::app::{
    Action, Flags, Guard, KeyKind, Msg, Opening, ProfileEntry, Question, Size, State, VaultKey, Way, update,
};
use crate::domain::{ImportPlan, Planned};
use proptest::prelude::*;
use std::time::Duration;

const WIDE: Size = Size { width: 120, height: 36 };
const NARROW: Size = Size { width: 80, height: 24 };
const TINY: Size = Size { width: 40, height: 10 };

fn guarded(way: Way) -> Msg {
    Msg::Guarded(Guard { idle: Some(Duration::from_secs(900)), way })
}

#[test]
fn the_lock() {
    for (name, size) in [("locked_120", WIDE), ("locked_80", NARROW), ("locked_40", TINY)] {
        let mut state = tested(size);
        update(&mut state, NOW, guarded(Way::Passphrase("the vault".into())));
        update(&mut state, NOW, Msg::Idle);
        update(&mut state, NOW, Msg::Text('x'));
        insta::assert_snapshot!(name, screen(&state));
    }
    for (name, size) in [("locked_at_hand_80", NARROW), ("locked_at_hand_40", TINY)] {
        let mut state = tested(size);
        let way = "{key:accept} opens it with the identity /home/alice/.config/cloudivize/identity.txt, which no passphrase \
                   protects. So the lock protects against a glance, not against somebody who uses your account on this \
                   machine.";
        update(&mut state, NOW, guarded(Way::AtHand(way.into())));
        press(&mut state, &[Action::Lock]);
        insta::assert_snapshot!(name, screen(&state));
    }
    let mut state = tested(NARROW);
    press(&mut state, &[Action::Lock, Action::Accept]);
    update(&mut state, NOW, Msg::Says("cztest: touch your key".into()));
    insta::assert_snapshot!("locked_trying_80", screen(&state));
    update(
        &mut state,
        NOW,
        Msg::Door(Opening::Failed { message: "none of the identities here opens vault.age".into() }),
    );
    insta::assert_snapshot!("locked_failed_80", screen(&state));
}

#[test]
fn questions_of_a_plugin() {
    let mut state = State::new(NARROW, "/home/alice/.config/cloudivize/vault.age", Flags::default());
    update(&mut state, NOW, Msg::Says("age-plugin-yubikey: waiting for YubiKey 12345".into()));
    insta::assert_snapshot!("opening_says_80", screen(&state));
    update(&mut state, NOW, Msg::Asked(Question::Secret { text: "Enter PIN for YubiKey with serial 12345".into() }));
    for c in "1234".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    insta::assert_snapshot!("question_secret_80", screen(&state));
    state.size = TINY;
    insta::assert_snapshot!("question_secret_40", screen(&state));
    press(&mut state, &[Action::Back]);
    state.size = NARROW;
    let question = "Insert the key with serial 12345. Is it there?".to_owned();
    let confirm = Question::Confirm { text: question, yes: "it is there".into(), no: Some("skip this key".into()) };
    update(&mut state, NOW, Msg::Asked(confirm));
    insta::assert_snapshot!("question_confirm_80", screen(&state));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_fact_is_on_the_screen_behind_the_lock(keys in proptest::collection::vec(0usize..128, 0..20), at in 0usize..3) {
        let mut state = tested([WIDE, NARROW, TINY][at]);
        let way = Way::Passphrase("the vault".into());
        update(&mut state, NOW, guarded(way));
        for k in keys {
            press(&mut state, &[Action::ALL[k % Action::ALL.len()]]);
            update(&mut state, NOW, Msg::Paste(book()[k % 6].name.to_string()));
            if state.is_locked() {
                update(&mut state, NOW, Msg::Door(Opening::Opened { book: book(), endpoint: None }));
            }
        }
        update(&mut state, NOW, Msg::Idle);
        prop_assert!(state.is_locked() || state.idle_limit().is_none());
        if state.is_locked() {
            let text = screen(&state);
            for connection in book().iter() {
                prop_assert!(!text.contains(connection.name.as_str()), "{text}");
                prop_assert!(!text.contains(connection.account.as_ref().unwrap().as_str()), "{text}");
            }
            prop_assert!(text.contains("LOCKED") && !text.contains("connections"), "{text}");
        }
    }
}

fn first(size: Size) -> State {
    let mut state = State::new(size, "/home/alice/.config/cloudivize/vault.age", Flags::default());
    let path = "/home/alice/.config/cloudivize/vault.age".to_owned();
    update(&mut state, NOW, Msg::Door(Opening::NoVault { path }));
    state
}

fn keys() -> Vec<VaultKey> {
    let key = |kind, recipient: &str, file: &str| VaultKey { kind, recipient: recipient.into(), file: file.into() };
    vec![
        key(KeyKind::Ssh, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsK alice@laptop", "/home/alice/.ssh/id_ed25519"),
        key(KeyKind::New, "", "/home/alice/.config/cloudivize/identity.txt"),
    ]
}

fn typed(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

#[test]
fn the_first_screen() {
    for (name, size) in [("first_120", WIDE), ("first_80", NARROW), ("first_40", TINY)] {
        insta::assert_snapshot!(name, screen(&first(size)));
    }
}

#[test]
fn making_a_vault() {
    for (name, size) in [("make_120", WIDE), ("make_80", NARROW), ("make_40", TINY)] {
        let mut state = first(size);
        press(&mut state, &[Action::MakeVault]);
        update(&mut state, NOW, Msg::KeysFound(keys()));
        press(&mut state, &[Action::Down, Action::Mark, Action::Down]);
        insta::assert_snapshot!(name, screen(&state));
    }
    for (name, size) in [("make_passphrase_80", NARROW), ("make_passphrase_40", TINY)] {
        let mut state = first(size);
        press(&mut state, &[Action::MakeVault, Action::Accept]);
        typed(&mut state, "SECRET WORDS");
        press(&mut state, &[Action::Accept]);
        typed(&mut state, "SECRET");
        insta::assert_snapshot!(name, screen(&state));
        press(&mut state, &[Action::Accept]);
        insta::assert_snapshot!(format!("{name}_differs"), screen(&state));
    }
    let mut state = first(NARROW);
    press(&mut state, &[Action::MakeVault, Action::Bottom, Action::Accept]);
    typed(&mut state, "ecdsa-sha2-nistp256 AAAA");
    let why = "recipient is an ecdsa ssh key, which age cannot use; use an ssh-ed25519 or ssh-rsa key";
    update(&mut state, NOW, Msg::RecipientRead(Err(why.into())));
    insta::assert_snapshot!("make_recipient_80", screen(&state));
    let mut state = first(NARROW);
    press(&mut state, &[Action::MakeVault]);
    update(&mut state, NOW, Msg::KeysFound(keys()));
    press(&mut state, &[Action::Down, Action::Accept]);
    insta::assert_snapshot!("make_making_80", screen(&state));
    let message = "nothing was made: without the passphrase of the identity /home/alice/.ssh/id_ed25519 it is not sure that \
                   you could open the vault";
    update(&mut state, NOW, Msg::Door(Opening::Failed { message: message.into() }));
    insta::assert_snapshot!("make_failed_80", screen(&state));
}

#[test]
fn looking_around() {
    let profiles = || {
        let entry = |name: &str, kind: &str| ProfileEntry { name: name.into(), kind: kind.into() };
        Msg::Profiles(Ok(vec![entry("hub", "keys"), entry("prod-eu", "role"), entry("work", "IAM Identity Center")]))
    };
    for (name, size) in [("around_80", NARROW), ("around_40", TINY)] {
        let mut state = first(size);
        press(&mut state, &[Action::LookAround]);
        update(&mut state, NOW, profiles());
        press(&mut state, &[Action::Down]);
        insta::assert_snapshot!(name, screen(&state));
    }
    let mut state = first(NARROW);
    press(&mut state, &[Action::LookAround]);
    let why = "the AWS configuration could not be read: line 3: expected an '='; correct the file";
    update(&mut state, NOW, Msg::Profiles(Err(why.into())));
    insta::assert_snapshot!("around_unreadable_80", screen(&state));
}

#[test]
fn importing() {
    let plan = || {
        let planned = |n: u128, name: &str, notes: &[&str]| Planned {
            profile: name.into(),
            connection: connection(n, name, None),
            notes: notes.iter().map(|n| (*n).to_owned()).collect(),
        };
        ImportPlan {
            new: vec![planned(1, "prod-eu", &[]), planned(2, "prod-us", &["no ExternalId", "asks for an MFA code"])],
            skipped: vec![("ci".into(), "it has a role_arn and neither source_profile nor credential_source".into())],
            without_role: 3,
        }
    };
    for (name, size) in [("import_120", WIDE), ("import_80", NARROW), ("import_40", TINY)] {
        let mut state = first(size);
        press(&mut state, &[Action::Import]);
        update(&mut state, NOW, Msg::ImportPlanned(Ok(plan())));
        press(&mut state, &[Action::Down, Action::Mark]);
        insta::assert_snapshot!(name, screen(&state));
    }
    let mut state = first(NARROW);
    press(&mut state, &[Action::Import]);
    update(&mut state, NOW, Msg::ImportPlanned(Ok(ImportPlan { without_role: 1, ..ImportPlan::default() })));
    insta::assert_snapshot!("import_nothing_80", screen(&state));
}

#[test]
fn one_time_codes() {
    for (name, size) in [("code_120", WIDE), ("code_80", NARROW), ("code_40", TINY)] {
        let mut state = tested(size);
        let mut all = book().to_vec();
        for c in &mut all[..2] {
            c.mfa_serial = Some("arn:aws:iam::999900001111:mfa/alice".to_owned());
        }
        state.book = all.into();
        press(&mut state, &[Action::TestAll, Action::Accept]);
        typed(&mut state, "123");
        press(&mut state, &[Action::Accept]);
        insta::assert_snapshot!(name, screen(&state));
    }
}
