//! The filter's grammar: a line of text becomes terms.

use super::FilterError;
use super::amount::{self, Compare};
use crate::catalog::kind::{Kind, Type};
use crate::domain::nearest;

/// One term; all must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// It must not hold.
    pub not: bool,
    pub test: Test,
}

/// What is looked for. Texts are folded to lower case.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Anywhere.
    Word(String),
    /// A tag with this key, and its value.
    Tag { key: String, value: Want },
    /// In one field.
    Field { field: Field, want: Want },
}

/// A field that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Name,
    Arn,
    State,
    Account,
    Region,
    Kind,
    Column(usize),
}

/// What a field's value must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Want {
    /// There must be one.
    Any,
    /// It contains this.
    Within(String),
    /// It is this.
    Whole(String),
    /// It compares so with a number.
    Number(Compare, f64),
    /// It compares so with a point in time, in milliseconds since 1970.
    Time(Compare, i64),
    /// Its age compares so, in milliseconds.
    Age(Compare, i64),
}

/// The fields that rows of every kind have.
const COMMON: [(&str, Field); 7] = [
    ("id", Field::Id),
    ("name", Field::Name),
    ("arn", Field::Arn),
    ("state", Field::State),
    ("account", Field::Account),
    ("region", Field::Region),
    ("kind", Field::Kind),
];

/// A character, its place counted from 1, and whether it stood in quotes.
#[derive(Debug, Clone, Copy)]
struct Mark {
    c: char,
    at: usize,
    quoted: bool,
}

impl Mark {
    fn is(self, c: char) -> bool {
        self.c == c && !self.quoted
    }
}

/// Reads a filter.
pub(super) fn parse(text: &str, kind: Option<&Kind>) -> Result<Vec<Term>, FilterError> {
    tokens(text).iter().map(|token| term(token, kind)).collect()
}

/// Splits at blanks outside of quotes. A quote that is not closed yet reaches to the end: a person may still be typing.
fn tokens(text: &str) -> Vec<Vec<Mark>> {
    let mut tokens: Vec<Vec<Mark>> = Vec::new();
    let (mut open, mut quoted) = (false, false);
    let mut chars = text.chars().zip(1..).peekable();
    while let Some((c, at)) = chars.next() {
        let mut mark = Mark { c, at, quoted };
        match c {
            '"' => {
                quoted = !quoted;
                if !open {
                    tokens.push(Vec::new());
                    open = true;
                }
                continue;
            }
            '\\' if quoted => {
                if let Some((escaped, _)) = chars.next_if(|(next, _)| matches!(next, '"' | '\\')) {
                    mark.c = escaped;
                }
            }
            c if c.is_whitespace() && !quoted => {
                open = false;
                continue;
            }
            _ => {}
        }
        if !open {
            tokens.push(Vec::new());
            open = true;
        }
        if let Some(token) = tokens.last_mut() {
            token.push(mark);
        }
    }
    tokens.retain(|t| !t.is_empty());
    tokens
}

fn term(token: &[Mark], kind: Option<&Kind>) -> Result<Term, FilterError> {
    let (not, rest) = match token {
        [first, rest @ ..] if first.is('!') => (true, rest),
        _ => (false, token),
    };
    let Some(begin) = rest.first() else {
        let at = token.first().map_or(1, |m| m.at);
        return Err(FilterError { at, why: "what must not be found is missing after !".to_owned() });
    };
    Ok(Term { not, test: test(rest, begin.at, kind)? })
}

fn test(marks: &[Mark], at: usize, kind: Option<&Kind>) -> Result<Test, FilterError> {
    let word = || Ok(Test::Word(folded(marks)));
    let Some(colon) = marks.iter().position(|m| m.is(':')) else { return word() };
    let (head, value) = (&marks[..colon], &marks[colon + 1..]);
    let named = head.first().is_some_and(|m| m.c.is_ascii_alphabetic())
        && head.iter().all(|m| !m.quoted && (m.c.is_ascii_alphanumeric() || matches!(m.c, '_' | '-')));
    if !named {
        return word();
    }
    let head = folded(head);
    let text = folded(value);
    if head == "tag" {
        return tag(value, at);
    }
    // An ARN or an address as it was copied from somewhere.
    if head == "arn" && text.starts_with("aws") || text.starts_with("//") {
        return word();
    }
    match field(&head, kind) {
        Some((field, of)) => Ok(Test::Field { field, want: want(&head, of, value, at)? }),
        None if is_ipv6(&format!("{head}:{text}")) => word(),
        None => Err(FilterError { at, why: no_column(&head, kind) }),
    }
}

/// Whether it may be an IPv6 address, or the begin of one.
fn is_ipv6(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '/'))
}

/// A field by its word, and how it is compared. The kind's own columns come first.
fn field(word: &str, kind: Option<&Kind>) -> Option<(Field, Type)> {
    let column = word.replace('-', "_");
    if let Some((at, column)) = kind.and_then(|k| k.columns.iter().enumerate().find(|(_, c)| c.id == column)) {
        return Some((Field::Column(at), column.kind));
    }
    COMMON.iter().find(|(name, _)| *name == word).map(|(_, field)| (*field, Type::Text))
}

