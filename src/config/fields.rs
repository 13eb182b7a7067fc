//! Strict reading of a TOML file, field by field: every fault carries its line and field, unknown
//! fields name the nearest known one.

use crate::domain::{Invalid, nearest};
use crate::text;
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Stands in place of a field when the whole text is no TOML.
pub const TOML: &str = "TOML";

/// What is wrong with one field of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {field}: {why}")]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// The field's name and, where it helps, what it belongs to.
    pub field: String,
    /// What is wrong and what to do.
    pub why: String,
}

/// Several faults of one file, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<Fault>);

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// A value and the line that it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    /// Counted from 1.
    pub line: usize,
    /// The value.
    pub value: T,
}

/// A file being read; collects its faults.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    /// Where its lines end: counting them anew for each field would take a second for a thousand connections.
    ends: Vec<usize>,
    faults: RefCell<Vec<Fault>>,
}

impl<'t> Document<'t> {
    /// A document over the file's whole text.
    pub fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
        Self { text, ends, faults: RefCell::default() }
    }

    /// The top level; `None` (and a fault) when the text is no TOML.
    pub fn root(&self) -> Option<Fields<'_>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(Fields::new(self, 1, table.into_inner(), None)),
            Err(e) => {
                let line = e.span().map_or(1, |s| self.line(s.start));
                self.fault(line, TOML, text::line(e.message()).into_owned());
                None
            }
        }
    }

    /// Records a fault.
    pub fn fault(&self, line: usize, field: impl Into<String>, why: impl Into<String>) {
        self.faults.borrow_mut().push(Fault { line, field: field.into(), why: why.into() });
    }

    /// Whether a fault has been recorded.
    pub fn has_faults(&self) -> bool {
        !self.faults.borrow().is_empty()
    }

    /// All faults so far, by line.
    pub fn into_faults(self) -> Faults {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|f| f.line);
        Faults(faults)
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < offset)
    }
}

struct Entry<'t> {
    line: usize,
    value: Spanned<DeValue<'t>>,
}

/// One table. Ask for every field that may stand in it, then call [`Fields::finish`].
pub struct Fields<'d> {
    doc: &'d Document<'d>,
    /// The line of the table itself.
    pub line: usize,
    entries: BTreeMap<String, Entry<'d>>,
    asked: Vec<&'static str>,
    of: Option<String>,
}

impl<'d> Fields<'d> {
    fn new(doc: &'d Document<'_>, line: usize, table: DeTable<'d>, of: Option<String>) -> Self {
        let entries = table
            .into_iter()
            .map(|(key, value)| {
                let line = doc.line(key.span().start);
                (key.into_inner().into_owned(), Entry { line, value })
            })
            .collect();
        Self { doc, line, entries, asked: Vec::new(), of }
    }

    /// Names what the following faults belong to, such as `connection "prod"`.
    pub fn belongs_to(&mut self, what: impl Into<String>) {
        self.of = Some(what.into());
    }

    /// Records a fault of one of this table's fields.
    pub fn fault(&self, line: usize, key: &str, why: impl Into<String>) {
        let field = match &self.of {
            Some(of) => format!("{key} of {of}"),
            None => key.to_owned(),
        };
        self.doc.fault(line, field, why);
    }

