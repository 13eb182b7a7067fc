//! Finding one's way: only what is broken, the last view, the palette.

use super::fixtures::*;
use super::*;
use crate::domain::{ExternalIdFinding, Mandatory, Part, Request};

const SIZE: Size = Size { width: 120, height: 36 };

fn names(state: &State) -> Vec<&str> {
    shown(state).iter().map(|c| c.name.as_str()).collect()
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |n| n.text.as_str())
}

fn type_in(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

fn fact(action: Action, key: &str, when: Option<Condition>, why: Option<&str>) -> KeyFact {
    KeyFact { action, key: key.to_owned(), when, why: why.map(str::to_owned) }
}

/// The palette over the present view, with something typed.
fn palette(state: &mut State, text: &str) {
    let keys = vec![
        fact(Action::Test, "t", Some(Condition::Idle), Some("it is being tested")),
        fact(Action::TestAll, "T", None, None),
        fact(Action::Snippet, "p", Some(Condition::Snippet), Some("no policy to offer")),
        fact(Action::Copy, "y", Some(Condition::Snippet), Some("nothing to copy")),
    ];
    update(state, NOW, Msg::Palette(keys));
    type_in(state, text);
}

fn words(state: &State) -> Vec<String> {
    entries(state).into_iter().map(|e| e.word).collect()
}

#[test]
fn x_lists_only_what_is_broken_and_a_mended_row_stays_until_it_is_asked_for_anew() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::OnlyBroken]);
    assert_eq!(names(&state), ["legacy", "old-vendor", "partner"]);
    assert_eq!(state.cursor, Some(id(3)), "the row under the cursor is one of them");
    press(&mut state, &[Action::Test]);
    assert_eq!(names(&state).len(), 3, "a row that is being tested stays");
    let good = report(&book()[2], Mandatory::ALL.map(allowed).to_vec(), ExternalIdFinding::Enforced);
    tell(&mut state, 2, Part::Connection(good));
    end(&mut state, 2, crate::domain::End::Done);
    assert_eq!(names(&state), ["legacy", "old-vendor", "partner"]);
    assert_eq!(state.standings[&id(3)].badge().word, "mended");
    // One that breaks meanwhile joins.
    press(&mut state, &[Action::OnlyBroken]);
    assert_eq!(names(&state).len(), 6);
    press(&mut state, &[Action::OnlyBroken]);
    assert_eq!(names(&state), ["old-vendor", "partner"]);
}

#[test]
fn a_connection_that_breaks_joins_the_broken_ones() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::TestAll, Action::OnlyBroken]);
    assert_eq!(names(&state), Vec::<&str>::new(), "all are being tested");
    for c in book().iter() {
        tell(&mut state, 2, Part::Connection(found(c)));
    }
    assert_eq!(names(&state), ["legacy", "old-vendor", "partner"]);
}

#[test]
fn only_broken_and_a_filter_go_together() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::OnlyBroken, Action::Filter]);
    type_in(&mut state, "denied");
    assert_eq!(names(&state), ["legacy", "old-vendor"]);
    press(&mut state, &[Action::Accept, Action::Back]);
    assert_eq!(names(&state).len(), 3, "Esc takes the filter, x the other");
}

#[test]
fn the_last_view_goes_back_and_forth() {
    let mut state = tested(SIZE);
    assert!(!state.holds(Condition::LastView));
    press(&mut state, &[Action::FocusAccounts, Action::Down]);
    press(&mut state, &[Action::OnlyBroken]);
    press(&mut state, &[Action::LastView]);
    assert_eq!((state.focus, state.only_broken.is_some(), state.cursor), (Pane::Accounts, false, Some(id(4))));
    press(&mut state, &[Action::LastView]);
    assert!(state.only_broken.is_some());
    press(&mut state, &[Action::Open]);
    assert_eq!(state.focus, Pane::Detail);
    press(&mut state, &[Action::LastView]);
    assert_eq!(state.focus, Pane::Accounts);
    press(&mut state, &[Action::Filter]);
    type_in(&mut state, "prod");
    press(&mut state, &[Action::Accept]);
    assert!(names(&state).is_empty());
    press(&mut state, &[Action::LastView]);
    assert_eq!((state.filter.text(), names(&state).len()), ("", 3));
}

