//! A forward proxy on loopback: `CONNECT` for https, whole URLs for http. It goes nowhere but where a test routes it.

use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;

use super::http::{Reply, Request};
use super::{Life, listen, lock};

/// The running proxy; it ends with all its tunnels when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    routes: Mutex<HashMap<String, SocketAddr>>,
    everything_to: Mutex<Option<SocketAddr>>,
    login: Mutex<Option<String>>,
    requests: Mutex<Vec<Request>>,
    life: Life,
}

impl Proxy {
    /// A proxy that reaches nothing yet: it answers 502 until [`Proxy::route`] or [`Proxy::route_all`] says more.
    pub fn start() -> Self {
        let inner = Arc::new(Inner::default());
        let shared = Arc::clone(&inner);
        let address = listen(
            Arc::clone(&inner),
            |inner| &inner.life,
            move |stream| {
                // A broken connection is what the client sees; there is nothing more to say here.
                let _ = shared.serve(stream);
            },
        );
        Self { address, inner }
    }

    /// For `HTTPS_PROXY` and `HTTP_PROXY`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same with a name and a password in it.
    pub fn url_with_login(&self, name: &str, password: &str) -> String {
        format!("http://{name}:{password}@{}", self.address)
    }

    /// Sends what is asked of a host (without its port) to a server on this machine.
    pub fn route(&self, host: &str, to: SocketAddr) {
        assert!(to.ip().is_loopback(), "a test proxy reaches loopback only");
        lock(&self.inner.routes).insert(host.to_owned(), to);
    }

    /// Sends everything without a route of its own to a server on this machine.
    pub fn route_all(&self, to: SocketAddr) {
        assert!(to.ip().is_loopback(), "a test proxy reaches loopback only");
        *lock(&self.inner.everything_to) = Some(to);
    }

    /// From now on answers 407 to whoever does not bring this name and password.
    pub fn demand_login(&self, name: &str, password: &str) {
        let login = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        *lock(&self.inner.login) = Some(format!("Basic {login}"));
    }

    /// The requests so far: tunnels (`CONNECT`) and whole URLs.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.inner.requests).clone()
    }

    /// The hosts asked for so far, without ports, in order.
    pub fn hosts(&self) -> Vec<String> {
        self.requests().iter().map(|request| host_of(request).to_owned()).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.inner.life.end(self.address);
    }
}

impl Inner {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut client = BufReader::new(stream.try_clone()?);
        let Some(request) = Request::read(&mut client)? else { return Ok(()) };
        lock(&self.requests).push(request.clone());
        let login = lock(&self.login).clone();
        if login.is_some() && request.header("proxy-authorization") != login.as_deref() {
            let reply = Reply::html(407, "Proxy Authentication Required")
                .header("Proxy-Authenticate", "Basic realm=\"stub\"")
                .close();
            return reply.write(&mut &stream).map(drop);
        }
        let route = lock(&self.routes).get(host_of(&request)).copied();
        let Some(to) = route.or(*lock(&self.everything_to)) else {
            let words = format!("the stub proxy has no route to {}", host_of(&request));
            return Reply::html(502, &words).close().write(&mut &stream).map(drop);
        };
        let server = TcpStream::connect(to)?;
        let Some(_kept) = self.life.keep(&server) else { return Ok(()) };
        if request.method == "CONNECT" {
            (&stream).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            return tunnel(client, stream, server);
        }
        forward(&request, &stream, server)
    }
}

/// Carries bytes both ways until both sides have closed.
fn tunnel(mut client: BufReader<TcpStream>, stream: TcpStream, server: TcpStream) -> std::io::Result<()> {
    let (mut from_server, mut to_client) = (server.try_clone()?, stream);
    let back = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut client, &mut &server);
    let _ = server.shutdown(Shutdown::Write);
    let _ = back.join();
    Ok(())
}

/// Sends one request on with a path instead of the URL, and the whole answer back.
fn forward(request: &Request, client: &TcpStream, mut server: TcpStream) -> std::io::Result<()> {
    let (_, path) = split_url(&request.target);
    let mut head = format!("{} {path} HTTP/1.1\r\n", request.method);
    for (name, value) in &request.headers {
        if !name.starts_with("proxy-") && name != "connection" {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("connection: close\r\n\r\n");
    server.write_all(&[head.as_bytes(), &request.body].concat())?;
    std::io::copy(&mut server, &mut &*client)?;
    Ok(())
}

fn host_of(request: &Request) -> &str {
    let authority = if request.method == "CONNECT" { &request.target } else { split_url(&request.target).0 };
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

/// `http://host:1/path` → (`host:1`, `/path`).
fn split_url(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}
