//! From service and operation to an answer: a table, one line an operation.

use super::iam::{Caller, Iam, Known, Refusal};
use super::store::{self, Store, default_vpc};
use super::wire::{Asked, Body, Fault, Protocol, element, iso};
use crate::domain::{Region, RoleArn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::document::{Document, Shape};

/// An operation that the demo answers.
struct Route {
    service: &'static str,
    operation: &'static str,
    needs: Needs,
    answer: fn(&Call<'_>) -> Result<Body, Fault>,
}

/// What has to be allowed before an operation is answered.
#[derive(Clone, Copy)]
enum Needs {
    /// Nothing: AWS answers everybody who has credentials.
    Nothing,
    /// The operation's own action, on `*`.
    Action,
}

const ROUTES: [Route; 7] = [
    Route { service: "sts", operation: "GetCallerIdentity", needs: Needs::Nothing, answer: caller_identity },
    // The role's trust policy decides too, so that the answer itself asks.
    Route { service: "sts", operation: "AssumeRole", needs: Needs::Nothing, answer: assume_role },
    Route { service: "sts", operation: "DecodeAuthorizationMessage", needs: Needs::Action, answer: decode },
    Route { service: "ec2", operation: "DescribeRegions", needs: Needs::Action, answer: regions },
    Route { service: "ec2", operation: "DescribeAccountAttributes", needs: Needs::Action, answer: attributes },
    Route { service: "iam", operation: "GetAccountSummary", needs: Needs::Action, answer: summary },
    Route { service: "cur", operation: "DescribeReportDefinitions", needs: Needs::Action, answer: reports },
];

/// The longest session that a role gives here, in seconds, and the longest of a chained one.
const HOUR: u64 = 3600;
/// The shortest session, in seconds.
const SHORTEST: u64 = 900;

/// One request of a known caller.
struct Call<'a> {
    iam: &'a Iam,
    store: &'a Store,
    asked: &'a Asked,
    caller: &'a Caller,
    protocol: Protocol,
}

/// Answers a request: who asks, whether there is room for one more, whether it is allowed, and then what.
pub(super) fn answer(iam: &Iam, store: &Store, asked: &Asked) -> (Protocol, Result<Body, Fault>) {
    let Some(protocol) = asked.protocol() else {
        let words = format!("The demo cloud has no service {}", asked.service);
        return (Protocol::Json, Err(Fault::new(400, "UnknownOperationException", words)));
    };
    let result = caller(iam, asked, protocol).and_then(|caller| {
        let call = Call { iam, store, asked, caller: &caller, protocol };
        call.has_room()?;
        let route = ROUTES.iter().find(|r| r.service == asked.service && r.operation == asked.operation);
        match route.map(|r| r.needs) {
            Some(Needs::Nothing) => {}
            Some(Needs::Action) => call.allowed("*", &resource(&call))?,
            None => return assets(&call),
        }
        route.map_or_else(|| Err(unknown(asked, protocol)), |route| (route.answer)(&call))
    });
    (protocol, result)
}

/// The answer about assets, if a policy does not refuse it.
fn assets(call: &Call<'_>) -> Result<Body, Fault> {
    let asked = call.asked;
    let Some(question) = asked.question.as_ref().filter(|q| store::answers(&q.op.name)) else {
        return Err(unknown(asked, call.protocol));
    };
    let place = store::Place { account: &call.caller.account, region: &asked.region };
    let resource = call.store.resource(place, question);
    call.allowed(resource.as_deref().unwrap_or("*"), &refused_resource(call, resource.as_deref()))?;
    call.store.answer(place, question).map(Body::Value)
}

/// Whose policies decide about a request, and so how long its answer takes: the account that it is about.
pub(super) fn account(iam: &Iam, asked: &Asked) -> Option<String> {
    if asked.operation == "AssumeRole" {
        return asked.form("RoleArn").and_then(|arn| RoleArn::parse(arn).ok()).map(|arn| arn.account().to_string());
    }
    match iam.known(asked.key.as_deref()?) {
        Known::Caller(caller) => Some(caller.account),
        Known::Expired | Known::Unknown => None,
    }
}

fn caller(iam: &Iam, asked: &Asked, protocol: Protocol) -> Result<Caller, Fault> {
    let Some(key) = &asked.key else {
        return Err(Fault::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
    };
    match (iam.known(key), protocol) {
        (Known::Caller(caller), _) => Ok(caller),
        (Known::Expired, Protocol::Ec2) => Err(Fault::new(400, "RequestExpired", "Request has expired.")),
        (Known::Expired, Protocol::Query(_) | Protocol::RestXml(_) | Protocol::S3) => {
            Err(Fault::new(403, "ExpiredToken", "The security token included in the request is expired"))
        }
        (Known::Expired, Protocol::Json | Protocol::RestJson) => {
            Err(Fault::new(400, "ExpiredTokenException", "The security token included in the request is expired"))
        }
        (Known::Unknown, Protocol::Ec2) => {
            let words = "AWS was not able to validate the provided access credentials";
            Err(Fault::new(401, "AuthFailure", words))
        }
        (Known::Unknown, Protocol::Query(_) | Protocol::RestXml(_) | Protocol::S3) => {
            Err(Fault::new(403, "InvalidClientTokenId", "The security token included in the request is invalid."))
        }
        (Known::Unknown, Protocol::Json | Protocol::RestJson) => Err(Fault::new(
            400,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )),
    }
}

fn unknown(asked: &Asked, protocol: Protocol) -> Fault {
    let operation = &asked.operation;
    match protocol {
        Protocol::Json | Protocol::RestJson => {
            Fault::new(400, "UnknownOperationException", format!("{operation} is not in the demo"))
        }
        Protocol::S3 => Fault::new(501, "NotImplemented", format!("{operation} is not in the demo")),
        Protocol::Query(_) | Protocol::Ec2 | Protocol::RestXml(_) => {
            Fault::new(400, "InvalidAction", format!("The action {operation} is not valid for this web service."))
        }
    }
}

/// The resource that a refusal names; EC2 names none for what concerns no resource.
fn resource(call: &Call<'_>) -> String {
    match call.protocol {
        Protocol::Json => {
            format!(" on resource: arn:aws:cur:{}:{}:definition/", call.asked.region, call.caller.account)
        }
        Protocol::Query(_) if call.asked.service == "iam" => " on resource: *".to_owned(),
        _ => String::new(),
    }
}

/// The same for assets: the ARN that is asked about, or `*`; EC2 names none.
fn refused_resource(call: &Call<'_>, resource: Option<&str>) -> String {
    match call.protocol {
        Protocol::Ec2 => String::new(),
        _ => format!(" on resource: {}", resource.unwrap_or("*")),
    }
}

impl Call<'_> {
    /// Whether every policy lets the caller do it.
    fn allowed(&self, resource: &str, said: &str) -> Result<(), Fault> {
        let judged = self.iam.judge(self.caller, &self.asked.action(), resource, &self.asked.region);
        judged.map_err(|refusal| self.refused(said, &refusal))
    }

    /// Whether the account's own use leaves room for one more request. There is never any for what a test asks;
    /// what asks for assets gets through at its second attempt.
    fn has_room(&self) -> Result<(), Fault> {
        let account = self.iam.world.account(&self.caller.account);
        let tested = ROUTES.iter().any(|r| r.service == self.asked.service && r.operation == self.asked.operation);
        let throttled = account.is_some_and(|a| a.throttled.contains(&self.asked.service));
        if !throttled || (!tested && self.store.gets_through(&self.caller.account, self.asked)) {
            return Ok(());
        }
        Err(match self.protocol {
            Protocol::Ec2 => Fault::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Protocol::S3 => Fault::new(503, "SlowDown", "Please reduce your request rate."),
            Protocol::Query(_) | Protocol::RestXml(_) => Fault::new(400, "Throttling", "Rate exceeded"),
            Protocol::Json => Fault::new(400, "ThrottlingException", "Rate exceeded"),
            Protocol::RestJson => Fault::new(429, "TooManyRequestsException", "Rate exceeded"),
        })
    }

    /// AWS's sentence about a refusal; `resource` begins with a blank where there is one.
    fn refused(&self, resource: &str, refusal: &Refusal) -> Fault {
        let action = self.asked.action();
        let who = self.caller.arn();
        let sentence =
            format!("User: {who} is not authorized to perform: {action}{resource}{}", refusal.reason(&action));
        match self.protocol {
            Protocol::Ec2 => {
                let encoded = match self.iam.world.account(&self.caller.account).is_some_and(|a| a.encodes) {
                    true => format!(". Encoded authorization failure message: {}", self.encoded(refusal)),
                    false => String::new(),
                };
                let words = format!("You are not authorized to perform this operation. {sentence}{encoded}");
                Fault::new(403, "UnauthorizedOperation", words)
            }
            // IAM names a page about the request
            // (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied-authorization-id.html).
            Protocol::Query(_) if self.asked.service == "iam" => {
                let id = super::iam::marks(&sentence, 25).to_ascii_lowercase();
                let words = format!(
                    "{sentence}. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/{id} \
                     for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: {id}"
                );
                Fault::new(403, "AccessDenied", words)
            }
            Protocol::Query(_) | Protocol::RestXml(_) | Protocol::S3 => Fault::new(403, "AccessDenied", sentence),
            Protocol::Json => Fault::new(400, "AccessDeniedException", sentence),
            Protocol::RestJson => Fault::new(403, "AccessDeniedException", sentence),
        }
    }

    /// What `DecodeAuthorizationMessage` gives back for a refusal.
    fn encoded(&self, refusal: &Refusal) -> String {
        let matched = refusal.arn.iter().map(|arn| json!({"effect": "DENY", "policyArn": arn})).collect::<Vec<_>>();
        let conditions = [("aws:Region", &self.asked.region), ("aws:ID", &self.caller.account)];
        let conditions = conditions.map(|(key, value)| json!({"key": key, "values": {"items": [{"value": value}]}}));
        let details = json!({
            "allowed": false,
            "explicitDeny": refusal.explicit,
            "matchedStatements": {"items": matched},
            "failures": {"items": []},
            "context": {
                "principal": {"id": self.caller.user_id(), "arn": self.caller.arn()},
                "action": self.asked.action(),
                "resource": "*",
                "conditions": {"items": conditions},
            },
        });
        URL_SAFE_NO_PAD.encode(details.to_string())
    }
}

fn caller_identity(call: &Call<'_>) -> Result<Body, Fault> {
    let caller = call.caller;
    Ok(Body::Xml(
        element("Arn", &caller.arn()) + &element("UserId", &caller.user_id()) + &element("Account", &caller.account),
    ))
}

fn assume_role(call: &Call<'_>) -> Result<Body, Fault> {
    let form = |name: &str| call.asked.form(name).unwrap_or_default();
    let text = form("RoleArn");
    let Ok(arn) = RoleArn::parse(text) else {
        return Err(Fault::new(400, "ValidationError", format!("{text} is invalid")));
    };
    let seconds = form("DurationSeconds").parse().unwrap_or(HOUR);
    if seconds > HOUR {
        // Every caller here is a role's session itself.
        let words =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        return Err(Fault::new(400, "ValidationError", words));
    }
    let session_policy = match call.asked.form("Policy").map(|text| Document::parse(text, Shape::Permissions)) {
        None => None,
        Some(Ok(document)) => Some(Arc::new(document)),
        Some(Err(why)) => return Err(Fault::new(400, "MalformedPolicyDocument", why)),
    };
    let session = form("RoleSessionName").to_owned();
    let (account, role) = (arn.account().as_str(), arn.name().as_str());
    let mut keys = vec![("sts:rolesessionname", session.clone())];
    keys.extend(call.asked.form("ExternalId").map(|id| ("sts:externalid", id.to_owned())));
    // A role is known by its whole path alone.
    let known = call.iam.world.role(account, role).filter(|r| r.path == arn.path());
    let target = (account, known.map_or("", |r| r.name.as_str()));
    call.iam
        .judge_assume(call.caller, target, text, &call.asked.region, keys)
        .map_err(|refusal| call.refused(&format!(" on resource: {text}"), &refusal))?;
    let become_ = Caller {
        account: account.to_owned(),
        role: role.to_owned(),
        path: arn.path().to_owned(),
        session,
        session_policy,
    };
    let until = SystemTime::now() + Duration::from_secs(seconds.max(SHORTEST));
    let (id, user) = (become_.user_id(), become_.arn());
    let key = call.iam.issue(become_, until);
    let who = element("AssumedRoleId", &id) + &element("Arn", &user);
    let credentials = element("AccessKeyId", &key)
        + &element("SecretAccessKey", &format!("demo/{}", super::iam::marks(&key, 35)))
        + &element("SessionToken", &format!("demo/{}", super::iam::marks(&key, 96)))
        + &element("Expiration", &iso(until));
    Ok(Body::Xml(format!(
        "<AssumedRoleUser>{who}</AssumedRoleUser><Credentials>{credentials}</Credentials><PackedPolicySize>1</PackedPolicySize>"
    )))
}

fn decode(call: &Call<'_>) -> Result<Body, Fault> {
    let encoded = call.asked.form("EncodedMessage").unwrap_or_default();
    let decoded = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(text) => Ok(Body::Xml(element("DecodedMessage", &text))),
        None => {
            Err(Fault::new(400, "InvalidAuthorizationMessageException", "Message is not a valid authorization message"))
        }
    }
}

