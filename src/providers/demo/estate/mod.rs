//! What the demo's accounts run: items in the AWS CLI's shape, made of the names in `estate.toml`. The same names
//! always make the same ids, so that what leads to something finds it.
//!
//! Members that begin with `_` or `^` are this program's own: `_arn`, `_tags`, what an item is chosen by, and what
//! encloses it in an answer. The writer of answers leaves out what no model knows.

mod balancing;
mod compute;
mod containers;
mod data;
mod edge;
mod groups;
mod network;
mod others;
mod people;
mod serverless;
mod storage;
mod watch;

use super::store::default_vpc;
use super::wire::Fault;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// An application's parts, as `estate.toml` names them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct App {
    name: String,
    team: String,
    hosts: Vec<String>,
    services: Vec<String>,
    clusters: Vec<String>,
    functions: Vec<String>,
    databases: Vec<String>,
    caches: Vec<String>,
    tables: Vec<String>,
    queues: Vec<String>,
    topics: Vec<String>,
    buckets: Vec<String>,
    secrets: Vec<String>,
    parameters: Vec<String>,
    alarms: Vec<String>,
    machines: Vec<String>,
    rules: Vec<String>,
    stacks: Vec<String>,
    repositories: Vec<String>,
    apis: Vec<String>,
    zones: Vec<String>,
    distributions: Vec<String>,
    streams: Vec<String>,
}

/// An account's name, stage, and what runs where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    id: String,
    name: String,
    env: String,
    sites: Vec<Vec<String>>,
    users: Vec<String>,
}

/// What `estate.toml` says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "app", default)]
    apps: Vec<App>,
    #[serde(rename = "account", default)]
    accounts: Vec<Plan>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // A test reads the file; what it cannot read it does not ship.
    FILE.get_or_init(|| toml::from_str(include_str!("estate.toml")).unwrap_or_default())
}

/// Makes the items of one kind in one place.
type Make = fn(&Site) -> Vec<Value>;
/// Makes one more of the many of `--demo-scale`, by its number.
type MakeOne = fn(&Site, usize) -> Value;

/// A kind of item and how it is made.
#[derive(Debug)]
struct Recipe {
    of: &'static str,
    make: Make,
    one: Option<MakeOne>,
}

const fn recipe(of: &'static str, make: Make) -> Recipe {
    Recipe { of, make, one: None }
}

/// Everything that there can be.
static RECIPES: &[&[Recipe]] = &[
    network::RECIPES,
    groups::RECIPES,
    compute::RECIPES,
    balancing::RECIPES,
    containers::RECIPES,
    serverless::RECIPES,
    data::RECIPES,
    storage::RECIPES,
    watch::RECIPES,
    edge::RECIPES,
    people::RECIPES,
];

/// What there is in the demo's accounts.
#[derive(Debug)]
pub(super) struct Estate {
    scale: usize,
    now: i64,
}

impl Estate {
    /// With about `scale` instances more than usual.
    pub fn new(scale: usize, now: SystemTime) -> Self {
        Self { scale, now: DateTime::from(now).secs() }
    }

