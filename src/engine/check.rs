//! The ladder of a connection test: source, AssumeRole, then side by side who we are and the
//! other four permissions, with the ExternalId probe beside them.

use super::ladder::{Climbed, climb};
use super::verdicts::{self, Judged};
use super::{Shared, Sink, locked, probe, source};
use crate::domain::{
    AccountFacts, BaseIdentity, Check, CheckError, Connection, ConnectionId, ConnectionReport, ErrorClass,
    ExternalIdFinding, Mandatory, Method, Part, ProbeMode, Region, Regions, Timestamp, Verdict,
};
use crate::providers::aws::calls::Calls;
use crate::providers::aws::{AssumeError, Assumed, Aws, Base, Round, Session};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

/// Tests every selected connection: a source first, then side by side what hangs on it, within the limit of requests
/// in flight.
pub(super) async fn all(
    shared: Arc<Shared>,
    book: Arc<[Connection]>,
    select: Vec<ConnectionId>,
    mode: ProbeMode,
    sink: Sink,
) {
    let round = Arc::new(Round::begin());
    let chosen: Vec<ConnectionId> = book.iter().map(|c| c.id).filter(|id| select.contains(id)).collect();
    for id in &chosen {
        sink.part(Part::Started(*id)).await;
    }
    let (told, mut ready) = unbounded_channel();
    let sources = source::report_all(&shared, &round, &book, &select, &sink, told);
    let tests = async {
        let mut work = JoinSet::new();
        let mut whose = HashMap::new();
        // A test under way takes a hundred kilobytes, so no more are begun than keep the requests flowing.
        let most = 2 * shared.settings.concurrency.max(1);
        loop {
            let done = tokio::select! {
                Some((id, source_took)) = ready.recv(), if work.len() < most => {
                    let (shared, book, round, sink) = (shared.clone(), book.clone(), round.clone(), sink.clone());
                    let task = work.spawn(async move {
                        if let Some(connection) = book.iter().find(|c| c.id == id) {
                            let test = Test { shared: &shared, round: &round, book: &book, connection, sink: &sink, mode };
                            let report = test.run(source_took).await;
                            finish(&shared, report, connection, &sink).await;
                        }
                    });
                    whose.insert(task.id(), id);
                    continue;
                }
                Some(done) = work.join_next_with_id() => done,
                else => break,
            };
            let task = done.as_ref().map_or_else(|error| error.id(), |(task, ())| *task);
            let connection = whose.remove(&task).and_then(|id| book.iter().find(|c| c.id == id));
            // A panic in one test must not take the others' answers.
            if let (Err(_), Some(connection)) = (done, connection) {
                let error =
                    CheckError::new(ErrorClass::Other, "an error inside this program ended the test; please report it");
                let test = Test { shared: &shared, round: &round, book: &book, connection, sink: &sink, mode };
                sink.part(Part::Connection(Box::new(test.nothing(Instant::now(), &error)))).await;
            }
        }
    };
    tokio::join!(sources, tests);
}

/// Notes the report in the history, which tells since when, and hands it over.
async fn finish(shared: &Arc<Shared>, report: ConnectionReport, connection: &Connection, sink: &Sink) {
    let report = note(shared, report, connection, sink).await;
    sink.part(Part::Connection(Box::new(report))).await;
}

/// Notes the report in the history, which fills in since when.
pub(super) async fn note(
    shared: &Arc<Shared>,
    report: ConnectionReport,
    connection: &Connection,
    sink: &Sink,
) -> ConnectionReport {
    let (history, connection) = (shared.history.clone(), connection.clone());
    let kept = report.clone();
    let noted = tokio::task::spawn_blocking(move || {
        let mut report = report;
        let mut history = locked(&history);
        if connection.saved && history.is_kept() {
            report.changes = history.changed(&report).iter().map(verdicts::change).collect();
        }
        let error = history.record(&mut report, &connection, Timestamp::now()).err();
        (report, error)
    });
    let (report, error) = noted.await.unwrap_or((kept, None));
    if let Some(error) = error {
        sink.part(Part::Notice(error.to_string())).await;
    }
    report
}

/// One test of one connection.
struct Test<'a> {
    shared: &'a Shared,
    round: &'a Round,
    book: &'a [Connection],
    connection: &'a Connection,
    sink: &'a Sink,
    mode: ProbeMode,
}

/// What the four calls behind AssumeRole found.
#[derive(Default)]
struct Found {
    checks: Vec<Check>,
    facts: AccountFacts,
    identity: Option<BaseIdentity>,
}

