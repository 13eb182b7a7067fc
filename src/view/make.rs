//! Making a vault: how it is protected, then the passphrase or the keys.

use super::brush::Brush;
use super::choose::{self, List};
use super::unlock::{column, dots, rows_from};
use crate::app::{Area, Choice, KeyKind, Line, Make, SHORT, State, Step, VaultKey};
use crate::domain::{Role, SecretInput};

/// Draws the step that a person is at.
pub fn draw(state: &State, make: &Make, body: Area, brush: &mut Brush<'_>) {
    match &make.step {
        Step::Choose => choice(state, make, body, brush),
        Step::Passphrase { first, again, second } => passphrase(state, make, (first, again, *second), body, brush),
        Step::Recipient(text) => {
            brush.clear(body);
            let mut lines = vec![
                Line::of(Role::Heading, "Another recipient"),
                Line::of(
                    Role::Quiet,
                    "A public key that may open the vault: age1…, ssh-ed25519 … or ssh-rsa …. Yours, on another machine, \
                     or a colleague's.",
                ),
                Line::blank(),
            ];
            lines.extend(wrong(make));
            let (x, width) = column(body);
            let below = rows_from(&lines, x, body, width, 2, brush).min(body.y + body.height - 1);
            // A key is longer than a row: its end is where one types.
            let shown: String = text.text().to_owned();
            let skip = shown.chars().count().saturating_sub(usize::from(width) - 1);
            let shown: String = shown.chars().skip(skip).collect();
            let used = brush.text(x, below, width, Role::Input, &shown);
            brush.text(x + used, below, width - used, Role::Input, &" ".repeat(usize::from(width - used)));
            let column = text.column().saturating_sub(skip);
            brush.put_cursor(x + u16::try_from(column).unwrap_or(used).min(width - 1), below);
        }
    }
}

fn wrong(make: &Make) -> Vec<Line> {
    let mut lines: Vec<Line> = make.wrong.iter().flat_map(|w| w.lines()).map(|l| Line::of(Role::Bad, l)).collect();
    if !lines.is_empty() {
        lines.push(Line::blank());
    }
    lines
}

fn choice(state: &State, make: &Make, body: Area, brush: &mut Brush<'_>) {
    let wide = body.width >= 60;
    let rows = make
        .choices()
        .iter()
        .map(|choice| match choice {
            Choice::Passphrase => described(
                wide,
                "    ",
                "a passphrase".to_owned(),
                "typed each time; works on any machine; nobody can recover it",
            ),
            Choice::Key(key, marked) => {
                let (what, means) = key_words(key, wide);
                described(wide, if *marked { "▣   " } else { "☐   " }, what, &means)
            }
            Choice::Other => {
                described(wide, "    ", "another recipient …".to_owned(), "type or paste a public key of age or ssh")
            }
        })
        .collect();
    let mut below: Vec<Line> = Vec::new();
    if make.keys.is_none() {
        below.push(Line::of(Role::Testing, "◌ looking for keys on this machine"));
    }
    below.extend(wrong(make));
    if make.making {
        below.push(Line::of(Role::Testing, "◌ being made, then opened to prove that you can"));
        below.extend(state.said.iter().map(|s| Line::of(Role::Strong, s)));
    } else if !make.marked.is_empty() && make.key_at().is_some() {
        let n = make.marked.len();
        let words = if n == 1 { "the marked key".to_owned() } else { format!("each of the {n} marked keys") };
        below.push(Line::of(Role::Quiet, format!("{{key:accept}} makes the vault; {words} will open it.")));
    }
    let list = List {
        title: "Make a vault: what opens it?",
        above: vec![Line::of(Role::Quiet, format!("It will be {}", make.path)).hang(2)],
        rows,
        at: make.at,
        below,
    };
    choose::draw(&list, body, brush);
}

