//! Keys and answers go in; state and effects come out.

use super::fixtures::*;
use super::*;
use crate::domain::{
    Change, Check, CheckError, ConnectionId, End, ErrorClass, ExternalIdFinding, Mandatory, Mark, Part, ProbeMode,
    ProfileName, Reply, Request, Source, SourceReport, Ticket, Timestamp, Verdict,
};

const SIZE: Size = Size { width: 120, height: 36 };

fn selected(effects: &[Effect]) -> (Ticket, Vec<ConnectionId>, ProbeMode) {
    match effects {
        [Effect::Start { ticket, request: Request::Check { select, probe, .. } }] => (*ticket, select.clone(), *probe),
        other => panic!("not one check: {other:?}"),
    }
}

fn badge(state: &State, n: u128) -> Badge {
    state.standings[&id(n)].badge()
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |n| n.text.as_str())
}

#[test]
fn t_tests_the_connection_under_the_cursor_and_only_once() {
    let mut state = untested(SIZE);
    let (ticket, select, probe) = selected(&press(&mut state, &[Action::Test]));
    assert_eq!((select, probe), (vec![id(1)], ProbeMode::Sparing));
    assert!(state.is_busy());
    assert!(press(&mut state, &[Action::Test]).is_empty(), "it runs already");
    let (second, select, _) = selected(&press(&mut state, &[Action::TestAll]));
    assert_ne!(second, ticket);
    assert_eq!(select.len(), 5, "the one that runs is left alone");
}

#[test]
fn verdicts_appear_one_by_one() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::Test]);
    assert_eq!(badge(&state, 1).word, "waiting");
    tell(&mut state, 1, Part::Started(id(1)));
    tell(&mut state, 1, Part::Check { connection: id(1), check: Box::new(allowed(Mandatory::Regions)) });
    let standing = &state.standings[&id(1)];
    assert_eq!(badge(&state, 1).word, "testing 1/5");
    assert_eq!(standing.slot(Mandatory::Regions).mark(), Mark::Allowed);
    assert_eq!(standing.slot(Mandatory::AssumeRole).mark(), Mark::Testing);
    tell(&mut state, 1, Part::Connection(found(&book()[0])));
    assert_eq!(badge(&state, 1), Badge { mark: Mark::Allowed, word: "allowed".into() });
    assert!(state.is_busy(), "only the end closes a ticket");
    end(&mut state, 1, End::Done);
    assert!(!state.is_busy());
    assert_eq!(notice(&state), "prod-eu tested: all allowed");
}

#[test]
fn answers_under_a_stale_ticket_change_nothing() {
    let mut state = tested(SIZE);
    state.changed = false;
    let before = state.standings.clone();
    tell(&mut state, 1, Part::Connection(found(&book()[3])));
    tell(&mut state, 77, Part::Check { connection: id(1), check: Box::new(allowed(Mandatory::Regions)) });
    end(&mut state, 1, End::Failed(CheckError::new(ErrorClass::Other, "late")));
    assert_eq!(before, state.standings);
    assert!(!state.changed, "and nothing is drawn for it");
}

#[test]
fn a_ticket_speaks_only_for_the_connections_it_was_started_for() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::Test]);
    tell(&mut state, 1, Part::Check { connection: id(2), check: Box::new(allowed(Mandatory::Regions)) });
    assert_eq!(badge(&state, 2).word, "not tested");
}

#[test]
fn the_words_of_every_kind_of_trouble() {
    let state = tested(SIZE);
    let words: Vec<String> =
        (1..=6).map(|n| format!("{:?} {}", badge(&state, n).mark, badge(&state, n).word)).collect();
    assert_eq!(
        words,
        [
            "Allowed allowed",
            "Allowed allowed",
            "Denied 2 denied",
            "Denied no access",
            "Finding NOT ENFORCED",
            "Allowed allowed"
        ]
    );
    assert_eq!(
        tally(&state).iter().map(|(_, w)| w.as_str()).collect::<Vec<_>>(),
        ["6 connections", "2 broken", "1 exposed"]
    );
}

