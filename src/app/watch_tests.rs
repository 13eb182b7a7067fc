//! Watching until something is mended.

use super::fixtures::*;
use super::*;
use crate::domain::{ConnectionId, End, ExternalIdFinding, Mandatory, Part, ProbeMode, Request, Ticket, Timestamp};

const SIZE: Size = Size { width: 120, height: 36 };

fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

/// What is asked of the engine: tickets, connections, probe.
fn asked(effects: &[Effect]) -> Vec<(Ticket, Vec<ConnectionId>, ProbeMode)> {
    let one = |e: &Effect| match e {
        Effect::Start { ticket, request: Request::Check { select, probe, .. } } => {
            Some((*ticket, select.clone(), *probe))
        }
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

fn woken(effects: &[Effect]) -> Option<i64> {
    effects.iter().find_map(|e| match e {
        Effect::WakeAt(at) => Some(at.since(NOW) / 1000),
        _ => None,
    })
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |n| n.text.as_str())
}

/// The cursor on a connection.
fn on(state: &mut State, name: &str) {
    let id = state.book.iter().find(|c| c.name.as_str() == name).unwrap().id;
    press(state, &[Action::Top]);
    while state.cursor != Some(id) {
        press(state, &[Action::Down]);
    }
}

/// Ends the newest test as it ended before, at a time.
fn as_before(state: &mut State, ticket: Ticket, name: &str, now: Timestamp) -> Vec<Effect> {
    let c = state.book.iter().find(|c| c.name.as_str() == name).unwrap().clone();
    answer(state, ticket, Part::Connection(found(&c)), now)
}

fn answer(state: &mut State, ticket: Ticket, part: Part, now: Timestamp) -> Vec<Effect> {
    let reply = |body| Msg::Reply(crate::domain::Reply { ticket, body });
    update(state, now, reply(Ok(part)));
    update(state, now, reply(Err(End::Done)))
}

fn mended_legacy() -> Part {
    let c = book()[2].clone();
    Part::Connection(report(&c, Mandatory::ALL.map(allowed).to_vec(), ExternalIdFinding::Enforced))
}

#[test]
fn w_tests_at_once_then_in_growing_pauses_until_it_is_mended() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    let first = asked(&press(&mut state, &[Action::Watch]));
    assert_eq!(first, [(Ticket(2), vec![id(3)], ProbeMode::Sparing)]);
    assert_eq!(watch_words(&state, false).unwrap(), "watching legacy · testing");
    let effects = as_before(&mut state, Ticket(2), "legacy", at(1));
    assert_eq!(woken(&effects), Some(6), "five seconds after the first");
    assert_eq!(watch_words(&state, false).unwrap(), "watching legacy · next in ~5 s");
    assert!(update(&mut state, at(3), Msg::Wake).iter().all(|e| matches!(e, Effect::WakeAt(_))), "too early");
    let second = asked(&update(&mut state, at(6), Msg::Wake));
    assert_eq!(second[0].0, Ticket(3));
    let effects = as_before(&mut state, Ticket(3), "legacy", at(7));
    assert_eq!(woken(&effects), Some(14), "the pauses grow");
    assert_eq!(asked(&update(&mut state, at(15), Msg::Wake)).len(), 1);
    let effects = answer(&mut state, Ticket(4), mended_legacy(), at(16));
    assert!(effects.is_empty() && state.watch.is_none());
    assert_eq!(notice(&state), "✓ legacy mended after 16 s: cur:DescribeReportDefinitions and 1 more allowed");
    assert_eq!(state.notice.as_ref().unwrap().tone, Tone::Good);
    assert_eq!(state.standings[&id(3)].badge().word, "mended");
    assert!(update(&mut state, at(60), Msg::Wake).is_empty());
}

#[test]
fn w_and_esc_stop_it() {
    for stop in [Action::Watch, Action::Back] {
        let mut state = tested(SIZE);
        on(&mut state, "legacy");
        press(&mut state, &[Action::Watch]);
        as_before(&mut state, Ticket(2), "legacy", at(1));
        assert!(state.holds(Condition::Watched));
        press(&mut state, &[stop]);
        assert!(state.watch.is_none() && notice(&state).contains("not watched any more"), "{}", notice(&state));
        assert!(update(&mut state, at(60), Msg::Wake).is_empty());
    }
}

