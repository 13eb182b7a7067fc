//! What a person sees of the palette, the watch and the list of what is broken.

use super::tests::{NARROW, TINY, WIDE, screen};
use crate::app::fixtures::{NOW, end, found, press, story, tell, tested};
use crate::app::{Action, Msg, Notice, State, update};
use crate::domain::{Check, CheckError, End, ErrorClass, Mandatory, Part, Timestamp};
use crate::keymap::Keymap;

const SIZES: [(&str, crate::app::Size); 3] = [("120", WIDE), ("80", NARROW), ("40", TINY)];

fn type_in(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

fn palette(state: &mut State, text: &str) {
    let keys = Keymap::built_in().unwrap().facts(state);
    update(state, NOW, Msg::Palette(keys));
    type_in(state, text);
}

#[test]
fn everything_by_its_name() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        palette(&mut state, "");
        insta::assert_snapshot!(format!("palette_{name}"), screen(&state));
        type_in(&mut state, "pro");
        insta::assert_snapshot!(format!("palette_typed_{name}"), screen(&state));
    }
    let mut state = tested(NARROW);
    press(&mut state, &[Action::Snippet]);
    palette(&mut state, "zzzz");
    press(&mut state, &[Action::Accept]);
    insta::assert_snapshot!("palette_nothing_80", screen(&state));
}

#[test]
fn waiting_for_a_mend() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::Watch]);
        let legacy = state.book[2].clone();
        tell(&mut state, 2, Part::Connection(found(&legacy)));
        end(&mut state, 2, End::Done);
        insta::assert_snapshot!(format!("watch_{name}"), screen(&state));
        press(&mut state, &[Action::Open]);
        insta::assert_snapshot!(format!("watch_why_{name}"), screen(&state));
        update(&mut state, Timestamp(NOW.0 + 6000), Msg::Wake);
        let mut report = found(&state.book[0]);
        (report.id, report.name) = (legacy.id, legacy.name.clone());
        tell(&mut state, 3, Part::Connection(report));
        end(&mut state, 3, End::Done);
        insta::assert_snapshot!(format!("watch_mended_{name}"), screen(&state));
    }
}

#[test]
fn only_what_is_broken() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::OnlyBroken]);
        insta::assert_snapshot!(format!("broken_{name}"), screen(&state));
    }
    let mut state = tested(NARROW);
    press(&mut state, &[Action::OnlyBroken, Action::Filter]);
    type_in(&mut state, "denied");
    press(&mut state, &[Action::Accept]);
    insta::assert_snapshot!("broken_filtered_80", screen(&state));
}

#[test]
fn what_tests_found_over_time() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::History]);
        tell(&mut state, 2, Part::Story(Box::new(story())));
        end(&mut state, 2, End::Done);
        insta::assert_snapshot!(format!("history_{name}"), screen(&state));
    }
}

#[test]
fn searching_a_text() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::Snippet, Action::Filter]);
        type_in(&mut state, "cur:");
        insta::assert_snapshot!(format!("search_typed_{name}"), screen(&state));
        press(&mut state, &[Action::Accept, Action::NextMatch]);
        insta::assert_snapshot!(format!("search_{name}"), screen(&state));
    }
}

#[test]
fn what_an_account_says_about_itself() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::Top, Action::Facts]);
        insta::assert_snapshot!(format!("facts_{name}"), screen(&state));
    }
    let mut state = tested(NARROW);
    press(&mut state, &[Action::Facts]);
    insta::assert_snapshot!("facts_denied_80", screen(&state));
    let mut state = tested(NARROW);
    press(&mut state, &[Action::Down, Action::Facts]);
    insta::assert_snapshot!("facts_no_access_80", screen(&state));
}

#[test]
fn regions_and_what_is_known_of_one() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::FocusRegions, Action::Sort, Action::Down]);
        insta::assert_snapshot!(format!("regions_{name}"), screen(&state));
        press(&mut state, &[Action::Bottom, Action::Open]);
        insta::assert_snapshot!(format!("region_{name}"), screen(&state));
    }
    let mut state = tested(NARROW);
    press(&mut state, &[Action::FocusRegions, Action::Filter]);
    type_in(&mut state, "us");
    insta::assert_snapshot!("regions_filter_80", screen(&state));
}

#[test]
fn pages_for_the_people_who_can_mend_it() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::Message]);
        insta::assert_snapshot!(format!("message_{name}"), screen(&state));
        press(&mut state, &[Action::NextSheet]);
        insta::assert_snapshot!(format!("message_refused_{name}"), screen(&state));
    }
}

#[test]
fn what_went_wrong() {
    for (name, size) in SIZES {
        let mut state = tested(size);
        press(&mut state, &[Action::Test]);
        let mut report = found(&state.book[2]);
        let words = "AWS asks for fewer requests and went on doing so for 15 s; test fewer connections at once";
        let error = CheckError::new(ErrorClass::Throttled, words);
        report.checks[2] = Check::untested(Mandatory::AccountAttributes, error);
        tell(&mut state, 2, Part::Connection(report));
        end(&mut state, 2, End::Done);
        update(&mut state, NOW, Msg::Told(Notice::bad("the vault cannot be written: read-only file system")));
        press(&mut state, &[Action::Top]);
        insta::assert_snapshot!(format!("errors_new_{name}"), screen(&state));
        press(&mut state, &[Action::Errors]);
        insta::assert_snapshot!(format!("errors_{name}"), screen(&state));
    }
}
