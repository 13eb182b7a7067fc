//! What a person sees before the vault is open, and behind the lock.

use super::tests::screen;
use crate::app::fixtures::{NOW, press, tested};
use crate::app::{Action, Flags, Guard, Msg, Opening, Question, Size, State, Way, update};
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
        let way = "Enter opens it with the identity /home/alice/.config/cloudivize/identity.txt, which no passphrase \
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

#[test]
fn no_fact_is_on_the_screen_behind_the_lock() {
    let mut state = tested(WIDE);
    press(&mut state, &[Action::Open, Action::Open, Action::Back, Action::Snippet, Action::Lock]);
    let text = screen(&state);
    for connection in crate::app::fixtures::book().iter() {
        assert!(!text.contains(connection.name.as_str()), "{text}");
        assert!(!text.contains(connection.account.as_ref().unwrap().as_str()), "{text}");
    }
    assert!(text.contains("Locked") && !text.contains("connections"), "{text}");
}
