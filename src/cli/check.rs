//! `check`: tests connections live and says what is denied, why, and what to do.

use super::args::{CheckArgs, CheckFormat, FailOn};
use super::check_text;
use super::context::{Context, unknown};
use super::exit::{Exit, Failure, Outcome};
use super::live::Live;
use super::out::Out;
use crate::domain::{
    AccountId, Check, CheckError, Connection, ConnectionId, ConnectionName, ConnectionReport, End, ErrorClass,
    Mandatory, Method, Part, Pauses, ProbeMode, Request, Source, SourceReport, Status, Timestamp, Verdict,
};
use crate::journal::History;
use crate::report;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs `check`.
///
/// # Errors
/// Usage, vault, or nothing selected.
pub fn run(args: &CheckArgs, context: &mut Context, out: &mut Out) -> Outcome {
    let (book, chosen) = select(args, context)?;
    context.confirm_environment()?;
    // What another source gives is no part of a connection's own history.
    let history = if args.source.is_some() { History::open(None, None).0 } else { context.history(out) };
    let mut live = context.live(context.settings(), history)?;
    ask_codes(&book, &chosen, &live, context)?;
    let probe = match (args.probe_external_id, args.no_probe) {
        (true, _) => ProbeMode::Force,
        (_, true) => ProbeMode::Never,
        _ => ProbeMode::Sparing,
    };
    let mut tested = test(&mut live, args.format, &book, &chosen, probe, out)?;
    if let Some(wait) = args.wait {
        tested = wait_until_mended(tested, wait, args, &mut live, &book, out)?;
    }
    finish(args, &tested, out)?;
    // Another source's account is not this connection's.
    if args.source.is_none() {
        pin_accounts(&tested.reports, &book, context, out);
    }
    if let Some(done) = tested.interrupted {
        let total = tested.reports.len();
        return Err(Failure::Interrupted(format!("interrupted: {done} of {total} connections were tested")));
    }
    Ok(exit(&tested.reports, &args.fail_on))
}

/// What a round of tests gave.
struct Tested {
    reports: Vec<ConnectionReport>,
    sources: Vec<SourceReport>,
    /// How many were tested to the end, when Ctrl-C came first; the others' reports say so.
    interrupted: Option<usize>,
}

/// The connections to test, and every connection that they may stand on.
fn select(args: &CheckArgs, context: &mut Context) -> Result<(Arc<[Connection]>, Vec<ConnectionId>), Failure> {
    if let Some(arn) = &args.role_arn {
        let source = match &args.source {
            Some(text) if text.starts_with("connection:") => {
                let book = context.connections()?;
                let source = source_of(text, &book)?;
                return Ok(with_unsaved(unsaved(arn, args, source)?, &book));
            }
            Some(text) => source_of(text, &[])?,
            None => Source::Env,
        };
        return Ok(with_unsaved(unsaved(arn, args, source)?, &[]));
    }
    let book = context.connections()?;
    let chosen = choose(&book, &args.names, &args.groups)?;
    let Some(text) = &args.source else { return Ok((book, chosen)) };
    let source = source_of(text, &book)?;
    let replaced: Vec<Connection> = book
        .iter()
        .cloned()
        .map(|mut c| {
            // A connection cannot stand on itself.
            if chosen.contains(&c.id) && source != Source::Connection(c.id) {
                c.source = source.clone();
            }
            c
        })
        .collect();
    Ok((replaced.into(), chosen))
}

fn with_unsaved(connection: Connection, book: &[Connection]) -> (Arc<[Connection]>, Vec<ConnectionId>) {
    let id = connection.id;
    (book.iter().cloned().chain([connection]).collect(), vec![id])
}

fn source_of(text: &str, book: &[Connection]) -> Result<Source, Failure> {
    Ok(Source::parse(text, |name| book.iter().find(|c| c.name.as_str() == name).map(|c| c.id))?)
}

/// One connection from the command line, which no vault holds.
fn unsaved(arn: &crate::domain::RoleArn, args: &CheckArgs, source: Source) -> Result<Connection, Failure> {
    let name = arn.name().as_str().replace(|c: char| !c.is_alphanumeric() && !"._-".contains(c), "_");
    // A dash at the front is for options.
    let name = ConnectionName::parse(&name).or_else(|_| ConnectionName::parse("role"))?;
    let method = Method::Role { arn: arn.clone(), external_id: args.external_id.clone(), external_id_next: None };
    let mut connection = Connection::new(ConnectionId::generate(), name, method, source);
    connection.saved = false;
    Ok(connection)
}

