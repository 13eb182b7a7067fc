//! One-time codes: a role that wants one is tested as soon as it was typed, the others wait for nobody.

use super::{Action, Effect, Notice, Overlay, State};
use crate::domain::{Connection, ConnectionId, ProbeMode, Secret, SecretInput, Source};
use std::collections::BTreeSet;

/// How many digits a code has (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>, TokenCode).
const DIGITS: usize = 6;

/// A code that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAsk {
    /// Whose AssumeRole it goes into.
    pub connection: ConnectionId,
    /// That connection's name.
    pub name: String,
    /// The device that shows the code.
    pub serial: String,
    /// The device was asked for a code just before: it needs a while for the next one.
    pub again: bool,
}

/// What is done once the codes are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Connections of the list are tested.
    Test(ProbeMode),
    /// What stands in the form is tested.
    Trial,
}

/// Codes are being asked for, one after another.
#[derive(Debug, Clone)]
pub struct Codes {
    /// All of them.
    pub asks: Vec<CodeAsk>,
    /// The present one.
    pub at: usize,
    /// What was typed.
    pub input: SecretInput,
    /// What was wrong with the last one.
    pub wrong: Option<&'static str>,
    /// Connections to test, each with those whose code it still waits for.
    waiting: Vec<(ConnectionId, BTreeSet<ConnectionId>)>,
    after: After,
}

impl Codes {
    /// The present one.
    pub fn ask(&self) -> Option<&CodeAsk> {
        self.asks.get(self.at)
    }

    /// Names of the connections that wait for the present code beside the one it is for.
    pub fn others<'b>(&self, book: &'b [Connection]) -> Vec<&'b str> {
        let Some(ask) = self.ask() else { return Vec::new() };
        let waits = |id: &ConnectionId| {
            *id != ask.connection && self.waiting.iter().any(|(w, needs)| w == id && needs.contains(&ask.connection))
        };
        book.iter().filter(|c| waits(&c.id)).map(|c| c.name.as_str()).collect()
    }
}

/// The connections whose codes a test of this one needs: its own, and before that those of the roles it stands on.
pub(super) fn needed(book: &[Connection], id: ConnectionId) -> Vec<ConnectionId> {
    let mut found = Vec::new();
    let mut at = Some(id);
    for _ in 0..=book.len() {
        let Some(connection) = at.and_then(|id| book.iter().find(|c| c.id == id)) else { break };
        if connection.mfa_serial.is_some() && connection.role_arn().is_some() {
            found.insert(0, connection.id);
        }
        at = match &connection.source {
            Source::Connection(next) => Some(*next),
            _ => None,
        };
    }
    found
}

impl State {
    /// The codes that are asked for, if that is on top.
    pub fn codes(&self) -> Option<&Codes> {
        match self.overlays.last() {
            Some(Overlay::Codes(codes)) => Some(codes),
            _ => None,
        }
    }

    pub(super) fn codes_mut(&mut self) -> Option<&mut Codes> {
        match self.overlays.last_mut() {
            Some(Overlay::Codes(codes)) => Some(codes),
            _ => None,
        }
    }

    /// Tests what a person asked to be tested: at once where no code is needed, else as soon as it was typed.
    pub(super) fn test_asked(&mut self, ids: Vec<ConnectionId>, probe: ProbeMode) -> Vec<Effect> {
        let idle: Vec<ConnectionId> = ids.into_iter().filter(|id| !self.is_running(*id)).collect();
        let (coded, plain): (Vec<_>, Vec<_>) = idle.into_iter().partition(|id| !needed(&self.book, *id).is_empty());
        let effects = self.test(plain, probe);
        let book = self.book.clone();
        self.ask_codes(&book, &coded, After::Test(probe));
        effects
    }

