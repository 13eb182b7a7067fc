//! Which calls, in what order, how many at once. Speaks `Request` and `Reply`: a started ticket
//! gives any number of parts and exactly one end, also after cancel and panic.

mod check;
pub mod demo;
mod ladder;
mod list;
mod pace;
mod probe;
mod source;
mod verdicts;

use crate::catalog::Catalog;
use crate::domain::{
    AccountId, CheckError, Connection, ConnectionId, End, ErrorClass, Part, Region, Regions, Reply, Request, Secret,
    Settings, Ticket,
};
use crate::journal::History;
use crate::providers::aws::calls::Calls;
use crate::providers::aws::reach::Reached;
use crate::providers::aws::{Aws, Round};
use crate::providers::demo::Demo;
use pace::Paces;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;

/// Runs requests on a multi-thread runtime and streams what comes of them.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    handle: Handle,
    running: Arc<Mutex<HashMap<Ticket, AbortHandle>>>,
}

/// What every piece of work may use.
pub(crate) struct Shared {
    pub aws: Aws,
    pub settings: Settings,
    pub history: Arc<Mutex<History>>,
    /// The cloud's other end, where it is the demo.
    pub demo: Option<Demo>,
    /// Every kind of asset.
    pub catalog: Arc<Catalog>,
    /// How fast each service is asked.
    pub paces: Paces,
    /// What accounts told of their regions in this run.
    pub regions: Mutex<HashMap<(ConnectionId, AccountId), Regions>>,
}

impl Shared {
    fn new(aws: Aws, settings: Settings, history: History, catalog: Arc<Catalog>) -> Self {
        let paces = Paces::new(&settings);
        let history = Arc::new(Mutex::new(history));
        Self { aws, settings, history, demo: None, catalog, paces, regions: Mutex::default() }
    }
}

/// Where a request's parts go.
#[derive(Clone)]
pub(crate) struct Sink {
    ticket: Ticket,
    to: Sender<Reply>,
}

impl Sink {
    /// Hands a part over, waiting while the receiver is behind. A receiver that is gone wants nothing.
    pub async fn part(&self, part: Part) {
        log(&part);
        let _ = self.to.send(Reply { ticket: self.ticket, body: Ok(part) }).await;
    }
}

/// What `--log` keeps of the work: when each test begins and ends, and what became of each source.
fn log(part: &Part) {
    match part {
        Part::Started(id) => tracing::info!(connection = %id, "test begins"),
        Part::Connection(report) => {
            let (name, status, ms) = (report.name.as_str(), report.status().word(), report.elapsed_ms);
            tracing::info!(connection = %report.id, name, status, ms, "test ends");
        }
        Part::Source(source) => match &source.outcome {
            Ok(who) => tracing::info!(source = source.label, identity = who.arn, "source"),
            Err(e) => {
                let code = e.code.as_deref().unwrap_or("-");
                tracing::info!(source = source.label, class = e.class.word(), code, why = e.message, "source failed");
            }
        },
        _ => {}
    }
}

impl Engine {
    /// An engine whose work runs on `handle`.
    pub fn new(handle: Handle, aws: Aws, settings: Settings, history: History, catalog: Arc<Catalog>) -> Self {
        let shared = Shared::new(aws, settings, history, catalog);
        Self { shared: Arc::new(shared), handle, running: Arc::default() }
    }

    /// Starts a request; its parts and its one end go to `to`.
    pub fn start(&self, ticket: Ticket, request: Request, to: Sender<Reply>) {
        let sink = Sink { ticket, to: to.clone() };
        let shared = self.shared.clone();
        let work = self.handle.spawn(async move {
            match request {
                Request::Check { book, select, probe } => {
                    check::all(shared, book, select, probe, sink).await;
                    End::Done
                }
                Request::Identify { book, connection } => identify(&shared, &book, connection, &sink).await,
                Request::History { connection } => story(&shared, connection, &sink).await,
                Request::Note { connection, report } => {
                    drop(check::note(&shared, *report, &connection, &sink).await);
                    End::Done
                }
                Request::Decode { book, connection, message } => {
                    decode(&shared, &book, connection, &message, &sink).await
                }
                Request::DemoApply { book, connection, policy } => {
                    demo::apply(&shared, &book, connection, &policy, &sink).await
                }
                Request::List(listing) => list::all(shared, *listing, sink).await,
                Request::Look(look) => list::look(&shared, &look, &sink).await,
            }
        });
        locked(&self.running).insert(ticket, work.abort_handle());
        let running = self.running.clone();
        self.handle.spawn(async move {
            let end = match work.await {
                Ok(end) => end,
                Err(error) if error.is_cancelled() => End::Cancelled,
                Err(_) => End::Failed(CheckError::new(
                    ErrorClass::Other,
                    "an error inside this program ended the work; run again with --log FILE and report it",
                )),
            };
            locked(&running).remove(&ticket);
            let _ = to.send(Reply { ticket, body: Err(end) }).await;
        });
    }

