//! Any operation of any service that the models know, on the SDK's own runtime: its signing, retries, clock-skew
//! correction and time limits; one HTTP client, one limit of requests in flight.

mod json;
mod request;
mod xml;

pub use request::RequestError;

use super::calls::Calls;
use super::endpoint::Service as Named;
use super::failure::{self, CallError, Failure};
use super::{Answer, Aws, Place};
use crate::catalog::Wanted;
use crate::catalog::model::{Operation as Op, Protocol, Service, Variant};
use crate::domain::{CheckError, ErrorClass, Region};
use crate::text;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::auth::no_auth::NO_AUTH_SCHEME_ID;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SigningName;
use aws_types::app_name::AppName;
use aws_types::region::SigningRegion;
use aws_types::request_id::RequestId as _;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// An error that a service spoke.
#[derive(Debug)]
struct Spoken {
    meta: ErrorMetadata,
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.meta)
    }
}

impl std::error::Error for Spoken {}

impl ProvideErrorMetadata for Spoken {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// What an operation answered.
#[derive(Debug)]
struct Answered {
    value: Value,
    request_id: Option<String>,
}

impl Calls<'_> {
    /// Asks one operation in a region, in the AWS CLI's words. Only what is wanted of the answer is kept.
    pub async fn ask(
        &self,
        service: &'static Service,
        op: &'static Op,
        region: &Region,
        params: Value,
        wanted: &Arc<Wanted>,
    ) -> Answer<Value> {
        let named = Named::Model { id: &service.id, name: service.name };
        let place = match self.place(named, region) {
            Ok(place) => place,
            Err(error) => return Answer { result: Err(error), region: region.clone(), latency_ms: 0 },
        };
        let credentials = self.session().credentials.clone();
        let aws = self.aws();
        aws.call(self.round(), &place, &op.name, invoke(aws, &place, service, op, credentials, params, wanted.clone()))
            .await
    }
}

async fn invoke(
    aws: &Aws,
    place: &Place,
    service: &'static Service,
    op: &'static Op,
    credentials: Credentials,
    params: Value,
    wanted: Arc<Wanted>,
) -> Result<(Value, Option<String>), CallError> {
    let partition = place.region.partition();
    let Some(host) = service.host(partition.as_str(), place.region.as_str(), Variant::Plain) else {
        let why = format!("no address of {} in {} is known", service.id, place.region);
        return Err(CallError::local(ErrorClass::Unsupported, why));
    };
    let url = place.endpoint.clone().unwrap_or_else(|| format!("https://{}", host.host));
    let mut layer = Layer::new("call");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(aws_types::region::Region::new(host.signing_region))),
        name: Some(SigningName::from(host.signing_name)),
        signing_options: signing(service),
        ..SigV4OperationSigningConfig::default()
    });
    layer.store_put(Aws::partition_of(place));
    layer.store_put(ApiMetadata::new(service.name, "0"));
    if let Ok(name) = AppName::new("cloudivize") {
        layer.store_put(name);
    }
    let scheme = if op.unsigned { NO_AUTH_SCHEME_ID } else { SCHEME_ID };
    let mut components = RuntimeComponentsBuilder::new("call");
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
        StaticAuthSchemeOptionResolver::new(vec![scheme]),
    )));
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    let identity = SharedIdentityResolver::new(SharedCredentialsProvider::new(credentials));
    components.set_identity_resolver(SCHEME_ID, identity);
    components.set_identity_cache(Some(IdentityCache::no_cache()));
    let plugin = StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components);
    let operation = Operation::builder()
        .service_name(service.name)
        .operation_name(op.name.as_str())
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws.http.clone())
        .endpoint_url(&url)
        .standard_retry(&RetryConfig::standard().with_max_attempts(aws.attempts))
        .retry_classifier(TransientErrorClassifier::<Spoken>::new())
        .retry_classifier(AwsErrorCodeClassifier::<Spoken>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .timeout_config(aws.timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .interceptor(ServiceClockSkewInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .runtime_plugin(plugin)
        .serializer(move |params: Value| {
            let mut request = request::request(service, op, &params)?;
            if service.name == "apigateway" {
                // Without it the answer may be HAL, whose members are others.
                request.headers_mut().insert("accept", "application/json");
            }
            Ok(request)
        })
        .deserializer(move |response: &HttpResponse| answer(service, op, response, &wanted))
        .build();
    let answered = operation.invoke(params).await.map_err(|e| failure::read(e, &place.host()))?;
    Ok((answered.value, answered.request_id))
}

/// What is read of an answer, for those who write some.
#[cfg(test)]
pub(crate) fn answer_value(
    service: &'static Service,
    op: &'static Op,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Value, String> {
    use aws_smithy_types::body::SdkBody;
    let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).map_err(|e| e.to_string())?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_vec()));
    for (name, value) in headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    answer(service, op, &response, &Wanted::everything()).map(|a| a.value).map_err(|e| format!("{e:?}"))
}

/// A request as it is sent, but for host and signature.
#[cfg(test)]
pub(crate) fn request_of(
    service: &'static Service,
    op: &'static Op,
    params: &Value,
) -> aws_smithy_runtime_api::client::orchestrator::HttpRequest {
    request::request(service, op, params).unwrap()
}

/// S3 signs the path as it is sent, and the body's hash (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
fn signing(service: &Service) -> SigningOptions {
    let mut options = SigningOptions::default();
    if service.name == "s3" {
        options.double_uri_encode = false;
        options.normalize_uri_path = false;
        options.content_sha256_header = true;
    }
    options
}

fn answer(
    service: &'static Service,
    op: &'static Op,
    response: &HttpResponse,
    wanted: &Wanted,
) -> Result<Answered, OrchestratorError<Spoken>> {
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(Spoken { meta: spoken(service, response, body) }));
    }
    let value = match service.protocol {
        Protocol::Json | Protocol::RestJson => {
            json::read(service, op, response, body, wanted).map_err(OrchestratorError::other)
        }
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => {
            xml::read(service, op, body, wanted).map_err(OrchestratorError::other)
        }
    }?;
    Ok(Answered { value, request_id: response.request_id().map(|id| text::line(id).into_owned()) })
}

/// The code and the words of an error answer, wherever the protocol has them.
fn spoken(service: &Service, response: &HttpResponse, body: &[u8]) -> ErrorMetadata {
    let mut meta = ErrorMetadata::builder();
    let (code, message) = match service.protocol {
        Protocol::Json | Protocol::RestJson => {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            let first = |names: &[&str]| names.iter().find_map(|n| value.get(*n)?.as_str()).map(str::to_owned);
            let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
            (header.or_else(|| first(&["__type", "code", "Code"])), first(&["message", "Message", "errorMessage"]))
        }
        _ => xml::error(body),
    };
    if let Some(code) = code {
        // `namespace#Code:http://…`: the code is in the middle
        // (<https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>).
        let code = code.rsplit('#').next().unwrap_or_default();
        meta = meta.code(code.split(':').next().unwrap_or_default());
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    meta.build()
}

impl From<RequestError> for CallError {
    fn from(e: RequestError) -> Self {
        Self {
            failure: Failure::NoAnswer(CheckError::new(ErrorClass::Invalid, e.to_string())),
            request_id: None,
            unreachable: false,
        }
    }
}
