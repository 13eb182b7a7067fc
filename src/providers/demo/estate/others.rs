//! What there is a few of: items written as JSON in `others.toml`, filled in where their application runs.

use super::{App, Site, uuid};
use serde::Deserialize;
use serde_json::Value;
use std::sync::OnceLock;

/// One item and where it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    of: String,
    /// Where this application runs…
    app: String,
    /// …in regions that begin so.
    #[serde(default)]
    region: String,
    /// …in accounts of this stage.
    #[serde(default)]
    env: String,
    /// JSON with places.
    item: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    other: Vec<Other>,
}

/// Each with its item read.
fn all() -> &'static [(Other, Value)] {
    static ALL: OnceLock<Vec<(Other, Value)>> = OnceLock::new();
    ALL.get_or_init(|| {
        // A test reads the file; what it cannot read it does not ship.
        let file: File = toml::from_str(include_str!("others.toml")).unwrap_or_default();
        let read = |o: Other| {
            let item = serde_json::from_str(&o.item).unwrap_or_default();
            (o, item)
        };
        file.other.into_iter().map(read).collect()
    })
}

/// The kinds of items.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    all().iter().map(|(o, _)| o.of.as_str())
}

/// The items of a kind here; of a service without regions, those of the whole account.
pub(super) fn items(site: &Site, of: &str) -> Vec<Value> {
    let own: Vec<Site> = if site.region.is_empty() { site.everywhere().collect() } else { vec![site.at(&site.region)] };
    let mut out: Vec<Value> = Vec::new();
    for (other, item) in all().iter().filter(|(o, _)| o.of == of) {
        let fits = |s: &&Site| s.region.starts_with(&other.region) && (other.env.is_empty() || s.plan.env == other.env);
        for place in own.iter().filter(fits) {
            let Some(app) = place.apps.iter().find(|a| a.name == other.app) else { continue };
            out.push(filled(place, app, of, item));
            // What belongs to no region is there once.
            if site.region.is_empty() {
                break;
            }
        }
    }
    out
}

/// The item with its places filled in.
fn filled(site: &Site, app: &App, of: &str, item: &Value) -> Value {
    match item {
        Value::String(text) => match text.as_str() {
            "{labels}" => site.labels(app),
            "{small}" => site.small_tags(app),
            "{map}" => site.map_tags(app),
            text => Value::from(text_of(site, app, of, text)),
        },
        Value::Array(list) => list.iter().map(|v| filled(site, app, of, v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), filled(site, app, of, v))).collect(),
        value => value.clone(),
    }
}

fn text_of(site: &Site, app: &App, of: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((place, behind)) = after.split_once('}') else { break };
        let (name, more) = place.split_once(':').unwrap_or((place, ""));
        let number = more.parse::<i64>().unwrap_or_default();
        out.push_str(&match name {
            "account" => site.account().to_owned(),
            "region" => site.region.clone(),
            "env" => site.plan.env.clone(),
            "team" => app.team.clone(),
            "zone" => site.zone(0),
            "vpc" => site.vpc(),
            "subnet" => site.subnet("private", 0),
            "group" => site.group(app, "app"),
            "image" => site.id("ami", "al2023"),
            "network" => site.network().to_string(),
            "host" => site.id("i", more),
            "days" => site.ago(number * 86_400),
            "minutes" => site.ago(number * 60),
            "hex" => site.hex(of, usize::try_from(number).unwrap_or(17)),
            "uuid" => uuid(site, of),
            other => format!("{{{other}}}"),
        });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_json_and_every_place_is_known() {
        let file: File = toml::from_str(include_str!("others.toml")).unwrap();
        for other in &file.other {
            let item: Value = serde_json::from_str(&other.item).unwrap_or_else(|e| panic!("{}: {e}", other.of));
            assert!(super::super::file().apps.iter().any(|a| a.name == other.app), "{}", other.app);
            let plan = &super::super::file().accounts[0];
            let site = Site { plan, region: "us-east-1".to_owned(), apps: Vec::new(), now: 0, more: 0 }.at("us-east-1");
            let text = filled(&site, super::super::nobody(), &other.of, &item).to_string();
            for place in text.split('{').skip(1).filter_map(|p| p.split_once('}')).map(|(p, _)| p) {
                assert!(place.contains('"') || place.is_empty(), "{}: {{{place}}}", other.of);
            }
        }
    }
}
