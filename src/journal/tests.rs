//! The history: since when, same values, one line a day, damage, size, modes.

use super::{Difference, History, JournalError, file};
use crate::domain::{
    AccountFacts, Check, CheckError, Connection, ConnectionId, ConnectionName, ConnectionReport, Denial, ErrorClass,
    ExternalId, ExternalIdFinding, Mandatory, Method, Reason, RoleArn, Source, Timestamp, Verdict,
};
use std::os::unix::fs::PermissionsExt;
use uuid::Uuid;

const VAULT: Uuid = Uuid::from_u128(7);
const HOUR: i64 = 3_600_000;

fn connection(external_id: &str) -> Connection {
    let arn = RoleArn::parse("arn:aws:iam::111122223333:role/CloudivizeRole").unwrap();
    let method =
        Method::Role { arn, external_id: Some(ExternalId::parse(external_id).unwrap()), external_id_next: None };
    let id = ConnectionId(Uuid::from_u128(1));
    Connection::new(id, ConnectionName::parse("prod").unwrap(), method, Source::Env)
}

fn denied(permission: Mandatory, reason: Reason) -> Check {
    let mut check = Check::blank(permission, Verdict::Denied);
    check.denial = Some(Denial::bare(reason));
    check
}

fn report(connection: &Connection, cur: Verdict) -> ConnectionReport {
    let check = |p: Mandatory| match (p, cur) {
        (Mandatory::ReportDefinitions, Verdict::Denied) => denied(p, Reason::IdentityNoAllow),
        (Mandatory::ReportDefinitions, Verdict::Untested) => {
            Check::untested(p, CheckError::new(ErrorClass::Network, "no network"))
        }
        _ => Check::blank(p, Verdict::Allowed),
    };
    ConnectionReport {
        id: connection.id,
        name: connection.name.clone(),
        method: "role",
        saved: connection.saved,
        source: connection.source.clone(),
        source_label: "env".to_owned(),
        group: None,
        account: connection.account.clone(),
        base_identity: None,
        session_identity: None,
        endpoint: None,
        external_id: ExternalIdFinding::NotTested,
        external_id_tested_at: None,
        checks: Mandatory::ALL.into_iter().map(check).collect(),
        since: None,
        last_good: None,
        changes: Vec::new(),
        at: Timestamp(0),
        facts: AccountFacts::default(),
        elapsed_ms: 0,
    }
}

fn open(dir: &tempfile::TempDir) -> History {
    let (history, error) = History::open(Some(dir.path().join("state/checks.jsonl")), Some(VAULT));
    assert!(error.is_none(), "{error:?}");
    history
}

fn lines(dir: &tempfile::TempDir) -> usize {
    std::fs::read_to_string(dir.path().join("state/checks.jsonl")).map_or(0, |t| t.lines().count())
}

fn record(history: &mut History, c: &Connection, cur: Verdict, hours: i64) -> ConnectionReport {
    let mut r = report(c, cur);
    history.record(&mut r, c, Timestamp(hours * HOUR)).unwrap();
    r
}

const CUR: Mandatory = Mandatory::ReportDefinitions;

#[test]
fn since_is_when_a_verdict_began_and_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    record(&mut open(&dir), &c, Verdict::Allowed, 1);
    record(&mut open(&dir), &c, Verdict::Denied, 2);
    let mut history = open(&dir);
    let past = history.before(&c, CUR).unwrap();
    assert_eq!((past.verdict, past.since), (Verdict::Denied, Timestamp(2 * HOUR)));
    assert_eq!(past.last_allowed, Some(Timestamp(HOUR)));
    assert!(past.same_values);
    let r = record(&mut history, &c, Verdict::Denied, 5);
    assert_eq!(r.check(CUR).unwrap().since, Some(Timestamp(2 * HOUR)));
    assert_eq!(r.check(Mandatory::Regions).unwrap().since, Some(Timestamp(HOUR)));
    assert_eq!(r.since, Some(Timestamp(2 * HOUR)));
    assert_eq!(r.last_good, Some(Timestamp(HOUR)));
}

#[test]
fn a_night_without_network_ends_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    record(&mut open(&dir), &c, Verdict::Denied, 1);
    let r = record(&mut open(&dir), &c, Verdict::Untested, 2);
    assert_eq!(r.check(CUR).unwrap().since, Some(Timestamp(2 * HOUR)));
    let r = record(&mut open(&dir), &c, Verdict::Denied, 3);
    assert_eq!(r.check(CUR).unwrap().since, Some(Timestamp(HOUR)));
    assert_eq!(r.since, Some(Timestamp(HOUR)));
    assert_eq!(r.last_good, None);
}

