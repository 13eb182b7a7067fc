//! AWS's own service models, trimmed (`models/`): operations, shapes, pagination, endpoints.
//!
//! A service is unpacked and read when it is first named; the models stay for the life of the program.

use super::models::FILES;
use super::raw;
use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Why a model cannot be used. All of these are faults of this program's data, and a test excludes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// No such service.
    #[error("there is no service {0:?} among the models{near}", near = near(.1))]
    NoService(String, Option<String>),
    /// No such operation.
    #[error("{0} has no operation {1:?} among the models{near}", near = near(.2))]
    NoOperation(&'static str, String, Option<String>),
    /// The packed model is damaged.
    #[error("the model of {0} is damaged: {1}")]
    Damaged(&'static str, String),
}

fn near(name: &Option<String>) -> String {
    name.as_ref().map_or_else(String::new, |n| format!("; did you mean {n:?}?"))
}

/// How requests and answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 and 1.1.
    Json,
    /// JSON bodies, paths and headers that mean something.
    RestJson,
    /// Forms, XML answers.
    Query,
    /// EC2's form of it.
    Ec2,
    /// XML bodies, paths and headers that mean something.
    RestXml,
}

impl Protocol {
    /// The first that we speak. Some services list a binary one first.
    fn choose(names: &[String]) -> Option<Self> {
        names.iter().find_map(|n| match n.as_str() {
            "json" => Some(Self::Json),
            "rest-json" => Some(Self::RestJson),
            "query" => Some(Self::Query),
            "ec2" => Some(Self::Ec2),
            "rest-xml" => Some(Self::RestXml),
            _ => None,
        })
    }
}

/// A place in [`Service::shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeRef(u32);

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// RFC 3339.
    Iso,
    /// `Tue, 29 Apr 2014 18:30:38 GMT`.
    Http,
    /// Seconds, perhaps with a fraction.
    Unix,
}

/// Where a member travels that is not in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Uri,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In all headers with a prefix.
    Headers,
    /// The answer's HTTP status.
    Status,
}

/// A member of a structure, or what a list or a map is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the AWS CLI.
    pub name: String,
    /// Its shape.
    pub shape: ShapeRef,
    /// Its name on the wire, where that differs.
    pub wire: Option<String>,
    /// Its name in EC2's forms, where that differs.
    pub query: Option<String>,
    /// Where it travels; `None`: in the body.
    pub location: Option<Location>,
    /// A list without an element around it.
    pub flattened: bool,
    /// How a time is written here.
    pub time: Option<TimeForm>,
    /// Written as an XML attribute.
    pub attribute: bool,
    /// To be filled with a fresh token.
    pub token: bool,
}

impl Member {
    /// Its name in a body.
    pub fn wire(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.name)
    }
}

/// What a shape is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Members by name.
    Structure {
        /// In the model's order.
        members: Vec<Member>,
        /// Those without which AWS refuses.
        required: Vec<String>,
        /// The member that is the whole body.
        payload: Option<String>,
    },
    /// A list.
    List {
        /// Of what.
        item: Member,
        /// Without an element around it.
        flattened: bool,
    },
    /// A map.
    Map {
        /// Its keys.
        key: Member,
        /// Its values.
        value: Member,
        /// Without an element around it.
        flattened: bool,
    },
    /// Text.
    String {
        /// The values that there are; empty: any.
        values: Vec<String>,
    },
    /// A whole number; `wide` needs 64 bits.
    Integer {
        /// More than 32 bits.
        wide: bool,
    },
    /// A number.
    Float {
        /// More than 32 bits.
        wide: bool,
    },
    /// Yes or no.
    Boolean,
    /// A time.
    Time(Option<TimeForm>),
    /// Bytes, base64 in JSON and XML.
    Blob,
    /// Any JSON.
    Document,
}

/// A type of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name in the model.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Holds a secret, says the model.
    pub sensitive: bool,
    /// The least value or length.
    pub min: Option<i64>,
    /// The greatest value or length.
    pub max: Option<i64>,
}

impl Shape {
    /// A structure's member by its name in the AWS CLI.
    pub fn member(&self, name: &str) -> Option<&Member> {
        match &self.kind {
            Kind::Structure { members, .. } => members.iter().find(|m| m.name == name),
            _ => None,
        }
    }
}

