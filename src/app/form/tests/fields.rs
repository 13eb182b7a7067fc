//! What is typed, chosen and pasted, and what is said of it.

use super::*;

#[test]
fn keys_that_come_before_the_identities_are_text_all_the_same() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::NewConnection]);
    text(&mut state, "q111122229999");
    assert_eq!(form(&state).text(Field::Account), "q111122229999");
    assert!(press(&mut state, &[Action::Save]).is_empty());
    assert!(notice(&state).contains("not enough to save yet"));
}

#[test]
fn a_whole_arn_is_split_wherever_it_is_pasted_and_however_it_is_typed() {
    for field in [Field::Account, Field::Role] {
        let mut state = open();
        text(&mut state, "12");
        go(&mut state, field);
        paste(&mut state, &format!("  {ARN}\n"));
        assert_eq!(form(&state).text(Field::Account), "111122229999", "{field:?}");
        assert_eq!(form(&state).text(Field::Role), "team/ops/Viewer");
        assert_eq!(form(&state).role().unwrap().to_string(), ARN);
        assert_eq!(form(&state).focus, Field::Role);
    }
    let mut state = open();
    text(&mut state, ARN);
    assert_eq!(form(&state).role().unwrap().to_string(), ARN, "typing goes on behind the split");
    // Another partition comes with the ARN.
    paste(&mut state, "arn:aws-cn:iam::111122229999:role/Viewer");
    assert_eq!(form(&state).role().unwrap().to_string(), "arn:aws-cn:iam::111122229999:role/Viewer");
}

#[test]
fn what_is_meant_is_offered_and_taken() {
    let mut state = open();
    paste(&mut state, "arn:aws:sts::111122229999:assumed-role/Viewer/me");
    assert!(matches!(found(&state, Field::Account), Found::Wrong(e) if e.why.contains("assumed-role")));
    assert!(state.holds(Condition::Suggestion));
    press(&mut state, &[Action::TakeSuggestion]);
    assert_eq!(form(&state).role().unwrap().to_string(), "arn:aws:iam::111122229999:role/Viewer");
    go(&mut state, Field::Regions);
    text(&mut state, "eu-west-1, us-east-1a ap-south-1");
    assert!(matches!(found(&state, Field::Regions), Found::Wrong(e) if e.at == Some(12)));
    press(&mut state, &[Action::TakeSuggestion]);
    assert_eq!(form(&state).text(Field::Regions), "eu-west-1, us-east-1 ap-south-1", "the other words stay");
    go(&mut state, Field::Source);
    text(&mut state, "legacy");
    press(&mut state, &[Action::TakeSuggestion]);
    assert_eq!(form(&state).text(Field::Source), "connection:legacy");
}

#[test]
fn wrong_characters_are_named_with_their_place() {
    let mut state = open();
    text(&mut state, "111122229999");
    let mut wrong = |field: Field, words: &str, at: Option<usize>, why: &str| {
        go(&mut state, field);
        press(&mut state, &[Action::EraseAll]);
        text(&mut state, words);
        match found(&state, field) {
            Found::Wrong(e) => assert!(e.at == at && e.to_string().contains(why), "{field:?}: {e}"),
            other => panic!("{field:?} {words:?}: {other:?}"),
        }
        press(&mut state, &[Action::EraseAll]);
    };
    wrong(Field::Account, "1111 22229999", Some(5), "is not a digit");
    wrong(Field::Role, "team/Cloud!Role", Some(11), "'!' is not allowed");
    wrong(Field::Name, "my account", Some(3), "letters, digits");
    wrong(Field::Name, "legacy", None, "another connection's already");
    wrong(Field::Duration, "1h", None, "number of seconds");
    wrong(Field::Duration, "60", None, "900");
    wrong(Field::Endpoint, "http://10.0.0.1", None, "plain http");
    wrong(Field::Source, "sso:corp", None, "aws sso login");
    wrong(Field::Source, "connection:nobody", Some(12), "not here");
}

#[test]
fn choices_are_made_with_arrows_blanks_and_letters() {
    let mut state = open();
    text(&mut state, "111122229999");
    go(&mut state, Field::External);
    assert!(state.holds(Condition::Choice));
    press(&mut state, &[Action::CursorRight]);
    assert_eq!(form(&state).mode, IdMode::Typed);
    assert!(form(&state).fields().contains(&Field::ExternalText));
    text(&mut state, " ");
    assert_eq!(form(&state).mode, IdMode::None);
    text(&mut state, "t");
    assert_eq!(form(&state).mode, IdMode::Typed);
    press(&mut state, &[Action::Save]);
    assert_eq!(form(&state).focus, Field::ExternalText, "the field that is not enough");
    text(&mut state, "their-id");
    let change = changes(&press(&mut state, &[Action::Save]));
    assert!(matches!(&change[..], [Change::Add(c)] if c.external_id().unwrap().expose() == "their-id"));
}

#[test]
fn an_external_id_pasted_on_the_choice_is_taken_as_typed() {
    let mut state = open();
    go(&mut state, Field::External);
    paste(&mut state, "their-id-4711");
    assert_eq!((form(&state).mode, form(&state).focus), (IdMode::Typed, Field::ExternalText));
    assert_eq!(form(&state).text(Field::ExternalText), "their-id-4711");
    assert!(form(&state).fresh.is_some(), "ours is still there");
}

