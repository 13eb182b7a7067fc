//! From the SDK's errors to the two things a check may meet: a refusal, or a reason for no answer.

use super::http::BODY_LIMIT;
use crate::diagnose;
use crate::domain::{CheckError, Denial, ErrorClass, Reason};
use crate::text;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use aws_types::request_id::RequestId;
use http_body_util::LengthLimitError;
use std::error::Error;

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The cloud refused.
    Denied(Box<Denial>),
    /// There is no answer.
    NoAnswer(CheckError),
}

/// A failed call, with what is needed to show and to repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What went wrong.
    pub failure: Failure,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Set when no connection to the host came about: nothing else need try it in this run.
    pub unreachable: bool,
}

impl CallError {
    /// Why the cloud refused, if it did.
    pub fn reason(&self) -> Option<Reason> {
        match &self.failure {
            Failure::Denied(denial) => Some(denial.reason),
            Failure::NoAnswer(_) => None,
        }
    }

    /// A failure that no cloud had a part in.
    pub fn local(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { failure: Failure::NoAnswer(CheckError::new(class, message)), request_id: None, unreachable: false }
    }

    /// The failure as a reason for no answer; a refusal becomes one of class `other`, with its words.
    pub fn into_check_error(self) -> CheckError {
        match self.failure {
            Failure::NoAnswer(e) => e,
            Failure::Denied(d) => {
                CheckError { class: ErrorClass::Other, code: d.code, message: format!("refused: {}", d.message) }
            }
        }
    }
}

/// Reads the SDK's error. `host` is what was asked, for the message.
pub fn read<E>(error: SdkError<E, HttpResponse>, host: &str) -> CallError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    let request_id = error.request_id().map(|id| text::line(id).into_owned());
    let (failure, unreachable) = match &error {
        SdkError::ServiceError(service) => {
            let (meta, raw) = (service.err().meta(), service.raw());
            (from_service(meta.code(), meta.message(), raw, host), false)
        }
        SdkError::ResponseError(response) => {
            (not_awss_answer(response.raw(), host).unwrap_or_else(|| cut_short(&error, host)), false)
        }
        SdkError::DispatchFailure(dispatch) => {
            let connector = dispatch.as_connector_error();
            let away = connector.is_some_and(|c| c.is_timeout() || c.is_io() && !was_cut(&error));
            (from_connector(connector, &error, host), away)
        }
        SdkError::TimeoutError(_) => (
            CheckError::new(
                ErrorClass::Network,
                format!("no answer from {host} in time; try again, or allow more time with --timeout"),
            )
            .into(),
            false,
        ),
        other => (CheckError::new(ErrorClass::Other, chain(other)).into(), false),
    };
    CallError { failure, request_id, unreachable }
}

/// Whether a connection came about and ended too early, which says nothing about the next one.
fn was_cut(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind as K;
    let cut = |e: &std::io::Error| {
        matches!(e.kind(), K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::UnexpectedEof)
    };
    errors(error).filter_map(|e| e.downcast_ref()).any(cut)
}

impl From<CheckError> for Failure {
    fn from(e: CheckError) -> Self {
        Self::NoAnswer(e)
    }
}

/// An error that the service spoke: by its code, and by its words only where the grammar is known.
fn from_service(code: Option<&str>, message: Option<&str>, raw: &HttpResponse, host: &str) -> Failure {
    // A proxy's page has neither code nor message.
    if let Some(failure) = not_awss_answer(raw, host) {
        return failure;
    }
    let message = message.unwrap_or_default();
    if code.is_none_or(str::is_empty) && message.is_empty() {
        let status = raw.status().as_u16();
        let words =
            format!("{host} answered with status {status} and nothing that can be read; is the endpoint AWS's?");
        return CheckError::new(ErrorClass::Other, words).into();
    }
    match diagnose::classify(code, message) {
        Ok(denial) => Failure::Denied(Box::new(denial)),
        Err(error) => Failure::NoAnswer(error),
    }
}

/// A proxy or a captive portal that answered in AWS's place.
fn not_awss_answer(raw: &HttpResponse, host: &str) -> Option<Failure> {
    let status = raw.status().as_u16();
    if status == 407 {
        return Some(login_wanted());
    }
    let html = raw.headers().get("content-type").is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html"));
    html.then(|| {
        CheckError::new(
            ErrorClass::Proxy,
            format!(
                "a web page came in place of {host}'s answer (status {status}): a proxy or a sign-in page stands between; see `cloudivize doctor`"
            ),
        )
        .into()
    })
}

