//! Finds the paths that Rust code names: in `use` trees and in the code itself, comments and literals left out.

use std::collections::BTreeSet;

/// A source file as tokens: words, `::`, and single signs.
#[derive(Debug)]
pub(super) struct Source {
    tokens: Vec<String>,
}

impl Source {
    pub(super) fn new(text: &str) -> Self {
        Self { tokens: tokens(text) }
    }

    /// Every path of two or more parts, `use` trees spread out: `std::fs`, `crate::domain::Arn`.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let begins = is_word(&self.tokens[at]) && self.before(at) != Some(".");
            if begins && self.token(at + 1) == Some("::") {
                at = self.tree(at, "", &mut found);
            } else if self.tokens[at] == "use" && self.token(at + 1) == Some("{") {
                at = self.tree(at + 1, "", &mut found);
            } else {
                at += 1;
            }
        }
        found
    }

    /// Rooms named by `crate::…`, or by climbing with `super` to the crate's root, without the `crate::`.
    pub(super) fn rooms_named(&self, file: &str) -> Vec<String> {
        // src/room/mod.rs is one module deep, src/room/part.rs two.
        let folders = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let depth = folders.split('/').count();
        let from_root = |path: String| {
            if let Some(rest) = path.strip_prefix("crate::").or_else(|| path.strip_prefix("cloudivize::")) {
                return Some(rest.to_owned());
            }
            let parts: Vec<&str> = path.split("::").skip_while(|&part| part == "self").collect();
            let climbed = parts.iter().take_while(|&&part| part == "super").count();
            (climbed >= depth).then(|| parts[climbed..].join("::"))
        };
        self.paths().into_iter().filter_map(from_root).collect()
    }

    /// Paths that begin with a name which the file itself neither imports from our crate nor declares.
    pub(super) fn foreign_paths(&self) -> Vec<String> {
        let local = self.local_names();
        let first = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
        self.paths().into_iter().filter(|path| !local.contains(&first(path))).collect()
    }

    /// Names imported from our crate, and modules declared here.
    fn local_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (at, token) in self.tokens.iter().enumerate() {
            match (token.as_str(), self.token(at + 1)) {
                ("mod", Some(name)) => drop(names.insert(name.to_owned())),
                ("use", Some("crate" | "super" | "self")) => {
                    let mut found = Vec::new();
                    self.tree(at + 1, "", &mut found);
                    // `as` gives another name; `{self}` is the path itself and has lost that part already.
                    names.extend(found.iter().filter_map(|path| path.rsplit("::").next()).map(str::to_owned));
                }
                ("as", Some(name)) => drop(names.insert(name.to_owned())),
                _ => {}
            }
        }
        names
    }

    /// Reads one path or `use` tree from `at`, adds what it names, and gives the place after it.
    fn tree(&self, mut at: usize, prefix: &str, found: &mut Vec<String>) -> usize {
        let mut path = prefix.to_owned();
        loop {
            match self.token(at) {
                Some("{") => {
                    at += 1;
                    while let Some(token) = self.token(at) {
                        at = match token {
                            "}" => return at + 1,
                            "{" | "*" => self.tree(at, &path, found),
                            word if is_word(word) => self.tree(at, &path, found),
                            _ => at + 1,
                        };
                    }
                    return at;
                }
                Some(word) if is_word(word) || word == "*" => {
                    if word != "self" || path.is_empty() {
                        let join = if path.is_empty() { "" } else { "::" };
                        path = format!("{path}{join}{word}");
                    }
                    at += 1;
                }
                _ => break,
            }
            match self.token(at) {
                Some("::") if self.token(at + 1).is_some_and(|next| is_word(next) || next == "{" || next == "*") => {
                    at += 1;
                }
                _ => break,
            }
        }
        if self.token(at) == Some("as") {
            at += 2;
        }
        found.push(path);
        at
    }

    fn token(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(String::as_str)
    }

    fn before(&self, at: usize) -> Option<&str> {
        at.checked_sub(1).and_then(|at| self.token(at))
    }
}

