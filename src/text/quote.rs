//! Quoting for other languages, in one place: whatever text goes in comes out of the other
//! language's own parser unchanged. The tests prove it with real parsers.

use std::fmt::Write as _;

/// One word of a POSIX shell command line. A NUL, which no argument can hold, is left out.
pub fn shell(text: &str) -> String {
    match shlex::try_quote(text) {
        Ok(word) => word.into_owned(),
        Err(_) => shell(&text.replace('\0', "")),
    }
}

/// A command line from its words.
pub fn shell_line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(shell).collect::<Vec<_>>().join(" ")
}

/// A double-quoted YAML scalar. Everything but printable ASCII is escaped, because YAML 1.1 readers
/// take U+0085, U+2028 and U+2029 for line ends (<https://yaml.org/spec/1.1/#id902600>).
pub fn yaml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    out
}

/// A quoted HCL string for Terraform, in which `${` and `%{` do not begin a template
/// (<https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences>).
pub fn hcl(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let (mut before, mut last) = ('\0', '\0');
    for c in text.chars() {
        match c {
            // Doubling is the usual way; after one more of the same character it would be ambiguous.
            '{' if (last == '$' || last == '%') && before == last => out.push_str("\\u007b"),
            '{' if last == '$' || last == '%' => {
                out.push(last);
                out.push('{');
            }
            c => push_escaped(&mut out, c),
        }
        (before, last) = (last, c);
    }
    out.push('"');
    out
}

/// One character between double quotes, in the escapes that YAML and HCL share.
fn push_escaped(out: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = match c {
        '"' | '\\' => write!(out, "\\{c}"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        ' '..='~' => write!(out, "{c}"),
        c if u32::from(c) <= 0xffff => write!(out, "\\u{:04x}", u32::from(c)),
        c => write!(out, "\\U{:08x}", u32::from(c)),
    };
}

/// One field of a CSV file (RFC 4180): quoted only when it has to be.
pub fn csv(text: &str) -> String {
    let plain = !text.contains([',', '"', '\r', '\n']) && !text.starts_with(' ') && !text.ends_with(' ');
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Text that an IAM policy takes as it is, in `Resource` and in conditions: without it `*` and `?`
/// match anything and `${…}` is a variable
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>, special characters).
pub fn iam(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => {
                out.push_str("${");
                out.push(c);
                out.push('}');
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shell_words_come_back(words in prop::collection::vec("[^\\x00]{0,12}", 0..5)) {
            let line = shell_line(words.iter().map(String::as_str));
            prop_assert_eq!(shlex::split(&line), Some(words));
        }

        #[test]
        fn a_real_shell_reads_the_same(text in "[ -~\n\t]{0,20}") {
            let out = std::process::Command::new("sh").arg("-c").arg(format!("printf %s {}", shell(&text))).output();
            prop_assert_eq!(String::from_utf8(out.unwrap().stdout).unwrap(), text);
        }

        #[test]
        fn csv_fields_come_back(fields in prop::collection::vec("[ -~\r\n]{0,8}", 1..5)) {
            let row = fields.iter().map(|f| csv(f)).collect::<Vec<_>>().join(",");
            prop_assert_eq!(read_csv_row(&row), fields);
        }

        /// ASCII without control characters uses only escapes that JSON has too.
        #[test]
        fn yaml_scalars_are_json_strings(text in "[ -~\n\r\t]{0,20}") {
            prop_assert_eq!(serde_json::from_str::<String>(&yaml(&text)).unwrap(), text);
        }

        #[test]
        fn hcl_never_begins_a_template(text in "[ -~]{0,4}[$%{]{0,8}[ -~]{0,4}") {
            prop_assert_eq!(read_hcl(&hcl(&text)), Some(text));
        }

        #[test]
        fn iam_text_matches_itself_alone(text in "[!-~]{0,12}", other in "[!-~]{0,12}") {
            prop_assert!(iam_matches(&iam(&text), &text));
            prop_assert_eq!(iam_matches(&iam(&text), &other), text == other);
        }
    }

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(shell("CloudivizeRole"), "CloudivizeRole");
        assert_eq!(shell(r#"{"a":"it's"}"#), r#""{\"a\":\"it's\"}""#);
        assert_eq!(shell("a\0b"), "ab");
        assert_eq!(csv("a b"), "a b");
        assert_eq!(hcl("${aws:username} 100%{"), r#""$${aws:username} 100%%{""#);
        assert_eq!(hcl("$${"), r#""$$\u007b""#);
        assert_eq!(yaml("\u{2028}\u{1f600}"), r#""\u2028\U0001f600""#);
        assert_eq!(iam("role/a*b/$x"), "role/a${*}b/${$}x");
    }

    /// A reader of RFC 4180, written from its grammar.
    fn read_csv_row(row: &str) -> Vec<String> {
        let mut fields = Vec::new();
        let mut rest = row;
        loop {
            let (field, after) = match rest.strip_prefix('"') {
                None => {
                    let end = rest.find(',').unwrap_or(rest.len());
                    (rest[..end].to_owned(), &rest[end..])
                }
                Some(mut inner) => {
                    let mut field = String::new();
                    loop {
                        let quote = inner.find('"').unwrap();
                        field.push_str(&inner[..quote]);
                        inner = &inner[quote + 1..];
                        match inner.strip_prefix('"') {
                            Some(more) => {
                                field.push('"');
                                inner = more;
                            }
                            None => break (field, inner),
                        }
                    }
                }
            };
            fields.push(field);
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => return fields,
            }
        }
    }

    /// A reader of HCL's quoted strings that refuses templates, written from its scanner:
    /// `$${` and `%%{` are literal, `${` and `%{` begin a template.
    fn read_hcl(quoted: &str) -> Option<String> {
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        let (mut out, mut rest) = (String::new(), inner);
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                out.push_str(&rest[1..3]);
                rest = &rest[3..];
            } else if rest.starts_with("${") || rest.starts_with("%{") || c == '"' {
                return None;
            } else if let Some(escape) = rest.strip_prefix('\\') {
                let (c, len) = match escape.chars().next()? {
                    'u' => (char::from_u32(u32::from_str_radix(&escape[1..5], 16).ok()?)?, 5),
                    c @ ('"' | '\\') => (c, 1),
                    _ => return None,
                };
                out.push(c);
                rest = &escape[len..];
            } else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        Some(out)
    }

    /// Whether an IAM pattern matches: `*`, `?` and the three escapes.
    fn iam_matches(pattern: &str, text: &str) -> bool {
        for (escape, literal) in [("${*}", '*'), ("${?}", '?'), ("${$}", '$')] {
            if let Some(rest) = pattern.strip_prefix(escape) {
                return text.strip_prefix(literal).is_some_and(|t| iam_matches(rest, t));
            }
        }
        match pattern.chars().next() {
            None => text.is_empty(),
            Some('*') => (0..=text.len()).any(|i| iam_matches(&pattern[1..], &text[i..])),
            Some('?') => !text.is_empty() && iam_matches(&pattern[1..], &text[1..]),
            Some(c) => text.strip_prefix(c).is_some_and(|t| iam_matches(&pattern[1..], t)),
        }
    }
}
