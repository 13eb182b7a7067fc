//! Text from outside cannot move the cursor, hide, or turn round.

use super::*;
use proptest::prelude::*;

#[test]
fn escapes_and_overrides_are_gone_and_words_stay() {
    assert_eq!(line("\u{1b}[31mred\u{1b}[0m\u{7}"), "[31mred[0m");
    assert_eq!(line("a\r\nb\tc"), "a b c");
    assert_eq!(line("evil\u{202e}gpj.exe"), "evilgpj.exe");
    assert_eq!(line("pay\u{200b}ments"), "payments");
    assert_eq!(multiline("a\r\nb\u{1b}c"), "a\nbc");
    assert!(matches!(line("plain"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn truncation_counts_columns_and_keeps_graphemes() {
    assert_eq!(truncate("abcdef", 4), "abc…");
    assert_eq!(truncate("日本語", 5), "日本…");
    assert_eq!(truncate("日本語", 4), "日…");
    assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    assert_eq!(truncate("ab", 0), "");
}

#[test]
fn paragraphs_break_between_words_and_keep_long_ones_whole() {
    assert_eq!(wrap("one two three", 9, "1. ", "   "), ["1. one", "   two", "   three"]);
    assert_eq!(wrap("see arn:aws:iam::1:role/Long now", 12, "", " "), ["see", " arn:aws:iam::1:role/Long", " now"]);
    assert_eq!(wrap("", 10, "- ", "  "), ["- "]);
}

proptest! {
    #[test]
    fn a_line_is_one_line_without_controls(text in any::<String>()) {
        let out = line(&text);
        let hostile = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!out.chars().any(hostile));
        let again = line(&out);
        prop_assert_eq!(&again, &out);
    }

    #[test]
    fn truncated_text_fits(text in any::<String>(), columns in 0usize..30) {
        prop_assert!(width(&truncate(&line(&text), columns)) <= columns);
    }
}