    /// Every kind of item.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        RECIPES.iter().flat_map(|r| r.iter()).map(|r| r.of).chain(others::kinds())
    }

    /// The items of a kind; none where nothing runs.
    pub fn items(&self, account: &str, region: &str, of: &str) -> Items {
        let recipe = RECIPES.iter().flat_map(|r| r.iter()).find(|r| r.of == of);
        let plan = file().accounts.iter().find(|p| p.id == account);
        let Some(plan) = plan else { return Items::default() };
        let site = Arc::new(self.site(plan, region));
        let complete = |r: &Recipe| (r.make)(&site).into_iter().map(|i| others::complete(&site, r.of, i)).collect();
        let fixed = recipe.map_or_else(|| others::items(&site, of), complete);
        let more = recipe.filter(|r| r.one.is_some()).map(|r| (r, site.more));
        Items { fixed, more, site: Some(site) }
    }

    fn site(&self, plan: &'static Plan, region: &str) -> Site {
        let bare = Site { plan, region: String::new(), apps: Vec::new(), now: self.now, more: 0 }.at(region);
        // The many are spread over the places that can be seen.
        let seen = |p: &Plan, region: &str| p.env != "dev" && !p.name.starts_with("vendor") && region != "eu-south-1";
        let all = file().accounts.iter().flat_map(|p| p.sites.iter().filter_map(move |s| Some((p, s.first()?))));
        let places = all.filter(|(p, region)| seen(p, region)).count();
        let here = bare.is_used() && seen(plan, region);
        let more = if here { self.scale.div_ceil(places.max(1)) } else { 0 };
        Site { more, ..bare }
    }

    /// Why a service does not answer an account at all: some are for an organization's own accounts.
    pub fn stranger(&self, account: &str, service: &str) -> Option<Fault> {
        let plan = file().accounts.iter().find(|p| p.id == account)?;
        let outside = plan.name.starts_with("partner") || plan.name.starts_with("vendor");
        match service {
            "organizations" if outside => {
                let words = "Your account is not a member of an organization.";
                Some(Fault::new(400, "AWSOrganizationsNotInUseException", words))
            }
            // The management account and a delegated administrator may ask.
            "organizations" if plan.env != "shared" => {
                Some(Fault::new(400, "AccessDeniedException", "You don't have permissions to access this resource."))
            }
            _ => None,
        }
    }
}

/// The items of one kind in one place: those of the estate, and the many that are made one by one.
#[derive(Debug, Default)]
pub(super) struct Items {
    fixed: Vec<Value>,
    more: Option<(&'static Recipe, usize)>,
    site: Option<Arc<Site>>,
}

impl Items {
    pub fn len(&self) -> usize {
        self.fixed.len() + self.more.map_or(0, |(_, n)| n)
    }