/// Connections by name and group; all when none is named.
///
/// # Errors
/// A name or group that does not exist, with the nearest; nothing selected.
pub fn choose(book: &[Connection], names: &[String], groups: &[String]) -> Result<Vec<ConnectionId>, Failure> {
    if book.is_empty() {
        return Err(Failure::usage(
            "the vault holds no connection; add one: cloudivize connection add NAME --role-arn ARN …",
        ));
    }
    let mut chosen = Vec::new();
    for name in names {
        match book.iter().find(|c| c.name.as_str() == name || c.id.to_string() == *name) {
            Some(c) if !chosen.contains(&c.id) => chosen.push(c.id),
            Some(_) => {}
            None => {
                let known: Vec<&str> = book.iter().map(|c| c.name.as_str()).collect();
                return Err(Failure::usage(unknown("connection", name, &known)));
            }
        }
    }
    for group in groups {
        let members: Vec<ConnectionId> =
            book.iter().filter(|c| c.group.as_deref() == Some(group)).map(|c| c.id).collect();
        if members.is_empty() {
            let known: Vec<&str> = book.iter().filter_map(|c| c.group.as_deref()).collect();
            return Err(Failure::usage(unknown("group", group, &known)));
        }
        chosen.extend(members.into_iter().filter(|id| !chosen.contains(id)).collect::<Vec<_>>());
    }
    if names.is_empty() && groups.is_empty() {
        chosen = book.iter().map(|c| c.id).collect();
    }
    Ok(chosen)
}

/// Asks for the one-time codes that some roles want, where there is a terminal to ask on.
fn ask_codes(book: &[Connection], chosen: &[ConnectionId], live: &Live, context: &Context) -> Result<(), Failure> {
    for connection in book.iter().filter(|c| chosen.contains(&c.id)) {
        let Some(serial) = &connection.mfa_serial else { continue };
        if let Some(code) = context.ask_code(&connection.name, serial)? {
            live.engine().give_code(connection.id, code);
        }
    }
    Ok(())
}

/// Runs the checks once, with progress on a terminal and events as they come.
fn test(
    live: &mut Live,
    format: CheckFormat,
    book: &Arc<[Connection]>,
    chosen: &[ConnectionId],
    probe: ProbeMode,
    out: &mut Out,
) -> Result<Tested, Failure> {
    let mut tested = Tested { reports: Vec::with_capacity(chosen.len()), sources: Vec::new(), interrupted: None };
    let names: HashMap<ConnectionId, &Connection> = book.iter().map(|c| (c.id, c)).collect();
    let mut arrived: HashMap<ConnectionId, Vec<Check>> = HashMap::new();
    let request = Request::Check { book: book.clone(), select: chosen.to_vec(), probe };
    let end = live.run(request, |part| {
        match part {
            Part::Check { connection, check } => {
                if let Some(c) = names.get(&connection).filter(|_| format == CheckFormat::Jsonl) {
                    out.json_line(&report::check_event(c.id, c.saved, c.name.as_str(), &check))?;
                }
                arrived.entry(connection).or_default().push(*check);
            }
            Part::Connection(report) => {
                if format == CheckFormat::Jsonl {
                    out.json_line(&report::connection_event(&report))?;
                }
                tested.reports.push(*report);
                if out.shows_progress() && chosen.len() > 1 {
                    out.progress(&format!("testing {}/{} · Ctrl-C stops", tested.reports.len(), chosen.len()));
                }
            }
            Part::Source(source) => tested.sources.push(source),
            Part::Notice(words) => out.warn(&words),
            _ => {}
        }
        Ok(())
    })?;
    out.progress("");
    match end {
        End::Done => {}
        End::Cancelled => {
            tested.interrupted = Some(tested.reports.len());
            for id in chosen {
                let done = tested.reports.iter().any(|r| r.id == *id);
                if let Some(connection) = names.get(id).filter(|_| !done) {
                    let report = unfinished(connection, book, arrived.remove(id).unwrap_or_default());
                    if format == CheckFormat::Jsonl {
                        out.json_line(&report::connection_event(&report))?;
                    }
                    tested.reports.push(report);
                }
            }
        }
        End::Failed(error) => return Err(Failure::Untested(error.message)),
    }
    tested.reports.sort_by_key(|r| chosen.iter().position(|id| *id == r.id));
    Ok(tested)
}

/// What is known of a connection whose test was interrupted: the verdicts that had arrived.
fn unfinished(connection: &Connection, book: &[Connection], arrived: Vec<Check>) -> ConnectionReport {
    let cancelled = || CheckError::new(ErrorClass::Cancelled, "interrupted before it answered");
    let checks = Mandatory::ALL.into_iter().map(|m| {
        arrived.iter().find(|c| c.permission == m).cloned().unwrap_or_else(|| Check::untested(m, cancelled()))
    });
    let label = connection.source.label(book);
    ConnectionReport::of(connection, label, checks.collect(), Timestamp::now())
}

