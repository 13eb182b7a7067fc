//! Which host is asked: AWS's own, a connection's `endpoint_url`, or `AWS_ENDPOINT_URL*`.
//!
//! A connection's own address beats the environment's and is used for that connection only, its
//! AssumeRole and its source's GetCallerIdentity included. Plain http is for loopback.

use crate::domain::{CheckError, Connection, ErrorClass, check_url};
use std::collections::HashMap;

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
}

impl Service {
    /// Every service that is asked.
    pub const ALL: [Self; 4] = [Self::Sts, Self::Ec2, Self::Iam, Self::Cur];

    /// The part of `AWS_ENDPOINT_URL_…`.
    fn variable(self) -> &'static str {
        match self {
            Self::Sts => "AWS_ENDPOINT_URL_STS",
            Self::Ec2 => "AWS_ENDPOINT_URL_EC2",
            Self::Iam => "AWS_ENDPOINT_URL_IAM",
            Self::Cur => "AWS_ENDPOINT_URL_COST_AND_USAGE_REPORT_SERVICE",
        }
    }

    /// A short name for retry partitions and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Cur => "cur",
        }
    }
}

/// The addresses that the environment names, read once at start.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    general: Option<String>,
    by_service: HashMap<Service, String>,
    allow_insecure: bool,
}

impl Endpoints {
    /// Reads `AWS_ENDPOINT_URL` and its forms for single services; `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` switches them off.
    pub fn from_env(allow_insecure: bool) -> Self {
        Self::read(|name| std::env::var(name).ok(), allow_insecure)
    }

    fn read(get: impl Fn(&str) -> Option<String>, allow_insecure: bool) -> Self {
        let get = |name: &str| get(name).filter(|v| !v.is_empty());
        if get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            return Self { allow_insecure, ..Self::default() };
        }
        let by_service = Service::ALL.into_iter().filter_map(|s| get(s.variable()).map(|v| (s, v))).collect();
        Self { general: get("AWS_ENDPOINT_URL"), by_service, allow_insecure }
    }

    /// The address for one service of one connection; `None` means AWS's own host.
    ///
    /// # Errors
    /// When the address is no URL, or is plain http off loopback and not allowed.
    pub fn of(&self, connection: &Connection, service: Service) -> Result<Option<String>, CheckError> {
        let (url, allowed) = match (&connection.endpoint_url, self.by_service.get(&service), &self.general) {
            (Some(own), _, _) => (own, connection.allow_insecure_endpoint),
            (None, Some(url), _) | (None, None, Some(url)) => (url, self.allow_insecure),
            (None, None, None) => return Ok(None),
        };
        check_url(url, allowed).map_err(|e| CheckError::new(ErrorClass::Invalid, e.to_string()))?;
        Ok(Some(url.clone()))
    }

    /// The environment's address for a service.
    pub fn of_environment(&self, service: Service) -> Option<&str> {
        self.by_service.get(&service).or(self.general.as_ref()).map(String::as_str)
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
        let general = self.general.iter().map(|url| ("AWS_ENDPOINT_URL", url));
        let single = Service::ALL.into_iter().filter_map(|s| self.by_service.get(&s).map(|url| (s.variable(), url)));
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
            .or_else(|| self.by_service.get(&Service::Sts).cloned())
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
        let env = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("https://all.example".to_owned()),
            "AWS_ENDPOINT_URL_STS" => Some("https://sts.example".to_owned()),
            _ => None,
        };
        let endpoints = Endpoints::read(env, false);
        let of = |c: &Connection, s| endpoints.of(c, s).unwrap().unwrap();
        assert_eq!(of(&connection(None), Service::Sts), "https://sts.example");
        assert_eq!(of(&connection(None), Service::Ec2), "https://all.example");
        assert_eq!(of(&connection(Some("https://own.example")), Service::Sts), "https://own.example");
    }
}
