//! From answers to checks: verdict, evidence, remark and advice.

use super::ladder::Climbed;
use super::{Shared, locked};
use crate::diagnose::{self, About, AssumeFacts, ErrorAbout};
use crate::domain::{
    Check, CheckError, Connection, ConnectionReport, CostReport, ErrorClass, Evidence, ExternalIdFinding, Mandatory,
    Method, Regions, Timestamp, Verdict,
};
use crate::journal::Difference;
use crate::providers::aws::failure::Failure;
use crate::providers::aws::{Answer, AssumeError, Assumed};
use std::collections::BTreeMap;

/// What a person is told beside "allowed".
pub(super) trait Remark {
    /// One short clause, or nothing.
    fn remark(&self) -> Option<String>;
}

impl Remark for Vec<CostReport> {
    fn remark(&self) -> Option<String> {
        Some(match self.len() {
            0 => "no reports in this account; they are usually made in the management account".to_owned(),
            1 => "1 report".to_owned(),
            n => format!("{n} reports"),
        })
    }
}

impl Remark for Vec<(String, Vec<String>)> {
    fn remark(&self) -> Option<String> {
        let default_vpc = self.iter().find(|(name, _)| name == "default-vpc").and_then(|(_, values)| values.first())?;
        Some(match default_vpc.as_str() {
            "none" => "no default VPC here".to_owned(),
            vpc => format!("default VPC {vpc}"),
        })
    }
}

impl Remark for Regions {
    fn remark(&self) -> Option<String> {
        let on = self.list.iter().filter(|r| r.enabled).count();
        Some(match self.list.len() - on {
            0 => format!("{on} regions on"),
            off => format!("{on} regions on, {off} off"),
        })
    }
}

impl Remark for BTreeMap<String, i64> {
    fn remark(&self) -> Option<String> {
        let root_keys = self.get("AccountAccessKeysPresent").is_some_and(|n| *n > 0);
        let no_mfa = self.get("AccountMFAEnabled").is_some_and(|n| *n == 0);
        match (root_keys, no_mfa) {
            (true, true) => Some("the root user has access keys and no MFA".to_owned()),
            (true, false) => Some("the root user has access keys".to_owned()),
            (false, true) => Some("the root user has no MFA".to_owned()),
            (false, false) => None,
        }
    }
}

/// What came of asking one permission.
pub(super) enum Judged<T> {
    Answered(Box<Climbed<T>>),
    /// The question does not arise here.
    NotHere(String),
    /// There was nowhere to ask.
    NoRegion,
}

impl<T: Remark> Judged<T> {
    pub fn of(answer: Answer<T>) -> Self {
        Self::Answered(Box::new(Climbed { answer, refused_in: None }))
    }

    pub fn climbed(climbed: Option<Climbed<T>>) -> Self {
        climbed.map_or(Self::NoRegion, |c| Self::Answered(Box::new(c)))
    }

    /// The check, and the fact when there is one.
    pub fn into_check(self, permission: Mandatory, connection: &Connection) -> (Check, Option<T>) {
        let Climbed { answer, refused_in } = match self {
            Self::Answered(climbed) => *climbed,
            Self::NotHere(why) => {
                let mut check = Check::blank(permission, Verdict::NotApplicable);
                check.advice = Some(why);
                return (check, None);
            }
            Self::NoRegion => {
                let why = "no region of this partition is known; add one to the connection";
                return (Check::untested(permission, CheckError::new(ErrorClass::Invalid, why)), None);
            }
        };
        let mut check = Check::blank(permission, Verdict::Allowed);
        check.evidence = Evidence::Live;
        check.region = Some(answer.region);
        check.latency_ms = Some(answer.latency_ms);
        match answer.result {
            Ok((fact, request_id)) => {
                check.request_id = request_id;
                let here = check.region.as_ref().map_or("another region", |r| r.as_str());
                let refused = refused_in.map(|r| format!("refused in {r}, allowed in {here}"));
                let words: Vec<String> = [fact.remark(), refused].into_iter().flatten().collect();
                check.advice = (!words.is_empty()).then(|| words.join("; "));
                (check, Some(fact))
            }
            Err(error) => {
                check.request_id = error.request_id;
                fail(&mut check, error.failure, connection);
                (check, None)
            }
        }
    }
}

/// Writes a failure into a check.
fn fail(check: &mut Check, failure: Failure, connection: &Connection) {
    match failure {
        Failure::Denied(denial) => {
            check.verdict = Verdict::Denied;
            let about = about(check.permission, connection, false);
            check.advice = Some(diagnose::advice(&denial, &about).text);
            check.denial = Some(*denial);
        }
        Failure::NoAnswer(error) => {
            check.verdict = Verdict::Untested;
            check.evidence = Evidence::Unknown;
            let region = check.region.as_ref().map(crate::domain::Region::as_str);
            check.advice = diagnose::error_advice(&error, &ErrorAbout { region, ..ErrorAbout::default() });
            check.error = Some(error);
        }
    }
}

fn about(permission: Mandatory, connection: &Connection, only_denied: bool) -> About<'_> {
    About { role: connection.role_arn(), permission: Some(permission), only_denied }
}