    /// Whether the field is there, without asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The line of a field that has not been asked for yet.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|e| e.line)
    }

    /// Takes a field with a reason why it may not stand here.
    pub fn refuse(&mut self, key: &str, why: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.fault(entry.line, key, why);
        }
    }

    fn take(&mut self, key: &'static str) -> Option<At<Spanned<DeValue<'d>>>> {
        self.asked.push(key);
        self.entries.remove(key).map(|e| At { line: e.line, value: e.value })
    }

    fn wrong_type(&self, line: usize, key: &str, got: &DeValue<'_>, expected: &str) {
        self.fault(line, key, format!("is {}, not {expected}", with_article(got.type_str())));
    }

    /// A text.
    pub fn string(&mut self, key: &'static str) -> Option<At<String>> {
        let at = self.take(key)?;
        match at.value.into_inner() {
            DeValue::String(s) => Some(At { line: at.line, value: s.into_owned() }),
            other => {
                self.wrong_type(at.line, key, &other, "a text in quotes");
                None
            }
        }
    }

    /// A text that `parse` understands.
    pub fn parsed<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let at = self.string(key)?;
        match parse(&at.value) {
            Ok(value) => Some(value),
            Err(e) => {
                self.fault(at.line, key, e.reason());
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let at = self.take(key)?;
        match at.value.into_inner() {
            DeValue::Boolean(b) => Some(b),
            other => {
                self.wrong_type(at.line, key, &other, "true or false");
                None
            }
        }
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<At<i64>> {
        let at = self.take(key)?;
        match at.value.into_inner() {
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(value) => Some(At { line: at.line, value }),
                Err(_) => {
                    self.fault(at.line, key, "is too large a number");
                    None
                }
            },
            other => {
                self.wrong_type(at.line, key, &other, "a whole number");
                None
            }
        }
    }

    /// A whole number, or one word that stands in place of a number.
    pub fn integer_or(&mut self, key: &'static str, word: &str) -> Option<At<Option<i64>>> {
        let is_word = match self.entries.get(key).map(|e| (e.line, e.value.get_ref())) {
            Some((line, DeValue::String(s))) if s == word => Some(line),
            _ => None,
        };
        match is_word {
            Some(line) => {
                self.take(key);
                Some(At { line, value: None })
            }
            None if matches!(self.entries.get(key).map(|e| e.value.get_ref()), Some(DeValue::String(_))) => {
                let at = self.take(key)?;
                self.wrong_type(at.line, key, at.value.get_ref(), &format!("a whole number or {word:?}"));
                None
            }
            None => self.integer(key).map(|at| At { line: at.line, value: Some(at.value) }),
        }
    }

    /// A list of texts.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        let at = self.take(key)?;
        match at.value.into_inner() {
            DeValue::Array(list) => {
                let mut out = Vec::with_capacity(list.len());
                for item in list {
                    let line = self.doc.line(item.span().start);
                    match item.into_inner() {
                        DeValue::String(s) => out.push(At { line, value: s.into_owned() }),
                        other => self.wrong_type(line, key, &other, "a text in quotes"),
                    }
                }
                Some(out)
            }
            other => {
                self.wrong_type(at.line, key, &other, "a list of texts");
                None
            }
        }
    }

    /// A text, or a list of texts.
    pub fn one_or_more(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        match self.entries.get(key).map(|e| e.value.get_ref()) {
            Some(DeValue::Array(_)) => self.strings(key),
            _ => self.string(key).map(|at| vec![at]),
        }
    }

    /// A list of texts that `parse` understands.
    pub fn parsed_list<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<Vec<T>> {
        let list = self.strings(key)?;
        let mut out = Vec::with_capacity(list.len());
        for at in list {
            match parse(&at.value) {
                Ok(value) => out.push(value),
                Err(e) => self.fault(at.line, key, e.reason()),
            }
        }
        Some(out)
    }

    /// A table within this one.
    pub fn table(&mut self, key: &'static str) -> Option<Fields<'d>> {
        let at = self.take(key)?;
        match at.value.into_inner() {
            DeValue::Table(table) => Some(Fields::new(self.doc, at.line, table, Some(format!("[{key}]")))),
            other => {
                self.wrong_type(at.line, key, &other, "a table");
                None
            }
        }
    }

    /// A list of tables, `[[key]]`; empty when there is none.
    pub fn tables(&mut self, key: &'static str) -> Vec<Fields<'d>> {
        let Some(at) = self.take(key) else { return Vec::new() };
        match at.value.into_inner() {
            DeValue::Array(list) => {
                let mut out = Vec::with_capacity(list.len());
                for item in list {
                    let line = self.doc.line(item.span().start);
                    match item.into_inner() {
                        DeValue::Table(table) => out.push(Fields::new(self.doc, line, table, None)),
                        other => self.wrong_type(line, key, &other, "a table"),
                    }
                }
                out
            }
            other => {
                self.fault(at.line, key, format!("is {}; write [[{key}]]", with_article(other.type_str())));
                Vec::new()
            }
        }
    }

    /// Every entry as name and text, in the order of the file, for tables whose keys are the user's own.
    pub fn all_strings(&mut self) -> Vec<(String, At<String>)> {
        let mut out = Vec::new();
        for (key, entry) in std::mem::take(&mut self.entries) {
            match entry.value.into_inner() {
                DeValue::String(s) => out.push((key, At { line: entry.line, value: s.into_owned() })),
                other => self.wrong_type(entry.line, &key, &other, "a text in quotes"),
            }
        }
        out.sort_by_key(|(_, at)| at.line);
        out
    }

    /// Takes every table within this one, for tables whose keys are the user's own.
    pub fn all_tables(&mut self) -> Vec<(String, Fields<'d>)> {
        let all = std::mem::take(&mut self.entries);
        let (tables, rest) = all.into_iter().partition(|(_, e)| matches!(e.value.get_ref(), DeValue::Table(_)));
        self.entries = rest;
        let mut out = Vec::new();
        for (key, Entry { line, value }) in BTreeMap::<String, Entry<'d>>::into_iter(tables) {
            if let DeValue::Table(table) = value.into_inner() {
                let of = match &self.of {
                    Some(of) => format!("[{}.{key}]", of.trim_matches(['[', ']'])),
                    None => format!("[{key}]"),
                };
                out.push((key, Fields::new(self.doc, line, table, Some(of))));
            }
        }
        out.sort_by_key(|(_, fields)| fields.line);
        out
    }

    /// Reports every field that was not asked for.
    pub fn finish(mut self) {
        for (key, entry) in std::mem::take(&mut self.entries) {
            let shown = text::line(&key).into_owned();
            let why = match nearest(&key, &self.asked) {
                Some(known) => format!("is not a known field; did you mean {known}"),
                None => "is not a known field; remove it".to_owned(),
            };
            self.fault(entry.line, &text::truncate(&shown, 40), why);
        }
    }
}

/// `a string`, `an integer`.
fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
