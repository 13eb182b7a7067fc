//! The demo cloud's data, read from TOML: strict, so that a slip in a file is a failed test.

use super::document::{Document, Shape};
use crate::domain::Region;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

const WORLD: &str = include_str!("world.toml");
const ACCOUNTS: &str = include_str!("accounts.toml");

/// The demo's own data are damaged: a mistake in this program.
#[derive(Debug, thiserror::Error)]
#[error("the demo's data are damaged: {0}. This is a mistake in this release; please report it")]
pub struct Damaged(String);

impl Damaged {
    /// With what is wrong.
    pub fn new(why: String) -> Self {
        Self(why)
    }
}

/// Everything that does not change while the demo runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    pub regions: RegionNames,
    pub summary: BTreeMap<String, i64>,
    #[serde(rename = "policy", deserialize_with = "by_arn")]
    pub policies: BTreeMap<String, Document>,
    #[serde(rename = "organization")]
    pub organizations: Vec<Organization>,
    #[serde(rename = "profile")]
    pub profiles: Vec<Profile>,
    #[serde(skip)]
    pub accounts: Vec<Account>,
}

/// The partition's regions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegionNames {
    /// On in every account.
    pub on: Vec<Region>,
    /// On where an account wants them.
    pub opt_in: Vec<Region>,
}

/// An organization: what it forbids of its accounts' resources.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub id: String,
    pub rcps: Vec<String>,
}

/// A source of base credentials: a session of some role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub name: String,
    pub region: Region,
    pub account: String,
    pub role: String,
    /// The session's name.
    pub session: String,
    #[serde(default, deserialize_with = "permissions")]
    pub session_policy: Option<Document>,
    #[serde(default)]
    pub signed_out: bool,
}

/// One account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub id: String,
    #[serde(default)]
    pub organization: Option<String>,
    /// Service control policies, by ARN.
    #[serde(default)]
    pub scps: Vec<String>,
    #[serde(default, deserialize_with = "permissions")]
    pub endpoint_policy: Option<Document>,
    /// Services that refuse every request as one too many.
    #[serde(default)]
    pub throttled: Vec<String>,
    /// Whether EC2's refusals carry an encoded message.
    #[serde(default)]
    pub encodes: bool,
    /// The shortest and the longest time to an answer.
    pub latency_ms: [u64; 2],
    /// Regions that were switched on.
    #[serde(default)]
    pub opted_in: Vec<Region>,
    #[serde(default = "yes")]
    pub default_vpc: bool,
    #[serde(default = "five")]
    pub elastic_ips: u32,
    /// Names of cost and usage reports.
    #[serde(default)]
    pub reports: Vec<String>,
    /// What differs from the world's summary.
    #[serde(default)]
    pub summary: BTreeMap<String, i64>,
    #[serde(rename = "role")]
    pub roles: Vec<Role>,
}

/// A role as it is at the beginning.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub name: String,
    #[serde(default = "slash")]
    pub path: String,
    #[serde(deserialize_with = "trust")]
    pub trust: Document,
    /// Managed policies, by ARN.
    #[serde(default)]
    pub attached: Vec<String>,
    #[serde(default, deserialize_with = "many_permissions")]
    pub inline: Vec<Document>,
    /// A managed policy, by ARN.
    #[serde(default)]
    pub boundary: Option<String>,
}

fn yes() -> bool {
    true
}

fn five() -> u32 {
    5
}

fn slash() -> String {
    "/".to_owned()
}

fn read<E: serde::de::Error>(text: &str, shape: Shape) -> Result<Document, E> {
    Document::parse(text, shape).map_err(|why| E::custom(format!("{why}: {text}")))
}

fn trust<'de, D: Deserializer<'de>>(d: D) -> Result<Document, D::Error> {
    read(&String::deserialize(d)?, Shape::Trust)
}

fn permissions<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Document>, D::Error> {
    read(&String::deserialize(d)?, Shape::Permissions).map(Some)
}

fn many_permissions<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Document>, D::Error> {
    Vec::<String>::deserialize(d)?.iter().map(|text| read(text, Shape::Permissions)).collect()
}

fn by_arn<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, Document>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        arn: String,
        document: String,
    }
    let named = Vec::<Named>::deserialize(d)?;
    named.into_iter().map(|n| Ok((n.arn, read(&n.document, Shape::Permissions)?))).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    #[serde(rename = "account")]
    accounts: Vec<Account>,
}

impl World {
    /// Reads the built-in data.
    ///
    /// # Errors
    /// When they do not hold together.
    pub fn read() -> Result<Self, Damaged> {
        let damaged = |e: toml::de::Error| Damaged::new(e.to_string());
        let mut world: Self = toml::from_str(WORLD).map_err(damaged)?;
        world.accounts = toml::from_str::<Accounts>(ACCOUNTS).map_err(damaged)?.accounts;
        world.check().map_err(Damaged::new)?;
        Ok(world)
    }

    /// Whether every name leads somewhere.
    fn check(&self) -> Result<(), String> {
        let policy = |arn: &String| match self.policies.contains_key(arn) {
            true => Ok(()),
            false => Err(format!("there is no policy {arn}")),
        };
        self.organizations.iter().flat_map(|o| &o.rcps).try_for_each(policy)?;
        for account in &self.accounts {
            account.scps.iter().try_for_each(policy)?;
            account.roles.iter().flat_map(|r| r.attached.iter().chain(&r.boundary)).try_for_each(policy)?;
            if let Some(id) = account.organization.as_ref().filter(|id| self.organization(id).is_none()) {
                return Err(format!("there is no organization {id}"));
            }
            if let Some(region) = account.opted_in.iter().find(|r| !self.regions.opt_in.contains(r)) {
                return Err(format!("{region} cannot be opted in to"));
            }
        }
        match self.profiles.iter().find(|p| self.role(&p.account, &p.role).is_none()) {
            Some(profile) => Err(format!("the role of profile {} is not there", profile.name)),
            None if self.profiles.is_empty() => Err("there is no profile".to_owned()),
            None => Ok(()),
        }
    }

    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == id)
    }

    pub fn role(&self, account: &str, name: &str) -> Option<&Role> {
        self.account(account)?.roles.iter().find(|r| r.name == name)
    }

    pub fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.iter().find(|o| o.id == id)
    }

    /// The organization of an account.
    pub fn organization_of(&self, account: &str) -> Option<&Organization> {
        self.organization(self.account(account)?.organization.as_deref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_data_hold_together() {
        let world = World::read().unwrap();
        assert_eq!(world.accounts.len(), 9, "eight accounts and the one whose credentials are used");
        for account in &world.accounts {
            assert!(account.latency_ms[0] <= account.latency_ms[1], "{}", account.id);
        }
    }
}
