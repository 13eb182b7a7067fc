//! Keys as every terminal can tell them apart, and their names in key tables and on screens.

use super::{Invalid, nearest};

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

/// Names that people know from elsewhere.
const OTHER_NAMES: [(&str, KeyCode); 7] = [
    ("return", KeyCode::Enter),
    ("escape", KeyCode::Esc),
    ("del", KeyCode::Delete),
    ("ins", KeyCode::Insert),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pgdown", KeyCode::PageDown),
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

    /// Reads one key of a key table, as [`Key::read`] does.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// Reads one key as screens or people write it: `t`, `T`, `^t`, `ctrl-t`, `M-x`, `alt-x`, `Enter`, `f1`.
    ///
    /// # Errors
    /// When there is no such key, and when terminals send the same bytes for it as for another one.
    pub fn read(text: &str) -> Result<Self, Invalid> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        while let Some((modifier, after)) = modifier(rest) {
            let held = match modifier {
                Modifier::Ctrl => &mut ctrl,
                Modifier::Alt => &mut alt,
                Modifier::Shift => &mut shift,
            };
            if std::mem::replace(held, true) {
                return Err(unknown(text));
            }
            rest = after;
        }
        let code = code(rest).ok_or_else(|| unknown(rest))?;
        match code {
            KeyCode::Tab if shift => return Ok(Self { code: KeyCode::BackTab, ctrl, alt }).and_then(Self::told_apart),
            KeyCode::Char(c) if shift && !ctrl && c.is_alphabetic() => {
                return Err(refused("is written as the capital letter").suggest(c.to_uppercase().to_string()));
            }
            _ if shift && ctrl => {
                return Err(refused("adds Shift to Control, which terminals cannot tell from Control alone"));
            }
            _ if shift => {
                return Err(refused("adds Shift to a key where it does not count; it does with letters and Tab"));
            }
            _ => {}
        }
        // People write Ctrl+T and mean the key without Shift.
        let code = match code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            other => other,
        };
        Self { code, ctrl, alt }.told_apart()
    }

    /// Refuses keys that reach us as another key, or as none.
    fn told_apart(self) -> Result<Self, Invalid> {
        use KeyCode as K;
        let same = |as_key: &str| refused("is the same to a terminal as another key").suggest(as_key);
        match self.code {
            K::Char('i') if self.ctrl => Err(same("tab")),
            K::Char('m') if self.ctrl => Err(same("enter")),
            K::Char('h') if self.ctrl => Err(same("backspace")),
            K::Char('[') if self.ctrl => Err(same("esc")),
            K::Char('a'..='z' | ' ') if self.ctrl => Ok(self),
            K::Char(_) if self.ctrl => {
                Err(refused("is sent by no terminal, or as another key").fix("hold Control with a letter or Space"))
            }
            K::Enter | K::Esc | K::Tab | K::BackTab | K::Backspace if self.ctrl => {
                Err(refused("is the same to most terminals as the key without Control"))
            }
            // ESC and one of these begin what terminals report by themselves.
            K::Char('[' | ']' | 'O' | 'P' | 'X' | '^' | '_' | '\\') | K::Esc if self.alt => {
                Err(refused("begins like a terminal's own reports").fix("hold Alt with another key"))
            }
            _ => Ok(self),
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

/// A key that is held together with another.
enum Modifier {
    Ctrl,
    Alt,
    Shift,
}

/// The modifier that a key's name begins with, and the rest; none where nothing would be left.
fn modifier(text: &str) -> Option<(Modifier, &str)> {
    let long = |word: &str| {
        let rest = text.get(..word.len()).filter(|t| t.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..])?;
        rest.strip_prefix(['-', '+']).filter(|r| !r.is_empty())
    };
    let short = |begin: &str| text.strip_prefix(begin).filter(|r| !r.is_empty());
    if let Some(rest) = long("ctrl").or_else(|| long("control")).or_else(|| short("C-")).or_else(|| short("^")) {
        return Some((Modifier::Ctrl, rest));
    }
    if let Some(rest) = long("alt").or_else(|| long("meta")).or_else(|| short("M-")).or_else(|| short("A-")) {
        return Some((Modifier::Alt, rest));
    }
    long("shift").or_else(|| short("S-")).map(|rest| (Modifier::Shift, rest))
}

/// A key without modifiers, by a name of tables or screens or by its character.
fn code(text: &str) -> Option<KeyCode> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && !c.is_whitespace()).then_some(KeyCode::Char(c));
    }
    let name = text.to_ascii_lowercase();
    let named = NAMES.iter().find(|(name_, shown, _)| *name_ == name || shown.to_ascii_lowercase() == name);
    let named = named.map(|(_, _, code)| *code);
    let function = || name.strip_prefix('f').and_then(|n| n.parse().ok()).filter(|n| (1..=12).contains(n));
    named
        .or_else(|| OTHER_NAMES.iter().find(|(n, _)| *n == name).map(|(_, code)| *code))
        .or_else(|| function().map(KeyCode::F))
}