    /// Asks for the codes that tests of these connections need; `false` when they need none.
    pub(super) fn ask_codes(&mut self, book: &[Connection], ids: &[ConnectionId], after: After) -> bool {
        let waiting: Vec<(ConnectionId, BTreeSet<ConnectionId>)> =
            ids.iter().map(|id| (*id, needed(book, *id).into_iter().collect())).collect();
        let mut asks: Vec<CodeAsk> = Vec::new();
        for id in ids.iter().flat_map(|id| needed(book, *id)) {
            let Some(c) = book.iter().find(|c| c.id == id) else { continue };
            let Some(serial) = &c.mfa_serial else { continue };
            if asks.iter().all(|a| a.connection != id) {
                let again = asks.iter().any(|a| a.serial == *serial);
                asks.push(CodeAsk { connection: id, name: c.name.to_string(), serial: serial.clone(), again });
            }
        }
        if asks.is_empty() {
            return false;
        }
        let codes = Codes { asks, at: 0, input: SecretInput::new(), wrong: None, waiting, after };
        self.overlays.push(Overlay::Codes(Box::new(codes)));
        true
    }

    /// Text for the code.
    pub(super) fn code_typed(&mut self, text: &str) {
        let Some(codes) = self.codes_mut() else { return };
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let fits = codes.input.count() + digits.chars().count() <= DIGITS;
        codes.wrong = match digits.chars().all(|c| c.is_ascii_digit()) && fits {
            true => {
                codes.input.push(&digits);
                None
            }
            false => Some("a code is six digits"),
        };
    }