fn regions(call: &Call<'_>) -> Result<Body, Fault> {
    let world = &call.iam.world;
    let opted_in = world.account(&call.caller.account).map_or(&[][..], |a| &a.opted_in);
    let all = call.asked.param("AllRegions").and_then(Value::as_bool).unwrap_or(false);
    let on = world.regions.on.iter().map(|r| (r, "opt-in-not-required"));
    let opt_in = world.regions.opt_in.iter().map(|r| {
        let state = if opted_in.contains(r) { "opted-in" } else { "not-opted-in" };
        (r, state)
    });
    let item = |(region, state): (&Region, &str)| {
        let endpoint = format!("ec2.{region}.amazonaws.com");
        json!({"RegionName": region.as_str(), "Endpoint": endpoint, "OptInStatus": state})
    };
    let items: Vec<Value> = on.chain(opt_in).filter(|(_, state)| all || *state != "not-opted-in").map(item).collect();
    Ok(Body::Value(json!({ "Regions": items })))
}

fn attributes(call: &Call<'_>) -> Result<Body, Fault> {
    let account = call.iam.world.account(&call.caller.account);
    let addresses = account.map_or(0, |a| a.elastic_ips).to_string();
    let default_vpc = match account.is_some_and(|a| a.default_vpc) {
        true => default_vpc(&call.caller.account, &call.asked.region),
        false => "none".to_owned(),
    };
    let all = [
        ("supported-platforms", "VPC"),
        ("default-vpc", &default_vpc),
        ("max-instances", "20"),
        ("max-elastic-ips", &addresses),
        ("vpc-max-elastic-ips", &addresses),
        ("vpc-max-security-groups-per-interface", "5"),
    ];
    let items = all.map(|(name, value)| json!({"AttributeName": name, "AttributeValues": [{"AttributeValue": value}]}));
    Ok(Body::Value(json!({ "AccountAttributes": items })))
}

