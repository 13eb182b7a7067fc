//! Why a connection is as it is: its checks, what to do, who we are there.

use super::browse::asset_detail;
use super::standing::{finding_word, untested_words};
use super::watch::watch_lines;
use super::{Line, Slot, Standing, State, wrapped};
use crate::domain::{
    Check, CheckError, Connection, ConnectionReport, Denial, ErrorClass, ExternalIdFinding, Mandatory, Mark, Reason,
    Role, Timestamp, Verdict,
};
use crate::report;
use crate::text;

/// From this width on, where and how fast each answer was stands in the table as well.
const WIDE: usize = 104;
/// Below this width the permissions have their short names.
const NARROW: usize = 60;

/// The detail pane's title and rows at a width.
pub fn detail(state: &State, width: usize) -> (String, Vec<Line>) {
    if state.is_browsing() {
        return asset_detail(state, width);
    }
    let Some((connection, standing)) = state.detailed() else {
        return ("4 Detail".to_owned(), vec![Line::of(Role::Quiet, "No connection here.")]);
    };
    let mut lines = table(state, connection, standing, width);
    lines.extend(watch_lines(state, connection.id, standing));
    lines.extend(what_to_do(state, connection, standing));
    lines.extend(facts(state, connection, standing));
    if standing.report.is_some() {
        lines.push(Line::blank());
        lines.extend(super::facts::lines(state, standing));
    }
    (title(state, connection, standing), wrapped(&lines, width))
}

fn title(state: &State, connection: &Connection, standing: &Standing) -> String {
    let mut parts = vec![format!("4 {}", connection.name)];
    parts.extend(standing.count_words());
    match (&standing.run, standing.at) {
        (Some(_), _) => parts.push("testing".to_owned()),
        (None, Some(at)) => parts.push(format!("tested {}", at.clock(state.zone))),
        (None, None) => parts.push("not tested".to_owned()),
    }
    // Last, because a narrow frame cuts the end and the role stands below as well.
    match (connection.role_arn(), &connection.account) {
        (Some(role), _) => parts.push(format!("role {} in {}", role.name(), role.account())),
        (None, Some(account)) => parts.push(format!("account {account}")),
        (None, None) => {}
    }
    parts.join(" · ")
}

/// The five permissions with verdict and reason.
fn table(state: &State, connection: &Connection, standing: &Standing, width: usize) -> Vec<Line> {
    let wide = width >= WIDE;
    let name = if width < NARROW { 12 } else { 30 };
    let mut lines = Vec::new();
    if wide {
        let head = format!("  {:<name$}{:<12}{:<15}{:>6}   why", "permission", "verdict", "where", "ms");
        lines.push(Line::of(Role::Quiet, head));
    }
    for permission in Mandatory::ALL {
        let slot = standing.slot(permission);
        let mark = slot.mark();
        let (word, why) = match slot {
            Slot::Never => ("not tested", String::new()),
            Slot::Waiting => ("testing", String::new()),
            Slot::Known(check) => (mark.word(), why(state, connection, standing, check, wide)),
        };
        let title = if width < NARROW { permission.short() } else { permission.action() };
        let mut line = Line::default()
            .and(mark.role(), format!("{} ", mark.symbol(false)))
            .and(if mark == Mark::Denied { Role::Denied } else { Role::Text }, format!("{title:<name$}"))
            .and(mark.role(), format!("{word:<12}"));
        let mut column = 2 + name + 12;
        if let (true, Slot::Known(check)) = (wide, slot) {
            let place = check.region.as_ref().map_or("", |r| r.as_str());
            let ms = check.latency_ms.map_or(String::new(), |ms| ms.to_string());
            line = line.and(Role::Quiet, format!("{place:<15}{ms:>6}   "));
            column += 24;
        }
        let role = if mark == Mark::Denied { Role::Text } else { Role::Quiet };
        lines.push(line.and(role, why).hang(column));
    }
    lines
}

