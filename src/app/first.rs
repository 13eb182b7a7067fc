//! The first screen without a vault, and what leads away from it.

use super::{Action, Effect, Notice, Overlay, Screen, State, Step};

impl State {
    /// Leaves for the demo cloud, which asks for nothing of a person's.
    pub(super) fn begin_the_demo(&mut self) -> Vec<Effect> {
        if !matches!(self.screen, Screen::NoVault { .. } | Screen::Failed { .. }) {
            return Vec::new();
        }
        self.flags.demo = true;
        self.vault = "the demo".to_owned();
        self.screen = Screen::Opening;
        vec![Effect::Demo]
    }

    /// Tries once more to open what could not be opened.
    pub(super) fn retry(&mut self) -> Vec<Effect> {
        if !matches!(self.screen, Screen::Failed { .. }) {
            return Vec::new();
        }
        self.screen = Screen::Opening;
        vec![Effect::Unlock { passphrase: None }]
    }

    /// From a run that keeps nothing to the vault, where connections are kept. Asked once, because what was
    /// tested here goes.
    pub(super) fn use_vault(&mut self) -> Vec<Effect> {
        if !self.flags.not_saved {
            return Vec::new();
        }
        if self.armed.is_none() {
            self.armed = Some(Action::UseVault);
            self.notice = Some(Notice::plain(
                "connections are kept in a vault, and this run uses none; {key:use-vault} once more opens yours, or makes one",
            ));
            return Vec::new();
        }
        let mut effects = self.cancel_all();
        self.unwatch();
        self.flags.not_saved = false;
        self.set_book(&[]);
        self.standings.clear();
        self.sources.clear();
        self.settle();
        self.screen = Screen::Opening;
        effects.push(Effect::UseVault);
        effects
    }

    /// Something is open: what led here is closed, and said where it helps.
    pub(super) fn first_screen_is_over(&mut self) {
        for overlay in std::mem::take(&mut self.overlays) {
            match overlay {
                Overlay::Make(make) => {
                    let words = match &make.new_identity {
                        Some(file) => format!("the vault is made and open; keep a copy of its identity {file}"),
                        None => "the vault is made and open".to_owned(),
                    };
                    self.notice = Some(Notice::good(words));
                }
                Overlay::Around(_) => self.flags.not_saved = true,
                other => self.overlays.push(other),
            }
        }
    }

    /// Says what failed where it was begun; `false` when it was begun nowhere in particular.
    pub(super) fn failed_in_place(&mut self, message: &str) -> bool {
        match self.overlays.last_mut() {
            Some(Overlay::Make(make)) if make.making => {
                (make.making, make.wrong) = (false, Some(message.to_owned()));
                if let Step::Passphrase { second, .. } = &mut make.step {
                    *second = false;
                }
                true
            }
            Some(Overlay::Around(around)) if around.opening => {
                (around.opening, around.wrong) = (false, Some(message.to_owned()));
                true
            }
            _ => match &mut self.screen {
                // Behind a lock one is still locked: it can be tried again there.
                Screen::Unlock(unlock) if unlock.locked.is_some() => {
                    (unlock.trying, unlock.wrong) = (false, Some(message.to_owned()));
                    true
                }
                _ => false,
            },
        }
    }
}