fn described(wide: bool, mark: &str, what: String, means: &str) -> Vec<Line> {
    let first = Line::of(Role::Text, mark).and(Role::Text, what).hang(4);
    if wide { vec![first, Line::of(Role::Quiet, format!("    {means}")).hang(4)] } else { vec![first] }
}

/// A key, and what it means to choose it.
fn key_words(key: &VaultKey, wide: bool) -> (String, String) {
    // On a narrow screen the file's name has to do.
    let file = if wide { key.file.as_str() } else { key.file.rsplit('/').next().unwrap_or_default() };
    // The comment of an ssh key tells whose it is; the key itself is long and says nothing.
    let comment = key.recipient.split_whitespace().nth(2).map_or(String::new(), |c| format!("  {c}"));
    match key.kind {
        KeyKind::Identity => (
            format!("the age identity {file}"),
            "opens without typing, unless a passphrase or a plugin protects it".to_owned(),
        ),
        KeyKind::Ssh => (
            format!("the ssh key {file}{comment}"),
            "its file is used, not ssh-agent; asks for its passphrase if it has one".to_owned(),
        ),
        KeyKind::New => (
            "a new age identity".to_owned(),
            format!("made in {}: opens without typing, so whoever can read your files can open it", key.file),
        ),
        KeyKind::Typed => {
            let kind = key.recipient.split_whitespace().next().unwrap_or_default();
            let name = if comment.is_empty() {
                crate::text::truncate(kind, 30).into_owned()
            } else {
                format!("{kind}{comment}")
            };
            (format!("the recipient {name}"), "typed here".to_owned())
        }
    }
}

fn passphrase(
    state: &State,
    make: &Make,
    (first, again, second): (&SecretInput, &SecretInput, bool),
    body: Area,
    brush: &mut Brush<'_>,
) {
    brush.clear(body);
    let (x, width) = column(body);
    let mut lines = vec![Line::of(Role::Heading, "A passphrase for the vault")];
    if body.height >= 10 {
        lines.push(Line::of(
            Role::Quiet,
            "Four or five random words are good. Nobody can recover it: keep it where you keep such things.",
        ));
    }
    lines.push(Line::blank());
    lines.extend(wrong(make));
    let mut y = rows_from(&lines, x, body, width, 5, brush).saturating_sub(1);
    let end = body.y + body.height;
    if make.making {
        brush.text(x, y, width, Role::Testing, "◌ being made, then opened to prove that you can: a few seconds");
        brush.put_cursor(x, y);
        if let Some(said) = &state.said {
            brush.text(x, y + 1, width, Role::Strong, said);
        }
        return;
    }
    let mut cursor = None;
    for (label, field, focused) in [("Passphrase", first, !second), ("The same again", again, second)] {
        if y + 1 >= end {
            return;
        }
        let role = if focused { Role::Strong } else { Role::Quiet };
        brush.text(x, y, width, role, &format!("{label}{}", hint(field, (first, again), focused)));
        dots(field.count(), x, y + 1, width, brush);
        if focused {
            cursor = brush.cursor();
        }
        y += if end - y > 4 { 3 } else { 2 };
    }
    if let Some(at) = cursor {
        brush.put_cursor(at.x, at.y);
    }
}

/// A remark on what was typed: once, in a few words, where it can still be changed.
fn hint(field: &SecretInput, (first, again): (&SecretInput, &SecretInput), focused: bool) -> &'static str {
    let is_first = std::ptr::eq(field, first);
    match field.count() {
        0 => "",
        n if is_first && n < SHORT && !focused => "   short: whoever gets the file can guess it",
        n if is_first && n < SHORT => "   short so far",
        _ if is_first && field.cannot_be_typed() => "   has a line break or the like, which nobody can type",
        _ if is_first && field.is_shouted() => "   all capitals: is Caps Lock on?",
        _ if is_first && field.needs_this_keyboard() => "   has characters that another keyboard may lack",
        _ if !is_first && again.same(first) => "   the same",
        n if !is_first && n >= first.count() => "   not the same",
        _ => "",
    }
}
