//! What there is in the demo's accounts, as items in the AWS CLI's shape, and which operation answers which of them.
//!
//! Items are made when they are first asked for (`estate/`); the rules stand in `rules.toml`.

mod pick;
mod place;
mod rules;
mod tags;

use super::estate::{Estate, Items};
use super::protocol::Question;
use super::wire::{Asked, Fault};
use super::{Damaged, hash};
use rules::{Rule, Rules};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

/// Whose and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub account: &'a str,
    pub region: &'a str,
}

/// Account, region and name of a kind of item.
type Key = (String, String, String);

/// The store.
#[derive(Debug)]
pub(super) struct Store {
    estate: Estate,
    rules: OnceLock<Result<Rules, Damaged>>,
    made: Mutex<HashMap<Key, Arc<Items>>>,
    /// Questions that were refused as one too many, until they are answered.
    refused: Mutex<HashMap<u64, u32>>,
}

/// Services whose items belong to no region.
const GLOBAL: [&str; 9] = [
    "account",
    "budgets",
    "cloudfront",
    "globalaccelerator",
    "iam",
    "organizations",
    "route53",
    "route53domains",
    "s3",
];

/// Whether an operation is one that only looks.
pub(super) fn answers(operation: &str) -> bool {
    ["List", "Describe", "Get", "BatchGet", "Search", "Lookup"].iter().any(|verb| operation.starts_with(verb))
}

/// The id of the VPC that AWS made for an account in a region.
pub(super) fn default_vpc(account: &str, region: &str) -> String {
    format!("vpc-0{:016x}", hash(&format!("{account}{region}")))
}

/// Whether an ARN is of a type as the Tagging API names them: `ec2:instance`, `s3`.
fn is_type(arn: &str, wanted: &str) -> bool {
    let (service, kind) = wanted.split_once(':').unwrap_or((wanted, ""));
    let mut parts = arn.splitn(6, ':').skip(2);
    parts.next() == Some(service) && (kind.is_empty() || parts.nth(2).is_some_and(|rest| rest.starts_with(kind)))
}

