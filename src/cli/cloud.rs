//! What `policy` asks of the cloud: who a source is, and the checks of one connection.

use super::context::Context;
use super::doctor::Line;
use super::exit::Failure;
use super::live::Live;
use crate::domain::{
    BaseIdentity, Connection, ConnectionId, ConnectionReport, End, Part, Partition, ProbeMode, Region, Request,
};
use crate::journal::History;
use std::sync::Arc;

/// Seconds that a clock may be off before it is worth a word.
const CLOCK_MARGIN: i64 = 60;

/// The engine, for one request at a time.
pub(super) struct Cloud(Live);

impl Cloud {
    /// The engine without a history.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn new(context: &Context) -> Result<Self, Failure> {
        Self::with_history(context, History::open(None, None).0)
    }

    /// The engine with the history of checks.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn with_history(context: &Context, history: History) -> Result<Self, Failure> {
        context.live(context.settings(), history).map(Self)
    }

    /// Who the source of a connection is.
    ///
    /// # Errors
    /// When there are no base credentials, or they are not accepted: exit 2. After Ctrl-C: 130.
    pub fn identify(&mut self, book: Arc<[Connection]>, connection: ConnectionId) -> Result<BaseIdentity, Failure> {
        let mut found = None;
        let end = self.0.run(Request::Identify { book, connection }, |part| {
            if let Part::Identity(identity) = part {
                found = Some(identity);
            }
            Ok(())
        })?;
        match (found, end) {
            (Some(identity), _) => Ok(identity),
            (None, End::Cancelled) => Err(Failure::Interrupted("Interrupted; nothing was printed.".to_owned())),
            (None, End::Failed(e)) => Err(Failure::usage(format!(
                "the base identity is not known: {}; or give --trusted-account",
                e.message.trim_end_matches('.')
            ))),
            (None, End::Done) => Err(Failure::usage("the base identity is not known; give --trusted-account")),
        }
    }

    /// All checks of one connection, without the ExternalId probe.
    ///
    /// # Errors
    /// When they could not be run at all. After Ctrl-C: 130.
    pub fn check(&mut self, book: Arc<[Connection]>, connection: ConnectionId) -> Result<ConnectionReport, Failure> {
        let mut found = None;
        let request = Request::Check { book, select: vec![connection], probe: ProbeMode::Never };
        let end = self.0.run(request, |part| {
            if let Part::Connection(report) = part {
                found = Some(*report);
            }
            Ok(())
        })?;
        match (found, end) {
            (_, End::Cancelled) => Err(Failure::Interrupted("Interrupted; nothing was printed.".to_owned())),
            (Some(report), _) => Ok(report),
            (None, End::Failed(e)) => Err(Failure::Untested(e.message)),
            (None, End::Done) => Err(Failure::Untested("the checks gave no answer; please report it".to_owned())),
        }
    }

    /// Whether AWS's hosts can be reached, and this machine's clock, as lines of `doctor`.
    pub fn reach(&self) -> Vec<Line> {
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|v| std::env::var(v).ok());
        let region = region.and_then(|r| Region::parse(&r).ok()).or_else(|| Partition::Aws.default_region());
        let Some(region) = region else { return Vec::new() };
        let reached = self.0.block_on(self.0.engine().reach(&region));
        let mut lines: Vec<Line> = reached
            .iter()
            .map(|r| match &r.result {
                Ok((ms, _)) => Line::good(r.host.clone(), format!("answers in {ms} ms")),
                Err(error) => Line::bad(r.host.clone(), error.message.clone()),
            })
            .collect();
        let offset = reached.iter().find_map(|r| r.result.as_ref().ok().and_then(|(_, offset)| *offset));
        lines.push(match offset {
            None => Line::good("clock", "no host said the time"),
            Some(s) if s.abs() <= CLOCK_MARGIN => Line::good("clock", format!("{s} s off AWS's")),
            Some(s) => Line::bad(
                "clock",
                format!("{s} s off AWS's: signatures fail beyond 5 minutes; set this machine's clock (NTP)"),
            ),
        });
        lines
    }
}
