//! Who asks, and live tests of what stands in the form.

use super::*;

#[test]
fn a_refused_role_is_tested_again_by_itself_and_probed_once_it_is_accepted() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (ticket, c, probe) = tests(&press(&mut state, &[Action::Test]));
    assert_eq!((probe, c.saved), (ProbeMode::Force, false), "a person asked; the history is not touched");
    let effects = ends(&mut state, ticket, refused(&c));
    assert!(matches!(effects[..], [Effect::WakeAt(_)]), "{effects:?}");
    assert!(page(&state).contains("next test by itself in 5 s (1 of 5)"), "{}", page(&state));
    assert!(page(&state).contains("not known everywhere at once"));
    assert!(page(&state).contains("must name 999900001111"));
    // The countdown goes on second by second, then the test.
    let effects = update(&mut state, later(1), Msg::Wake);
    assert!(matches!(effects[..], [Effect::WakeAt(at)] if at > later(1) && at <= later(2)), "{effects:?}");
    assert!(page(&state).contains("in 4 s"));
    let (second, c, probe) = tests(&update(&mut state, later(5), Msg::Wake));
    assert_eq!(probe, ProbeMode::Never, "a test by itself is sparing");
    let (third, c, probe) = tests(&ends(&mut state, second, good(&c, ExternalIdFinding::NotTested)));
    assert_eq!(probe, ProbeMode::Force, "and the probe comes once");
    assert!(ends(&mut state, third, good(&c, ExternalIdFinding::Enforced)).is_empty());
    assert!(form(&state).is_accepted(&state.book));
    let text = page(&state);
    assert!(
        text.contains("role/CloudivizeRole accepted by AWS") && text.contains("accepted by AWS, and enforced"),
        "{text}"
    );
    assert!(!text.contains("Make the role"), "nothing is left to do there");
    // Saved now, it stands in the panes as tested, and the history learns of it.
    go(&mut state, Field::Finish);
    let change = changes(&press(&mut state, &[Action::Accept]));
    let effects = saved(&mut state, change);
    assert!(matches!(&effects[..], [Effect::Start { request: Request::Note { report, .. }, .. }] if report.saved));
    assert_eq!(state.standings[&fixtures::id(99)].badge().word, "allowed");
    assert_eq!(notice(&state), "111122229999 is saved, and tested");
}

#[test]
fn tests_by_themselves_end_after_two_minutes_or_with_esc_or_a_key() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (mut ticket, c, _) = tests(&press(&mut state, &[Action::Test]));
    let mut at = 0;
    for wait in [5, 10, 15, 30, 60] {
        ends(&mut state, ticket, refused(&c));
        let started = form(&state).trial().unwrap().next.unwrap();
        assert_eq!(started.0 - NOW.0, wait * 1000);
        at += wait;
        ticket = tests(&update(&mut state, started, Msg::Wake)).0;
    }
    assert_eq!(at, 120);
    assert!(ends(&mut state, ticket, refused(&c)).is_empty(), "enough");
    assert!(page(&state).contains("not the role's newness any more"));

    let (ticket, c, _) = tests(&press(&mut state, &[Action::Test]));
    ends(&mut state, ticket, refused(&c));
    assert!(state.holds(Condition::Trying));
    press(&mut state, &[Action::Back]);
    assert!(state.form().is_some() && !state.holds(Condition::Trying), "Esc stops that first");

    let (ticket, c, _) = tests(&press(&mut state, &[Action::Test]));
    ends(&mut state, ticket, refused(&c));
    text(&mut state, "0");
    assert!(state.holds(Condition::Trying), "there is nothing to type into");
    go(&mut state, Field::Account);
    text(&mut state, "0");
    assert!(!state.holds(Condition::Trying), "what is typed now is something else");
    assert!(page(&state).contains("changed since this test"));
}

#[test]
fn a_running_test_is_stopped_by_esc_and_a_second_one_is_not_started() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (ticket, ..) = tests(&press(&mut state, &[Action::Test]));
    assert!(press(&mut state, &[Action::Test]).is_empty());
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Cancel(t)] if t == ticket));
    reply(&mut state, ticket, Err(End::Cancelled));
    assert!(!state.is_busy() && state.form().is_some());
}

#[test]
fn a_connection_saved_while_it_is_tested_is_tested_on_in_the_panes() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (ticket, c, _) = tests(&press(&mut state, &[Action::Test]));
    reply(
        &mut state,
        ticket,
        Ok(Part::Check { connection: c.id, check: Box::new(fixtures::allowed(Mandatory::Regions)) }),
    );
    let change = changes(&press(&mut state, &[Action::Save]));
    saved(&mut state, change);
    assert_eq!(state.standings[&c.id].badge().word, "testing 1/5");
    ends(&mut state, ticket, good(&c, ExternalIdFinding::Enforced));
    assert_eq!(state.standings[&c.id].badge().word, "allowed");
    assert!(!state.is_busy());
}