/// The short reason behind a verdict.
fn why(state: &State, connection: &Connection, standing: &Standing, check: &Check, wide: bool) -> String {
    match check.verdict {
        Verdict::Denied => {
            let since = check.since.map(|since| format!("since {}", day(state, since)));
            check.denial.as_ref().map(reason).into_iter().chain(since).collect::<Vec<_>>().join(", ")
        }
        Verdict::Untested => check.error.as_ref().map_or_else(String::new, |e| match &e.code {
            _ if e.class == ErrorClass::NotReached => String::new(),
            Some(code) if !e.lacks_code() => format!("{} ({code})", untested_words(e)),
            _ => untested_words(e).to_owned(),
        }),
        Verdict::NotApplicable => check.advice.clone().unwrap_or_default(),
        // What is to be said about an accepted role stands below, where there is room for it.
        Verdict::Allowed if check.advice.is_some() && check.permission != Mandatory::AssumeRole => {
            check.advice.clone().unwrap_or_default()
        }
        Verdict::Allowed => match check.permission {
            Mandatory::AssumeRole => {
                let finding = standing.external_id().filter(|_| connection.external_id().is_some());
                let external = finding.map(|f| format!("ExternalId {}", finding_word(f)));
                let name = (wide || external.is_none()).then(|| format!("as {}", connection.session_name));
                name.into_iter().chain(external).collect::<Vec<_>>().join(", ")
            }
            permission => standing.report.as_ref().map_or_else(String::new, |r| told(r, permission)),
        },
    }
}

/// The time of day for what was today, else the day.
fn day(state: &State, at: Timestamp) -> String {
    let words = at.dated(state.zone, state.now);
    let today = state.now.dated(state.zone, state.now);
    let (date, time) = words.rsplit_once(' ').unwrap_or(("", words.as_str()));
    match today.rsplit_once(' ') {
        Some((same, _)) if same == date => time.to_owned(),
        _ if time.contains(':') => date.to_owned(),
        _ => words,
    }
}

/// What an allowed call told, in a few words.
fn told(report: &ConnectionReport, permission: Mandatory) -> String {
    let facts = &report.facts;
    match permission {
        Mandatory::Regions => facts.regions.as_ref().filter(|r| !r.assumed).map_or_else(String::new, |r| {
            let on = r.list.iter().filter(|f| f.enabled).count();
            format!("{on} regions on, {} off", r.list.len() - on)
        }),
        Mandatory::ReportDefinitions => facts.reports.as_ref().map_or_else(String::new, |r| match r.len() {
            0 => "no reports defined".to_owned(),
            1 => format!("1 report: {}", r[0].name),
            n => format!("{n} reports"),
        }),
        Mandatory::AccountSummary => facts.summary.as_ref().map_or_else(String::new, |summary| {
            let figure = |key: &str, word: &str| {
                summary.get(key).map(|n| format!("{n} {word}{}", if *n == 1 { "" } else { "s" }))
            };
            let root = match summary.get("AccountMFAEnabled") {
                Some(0) => Some("root user WITHOUT MFA".to_owned()),
                Some(_) => Some("root user with MFA".to_owned()),
                None => None,
            };
            [figure("Users", "user"), figure("Roles", "role"), root]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        }),
        Mandatory::AccountAttributes => {
            let vpc = facts.attributes.iter().flatten().find(|(name, _)| name == "default-vpc");
            vpc.map_or_else(String::new, |(_, values)| format!("default VPC {}", values.join(", ")))
        }
        Mandatory::AssumeRole => String::new(),
    }
}

/// Why something was refused, in a few words; the policy by its name where AWS names it.
pub(in crate::app) fn reason(denial: &Denial) -> String {
    let words = reason_words(denial.reason);
    match denial.policy_arn.as_deref().and_then(|arn| arn.rsplit('/').next()) {
        Some(policy) => format!("{words}: {policy}"),
        None => words.to_owned(),
    }
}

