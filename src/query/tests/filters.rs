//! What a filter finds, what it cannot know, and what it says of a mistake.

use super::{block, cell, ids, kind, prod, row, text, with};
use crate::domain::{ConnectionId, RawRow, RawValue, TagState, Timestamp};
use crate::query::{Arranged, Block, Filter, Judged, Sort, arrange, arrange_within, refine};
use proptest::prelude::*;
use std::sync::Arc;

const DAY: i64 = 86_400_000;
const NOW: Timestamp = Timestamp(20_000 * DAY);

fn filter(words: &str) -> Filter {
    Filter::parse(words, Some(&kind())).unwrap_or_else(|e| panic!("{words}: {e}")).at(NOW)
}

fn sifted(blocks: &[Block], words: &str) -> Arranged {
    arrange(blocks, &filter(words), Sort::default())
}

fn found(blocks: &[Block], words: &str) -> Vec<String> {
    ids(blocks, &sifted(blocks, words).order)
}

fn tagged(id: &str, tags: &[(&str, &str)]) -> RawRow {
    RawRow { tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), ..row(id, "") }
}

#[test]
fn every_word_must_be_found_in_any_case_and_anywhere() {
    let mut one = with("vol-1", "type", text("gp3"));
    one.name = "Pay Roll".to_owned();
    one.tags = vec![("Team".to_owned(), "Pay,Search".to_owned())];
    let blocks = [prod(&[one, with("vol-2", "type", text("io2"))])];
    assert_eq!(found(&blocks, "pay GP3"), ["vol-1"]);
    assert_eq!(found(&blocks, "pay io2"), Vec::<String>::new());
    assert_eq!(found(&blocks, "vol !gp3"), ["vol-2"]);
    assert_eq!(found(&blocks, "\"y ro\""), ["vol-1"]);
    assert_eq!(found(&blocks, "\"pay rol"), ["vol-1"], "a quote that is still open");
    assert_eq!(found(&blocks, "pay,search"), ["vol-1"], "a comma splits nothing");
    assert_eq!(found(&blocks, "team=pay"), ["vol-1"]);
    assert_eq!(found(&blocks, "  "), ["vol-1", "vol-2"]);
}

#[test]
fn the_account_and_the_region_are_searched_too() {
    let there = cell(&kind(), ConnectionId::generate(), "stage", "444455556666", "us-east-1");
    let blocks = [prod(&[row("a", "")]), block(there, &[row("b", "")])];
    assert_eq!(found(&blocks, "prod"), ["a"]);
    assert_eq!(found(&blocks, "44445555"), ["b"]);
    assert_eq!(found(&blocks, "!us-east"), ["a"]);
    assert_eq!(found(&blocks, "account:stage region:us-"), ["b"]);
    assert_eq!(found(&blocks, "account:111122223333"), ["a"]);
    assert_eq!(found(&blocks, "kind:volume id:A"), ["a"]);
}

#[test]
fn an_arn_or_an_address_is_text() {
    let arn = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
    let mut one = with("vol-1", "private_ip", text("2001:db8::1"));
    one.arn = arn.to_owned();
    let blocks = [prod(&[one, row("vol-2", "")])];
    assert_eq!(found(&blocks, arn), ["vol-1"]);
    assert_eq!(found(&blocks, "arn:volume/"), ["vol-1"], "and the field can be named");
    assert_eq!(found(&blocks, "db8::1"), ["vol-1"]);
    assert_eq!(found(&blocks, "private-ip:2001:db8"), ["vol-1"]);
}

#[test]
fn tags_are_found_by_key_and_value() {
    let rows = [
        tagged("a", &[("env", "prod"), ("note", "a=b, c")]),
        tagged("b", &[("Env", "nonprod")]),
        tagged("c", &[("environment", "prod"), ("empty", "")]),
    ];
    let blocks = [prod(&rows)];
    assert_eq!(found(&blocks, "tag:env=prod"), ["a", "b"]);
    assert_eq!(found(&blocks, "tag:env==prod"), ["a"], "a second = means exactly this");
    assert_eq!(found(&blocks, "tag:env"), ["a", "b"]);
    assert_eq!(found(&blocks, "!tag:env"), ["c"]);
    assert_eq!(found(&blocks, "tag:note=\"a=b, c\""), ["a"]);
    assert_eq!(found(&blocks, "tag:empty"), ["c"]);
}