#[test]
fn what_is_broken_can_be_tested_alone() {
    let mut state = tested(SIZE);
    let (_, select, _) = selected(&press(&mut state, &[Action::TestBroken]));
    assert_eq!(select, [id(3), id(4), id(5)]);
    let mut fresh = untested(SIZE);
    assert!(!fresh.holds(Condition::SomeBroken), "untested is not broken");
    assert!(press(&mut fresh, &[Action::TestBroken]).is_empty());
}

#[test]
fn capital_x_forces_the_probe() {
    let mut state = untested(SIZE);
    assert_eq!(selected(&press(&mut state, &[Action::Probe])).2, ProbeMode::Force);
}

#[test]
fn esc_stops_a_test_and_what_had_arrived_stands() {
    let mut state = fleet(SIZE);
    let effects = press(&mut state, &[Action::Back]);
    assert!(matches!(effects[..], [Effect::Cancel(Ticket(1))]));
    assert!(press(&mut state, &[Action::Back]).is_empty(), "once is enough");
    assert!(state.is_busy(), "until the end comes");
    end(&mut state, 1, End::Cancelled);
    assert!(!state.is_busy());
    let sandbox = &state.standings[&id(6)];
    assert_eq!(sandbox.slot(Mandatory::AssumeRole).mark(), Mark::Allowed);
    assert_eq!(sandbox.slot(Mandatory::Regions).mark(), Mark::Untested);
    assert_eq!(badge(&state, 6).word, "partly tested");
}

#[test]
fn a_stopped_retest_keeps_the_older_verdicts() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Test]);
    let mut mended = allowed(Mandatory::ReportDefinitions);
    mended.latency_ms = Some(1);
    tell(&mut state, 2, Part::Check { connection: id(3), check: Box::new(mended) });
    end(&mut state, 2, End::Cancelled);
    let legacy = &state.standings[&id(3)];
    assert_eq!(legacy.slot(Mandatory::ReportDefinitions).mark(), Mark::Allowed);
    assert_eq!(legacy.slot(Mandatory::AccountSummary).mark(), Mark::Denied);
    // A report whose checks were cut short does not wipe out what is known either.
    press(&mut state, &[Action::Test]);
    let mut cut = found(&book()[2]);
    for check in &mut cut.checks {
        *check = Check::untested(check.permission, CheckError::new(ErrorClass::Cancelled, "stopped"));
    }
    tell(&mut state, 3, Part::Connection(cut));
    assert_eq!(badge(&state, 3).word, "1 denied");
}

#[test]
fn ctrl_c_cancels_and_twice_quits() {
    let mut state = fleet(SIZE);
    assert!(matches!(press(&mut state, &[Action::Interrupt])[..], [Effect::Cancel(_)]));
    assert!(matches!(press(&mut state, &[Action::Interrupt])[..], [Effect::Quit]));
    let mut state = untested(SIZE);
    press(&mut state, &[Action::Interrupt, Action::Down]);
    assert!(press(&mut state, &[Action::Interrupt]).is_empty(), "another key in between starts over");
    assert!(notice(&state).contains("once more"));
}

#[test]
fn quitting_is_at_once_and_a_save_asks_once() {
    let mut state = fleet(SIZE);
    assert!(matches!(press(&mut state, &[Action::Quit])[..], [Effect::Quit]));
    state.saving = 1;
    assert!(press(&mut state, &[Action::Quit]).is_empty());
    assert!(notice(&state).contains("being saved"));
}

#[test]
fn the_cursor_is_an_identity_and_detail_follows_after_a_rest() {
    let mut state = untested(SIZE);
    let effects = press(&mut state, &[Action::Down]);
    assert!(matches!(effects[..], [Effect::WakeAt(Timestamp(t))] if t == NOW.0 + 150));
    assert_eq!((state.cursor, state.detail), (Some(id(2)), Some(id(1))));
    state.changed = false;
    update(&mut state, Timestamp(NOW.0 + 100), Msg::Wake);
    assert!(!state.changed, "too early");
    update(&mut state, Timestamp(NOW.0 + 150), Msg::Wake);
    assert_eq!(state.detail, Some(id(2)));
    // At the last row nothing moves.
    press(&mut state, &[Action::Bottom, Action::Down]);
    assert_eq!(state.cursor, Some(id(6)));
    press(&mut state, &[Action::Top]);
    assert_eq!(state.cursor, Some(id(1)));
}