/// Whether AssumeRole was refused, as against having no answer.
pub(super) fn was_refused(assumed: &Assumed) -> bool {
    matches!(&assumed.outcome, Err(AssumeError::Call(e)) if matches!(e.failure, Failure::Denied(_)))
}

/// `sts:AssumeRole` when the source gave no credentials.
pub(super) fn source_failed(connection: &Connection, error: &CheckError) -> Check {
    match connection.method {
        Method::Role { .. } => Check::untested(Mandatory::AssumeRole, error.clone()),
        Method::Profile | Method::Env => not_applicable(),
    }
}

fn not_applicable() -> Check {
    let mut check = Check::blank(Mandatory::AssumeRole, Verdict::NotApplicable);
    check.advice = Some("no role is assumed by this connection".to_owned());
    check
}

/// `sts:AssumeRole` as a check.
pub(super) fn assume_role(
    shared: &Shared,
    connection: &Connection,
    assumed: &Assumed,
    finding: ExternalIdFinding,
) -> Check {
    if connection.role_arn().is_none() {
        return not_applicable();
    }
    let mut check = Check::blank(Mandatory::AssumeRole, Verdict::Allowed);
    check.evidence = Evidence::Live;
    check.region.clone_from(&assumed.region);
    check.latency_ms = assumed.latency_ms;
    check.request_id.clone_from(&assumed.request_id);
    match &assumed.outcome {
        Ok(_) => {
            check.advice = Some(accepted(connection, assumed, finding));
            check
        }
        Err(AssumeError::Source(error)) => Check::untested(Mandatory::AssumeRole, error.clone()),
        Err(AssumeError::Call(error)) => {
            fail(&mut check, error.failure.clone(), connection);
            if let (Some(denial), Some(role)) = (&check.denial, connection.role_arn()) {
                let facts = AssumeFacts {
                    denial,
                    role,
                    base: assumed.base.as_ref().map(|b| &b.identity),
                    external_id_sent: connection.external_id().is_some(),
                    external_id: finding,
                    session_name: &connection.session_name,
                    source_identity: connection.source_identity.as_ref(),
                    mfa: connection.mfa_serial.is_some(),
                    worked_until: worked_until(shared, connection),
                };
                let causes = diagnose::assume_role_causes(&facts);
                check.causes = causes.remaining;
                check.ruled_out = causes.ruled_out;
            }
            check
        }
    }
}

/// When this very AssumeRole, with these very values, was accepted for the last time.
fn worked_until(shared: &Shared, connection: &Connection) -> Option<Timestamp> {
    let past = locked(&shared.history).before(connection, Mandatory::AssumeRole)?;
    past.last_allowed.filter(|_| past.same_values)
}

/// What is said beside an accepted AssumeRole.
fn accepted(connection: &Connection, assumed: &Assumed, finding: ExternalIdFinding) -> String {
    let session = &connection.session_name;
    let who = assumed.base.as_ref().map_or_else(|| "this source".to_owned(), |b| b.identity.arn.clone());
    let mend = "have the role's owner take over the trust policy of `cloudivize policy trust`";
    match finding {
        ExternalIdFinding::Enforced => format!("as {session}; ExternalId enforced for {who}"),
        ExternalIdFinding::NotEnforced => format!(
            "as {session}; FINDING: the role does not ask for the ExternalId, so anyone in the trusted account can become it; {mend}"
        ),
        ExternalIdFinding::Optional => format!(
            "as {session}; FINDING: the role also lets in callers that send no ExternalId at all (often StringEqualsIfExists); {mend}"
        ),
        ExternalIdFinding::AnyAccepted => {
            format!("as {session}; FINDING: the role accepts any ExternalId, not only this connection's; {mend}")
        }
        ExternalIdFinding::None => format!("as {session}, without an ExternalId"),
        _ => format!("as {session}"),
    }
}

/// Advice that only the whole picture allows: a lone refusal of the report list is what AWS's own
/// ReadOnlyAccess policy gives.
pub(super) fn look_back(report: &mut ConnectionReport, connection: &Connection) {
    let denied = report.checks.iter().filter(|c| c.verdict == Verdict::Denied).count();
    let (checks, only) = (&mut report.checks, denied == 1);
    for check in checks.iter_mut().filter(|c| only && c.verdict == Verdict::Denied) {
        if let Some(denial) = &check.denial {
            check.advice = Some(diagnose::advice(denial, &about(check.permission, connection, true)).text);
        }
    }
}

/// What differs from last time, in one clause.
pub(super) fn change(difference: &Difference) -> String {
    match difference {
        Difference::New => "first test".to_owned(),
        Difference::Verdict { permission, before, now } => {
            let before = before.map_or("never tested", Verdict::word);
            format!("{}: {before}, now {}", permission.action(), now.word())
        }
        Difference::Reason { permission } => format!("{}: denied as before, for another reason", permission.action()),
        Difference::ExternalId { before, now } => format!("ExternalId: {}, now {}", before.word(), now.word()),
    }
}
