//! The demo cloud (`--demo`): AWS accounts that exist in this program alone, behind the SDK's HTTP client, so that
//! signing, paging, retries, sessions and the reading of refusals run as they do in earnest.
//!
//! It opens no socket, reads no file and no variable, and writes nothing. What its accounts are stands in
//! `world.toml` and `accounts.toml`, the connections to them in `connections.toml`, what earlier tests found in
//! `past.toml`; operations are lines of the table in `routes.rs`.

mod actions;
mod client;
mod document;
mod estate;
mod fixture;
mod iam;
mod past;
mod protocol;
mod routes;
mod store;
mod wire;

use crate::domain::{CheckError, ErrorClass, Region, RoleArn, Source};
use crate::providers::aws::{Wallet, signed_out};
use crate::providers::profiles::{ProfileFacts, ProfileKind};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use document::{Document, Shape, shape_of};
use fixture::{Profile, World};
use iam::{Caller, Change, Iam, What};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use store::Store;

pub use fixture::Damaged;
pub use past::Past;

/// The demo's connections, as a vault's TOML.
pub const CONNECTIONS: &str = include_str!("connections.toml");

/// How long a session of single sign-on lasts.
const SIGN_ON: Duration = Duration::from_secs(8 * 60 * 60);

/// How long things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Whether answers take their accounts' time.
    pub latency: bool,
    /// From a change of a policy until it counts.
    pub propagation: Duration,
}

impl Pace {
    /// As a person sees it: answers after tens of milliseconds, IAM after seconds
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>, eventual consistency).
    pub const LIFELIKE: Self = Self { latency: true, propagation: Duration::from_secs(6) };
    /// At once, for tests.
    pub const INSTANT: Self = Self { latency: false, propagation: Duration::ZERO };
}

/// The demo cloud; clones are the same one.
#[derive(Debug, Clone)]
pub struct Demo {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    iam: Iam,
    store: Store,
    pace: Pace,
    past: Vec<Past>,
}

/// What was attached to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What happened, such as `attached to role CloudivizeRole in 444455556666`.
    pub what: String,
    /// How long it takes until it counts.
    pub after: Duration,
}

impl Demo {
    /// A demo cloud in its first state.
    ///
    /// # Errors
    /// When its data are damaged, which tests exclude.
    pub fn new(pace: Pace) -> Result<Self, Damaged> {
        Self::scaled(pace, 0)
    }

    /// The same with about so many instances more, and what hangs on them.
    ///
    /// # Errors
    /// When its data are damaged, which tests exclude.
    pub fn scaled(pace: Pace, instances: usize) -> Result<Self, Damaged> {
        let store = Store::new(instances, SystemTime::now());
        let inner = Inner { iam: Iam::new(World::read()?), store, pace, past: past::read()? };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The client whose requests the demo answers.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(client::DemoClient(self.clone()))
    }

    /// What earlier tests found, the oldest first.
    pub fn past(&self) -> &[Past] {
        &self.inner.past
    }

    /// Attaches a policy, as its owner would: a trust policy to the connection's role, a policy about assuming
    /// roles to the caller, any other to whoever makes the connection's requests.
    ///
    /// # Errors
    /// When the text is no policy document that IAM would take, or there is nothing to attach it to.
    pub fn apply(&self, role: Option<&RoleArn>, source: &Source, text: &str) -> Result<Applied, String> {
        let iam = &self.inner.iam;
        let shape = shape_of(text);
        let document = Document::parse(text, shape).map_err(|why| format!("MalformedPolicyDocument: {why}"))?;
        let to_caller = role.is_none() || (shape == Shape::Permissions && document.is_about_assuming());
        let (account, name) = match role {
            Some(arn) if !to_caller => (arn.account().to_string(), arn.name().to_string()),
            _ => {
                let profile = self.profile(source).ok_or("the connection's source is not the demo's")?;
                (profile.account.clone(), profile.role.clone())
            }
        };
        if iam.world.role(&account, &name).is_none() {
            return Err(format!("NoSuchEntity: The role with name {name} cannot be found in {account}"));
        }
        let (what, done) = match shape {
            Shape::Trust if role.is_none() => {
                return Err("a trust policy belongs to a role, and this connection assumes none".to_owned());
            }
            Shape::Trust => (What::Trust(document), format!("trust policy of {name} in {account} set")),
            Shape::Permissions => (What::Policy(document), format!("attached to role {name} in {account}")),
        };
        let after = self.inner.pace.propagation;
        iam.change(Change { account, role: name, from: Instant::now() + after, what });
        Ok(Applied { what: done, after })
    }

    fn profile(&self, source: &Source) -> Option<&Profile> {
        let profiles = &self.inner.iam.world.profiles;
        match source {
            Source::Profile(name) => profiles.iter().find(|p| p.name == name.as_str()),
            Source::Env => profiles.first(),
            Source::Connection(_) | Source::Sso(_) => None,
        }
    }
}

impl Wallet for Demo {
    fn credentials(&self, source: &Source) -> Result<(Credentials, Option<Region>), CheckError> {
        let fail = |why: String| CheckError::new(ErrorClass::Source, format!("{}: {why}", source.text()));
        let Some(profile) = self.profile(source) else {
            let names: Vec<String> = self.profiles().into_iter().map(|p| format!("profile:{}", p.name)).collect();
            return Err(fail(format!("the demo has no such source; it has env, {}", names.join(", "))));
        };
        if profile.signed_out {
            return Err(fail(signed_out(&profile.name)));
        }
        let iam = &self.inner.iam;
        let role = iam.world.role(&profile.account, &profile.role);
        let caller = Caller {
            account: profile.account.clone(),
            role: profile.role.clone(),
            path: role.map_or_else(|| "/".to_owned(), |r| r.path.clone()),
            session: profile.session.clone(),
            session_policy: profile.session_policy.clone().map(Arc::new),
        };
        let until = SystemTime::now() + SIGN_ON;
        let key = iam.issue(caller, until);
        let token = format!("demo/{}", iam::marks(&key, 64));
        let credentials = Credentials::new(key, "demo", Some(token), Some(until), "demo");
        Ok((credentials, Some(profile.region.clone())))
    }

    fn profiles(&self) -> Vec<ProfileFacts> {
        let facts = |p: &Profile| ProfileFacts { name: p.name.clone(), kind: ProfileKind::Sso };
        self.inner.iam.world.profiles.iter().map(facts).collect()
    }
}

/// A number that is always the same for the same text (FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}
