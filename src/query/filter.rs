//! The filter: words that must all be found, `!` for not, `tag:K=V`, `state:…`, `COLUMN:…`.
//!
//! Words are looked for over all loaded text of a row, its account and its region. A term about one field does not hold
//! or fail while that field is not loaded, was refused or failed: such a row is *unknown*, not "no match".

use super::grammar::{self, Field, Term, Test, Want};
use super::{Block, CellLabel, amount, place};
use crate::catalog::kind::Kind;
use crate::domain::{Region, RowView, TagState, Timestamp, Value, hay_range};
use memchr::memmem::{Finder, find};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A filter that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    terms: Vec<Term>,
    /// The kind whose columns are meant.
    kind: Option<String>,
    /// From when ages are counted.
    now: Option<Timestamp>,
    /// Rows that have a region of their own must have one of these; empty: any.
    regions: Vec<Region>,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why} (character {at})")]
pub struct FilterError {
    /// The first wrong character, counted from 1.
    pub at: usize,
    /// What is wrong, and what would be right.
    pub why: String,
}

/// What a filter says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It passes.
    Passes,
    /// It does not.
    Fails,
    /// Something that decides is not loaded, was refused or failed.
    Unknown,
}

impl From<bool> for Judged {
    fn from(passes: bool) -> Self {
        if passes { Self::Passes } else { Self::Fails }
    }
}

impl Judged {
    fn not(self) -> Self {
        match self {
            Self::Passes => Self::Fails,
            Self::Fails => Self::Passes,
            Self::Unknown => Self::Unknown,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fails, _) | (_, Self::Fails) => Self::Fails,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Passes,
        }
    }
}

impl Filter {
    /// Reads a filter for rows of a kind; `None`: rows of several kinds, which have no columns in common.
    ///
    /// # Errors
    /// Names the place, and a column that is probably meant.
    pub fn parse(text: &str, kind: Option<&Kind>) -> Result<Self, FilterError> {
        Ok(Self {
            terms: grammar::parse(text, kind)?,
            kind: kind.map(|k| k.id.clone()),
            now: None,
            regions: Vec::new(),
        })
    }

