//! What a person sees, as text and as a list of everything that is styled.
//!
//! After a wanted change: `INSTA_UPDATE=always cargo test --lib view`, then read the difference.

use super::*;
use crate::app::fixtures::{self, NOW, press, tested, untested};
use crate::app::{Action, Flags, Msg, Notice, Opening, SentCopy, update};
use crate::domain::{Depth, Key};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier, Style};

pub(super) const WIDE: Size = Size { width: 120, height: 36 };
pub(super) const NARROW: Size = Size { width: 80, height: 24 };
pub(super) const TINY: Size = Size { width: 40, height: 10 };

fn look(colours: bool, ascii: bool) -> Look {
    let theme = Theme::built_in("default", if colours { Depth::Sixteen } else { Depth::None }).with_ascii(ascii);
    Look { theme, keymap: Keymap::built_in().unwrap() }
}

fn drawn(state: &State, look: &Look) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.size.width, state.size.height)).unwrap();
    terminal.draw(|frame| draw(state, look, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn rows(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    buffer.content.chunks(width).map(|row| row.iter().map(|c| c.symbol()).collect::<String>()).collect()
}

/// The screen as text, then every styled piece of it with its row, column and style.
pub(super) fn screen(state: &State) -> String {
    let buffer = drawn(state, &look(true, false));
    let mut text: String = rows(&buffer).iter().map(|r| r.trim_end().to_owned() + "\n").collect();
    text.push_str("--- styles\n");
    let width = usize::from(buffer.area.width);
    for (y, row) in buffer.content.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let style = row[x].style();
            let run = row[x..].iter().take_while(|c| c.style() == style).count();
            let words: String = row[x..x + run].iter().map(|c| c.symbol()).collect();
            let name = named(style);
            // Frames are all alike.
            if !name.is_empty() && !words.trim_matches(|c| "╭╮╰╯─│ ".contains(c)).is_empty() {
                text.push_str(&format!("{y:>2},{x:<3} {name:<16} {}\n", words.trim()));
            }
            x += run;
        }
    }
    text
}

fn named(style: Style) -> String {
    let mut words = Vec::new();
    if let Some(fg) = style.fg.filter(|c| *c != Color::Reset) {
        words.push(fg.to_string().to_lowercase());
    }
    for (flag, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::UNDERLINED, "underlined"),
    ] {
        if style.add_modifier.contains(flag) {
            words.push(word.to_owned());
        }
    }
    words.join("+")
}

#[test]
fn fleet_while_it_is_tested() {
    insta::assert_snapshot!("fleet_120", screen(&fixtures::fleet(WIDE)));
    insta::assert_snapshot!("fleet_80", screen(&fixtures::fleet(NARROW)));
    insta::assert_snapshot!("fleet_40", screen(&fixtures::fleet(TINY)));
}

#[test]
fn why_one_connection_is_as_it_is() {
    for (name, size) in [("why_80", NARROW), ("why_40", TINY), ("why_160", Size { width: 160, height: 45 })] {
        let mut state = tested(size);
        press(&mut state, &[Action::Open]);
        insta::assert_snapshot!(name, screen(&state));
    }
    let mut state = tested(WIDE);
    press(&mut state, &[Action::Down, Action::Open]);
    insta::assert_snapshot!("why_refused_120", screen(&state));
}

#[test]
fn the_other_panes_at_80_columns() {
    let mut state = tested(NARROW);
    press(&mut state, &[Action::FocusAccounts]);
    insta::assert_snapshot!("accounts_80", screen(&state));
    press(&mut state, &[Action::FocusRegions]);
    insta::assert_snapshot!("regions_80", screen(&state));
}

#[test]
fn policies() {
    for (name, size) in [("snippet_120", WIDE), ("snippet_80", NARROW), ("snippet_40", TINY)] {
        let mut state = tested(size);
        press(&mut state, &[Action::Snippet]);
        insta::assert_snapshot!(name, screen(&state));
    }
}

#[test]
fn keys_that_may_follow() {
    for (name, size) in [("pending_80", NARROW), ("pending_40", TINY)] {
        let mut state = tested(size);
        update(&mut state, NOW, Msg::Prefix(Some(Key::char('Y'))));
        insta::assert_snapshot!(name, screen(&state));
    }
}

#[test]
fn a_long_notice_takes_the_footers_line_too() {
    for (name, size) in [("copied_80", NARROW), ("copied_40", TINY)] {
        let mut state = tested(size);
        let how = "in tmux's buffer and sent on to your terminal's clipboard".to_owned();
        let sent = SentCopy { how, hint: None };
        update(&mut state, NOW, Msg::Copied { what: "missing policy for legacy (JSON)".into(), how: Ok(sent) });
        insta::assert_snapshot!(name, screen(&state));
    }
}

#[test]
fn readers() {
    let map = Keymap::built_in().unwrap();
    let mut state = tested(NARROW);
    let help = map.help(&state);
    update(&mut state, NOW, Msg::Help(help));
    insta::assert_snapshot!("help_80", screen(&state));
    press(&mut state, &[Action::Back, Action::Open, Action::Open]);
    insta::assert_snapshot!("words_80", screen(&state));
    press(&mut state, &[Action::Back]);
    update(&mut state, NOW, Msg::Told(Notice::bad("the vault cannot be written: read-only file system")));
    press(&mut state, &[Action::Errors]);
    insta::assert_snapshot!("errors_80", screen(&state));
}

