//! Rows of assets as they are kept in memory: compact, immutable, shared.
//!
//! A page of a list becomes one [`Batch`]. All text of its rows stands in two arenas: `hay`, folded to lower case and
//! searched when a person filters, and `text` for what looks different when it is not folded. A piece of text is a
//! [`Span`] into one of them; most (ids, types, zones) are the same in both and stand in `hay` alone.

use super::{ParentRef, Role};
use memchr::memmem;
use std::collections::HashMap;
use std::ops::Range;

/// What a state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StateRole {
    /// Nothing that is known.
    #[default]
    Plain,
    /// It works.
    Good,
    /// On its way, or half.
    Warn,
    /// Broken.
    Bad,
    /// Not running, as someone wanted.
    Off,
}

impl StateRole {
    /// Reads the word of kind files.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "good" => Self::Good,
            "warn" => Self::Warn,
            "bad" => Self::Bad,
            "off" => Self::Off,
            _ => return None,
        })
    }

    /// How it is drawn.
    pub fn role(self) -> Role {
        match self {
            Self::Plain => Role::Text,
            Self::Good => Role::Good,
            Self::Warn => Role::Testing,
            Self::Bad => Role::Bad,
            Self::Off => Role::Moot,
        }
    }

    /// A symbol beside the word, so that no colour carries the meaning alone.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Plain => "·",
            Self::Good => "●",
            Self::Warn => "◌",
            Self::Bad => "✗",
            Self::Off => "○",
        }
    }
}

/// A piece of a batch's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    at: u32,
    /// The highest bit tells the arena: set for `text`.
    len: u32,
}

const OTHER: u32 = 1 << 31;

impl Span {
    /// Whether there is nothing.
    pub fn is_empty(self) -> bool {
        self.len & !OTHER == 0
    }
}

/// One value of a column. Empty is not "not loaded", and neither is denied.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Value {
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
    /// Text; lists are joined by `, `.
    Text(Span),
    /// A whole number, or bytes.
    Int(i64),
    /// Milliseconds since the Unix epoch, UTC.
    Time(i64),
    /// Yes or no.
    Bool(bool),
}

/// How a row's tags stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TagState {
    /// They are all there.
    #[default]
    Known,
    /// A second call brings them, which was not made.
    NotLoaded,
    /// That call was refused.
    Denied,
    /// That call failed.
    Failed,
    /// The kind has none.
    None,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sort {
    #[default]
    Empty,
    NotLoaded,
    Denied,
    Failed,
    Hidden,
    Text,
    Int,
    Time,
    Bool,
}

#[derive(Debug, Clone, Default)]
struct Head {
    id: Span,
    name: Span,
    arn: Span,
    state: Span,
    /// The row's own region, where rows have one.
    region: Span,
    hay: (u32, u32),
    tags: (u32, u32),
    role: StateRole,
    tag_state: TagState,
}

/// Rows of one cell, as they came with one answer.
#[derive(Debug, Default)]
pub struct Batch {
    hay: String,
    text: String,
    heads: Vec<Head>,
    /// Values in two columns, which pack closer than one of [`Value`]: what each is, and its 64 bits.
    sorts: Vec<Sort>,
    bits: Vec<u64>,
    links: Vec<Span>,
    tags: Vec<(Span, Span)>,
    /// Where each column of the kind stands among those that are kept; none: it is empty in all rows.
    slots: Vec<Option<u16>>,
    /// How many columns are kept.
    columns: usize,
    link_count: usize,
    parent: Option<ParentRef>,
}

