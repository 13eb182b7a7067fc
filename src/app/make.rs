//! Making a vault, in place: how it is protected, then the passphrase or the keys.

use super::{Action, Effect, Notice, Overlay, State, TextInput};
use crate::domain::{Secret, SecretInput};
use std::collections::BTreeSet;

/// A passphrase shorter than this, in characters, is soon guessed by whoever has the file.
pub const SHORT: usize = 12;
/// The longest recipient that can be typed: an RSA key of 4096 bits has about 750 characters.
const RECIPIENT: usize = 2000;

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An age identity file that is tried anyway.
    Identity,
    /// An ssh key in the usual folder.
    Ssh,
    /// An age identity that would be made.
    New,
    /// Somebody typed its public half.
    Typed,
}

/// A key that a vault can be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    /// Where it comes from.
    pub kind: KeyKind,
    /// The public half, as age writes it; empty for one that is to be made.
    pub recipient: String,
    /// The file with the secret half; empty where that is not known.
    pub file: String,
}

/// How a new vault is protected.
#[derive(Debug, Clone)]
pub enum Protect {
    /// By a passphrase alone.
    Passphrase(Secret),
    /// By keys, each of which opens it.
    Keys(Vec<VaultKey>),
}

/// Where a person is.
#[derive(Debug, Clone)]
pub enum Step {
    /// Choosing the protection.
    Choose,
    /// Typing a passphrase.
    Passphrase {
        /// The passphrase.
        first: SecretInput,
        /// The same again.
        again: SecretInput,
        /// Whether the second field has the focus.
        second: bool,
    },
    /// Typing a recipient.
    Recipient(TextInput),
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice<'m> {
    /// A passphrase.
    Passphrase,
    /// A key, and whether it is marked.
    Key(&'m VaultKey, bool),
    /// A recipient that is typed.
    Other,
}

/// Making a vault.
#[derive(Debug, Clone)]
pub struct Make {
    /// Where it will be.
    pub path: String,
    /// The keys that were found; `None` while they are looked for.
    pub keys: Option<Vec<VaultKey>>,
    /// Marked keys, by their places.
    pub marked: BTreeSet<usize>,
    /// The row under the cursor.
    pub at: usize,
    /// Where a person is.
    pub step: Step,
    /// What was wrong with the last attempt.
    pub wrong: Option<String>,
    /// It is being made.
    pub making: bool,
    /// The file of an identity that is made with it.
    pub new_identity: Option<String>,
}

impl Make {
    /// At its begin.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            keys: None,
            marked: BTreeSet::new(),
            at: 0,
            step: Step::Choose,
            wrong: None,
            making: false,
            new_identity: None,
        }
    }

    /// The rows of the list.
    pub fn choices(&self) -> Vec<Choice<'_>> {
        let keys = self.keys.iter().flatten().enumerate().map(|(i, key)| Choice::Key(key, self.marked.contains(&i)));
        std::iter::once(Choice::Passphrase).chain(keys).chain([Choice::Other]).collect()
    }

    /// The place among the keys that the cursor is on.
    pub fn key_at(&self) -> Option<usize> {
        let at = self.at.checked_sub(1)?;
        (at < self.keys.as_ref().map_or(0, Vec::len)).then_some(at)
    }

    /// Whether Enter does something now.
    pub fn is_ready(&self) -> bool {
        !self.making
            && match &self.step {
                Step::Choose => true,
                Step::Passphrase { first, again, second } => first.count() > 0 && (!second || again.count() > 0),
                Step::Recipient(text) => !text.text().trim().is_empty(),
            }
    }

    /// The secret that is typed.
    pub(super) fn secret(&mut self) -> Option<&mut SecretInput> {
        match &mut self.step {
            _ if self.making => None,
            Step::Passphrase { first, second: false, .. } => Some(first),
            Step::Passphrase { again, .. } => Some(again),
            _ => None,
        }
    }

    /// Goes on from where a person is; gives what the vault is to be protected with, when that is known.
    fn go_on(&mut self) -> Option<Protect> {
        self.wrong = None;
        match &mut self.step {
            Step::Choose => {
                let keys = self.keys.clone().unwrap_or_default();
                match (self.at, self.key_at()) {
                    (0, _) => {
                        let (first, again) = (SecretInput::new(), SecretInput::new());
                        self.step = Step::Passphrase { first, again, second: false };
                    }
                    (_, Some(at)) => {
                        let wanted =
                            |i: &usize| if self.marked.is_empty() { *i == at } else { self.marked.contains(i) };
                        let keys = keys.into_iter().enumerate().filter(|(i, _)| wanted(i)).map(|(_, key)| key);
                        let keys: Vec<VaultKey> = keys.collect();
                        self.new_identity = keys.iter().find(|k| k.kind == KeyKind::New).map(|k| k.file.clone());
                        return Some(Protect::Keys(keys));
                    }
                    (_, None) => self.step = Step::Recipient(TextInput::new(RECIPIENT)),
                }
                None
            }
            Step::Passphrase { second, .. } if !*second => {
                *second = true;
                None
            }
            Step::Passphrase { first, again, second } => {
                if first.same(again) {
                    again.clear();
                    return Some(Protect::Passphrase(first.take()));
                }
                again.clear();
                first.clear();
                *second = false;
                self.wrong = Some("The two are not the same. Type both anew.".to_owned());
                None
            }
            Step::Recipient(_) => None,
        }
    }
}

