//! The screens before the panes: opening, the passphrase, no vault, a vault that cannot be opened.

use super::brush::Brush;
use crate::app::{Area, Line, Screen, State, Unlock, wrapped};
use crate::domain::Role;

/// The widest text column.
const WIDTH: u16 = 72;

/// Draws the screen into the body.
pub fn draw(state: &State, screen: &Screen, body: Area, brush: &mut Brush<'_>) {
    let width = body.width.saturating_sub(4).min(WIDTH);
    let x = body.x + (body.width - width) / 2;
    let (lines, field) = match screen {
        Screen::Opening | Screen::Panes => (vec![Line::of(Role::Quiet, format!("Opening {} …", state.vault))], None),
        Screen::Unlock(unlock) => (unlock_lines(state, unlock), Some(unlock)),
        Screen::NoVault { path } => (no_vault(path), None),
        Screen::Failed { message } => (failed(state, message), None),
    };
    let rows = wrapped(&lines, usize::from(width));
    let free = body.height.saturating_sub(rows.len() as u16 + 4);
    let y = body.y + free / 3;
    for (row, y) in rows.iter().zip(y..body.y + body.height) {
        brush.line(x, y, width, row);
    }
    let below = y + rows.len() as u16 + 1;
    match field {
        Some(unlock) if below < body.y + body.height => passphrase(unlock, x, below, width, brush),
        _ => brush.put_cursor(x, y),
    }
}

fn unlock_lines(state: &State, unlock: &Unlock) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Heading, format!("Unlock {}", state.vault)), Line::blank()];
    if let Some(wrong) = &unlock.wrong {
        lines.extend(wrong.lines().map(|l| Line::of(Role::Bad, l)));
        lines.push(Line::blank());
    }
    lines.push(Line::of(Role::Text, format!("Passphrase of {}:", unlock.what)));
    lines
}

/// The passphrase as dots, never as text; a long one shows its end only.
fn passphrase(unlock: &Unlock, x: u16, y: u16, width: u16, brush: &mut Brush<'_>) {
    if unlock.trying {
        brush.text(x, y, width, Role::Testing, "◌ being tried; the encryption makes that take a second or two");
        brush.put_cursor(x, y);
        return;
    }
    let dots = unlock.input.count().min(usize::from(width.saturating_sub(2)));
    let used = brush.text(x, y, width, Role::Input, &"•".repeat(dots));
    let blank = " ".repeat(usize::from((width / 2).saturating_sub(used)));
    brush.text(x + used, y, width.saturating_sub(used), Role::Input, &blank);
    brush.put_cursor(x + used, y);
}

fn no_vault(path: &str) -> Vec<Line> {
    let command =
        |words: &str, does: &str| Line::of(Role::Code, format!("  {words:<36}")).and(Role::Quiet, does).hang(38);
    vec![
        Line::of(Role::Heading, "No vault yet"),
        Line::blank(),
        Line::of(
            Role::Text,
            "A vault is one encrypted file with your connections: which roles to assume, and how. It holds no keys of any account.",
        ),
        Line::of(Role::Quiet, format!("It would be {path}")).hang(2),
        Line::blank(),
        command("cloudivize init", "makes one"),
        command("cloudivize import aws", "takes over roles of ~/.aws/config"),
        command("cloudivize --env", "looks around with the credentials at hand"),
        command("cloudivize --profile NAME", "the same with a profile"),
    ]
}

fn failed(state: &State, message: &str) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Bad, format!("{} cannot be opened", state.vault)), Line::blank()];
    lines.extend(message.lines().map(|l| Line::of(Role::Text, l)));
    lines
}
