//! Asking the person at the screen while a vault is opened, made or saved: an age plugin wants a PIN
//! or a touch, a key file its passphrase.

use super::super::effects::Local;
use crate::app::{Answered, Question};
use crate::domain::Secret;
use crate::vault::passphrase::{PassphraseError, PassphraseVars};
use crate::vault::{Ask, Locked};
use std::sync::mpsc::sync_channel;
use tokio::sync::mpsc::UnboundedSender;

/// The way from the door's thread to the screen, for one attempt: when that is over, nobody answers.
#[derive(Clone)]
pub struct Asker {
    attempt: u64,
    local: UnboundedSender<Local>,
}

impl Asker {
    /// For the attempt with this number.
    pub(in super::super) fn new(attempt: u64, local: UnboundedSender<Local>) -> Self {
        Self { attempt, local }
    }

    /// Shows something that needs no answer ("touch your key").
    pub fn say(&self, text: &str) {
        let _ = self.local.send(Local::Says(self.attempt, text.to_owned()));
    }

    /// Asks, and waits for the answer; `None` when it is refused, or nobody is there any more. Blocking.
    pub fn ask(&self, question: Question) -> Option<Answered> {
        let (to, answer) = sync_channel(1);
        self.local.send(Local::Asks(self.attempt, question, to)).ok()?;
        answer.recv().ok()
    }

    /// A question with two answers.
    pub fn confirm(&self, question: &str, yes: &str, no: &str) -> bool {
        let question = Question::Confirm { text: question.to_owned(), yes: yes.to_owned(), no: Some(no.to_owned()) };
        matches!(self.ask(question), Some(Answered::Yes(true)))
    }
}

/// Where a passphrase for the vault or an identity comes from.
pub(super) enum Passphrase {
    /// It was typed before; a plugin never gets it.
    Given(Secret),
    /// The variables, when one is set; else a person types it later.
    Variables(PassphraseVars),
    /// A person is asked now.
    Person,
}

/// Whom the vault asks: the screen, and for passphrases what is at hand.
pub(super) struct Screen {
    pub asker: Option<Asker>,
    pub passphrase: Passphrase,
}

impl Screen {
    fn ask(&self, question: Question) -> Option<Answered> {
        self.asker.as_ref()?.ask(question)
    }

    fn secret(&self, text: String) -> Option<Secret> {
        match self.ask(Question::Secret { text })? {
            Answered::Secret(secret) => Some(secret),
            _ => None,
        }
    }
}

impl Ask for Screen {
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        if let Locked::Plugin(question) = of {
            return Ok(self.secret(question.clone()));
        }
        match &self.passphrase {
            Passphrase::Given(secret) => Ok(Some(secret.clone())),
            Passphrase::Variables(vars) => vars.read(),
            Passphrase::Person => Ok(self.secret(format!("Passphrase of {of}:"))),
        }
    }

    fn message(&self, text: &str) {
        if let Some(asker) = &self.asker {
            asker.say(text);
        }
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let question = Question::Confirm { text: question.to_owned(), yes: yes.to_owned(), no: no.map(str::to_owned) };
        match self.ask(question)? {
            Answered::Yes(yes) => Some(yes),
            _ => None,
        }
    }

    fn text(&self, question: &str) -> Option<String> {
        match self.ask(Question::Text { text: question.to_owned() })? {
            Answered::Text(text) => Some(text),
            _ => None,
        }
    }
}