#[test]
fn an_unchanged_result_is_written_once_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    let mut history = open(&dir);
    record(&mut history, &c, Verdict::Allowed, 0);
    assert_eq!(lines(&dir), 6, "five permissions and the status");
    for hour in 1..24 {
        record(&mut history, &c, Verdict::Allowed, hour);
    }
    assert_eq!(lines(&dir), 6);
    assert_eq!(history.last_good(c.id), Some(Timestamp(23 * HOUR)), "this run knows better than the file");
    record(&mut history, &c, Verdict::Allowed, 24);
    assert_eq!(lines(&dir), 12);
    record(&mut history, &c, Verdict::Denied, 25);
    assert_eq!(lines(&dir), 14, "the permission and the status");
}

#[test]
fn other_values_are_seen_and_never_written_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    record(&mut open(&dir), &connection("first-external-id"), Verdict::Allowed, 1);
    let history = open(&dir);
    assert!(history.before(&connection("first-external-id"), CUR).unwrap().same_values);
    assert!(!history.before(&connection("other-external-id"), CUR).unwrap().same_values);
    let text = std::fs::read_to_string(dir.path().join("state/checks.jsonl")).unwrap();
    assert!(!text.contains("external-id") && !text.contains("111122223333"), "{text}");
    let (other, _) = History::open(Some(dir.path().join("state/checks.jsonl")), Some(Uuid::from_u128(8)));
    assert!(!other.before(&connection("first-external-id"), CUR).unwrap().same_values, "the vault's id is the key");
}

#[test]
fn a_probe_is_known_for_the_values_it_was_made_with() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    let mut r = report(&c, Verdict::Allowed);
    r.external_id = ExternalIdFinding::Enforced;
    r.external_id_tested_at = Some(Timestamp(HOUR));
    let mut history = open(&dir);
    history.record(&mut r, &c, Timestamp(HOUR)).unwrap();
    let before = lines(&dir);
    // The same finding carried along is no new probe.
    history.record(&mut r, &c, Timestamp(2 * HOUR)).unwrap();
    assert_eq!(lines(&dir), before);
    let history = open(&dir);
    assert_eq!(history.last_probe(&c), Some((Timestamp(HOUR), ExternalIdFinding::Enforced)));
    assert_eq!(history.last_probe(&connection("id-2")), None);
}

#[test]
fn what_changed_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    let mut history = open(&dir);
    assert_eq!(history.changed(&report(&c, Verdict::Allowed)), [Difference::New]);
    record(&mut history, &c, Verdict::Allowed, 1);
    assert_eq!(history.changed(&report(&c, Verdict::Allowed)), []);
    assert_eq!(
        history.changed(&report(&c, Verdict::Denied)),
        [Difference::Verdict { permission: CUR, before: Some(Verdict::Allowed), now: Verdict::Denied }]
    );
    record(&mut history, &c, Verdict::Denied, 2);
    let mut r = report(&c, Verdict::Denied);
    r.checks[1] = denied(CUR, Reason::ScpExplicitDeny);
    assert_eq!(history.changed(&r), [Difference::Reason { permission: CUR }]);
}

#[test]
fn an_unsaved_connection_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let mut c = connection("id-1");
    c.saved = false;
    let r = record(&mut open(&dir), &c, Verdict::Denied, 1);
    assert_eq!(r.check(CUR).unwrap().since, None);
    assert!(!dir.path().join("state").exists());
}

#[test]
fn damaged_lines_are_counted_and_cost_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    record(&mut open(&dir), &c, Verdict::Denied, 1);
    let path = dir.path().join("state/checks.jsonl");
    let mut text = std::fs::read(&path).unwrap();
    text.extend_from_slice(b"\xff\xfe garbage\n\n{\"at\":\"2026-01-01T00:00:00Z\"");
    std::fs::write(&path, text).unwrap();
    let (mut history, error) = History::open(Some(path.clone()), Some(VAULT));
    assert!(matches!(error, Some(JournalError::Damaged { lines: 2, .. })), "{error:?}");
    assert_eq!(history.before(&c, CUR).unwrap().verdict, Verdict::Denied);
    record(&mut history, &c, Verdict::Allowed, 2);
    let (history, _) = History::open(Some(path), Some(VAULT));
    assert_eq!(history.before(&c, CUR).unwrap().verdict, Verdict::Allowed, "the cut-off line swallowed nothing");
}