#[test]
fn the_list_is_grouped_and_sorted_with_the_ungrouped_last() {
    let state = untested(SIZE);
    let names: Vec<&str> = shown(&state).iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["prod-eu", "prod-us", "legacy", "old-vendor", "partner", "sandbox"]);
    assert_eq!(account_rows(&state)[0], AccountRow::Heading("production"));
    assert_eq!(account_rows(&state)[3], AccountRow::Heading("no group"));
}

#[test]
fn a_filter_narrows_the_list_and_moves_the_cursor_onto_it() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Filter]);
    assert_eq!(state.context(), Context::FilterText);
    for c in "denied".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    assert_eq!(shown(&state).iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["legacy", "old-vendor"]);
    press(&mut state, &[Action::Accept]);
    assert_eq!(selected(&press(&mut state, &[Action::TestAll])).1.len(), 2, "all means all that is shown");
    press(&mut state, &[Action::Back]);
    end(&mut state, 2, End::Cancelled);
    press(&mut state, &[Action::Back]);
    assert!(state.filter.is_empty());
}

#[test]
fn a_filter_without_a_match_leaves_no_cursor_to_act_on() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Filter]);
    update(&mut state, NOW, Msg::Paste("zzz\n".into()));
    assert_eq!((state.cursor, state.filter.text()), (None, "zzz"));
    press(&mut state, &[Action::Accept]);
    assert!(!state.holds(Condition::Connection));
    assert!(press(&mut state, &[Action::Test, Action::Down, Action::Snippet]).is_empty());
}

#[test]
fn pasted_text_never_runs_keys() {
    let mut state = untested(SIZE);
    assert!(update(&mut state, NOW, Msg::Paste("Tq\n".into())).is_empty());
    assert!(!state.is_busy());
    assert!(notice(&state).contains("never taken for keys"));
}

#[test]
fn enter_goes_closer_and_esc_comes_back() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::FocusAccounts, Action::Open]);
    assert_eq!((state.focus, state.context()), (Pane::Detail, Context::Detail));
    press(&mut state, &[Action::Open]);
    let viewer = state.viewer().unwrap();
    assert_eq!(viewer.kind, ViewerKind::Words);
    let text = &viewer.current().unwrap().text;
    assert!(text.contains("User is not authorized to perform: iam:GetAccountSummary") && text.contains("req-summary"));
    press(&mut state, &[Action::Back, Action::Back]);
    assert_eq!((state.focus, state.overlays.len()), (Pane::Accounts, 0));
}

#[test]
fn p_shows_the_missing_policy_and_y_copies_it() {
    let mut state = tested(SIZE);
    let effects = press(&mut state, &[Action::Copy]);
    let [Effect::Copy { text, what }] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("cur:DescribeReportDefinitions") && !text.contains("iam:GetAccountSummary"), "{text}");
    assert_eq!(what, "missing policy for legacy (JSON)");
    press(&mut state, &[Action::Snippet]);
    assert_eq!(state.context(), Context::Snippet);
    press(&mut state, &[Action::NextTab]);
    let Effect::Copy { text, .. } = &press(&mut state, &[Action::Copy])[0] else { panic!("no copy") };
    assert!(!text.trim_end().contains('\n'), "minified is one line");
    let Effect::WriteFile { name, .. } = &press(&mut state, &[Action::Write])[0] else { panic!("no file") };
    assert_eq!(name, "cloudivize-legacy-missing.json");
    let Effect::Print(text) = &press(&mut state, &[Action::Plain])[0] else { panic!("nothing is printed") };
    assert!(text.starts_with('{') && !text.trim_end().contains('\n'), "the form that is shown, and nothing else");
    press(&mut state, &[Action::Back]);
    assert!(state.overlays.is_empty());
}

