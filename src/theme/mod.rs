//! Colour roles to styles, as data.
//!
//! A theme names a look for each role; what it leaves out comes from the theme it inherits, in the end from
//! the default one. Colours that a terminal does not have are replaced by what it has. `NO_COLOR` chooses the
//! theme without colours: crossterm's own switch would write a bare `CSI m` in place of each colour and so
//! take bold and reverse away as well.

mod ascii;
mod colour;
mod file;

pub use ascii::ascii_of;

use crate::domain::{Depth, Role, ThemeChoice, nearest};
use file::Sheet;
use ratatui::style::Style;
use std::collections::BTreeMap;

/// The built-in themes. Their names are taken: a file of one's own by such a name is not read.
const BUILT_IN: [(&str, &str); 5] = [
    (DEFAULT, include_str!("../../themes/default.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("deuteranopia", include_str!("../../themes/deuteranopia.toml")),
    (MONO, include_str!("../../themes/mono.toml")),
];
const DEFAULT: &str = "default";
const MONO: &str = "mono";
/// More themes than this in a row inherit in a circle.
const HEIRS: usize = 8;

/// A style for every role, and whether the terminal can show more than ASCII.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    styles: BTreeMap<Role, Style>,
}

/// A theme file of a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path, for messages.
    pub path: String,
    /// Its text, or why it cannot be read.
    pub text: Result<String, String>,
}

/// Looks for a theme file of a person's own by the theme's name.
pub type Find<'f> = &'f dyn Fn(&str) -> Option<Found>;

/// The names of the built-in themes.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.into_iter().map(|(name, _)| name)
}

impl Theme {
    /// A built-in theme by its name; another name gives the default one.
    pub fn built_in(name: &str, depth: Depth) -> Self {
        let choice = ThemeChoice { name: name.to_owned(), place: String::new() };
        Self::choose(Some(&choice), depth, &|_| None).0
    }

    /// The theme that somebody chose, on a terminal of some depth. Nothing keeps anybody out: where it cannot
    /// be used there is the default one, and sentences that say why.
    pub fn choose(choice: Option<&ThemeChoice>, depth: Depth, find: Find<'_>) -> (Self, Vec<String>) {
        let mut faults = Vec::new();
        let mut roles = built_in(DEFAULT).unwrap_or_default().roles;
        let mut name = DEFAULT;
        if let Some(choice) = choice {
            match heirs(&choice.name, find) {
                Ok(sheets) => {
                    name = &choice.name;
                    roles.extend(sheets.into_iter().rev().flat_map(|sheet| sheet.roles));
                }
                Err(Bad::Unknown(why)) => faults.push(format!("{}: {why}. The default theme is used", choice.place)),
                Err(Bad::Faulty(all)) => {
                    faults.extend(all);
                    faults.push(format!(
                        "{}: the theme {:?} cannot be used; the default one is",
                        choice.place, choice.name
                    ));
                }
            }
            if let (Some(_), Some(own)) = (built_in(&choice.name), find(&choice.name)) {
                let (own, name) = (own.path, &choice.name);
                faults.push(format!("{own} is not read: {name} is a built-in theme. Give your own another name"));
            }
        }
        if depth == Depth::None {
            roles.extend(built_in(MONO).unwrap_or_default().roles);
        }
        let styles = roles.into_iter().map(|(role, entry)| (role, entry.style(depth))).collect();
        (Self { name: name.to_owned(), ascii: false, styles }, faults)
    }

    /// The same with ASCII characters only, or not.
    #[must_use]
    pub fn with_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// A role's style.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

/// Why a theme cannot be used.
enum Bad {
    /// There is none of this name.
    Unknown(String),
    /// Its file, or one that it inherits, has mistakes, each a sentence.
    Faulty(Vec<String>),
}

/// A theme and those that it inherits, the nearest first.
fn heirs(name: &str, find: Find<'_>) -> Result<Vec<Sheet>, Bad> {
    let (mut sheet, mut path) = sheet(name, find)?;
    let mut sheets = Vec::new();
    while let Some(parent) = sheet.inherits.clone() {
        let wrong = |why: String| Bad::Faulty(vec![format!("{path}, inherits: {why}")]);
        if sheets.len() == HEIRS {
            return Err(wrong("goes in a circle; inherit a built-in theme".to_owned()));
        }
        let next = self::sheet(&parent, find).map_err(|bad| match bad {
            Bad::Unknown(why) => wrong(why),
            faulty => faulty,
        })?;
        sheets.push(sheet);
        (sheet, path) = next;
    }
    sheets.push(sheet);
    Ok(sheets)
}

/// What one theme says itself, and its path for messages.
fn sheet(name: &str, find: Find<'_>) -> Result<(Sheet, String), Bad> {
    if let Some(sheet) = built_in(name) {
        return Ok((sheet, name.to_owned()));
    }
    let found = find(name).ok_or_else(|| {
        let known: Vec<&str> = built_in_names().collect();
        Bad::Unknown(match nearest(name, &known) {
            Some(near) => format!("there is no theme {name:?}; did you mean {near}"),
            None => format!(
                "there is no theme {name:?}; there are {}, and your own as themes/NAME.toml beside config.toml",
                known.join(", ")
            ),
        })
    })?;
    let path = found.path;
    let text = found.text.map_err(|why| Bad::Faulty(vec![format!("{path} cannot be read: {why}")]))?;
    let faulty = |faults: crate::config::fields::Faults| {
        Bad::Faulty(faults.0.iter().map(|fault| format!("{path}, {fault}")).collect())
    };
    Sheet::read(&text).map(|sheet| (sheet, path.clone())).map_err(faulty)
}

/// A built-in theme; the tests read them all.
fn built_in(name: &str) -> Option<Sheet> {
    let (_, text) = BUILT_IN.into_iter().find(|(known, _)| *known == name)?;
    Sheet::read(text).ok()
}

#[cfg(test)]
mod tests;
