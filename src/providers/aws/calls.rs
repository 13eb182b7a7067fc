//! The calls of a connection test, each one request with its answer read into our words.

use super::endpoint::Service;
use super::failure::{self, CallError};
use super::{Answer, Aws, Place, Round, Session};
use crate::domain::{
    AccountId, BaseIdentity, Connection, CostReport, ErrorClass, ExternalId, Partition, Region, RegionFact, Regions,
    Secret,
};
use crate::text;
use aws_credential_types::Credentials;
use aws_types::request_id::RequestId;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// A session policy that denies everything: a probe's session can do nothing.
const HARMLESS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
/// The shortest session that STS gives, in seconds.
const SHORTEST: i32 = 900;
/// Pages of five reports that are read at most.
const REPORT_PAGES: usize = 20;

/// What an AssumeRole call carries.
pub(super) struct AssumeInput {
    pub role_arn: String,
    pub session_name: String,
    pub source_identity: Option<String>,
    pub duration: u32,
    pub mfa: Option<(String, Secret)>,
    pub external_id: Option<ExternalId>,
    pub harmless: bool,
}

fn request_id(output: &impl RequestId) -> Option<String> {
    output.request_id().map(|id| text::line(id).into_owned())
}

/// Splits `arn:PARTITION:sts::ACCOUNT:…`.
fn identity(arn: &str, account: Option<&str>) -> Result<BaseIdentity, CallError> {
    let odd = |what: &str| {
        CallError::local(ErrorClass::Other, format!("STS answered without {what}; is the endpoint AWS's?"))
    };
    let mut fields = arn.splitn(6, ':');
    let partition = fields.nth(1).and_then(|p| Partition::parse(p).ok()).ok_or_else(|| odd("a caller's ARN"))?;
    let account =
        account.or_else(|| fields.nth(2)).and_then(|a| AccountId::parse(a).ok()).ok_or_else(|| odd("an account id"))?;
    Ok(BaseIdentity { arn: text::line(arn).into_owned(), account, partition })
}

/// A report's definition in our words.
fn cost_report(r: &aws_sdk_costandusagereport::types::ReportDefinition) -> CostReport {
    let clean = |s: &str| text::line(s).into_owned();
    let status = r.report_status();
    CostReport {
        name: clean(r.report_name()),
        time_unit: clean(r.time_unit().as_str()),
        format: clean(r.format().as_str()),
        bucket: clean(r.s3_bucket()),
        prefix: clean(r.s3_prefix()),
        region: clean(r.s3_region().as_str()),
        last_status: status.and_then(|s| s.last_status()).map(|s| clean(s.as_str())),
        last_delivery: status.and_then(|s| s.last_delivery()).map(clean),
    }
}

/// `sts:GetCallerIdentity`.
pub(super) async fn caller_identity(
    aws: &Aws,
    round: &Round,
    place: &Place,
    credentials: Credentials,
) -> Answer<BaseIdentity> {
    let config =
        aws_sdk_sts::config::Builder::from(&aws.sdk(place, credentials)).retry_partition(Aws::partition_of(place));
    let client = aws_sdk_sts::Client::from_conf(config.build());
    aws.call(round, place, "GetCallerIdentity", async {
        let out = client.get_caller_identity().send().await.map_err(|e| failure::read(e, &place.host()))?;
        let who = identity(out.arn().unwrap_or_default(), out.account())?;
        Ok((who, request_id(&out)))
    })
    .await
}

