//! Where a command writes: results on standard output, everything else on standard error.
//!
//! What comes from outside is sanitised where it is put into a line; documents that we render
//! ourselves (JSON, snippets) escape it by their own rules and pass unchanged.

use crate::text;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Colours of words in tables and notes. State is always said by symbol and word, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// All is well.
    Good,
    /// Denied.
    Bad,
    /// Untested, or a finding.
    Warn,
    /// Less important.
    Dim,
    /// A heading.
    Bold,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warn => "33",
            Self::Dim => "2",
            Self::Bold => "1",
        }
    }
}

/// How this program is called.
const PROGRAM: &str = "cloudivize";

/// Longer lines of prose are hard to read.
const READABLE: usize = 110;

/// The two streams of a command.
pub struct Out {
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
    colour: bool,
    err_colour: bool,
    terminal: bool,
    err_terminal: bool,
    program: &'static str,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Out").field("colour", &self.colour).field("terminal", &self.terminal).finish_non_exhaustive()
    }
}

impl Out {
    /// The process's own streams; colour only on a terminal, and neither with `--no-color` nor `NO_COLOR`.
    pub fn process(no_color: bool) -> Self {
        let allowed = !no_color
            && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let terminal = io::stdout().is_terminal();
        let err_terminal = io::stderr().is_terminal();
        Self {
            stdout: Box::new(BufWriter::new(io::stdout())),
            // Not locked: another thread that panics must be able to write.
            stderr: Box::new(io::stderr()),
            colour: allowed && terminal,
            err_colour: allowed && err_terminal,
            terminal,
            err_terminal,
            program: PROGRAM,
        }
    }

    /// From now on commands that are recommended are the demo's.
    pub fn for_demo(&mut self) {
        self.program = "cloudivize --demo";
    }

    /// How a command that is recommended begins.
    pub fn program(&self) -> &'static str {
        self.program
    }

    /// Streams of a caller's choosing, without colour.
    pub fn to(stdout: Box<dyn Write + Send>, stderr: Box<dyn Write + Send>) -> Self {
        Self {
            stdout,
            stderr,
            colour: false,
            err_colour: false,
            terminal: false,
            err_terminal: false,
            program: PROGRAM,
        }
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether standard error is a terminal: only there is progress drawn.
    pub fn shows_progress(&self) -> bool {
        self.err_terminal
    }

    /// `text` in a colour for standard output, or as it is where there is none.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        coloured(self.colour, paint, text)
    }

    /// Writes a document of our own rendering and ends it with one line end.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn document(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        if text.ends_with('\n') { Ok(()) } else { self.stdout.write_all(b"\n") }
    }

    /// Writes one line to standard output. Foreign text in it is the caller's to sanitise.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.write_all(b"\n")
    }

    /// Writes a paragraph: broken between words on a terminal, one long line for programs. The first
    /// line begins with `first`, the others with as many blanks. Sanitised.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn paragraph(&mut self, first: &str, words: &str) -> io::Result<()> {
        let words = text::line(words);
        if !self.terminal {
            return self.line(&format!("{first}{words}"));
        }
        let columns =
            rustix::termios::tcgetwinsize(io::stdout()).map_or(80, |s| usize::from(s.ws_col)).clamp(20, READABLE);
        for line in text::wrap(&words, columns, first, &" ".repeat(text::width(first))) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.stdout, value)?;
        self.stdout.write_all(b"\n")
    }

    /// Writes a value as JSON on one line and sends it off, for readers that follow along.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn json_line(&mut self, value: &serde_json::Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.stdout, value)?;
        self.stdout.write_all(b"\n")?;
        self.stdout.flush()
    }

    /// Writes one record of comma-separated values (RFC 4180).
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn csv<S: AsRef<str>>(&mut self, fields: &[S]) -> io::Result<()> {
        let record: Vec<String> = fields.iter().map(|f| csv_field(f.as_ref())).collect();
        self.stdout.write_all(record.join(",").as_bytes())?;
        self.stdout.write_all(b"\r\n")
    }

    /// Writes a table: columns as wide as their widest cell, cells sanitised, colours outside the widths.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn table(&mut self, table: &Table) -> io::Result<()> {
        let colour = self.colour;
        for row in table.lines(|paint, text| coloured(colour, paint, text)) {
            self.line(&row)?;
        }
        Ok(())
    }

    /// Says something beside the result, on standard error, one or more lines, sanitised. That nobody
    /// reads it is no reason to fail.
    pub fn note(&mut self, message: &str) {
        self.in_order();
        let _ = writeln!(self.stderr, "{}", text::multiline(message));
    }

    /// On a terminal both streams stand in one text: results that were written before stand before.
    fn in_order(&mut self) {
        if self.terminal {
            // A failure shows again at the next write.
            let _ = self.stdout.flush();
        }
    }

    /// Says a warning on standard error.
    pub fn warn(&mut self, message: &str) {
        self.in_order();
        let head = coloured(self.err_colour, Paint::Warn, "warning:");
        let _ = writeln!(self.stderr, "{head} {}", text::multiline(message));
    }

    /// Says an error on standard error.
    pub fn error(&mut self, message: &str) {
        let head = coloured(self.err_colour, Paint::Bad, "error:");
        let _ = writeln!(self.stderr, "{head} {}", text::multiline(message));
    }

    /// Draws a line of progress over the one before it; an empty one takes it away. Does nothing where
    /// standard error is no terminal.
    pub fn progress(&mut self, message: &str) {
        if self.err_terminal {
            let _ = write!(self.stderr, "\r\x1b[K{}", text::line(message));
            let _ = self.stderr.flush();
        }
    }

    /// Sends everything off.
    ///
    /// # Errors
    /// When the stream cannot be written; a broken pipe among them.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

