//! Asking for one-time codes.

use super::brush::Brush;
use super::unlock::{column, dots, rows_from};
use crate::app::{Area, Codes, Line, State};
use crate::domain::Role;

/// Draws what is asked, for whom, and the field.
pub fn draw(state: &State, codes: &Codes, body: Area, brush: &mut Brush<'_>) {
    let Some(ask) = codes.ask() else { return };
    brush.clear(body);
    let mut heading = format!("One-time code for {}", ask.name);
    if codes.asks.len() > 1 {
        heading.push_str(&format!("   {} of {}", codes.at + 1, codes.asks.len()));
    }
    let mut lines = vec![Line::of(Role::Heading, heading), Line::blank()];
    lines.push(Line::of(Role::Text, format!("The six digits that {} shows now.", ask.serial)));
    if ask.again {
        lines.push(Line::of(
            Role::Quiet,
            "The same device as before: wait until it shows another code, up to half a minute.",
        ));
    }
    let others = codes.others(&state.book);
    if body.height > 10 {
        if !others.is_empty() {
            let names = others.join(", ");
            lines.push(Line::of(Role::Quiet, format!("{names} stand on this role and are tested with it.")));
        }
        lines.push(Line::of(Role::Quiet, "Without a code it stays untested; nothing else waits for it."));
    }
    if let Some(wrong) = codes.wrong {
        lines.push(Line::blank());
        lines.push(Line::of(Role::Bad, wrong));
    }
    let (x, width) = column(body);
    let below = rows_from(&lines, x, body, width, 2, brush).min(body.y + body.height - 1);
    dots(codes.input.count(), x, below, width.min(16), brush);
}