fn no_column(word: &str, kind: Option<&Kind>) -> String {
    let mut known: Vec<&str> = kind.into_iter().flat_map(|k| &k.columns).map(|c| c.id.as_str()).collect();
    known.extend(COMMON.iter().map(|(name, _)| *name));
    known.push("tag");
    let near = nearest(word, &known).map_or_else(String::new, |n| format!("; did you mean {n:?}?"));
    let whose = kind.map_or_else(|| "several kinds together".to_owned(), |k| k.title.clone());
    format!("{word:?} is no column of {whose}{near}; to search for it as text, put it in quotes")
}

fn tag(value: &[Mark], at: usize) -> Result<Test, FilterError> {
    let equals = value.iter().position(|m| m.is('='));
    let key = folded(&value[..equals.unwrap_or(value.len())]);
    if key.is_empty() {
        return Err(FilterError { at: at + 4, why: "a tag's key is missing: tag:KEY or tag:KEY=VALUE".to_owned() });
    }
    let value = equals.map_or(Want::Any, |e| text_want(&value[e + 1..]));
    Ok(Test::Tag { key, value })
}

/// `=` in front: exactly this. Nothing: there is a value.
fn text_want(value: &[Mark]) -> Want {
    match value {
        [] => Want::Any,
        [first, rest @ ..] if first.is('=') => Want::Whole(folded(rest)),
        _ => Want::Within(folded(value)),
    }
}

fn want(word: &str, of: Type, value: &[Mark], at: usize) -> Result<Want, FilterError> {
    let (compare, rest) = comparison(value);
    let text = folded(rest);
    let at = rest.first().map_or(at + word.chars().count(), |m| m.at);
    let wrong = |why: String| FilterError { at, why };
    if value.is_empty() {
        return Ok(Want::Any);
    }
    match (of, compare) {
        (Type::Text | Type::Ip | Type::List, _) => Ok(text_want(value)),
        (Type::Bool, _) => match text.as_str() {
            "true" => Ok(Want::Within("yes".to_owned())),
            "false" => Ok(Want::Within("no".to_owned())),
            _ => Ok(Want::Within(text)),
        },
        (Type::Int | Type::Money, compare) => amount::number(&text)
            .map(|n| Want::Number(compare.unwrap_or(Compare::Equal), n))
            .ok_or_else(|| wrong(format!("{text:?} is no number, and {word} is one: {word}:>10"))),
        (Type::Bytes, compare) => amount::bytes(&text)
            .map(|n| Want::Number(compare.unwrap_or(Compare::Equal), n))
            .ok_or_else(|| wrong(format!("{text:?} is no size, and {word} is one: {word}:>100g"))),
        (Type::Time, None | Some(Compare::Equal)) if amount::age(&text).is_some() => {
            Err(wrong(format!("an age needs a comparison: {word}:>{text} or {word}:<{text}")))
        }
        (Type::Time, None | Some(Compare::Equal)) => Ok(Want::Within(text)),
        (Type::Time, Some(compare)) => match (amount::age(&text), amount::date(&text)) {
            (Some(ms), _) => Ok(Want::Age(compare, ms)),
            (None, Some(ms)) => Ok(Want::Time(compare, ms)),
            (None, None) => Err(wrong(format!(
                "{text:?} is neither an age nor a date: {word}:>30d (m, h, d, w, y) or {word}:>2026-01-31"
            ))),
        },
    }
}

fn comparison(value: &[Mark]) -> (Option<Compare>, &[Mark]) {
    match value {
        [a, b, rest @ ..] if a.is('>') && b.is('=') => (Some(Compare::AtLeast), rest),
        [a, b, rest @ ..] if a.is('<') && b.is('=') => (Some(Compare::AtMost), rest),
        [a, rest @ ..] if a.is('>') => (Some(Compare::More), rest),
        [a, rest @ ..] if a.is('<') => (Some(Compare::Less), rest),
        [a, rest @ ..] if a.is('=') => (Some(Compare::Equal), rest),
        _ => (None, value),
    }
}

fn folded(marks: &[Mark]) -> String {
    marks.iter().flat_map(|m| m.c.to_lowercase()).collect()
}

impl Test {
    /// Whether all that passes this passes `other` too.
    pub fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(a), Self::Word(b)) => a.contains(b.as_str()),
            (Self::Tag { key: a, value }, Self::Tag { key: b, value: wider }) => a == b && value.implies(wider),
            (Self::Field { field: a, want }, Self::Field { field: b, want: wider }) => a == b && want.implies(wider),
            _ => false,
        }
    }
}

impl Want {
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            // An empty value is none.
            (Self::Whole(a), Self::Any) => !a.is_empty(),
            (_, Self::Any) => true,
            (Self::Within(a) | Self::Whole(a), Self::Within(b)) => a.contains(b.as_str()),
            _ => self == other,
        }
    }
}
