//! What an account says about itself: root user, IAM figures, EC2 attributes, cost reports.
//!
//! Figures as in <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>, attributes as in
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html>.

use super::detail::reason;
use super::standing::untested_word;
use super::{Line, Slot, Standing, State, Viewer, ViewerKind};
use crate::domain::{ConnectionReport, CostReport, ErrorClass, Mandatory, Mark, Role, Timestamp, Verdict};
use std::collections::BTreeMap;

/// Where values begin.
const COLUMN: usize = 24;
/// From this share of a quota on, it is nearly used up.
const NEARLY: i64 = 80;

/// Figures that are counted against a quota: the key, its quota's key, what it counts.
const COUNTED: [(&str, &str, &str); 7] = [
    ("Users", "UsersQuota", "users"),
    ("Groups", "GroupsQuota", "groups"),
    ("Roles", "RolesQuota", "roles"),
    ("Policies", "PoliciesQuota", "policies"),
    ("PolicyVersionsInUse", "PolicyVersionsInUseQuota", "policy versions in use"),
    ("InstanceProfiles", "InstanceProfilesQuota", "instance profiles"),
    ("ServerCertificates", "ServerCertificatesQuota", "server certificates"),
];

/// Attributes of EC2 and what they are; the others that AWS still sends say nothing any more.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("default-vpc", "default VPC"),
    ("vpc-max-elastic-ips", "Elastic IPs, at most"),
    ("vpc-max-security-groups-per-interface", "groups per interface"),
    ("supported-platforms", "platforms"),
];

impl State {
    /// Opens what the account under the cursor says about itself.
    pub(super) fn read_facts(&mut self) {
        let Some(connection) = self.cursor.and_then(|id| self.connection(id)) else { return };
        let Some(standing) = self.standings.get(&connection.id) else { return };
        let account = connection.account.as_ref().map_or(String::new(), |a| format!(" · account {a}"));
        let title = format!("{}{account}: what it says about itself", connection.name);
        let name = connection.name.to_string();
        let viewer = Viewer::reading(ViewerKind::Facts, title, name, lines(self, standing));
        self.read(viewer);
    }
}

/// The facts under their headings; a part that is not known says why.
pub(super) fn lines(state: &State, standing: &Standing) -> Vec<Line> {
    let report = standing.report.as_deref();
    let mut lines = Vec::new();
    let mut section = |title: &str, body: Vec<Line>| {
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        lines.push(Line::of(Role::Heading, title));
        lines.extend(body);
    };
    let summary = report.and_then(|r| r.facts.summary.as_ref());
    match summary {
        Some(summary) => {
            section("Root user", root(summary));
            section("IAM", figures(summary));
        }
        None => section("Root user and IAM", vec![unknown(standing, Mandatory::AccountSummary)]),
    }
    let place = report.and_then(|r| r.check(Mandatory::AccountAttributes)).and_then(|c| c.region.as_ref());
    let title = place.map_or_else(|| "EC2".to_owned(), |region| format!("EC2 in {region}"));
    match report.and_then(|r| r.facts.attributes.as_ref()) {
        Some(all) => section(&title, attributes(all)),
        None => section(&title, vec![unknown(standing, Mandatory::AccountAttributes)]),
    }
    match report.and_then(|r| r.facts.reports.as_ref()) {
        Some(reports) => section("Cost and usage reports", cost_reports(state, reports)),
        None => section("Cost and usage reports", vec![unknown(standing, Mandatory::ReportDefinitions)]),
    }
    section("Regions", vec![regions(standing, report)]);
    lines
}

/// Why a part is not known.
fn unknown(standing: &Standing, permission: Mandatory) -> Line {
    let action = permission.action();
    let slot = standing.slot(permission);
    let words = match slot {
        Slot::Waiting => format!("{action} is being asked"),
        Slot::Never => format!("not known before {action} is tested"),
        Slot::Known(check) => match (check.verdict, &check.denial, &check.error) {
            (Verdict::Denied, Some(denial), _) => {
                format!("{action} is not permitted: {}", reason(denial))
            }
            (Verdict::Untested, _, Some(error)) if error.class == ErrorClass::NotReached => {
                format!("{action} was not reached: the role was not assumed")
            }
            (Verdict::Untested, _, Some(error)) => format!("{action} was not tested: {}", untested_word(error.class)),
            (Verdict::NotApplicable, ..) => {
                check.advice.clone().unwrap_or_else(|| format!("{action} is not offered here"))
            }
            _ => format!("{action} answered nothing"),
        },
    };
    let mark = slot.mark();
    Line::of(mark.role(), format!("{} ", mark.symbol(false))).and(Role::Text, words).hang(2)
}

/// What stands before a line that has to be mended, is well, or has no meaning here.
fn posture(mark: Mark, words: &str) -> Line {
    Line::of(mark.role(), format!("{} ", mark.symbol(false))).and(Role::Text, words).hang(2)
}

