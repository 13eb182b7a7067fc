//! The one function that changes the state.

use super::detail::words;
use super::fleet::shown;
use super::reading::{copy_of, legend};
use super::{
    Action, Effect, LockedBy, Msg, Notice, Opening, Overlay, Pane, Screen, Signal, Standing, State, Unlock, Viewer,
    ViewerKind, Way,
};
use crate::domain::{ProbeMode, Timestamp};

/// What to do first: try to open the vault with what is at hand.
pub fn start() -> Vec<Effect> {
    vec![Effect::Unlock { passphrase: None }]
}

/// Takes one message. Pure: the same state, time and message give the same result.
pub fn update(state: &mut State, now: Timestamp, msg: Msg) -> Vec<Effect> {
    // Answers come in great numbers: only what changes the table fits its columns anew.
    let fits = !matches!(msg, Msg::Reply(_));
    let mut effects = take(state, now, msg);
    if let Some(list) = state.browse.list_mut().filter(|_| fits) {
        list.unfit = true;
    }
    effects.extend(state.forget_looked());
    state.keep_copies(&effects);
    state.fit_columns();
    state.rest();
    effects
}

fn take(state: &mut State, now: Timestamp, msg: Msg) -> Vec<Effect> {
    let changed = std::mem::replace(&mut state.changed, true);
    state.now = now;
    if matches!(msg, Msg::Action(_) | Msg::Text(_) | Msg::Paste(_) | Msg::Unavailable(_)) {
        state.notice = None;
        state.prefix.clear();
        state.armed = state.armed.filter(|armed| matches!(&msg, Msg::Action(action) if action == armed));
    }
    match msg {
        Msg::Action(action) => return state.action(now, action),
        Msg::Unavailable(why) => state.notice = Some(Notice::plain(why)),
        Msg::Prefix(Some(key)) => state.prefix.push(key),
        Msg::Prefix(None) => state.prefix.clear(),
        Msg::Text(c) => return state.typed(now, c.encode_utf8(&mut [0; 4])),
        Msg::Paste(text) => return state.typed(now, text.trim_end_matches(['\r', '\n'])),
        // The key that opens help closes it too.
        Msg::Help(_) if state.viewer().is_some_and(|v| v.kind == ViewerKind::Help) => drop(state.overlays.pop()),
        Msg::Help(mut lines) => {
            lines.extend(legend());
            state.read(Viewer::reading(ViewerKind::Help, "Keys", "keys", lines));
        }
        Msg::Palette(keys) => return state.open_palette(keys),
        Msg::Reply(reply) => {
            let ended = reply.body.is_err();
            let mut effects = Vec::new();
            let seen = state.reply(now, reply, &mut effects);
            state.changed = changed || seen;
            effects.extend(state.pins_to_save());
            if ended {
                effects.extend(state.watch_goes_on(now));
            }
            return effects;
        }
        Msg::Wake => {
            let mut effects = state.watch_wakes(now);
            let due = state.form_wake(now);
            let follows = state.follow_at.is_some_and(|at| at <= now);
            let (arranged, order) = state.arrange_due(now);
            let hides = state.hide_again(now);
            state.changed = changed || follows || arranged || hides || !effects.is_empty() || due.is_some();
            effects.extend(order);
            if follows {
                state.follow();
            }
            effects.extend(due.unwrap_or_default());
            effects.extend(state.wakes());
            return effects;
        }
        Msg::Resized(size) => {
            if state.size == size {
                state.changed = changed;
            }
            state.size = size;
            state.follow();
            state.clamp_scroll();
        }
        Msg::Signal(Signal::Hangup | Signal::Terminate) => {
            let mut effects = state.rescue();
            effects.push(Effect::Quit);
            return effects;
        }
        Msg::Signal(Signal::Stop) => return vec![Effect::Suspend],
        Msg::Signal(Signal::Continue) => return vec![Effect::Repaint],
        Msg::Door(opening) => return state.door(now, opening),
        Msg::Catalog(catalog) => state.catalog = catalog,
        Msg::Arranged { generation, arranged, whole } => {
            let (seen, effect) = state.arranged(now, generation, arranged, whole);
            state.changed = changed || seen;
            return effect.into_iter().collect();
        }
        Msg::Guarded(guard) => state.guard = guard,
        Msg::Idle => {
            let rest = state.idle_limit().unwrap_or_default();
            return state.lock(LockedBy::Rest(rest));
        }
        Msg::Profiles(profiles) => state.profiles = Some(profiles),
        Msg::KeysFound(keys) => state.keys_found(keys),
        Msg::RecipientRead(result) => state.recipient_read(result),
        Msg::ImportPlanned(plan) => state.import_planned(plan),
        Msg::Asked(question) => return state.asked(question),
        Msg::Says(text) => state.says(text),
        // What was begun before a lock must not speak behind it.
        Msg::Told(_) | Msg::Copied { .. } if state.is_locked() => state.changed = changed,
        Msg::Saved { changes, result } if state.is_locked() => {
            state.saved_behind_the_lock(changes, &result);
            state.changed = changed;
        }
        Msg::Told(notice) => state.say(now, notice),
        Msg::Copied { what, how } => state.copied(now, &what, how),
        Msg::Faults(faults) => state.faulty(now, faults),
        Msg::MadeIds { key, id, external_id } => return state.ids_made(key, id, external_id),
        Msg::Saved { changes, result } => {
            let outcome = result.as_ref().map(drop).map_err(String::clone);
            let count = changes.len();
            let effects = state.saved(now, &changes, result);
            state.import_saved(count, outcome);
            return effects;
        }
    }
    Vec::new()
}

