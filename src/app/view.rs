//! The view that rests on the screen and the one before it, for going back and forth between two.

use super::{Effect, Goal, Notice, Pane, Screen, State};
use crate::domain::{ConnectionId, Timestamp};

/// What a person looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The pane with the focus.
    pub pane: Pane,
    /// The connection under the cursor.
    pub connection: Option<ConnectionId>,
    /// The filter.
    pub filter: String,
    /// Whether only what is broken is listed.
    pub only_broken: bool,
    /// The assets that pane 3 lists.
    pub goal: Option<Goal>,
    /// The views that led to it by links, the last at the end.
    pub trail: Vec<View>,
}

impl View {
    /// Whether it is another view, and not the same with the cursor on another row.
    fn differs(&self, other: &Self) -> bool {
        self.pane != other.pane
            || self.filter != other.filter
            || self.only_broken != other.only_broken
            || self.goal != other.goal
    }
}

impl State {
    fn present_view(&self) -> View {
        View {
            pane: self.focus,
            connection: self.cursor,
            filter: self.filter.text().to_owned(),
            only_broken: self.only_broken.is_some(),
            goal: self.browse.here.clone(),
            trail: self.trail.clone(),
        }
    }

    /// Remembers the view that was left, once nothing covers the new one and no text is being typed.
    pub(super) fn rest(&mut self) {
        if !matches!(self.screen, Screen::Panes) || !self.overlays.is_empty() || self.typing_filter {
            return;
        }
        let present = self.present_view();
        if self.view.differs(&present) {
            self.last_view = Some(std::mem::take(&mut self.view));
        }
        self.view = present;
    }

    /// Remembers the present view, because the cursor is about to leap.
    pub(super) fn before_leap(&mut self) {
        self.last_view = Some(std::mem::take(&mut self.view));
        self.view = self.present_view();
    }

    /// Follows something, to be come back from.
    pub(super) fn go(&mut self, now: Timestamp, goal: Goal) -> Vec<Effect> {
        let here = self.present_view();
        let mut trail = here.trail.clone();
        let effects = self.browse_to(now, goal);
        if self.browse.here != here.goal {
            trail.push(here);
        }
        self.trail = trail;
        effects
    }

    /// Back on the trail of what was followed; where nothing was, to the view before this one: done twice, one is where
    /// one was.
    pub(super) fn last_view(&mut self) -> Vec<Effect> {
        let followed = if self.is_followed() { self.trail.pop() } else { None };
        let Some(view) = followed.or_else(|| self.last_view.take()) else {
            self.notice = Some(Notice::plain("there is no view before this one yet"));
            return Vec::new();
        };
        self.before_leap();
        self.filter.clear();
        self.filter.insert(&view.filter);
        if view.only_broken != self.only_broken.is_some() {
            self.toggle_only_broken();
        }
        self.cursor = view.connection;
        self.settle();
        let effects = match view.goal {
            Some(goal) => self.browse_to(self.now, goal),
            None => self.browse_fleet(),
        };
        self.focus_on(view.pane);
        self.trail = view.trail;
        self.view = self.present_view();
        effects
    }
}