fn cut_short(error: &(dyn Error + 'static), host: &str) -> Failure {
    if find::<LengthLimitError>(error).is_some() {
        let limit = BODY_LIMIT / (1024 * 1024);
        let words = format!("{host}'s answer is larger than {limit} MB and was not read; is the endpoint AWS's?");
        return CheckError::new(ErrorClass::Other, words).into();
    }
    if find::<std::io::Error>(error).is_some() {
        return cut(host);
    }
    CheckError::new(ErrorClass::Other, format!("{host}'s answer could not be read: {}", chain(error))).into()
}

fn cut(host: &str) -> Failure {
    CheckError::new(ErrorClass::Network, format!("the connection to {host} was cut; try again")).into()
}

/// No answer at all: which part of the way failed.
fn from_connector(connector: Option<&ConnectorError>, error: &(dyn Error + 'static), host: &str) -> Failure {
    let words = root_cause(error);
    let class = |c, m: String| Failure::from(CheckError::new(c, m));
    if let Some(tunnel) = tunnel(error) {
        return tunnel_failed(tunnel, error, host);
    }
    // A TLS error hides inside an I/O error whose source says which.
    if let Some(io) = find::<std::io::Error>(error) {
        use std::io::ErrorKind as K;
        return match io.kind() {
            K::ConnectionRefused => class(
                ErrorClass::Network,
                format!("{host} refused the connection; is a firewall or a stopped endpoint in the way?"),
            ),
            K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::UnexpectedEof => cut(host),
            K::TimedOut => class(
                ErrorClass::Network,
                format!("{host} cannot be reached in time; is a firewall or a proxy in the way?"),
            ),
            K::InvalidData => class(
                ErrorClass::Proxy,
                format!(
                    "TLS to {host} failed: {words}; if a company proxy opens TLS, name its certificate authority in AWS_CA_BUNDLE"
                ),
            ),
            _ => class(
                ErrorClass::Network,
                format!("cannot reach {host}: {words}; check the network, and HTTPS_PROXY if a proxy is needed"),
            ),
        };
    }
    match connector {
        Some(c) if c.is_timeout() => class(
            ErrorClass::Network,
            format!("{host} cannot be reached in time; is a firewall or a proxy in the way?"),
        ),
        Some(c) if c.is_user() => {
            class(ErrorClass::Invalid, format!("the request to {host} could not be made: {words}"))
        }
        // The connection closed before the answer was whole: the only trouble that is marked so.
        Some(c) if c.as_other() == Some(ErrorKind::TransientError) => cut(host),
        _ => class(
            ErrorClass::Network,
            format!("cannot reach {host}: {words}; check the network, and HTTPS_PROXY if a proxy is needed"),
        ),
    }
}

/// The proxy's part of a failed way, in hyper's words: its type is not public.
fn tunnel(error: &(dyn Error + 'static)) -> Option<String> {
    const HEAD: &str = "tunnel error: ";
    errors(error).find_map(|e| e.to_string().strip_prefix(HEAD).map(str::to_owned))
}

/// The proxy that `HTTPS_PROXY` names did not lead to the host.
fn tunnel_failed(tunnel: String, error: &(dyn Error + 'static), host: &str) -> Failure {
    let message = match find::<std::io::Error>(error) {
        _ if tunnel.contains("authorization required") => return login_wanted(),
        Some(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => format!(
            "the proxy on the way to {host} refused the connection; correct HTTPS_PROXY, or name the host in NO_PROXY"
        ),
        Some(io) => format!(
            "the proxy on the way to {host} cannot be reached: {}; correct HTTPS_PROXY, or name the host in NO_PROXY",
            text::line(&io.to_string())
        ),
        None => format!(
            "the proxy opened no way to {host}; have it allow the host, correct HTTPS_PROXY, or name the host in NO_PROXY"
        ),
    };
    CheckError::new(ErrorClass::Proxy, message).into()
}

fn login_wanted() -> Failure {
    let words =
        "the proxy asks for a login (status 407); put user and password into HTTPS_PROXY, or name the host in NO_PROXY";
    CheckError::new(ErrorClass::Proxy, words).into()
}

/// An error and its sources, outermost first.
pub(super) fn errors<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |e| <dyn Error>::source(*e))
}

/// The first error of this type in a chain.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    errors(error).find_map(|e| e.downcast_ref())
}

/// The innermost error's words.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    errors(error).last().map(|e| text::line(&e.to_string()).into_owned()).unwrap_or_default()
}

/// Every error of a chain, outermost first, without repetitions.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut out = String::new();
    for e in errors(error) {
        let words = e.to_string();
        if !out.contains(words.as_str()) {
            if !out.is_empty() {
                out.push_str(": ");
            }
            out.push_str(&words);
        }
    }
    text::line(&out).into_owned()
}
