//! Tests of merging: nothing that either side did is lost without a word.

use super::*;
use crate::domain::{ConnectionName, Method, ProfileName};
use proptest::prelude::*;
use uuid::Uuid;

fn connection(id: u128, name: &str, group: &str) -> Connection {
    let source = Source::Profile(ProfileName::parse("hub").unwrap());
    let name = ConnectionName::parse(name).unwrap();
    let mut c = Connection::new(ConnectionId(Uuid::from_u128(id)), name, Method::Profile, source);
    c.group = Some(group.to_owned());
    c
}

fn vault(connections: Vec<Connection>) -> Contents {
    Contents {
        id: Uuid::from_u128(7),
        recipients: Vec::new(),
        endpoints: Vec::new(),
        connections,
        config: toml::Table::new(),
    }
}

#[test]
fn changes_of_different_connections_are_both_kept() {
    let base = vault(vec![connection(1, "a", "x"), connection(2, "b", "x"), connection(3, "c", "x")]);
    let ours = vault(vec![connection(1, "a", "mine"), connection(2, "b", "x"), connection(4, "d", "x")]);
    let theirs = vault(vec![connection(2, "b2", "x"), connection(1, "a", "x"), connection(3, "c", "x")]);
    let merged = merge(&base, &ours, &theirs).unwrap();
    let names: Vec<String> = merged.connections.iter().map(|c| c.name.to_string()).collect();
    assert_eq!(names, ["b2", "a", "d"]);
    assert_eq!(merged.by_name("a").unwrap().group.as_deref(), Some("mine"));
}

#[test]
fn each_collision_is_named() {
    let base = vault(vec![connection(1, "a", "x"), connection(2, "b", "x")]);
    let said = |ours: Contents, theirs: Contents| {
        merge(&base, &ours, &theirs).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let both = || base.connections.clone();
    let with = |c: Connection| vault(both().into_iter().chain([c]).collect());
    assert_eq!(
        said(vault(vec![connection(1, "a", "y"), connection(2, "b", "x")]), vault(vec![connection(2, "b", "x")])),
        "connection a: changed here, removed there"
    );
    assert_eq!(
        said(with(connection(3, "new", "x")), with(connection(4, "new", "x"))),
        "the name new: two different connections bear it now"
    );
    let mut chained = connection(3, "chained", "x");
    chained.source = Source::Connection(base.connections[0].id);
    assert_eq!(
        said(with(chained), vault(vec![connection(2, "b", "x")])),
        "the source of connection chained: it was removed"
    );
    let chain = |from: usize, to: usize| {
        let mut v = vault(both());
        v.connections[from].source = Source::Connection(base.connections[to].id);
        v
    };
    assert!(said(chain(0, 1), chain(1, 0)).contains("go round in a loop now (b → a → b)"));
    let mut other = vault(both());
    other.id = Uuid::from_u128(8);
    assert_eq!(said(vault(both()), other), "the vault itself: another one stands in its place");
    let mut team = vault(both());
    team.recipients = vec!["age1x".to_owned()];
    assert_eq!(said(vault(both()), team), "the recipients");
}

#[test]
fn settings_merge_key_by_key() {
    let table = |text: &str| Contents { config: text.parse().unwrap(), ..vault(Vec::new()) };
    let base = table("concurrency = 8\n[checks]\nskip = []");
    let ours = table("concurrency = 8\ntheme = \"mono\"\n[checks]\nskip = []");
    let theirs = table("concurrency = 9\n[checks]\nskip = [\"iam:GetAccountSummary\"]");
    let merged = merge(&base, &ours, &theirs).unwrap();
    assert_eq!(
        merged.config,
        table("concurrency = 9\ntheme = \"mono\"\n[checks]\nskip = [\"iam:GetAccountSummary\"]").config
    );
    let e = merge(&base, &table("concurrency = 7\n[checks]\nskip = []"), &theirs).unwrap_err();
    assert_eq!(e, [Collision::Config("concurrency".to_owned())]);
}

#[test]
fn endpoints_and_recipients_merge_as_sets() {
    let with = |list: &[&str]| Contents { endpoints: list.iter().map(|s| (*s).to_owned()).collect(), ..vault(vec![]) };
    let merged = merge(&with(&["a", "b"]), &with(&["b", "c"]), &with(&["a", "b", "d"])).unwrap();
    assert_eq!(merged.endpoints, ["b", "d", "c"]);
}

/// Up to six connections by id, each absent or with one of three groups.
fn state() -> impl Strategy<Value = Contents> {
    proptest::collection::vec(proptest::option::of(0..3u8), 6).prop_map(|slots| {
        let live = slots.into_iter().enumerate().filter_map(|(i, group)| Some((i, group?)));
        vault(live.map(|(i, g)| connection(i as u128 + 1, &format!("n{i}"), &format!("g{g}"))).collect())
    })
}

fn sorted(mut c: Contents) -> Contents {
    c.connections.sort_by_key(|c| c.id);
    c
}

proptest! {
    #[test]
    fn merging_keeps_every_change_or_names_it(base in state(), ours in state(), theirs in state()) {
        let ids: HashSet<ConnectionId> =
            [&base, &ours, &theirs].iter().flat_map(|c| c.connections.iter().map(|c| c.id)).collect();
        match merge(&base, &ours, &theirs) {
            Ok(merged) => for id in ids {
                let (b, o, t, m) = (base.by_id(id), ours.by_id(id), theirs.by_id(id), merged.by_id(id));
                if o != b { prop_assert_eq!(m, o); }
                if t != b { prop_assert_eq!(m, t); }
                if o == b && t == b { prop_assert_eq!(m, b); }
            },
            Err(collisions) => {
                let expected = ids.iter().filter(|id| {
                    let (b, o, t) = (base.by_id(**id), ours.by_id(**id), theirs.by_id(**id));
                    o != b && t != b && o != t
                }).count();
                prop_assert_eq!(collisions.len(), expected);
                prop_assert!(expected > 0);
            }
        }
    }

    #[test]
    fn merging_is_symmetric_and_keeps_what_nobody_touched(base in state(), ours in state(), theirs in state()) {
        let here = merge(&base, &ours, &theirs).map(sorted).map_err(|e| e.len());
        let there = merge(&base, &theirs, &ours).map(sorted).map_err(|e| e.len());
        prop_assert_eq!(here, there);
        prop_assert_eq!(merge(&base, &ours, &base).map(sorted), Ok(sorted(ours.clone())));
        prop_assert_eq!(merge(&base, &base, &theirs).map(sorted), Ok(sorted(theirs.clone())));
    }
}
