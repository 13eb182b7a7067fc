//! What `policy` asks of the cloud: who a source is, and the checks of one connection.

use super::exit::Failure;
use super::live::Live;
use crate::domain::{
    BaseIdentity, Connection, ConnectionId, ConnectionReport, End, Part, ProbeMode, Request, Settings,
};
use crate::journal::History;
use std::sync::Arc;

/// The engine, for one request at a time.
pub(super) struct Cloud(Live);

impl Cloud {
    /// The engine without a history.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn new(settings: &Settings) -> Result<Self, Failure> {
        Self::with_history(settings, History::open(None, None).0)
    }

    /// The engine with the history of checks.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn with_history(settings: &Settings, history: History) -> Result<Self, Failure> {
        Live::new(settings, history).map(Self)
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
                "the base identity is not known: {}; mend it, choose another with --source, or give --trusted-account",
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
}
