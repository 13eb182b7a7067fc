//! What `find` looks for: which sort of thing a text is, and which kinds are asked for it.

use crate::catalog::Catalog;
use crate::catalog::kind::{Find, FindBy, Kind, Param, Scope};
use crate::domain::{CellKey, CellState, KindId, Needle, Reason, Trouble};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The kind of everything that the Resource Groups Tagging API knows: one call in place of one for each kind.
pub const TAGGED: &str = "aws/tagging/resource";

/// What is asked for a thing that is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hunt {
    /// What the services' own filters look for.
    pub find: Needle,
    /// What is listed.
    pub kinds: Vec<KindId>,
    /// What is looked for, and in which kinds, where an account does not let [`TAGGED`] be asked.
    pub instead: Option<(Needle, Vec<KindId>)>,
    /// Only rows with this ARN are meant.
    pub arn: Option<String>,
    /// The account that an ARN names.
    pub account: Option<String>,
    /// The region that an ARN names.
    pub region: Option<String>,
}

/// Reads what a person looks for: an ARN, an address, a private DNS name, `KEY=VALUE` of a tag, an id with a prefix that
/// kinds know; anything else is a name. Reads every kind's file the first time.
pub fn needle(text: &str, catalog: &Catalog) -> Needle {
    let text = text.trim();
    if text.starts_with("arn:") {
        return Needle::Arn(text.to_owned());
    }
    if let Some(ip) = address(text) {
        return Needle::Ip(ip);
    }
    if text.ends_with(".internal") {
        return Needle::Dns(text.to_lowercase());
    }
    if let Some((key, value)) = text.strip_prefix("tag:").unwrap_or(text).split_once('=').filter(|(k, _)| !k.is_empty())
    {
        return Needle::Tag(key.to_owned(), value.to_owned());
    }
    let is_id = |kind: &Arc<Kind>| prefixed(kind, text);
    match kinds(catalog).any(|(_, kind)| is_id(kind)) {
        true => Needle::Id(text.to_owned()),
        false => Needle::Name(text.to_owned()),
    }
}

/// An address as people have it at hand: bare, in brackets, as a host's prefix, or in the name that EC2 gives a host.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.strip_suffix("/32").or_else(|| bare.strip_suffix("/128")).unwrap_or(bare);
    if let Ok(ip) = bare.parse() {
        return Some(ip);
    }
    // ip-10-0-1-2, as a shell's prompt shows it, and ec2-203-0-113-5.eu-west-1.compute.amazonaws.com.
    let (host, domain) = text.split_once('.').unwrap_or((text, ""));
    let number = match domain {
        "" => host.strip_prefix("ip-"),
        _ if domain.ends_with("amazonaws.com") || domain.ends_with("amazonaws.com.cn") => host.strip_prefix("ec2-"),
        _ => None,
    };
    number?.replace('-', ".").parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

fn kinds(catalog: &Catalog) -> impl Iterator<Item = (&KindId, &Arc<Kind>)> {
    catalog.ids().filter_map(|id| Some((id, catalog.kind(id)?)))
}

/// Whether an id begins as those of a kind do, and goes on.
fn prefixed(kind: &Kind, id: &str) -> bool {
    kind.finds.iter().any(|f| f.by == FindBy::Id && is_id(&f.prefix, id))
}

/// Whether a text is an id with this prefix. Behind a dash EC2 has 8 or 17 hexadecimal digits, others letters and digits
/// (`ws-8zvqt2gl5`, `e-a1b2c3d4e5`): `i-am-a-name` is none, and neither is `e-commerce`.
fn is_id(prefix: &str, text: &str) -> bool {
    match text.strip_prefix(prefix) {
        _ if prefix.is_empty() => false,
        Some(rest) if prefix.ends_with('-') => {
            (8..=40).contains(&rest.len())
                && rest.bytes().all(|b| b.is_ascii_alphanumeric())
                && rest.bytes().any(|b| b.is_ascii_digit())
        }
        Some(rest) => rest.len() >= 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()),
        None => false,
    }
}

