//! In what order rows stand, and that each asset stands once.

use super::{block, cell, ids, kind, prod, row, text, with};
use crate::domain::{ConnectionId, RawRow, RawValue, Value};
use crate::query::{Arranged, Block, Filter, RowId, Sort, SortBy, arrange, extend, seen_by, shared};
use proptest::prelude::*;

fn sorted(blocks: &[Block], by: SortBy, descending: bool) -> Vec<String> {
    ids(blocks, &arrange(blocks, &Filter::default(), Sort { by, descending }).order)
}

/// The ids of rows with these values of a column, sorted by it.
fn by(column: &str, values: Vec<RawValue>, descending: bool) -> Vec<String> {
    let rows: Vec<RawRow> = values.into_iter().enumerate().map(|(n, v)| with(&n.to_string(), column, v)).collect();
    sorted(&[prod(&rows)], SortBy::Column(kind().column(column).unwrap()), descending)
}

#[test]
fn names_sort_as_people_read_them() {
    let names = ["node-10", "Node-9", "node-1", "beta", "Alpha", "node-009b", "", "é", "node", "10", "9"];
    let rows: Vec<RawRow> =
        names.iter().map(|n| RawRow { name: (*n).to_owned(), ..row(&format!("m-{n}"), "") }).collect();
    let blocks = [prod(&rows)];
    let order = arrange(&blocks, &Filter::default(), Sort::default()).order;
    let names: Vec<&str> = order.iter().map(|id| id.of(&blocks).unwrap().1.name()).collect();
    assert_eq!(names, ["9", "10", "Alpha", "beta", "", "node", "node-1", "Node-9", "node-009b", "node-10", "é"]);
}

#[test]
fn a_column_sorts_by_its_type_and_what_is_missing_is_last() {
    let texts = |all: &[&str]| all.iter().map(|t| text(t)).collect::<Vec<_>>();
    let ips = texts(&["10.0.0.10", "10.0.0.9", "fe80::1", "9.9.9.9", "none", "10.0.0.0/24", "10.0.0.0/16"]);
    assert_eq!(by("private_ip", ips, false), ["3", "6", "5", "1", "0", "2", "4"]);
    let ints = || vec![RawValue::Int(5), RawValue::Empty, RawValue::Int(-7), RawValue::Denied, RawValue::Int(10)];
    assert_eq!(by("iops", ints(), false), ["2", "0", "4", "1", "3"]);
    assert_eq!(by("iops", ints(), true), ["4", "0", "2", "1", "3"]);
    assert_eq!(by("cost", texts(&["9.50 USD", "10 USD", "-1 USD", ""]), false), ["2", "0", "1", "3"]);
    assert_eq!(
        by("encrypted", vec![RawValue::Bool(true), RawValue::Hidden, RawValue::Bool(false)], false),
        ["2", "0", "1"]
    );
    // The greatest age is that of the earliest time.
    assert_eq!(by("age", vec![RawValue::Time(2), RawValue::Time(-1), RawValue::NotLoaded], true), ["1", "0", "2"]);
    assert_eq!(by("type", texts(&["io2", "gp3", "Gp2", ""]), true), ["0", "1", "2", "3"]);
}

#[test]
fn ties_go_by_name_account_region_and_id_in_both_directions() {
    let kind = kind();
    let (one, two) = (ConnectionId::generate(), ConnectionId::generate());
    let state = |id: &str, name: &str| RawRow { state: "ok".to_owned(), ..row(id, name) };
    let blocks = [
        block(cell(&kind, one, "b", "111122223333", "us-east-1"), &[state("1", "x"), state("2", "x")]),
        block(cell(&kind, one, "b", "111122223333", "eu-west-1"), &[state("3", "x"), state("0", "y")]),
        block(
            cell(&kind, two, "a", "444455556666", "us-east-1"),
            &[state("4", "x"), state("10", "x"), state("9", "x")],
        ),
    ];
    let expected = ["4", "9", "10", "3", "1", "2", "0"];
    assert_eq!(sorted(&blocks, SortBy::State, false), expected);
    assert_eq!(sorted(&blocks, SortBy::State, true), expected);
    assert_eq!(sorted(&blocks, SortBy::Region, true)[..2], ["4", "9"]);
    assert_eq!(sorted(&blocks, SortBy::Account, true)[..2], ["3", "1"]);
}