impl State {
    pub(super) fn action(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        let handled = match self.overlays.last() {
            Some(Overlay::Question(_)) => self.question_action(action),
            Some(Overlay::Palette(_)) => self.palette_action(now, action),
            Some(Overlay::Viewer(_)) => self.viewer_action(now, action).then(|| self.viewer_effects(action)),
            Some(Overlay::Form(_)) => self.form_action(now, action),
            Some(Overlay::Removal(_)) => self.removal_action(action),
            Some(Overlay::Make(_)) => self.make_action(action),
            Some(Overlay::Around(_)) => self.around_action(action),
            Some(Overlay::Import(_)) => self.import_action(action),
            Some(Overlay::Codes(_)) => self.codes_action(action),
            Some(Overlay::Columns(_)) => self.columns_action(now, action),
            Some(Overlay::Leads(_)) => self.leads_action(now, action),
            None => None,
        };
        if let Some(effects) = handled {
            return effects;
        }
        if let Some(effects) = self.browse_action(now, action) {
            return effects;
        }
        match action {
            Action::Quit => return self.quit(),
            Action::Interrupt => return self.interrupt(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Repaint],
            Action::Errors => {
                let lines = self.read_errors();
                self.read(Viewer::reading(ViewerKind::Errors, "What went wrong in this run", "errors", lines));
            }
            Action::Up => return self.step(now, |at, _, _| at.saturating_sub(1)),
            Action::Down => return self.step(now, |at, _, _| at + 1),
            Action::Top => return self.step(now, |_, _, _| 0),
            Action::Bottom => return self.step(now, |_, len, _| len),
            Action::PageUp => return self.step(now, |at, _, page| at.saturating_sub(page)),
            Action::PageDown => return self.step(now, |at, _, page| at + page),
            Action::NextPane => self.focus_on(self.focus.step(1)),
            Action::PreviousPane => self.focus_on(self.focus.step(Pane::ALL.len() - 1)),
            Action::FocusAccounts => self.focus_on(Pane::Accounts),
            Action::FocusRegions => self.focus_on(Pane::Regions),
            Action::FocusChecks => self.focus_on(Pane::Checks),
            Action::FocusDetail => self.focus_on(Pane::Detail),
            Action::Open => self.open_closer(),
            Action::Back => return self.back(now),
            Action::Filter => self.typing_filter = true,
            Action::Sort => {
                self.region_order = self.region_order.next();
                self.notice = Some(Notice::plain(format!("regions {}", self.region_order.words())));
            }
            Action::Accept => return self.accept(),
            Action::Lock => return self.lock(LockedBy::Person),
            Action::MakeVault => return self.begin_to_make(),
            Action::LookAround => return self.begin_to_look_around(),
            Action::UseVault => return self.use_vault(),
            Action::Import => return self.begin_to_import(),
            Action::Demo => return self.begin_the_demo(),
            Action::Retry => return self.retry(),
            Action::Erase
            | Action::EraseWord
            | Action::EraseAll
            | Action::Delete
            | Action::CursorLeft
            | Action::CursorRight
            | Action::CursorHome
            | Action::CursorEnd => return self.edit(now, action),
            Action::NewConnection => return self.new_connection(),
            Action::EditConnection => return self.edit_connection(),
            Action::RemoveConnection => self.begin_removal(),
            Action::Test => return self.test_asked(self.cursor.into_iter().collect(), ProbeMode::Sparing),
            Action::TestAll => return self.test_asked(shown(self).iter().map(|c| c.id).collect(), ProbeMode::Sparing),
            Action::TestBroken => return self.test_asked(self.broken(), ProbeMode::Sparing),
            Action::Probe => return self.test_asked(self.cursor.into_iter().collect(), ProbeMode::Force),
            Action::OnlyBroken => self.toggle_only_broken(),
            Action::Watch => return self.toggle_watch(now),
            Action::WatchBroken => return self.watch(now, self.broken()),
            Action::Refresh => return self.refresh(),
            Action::Facts => self.read_facts(),
            Action::History => return self.ask_history(),
            Action::LastView => return self.last_view(),
            Action::Find => return self.begin_to_find(),
            Action::Snippet => {
                let viewer = self.cursor.and_then(|id| self.snippet_viewer(id));
                self.overlays.extend(viewer.map(Overlay::Viewer));
            }
            Action::Message => {
                let viewer = self.cursor.and_then(|id| self.message_viewer(id));
                self.overlays.extend(viewer.map(Overlay::Viewer));
            }
            Action::CopyRoleArn
            | Action::CopyAccount
            | Action::CopyExternalId
            | Action::CopyReport
            | Action::CopyJson
            | Action::CopyCommand
            | Action::CopyRegion => return self.copy_fact(action).into_iter().collect(),
            Action::Copy => {
                let viewer = self.cursor.and_then(|id| self.snippet_viewer(id));
                return viewer.as_ref().map(copy_of).into_iter().flatten().collect();
            }
            Action::Plain => return self.last_copy.iter().map(|c| Effect::Print(c.expose().to_owned())).collect(),
            Action::Decode => return self.decode(),
            Action::DemoApply => return self.demo_apply(),
            // Of viewers, forms, the palette and the assets alone, and those that come as messages of their own.
            Action::Help
            | Action::Palette
            | Action::Complete
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::NextTab
            | Action::PreviousTab
            | Action::NextSheet
            | Action::Write
            | Action::Decline
            | Action::Save
            | Action::DropDraft
            | Action::TakeSuggestion
            | Action::NextChoice
            | Action::Mark
            | Action::MarkAll
            | Action::MarkGroup
            | Action::SortReverse
            | Action::ScrollLeft
            | Action::ScrollRight
            | Action::Columns
            | Action::Fleet
            | Action::Cells
            | Action::AskFailed
            | Action::LoadLate
            | Action::Links
            | Action::Reveal
            | Action::CopyAsset
            | Action::CopyId
            | Action::CopyName
            | Action::CopyArn
            | Action::CopyItem
            | Action::CopyPolicy
            | Action::CopyCall
            | Action::ConsoleLink
            | Action::HideDenied => {}
        }
        Vec::new()
    }

