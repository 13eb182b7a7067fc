//! Browsing as a person meets it: what is asked, what stands, what never moves.

use super::fixtures::*;
use super::*;
use crate::app::fixtures::{NOW, id, press, tell, untested};
use crate::app::{Action, Context, Effect, Msg, Pane, Size, State, region_rows, update};
use crate::domain::{CellState, CheckError, End, ErrorClass, Listing, Part, Reply, Request, Ticket, Trouble};

const SIZE: Size = Size { width: 120, height: 36 };

fn asked(effects: &[Effect]) -> Vec<&Listing> {
    let mut found = Vec::new();
    for effect in effects {
        if let Effect::Start { request: Request::List(listing), .. } = effect {
            found.push(&**listing);
        }
    }
    found
}

fn end(state: &mut State, ticket: u64, end: End) -> Vec<Effect> {
    update(state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Err(end) }))
}

fn type_in(state: &mut State, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| update(state, NOW, Msg::Text(c))).collect()
}

fn cursor_name(state: &State) -> String {
    state.browse.list().unwrap().row().unwrap().1.name().to_owned()
}

#[test]
fn a_kind_is_asked_over_everything_and_its_rows_come_sorted() {
    let mut state = untested(SIZE);
    let effects = state.browse_to(NOW, Goal::Kind(instances()));
    let [listing] = asked(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((listing.select.len(), &listing.regions, listing.ask_refused), (6, &None, false));
    assert_eq!((state.focus, state.context()), (Pane::Checks, Context::Assets));
    let ticket = started(&effects)[0];
    tell(&mut state, ticket, target(1));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["web-10", "web-2"]));
    tell(&mut state, ticket, rows(1, "us-east-1", &["api"]));
    settle(&mut state);
    assert_eq!(names(&state), ["api", "web-2", "web-10"]);
    assert!(tally_of(&state).at_least, "not all have answered");
}

#[test]
fn rows_that_arrive_never_move_the_cursor_or_the_marks() {
    let mut state = untested(SIZE);
    let ticket = open(&mut state);
    tell(&mut state, ticket, target(1));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["m", "n", "o"]));
    settle(&mut state);
    press(&mut state, &[Action::Down, Action::Mark]);
    press(&mut state, &[Action::Up]);
    assert_eq!(cursor_name(&state), "n");
    tell(&mut state, ticket, rows(1, "us-east-1", &["a", "b", "z"]));
    settle(&mut state);
    assert_eq!(names(&state), ["a", "b", "m", "n", "o", "z"]);
    assert_eq!(cursor_name(&state), "n");
    let list = state.browse.list().unwrap();
    assert!(list.is_marked(3) && list.marks.len() == 1);
}

#[test]
fn leaving_cancels_and_coming_back_asks_only_for_what_was_cut_short() {
    let mut state = untested(SIZE);
    let ticket = open(&mut state);
    tell(&mut state, ticket, target(1));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["a"]));
    tell(&mut state, ticket, stands(1, "eu-west-1", done()));
    tell(&mut state, ticket, stands(1, "us-east-1", CellState::Loading));
    let effects = press(&mut state, &[Action::Fleet]);
    assert!(matches!(effects[..], [Effect::Cancel(t)] if t.0 == ticket), "{effects:?}");
    assert_eq!(state.context(), Context::Checks);
    // What was still on its way is nobody's.
    tell(&mut state, ticket, rows(1, "us-east-1", &["late"]));
    end(&mut state, ticket, End::Cancelled);
    assert!(!state.is_busy());
    let effects = state.browse_to(NOW, Goal::Kind(instances()));
    let listings = asked(&effects);
    assert_eq!(names(&state), ["a"]);
    let only: Vec<_> = listings.iter().filter_map(|l| l.only.as_ref()).flatten().collect();
    assert_eq!(only, [&cell(1, "us-east-1")]);
    let rest: Vec<_> = listings.iter().filter(|l| l.only.is_none()).flat_map(|l| &l.select).collect();
    assert_eq!(rest.len(), 5, "those that had not answered at all");
    assert!(!rest.contains(&&id(1)));
}

#[test]
fn a_refresh_keeps_old_rows_until_each_cell_ends() {
    let mut state = listed(SIZE);
    let before = names(&state);
    press(&mut state, &[Action::Down, Action::Down]);
    let here = cursor_name(&state);
    let effects = press(&mut state, &[Action::Refresh]);
    let [listing] = asked(&effects)[..] else { panic!("{effects:?}") };
    assert!(listing.ask_refused && listing.select.len() == 6);
    let ticket = started(&effects)[0];
    assert_eq!(names(&state), before);
    tell(&mut state, ticket, target(1));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["new"]));
    settle(&mut state);
    assert_eq!(names(&state), before, "new rows wait for their cell's end");
    tell(&mut state, ticket, stands(1, "eu-west-1", done()));
    settle(&mut state);
    assert!(names(&state).contains(&"new".to_owned()) && !names(&state).contains(&"web-1".to_owned()));
    assert_eq!(names(&state).len(), before.len() - 4);
    let _ = here;
}

