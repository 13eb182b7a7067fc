//! Pasted text made readable: escapes and frames removed, and a view of it without white space, in
//! which sentences are found however a terminal or a person has wrapped them.

/// Removes what terminals, frames and encodings put around a message: ANSI sequences, Terraform's
/// box characters, JSON escapes, XML entities, typographic quotes. Line ends stay.
pub(super) fn clean(text: &str) -> String {
    let text = unescape(&strip_ansi(text));
    let lines: Vec<&str> = text.lines().map(unframe).collect();
    lines.join("\n")
}

/// Drops `ESC [ … letter` and `ESC ] … BEL`.
fn strip_ansi(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
            Some(']') => while chars.next().is_some_and(|c| c != '\u{07}' && c != '\u{1b}') {},
            _ => {}
        }
    }
    out
}

/// Undoes JSON and debug escapes, XML entities and typographic quotes.
fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 9] = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#10;", "\n"),
        ("&amp;", "&"),
    ];
    const CODES: [(&str, char); 6] =
        [("u0022", '"'), ("u0027", '\''), ("u003c", '<'), ("u003e", '>'), ("u0026", '&'), ("u2019", '\'')];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '\\' => {
                // A log inside a log escapes twice: a run of backslashes counts as one.
                let after = rest.trim_start_matches('\\');
                let run = rest.len() - after.len();
                let code =
                    CODES.iter().find(|(name, _)| after.get(..5).is_some_and(|five| five.eq_ignore_ascii_case(name)));
                match (after.chars().next(), code) {
                    (_, Some((_, plain))) => {
                        out.push(*plain);
                        used = run + 5;
                    }
                    (Some('n' | 'r'), _) => {
                        out.push('\n');
                        used = run + 1;
                    }
                    (Some('t'), _) => {
                        out.push(' ');
                        used = run + 1;
                    }
                    (Some(quote @ ('"' | '\'' | '/' | '`')), _) => {
                        out.push(quote);
                        used = run + 1;
                    }
                    _ => {
                        out.push_str(&rest[..run]);
                        used = run;
                    }
                }
            }
            '&' => match ENTITIES.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, plain)) => {
                    out.push_str(plain);
                    used = name.len();
                }
                None => out.push('&'),
            },
            '\r' if rest[used..].starts_with('\n') => {}
            '\r' => out.push('\n'),
            '\u{a0}' | '\t' => out.push(' '),
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}' => {}
            c => out.push(c),
        }
        rest = &rest[used..];
    }
    out
}

/// A line without Terraform's frame or a quotation mark of mail and Markdown.
fn unframe(line: &str) -> &str {
    let inner = line.trim_start();
    let bare = inner.trim_start_matches(['│', '┃', '║', '╷', '╵', '╭', '╰', '├', '|', '>']);
    if bare.len() == inner.len() { line } else { bare.strip_prefix(' ').unwrap_or(bare) }.trim_end_matches(['│', '┃'])
}

