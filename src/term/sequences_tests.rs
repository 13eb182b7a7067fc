//! Keys, pastes, and what is neither, in every number of pieces.

use super::*;
use proptest::prelude::*;

/// What reads amount to; silence follows each.
fn paused(reads: &[&[u8]]) -> Vec<Input> {
    let mut parser = Parser::new();
    let mut found = Vec::new();
    for bytes in reads {
        parser.feed(bytes, &mut found);
        if parser.patience().is_some_and(|p| p <= ESCAPE) {
            found.extend(parser.silence());
        }
    }
    found.extend(parser.silence());
    found
}

fn read(bytes: &[u8]) -> Vec<Input> {
    paused(&[bytes])
}

/// Keys by the names of the key tables.
fn keys(names: &str) -> Vec<Input> {
    names.split(' ').filter(|n| !n.is_empty()).map(|n| Input::Key(Key::parse(n).expect(n))).collect()
}

#[test]
fn keys_are_told_under_the_names_of_the_tables() {
    assert_eq!(read(b"qT?\r\t\x7f\x08 "), keys("q T ? enter tab backspace backspace space"));
    assert_eq!(read("ü✓".as_bytes()), keys("ü ✓"));
    assert_eq!(read(b"\x03\x1a\x0b\x00"), keys("^c ^z ^k ^space"));
    assert_eq!(read(b"\x1f"), [key(KeyCode::Char('7'), true, false)], "which no table may name");
    assert_eq!(read(b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F\x1b[Z"), keys("up down right left home end backtab"));
    assert_eq!(read(b"\x1bOA\x1bOH\x1bOP\x1bOS"), keys("up home f1 f4"));
    assert_eq!(read(b"\x1b[5~\x1b[6~\x1b[3~\x1b[2~\x1b[1~\x1b[8~"), keys("pageup pagedown delete insert home end"));
    assert_eq!(read(b"\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~\x1b[[A\x1b[[E"), keys("f5 f6 f10 f11 f12 f1 f5"));
    assert_eq!(read(b"\x1bx\x1b\r\x1b\xc3\xbc"), keys("M-x M-enter M-ü"));
    assert_eq!(
        read(b"\x1b[1;5C\x1b[1;3A\x1b[3;5~"),
        [key(KeyCode::Right, true, false)]
            .into_iter()
            .chain([key(KeyCode::Up, false, true), key(KeyCode::Delete, true, false)])
            .collect::<Vec<_>>()
    );
}

#[test]
fn keys_of_terminals_that_number_them_are_understood() {
    assert_eq!(read(b"\x1b[27;5;99~\x1b[99;5u\x1b[27u\x1b[9;2u\x1b[113u"), keys("^c ^c esc backtab q"));
}

#[test]
fn an_escape_alone_is_a_key_and_before_a_key_alt() {
    assert_eq!(paused(&[b"\x1b"]), keys("esc"));
    assert_eq!(paused(&[b"\x1b", b"q"]), keys("esc q"), "a person who types one after the other");
    assert_eq!(paused(&[b"\x1b\x1b", b"["]), keys("esc esc ["));
    assert_eq!(read(b"\x1b\x1b[A"), keys("esc up"));
}

/// What terminals answer, and reports: see xterm's ctlseqs, kitty's protocols.
const ANSWERS: &[&[u8]] = &[
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    b"\x1b]52;c;VGhlIHF1aWNrIGJyb3duIGZveA==\x07",
    b"\x1b[?62;1;2;6;9;15;22c",
    b"\x1b[>41;354;0c",
    b"\x1b[?2026;2$y",
    b"\x1b[4;2$y",
    b"\x1b[24;80R",
    b"\x1b[1;1R",
    b"\x1b[0n",
    b"\x1b[8;36;120t",
    b"\x1b[?997;1n",
    b"\x1b[?1u",
    b"\x1bP1+r4d73=5c455d35323b\x1b\\",
    b"\x1bP0+r\x1b\\",
    b"\x1bP1$r0;1m\x1b\\",
    b"\x1bP>|xterm(379)\x1b\\",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[M qT",
    b"\x1b[<0;12;7M",
    b"\x1b[<0;12;7m",
    b"\x1b[201~",
    b"\x1b[99;9;9x",
];

#[test]
fn what_a_terminal_answers_is_never_typing() {
    for answer in ANSWERS {
        let shown = String::from_utf8_lossy(answer);
        assert_eq!(read(&[answer, &b"j"[..]].concat()), keys("j"), "{shown:?}, and the next key is one");
        for cut in 2..answer.len() {
            let (head, tail) = answer.split_at(cut);
            let mut parser = Parser::new();
            let mut found = Vec::new();
            parser.feed(head, &mut found);
            parser.feed(tail, &mut found);
            parser.feed(b"j", &mut found);
            assert_eq!(found, keys("j"), "{shown:?} in two pieces, cut at {cut}");
        }
    }
}

#[test]
fn an_answer_torn_apart_after_its_escape_costs_an_esc_at_most() {
    for answer in ANSWERS {
        let found = paused(&[&answer[..1], &answer[1..], b"j"]);
        assert_eq!(found, keys("esc j"), "{:?}", String::from_utf8_lossy(answer));
    }
    assert_eq!(paused(&[b"\x1b", b"[A"]), keys("esc up"), "an arrow over a slow line moves all the same");
}

#[test]
fn an_answer_whose_end_is_lost_gives_the_keys_back() {
    let mut parser = Parser::new();
    let mut found = Vec::new();
    parser.feed(b"\x1b]11;rgb:1e1e", &mut found);
    assert_eq!(parser.patience(), Some(REST));
    assert_eq!(parser.silence(), None);
    parser.feed(b"q", &mut found);
    assert_eq!(found, keys("q"));
    assert_eq!(read(b"\x1b]11;rgb\x03j"), keys("^c j"), "or a key that no string contains does");
    assert_eq!(read(b"\x1b]11;rgb\x1b[Aj"), keys("up j"));
}

#[test]
fn a_paste_is_one_piece_and_its_line_ends_are_told_from_keys() {
    assert_eq!(read(b"\x1b[200~q\rT\r\nx\n\x1b[201~j"), [vec![Input::Paste("q\nT\nx\n".into())], keys("j")].concat());
    assert_eq!(paused(&[b"\x1b[200~q", b"\rT\x1b", b"[20", b"1~"]), [Input::Paste("q\nT".into())]);
    assert_eq!(read(b"\x1b[200~\x1b[A\x1b]0;x\x07\x1b[201~"), [Input::Paste("\u{1b}[A\u{1b}]0;x\u{7}".into())]);
    assert_eq!(read(b"\x1b[200~\x1b[201~"), [Input::Paste(String::new())]);
}

#[test]
fn a_paste_that_is_too_long_is_counted_and_not_kept() {
    let mut parser = Parser::new();
    let mut found = Vec::new();
    parser.feed(b"\x1b[200~", &mut found);
    for _ in 0..1024 {
        parser.feed(&[b'q'; 1024], &mut found);
        assert!(parser.held.capacity() <= 4 * PASTE_LIMIT);
    }
    parser.feed(b"\x1b[201~j", &mut found);
    assert_eq!(found, [vec![Input::PasteTooLong(1024 * 1024)], keys("j")].concat());
    let most = [b"\x1b[200~", vec![b'q'; PASTE_LIMIT].as_slice(), b"\x1b[201~"].concat();
    assert_eq!(read(&most), [Input::Paste("q".repeat(PASTE_LIMIT))]);
}

#[test]
fn a_paste_whose_end_is_lost_is_left_by_ctrl_c() {
    assert_eq!(paused(&[b"\x1b[200~qqq", b"q", b"\x03", b"j"]), keys("^c j"));
}

proptest! {
    #[test]
    fn bytes_in_any_pieces_mean_the_same(
        bytes in prop::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b']'), Just(b';'), Just(b'2'), any::<u8>()], 0..80),
        cut in 0usize..80,
    ) {
        let cut = cut.min(bytes.len());
        // Ctrl-C alone in a read means something else in a paste.
        prop_assume!(bytes[cut..] != [3] && bytes[..cut] != [3]);
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        Parser::new().feed(&bytes, &mut whole);
        let mut parser = Parser::new();
        parser.feed(&bytes[..cut], &mut pieces);
        parser.feed(&bytes[cut..], &mut pieces);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn text_without_escapes_arrives_as_it_was_typed(text in "[^\\p{C}]{0,40}") {
        let typed: String = read(text.as_bytes())
            .into_iter()
            .filter_map(|i| match i { Input::Key(k) => k.typed(), _ => None })
            .collect();
        prop_assert_eq!(typed, text);
    }

    #[test]
    fn after_silence_the_next_key_counts(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut parser = Parser::new();
        let mut found = Vec::new();
        parser.feed(&bytes, &mut found);
        while parser.patience().is_some() {
            parser.silence();
        }
        prop_assume!(!matches!(parser.state, State::Paste(_)));
        found.clear();
        parser.feed(b"q", &mut found);
        prop_assert_eq!(found, keys("q"));
    }
}
