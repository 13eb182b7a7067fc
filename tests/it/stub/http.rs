//! Requests as the stub reads them, and the replies it can give, broken ones included.

use std::io::{BufRead, Read, Write};
use std::time::{Duration, Instant};

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, `CONNECT`…
    pub method: String,
    /// What stands after it: a path with its query, a URL (to a proxy), or `host:port` (`CONNECT`).
    pub target: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it was read whole.
    pub at: Instant,
}

impl Request {
    /// Reads the next request; `None` when the client has closed.
    pub(super) fn read(stream: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let first = line(stream)?;
        let mut words = first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            let line = line(stream)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: Vec::new(),
            at: Instant::now(),
        };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body)?;
        request.at = Instant::now();
        Ok(Some(request))
    }

    /// The first header of this name (any case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The host asked for, its port included.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The user agents the SDK sends, both headers.
    pub fn user_agent(&self) -> String {
        ["user-agent", "x-amz-user-agent"].map(|name| self.header(name).unwrap_or_default()).join(" ")
    }

    /// The operation: the form's `Action`, else the last part of `X-Amz-Target`, else the path.
    pub fn operation(&self) -> String {
        let target = self.header("x-amz-target").and_then(|target| target.rsplit('.').next()).map(str::to_owned);
        self.form("Action").or(target).unwrap_or_else(|| self.target.split('?').next().unwrap_or_default().to_owned())
    }

    /// A decoded parameter of the form in the body, or of the query.
    pub fn form(&self, name: &str) -> Option<String> {
        let body = String::from_utf8_lossy(&self.body);
        let query = self.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let mut pairs = body.split('&').chain(query.split('&')).filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| decoded(value))
    }

    /// The access key id that signed it; `None` for an unsigned request.
    pub fn access_key(&self) -> Option<&str> {
        self.credential_part(0)
    }

    /// The region it was signed for.
    pub fn region(&self) -> Option<&str> {
        self.credential_part(2)
    }

    /// The service it was signed for, `sts`, `ec2`…
    pub fn service(&self) -> Option<&str> {
        self.credential_part(3)
    }

    /// Whether the client will not use the connection again.
    pub(super) fn wants_close(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    fn credential_part(&self, index: usize) -> Option<&str> {
        let scope = self.header("authorization")?.split_once("Credential=")?.1;
        scope.split([',', ' ']).next()?.split('/').nth(index)
    }
}

/// What is sent back.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    ending: Ending,
    pub(super) delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    KeepAlive,
    Close,
    /// Half of the body, then the end.
    Half,
    /// Nothing at all.
    Nothing,
}

impl Reply {
    /// A reply with a body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into(),
            ending: Ending::KeepAlive,
            delay: Duration::ZERO,
        }
    }

    /// A page as a captive portal or a proxy shows it.
    pub fn html(status: u16, words: &str) -> Self {
        let page = format!("<!DOCTYPE html>\n<html><head><title>{words}</title></head><body>{words}</body></html>\n");
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// No reply: the connection is closed.
    pub fn cut_off() -> Self {
        Self { ending: Ending::Nothing, ..Self::new(200, "text/plain", "") }
    }

    /// No reply while the stub lives: for time limits and for cancelling.
    pub fn never() -> Self {
        Self::cut_off().delay(Duration::from_secs(3600))
    }

    /// Adds a header, or replaces it (a `Date` of another time, for clock skew).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before it is sent.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Closes the connection after it.
    pub fn close(mut self) -> Self {
        self.ending = Ending::Close;
        self
    }

    /// Sends half of the body and closes.
    pub fn half(mut self) -> Self {
        self.ending = Ending::Half;
        self
    }

    /// Sends it; true when the connection can be used again.
    pub(super) fn write(&self, stream: &mut impl Write) -> std::io::Result<bool> {
        if self.ending == Ending::Nothing {
            return Ok(false);
        }
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("date")) {
            head.push_str(&format!("Date: {}\r\n", date(jiff::Timestamp::now())));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.ending != Ending::KeepAlive {
            head.push_str("Connection: close\r\n");
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let sent = if self.ending == Ending::Half { &self.body[..self.body.len() / 2] } else { &self.body[..] };
        // In one write: two small ones can wait for each other on a socket.
        stream.write_all(&[head.as_bytes(), sent].concat())?;
        stream.flush()?;
        Ok(self.ending == Ending::KeepAlive)
    }
}

/// A time as HTTP writes it.
pub fn date(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        407 => "Proxy Authentication Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

fn line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

/// Decodes `%41` and `+`.
fn decoded(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = value.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(hex)) => {
                out.push(hex);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
