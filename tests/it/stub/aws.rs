//! AWS's bodies: the errors of each protocol and the answers of the operations a check calls.
//!
//! Shapes: <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/DeveloperGuide/errors-overview.html>,
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Reply, Request};

/// The account of callers whose access key id is not a 12-digit account id.
pub const BASE_ACCOUNT: &str = "999988887777";

/// The regions that `DescribeRegions` answers.
pub const REGIONS: [&str; 4] = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"];

/// Sessions' tokens begin so; after it stands the session's ARN, so that every request tells who asks.
const TOKEN: &str = "stub-session/";

static COUNTER: AtomicU64 = AtomicU64::new(1);

/// The good answer of an operation that is known here.
pub fn success(request: &Request) -> Option<Reply> {
    Some(match request.operation().as_str() {
        "GetCallerIdentity" => caller_identity(&principal(request)),
        "AssumeRole" => assume_role(request),
        "DescribeRegions" => regions(&REGIONS),
        "DescribeAccountAttributes" => account_attributes(),
        "GetAccountSummary" => account_summary(&[
            ("Users", 3),
            ("UsersQuota", 5000),
            ("Roles", 27),
            ("RolesQuota", 1000),
            ("AccountMFAEnabled", 1),
            ("AccountAccessKeysPresent", 0),
            ("AccountPasswordPresent", 1),
            ("GlobalEndpointTokenVersion", 1),
        ]),
        "DescribeReportDefinitions" => report_definitions(&["daily"]),
        _ => return None,
    })
}

/// Who signed a request: the session of its token, else the user `operator` of the account.
pub fn principal(request: &Request) -> String {
    if let Some(arn) = request.header("x-amz-security-token").and_then(|token| token.strip_prefix(TOKEN)) {
        return arn.to_owned();
    }
    let key = request.access_key().unwrap_or_default();
    let account = if key.len() == 12 && key.bytes().all(|b| b.is_ascii_digit()) { key } else { BASE_ACCOUNT };
    format!("arn:aws:iam::{account}:user/operator")
}

/// `sts:GetCallerIdentity` for an ARN.
pub fn caller_identity(arn: &str) -> Reply {
    let account = account_of(arn);
    query(
        "sts",
        "GetCallerIdentity",
        &format!("<Arn>{}</Arn><UserId>AIDASTUBSTUBSTUBSTUB</UserId><Account>{account}</Account>", escaped(arn)),
    )
}

/// `sts:AssumeRole` as asked for: fresh credentials at each call, an expiry as far away as was asked.
pub fn assume_role(request: &Request) -> Reply {
    let role = request.form("RoleArn").unwrap_or_default();
    let name = request.form("RoleSessionName").unwrap_or_default();
    let seconds: i64 = request.form("DurationSeconds").and_then(|s| s.parse().ok()).unwrap_or(3600);
    let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    assume_role_until(&role, &name, expires)
}

/// `sts:AssumeRole` with an expiry of the test's choice.
pub fn assume_role_until(role: &str, session_name: &str, expires: jiff::Timestamp) -> Reply {
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let partition = role.split(':').nth(1).unwrap_or("aws");
    let role_name = role.rsplit('/').next().unwrap_or_default();
    let arn = format!("arn:{partition}:sts::{}:assumed-role/{role_name}/{session_name}", account_of(role));
    let expires = expires.strftime("%Y-%m-%dT%H:%M:%SZ");
    query(
        "sts",
        "AssumeRole",
        &format!(
            "<AssumedRoleUser><AssumedRoleId>AROASTUBSTUBSTUBSTUB:{session_name}</AssumedRoleId><Arn>{arn}</Arn>\
             </AssumedRoleUser><Credentials><AccessKeyId>ASIASTUB{number:012}</AccessKeyId>\
             <SecretAccessKey>stub-secret-of-session-{number:017}</SecretAccessKey>\
             <SessionToken>{TOKEN}{arn}</SessionToken><Expiration>{expires}</Expiration></Credentials>"
        ),
    )
}

/// `ec2:DescribeRegions` with these names, all enabled.
pub fn regions(names: &[&str]) -> Reply {
    let items: String = names
        .iter()
        .map(|name| {
            format!(
                "<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>\
                 <optInStatus>opt-in-not-required</optInStatus></item>"
            )
        })
        .collect();
    ec2("DescribeRegions", &format!("<regionInfo>{items}</regionInfo>"))
}

/// `ec2:DescribeAccountAttributes` with a default VPC and the address quota.
pub fn account_attributes() -> Reply {
    let item = |name: &str, value: &str| {
        format!(
            "<item><attributeName>{name}</attributeName><attributeValueSet><item><attributeValue>{value}\
             </attributeValue></item></attributeValueSet></item>"
        )
    };
    let items = [
        item("supported-platforms", "VPC"),
        item("vpc-max-security-groups-per-interface", "5"),
        item("max-elastic-ips", "5"),
        item("max-instances", "20"),
        item("vpc-max-elastic-ips", "5"),
        item("default-vpc", "vpc-0a1b2c3d4e5f60718"),
    ];
    let items = items.concat();
    ec2("DescribeAccountAttributes", &format!("<accountAttributeSet>{items}</accountAttributeSet>"))
}

