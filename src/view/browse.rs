//! What covers the panes while assets are browsed: the choice of columns, and of a link.

use super::brush::Brush;
use super::choose::{List, draw as choose};
use crate::app::{Area, Chooser, Leads, Line, State};
use crate::domain::Role;

/// Draws the choice of columns.
pub fn columns(state: &State, chooser: Chooser, body: Area, brush: &mut Brush<'_>) {
    let rows = state.choosable_columns();
    let late = rows.iter().any(|row| row.late);
    let row = |column: &crate::app::Choosable| {
        let mark = if column.shown { "▣ " } else { "☐ " };
        let line =
            Line::of(Role::Text, format!("{mark}{:<24}", column.title)).and(Role::Quiet, format!("{}:…", column.word));
        vec![if column.late { line.and(Role::Testing, "  needs a call a row") } else { line }]
    };
    let above = vec![Line::of(Role::Quiet, "The word behind each is for filters: state:running, age:>30d.")];
    let below = match late {
        true => vec![Line::of(Role::Quiet, "What needs a call a row is asked for when this is closed.")],
        false => Vec::new(),
    };
    let list = List { title: "Columns", above, rows: rows.iter().map(row).collect(), at: chooser.at, below };
    choose(&list, body, brush);
}

/// Draws the choice of a link.
pub fn leads(leads: &Leads, body: Area, brush: &mut Brush<'_>) {
    let row = |lead: &crate::app::Lead| {
        let arrow = if lead.back { "← " } else { "→ " };
        let kind = if lead.back { String::new() } else { format!("  {}", lead.kind) };
        vec![Line::of(Role::Quiet, arrow).and(Role::Text, &lead.title).and(Role::Quiet, kind)]
    };
    let rows = leads.leads.iter().map(row).collect();
    choose(&List { title: "Links", above: Vec::new(), rows, at: leads.at, below: Vec::new() }, body, brush);
}