    /// The filter with its ages counted from a time. Without one, ages decide nothing: rows are unknown.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The same in some regions, where rows have regions of their own: a bucket in one cell for all of them.
    #[must_use]
    pub fn within<'r>(self, regions: impl IntoIterator<Item = &'r Region>) -> Self {
        Self { regions: regions.into_iter().cloned().collect(), ..self }
    }

    /// Whether a row is in these regions.
    pub fn is_within(&self, row: &RowView<'_>) -> bool {
        self.regions.is_empty() || row.region().is_empty() || self.regions.iter().any(|r| r.as_str() == row.region())
    }

    /// Whether rows are left out for their region.
    pub fn is_placed(&self) -> bool {
        !self.regions.is_empty()
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.regions.is_empty()
    }

    /// Whether tags decide, so that rows whose tags are not loaded cannot be judged.
    pub fn needs_tags(&self) -> bool {
        self.terms.iter().any(|t| matches!(t.test, Test::Tag { .. }))
    }

    /// The columns that decide, by their place in the kind.
    pub fn needs_columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self
            .terms
            .iter()
            .filter_map(|t| match t.test {
                Test::Field { field: Field::Column(at), .. } => Some(at),
                _ => None,
            })
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether the state decides.
    pub fn needs_state(&self) -> bool {
        self.terms.iter().any(|t| matches!(t.test, Test::Field { field: Field::State, .. }))
    }

    /// Whether second calls bring something that decides: tags, the state, or columns of the kind.
    pub fn needs_late(&self, kind: &Kind) -> bool {
        !self.late(kind).is_empty()
    }

    /// The fields of the second calls that bring what decides, for [`Late::Fields`](crate::domain::Late).
    pub fn late(&self, kind: &Kind) -> BTreeSet<String> {
        super::late(kind, self.needs_columns(), self.needs_tags(), self.needs_state())
    }

    /// Whether all that passes this passes `previous` too, so that its order can be [refined](super::refine). Every
    /// filter narrows an empty one: who keeps the order of all rows never sorts for a filter.
    pub fn narrows(&self, previous: &Self) -> bool {
        let ages = |f: &Self| f.terms.iter().any(|t| matches!(t.test, Test::Field { want: Want::Age(..), .. }));
        let same = self.kind == previous.kind
            && self.regions == previous.regions
            && (self.now == previous.now || !ages(previous));
        let implied = |old: &Term| self.terms.iter().any(|new| new.implies(old));
        previous.is_empty() && !self.is_placed() || same && previous.terms.iter().all(implied)
    }

    /// Whether a row passes. What is unknown does not.
    pub fn passes(&self, cell: &CellLabel, row: &RowView<'_>) -> bool {
        self.judge(cell, row) == Judged::Passes
    }

    /// What the filter says of a row.
    pub fn judge(&self, cell: &CellLabel, row: &RowView<'_>) -> Judged {
        if !self.is_within(row) {
            return Judged::Fails;
        }
        let judged = self.terms.iter().map(|t| match &t.test {
            Test::Word(word) => signed(t, (contains(row.hay(), word) || contains(&label(cell), word)).into()),
            _ => self.one(t, cell, row),
        });
        judged.fold(Judged::Passes, Judged::and)
    }

    /// What a term that is no word says of a row.
    fn one(&self, term: &Term, cell: &CellLabel, row: &RowView<'_>) -> Judged {
        let judged = match &term.test {
            Test::Word(_) => Judged::Passes,
            Test::Tag { key, value } => tag(row, key, value),
            Test::Field { field, want } => self.field(*field, want, cell, row),
        };
        signed(term, judged)
    }

    fn field(&self, field: Field, want: &Want, cell: &CellLabel, row: &RowView<'_>) -> Judged {
        let text = |text: &str| (!text.is_empty() && text_is(text, want)).into();
        match field {
            Field::Id => text(row.id()),
            Field::Name => text(row.name()),
            Field::Arn => text(row.arn()),
            Field::State if row.state_role().unknown().is_some() => Judged::Unknown,
            Field::State => text(row.state()),
            Field::Region => text(place(cell, row)),
            Field::Kind => {
                let kind = &cell.kind;
                let shown = matches!(want, Want::Within(_)) && text_is(&kind.title, want);
                (shown || text_is(&kind.id, want)).into()
            }
            Field::Account => {
                let (name, id) = (cell.name.as_str(), cell.account.as_str());
                (text_is(name, want) || text_is(id, want)).into()
            }
            Field::Column(at) => match self.kind.as_deref() == Some(cell.kind.id.as_str()) {
                true => self.value(row, at, want),
                false => Judged::Fails,
            },
        }
    }

    fn value(&self, row: &RowView<'_>, at: usize, want: &Want) -> Judged {
        let value = row.value(at);
        match (value, want) {
            (Value::NotLoaded | Value::Denied | Value::Failed, _) => Judged::Unknown,
            (Value::Empty, _) => Judged::Fails,
            (_, Want::Any) => Judged::Passes,
            (Value::Hidden, _) => Judged::Unknown,
            (Value::Text(span), Want::Number(compare, n)) => {
                amount::leading(row.batch().text(span)).is_some_and(|v| compare.holds(v, *n)).into()
            }
            (Value::Int(v), Want::Number(compare, n)) => compare.holds(v as f64, *n).into(),
            (Value::Time(v), Want::Time(compare, ms)) => compare.holds(v, *ms).into(),
            (Value::Time(v), Want::Age(compare, ms)) => match self.now {
                Some(now) => compare.holds(now.0.saturating_sub(v), *ms).into(),
                None => Judged::Unknown,
            },
            (Value::Text(span), _) => text_is(row.batch().text(span), want).into(),
            (Value::Int(v), _) => text_is(&v.to_string(), want).into(),
            (Value::Time(ms), _) => text_is(&Timestamp(ms).rfc3339(), want).into(),
            (Value::Bool(b), _) => text_is(if b { "yes" } else { "no" }, want).into(),
        }
    }
}

impl Term {
    /// Whether all that passes this passes `other` too.
    fn implies(&self, other: &Self) -> bool {
        match (self.not, other.not) {
            (false, false) => self.test.implies(&other.test),
            (true, true) => other.test.implies(&self.test),
            _ => false,
        }
    }
}

fn signed(term: &Term, judged: Judged) -> Judged {
    if term.not { judged.not() } else { judged }
}

fn tag(row: &RowView<'_>, key: &str, want: &Want) -> Judged {
    match row.tag_state() {
        TagState::NotLoaded | TagState::Denied | TagState::Failed => Judged::Unknown,
        TagState::Known | TagState::None => {
            let same = |k: &str| folds_to(k, key);
            row.tags().any(|(k, v)| same(k) && (*want == Want::Any || text_is(v, want))).into()
        }
    }
}

fn text_is(text: &str, want: &Want) -> bool {
    match want {
        Want::Any => true,
        Want::Within(part) => contains_folded(text, part),
        Want::Whole(whole) => folds_to(text, whole),
        Want::Number(compare, n) => amount::leading(text).is_some_and(|v| compare.holds(v, *n)),
        Want::Time(..) | Want::Age(..) => false,
    }
}

fn contains(text: &str, part: &str) -> bool {
    find(text.as_bytes(), part.as_bytes()).is_some()
}

fn folded(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
        true => Cow::Owned(text.chars().flat_map(char::to_lowercase).collect()),
        false => Cow::Borrowed(text),
    }
}

