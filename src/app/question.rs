//! What an age plugin or a key file asks while a vault is opened, made or saved, over whatever is shown.

use super::{Action, Effect, Notice, Overlay, Screen, State, TextInput};
use crate::domain::{Secret, SecretInput};

/// A question for the person at the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// For a PIN or a passphrase.
    Secret {
        /// In the asker's words.
        text: String,
    },
    /// For a text that is no secret.
    Text {
        /// In the asker's words.
        text: String,
    },
    /// With one or two answers.
    Confirm {
        /// In the asker's words.
        text: String,
        /// The answer that goes on.
        yes: String,
        /// The other one.
        no: Option<String>,
    },
}

/// An answer.
#[derive(Debug, Clone)]
pub enum Answered {
    /// A PIN or a passphrase.
    Secret(Secret),
    /// A text.
    Text(String),
    /// Which of two answers.
    Yes(bool),
}

/// A question on the screen, and what was typed so far.
#[derive(Debug, Clone)]
pub struct Asking {
    /// What is asked.
    pub question: Question,
    /// The secret that is typed.
    pub secret: SecretInput,
    /// The text that is typed.
    pub text: TextInput,
}

/// The longest text that is taken for an answer, in bytes.
const LONGEST: usize = 500;

impl Asking {
    /// Nothing typed yet.
    pub fn new(question: Question) -> Self {
        Self { question, secret: SecretInput::new(), text: TextInput::new(LONGEST) }
    }

    /// Whether there is a field to type into.
    pub fn has_field(&self) -> bool {
        !matches!(self.question, Question::Confirm { .. })
    }
}

impl State {
    /// The question on top, if one is.
    pub fn asking(&self) -> Option<&Asking> {
        match self.overlays.last() {
            Some(Overlay::Question(asking)) => Some(asking),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn asking_mut(&mut self) -> Option<&mut Asking> {
        match self.overlays.last_mut() {
            Some(Overlay::Question(asking)) => Some(asking),
            _ => None,
        }
    }

    /// Somebody asks. Behind a lock there is nobody to answer, unless it is about opening.
    pub(super) fn asked(&mut self, question: Question) -> Vec<Effect> {
        let opening = !matches!(&self.screen, Screen::Unlock(unlock) if !unlock.trying);
        if !opening {
            return vec![Effect::Answer(None)];
        }
        self.overlays.push(Overlay::Question(Box::new(Asking::new(question))));
        Vec::new()
    }

    /// Somebody says something that needs no answer.
    pub(super) fn says(&mut self, text: String) {
        if matches!(self.screen, Screen::Panes) {
            self.notice = Some(Notice::plain(text));
        } else {
            self.said = Some(text);
        }
    }

    /// What a key does with the question on top; `None` when it is none of its.
    pub(super) fn question_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let asking = self.asking_mut()?;
        let answer = match (action, &asking.question) {
            (Action::Accept, Question::Confirm { .. }) => Some(Answered::Yes(true)),
            (Action::Accept, Question::Secret { .. }) => Some(Answered::Secret(asking.secret.take())),
            (Action::Accept, Question::Text { .. }) => Some(Answered::Text(asking.text.text().to_owned())),
            (Action::Decline, Question::Confirm { no: Some(_), .. }) => Some(Answered::Yes(false)),
            (Action::Back | Action::Decline, _) => None,
            _ => return None,
        };
        self.overlays.pop();
        Some(vec![Effect::Answer(answer)])
    }
}
