//! The SDK's HTTP client whose other end is the demo.

use super::wire::{Asked, response};
use super::{Demo, hash, routes};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::time::Duration;

/// The time to an answer where no account has a say, in milliseconds.
const USUAL: [u64; 2] = [15, 40];

#[derive(Debug)]
pub(super) struct DemoClient(pub Demo);

impl HttpClient for DemoClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(DemoConnector(self.0.clone()))
    }
}

#[derive(Debug)]
struct DemoConnector(Demo);

impl HttpConnector for DemoConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let demo = self.0.clone();
        HttpConnectorFuture::new(async move {
            let asked = Asked::read(&request);
            if demo.inner.pace.latency {
                tokio::time::sleep(demo.latency(&asked)).await;
            }
            let (protocol, result) = routes::answer(&demo.inner.iam, &demo.inner.store, &asked);
            Ok(response(protocol, &asked, &result))
        })
    }
}

impl Demo {
    /// The same for the same question: between an account's shortest and longest.
    fn latency(&self, asked: &Asked) -> Duration {
        let iam = &self.inner.iam;
        let account = routes::account(iam, asked);
        let known = account.as_deref().and_then(|id| iam.world.account(id));
        let [shortest, longest] = known.map_or(USUAL, |a| a.latency_ms);
        let of = format!("{}{}{}", account.unwrap_or_default(), asked.action(), asked.region);
        Duration::from_millis(shortest + hash(&of) % (longest - shortest + 1))
    }
}
