//! The one function that changes the state.

use super::detail::words;
use super::fleet::{account_rows, shown};
use super::regions::region_rows;
use super::{
    AccountRow, Action, Area, Effect, Line, Msg, Notice, Opening, Pane, Screen, Signal, Standing, State, Unlock,
    Viewer, ViewerKind, detail, standing,
};
use crate::domain::{
    AccountId, Connection, ConnectionId, Mark, ProbeMode, Request, Role, SecretInput, Ticket, Timestamp,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long the cursor rests before detail and regions follow it, in milliseconds.
const REST: i64 = 150;
/// The longest filter.
const FILTER: usize = 200;

/// What to do first: try to open the vault with what is at hand.
pub fn start() -> Vec<Effect> {
    vec![Effect::Unlock { passphrase: None }]
}

/// Takes one message. Pure: the same state, time and message give the same result.
pub fn update(state: &mut State, now: Timestamp, msg: Msg) -> Vec<Effect> {
    let changed = std::mem::replace(&mut state.changed, true);
    if matches!(msg, Msg::Action(_) | Msg::Text(_) | Msg::Paste(_) | Msg::Unavailable(_)) {
        state.notice = None;
        state.prefix.clear();
        state.interrupted &= matches!(msg, Msg::Action(Action::Interrupt));
    }
    match msg {
        Msg::Action(action) => return state.action(now, action),
        Msg::Unavailable(why) => state.notice = Some(Notice::plain(why)),
        Msg::Prefix(Some(key)) => state.prefix.push(key),
        Msg::Prefix(None) => state.prefix.clear(),
        Msg::Text(c) => return state.typed(now, c.encode_utf8(&mut [0; 4])),
        Msg::Paste(text) => return state.typed(now, text.trim_end_matches(['\r', '\n'])),
        // The key that opens help closes it too.
        Msg::Help(_) if state.viewers.last().is_some_and(|v| v.kind == ViewerKind::Help) => drop(state.viewers.pop()),
        Msg::Help(mut lines) => {
            lines.extend(legend());
            state.viewers.push(Viewer::reading(ViewerKind::Help, "Keys", "keys", lines));
        }
        Msg::Reply(reply) => {
            let seen = state.reply(now, reply);
            state.changed = changed || seen;
            return state.pins_to_save();
        }
        Msg::Wake => {
            if state.follow_at.is_some_and(|at| at <= now) {
                state.follow();
            } else {
                state.changed = changed;
                return state.follow_at.map(Effect::WakeAt).into_iter().collect();
            }
        }
        Msg::Resized(size) => {
            if state.size == size {
                state.changed = changed;
            }
            state.size = size;
            state.follow();
            state.clamp_scroll();
        }
        Msg::Signal(Signal::Hangup | Signal::Terminate) => return vec![Effect::Quit],
        Msg::Signal(Signal::Stop) => return vec![Effect::Suspend],
        Msg::Signal(Signal::Continue) => return vec![Effect::Repaint],
        Msg::Door(opening) => state.door(now, opening),
        Msg::Told(notice) => state.say(now, notice),
        Msg::Copied { what, how } => {
            // Nobody acknowledges a copy, so the way to see the text is always told.
            let other = if state.viewers.is_empty() {
                "p, then v, shows it plain"
            } else {
                "v shows it plain, W writes a file"
            };
            let notice = match how {
                Ok(how) => Notice::good(format!("{what} {how}; nothing there? {other}")),
                Err(why) => Notice::bad(format!("{what} {why}; {other}")),
            };
            state.say(now, notice);
        }
        Msg::Saved(result) => {
            state.saving = false;
            match result {
                Ok(()) => {}
                Err(why) => state.say(now, Notice::bad(format!("the accounts were not saved in the vault: {why}"))),
            }
        }
    }
    Vec::new()
}

impl State {
    fn action(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        if !self.viewers.is_empty() && self.viewer_action(now, action) {
            return self.viewer_effects(action);
        }
        match action {
            Action::Quit => return self.quit(),
            Action::Interrupt => return self.interrupt(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Repaint],
            Action::Errors => {
                let lines = self.log_lines();
                self.viewers.push(Viewer::reading(ViewerKind::Errors, "What went wrong in this run", "errors", lines));
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
            Action::Back => return self.back(),
            Action::Filter => self.typing_filter = true,
            Action::Accept => return self.accept(),
            Action::Erase => return self.erase(now, false),
            Action::EraseAll => return self.erase(now, true),
            Action::Test => return self.test(self.cursor.into_iter().collect(), ProbeMode::Sparing),
            Action::TestAll => return self.test(shown(self).iter().map(|c| c.id).collect(), ProbeMode::Sparing),
            Action::TestBroken => return self.test(self.broken(), ProbeMode::Sparing),
            Action::Probe => return self.test(self.cursor.into_iter().collect(), ProbeMode::Force),
            Action::Snippet => {
                let viewer = self.cursor.and_then(|id| self.snippet_viewer(id));
                self.viewers.extend(viewer);
            }
            Action::Copy => {
                let viewer = self.cursor.and_then(|id| self.snippet_viewer(id));
                return viewer.as_ref().map(copy_of).into_iter().flatten().collect();
            }
            Action::Decode => return self.decode(),
            // Of viewers alone, and help, which comes as a message of its own.
            Action::Help
            | Action::NextTab
            | Action::PreviousTab
            | Action::NextSheet
            | Action::Plain
            | Action::Write => {}
        }
        Vec::new()
    }

    /// Leaves, unless a save is being written: then it has to be asked for twice.
    fn quit(&mut self) -> Vec<Effect> {
        if self.saving && !self.interrupted {
            self.interrupted = true;
            self.notice = Some(Notice::plain("the vault is being saved; once more quits without waiting"));
            return Vec::new();
        }
        vec![Effect::Quit]
    }

    /// `^c`: cancels what runs; a second time leaves.
    fn interrupt(&mut self) -> Vec<Effect> {
        if self.interrupted {
            return vec![Effect::Quit];
        }
        self.interrupted = true;
        let cancels = self.cancel_all();
        let words = if cancels.is_empty() { "^c once more quits" } else { "stopping; ^c once more quits" };
        self.notice = Some(Notice::plain(words));
        cancels
    }

    /// Stops every request that is not being stopped already.
    fn cancel_all(&mut self) -> Vec<Effect> {
        let fresh: Vec<Ticket> = self.open.keys().copied().filter(|t| !self.stopping.contains(t)).collect();
        self.stopping.extend(&fresh);
        fresh.into_iter().map(Effect::Cancel).collect()
    }

    /// `Esc` in the panes: leaves what was entered last, then stops tests, then clears the filter.
    fn back(&mut self) -> Vec<Effect> {
        let busy = self.is_busy();
        match &mut self.screen {
            Screen::Unlock(unlock) if unlock.input.count() == 0 => return vec![Effect::Quit],
            Screen::Unlock(unlock) => unlock.input.clear(),
            Screen::Opening | Screen::NoVault { .. } | Screen::Failed { .. } => return vec![Effect::Quit],
            Screen::Panes if self.typing_filter => {
                self.typing_filter = false;
                self.filter.clear();
                self.settle();
            }
            Screen::Panes if self.focus == Pane::Detail => self.focus_on(self.before_detail),
            Screen::Panes if busy => {
                self.notice = Some(Notice::plain("stopping"));
                return self.cancel_all();
            }
            Screen::Panes => {
                self.filter.clear();
                self.settle();
            }
        }
        Vec::new()
    }

    fn focus_on(&mut self, pane: Pane) {
        if pane == Pane::Detail && self.focus != Pane::Detail {
            self.before_detail = self.focus;
            self.detail_scroll = 0;
        }
        self.focus = pane;
        self.follow();
    }

    /// From a row to its detail, from the detail to the cloud's own words.
    fn open_closer(&mut self) {
        if self.focus != Pane::Detail {
            self.focus_on(Pane::Detail);
            return;
        }
        let Some((connection, standing)) = self.detailed() else { return };
        let lines = words(standing);
        if !lines.is_empty() {
            let title = format!("{}: AWS's own words and request ids", connection.name);
            let about = connection.name.to_string();
            self.viewers.push(Viewer::reading(ViewerKind::Words, title, about, lines));
        }
    }

    /// Detail and regions show what is under the cursor.
    fn follow(&mut self) {
        self.follow_at = None;
        if self.detail != self.cursor {
            self.detail = self.cursor;
            self.detail_scroll = 0;
            self.region = None;
        }
    }

    /// Moves in the pane with the focus: `to` gets present place, last place and rows of a page.
    fn step(&mut self, now: Timestamp, to: impl Fn(usize, usize, usize) -> usize) -> Vec<Effect> {
        let Some(layout) = self.layout() else { return Vec::new() };
        let page = layout.page(self.focus);
        match self.focus {
            Pane::Accounts | Pane::Checks => {
                let ids: Vec<ConnectionId> = shown(self).iter().map(|c| c.id).collect();
                let Some(last) = ids.len().checked_sub(1) else { return Vec::new() };
                let at = self.cursor.and_then(|id| ids.iter().position(|i| *i == id)).unwrap_or(0);
                self.cursor = Some(ids[to(at, last, page).min(last)]);
                if self.cursor == self.detail {
                    self.follow_at = None;
                    return Vec::new();
                }
                // Where detail is folded it costs one line and may follow at once.
                if layout.open(Pane::Detail).is_none() {
                    self.follow();
                    return Vec::new();
                }
                let at = Timestamp(now.0 + REST);
                self.follow_at = Some(at);
                vec![Effect::WakeAt(at)]
            }
            Pane::Regions => {
                let rows = region_rows(self);
                let Some(last) = rows.len().checked_sub(1) else { return Vec::new() };
                let at = self.region.as_ref().and_then(|r| rows.iter().position(|row| row.region == *r)).unwrap_or(0);
                self.region = Some(rows[to(at, last, page).min(last)].region.clone());
                Vec::new()
            }
            Pane::Detail => {
                let area = layout.open(Pane::Detail).unwrap_or_default();
                let last = detail_rows(self, area).saturating_sub(page);
                self.detail_scroll = to(self.detail_scroll, last, page).min(last);
                Vec::new()
            }
        }
    }

    /// Puts the cursor on a row that is shown.
    fn settle(&mut self) {
        let ids: Vec<ConnectionId> = account_rows(self)
            .into_iter()
            .filter_map(|row| match row {
                AccountRow::Connection(c) => Some(c.id),
                AccountRow::Heading(_) => None,
            })
            .collect();
        if !self.cursor.is_some_and(|id| ids.contains(&id)) {
            self.cursor = ids.first().copied();
        }
        self.follow();
    }

    fn clamp_scroll(&mut self) {
        if let Some(layout) = self.layout() {
            let last = layout
                .open(Pane::Detail)
                .map_or(0, |area| detail_rows(self, area).saturating_sub(layout.page(Pane::Detail)));
            self.detail_scroll = self.detail_scroll.min(last);
            let last = self.viewer_last();
            if let Some(viewer) = self.viewers.last_mut() {
                viewer.scroll = viewer.scroll.min(last);
            }
        }
    }

    /// Text for the field that has the focus; elsewhere pasted text is refused and says so.
    fn typed(&mut self, _now: Timestamp, text: &str) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            if !unlock.trying {
                let fits = unlock.input.push(text);
                unlock.wrong = (!fits)
                    .then(|| format!("a passphrase may have at most {} bytes; nothing was added", SecretInput::MAX));
            }
        } else if self.typing_filter && self.viewers.is_empty() {
            let clean = crate::text::line(text);
            if self.filter.len() + clean.len() <= FILTER {
                self.filter.push_str(&clean);
            }
            self.settle();
        } else {
            self.notice = Some(Notice::plain("pasted text is never taken for keys; / starts a filter it can go into"));
        }
        Vec::new()
    }

    fn erase(&mut self, _now: Timestamp, all: bool) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            match all {
                true => unlock.input.clear(),
                false => unlock.input.pop(),
            }
        } else {
            match all {
                true => self.filter.clear(),
                false => drop(self.filter.pop()),
            }
            self.settle();
        }
        Vec::new()
    }

    fn accept(&mut self) -> Vec<Effect> {
        if let Screen::Unlock(unlock) = &mut self.screen {
            if unlock.trying || unlock.input.count() == 0 {
                return Vec::new();
            }
            unlock.trying = true;
            unlock.wrong = None;
            return vec![Effect::Unlock { passphrase: Some(unlock.input.take()) }];
        }
        self.typing_filter = false;
        Vec::new()
    }

    fn door(&mut self, now: Timestamp, opening: Opening) {
        match opening {
            Opening::Opened { book, endpoint } => {
                self.flags.endpoint = endpoint;
                self.standings = book.iter().map(|c| (c.id, Standing::default())).collect();
                self.book = book;
                self.screen = Screen::Panes;
                self.settle();
            }
            Opening::Ask { what, wrong } => {
                self.screen = Screen::Unlock(Unlock { what, wrong, input: SecretInput::new(), trying: false });
            }
            Opening::NoVault { path } => self.screen = Screen::NoVault { path },
            Opening::Failed { message } => {
                self.record(now, message.clone());
                self.screen = Screen::Failed { message };
            }
        }
    }

    /// Starts a test of those that are not being tested.
    fn test(&mut self, ids: Vec<ConnectionId>, probe: ProbeMode) -> Vec<Effect> {
        let select: Vec<ConnectionId> = ids.into_iter().filter(|id| !self.is_running(*id)).collect();
        if select.is_empty() {
            return Vec::new();
        }
        let ticket = self.ticket();
        for id in &select {
            if let Some(standing) = self.standings.get_mut(id) {
                standing.run = Some(standing::Run { ticket, started: false, checks: Vec::new() });
            }
        }
        self.open.insert(ticket, select.iter().copied().collect());
        vec![Effect::Start { ticket, request: Request::Check { book: self.book.clone(), select, probe } }]
    }

    fn decode(&mut self) -> Vec<Effect> {
        let message = self.cursor.and_then(|id| {
            let standing = self.standings.get(&id)?;
            standing.known().find_map(|c| c.denial.as_ref()?.encoded.clone()).map(|m| (id, m))
        });
        let Some((connection, message)) = message else { return Vec::new() };
        let ticket = self.ticket();
        self.open.insert(ticket, BTreeSet::new());
        self.notice = Some(Notice::plain("asking AWS to decode the message"));
        vec![Effect::Start { ticket, request: Request::Decode { book: self.book.clone(), connection, message } }]
    }

    /// Pins are saved once, when nothing runs any more.
    pub(super) fn pins_to_save(&mut self) -> Vec<Effect> {
        if self.is_busy() || self.pins.is_empty() || self.saving {
            return Vec::new();
        }
        let pins: Vec<(ConnectionId, AccountId)> = std::mem::take(&mut self.pins);
        let book: Vec<Connection> = self
            .book
            .iter()
            .cloned()
            .map(|mut c| {
                c.account = pins.iter().find(|(id, _)| *id == c.id).map(|(_, a)| a.clone()).or(c.account);
                c
            })
            .collect();
        self.book = Arc::from(book);
        self.saving = true;
        vec![Effect::SaveAccounts(pins)]
    }

    fn log_lines(&self) -> Vec<Line> {
        if self.log.is_empty() {
            return vec![Line::of(Role::Quiet, "Nothing went wrong so far.")];
        }
        let line = |e: &super::LogEntry| {
            Line::of(Role::Quiet, format!("{}  ", e.at.clock(self.zone))).and(Role::Text, &e.text).hang(10)
        };
        self.log.iter().rev().map(line).collect()
    }

    /// Handles an action in the viewer on top; `false` when it is none of the viewer's.
    fn viewer_action(&mut self, _now: Timestamp, action: Action) -> bool {
        let page = self.viewer_page().max(1);
        let last = self.viewer_last();
        let Some(viewer) = self.viewers.last_mut() else { return false };
        match action {
            Action::Back | Action::Quit if viewer.plain => viewer.plain = false,
            Action::Back | Action::Quit => drop(self.viewers.pop()),
            Action::Up => viewer.scroll = viewer.scroll.saturating_sub(1),
            Action::Down => viewer.scroll = (viewer.scroll + 1).min(last),
            Action::Top => viewer.scroll = 0,
            Action::Bottom => viewer.scroll = last,
            Action::PageUp => viewer.scroll = viewer.scroll.saturating_sub(page),
            Action::PageDown => viewer.scroll = (viewer.scroll + page).min(last),
            Action::NextTab | Action::PreviousTab => {
                let count = viewer.tabs().len().max(1);
                let by = if action == Action::NextTab { 1 } else { count - 1 };
                viewer.tab = (viewer.tab + by) % count;
                viewer.scroll = 0;
            }
            Action::NextSheet => {
                viewer.sheet = (viewer.sheet + 1) % viewer.sheets.len().max(1);
                (viewer.tab, viewer.scroll) = (viewer.tab.min(viewer.tabs().len().saturating_sub(1)), 0);
            }
            Action::Plain => (viewer.plain, viewer.scroll) = (!viewer.plain, 0),
            Action::Copy | Action::Write => {}
            _ => return false,
        }
        true
    }

    fn viewer_effects(&self, action: Action) -> Vec<Effect> {
        let Some(viewer) = self.viewers.last() else { return Vec::new() };
        match action {
            Action::Copy => copy_of(viewer).into_iter().collect(),
            Action::Write => viewer
                .current()
                .map(|tab| Effect::WriteFile { name: viewer.file_name(), text: tab.text.clone() })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Rows and columns that a viewer has for its text.
    pub fn viewer_area(&self) -> Option<Area> {
        let layout = self.layout()?;
        let viewer = self.viewers.last()?;
        let Area { x, y, width, height } = layout.body;
        if viewer.plain {
            return Some(Area { x: 0, y: 0, width, height: self.size.height - 1 });
        }
        // Borders, a blank on each side, and the line of forms where there are several.
        let head = u16::from(viewer.tabs().len() > 1) * 2;
        Some(Area {
            x: x + 2,
            y: y + 1 + head,
            width: width.saturating_sub(4),
            height: height.saturating_sub(2 + head),
        })
    }

    fn viewer_page(&self) -> usize {
        self.viewer_area().map_or(1, |a| usize::from(a.height))
    }

    fn viewer_last(&self) -> usize {
        let (Some(area), Some(viewer)) = (self.viewer_area(), self.viewers.last()) else { return 0 };
        viewer.rows(usize::from(area.width)).len().saturating_sub(usize::from(area.height))
    }
}

/// What the symbols mean, for help.
fn legend() -> Vec<Line> {
    let mut lines = vec![Line::blank(), Line::of(Role::Heading, "Symbols")];
    let line = |mark: Mark| Line::of(mark.role(), format!("  {:<14}{}", mark.symbol(false), mark.word()));
    lines.extend(Mark::ALL.map(line));
    lines
}

/// How many rows the detail has in an area.
fn detail_rows(state: &State, area: Area) -> usize {
    detail(state, usize::from(area.width.saturating_sub(4))).1.len()
}

/// Copies what a viewer shows.
fn copy_of(viewer: &Viewer) -> Option<Effect> {
    let tab = viewer.current()?;
    let what = match viewer.kind {
        ViewerKind::Snippet => {
            let sheet = viewer.sheets.get(viewer.sheet).map_or("", |s| s.name);
            format!("{sheet} policy for {} ({})", viewer.about, tab.name)
        }
        _ => viewer.about.clone(),
    };
    Some(Effect::Copy { text: tab.text.clone(), what })
}
