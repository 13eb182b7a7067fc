//! Which host is asked: AWS's own, a connection's `endpoint_url`, or `AWS_ENDPOINT_URL*`.
//!
//! A connection's own address beats the environment's and is used for that connection only, its
//! AssumeRole and its source's GetCallerIdentity included. Plain http is for loopback.

use crate::domain::{CheckError, Connection, ErrorClass, check_url};
use std::collections::BTreeMap;

/// A service as the environment's variables name it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Security Token Service.
    Sts,
    /// EC2.
    Ec2,
    /// IAM.
    Iam,
    /// Cost and Usage Report.
    Cur,
    /// Any other, from the service models.
    Model {
        /// AWS's service id: `Elastic Load Balancing v2`.
        id: &'static str,
        /// Its short name: `elbv2`.
        name: &'static str,
    },
}

impl Service {
    /// The services of a connection test.
    pub const ALL: [Self; 4] = [Self::Sts, Self::Ec2, Self::Iam, Self::Cur];

    /// The last part of `AWS_ENDPOINT_URL_…`: the service id in capitals, blanks and hyphens as `_`.
    fn suffix(self) -> String {
        let id = match self {
            Self::Sts => "STS",
            Self::Ec2 => "EC2",
            Self::Iam => "IAM",
            Self::Cur => "COST_AND_USAGE_REPORT_SERVICE",
            Self::Model { id, .. } => id,
        };
        id.to_ascii_uppercase().replace([' ', '-'], "_")
    }

    /// A short name for retry partitions and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Cur => "cur",
            Self::Model { name, .. } => name,
        }
    }
}

/// What the variables of single services begin with.
const PREFIX: &str = "AWS_ENDPOINT_URL_";

/// The addresses that the environment names, read once at start.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    general: Option<String>,
    by_service: BTreeMap<String, String>,
    allow_insecure: bool,
}

impl Endpoints {
    /// Reads `AWS_ENDPOINT_URL` and its forms for single services; `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` switches them off.
    pub fn from_env(allow_insecure: bool) -> Self {
        // One that is not UTF-8 is no address.
        Self::read(
            std::env::vars_os().filter_map(|(n, v)| Some((n.into_string().ok()?, v.into_string().ok()?))),
            allow_insecure,
        )
    }

    fn read(variables: impl Iterator<Item = (String, String)>, allow_insecure: bool) -> Self {
        let all: BTreeMap<String, String> = variables.filter(|(n, v)| n.starts_with("AWS_") && !v.is_empty()).collect();
        let get = |name: &str| all.get(name).cloned();
        if get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            return Self { allow_insecure, ..Self::default() };
        }
        let of_service = |(n, v): (&String, &String)| n.strip_prefix(PREFIX).map(|s| (s.to_owned(), v.clone()));
        let by_service = all.iter().filter_map(of_service).collect();
        Self { general: get("AWS_ENDPOINT_URL"), by_service, allow_insecure }
    }

    /// The address for one service of one connection; `None` means AWS's own host.
    ///
    /// # Errors
    /// When the address is no URL, or is plain http off loopback and not allowed.
    pub fn of(&self, connection: &Connection, service: Service) -> Result<Option<String>, CheckError> {
        let (url, allowed) = match (&connection.endpoint_url, self.by_service.get(&service.suffix()), &self.general) {
            (Some(own), _, _) => (own, connection.allow_insecure_endpoint),
            (None, Some(url), _) | (None, None, Some(url)) => (url, self.allow_insecure),
            (None, None, None) => return Ok(None),
        };
        check_url(url, allowed).map_err(|e| CheckError::new(ErrorClass::Invalid, e.to_string()))?;
        Ok(Some(url.clone()))
    }

    /// The environment's address for a service.
    pub fn of_environment(&self, service: Service) -> Option<&str> {
        self.by_service.get(&service.suffix()).or(self.general.as_ref()).map(String::as_str)
    }

    /// Every address that the environment names.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.general.iter().chain(self.by_service.values()).map(String::as_str)
    }

    /// Looks at every address that the environment names.
    ///
    /// # Errors
    /// A sentence with the variable's name, not the address, which may hold a password.
    pub fn check(&self) -> Result<(), String> {
        let general = self.general.iter().map(|url| ("AWS_ENDPOINT_URL".to_owned(), url));
        let single = self.by_service.iter().map(|(suffix, url)| (format!("{PREFIX}{suffix}"), url));
        for (variable, url) in general.chain(single) {
            check_url(url, self.allow_insecure).map_err(|e| {
                let fix = match (check_url(url, true), e.fix) {
                    (Ok(()), _) => "; use https, or set allow_insecure_endpoint = true in config.toml".to_owned(),
                    (Err(_), Some(fix)) => format!("; {fix}"),
                    (Err(_), None) => String::new(),
                };
                format!("{variable} {}{fix}", e.why)
            })?;
        }
        Ok(())
    }

    /// What makes two connections share a source: the addresses that their calls go to.
    pub fn key(&self, connection: &Connection) -> Option<String> {
        connection
            .endpoint_url
            .clone()
            .or_else(|| self.by_service.get(&Service::Sts.suffix()).cloned())
            .or_else(|| self.general.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConnectionId, ConnectionName, Method, Source};

    fn connection(url: Option<&str>) -> Connection {
        let name = ConnectionName::parse("a").unwrap();
        let mut c = Connection::new(ConnectionId::generate(), name, Method::Profile, Source::Env);
        c.endpoint_url = url.map(str::to_owned);
        c
    }

    #[test]
    fn a_connections_own_address_beats_the_services_and_the_general_one() {
        let env = [
            ("AWS_ENDPOINT_URL", "https://all.example"),
            ("AWS_ENDPOINT_URL_STS", "https://sts.example"),
            ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "https://elb.example"),
        ];
        let endpoints = Endpoints::read(env.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())), false);
        let of = |c: &Connection, s| endpoints.of(c, s).unwrap().unwrap();
        assert_eq!(of(&connection(None), Service::Sts), "https://sts.example");
        assert_eq!(of(&connection(None), Service::Ec2), "https://all.example");
        let balancers = Service::Model { id: "Elastic Load Balancing v2", name: "elbv2" };
        assert_eq!(of(&connection(None), balancers), "https://elb.example");
        assert_eq!(of(&connection(Some("https://own.example")), Service::Sts), "https://own.example");
    }
}
