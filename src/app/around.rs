//! Looking around without a vault: which credentials.

use super::{Action, Effect, Overlay, ProfileEntry, Screen, State};
use crate::domain::{ProfileName, Source};

/// Choosing credentials for a run without a vault.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The row under the cursor; the first is the default chain, the rest are profiles.
    pub at: usize,
    /// What was wrong with the last attempt.
    pub wrong: Option<String>,
    /// It is being opened.
    pub opening: bool,
}

impl State {
    /// The profiles that were listed.
    pub fn listed_profiles(&self) -> &[ProfileEntry] {
        self.profiles.as_ref().and_then(|p| p.as_deref().ok()).unwrap_or_default()
    }

    /// The credentials on a row.
    fn source_at(&self, at: usize) -> Option<Source> {
        match at.checked_sub(1) {
            None => Some(Source::Env),
            Some(i) => ProfileName::parse(&self.listed_profiles().get(i)?.name).ok().map(Source::Profile),
        }
    }

    /// The choice of credentials, if that is on top.
    pub fn around(&self) -> Option<&Around> {
        match self.overlays.last() {
            Some(Overlay::Around(around)) => Some(around),
            _ => None,
        }
    }

    pub(super) fn around_mut(&mut self) -> Option<&mut Around> {
        match self.overlays.last_mut() {
            Some(Overlay::Around(around)) => Some(around),
            _ => None,
        }
    }

    pub(super) fn begin_to_look_around(&mut self) -> Vec<Effect> {
        if !matches!(self.screen, Screen::NoVault { .. } | Screen::Failed { .. }) {
            return Vec::new();
        }
        self.overlays.push(Overlay::Around(Box::default()));
        vec![Effect::ListProfiles]
    }

    /// What a key does in the list of credentials; `None` when it is none of its.
    pub(super) fn around_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        let last = self.listed_profiles().len();
        let source = self.source_at(self.around()?.at);
        let around = self.around_mut()?;
        match action {
            Action::Back if around.opening => {
                around.opening = false;
                return Some(vec![Effect::Lock]);
            }
            Action::Back => drop(self.overlays.pop()),
            _ if around.opening => return None,
            Action::Up => around.at = around.at.saturating_sub(1),
            Action::Down => around.at = (around.at + 1).min(last),
            Action::Top | Action::PageUp => around.at = 0,
            Action::Bottom | Action::PageDown => around.at = last,
            Action::Accept => {
                let Some(source) = source else { return Some(Vec::new()) };
                (around.opening, around.wrong) = (true, None);
                return Some(vec![Effect::LookAround(source)]);
            }
            _ => return None,
        }
        Some(Vec::new())
    }
}