#[test]
fn a_root_user_is_told_before_the_test_that_it_assumes_no_role() {
    let mut state = open();
    go(&mut state, Field::Source);
    text(&mut state, "profile:hub");
    let ticket = asks(&press(&mut state, &[Action::Down]));
    let root = crate::domain::BaseIdentity { arn: "arn:aws:iam::123456789012:root".into(), ..fixtures::identity() };
    reply(&mut state, ticket, Ok(Part::Identity(root)));
    assert!(page(&state).contains("AWS lets no root user assume a role"), "{}", page(&state));
    let entry = crate::app::ProfileEntry { name: "billing".into(), kind: "keys".into() };
    update(&mut state, NOW, Msg::Profiles(Ok(vec![entry])));
    assert!(matches!(found(&state, Field::Source), Found::Good), "who answers for a profile proves that there is one");
}

#[test]
fn who_asks_is_asked_again_when_the_source_changes_and_only_then() {
    let mut state = open();
    assert!(text(&mut state, "111122229999").iter().all(|e| !matches!(e, Effect::Start { .. })));
    go(&mut state, Field::Source);
    let effects = text(&mut state, "profile:hub");
    assert!(effects.iter().any(|e| matches!(e, Effect::WakeAt(_))), "after a rest");
    assert!(page(&state).contains("stands here as soon as it is known who asks"));
    let ticket = asks(&press(&mut state, &[Action::Down]));
    let why = CheckError::new(ErrorClass::Source, "profile:hub: there is no profile hub");
    reply(&mut state, ticket, Err(End::Failed(why)));
    assert!(page(&state).contains("✗ profile:hub: there is no profile hub"));
    let entry = |name: &str| crate::app::ProfileEntry { name: name.into(), kind: "keys".into() };
    update(&mut state, NOW, Msg::Profiles(Ok(vec![entry("billing"), entry("hub-2")])));
    assert!(matches!(found(&state, Field::Source), Found::Doubt(words) if words.contains("no profile hub")));
    go(&mut state, Field::Source);
    press(&mut state, &[Action::NextChoice]);
    assert_eq!(form(&state).text(Field::Source), "profile:hub-2", "what contains it");
    press(&mut state, &[Action::EraseAll, Action::NextChoice, Action::NextChoice, Action::NextChoice]);
    assert_eq!(form(&state).text(Field::Source), "profile:hub-2", "env, billing, hub-2");
}

#[test]
fn a_verdict_for_another_connection_does_not_reach_the_form() {
    let mut state = open();
    text(&mut state, "111122229999");
    let (ticket, ..) = tests(&press(&mut state, &[Action::Test]));
    let stale = Ticket(ticket.0 + 50);
    reply(
        &mut state,
        stale,
        Ok(Part::Check { connection: fixtures::id(99), check: Box::new(fixtures::allowed(Mandatory::Regions)) }),
    );
    assert!(form(&state).trial().unwrap().standing.known().next().is_none());
    assert!(form(&state).trial().unwrap().assume_role().is_none_or(|c| c.verdict != Verdict::Allowed));
}

#[test]
fn a_test_that_took_a_one_time_code_does_not_go_on_by_itself() {
    let mut state = open();
    text(&mut state, "111122229999");
    go(&mut state, Field::Mfa);
    text(&mut state, "arn:aws:iam::999900001111:mfa/alice");
    assert!(press(&mut state, &[Action::Test]).is_empty(), "the code is asked for first");
    text(&mut state, "123456");
    let (ticket, c, _) = tests(&press(&mut state, &[Action::Accept]));
    assert!(ends(&mut state, ticket, refused(&c)).is_empty());
    assert!(!state.holds(Condition::Trying));
}

#[test]
fn in_the_demo_the_policy_of_a_draft_can_be_attached_by_its_owner() {
    let mut state = open();
    state.flags.demo = true;
    text(&mut state, "111122229999");
    press(&mut state, &[Action::Snippet]);
    assert!(state.holds(Condition::DemoApply));
    let effects = press(&mut state, &[Action::DemoApply]);
    let [Effect::Start { request: Request::DemoApply { book, connection, policy }, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    let c = book.iter().find(|c| c.id == *connection).unwrap();
    assert_eq!(c.role_arn().unwrap().account().as_str(), "111122229999");
    assert!(policy.contains(FRESH), "the trust policy comes first");
}