fn contains_folded(text: &str, part: &str) -> bool {
    contains(&folded(text), part)
}

fn folds_to(text: &str, whole: &str) -> bool {
    match text.is_ascii() {
        true => text.eq_ignore_ascii_case(whole),
        false => folded(text) == whole,
    }
}

/// What a cell's rows have in common, as it is searched: a line each, folded.
fn label(cell: &CellLabel) -> String {
    let text = format!("{}\n{}\n{}", cell.name, cell.account, cell.place());
    folded(&text).into_owned()
}

/// The rows of a block that pass, in their order, and how many are unknown.
#[derive(Debug, Default)]
pub(super) struct Sifted {
    pub rows: Vec<u32>,
    pub unknown: usize,
}

impl Sifted {
    /// Every row of a block.
    pub fn all(block: &Block) -> Self {
        Self { rows: (0..u32::try_from(block.batch.len()).unwrap_or(u32::MAX)).collect(), unknown: 0 }
    }
}

/// A filter made ready for many blocks.
pub(super) struct Sieve<'f> {
    filter: &'f Filter,
    /// The word that is searched for in one pass over a block: the longest that must be found.
    first: Option<Finder<'f>>,
    words: Vec<(&'f Term, Finder<'f>)>,
    others: Vec<&'f Term>,
}

impl<'f> Sieve<'f> {
    pub fn new(filter: &'f Filter) -> Self {
        let word = |t: &'f Term| match &t.test {
            Test::Word(word) => Some((t, word.as_str())),
            _ => None,
        };
        let mut words: Vec<_> = filter.terms.iter().filter_map(word).collect();
        // The longest is the rarest and the fastest to find.
        words.sort_by_key(|(t, word)| (t.not, std::cmp::Reverse(word.len())));
        let first = words.first().filter(|(t, _)| !t.not).map(|(_, word)| Finder::new(*word));
        let rest = words.iter().skip(usize::from(first.is_some()));
        let words = rest.map(|(t, word)| (*t, Finder::new(*word))).collect();
        let others = filter.terms.iter().filter(|t| !matches!(t.test, Test::Word(_))).collect();
        Self { filter, first, words, others }
    }

    /// One block.
    pub fn block(&self, block: &Block) -> Sifted {
        let mut sifted = Sifted::default();
        let label = label(&block.cell);
        match &self.first {
            Some(word) if word.find(label.as_bytes()).is_none() => {
                self.pass(block, word, |row| self.rest(block, &label, row, &mut sifted));
            }
            _ => Sifted::all(block).rows.into_iter().for_each(|row| self.rest(block, &label, row, &mut sifted)),
        }
        sifted
    }

    /// Some rows of a block.
    pub fn rows(&self, block: &Block, rows: impl Iterator<Item = u32>) -> Sifted {
        let mut sifted = Sifted::default();
        let label = label(&block.cell);
        let needed = self.first.as_ref().filter(|word| word.find(label.as_bytes()).is_none());
        for row in rows {
            let view = block.batch.row(row as usize);
            if needed.is_none_or(|word| word.find(view.hay().as_bytes()).is_some()) {
                self.rest(block, &label, row, &mut sifted);
            }
        }
        sifted
    }

    /// One pass over a block's text: each row with the word, once.
    fn pass(&self, block: &Block, word: &Finder<'_>, mut each: impl FnMut(u32)) {
        let (batch, hay) = (&block.batch, block.batch.hay().as_bytes());
        let (mut at, mut next) = (0, 0);
        while let Some(found) = hay.get(at..).and_then(|rest| word.find(rest)) {
            let byte = at + found;
            // Mostly the next row has it too, or it is far away.
            let mut end = hay_range(&batch.row(next)).end;
            if byte >= end {
                next = batch.row_at(byte);
                end = hay_range(&batch.row(next)).end;
            }
            each(u32::try_from(next).unwrap_or(u32::MAX));
            (at, next) = (end, next + 1);
        }
    }

    /// What decides beside the first word.
    fn rest(&self, block: &Block, label: &str, at: u32, sifted: &mut Sifted) {
        let mut judged = Judged::Passes;
        if !(self.words.is_empty() && self.others.is_empty() && !self.filter.is_placed()) {
            let row = block.batch.row(at as usize);
            if !self.filter.is_within(&row) {
                return;
            }
            for (term, word) in &self.words {
                let found = word.find(row.hay().as_bytes()).or_else(|| word.find(label.as_bytes())).is_some();
                judged = judged.and(signed(term, found.into()));
            }
            for term in &self.others {
                if judged == Judged::Fails {
                    break;
                }
                judged = judged.and(self.filter.one(term, &block.cell, &row));
            }
        }
        match judged {
            Judged::Passes => sifted.rows.push(at),
            Judged::Unknown => sifted.unknown += 1,
            Judged::Fails => {}
        }
    }
}
