//! AWS: sessions of our own, the five calls of a connection test, one HTTP client under all of it.
//!
//! `AssumeRoleProvider` caches neither the role session nor its base credentials, so STS is called
//! here and sessions are kept in [`store::Store`]: one entry per source, one per connection.

pub mod caller;
pub mod calls;
pub mod endpoint;
pub mod failure;
pub mod http;
pub mod list;
pub mod reach;
mod session;
mod source;
mod store;
mod trouble;

use crate::domain::{CheckError, Connection, ConnectionId, ErrorClass, Partition, Region, Secret, Settings};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use endpoint::{Endpoints, Service};
use failure::{CallError, Failure};
use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use store::Store;
use tokio::sync::Semaphore;

pub use session::{AssumeError, Assumed, IdVariant, Session};
pub use source::{Base, Wallet};
pub use trouble::signed_out;

/// The way to AWS for the whole program.
pub struct Aws {
    http: SharedHttpClient,
    endpoints: Endpoints,
    timeout: Duration,
    attempts: u32,
    aliases: BTreeMap<String, String>,
    limit: Semaphore,
    store: Store,
    codes: Mutex<HashMap<ConnectionId, Secret>>,
    /// In place of this machine's own sources.
    wallet: Option<Box<dyn Wallet>>,
}

/// One round of questions: what was found unreachable in it is not tried again, and sessions
/// made before it are not taken for its evidence.
pub struct Round {
    started: Instant,
    unreachable: Mutex<HashMap<String, CheckError>>,
}

impl Round {
    /// A round that begins now.
    pub fn begin() -> Self {
        Self { started: Instant::now(), unreachable: Mutex::default() }
    }
}

/// Where a call goes and with whose credentials.
#[derive(Debug, Clone)]
pub(super) struct Place {
    service: Service,
    region: Region,
    endpoint: Option<String>,
    /// Keeps one customer's retry budget apart from another's.
    account: String,
}

impl Place {
    /// The host, for messages.
    fn host(&self) -> String {
        if let Some(url) = &self.endpoint {
            let uri = url.parse::<::http::Uri>().ok();
            return uri.and_then(|u| u.authority().map(ToString::to_string)).unwrap_or_else(|| url.clone());
        }
        let partition = self.region.partition();
        let suffix = partition.dns_suffix();
        match (self.service, &partition) {
            // One host for a partition (<https://docs.aws.amazon.com/general/latest/gr/iam-service.html>).
            (Service::Iam, Partition::Aws | Partition::Other(_)) => format!("iam.{suffix}"),
            (Service::Iam, Partition::AwsUsGov) => format!("iam.us-gov.{suffix}"),
            (Service::Iam, Partition::AwsCn) => format!("iam.cn-north-1.{suffix}"),
            (Service::Iam, other) => match other.default_region() {
                Some(region) => format!("iam.{region}.{suffix}"),
                None => format!("iam.{suffix}"),
            },
            (other, _) => format!("{}.{}.{suffix}", other.word(), self.region),
        }
    }
}

/// A call's result with where and how long.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// What came, with AWS's request id, or why nothing did.
    pub result: Result<(T, Option<String>), CallError>,
    /// The region that was asked.
    pub region: Region,
    /// From call to answer in milliseconds, retries included, queueing not.
    pub latency_ms: u64,
}

impl Aws {
    /// The way to AWS with these settings.
    pub fn new(http: SharedHttpClient, endpoints: Endpoints, settings: &Settings) -> Self {
        Self {
            http,
            endpoints,
            timeout: settings.timeout,
            attempts: settings.attempts.max(1),
            aliases: settings.source_alias.clone(),
            limit: Semaphore::new(settings.concurrency.max(1)),
            store: Store::default(),
            codes: Mutex::default(),
            wallet: None,
        }
    }

    /// The way to the demo cloud: nothing of this machine has a part in it.
    pub fn demo(http: SharedHttpClient, wallet: impl Wallet + 'static, settings: &Settings) -> Self {
        let settings = Settings { source_alias: BTreeMap::new(), ..settings.clone() };
        Self { wallet: Some(Box::new(wallet)), ..Self::new(http, Endpoints::default(), &settings) }
    }

    /// Keeps a one-time code for a connection's next AssumeRole.
    pub fn give_code(&self, connection: ConnectionId, code: Secret) {
        lock(&self.codes).insert(connection, code);
    }

    /// Forgets every session and base credential.
    pub fn forget(&self) {
        self.store.clear();
        lock(&self.codes).clear();
    }

    /// The address of one service for a connection, or why it may not be used.
    fn place(
        &self,
        connection: &Connection,
        service: Service,
        region: Region,
        account: &str,
    ) -> Result<Place, CallError> {
        match self.endpoints.of(connection, service) {
            Ok(endpoint) => Ok(Place { service, region, endpoint, account: account.to_owned() }),
            Err(error) => Err(CallError { failure: Failure::NoAnswer(error), request_id: None, unreachable: false }),
        }
    }