#[test]
fn a_cell_that_fails_keeps_what_was_known_and_is_asked_again_alone() {
    let mut state = listed(SIZE);
    let ticket = started(&press(&mut state, &[Action::Refresh]))[0];
    tell(&mut state, ticket, stands(1, "eu-west-1", failed()));
    settle(&mut state);
    assert!(names(&state).contains(&"web-1".to_owned()));
    let mut state = listed(SIZE);
    let effects = press(&mut state, &[Action::AskFailed]);
    let listings = asked(&effects);
    let only: Vec<_> = listings.iter().filter_map(|l| l.only.as_ref()).flatten().collect();
    assert_eq!(only, [&cell(2, "eu-west-1")]);
    let whole: Vec<_> = listings.iter().filter(|l| l.only.is_none()).flat_map(|l| &l.select).collect();
    assert_eq!(whole, [&id(4)], "the connection that could not be reached; nothing that was refused");
}

#[test]
fn answers_to_an_earlier_request_are_dropped() {
    let mut state = untested(SIZE);
    let first = open(&mut state);
    tell(&mut state, first, target(1));
    tell(&mut state, first, stands(1, "eu-west-1", CellState::Loading));
    let second = started(&press(&mut state, &[Action::Refresh]))[0];
    tell(&mut state, first, rows(1, "eu-west-1", &["old"]));
    tell(&mut state, second, rows(1, "eu-west-1", &["new"]));
    settle(&mut state);
    assert_eq!(names(&state), ["new"]);
    end(&mut state, first, End::Cancelled);
    end(&mut state, second, End::Done);
    assert!(!state.is_busy());
}

#[test]
fn marks_narrow_the_scope_and_widening_it_asks_only_for_what_is_missing() {
    let mut state = listed(SIZE);
    let all = names(&state).len();
    press(&mut state, &[Action::FocusAccounts]);
    state.cursor = Some(id(1));
    assert!(asked(&press(&mut state, &[Action::Mark])).is_empty(), "what is known is not asked again");
    assert_eq!((names(&state).len(), all), (5, 8));
    assert_eq!(state.browse.scope.connections.len(), 1);
    press(&mut state, &[Action::MarkAll]);
    assert_eq!(names(&state).len(), all);
    press(&mut state, &[Action::FocusRegions, Action::Top, Action::Down, Action::Mark]);
    assert_eq!(names(&state).len(), 5, "eu-west-1 alone");
    // A list that is first asked in one region.
    let effects = state.browse_to(NOW, Goal::Kind(KindId::new("aws/ec2/volume")));
    let [listing] = asked(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(listing.regions, Some(vec![region("eu-west-1")]));
    press(&mut state, &[Action::FocusRegions, Action::Bottom]);
    let effects = press(&mut state, &[Action::Mark]);
    assert!(asked(&effects).iter().all(|l| l.regions == Some(vec![region("us-east-1")])), "{effects:?}");
}

#[test]
fn what_kept_rows_away_is_said_once_for_all_its_cells() {
    let state = listed(SIZE);
    let words: Vec<String> = woes(&state).iter().map(|w| w.words(&state)).collect();
    assert_eq!(
        words,
        [
            "legacy: not permitted: ec2:DescribeInstances in 3 regions (no identity policy allows it; 1 not asked, the others \
             were refused alike)",
            "prod-us: failed in eu-west-1: no answer within 10 s",
            "old-vendor: not reached: profile:hub: the session has expired",
        ]
    );
    let tally = tally_of(&state);
    assert_eq!((tally.total, tally.at_least, tally.accounts), (8, true, (5, 6)));
    assert_eq!((tally.cells.denied, tally.cells.failed, tally.unreached), (3, 1, (0, 1)));
    assert_eq!(accounts_tally(&state, id(3)).1, "denied");
    assert_eq!(accounts_tally(&state, id(1)).1, "5");
    assert_eq!(accounts_tally(&state, id(2)).1, "≥ 3");
    let words: Vec<String> = region_rows(&state).iter().map(|r| format!("{} {}", r.region, r.word)).collect();
    assert_eq!(words, ["ap-south-1 ≥ 0", "eu-west-1 ≥ 5", "me-south-1 off", "us-east-1 ≥ 3"]);
}

#[test]
fn a_filter_counts_and_what_is_no_filter_says_so() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Filter]);
    type_in(&mut state, "api state:running");
    assert_eq!(names(&state), ["pay-api-7f", "pay-api-8c"]);
    assert_eq!(filter_words(&state), "2 of 8 shown");
    press(&mut state, &[Action::EraseAll]);
    type_in(&mut state, "typo:x");
    assert!(filter_words(&state).contains("no column"), "{}", filter_words(&state));
    press(&mut state, &[Action::Back]);
    assert_eq!(names(&state).len(), 8);
}