#[test]
fn a_refused_role_offers_trust_and_caller_policies() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Down]);
    assert_eq!(state.cursor, Some(id(4)));
    press(&mut state, &[Action::Snippet]);
    let names: Vec<&str> = state.viewer().unwrap().sheets.iter().map(|s| s.name).collect();
    assert_eq!(names, ["trust", "caller"]);
    press(&mut state, &[Action::NextSheet]);
    assert!(state.viewer().unwrap().current().unwrap().text.contains("sts:AssumeRole"));
}

#[test]
fn an_exposed_role_is_offered_a_trust_policy_and_a_healthy_one_nothing() {
    let state = tested(SIZE);
    assert!(state.has_snippet(id(5)));
    assert!(!state.has_snippet(id(1)));
    assert_eq!(state.standings[&id(5)].external_id(), Some(ExternalIdFinding::NotEnforced));
}

#[test]
fn a_source_that_fails_is_said_once_and_kept() {
    let mut state = untested(SIZE);
    press(&mut state, &[Action::TestAll]);
    let source = Source::Profile(ProfileName::parse("hub").unwrap());
    let error = CheckError::new(ErrorClass::Source, "the SSO session expired; run aws sso login --profile hub");
    let report = SourceReport { source, label: "profile:hub".into(), outcome: Err(error.clone()), dependents: 6 };
    tell(&mut state, 1, Part::Source(report));
    assert!(notice(&state).ends_with("6 connections wait for it"), "{}", notice(&state));
    for c in book().iter() {
        let mut r = found(c);
        r.checks = Mandatory::ALL.into_iter().map(|p| Check::untested(p, error.clone())).collect();
        tell(&mut state, 1, Part::Connection(r));
    }
    end(&mut state, 1, End::Done);
    assert_eq!(badge(&state, 1), Badge { mark: Mark::Untested, word: "source failed".into() });
    assert!(notice(&state).contains("SSO session expired"), "a count would say less");
    press(&mut state, &[Action::Errors]);
    assert_eq!(state.viewer().unwrap().current().unwrap().lines.len(), 1);
}

#[test]
fn another_account_is_a_red_stop() {
    let mut state = tested(SIZE);
    press(&mut state, &[Action::Test]);
    let mut wrong = found(&book()[2]);
    let error = CheckError::new(ErrorClass::AccountMismatch, "account 111122229999 answered");
    wrong.checks = Mandatory::ALL.into_iter().map(|p| Check::untested(p, error.clone())).collect();
    tell(&mut state, 2, Part::Connection(wrong));
    assert_eq!(badge(&state, 3), Badge { mark: Mark::Denied, word: "WRONG ACCOUNT".into() });
}

#[test]
fn first_good_tests_pin_their_accounts_once() {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    let mut c = connection(1, "own", None);
    c.method = crate::domain::Method::Profile;
    c.account = None;
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: std::sync::Arc::from([c.clone()]), endpoint: None }));
    press(&mut state, &[Action::Test]);
    let mut answered = c.clone();
    answered.account = book()[0].account.clone();
    assert!(tell(&mut state, 1, Part::Connection(found(&answered))).is_empty());
    let effects = end(&mut state, 1, End::Done);
    let [Effect::Save(changes)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(changes[..], [Change::Pin(c.id, answered.account.clone().unwrap())]);
    assert_eq!(state.book[0].account, answered.account);
    let changes = changes.clone();
    update(&mut state, NOW, Msg::Saved { changes, result: Err("read-only file system".into()) });
    assert!(notice(&state).contains("read-only file system") && state.saving == 0);
    press(&mut state, &[Action::Test]);
    tell(&mut state, 2, Part::Connection(found(&answered)));
    assert!(end(&mut state, 2, End::Done).is_empty(), "pinned is pinned");
}