/// `sts:AssumeRole`: credentials, and who we became.
pub(super) async fn assume_role(
    aws: &Aws,
    round: &Round,
    place: &Place,
    credentials: Credentials,
    input: &AssumeInput,
) -> Answer<(Credentials, Option<BaseIdentity>)> {
    let config =
        aws_sdk_sts::config::Builder::from(&aws.sdk(place, credentials)).retry_partition(Aws::partition_of(place));
    let client = aws_sdk_sts::Client::from_conf(config.build());
    let operation = if input.harmless { "AssumeRole (probe)" } else { "AssumeRole" };
    aws.call(round, place, operation, async {
        let mut call = client
            .assume_role()
            .role_arn(&input.role_arn)
            .role_session_name(&input.session_name)
            .set_source_identity(input.source_identity.clone())
            .set_external_id(input.external_id.as_ref().map(|id| id.expose().to_owned()));
        if let Some((serial, code)) = &input.mfa {
            call = call.serial_number(serial).token_code(code.expose());
        }
        call = if input.harmless {
            call.duration_seconds(SHORTEST).policy(HARMLESS)
        } else {
            call.duration_seconds(i32::try_from(input.duration).unwrap_or(i32::MAX))
        };
        let out = call.send().await.map_err(|e| failure::read(e, &place.host()))?;
        let Some(c) = out.credentials() else {
            return Err(CallError::local(
                ErrorClass::Other,
                "STS answered without credentials; is the endpoint AWS's?",
            ));
        };
        let expiry = SystemTime::try_from(*c.expiration()).ok();
        let credentials = Credentials::new(
            c.access_key_id(),
            c.secret_access_key(),
            Some(c.session_token().to_owned()),
            expiry,
            "cloudivize",
        );
        let who = out.assumed_role_user().map(|u| identity(u.arn(), None)).transpose()?;
        Ok(((credentials, who), request_id(&out)))
    })
    .await
}

/// Places and clients for the calls that a session makes.
#[derive(Clone, Copy)]
pub struct Calls<'a> {
    aws: &'a Aws,
    round: &'a Round,
    connection: &'a Connection,
    session: &'a Session,
}

impl<'a> Calls<'a> {
    /// The calls of one connection's session in one round.
    pub fn new(aws: &'a Aws, round: &'a Round, connection: &'a Connection, session: &'a Session) -> Self {
        Self { aws, round, connection, session }
    }

