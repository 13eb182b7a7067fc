//! Everything the dashboard knows.

use super::browse::Goal;
use super::order::natural;
use super::{
    Action, Browse, ErrorLog, Form, FormKey, Guard, Kept, Layout, Overlay, Pane, ProfileEntry, RegionOrder, Standing,
    TextInput, Tone, Unlock, View, Watch, layout,
};
use crate::catalog::Catalog;
use crate::domain::{
    AccountId, Connection, ConnectionId, Key, Region, Secret, Source, SourceReport, Ticket, Timestamp, Zone,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A terminal's size in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// Which screen is shown.
#[derive(Debug, Clone)]
pub enum Screen {
    /// The vault is being opened with what is at hand.
    Opening,
    /// A passphrase is asked for.
    Unlock(Unlock),
    /// There is no vault.
    NoVault {
        /// Where it would be.
        path: String,
    },
    /// The vault cannot be opened.
    Failed {
        /// What happened, why, what to do.
        message: String,
    },
    /// The panes.
    Panes,
}

/// What the header says for the whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// Nothing may be changed.
    pub read_only: bool,
    /// The demo cloud.
    pub demo: bool,
    /// The connections stand in no vault.
    pub not_saved: bool,
    /// A host that is neither AWS's nor this machine, to which requests go.
    pub endpoint: Option<String>,
}

/// A sentence for the status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it sounds.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// The longest filter, in bytes.
const FILTER: usize = 200;

/// Everything the dashboard knows. Changed by [`super::update`] alone.
#[derive(Debug)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// Which screen is shown.
    pub screen: Screen,
    /// The vault's name, or what stands in for one.
    pub vault: String,
    /// What the header says for the whole run.
    pub flags: Flags,
    /// Every kind of asset that can be listed.
    pub catalog: Arc<Catalog>,
    /// Every connection, in the order of the list.
    pub book: Arc<[Connection]>,
    /// Their tests.
    pub standings: BTreeMap<ConnectionId, Standing>,
    /// What became of the sources, the last answer of each.
    pub sources: BTreeMap<Source, SourceReport>,
    /// Requests that have not ended, and which connections each is about. Open tickets mean busy.
    pub open: BTreeMap<Ticket, BTreeSet<ConnectionId>>,
    /// Connections whose tests ended well while others still run.
    pub done: BTreeSet<ConnectionId>,
    /// Requests that were cancelled and have not ended yet.
    pub stopping: BTreeSet<Ticket>,
    /// The pane with the focus.
    pub focus: Pane,
    /// Where the focus goes when the detail is left.
    pub before_detail: Pane,
    /// The connection under the cursor: an identity, so that nothing moves it but a person.
    pub cursor: Option<ConnectionId>,
    /// The connection that detail and regions show; follows the cursor after a rest.
    pub detail: Option<ConnectionId>,
    /// When detail follows the cursor.
    pub follow_at: Option<Timestamp>,
    /// The first row of the detail.
    pub detail_scroll: usize,
    /// The region under the cursor.
    pub region: Option<Region>,
    /// Only connections that contain this are listed.
    pub filter: TextInput,
    /// Only regions that contain this are listed.
    pub region_filter: TextInput,
    /// By what the regions are sorted.
    pub region_order: RegionOrder,
    /// The filter of the pane with the focus is being typed.
    pub typing_filter: bool,
    /// Only these are listed: what is broken, and what was when that was asked for.
    pub only_broken: Option<BTreeSet<ConnectionId>>,
    /// The assets that are listed.
    pub browse: Browse,
    /// Connections that are tested again until they are mended.
    pub watch: Option<Watch>,
    /// The view that rests on the screen.
    pub view: View,
    /// The view before it.
    pub last_view: Option<View>,
    /// The views that lead to this one by links, the last at the end.
    pub trail: Vec<View>,
    /// The time of the last message.
    pub now: Timestamp,
    /// What covers the panes, the last on top.
    pub overlays: Vec<Overlay>,
    /// What was copied last, to be shown where no clipboard took it.
    pub last_copy: Option<Secret>,
    /// Forms that are open or were left unsaved.
    pub forms: BTreeMap<FormKey, Form>,
    /// The profiles of the AWS configuration, once they were listed, or why they could not be.
    pub profiles: Option<Result<Vec<ProfileEntry>, String>>,
    /// The sentence in the status line, until the next key.
    pub notice: Option<Notice>,
    /// What went wrong in this run.
    pub log: ErrorLog,
    /// The names of the themes that can be chosen.
    pub themes: Vec<String>,
    /// What in the settings could not be used, a sentence each.
    pub faults: Vec<String>,
    /// Keys of a sequence that is not complete.
    pub prefix: Vec<Key>,
    /// Accounts that first good tests answered, not yet asked to be saved.
    pub pins: Vec<(ConnectionId, AccountId)>,
    /// Saves that are being written.
    pub saving: usize,
    /// The last key said that it leaves when it comes once more.
    pub armed: Option<Action>,
    /// Something on the screen may have changed since it was drawn last.
    pub changed: bool,
    /// It did, in a way that a person waits for.
    pub urgent: bool,
    /// Whose time is shown.
    pub zone: Zone,
    /// How what is open is guarded.
    pub guard: Guard,
    /// Where a person was before the lock.
    pub kept: Option<Kept>,
    /// The last one-time code of each device, which is good for nothing any more.
    pub spent: BTreeMap<String, Secret>,
    /// What work at the door said last, while it goes on.
    pub said: Option<String>,
    pub(super) next_ticket: u64,
}