#[test]
fn unlocking_takes_the_passphrase_and_says_what_was_wrong() {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    assert!(matches!(start()[..], [Effect::Unlock { passphrase: None }]));
    update(&mut state, NOW, Msg::Door(Opening::Ask { what: "the vault".into(), wrong: None }));
    assert!(press(&mut state, &[Action::Accept]).is_empty(), "nothing was typed");
    update(&mut state, NOW, Msg::Text('h'));
    update(&mut state, NOW, Msg::Paste("unter2\n".into()));
    let effects = press(&mut state, &[Action::Accept]);
    let [Effect::Unlock { passphrase: Some(secret) }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(secret.expose(), "hunter2");
    assert!(!format!("{state:?} {effects:?}").contains("hunter"));
    update(&mut state, NOW, Msg::Text('x'));
    let Screen::Unlock(unlock) = &state.screen else { panic!("left") };
    assert!(unlock.trying && unlock.input.count() == 0, "nothing is taken while one is tried");
    update(&mut state, NOW, Msg::Door(Opening::Ask { what: "the vault".into(), wrong: Some("wrong".into()) }));
    let Screen::Unlock(unlock) = &state.screen else { panic!("left") };
    assert_eq!(unlock.wrong.as_deref(), Some("wrong"));
    assert!(matches!(press(&mut state, &[Action::Back])[..], [Effect::Quit]), "Esc on an empty field leaves");
}

#[test]
fn signals_quit_or_suspend() {
    let mut state = untested(SIZE);
    assert!(matches!(update(&mut state, NOW, Msg::Signal(Signal::Hangup))[..], [Effect::Quit]));
    assert!(matches!(update(&mut state, NOW, Msg::Signal(Signal::Stop))[..], [Effect::Suspend]));
    assert!(matches!(update(&mut state, NOW, Msg::Signal(Signal::Continue))[..], [Effect::Repaint]));
}

#[test]
fn long_detail_scrolls_to_its_end_and_not_beyond() {
    let mut state = tested(Size { width: 80, height: 24 });
    press(&mut state, &[Action::Down, Action::Open, Action::Bottom]);
    let end = state.detail_scroll;
    assert!(end > 0, "the refused role has more to say than a screen holds");
    press(&mut state, &[Action::Down]);
    assert_eq!(state.detail_scroll, end);
    update(&mut state, NOW, Msg::Resized(Size { width: 200, height: 60 }));
    assert_eq!(state.detail_scroll, 0, "a larger screen shows it all");
}

#[test]
fn a_panic_of_any_key_script_is_a_bug() {
    use proptest::prelude::*;
    let run = |keys: Vec<usize>, width: u16, height: u16| {
        let mut state = tested(Size { width, height });
        for k in keys {
            let msg = match Action::ALL[k % Action::ALL.len()] {
                Action::Palette => Msg::Palette(Vec::new()),
                action => Msg::Action(action),
            };
            update(&mut state, NOW, msg);
            update(&mut state, Timestamp(NOW.0 + 500), Msg::Wake);
        }
        // Every open ticket is some connection's present one, or waits for its end alone.
        for (connection, standing) in &state.standings {
            if let Some(run) = &standing.run {
                assert!(state.open[&run.ticket].contains(connection));
            }
        }
    };
    let strategy = (proptest::collection::vec(0usize..512, 0..40), 1u16..130, 1u16..40);
    proptest!(ProptestConfig::with_cases(64), |((keys, width, height) in strategy)| run(keys, width, height));
}

#[test]
fn a_verdict_word_stands_beside_every_symbol() {
    for mark in Mark::ALL {
        assert!(!mark.word().is_empty());
    }
    let reply = Reply { ticket: Ticket(9), body: Err(End::Done) };
    assert!(update(&mut untested(SIZE), NOW, Msg::Reply(reply)).is_empty());
    assert_eq!(Slot::Known(&Check::blank(Mandatory::Regions, Verdict::NotApplicable)).mark(), Mark::NotApplicable);
}

#[test]
fn what_does_not_apply_is_not_counted() {
    let mut state = untested(SIZE);
    assert_eq!(state.standings.values().find_map(Standing::count_words), None);
    let c = book()[0].clone();
    let mut checks = Mandatory::ALL.map(allowed).to_vec();
    checks[0] = Check::blank(Mandatory::AssumeRole, Verdict::NotApplicable);
    checks[1] = Check::blank(Mandatory::ALL[1], Verdict::Untested);
    press(&mut state, &[Action::Test]);
    tell(&mut state, 1, Part::Connection(report(&c, checks, ExternalIdFinding::None)));
    assert_eq!(state.standings[&c.id].count_words().unwrap(), "3 of 4 allowed");
}
