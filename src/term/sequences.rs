//! Bytes from a terminal to keys and pastes. Nothing here reads or waits: bytes are fed in whatever
//! pieces they arrive, and silence is told.
//!
//! A terminal sends more than keys: answers to questions that this or an earlier program asked, focus
//! and mouse reports. In a program whose letters are commands, such an answer must never be taken for
//! typing, however late and in however many pieces it comes. So what begins like a control sequence or
//! a control string (ECMA-48, §5.4 and §5.6) is read to its end, and only what is known to be a key
//! becomes one. In consequence Alt with `[ ] O P X ^ _` is no key: it begins a sequence.

use super::input::Input;
use crate::domain::{Key, KeyCode};
use std::time::Duration;
use zeroize::Zeroizing;

/// The longest paste that is taken, in bytes: ten times the longest policy that AWS takes.
pub const PASTE_LIMIT: usize = 64 * 1024;
/// How long after an Escape the rest of a sequence may come. Longer, and `Esc` would feel slow.
const ESCAPE: Duration = Duration::from_millis(30);
/// How long the rest of anything else may take to come.
const REST: Duration = Duration::from_secs(2);
/// The longest control sequence that means anything, in bytes.
const PARAMETERS: usize = 64;
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Between keys.
    #[default]
    Ground,
    /// After an Escape.
    Escape,
    /// After an Escape that was told as a key, since nothing followed it in time.
    Told,
    /// In a control sequence, after `ESC [`.
    Control,
    /// After `ESC [ [`, which the Linux console sends before the letter of a function key.
    Console,
    /// In what follows `ESC O`.
    Shift,
    /// In a control string: OSC, DCS, APC, PM, SOS.
    Text,
    /// After an Escape in one.
    TextEscape,
    /// In a mouse report of the oldest kind; so many bytes are missing.
    Mouse(u8),
    /// Between the brackets of a paste, of which so many bytes came.
    Paste(usize),
    /// In a character of several bytes, of which so many are missing.
    Character(u8),
}

/// Takes bytes apart.
#[derive(Default)]
pub struct Parser {
    state: State,
    /// The bytes of the present character, sequence or paste; may be a secret.
    held: Zeroizing<Vec<u8>>,
    /// An Escape came before the present character.
    alt: bool,
}

impl Parser {
    /// Nothing came yet.
    pub fn new() -> Self {
        // A pasted passphrase is not to leave copies behind where the buffer grows.
        Self { held: Zeroizing::new(Vec::with_capacity(4096)), ..Self::default() }
    }

    /// Takes what one read gave, and adds what it amounts to.
    pub fn feed(&mut self, bytes: &[u8], found: &mut impl Extend<Input>) {
        match (&self.state, bytes) {
            // The end of a paste got lost: this brings the keys back. A paste comes in larger pieces.
            (State::Paste(_), [3]) => self.ground(),
            (State::Told, bytes) => self.late(bytes),
            _ => {}
        }
        for byte in bytes {
            found.extend(self.byte(*byte));
        }
    }