impl Batch {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// A row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, at: usize) -> RowView<'_> {
        debug_assert!(at < self.heads.len());
        RowView { batch: self, at }
    }

    /// All rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = RowView<'_>> {
        (0..self.heads.len()).map(|at| RowView { batch: self, at })
    }

    /// Whose rows they are, for kinds that are listed under another.
    pub fn parent(&self) -> Option<&ParentRef> {
        self.parent.as_ref()
    }

    /// The folded text of all rows, one after another: each piece ends in a line end, each row in one more.
    pub fn hay(&self) -> &str {
        &self.hay
    }

    /// The row whose folded text has this byte of [`Batch::hay`].
    pub fn row_at(&self, byte: usize) -> usize {
        self.heads.partition_point(|h| (h.hay.1 as usize) <= byte)
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        let (arena, len) = if span.len & OTHER == 0 { (&self.hay, span.len) } else { (&self.text, span.len & !OTHER) };
        let at = span.at as usize;
        arena.get(at..at + len as usize).unwrap_or_default()
    }

    #[allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation)]
    fn value(&self, at: usize) -> Value {
        let (Some(sort), Some(bits)) = (self.sorts.get(at), self.bits.get(at)) else { return Value::Empty };
        match sort {
            Sort::Empty => Value::Empty,
            Sort::NotLoaded => Value::NotLoaded,
            Sort::Denied => Value::Denied,
            Sort::Failed => Value::Failed,
            Sort::Hidden => Value::Hidden,
            Sort::Text => Value::Text(Span { at: (bits >> 32) as u32, len: *bits as u32 }),
            Sort::Int => Value::Int(*bits as i64),
            Sort::Time => Value::Time(*bits as i64),
            Sort::Bool => Value::Bool(*bits != 0),
        }
    }

    /// Bytes on the heap.
    pub fn heap(&self) -> usize {
        self.hay.capacity()
            + self.text.capacity()
            + self.heads.capacity() * size_of::<Head>()
            + self.sorts.capacity()
            + self.bits.capacity() * size_of::<u64>()
            + self.links.capacity() * size_of::<Span>()
            + self.tags.capacity() * size_of::<(Span, Span)>()
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct RowView<'b> {
    batch: &'b Batch,
    at: usize,
}

impl<'b> RowView<'b> {
    fn head(&self) -> &'b Head {
        &self.batch.heads[self.at]
    }

    /// Unique in account, region and kind.
    pub fn id(&self) -> &'b str {
        self.batch.text(self.head().id)
    }

    /// What people call it; empty where it has no name.
    pub fn name(&self) -> &'b str {
        self.batch.text(self.head().name)
    }

    /// Its ARN; empty where it has none.
    pub fn arn(&self) -> &'b str {
        self.batch.text(self.head().arn)
    }

    /// Its own region, where rows of its kind have one; empty: the cell's.
    pub fn region(&self) -> &'b str {
        self.batch.text(self.head().region)
    }

    /// The cloud's word for its state; empty where its kind has none.
    pub fn state(&self) -> &'b str {
        self.batch.text(self.head().state)
    }

    /// What the state means.
    pub fn state_role(&self) -> StateRole {
        self.head().role
    }

    /// The value of a column, by its place in the kind.
    pub fn value(&self, column: usize) -> Value {
        match self.batch.slots.get(column) {
            Some(Some(slot)) => self.batch.value(self.at * self.batch.columns + usize::from(*slot)),
            _ => Value::Empty,
        }
    }

    /// A value's text, if it is one.
    pub fn text(&self, column: usize) -> Option<&'b str> {
        match self.value(column) {
            Value::Text(span) => Some(self.batch.text(span)),
            _ => None,
        }
    }

    /// What a link of the kind leads to: ids, ARNs or names.
    pub fn link(&self, link: usize) -> impl Iterator<Item = &'b str> {
        let width = self.batch.link_count;
        let span = if link < width { self.batch.links.get(self.at * width + link).copied() } else { None };
        self.batch.text(span.unwrap_or_default()).split(' ').filter(|t| !t.is_empty())
    }

    /// Keys and values of its tags, in the cloud's order.
    pub fn tags(&self) -> impl Iterator<Item = (&'b str, &'b str)> {
        let (from, to) = self.head().tags;
        let all = self.batch.tags.get(from as usize..to as usize).unwrap_or_default();
        all.iter().map(|(k, v)| (self.batch.text(*k), self.batch.text(*v)))
    }

    /// How its tags stand.
    pub fn tag_state(&self) -> TagState {
        self.head().tag_state
    }

    /// All its text, folded to lower case, a line each.
    pub fn hay(&self) -> &'b str {
        let (from, to) = self.head().hay;
        self.batch.hay.get(from as usize..to as usize).unwrap_or_default()
    }

    /// What it was made of, to be packed again.
    pub fn unpacked(&self) -> RawRow {
        let value = |at: usize| match self.value(at) {
            Value::Empty => RawValue::Empty,
            Value::NotLoaded => RawValue::NotLoaded,
            Value::Denied => RawValue::Denied,
            Value::Failed => RawValue::Failed,
            Value::Hidden => RawValue::Hidden,
            Value::Text(span) => RawValue::Text(self.batch.text(span).to_owned()),
            Value::Int(n) => RawValue::Int(n),
            Value::Time(ms) => RawValue::Time(ms),
            Value::Bool(b) => RawValue::Bool(b),
        };
        RawRow {
            id: self.id().to_owned(),
            name: self.name().to_owned(),
            arn: self.arn().to_owned(),
            region: self.region().to_owned(),
            state: self.state().to_owned(),
            role: self.state_role(),
            values: (0..self.batch.slots.len()).map(value).collect(),
            links: (0..self.batch.link_count).map(|at| self.link(at).map(str::to_owned).collect()).collect(),
            tags: self.tags().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            tag_state: self.tag_state(),
        }
    }

    /// Whose row it is.
    pub fn batch(&self) -> &'b Batch {
        self.batch
    }
}

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