/// Which kinds are asked, and how. No kinds: nothing that is known can be looked for so.
pub fn hunt(needle: &Needle, catalog: &Catalog) -> Hunt {
    let by = |way: FindBy| ids(catalog, |kind| rule(kind, way).is_some());
    let kinds = match needle {
        Needle::Arn(arn) => return by_arn(arn, catalog),
        Needle::Id(id) => longest(catalog, ids(catalog, |kind| prefixed(kind, id)), id),
        Needle::Ip(IpAddr::V4(_)) => by(FindBy::Ip),
        Needle::Ip(IpAddr::V6(_)) => by(FindBy::Ipv6),
        Needle::Dns(_) => by(FindBy::Dns),
        Needle::Name(_) => by(FindBy::Name),
        Needle::Tag(..) => by(FindBy::Tag),
    };
    // What is found by its tags is found by that one kind.
    let tagged = by(FindBy::Tag);
    let central = KindId::new(TAGGED);
    let all = |needle| Some((needle, tagged.iter().filter(|id| **id != central).cloned().collect::<Vec<_>>()));
    let instead = match needle {
        Needle::Tag(..) => all(needle.clone()),
        Needle::Name(name) => all(Needle::Tag("Name".to_owned(), name.clone())),
        _ => None,
    };
    let instead = instead.filter(|_| kinds.contains(&central));
    let later = |id: &KindId| match needle {
        Needle::Tag(..) => *id != central,
        _ => *id != central && catalog.kind(id).and_then(|k| rule(k, FindBy::Name)).is_some_and(by_tag_name),
    };
    let kinds = kinds.into_iter().filter(|id| instead.is_none() || !later(id)).collect();
    Hunt { find: needle.clone(), kinds, instead, arn: None, account: None, region: None }
}

/// The cells of [`Hunt::instead`]'s kinds, where the tagging service was refused; not where a policy of the organization
/// refused it, which mostly is about all of a region: each kind would be one more refusal in somebody's trail.
pub fn cells_instead<'a>(
    refused: impl IntoIterator<Item = (&'a CellKey, &'a CellState)>,
    kinds: &[KindId],
    catalog: &Catalog,
) -> BTreeSet<CellKey> {
    let alone = |reason| !matches!(reason, Reason::ScpNoAllow | Reason::ScpExplicitDeny | Reason::RcpDeny);
    let refused = refused.into_iter().filter(|(key, state)| {
        key.kind.as_str() == TAGGED && matches!(state.trouble(), Some(Trouble::Denied(d)) if alone(d.reason))
    });
    let cells = |key: &CellKey| -> Vec<CellKey> {
        let regional = |kind: &KindId| catalog.kind(kind).is_some_and(|k| k.scope == Scope::Regional);
        let region = |kind: &KindId| key.region.clone().filter(|_| regional(kind));
        kinds.iter().map(|k| CellKey { connection: key.connection, region: region(k), kind: k.clone() }).collect()
    };
    refused.flat_map(|(key, _)| cells(key)).collect()
}

fn rule(kind: &Kind, way: FindBy) -> Option<&Find> {
    kind.finds.iter().find(|f| f.by == way)
}

/// Whether a name is looked for as the tag `Name`.
fn by_tag_name(find: &Find) -> bool {
    fn names(param: &Param) -> bool {
        match param {
            Param::Text(text) => text.plain() == Some("tag:Name"),
            Param::Plain(value) => value == "tag:Name",
            Param::List(list) => list.iter().any(names),
            Param::Map(map) => map.values().any(names),
        }
    }
    find.params.values().any(names)
}

fn ids(catalog: &Catalog, wanted: impl Fn(&Kind) -> bool) -> Vec<KindId> {
    kinds(catalog).filter(|(_, kind)| wanted(kind)).map(|(id, _)| id.clone()).collect()
}

/// `tgw-attach-1` is no `tgw-`.
fn longest(catalog: &Catalog, kinds: Vec<KindId>, id: &str) -> Vec<KindId> {
    let length = |kind: &KindId| {
        let rules = catalog.kind(kind).into_iter().flat_map(|k| &k.finds);
        rules.filter(|f| f.by == FindBy::Id && id.starts_with(&f.prefix)).map(|f| f.prefix.len()).max().unwrap_or(0)
    };
    let most = kinds.iter().map(length).max().unwrap_or(0);
    kinds.into_iter().filter(|k| length(k) == most).collect()
}

/// The cell that an ARN names: its service's kinds, of them those with its type or its id's prefix.
fn by_arn(arn: &str, catalog: &Catalog) -> Hunt {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    let (service, resource) = (field(2), field(5));
    let word = resource.split([':', '/']).next().unwrap_or_default();
    let tail = resource.rsplit([':', '/']).next().unwrap_or_default();
    let of_service = |kind: &Kind| kind.arn_services().iter().any(|own| own == service);
    let all = ids(catalog, of_service);
    let some = |wanted: &dyn Fn(&Kind) -> bool| -> Option<Vec<KindId>> {
        let found: Vec<KindId> = all.iter().filter(|id| catalog.kind(id).is_some_and(|k| wanted(k))).cloned().collect();
        (!found.is_empty()).then_some(found)
    };
    let text = |at: usize| Some(field(at).to_owned()).filter(|t| !t.is_empty());
    let hunt = |kinds| Hunt {
        find: Needle::Arn(arn.to_owned()),
        kinds,
        instead: None,
        arn: Some(arn.to_owned()),
        // Policies of AWS itself are seen from every account.
        account: text(4).filter(|account| account != "aws"),
        region: text(3),
    };
    if let Some(kinds) = some(&|kind| prefixed(kind, tail)) {
        return hunt(longest(catalog, kinds, tail));
    }
    let squeeze = |text: &str| text.replace(['-', '_'], "");
    let typed = some(&|kind| squeeze(kind.id.rsplit('/').next().unwrap_or_default()) == squeeze(word));
    hunt(typed.unwrap_or(all))
}