/// Tests again what is denied, and an ExternalId finding when asked for, until nothing is or the time is up.
fn wait_until_mended(
    mut tested: Tested,
    wait: Duration,
    args: &CheckArgs,
    live: &mut Live,
    book: &Arc<[Connection]>,
    out: &mut Out,
) -> Result<Tested, Failure> {
    let (deadline, mut pauses) = (Instant::now() + wait, Pauses::default());
    let findings = args.fail_on.contains(&FailOn::ExternalId);
    loop {
        let broken = |r: &&ConnectionReport| r.status() == Status::Denied || (findings && r.external_id.is_finding());
        let again: Vec<ConnectionId> = tested.reports.iter().filter(broken).map(|r| r.id).collect();
        let left = deadline.saturating_duration_since(Instant::now());
        if again.is_empty() || tested.interrupted.is_some() || left.is_zero() {
            return Ok(tested);
        }
        let nap = pauses.next().map_or(left, |pause| pause.min(left));
        out.note(&format!("{} not mended yet; testing again in {} s", again.len(), nap.as_secs().max(1)));
        if !live.pause(nap) {
            tested.interrupted = Some(tested.reports.len());
            return Ok(tested);
        }
        let probing = findings && tested.reports.iter().any(|r| r.external_id.is_finding());
        let probe = match (args.no_probe, probing) {
            (true, _) => ProbeMode::Never,
            (false, true) => ProbeMode::Force,
            (false, false) => ProbeMode::Sparing,
        };
        let round = test(live, args.format, book, &again, probe, out)?;
        // What was interrupted leaves the older verdicts.
        let cancelled = |c: &Check| c.error.as_ref().is_some_and(|e| e.class == ErrorClass::Cancelled);
        for report in round.reports.into_iter().filter(|r| !r.checks.iter().any(cancelled)) {
            if let Some(old) = tested.reports.iter_mut().find(|r| r.id == report.id) {
                *old = report;
            }
        }
        tested.sources = round.sources;
        if round.interrupted.is_some() {
            // Each was tested before.
            tested.interrupted = Some(tested.reports.len());
        }
    }
}

/// Prints what was found in the form that was asked for.
fn finish(args: &CheckArgs, tested: &Tested, out: &mut Out) -> Result<(), Failure> {
    let all = &tested.reports;
    let changed: Vec<ConnectionReport>;
    let reports = if args.changed {
        changed = all.iter().filter(|r| !r.changes.is_empty()).cloned().collect();
        &changed
    } else {
        all
    };
    match args.format {
        CheckFormat::Json => out.json(&report::document(reports, Timestamp::now()))?,
        CheckFormat::Jsonl => {}
        CheckFormat::Csv => check_text::csv(reports, out)?,
        CheckFormat::Table if args.quiet => check_text::quiet(reports, &tested.sources, out)?,
        CheckFormat::Table if args.changed => check_text::changes(reports, out)?,
        CheckFormat::Table => check_text::table(reports, &tested.sources, out)?,
    }
    Ok(())
}

/// The exit code: denied wins over untested, untested over an ExternalId finding; only what is named counts.
fn exit(reports: &[ConnectionReport], fail_on: &[FailOn]) -> Exit {
    let any =
        |what: FailOn, found: &dyn Fn(&ConnectionReport) -> bool| fail_on.contains(&what) && reports.iter().any(found);
    let has = |verdict: Verdict| move |r: &ConnectionReport| r.checks.iter().any(|c| c.verdict == verdict);
    if any(FailOn::Denied, &has(Verdict::Denied)) {
        Exit::Denied
    } else if any(FailOn::Untested, &has(Verdict::Untested)) {
        Exit::Untested
    } else if any(FailOn::ExternalId, &|r| r.external_id.is_finding()) {
        Exit::ExternalId
    } else {
        Exit::Done
    }
}

/// Pins a profile's account to the one that answered first who we are; a permission that is denied
/// there changes nothing about that. A vault that cannot be
/// written is said, and changes no exit code.
fn pin_accounts(reports: &[ConnectionReport], book: &[Connection], context: &mut Context, out: &mut Out) {
    let unpinned = |r: &&ConnectionReport| r.saved && book.iter().any(|c| c.id == r.id && c.account.is_none());
    let pins: Vec<(ConnectionId, AccountId)> =
        reports.iter().filter(unpinned).filter_map(|r| Some((r.id, r.answered_account()?.clone()))).collect();
    if let Err(failure) = context.pin_accounts(&pins) {
        out.warn(&format!("the account ids that answered were not saved: {failure}"));
    }
}
