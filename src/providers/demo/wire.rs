//! AWS's protocols, the server's side of them: what was asked, and answers and errors in the form of the service.
//!
//! Shapes: <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>,
//! <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>,
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};
use std::time::SystemTime;
use uuid::Uuid;

/// How a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Forms in, XML of this namespace out.
    Query(&'static str),
    /// The same in EC2's dialect.
    Ec2,
    /// JSON both ways, the operation in a header.
    Json,
}

impl Protocol {
    /// How a service speaks; `None` for one that the demo does not have.
    pub fn of(service: &str) -> Option<Self> {
        match service {
            "sts" => Some(Self::Query("https://sts.amazonaws.com/doc/2011-06-15/")),
            "iam" => Some(Self::Query("https://iam.amazonaws.com/doc/2010-05-08/")),
            "ec2" => Some(Self::Ec2),
            "cur" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What was asked.
#[derive(Debug)]
pub(super) struct Asked {
    /// The service's name in signatures, such as `ec2`.
    pub service: String,
    /// The region that was signed for.
    pub region: String,
    pub operation: String,
    /// The access key id, where the request is signed.
    pub key: Option<String>,
    input: Input,
}

#[derive(Debug)]
enum Input {
    Form(Vec<(String, String)>),
    Json(Value),
}

impl Asked {
    /// Reads a request. One that nobody signed says by its host what it asks.
    pub fn read(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        // Credential=KEY/DATE/REGION/SERVICE/aws4_request
        let scope = header("authorization").split_once("Credential=").map(|(_, rest)| rest);
        let scope = scope.and_then(|rest| rest.split(',').next()).unwrap_or_default();
        let mut fields = scope.split('/');
        let key = fields.next().filter(|key| !key.is_empty()).map(str::to_owned);
        let (region, service) = (fields.nth(1), fields.next());
        let host = request.uri().split("//").nth(1).unwrap_or_default();
        let mut labels = host.split('.');
        let (first, second) = (labels.next(), labels.next());
        let body = request.body().bytes().unwrap_or_default();
        let (operation, input) = match header("x-amz-target").rsplit_once('.') {
            Some((_, operation)) => {
                (operation.to_owned(), Input::Json(serde_json::from_slice(body).unwrap_or_default()))
            }
            None => {
                let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
                let action = form.iter().find(|(name, _)| name == "Action").map(|(_, value)| value.clone());
                (action.unwrap_or_default(), Input::Form(form))
            }
        };
        let known = |s: Option<&str>| s.unwrap_or_default().to_owned();
        Self { service: known(service.or(first)), region: known(region.or(second)), operation, key, input }
    }

    /// `service:Operation`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// A member of a form.
    pub fn form(&self, name: &str) -> Option<&str> {
        match &self.input {
            Input::Form(form) => form.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()),
            Input::Json(_) => None,
        }
    }

    /// A member of a JSON body.
    pub fn json(&self, name: &str) -> Option<&Value> {
        match &self.input {
            Input::Form(_) => None,
            Input::Json(body) => body.get(name),
        }
    }
}

/// An error in a service's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

impl Fault {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

/// What is inside an answer, without the service's frame.
#[derive(Debug)]
pub(super) enum Body {
    /// The members as XML.
    Xml(String),
    /// The whole document.
    Json(Value),
}

/// The answer on its way back.
pub(super) fn response(protocol: Protocol, operation: &str, result: &Result<Body, Fault>) -> HttpResponse {
    let id = Uuid::new_v4().to_string();
    let status = result.as_ref().err().map_or(200, |fault| fault.status);
    let text = match (protocol, result) {
        (Protocol::Query(namespace), Ok(body)) => {
            let inside = body.xml();
            format!(
                "<{operation}Response xmlns=\"{namespace}\">\n  <{operation}Result>{inside}</{operation}Result>\n  \
                 <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  </ResponseMetadata>\n</{operation}Response>\n"
            )
        }
        (Protocol::Query(namespace), Err(fault)) => {
            let side = if fault.status < 500 { "Sender" } else { "Receiver" };
            format!(
                "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{side}</Type>\n    <Code>{}</Code>\n    \
                 <Message>{}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n",
                fault.code,
                escaped(&fault.message)
            )
        }
        (Protocol::Ec2, Ok(body)) => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response \
             xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>{id}</requestId>{}</{operation}Response>",
            body.xml()
        ),
        (Protocol::Ec2, Err(fault)) => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{}</Code><Message>{}</Message>\
             </Error></Errors><RequestID>{id}</RequestID></Response>",
            fault.code,
            escaped(&fault.message)
        ),
        (Protocol::Json, Ok(Body::Json(value))) => value.to_string(),
        (Protocol::Json, Ok(Body::Xml(_))) => String::new(),
        (Protocol::Json, Err(fault)) => json!({"__type": fault.code, "Message": fault.message}).to_string(),
    };
    let content_type = match protocol {
        Protocol::Query(_) => "text/xml",
        Protocol::Ec2 => "text/xml;charset=UTF-8",
        Protocol::Json => "application/x-amz-json-1.1",
    };
    let status = StatusCode::try_from(status).unwrap_or(StatusCode::from(http::StatusCode::INTERNAL_SERVER_ERROR));
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    let headers = response.headers_mut();
    headers.insert("x-amzn-RequestId", id);
    headers.insert("Content-Type", content_type);
    if let Ok(date) = DateTime::from(SystemTime::now()).fmt(Format::HttpDate) {
        headers.insert("Date", date);
    }
    response
}

impl Body {
    fn xml(&self) -> &str {
        match self {
            Self::Xml(text) => text,
            Self::Json(_) => "",
        }
    }
}

/// An element with text in it.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// `2026-11-22T03:00:00Z`.
pub(super) fn iso(time: SystemTime) -> String {
    let seconds = DateTime::from_secs(DateTime::from(time).secs());
    seconds.fmt(Format::DateTime).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