/// A reason in a person's words.
pub(in crate::app) fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::IdentityNoAllow => "no identity policy allows it",
        Reason::ExplicitDenyIdentity => "explicit deny in an identity policy",
        Reason::ScpNoAllow => "no SCP allows it",
        Reason::ScpExplicitDeny => "explicit deny in an SCP",
        Reason::RcpDeny => "explicit deny in an RCP",
        Reason::PermissionsBoundaryNoAllow => "the permissions boundary does not allow it",
        Reason::PermissionsBoundaryExplicitDeny => "explicit deny in the permissions boundary",
        Reason::SessionPolicyNoAllow => "the session policy does not allow it",
        Reason::SessionPolicyExplicitDeny => "explicit deny in the session policy",
        Reason::ResourcePolicyNoAllow => "no resource policy allows it",
        Reason::ResourcePolicyExplicitDeny => "explicit deny in a resource policy",
        Reason::VpcEndpointPolicy => "a VPC endpoint's policy",
        Reason::TrustOrCaller => "the role's trust or the caller's policy",
        Reason::EncodedOnly => "AWS gave an encoded message only",
        Reason::Unspecified => "AWS does not say by which policy",
    }
}

/// A heading with a blank line before it.
fn heading(words: &str) -> [Line; 2] {
    [Line::blank(), Line::of(Role::Heading, words)]
}

/// A numbered item.
fn item(number: usize, body: &str) -> Line {
    let number = format!("{number}  ");
    let hang = number.len();
    Line::of(Role::Strong, number).and(Role::Text, body).hang(hang)
}

/// What has to be done about it, the most important first; each thing is said once.
fn what_to_do(state: &State, connection: &Connection, standing: &Standing) -> Vec<Line> {
    let mut todo: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for check in standing.known() {
        let texts = match check.verdict {
            // Advice that names the permission needs no title.
            Verdict::Denied => check.advice.as_ref().map(|advice| match check.permission.action() {
                action if advice.contains(action) => advice.clone(),
                action => format!("{action}: {advice}"),
            }),
            Verdict::Untested => check
                .error
                .as_ref()
                .filter(|e| !matches!(e.class, ErrorClass::NotReached | ErrorClass::Cancelled))
                .map(|e| untested(e, check.advice.as_deref())),
            // What is said about an allowed one is a remark, and stands in the table.
            Verdict::Allowed | Verdict::NotApplicable => None,
        };
        todo.extend(texts.filter(|t| !todo.contains(t)));
    }
    if let Some(finding) = standing.external_id().filter(|f| f.is_finding() && standing.run.is_none()) {
        todo.push(finding_advice(finding).to_owned());
    }
    if !todo.is_empty() {
        lines.extend(heading("What to do"));
        let offered = state.has_snippet(connection.id);
        for (i, body) in todo.iter().enumerate() {
            lines.push(item(i + 1, body));
        }
        if offered {
            let keys =
                Line::of(Role::Text, "   ").and(Role::Key, "{key:snippet}").and(Role::Quiet, " shows the policy · ");
            lines.push(keys.and(Role::Key, "{key:copy}").and(Role::Quiet, " copies it"));
        }
    }
    let refused = standing.known().find(|c| c.permission == Mandatory::AssumeRole && c.verdict == Verdict::Denied);
    if let Some(check) = refused {
        if !check.causes.is_empty() {
            lines.extend(heading("What it can be, most likely first"));
            for (i, cause) in check.causes.iter().enumerate() {
                lines.push(item(i + 1, &cause.compare));
            }
        }
        if !check.ruled_out.is_empty() {
            lines.extend([Line::blank(), Line::of(Role::Quiet, "Ruled out")]);
            for line in report::ruled_out(check) {
                lines.push(Line::of(Role::Quiet, format!("-  {line}")).hang(3));
            }
        }
    }
    lines
}

/// What kept a call from an answer, and what to do where that is more than what happened says.
fn untested(error: &CheckError, advice: Option<&str>) -> String {
    match advice.filter(|_| !said_by_itself(error.class)) {
        Some(advice) => format!("{}. {advice}", error.message.trim_end_matches('.')),
        None => error.message.clone(),
    }
}

/// Whether the words of such an error say what to do already: a source's name the profile and the command that
/// renews it, those of a failed way the network's settings.
fn said_by_itself(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Source | ErrorClass::Expired | ErrorClass::Network | ErrorClass::Proxy)
}

