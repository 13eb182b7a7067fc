//! Paragraphs broken between words.

use super::width;

/// Breaks `text` between words into lines of at most `columns`; the first begins with `first`, the
/// others with `next`. A word that is longer than a line stands alone, unbroken: an ARN stays one piece to copy.
pub fn wrap(text: &str, columns: usize, first: &str, next: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let room = columns.saturating_sub(width(&line) + usize::from(!empty));
        if !empty && width(word) > room {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}
