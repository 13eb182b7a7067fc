//! The stub and the proxy, tried with the AWS SDK and the AWS CLI: what they say must be what AWS's clients understand.

use std::process::Command;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::region::Region;

use crate::stub::{Proxy, Reply, Stub, aws, tls};
use crate::tools::{AwsHome, Keys, aws_cli};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/CloudivizeRole";

struct Sdk {
    config: aws_config::SdkConfig,
}

impl Sdk {
    fn new(stub: &Stub, credentials: Credentials) -> Self {
        let http: SharedHttpClient = aws_smithy_http_client::Builder::new().build_http();
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .region(Region::new("us-east-1"))
            .endpoint_url(stub.url())
            .http_client(http)
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .build();
        Self { config }
    }

    fn base(stub: &Stub) -> Self {
        Self::new(stub, Credentials::for_tests())
    }
}

async fn session(stub: &Stub) -> Sdk {
    let sts = aws_sdk_sts::Client::new(&Sdk::base(stub).config);
    let call = sts.assume_role().role_arn(ROLE).role_session_name("Cloudivize-Session").external_id("id-4711");
    let answer = call.send().await.expect("the role is assumed");
    let keys = answer.credentials.expect("credentials");
    Sdk::new(stub, Credentials::new(keys.access_key_id, keys.secret_access_key, Some(keys.session_token), None, "stub"))
}

#[tokio::test]
async fn the_sdk_reads_every_good_answer() {
    let stub = Stub::start();
    let sdk = session(&stub).await;

    let identity = aws_sdk_sts::Client::new(&sdk.config).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn(), Some("arn:aws:sts::111122223333:assumed-role/CloudivizeRole/Cloudivize-Session"));
    assert_eq!(identity.account(), Some("111122223333"));
    let ec2 = aws_sdk_ec2::Client::new(&sdk.config);
    let regions = ec2.describe_regions().send().await.unwrap();
    let names: Vec<_> = regions.regions().iter().filter_map(|region| region.region_name()).collect();
    assert_eq!(names, aws::REGIONS);
    let attributes = ec2.describe_account_attributes().send().await.unwrap();
    let vpc = attributes.account_attributes().iter().find(|a| a.attribute_name() == Some("default-vpc")).unwrap();
    assert_eq!(vpc.attribute_values()[0].attribute_value(), Some("vpc-0a1b2c3d4e5f60718"));
    let summary = aws_sdk_iam::Client::new(&sdk.config).get_account_summary().send().await.unwrap();
    assert_eq!(summary.summary_map().unwrap()[&aws_sdk_iam::types::SummaryKeyType::Roles], 27);
    let cur = aws_sdk_costandusagereport::Client::new(&sdk.config);
    let reports = cur.describe_report_definitions().send().await.unwrap();
    assert_eq!(reports.report_definitions()[0].report_name(), "daily");

    let asked = stub.asked("AssumeRole");
    assert_eq!(asked[0].form("ExternalId").as_deref(), Some("id-4711"));
    assert_eq!(asked[0].service(), Some("sts"));
    assert_eq!(asked[0].region(), Some("us-east-1"));
    assert!(asked[0].user_agent().contains("aws-sdk-rust"), "{}", asked[0].user_agent());
    assert_eq!(stub.count("DescribeReportDefinitions"), 1);
    assert_eq!(stub.requests().len(), 6);
}

/// Every refusal keeps AWS's code and sentence through the SDK, in each of the three protocols.
#[tokio::test]
async fn the_sdk_reads_every_refusal() {
    let stub = Stub::start();
    let sdk = session(&stub).await;
    for operation in ["AssumeRole", "DescribeRegions", "GetAccountSummary", "DescribeReportDefinitions"] {
        stub.on(operation, |request| aws::denied(request, " with an explicit deny in a service control policy"));
    }
    let who = "arn:aws:sts::111122223333:assumed-role/CloudivizeRole/Cloudivize-Session";

    let sts = aws_sdk_sts::Client::new(&sdk.config);
    let assume = sts.assume_role().role_arn(ROLE).role_session_name("x1").send().await.unwrap_err();
    let regions = aws_sdk_ec2::Client::new(&sdk.config).describe_regions().send().await.unwrap_err();
    let summary = aws_sdk_iam::Client::new(&sdk.config).get_account_summary().send().await.unwrap_err();
    let cur = aws_sdk_costandusagereport::Client::new(&sdk.config);
    let reports = cur.describe_report_definitions().send().await.unwrap_err();

    for (found, code, action) in [
        (
            assume.meta(),
            "AccessDenied",
            "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/team/CloudivizeRole",
        ),
        (regions.meta(), "UnauthorizedOperation", "ec2:DescribeRegions"),
        (summary.meta(), "AccessDenied", "iam:GetAccountSummary on resource: *"),
        (
            reports.meta(),
            "AccessDeniedException",
            "cur:DescribeReportDefinitions on resource: arn:aws:cur:us-east-1:111122223333:definition/",
        ),
    ] {
        assert_eq!(found.code(), Some(code));
        let sentence = format!(
            "User: {who} is not authorized to perform: {action} with an explicit deny in a service control policy"
        );
        assert!(found.message().unwrap().ends_with(&sentence), "{:?}", found.message());
    }
}