/// How an operation is read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// The request's members that take the tokens.
    pub input: Vec<String>,
    /// Paths of the answer's tokens, alternatives separated by `||`.
    pub output: Vec<String>,
    /// The request's member for the size of a page.
    pub limit: Option<String>,
    /// The answer's lists.
    pub items: Vec<String>,
    /// A member that says whether there is more.
    pub more: Option<String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `DescribeInstances`.
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// The path and query, with `{Member}` to be filled in.
    pub uri: String,
    /// What is asked.
    pub input: Option<ShapeRef>,
    /// The element around what is asked, for XML bodies.
    pub root: Option<String>,
    /// What is answered.
    pub output: Option<ShapeRef>,
    /// The element around what is answered.
    pub wrapper: Option<String>,
    /// How it is read to its end; `None`: in one answer.
    pub paging: Option<Paging>,
    /// What stands before the host.
    pub host_prefix: Option<String>,
    /// Nobody signs it.
    pub unsigned: bool,
}

/// Which of a service's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Variant {
    /// The usual one.
    #[default]
    Plain,
    /// With FIPS 140 cryptography.
    Fips,
    /// IPv4 and IPv6.
    Dual,
    /// Both.
    FipsDual,
}

impl Variant {
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Fips => "fips",
            Self::Dual => "dual",
            Self::FipsDual => "fips-dual",
        }
    }
}

/// Where a service is asked and how the request is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The host.
    pub host: String,
    /// The region in the signature.
    pub signing_region: String,
    /// The service in the signature.
    pub signing_name: String,
}

/// One service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// botocore's name and the AWS CLI's: `elbv2`.
    pub name: &'static str,
    /// AWS's service id: `Elastic Load Balancing v2`.
    pub id: String,
    /// How it speaks.
    pub protocol: Protocol,
    /// `2016-11-15`.
    pub api_version: String,
    /// The prefix of `X-Amz-Target`.
    pub target: Option<String>,
    /// `1.0` or `1.1`.
    pub json_version: Option<String>,
    /// The namespace of XML bodies.
    pub namespace: Option<String>,
    /// The first part of its usual host.
    pub endpoint_prefix: String,
    /// The service's name in signatures.
    pub signing: String,
    operations: HashMap<String, Operation>,
    shapes: Vec<Shape>,
    endpoints: BTreeMap<String, BTreeMap<String, raw::Hosts>>,
    offered: BTreeMap<String, Vec<String>>,
}

impl Service {
    /// A service by its name.
    ///
    /// # Errors
    /// [`ModelError::NoService`], and [`ModelError::Damaged`] if the program's data are.
    pub fn load(name: &str) -> Result<&'static Self, ModelError> {
        static LOADED: OnceLock<Mutex<HashMap<&'static str, &'static Service>>> = OnceLock::new();
        let Some((name, packed)) = FILES.iter().find(|(n, _)| *n == name) else {
            let near = nearest(name, FILES.iter().map(|(n, _)| *n));
            return Err(ModelError::NoService(name.to_owned(), near));
        };
        let mut loaded = LOADED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = loaded.get(name) {
            return Ok(service);
        }
        // One copy for the life of the program, so that everything may point into it.
        let service: &'static Self = Box::leak(Box::new(unpack(name, packed)?));
        loaded.insert(name, service);
        Ok(service)
    }

    /// Every service's name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(name, _)| *name)
    }

    /// An operation by its name.
    ///
    /// # Errors
    /// [`ModelError::NoOperation`].
    pub fn operation(&self, name: &str) -> Result<&Operation, ModelError> {
        self.operations.get(name).ok_or_else(|| {
            let near = nearest(name, self.operations.keys().map(String::as_str));
            ModelError::NoOperation(self.name, name.to_owned(), near)
        })
    }

    /// Every operation, in no order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// A shape.
    pub fn shape(&self, at: ShapeRef) -> &Shape {
        &self.shapes[at.0 as usize]
    }

    /// Where the service is asked for a region. `partition` is `aws`, `aws-cn`…; `None`: the models know no such address.
    pub fn host(&self, partition: &str, region: &str, variant: Variant) -> Option<Host> {
        let (suffix, dual) = super::regions::suffixes(partition)?;
        let hosts = self.endpoints.get(variant.word())?.get(partition)?;
        let row = hosts.regions.get(region).unwrap_or(&hosts.default);
        let fill =
            |text: &str| text.replace("{region}", region).replace("{dual-suffix}", dual).replace("{suffix}", suffix);
        Some(Host { host: fill(&row.0), signing_region: fill(&row.1), signing_name: row.2.clone() })
    }

    /// The only region where a service is asked that is not in its partition's default one.
    pub fn home(&self, partition: &str) -> Option<&str> {
        self.offered.get(partition)?.first().map(String::as_str)
    }

    /// Whether the service is offered in a region; `None`: the models do not say, as of a region that is newer than they.
    pub fn offered(&self, partition: &str, region: &str) -> Option<bool> {
        super::regions::of(partition).find(|known| *known == region)?;
        self.offered.get(partition).map(|regions| regions.iter().any(|r| r == region))
    }
}

