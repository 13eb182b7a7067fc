//! Sort keys: bytes that compare as the rows do.
//!
//! A key is what a person sorts by, then name, account, region and id, so that two rows never stand equal. Numbers are
//! written with the highest byte first; text is folded, and a run of digits is written by its length and its digits, so
//! that `node-9` comes before `node-10`. Downwards only the first part is turned round. What has no value comes last.

use super::{Block, CellLabel, RowId, Sort, SortBy, amount, place};
use crate::catalog::kind::Type;
use crate::domain::{RowView, Value};
use std::net::IpAddr;

/// The first part of a key: numbers, addresses; what is text after all; what is not there.
const VALUE: u8 = 1;
const TEXT: u8 = 2;
const MISSING: u8 = 3;
/// Below every byte of a text, which is sanitised.
const END: u8 = 0;

/// The keys of some rows.
#[derive(Debug, Default)]
pub(super) struct Keys {
    arena: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The key's first bytes: most comparisons look at no more.
    begin: u128,
    at: usize,
    row: RowId,
}

impl Keys {
    /// For so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { arena: Vec::with_capacity(rows * 64), entries: Vec::with_capacity(rows) }
    }

    /// Adds a row.
    pub fn push(&mut self, cell: &CellLabel, row: &RowView<'_>, id: RowId, sort: Sort) {
        let at = self.arena.len();
        write(&mut self.arena, cell, row, id, sort);
        self.entries.push(Entry { begin: begin(&self.arena[at..]), at, row: id });
    }

    /// The rows in their order.
    pub fn sorted(mut self) -> Vec<RowId> {
        let arena = &self.arena;
        // No key is the begin of another, so that comparing to the arena's end compares the keys.
        let rest = |e: &Entry| arena.get(e.at..).unwrap_or_default();
        self.entries.sort_unstable_by(|a, b| a.begin.cmp(&b.begin).then_with(|| rest(a).cmp(rest(b))));
        self.entries.iter().map(|e| e.row).collect()
    }
}

fn begin(key: &[u8]) -> u128 {
    let mut first = [0; 16];
    let n = key.len().min(16);
    first[..n].copy_from_slice(&key[..n]);
    u128::from_be_bytes(first)
}

/// The key of one row, for comparisons with a few others.
pub(super) fn key(blocks: &[Block], id: RowId, sort: Sort) -> Vec<u8> {
    let mut key = Vec::new();
    if let Some((cell, row)) = id.of(blocks) {
        write(&mut key, cell, &row, id, sort);
    }
    key
}

fn write(out: &mut Vec<u8>, cell: &CellLabel, row: &RowView<'_>, id: RowId, sort: Sort) {
    let from = out.len();
    let name = if row.name().is_empty() { row.id() } else { row.name() };
    let class = match sort.by {
        SortBy::Name => text(out, name),
        SortBy::Id => plain(out, row.id()),
        SortBy::State => text(out, row.state()),
        SortBy::Account => text(out, cell.name.as_str()),
        SortBy::Region => text(out, place(cell, row)),
        SortBy::Kind => text(out, &cell.kind.title),
        SortBy::Column(at) => value(out, cell, row, at),
    };
    if sort.descending && class != MISSING {
        // The class stays: what is not there is last in both directions.
        out[from + 1..].iter_mut().for_each(|b| *b = !*b);
    }
    if sort.by != SortBy::Name {
        natural(out, name);
    }
    for part in [cell.name.as_str(), cell.account.as_str(), place(cell, row), row.id()] {
        natural(out, part);
    }
    // Two kinds may have the same id, and two ids may differ by a zero in front of a number.
    out.extend_from_slice(&id.block.to_be_bytes());
    out.extend_from_slice(&id.row.to_be_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) -> u8 {
    let class = if text.is_empty() { MISSING } else { TEXT };
    out.push(class);
    natural(out, text);
    class
}

/// An id: its digits are mostly hexadecimal, and no numbers.
fn plain(out: &mut Vec<u8>, text: &str) -> u8 {
    out.push(TEXT);
    out.extend(text.bytes().map(|b| b.to_ascii_lowercase()));
    out.push(END);
    TEXT
}

fn number(out: &mut Vec<u8>, n: i64) -> u8 {
    out.push(VALUE);
    // The sign's bit turned round: negative numbers come first.
    out.extend_from_slice(&(n.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    VALUE
}

fn value(out: &mut Vec<u8>, cell: &CellLabel, row: &RowView<'_>, at: usize) -> u8 {
    match row.value(at) {
        Value::Int(n) => real(out, n as f64),
        // An age is the greater the earlier the time; what expires first comes first.
        Value::Time(ms) if cell.kind.columns.get(at).is_some_and(|c| c.id == "age") => number(out, ms.saturating_neg()),
        Value::Time(ms) => number(out, ms),
        Value::Bool(b) => number(out, i64::from(b)),
        Value::Text(span) => {
            let words = row.batch().text(span);
            let found = match cell.kind.columns.get(at).map(|c| c.kind) {
                Some(Type::Ip) => address(out, words),
                Some(Type::Money | Type::Int | Type::Bytes) => decimal(out, words),
                _ => None,
            };
            found.unwrap_or_else(|| text(out, words))
        }
        Value::Empty | Value::NotLoaded | Value::Denied | Value::Failed | Value::Hidden => text(out, ""),
    }
}

/// IPv4 before IPv6, each by its number; of a network its size too, of several addresses the first.
fn address(out: &mut Vec<u8>, words: &str) -> Option<u8> {
    let first = words.split(", ").next().unwrap_or(words);
    let (ip, size) = first.split_once('/').unwrap_or((first, "255"));
    let (version, number) = match ip.parse().ok()? {
        IpAddr::V4(ip) => (4, u128::from(ip.to_bits())),
        IpAddr::V6(ip) => (6, ip.to_bits()),
    };
    let size: u8 = size.parse().ok()?;
    out.extend_from_slice(&[VALUE, version]);
    out.extend_from_slice(&number.to_be_bytes());
    out.push(size);
    Some(VALUE)
}

fn decimal(out: &mut Vec<u8>, words: &str) -> Option<u8> {
    amount::leading(words).map(|n| real(out, n))
}

#[allow(clippy::cast_precision_loss)]
fn real(out: &mut Vec<u8>, n: f64) -> u8 {
    let bits = n.to_bits();
    // Floating-point numbers compare as their bits do, the negative ones turned round.
    let key = if bits >> 63 == 0 { bits ^ (1 << 63) } else { !bits };
    out.push(VALUE);
    out.extend_from_slice(&key.to_be_bytes());
    VALUE
}

/// Text, folded, its numbers by value.
fn natural(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if !text.is_ascii() {
        let folded: String = text.chars().flat_map(char::to_lowercase).collect();
        runs(out, folded.as_bytes());
    } else {
        runs(out, bytes);
    }
    out.push(END);
}

fn runs(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if !byte.is_ascii_digit() {
            out.push(byte.to_ascii_lowercase());
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let digits = &bytes[at..at + run];
        let zeros = digits.iter().take_while(|b| **b == b'0').count();
        let digits = &digits[zeros.min(run - 1)..];
        // The more digits, the greater; a digit in front keeps numbers between `/` and `:`, where digits stand.
        out.extend_from_slice(&[b'0', u8::try_from(digits.len()).unwrap_or(u8::MAX)]);
        out.extend_from_slice(digits);
        at += run;
    }
}