impl State {
    /// The vault that is being made, if that is on top.
    pub fn make(&self) -> Option<&Make> {
        match self.overlays.last() {
            Some(Overlay::Make(make)) => Some(make),
            _ => None,
        }
    }

    pub(super) fn make_mut(&mut self) -> Option<&mut Make> {
        match self.overlays.last_mut() {
            Some(Overlay::Make(make)) => Some(make),
            _ => None,
        }
    }

    /// Begins to make a vault.
    pub(super) fn begin_to_make(&mut self) -> Vec<Effect> {
        let super::Screen::NoVault { path } = &self.screen else { return Vec::new() };
        self.overlays.push(Overlay::Make(Box::new(Make::new(path.clone()))));
        vec![Effect::FindKeys]
    }

    /// The keys on this machine were found.
    pub(super) fn keys_found(&mut self, found: Vec<VaultKey>) {
        let make = self.overlays.iter_mut().rev().find_map(|o| match o {
            Overlay::Make(make) => Some(make),
            _ => None,
        });
        if let Some(make) = make {
            let typed = make.keys.take().unwrap_or_default();
            // The row under the cursor stays there.
            make.at += if make.at > 0 { found.len() } else { 0 };
            make.keys = Some(found.into_iter().chain(typed).collect());
        }
    }

    /// A recipient that was typed is one, or is not.
    pub(super) fn recipient_read(&mut self, result: Result<VaultKey, String>) {
        let Some(make) = self.make_mut() else { return };
        match result {
            Ok(key) => {
                let keys = make.keys.get_or_insert_default();
                let at = keys.iter().position(|k| k.recipient == key.recipient).unwrap_or_else(|| {
                    keys.push(key);
                    keys.len() - 1
                });
                make.marked.insert(at);
                make.at = at + 1;
                make.step = Step::Choose;
                self.notice = Some(Notice::plain("marked; {key:accept} makes the vault for all that is marked"));
            }
            Err(why) => make.wrong = Some(why),
        }
    }

    /// What a key does while a vault is being made; `None` when it is none of its.
    pub(super) fn make_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let make = self.make_mut()?;
        let last = make.choices().len() - 1;
        match action {
            Action::Quit | Action::Interrupt | Action::Suspend | Action::Redraw | Action::Help | Action::Errors => {
                return None;
            }
            _ if make.making => {}
            Action::Up | Action::Down if matches!(make.step, Step::Passphrase { .. }) => {
                if let Step::Passphrase { second, .. } = &mut make.step {
                    *second = action == Action::Down;
                }
            }
            Action::Up => make.at = make.at.saturating_sub(1),
            Action::Down => make.at = (make.at + 1).min(last),
            Action::Top | Action::PageUp => make.at = 0,
            Action::Bottom | Action::PageDown => make.at = last,
            Action::Mark => {
                if let Some(i) = make.key_at()
                    && !make.marked.remove(&i)
                {
                    make.marked.insert(i);
                }
            }
            Action::Back => match make.step {
                Step::Choose => drop(self.overlays.pop()),
                _ => (make.step, make.wrong) = (Step::Choose, None),
            },
            Action::Accept if make.is_ready() => {
                if let Step::Recipient(text) = &make.step {
                    return Some(vec![Effect::ReadRecipient(text.text().trim().to_owned())]);
                }
                let protect = make.go_on();
                make.making = protect.is_some();
                return Some(protect.map(Effect::Make).into_iter().collect());
            }
            Action::Accept => {}
            _ => return None,
        }
        Some(Vec::new())
    }
}
