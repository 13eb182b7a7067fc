//! Keys, pastes and resizes as they come from the terminal.

use crate::domain::{Key, KeyCode};
use crossterm::event::{Event, EventStream, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::Stream;
use futures_util::StreamExt as _;

/// Something that came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text, in one piece.
    Paste(String),
    /// New columns and rows.
    Resized(u16, u16),
    /// The terminal cannot be read any more.
    Gone,
}

/// What the terminal sends. Dropping it stops the reading, so that somebody else can read.
pub fn inputs() -> impl Stream<Item = Input> + Unpin {
    let events = EventStream::new().map(|event| match event {
        Ok(event) => input(event),
        Err(_) => Some(Input::Gone),
    });
    Box::pin(events.filter_map(std::future::ready))
}

/// Translates one event; `None` for those that are nobody's.
fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => self::key(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(width, height) => Some(Input::Resized(width, height)),
        Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    use crossterm::event::KeyCode as C;
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let code = match event.code {
        C::Char(c) => KeyCode::Char(c),
        C::Enter => KeyCode::Enter,
        C::Esc => KeyCode::Esc,
        C::Tab => KeyCode::Tab,
        C::BackTab => KeyCode::BackTab,
        C::Backspace => KeyCode::Backspace,
        C::Delete => KeyCode::Delete,
        C::Insert => KeyCode::Insert,
        C::Up => KeyCode::Up,
        C::Down => KeyCode::Down,
        C::Left => KeyCode::Left,
        C::Right => KeyCode::Right,
        C::Home => KeyCode::Home,
        C::End => KeyCode::End,
        C::PageUp => KeyCode::PageUp,
        C::PageDown => KeyCode::PageDown,
        C::F(n) => KeyCode::F(n),
        _ => return None,
    };
    // Shift is in the letter already, and Shift with Tab is a key of its own.
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    // Terminals send either of two bytes for Backspace; this one is that of Control and h as well.
    let (code, ctrl) = if ctrl && code == KeyCode::Char('h') { (KeyCode::Backspace, false) } else { (code, ctrl) };
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_arrive_under_the_names_of_the_tables() {
        let press = |code, modifiers| input(Event::Key(KeyEvent::new(code, modifiers)));
        use crossterm::event::KeyCode as C;
        assert_eq!(press(C::Char('T'), KeyModifiers::SHIFT), Some(Input::Key(Key::char('T'))));
        assert_eq!(press(C::Char('c'), KeyModifiers::CONTROL), Some(Input::Key(Key::ctrl('c'))));
        assert_eq!(press(C::BackTab, KeyModifiers::SHIFT), Key::parse("backtab").map(Input::Key));
        assert_eq!(press(C::Char('h'), KeyModifiers::CONTROL), Key::parse("backspace").map(Input::Key));
        assert_eq!(press(C::CapsLock, KeyModifiers::NONE), None);
        assert_eq!(input(Event::Paste("a\nb".into())), Some(Input::Paste("a\nb".into())));
    }

    #[test]
    fn a_released_key_is_no_key() {
        let mut event = KeyEvent::new(crossterm::event::KeyCode::Char('q'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(input(Event::Key(event)), None);
    }
}
