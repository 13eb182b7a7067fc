//! The permissions that listing kinds of assets needs, and nothing else.

use super::place::Who;
use super::snippet::{attach_to, place_note, short_hash};
use super::{Document, Kind, Place, Policy, PolicyError, RoleRef, Snippet, Statement};
use crate::catalog::kind::Kind as Asset;
use crate::domain::BaseIdentity;
use std::collections::BTreeMap;

/// What lets a role that exists list some kinds of assets; `None` when they need nothing.
pub fn listing(role: &RoleRef, kinds: &[&Asset]) -> Option<Snippet> {
    at(Place::Role(role.clone()), kinds)
}

/// [`listing`] for a connection that assumes no role: it goes to the base identity itself.
///
/// # Errors
/// When the identity takes no policy (root user, federation token) or is not understood.
pub fn listing_own(identity: &BaseIdentity, kinds: &[&Asset]) -> Result<Option<Snippet>, PolicyError> {
    Ok(at(Who::of(identity)?.place(identity)?, kinds))
}

fn at(place: Place, kinds: &[&Asset]) -> Option<Snippet> {
    // A statement for each resource; actions in the order of the alphabet, each once.
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut notes: Vec<String> = Vec::new();
    for need in kinds.iter().flat_map(|k| &k.read) {
        let actions = wanted.entry(resource(&need.resource, &place)).or_default();
        if !actions.contains(&need.action) {
            actions.push(need.action.clone());
        }
        if let Some(note) = &need.note {
            let note = format!("{}: {note}", need.action);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let many = wanted.len() > 1;
    let statements = (1..).zip(wanted).map(|(n, (resource, mut actions))| {
        actions.sort();
        let sid = if many { format!("CloudivizeList{n}") } else { "CloudivizeList".to_owned() };
        Statement::allow(&sid, actions, vec![resource])
    });
    let document = Document::new(statements.collect());
    let what = match kinds {
        [one] => one.title.clone(),
        many => format!("{} kinds of assets", many.len()),
    };
    notes.extend(place_note(&place));
    Some(Snippet {
        kind: Kind::Listing,
        title: format!("Listing {what}, for {}", place.label()),
        goes_where: attach_to(&place),
        place,
        trust: None,
        json: document.clone(),
        // The name says the content, so that one kind's policy does not take the place of another's.
        policy: Some(Policy { name: format!("CloudivizeList-{}", short_hash(&document)), document }),
        managed: Vec::new(),
        notes,
    })
}

/// A kind's resource for a place; what differs from cell to cell or row to row is `*`.
fn resource(pattern: &str, place: &Place) -> String {
    let account = place.account().map_or("*", |a| a.as_str());
    let known = pattern.replace("{partition}", &place.partition().to_string()).replace("{account}", account);
    let mut out = String::new();
    let mut rest = known.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::kind::Need;
    use crate::domain::{KindId, RoleArn};
    use crate::policy::{Format, render};

    fn role() -> RoleRef {
        RoleRef::from(&RoleArn::parse("arn:aws:iam::111122223333:role/CloudivizeRole").unwrap())
    }

    fn instances() -> Asset {
        (**Catalog::built_in().kind(&KindId::new("aws/ec2/instance")).unwrap()).clone()
    }

    #[test]
    fn one_kind_needs_its_own_actions_and_no_others() {
        let kind = instances();
        let snippet = listing(&role(), &[&kind]).unwrap();
        assert_eq!(snippet.title, "Listing EC2 instances, for role CloudivizeRole in 111122223333");
        let [statement] = &snippet.document().statements[..] else { panic!("one statement") };
        assert_eq!(
            (&statement.action[..], &statement.resource[..]),
            (&["ec2:DescribeInstances".to_owned()][..], &["*".to_owned()][..])
        );
        let message = render(&snippet, Format::Message).unwrap();
        assert!(message.contains("ec2:DescribeInstances"), "{message}");
        for format in Format::ALL {
            render(&snippet, format).unwrap();
        }
    }

    #[test]
    fn resources_are_filled_and_never_hold_a_placeholder() {
        let mut kind = instances();
        let need = |action: &str, resource: &str| Need { action: action.into(), resource: resource.into(), note: None };
        kind.read = vec![
            need("ecs:ListServices", "*"),
            need("ecs:DescribeServices", "arn:{partition}:ecs:{region}:{account}:service/{parent.name}/*"),
            need("ecs:DescribeClusters", "*"),
        ];
        let snippet = listing(&role(), &[&kind, &kind]).unwrap();
        let [all, narrow] = &snippet.document().statements[..] else { panic!("two statements") };
        assert_eq!(all.action, ["ecs:DescribeClusters", "ecs:ListServices"]);
        assert_eq!(narrow.resource, ["arn:aws:ecs:*:111122223333:service/*/*"]);
        kind.read.clear();
        assert!(listing(&role(), &[&kind]).is_none());
    }
}
