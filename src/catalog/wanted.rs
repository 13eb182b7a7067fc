//! What of an answer is wanted: the members that a kind's paths name. The rest is read past, not kept.

use super::kind::{Call, Fetch, Kind, Param};
use super::path::{Path, Step};
use super::template::{Source, Template};
use std::collections::BTreeMap;

/// A tree of members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    all: bool,
    members: BTreeMap<String, Wanted>,
}

impl Wanted {
    /// Everything.
    pub fn everything() -> Self {
        Self { all: true, members: BTreeMap::new() }
    }

    /// Whether everything from here on is wanted.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// What is wanted of a member; `None`: nothing.
    pub fn member(&self, name: &str) -> Option<&Self> {
        if self.all { Some(self) } else { self.members.get(name) }
    }

    /// Adds what a path leads to. Lists on its way are looked through.
    pub fn add(&mut self, steps: &[Step]) {
        let Some((step, rest)) = steps.split_first() else {
            self.all = true;
            return;
        };
        match step {
            Step::Member(name) => self.members.entry(name.clone()).or_default().add(rest),
            Step::Each | Step::At(_) => self.add(rest),
            Step::Where(name, _) => {
                self.members.entry(name.clone()).or_default().all = true;
                self.add(rest);
            }
        }
    }

    /// What a kind wants of the answers of its list; `extra` are paths into the answer itself, such as tokens.
    pub fn of_list(kind: &Kind, call: &Call, extra: &[Path]) -> Self {
        let mut wanted = Self::default();
        extra.iter().for_each(|p| wanted.add(&p.steps));
        // What special code reads, no path tells.
        if kind.special.is_some() {
            return Self::everything();
        }
        let items = call.items.as_ref().map_or(&[][..], |p| &p.steps);
        let begin = |path: &Path| inside(items, path);
        each_path(kind, &mut |path| wanted.add(&begin(path)));
        if call.scalar_as.is_some() {
            wanted.add(items);
        }
        wanted
    }

    /// What a kind wants of the answers of a second call.
    pub fn of_fetch(kind: &Kind, fetch: &Fetch, extra: &[Path]) -> Self {
        let mut wanted = Self::default();
        extra.iter().for_each(|p| wanted.add(&p.steps));
        let items = fetch.call.items.as_ref().map_or(&[][..], |p| &p.steps);
        if let Some(key) = &fetch.key {
            wanted.add(&inside(items, key));
        }
        each_path(kind, &mut |path| match &fetch.into {
            None => wanted.add(&inside(items, path)),
            // A list of items under one field is looked through too.
            Some(field) if path.begins_with(field) => {
                let rest = Path { up: 0, steps: path.steps[1..].to_vec() };
                wanted.add(&inside(items, &rest));
            }
            Some(_) => {}
        });
        wanted
    }
}

/// A path into an item, as a path into the answer. `^` leaves the innermost lists.
fn inside(items: &[Step], path: &Path) -> Vec<Step> {
    let mut outer = items;
    for _ in 0..path.up {
        let member = outer.iter().rposition(|s| matches!(s, Step::Member(_)));
        outer = &outer[..member.unwrap_or(0)];
    }
    outer.iter().chain(&path.steps).cloned().collect()
}

/// Every path that a kind has into its rows.
fn each_path(kind: &Kind, with: &mut dyn FnMut(&Path)) {
    let identity = [Some(&kind.identity.id), kind.identity.arn.as_ref(), kind.identity.name.as_ref()];
    for template in identity.into_iter().flatten() {
        template.paths().for_each(&mut *with);
    }
    for column in &kind.columns {
        match &column.from {
            super::kind::From::Path(path) => with(path),
            super::kind::From::Text(text) => text.paths().for_each(&mut *with),
        }
    }
    kind.row_region.iter().for_each(&mut *with);
    kind.state.iter().for_each(|s| with(&s.path));
    kind.tags.iter().for_each(|t| with(&t.path));
    kind.links.iter().for_each(|l| with(&l.path));
    for fetch in &kind.fetches {
        with(&fetch.row_key);
        fetch.region.iter().for_each(|t| of_template(t, with));
        fetch.call.params.values().for_each(|p| of_param(p, with));
    }
}

fn of_param(param: &Param, with: &mut dyn FnMut(&Path)) {
    match param {
        Param::Text(template) => of_template(template, with),
        Param::Plain(_) => {}
        Param::List(list) => list.iter().for_each(|p| of_param(p, with)),
        Param::Map(map) => map.values().for_each(|p| of_param(p, with)),
    }
}

fn of_template(template: &Template, with: &mut dyn FnMut(&Path)) {
    for source in template.sources() {
        match source {
            Source::Item(path) => with(path),
            Source::Row(field) | Source::Batch(field) => {
                if let Ok(path) = Path::parse(field) {
                    with(&path);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_wants_what_its_paths_name_and_no_more() {
        let kind = Kind::parse(include_str!("aws/ec2/instance.toml")).unwrap();
        let wanted = Wanted::of_list(&kind, &kind.list, &[Path::parse("NextToken").unwrap()]);
        let at = |names: &[&str]| names.iter().try_fold(&wanted, |w, n| w.member(n)).map(Wanted::is_all);
        assert_eq!(at(&["NextToken"]), Some(true));
        assert_eq!(at(&["Reservations", "OwnerId"]), Some(true), "what encloses an item");
        assert_eq!(at(&["Reservations", "Instances", "InstanceId"]), Some(true));
        assert_eq!(at(&["Reservations", "Instances", "State"]), Some(false));
        assert_eq!(at(&["Reservations", "Instances", "State", "Code"]), None);
        assert_eq!(at(&["Reservations", "Instances", "Tags", "Key"]), Some(true));
        assert_eq!(at(&["Reservations", "Instances", "ProductCodes"]), None);
    }
}