    pub(super) fn aws(&self) -> &'a Aws {
        self.aws
    }

    pub(super) fn round(&self) -> &'a Round {
        self.round
    }

    pub(super) fn session(&self) -> &'a Session {
        self.session
    }

    pub(super) fn place(&self, service: Service, region: &Region) -> Result<Place, CallError> {
        self.aws.place(self.connection, service, region.clone(), self.session.account.as_str())
    }

    async fn run<T, F>(
        &self,
        service: Service,
        operation: &'static str,
        region: &Region,
        call: impl FnOnce(Place, Credentials) -> F,
    ) -> Answer<T>
    where
        F: Future<Output = Result<(T, Option<String>), CallError>> + Send,
    {
        match self.place(service, region) {
            Err(error) => Answer { result: Err(error), region: region.clone(), latency_ms: 0 },
            Ok(place) => {
                let credentials = self.session.credentials.clone();
                self.aws.call(self.round, &place, operation, call(place.clone(), credentials)).await
            }
        }
    }

    /// `sts:GetCallerIdentity` with the session.
    pub async fn identity(&self, region: &Region) -> Answer<BaseIdentity> {
        match self.place(Service::Sts, region) {
            Err(error) => Answer { result: Err(error), region: region.clone(), latency_ms: 0 },
            Ok(place) => caller_identity(self.aws, self.round, &place, self.session.credentials.clone()).await,
        }
    }

    /// `ec2:DescribeRegions` with the regions that are off: sorted by code.
    pub async fn regions(&self, region: Region) -> Answer<Regions> {
        self.run(Service::Ec2, "DescribeRegions", &region, |place, credentials| async move {
            let config = aws_sdk_ec2::config::Builder::from(&self.aws.sdk(&place, credentials));
            let client = aws_sdk_ec2::Client::from_conf(config.retry_partition(Aws::partition_of(&place)).build());
            let out = client.describe_regions().all_regions(true).send().await;
            let out = out.map_err(|e| failure::read(e, &place.host()))?;
            let mut list: Vec<RegionFact> = out
                .regions()
                .iter()
                .filter_map(|r| {
                    let region = Region::parse(r.region_name()?).ok()?;
                    let opt_in = text::line(r.opt_in_status().unwrap_or("opt-in-not-required")).into_owned();
                    let enabled = opt_in != "not-opted-in";
                    Some(RegionFact { region, opt_in, enabled })
                })
                .collect();
            list.sort_by(|a, b| a.region.cmp(&b.region));
            Ok((Regions { list, assumed: false }, request_id(&out)))
        })
        .await
    }

    /// `ec2:DescribeAccountAttributes`: names and values.
    pub async fn attributes(&self, region: Region) -> Answer<Vec<(String, Vec<String>)>> {
        self.run(Service::Ec2, "DescribeAccountAttributes", &region, |place, credentials| async move {
            let config = aws_sdk_ec2::config::Builder::from(&self.aws.sdk(&place, credentials));
            let client = aws_sdk_ec2::Client::from_conf(config.retry_partition(Aws::partition_of(&place)).build());
            let out = client.describe_account_attributes().send().await.map_err(|e| failure::read(e, &place.host()))?;
            let clean = |s: &str| text::line(s).into_owned();
            let attributes = out
                .account_attributes()
                .iter()
                .filter_map(|a| {
                    let values = a.attribute_values().iter().filter_map(|v| v.attribute_value().map(clean)).collect();
                    a.attribute_name().map(|n| (clean(n), values))
                })
                .collect();
            Ok((attributes, request_id(&out)))
        })
        .await
    }

    /// `iam:GetAccountSummary`.
    pub async fn summary(&self, region: Region) -> Answer<BTreeMap<String, i64>> {
        self.run(Service::Iam, "GetAccountSummary", &region, |place, credentials| async move {
            let config = aws_sdk_iam::config::Builder::from(&self.aws.sdk(&place, credentials));
            let client = aws_sdk_iam::Client::from_conf(config.retry_partition(Aws::partition_of(&place)).build());
            let out = client.get_account_summary().send().await.map_err(|e| failure::read(e, &place.host()))?;
            let summary = out.summary_map().into_iter().flatten();
            let summary = summary.map(|(k, v)| (text::line(k.as_str()).into_owned(), i64::from(*v))).collect();
            Ok((summary, request_id(&out)))
        })
        .await
    }

    /// `cur:DescribeReportDefinitions`: page after page of five.
    pub async fn reports(&self, region: Region) -> Answer<Vec<CostReport>> {
        self.run(Service::Cur, "DescribeReportDefinitions", &region, |place, credentials| async move {
            let config = aws_sdk_costandusagereport::config::Builder::from(&self.aws.sdk(&place, credentials));
            let config = config.retry_partition(Aws::partition_of(&place)).build();
            let client = aws_sdk_costandusagereport::Client::from_conf(config);
            let (mut reports, mut token, mut id) = (Vec::new(), None, None);
            for _ in 0..REPORT_PAGES {
                let page =
                    client.describe_report_definitions().max_results(5).set_next_token(token.clone()).send().await;
                let page = page.map_err(|e| failure::read(e, &place.host()))?;
                id = id.or_else(|| request_id(&page));
                reports.extend(page.report_definitions().iter().map(cost_report));
                let next = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
                if next.is_none() || next == token {
                    break;
                }
                token = next;
            }
            Ok((reports, id))
        })
        .await
    }

    /// `sts:DecodeAuthorizationMessage`: JSON in AWS's words, sensitive.
    pub async fn decode(&self, region: &Region, message: &str) -> Answer<Secret> {
        self.run(Service::Sts, "DecodeAuthorizationMessage", region, |place, credentials| async move {
            let config = aws_sdk_sts::config::Builder::from(&self.aws.sdk(&place, credentials));
            let client = aws_sdk_sts::Client::from_conf(config.retry_partition(Aws::partition_of(&place)).build());
            let out = client.decode_authorization_message().encoded_message(message).send().await;
            let out = out.map_err(|e| failure::read(e, &place.host()))?;
            let decoded = text::multiline(out.decoded_message().unwrap_or_default()).into_owned();
            Ok((Secret::new(decoded), request_id(&out)))
        })
        .await
    }
}
