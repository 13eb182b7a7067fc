//! What a person types after `:find`: which needle it is, and which kinds can be asked for it.

use crate::catalog::Catalog;
use crate::catalog::kind::{FindBy, Kind};
use crate::domain::{KindId, Needle};
use std::net::IpAddr;
use std::sync::Arc;

/// Reads what is looked for. Everything is something: what is no ARN, address, DNS name, id or `KEY=VALUE` is a name.
pub fn needle(text: &str, catalog: &Catalog) -> Needle {
    let text = text.trim();
    if text.starts_with("arn:") && text.splitn(6, ':').count() == 6 {
        return Needle::Arn(text.to_owned());
    }
    if let Some(ip) = address(text) {
        return Needle::Ip(ip);
    }
    if text.ends_with(".internal") && !text.contains([' ', '=']) {
        return Needle::Dns(text.to_ascii_lowercase());
    }
    if ids(catalog, text).next().is_some() {
        return Needle::Id(text.to_owned());
    }
    match text.strip_prefix("tag:").unwrap_or(text).split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Needle::Tag(key.trim().to_owned(), value.trim().to_owned()),
        _ => Needle::Name(text.to_owned()),
    }
}

/// The kinds that can be asked for a needle by a filter of their service. An ARN's kinds are those of its service whose
/// ids or ARNs look like it; they are listed, and the row is picked.
pub fn kinds_for(needle: &Needle, catalog: &Catalog) -> Vec<KindId> {
    let by =
        |by: FindBy| all(catalog).filter(|k| k.finds.iter().any(|f| f.by == by)).map(|k| KindId::new(&k.id)).collect();
    match needle {
        Needle::Id(id) => ids(catalog, id).collect(),
        Needle::Arn(arn) => of_arn(arn, catalog),
        Needle::Ip(IpAddr::V4(_)) => by(FindBy::Ip),
        Needle::Ip(IpAddr::V6(_)) => by(FindBy::Ipv6),
        Needle::Dns(_) => by(FindBy::Dns),
        Needle::Name(_) => by(FindBy::Name),
        Needle::Tag(..) => by(FindBy::Tag),
    }
}

/// The account and the region that an ARN names; empty where it names none: a bucket's has neither, a role's no region.
pub fn place_of_arn(arn: &str) -> (&str, &str) {
    let mut parts = arn.splitn(6, ':').skip(3);
    let region = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), region)
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
    number?.replace('-', ".").parse().ok().map(IpAddr::V4)
}

fn all(catalog: &Catalog) -> impl Iterator<Item = &Arc<Kind>> {
    catalog.ids().filter_map(|id| catalog.kind(id))
}

/// The kinds whose ids look like this.
fn ids<'a>(catalog: &'a Catalog, text: &'a str) -> impl Iterator<Item = KindId> + 'a {
    let fits = |k: &&Arc<Kind>| k.finds.iter().any(|f| f.by == FindBy::Id && is_id(&f.prefix, text));
    all(catalog).filter(fits).map(|k| KindId::new(&k.id))
}

/// Whether a text is an id with this prefix. Behind a dash EC2 has 8 or 17 hexadecimal digits: `i-am-a-name` is none.
fn is_id(prefix: &str, text: &str) -> bool {
    match text.strip_prefix(prefix) {
        _ if prefix.is_empty() => false,
        Some(rest) if prefix.ends_with('-') => {
            (8..=40).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_hexdigit())
        }
        Some(rest) => rest.len() >= 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()),
        None => false,
    }
}

fn of_arn(arn: &str, catalog: &Catalog) -> Vec<KindId> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let (word, id) = resource.split_once(['/', ':']).unwrap_or(("", resource));
    // The service of an ARN is that of its IAM actions, which is not always the name of the API.
    let of_service = |k: &&Arc<Kind>| {
        let prefix = |action: &str| action.split_once(':').is_some_and(|(prefix, _)| prefix == service);
        k.read.iter().any(|need| prefix(&need.action))
    };
    let mut found: Vec<&Arc<Kind>> = all(catalog).filter(of_service).collect();
    let built = |k: &Kind| k.identity.arn.as_ref().is_some_and(|t| t.literals().any(|text| names(text, word)));
    let called = |k: &Kind| k.id.rsplit('/').next().is_some_and(|last| last.replace('-', "") == word.replace('-', ""));
    let told = |k: &Kind| k.finds.iter().any(|f| f.by == FindBy::Id && is_id(&f.prefix, id));
    for fits in [&told as &dyn Fn(&Kind) -> bool, &built, &called] {
        if !word.is_empty() && found.iter().any(|k| fits(k)) {
            found.retain(|k| fits(k));
            break;
        }
    }
    found.into_iter().map(|k| KindId::new(&k.id)).collect()
}

/// Whether the text of an ARN's template names a type of resource: `:instance/`.
fn names(text: &str, word: &str) -> bool {
    let last = text.trim_end_matches(['/', ':']);
    last.len() < text.len() && last.rsplit([':', '/']).next() == Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Needle {
        needle(text, &Catalog::built_in())
    }

    fn ip(text: &str) -> Needle {
        Needle::Ip(text.parse().unwrap())
    }

    #[test]
    fn addresses_are_read_as_people_have_them_at_hand() {
        for (text, address) in [
            ("10.0.1.2", "10.0.1.2"),
            (" 10.0.1.2/32 ", "10.0.1.2"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8::1/128", "2001:db8::1"),
            ("ip-10-0-1-2", "10.0.1.2"),
            ("ec2-203-0-113-5.eu-west-1.compute.amazonaws.com", "203.0.113.5"),
        ] {
            assert_eq!(read(text), ip(address), "{text}");
        }
        assert_eq!(read("10.0.0.0/24"), Needle::Name("10.0.0.0/24".to_owned()), "a network is no address");
    }

    #[test]
    fn the_rest_is_told_apart_by_its_form() {
        let arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718";
        assert_eq!(read(arn), Needle::Arn(arn.to_owned()));
        assert_eq!(read("arn:aws:ec2"), Needle::Name("arn:aws:ec2".to_owned()));
        let dns = "ip-10-0-1-2.eu-west-1.compute.internal";
        assert_eq!(read(dns), Needle::Dns(dns.to_owned()));
        assert_eq!(read("team=pay"), Needle::Tag("team".to_owned(), "pay".to_owned()));
        assert_eq!(read("tag:team=a=b"), Needle::Tag("team".to_owned(), "a=b".to_owned()));
        assert_eq!(read("i-am-a-name"), Needle::Name("i-am-a-name".to_owned()));
        assert_eq!(read("=x"), Needle::Name("=x".to_owned()));
    }

    #[test]
    fn an_arn_leads_to_its_kind_and_place() {
        let catalog = Catalog::built_in();
        let arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718";
        assert_eq!(kinds_for(&read(arn), &catalog), [KindId::new("aws/ec2/instance")]);
        assert_eq!(place_of_arn(arn), ("111122223333", "eu-west-1"));
        assert_eq!(place_of_arn("arn:aws:s3:::bucket"), ("", ""));
        assert_eq!(kinds_for(&Needle::Arn("arn:aws:nothing:::x/y".to_owned()), &catalog), []);
    }

    #[test]
    fn what_a_kind_can_be_asked_for_is_found_there() {
        let catalog = Catalog::built_in();
        let every = [read("10.0.1.2"), read("2001:db8::1"), read("web-1"), read("a=b"), read("x.internal")];
        for needle in every {
            for id in kinds_for(&needle, &catalog) {
                assert!(!catalog.kind(&id).unwrap().finds.is_empty(), "{needle:?} {id}");
            }
        }
    }
}