    /// How long to wait for more before [`Self::silence`] is told; `None`: nothing is waited for.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground | State::Paste(_) => None,
            State::Escape => Some(ESCAPE),
            _ => Some(REST),
        }
    }

    /// Nothing more came in time: an Escape alone is a key, the begin of anything else is nothing.
    pub fn silence(&mut self) -> Option<Input> {
        if self.state == State::Escape {
            self.ground();
            self.state = State::Told;
            return Some(Input::Key(Key::plain(KeyCode::Esc)));
        }
        self.ground();
        None
    }

    /// What follows an Escape that was told already. A person types one key at a time: several bytes at
    /// once that go on like a sequence are the rest of one that was torn apart.
    fn late(&mut self, bytes: &[u8]) {
        self.state = match bytes {
            [b'[' | b']' | b'_', _, ..] | [b'P', b'0' | b'1' | b'>' | b'!', ..] => State::Escape,
            [b'O', last] if key_of(*last).is_some() => State::Escape,
            _ => State::Ground,
        };
    }

    fn ground(&mut self) {
        self.state = State::Ground;
        self.alt = false;
        self.held.clear();
    }

    fn byte(&mut self, byte: u8) -> Option<Input> {
        match self.state {
            State::Ground | State::Told => self.plain(byte),
            State::Escape => self.escaped(byte),
            State::Control => self.control(byte),
            State::Console => {
                self.ground();
                matches!(byte, b'A'..=b'E').then(|| plain(KeyCode::F(byte - b'A' + 1)))
            }
            State::Shift => {
                self.ground();
                key_of(byte).map(plain)
            }
            State::Text => self.text(byte),
            State::TextEscape => {
                self.ground();
                // Anything but the end of the string is a new sequence.
                if byte == b'\\' { None } else { self.escaped(byte) }
            }
            State::Mouse(left) => {
                self.state = State::Mouse(left.saturating_sub(1));
                if left <= 1 {
                    self.ground();
                }
                None
            }
            State::Paste(count) => self.paste(byte, count + 1),
            State::Character(missing) => self.character(byte, missing),
        }
    }

    /// A byte of a character of several.
    fn character(&mut self, byte: u8, missing: u8) -> Option<Input> {
        // What breaks a character off is a key of its own.
        if byte & 0xc0 != 0x80 {
            self.ground();
            return self.plain(byte);
        }
        self.held.push(byte);
        if missing > 1 {
            self.state = State::Character(missing - 1);
            return None;
        }
        let typed = std::str::from_utf8(&self.held).ok().and_then(|s| s.chars().next());
        let alt = self.alt;
        self.ground();
        typed.filter(|c| !c.is_control()).map(|c| key(KeyCode::Char(c), false, alt))
    }

    /// A byte that is in no sequence.
    fn plain(&mut self, byte: u8) -> Option<Input> {
        let alt = self.alt;
        self.ground();
        let letter = |base: u8, from: u8| Some(key(KeyCode::Char(char::from(byte - from + base)), true, alt));
        let missing = match byte {
            0x1b => {
                self.state = State::Escape;
                return None;
            }
            b'\r' => return Some(key(KeyCode::Enter, false, alt)),
            b'\t' => return Some(key(KeyCode::Tab, false, alt)),
            // Terminals send either of the two for Backspace; 8 is that of Control and h as well.
            0x7f | 8 => return Some(key(KeyCode::Backspace, false, alt)),
            0 => return Some(key(KeyCode::Char(' '), true, alt)),
            1..=0x1a => return letter(b'a', 1),
            0x1c..=0x1f => return letter(b'4', 0x1c),
            0x20..=0x7e => return Some(key(KeyCode::Char(char::from(byte)), false, alt)),
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            // No character begins so.
            _ => return None,
        };
        self.alt = alt;
        self.held.push(byte);
        self.state = State::Character(missing);
        None
    }

    /// The byte after an Escape.
    fn escaped(&mut self, byte: u8) -> Option<Input> {
        self.ground();
        match byte {
            0x1b => {
                self.state = State::Escape;
                return Some(plain(KeyCode::Esc));
            }
            b'[' => self.state = State::Control,
            b'O' => self.state = State::Shift,
            b']' | b'P' | b'X' | b'^' | b'_' => self.state = State::Text,
            _ => {
                self.alt = true;
                return self.plain(byte);
            }
        }
        None
    }

    /// A byte after `ESC [`.
    fn control(&mut self, byte: u8) -> Option<Input> {
        match byte {
            0x20..=0x3f => {
                // Too long to be a key; it is read to its end all the same.
                if self.held.len() < PARAMETERS {
                    self.held.push(byte);
                }
                None
            }
            b'[' if self.held.is_empty() => {
                self.state = State::Console;
                None
            }
            0x40..=0x7e => {
                let parameters = std::mem::take(&mut *self.held);
                self.ground();
                match (parameters.as_slice(), byte) {
                    (b"200", b'~') => self.state = State::Paste(0),
                    (b"", b'M') => self.state = State::Mouse(3),
                    _ => return sequence(&parameters, byte),
                }
                None
            }
            _ => {
                self.ground();
                self.plain(byte)
            }
        }
    }

    /// A byte in a control string: BEL and ST end it, and so does every other control character, since no
    /// string contains one: a person whose string never ended would otherwise press keys in vain.
    fn text(&mut self, byte: u8) -> Option<Input> {
        match byte {
            0x1b => self.state = State::TextEscape,
            0x07 | 0x18 | 0x1a => self.ground(),
            0..0x20 => {
                self.ground();
                return self.plain(byte);
            }
            _ => {}
        }
        None
    }

    /// A byte of a paste.
    fn paste(&mut self, byte: u8, count: usize) -> Option<Input> {
        self.state = State::Paste(count);
        self.held.push(byte);
        if byte == b'~' && self.held.ends_with(PASTE_END) {
            let length = count - PASTE_END.len();
            let text = &self.held[..self.held.len() - PASTE_END.len()];
            let whole = length <= PASTE_LIMIT;
            // Terminals send a line's end as Return, as if it had been typed.
            let text = whole.then(|| String::from_utf8_lossy(text).replace("\r\n", "\n").replace('\r', "\n"));
            self.ground();
            return Some(text.map_or(Input::PasteTooLong(length), Input::Paste));
        }
        // Of what is too long nothing is kept but enough to find its end.
        if self.held.len() > PASTE_LIMIT + 2 * PASTE_END.len() {
            self.held.drain(..PASTE_LIMIT);
        }
        None
    }
}