/// The account and the region that an ARN names; empty where it names none: a bucket's has neither, a role's no region.
pub fn place_of_arn(arn: &str) -> (&str, &str) {
    let mut parts = arn.splitn(6, ':').skip(3);
    let region = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_taken_for_what_it_is() {
        let catalog = Catalog::built_in();
        let read = |text: &str| needle(text, &catalog);
        let ip = |text: &str| Needle::Ip(text.parse().unwrap());
        assert_eq!(read("i-0a1b2c3d"), Needle::Id("i-0a1b2c3d".to_owned()));
        assert_eq!(read(" 10.0.0.7 "), ip("10.0.0.7"));
        assert_eq!(read("2001:db8::1"), ip("2001:db8::1"));
        for text in ["ip-10-0-0-7", "10.0.0.7/32", "[10.0.0.7]", "ec2-10-0-0-7.eu-west-1.compute.amazonaws.com"] {
            assert_eq!(read(text), ip("10.0.0.7"), "{text}");
        }
        assert_eq!(read("10.0.0.0/24"), Needle::Name("10.0.0.0/24".to_owned()), "a network is no address");
        assert_eq!(read("ws-8zvqt2gl5"), Needle::Id("ws-8zvqt2gl5".to_owned()));
        for name in ["i-am-a-name", "e-commerce"] {
            assert_eq!(read(name), Needle::Name(name.to_owned()));
        }
        assert_eq!(read("IP-10-0-0-7.ec2.internal"), Needle::Dns("ip-10-0-0-7.ec2.internal".to_owned()));
        assert_eq!(read("team=pay=roll"), Needle::Tag("team".to_owned(), "pay=roll".to_owned()));
        assert_eq!(read("tag:team=pay"), Needle::Tag("team".to_owned(), "pay".to_owned()));
        assert_eq!(read("arn:aws:s3:::logs"), Needle::Arn("arn:aws:s3:::logs".to_owned()));
        assert_eq!(read("pay-api"), Needle::Name("pay-api".to_owned()));
        assert_eq!(read("i-"), Needle::Name("i-".to_owned()));
        assert_eq!(read("=x"), Needle::Name("=x".to_owned()));
    }

    #[test]
    fn an_id_asks_its_kind_and_an_arn_its_cell() {
        let catalog = Catalog::built_in();
        let asked = |text: &str| hunt(&needle(text, &catalog), &catalog);
        let kinds = |hunt: &Hunt| hunt.kinds.iter().map(|k| k.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds(&asked("i-0a1b2c3d")), ["aws/ec2/instance"]);
        let arn = asked("arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d");
        assert_eq!(kinds(&arn), ["aws/ec2/instance"]);
        assert_eq!((arn.account.as_deref(), arn.region.as_deref()), (Some("111122223333"), Some("eu-west-1")));
        if catalog.kind(&KindId::new("aws/lambda/function")).is_some() {
            let function = asked("arn:aws:lambda:eu-west-1:111122223333:function:pay");
            assert_eq!(kinds(&function), ["aws/lambda/function"]);
        }
        assert_eq!(kinds(&asked("arn:aws:nothing::1:x")), Vec::<String>::new());
    }

    #[test]
    fn tags_are_asked_of_the_tagging_service_and_of_the_kinds_where_it_is_refused() {
        let catalog = Catalog::built_in();
        let tag = hunt(&Needle::Tag("team".to_owned(), "pay".to_owned()), &catalog);
        let ec2 = KindId::new("aws/ec2/instance");
        assert_eq!(tag.kinds, [KindId::new(TAGGED)]);
        assert!(tag.instead.as_ref().is_some_and(|(_, kinds)| kinds.contains(&ec2)));
        let name = hunt(&Needle::Name("pay".to_owned()), &catalog);
        assert!(name.kinds.contains(&KindId::new(TAGGED)) && !name.kinds.contains(&ec2), "{:?}", name.kinds);
        let (needle, kinds) = name.instead.unwrap();
        assert_eq!(needle, Needle::Tag("Name".to_owned(), "pay".to_owned()));
        assert!(kinds.contains(&ec2));
    }
}