impl Test<'_> {
    /// Runs it; the source's share of its time has passed already.
    fn run(&self, source_took: Duration) -> BoxFuture<'_, ConnectionReport> {
        let now = Instant::now();
        self.climb_all(now.checked_sub(source_took).unwrap_or(now)).boxed()
    }

    async fn climb_all(&self, start: Instant) -> ConnectionReport {
        let assumed = self.shared.aws.fresh_session(self.round, self.book, self.connection).await;
        let plan = |accepted| probe::plan(self.shared, self.connection, self.mode, accepted, Timestamp::now());
        match &assumed.outcome {
            Err(AssumeError::Source(error)) => self.streamed(self.nothing(start, error)).await,
            Err(AssumeError::Call(_)) => {
                let (finding, at) = self.settle(plan(false), &assumed, false).await;
                let first = self.first_check(&assumed, finding);
                let mut report = self.report(start, &assumed, vec![first]);
                report.checks.extend(self.behind(ErrorClass::NotReached, "sts:AssumeRole comes first"));
                self.streamed(self.with_probe(report, finding, at)).await
            }
            Ok(session) => {
                if let Some(error) = other_account(self.connection, session.account.as_str()) {
                    return self.streamed(self.mismatch(start, &assumed, &error)).await;
                }
                let first = self.first_check(&assumed, ExternalIdFinding::NotTested);
                self.emit(&first).await;
                let (found, (finding, at)) =
                    tokio::join!(self.four(session).boxed(), self.settle(plan(true), &assumed, true).boxed());
                if let Some(error) =
                    found.identity.as_ref().and_then(|i| other_account(self.connection, i.account.as_str()))
                {
                    return self.streamed(self.mismatch(start, &assumed, &error)).await;
                }
                let mut report = self.report(start, &assumed, vec![self.first_check(&assumed, finding)]);
                report.account = Some(session.account.clone());
                report.session_identity =
                    Some(found.identity.map_or_else(|| session.identity.arn.clone(), |identity| identity.arn));
                report.checks.extend(found.checks);
                report.facts = found.facts;
                verdicts::look_back(&mut report, self.connection);
                self.with_probe(report, finding, at)
            }
        }
    }

    /// `sts:AssumeRole` as a check; not applicable where no role is assumed.
    fn first_check(&self, assumed: &Assumed, finding: ExternalIdFinding) -> Check {
        let check = verdicts::assume_role(self.shared, self.connection, assumed, finding);
        self.unless_skipped(check)
    }

    /// The four permissions behind AssumeRole, and who we are, side by side.
    async fn four(&self, session: &Session) -> Found {
        let calls = Calls::new(&self.shared.aws, self.round, self.connection, session);
        let ec2 = Aws::ec2_regions(self.connection, session);
        let global = session.partition.default_region().or_else(|| ec2.first().cloned());
        let (identity, reports, attributes, regions, summary) = tokio::join!(
            async {
                match &global {
                    Some(region) => calls.identity(region).await.result.ok().map(|(identity, _)| identity),
                    None => None,
                }
            },
            self.one(Mandatory::ReportDefinitions, async {
                match session.partition.cur_region() {
                    Some(region) => Judged::of(calls.reports(region).await),
                    None => Judged::NotHere(format!("not offered in partition {}", session.partition)),
                }
            }),
            self.one(Mandatory::AccountAttributes, async {
                Judged::climbed(climb(&ec2, |region| calls.attributes(region).boxed()).await)
            }),
            self.one(Mandatory::Regions, async {
                Judged::climbed(climb(&ec2, |region| calls.regions(region).boxed()).await)
            }),
            self.one(Mandatory::AccountSummary, async {
                match &global {
                    Some(region) => Judged::of(calls.summary(region.clone()).await),
                    None => Judged::climbed(None::<Climbed<_>>),
                }
            }),
        );
        let listed = regions.1.unwrap_or_else(|| self.assumed_regions(session));
        Found {
            checks: vec![reports.0, attributes.0, regions.0, summary.0],
            facts: AccountFacts {
                regions: Some(listed),
                summary: summary.1,
                attributes: attributes.1,
                reports: reports.1,
            },
            identity,
        }
    }

    /// Runs one check, unless it is skipped, and streams its verdict.
    async fn one<T: verdicts::Remark>(
        &self,
        permission: Mandatory,
        ask: impl Future<Output = Judged<T>>,
    ) -> (Check, Option<T>) {
        if self.shared.settings.skip.contains(&permission) {
            let check = self.unless_skipped(Check::blank(permission, Verdict::NotApplicable));
            self.emit(&check).await;
            return (check, None);
        }
        let (check, fact) = ask.await.into_check(permission, self.connection);
        self.emit(&check).await;
        (check, fact)
    }

    fn unless_skipped(&self, check: Check) -> Check {
        if !self.shared.settings.skip.contains(&check.permission) {
            return check;
        }
        let mut skipped = Check::blank(check.permission, Verdict::NotApplicable);
        skipped.advice = Some("skipped by configuration".to_owned());
        skipped
    }

    /// What is taken for the regions when the account may not say.
    fn assumed_regions(&self, session: &Session) -> Regions {
        let regions = match self.connection.regions.is_empty() {
            true => Region::assumed(&session.partition),
            false => self.connection.regions.clone(),
        };
        let list = regions
            .into_iter()
            .map(|region| crate::domain::RegionFact { region, opt_in: "unknown".to_owned(), enabled: true })
            .collect();
        Regions { list, assumed: true }
    }

    /// Runs the probe when it is planned and may run; gives what is known otherwise.
    async fn settle(
        &self,
        plan: probe::Plan,
        assumed: &Assumed,
        right: bool,
    ) -> (ExternalIdFinding, Option<Timestamp>) {
        match plan {
            probe::Plan::Keep(finding, at) => (finding, at),
            probe::Plan::Run => {
                // A one-time code is spent: without another, every variant would be refused for the wrong reason.
                let usable = self.connection.mfa_serial.is_none() && (right || verdicts::was_refused(assumed));
                let base: Option<&Arc<Base>> = assumed.base.as_ref();
                match base.filter(|_| usable) {
                    None => (ExternalIdFinding::NotTested, None),
                    Some(base) => probe::run(self.shared, self.round, self.connection, base, right).await,
                }
            }
        }
    }

    fn with_probe(
        &self,
        mut report: ConnectionReport,
        finding: ExternalIdFinding,
        at: Option<Timestamp>,
    ) -> ConnectionReport {
        report.external_id = finding;
        report.external_id_tested_at = at;
        report
    }

    fn mismatch(&self, start: Instant, assumed: &Assumed, error: &CheckError) -> ConnectionReport {
        let checks = Mandatory::ALL.into_iter().map(|m| self.unless_skipped(Check::untested(m, error.clone())));
        self.report(start, assumed, checks.collect())
    }

    /// A report without any answer: the source failed.
    fn nothing(&self, start: Instant, error: &CheckError) -> ConnectionReport {
        let none = Assumed {
            outcome: Err(AssumeError::Source(error.clone())),
            base: None,
            region: None,
            latency_ms: None,
            request_id: None,
        };
        let mut checks = vec![self.unless_skipped(verdicts::source_failed(self.connection, error))];
        match self.connection.method {
            Method::Role { .. } => checks.extend(self.behind(ErrorClass::NotReached, "the source comes first")),
            // No AssumeRole stands before them to carry the reason.
            Method::Profile | Method::Env => {
                checks.extend(self.behind_with(|| error.clone()));
            }
        }
        let mut report = self.report(start, &none, checks);
        if self.connection.external_id().is_some() {
            let last = locked(&self.shared.history).last_probe(self.connection);
            report.external_id = last.map_or(ExternalIdFinding::NotTested, |(_, finding)| finding);
            report.external_id_tested_at = last.map(|(at, _)| at);
        }
        report
    }

    /// The four checks that stand behind one that failed.
    fn behind(&self, class: ErrorClass, why: &str) -> Vec<Check> {
        self.behind_with(|| CheckError::new(class, why))
    }

    fn behind_with(&self, error: impl Fn() -> CheckError) -> Vec<Check> {
        let four = Mandatory::ALL.into_iter().filter(|m| *m != Mandatory::AssumeRole);
        four.map(|m| self.unless_skipped(Check::untested(m, error()))).collect()
    }

    /// Streams every verdict of a report whose checks were not run one by one.
    async fn streamed(&self, report: ConnectionReport) -> ConnectionReport {
        for check in &report.checks {
            self.emit(check).await;
        }
        report
    }

    async fn emit(&self, check: &Check) {
        self.sink.part(Part::Check { connection: self.connection.id, check: Box::new(check.clone()) }).await;
    }

    fn report(&self, start: Instant, assumed: &Assumed, checks: Vec<Check>) -> ConnectionReport {
        let label = self.connection.source.label(self.book);
        let mut report = ConnectionReport::of(self.connection, label, checks, Timestamp::now());
        report.base_identity = assumed.base.as_ref().map(|b| b.identity.clone());
        report.endpoint = self.shared.aws.foreign_endpoint(self.connection);
        report.elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        report
    }
}

/// The account that answered, when it is not the one that the connection is pinned to.
pub(super) fn other_account(connection: &Connection, answered: &str) -> Option<CheckError> {
    let pinned = connection.account.as_ref()?;
    (pinned.as_str() != answered).then(|| {
        CheckError::new(
            ErrorClass::AccountMismatch,
            format!(
                "account {answered} answered, and this connection is pinned to {pinned}; nothing further was asked. Look at its source and endpoint, or remove the connection and add it again"
            ),
        )
    })
}