/// The bytes of a row in its batch's folded text.
pub fn hay_range(row: &RowView<'_>) -> Range<usize> {
    let (from, to) = row.head().hay;
    from as usize..to as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> RawValue {
        RawValue::Text(t.to_owned())
    }

    fn example() -> Batch {
        let mut builder = BatchBuilder::new(3, 2, None);
        builder.push(&RawRow {
            id: "i-0a1b".to_owned(),
            name: "Pay-API".to_owned(),
            arn: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b".to_owned(),
            state: "running".to_owned(),
            role: StateRole::Good,
            values: vec![text("m7g.large"), RawValue::Int(7), RawValue::NotLoaded],
            links: vec![vec!["vpc-1".to_owned()], vec!["sg-1".to_owned(), "sg-2".to_owned()]],
            tags: vec![("Team".to_owned(), "pay".to_owned()), ("env".to_owned(), String::new())],
            ..RawRow::default()
        });
        builder.push(&RawRow { id: "b".to_owned(), name: "b".to_owned(), ..RawRow::default() });
        builder.finish()
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let batch = example();
        let row = batch.row(0);
        assert_eq!((row.id(), row.name(), row.state()), ("i-0a1b", "Pay-API", "running"));
        assert!(row.arn().ends_with("instance/i-0a1b"));
        assert_eq!((row.text(0), row.value(1), row.value(2)), (Some("m7g.large"), Value::Int(7), Value::NotLoaded));
        assert_eq!(row.link(1).collect::<Vec<_>>(), ["sg-1", "sg-2"]);
        assert_eq!(row.tags().collect::<Vec<_>>(), [("Team", "pay"), ("env", "")]);
        let mut again = BatchBuilder::new(3, 2, None);
        batch.rows().for_each(|row| again.push(&row.unpacked()));
        assert_eq!(again.finish().hay(), batch.hay());
        let row = batch.row(1);
        assert_eq!((row.id(), row.name(), row.arn(), row.tags().count(), row.link(0).count()), ("b", "b", "", 0, 0));
    }

    #[test]
    fn the_search_text_is_folded_and_each_byte_knows_its_row() {
        let batch = example();
        assert!(batch.row(0).hay().contains("pay-api\n") && batch.row(0).hay().contains("team=pay\n"));
        let at = batch.hay().find("\nb\n").unwrap() + 1;
        assert_eq!((batch.row_at(at), batch.row_at(0)), (1, 0));
    }
}