/// The same without what stands behind `#[cfg(test)]`: an item to its `;` or its closing brace.
pub(super) fn without_tests(source: &Source) -> Source {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut tokens = Vec::new();
    let mut rest = source.tokens.as_slice();
    while let Some(first) = rest.first() {
        if !rest.iter().map(String::as_str).take(MARK.len()).eq(MARK) {
            tokens.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let mut open = 0_usize;
        let end = rest[MARK.len()..].iter().position(|token| {
            match token.as_str() {
                "{" => open += 1,
                "}" => open -= 1,
                _ => {}
            }
            open == 0 && (token == ";" || token == "}")
        });
        rest = end.map_or(&[], |end| &rest[MARK.len() + end + 1..]);
    }
    Source { tokens }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_') && token != "as"
}

fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied();
        at = match chars[at] {
            '/' if next == Some('/') => find(&chars, at, &['\n']),
            '/' if next == Some('*') => block_comment(&chars, at),
            '"' => quoted(&chars, at),
            '\'' if next == Some('\\') || chars.get(at + 2) == Some(&'\'') => character(&chars, at),
            ':' if next == Some(':') => {
                tokens.push("::".to_owned());
                at + 2
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = (at..chars.len()).find(|&i| !(chars[i].is_alphanumeric() || chars[i] == '_'));
                let end = end.unwrap_or(chars.len());
                let word: String = chars[at..end].iter().collect();
                match (word.as_str(), chars.get(end)) {
                    ("r" | "br" | "cr", Some('"' | '#')) if is_raw(&chars, end) => raw(&chars, end),
                    _ => {
                        tokens.push(word);
                        end
                    }
                }
            }
            c if c.is_whitespace() => at + 1,
            c => {
                tokens.push(c.to_string());
                at + 1
            }
        };
    }
    tokens
}

fn find(chars: &[char], from: usize, wanted: &[char]) -> usize {
    let found = (from..chars.len()).find(|&at| chars[at..].starts_with(wanted));
    found.map_or(chars.len(), |at| at + wanted.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from + 2, 1);
    while depth > 0 && at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn quoted(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn character(chars: &[char], from: usize) -> usize {
    // After a backslash the next sign is never the end: '\'' and '\\'.
    let start = if chars[from + 1] == '\\' { from + 3 } else { from + 2 };
    find(chars, start, &['\''])
}

fn is_raw(chars: &[char], from: usize) -> bool {
    chars[from..].iter().find(|&&c| c != '#') == Some(&'"')
}

fn raw(chars: &[char], from: usize) -> usize {
    let hashes = chars[from..].iter().take_while(|&&c| c == '#').count();
    let mut end = vec!['"'];
    end.resize(1 + hashes, '#');
    find(chars, from + hashes + 1, &end)
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let source = Source::new(
        r##"//! crate::not_here
        use std::{fs::{self, File}, io};
        use crate::{domain::{Arn, Region}, text};
        use crate::providers::aws::http as web;
        /* tokio::spawn /* nested */ */
        fn f<'a>(x: &'a crate::vault::Vault) -> ::serde::Value {
            let c = ['\'', '"']; let s = "ratatui::x"; let r = r#"age::"x"#;
            web::client(); x.http::<u8>(); super::super::engine::go::<crate::app::State>()
        }"##,
    );
    let paths = source.paths();
    for path in ["std::fs", "std::fs::File", "std::io", "crate::domain::Region", "crate::text", "crate::vault::Vault"] {
        assert!(paths.iter().any(|found| found == path), "{path} in {paths:?}");
    }
    assert!(paths.iter().any(|found| found == "serde::Value"), "{paths:?}");
    assert!(!paths.iter().any(|found| found.contains("not_here") || found.starts_with("tokio")), "{paths:?}");
    assert!(!paths.iter().any(|found| found.starts_with("ratatui") || found.starts_with("age")), "{paths:?}");
    assert!(!paths.iter().any(|found| found.starts_with("http")), "{paths:?}");
    assert!(!source.foreign_paths().iter().any(|found| found.starts_with("web")), "imported from our crate");

    let rooms = source.rooms_named("src/cli/check.rs");
    for room in ["domain::Arn", "text", "vault::Vault", "engine::go", "app::State"] {
        assert!(rooms.iter().any(|found| found == room), "{room} in {rooms:?}");
    }
    let deeper = source.rooms_named("src/cli/check/text.rs");
    assert!(!deeper.iter().any(|found| found == "engine::go"), "that is cli::engine: {deeper:?}");
}

#[test]
fn tests_are_left_out() {
    let source = Source::new(
        "use std::io; #[cfg(test)] use std::fs; #[cfg(test)] mod tests { fn f() { std::env::args(); } } \
         #[cfg(test)] mod more; fn g() { std::net::x() }",
    );
    assert_eq!(without_tests(&source).paths(), ["std::io", "std::net::x"]);
}
