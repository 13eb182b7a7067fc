//! Packs rows into a batch: the longest texts first, and what is there already not again.

use super::{Batch, Head, OTHER, ParentRef, Sort, Span, StateRole, TagState};
use memchr::memmem;
use std::collections::HashMap;

/// What a row is made of, before it is packed. Texts are sanitised already.
#[derive(Debug, Clone, Default)]
pub struct RawRow {
    /// Unique in account, region and kind.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its own region.
    pub region: String,
    /// The cloud's word for its state.
    pub state: String,
    /// What that means.
    pub role: StateRole,
    /// The columns' values, in the kind's order.
    pub values: Vec<RawValue>,
    /// What the kind's links lead to, in its order; no text has a blank in it.
    pub links: Vec<Vec<String>>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// How they stand.
    pub tag_state: TagState,
}

/// A value before it is packed.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RawValue {
    /// There is none.
    #[default]
    Empty,
    /// A second call brings it, which was not made.
    NotLoaded,
    /// The second call was refused.
    Denied,
    /// The second call failed.
    Failed,
    /// There is one, and it is kept from the screen.
    Hidden,
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Milliseconds since the Unix epoch, UTC.
    Time(i64),
    /// Yes or no.
    Bool(bool),
}

/// Packs rows.
#[derive(Debug)]
pub struct BatchBuilder {
    batch: Batch,
    /// Where the present row's folded text begins.
    row: usize,
    /// What stands in the arena of unfolded texts.
    kept: HashMap<String, Span>,
}

/// Shorter texts are not worth a search.
const WORTH: usize = 6;

impl BatchBuilder {
    /// For rows of a kind with so many columns and links.
    pub fn new(columns: usize, links: usize, parent: Option<ParentRef>) -> Self {
        Self { batch: Batch { columns, link_count: links, parent, ..Batch::default() }, row: 0, kept: HashMap::new() }
    }

    /// How many rows were packed.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Packs a row.
    pub fn push(&mut self, row: &RawRow) {
        let from = offset(&self.batch.hay);
        let mut head = Head { role: row.role, tag_state: row.tag_state, ..Head::default() };
        self.row = self.batch.hay.len();
        // The longest first: an ARN mostly holds the id, and the tag `Name` the name, which then take no room of their own.
        head.arn = self.put(&row.arn);
        let first = offset_of(self.batch.tags.len());
        for (key, value) in &row.tags {
            let pair = self.tag(key, value);
            self.batch.tags.push(pair);
        }
        head.tags = (first, offset_of(self.batch.tags.len()));
        head.id = self.put(&row.id);
        head.name = self.put(&row.name);
        head.state = self.put(&row.state);
        head.region = self.put(&row.region);
        for at in 0..self.batch.columns {
            #[allow(clippy::cast_sign_loss)]
            let (sort, bits) = match row.values.get(at).unwrap_or(&RawValue::Empty) {
                RawValue::Empty => (Sort::Empty, 0),
                RawValue::NotLoaded => (Sort::NotLoaded, 0),
                RawValue::Denied => (Sort::Denied, 0),
                RawValue::Failed => (Sort::Failed, 0),
                RawValue::Hidden => (Sort::Hidden, 0),
                RawValue::Text(text) if text.is_empty() => (Sort::Empty, 0),
                RawValue::Text(text) => {
                    let span = self.put(text);
                    (Sort::Text, (u64::from(span.at) << 32) | u64::from(span.len))
                }
                RawValue::Int(n) => (Sort::Int, *n as u64),
                RawValue::Time(ms) => (Sort::Time, *ms as u64),
                RawValue::Bool(b) => (Sort::Bool, u64::from(*b)),
            };
            self.batch.sorts.push(sort);
            self.batch.bits.push(bits);
        }
        for at in 0..self.batch.link_count {
            let span = match row.links.get(at).map(Vec::as_slice).unwrap_or_default() {
                [] => Span::default(),
                [one] => self.put(one),
                many => self.put(&many.join(" ")),
            };
            self.batch.links.push(span);
        }
        self.batch.hay.push('\n');
        head.hay = (from, offset(&self.batch.hay));
        self.batch.heads.push(head);
    }

    /// The batch.
    pub fn finish(mut self) -> Batch {
        self.drop_empty();
        let b = &mut self.batch;
        b.hay.shrink_to_fit();
        b.text.shrink_to_fit();
        b.heads.shrink_to_fit();
        b.sorts.shrink_to_fit();
        b.bits.shrink_to_fit();
        b.links.shrink_to_fit();
        b.tags.shrink_to_fit();
        self.batch
    }

    /// Columns that are empty in all rows take no room.
    fn drop_empty(&mut self) {
        let b = &mut self.batch;
        let width = b.columns;
        let used: Vec<bool> =
            (0..width).map(|c| b.sorts.iter().skip(c).step_by(width).any(|s| *s != Sort::Empty)).collect();
        let mut next = 0;
        b.slots = used
            .iter()
            .map(|used| {
                next += u16::from(*used);
                used.then(|| next - 1)
            })
            .collect();
        b.columns = usize::from(next);
        let mut at = 0..;
        b.sorts.retain(|_| at.next().is_some_and(|at: usize| used[at % width]));
        let mut at = 0..;
        b.bits.retain(|_| at.next().is_some_and(|at: usize| used[at % width]));
    }

    /// Keeps a text, folded for the search, and as it is if that differs.
    fn put(&mut self, text: &str) -> Span {
        if text.is_empty() {
            return Span::default();
        }
        // What the row has already, as a whole or in something longer, is found there.
        if text.len() >= WORTH
            && let Some(found) = memmem::find(&self.batch.hay.as_bytes()[self.row..], text.as_bytes())
        {
            return Span { at: offset_of(self.row + found), len: offset_of(text.len()) };
        }
        let at = offset(&self.batch.hay);
        let same = fold_into(text, &mut self.batch.hay);
        self.batch.hay.push('\n');
        if same { Span { at, len: offset_of(text.len()) } } else { self.keep(text) }
    }

    /// Keeps a text as it is.
    fn keep(&mut self, text: &str) -> Span {
        // Keys of tags and the like come with every row.
        if let Some(known) = self.kept.get(text) {
            return *known;
        }
        let at = offset(&self.batch.text);
        self.batch.text.push_str(text);
        let span = Span { at, len: offset_of(text.len()) | OTHER };
        self.kept.insert(text.to_owned(), span);
        span
    }

    /// A tag stands in the search as `key=value`.
    fn tag(&mut self, key: &str, value: &str) -> (Span, Span) {
        let at = offset(&self.batch.hay);
        let key_same = fold_into(key, &mut self.batch.hay);
        self.batch.hay.push('=');
        let middle = offset(&self.batch.hay);
        let value_same = fold_into(value, &mut self.batch.hay);
        self.batch.hay.push('\n');
        let key = if key_same { Span { at, len: offset_of(key.len()) } } else { self.keep(key) };
        let value = if value_same { Span { at: middle, len: offset_of(value.len()) } } else { self.keep(value) };
        (key, value)
    }
}

/// Folds to lower case; whether that changed nothing.
fn fold_into(text: &str, out: &mut String) -> bool {
    if !text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
        out.push_str(text);
        return true;
    }
    let at = out.len();
    out.extend(text.chars().flat_map(char::to_lowercase));
    out.get(at..) == Some(text)
}

fn offset(arena: &str) -> u32 {
    offset_of(arena.len())
}

/// A page is at most [some megabytes](crate::domain), far from 2 GiB.
fn offset_of(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX) & !OTHER
}
