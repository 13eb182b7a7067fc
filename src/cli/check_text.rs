//! `check` for people: the table, one line for each thing that is not well, what changed, CSV.

use super::exit::Failure;
use super::out::{Out, Paint, Table};
use crate::domain::{Check, CheckError, ConnectionReport, ExternalIdFinding, Mandatory, SourceReport, Status, Verdict};
use crate::report::{self, STATE_SYMBOLS, Symbols};

/// The table of all connections, then what is wrong with each and what to do.
///
/// # Errors
/// When standard output cannot be written.
pub fn table(reports: &[ConnectionReport], sources: &[SourceReport], out: &mut Out) -> Result<(), Failure> {
    let symbols = &STATE_SYMBOLS[0];
    let mut header = vec!["connection", "account"];
    header.extend(Mandatory::ALL.map(Mandatory::short));
    header.extend(["ExternalId", "time"]);
    let mut table = Table::new(&header);
    for report in reports {
        let mut row = vec![
            (report.name.to_string(), None),
            (report.account.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string), None),
        ];
        row.extend(Mandatory::ALL.map(|m| cell(report.check(m), symbols)));
        row.push(external_id(report.external_id, symbols));
        row.push((format!("{} ms", report.elapsed_ms), Some(Paint::Dim)));
        table.row(row);
    }
    out.table(&table)?;
    let (lines, said) = shared(reports, sources, symbols);
    for line in lines {
        out.line("")?;
        out.line(&out.paint(Paint::Warn, &line))?;
    }
    for report in reports.iter().filter(|r| r.status() != Status::Allowed || r.external_id.is_finding()) {
        details(report, symbols, &said, out)?;
    }
    Ok(())
}

/// What concerns several connections, a line each, and the errors that are said with it.
fn shared<'r>(
    reports: &'r [ConnectionReport],
    sources: &'r [SourceReport],
    symbols: &Symbols,
) -> (Vec<String>, Vec<&'r CheckError>) {
    let common = report::common_troubles(reports);
    let mut said: Vec<&CheckError> = common.iter().map(|(error, _)| *error).collect();
    let mut lines: Vec<String> = common
        .iter()
        .map(|(e, count)| format!("{} {}: {} · {count} connections", symbols.untested, e.class.word(), e.message))
        .collect();
    for source in sources {
        let Err(error) = &source.outcome else { continue };
        if !said.contains(&error) {
            lines.extend(source_line(source, symbols));
        }
    }
    said.extend(sources.iter().filter_map(|s| s.outcome.as_ref().err()));
    (lines, said)
}

fn cell(check: Option<&Check>, symbols: &Symbols) -> (String, Option<Paint>) {
    let Some(check) = check else { return (String::new(), None) };
    let sign = symbols.of(check);
    match check.verdict {
        Verdict::Allowed => (format!("{sign} allowed"), Some(Paint::Good)),
        Verdict::Denied => (format!("{sign} DENIED"), Some(Paint::Bad)),
        Verdict::NotApplicable => (format!("{sign} n/a"), Some(Paint::Dim)),
        Verdict::Untested if sign == symbols.not_reached => (format!("{sign} not reached"), Some(Paint::Dim)),
        Verdict::Untested => (format!("{sign} untested"), Some(Paint::Warn)),
    }
}

fn external_id(finding: ExternalIdFinding, symbols: &Symbols) -> (String, Option<Paint>) {
    let words = finding.word().replace('_', " ");
    match finding {
        f if f.is_finding() => (format!("{} {}", symbols.finding, words.to_uppercase()), Some(Paint::Bad)),
        ExternalIdFinding::Enforced => (words, Some(Paint::Good)),
        _ => (words, Some(Paint::Dim)),
    }
}

/// A source that failed, said once for all that hangs on it.
fn source_line(source: &SourceReport, symbols: &Symbols) -> Option<String> {
    let wait = match source.dependents {
        1 => "1 connection waits for it".to_owned(),
        n => format!("{n} connections wait for it"),
    };
    Some(format!("{} source {} · {wait}", symbols.untested, source.trouble()?))
}

