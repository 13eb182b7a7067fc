//! The engine for headless commands: its runtime, and one request at a time with Ctrl-C heard.

use super::exit::Failure;
use crate::catalog::Catalog;
use crate::domain::{CheckError, End, ErrorClass, Part, Request, Settings, Ticket};
use crate::engine::Engine;
use crate::journal::History;
use crate::providers::aws::Aws;
use crate::providers::aws::endpoint::Endpoints;
use crate::providers::aws::http;
use crate::providers::demo::Demo;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Replies that may wait for the reader.
const CHANNEL: usize = 256;

/// The engine on a runtime of its own.
pub struct Live {
    /// Present until the end, when it is shut down without waiting.
    runtime: Option<Runtime>,
    handle: Handle,
    engine: Engine,
    next: u64,
    /// Ctrl-C, heard from the start to the end: one that comes between two requests is not lost.
    interrupts: Signal,
}

/// The engine for the clouds.
fn engine(handle: Handle, settings: &Settings, history: History, catalog: Arc<Catalog>) -> Result<Engine, Failure> {
    let client = http::client().map_err(|e| Failure::usage(e.to_string()))?;
    let endpoints = Endpoints::from_env(settings.allow_insecure_endpoint);
    Ok(Engine::new(handle, Aws::new(client, endpoints, settings), settings.clone(), history, catalog))
}

impl Live {
    /// Starts a runtime with one worker a core.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn new(settings: &Settings, history: History, catalog: Arc<Catalog>) -> Result<Self, Failure> {
        Self::start(|handle| engine(handle, settings, history, catalog))
    }

    /// The same over the demo.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn demo(settings: &Settings, demo: &Demo, catalog: Arc<Catalog>) -> Result<Self, Failure> {
        Self::start(|handle| Ok(Engine::demo(handle, demo, settings.clone(), catalog)?))
    }

    fn start(engine: impl FnOnce(Handle) -> Result<Engine, Failure>) -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread().enable_all().thread_name("cloud").build();
        let runtime = runtime.map_err(|e| Failure::Untested(format!("the system gives no threads: {e}")))?;
        let handle = runtime.handle().clone();
        let engine = engine(handle.clone())?;
        let interrupts = {
            let _inside = runtime.enter();
            signal(SignalKind::interrupt())
        };
        let interrupts =
            interrupts.map_err(|e| Failure::Untested(format!("the system lets nobody listen for Ctrl-C: {e}")))?;
        Ok(Self { runtime: Some(runtime), handle, engine, next: 1, interrupts })
    }

    /// The engine itself.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs a future on the runtime, from outside it.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.handle.block_on(work)
    }

    /// Runs one request to its end and hands each part to `on`, whose failure stops it. Ctrl-C
    /// cancels the request and gives [`End::Cancelled`].
    ///
    /// # Errors
    /// Whatever `on` fails with.
    pub fn run(&mut self, request: Request, mut on: impl FnMut(Part) -> Result<(), Failure>) -> Result<End, Failure> {
        let ticket = Ticket(self.next);
        self.next += 1;
        let (to, mut from) = mpsc::channel(CHANNEL);
        self.engine.start(ticket, request, to);
        let (engine, interrupts) = (&self.engine, &mut self.interrupts);
        self.handle.block_on(async {
            let mut failed = None;
            loop {
                tokio::select! {
                    biased;
                    _ = interrupts.recv() => engine.cancel(ticket),
                    reply = from.recv() => match reply.map(|r| r.body) {
                        Some(Ok(part)) if failed.is_none() => {
                            if let Err(failure) = on(part) {
                                failed = Some(failure);
                                engine.cancel(ticket);
                            }
                        }
                        Some(Ok(_)) => {}
                        Some(Err(end)) => return failed.map_or(Ok(end), Err),
                        None => {
                            let why = "an error inside this program ended the work; please report it";
                            return failed.map_or(Ok(End::Failed(CheckError::new(ErrorClass::Other, why))), Err);
                        }
                    },
                }
            }
        })
    }

    /// Waits, unless Ctrl-C comes first: then false.
    pub fn pause(&mut self, time: std::time::Duration) -> bool {
        let interrupts = &mut self.interrupts;
        self.handle.block_on(async {
            tokio::select! {
                _ = interrupts.recv() => false,
                () = tokio::time::sleep(time) => true,
            }
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.engine.forget();
        // A name that is being looked up must not keep a person waiting for the prompt.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
