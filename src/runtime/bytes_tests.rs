//! How many bytes a frame costs (docs: budgets). Counted on the real backend, without a terminal.

use crate::app::fixtures::{self, NOW, connection, press};
use crate::app::{Action, Flags, Msg, Opening, Size, State, update};
use crate::domain::{Settings, Timestamp, Zone};
use crate::term::output::Screen;
use crate::view::{Look, draw};
use ratatui::Terminal;

const SIZE: Size = Size { width: 120, height: 36 };

struct Meter {
    terminal: Terminal<Screen>,
    look: Look,
}

impl Meter {
    fn new() -> Self {
        crossterm::style::force_color_output(true);
        Self {
            terminal: Terminal::new(Screen::new(SIZE.width, SIZE.height)).unwrap(),
            look: super::tests::wardrobe().look(&Settings::default()).unwrap().0,
        }
    }

    fn frame(&mut self, state: &State) -> usize {
        self.terminal.draw(|frame| draw(state, &self.look, frame)).unwrap();
        self.terminal.backend_mut().take().len()
    }
}

/// A hundred tested connections: several pages.
fn many() -> State {
    let mut state = State::new(SIZE, "vault.age", Flags::default());
    state.zone = Zone::Utc;
    let book: Vec<_> = (1..=100)
        .map(|n| {
            let mut c = connection((n - 1) % 6 + 1, &format!("account-{n}"), Some(["blue", "green"][n as usize % 2]));
            c.id = fixtures::id(n);
            c
        })
        .collect();
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: book.clone().into(), endpoint: None }));
    press(&mut state, &[Action::TestAll]);
    for c in &book {
        // Trouble of every kind, so that neighbouring pages differ as they do in life.
        let mut report = fixtures::found(&fixtures::book()[(c.id.0.as_u128() * 7 % 6) as usize]);
        (report.id, report.name, report.account) = (c.id, c.name.clone(), c.account.clone());
        fixtures::tell(&mut state, 1, crate::domain::Part::Connection(report));
    }
    fixtures::end(&mut state, 1, crate::domain::End::Done);
    press(&mut state, &[Action::Top]);
    update(&mut state, Timestamp(NOW.0 + 1000), Msg::Wake);
    state
}

#[test]
fn frames_stay_inside_their_budgets() {
    let mut meter = Meter::new();
    let mut state = many();
    let first = meter.frame(&state);
    assert_eq!(meter.frame(&state), 0, "idle");
    let (mut cursor, mut detail, mut page) = (0, 0, 0);
    for second in 2..30 {
        press(&mut state, &[Action::Down]);
        let bytes = meter.frame(&state);
        assert!(bytes > 0);
        // A page may end here: then its budget is the one that counts.
        if bytes > 800 {
            page = page.max(bytes)
        } else {
            cursor = cursor.max(bytes)
        };
        update(&mut state, Timestamp(NOW.0 + second * 1000), Msg::Wake);
        detail = detail.max(meter.frame(&state));
    }
    for _ in 0..4 {
        press(&mut state, &[Action::PageUp]);
        page = page.max(meter.frame(&state));
    }
    eprintln!("bytes at most: first {first}, cursor {cursor}, detail {detail}, page {page}");
    assert!(cursor <= 300, "cursor: {cursor}");
    assert!(detail <= 1500, "detail: {detail}");
    assert!(page <= 3000, "page: {page}");
}

#[test]
fn one_verdict_costs_little() {
    let mut meter = Meter::new();
    let mut state = fixtures::fleet(SIZE);
    meter.frame(&state);
    let check = Box::new(fixtures::allowed(crate::domain::Mandatory::Regions));
    fixtures::tell(&mut state, 1, crate::domain::Part::Check { connection: fixtures::id(6), check });
    let bytes = meter.frame(&state);
    assert!(bytes > 0 && bytes <= 300, "{bytes}");
}