fn refused(why: &str) -> Invalid {
    Invalid::new("key", why)
}

fn unknown(text: &str) -> Invalid {
    let names = NAMES.iter().map(|(name, ..)| *name).chain(OTHER_NAMES.iter().map(|(name, _)| *name));
    match nearest(text, &names.collect::<Vec<_>>()) {
        Some(name) => refused("is not the name of a key").suggest(name),
        None => refused("is not the name of a key").fix("write keys like t, T, ^t, M-t, enter, f1"),
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
        let ctrl_t = Some(Key::ctrl('t'));
        for text in ["^t", "^T", "ctrl-t", "Ctrl+T", "control-t", "C-t"] {
            assert_eq!(Key::parse(text), ctrl_t, "{text}");
        }
        let alt_x = Some(Key { code: KeyCode::Char('x'), ctrl: false, alt: true });
        for text in ["M-x", "alt-x", "Alt+x", "A-x", "meta-x"] {
            assert_eq!(Key::parse(text), alt_x, "{text}");
        }
        assert_eq!(Key::parse("t"), Some(Key::char('t')));
        assert_eq!(Key::parse("T"), Some(Key::char('T')));
        assert_eq!(Key::parse("^"), Some(Key::char('^')));
        assert_eq!(Key::parse("+"), Some(Key::char('+')));
        assert_eq!(Key::parse("f12"), Some(Key::plain(KeyCode::F(12))));
        assert_eq!(Key::parse("f"), Some(Key::char('f')));
        assert_eq!(Key::parse("shift-tab"), Some(Key::plain(KeyCode::BackTab)));
        assert_eq!(Key::parse("^space"), Some(Key::ctrl(' ')));
        assert_eq!(Key::parse("Return"), Some(Key::plain(KeyCode::Enter)));
        assert_eq!(Key::parse("^-M-x").map(|k| (k.ctrl, k.alt)), None);
        assert_eq!(Key::parse("^M-x").map(|k| (k.ctrl, k.alt)), Some((true, true)));
        for wrong in ["", " ", "entr", "^^c", "f13", "M-M-x", "\u{7}", "tt", "ctrl-"] {
            assert_eq!(Key::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_terminals_cannot_tell_apart_is_refused_with_the_reason() {
        let said = |text: &str| Key::read(text).unwrap_err().to_string();
        for (text, other) in [("ctrl-i", "tab"), ("^m", "enter"), ("ctrl-[", "esc"), ("^H", "backspace")] {
            assert!(said(text).ends_with(&format!("did you mean {other}")), "{}", said(text));
        }
        assert!(said("ctrl-shift-t").contains("Shift"));
        assert!(said("shift-t").ends_with("did you mean T"));
        assert!(said("shift-up").contains("letters and Tab"));
        assert!(said("ctrl-1").contains("a letter or Space"));
        assert!(said("ctrl-enter").contains("without Control"));
        assert!(said("M-]").contains("reports"));
        assert!(said("entre").contains("did you mean enter"));
        assert!(said("ctrl-entre").contains("did you mean enter"));
        assert!(said("hyper-x").contains("write keys like"));
    }

    #[test]
    fn what_a_screen_shows_can_be_written_into_a_table() {
        let named = NAMES.iter().map(|(.., code)| Key::plain(*code));
        let functions = (1..=12).map(|n| Key::plain(KeyCode::F(n)));
        for key in named.chain(functions).chain([Key::ctrl('t'), Key::char('^'), Key::char('T')]) {
            assert_eq!(Key::parse(&key.to_string()), Some(key), "{key}");
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
