//! The screens before the panes: opening, the passphrase, a vault that cannot be opened. And
//! the one that covers them.

use super::brush::Brush;
use crate::app::{Area, Line, LockedBy, Screen, State, Unlock, Way, wrapped};
use crate::domain::Role;

/// The widest text column.
const WIDTH: u16 = 72;

/// Draws the screen into the body.
pub fn draw(state: &State, screen: &Screen, body: Area, brush: &mut Brush<'_>) {
    let (x, width) = column(body);
    let (lines, field) = match screen {
        Screen::Opening | Screen::Panes | Screen::NoVault { .. } => (opening(state), None),
        Screen::Unlock(unlock) => (unlock_lines(state, unlock), Some(unlock)),
        Screen::Failed { message } => (failed(state, message), None),
    };
    let field_below = field.is_some_and(|unlock| unlock.trying || unlock.has_field());
    let below = rows_from(&lines, x, body, width, if field_below { 2 } else { 0 }, brush);
    match field {
        Some(unlock) if below < body.y + body.height => {
            if unlock.trying {
                let words = match unlock.way {
                    Way::Passphrase(_) => "◌ being tried; the encryption makes that take a second or two",
                    _ => "◌ being opened",
                };
                brush.text(x, below, width, Role::Testing, words);
                brush.put_cursor(x, below);
            } else if unlock.has_field() {
                dots(unlock.input.count(), x, below, width, brush);
            } else {
                brush.put_cursor(x, below);
            }
        }
        _ => {}
    }
}

/// Where a text column stands in the body: its first column and its width.
pub(super) fn column(body: Area) -> (u16, u16) {
    let width = body.width.saturating_sub(4).min(WIDTH);
    (body.x + (body.width - width) / 2, width)
}

/// Writes lines a little above the middle, with so many rows kept free below them; gives the row for what comes there.
pub(super) fn rows_from(lines: &[Line], x: u16, body: Area, width: u16, keep: u16, brush: &mut Brush<'_>) -> u16 {
    let rows = wrapped(lines, usize::from(width));
    // What does not fit is cut at its beginning: the field and what to do stand at the end.
    let room = usize::from(body.height.saturating_sub(keep)).max(1);
    let rows = &rows[rows.len().saturating_sub(room)..];
    let free = body.height.saturating_sub(rows.len() as u16 + 4);
    let y = body.y + free / 3;
    for (row, y) in rows.iter().zip(y..body.y + body.height) {
        brush.line(x, y, width, row);
    }
    brush.put_cursor(x, y);
    y + rows.len() as u16 + 1
}

/// A secret as dots, never as text; a long one shows its end only.
pub(super) fn dots(count: usize, x: u16, y: u16, width: u16, brush: &mut Brush<'_>) {
    let dots = count.min(usize::from(width.saturating_sub(2)));
    let used = brush.text(x, y, width, Role::Input, &"•".repeat(dots));
    let blank = " ".repeat(usize::from((width / 2).saturating_sub(used)));
    brush.text(x + used, y, width.saturating_sub(used), Role::Input, &blank);
    brush.put_cursor(x + used, y);
}

fn opening(state: &State) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Quiet, format!("Opening {} …", state.vault))];
    lines.extend(said(state));
    lines
}

/// What work at the door says while it goes on.
fn said(state: &State) -> Vec<Line> {
    let Some(text) = &state.said else { return Vec::new() };
    let mut lines = vec![Line::blank()];
    lines.extend(text.lines().map(|l| Line::of(Role::Strong, l)));
    lines
}

fn unlock_lines(state: &State, unlock: &Unlock) -> Vec<Line> {
    let mut lines = Vec::new();
    match unlock.locked {
        None => lines.extend([Line::of(Role::Heading, format!("Unlock {}", state.vault)), Line::blank()]),
        Some(by) => {
            lines.push(Line::of(Role::Heading, "Locked"));
            let why = match by {
                LockedBy::Person => String::new(),
                LockedBy::Rest(rest) => format!("Nothing was typed for {}. ", minutes(rest)),
            };
            lines.push(Line::of(
                Role::Quiet,
                format!(
                    "{why}Keys, sessions and all that was read from the accounts are forgotten; tests were stopped."
                ),
            ));
            lines.push(Line::blank());
        }
    }
    if let Some(wrong) = &unlock.wrong {
        lines.extend(wrong.lines().map(|l| Line::of(Role::Bad, l)));
        lines.push(Line::blank());
    }
    match &unlock.way {
        Way::Passphrase(of) if unlock.locked.is_some() && of == "the vault" => {
            lines.push(Line::of(Role::Text, format!("Passphrase of {}:", state.vault)));
        }
        Way::Passphrase(of) => lines.push(Line::of(Role::Text, format!("Passphrase of {of}:"))),
        Way::AtHand(how) => {
            // Where there is little room, what to do is worth more than the vault's name.
            if state.size.height >= 14 {
                lines.push(Line::of(Role::Text, &state.vault));
            }
            lines.push(Line::of(Role::Text, how));
        }
        Way::NoVault => lines.push(Line::of(
            Role::Text,
            "{key:accept} opens it again: this run has no vault, so the lock protects against a glance, not against somebody \
             who uses your account on this machine.",
        )),
    }
    if unlock.trying {
        lines.extend(said(state));
    }
    lines
}

fn minutes(rest: std::time::Duration) -> String {
    match rest.as_secs() {
        seconds @ 0..=59 => format!("{seconds} seconds"),
        60..=119 => "a minute".to_owned(),
        seconds => format!("{} minutes", seconds / 60),
    }
}

fn failed(state: &State, message: &str) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Bad, format!("{} cannot be opened", state.vault)), Line::blank()];
    lines.extend(message.lines().map(|l| Line::of(Role::Text, l)));
    lines
}
