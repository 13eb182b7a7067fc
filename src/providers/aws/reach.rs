//! Whether AWS's hosts can be reached from here, and how far this machine's clock is off: for `doctor`.
//! The requests are unsigned, so nobody's account sees them; any answer will do.

use super::endpoint::Service;
use super::{Aws, failure};
use crate::domain::{CheckError, ErrorClass, Region, Timestamp};
use aws_smithy_runtime_api::client::result::SdkError;
use futures_util::future::join_all;
use std::time::Instant;

/// What one host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The host, or the address of an endpoint in its place.
    pub host: String,
    /// Milliseconds to its answer and, where it said the time, how far it is ahead of this machine in seconds.
    pub result: Result<(u64, Option<i64>), CheckError>,
}

impl Aws {
    /// Asks the hosts of a connection test in one region, side by side.
    pub async fn reach(&self, region: &Region) -> Vec<Reached> {
        let suffix = region.partition().dns_suffix();
        let cur = region.partition().cur_region();
        let mut hosts = vec![
            (Service::Sts, format!("https://sts.{region}.{suffix}")),
            (Service::Ec2, format!("https://ec2.{region}.{suffix}")),
            (Service::Iam, format!("https://iam.{suffix}")),
        ];
        hosts.extend(cur.map(|r| (Service::Cur, format!("https://cur.{r}.{suffix}"))));
        let mut urls: Vec<String> = Vec::new();
        for (service, own) in hosts {
            let url = self.endpoints.of_environment(service).map_or(own, str::to_owned);
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
        join_all(urls.into_iter().map(|url| self.reach_one(url, region))).await
    }

    async fn reach_one(&self, url: String, region: &Region) -> Reached {
        let base = self.sdk_without_credentials(region, &url);
        let config = aws_sdk_sts::config::Builder::from(&base).allow_no_auth().build();
        let client = aws_sdk_sts::Client::from_conf(config);
        let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned();
        let start = Instant::now();
        let error = match client.get_caller_identity().send().await {
            // An emulator may answer whoever asks.
            Ok(_) => return Reached { host, result: Ok((elapsed(start), None)) },
            Err(error) => error,
        };
        let ms = elapsed(start);
        let offset = match &error {
            SdkError::ServiceError(e) => offset(e.raw().headers().get("date")),
            SdkError::ResponseError(e) => offset(e.raw().headers().get("date")),
            _ => None,
        };
        let answered = matches!(&error, SdkError::ServiceError(_) | SdkError::ResponseError(_));
        let read = failure::read(error, &host).into_check_error();
        let result = if answered && read.class != ErrorClass::Proxy { Ok((ms, offset)) } else { Err(read) };
        Reached { host, result }
    }
}

fn elapsed(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Seconds that a `Date` header (RFC 9110) is ahead of this machine.
fn offset(date: Option<&str>) -> Option<i64> {
    Some(Timestamp::parse_http(date?)?.since(Timestamp::now()) / 1000)
}
