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

#[test]
fn a_letter_in_a_form_and_a_second_of_its_countdown_cost_little() {
    use crate::domain::{Connection, End, Part, Request};
    let mut meter = Meter::new();
    let mut state = fixtures::untested(SIZE);
    press(&mut state, &[Action::NewConnection]);
    let external_id = crate::domain::ExternalId::parse("5f0c2f0e-0000-4000-8000-000000000001").unwrap();
    update(&mut state, NOW, Msg::MadeIds { key: crate::app::FormKey::New, id: fixtures::id(99), external_id });
    fixtures::tell(&mut state, 1, Part::Identity(fixtures::identity()));
    fixtures::end(&mut state, 1, End::Done);
    update(&mut state, NOW, Msg::Paste("111122229999".into()));
    press(&mut state, &[Action::Down; 4]);
    meter.frame(&state);
    let mut letter = 0;
    for c in "production".chars() {
        update(&mut state, NOW, Msg::Text(c));
        letter = letter.max(meter.frame(&state));
    }
    let effects = press(&mut state, &[Action::Test]);
    let [crate::app::Effect::Start { ticket, request: Request::Check { book, select, .. } }] = &effects[..] else {
        panic!("{effects:?}")
    };
    let tested: &Connection = book.iter().find(|c| c.id == select[0]).unwrap();
    // Refused in the way of `old-vendor`, and perhaps only because it is new.
    let mut report = fixtures::found(&fixtures::book()[3]);
    report.id = tested.id;
    let cause = crate::domain::CauseKind::TooNew;
    report.checks[0].causes.push(crate::domain::Cause { cause, compare: String::new() });
    fixtures::tell(&mut state, ticket.0, Part::Connection(report));
    fixtures::end(&mut state, ticket.0, End::Done);
    meter.frame(&state);
    let mut second = 0;
    for n in 1..5 {
        update(&mut state, Timestamp(NOW.0 + n * 1000), Msg::Wake);
        second = second.max(meter.frame(&state));
    }
    eprintln!("bytes at most: letter {letter}, second {second}");
    assert!((1..=300).contains(&letter), "letter: {letter}");
    assert!((1..=100).contains(&second), "second: {second}");
}
