//! `regions`: the regions of each account, and whether they are on.

use super::args::{ListFormat, RegionsArgs};
use super::check::choose;
use super::context::Context;
use super::exit::{Exit, Failure, Outcome};
use super::out::{Out, Paint, Table};
use crate::domain::{ConnectionReport, End, Mandatory, Part, ProbeMode, RegionFact, Request, Verdict};
use crate::report;
use serde_json::{Value, json};

/// Runs `regions`. Exit 0 complete, 1 when an account may not say, 3 when one could not be asked.
///
/// # Errors
/// Usage, vault, or nothing selected.
pub fn run(args: &RegionsArgs, context: &mut Context, out: &mut Out) -> Outcome {
    let book = context.connections()?;
    let select = choose(&book, &args.names, &args.groups)?;
    context.confirm_environment()?;
    // Only the one permission: the others would be events in the customer's trail for nothing.
    let mut settings = context.settings().clone();
    settings.skip =
        Mandatory::ALL.into_iter().filter(|m| !matches!(m, Mandatory::Regions | Mandatory::AssumeRole)).collect();
    let mut live = context.live(&settings, crate::journal::History::open(None, None).0)?;
    let mut reports: Vec<ConnectionReport> = Vec::new();
    let request = Request::Check { book, select: select.clone(), probe: ProbeMode::Never };
    let end = live.run(request, |part| {
        match part {
            Part::Connection(report) => reports.push(*report),
            Part::Notice(words) => out.warn(&words),
            _ => {}
        }
        Ok(())
    })?;
    reports.sort_by_key(|r| select.iter().position(|id| *id == r.id));
    print(args.format, &reports, out)?;
    match end {
        End::Done => Ok(exit(&reports)),
        End::Cancelled => {
            Err(Failure::Interrupted(format!("interrupted: {} of {} accounts were asked", reports.len(), select.len())))
        }
        End::Failed(error) => Err(Failure::Untested(error.message)),
    }
}

fn exit(reports: &[ConnectionReport]) -> Exit {
    let has = |verdict: Verdict| reports.iter().any(|r| r.checks.iter().any(|c| c.verdict == verdict));
    if has(Verdict::Denied) {
        Exit::Denied
    } else if has(Verdict::Untested) {
        Exit::Untested
    } else {
        Exit::Done
    }
}

/// A region's state in one word; an assumed one says so.
fn state(fact: &RegionFact, assumed: bool) -> &'static str {
    match (assumed, fact.enabled) {
        (true, _) => "assumed",
        (false, true) => "on",
        (false, false) => "off",
    }
}

fn rows(reports: &[ConnectionReport]) -> impl Iterator<Item = (&ConnectionReport, &RegionFact, &'static str)> {
    reports.iter().flat_map(|r| {
        let regions = r.facts.regions.as_ref();
        regions.into_iter().flat_map(move |rs| rs.list.iter().map(move |f| (r, f, state(f, rs.assumed))))
    })
}

fn object(report: &ConnectionReport, fact: &RegionFact, state: &str) -> Value {
    json!({"connection": report.name, "account": report.account, "region": fact.region, "state": state, "opt_in_status": fact.opt_in})
}

fn print(format: ListFormat, reports: &[ConnectionReport], out: &mut Out) -> Result<(), Failure> {
    match format {
        ListFormat::Json => {
            let all: Vec<Value> = rows(reports).map(|(r, f, s)| object(r, f, s)).collect();
            out.json(&Value::Array(all))?;
        }
        ListFormat::Jsonl => {
            for (report, fact, state) in rows(reports) {
                out.json_line(&object(report, fact, state))?;
            }
        }
        ListFormat::Csv => {
            out.csv(&["connection", "account", "region", "state", "opt_in_status"])?;
            for (report, fact, state) in rows(reports) {
                let account = report.account.as_ref().map(ToString::to_string).unwrap_or_default();
                out.csv(&[report.name.as_str(), &account, fact.region.as_str(), state, &fact.opt_in])?;
            }
        }
        ListFormat::Table => {
            let mut table = Table::new(&["connection", "account", "region", "state", "opt-in"]);
            for (report, fact, state) in rows(reports) {
                let account = report.account.as_ref().map(ToString::to_string).unwrap_or_default();
                let paint = (state != "on").then_some(Paint::Dim);
                table.row([
                    (report.name.to_string(), None),
                    (account, None),
                    (fact.region.to_string(), paint),
                    (state.to_owned(), paint),
                    (fact.opt_in.clone(), Some(Paint::Dim)),
                ]);
            }
            out.table(&table)?;
        }
    }
    for report in reports {
        for check in report.checks.iter().filter(|c| matches!(c.verdict, Verdict::Denied | Verdict::Untested)) {
            if check.error.as_ref().is_none_or(|e| e.class != crate::domain::ErrorClass::NotReached) {
                let permission = check.permission.action();
                out.warn(&format!("{}: {permission} {}: {}", report.name, check.verdict.word(), report::why(check)));
            }
        }
    }
    Ok(())
}