impl State {
    /// Whether the vault is being written.
    pub fn is_saving(&self) -> bool {
        self.saving > 0
    }

    /// Before anything has happened.
    pub fn new(size: Size, vault: impl Into<String>, flags: Flags) -> Self {
        Self {
            size,
            screen: Screen::Opening,
            vault: vault.into(),
            flags,
            catalog: Arc::default(),
            book: Arc::from([]),
            standings: BTreeMap::new(),
            sources: BTreeMap::new(),
            open: BTreeMap::new(),
            done: BTreeSet::new(),
            stopping: BTreeSet::new(),
            focus: Pane::Checks,
            before_detail: Pane::Checks,
            cursor: None,
            detail: None,
            follow_at: None,
            detail_scroll: 0,
            region: None,
            filter: TextInput::new(FILTER),
            region_filter: TextInput::new(FILTER),
            region_order: RegionOrder::default(),
            typing_filter: false,
            only_broken: None,
            browse: Browse::default(),
            watch: None,
            view: View::default(),
            last_view: None,
            trail: Vec::new(),
            now: Timestamp(0),
            overlays: Vec::new(),
            last_copy: None,
            forms: BTreeMap::new(),
            profiles: None,
            notice: None,
            log: ErrorLog::default(),
            themes: Vec::new(),
            faults: Vec::new(),
            prefix: Vec::new(),
            pins: Vec::new(),
            saving: 0,
            armed: None,
            changed: true,
            urgent: false,
            zone: Zone::Local,
            guard: Guard::default(),
            kept: None,
            spent: BTreeMap::new(),
            said: None,
            next_ticket: 1,
        }
    }

    /// A connection by its identity.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.book.iter().find(|c| c.id == id)
    }

    /// Where the panes stand; `None` when the terminal is too small.
    pub fn layout(&self) -> Option<Layout> {
        layout(self.size, self.focus, (!self.is_browsing()).then(|| self.book.len()))
    }

    /// The connection that detail and regions show.
    pub fn detailed(&self) -> Option<(&Connection, &Standing)> {
        let id = self.detail?;
        Some((self.connection(id)?, self.standings.get(&id)?))
    }

    /// The filter of the pane with the focus.
    pub fn filter_here(&self) -> &TextInput {
        match (self.focus, self.browse.list()) {
            (Pane::Regions, _) => &self.region_filter,
            (Pane::Checks | Pane::Detail, Some(list)) => &list.filter,
            _ => &self.filter,
        }
    }

    /// The same, to be changed.
    pub(super) fn filter_here_mut(&mut self) -> &mut TextInput {
        match (self.focus, self.browse.list_mut()) {
            (Pane::Regions, _) => &mut self.region_filter,
            (Pane::Checks | Pane::Detail, Some(list)) => &mut list.filter,
            _ => &mut self.filter,
        }
    }

    /// Takes away what was typed to filter; a link's own filter stays, which is what it leads to.
    pub(super) fn clear_filter(&mut self) {
        let own = match (&self.browse.here, self.focus) {
            (Some(Goal::Link(link)), Pane::Checks | Pane::Detail) => link.filter.clone(),
            _ => String::new(),
        };
        let filter = self.filter_here_mut();
        filter.clear();
        filter.insert(&own);
    }

    /// Whether a connection is being tested.
    pub fn is_running(&self, id: ConnectionId) -> bool {
        self.standings.get(&id).is_some_and(|s| s.run.is_some())
    }

    /// Whether any request has not ended.
    pub fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    /// Takes a book over and puts it into the order of the list: groups by name, those without one last. Lists are
    /// made several times a frame, so they find it sorted.
    pub(super) fn set_book(&mut self, book: &[Connection]) {
        let mut book = book.to_vec();
        book.sort_by(|a, b| {
            let group = |c: &Connection| c.group.is_none();
            group(a)
                .cmp(&group(b))
                .then_with(|| natural(a.group.as_deref().unwrap_or(""), b.group.as_deref().unwrap_or("")))
                .then_with(|| natural(a.name.as_str(), b.name.as_str()))
                .then_with(|| a.id.cmp(&b.id))
        });
        self.book = book.into();
    }

    /// A fresh ticket.
    pub(super) fn ticket(&mut self) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        ticket
    }

    /// Says something in the status line; what is bad is also kept.
    pub(super) fn say(&mut self, now: Timestamp, notice: Notice) {
        if notice.tone == Tone::Bad {
            self.record(now, notice.text.clone());
        }
        self.notice = Some(notice);
    }
}

impl Notice {
    /// A remark.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { tone: Tone::Plain, text: text.into() }
    }

    /// Good news.
    pub fn good(text: impl Into<String>) -> Self {
        Self { tone: Tone::Good, text: text.into() }
    }

    /// Bad news.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { tone: Tone::Bad, text: text.into() }
    }
}