    /// Stops a request; its end still comes.
    pub fn cancel(&self, ticket: Ticket) {
        if let Some(work) = locked(&self.running).get(&ticket) {
            work.abort();
        }
    }

    /// Every kind of asset.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.shared.catalog.clone()
    }

    /// Forgets every session and credential.
    pub fn forget(&self) {
        self.shared.aws.forget();
        locked(&self.shared.regions).clear();
        self.shared.paces.forget();
    }

    /// Keeps a one-time code for a connection's next test.
    pub fn give_code(&self, connection: ConnectionId, code: Secret) {
        self.shared.aws.give_code(connection, code);
    }

    /// Whether AWS's hosts in a region can be reached, for `doctor`.
    pub async fn reach(&self, region: &Region) -> Vec<Reached> {
        self.shared.aws.reach(region).await
    }

    /// The history of checks, for readers outside.
    pub fn history(&self) -> Arc<Mutex<History>> {
        self.shared.history.clone()
    }
}

/// A lock whose holder panicked still guards plain data.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find(book: &[Connection], id: ConnectionId) -> Result<&Connection, End> {
    book.iter().find(|c| c.id == id).ok_or_else(|| {
        End::Failed(CheckError::new(
            ErrorClass::Invalid,
            format!("there is no connection {id}; it may have been removed"),
        ))
    })
}

async fn identify(shared: &Shared, book: &[Connection], id: ConnectionId, sink: &Sink) -> End {
    let connection = match find(book, id) {
        Ok(c) => c,
        Err(end) => return end,
    };
    match shared.aws.fresh_base(&Round::begin(), book, connection).await {
        Ok(base) => {
            sink.part(Part::Identity(base.identity.clone())).await;
            End::Done
        }
        Err(error) => End::Failed(error),
    }
}

async fn story(shared: &Shared, id: ConnectionId, sink: &Sink) -> End {
    let history = shared.history.clone();
    let told = tokio::task::spawn_blocking(move || locked(&history).story(id)).await;
    let words = match told {
        Ok(Ok(story)) => {
            sink.part(Part::Story(Box::new(story))).await;
            return End::Done;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "an error inside this program ended the work; run again with --log FILE and report it".to_owned(),
    };
    End::Failed(CheckError::new(ErrorClass::Other, words))
}

async fn decode(shared: &Shared, book: &[Connection], id: ConnectionId, message: &str, sink: &Sink) -> End {
    let connection = match find(book, id) {
        Ok(c) => c,
        Err(end) => return end,
    };
    let round = Round::begin();
    let assumed = shared.aws.usable_session(&round, book, connection).await;
    let session = match assumed.outcome {
        Ok(session) => session,
        Err(error) => return End::Failed(error.into_check_error()),
    };
    let Some(region) = Aws::ec2_regions(connection, &session).into_iter().next() else {
        return End::Failed(CheckError::new(ErrorClass::Invalid, "no region is known; add one to the connection"));
    };
    match Calls::new(&shared.aws, &round, connection, &session).decode(&region, message).await.result {
        Ok((decoded, _)) => {
            sink.part(Part::Decoded(decoded)).await;
            End::Done
        }
        Err(error) => {
            let mut error = error.into_check_error();
            error.message = format!("sts:DecodeAuthorizationMessage: {}", error.message);
            End::Failed(error)
        }
    }
}

#[cfg(test)]
mod caller_tests;
#[cfg(test)]
mod demo_assets_tests;
