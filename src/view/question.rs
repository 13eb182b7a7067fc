//! A question of an age plugin, over whatever is shown.

use super::brush::Brush;
use super::unlock::{column, dots, rows_from};
use crate::app::{Area, Asking, Line, Question};
use crate::domain::Role;

/// Draws the question and the field for its answer.
pub fn draw(asking: &Asking, body: Area, brush: &mut Brush<'_>) {
    brush.clear(body);
    let (text, answers) = match &asking.question {
        Question::Secret { text } | Question::Text { text } => (text, None),
        Question::Confirm { text, yes, no } => (text, Some((yes, no))),
    };
    let mut lines = vec![Line::of(Role::Heading, "A question before this goes on"), Line::blank()];
    lines.extend(text.lines().map(|l| Line::of(Role::Text, l)));
    if let Some((yes, no)) = answers {
        lines.push(Line::blank());
        lines.push(Line::of(Role::Key, "y").and(Role::KeyText, format!("  {yes}")).hang(3));
        lines.extend(no.as_ref().map(|no| Line::of(Role::Key, "n").and(Role::KeyText, format!("  {no}")).hang(3)));
    }
    let (x, width) = column(body);
    let below = rows_from(&lines, x, body, width, 2, brush);
    match &asking.question {
        _ if below >= body.y + body.height => {}
        Question::Secret { .. } => dots(asking.secret.count(), x, below, width, brush),
        Question::Text { .. } => {
            let used = brush.text(x, below, width, Role::Input, asking.text.text());
            let at = u16::try_from(asking.text.column()).unwrap_or(used).min(width.saturating_sub(1));
            brush.put_cursor(x + at, below);
        }
        Question::Confirm { .. } => brush.put_cursor(x, below - 2),
    }
}