    /// A foreign endpoint of this connection, for people to see.
    pub fn foreign_endpoint(&self, connection: &Connection) -> Option<String> {
        let urls = Service::ALL.into_iter().filter_map(|s| self.endpoints.of(connection, s).ok().flatten());
        urls.into_iter().find(|url| crate::domain::foreign_host(url).is_some())
    }

    /// Where a connection's source is proved: at which address and in which partition. Two connections share a source
    /// only when both are the same; a profile without a region is good in its own partition alone.
    pub fn proved_at(&self, connection: &Connection) -> (Option<String>, Partition) {
        (self.endpoints.key(connection), connection.partition().unwrap_or(Partition::Aws))
    }

    /// Everything the SDK's clients share. Ready credentials and no identity cache: ours is the only one.
    fn sdk(&self, place: &Place, credentials: Credentials) -> SdkConfig {
        self.shared(&place.region, place.endpoint.clone())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    /// For a call that nobody signs.
    fn sdk_without_credentials(&self, region: &Region, url: &str) -> SdkConfig {
        self.shared(region, Some(url.to_owned())).build()
    }

    fn shared(&self, region: &Region, endpoint: Option<String>) -> aws_types::sdk_config::Builder {
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(self.http.clone())
            .region(aws_types::region::Region::new(region.as_str().to_owned()))
            .identity_cache(IdentityCache::no_cache())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(self.attempts))
            .timeout_config(self.timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        builder.set_app_name(AppName::new("cloudivize").ok());
        builder.set_endpoint_url(endpoint);
        builder
    }

    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3).min(self.timeout))
            .operation_timeout(self.timeout)
            .build()
    }

    fn partition_of(place: &Place) -> RetryPartition {
        RetryPartition::new(format!("{}/{}/{}", place.account, place.region, place.service.word()))
    }

    /// Runs one call: within the limit of requests in flight, and not to a host that this round
    /// found unreachable.
    async fn call<T>(
        &self,
        round: &Round,
        place: &Place,
        operation: &'static str,
        call: impl Future<Output = Result<(T, Option<String>), CallError>> + Send,
    ) -> Answer<T> {
        let host = place.host();
        let answer = |result, latency_ms| {
            let answer = Answer { result, region: place.region.clone(), latency_ms };
            log(place, operation, &answer);
            answer
        };
        let Ok(_permit) = self.limit.acquire().await else {
            return answer(Err(CallError::local(ErrorClass::Cancelled, "the program is ending")), 0);
        };
        if let Some(error) = lock(&round.unreachable).get(&host) {
            let failure = Failure::NoAnswer(error.clone());
            return answer(Err(CallError { failure, request_id: None, unreachable: true }), 0);
        }
        let start = Instant::now();
        // Boxed: an SDK call's future is kilobytes, and its type deeper than the compiler follows.
        let call: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(call);
        let result = call.await;
        let latency = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Err(CallError { failure: Failure::NoAnswer(error), unreachable: true, .. }) = &result {
            lock(&round.unreachable).insert(host, error.clone());
        }
        answer(result, latency)
    }

    /// Where EC2 is asked first, second, …: the connection's first region, the base region, the
    /// partition's default, and one more for when a policy covers the first.
    pub fn ec2_regions(connection: &Connection, session: &Session) -> Vec<Region> {
        let partition = &session.partition;
        let base = session.base_region.clone().filter(|r| &r.partition() == partition);
        let mut out: Vec<Region> = Vec::with_capacity(4);
        let candidates =
            [connection.regions.first().cloned(), base, partition.default_region(), partition.second_region()];
        for region in candidates.into_iter().flatten() {
            if !out.contains(&region) {
                out.push(region);
            }
        }
        out
    }

    /// The region whose STS is asked for a role: never one that may be switched off.
    fn sts_region(connection: &Connection, base: Option<&Region>, partition: &Partition) -> Option<Region> {
        let here = |r: &&Region| &r.partition() == partition && r.is_on_by_default();
        connection
            .regions
            .first()
            .filter(here)
            .or(base.filter(here))
            .cloned()
            .or_else(|| partition.default_region())
            .or_else(|| connection.regions.first().cloned())
    }
}

/// One line for one call: where, what, how long, and what came of it. Nothing that was sent, and no words of an answer.
fn log<T>(place: &Place, operation: &str, answer: &Answer<T>) {
    let (service, region, ms) = (place.service.word(), place.region.as_str(), answer.latency_ms);
    let none = || "-".to_owned();
    match &answer.result {
        Ok((_, id)) => {
            let request_id = id.clone().unwrap_or_else(none);
            tracing::info!(service, region, operation, ms, verdict = "allowed", request_id, "call");
        }
        Err(CallError { failure, request_id, .. }) => {
            let (verdict, class, code) = match failure {
                Failure::Denied(denial) => ("denied", denial.reason.word(), denial.code.clone()),
                Failure::NoAnswer(error) => ("untested", error.class.word(), error.code.clone()),
            };
            let (code, request_id) = (code.unwrap_or_else(none), request_id.clone().unwrap_or_else(none));
            tracing::info!(service, region, operation, ms, verdict, class, code, request_id, "call");
        }
    }
}

/// A lock whose holder panicked still guards plain data.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
