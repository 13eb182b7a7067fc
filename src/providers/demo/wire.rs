//! AWS's protocols, the server's side of them: what was asked, and answers and errors in the form of the service.
//!
//! Shapes: <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>,
//! <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>,
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>.

use super::actions;
use super::protocol::{self, Question};
use crate::catalog::model::{Protocol as Model, Service};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};
use std::borrow::Cow;
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
    /// JSON both ways, the operation in method and path.
    RestJson,
    /// XML both ways, the operation in method and path.
    RestXml(&'static str),
    /// The same with S3's errors.
    S3,
}

impl Protocol {
    /// How a service speaks, by its model.
    pub fn of(service: &'static Service) -> Self {
        let namespace = service.namespace.as_deref().unwrap_or_default();
        match service.protocol {
            Model::Query => Self::Query(namespace),
            Model::Ec2 => Self::Ec2,
            Model::Json => Self::Json,
            Model::RestJson => Self::RestJson,
            Model::RestXml if service.name == "s3" => Self::S3,
            Model::RestXml => Self::RestXml(namespace),
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
    /// What it asks, if the models know it.
    pub question: Option<Question>,
    form: Vec<(String, String)>,
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
        let known = |s: Option<&str>| s.unwrap_or_default().to_owned();
        let service = known(service.or(first));
        let question = protocol::read(&service, request);
        let body = request.body().bytes().unwrap_or_default();
        let (form, named) = match header("x-amz-target").rsplit_once('.') {
            Some((_, operation)) => (Vec::new(), operation.to_owned()),
            None => {
                let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
                let action = form.iter().find(|(name, _)| name == "Action").map(|(_, value)| value.clone());
                (form, action.unwrap_or_default())
            }
        };
        let operation = question.as_ref().map_or(named, |q| q.op.name.clone());
        Self { service, region: known(region.or(second)), operation, key, question, form }
    }

    /// How the service speaks; `None` for one that the demo does not have.
    pub fn protocol(&self) -> Option<Protocol> {
        let model = self.question.as_ref().map(|q| q.service).or_else(|| protocol::models(&self.service).next());
        model.map(Protocol::of)
    }

    /// The IAM action: `service:Operation`, with few exceptions.
    pub fn action(&self) -> String {
        match &self.question {
            Some(question) => actions::of(question.service, &question.op.name),
            None => format!("{}:{}", self.service, self.operation),
        }
    }

    /// A member of a form that no model knows.
    pub fn form(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A parameter.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.question.as_ref()?.params.get(name)
    }
}

/// An error in a service's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: String,
}

impl Fault {
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }
}

/// What is inside an answer, without the service's frame.
#[derive(Debug)]
pub(super) enum Body {
    /// The members as XML, of operations that the models do not have.
    Xml(String),
    /// In the AWS CLI's shape.
    Value(Value),
}

/// The answer on its way back.
pub(super) fn response(protocol: Protocol, asked: &Asked, result: &Result<Body, Fault>) -> HttpResponse {
    let id = Uuid::new_v4().to_string();
    let operation = &asked.operation;
    let mut more = Vec::new();
    let mut status = 200;
    let text = match (result, &asked.question, protocol) {
        (Ok(Body::Value(value)), Some(question), _) => {
            let written = protocol::write(question.service, question.op, value, &id);
            (status, more) = (written.status, written.headers);
            written.body
        }
        (Ok(Body::Xml(inside)), _, Protocol::Query(namespace)) => format!(
            "<{operation}Response xmlns=\"{namespace}\">\n  <{operation}Result>{inside}</{operation}Result>\n  \
             <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  </ResponseMetadata>\n</{operation}Response>\n"
        ),
        (Ok(_), ..) => String::new(),
        (Err(fault), _, protocol) => {
            status = fault.status;
            if protocol == Protocol::RestJson {
                more.push(("x-amzn-errortype".to_owned(), fault.code.to_string()));
            }
            error(protocol, fault, &id)
        }
    };
    let content_type = match protocol {
        Protocol::Query(_) | Protocol::RestXml(_) => "text/xml",
        Protocol::Ec2 => "text/xml;charset=UTF-8",
        Protocol::S3 => "application/xml",
        Protocol::Json => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
    };
    let status = StatusCode::try_from(status).unwrap_or(StatusCode::from(http::StatusCode::INTERNAL_SERVER_ERROR));
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    let headers = response.headers_mut();
    headers.insert("x-amzn-RequestId", id);
    headers.insert("Content-Type", content_type);
    if let Ok(date) = DateTime::from(SystemTime::now()).fmt(Format::HttpDate) {
        headers.insert("Date", date);
    }
    for (name, value) in more {
        headers.insert(name, value);
    }
    response
}

/// An error's body.
fn error(protocol: Protocol, fault: &Fault, id: &str) -> String {
    let (code, message) = (&fault.code, escaped(&fault.message));
    match protocol {
        Protocol::Query(namespace) | Protocol::RestXml(namespace) => {
            let side = if fault.status < 500 { "Sender" } else { "Receiver" };
            format!(
                "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{side}</Type>\n    <Code>{code}</Code>\n    \
                 <Message>{message}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
            )
        }
        Protocol::Ec2 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>\
             </Error></Errors><RequestID>{id}</RequestID></Response>"
        ),
        Protocol::S3 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <RequestId>{id}</RequestId></Error>"
        ),
        Protocol::Json => json!({"__type": code, "Message": fault.message}).to_string(),
        Protocol::RestJson => json!({"message": fault.message}).to_string(),
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
    let mut out = String::with_capacity(text.len());
    protocol::escape(text, &mut out);
    out
}
