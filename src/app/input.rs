//! One line of text that a person types, with a cursor.

use super::Action;
use crate::text;
use unicode_segmentation::UnicodeSegmentation as _;

/// A text field's content. What cannot be drawn is never in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextInput {
    text: String,
    /// Where the cursor stands, in bytes; always between two characters as a person counts them.
    at: usize,
    /// The most it takes, in bytes.
    limit: usize,
}

impl TextInput {
    /// An empty field that takes so many bytes.
    pub fn new(limit: usize) -> Self {
        Self { text: String::new(), at: 0, limit }
    }

    /// A field that begins with a text, the cursor at its end.
    pub fn with(text: &str, limit: usize) -> Self {
        let mut input = Self::new(limit);
        input.insert(text);
        input
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The columns before the cursor.
    pub fn column(&self) -> usize {
        text::width(&self.text[..self.at])
    }

    /// Inserts at the cursor; `false` when it does not fit, and then nothing is inserted.
    pub fn insert(&mut self, more: &str) -> bool {
        let clean = text::line(more);
        if self.text.len() + clean.len() > self.limit {
            return false;
        }
        self.text.insert_str(self.at, &clean);
        self.at += clean.len();
        true
    }

    /// Takes the whole text out.
    pub fn clear(&mut self) {
        self.text.clear();
        self.at = 0;
    }

    /// Erases the character before the cursor.
    pub fn erase(&mut self) {
        let from = self.before();
        self.text.replace_range(from..self.at, "");
        self.at = from;
    }

    /// Erases the character under the cursor.
    pub fn delete(&mut self) {
        let to = self.after();
        self.text.replace_range(self.at..to, "");
    }

    /// Erases the word before the cursor.
    pub fn erase_word(&mut self) {
        let head = self.text[..self.at].trim_end();
        let from = head.rfind(' ').map_or(0, |i| i + 1);
        self.text.replace_range(from..self.at, "");
        self.at = from;
    }

    /// One character to the left.
    pub fn left(&mut self) {
        self.at = self.before();
    }

    /// One character to the right.
    pub fn right(&mut self) {
        self.at = self.after();
    }

    /// To the begin.
    pub fn home(&mut self) {
        self.at = 0;
    }

    /// To the end.
    pub fn end(&mut self) {
        self.at = self.text.len();
    }

    /// Does what a key for text fields asks for; `false` when the action is none of these.
    pub fn edit(&mut self, action: Action) -> bool {
        match action {
            Action::Erase => self.erase(),
            Action::EraseWord => self.erase_word(),
            Action::EraseAll => self.clear(),
            Action::Delete => self.delete(),
            Action::CursorLeft => self.left(),
            Action::CursorRight => self.right(),
            Action::CursorHome => self.home(),
            Action::CursorEnd => self.end(),
            _ => return false,
        }
        true
    }

    fn before(&self) -> usize {
        self.text[..self.at].grapheme_indices(true).next_back().map_or(0, |(i, _)| i)
    }

    fn after(&self) -> usize {
        self.text[self.at..].graphemes(true).next().map_or(self.at, |g| self.at + g.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_characters_are_edited_where_the_cursor_stands() {
        let mut f = TextInput::with("role one two", 100);
        f.erase_word();
        assert_eq!(f.text(), "role one ");
        f.home();
        f.right();
        f.insert("ééx");
        assert_eq!((f.text(), f.column()), ("rééxole one ", 4));
        f.erase();
        f.left();
        f.delete();
        assert_eq!((f.text(), f.column()), ("réole one ", 2));
        f.clear();
        assert!(f.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_not_cut() {
        let mut f = TextInput::new(4);
        assert!(f.insert("abc") && !f.insert("de"));
        assert_eq!(f.text(), "abc");
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_between_characters(steps in proptest::collection::vec((0u8..9, "\\PC{0,4}"), 0..40)) {
            let mut f = TextInput::new(60);
            for (step, text) in steps {
                match step {
                    0..=2 => { f.insert(&text); }
                    3 => f.left(),
                    4 => f.right(),
                    5 => f.erase(),
                    6 => f.delete(),
                    7 => f.erase_word(),
                    _ => f.home(),
                }
                prop_assert!(f.text().is_char_boundary(f.at) && f.text().len() <= 60);
            }
        }
    }
}