#[test]
fn esc_during_its_test_stops_both() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    press(&mut state, &[Action::Watch]);
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Cancel(Ticket(2))]));
    end(&mut state, 2, End::Cancelled);
    assert!(state.watch.is_none());
    assert!(update(&mut state, at(60), Msg::Wake).is_empty());
}

#[test]
fn it_goes_on_while_one_moves_around_and_others_can_join() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    press(&mut state, &[Action::Watch]);
    as_before(&mut state, Ticket(2), "legacy", at(1));
    on(&mut state, "old-vendor");
    press(&mut state, &[Action::FocusRegions, Action::FocusAccounts]);
    assert!(watch_words(&state, false).unwrap().starts_with("watching legacy · next in"));
    let (ticket, select, _) = asked(&press(&mut state, &[Action::Watch])).remove(0);
    assert_eq!(select, [id(3), id(4)]);
    assert_eq!(watch_words(&state, true).unwrap(), "watch");
    // One of the two is mended: the other goes on.
    update(&mut state, at(9), Msg::Reply(crate::domain::Reply { ticket, body: Ok(mended_legacy()) }));
    as_before(&mut state, ticket, "old-vendor", at(9));
    assert!(notice(&state).starts_with("✓ legacy mended"), "{}", notice(&state));
    assert_eq!(watch_words(&state, false).unwrap(), "watching old-vendor · next in ~5 s");
}

#[test]
fn an_exposed_role_is_probed_and_a_refused_one_is_not() {
    let mut state = tested(SIZE);
    let asked = asked(&press(&mut state, &[Action::WatchBroken]));
    assert_eq!(asked[0].1, [id(3), id(4)]);
    assert_eq!(asked[0].2, ProbeMode::Sparing);
    assert_eq!((asked[1].1.clone(), asked[1].2), (vec![id(5)], ProbeMode::Force));
}

#[test]
fn what_is_well_is_not_watched_and_what_was_never_tested_is_tested() {
    let mut state = tested(SIZE);
    on(&mut state, "prod-eu");
    assert!(!state.holds(Condition::NotWell));
    let mut fresh = untested(SIZE);
    assert!(fresh.holds(Condition::NotWell));
    assert_eq!(asked(&press(&mut fresh, &[Action::Watch])).len(), 1);
    as_before(&mut fresh, Ticket(1), "prod-eu", at(1));
    assert_eq!(notice(&fresh), "✓ prod-eu: all allowed, nothing to wait for");
    assert!(fresh.watch.is_none());
}

#[test]
fn it_ends_by_itself_after_a_quarter_of_an_hour_and_says_so() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    let mut ticket = asked(&press(&mut state, &[Action::Watch]))[0].0;
    let mut now = 1;
    let mut rounds = 1;
    while let Some(next) = woken(&as_before(&mut state, ticket, "legacy", at(now))) {
        ticket = asked(&update(&mut state, at(next + 1), Msg::Wake))[0].0;
        (now, rounds) = (next + 2, rounds + 1);
    }
    assert!((800..=910).contains(&now), "{now}");
    assert!((15..=22).contains(&rounds), "{rounds} tests, each an event in somebody's CloudTrail");
    assert!(state.watch.is_none());
    assert!(
        notice(&state).contains(&format!("after {rounds} tests in 15 min: legacy 2 denied; watch it again to go on"))
    );
}

#[test]
fn a_round_that_mends_nothing_says_nothing() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    press(&mut state, &[Action::Watch]);
    as_before(&mut state, Ticket(2), "legacy", at(1));
    assert_eq!(state.notice, None);
}

#[test]
fn a_watch_says_what_changed_though_not_all_is_mended() {
    let mut state = tested(SIZE);
    on(&mut state, "legacy");
    press(&mut state, &[Action::Watch]);
    as_before(&mut state, Ticket(2), "legacy", at(1));
    assert_eq!(notice(&state), "", "nothing changed yet");
    update(&mut state, at(6), Msg::Wake);
    let mut better = found(&book()[2]);
    let mended = better.checks.iter().position(|c| c.permission == Mandatory::ReportDefinitions).unwrap();
    better.checks[mended] = allowed(Mandatory::ReportDefinitions);
    let effects = answer(&mut state, Ticket(3), Part::Connection(better), at(7));
    assert_eq!(notice(&state), "legacy: was 2 denied, now 1 denied");
    assert_eq!(woken(&effects), Some(12), "somebody is at work: the pauses begin anew");
}