/// The name that is most like a word, if one is.
pub(super) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    crate::domain::nearest(word, &names.collect::<Vec<_>>()).map(str::to_owned)
}

fn unpack(name: &'static str, packed: &[u8]) -> Result<Service, ModelError> {
    let damaged = |why: String| ModelError::Damaged(name, why);
    let mut text = Vec::with_capacity(packed.len() * 8);
    flate2::read::GzDecoder::new(packed).read_to_end(&mut text).map_err(|e| damaged(e.to_string()))?;
    let raw: raw::Model = serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))?;
    let places: HashMap<&str, ShapeRef> =
        (0..).map(ShapeRef).zip(raw.shapes.keys()).map(|(at, n)| (n.as_str(), at)).collect();
    let place = |n: &str| places.get(n).copied().ok_or_else(|| damaged(format!("no shape {n}")));
    let member = |n: &str, m: &raw::Member| {
        Ok::<_, ModelError>(Member {
            name: n.to_owned(),
            shape: place(&m.shape)?,
            wire: m.location_name.clone().filter(|w| w != n),
            query: m.query_name.clone(),
            location: m.location.as_deref().and_then(location),
            flattened: m.flattened,
            time: m.timestamp_format.as_deref().and_then(time_form),
            attribute: m.xml_attribute,
            token: m.idempotency_token,
        })
    };
    let part = |m: &Option<raw::Member>| member("", m.as_ref().ok_or_else(|| damaged("a list of nothing".to_owned()))?);
    let mut shapes = Vec::with_capacity(raw.shapes.len());
    for (shape_name, s) in &raw.shapes {
        let kind = match s.kind.as_str() {
            "structure" if s.document => Kind::Document,
            "structure" => Kind::Structure {
                members: s.members.iter().map(|(n, m)| member(n, m)).collect::<Result<_, _>>()?,
                required: s.required.clone(),
                payload: s.payload.clone(),
            },
            "list" => Kind::List { item: part(&s.member)?, flattened: s.flattened },
            "map" => Kind::Map { key: part(&s.key)?, value: part(&s.value)?, flattened: s.flattened },
            "string" | "character" => Kind::String { values: s.values.clone() },
            "integer" => Kind::Integer { wide: false },
            "long" => Kind::Integer { wide: true },
            "float" => Kind::Float { wide: false },
            "double" => Kind::Float { wide: true },
            "boolean" => Kind::Boolean,
            "timestamp" => Kind::Time(s.timestamp_format.as_deref().and_then(time_form)),
            "blob" => Kind::Blob,
            other => return Err(damaged(format!("{shape_name} is a {other}"))),
        };
        let whole = |n: &Option<serde_json::Number>| n.as_ref().and_then(serde_json::Number::as_i64);
        shapes.push(Shape {
            name: shape_name.clone(),
            kind,
            sensitive: s.sensitive,
            min: whole(&s.min),
            max: whole(&s.max),
        });
    }
    let mut operations = HashMap::with_capacity(raw.operations.len());
    for (op, o) in raw.operations {
        let shape = |n: &Option<String>| n.as_deref().map(place).transpose();
        let operation = Operation {
            input: shape(&o.input)?,
            output: shape(&o.output)?,
            name: op.clone(),
            method: o.method,
            uri: o.uri,
            root: o.root,
            wrapper: o.wrapper,
            paging: o.page.map(|p| Paging {
                input: p.input_token.map(raw::OneOrMore::list).unwrap_or_default(),
                output: p.output_token.map(raw::OneOrMore::list).unwrap_or_default(),
                limit: p.limit_key,
                items: p.result_key.map(raw::OneOrMore::list).unwrap_or_default(),
                more: p.more_results,
            }),
            host_prefix: o.host_prefix,
            unsigned: o.unsigned,
        };
        operations.insert(op, operation);
    }
    Ok(Service {
        name,
        id: raw.id,
        protocol: Protocol::choose(&raw.protocols).ok_or_else(|| damaged(format!("speaks {:?}", raw.protocols)))?,
        api_version: raw.api_version,
        target: raw.target,
        json_version: raw.json_version,
        namespace: raw.namespace,
        endpoint_prefix: raw.endpoint_prefix,
        signing: raw.signing,
        operations,
        shapes,
        endpoints: raw.endpoints,
        offered: raw.offered,
    })
}