#[test]
fn many_rows_are_put_in_order_elsewhere_one_order_at_a_time() {
    let mut state = untested(SIZE);
    let ticket = open(&mut state);
    tell(&mut state, ticket, target(1));
    let many: Vec<String> = (0..6000).map(|n| format!("web-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let effects = tell(&mut state, ticket, rows(1, "eu-west-1", &many));
    let arrange = |effects: &[Effect]| effects.iter().filter(|e| matches!(e, Effect::Arrange { .. })).count();
    assert_eq!(arrange(&effects), 1, "the first rows wait for nothing");
    press(&mut state, &[Action::Filter]);
    assert_eq!(arrange(&type_in(&mut state, "web-59")), 0, "the wish waits");
    let first = effects.iter().find(|e| matches!(e, Effect::Arrange { .. })).unwrap();
    let Effect::Arrange { generation, blocks, filter, sort, whole } = first.clone() else { panic!("{effects:?}") };
    let (arranged, whole) = crate::query::arrange_within(whole, &blocks, &filter, sort);
    let next = update(&mut state, NOW, Msg::Arranged { generation, arranged, whole });
    assert_eq!((arrange(&next), names(&state).len()), (1, 6000), "the old order stands meanwhile");
    let Effect::Arrange { generation, blocks, filter, sort, whole } = next[0].clone() else { panic!("{next:?}") };
    let (arranged, whole) = crate::query::arrange_within(whole, &blocks, &filter, sort);
    update(&mut state, NOW, Msg::Arranged { generation, arranged, whole });
    assert_eq!(names(&state).len(), 111);
}

#[test]
fn esc_stops_listing_and_what_had_arrived_stands() {
    let mut state = listing(SIZE);
    let effects = press(&mut state, &[Action::Back]);
    assert!(effects.iter().any(|e| matches!(e, Effect::Cancel(_))));
    assert_eq!(names(&state).len(), 8);
    assert!(state.holds(crate::app::Condition::SomeFailed), "what was cut short can be asked again");
}

#[test]
fn an_empty_table_says_why() {
    let mut state = untested(SIZE);
    let ticket = open(&mut state);
    assert_eq!(state.no_rows(), "Loading EC2 instances…");
    for connection in 1..=6 {
        tell(&mut state, ticket, target(connection));
        tell(&mut state, ticket, stands(connection, "eu-west-1", denied(false)));
    }
    end(&mut state, ticket, End::Done);
    assert!(state.no_rows().starts_with("Not permitted anywhere"), "{}", state.no_rows());
    let ticket = started(&press(&mut state, &[Action::Refresh]))[0];
    for connection in 1..=6 {
        tell(&mut state, ticket, stands(connection, "eu-west-1", done()));
    }
    end(&mut state, ticket, End::Done);
    assert!(state.no_rows().starts_with("There are no EC2 instances here"), "{}", state.no_rows());
    let ticket = started(&press(&mut state, &[Action::Refresh]))[0];
    tell(&mut state, ticket, stands(1, "eu-west-1", denied(false)));
    tell(&mut state, ticket, stands(2, "eu-west-1", CellState::Loading));
    for connection in 3..=6 {
        tell(&mut state, ticket, stands(connection, "eu-west-1", done()));
    }
    end(&mut state, ticket, End::Done);
    assert_eq!(
        state.no_rows(),
        "None where it could be asked. 1 refused, 1 failed: there, it is not known.",
        "what was never answered is not empty either"
    );
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Filter]);
    type_in(&mut state, "nothing-like-it");
    assert!(state.no_rows().starts_with("The filter hides all 8 rows."));
}

#[test]
fn minus_goes_back_and_forth_between_fleet_and_assets() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Down]);
    let here = cursor_name(&state);
    press(&mut state, &[Action::Fleet]);
    assert!(!state.is_browsing());
    press(&mut state, &[Action::LastView]);
    assert!(state.is_browsing());
    assert_eq!(cursor_name(&state), here);
}

#[test]
fn the_policy_names_the_kind_s_own_actions_for_who_was_refused() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Snippet]);
    let viewer = state.viewer().unwrap();
    assert_eq!(viewer.about, "legacy");
    assert!(viewer.current().unwrap().text.contains("\"Action\": \"ec2:DescribeInstances\""));
}

