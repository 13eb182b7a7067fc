//! Keys go into the form; its state and effects come out.

use super::*;
use crate::app::fixtures::{self, NOW, press, untested};
use crate::app::{Action, Condition, Context, Line, Msg, Opening, Saved, Size, State, update};
use crate::domain::{
    Cause, CauseKind, Change, Check, CheckError, ConnectionReport, End, ErrorClass, ExternalIdFinding, Mandatory, Part,
    ProbeMode, Reason, Reply, Request, Source, Ticket, Verdict,
};
use proptest::prelude::*;
use std::sync::Arc;

const SIZE: Size = Size { width: 120, height: 36 };
const FRESH: &str = "5f0c2f0e-0000-4000-8000-000000000001";
const ARN: &str = "arn:aws:iam::111122229999:role/team/ops/Viewer";

fn later(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

/// A new form with its identities; its first question is answered.
fn open() -> State {
    let mut state = untested(SIZE);
    let effects = press(&mut state, &[Action::NewConnection]);
    assert!(matches!(effects[..], [Effect::ListProfiles, Effect::MakeIds(FormKey::New)]), "{effects:?}");
    let effects = update(&mut state, NOW, ids(FormKey::New));
    let ticket = asks(&effects);
    reply(&mut state, ticket, Ok(Part::Identity(fixtures::identity())));
    reply(&mut state, ticket, Err(End::Done));
    state
}

fn ids(key: FormKey) -> Msg {
    Msg::MadeIds { key, id: fixtures::id(99), external_id: ExternalId::parse(FRESH).unwrap() }
}

fn asks(effects: &[Effect]) -> Ticket {
    match effects {
        [.., Effect::Start { ticket, request: Request::Identify { .. } }] => *ticket,
        other => panic!("not a question who we are: {other:?}"),
    }
}

/// The one test among effects: ticket, connection and probe.
fn tests(effects: &[Effect]) -> (Ticket, Connection, ProbeMode) {
    let found = effects.iter().find_map(|e| match e {
        Effect::Start { ticket, request: Request::Check { book, select, probe } } => {
            let c = book.iter().find(|c| c.id == select[0]).unwrap().clone();
            Some((*ticket, c, *probe))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no test: {effects:?}"))
}

fn changes(effects: &[Effect]) -> Vec<Change> {
    match effects {
        [Effect::Save(changes)] => changes.clone(),
        other => panic!("not a save: {other:?}"),
    }
}

fn reply(state: &mut State, ticket: Ticket, body: Result<Part, End>) -> Vec<Effect> {
    update(state, NOW, Msg::Reply(Reply { ticket, body }))
}

fn text(state: &mut State, words: &str) -> Vec<Effect> {
    words.chars().flat_map(|c| update(state, NOW, Msg::Text(c))).collect()
}

fn paste(state: &mut State, words: &str) {
    update(state, NOW, Msg::Paste(words.to_owned()));
}

fn form(state: &State) -> &Form {
    state.form().expect("a form is on top")
}

fn go(state: &mut State, field: Field) {
    state.form_mut().unwrap().focus_on(field);
}

fn found(state: &State, field: Field) -> Found {
    form(state).found(field, &state.book, state.profile_names().as_deref())
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |n| n.text.as_str())
}

/// Everything that is drawn, without its line ends.
fn page(state: &State) -> String {
    let page = form_page(state, state.form_area().unwrap(), &str::to_owned).unwrap();
    let lines: Vec<String> = page.rows.iter().map(|r| r.line.text()).chain(page.guide.iter().map(Line::text)).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a test of a connection finds when the role refuses us, perhaps because it is new.
fn refused(c: &Connection) -> Box<ConnectionReport> {
    let mut checks: Vec<Check> = Mandatory::ALL.into_iter().map(fixtures::not_reached).collect();
    checks[0] = fixtures::denied(Mandatory::AssumeRole, Reason::TrustOrCaller, None, "compare");
    let cause = |cause, compare: &str| Cause { cause, compare: compare.to_owned() };
    checks[0].causes = vec![
        cause(CauseKind::TrustPrincipal, "the trust policy must name 999900001111"),
        cause(CauseKind::TooNew, "test again in a minute"),
    ];
    fixtures::report(c, checks, ExternalIdFinding::NotTested)
}

fn good(c: &Connection, finding: ExternalIdFinding) -> Box<ConnectionReport> {
    fixtures::report(c, Mandatory::ALL.into_iter().map(fixtures::allowed).collect(), finding)
}

/// Ends a test with a report.
fn ends(state: &mut State, ticket: Ticket, report: Box<ConnectionReport>) -> Vec<Effect> {
    reply(state, ticket, Ok(Part::Connection(report)));
    reply(state, ticket, Err(End::Done))
}

/// Says that a save went well.
fn saved(state: &mut State, changes: Vec<Change>) -> Vec<Effect> {
    let mut book = state.book.to_vec();
    Change::apply(&changes, &mut book).unwrap();
    let result = Ok(Saved { book: book.into(), endpoint: None, merged: false });
    update(state, NOW, Msg::Saved { changes, result })
}

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
fn leaving_keeps_the_draft_and_its_external_id_and_quitting_asks_once() {
    let mut state = open();
    press(&mut state, &[Action::Back]);
    assert!(state.forms.is_empty(), "nothing was typed: nothing is kept");
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

/// The fleet with an open form for the connection under the cursor.
fn edit(n: u128) -> State {
    let mut state = fixtures::tested(SIZE);
    state.cursor = Some(fixtures::id(n));
    press(&mut state, &[Action::EditConnection]);
    update(&mut state, NOW, ids(FormKey::Edit(fixtures::id(n))));
    state
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

#[test]
fn a_run_without_a_vault_has_no_form() {
    let mut state = untested(SIZE);
    state.flags.not_saved = true;
    assert!(!state.holds(Condition::Vault));
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
