//! What there is a few of: items written as JSON in `others.toml`, filled in where their application runs. There too
//! stand members that the recipes leave out, so that a new kind's demo is data alone.

use super::{App, Site, nobody, uuid};
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

/// Members of every item that a recipe makes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    of: String,
    /// A JSON object with places; also `{=MEMBER}`, a text of the item's own.
    members: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    other: Vec<Other>,
    #[serde(default)]
    more: Vec<More>,
}

/// The file with its JSON read.
struct All {
    others: Vec<(Other, Value)>,
    more: Vec<(String, serde_json::Map<String, Value>)>,
}

fn all() -> &'static All {
    static ALL: OnceLock<All> = OnceLock::new();
    ALL.get_or_init(|| {
        // A test reads the file; what it cannot read it does not ship.
        let file: File = toml::from_str(include_str!("others.toml")).unwrap_or_default();
        let read = |o: Other| {
            let item = serde_json::from_str(&o.item).unwrap_or_default();
            (o, item)
        };
        let members = |m: More| (m.of, serde_json::from_str(&m.members).unwrap_or_default());
        All { others: file.other.into_iter().map(read).collect(), more: file.more.into_iter().map(members).collect() }
    })
}

/// The kinds of items.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    all().others.iter().map(|(o, _)| o.of.as_str())
}

/// A recipe's item with the members that it leaves out.
pub(super) fn complete(site: &Site, of: &str, mut item: Value) -> Value {
    for (_, members) in all().more.iter().filter(|(kind, _)| kind == of) {
        let source = Source { site, app: nobody(), of, item: &item };
        let new: Vec<(String, Value)> = members.iter().map(|(name, v)| (name.clone(), source.filled(v))).collect();
        if let Some(map) = item.as_object_mut() {
            map.extend(new);
        }
    }
    item
}

/// The items of a kind here; of a service without regions, those of the whole account.
pub(super) fn items(site: &Site, of: &str) -> Vec<Value> {
    let own: Vec<Site> = if site.region.is_empty() { site.everywhere().collect() } else { vec![site.at(&site.region)] };
    let mut out: Vec<Value> = Vec::new();
    for (other, item) in all().others.iter().filter(|(o, _)| o.of == of) {
        let fits = |s: &&Site| s.region.starts_with(&other.region) && (other.env.is_empty() || s.plan.env == other.env);
        for place in own.iter().filter(fits) {
            let Some(app) = place.apps.iter().find(|a| a.name == other.app) else { continue };
            out.push(Source { site: place, app, of, item: &Value::Null }.filled(item));
            // What belongs to no region is there once.
            if site.region.is_empty() {
                break;
            }
        }
    }
    out
}

/// What places are filled from.
#[derive(Clone, Copy)]
struct Source<'a> {
    site: &'a Site,
    app: &'a App,
    of: &'a str,
    /// What a recipe made already.
    item: &'a Value,
}

impl Source<'_> {
    /// The value with its places filled in.
    fn filled(self, value: &Value) -> Value {
        match value {
            Value::String(text) => match text.as_str() {
                "{labels}" => self.site.labels(self.app),
                "{small}" => self.site.small_tags(self.app),
                "{map}" => self.site.map_tags(self.app),
                text => Value::from(self.text(text)),
            },
            Value::Array(list) => list.iter().map(|v| self.filled(v)).collect(),
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), self.filled(v))).collect(),
            value => value.clone(),
        }
    }

    fn text(self, text: &str) -> String {
        let Self { site, app, of, item } = self;
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((place, behind)) = after.split_once('}') else { break };
            let (name, more) = place.split_once(':').unwrap_or((place, ""));
            let number = more.parse::<i64>().unwrap_or_default();
            let own = name.strip_prefix('=').and_then(|member| item.get(member)?.as_str());
            out.push_str(&match name {
                _ if own.is_some() => own.unwrap_or_default().to_owned(),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let plan = &super::super::file().accounts[0];
        Site { plan, region: "us-east-1".to_owned(), apps: Vec::new(), now: 0, more: 0 }.at("us-east-1")
    }

    fn knows_all_places(of: &str, value: &Value) {
        let text = value.to_string();
        for place in text.split('{').skip(1).filter_map(|p| p.split_once('}')).map(|(p, _)| p) {
            assert!(place.contains('"') || place.is_empty(), "{of}: {{{place}}}");
        }
    }

    #[test]
    fn every_item_is_json_and_every_place_is_known() {
        let file: File = toml::from_str(include_str!("others.toml")).unwrap();
        let site = site();
        for other in &file.other {
            let item: Value = serde_json::from_str(&other.item).unwrap_or_else(|e| panic!("{}: {e}", other.of));
            assert!(super::super::file().apps.iter().any(|a| a.name == other.app), "{}", other.app);
            let source = Source { site: &site, app: nobody(), of: &other.of, item: &Value::Null };
            knows_all_places(&other.of, &source.filled(&item));
        }
    }

    #[test]
    fn what_a_recipe_leaves_out_is_filled_from_its_own_items() {
        let file: File = toml::from_str(include_str!("others.toml")).unwrap();
        assert!(!file.more.is_empty());
        for more in &file.more {
            let members: Value = serde_json::from_str(&more.members).unwrap_or_else(|e| panic!("{}: {e}", more.of));
            let recipe = super::super::RECIPES.iter().flat_map(|r| r.iter()).find(|r| r.of == more.of);
            let recipe = recipe.unwrap_or_else(|| panic!("nothing makes {}", more.of));
            let everywhere: Vec<Site> = super::super::file()
                .accounts
                .iter()
                .flat_map(|plan| {
                    Site { plan, region: String::new(), apps: Vec::new(), now: 0, more: 0 }
                        .everywhere()
                        .collect::<Vec<_>>()
                })
                .collect();
            let (site, item) = everywhere.iter().find_map(|s| Some((s, (recipe.make)(s).into_iter().next()?))).unwrap();
            let done = complete(site, &more.of, item);
            for name in members.as_object().unwrap().keys() {
                assert!(done.get(name).is_some(), "{}: {name}", more.of);
            }
            knows_all_places(&more.of, &done);
        }
    }
}