#[test]
fn a_lock_drops_every_row_and_keeps_the_place() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Lock]);
    let shown = format!("{state:?}");
    assert!(!shown.contains("pay-api") && !shown.contains("111122223333"), "{shown}");
    let book = crate::app::fixtures::book();
    update(&mut state, NOW, Msg::Door(crate::app::Opening::Opened { book, endpoint: None }));
    assert!(state.is_browsing() && state.browse.list().unwrap().cells.is_empty());
    assert!(state.no_rows().starts_with("Nothing was asked yet"), "{}", state.no_rows());
}

#[test]
fn a_notice_of_the_engine_is_not_lost() {
    let mut state = untested(SIZE);
    let ticket = open(&mut state);
    tell(&mut state, ticket, Part::Notice("something".to_owned()));
    assert_eq!(state.log.entries().len(), 1);
}

#[test]
fn a_name_is_looked_for_among_the_kinds_tags_where_the_tagging_service_is_refused() {
    let mut state = untested(SIZE);
    state.catalog = std::sync::Arc::default();
    let effects = state.browse_to(NOW, Goal::Find("web-1".to_owned()));
    let ticket = started(&effects)[0];
    let kind = |id: &str| crate::domain::KindId::new(id);
    for connection in [1, 2] {
        tell(&mut state, ticket, target(connection));
    }
    let of = |connection, id: &str, state| {
        Part::Cells(vec![(CellKey { kind: kind(id), ..cell(connection, "eu-west-1") }, state)])
    };
    tell(&mut state, ticket, of(1, "aws/tagging/resource", denied(false)));
    tell(&mut state, ticket, of(1, "aws/rds/instance", done()));
    tell(&mut state, ticket, of(2, "aws/tagging/resource", done()));
    let effects = end(&mut state, ticket, End::Done);
    let asked = asked(&effects);
    let [listing] = &asked[..] else { panic!("{effects:?}") };
    assert_eq!(listing.select, [id(1)], "only who refused");
    assert!(
        listing.kinds.contains(&kind("aws/ec2/instance")) && !listing.kinds.contains(&kind("aws/tagging/resource"))
    );
    let ticket = started(&effects)[0];
    tell(&mut state, ticket, of(1, "aws/ec2/instance", done()));
    assert!(started(&end(&mut state, ticket, End::Done)).is_empty(), "once");
}

#[test]
fn the_header_of_a_search_says_in_less_room_too_how_far_it_has_come() {
    let mut state = untested(SIZE);
    begin(&mut state, Goal::Find("web-1".to_owned()));
    let joined = |pieces: &Vec<(_, String)>| pieces.iter().map(|(_, w)| w.as_str()).collect::<Vec<_>>().join(" · ");
    let words: Vec<String> = browse_header(&state).iter().map(joined).collect();
    assert_eq!(words, ["searched 2/3 · 1 found · 1 denied", "1 found in 2/3 · 1 denied", "1 found · 1 denied"]);
}

#[test]
fn an_account_that_is_not_reached_any_more_keeps_its_rows_and_is_said_once() {
    let mut state = listed(SIZE);
    let before = names(&state);
    let ticket = started(&press(&mut state, &[Action::Refresh]))[0];
    let trouble = Trouble::Failed(CheckError::new(ErrorClass::Source, "profile:hub: the session has expired"));
    for connection in 1..=6 {
        tell(&mut state, ticket, Part::NoTarget { connection: id(connection), trouble: trouble.clone() });
    }
    end(&mut state, ticket, End::Done);
    assert_eq!(names(&state), before);
    let tally = tally_of(&state);
    assert_eq!((tally.unreached, tally.cells.failed, tally.cells.cut), ((0, 6), 0, 0));
    assert!(tally.at_least);
    let again = press(&mut state, &[Action::AskFailed]);
    let [listing] = asked(&again)[..] else { panic!("{again:?}") };
    assert_eq!(listing.select.len(), 6);
}

#[test]
fn what_a_removed_connection_showed_goes_with_it() {
    let mut state = listed(SIZE);
    assert!(names(&state).contains(&"web-1".to_owned()));
    let book: Vec<_> = state.book.iter().filter(|c| c.id != id(1)).cloned().collect();
    let saved = crate::app::Saved { book: book.into(), endpoint: None, merged: false };
    update(&mut state, NOW, Msg::Saved { changes: vec![crate::domain::Change::Remove(id(1))], result: Ok(saved) });
    assert!(!names(&state).contains(&"web-1".to_owned()), "{:?}", names(&state));
}
