//! One theme file.

use super::colour::Colour;
use crate::config::fields::{At, Document, Faults, Fields};
use crate::domain::{Depth, Role, nearest};
use crate::text;
use ratatui::style::{Modifier, Style};
use std::collections::BTreeMap;

/// What a theme file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The theme that has the roles which are not named here.
    pub inherits: Option<String>,
    /// A look for each role that is named.
    pub roles: BTreeMap<Role, Entry>,
}

/// How a role looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    fg: Vec<Colour>,
    bg: Vec<Colour>,
    modifiers: Modifier,
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

impl Sheet {
    /// Reads a theme file.
    ///
    /// # Errors
    /// Every mistake with its line and, where there is one, the nearest right word.
    pub fn read(text: &str) -> Result<Self, Faults> {
        let document = Document::new(text);
        let mut sheet = Self::default();
        if let Some(mut root) = document.root() {
            sheet.inherits = root.string("inherits").map(|at| at.value);
            if let Some(mut roles) = root.table("roles") {
                for (word, fields) in roles.all_tables() {
                    let role = role(&roles, fields.line, &word);
                    let entry = Entry::read(fields);
                    sheet.roles.extend(role.map(|role| (role, entry)));
                }
                // A text alone is the colour of the letters.
                for (word, at) in roles.all_strings() {
                    let role = role(&roles, at.line, &word);
                    let entry = Entry { fg: colours(&roles, &word, vec![at]), ..Entry::default() };
                    sheet.roles.extend(role.map(|role| (role, entry)));
                }
            }
            root.finish();
        }
        let faults = document.into_faults();
        if faults.0.is_empty() { Ok(sheet) } else { Err(faults) }
    }
}

impl Entry {
    fn read(mut f: Fields<'_>) -> Self {
        let fg = f.one_or_more("fg").map(|list| colours(&f, "fg", list)).unwrap_or_default();
        let bg = f.one_or_more("bg").map(|list| colours(&f, "bg", list)).unwrap_or_default();
        let mut modifiers = Modifier::empty();
        for at in f.strings("modifiers").unwrap_or_default() {
            let names = MODIFIERS.map(|(name, _)| name);
            match MODIFIERS.iter().find(|(name, _)| *name == at.value) {
                Some((_, modifier)) => modifiers |= *modifier,
                None => {
                    let why = format!("there is no modifier {:?}; there are {}", at.value, names.join(", "));
                    f.fault(at.line, "modifiers", why);
                }
            }
        }
        f.finish();
        Self { fg, bg, modifiers }
    }

    /// The style on a terminal of some depth.
    pub fn style(&self, depth: Depth) -> Style {
        let mut style = Style::default().add_modifier(self.modifiers);
        if depth > Depth::None {
            style.fg = best(&self.fg, depth).map(|c| c.shown(depth));
            style.bg = best(&self.bg, depth).map(|c| c.shown(depth));
        }
        style
    }
}

/// Which of the colours of a list, the richest first, is for a depth. In 256 a colour of 24 bits has a near
/// one; in sixteen it has not, so that another one of the list is better.
fn best(colours: &[Colour], depth: Depth) -> Option<Colour> {
    let found = match depth {
        Depth::Full => colours.first(),
        Depth::Indexed => colours.iter().find(|c| c.depth() == depth).or(colours.first()),
        Depth::None | Depth::Sixteen => colours.iter().find(|c| c.depth() <= depth).or(colours.last()),
    };
    found.copied()
}

fn colours(f: &Fields<'_>, key: &str, list: Vec<At<String>>) -> Vec<Colour> {
    let read = |at: At<String>| Colour::parse(&at.value).map_err(|e| f.fault(at.line, key, e.reason())).ok();
    list.into_iter().filter_map(read).collect()
}

fn role(f: &Fields<'_>, line: usize, word: &str) -> Option<Role> {
    let found = Role::ALL.iter().copied().find(|r| r.word() == word);
    if found.is_none() {
        let known: Vec<&str> = Role::ALL.iter().map(|r| r.word()).collect();
        let why = match nearest(word, &known) {
            Some(near) => format!("there is no role {word:?}; did you mean {near}"),
            None => format!("there is no role {word:?}; docs/themes.md lists them"),
        };
        f.fault(line, &text::line(word), why);
    }
    found
}