fn location(word: &str) -> Option<Location> {
    match word {
        "uri" => Some(Location::Uri),
        "querystring" => Some(Location::Query),
        "header" => Some(Location::Header),
        "headers" => Some(Location::Headers),
        "statusCode" => Some(Location::Status),
        _ => None,
    }
}

fn time_form(word: &str) -> Option<TimeForm> {
    match word {
        "iso8601" => Some(TimeForm::Iso),
        "rfc822" => Some(TimeForm::Http),
        "unixTimestamp" => Some(TimeForm::Unix),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_can_be_read() {
        let mut operations = 0;
        for name in Service::names() {
            let service = Service::load(name).unwrap();
            operations += service.operations().count();
            assert!(service.host("aws", "us-west-2", Variant::Plain).is_some(), "{name} has no address");
            for op in service.operations() {
                let output = op.output.map(|o| service.shape(o));
                for path in op.paging.iter().flat_map(|p| &p.items) {
                    let first = path.split(['.', '[', ' ']).next().unwrap_or_default();
                    assert!(output.is_some_and(|o| o.member(first).is_some()), "{name} {}: {path}", op.name);
                }
            }
        }
        assert!(operations > 1500, "{operations}");
    }

    #[test]
    fn hosts_and_signatures_are_those_of_aws() {
        let host = |service: &str, partition: &str, region: &str, variant| {
            let h = Service::load(service).unwrap().host(partition, region, variant).unwrap();
            (h.host, h.signing_region, h.signing_name)
        };
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        let plain = Variant::Plain;
        assert_eq!(host("ec2", "aws", "eu-west-1", plain), row("ec2.eu-west-1.amazonaws.com", "eu-west-1", "ec2"));
        assert_eq!(host("iam", "aws", "eu-west-1", plain), row("iam.amazonaws.com", "us-east-1", "iam"));
        assert_eq!(
            host("iam", "aws-cn", "cn-northwest-1", plain),
            row("iam.cn-north-1.amazonaws.com.cn", "cn-north-1", "iam")
        );
        assert_eq!(host("ecr", "aws", "us-east-2", plain), row("api.ecr.us-east-2.amazonaws.com", "us-east-2", "ecr"));
        assert_eq!(
            host("elbv2", "aws", "us-east-1", plain),
            row("elasticloadbalancing.us-east-1.amazonaws.com", "us-east-1", "elasticloadbalancing")
        );
        assert_eq!(host("stepfunctions", "aws", "us-east-1", plain).2, "states");
        assert_eq!(host("s3", "aws", "eu-west-1", Variant::Dual).0, "s3.dualstack.eu-west-1.amazonaws.com");
        assert_eq!(host("ec2", "aws", "us-gov-west-1", Variant::Fips).0, "ec2-fips.us-gov-west-1.amazonaws.com");
    }

    #[test]
    fn what_is_not_offered_is_known_without_a_call() {
        let pipelines = Service::load("codepipeline").unwrap();
        assert_eq!(pipelines.offered("aws", "eu-west-1"), Some(true));
        assert_eq!(pipelines.offered("aws", "ap-east-2"), Some(false));
        assert_eq!(Service::load("iam").unwrap().offered("aws", "eu-west-1"), None);
    }

    #[test]
    fn mistakes_name_what_was_meant() {
        let e = Service::load("elb2").unwrap_err().to_string();
        assert!(e.contains("did you mean \"elbv2\"?"), "{e}");
        let e = Service::load("ecs").unwrap().operation("ListService").unwrap_err().to_string();
        assert!(e.contains("did you mean \"ListServices\"?"), "{e}");
    }

    #[test]
    fn the_first_protocol_that_we_speak_is_taken() {
        assert_eq!(Service::load("cloudwatch").unwrap().protocol, Protocol::Json);
        assert_eq!(Service::load("ec2").unwrap().protocol, Protocol::Ec2);
    }
}