    /// Leaves, unless a save is being written: then it has to be asked for twice.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.saving > 0 && self.armed.is_none() {
            self.armed = Some(Action::Quit);
            self.notice = Some(Notice::plain("the vault is being saved; once more quits without waiting"));
            return Vec::new();
        }
        if let (Some(words), None) = (self.would_lose(), self.armed) {
            self.armed = Some(Action::Quit);
            self.notice = Some(Notice::plain(words));
            return Vec::new();
        }
        vec![Effect::Quit]
    }

    /// `^c`: cancels what runs; a second time leaves.
    fn interrupt(&mut self) -> Vec<Effect> {
        if self.armed.is_some() {
            return vec![Effect::Quit];
        }
        self.armed = Some(Action::Interrupt);
        self.unwatch();
        self.stop_trials();
        let mut cancels = self.stop_listing();
        cancels.extend(self.cancel_all());
        let words = if cancels.is_empty() { "^c once more quits" } else { "stopping; ^c once more quits" };
        self.notice = Some(Notice::plain(self.would_lose().unwrap_or(words)));
        cancels
    }

    /// `Esc` in the panes: leaves what was entered last, then stops tests, then clears the filter.
    fn back(&mut self, now: Timestamp) -> Vec<Effect> {
        let busy = self.is_busy() || self.watch.is_some();
        let followed = self.is_followed();
        match &mut self.screen {
            Screen::Unlock(unlock) if unlock.trying => return self.give_up_opening(),
            Screen::Unlock(unlock) if unlock.input.count() > 0 => unlock.input.clear(),
            Screen::Unlock(unlock) if unlock.locked.is_some() && self.armed.is_none() => {
                self.armed = Some(Action::Back);
                self.notice = Some(Notice::plain("once more quits"));
            }
            Screen::Unlock(_) => return self.quit(),
            Screen::Opening | Screen::NoVault { .. } | Screen::Failed { .. } => return vec![Effect::Quit],
            Screen::Panes if self.typing_filter => {
                self.typing_filter = false;
                self.clear_filter();
                return self.filtered(now);
            }
            Screen::Panes if self.focus == Pane::Detail => self.focus_on(self.before_detail),
            Screen::Panes if busy => {
                let watched = self.unwatch();
                let mut effects = self.stop_listing();
                let listing = !effects.is_empty();
                effects.extend(self.cancel_all());
                let words = match (listing, self.is_busy()) {
                    (true, _) => "stopped; what had arrived stands",
                    (false, true) => "stopping",
                    (false, false) => "not watched any more",
                };
                self.notice = (self.is_busy() || watched).then(|| Notice::plain(words));
                effects.extend(self.arrange(now));
                return effects;
            }
            Screen::Panes if followed => return self.last_view(),
            Screen::Panes => {
                self.clear_filter();
                return self.filtered(now);
            }
        }
        Vec::new()
    }

    /// From a row to its detail, from a region to what is known of it, from the detail to the cloud's own words.
    fn open_closer(&mut self) {
        match self.focus {
            Pane::Accounts | Pane::Checks => return self.focus_on(Pane::Detail),
            Pane::Regions => return self.read_region(),
            Pane::Detail => {}
        }
        let Some((connection, standing)) = self.detailed() else { return };
        let lines = words(standing);
        if !lines.is_empty() {
            let title = format!("{}: AWS's own words and request ids", connection.name);
            let about = connection.name.to_string();
            self.read(Viewer::reading(ViewerKind::Words, title, about, lines));
        }
    }

    fn door(&mut self, now: Timestamp, opening: Opening) -> Vec<Effect> {
        self.said = None;
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Question(_)));
        match opening {
            Opening::Opened { book, endpoint } => {
                self.first_screen_is_over();
                self.flags.endpoint = endpoint;
                self.standings = book.iter().map(|c| (c.id, Standing::default())).collect();
                self.set_book(&book);
                self.screen = Screen::Panes;
                self.settle();
                self.say_faults(now);
                let mut effects = self.come_back();
                effects.extend(self.import_goes_on());
                return effects;
            }
            Opening::Ask { what, wrong } => {
                let way = Way::Passphrase(what);
                self.screen = Screen::Unlock(Unlock { wrong, locked: self.locked_by(), ..Unlock::new(way) });
            }
            Opening::NoVault { path } => self.screen = Screen::NoVault { path },
            Opening::Failed { message } if self.failed_in_place(&message) => {}
            Opening::Failed { message } => {
                self.record(now, message.clone());
                self.screen = Screen::Failed { message };
            }
        }
        Vec::new()
    }
}