#[test]
fn requests_to_a_foreign_host_are_confirmed_first() {
    let mut state = open();
    text(&mut state, "111122229999");
    go(&mut state, Field::Endpoint);
    text(&mut state, "https://aws.example.net");
    assert!(
        !press(&mut state, &[Action::Down]).iter().any(|e| matches!(e, Effect::Start { .. })),
        "nothing goes there yet"
    );
    assert!(press(&mut state, &[Action::Save]).is_empty());
    assert_eq!(form(&state).focus, Field::Confirm);
    let effects = text(&mut state, "y");
    assert!(effects.iter().any(|e| matches!(e, Effect::WakeAt(_))), "now the source is asked there");
    let change = changes(&press(&mut state, &[Action::Save]));
    assert!(matches!(&change[..], [Change::Confirm(url), Change::Add(_)] if url == "https://aws.example.net"));
}

#[test]
fn a_chain_of_sources_never_leads_back() {
    let mut state = edit(3);
    go(&mut state, Field::Source);
    press(&mut state, &[Action::EraseAll]);
    text(&mut state, "connection:legacy");
    assert!(matches!(found(&state, Field::Source), Found::Wrong(e) if e.why.contains("itself")));
}

#[test]
fn the_policies_and_the_line_are_there_when_all_is_known() {
    let mut state = open();
    assert!(!state.holds(Condition::Complete));
    text(&mut state, "111122229999");
    assert!(state.holds(Condition::Complete));
    let effects = press(&mut state, &[Action::Copy]);
    let [Effect::Copy { text, what }] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains(FRESH) && text.contains("create-role") && text.contains("arn:aws:iam::999900001111:root"));
    assert_eq!(what, "the CloudShell line for 111122229999");
    press(&mut state, &[Action::Snippet]);
    assert_eq!(state.context(), Context::Snippet);
    let names: Vec<&str> = state.viewer().unwrap().sheets.iter().map(|s| s.name).collect();
    assert_eq!(names, ["trust", "mandatory", "caller"]);
    press(&mut state, &[Action::Back]);
    assert_eq!(state.context(), Context::Form, "and back where one was");
}

#[test]
fn the_rest_is_folded_and_enter_goes_through_it_all() {
    let mut state = open();
    text(&mut state, "111122229999");
    let mut seen = vec![form(&state).focus];
    for _ in 0..5 {
        press(&mut state, &[Action::Accept]);
        seen.push(form(&state).focus);
    }
    assert_eq!(seen, [Field::Account, Field::Role, Field::External, Field::Level, Field::Name, Field::More]);
    press(&mut state, &[Action::Accept]);
    assert!(form(&state).fields().contains(&Field::Mfa), "Enter unfolds");
    go(&mut state, Field::Mfa);
    text(&mut state, "arn:aws:iam::111122223333:mfa/alice");
    go(&mut state, Field::More);
    press(&mut state, &[Action::Accept]);
    assert!(page(&state).contains("MFA serial set"), "what is set is said also when it is folded");
}

/// Something a person may do in the form.
#[derive(Debug, Clone)]
enum Step {
    Type(String),
    Paste(String),
    Press(Action),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys = [
        Action::Up,
        Action::Down,
        Action::Accept,
        Action::CursorLeft,
        Action::CursorRight,
        Action::CursorHome,
        Action::Erase,
        Action::EraseAll,
        Action::EraseWord,
        Action::Delete,
        Action::TakeSuggestion,
        Action::NextChoice,
        Action::Test,
        Action::Copy,
        Action::PageDown,
        Action::PageUp,
    ];
    let words = prop_oneof!["\\PC{0,12}", "[0-9 -]{0,14}", "arn:[a-z:0-9/]{0,30}", Just(ARN.to_owned())];
    let step = prop_oneof![
        words.clone().prop_map(Step::Type),
        words.prop_map(Step::Paste),
        proptest::sample::select(keys.to_vec()).prop_map(Step::Press),
    ];
    proptest::collection::vec(step, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_text_and_no_key_breaks_the_form(steps in steps(), width in 40u16..140, height in 10u16..40) {
        let mut state = open();
        update(&mut state, NOW, Msg::Resized(Size { width, height }));
        for step in steps {
            match step {
                Step::Type(words) => drop(text(&mut state, &words)),
                Step::Paste(words) => paste(&mut state, &words),
                Step::Press(action) => drop(press(&mut state, &[action])),
            }
            let area = state.form_area().unwrap();
            let page = form_page(&state, area, &str::to_owned).unwrap();
            prop_assert_eq!(page.rows.iter().filter(|r| r.cursor.is_some()).count(), 1, "one row has the cursor");
            prop_assert_eq!(form(&state).fresh.as_ref().unwrap().expose(), FRESH);
        }
        // What can be saved is what a vault takes.
        if let Ok(c) = form(&state).connection(&state.book) {
            let mut book = state.book.to_vec();
            prop_assert!(Change::apply(&[Change::Add(c)], &mut book).is_ok());
        }
    }

    #[test]
    fn what_is_typed_stays_typed(words in "[^\\p{C} ]\\PC{0,40}", at in 0usize..Field::ALL.len()) {
        let field = Field::ALL[at];
        prop_assume!(field.is_text() && field != Field::ExternalText);
        let mut state = open();
        go(&mut state, field);
        text(&mut state, &words);
        let clean = crate::text::line(&words).trim().to_owned();
        // An ARN may have been split over two fields.
        if !words.starts_with("arn:") {
            prop_assert_eq!(form(&state).text(field), clean);
        }
        if let Found::Wrong(e) = found(&state, field) {
            prop_assert!(e.at.is_none_or(|at| at >= 1 && at <= words.chars().count() + 1), "{e}");
            prop_assert!(!e.why.is_empty());
        }
    }
}
