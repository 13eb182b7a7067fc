//! What listing or tagging assets of some kinds needs, from the kinds' own files.

use super::place::Who;
use super::snippet::{attach_to, place_note, short_hash};
use super::{Document, Kind, Place, Policy, PolicyError, RoleRef, Snippet, Statement};
use crate::catalog::Catalog;
use crate::catalog::kind::Kind as AssetKind;
use crate::catalog::template::{Fill, Source, Template};
use crate::domain::{AccountId, BaseIdentity, KindId, Partition};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be allowed on the assets of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Listing and reading them.
    Read,
    /// Changing their tags.
    Tag,
}

/// What listing or tagging the assets of some kinds needs, for a role that exists.
///
/// # Errors
/// When none of the kinds can be tagged.
pub fn kinds(role: &RoleRef, catalog: &Catalog, ids: &[KindId], purpose: Purpose) -> Result<Snippet, PolicyError> {
    at(Place::Role(role.clone()), catalog, ids, purpose)
}

/// [`kinds`] for a connection that assumes no role: it goes to the base identity itself.
///
/// # Errors
/// When none of the kinds can be tagged, or the identity takes no policy (root user, federation token) or is not
/// understood.
pub fn kinds_own(
    identity: &BaseIdentity,
    catalog: &Catalog,
    ids: &[KindId],
    purpose: Purpose,
) -> Result<Snippet, PolicyError> {
    at(Who::of(identity)?.place(identity)?, catalog, ids, purpose)
}

fn at(place: Place, catalog: &Catalog, ids: &[KindId], purpose: Purpose) -> Result<Snippet, PolicyError> {
    let chosen: Vec<&AssetKind> = ids.iter().filter_map(|id| catalog.kind(id)).map(|k| &**k).collect();
    let mut all = chosen.clone();
    if purpose == Purpose::Read {
        // A parent's assets are listed first.
        let mut next = 0;
        while let Some(kind) = all.get(next) {
            let parent = kind.parent.as_ref().and_then(|p| catalog.kind(&KindId::new(&p.kind)));
            all.extend(parent.map(|k| &**k).filter(|p| all.iter().all(|k| k.id != p.id)));
            next += 1;
        }
    }
    let sid = match purpose {
        Purpose::Read => "CloudivizeRead",
        Purpose::Tag => "CloudivizeTag",
    };
    let whose = Whose { partition: place.partition().clone(), account: place.account().cloned() };
    let titles = |kinds: &[&AssetKind]| kinds.iter().map(|k| k.title.as_str()).collect::<Vec<_>>().join(", ");
    let document =
        document(sid, &all, purpose, &whose).ok_or_else(|| PolicyError::NoTags { kinds: titles(&chosen) })?;
    let mut notes: Vec<String> = Vec::new();
    let untaggable: Vec<&AssetKind> = chosen.iter().filter(|k| k.tag.is_empty()).copied().collect();
    if purpose == Purpose::Tag && !untaggable.is_empty() {
        notes.push(format!("Without tags that can be changed from here: {}.", titles(&untaggable)));
    }
    notes.extend(place_note(&place));
    let (kind, what) = match purpose {
        Purpose::Read => (Kind::ReadKinds, "Reading"),
        Purpose::Tag => (Kind::TagKinds, "Tagging"),
    };
    let what = match chosen.len() {
        0..=3 => format!("{what} {}", titles(&chosen)),
        n => format!("{what} {n} kinds of assets"),
    };
    Ok(Snippet {
        kind,
        title: format!("{what}, for {}", place.label()),
        goes_where: attach_to(&place),
        place,
        trust: None,
        json: document.clone(),
        // Attaching under a name replaces what bears it: what was granted for other kinds stays.
        policy: Some(Policy { name: format!("{sid}-{}", short_hash(&document)), document }),
        managed: Vec::new(),
        notes,
    })
}

/// One statement for each set of actions on the same resources; `None` when there is nothing to allow.
fn document(sid: &str, kinds: &[&AssetKind], purpose: Purpose, whose: &Whose) -> Option<Document> {
    let mut on: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for kind in kinds {
        let needs = if purpose == Purpose::Read { &kind.read } else { &kind.tag };
        for need in needs {
            on.entry(whose.pattern(&need.resource, kind)).or_default().insert(&need.action);
        }
    }
    // What is allowed on everything needs no word about one thing.
    let everywhere = on.get("*").cloned().unwrap_or_default();
    let mut statements: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    for (resource, actions) in on {
        let left = actions.iter().filter(|a| resource == "*" || !everywhere.contains(*a)).copied().collect::<Vec<_>>();
        if !left.is_empty() {
            statements.entry(left).or_default().push(resource);
        }
    }
    let mut statements: Vec<(Vec<&str>, Vec<String>)> = statements.into_iter().collect();
    statements.sort_by(|a, b| a.1.cmp(&b.1));
    let statements: Vec<Statement> = statements
        .into_iter()
        .enumerate()
        .map(|(n, (actions, resources))| {
            let sid = if n == 0 { sid.to_owned() } else { format!("{sid}{}", n + 1) };
            Statement::allow(&sid, actions.into_iter().map(str::to_owned).collect(), resources)
        })
        .collect();
    (!statements.is_empty()).then(|| Document::new(statements))
}

