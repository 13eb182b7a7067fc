//! Text that must never be shown, logged or left in memory.

use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

/// A passphrase or key: no `Debug` of its content, no `Display`, no `Serialize`; zeroised on drop.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text over; the caller's buffer is the one that is kept, so it is not copied.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The text itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// The text in the form that age's API takes.
    pub fn to_age(&self) -> SecretString {
        self.0.clone()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A passphrase while it is typed: room for the longest one is taken at once, so that growing
/// leaves no copies behind; zeroised on drop and on [`SecretInput::take`].
#[derive(Clone)]
pub struct SecretInput(Zeroizing<String>);

impl SecretInput {
    /// The longest passphrase that can be typed, in bytes.
    pub const MAX: usize = 1024;

    /// An empty field.
    pub fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(Self::MAX)))
    }

    /// Adds text at the end; what does not fit is refused with `false`, and nothing is added.
    pub fn push(&mut self, text: &str) -> bool {
        let fits = self.0.len() + text.len() <= Self::MAX;
        if fits {
            self.0.push_str(text);
        }
        fits
    }

    /// Erases the last character.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// How many characters were typed.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether another field holds the same.
    pub fn same(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }

    /// Whether it has letters and all of them are capitals, as with Caps Lock on.
    pub fn is_shouted(&self) -> bool {
        self.0.chars().any(char::is_alphabetic) && !self.0.chars().any(char::is_lowercase)
    }

    /// Whether it has a character that a keyboard elsewhere may not have.
    pub fn needs_this_keyboard(&self) -> bool {
        !self.0.is_ascii()
    }

    /// Whether it has a character that no keyboard types into a passphrase: pasted, it would open nothing elsewhere.
    pub fn cannot_be_typed(&self) -> bool {
        self.0.chars().any(char::is_control)
    }

    /// Empties the field, with zeros in place of what was there.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }

    /// Hands the passphrase over and leaves the field empty.
    pub fn take(&mut self) -> Secret {
        let mut taken = std::mem::take(self);
        Secret::new(std::mem::take(&mut *taken.0))
    }
}

impl Default for SecretInput {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretInput(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_passphrase_never_shows_and_never_grows() {
        let mut field = SecretInput::new();
        let room = field.0.capacity();
        assert!(field.push("hunter2"));
        assert!(!field.push(&"x".repeat(SecretInput::MAX)), "too long is refused whole");
        assert_eq!((field.count(), field.0.capacity()), (7, room));
        assert!(!format!("{field:?}").contains("hunter"));
        let secret = field.take();
        assert_eq!((secret.expose(), field.count()), ("hunter2", 0));
    }
}