    pub fn get(&self, at: usize) -> Option<Cow<'_, Value>> {
        match at.checked_sub(self.fixed.len()) {
            None => self.fixed.get(at).map(Cow::Borrowed),
            Some(n) => {
                let (recipe, _) = self.more.filter(|(_, count)| n < *count)?;
                let (site, make) = (self.site.as_ref()?, recipe.one?);
                Some(Cow::Owned(others::complete(site, recipe.of, make(site, n))))
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, Value>> {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

/// An account in a region, and what runs there. For services without regions the region is empty.
#[derive(Debug)]
struct Site {
    plan: &'static Plan,
    region: String,
    apps: Vec<&'static App>,
    now: i64,
    /// How many of the many are here.
    more: usize,
}

/// An application that has nothing, where one has to be named.
fn nobody() -> &'static App {
    static NOBODY: OnceLock<App> = OnceLock::new();
    NOBODY.get_or_init(App::default)
}

/// An id with dashes, always the same for the same words.
fn uuid(site: &Site, of: &str) -> String {
    let text = site.hex(&format!("uuid{of}"), 32);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The id of an application's KMS key.
fn key_id(site: &Site, app: &App) -> String {
    uuid(site, &format!("key{}", app.name))
}

/// One of the words between colons.
fn word(text: &str, at: usize) -> Option<&str> {
    text.split(':').nth(at)
}

/// A number of a name in `estate.toml`.
fn count(text: &str, at: usize) -> usize {
    word(text, at).and_then(|n| n.parse().ok()).unwrap_or(1)
}

impl Site {
    fn account(&self) -> &'static str {
        &self.plan.id
    }

    /// A number that is always the same for the same words, here.
    fn number(&self, of: &str) -> u64 {
        let mut z = super::hash(&format!("{}/{}/{of}", self.plan.id, self.region));
        // Words that differ little shall make numbers that differ much
        // (<https://prng.di.unimi.it/splitmix64.c>).
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `vpc-0` and sixteen digits.
    fn id(&self, prefix: &str, of: &str) -> String {
        format!("{prefix}-0{:016x}", self.number(&format!("{prefix}{of}")))
    }

    fn hex(&self, of: &str, digits: usize) -> String {
        let mut text = format!("{:016x}{:016x}", self.number(of), self.number(&format!("{of}+")));
        text.truncate(digits);
        text
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account())
    }

    fn iam(&self, rest: &str) -> String {
        format!("arn:aws:iam::{}:{rest}", self.account())
    }

    /// A time so many seconds ago, or ahead where they are less than nothing.
    fn ago(&self, seconds: i64) -> String {
        DateTime::from_secs(self.now - seconds).fmt(Format::DateTime).unwrap_or_default()
    }

    /// A time between some days ago and twice that, always the same for the same words.
    fn days(&self, of: &str, days: i64) -> String {
        let spread = i64::try_from(self.number(of) % 86_400_000).unwrap_or_default();
        self.ago(days * 86_400 + spread * days / 1000)
    }

    /// The zones' letters.
    fn zone(&self, at: usize) -> String {
        format!("{}{}", self.region, ["a", "b", "c"].get(at % 3).unwrap_or(&"a"))
    }

    /// `[{Key, Value}]` with name, team and stage.
    fn tags(&self, app: &App, name: &str) -> Value {
        json!([
            {"Key": "Name", "Value": name}, {"Key": "app", "Value": app.name}, {"Key": "team", "Value": app.team},
            {"Key": "env", "Value": self.plan.env},
        ])
    }

    /// The same without a name.
    fn labels(&self, app: &App) -> Value {
        json!([
            {"Key": "app", "Value": app.name}, {"Key": "team", "Value": app.team},
            {"Key": "env", "Value": self.plan.env},
        ])
    }

    /// The same as `[{key, value}]`.
    fn small_tags(&self, app: &App) -> Value {
        json!([
            {"key": "app", "value": app.name}, {"key": "team", "value": app.team},
            {"key": "env", "value": self.plan.env},
        ])
    }

    /// The same as a map.
    fn map_tags(&self, app: &App) -> Value {
        json!({"app": app.name, "team": app.team, "env": self.plan.env})
    }

    /// Every name of a part of the applications, with its application.
    fn all<'s>(&'s self, part: fn(&App) -> &[String]) -> impl Iterator<Item = (&'static App, &'static str)> + 's {
        self.apps.iter().flat_map(move |app| part(app).iter().map(move |name| (*app, name.as_str())))
    }

    /// Whether anything runs here.
    fn is_used(&self) -> bool {
        !self.apps.is_empty()
    }

    /// The same account in another region.
    fn at(&self, region: &str) -> Self {
        let row = self.plan.sites.iter().find(|s| s.first().is_some_and(|r| r == region));
        let names = row.into_iter().flat_map(|s| s.iter().skip(1));
        let apps = names.filter_map(|n| file().apps.iter().find(|a| a.name == *n)).collect();
        Self { plan: self.plan, region: region.to_owned(), apps, now: self.now, more: 0 }
    }

    /// The account in every region where something runs.
    fn everywhere(&self) -> impl Iterator<Item = Self> + '_ {
        self.plan.sites.iter().filter_map(|s| s.first()).map(|region| self.at(region))
    }

    /// The second number of its addresses.
    fn network(&self) -> u64 {
        16 + self.number("network") % 200
    }

    fn vpc(&self) -> String {
        self.id("vpc", "main")
    }

    /// A subnet of the main VPC: `private` or `public`, by zone.
    fn subnet(&self, tier: &str, zone: usize) -> String {
        self.id("subnet", &format!("{tier}{}", zone % 3))
    }

    /// A security group of an application: `lb`, `app` or `db`.
    fn group(&self, app: &App, tier: &str) -> String {
        self.id("sg", &format!("{}-{tier}", app.name))
    }

    fn default_vpc(&self) -> Option<String> {
        // Two accounts took theirs away.
        let none = self.region.is_empty() || matches!(self.plan.name.as_str(), "shop-prod-eu" | "shop-audit");
        (!none).then(|| default_vpc(self.account(), &self.region))
    }
}

#[cfg(test)]
#[path = "../estate_tests.rs"]
mod tests;