/// What is wrong with one connection and what to do.
fn details(report: &ConnectionReport, symbols: &Symbols, said: &[&CheckError], out: &mut Out) -> Result<(), Failure> {
    let lines = report::findings_beside(report, symbols, said);
    let advice = report::action_lines(report);
    let program = out.program();
    if lines.is_empty() && advice.is_empty() {
        return Ok(());
    }
    out.line("")?;
    for line in lines {
        let paint = if line.starts_with(symbols.untested) { Paint::Warn } else { Paint::Bad };
        out.line(&out.paint(paint, &line))?;
    }
    let assume =
        report.check(Mandatory::AssumeRole).filter(|c| c.verdict == Verdict::Denied || report.external_id.is_finding());
    if let Some(words) = assume.and_then(|c| c.advice.as_ref()) {
        out.paragraph("  ", words)?;
    }
    let causes = assume.into_iter().flat_map(|c| c.causes.iter().map(|cause| &cause.compare));
    for (n, line) in causes.chain(&advice).enumerate() {
        out.paragraph(&format!("  {}. ", n + 1), line)?;
    }
    if let Some(assume) = report.check(Mandatory::AssumeRole) {
        for line in report::ruled_out(assume) {
            out.line(&out.paint(Paint::Dim, &format!("  ruled out: {line}")))?;
        }
    }
    if let (true, Some(at)) = (report.external_id.is_finding(), report.external_id_tested_at) {
        // The probe is sparing: a person who mended the role must know how to have it looked at again.
        let again = match report.saved {
            true => format!("; {program} check {} --probe-external-id tests it again once it is mended", report.name),
            false => String::new(),
        };
        out.line(&format!("  ExternalId tested {}{again}", at.short_local()))?;
    }
    if report.saved && report.check(Mandatory::AssumeRole).is_some_and(|c| c.verdict == Verdict::Denied) {
        let name = &report.name;
        out.line(&format!("  What both sides need: {program} policy trust --connection {name} · {program} policy caller --connection {name}"))?;
    }
    if !report.missing().is_empty() && report.saved {
        out.line(&format!("  The policy to add: {program} policy missing --connection {}", report.name))?;
    }
    Ok(())
}

/// One line for each thing that is not well; a failed source once.
///
/// # Errors
/// When standard output cannot be written.
pub fn quiet(reports: &[ConnectionReport], sources: &[SourceReport], out: &mut Out) -> Result<(), Failure> {
    let symbols = &STATE_SYMBOLS[0];
    let (lines, said) = shared(reports, sources, symbols);
    for line in lines {
        out.line(&line)?;
    }
    for report in reports {
        for line in report::findings_beside(report, symbols, &said) {
            out.line(&line)?;
        }
    }
    Ok(())
}

/// What differs from last time, one line each.
///
/// # Errors
/// When standard output cannot be written.
pub fn changes(reports: &[ConnectionReport], out: &mut Out) -> Result<(), Failure> {
    for report in reports {
        for change in &report.changes {
            out.line(&format!("{}: {change}", report.name))?;
        }
    }
    Ok(())
}

/// One record for each check.
///
/// # Errors
/// When standard output cannot be written.
pub fn csv(reports: &[ConnectionReport], out: &mut Out) -> Result<(), Failure> {
    out.csv(&[
        "connection",
        "account",
        "permission",
        "verdict",
        "evidence",
        "region",
        "latency_ms",
        "reason",
        "class",
        "code",
        "since",
        "why",
    ])?;
    for report in reports {
        for check in &report.checks {
            let text = |s: Option<String>| s.unwrap_or_default();
            let code = check
                .denial
                .as_ref()
                .and_then(|d| d.code.clone())
                .or_else(|| check.error.as_ref().and_then(|e| e.code.clone()));
            out.csv(&[
                report.name.to_string(),
                text(report.account.as_ref().map(ToString::to_string)),
                check.permission.action().to_owned(),
                check.verdict.word().to_owned(),
                check.evidence.word().to_owned(),
                text(check.region.as_ref().map(ToString::to_string)),
                text(check.latency_ms.map(|ms| ms.to_string())),
                text(check.denial.as_ref().map(|d| d.reason.word().to_owned())),
                text(check.error.as_ref().map(|e| e.class.word().to_owned())),
                text(code),
                text(check.since.map(crate::domain::Timestamp::rfc3339)),
                report::why(check),
            ])?;
        }
    }
    Ok(())
}