#[test]
fn a_name_leads_to_its_connection_whatever_hides_it() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::OnlyBroken]);
    palette(&mut state, "us");
    assert_eq!(words(&state)[..2], ["prod-us", "us-east-1"], "connections stand before regions");
    press(&mut state, &[Action::Accept]);
    assert_eq!((state.cursor, state.detail, state.overlays.len()), (Some(id(2)), Some(id(2)), 0));
    assert!(state.only_broken.is_none());
    press(&mut state, &[Action::LastView]);
    assert_eq!((state.cursor, state.only_broken.is_some()), (Some(id(3)), true));
}

#[test]
fn a_group_becomes_a_filter_and_a_region_gets_the_cursor() {
    let mut state = tested(SIZE);
    palette(&mut state, "production");
    press(&mut state, &[Action::Accept]);
    assert_eq!((state.filter.text(), names(&state)), ("group:production", vec!["prod-eu", "prod-us"]));
    palette(&mut state, "me-south");
    press(&mut state, &[Action::Accept]);
    assert_eq!(state.focus, Pane::Regions);
    assert_eq!(state.region.as_ref().map(|r| r.as_str()), Some("me-south-1"));
}

#[test]
fn a_theme_is_taken_on_by_its_name() {
    let mut state = tested(SIZE);
    state.themes = vec!["default".to_owned(), "dark".to_owned()];
    palette(&mut state, "theme da");
    assert_eq!(words(&state), ["theme dark"]);
    let effects = press(&mut state, &[Action::Accept]);
    assert!(matches!(&effects[..], [Effect::Theme(name)] if name == "dark"), "{effects:?}");
    assert!(state.palette().is_none());
}

#[test]
fn commands_run_and_those_that_cannot_say_why() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Top]);
    palette(&mut state, "policy");
    let entry = entries(&state).remove(0);
    assert_eq!((entry.key.as_str(), entry.off.as_deref()), ("p", Some("no policy to offer")));
    assert!(press(&mut state, &[Action::Accept]).is_empty());
    assert_eq!(notice(&state), "policy: no policy to offer");
    assert!(state.palette().is_some(), "one can choose another");
    press(&mut state, &[Action::EraseAll]);
    type_in(&mut state, "test all");
    assert!(matches!(press(&mut state, &[Action::Accept])[..], [Effect::Start { .. }]));
    assert!(state.overlays.is_empty());
}

#[test]
fn tab_fills_in_and_arrows_go_round() {
    let mut state = tested(SIZE);
    palette(&mut state, "copy");
    press(&mut state, &[Action::Down, Action::Complete]);
    assert_eq!(state.palette().unwrap().input.text(), "copy role-arn");
    let [Effect::Copy { text, what }] = &press(&mut state, &[Action::Accept])[..] else { panic!("no copy") };
    assert_eq!(text, "arn:aws:iam::111122225555:role/CloudivizeRole");
    assert_eq!(what, "the role ARN of legacy");
    palette(&mut state, "");
    press(&mut state, &[Action::Up]);
    assert_eq!(state.palette().unwrap().chosen, entries(&state).len() - 1);
    press(&mut state, &[Action::Down]);
    assert_eq!(state.palette().unwrap().chosen, 0);
    press(&mut state, &[Action::Back]);
    assert!(state.overlays.is_empty());
}

