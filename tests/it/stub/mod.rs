//! A small HTTP/1.1 server on loopback that answers as AWS does, by a script: for what the emulator cannot word, for
//! delays, broken answers, and for counting and reading what was asked.
//!
//! It stands alone (no module of the tests), so that benchmarks include it by `#[path]`.
//!
//! ```ignore
//! let stub = Stub::start();                       // every operation in `aws::success` works
//! stub.on("GetAccountSummary", |request| aws::denied(request, " because no identity-based policy allows …"));
//! stub.sequence("DescribeRegions", [aws::throttled("DescribeRegions"), Reply::cut_off()]); // then as before
//! run_check(stub.url());
//! assert_eq!(stub.count("AssumeRole"), 1);
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unused_imports)]

pub mod aws;
mod http;
mod proxy;
pub mod tls;

use std::collections::{HashMap, VecDeque};
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

pub use http::{Reply, Request, date};
pub use proxy::Proxy;

type Handler = Box<dyn Fn(&Request) -> Option<Reply> + Send + Sync>;

/// The running stub; it ends, with all its connections, when it is dropped.
pub struct Stub {
    url: String,
    address: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    handlers: Mutex<Vec<Arc<Handler>>>,
    requests: Mutex<Vec<Request>>,
    delay: Mutex<Duration>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
    life: Life,
}

/// A connection's name: its local and its remote address.
type Ends = (SocketAddr, SocketAddr);

/// The open sockets of a server, and the word that it ends.
#[derive(Default)]
struct Life {
    ended: Mutex<bool>,
    changed: Condvar,
    open: Mutex<HashMap<Ends, TcpStream>>,
}

impl Stub {
    /// A stub that answers `http`, with every operation of [`aws::success`] working.
    pub fn start() -> Self {
        Self::serve("http", "127.0.0.1", |stream| Ok(Box::new(stream)))
    }

    /// The same over TLS with the test certificate, which names `localhost` and AWS's usual hosts; clients must trust
    /// [`tls::ca_file`].
    pub fn start_tls() -> Self {
        let config = tls::server_config();
        Self::serve("https", "localhost", move |stream| tls::accept(&config, stream))
    }

    fn serve(
        scheme: &str,
        host: &str,
        open: impl Fn(TcpStream) -> std::io::Result<Box<dyn Connection>> + Send + Sync + 'static,
    ) -> Self {
        let inner = Arc::new(Inner::default());
        let shared = Arc::clone(&inner);
        let address = listen(
            Arc::clone(&inner),
            |inner| &inner.life,
            move |stream| {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                // A client that hangs up or breaks the handshake is its own affair.
                let _ = open(stream).and_then(|stream| shared.talk(stream));
            },
        );
        let stub = Self { url: format!("{scheme}://{host}:{}", address.port()), address, inner };
        stub.on_any(aws::success);
        stub
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The socket address, as a target for [`Proxy::route`].
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers an operation (`AssumeRole`, …) from now on with what `answer` makes.
    pub fn on(&self, operation: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        let operation = operation.to_owned();
        self.on_any(move |request| (request.operation() == operation).then(|| answer(request)));
    }

    /// Answers an operation with these replies, one after the other, and then as it did before.
    pub fn sequence(&self, operation: &str, replies: impl IntoIterator<Item = Reply>) {
        let operation = operation.to_owned();
        let replies = Mutex::new(replies.into_iter().collect::<VecDeque<_>>());
        self.on_any(move |request| if request.operation() == operation { lock(&replies).pop_front() } else { None });
    }

    /// Answers every request for which `answer` gives a reply; the newest rule is asked first.
    pub fn on_any(&self, answer: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) {
        lock(&self.inner.handlers).push(Arc::new(Box::new(answer)));
    }

    /// Lets every reply wait so long, its own delay added.
    pub fn delay_all(&self, delay: Duration) {
        *lock(&self.inner.delay) = delay;
    }

    /// All requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.inner.requests).clone()
    }

    /// The requests of one operation.
    pub fn asked(&self, operation: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.operation() == operation).collect()
    }

    /// How often an operation was asked for.
    pub fn count(&self, operation: &str) -> usize {
        self.asked(operation).len()
    }

    /// Forgets the requests so far, and the peak.
    pub fn forget(&self) {
        lock(&self.inner.requests).clear();
        self.inner.peak.store(0, Ordering::Relaxed);
    }

    /// The most requests that were being answered at one time.
    pub fn peak(&self) -> usize {
        self.inner.peak.load(Ordering::Relaxed)
    }

    /// How many connections clients have opened.
    pub fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.inner.life.end(self.address);
    }
}

/// A stream that can be talked on, plain or TLS.
trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

impl Inner {
    /// Reads requests and answers them until either side closes.
    fn talk(&self, stream: Box<dyn Connection>) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = Request::read(&mut stream)? {
            let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
            self.peak.fetch_max(now, Ordering::Relaxed);
            lock(&self.requests).push(request.clone());
            let reply = self.answer(&request);
            let all = *lock(&self.delay);
            let ended = self.life.wait(all.saturating_add(reply.delay));
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
            if ended || !reply.write(stream.get_mut())? || request.wants_close() {
                break;
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Reply {
        // Not held while a handler runs: one may add rules.
        let handlers: Vec<_> = lock(&self.handlers).iter().rev().cloned().collect();
        handlers.iter().find_map(|handler| handler(request)).unwrap_or_else(|| {
            let what = format!("the stub has no answer to {} {}", request.method, request.target);
            Reply::new(501, "text/plain", what)
        })
    }
}

impl Life {
    /// Waits so long or until the server ends; true when it ended.
    fn wait(&self, delay: Duration) -> bool {
        let ended = lock(&self.ended);
        let waited = self.changed.wait_timeout_while(ended, delay, |ended| !*ended);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn end(&self, address: SocketAddr) {
        *lock(&self.ended) = true;
        self.changed.notify_all();
        for stream in lock(&self.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the accepting thread, which then sees the word.
        let _ = TcpStream::connect(address);
    }

    /// Keeps a connection's socket, to be shut when the server ends, until the guard goes; `None` after the end.
    fn keep(&self, stream: &TcpStream) -> Option<Kept<'_>> {
        let ends = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
        let copy = stream.try_clone().ok()?;
        // In this order, so that no connection slips through beside the end.
        lock(&self.open).insert(ends, copy);
        let kept = Kept { life: self, ends };
        if *lock(&self.ended) { None } else { Some(kept) }
    }
}

/// An open connection of a server; closes when it goes, also by a panic.
struct Kept<'a> {
    life: &'a Life,
    ends: Ends,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        lock(&self.life.open).remove(&self.ends);
    }
}

/// Accepts connections on a free loopback port, each on a thread of its own, until the server's life ends.
fn listen<T: Send + Sync + 'static>(
    server: Arc<T>,
    life: fn(&T) -> &Life,
    serve: impl Fn(TcpStream) + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound socket has an address");
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            let _ = stream.set_nodelay(true);
            if *lock(&life(&server).ended) {
                return;
            }
            let (server, serve) = (Arc::clone(&server), Arc::clone(&serve));
            std::thread::spawn(move || {
                if let Some(_kept) = life(&server).keep(&stream) {
                    serve(stream);
                }
            });
        }
    });
    address
}

/// Locks past a panic of another test thread: what is inside is whole after every step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