fn coloured(on: bool, paint: Paint, text: &str) -> String {
    if on { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text.to_owned() }
}

/// A field of comma-separated values: quoted when it must be. A value that a spreadsheet would take for
/// a formula gets an apostrophe in front (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn csv_field(field: &str) -> String {
    let text = text::line(field);
    let guarded = match text.chars().next() {
        Some('=' | '+' | '-' | '@') => format!("'{text}"),
        _ => text.into_owned(),
    };
    if guarded.contains([',', '"', '\n', '\r']) || guarded.starts_with(' ') || guarded.ends_with(' ') {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// Rows of cells with a header.
#[derive(Debug, Default, Clone)]
pub struct Table {
    rows: Vec<Vec<(String, Option<Paint>)>>,
}

impl Table {
    /// A table with these column titles.
    pub fn new(header: &[&str]) -> Self {
        Self { rows: vec![header.iter().map(|h| ((*h).to_owned(), Some(Paint::Bold))).collect()] }
    }

    /// Adds a row; cells are sanitised here.
    pub fn row(&mut self, cells: impl IntoIterator<Item = (String, Option<Paint>)>) {
        self.rows.push(cells.into_iter().map(|(c, p)| (text::line(&c).into_owned(), p)).collect());
    }

    /// Adds a row without colours.
    pub fn plain<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.row(cells.into_iter().map(|c| (c.into(), None)));
    }

    /// The table's lines, two blanks between columns and none at a line's end.
    pub fn lines(&self, paint: impl Fn(Paint, &str) -> String) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|i| self.rows.iter().filter_map(|r| r.get(i)).map(|(c, _)| text::width(c)).max().unwrap_or(0))
            .collect();
        let mut lines = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let last = row.iter().rposition(|(c, _)| !c.is_empty());
            let mut line = String::new();
            for (i, (cell, colour)) in row.iter().enumerate().take(last.map_or(0, |l| l + 1)) {
                match colour {
                    Some(p) => line.push_str(&paint(*p, cell)),
                    None => line.push_str(cell),
                }
                if Some(i) != last {
                    let pad = widths[i].saturating_sub(text::width(cell)) + 2;
                    let _ = write!(line, "{:pad$}", "");
                }
            }
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_is_sanitised() {
        let mut t = Table::new(&["NAME", "GROUP"]);
        t.plain(["a\u{1b}[31m", "x"]);
        t.plain(["longer-name", ""]);
        let lines = t.lines(|_, s| s.to_owned());
        assert_eq!(lines, ["NAME         GROUP", "a[31m        x", "longer-name"]);
    }

    #[test]
    fn colours_do_not_count_as_width() {
        let mut t = Table::new(&["A", "B"]);
        t.row([("x".to_owned(), Some(Paint::Bad)), ("y".to_owned(), None)]);
        let lines = t.lines(|p, s| coloured(true, p, s));
        assert_eq!(lines[1], "\u{1b}[31mx\u{1b}[0m  y");
    }

    #[test]
    fn csv_is_quoted_and_no_formula() {
        assert_eq!(csv_field("a,b"), "\"a,b\"");
        assert_eq!(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(csv_field("=1+1"), "'=1+1");
        assert_eq!(csv_field("plain"), "plain");
    }
}
