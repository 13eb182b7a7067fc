//! Colour roles to styles, as data.
//!
//! Styles name the sixteen colours that every terminal has, never RGB, and leave the background to
//! the terminal. `NO_COLOR` chooses the theme without colours: crossterm's own switch would write a
//! bare `CSI m` in place of each colour and so take bold and reverse away as well.

use crate::domain::Role;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;

const DEFAULT: &str = include_str!("../../themes/default.toml");
const MONO: &str = include_str!("../../themes/mono.toml");

/// A style for every role, and whether the terminal can show more than ASCII.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    styles: BTreeMap<Role, Style>,
}

/// Why a theme file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// It is not TOML, or has fields that no theme has.
    #[error("the theme cannot be read: {0}")]
    Unreadable(String),
    /// A role that does not exist.
    #[error("the theme names a role {0:?} that does not exist")]
    UnknownRole(String),
    /// A role that has no style.
    #[error("the theme gives no style for the role {0:?}; add one, if only = {{}}")]
    MissingRole(&'static str),
    /// A colour that is none of the sixteen.
    #[error("the role {role:?} has the colour {colour:?}; use one of {}, or reset", COLOURS.map(|(n, _)| n).join(", "))]
    UnknownColour {
        /// Whose.
        role: &'static str,
        /// What stands there.
        colour: String,
    },
    /// A modifier that terminals do not share.
    #[error("the role {role:?} has the modifier {modifier:?}; use bold, dim, italic, underlined or reversed")]
    UnknownModifier {
        /// Whose.
        role: &'static str,
        /// What stands there.
        modifier: String,
    },
    /// No built-in theme has this name.
    #[error("there is no theme {0:?}; there are default and mono")]
    UnknownTheme(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    roles: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    modifiers: Vec<String>,
}

const COLOURS: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

impl Theme {
    /// Reads a theme file.
    ///
    /// # Errors
    /// Names the role, colour or modifier that is wrong or missing.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text).map_err(|e| ThemeError::Unreadable(e.message().to_owned()))?;
        if let Some(unknown) = file.roles.keys().find(|name| Role::ALL.iter().all(|r| r.word() != name.as_str())) {
            return Err(ThemeError::UnknownRole(unknown.clone()));
        }
        let mut styles = BTreeMap::new();
        for role in Role::ALL {
            let entry = file.roles.get(role.word()).ok_or(ThemeError::MissingRole(role.word()))?;
            styles.insert(role, entry.style(role)?);
        }
        Ok(Self { name: file.name, ascii: false, styles })
    }

    /// A built-in theme by its name; without colours always the one that has none.
    ///
    /// # Errors
    /// When there is no theme of this name.
    pub fn built_in(name: Option<&str>, colours: bool) -> Result<Self, ThemeError> {
        match (name, colours) {
            (_, false) | (Some("mono"), true) => Self::parse(MONO),
            (None | Some("default"), true) => Self::parse(DEFAULT),
            (Some(other), true) => Err(ThemeError::UnknownTheme(other.to_owned())),
        }
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

impl Entry {
    fn style(&self, role: Role) -> Result<Style, ThemeError> {
        let role = role.word();
        let colour = |name: &str| match COLOURS.iter().find(|(n, _)| *n == name) {
            Some((_, colour)) => Ok(*colour),
            None if name == "reset" => Ok(Color::Reset),
            None => Err(ThemeError::UnknownColour { role, colour: name.to_owned() }),
        };
        let mut style = Style::default();
        if let Some(fg) = &self.fg {
            style = style.fg(colour(fg)?);
        }
        if let Some(bg) = &self.bg {
            style = style.bg(colour(bg)?);
        }
        for modifier in &self.modifiers {
            style = style.add_modifier(match modifier.as_str() {
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underlined" => Modifier::UNDERLINED,
                "reversed" => Modifier::REVERSED,
                other => return Err(ThemeError::UnknownModifier { role, modifier: other.to_owned() }),
            });
        }
        Ok(style)
    }
}

/// What an ASCII terminal shows for a character of ours; anything else that is not ASCII becomes `?`.
pub fn ascii_of(symbol: &str) -> &'static str {
    match symbol {
        "✓" => "+",
        "✗" => "x",
        "◌" => "o",
        "·" => ".",
        "–" | "─" | "—" => "-",
        "╭" | "╮" | "╰" | "╯" | "├" | "┤" => "+",
        "│" => "|",
        "▌" | "▸" | "→" => ">",
        "…" => "~",
        "•" => "*",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mark;

    #[test]
    fn every_theme_file_of_the_folder_is_read() {
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/themes")).unwrap() {
            let path = file.unwrap().path();
            let theme = Theme::parse(&std::fs::read_to_string(&path).unwrap());
            let theme = theme.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert_eq!(Some(theme.name.as_str()), path.file_stem().and_then(|s| s.to_str()));
        }
    }

    #[test]
    fn no_theme_sets_a_background_or_a_colour_outside_the_sixteen() {
        for theme in [Theme::built_in(None, true).unwrap(), Theme::built_in(None, false).unwrap()] {
            for role in Role::ALL {
                let style = theme.style(role);
                assert_eq!(style.bg, None, "{role:?}");
                assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_))), "{role:?}");
            }
        }
    }

    #[test]
    fn without_colours_nothing_is_coloured_and_denied_still_stands_out() {
        let theme = Theme::built_in(Some("default"), false).unwrap();
        assert!(Role::ALL.into_iter().all(|r| theme.style(r).fg.is_none()));
        assert_ne!(theme.style(Role::Denied), theme.style(Role::Allowed));
    }

    #[test]
    fn mistakes_in_a_theme_are_named() {
        let wrong = |from: &str, to: &str| Theme::parse(&DEFAULT.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(wrong("fg = \"cyan\"", "fg = \"#00ffff\"").contains("#00ffff"));
        assert!(wrong("\"bold\"", "\"blink\"").contains("blink"));
        assert!(wrong("quiet =", "quite =").contains("quite"));
        assert!(wrong("code = {}", "").contains("\"code\""));
        assert!(Theme::built_in(Some("nord"), true).unwrap_err().to_string().contains("nord"));
    }

    #[test]
    fn marks_have_the_same_stand_ins_everywhere() {
        for mark in Mark::ALL {
            let symbol = mark.symbol(false);
            let stand_in = if symbol.is_ascii() { symbol } else { ascii_of(symbol) };
            assert_eq!(stand_in, mark.symbol(true));
        }
    }
}
