//! Rows of assets as they are kept in memory: compact, immutable, shared.
//!
//! A page of a list becomes one [`Batch`]. All text of its rows stands in two arenas: `hay`, folded to lower case and
//! searched when a person filters, and `text` for what looks different when it is not folded. A piece of text is a
//! [`Span`] into one of them; most (ids, types, zones) are the same in both and stand in `hay` alone.

mod pack;
#[cfg(test)]
mod tests;

pub use pack::{BatchBuilder, RawRow, RawValue};

use super::{ParentRef, Role};
use std::ops::Range;

/// Why something of a row is not known, although a second call could bring it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The call was not made.
    NotLoaded,
    /// It was refused.
    Denied,
    /// It failed.
    Failed,
}

impl Unknown {
    /// The word of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotLoaded => "not_loaded",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

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
    /// There is no word, and this is why.
    Unknown(Unknown),
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
            Self::Unknown(Unknown::Denied) => Role::Denied,
            Self::Unknown(_) => Role::Untested,
            Self::Good => Role::Good,
            Self::Warn => Role::Testing,
            Self::Bad => Role::Bad,
            Self::Off => Role::Moot,
        }
    }

    /// Why the state is not known, if it is not.
    pub fn unknown(self) -> Option<Unknown> {
        if let Self::Unknown(why) = self { Some(why) } else { None }
    }

    /// A symbol beside the word, so that no colour carries the meaning alone.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Plain | Self::Unknown(_) => "·",
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

    /// The cloud's word for its state; empty where it has none, or where its role says that it is not known.
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

/// The bytes of a row in its batch's folded text.
pub fn hay_range(row: &RowView<'_>) -> Range<usize> {
    let (from, to) = row.head().hay;
    from as usize..to as usize
}