#[test]
fn the_file_is_private_and_stays_small() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(&dir);
    let path = dir.path().join("state/checks.jsonl");
    let mut c = connection("id-1");
    record(&mut history, &c, Verdict::Allowed, 0);
    record(&mut history, &c, Verdict::Denied, 1);
    record(&mut history, &c, Verdict::Untested, 2);
    let first = c.id;
    for n in 0..700u32 {
        c.id = ConnectionId(Uuid::from_u128(100 + u128::from(n)));
        for (hour, verdict) in [(3, Verdict::Denied), (4, Verdict::Allowed), (5, Verdict::Denied)] {
            record(&mut history, &c, verdict, hour + i64::from(n) / 10);
        }
        if n == 300 {
            // Seen again: not the oldest any more.
            c.id = first;
            record(&mut history, &c, Verdict::Untested, 60);
        }
        assert!(std::fs::metadata(&path).unwrap().len() <= file::LIMIT);
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(dir.path().join("state")).unwrap().permissions().mode() & 0o777, 0o700);
    let history = open(&dir);
    c.id = first;
    let past = history.before(&c, CUR).unwrap();
    assert_eq!((past.verdict, past.since), (Verdict::Untested, Timestamp(2 * HOUR)));
    assert_eq!(past.last_allowed, Some(Timestamp(0)));
    let mut history = history;
    let r = record(&mut history, &c, Verdict::Denied, 200);
    assert_eq!(r.check(CUR).unwrap().since, Some(Timestamp(HOUR)), "what was tested last survives compaction");
    let stray: Vec<_> = std::fs::read_dir(dir.path().join("state")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(stray.len(), 2, "{stray:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_and_the_report_is_filled() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("state"), "a file where the folder should be").unwrap();
    let (mut history, error) = History::open(Some(dir.path().join("state/checks.jsonl")), Some(VAULT));
    assert!(matches!(error, Some(JournalError::Read { .. })), "{error:?}");
    let c = connection("id-1");
    let mut r = report(&c, Verdict::Denied);
    let result = history.record(&mut r, &c, Timestamp(HOUR));
    assert!(matches!(result, Err(JournalError::Write { .. })), "{result:?}");
    assert_eq!(r.since, Some(Timestamp(HOUR)));
}

/// A permission's story: what was seen, from hour to hour, and whether the connection was edited before.
fn told(history: &History, id: ConnectionId, permission: Mandatory) -> Vec<(Verdict, Option<Reason>, i64, i64, bool)> {
    let story = history.story(id).unwrap();
    let episodes = story.permissions.into_iter().find(|(p, _)| *p == permission).unwrap().1;
    episodes.into_iter().map(|e| (e.verdict, e.reason, e.from.0 / HOUR, e.to.0 / HOUR, e.edited)).collect()
}

#[test]
fn a_story_tells_what_was_seen_from_when_to_when() {
    let dir = tempfile::tempdir().unwrap();
    let c = connection("id-1");
    for hour in [0, 30, 60] {
        record(&mut open(&dir), &c, Verdict::Allowed, hour);
    }
    record(&mut open(&dir), &c, Verdict::Denied, 70);
    record(&mut open(&dir), &c, Verdict::Untested, 71);
    record(&mut open(&dir), &connection("id-2"), Verdict::Denied, 72);
    let history = open(&dir);
    let no_allow = Some(Reason::IdentityNoAllow);
    assert_eq!(
        told(&history, c.id, CUR),
        [
            (Verdict::Allowed, None, 0, 60, false),
            (Verdict::Denied, no_allow, 70, 70, false),
            (Verdict::Untested, None, 71, 71, false),
            (Verdict::Denied, no_allow, 72, 72, true),
        ]
    );
    assert_eq!(told(&history, c.id, Mandatory::Regions).len(), 2, "the edit alone divides it");
    let story = history.story(c.id).unwrap();
    assert!(story.kept && !story.folded);
    assert_eq!(story.last_good, Some(Timestamp(60 * HOUR)));
}

#[test]
fn a_compacted_story_keeps_what_its_lines_remember_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state/checks.jsonl");
    let c = connection("id-1");
    let mut history = open(&dir);
    record(&mut history, &c, Verdict::Allowed, 1);
    record(&mut history, &c, Verdict::Denied, 5);
    record(&mut history, &c, Verdict::Denied, 40);
    let mut memory = super::history::Memory::default();
    file::read(&path).unwrap().0.iter().for_each(|line| memory.apply(line));
    std::fs::remove_file(&path).unwrap();
    memory.compacted().iter().for_each(|lines| file::append(&path, lines).unwrap());
    let history = open(&dir);
    let no_allow = Some(Reason::IdentityNoAllow);
    assert_eq!(
        told(&history, c.id, CUR),
        [(Verdict::Allowed, None, 1, 1, false), (Verdict::Denied, no_allow, 5, 40, false)]
    );
    assert!(history.story(c.id).unwrap().folded);
}

#[test]
fn without_a_file_a_story_tells_of_this_run() {
    let mut history = History::in_memory(VAULT);
    let c = connection("id-1");
    record(&mut history, &c, Verdict::Allowed, 1);
    record(&mut history, &c, Verdict::Denied, 3);
    record(&mut history, &c, Verdict::Denied, 4);
    assert_eq!(told(&history, c.id, CUR)[1].3, 4, "seen again, though it was not worth a line");
    assert!(!history.story(c.id).unwrap().kept);
    assert!(history.story(ConnectionId(Uuid::from_u128(9))).unwrap().permissions.iter().all(|(_, e)| e.is_empty()));
}