#[test]
fn columns_compare_by_their_type() {
    let at = |d: i64| RawValue::Time(NOW.0 - d * DAY);
    let rows = [
        with("s1", "size", RawValue::Int(50 << 30)),
        with("s2", "size", RawValue::Int(200 << 30)),
        with("i0", "iops", RawValue::Int(0)),
        with("i9", "iops", RawValue::Int(900)),
        with("old", "age", at(31)),
        with("new", "age", at(1)),
        with("e", "encrypted", RawValue::Bool(true)),
        with("u", "encrypted", RawValue::Bool(false)),
        with("c", "cost", text("12.50 USD")),
    ];
    let blocks = [prod(&rows)];
    let cases: [(&str, &[&str]); 16] = [
        ("size:>100g", &["s2"]),
        ("size:<=50GiB", &["s1"]),
        ("size:50g", &["s1"]),
        ("iops:0", &["i0"]),
        ("iops:>10", &["i9"]),
        ("age:>30d", &["old"]),
        ("age:<30d", &["new"]),
        ("age:>2024-10-01", &["new"]),
        ("age:2024-09", &["old"]),
        ("encrypted:yes", &["e"]),
        ("encrypted:false", &["u"]),
        ("cost:>12", &["c"]),
        ("size:", &["s1", "s2"]),
        ("type:=", &[]),
        ("!size: !iops: !age: !cost:", &["e", "u"]),
        ("id:=s1", &["s1"]),
    ];
    for (words, expected) in cases {
        assert_eq!(found(&blocks, words), expected, "{words}");
    }
}

#[test]
fn what_is_not_known_is_counted_and_never_shown_or_ruled_out() {
    let unloaded = |id: &str, tag_state| RawRow { tag_state, ..row(id, "") };
    let rows = [
        tagged("known", &[("team", "pay")]),
        unloaded("later", TagState::NotLoaded),
        unloaded("refused", TagState::Denied),
        unloaded("broken", TagState::Failed),
        unloaded("never", TagState::None),
    ];
    let blocks = [prod(&rows)];
    for (words, shown, unknown) in [
        ("tag:team=pay", &["known"][..], 3),
        ("!tag:team", &["never"], 3),
        ("tag:team=pay later", &[], 1),
        ("late", &["later"], 0),
    ] {
        let arranged = sifted(&blocks, words);
        assert_eq!(
            (ids(&blocks, &arranged.order), arranged.unknown),
            (shown.iter().map(|s| (*s).to_owned()).collect(), unknown),
            "{words}"
        );
        assert_eq!(arranged.total, 5);
    }
    let rows = [
        with("a", "iops", RawValue::NotLoaded),
        with("b", "iops", RawValue::Denied),
        with("c", "iops", RawValue::Int(3)),
    ];
    let arranged = sifted(&[prod(&rows)], "iops:3");
    assert_eq!((arranged.order.len(), arranged.unknown), (1, 2));
    let ages = Filter::parse("age:>1d", Some(&kind())).unwrap();
    let block = prod(&[with("a", "age", RawValue::Time(0))]);
    assert_eq!(ages.judge(&block.cell, &block.batch.row(0)), Judged::Unknown, "without a time there is no age");
}

#[test]
fn a_filter_tells_what_it_needs() {
    let filter = filter("!tag:owner iops:>1 iops:<9 size:1g x");
    assert!(filter.needs_tags() && !filter.is_empty());
    assert_eq!(filter.needs_columns(), [1, 2]);
    assert!(!filter.needs_late(&kind()), "this kind has all of it at once");
    assert!(Filter::parse("", None).unwrap().is_empty());
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_is_near() {
    let wrong = |words: &str| Filter::parse(words, Some(&kind())).unwrap_err().to_string();
    assert_eq!(
        wrong("pay stae:run"),
        "\"stae\" is no column of Volumes; did you mean \"state\"?; to search for it as text, put it in quotes (character 5)"
    );
    assert_eq!(wrong("iops:>many"), "\"many\" is no number, and iops is one: iops:>10 (character 7)");
    assert_eq!(wrong("size:9x"), "\"9x\" is no size, and size is one: size:>100g (character 6)");
    assert_eq!(wrong("age:30d"), "an age needs a comparison: age:>30d or age:<30d (character 5)");
    assert!(wrong("age:>soon").contains("neither an age nor a date") && wrong("age:>soon").ends_with("(character 6)"));
    assert_eq!(wrong("tag:=x"), "a tag's key is missing: tag:KEY or tag:KEY=VALUE (character 5)");
    assert_eq!(wrong("a !"), "what must not be found is missing after ! (character 3)");
    let several = Filter::parse("iops:3", None).unwrap_err();
    assert!(several.why.contains("no column of several kinds together"), "{several}");
    assert_eq!(found(&[prod(&[row("a", "stae:run")])], "\"stae:run\""), ["a"]);
}

#[test]
fn a_filter_that_says_more_narrows() {
    let narrows = |new: &str, old: &str| filter(new).narrows(&filter(old));
    for (new, old) in [
        ("pay", ""),
        ("pay", "pa"),
        ("x pay", "pay"),
        ("!pa", "!pay"),
        ("tag:env=prod", "tag:env=pr"),
        ("tag:env=p", "tag:env"),
        ("state:running", "state:run"),
        ("iops:>3 a", "iops:>3"),
        ("id:=vol-1", "id:vol"),
    ] {
        assert!(narrows(new, old), "{new:?} narrows {old:?}");
    }
    for (new, old) in
        [("pa", "pay"), ("", "a"), ("!pay", "!pa"), ("pay", "!pay"), ("iops:>4", "iops:>3"), ("tag:environ", "tag:env")]
    {
        assert!(!narrows(new, old), "{new:?} does not narrow {old:?}");
    }
    assert!(!filter("age:>1d").at(Timestamp(1)).narrows(&filter("age:>1d")));
    assert!(Filter::parse("a", None).unwrap().narrows(&Filter::default()));
}

fn words() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        "[ab12]{1,3}",
        "![ab12]{1,2}",
        "tag:[ab](=[ab]{0,2})?",
        "!tag:[ab]",
        "state:=?[ab]{1,2}",
        "type:[ab]",
        "iops:[<>]?[0-3]",
        "region:eu",
        "Prod",
    ];
    prop::collection::vec(term, 0..4).prop_map(|t| t.join(" "))
}