#[test]
fn an_asset_that_two_connections_see_is_one_row() {
    let kind = kind();
    let (one, two) = (ConnectionId::generate(), ConnectionId::generate());
    let at = |connection, name, region| cell(&kind, connection, name, "111122223333", region);
    let blocks = [
        block(at(one, "prod", "eu-west-1"), &[row("a", ""), row("b", "")]),
        block(at(two, "audit", "eu-west-1"), &[row("b", ""), row("c", "")]),
        block(at(two, "audit", "us-east-1"), &[row("a", "")]),
    ];
    let arranged = arrange(&blocks, &Filter::default(), Sort::default());
    assert_eq!((ids(&blocks, &arranged.order).join(""), arranged.total), ("aabc".to_owned(), 4));
    let b = RowId { block: 0, row: 1 };
    assert!(arranged.order.contains(&b));
    assert_eq!(seen_by(&blocks, b), [one, two]);
    assert_eq!(seen_by(&blocks, RowId { block: 1, row: 1 }), [two]);
    assert_eq!(shared(&blocks).into_iter().collect::<Vec<_>>(), [(b, vec![one, two])]);

    let mut grown = arrange(&blocks[..1], &Filter::default(), Sort::default());
    extend(&mut grown, &blocks, 1, &Filter::default(), Sort::default());
    assert_eq!(grown, arranged);
}

fn some_rows() -> impl Strategy<Value = Vec<RawRow>> {
    let value = prop_oneof![
        Just(RawValue::Empty),
        "[abAB019]{1,3}".prop_map(RawValue::Text),
        (-3i64..3).prop_map(RawValue::Int)
    ];
    let row = ("[a-c0-9]{1,4}", "[abAB019é-]{0,4}", value);
    let row = row.prop_map(|(id, name, v)| RawRow {
        id,
        name,
        values: vec![v.clone(), RawValue::Empty, v],
        ..RawRow::default()
    });
    prop::collection::vec(row, 0..40)
}

fn some_sort() -> impl Strategy<Value = Sort> {
    let by = prop_oneof![
        Just(SortBy::Name),
        Just(SortBy::Id),
        Just(SortBy::Region),
        Just(SortBy::Column(0)),
        Just(SortBy::Column(2)),
    ];
    (by, any::<bool>()).prop_map(|(by, descending)| Sort { by, descending })
}

proptest! {
    /// However the blocks arrive, the rows end in the same order.
    #[test]
    fn growing_an_order_agrees_with_a_new_one(all in prop::collection::vec(some_rows(), 1..6), from in 0usize..6, sort in some_sort()) {
        let (kind, connection) = (kind(), ConnectionId::generate());
        let label = |n: usize| cell(&kind, connection, "prod", "111122223333", ["eu-west-1", "us-east-1"][n % 2]);
        let blocks: Vec<Block> = all.iter().enumerate().map(|(n, rows)| block(label(n), rows)).collect();
        let from = from.min(blocks.len());
        let filter = Filter::parse("!a9", Some(&kind)).unwrap();
        let mut grown = arrange(&blocks[..from], &filter, sort);
        extend(&mut grown, &blocks, from, &filter, sort);
        prop_assert_eq!(grown, arrange(&blocks, &filter, sort));
    }

    /// What has no value is last in both directions, and the order knows every row once.
    #[test]
    fn an_order_is_total(rows in some_rows(), sort in some_sort()) {
        let blocks = [prod(&rows)];
        let Arranged { mut order, total, .. } = arrange(&blocks, &Filter::default(), sort);
        let missing = |id: &RowId| id.of(&blocks).unwrap().1.value(0) == Value::Empty;
        if sort.by == SortBy::Column(0) {
            let there = order.iter().position(missing).unwrap_or(order.len());
            prop_assert!(order[there..].iter().all(missing));
        }
        order.sort();
        prop_assert_eq!(order.len(), total);
        prop_assert!((0u32..).zip(&order).all(|(n, id)| id.row == n));
    }
}