#[test]
fn before_the_panes() {
    let mut state = State::new(NARROW, "vault.age", Flags::default());
    insta::assert_snapshot!("opening_80", screen(&state));
    let ask =
        |wrong: Option<&str>| Msg::Door(Opening::Ask { what: "the vault".into(), wrong: wrong.map(str::to_owned) });
    update(&mut state, NOW, ask(Some("That passphrase does not open the vault. Nothing was changed.")));
    insta::assert_snapshot!("unlock_wrong_80", screen(&state));
    for c in "secret".chars() {
        update(&mut state, NOW, Msg::Text(c));
    }
    insta::assert_snapshot!("unlock_80", screen(&state));
    state.size = TINY;
    insta::assert_snapshot!("unlock_40", screen(&state));
    state.size = NARROW;
    update(&mut state, NOW, Msg::Door(Opening::NoVault { path: "~/.config/cloudivize/vault.age".into() }));
    insta::assert_snapshot!("no_vault_80", screen(&state));
    let message = "vault.age is cut short: 120 bytes. Restore vault.age.bak beside it.";
    update(&mut state, NOW, Msg::Door(Opening::Failed { message: message.into() }));
    insta::assert_snapshot!("failed_80", screen(&state));
}

#[test]
fn nothing_tested_and_nothing_there() {
    insta::assert_snapshot!("untested_120", screen(&untested(WIDE)));
    let mut state = State::new(NARROW, "vault.age", Flags { read_only: true, not_saved: true, ..Flags::default() });
    update(
        &mut state,
        NOW,
        Msg::Door(Opening::Opened { book: std::sync::Arc::from([]), endpoint: Some("aws.example.net".into()) }),
    );
    insta::assert_snapshot!("empty_80", screen(&state));
}

#[test]
fn a_terminal_that_is_too_small_says_so() {
    let state = tested(Size { width: 20, height: 24 });
    let shown = rows(&drawn(&state, &look(true, false))).join(" ");
    let words: Vec<&str> = shown.split_whitespace().collect();
    let whole = "40x10 at least; this is 20x24. Nothing is lost: make it larger, or ^c ^c quits";
    assert_eq!(words.join(" "), whole, "in full, also in twenty columns");
}

#[test]
fn every_size_can_be_drawn() {
    for width in (1..140).step_by(7) {
        for height in (1..50).step_by(3) {
            let mut state = fixtures::fleet(Size { width, height });
            for actions in [&[][..], &[Action::Open], &[Action::Snippet], &[Action::Plain], &[Action::FocusRegions]] {
                press(&mut state, actions);
                drawn(&state, &look(true, false));
            }
        }
    }
}

#[test]
fn ascii_means_ascii_only() {
    let mut state = fixtures::fleet(WIDE);
    for actions in [&[][..], &[Action::Snippet], &[Action::Back, Action::Open]] {
        press(&mut state, actions);
        let all = rows(&drawn(&state, &look(true, true))).concat();
        assert!(all.is_ascii());
    }
    let fleet = rows(&drawn(&fixtures::fleet(WIDE), &look(true, true))).join("\n");
    assert!(fleet.contains("x DENIED") && fleet.contains("! NOT ENFORCED") && fleet.contains("o testing"));
}

#[test]
fn without_colours_a_refusal_still_stands_out() {
    let buffer = drawn(&fixtures::fleet(WIDE), &look(false, false));
    assert!(buffer.content.iter().all(|c| c.fg == Color::Reset && c.bg == Color::Reset));
    let denied = buffer.content.iter().filter(|c| c.symbol() == "✗" && c.modifier.contains(Modifier::REVERSED)).count();
    assert!(denied >= 3, "{denied}");
}

#[test]
fn the_cursor_of_the_terminal_is_on_the_focused_row() {
    let mut state = fixtures::fleet(WIDE);
    let mut at = |actions: &[Action]| {
        press(&mut state, actions);
        let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
        terminal.draw(|frame| draw(&state, &look(true, false), frame)).unwrap();
        let (y, x) = (terminal.backend().cursor_position().y, terminal.backend().cursor_position().x);
        rows(terminal.backend().buffer())[usize::from(y)].chars().skip(usize::from(x)).take(14).collect::<String>()
    };
    assert!(at(&[]).starts_with("▌legacy"));
    assert!(at(&[Action::Down]).starts_with("▌old-vendor"));
    assert!(at(&[Action::FocusAccounts]).starts_with("▌✗ old-vendor"));
}

#[test]
fn hostile_names_cannot_reach_the_terminal() {
    let mut state = tested(WIDE);
    let mut report = fixtures::found(&fixtures::book()[2]);
    report.source_label = "profile:\x1b]0;owned\x07\u{202e}hub".to_owned();
    report.checks[1].advice = Some("click \x1b[31mhere\x1b[0m".to_owned());
    press(&mut state, &[Action::Test]);
    fixtures::tell(&mut state, 2, crate::domain::Part::Connection(report));
    state.filter = crate::app::TextInput::with("\x1b[2J", 100);
    press(&mut state, &[Action::FocusDetail]);
    let all = rows(&drawn(&state, &look(true, false))).concat();
    assert!(!all.contains('\x1b') && !all.contains('\u{202e}'));
}