    /// What a key does while a code is asked for; `None` when it is none of its.
    pub(super) fn codes_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let codes = self.codes_mut()?;
        match action {
            Action::Accept if codes.input.count() == 0 => Some(self.code_answered(None)),
            Action::Accept if codes.input.count() < DIGITS => {
                codes.wrong = Some("a code is six digits");
                Some(Vec::new())
            }
            Action::Accept => {
                let code = codes.input.take();
                let serial = codes.ask().map(|a| a.serial.clone()).unwrap_or_default();
                if self.spent.get(&serial).is_some_and(|last| last.expose() == code.expose()) {
                    if let Some(codes) = self.codes_mut() {
                        codes.wrong = Some("that code was used already: AWS takes each once; wait for the next one");
                    }
                    return Some(Vec::new());
                }
                self.spent.insert(serial, code.clone());
                Some(self.code_answered(Some(code)))
            }
            Action::Back => {
                let mut effects = Vec::new();
                while self.codes().is_some() {
                    effects.extend(self.code_answered(None));
                }
                Some(effects)
            }
            _ => None,
        }
    }

    /// Goes on with a code, or without: then AWS is not asked, and the test says why.
    fn code_answered(&mut self, code: Option<Secret>) -> Vec<Effect> {
        let Some(codes) = self.codes_mut() else { return Vec::new() };
        let Some(ask) = codes.ask() else { return Vec::new() };
        let connection = ask.connection;
        codes.wrong = None;
        codes.input.clear();
        codes.at += 1;
        let mut ready = Vec::new();
        for (id, needs) in &mut codes.waiting {
            if needs.remove(&connection) && needs.is_empty() {
                ready.push(*id);
            }
        }
        let (after, last) = (codes.after, codes.at >= codes.asks.len());
        if last {
            self.overlays.pop();
        }
        let mut effects: Vec<Effect> = code.map(|code| Effect::GiveCode { connection, code }).into_iter().collect();
        effects.extend(match after {
            After::Test(probe) => self.test(ready, probe),
            After::Trial if last => self.run_trial(true),
            After::Trial => Vec::new(),
        });
        effects
    }

    /// Leaves out what needs a code for each test, and says so: nobody is there to type one again and again.
    pub(super) fn without_codes(&mut self, ids: Vec<ConnectionId>) -> Vec<ConnectionId> {
        let (coded, plain): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| !needed(&self.book, *id).is_empty());
        if !coded.is_empty() {
            let words = match coded.len() {
                1 => "not watched: each test needs a one-time code; {key:test} asks for one".to_owned(),
                n => format!("{n} are not watched: each of their tests needs a one-time code"),
            };
            self.notice = Some(Notice::plain(words));
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::*;
    use super::*;
    use crate::domain::{Change, Request};
    use std::sync::Arc;

    const SIZE: Size = Size { width: 120, height: 36 };
    const ALICE: &str = "arn:aws:iam::999900001111:mfa/alice";

    /// prod-eu wants a code of alice's, prod-us stands on it, legacy wants one of the same device.
    fn coded() -> State {
        let mut state = untested(SIZE);
        let mut all: Vec<Connection> = book().to_vec();
        all[0].mfa_serial = Some(ALICE.to_owned());
        all[1].source = Source::Connection(id(1));
        all[2].mfa_serial = Some(ALICE.to_owned());
        state.book = Arc::from(all);
        state
    }

    fn type_code(state: &mut State, text: &str) -> Vec<Effect> {
        update(state, NOW, Msg::Paste(text.into()));
        press(state, &[Action::Accept])
    }

    fn tested(effects: &[Effect]) -> Vec<ConnectionId> {
        effects
            .iter()
            .filter_map(|e| match e {
                Effect::Start { request: Request::Check { select, .. }, .. } => Some(select.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }

    #[test]
    fn what_needs_no_code_is_tested_at_once_and_the_rest_when_its_code_is_there() {
        let mut state = coded();
        let effects = press(&mut state, &[Action::TestAll]);
        assert_eq!(tested(&effects), [id(4), id(5), id(6)].to_vec());
        let codes = state.codes().unwrap();
        assert_eq!(
            codes.asks.iter().map(|a| (a.connection, a.again)).collect::<Vec<_>>(),
            [(id(1), false), (id(3), true)]
        );
        assert_eq!(codes.others(&state.book), ["prod-us"]);
        assert_eq!(state.context(), Context::Code);
        let effects = type_code(&mut state, " 123 456\n");
        let [Effect::GiveCode { connection, code }, Effect::Start { .. }] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!((*connection, code.expose()), (id(1), "123456"));
        assert_eq!(tested(&effects), [id(1), id(2)], "what stands on it goes with it");
        assert!(!format!("{state:?} {effects:?}").contains("123456"));
        assert!(type_code(&mut state, "123456").is_empty(), "a code is used once");
        assert!(state.codes().unwrap().wrong.unwrap().contains("used already"));
        let effects = type_code(&mut state, "654321");
        assert_eq!(tested(&effects), [id(3)]);
        assert!(state.overlays.is_empty());
    }

    #[test]
    fn without_a_code_a_connection_goes_untested_and_says_so_itself() {
        let mut state = coded();
        press(&mut state, &[Action::Top, Action::Test]);
        assert_eq!(state.codes().unwrap().asks.len(), 1);
        assert!(type_code(&mut state, "12345").is_empty());
        assert_eq!(state.codes().unwrap().wrong, Some("a code is six digits"));
        update(&mut state, NOW, Msg::Text('x'));
        assert_eq!(state.codes().unwrap().input.count(), 5, "letters are no digits");
        let effects = press(&mut state, &[Action::EraseAll, Action::Accept]);
        assert!(matches!(&effects[..], [Effect::Start { .. }]), "the engine says what is missing: {effects:?}");
        let effects = press(&mut state, &[Action::TestAll]);
        assert!(!effects.is_empty());
        let effects = press(&mut state, &[Action::Back]);
        assert!(tested(&effects).contains(&id(3)) && state.overlays.is_empty(), "Esc goes on without any");
    }

    #[test]
    fn a_watch_leaves_out_what_needs_a_code_each_time() {
        let mut state = coded();
        press(&mut state, &[Action::Top, Action::Watch]);
        assert!(state.watch.is_none());
        assert!(state.notice.as_ref().is_some_and(|n| n.text.contains("one-time code")));
    }

    #[test]
    fn a_lock_forgets_the_codes() {
        let mut state = coded();
        press(&mut state, &[Action::Top, Action::Test]);
        type_code(&mut state, "123456");
        press(&mut state, &[Action::TestAll, Action::Back, Action::Lock]);
        assert!(state.spent.is_empty());
        let changes = vec![Change::Confirm("https://example.net".into())];
        update(&mut state, NOW, Msg::Saved { changes, result: Err("x".into()) });
        assert!(state.is_locked());
    }
}