/// Replies in sequence, broken connections and pages included; afterwards the operation works as before.
#[tokio::test]
async fn a_sequence_of_troubles_ends_in_the_good_answer() {
    let stub = Stub::start();
    let troubles = [
        aws::throttled("GetCallerIdentity"),
        Reply::cut_off(),
        aws::caller_identity("arn:aws:iam::111122223333:user/x").half(),
        Reply::html(200, "Please log in"),
    ];
    stub.sequence("GetCallerIdentity", troubles);
    let sts = aws_sdk_sts::Client::new(&Sdk::base(&stub).config);
    let throttled = sts.get_caller_identity().send().await.unwrap_err();
    assert_eq!(throttled.code(), Some("Throttling"));
    for _ in 0..3 {
        sts.get_caller_identity().send().await.expect_err("a broken answer is an error");
    }
    let identity = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(aws::BASE_ACCOUNT));
    assert_eq!(stub.count("GetCallerIdentity"), 5);
}

/// Requests wait side by side, each as long as it was told, and a reply that never comes ends with the stub.
#[tokio::test]
async fn delays_do_not_queue_and_nothing_outlives_the_stub() {
    let stub = Stub::start();
    stub.delay_all(Duration::from_millis(200));
    let sts = aws_sdk_sts::Client::new(&Sdk::base(&stub).config);
    let start = Instant::now();
    let calls = (0..8).map(|_| sts.get_caller_identity().send());
    let answers = futures_util::future::join_all(calls).await;
    let took = start.elapsed();
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(stub.peak(), 8);
    assert!(took >= Duration::from_millis(200) && took < Duration::from_millis(8 * 200), "{took:?}");

    stub.delay_all(Duration::ZERO);
    stub.on("GetCallerIdentity", |_| Reply::never());
    let waiting = tokio::spawn(sts.get_caller_identity().send());
    while stub.count("GetCallerIdentity") < 9 {
        tokio::task::yield_now().await;
    }
    drop(stub);
    waiting.await.unwrap().expect_err("the connection ends with the stub");
}

fn cli(proxy: &str) -> Command {
    let mut command = Command::new(aws_cli());
    let home = AwsHome::new();
    Keys::root("111122223333").apply(home.apply(&mut command));
    command.env("HTTPS_PROXY", proxy).env("AWS_CA_BUNDLE", tls::ca_file()).env("AWS_MAX_ATTEMPTS", "1");
    command.args(["sts", "get-caller-identity", "--region", "us-east-1", "--output", "text"]);
    command
}

/// A program that asks AWS itself, through the proxy, reaches the TLS stub by the names in its certificate.
#[test]
fn the_proxy_tunnels_awss_own_hosts_to_the_tls_stub() {
    let stub = Stub::start_tls();
    let proxy = Proxy::start();
    proxy.route("sts.us-east-1.amazonaws.com", stub.address());
    let output = cli(&proxy.url()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("arn:aws:iam::111122223333:user/operator"), "{output:?}");
    assert_eq!(proxy.hosts(), ["sts.us-east-1.amazonaws.com"]);
    assert_eq!(stub.requests()[0].host(), "sts.us-east-1.amazonaws.com");

    let output = cli(&proxy.url()).env_remove("AWS_CA_BUNDLE").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("CERTIFICATE_VERIFY_FAILED"), "{output:?}");
}

#[test]
fn the_proxy_can_demand_a_login() {
    let stub = Stub::start_tls();
    let proxy = Proxy::start();
    proxy.route_all(stub.address());
    proxy.demand_login("anna", "geheim");
    let output = cli(&proxy.url()).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(proxy.requests()[0].method, "CONNECT");
    assert_eq!(stub.requests().len(), 0);

    let output = cli(&proxy.url_with_login("anna", "geheim")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(stub.count("GetCallerIdentity"), 1);
}

/// Plain http goes through a proxy as whole URLs.
#[test]
fn the_proxy_forwards_plain_http() {
    let stub = Stub::start();
    let proxy = Proxy::start();
    proxy.route("aws.example", stub.address());
    let output = cli("").env("HTTP_PROXY", proxy.url()).env("AWS_ENDPOINT_URL", "http://aws.example").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(proxy.requests()[0].target, "http://aws.example/");
    assert_eq!(stub.requests()[0].target, "/");
}
