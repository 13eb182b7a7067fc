//! Keys as every terminal can tell them apart, and their names in key tables and on screens.

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A printable character, in the case it was typed.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Tabulator with Shift.
    BackTab,
    /// Erase to the left.
    Backspace,
    /// Erase to the right.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Begin of line.
    Home,
    /// End of line.
    End,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// A function key, counted from 1.
    F(u8),
}

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// With Control.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

/// The names of key tables, and how screens write them.
const NAMES: [(&str, &str, KeyCode); 17] = [
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backtab", "S-Tab", KeyCode::BackTab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("up", "Up", KeyCode::Up),
    ("down", "Down", KeyCode::Down),
    ("left", "Left", KeyCode::Left),
    ("right", "Right", KeyCode::Right),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("space", "Space", KeyCode::Char(' ')),
    ("minus", "-", KeyCode::Char('-')),
];

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// A character without modifiers.
    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// A character with Control.
    pub const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: true, alt: false }
    }

    /// Reads one key of a key table: `t`, `T`, `^c`, `M-x`, `enter`, `f1`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("M-") {
            return Self::parse(rest).filter(|k| !k.alt).map(|k| Self { alt: true, ..k });
        }
        if let Some(rest) = text.strip_prefix('^').filter(|r| !r.is_empty()) {
            return Self::parse(rest).filter(|k| !k.ctrl && !k.alt).map(|k| Self { ctrl: true, ..k });
        }
        if let Some((_, _, code)) = NAMES.iter().find(|(name, _, _)| *name == text) {
            return Some(Self::plain(*code));
        }
        if let Some(n) = text.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()).filter(|n| (1..=12).contains(n)) {
            return Some(Self::plain(KeyCode::F(n)));
        }
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() => Some(Self::char(c)),
            _ => None,
        }
    }

    /// The character that the key types into a text field, if it does.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.alt {
            f.write_str("M-")?;
        }
        if self.ctrl {
            f.write_str("^")?;
        }
        if let Some((_, shown, _)) = NAMES.iter().find(|(_, _, code)| *code == self.code) {
            return f.write_str(shown);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_key_tables_are_read() {
        assert_eq!(Key::parse("t"), Some(Key::char('t')));
        assert_eq!(Key::parse("T"), Some(Key::char('T')));
        assert_eq!(Key::parse("^c"), Some(Key::ctrl('c')));
        assert_eq!(Key::parse("^"), Some(Key::char('^')));
        assert_eq!(Key::parse("f12"), Some(Key::plain(KeyCode::F(12))));
        assert_eq!(Key::parse("f"), Some(Key::char('f')));
        assert_eq!(Key::parse("M-x"), Some(Key { code: KeyCode::Char('x'), ctrl: false, alt: true }));
        for wrong in ["", "entr", "^^c", "f13", "M-M-x", "\u{7}"] {
            assert_eq!(Key::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn keys_are_shown_as_people_write_them() {
        let shown: Vec<String> = ["^c", "esc", "space", "f1", "M-x", "T"]
            .iter()
            .filter_map(|t| Key::parse(t))
            .map(|k| k.to_string())
            .collect();
        assert_eq!(shown, ["^c", "Esc", "Space", "F1", "M-x", "T"]);
    }

    #[test]
    fn only_bare_characters_type_text() {
        assert_eq!(Key::char('q').typed(), Some('q'));
        assert_eq!(Key::ctrl('q').typed(), None);
        assert_eq!(Key::plain(KeyCode::Enter).typed(), None);
    }
}
