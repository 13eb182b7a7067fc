//! The plan of an import: what is added, what is not and why.

use super::brush::Brush;
use super::choose::{self, List};
use crate::app::{Area, Import, Line, State};
use crate::domain::{Connection, Planned, Role};

/// Draws the plan.
pub fn draw(state: &State, import: &Import, body: Area, brush: &mut Brush<'_>) {
    let mut below: Vec<Line> = Vec::new();
    let mut rows = Vec::new();
    match &import.plan {
        None => below.push(Line::of(Role::Testing, "◌ reading the AWS configuration")),
        Some(Err(why)) => below.push(Line::of(Role::Bad, why)),
        Some(Ok(plan)) => {
            let known: Vec<Connection> =
                state.book.iter().chain(plan.new.iter().map(|p| &p.connection)).cloned().collect();
            rows = plan
                .new
                .iter()
                .enumerate()
                .map(|(i, planned)| row(planned, import.marked.contains(&i), &known, body.width))
                .chain(plan.skipped.iter().map(|(profile, why)| left_out(profile, why, body.width)))
                .collect();
            if plan.new.is_empty() {
                below.push(Line::of(
                    Role::Text,
                    "There is nothing to import: no profile of the AWS configuration here assumes a role that is not known yet.",
                ));
            }
            match plan.without_role {
                0 => {}
                1 => below.push(Line::of(Role::Quiet, "1 profile assumes no role; it can be a source of credentials.")),
                n => below.push(Line::of(
                    Role::Quiet,
                    format!("{n} profiles assume no role; they can be sources of credentials."),
                )),
            }
        }
    }
    below.extend(import.wrong.iter().flat_map(|w| w.lines()).map(|l| Line::of(Role::Bad, l)));
    if import.saving {
        below.push(Line::of(Role::Testing, "◌ being saved"));
    }
    let title = match (import.count(), import.marked.len()) {
        (0, _) => "Import".to_owned(),
        (n, marked) => format!("Import: {marked} of {n} marked"),
    };
    let above = "Profiles that assume a role become connections. No key is copied.";
    let list = List { title: &title, above: vec![Line::of(Role::Quiet, above)], rows, at: import.at, below };
    choose::draw(&list, body, brush);
}

fn left_out(profile: &str, why: &str, width: u16) -> Vec<Line> {
    let what = Line::of(Role::Moot, "– ").and(Role::Moot, profile);
    if width < 60 {
        return vec![what.and(Role::Untested, " left out")];
    }
    vec![what.and(Role::Untested, "  left out"), Line::of(Role::Quiet, format!("  {why}")).hang(2)]
}

fn row(planned: &Planned, marked: bool, known: &[Connection], width: u16) -> Vec<Line> {
    let c = &planned.connection;
    let mark = if marked { "▣ " } else { "☐ " };
    let name = Line::of(Role::Text, mark).and(Role::Strong, format!("{:<20} ", c.name.as_str()));
    let role = c.role_arn().map(ToString::to_string).unwrap_or_default();
    let source = c.source.label(known);
    let notes = planned.notes.join(", ");
    if width < 60 {
        let account = c.account.as_ref().map(ToString::to_string).unwrap_or_default();
        return vec![
            Line::of(Role::Text, mark).and(Role::Strong, c.name.as_str()).and(Role::Quiet, format!(" {account}")),
        ];
    }
    let mut second = format!("  from {source}");
    if !notes.is_empty() {
        second.push_str(" · ");
        second.push_str(&notes);
    }
    vec![name.and(Role::Text, role), Line::of(Role::Quiet, second).hang(2)]
}