/// How the account's root user is guarded, and what to do about it.
fn root(summary: &BTreeMap<String, i64>) -> Vec<Line> {
    let is = |key: &str| summary.get(key).map(|n| *n > 0);
    let mut lines = Vec::new();
    let no_password = is("AccountPasswordPresent") == Some(false);
    lines.extend(is("AccountMFAEnabled").map(|on| match (on, no_password) {
        (true, _) => posture(Mark::Allowed, "MFA is on"),
        (false, true) => posture(Mark::NotApplicable, "no MFA, and no password it could guard"),
        (false, false) => posture(
            Mark::Finding,
            "NO MFA: whoever knows the password owns the account. Sign in as root, open Security credentials and \
             assign an MFA device.",
        ),
    }));
    lines.extend(is("AccountAccessKeysPresent").map(|there| match there {
        false => posture(Mark::Allowed, "no access keys"),
        true => posture(
            Mark::Finding,
            "HAS ACCESS KEYS: they may do everything and no policy limits them. Sign in as root, open Security \
             credentials and delete them; nothing needs them.",
        ),
    }));
    if is("AccountSigningCertificatesPresent") == Some(true) {
        lines.push(posture(
            Mark::Finding,
            "HAS SIGNING CERTIFICATES: they act as root. Delete them under Security credentials.",
        ));
    }
    if no_password {
        let words =
            "no password: nobody signs in as root (usual where root access of member accounts is managed centrally)";
        lines.push(posture(Mark::Allowed, words));
    }
    if lines.is_empty() {
        lines.push(Line::of(Role::Quiet, "the answer says nothing about it"));
    }
    lines
}

/// A fact's name and value.
fn fact(name: &str, value: impl AsRef<str>) -> Line {
    Line::of(Role::Quiet, format!("{name:<COLUMN$}")).and(Role::Text, value).hang(COLUMN)
}

fn figures(summary: &BTreeMap<String, i64>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (key, quota, name) in COUNTED {
        let Some(used) = summary.get(key) else { continue };
        let Some(most) = summary.get(quota).filter(|n| **n > 0) else {
            lines.push(fact(name, used.to_string()));
            continue;
        };
        let share = used * 100 / most;
        let line = fact(name, format!("{used:>5} of {most}"));
        lines.push(match share {
            NEARLY.. => line.and(Mark::Finding.role(), format!("  {share} %: ask AWS for more before it is used up")),
            _ => line,
        });
    }
    if let (Some(all), Some(used)) = (summary.get("MFADevices"), summary.get("MFADevicesInUse")) {
        lines.push(fact("MFA devices", format!("{used:>5} in use of {all}")));
    }
    if let Some(n) = summary.get("Providers") {
        lines.push(fact("identity providers", format!("{n:>5}")));
    }
    if let Some(version) = summary.get("GlobalEndpointTokenVersion") {
        let words = match version {
            1 => "version 1: sessions from the global STS endpoint do not work in opt-in regions (ours are regional)",
            _ => "version 2: sessions from the global STS endpoint work in all regions",
        };
        lines.push(fact("global STS tokens", words));
    }
    lines
}

fn attributes(all: &[(String, Vec<String>)]) -> Vec<Line> {
    let lines = ATTRIBUTES.iter().filter_map(|(key, name)| {
        let (_, values) = all.iter().find(|(name, _)| name == key)?;
        let words = match (*key, values.join(", ")) {
            ("default-vpc", vpc) if vpc == "none" => "none: whatever is launched must name its network".to_owned(),
            (_, words) => words,
        };
        Some(fact(name, words))
    });
    lines.collect()
}

fn cost_reports(state: &State, reports: &[CostReport]) -> Vec<Line> {
    if reports.is_empty() {
        let words = "none here: they are usually made in the organization's management account";
        return vec![Line::of(Role::Text, words)];
    }
    let mut lines = Vec::new();
    for report in reports {
        let CostReport { name, time_unit, format, bucket, prefix, region, .. } = report;
        let folder = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        let where_to = format!("{}, {format}, to s3://{bucket}{folder} ({region})", time_unit.to_lowercase());
        let status = match (report.last_status.as_deref(), report.last_delivery.as_deref()) {
            (Some("SUCCESS"), Some(at)) => {
                let time = Timestamp::parse(at).map(|t| t.dated(state.zone, state.now));
                (Role::Quiet, format!(" · delivered {}", time.as_deref().unwrap_or(at)))
            }
            (Some("SUCCESS"), None) => (Role::Quiet, " · delivered".to_owned()),
            (Some("ERROR_PERMISSIONS"), _) => {
                (Mark::Finding.role(), " · NOT DELIVERED: the bucket's policy does not let AWS write".to_owned())
            }
            (Some("ERROR_NO_BUCKET"), _) => {
                (Mark::Finding.role(), " · NOT DELIVERED: there is no such bucket".to_owned())
            }
            (Some(other), _) => (Role::Text, format!(" · {other}")),
            (None, _) => (Role::Quiet, " · not delivered yet".to_owned()),
        };
        lines.push(Line::of(Role::Text, format!("{name}: {where_to}")).and(status.0, status.1).hang(2));
    }
    lines
}

/// The regions in a sentence; their list is a pane of its own.
fn regions(standing: &Standing, report: Option<&ConnectionReport>) -> Line {
    let Some(regions) = report.and_then(|r| r.facts.regions.as_ref()) else {
        return unknown(standing, Mandatory::Regions);
    };
    let count = |wanted: &str| regions.list.iter().filter(|r| r.opt_in == wanted).count();
    if regions.assumed {
        let words = format!("{} assumed, because the account did not say: ", regions.list.len());
        let mut line = Line::of(Role::Text, words);
        line.spans.extend(unknown(standing, Mandatory::Regions).spans);
        return line;
    }
    let on = regions.list.iter().filter(|r| r.enabled).count();
    let opted = match count("opted-in") {
        0 => String::new(),
        n => format!(" ({n} of them switched on by the account)"),
    };
    Line::of(Role::Text, format!("{on} on{opted}, {} off; pane 2 lists them", regions.list.len() - on))
}
