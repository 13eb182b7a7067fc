//! Texts that cover the panes: help, the error log, the cloud's own words, policies.

use super::{Line, Search, wrapped};
use crate::domain::{ConnectionId, Role};

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerKind {
    /// The keys.
    Help,
    /// What went wrong in this run.
    Errors,
    /// The cloud's own words about one connection.
    Words,
    /// A decoded authorization message.
    Decoded,
    /// What tests found of one connection over time.
    History,
    /// What an account says about itself.
    Facts,
    /// What is known of one region.
    Region,
    /// Pages for whoever can mend a refusal.
    Message,
    /// How the cells stand that are listed.
    Cells,
    /// One asset, read again.
    Asset,
    /// Policies to paste.
    Snippet,
}

/// One form of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Its name.
    pub name: &'static str,
    /// Its text, to be copied as it is.
    pub text: String,
    /// What is drawn.
    pub lines: Vec<Line>,
    /// Remarks beside it, never copied.
    pub notes: Vec<String>,
    /// The ending of a file with it.
    pub ending: &'static str,
}

impl Tab {
    /// A text for reading: copied as it is drawn.
    pub fn reading(lines: Vec<Line>) -> Self {
        let mut text: String = lines.iter().map(|l| l.text() + "\n").collect();
        text.truncate(text.trim_end().len());
        Self { name: "text", text, lines, notes: Vec::new(), ending: "txt" }
    }

    /// A letter: copied as it is, broken between words where it is drawn.
    pub fn letter(name: &'static str, ending: &'static str, text: String) -> Self {
        let lines = text.lines().map(|l| Line::of(Role::Code, l)).collect();
        Self { name, text, lines, notes: Vec::new(), ending }
    }

    /// A text for pasting: never broken between words, never changed.
    pub fn pasting(name: &'static str, ending: &'static str, text: String, notes: Vec<String>) -> Self {
        let lines = text.lines().map(Line::code).collect();
        Self { name, text, lines, notes, ending }
    }
}

/// One text with its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// A word for it where there are several.
    pub name: &'static str,
    /// What it is and where it goes.
    pub title: String,
    /// Its forms, at least one.
    pub tabs: Vec<Tab>,
    /// The connection that it is for, where the viewer is about several.
    pub whose: Option<ConnectionId>,
}

/// A text that covers the panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// What it is.
    pub kind: ViewerKind,
    /// What can be read, at least one.
    pub sheets: Vec<Sheet>,
    /// Which of them.
    pub sheet: usize,
    /// Which form.
    pub tab: usize,
    /// The first row that is shown.
    pub scroll: usize,
    /// What is searched for in it.
    pub search: Search,
    /// The connection it is about, for file names and notices.
    pub about: String,
}

impl Viewer {
    /// A viewer on its first text.
    pub fn new(kind: ViewerKind, about: impl Into<String>, sheets: Vec<Sheet>) -> Self {
        Self { kind, sheets, sheet: 0, tab: 0, scroll: 0, search: Search::default(), about: about.into() }
    }

    /// A viewer with one text in one form.
    pub fn reading(kind: ViewerKind, title: impl Into<String>, about: impl Into<String>, lines: Vec<Line>) -> Self {
        Self::new(
            kind,
            about,
            vec![Sheet { name: "text", title: title.into(), tabs: vec![Tab::reading(lines)], whose: None }],
        )
    }

    /// The forms of the present text.
    pub fn tabs(&self) -> &[Tab] {
        self.sheets.get(self.sheet).map_or(&[], |s| &s.tabs)
    }

    /// The present form.
    pub fn current(&self) -> Option<&Tab> {
        self.tabs().get(self.tab)
    }

    /// Whether the minified form would be shorter than the present one.
    pub fn has_shorter(&self) -> bool {
        let minified = self.tabs().iter().find(|t| t.name == "minified");
        minified.zip(self.current()).is_some_and(|(short, now)| short.text.len() < now.text.len())
    }

    /// The rows that are drawn at a width: text, then the remarks.
    pub fn rows(&self, width: usize) -> Vec<Line> {
        let Some(tab) = self.current() else { return Vec::new() };
        let mut lines = tab.lines.clone();
        if !tab.notes.is_empty() {
            lines.push(Line::blank());
            lines.extend(tab.notes.iter().map(|n| Line::of(Role::Quiet, n)));
        }
        wrapped(&lines, width)
    }

    /// The name of a file with the present form.
    pub fn file_name(&self) -> String {
        let what = self.sheets.get(self.sheet).map_or("text", |s| s.name);
        let ending = self.current().map_or("txt", |t| t.ending);
        let about: String =
            self.about.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        if about.is_empty() {
            format!("cloudivize-{what}.{ending}")
        } else {
            format!("cloudivize-{about}-{what}.{ending}")
        }
    }
}