/// One line of words: line ends become a blank, or nothing where the layout shows that a terminal
/// cut a word in two.
pub(super) fn join(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::with_capacity(text.len());
    for (i, line) in lines.iter().enumerate() {
        let cut = i > 0 && cut_by_terminal(&lines, i - 1);
        let piece = if cut { line } else { line.trim() };
        if !out.is_empty() && !cut && !piece.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push_str(piece.trim_end_matches('\n'));
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether line `i` was filled to the terminal's edge: no neighbour in its paragraph is longer, and
/// another one that has a successor is just as long.
fn cut_by_terminal(lines: &[&str], i: usize) -> bool {
    /// A message is not longer than this; a longer log costs no more.
    const NEAR: usize = 60;
    let width = |l: &&str| l.chars().count();
    let full = lines.get(i).map_or(0, width);
    if full < 40 {
        return false;
    }
    let blank = |l: &&str| l.trim().is_empty();
    let before = lines[..i].iter().rev().take(NEAR).take_while(|l| !blank(l)).count();
    let after = lines[i + 1..].iter().take(NEAR).take_while(|l| !blank(l)).count();
    let paragraph = &lines[i - before..=i + after];
    after > 0
        && paragraph.len() >= 3
        && paragraph
            .split_last()
            .is_some_and(|(last, rest)| width(last) <= full && rest.iter().all(|l| width(l) == full))
}

/// A text and its compact form: no white space, ASCII letters in lower case. Offsets are bytes of
/// the text.
pub(super) struct Scan<'a> {
    /// The cleaned text.
    pub(super) text: &'a str,
    low: String,
    /// For each byte of `low`, where its character begins in `text`.
    at: Vec<usize>,
}

/// Phrases that can follow a value: where one begins, the value has ended.
const CONTINUATIONS: [&str; 12] = [
    "onresource",
    "onthisresource",
    "ontheresource",
    "because",
    "withanexplicitdeny",
    "withexplicitdeny",
    "encodedauthorization",
    "gotohttps",
    "(service",
    "(requesttoken",
    "isnotauthorized",
    "statuscode",
];

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut low = String::with_capacity(text.len());
        let mut at = Vec::with_capacity(text.len());
        for (offset, c) in text.char_indices() {
            if c.is_whitespace() {
                continue;
            }
            low.push(c.to_ascii_lowercase());
            at.resize(low.len(), offset);
        }
        Self { text, low, at }
    }

    /// Where `needle` (compact, ASCII) stands at or after `from`: start and end in the text.
    pub(super) fn find(&self, needle: &str, from: usize) -> Option<(usize, usize)> {
        let begin = self.index(from);
        let found = begin + self.low.get(begin..)?.find(needle)?;
        self.span(found, needle)
    }

    /// The last place of `needle` that ends at or before `until`.
    pub(super) fn rfind(&self, needle: &str, until: usize) -> Option<(usize, usize)> {
        let found = self.low.get(..self.index(until))?.rfind(needle)?;
        self.span(found, needle)
    }

    /// Whether the compact text at `from` begins with `needle`: where it ends.
    pub(super) fn starts(&self, from: usize, needle: &str) -> Option<usize> {
        let begin = self.index(from);
        self.low.get(begin..)?.starts_with(needle).then(|| self.span(begin, needle).map(|s| s.1))?
    }

    /// Whether `needle` (compact) stands anywhere.
    pub(super) fn has(&self, needle: &str) -> bool {
        self.low.contains(needle)
    }

    /// The compact text from `from` on.
    pub(super) fn compact(&self, from: usize) -> &str {
        self.low.get(self.index(from)..).unwrap_or_default()
    }

    fn index(&self, offset: usize) -> usize {
        self.at.partition_point(|o| *o < offset)
    }

    fn span(&self, found: usize, needle: &str) -> Option<(usize, usize)> {
        let start = *self.at.get(found)?;
        let last = *self.at.get(found + needle.len().checked_sub(1)?)?;
        Some((start, last + self.text.get(last..)?.chars().next()?.len_utf8()))
    }

    /// Reads one value (an ARN, an action, an id) from `start`: up to white space, a quote or an end
    /// of sentence, joined where a line was wrapped inside it. Redactions such as `<account id>` may
    /// contain blanks. Gives the value without trailing punctuation and where it ended.
    pub(super) fn value(&self, start: usize) -> (String, usize) {
        let mut out = String::new();
        let body = self.text.get(start..).unwrap_or_default();
        let mut pos = start + (body.len() - body.trim_start().len());
        while let Some(c) = self.text.get(pos..).and_then(|t| t.chars().next()) {
            let next = pos + c.len_utf8();
            let rest = self.text.get(next..).unwrap_or_default();
            if c.is_whitespace() {
                match self.wrapped_on(pos, &out) {
                    Some(resume) => {
                        pos = resume;
                        continue;
                    }
                    None => break,
                }
            }
            match c {
                '"' | '\'' | '`' | '(' | '“' => break,
                ',' | ';' if rest.is_empty() || rest.starts_with(char::is_whitespace) => break,
                '<' if rest.starts_with('/') => break,
                '<' | '{' | '[' => {
                    let close = match c {
                        '<' => '>',
                        '{' => '}',
                        _ => ']',
                    };
                    if let Some(len) = rest.find([close, '\n', ':', '/']).filter(|l| *l <= 40)
                        && rest[len..].starts_with(close)
                    {
                        out.push_str(&self.text[pos..next + len + 1]);
                        pos = next + len + 1;
                        continue;
                    }
                    out.push(c);
                }
                c => out.push(c),
            }
            pos = next;
        }
        let mut kept = out.trim_end_matches(['.', ',', ';', '!', '|']);
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')] {
            while kept.ends_with(close) && kept.matches(open).count() < kept.matches(close).count() {
                kept = &kept[..kept.len() - close.len_utf8()];
            }
        }
        (kept.trim_end_matches('.').to_owned(), pos)
    }

    /// Whether the white space at `pos` is a line end inside a value that has `sofar`: where the
    /// value goes on.
    fn wrapped_on(&self, pos: usize, sofar: &str) -> Option<usize> {
        let rest = self.text.get(pos..)?;
        let gap = rest.len() - rest.trim_start().len();
        let space = &rest[..gap];
        // A blank before the line end is a word's end; two line ends are a paragraph's.
        if !space.starts_with('\n') || space.matches('\n').count() > 1 || gap == rest.len() {
            return None;
        }
        let resume = pos + gap;
        if CONTINUATIONS.iter().any(|c| self.starts(resume, c).is_some()) {
            return None;
        }
        let token = self.text[resume..].split(char::is_whitespace).next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || ":/_-.*+=,@\"'".contains(c);
        if token.is_empty() || !token.chars().all(plain) {
            return None;
        }
        let after = resume + token.len();
        if CONTINUATIONS.iter().any(|c| self.starts(after, c).is_some()) {
            return Some(resume);
        }
        // Words stay words: "role" and what stands on the next line are two.
        if !sofar.contains(':') && (!token.contains(':') || token.starts_with("arn:")) {
            return None;
        }
        let unfinished = sofar.starts_with("arn:") && sofar.matches(':').count() < 5 || sofar.ends_with('-');
        // Only the lines around: a value in a long log costs no more than in a short one.
        let mut from = pos.saturating_sub(8192);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let mut until = (pos + 8192).min(self.text.len());
        while !self.text.is_char_boundary(until) {
            until -= 1;
        }
        let first = self.text[from..pos].lines().count().saturating_sub(1);
        let lines: Vec<&str> = self.text[from..until].lines().collect();
        let alone = lines.get(first + 1).is_some_and(|l| l.trim() == token)
            && lines.get(first + 2).is_none_or(|l| l.trim().is_empty())
            && lines.get(first).is_some_and(|l| l.chars().count() >= 60)
            && !token.ends_with(':');
        (unfinished || alone || cut_by_terminal(&lines, first)).then_some(resume)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_frames_colours_and_escapes() {
        let text = "\u{1b}[31m│\u{1b}[0m Error: \\\"a\\\" is &lt;b&gt;\r\n│ \n│   more\\n\\tend";
        assert_eq!(clean(text), "Error: \"a\" is <b>\n\n  more\n end");
    }

    #[test]
    fn finds_words_across_any_wrap() {
        let text = "not auth\norized to per\n   form";
        let scan = Scan::new(text);
        assert_eq!(scan.find("authorizedtoperform", 0), Some((4, text.len())));
        assert_eq!(scan.find("absent", 0), None);
    }

    #[test]
    fn joins_a_value_that_a_terminal_cut() {
        let text = "arn:aws:iam::11112\n2223333:role/x because";
        assert_eq!(Scan::new(text).value(0).0, "arn:aws:iam::111122223333:role/x");
        let text = "arn:aws:iam::<account id>:role/x on";
        assert_eq!(Scan::new(text).value(0).0, "arn:aws:iam::<account id>:role/x");
    }

    #[test]
    fn stops_a_value_at_the_end_of_its_line() {
        assert_eq!(Scan::new("arn:aws:s3:::b\nwas not read").value(0).0, "arn:aws:s3:::b");
        assert_eq!(Scan::new("arn:aws:s3:::b.\n\nnext").value(0).0, "arn:aws:s3:::b");
    }
}
