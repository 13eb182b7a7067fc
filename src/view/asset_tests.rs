//! Assets on the screen: the table, what counts them, and what keeps them away.

use super::tests::{NARROW, TINY, WIDE, screen};
use super::*;
use crate::app::browse_fixtures::{listed, listing};
use crate::app::fixtures::{NOW, press};
use crate::app::{Action, Msg, update};
use crate::domain::{CellState, End};

fn type_in(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, NOW, Msg::Text(c));
    }
}

fn each(name: &str, make: impl Fn(Size) -> State) {
    for (width, size) in [("120", WIDE), ("80", NARROW), ("40", TINY)] {
        insta::assert_snapshot!(format!("{name}_{width}"), screen(&make(size)));
    }
}

#[test]
fn assets_while_they_are_listed() {
    each("assets_listing", listing);
}

#[test]
fn assets_when_all_has_ended() {
    each("assets", listed);
}

#[test]
fn assets_filtered_marked_and_scrolled() {
    each("assets_filtered", |size| {
        let mut state = listed(size);
        press(&mut state, &[Action::Filter]);
        type_in(&mut state, "pay");
        press(&mut state, &[Action::Accept, Action::Mark, Action::ScrollRight, Action::SortReverse]);
        update(&mut state, NOW, Msg::Unavailable(String::new()));
        state.notice = None;
        state
    });
}

#[test]
fn the_other_panes_while_assets_are_listed() {
    each("assets_accounts", |size| {
        let mut state = listed(size);
        press(&mut state, &[Action::FocusAccounts, Action::Mark]);
        state
    });
    each("assets_regions", |size| {
        let mut state = listed(size);
        press(&mut state, &[Action::FocusRegions, Action::Down, Action::Mark]);
        state
    });
    each("assets_detail", |size| {
        let mut state = listed(size);
        press(&mut state, &[Action::FocusDetail]);
        state
    });
}

#[test]
fn what_covers_the_panes_while_assets_are_browsed() {
    let opened = |actions: &'static [Action]| {
        move |size| {
            let mut state = listed(size);
            press(&mut state, actions);
            state
        }
    };
    each("assets_cells", opened(&[Action::Cells]));
    each("assets_columns", opened(&[Action::Columns, Action::Down]));
    each("assets_links", opened(&[Action::Links]));
    each("assets_page", opened(&[Action::Open]));
    each("assets_policy", opened(&[Action::Snippet]));
    each("assets_find", |size| {
        let mut state = listed(size);
        press(&mut state, &[Action::Find]);
        type_in(&mut state, "10.0.0.1");
        state
    });
    each("assets_found", |size| {
        let mut state = listed(size);
        let goal = crate::app::Goal::Find("10.0.0.10".to_owned());
        crate::app::browse_fixtures::begin(&mut state, goal);
        state
    });
}

#[test]
fn an_empty_table() {
    each("assets_denied", |size| {
        let mut state = crate::app::fixtures::untested(size);
        let ticket = crate::app::browse_fixtures::open(&mut state);
        for connection in 1..=6 {
            crate::app::fixtures::tell(&mut state, ticket, crate::app::browse_fixtures::target(connection));
            let denied: CellState = crate::app::browse_fixtures::denied(false);
            let cell = crate::app::browse_fixtures::stands(connection, "eu-west-1", denied);
            crate::app::fixtures::tell(&mut state, ticket, cell);
        }
        crate::app::fixtures::end(&mut state, ticket, End::Done);
        state
    });
}

#[test]
fn every_size_of_the_table_can_be_drawn() {
    let theme = Theme::built_in("default", crate::domain::Depth::Sixteen);
    let look = Look { theme, keymap: Keymap::built_in().unwrap() };
    for width in (1..140).step_by(9) {
        for height in (1..50).step_by(4) {
            let mut state = listed(Size { width, height });
            for actions in [&[][..], &[Action::ScrollRight], &[Action::FocusAccounts], &[Action::FocusRegions]] {
                press(&mut state, actions);
                let backend = ratatui::backend::TestBackend::new(width, height);
                ratatui::Terminal::new(backend).unwrap().draw(|frame| draw(&state, &look, frame)).unwrap();
            }
        }
    }
}