/// In whose account a policy is attached.
struct Whose {
    partition: Partition,
    account: Option<AccountId>,
}

/// Everything of an asset, which a policy for all of them does not know.
impl Fill for Whose {
    fn value(&self, source: &Source) -> Option<Value> {
        let account = || self.account.as_ref().map_or("*", AccountId::as_str);
        Some(Value::String(match source {
            Source::Partition => self.partition.to_string(),
            Source::Account => account().to_owned(),
            _ => "*".to_owned(),
        }))
    }
}

impl Whose {
    /// A need's resource for every asset of a kind: what differs between them becomes `*`.
    fn pattern(&self, resource: &str, kind: &AssetKind) -> String {
        const ARN: &str = "{arn}";
        let fill = |template: &Template| template.fill(self).unwrap_or_else(|| "*".to_owned());
        let pattern = match resource.split_once(ARN) {
            None => Template::parse(resource).map_or_else(|_| "*".to_owned(), |t| fill(&t)),
            Some((before, after)) => {
                let arn = kind.identity.arn.as_ref().map_or_else(|| "*".to_owned(), |template| self.owned(template));
                format!("{before}{arn}{after}")
            }
        };
        // An item that bears its whole ARN tells nothing of it.
        let mut pattern = pattern;
        while pattern.contains("**") {
            pattern = pattern.replace("**", "*");
        }
        pattern
    }

    /// An ARN's pattern. `{^OwnerId|account}`: this account's assets, which are those that can be changed.
    fn owned(&self, template: &Template) -> String {
        let pattern = template.fill(self).unwrap_or_else(|| "*".to_owned());
        let mut fields: Vec<&str> = pattern.splitn(6, ':').collect();
        let names_it = template.sources().any(|s| *s == Source::Account);
        if let (Some(field @ &mut "*"), Some(account), true) = (fields.get_mut(4), &self.account, names_it) {
            *field = account.as_str();
        }
        fields.join(":")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleArn;
    use crate::policy::{Format, render};
    use serde_json::json;

    fn policy(ids: &[&str], purpose: Purpose) -> Result<Snippet, PolicyError> {
        let role = RoleRef::from(&RoleArn::parse("arn:aws-cn:iam::111122223333:role/R").unwrap());
        let ids: Vec<KindId> = ids.iter().map(|id| KindId::new(id)).collect();
        kinds(&role, &Catalog::built_in(), &ids, purpose)
    }

    #[test]
    fn a_kind_s_parent_is_listed_too() {
        let snippet = policy(&["aws/ecs/service"], Purpose::Read).unwrap();
        let actions = &snippet.document().statements[0].action;
        assert!(actions.iter().any(|a| a == "ecs:ListClusters") && actions.iter().any(|a| a == "ecs:ListServices"));
        assert_eq!(snippet.title, "Reading ECS services, for role R in 111122223333");
    }

    #[test]
    fn what_differs_between_assets_is_a_star_and_the_account_is_the_role_s() {
        let snippet = policy(&["aws/ec2/instance", "aws/ec2/volume"], Purpose::Tag).unwrap();
        assert_eq!(
            snippet.document().value()["Statement"],
            json!([{
                "Sid": "CloudivizeTag", "Effect": "Allow", "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
                "Resource": ["arn:aws-cn:ec2:*:111122223333:instance/*", "arn:aws-cn:ec2:*:111122223333:volume/*"],
            }])
        );
    }

    #[test]
    fn kinds_without_tags_are_told() {
        let catalog = Catalog::built_in();
        let bare = catalog.ids().find(|id| catalog.kind(id).is_some_and(|k| k.tag.is_empty())).unwrap().as_str();
        assert!(matches!(policy(&[bare], Purpose::Tag), Err(PolicyError::NoTags { .. })));
        let some = policy(&[bare, "aws/ec2/instance"], Purpose::Tag).unwrap();
        assert!(some.notes[0].starts_with("Without tags that can be changed from here: "), "{:?}", some.notes);
    }

    /// Whatever a file says, what comes out is a policy that AWS takes, in every form.
    #[test]
    fn every_kind_has_a_policy() {
        let catalog = Catalog::built_in();
        for id in catalog.ids() {
            let snippet = policy(&[id.as_str()], Purpose::Read).unwrap();
            for statement in &snippet.document().statements {
                assert!(statement.action.iter().all(|a| a.contains(':')), "{id}");
                let fits = |r: &String| r == "*" || r.starts_with("arn:aws-cn:") && !r.contains(['{', '}', ' ']);
                assert!(statement.resource.iter().all(fits), "{id}: {:?}", statement.resource);
            }
            assert!(Format::ALL.into_iter().all(|f| render(&snippet, f).is_ok()), "{id}");
        }
    }
}