fn finding_advice(finding: ExternalIdFinding) -> &'static str {
    match finding {
        ExternalIdFinding::NotEnforced => {
            "The role lets us in without the ExternalId and with a wrong one: whoever can use the trusted account's roles \
             can get in. Add the sts:ExternalId condition to its trust policy."
        }
        ExternalIdFinding::Optional => {
            "The role refuses a wrong ExternalId and lets us in without any. The condition must be StringEquals on \
             sts:ExternalId, not one that ends in IfExists."
        }
        ExternalIdFinding::AnyAccepted => {
            "The role asks for an ExternalId and takes any. Its condition must name this connection's value alone."
        }
        ExternalIdFinding::Contradicts => {
            "The role refuses our ExternalId and lets us in without any: its trust policy names another value, or another \
             statement lets us in. Compare the value on both sides."
        }
        _ => "",
    }
}

/// Who we are, since when it stands, and how the connection is made.
fn facts(state: &State, connection: &Connection, standing: &Standing) -> Vec<Line> {
    let mut lines = heading("Connection").to_vec();
    let mut fact = |name: &str, value: String| {
        lines.push(Line::of(Role::Quiet, format!("{name:<13}")).and(Role::Text, value).hang(13));
    };
    let report = standing.report.as_deref();
    let source = state.sources.get(&connection.source);
    let label = report
        .map(|r| r.source_label.clone())
        .or_else(|| source.map(|s| s.label.clone()))
        .unwrap_or_else(|| connection.source.text());
    fact("source", label);
    if let Some(identity) = standing.base_identity() {
        fact("we are", identity.arn.clone());
    }
    if let Some(role) = connection.role_arn() {
        fact("role", role.to_string());
    }
    if let Some(session) = report.and_then(|r| r.session_identity.as_ref()) {
        fact("session", session.clone());
    }
    if let Some(report) = report.filter(|_| connection.external_id().is_some()) {
        let when =
            report.external_id_tested_at.map_or(String::new(), |at| format!(", probed {}", at.short(state.zone)));
        fact("ExternalId", format!("{}{when}", finding_word(report.external_id)));
    }
    if let Some(since) = report.and_then(|r| r.since) {
        let state_word = report.map_or("", |r| r.status().word());
        fact("status", format!("{state_word} since {}", since.dated(state.zone, state.now)));
    }
    for change in report.iter().flat_map(|r| &r.changes) {
        fact("changed", change.clone());
    }
    if let Some(good) = report.and_then(|r| r.last_good).filter(|_| standing.is_broken()) {
        fact("last good", good.dated(state.zone, state.now));
    }
    if let Some(endpoint) = report.and_then(|r| r.endpoint.as_ref()).or(connection.endpoint_url.as_ref()) {
        fact("endpoint", endpoint.clone());
    }
    if connection.read_only {
        fact("read only", "nothing can be changed through this connection".to_owned());
    }
    lines
}

/// The cloud's own words about one connection, with request ids.
pub(super) fn words(standing: &Standing) -> Vec<Line> {
    let mut lines = Vec::new();
    for check in standing.known() {
        let mark = Slot::Known(check).mark();
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        lines.push(Line::of(
            mark.role(),
            format!("{} {}  {}", mark.symbol(false), check.permission.action(), mark.word()),
        ));
        let mut fact = |name: &str, value: &str| {
            lines.push(Line::of(Role::Quiet, format!("  {name:<12}")).and(Role::Text, value).hang(14));
        };
        if let Some(denial) = &check.denial {
            fact("says", &denial.message);
            let optional = [
                ("code", &denial.code),
                ("principal", &denial.principal),
                ("resource", &denial.resource),
                ("policy", &denial.policy_arn),
                ("lookup id", &denial.authorization_id),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    fact(name, value);
                }
            }
            fact("reason", denial.reason.word());
            if denial.encoded.is_some() {
                fact("encoded", "yes; it can be decoded, if the session may");
            }
        }
        if let Some(error) = &check.error {
            fact("says", &text::line(&error.message));
            if let Some(code) = &error.code {
                fact("code", code);
            }
            fact("class", error.class.word());
        }
        if let Some(region) = &check.region {
            fact("region", region.as_str());
        }
        if let Some(ms) = check.latency_ms {
            fact("took", &format!("{ms} ms"));
        }
        if let Some(id) = &check.request_id {
            fact("request id", id);
        }
        fact("evidence", check.evidence.word());
    }
    lines
}