#[test]
fn an_unknown_name_says_what_comes_near() {
    let mut state = tested(SIZE);
    palette(&mut state, "legcy!");
    assert!(words(&state).is_empty());
    press(&mut state, &[Action::Accept]);
    assert_eq!(notice(&state), "nothing is called legcy!; nearest: legacy");
    press(&mut state, &[Action::EraseAll]);
    type_in(&mut state, "ec3");
    press(&mut state, &[Action::Accept]);
    assert_eq!(notice(&state), "nothing is called ec3; nearest: ec2");
    press(&mut state, &[Action::EraseAll]);
    type_in(&mut state, "zzzz");
    press(&mut state, &[Action::Accept]);
    assert_eq!(notice(&state), "nothing is called zzzz: no command, kind, connection, group or region");
}

#[test]
fn it_opens_over_a_policy_and_quit_leaves_the_program() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Snippet]);
    palette(&mut state, "quit");
    assert!(matches!(press(&mut state, &[Action::Accept])[..], [Effect::Quit]));
    palette(&mut state, "copy pol");
    let [Effect::Copy { what, .. }] = &press(&mut state, &[Action::Accept])[..] else { panic!("no copy") };
    assert_eq!(what, "missing policy for legacy (JSON)");
    assert_eq!(state.context(), Context::Snippet);
}

#[test]
fn a_report_is_copied_without_its_external_id() {
    let mut state = tested(SIZE);
    palette(&mut state, "copy report");
    let [Effect::Copy { text, .. }] = &press(&mut state, &[Action::Accept])[..] else { panic!("no copy") };
    assert!(text.starts_with("legacy · 3 of 5 allowed"), "{text}");
    assert!(text.contains("explicit deny in an SCP") && !text.contains("an-external-id"));
    assert!(!text.contains("{key") && text.contains("Root user"), "{text}");
}

#[test]
fn m_shows_the_page_for_the_owner_and_y_copies_it() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Message]);
    let [Effect::Copy { text, what }] = &press(&mut state, &[Action::Copy])[..] else { panic!("no copy") };
    assert_eq!(what, "the message about legacy");
    assert!(text.starts_with("Subject: ") && text.contains("What it does not allow"), "{text}");
    // What no policy of the role's owner can mend has a page of its own.
    press(&mut state, &[Action::NextSheet]);
    let [Effect::Copy { text, .. }] = &press(&mut state, &[Action::Copy])[..] else { panic!("no copy") };
    assert!(text.contains("explicit deny in a service control policy") || text.contains("Explicit deny"), "{text}");
    assert!(text.contains("p-examplepolicyid") && text.contains("aws:PrincipalArn"), "{text}");
    assert!(!text.contains("cur:DescribeReportDefinitions"), "that is the first page's matter");
    insta::assert_snapshot!("appeal", text);
    press(&mut state, &[Action::Back, Action::Top]);
    assert!(!state.holds(Condition::Message), "nothing is refused there");
}

#[test]
fn r_asks_anew_from_every_pane() {
    for pane in [Action::FocusRegions, Action::FocusDetail, Action::FocusAccounts] {
        let mut state = tested(SIZE);
        assert!(matches!(press(&mut state, &[pane, Action::Refresh])[..], [Effect::Start { .. }]));
        assert_eq!(notice(&state), "asking legacy anew: checks, regions and facts");
    }
}

#[test]
fn the_demo_attaches_the_policy_on_the_screen() {
    let mut state = tested(SIZE);
    assert!(!state.holds(Condition::DemoApply), "elsewhere its owner does that");
    state.flags.demo = true;
    press(&mut state, &[Action::Snippet, Action::NextTab]);
    palette(&mut state, "demo apply");
    assert!(state.holds(Condition::DemoApply));
    let effects = press(&mut state, &[Action::Accept]);
    let [Effect::Start { request: Request::DemoApply { connection, policy, .. }, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*connection, id(3));
    assert!(policy.starts_with('{') && policy.contains("cur:DescribeReportDefinitions"), "the document, whatever tab");
    assert!(state.is_busy());
}
