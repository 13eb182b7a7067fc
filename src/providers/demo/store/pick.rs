//! Which items a question is answered with: those that its parameters and filters choose, a page of them.

use super::super::estate::Items;
use super::super::protocol::Question;
use super::super::wire::Fault;
use super::rules::Rule;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// What most services give at once.
const PAGE: usize = 100;

/// A page, and where the next one begins.
pub(super) struct Page<'i> {
    pub items: Vec<Cow<'i, Value>>,
    pub next: Option<usize>,
}

/// Whether one of an item's members has a value, or one of a list's.
pub(super) fn is(item: &Value, members: &[String], value: &Value) -> bool {
    let one = |wanted: &Value| {
        members.iter().any(|m| match item.get(m) {
            Some(Value::Array(list)) => list.contains(wanted),
            Some(own) => own == wanted,
            None => false,
        })
    };
    match value {
        Value::Array(list) => list.iter().any(one),
        one_value => one(one_value),
    }
}

/// Chooses and pages.
pub(super) fn page<'i>(question: &Question, rule: &Rule, all: &'i [Arc<Items>]) -> Result<Page<'i>, Fault> {
    let params = &question.params;
    let named: Vec<_> = rule.named(params).collect();
    if rule.missing.is_some()
        && let Some(fault) = absent(question, rule, all, &named)
    {
        return Err(fault);
    }
    let filters = filters(params);
    let fits = |item: &Value| {
        named.iter().all(|(members, value)| is(item, members, value)) && filters.iter().all(|f| f.takes(item))
    };
    let paging = question.op.paging.as_ref();
    let most = rule.page.unwrap_or(if question.service.name == "ec2" { 1000 } else { PAGE });
    let limit = paging.and_then(|p| params.get(p.limit.as_ref()?)).and_then(number).unwrap_or(most);
    let size = if paging.is_some() { limit.clamp(1, most) } else { usize::MAX };
    let token = paging.and_then(|p| params.get(p.input.first()?)).and_then(Value::as_str);
    let start = match token.map(|t| t.strip_prefix("demo-").and_then(|n| n.parse::<usize>().ok())) {
        None => 0,
        Some(Some(start)) => start,
        Some(None) => return Err(Fault::new(400, "InvalidNextToken", "The token is not one of the demo's")),
    };
    // The token counts items before they are chosen, so that nothing is made that was answered already.
    let mut items = Vec::new();
    let mut at = 0;
    for collection in all {
        for i in 0..collection.len() {
            at += 1;
            if at <= start {
                continue;
            }
            let Some(item) = collection.get(i) else { continue };
            if fits(&item) {
                if items.len() == size {
                    return Ok(Page { items, next: Some(at - 1) });
                }
                items.push(item);
            }
        }
    }
    Ok(Page { items, next: None })
}

fn number(value: &Value) -> Option<usize> {
    let n = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    usize::try_from(n).ok()
}

/// The error where one of the ids that were asked for is nobody's.
fn absent(question: &Question, rule: &Rule, all: &[Arc<Items>], named: &[(&[String], &Value)]) -> Option<Fault> {
    for (members, value) in named {
        let wanted: Vec<&Value> = match value {
            Value::Array(list) => list.iter().collect(),
            one => vec![*one],
        };
        let there = |w: &Value| all.iter().any(|items| items.iter().any(|item| is(&item, members, w)));
        if wanted.into_iter().any(|w| !there(w)) {
            return Some(rule.missing(question));
        }
    }
    None
}

/// One of EC2's filters, and of those who write theirs alike.
struct Filter {
    name: String,
    values: Vec<String>,
}

fn filters(params: &Value) -> Vec<Filter> {
    let list = ["Filters", "Filter", "filters"].iter().find_map(|n| params.get(*n)?.as_array());
    let text = |v: &Value, names: [&str; 2]| names.iter().find_map(|n| v.get(*n)?.as_str()).map(str::to_owned);
    let all = list.into_iter().flatten().filter_map(|f| {
        let values = ["Values", "values"].iter().find_map(|n| f.get(*n)?.as_array())?;
        Some(Filter {
            name: text(f, ["Name", "Key"])?,
            values: values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    });
    all.collect()
}

impl Filter {
    fn takes(&self, item: &Value) -> bool {
        let values: Vec<&str> = if let Some(key) = self.name.strip_prefix("tag:") {
            tag(item, key).into_iter().collect()
        } else {
            let mut found = Vec::new();
            for name in names(&self.name) {
                collect(item, &name, &mut found);
            }
            found
        };
        values.into_iter().any(|v| self.values.iter().any(|pattern| fits(pattern, v)))
    }
}

fn tag<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    let tags = item.get("Tags").or_else(|| item.get("TagSet"))?.as_array()?;
    tags.iter().find(|t| t.get("Key").and_then(Value::as_str) == Some(key))?.get("Value")?.as_str()
}

/// The members that a filter's name may mean: `vpc-id` is `VpcId`, and a few have a word of their own.
fn names(filter: &str) -> Vec<String> {
    let own: &[&str] = match filter {
        "instance-state-name" => &["_state"],
        "private-ip-address" | "addresses.private-ip-address" | "network-interface.addresses.private-ip-address" => {
            &["PrivateIpAddress"]
        }
        "ip-address" | "association.public-ip" | "public-ip" | "addresses.association.public-ip" => {
            &["PublicIpAddress", "PublicIp"]
        }
        "ipv6-addresses.ipv6-address" | "network-interface.ipv6-addresses.ipv6-address" => &["Ipv6Address"],
        "private-dns-name" | "private-dns" => &["PrivateDnsName"],
        "attachment.instance-id" | "association.instance-id" => &["InstanceId"],
        "attachment.vpc-id" => &["VpcId"],
        "group-name" => &["GroupName"],
        "tag-key" => &["Key"],
        "status" => &["Status", "State"],
        "state" | "state-name" => &["State"],
        _ => &[],
    };
    if !own.is_empty() {
        return own.iter().map(|n| (*n).to_owned()).collect();
    }
    let words = filter.rsplit('.').next().unwrap_or(filter).split('-');
    let capital = |w: &str| {
        let mut letters = w.chars();
        letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default() + letters.as_str()
    };
    vec![words.map(capital).collect()]
}

/// The texts of a member, wherever in the item it stands.
fn collect<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (n, v) in map {
                if n == name {
                    match v {
                        Value::Array(list) => found.extend(list.iter().filter_map(Value::as_str)),
                        v => found.extend(v.as_str()),
                    }
                }
                collect(v, name, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|v| collect(v, name, found)),
        _ => {}
    }
}

/// Whether a value fits a filter's, in which `*` and `?` stand for others.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(rest, &text[at..]))
        }
        Some(c) => {
            let mut letters = text.chars();
            letters.next().is_some_and(|t| c == '?' || c == t) && fits(&pattern[c.len_utf8()..], letters.as_str())
        }
    }
}
