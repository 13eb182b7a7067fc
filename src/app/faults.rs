//! What is wrong in a person's settings: nothing of it keeps anybody out, all of it is told.

use super::{Notice, State};
use crate::domain::Timestamp;

impl State {
    /// Takes faults of configuration files into the error log, each once, and says that there are some.
    pub(super) fn faulty(&mut self, now: Timestamp, faults: Vec<String>) {
        let before = self.faults.len();
        for fault in faults {
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
        if self.faults.len() > before {
            self.say_faults(now);
        }
    }

    /// Says what is wrong in the settings, where nothing more urgent is being said. A lock empties the error log,
    /// so it is written there again.
    pub(super) fn say_faults(&mut self, now: Timestamp) {
        for fault in self.faults.clone() {
            if !self.log.entries().iter().any(|entry| entry.text == fault) {
                self.record(now, fault);
            }
        }
        let words = match self.faults.as_slice() {
            [] => return,
            [one] => one.clone(),
            [_, rest @ ..] => {
                format!("{} of your settings could not be used; {{key:errors}} lists them", rest.len() + 1)
            }
        };
        self.notice.get_or_insert_with(|| Notice::bad(words));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Msg, Opening, Size, State, update};
    use crate::app::Flags;
    use std::sync::Arc;

    const SIZE: Size = Size { width: 80, height: 24 };

    #[test]
    fn faults_of_settings_are_said_again_when_the_vault_is_open_and_logged_once() {
        let mut state = State::new(SIZE, "vault.age", Flags::default());
        let now = crate::domain::Timestamp(0);
        let fault = || vec!["config.toml, line 3, theme: there is no theme \"nord\"".to_owned()];
        update(&mut state, now, Msg::Faults(fault()));
        assert!(state.notice.as_ref().is_some_and(|n| n.text.contains("line 3")));
        // A key takes the sentence away; while a passphrase is typed nobody can have read it.
        update(&mut state, now, Msg::Action(Action::Redraw));
        assert_eq!(state.notice, None);
        update(&mut state, now, Msg::Door(Opening::Opened { book: Arc::from([]), endpoint: None }));
        assert!(state.notice.as_ref().is_some_and(|n| n.text.contains("line 3")));
        update(&mut state, now, Msg::Faults(fault()));
        assert_eq!(state.log.entries().len(), 1);
        update(&mut state, now, Msg::Faults(vec!["another".to_owned()]));
        update(&mut state, now, Msg::Action(Action::Redraw));
        assert_eq!(state.log.entries().len(), 2);
    }

    #[test]
    fn a_lock_does_not_take_them_away() {
        let mut state = State::new(SIZE, "vault.age", Flags::default());
        let now = crate::domain::Timestamp(0);
        let open = || Msg::Door(Opening::Opened { book: Arc::from([]), endpoint: None });
        update(&mut state, now, open());
        update(&mut state, now, Msg::Faults(vec!["config.toml, line 1".to_owned()]));
        update(&mut state, now, Msg::Action(Action::Lock));
        assert!(state.is_locked() && state.log.entries().is_empty());
        update(&mut state, now, open());
        assert_eq!(state.log.entries().len(), 1);
    }

    #[test]
    fn many_faults_are_counted() {
        let mut state = State::new(SIZE, "vault.age", Flags::default());
        let faults = ["a", "b", "c"].map(str::to_owned).to_vec();
        update(&mut state, crate::domain::Timestamp(0), Msg::Faults(faults));
        assert!(state.notice.is_some_and(|n| n.text.starts_with("3 of your settings")));
    }
}