/// `iam:GetAccountSummary` with these figures.
pub fn account_summary(figures: &[(&str, i64)]) -> Reply {
    let entries: String =
        figures.iter().map(|(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>")).collect();
    query("iam", "GetAccountSummary", &format!("<SummaryMap>{entries}</SummaryMap>"))
}

/// `cur:DescribeReportDefinitions` with reports of these names.
pub fn report_definitions(names: &[&str]) -> Reply {
    let reports: Vec<_> = names
        .iter()
        .map(|name| {
            serde_json::json!({
                "ReportName": name, "TimeUnit": "DAILY", "Format": "Parquet", "Compression": "Parquet",
                "AdditionalSchemaElements": ["RESOURCES"], "S3Bucket": "example-billing", "S3Prefix": "cur",
                "S3Region": "eu-west-1", "AdditionalArtifacts": ["ATHENA"], "RefreshClosedReports": true,
                "ReportVersioning": "OVERWRITE_REPORT",
                "ReportStatus": {"lastDelivery": "20261121T060000Z", "lastStatus": "SUCCESS"},
            })
        })
        .collect();
    let body = serde_json::json!({"ReportDefinitions": reports}).to_string();
    identified(Reply::new(200, "application/x-amz-json-1.1", body))
}

/// An error in the protocol of the operation.
pub fn error(operation: &str, status: u16, code: &str, message: &str) -> Reply {
    let id = request_id();
    let (code, text) = (escaped(code), escaped(message));
    let reply = match protocol(operation) {
        Protocol::Query(service) => {
            let namespace = namespace(service);
            let fault = if status < 500 { "Sender" } else { "Receiver" };
            Reply::new(
                status,
                "text/xml",
                format!(
                    "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{fault}</Type>\n    <Code>{code}</Code>\
                     \n    <Message>{text}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
                ),
            )
        }
        Protocol::Ec2 => Reply::new(
            status,
            "text/xml;charset=UTF-8",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>\
                 {text}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
            ),
        ),
        Protocol::Json => Reply::new(
            status,
            "application/x-amz-json-1.1",
            serde_json::json!({"__type": code, "Message": message}).to_string(),
        ),
    };
    reply.header("x-amzn-RequestId", &id)
}

/// A refusal of this request in AWS's words, code and status; `reason` follows the resource: `""`, or
/// `" because no identity-based policy allows the iam:GetAccountSummary action"`.
pub fn denied(request: &Request, reason: &str) -> Reply {
    let operation = request.operation();
    let who = principal(request);
    let account = account_of(&who);
    let (service, resource) = match operation.as_str() {
        "AssumeRole" => ("sts", format!(" on resource: {}", request.form("RoleArn").unwrap_or_default())),
        "GetAccountSummary" => ("iam", " on resource: *".to_owned()),
        "DescribeReportDefinitions" => ("cur", format!(" on resource: arn:aws:cur:us-east-1:{account}:definition/")),
        "GetCallerIdentity" | "DecodeAuthorizationMessage" => ("sts", String::new()),
        _ => ("ec2", String::new()),
    };
    let sentence = format!("User: {who} is not authorized to perform: {service}:{operation}{resource}{reason}");
    match protocol(&operation) {
        Protocol::Query(_) => error(&operation, 403, "AccessDenied", &sentence),
        Protocol::Json => error(&operation, 400, "AccessDeniedException", &sentence),
        Protocol::Ec2 => {
            let sentence = format!("You are not authorized to perform this operation. {sentence}");
            error(&operation, 403, "UnauthorizedOperation", &sentence)
        }
    }
}

/// The refusal of too many requests, as the operation's service words it.
pub fn throttled(operation: &str) -> Reply {
    match protocol(operation) {
        Protocol::Query(_) => error(operation, 400, "Throttling", "Rate exceeded"),
        Protocol::Ec2 => error(operation, 503, "RequestLimitExceeded", "Request limit exceeded."),
        Protocol::Json => error(operation, 400, "ThrottlingException", "Rate exceeded"),
    }
}

/// The answer to credentials that have expired.
pub fn expired(operation: &str) -> Reply {
    match protocol(operation) {
        Protocol::Query(_) => {
            error(operation, 403, "ExpiredToken", "The security token included in the request is expired")
        }
        Protocol::Ec2 => error(operation, 400, "RequestExpired", "Request has expired."),
        Protocol::Json => {
            error(operation, 400, "ExpiredTokenException", "The security token included in the request is expired")
        }
    }
}

enum Protocol {
    Query(&'static str),
    Ec2,
    Json,
}

fn protocol(operation: &str) -> Protocol {
    match operation {
        "AssumeRole" | "GetCallerIdentity" | "DecodeAuthorizationMessage" | "GetSessionToken" => Protocol::Query("sts"),
        "DescribeReportDefinitions" => Protocol::Json,
        _ if operation.starts_with("Describe") => Protocol::Ec2,
        _ => Protocol::Query("iam"),
    }
}

fn namespace(service: &str) -> &'static str {
    if service == "sts" {
        "https://sts.amazonaws.com/doc/2011-06-15/"
    } else {
        "https://iam.amazonaws.com/doc/2010-05-08/"
    }
}

fn query(service: &str, operation: &str, result: &str) -> Reply {
    let id = request_id();
    let namespace = namespace(service);
    let body = format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}</{operation}Result><ResponseMetadata>\
         <RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    Reply::new(200, "text/xml", body).header("x-amzn-RequestId", &id)
}

fn ec2(operation: &str, result: &str) -> Reply {
    let id = request_id();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>{result}</{operation}Response>"
    );
    Reply::new(200, "text/xml;charset=UTF-8", body).header("x-amzn-RequestId", &id)
}

fn identified(reply: Reply) -> Reply {
    reply.header("x-amzn-RequestId", &request_id())
}

/// A fresh request id in AWS's form.
fn request_id() -> String {
    format!("00000000-57ab-4000-8000-{:012x}", COUNTER.fetch_add(1, Ordering::Relaxed))
}

fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
