//! The first screen without a vault, and the choice of credentials for a run without one.

use super::Look;
use super::brush::Brush;
use super::choose::{self, List};
use super::unlock::{column, rows_from};
use crate::app::{Action, Area, Around, Context, Line, State};
use crate::domain::Role;

/// What can be done here, each with what it means.
const WAYS: [(Action, &str, &str); 5] = [
    (Action::MakeVault, "make a vault", "then add your first account, or import some"),
    (Action::LookAround, "look around", "with the credentials at hand or a profile; unsaved"),
    (Action::Import, "import", "roles of ~/.aws/config, into a vault made for them"),
    (Action::Demo, "demo", "eight made-up accounts to try everything on"),
    (Action::Quit, "quit", ""),
];

/// Draws the screen into the body.
pub fn draw(_state: &State, look: &Look, path: &str, body: Area, brush: &mut Brush<'_>) {
    let (x, width) = column(body);
    let mut lines = Vec::new();
    if body.height < 14 {
        lines.push(
            Line::of(Role::Heading, "No vault yet")
                .and(Role::Quiet, ": one encrypted file that keeps your connections"),
        );
    } else {
        lines.extend([Line::of(Role::Heading, "No vault yet"), Line::blank()]);
        lines.push(Line::of(
            Role::Text,
            "A vault is one encrypted file that keeps your connections: which roles to assume in which accounts, and how. \
             It never holds an access key.",
        ));
        lines.push(Line::of(Role::Quiet, format!("It will be {path}")).hang(2));
        lines.push(Line::blank());
    }
    for (action, what, means) in WAYS {
        let key = look.keymap.name(Context::First, action).unwrap_or_default();
        let line = Line::of(Role::Key, format!("{key:<4}")).and(Role::Strong, format!("{what:<14}"));
        lines.push(if width < 60 { line } else { line.and(Role::Quiet, means).hang(18) });
    }
    rows_from(&lines, x, body, width, 0, brush);
}

/// Draws the choice of credentials.
pub fn around(state: &State, around: &Around, body: Area, brush: &mut Brush<'_>) {
    let row = |what: &str, means: &str| {
        let wide = body.width >= 60;
        let line = Line::of(Role::Text, if wide { format!("{what:<26}") } else { what.to_owned() });
        vec![if wide { line.and(Role::Quiet, means) } else { line }]
    };
    let mut rows = vec![row("the credentials at hand", "environment, default profile, instance role")];
    rows.extend(state.listed_profiles().iter().map(|p| row(&format!("profile {}", p.name), &p.kind)));
    let mut below = Vec::new();
    match &state.profiles {
        None => below.push(Line::of(Role::Testing, "◌ reading the AWS configuration")),
        Some(Ok(profiles)) if profiles.is_empty() => {
            below.push(Line::of(Role::Quiet, "The AWS configuration here names no profile."));
        }
        Some(Err(why)) => below.push(Line::of(Role::Bad, why)),
        Some(Ok(_)) => {}
    }
    below.extend(around.wrong.iter().flat_map(|w| w.lines()).map(|l| Line::of(Role::Bad, l)));
    if around.opening {
        below.push(Line::of(Role::Testing, "◌ being opened"));
    }
    let above =
        "One connection straight on these credentials, no role assumed. It is in no vault and ends with this run.";
    let list =
        List { title: "Look around with", above: vec![Line::of(Role::Quiet, above)], rows, at: around.at, below };
    choose::draw(&list, body, brush);
}