impl Store {
    /// With about `scale` instances beside the usual ones.
    pub fn new(scale: usize, now: SystemTime) -> Self {
        Self {
            estate: Estate::new(scale, now),
            rules: OnceLock::new(),
            made: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    fn rules(&self) -> Result<&Rules, Fault> {
        let read = self.rules.get_or_init(Rules::read).as_ref();
        read.map_err(|e| Fault::new(500, "InternalFailure", e.to_string()))
    }

    /// Items of a kind, such as `ec2/instance`.
    fn items(&self, place: Place<'_>, of: &str) -> Arc<Items> {
        let global = of.split('/').next().is_some_and(|service| GLOBAL.contains(&service));
        let region = if global { "" } else { place.region };
        let key = (place.account.to_owned(), region.to_owned(), of.to_owned());
        let known = |made: &HashMap<Key, Arc<Items>>| made.get(&key).cloned();
        let lock = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(items) = known(&lock()) {
            return items;
        }
        // Made without the lock: others need not wait, and two make the same.
        let items = Arc::new(self.estate.items(place.account, region, of));
        lock().entry(key).or_insert(items).clone()
    }

    /// The ARN that a question is about, where it is about one item.
    pub fn resource(&self, place: Place<'_>, question: &Question) -> Option<String> {
        let rule = self.rules().ok()?.of(question)?;
        if rule.by.is_empty() {
            return None;
        }
        let named: Vec<_> = rule.named(&question.params).filter(|(_, value)| value.is_string()).collect();
        if named.is_empty() {
            return None;
        }
        let items = rule.of.iter().map(|of| self.items(place, of));
        let mut found = items.flat_map(|items| {
            let fits = |item: &Value| named.iter().all(|(members, value)| pick::is(item, members, value));
            let first = items.iter().find(|item| fits(item));
            first.and_then(|item| {
                item.get("_arn").or_else(|| item.get("_parent")).and_then(Value::as_str).map(str::to_owned)
            })
        });
        found.next()
    }

    /// What a question is answered with. What has no rule is answered as where there is none.
    pub fn answer(&self, place: Place<'_>, question: &Question) -> Result<Value, Fault> {
        match self.rules()?.of(question) {
            Some(rule) => self.by_rule(place, question, rule),
            None if question.service.name == "resourcegroupstaggingapi" => Ok(self.tagged(place, question)),
            None => {
                let mut answer = place::empty(question);
                if let Some(tags) = tags::of(question, |arn| self.tags(place, question, arn)) {
                    answer.extend(tags);
                }
                Ok(Value::Object(answer))
            }
        }
    }

    fn by_rule(&self, place: Place<'_>, question: &Question, rule: &Rule) -> Result<Value, Fault> {
        if let Some(fault) = self.estate.stranger(place.account, question.service.name) {
            return Err(fault);
        }
        let all: Vec<Arc<Items>> = rule.of.iter().map(|of| self.items(place, of)).collect();
        let mut answer = place::empty(question);
        if rule.one() {
            let found = all.iter().find_map(|items| {
                items.iter().find(|item| rule.named(&question.params).all(|(members, v)| pick::is(item, members, v)))
            });
            let item = found.ok_or_else(|| rule.missing(question))?;
            place::one(&mut answer, rule, &item)?;
            return Ok(Value::Object(answer));
        }
        let picked = pick::page(question, rule, &all)?;
        place::list(&mut answer, question, rule, picked);
        Ok(Value::Object(answer))
    }

    /// The tags of the item with an ARN or an id, wherever in the service it is.
    fn tags(&self, place: Place<'_>, question: &Question, arn: &str) -> Option<Map<String, Value>> {
        let service = question.service.name;
        let kinds = self.estate.kinds().filter(|of| of.split('/').next() == Some(service));
        kinds.into_iter().find_map(|of| {
            let items = self.items(place, of);
            let found = items
                .iter()
                .find(|i| ["_arn", "_id"].iter().any(|m| i.get(*m).and_then(Value::as_str) == Some(arn)))?;
            tags::read(&found)
        })
    }

    /// What the Tagging API answers: everything here that has tags.
    fn tagged(&self, place: Place<'_>, question: &Question) -> Value {
        let params = &question.params;
        let texts = |name: &str| -> Vec<&str> {
            params.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (types, arns) = (texts("ResourceTypeFilters"), texts("ResourceARNList"));
        let number = |name: &str| params.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let size = number("ResourcesPerPage").unwrap_or(50).clamp(1, 100);
        let token = params.get("PaginationToken").and_then(Value::as_str).and_then(|t| t.strip_prefix("demo-"));
        let mut skip: usize = token.and_then(|t| t.parse().ok()).unwrap_or_default();
        let start = skip;
        let (mut found, mut more) = (Vec::new(), false);
        // What belongs to no region answers in us-east-1.
        let here = |of: &str| place.region == "us-east-1" || !GLOBAL.iter().any(|s| of.starts_with(&format!("{s}/")));
        'all: for of in self.estate.kinds().collect::<BTreeSet<_>>().into_iter().filter(|of| here(of)) {
            let items = self.items(place, of);
            for item in items.iter() {
                let Some(arn) = item.get("_arn").and_then(Value::as_str) else { break };
                let Some(tags) = tags::read(&item).filter(|t| !t.is_empty()) else { continue };
                let typed = types.is_empty() || types.iter().any(|t| is_type(arn, t));
                let named = arns.is_empty() || arns.contains(&arn);
                if !typed || !named || !tags::fit(&tags, params.get("TagFilters")) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                if found.len() == size {
                    more = true;
                    break 'all;
                }
                let pairs: Vec<Value> = tags.iter().map(|(k, v)| json!({"Key": k, "Value": v})).collect();
                found.push(json!({"ResourceARN": arn, "Tags": pairs}));
            }
        }
        let next = if more { format!("demo-{}", start + found.len()) } else { String::new() };
        json!({"ResourceTagMappingList": found, "PaginationToken": next})
    }

    /// Whether a question gets through where requests are throttled: at the second attempt.
    pub fn gets_through(&self, account: &str, asked: &Asked) -> bool {
        let params = asked.question.as_ref().map(|q| q.params.to_string()).unwrap_or_default();
        let of = hash(&format!("{account}{}{}{params}", asked.action(), asked.region));
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        // Two of three at once, the others when they are asked again.
        if !of.is_multiple_of(3) || refused.remove(&of).is_some() {
            return true;
        }
        refused.insert(of, 1);
        false
    }
}