fn rows() -> impl Strategy<Value = Vec<RawRow>> {
    let value = prop_oneof![
        Just(RawValue::Empty),
        Just(RawValue::NotLoaded),
        (0i64..4).prop_map(RawValue::Int),
        "[abAB]{1,2}".prop_map(RawValue::Text),
    ];
    let tags = prop::collection::vec(("[abAB]", "[abAB]{0,2}"), 0..3);
    let state = prop_oneof![Just(TagState::Known), Just(TagState::NotLoaded), Just(TagState::None)];
    let row = ("[ab12]{1,3}", "[abAB12 ]{0,4}", "[ab]{0,2}", prop::collection::vec(value, 3), tags, state);
    let row = row.prop_map(|(id, name, state, values, tags, tag_state)| {
        let tags = if tag_state == TagState::Known { tags } else { Vec::new() };
        RawRow { id, name, state, values, tags, tag_state, ..RawRow::default() }
    });
    prop::collection::vec(row, 0..12)
}

proptest! {
    /// One pass over a batch finds what a look at each row finds.
    #[test]
    fn a_pass_over_a_batch_agrees_with_each_row(rows in rows(), words in words()) {
        let blocks = [prod(&rows)];
        let filter = filter(&words);
        let judged = |want| blocks[0].batch.rows().filter(|r| filter.judge(&blocks[0].cell, r) == want).count();
        let arranged = arrange(&blocks, &filter, Sort::default());
        prop_assert_eq!((arranged.order.len(), arranged.unknown), (judged(Judged::Passes), judged(Judged::Unknown)));
        for id in &arranged.order {
            let (cell, row) = id.of(&blocks).unwrap();
            prop_assert!(filter.passes(cell, &row));
        }
    }

    /// Refining an order gives what a new order would.
    #[test]
    fn refining_agrees_with_a_new_order(rows in rows(), old in words(), more in words()) {
        let blocks = [prod(&rows[..rows.len() / 2]), prod(&rows[rows.len() / 2..])];
        let (before, after) = (filter(&old), filter(&format!("{old} {more}")));
        prop_assert!(after.narrows(&before));
        let arranged = arrange(&blocks, &before, Sort::default());
        if let Some(refined) = refine(&arranged, &blocks, &after) {
            prop_assert_eq!(refined, arrange(&blocks, &after, Sort::default()));
        }
    }

    /// Whatever is typed, taken back and typed anew: what is shown is what a new order would be.
    #[test]
    fn typing_agrees_with_new_orders(rows in rows(), typed in prop::collection::vec(words(), 1..6)) {
        let blocks: Arc<[Block]> = Arc::from([prod(&rows[..rows.len() / 2]), prod(&rows[rows.len() / 2..])]);
        let mut whole = None;
        for words in typed {
            let filter = filter(&words);
            let arranged;
            (arranged, whole) = arrange_within(whole, &blocks, &filter, Sort::default());
            prop_assert_eq!(arranged, arrange(&blocks, &filter, Sort::default()), "{}", words);
        }
    }

    /// No text is too strange to be read or refused.
    #[test]
    fn any_text_is_a_filter_or_a_mistake(words in "\\PC{0,24}") {
        match Filter::parse(&words, Some(&kind())) {
            Ok(filter) => prop_assert!(filter.narrows(&filter)),
            Err(e) => prop_assert!(e.at >= 1 && e.at <= words.chars().count() + 1, "{e}"),
        }
    }
}
