//! One page of plain text for a person, to be sent by mail or chat.

use super::wrap;
use std::fmt::Write as _;

/// Columns of the prose. What is verbatim is never broken.
const WIDTH: usize = 72;

/// A page that grows from top to bottom.
#[derive(Debug, Clone, Default)]
pub struct Page(String);

impl Page {
    /// An empty line.
    pub fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A heading, underlined.
    pub fn head(&mut self, title: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "\n{title}\n{}\n", "-".repeat(title.chars().count()));
    }

    /// A paragraph.
    pub fn prose(&mut self, text: &str) {
        self.wrapped(text, "", "");
    }

    /// An item of a list.
    pub fn item(&mut self, text: &str) {
        self.wrapped(text, "- ", "  ");
    }

    /// What belongs to the item before it.
    pub fn below(&mut self, text: &str) {
        self.wrapped(text, "  ", "  ");
    }

    /// Text as it is, with its own line ends.
    pub fn verbatim(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// The page.
    pub fn text(self) -> String {
        self.0
    }

    fn wrapped(&mut self, text: &str, first: &str, next: &str) {
        for line in wrap(text, WIDTH, first, next) {
            self.0.push_str(&line);
            self.0.push('\n');
        }
    }
}
