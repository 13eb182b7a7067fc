//! How values look in a table and in a file.

use super::{kind, prod, text, with};
use crate::domain::{RawRow, RawValue, StateRole, TagState, Timestamp};
use crate::query::{column_text, column_width, export_text, state_words, tags_text};

/// A value as a table shows it and as a file has it.
fn shown(column: &str, value: RawValue) -> (String, String) {
    let (block, at) = (prod(&[with("a", column, value)]), kind().column(column).unwrap());
    let row = block.batch.row(0);
    let now = Timestamp(1_795_000_000_000);
    (column_text(&kind().columns[at], at, &row, now).into_owned(), export_text(at, &row).into_owned())
}

#[test]
fn a_table_is_short_and_a_file_is_exact() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(shown("size", RawValue::Int(1_288_490_189)), pair("1.2 GiB", "1288490189"));
    assert_eq!(shown("iops", RawValue::Int(3000)), pair("3000", "3000"));
    assert_eq!(shown("encrypted", RawValue::Bool(true)), pair("yes", "true"));
    let time = RawValue::Time(1_795_000_000_000 - 41 * 86_400_000);
    assert_eq!(shown("age", time), pair("41d", "2026-10-08T11:06:40Z"));
    assert_eq!(shown("type", text("gp3")), pair("gp3", "gp3"));
}

#[test]
fn what_is_not_there_says_why() {
    let both = |value| shown("iops", value);
    assert_eq!(both(RawValue::Empty), (String::new(), String::new()));
    assert_eq!(both(RawValue::NotLoaded), ("…".to_owned(), "‹not loaded›".to_owned()));
    assert_eq!(both(RawValue::Denied), ("denied".to_owned(), "‹denied›".to_owned()));
    assert_eq!(both(RawValue::Failed), ("failed".to_owned(), "‹failed›".to_owned()));
    assert_eq!(both(RawValue::Hidden), ("‹hidden›".to_owned(), "‹hidden›".to_owned()));
}

#[test]
fn state_and_tags_have_words() {
    let tags = vec![("team".to_owned(), "pay".to_owned()), ("env".to_owned(), String::new())];
    let row =
        RawRow { id: "a".to_owned(), state: "running".to_owned(), role: StateRole::Good, tags, ..RawRow::default() };
    let refused = RawRow { id: "b".to_owned(), tag_state: TagState::Denied, ..RawRow::default() };
    let block = prod(&[row, refused]);
    assert_eq!(state_words(&block.batch.row(0)), "● running");
    assert_eq!(tags_text(&block.batch.row(0)), "team=pay  env=");
    assert_eq!(
        (state_words(&block.batch.row(1)), tags_text(&block.batch.row(1))),
        (String::new(), "denied".to_owned())
    );
}

#[test]
fn a_column_is_never_narrower_than_its_title() {
    let width = |id: &str| column_width(&kind().columns[kind().column(id).unwrap()]);
    assert_eq!((width("encrypted"), width("age"), width("private_ip")), (9, 7, 15));
}
