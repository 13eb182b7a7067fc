//! Text with meanings, as lines: what detail, help and the viewers are made of.

use crate::domain::Role;
use crate::text;

/// A piece of text with one meaning. Made only through [`Span::new`], so it is always safe to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    role: Role,
    text: String,
}

impl Span {
    /// Takes text from anywhere; what could disturb a terminal is taken out.
    pub fn new(role: Role, text: impl AsRef<str>) -> Self {
        Self { role, text: text::line(text.as_ref()).into_owned() }
    }

    /// Its meaning.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// How a line that is too long is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrap {
    /// Between words.
    #[default]
    Words,
    /// Anywhere: nothing is added to or taken from the text.
    Anywhere,
}

/// A line before it is fitted to a width.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Its pieces.
    pub spans: Vec<Span>,
    /// How far its continuation lines are indented, in columns.
    pub hang: usize,
    /// How it is broken.
    pub wrap: Wrap,
}

impl Line {
    /// An empty line.
    pub fn blank() -> Self {
        Self::default()
    }

    /// A line of one meaning.
    pub fn of(role: Role, text: impl AsRef<str>) -> Self {
        Self::default().and(role, text)
    }

    /// A line of code: broken anywhere, never changed.
    pub fn code(text: impl AsRef<str>) -> Self {
        Self { wrap: Wrap::Anywhere, ..Self::of(Role::Code, text) }
    }

    /// Adds a piece.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl AsRef<str>) -> Self {
        self.spans.push(Span::new(role, text));
        self
    }

    /// Indents continuation lines.
    #[must_use]
    pub fn hang(mut self, columns: usize) -> Self {
        self.hang = columns;
        self
    }

    /// The same with every piece of text changed by `spell`.
    #[must_use]
    pub fn spelled(&self, spell: &dyn Fn(&str) -> String) -> Self {
        let spans = self.spans.iter().map(|s| Span::new(s.role, spell(&s.text))).collect();
        Self { spans, ..self.clone() }
    }

    /// The same, some columns further to the right.
    #[must_use]
    pub fn indented(&self, columns: usize) -> Self {
        let mut line = self.clone();
        line.spans.insert(0, Span { role: Role::Text, text: " ".repeat(columns) });
        line
    }

    /// The text without meanings.
    pub fn text(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

/// Fits lines to a width in columns.
pub fn wrapped(lines: &[Line], width: usize) -> Vec<Line> {
    let width = width.max(8);
    lines.iter().flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(line: &Line, width: usize) -> Vec<Line> {
    let total: usize = line.spans.iter().map(|s| text::width(&s.text)).sum();
    if total <= width {
        return vec![line.clone()];
    }
    // A hanging indent that leaves too little room is none.
    let hang = if line.hang * 3 > width * 2 { 2 } else { line.hang };
    let mut done: Vec<Line> = Vec::new();
    let mut now: Vec<Span> = Vec::new();
    let mut used = 0;
    // Where the present row begins, so that a row never consists of its indent alone.
    let mut start = 0;
    for span in &line.spans {
        for word in words(&span.text, line.wrap) {
            let columns = text::width(word.trim_end());
            // A word that fits no row at all is cut where it stands.
            if used + columns > width && used > start && columns <= width - hang {
                done.push(Line { spans: std::mem::take(&mut now), hang: 0, wrap: line.wrap });
                now.push(Span { role: Role::Text, text: " ".repeat(hang) });
                used = hang;
                start = hang;
                if word.trim().is_empty() {
                    continue;
                }
            }
            // A word longer than a row is cut where the row ends.
            let mut rest = word;
            while used + text::width(rest.trim_end()) > width {
                let cut = fitting(rest, width.saturating_sub(used));
                // Where not one character fits any more, the next row takes it.
                let cut = if used > start && used + text::width(&rest[..cut]) > width { 0 } else { cut };
                push(&mut now, span.role, &rest[..cut]);
                rest = &rest[cut..];
                done.push(Line { spans: std::mem::take(&mut now), hang: 0, wrap: line.wrap });
                now.push(Span { role: Role::Text, text: " ".repeat(hang) });
                used = hang;
                start = hang;
            }
            push(&mut now, span.role, rest);
            used += text::width(rest);
        }
    }
    done.push(Line { spans: now, hang: 0, wrap: line.wrap });
    if line.wrap == Wrap::Words {
        // The blank at which a row was broken would count as a column too many.
        for last in done.iter_mut().filter_map(|row| row.spans.last_mut()) {
            last.text.truncate(last.text.trim_end().len());
        }
    }
    done
}

/// Adds to the last piece when the meaning is the same.
fn push(spans: &mut Vec<Span>, role: Role, text: &str) {
    match spans.last_mut() {
        Some(last) if last.role == role => last.text.push_str(text),
        _ => spans.push(Span { role, text: text.to_owned() }),
    }
}

/// The pieces between which a line may be broken, blanks at their ends.
fn words(text: &str, wrap: Wrap) -> Vec<&str> {
    match wrap {
        Wrap::Words => text.split_inclusive(' ').collect(),
        Wrap::Anywhere => vec![text],
    }
}

/// How many bytes fit into some columns; at least one character, or nothing would ever end.
fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    for (i, c) in text.char_indices() {
        used += text::width(c.encode_utf8(&mut [0; 4]));
        if used > columns && i > 0 {
            break;
        }
        end = i + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(line: Line, width: usize) -> Vec<String> {
        wrapped(&[line], width).iter().map(Line::text).collect()
    }

    #[test]
    fn words_stay_whole_and_later_rows_hang() {
        let line = Line::of(Role::Strong, "1  ").and(Role::Text, "Add one statement to the role").hang(3);
        assert_eq!(rows(line, 16), ["1  Add one", "   statement to", "   the role"]);
    }

    #[test]
    fn code_is_cut_anywhere_and_nothing_is_lost() {
        let text = r#"{"Version":"2012-10-17","Statement":[]}"#;
        assert_eq!(rows(Line::code(text), 10).concat(), text);
    }

    #[test]
    fn terminal_escapes_never_reach_a_span() {
        assert_eq!(Span::new(Role::Text, "a\x1b[31mb\u{202e}c").text(), "a[31mbc");
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_asked(text in ".{0,120}", width in 8usize..60, hang in 0usize..20) {
            for row in wrapped(&[Line::of(Role::Text, &text).hang(hang)], width) {
                prop_assert!(text::width(row.text().trim_end()) <= width);
            }
        }
    }
}