fn summary(call: &Call<'_>) -> Result<Body, Fault> {
    let world = &call.iam.world;
    let own = world.account(&call.caller.account).map(|a| &a.summary);
    let mut figures = world.summary.clone();
    figures.extend(own.into_iter().flatten().map(|(name, n)| (name.clone(), *n)));
    Ok(Body::Value(json!({ "SummaryMap": figures })))
}

/// Page after page of five at most, as AWS gives them.
fn reports(call: &Call<'_>) -> Result<Body, Fault> {
    const PAGE: usize = 5;
    let names = call.iam.world.account(&call.caller.account).map_or(&[][..], |a| &a.reports);
    let token = call.asked.param("NextToken").and_then(Value::as_str);
    let Some(start) = token.map_or(Some(0), |t| t.strip_prefix("demo-").and_then(|n| n.parse::<usize>().ok())) else {
        return Err(Fault::new(400, "ValidationException", "Invalid NextToken"));
    };
    let report = |name: &String| {
        json!({
            "ReportName": name, "TimeUnit": "DAILY", "Format": "Parquet", "Compression": "Parquet",
            "AdditionalSchemaElements": ["RESOURCES"], "S3Bucket": format!("{}-billing", call.caller.account),
            "S3Prefix": "cur", "S3Region": "us-east-1", "AdditionalArtifacts": ["ATHENA"],
            "RefreshClosedReports": true, "ReportVersioning": "OVERWRITE_REPORT",
            "ReportStatus": {"lastStatus": "SUCCESS"},
        })
    };
    let page: Vec<Value> = names.iter().skip(start).take(PAGE).map(report).collect();
    let end = start.saturating_add(page.len());
    let mut answer = json!({ "ReportDefinitions": page });
    if let (true, Some(object)) = (end < names.len(), answer.as_object_mut()) {
        object.insert("NextToken".to_owned(), json!(format!("demo-{end}")));
    }
    Ok(Body::Value(answer))
}