fn plain(code: KeyCode) -> Input {
    Input::Key(Key::plain(code))
}

fn key(code: KeyCode, ctrl: bool, alt: bool) -> Input {
    Input::Key(Key { code, ctrl, alt })
}

/// The keys that a single letter stands for, after `ESC [` and `ESC O`.
fn key_of(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'M' => KeyCode::Enter,
        _ => return None,
    })
}

/// The key of a whole control sequence; `None` for what is no key.
/// <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "PC-Style Function Keys"
fn sequence(parameters: &[u8], last: u8) -> Option<Input> {
    // Answers and reports bear a mark: `?`, `>`, `<`, `=`, or something before the last byte.
    if parameters.iter().any(|b| !matches!(b, b'0'..=b'9' | b';' | b':')) {
        return None;
    }
    let text = std::str::from_utf8(parameters).ok()?;
    // kitty's keyboard protocol tells releases as well, when an earlier program has left it on.
    if text.split(';').nth(1).is_some_and(|p| p.ends_with(":3")) {
        return None;
    }
    let mut numbers = text.split(';').map(|p| p.split(':').next().unwrap_or(p).parse::<u32>().unwrap_or(1));
    let first = numbers.next().unwrap_or(1);
    let second = numbers.next().unwrap_or(1);
    let code = match last {
        b'Z' => KeyCode::BackTab,
        // With numbers it says where the cursor is.
        b'R' if !parameters.is_empty() => return None,
        // Three reports share their letter with a key: mouse, focus.
        b'M' => return None,
        b'~' => match first {
            1 | 7 => KeyCode::Home,
            2 => KeyCode::Insert,
            3 => KeyCode::Delete,
            4 | 8 => KeyCode::End,
            5 => KeyCode::PageUp,
            6 => KeyCode::PageDown,
            11..=15 => KeyCode::F(u8::try_from(first - 10).ok()?),
            17..=21 => KeyCode::F(u8::try_from(first - 11).ok()?),
            23 | 24 => KeyCode::F(u8::try_from(first - 12).ok()?),
            // modifyOtherKeys: modifiers, then the character.
            27 => return numbered(numbers.next()?, second),
            _ => return None,
        },
        b'u' => return numbered(first, second),
        _ => key_of(last)?,
    };
    let (ctrl, alt) = modifiers(second);
    Some(key(code, ctrl, alt))
}

/// Control and Alt of xterm's number for modifiers.
fn modifiers(number: u32) -> (bool, bool) {
    let bits = number.saturating_sub(1);
    (bits & 4 != 0, bits & 2 != 0)
}

/// A key that is told by its character's number.
fn numbered(number: u32, modified: u32) -> Option<Input> {
    let (ctrl, alt) = modifiers(modified);
    let shift = modified.saturating_sub(1) & 1 != 0;
    let code = match number {
        9 if shift => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    };
    Some(key(code, ctrl, alt))
}

#[cfg(test)]
#[path = "sequences_tests.rs"]
mod tests;
