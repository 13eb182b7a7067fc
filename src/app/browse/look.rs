//! One asset, read again: its fields and its JSON, and for some seconds what is hidden in it.

use super::asset::{asset_lines, called};
use super::{AssetKey, Followed};
use crate::app::detail::reason_words;
use crate::app::viewer::{Sheet, Tab};
use crate::app::{Effect, Line, Notice, Overlay, State, Viewer, ViewerKind};
use crate::domain::{
    AssetRef, Batch, CellKey, CellNote, End, Look, Part, Request, Role, Secret, Ticket, Timestamp, Trouble,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long what is hidden is shown, in milliseconds.
const REVEALED: i64 = 10_000;

/// An asset that is being read, or was.
#[derive(Debug)]
pub struct Looked {
    /// Which.
    pub key: AssetKey,
    cell: CellKey,
    asset: AssetRef,
    followed: Followed,
    /// The request for it, until it ends.
    pub ticket: Option<Ticket>,
    /// It was asked with what is hidden.
    reveal: bool,
    /// What was read, without what is hidden.
    json: Option<Secret>,
    /// Something in it is hidden.
    pub hidden: bool,
    /// What is missing in it.
    notes: Vec<CellNote>,
    /// Until when what is hidden is shown.
    pub until: Option<Timestamp>,
    /// Why it could not be read.
    failed: Option<String>,
    /// It is there no more.
    gone: bool,
}

impl State {
    /// Opens the asset under the cursor: what its row says at once, and what the cloud says as soon as it does.
    pub(in crate::app) fn open_asset(&mut self, now: Timestamp) -> Vec<Effect> {
        self.follow();
        let Some(followed) = self.browse.list().and_then(|l| l.followed.clone()) else { return Vec::new() };
        let (cell, asset) = (followed.cell.key(), followed.cell.asset(&followed.row()));
        self.browse.looked = Some(Box::new(Looked {
            key: followed.key(),
            cell,
            asset,
            followed,
            ticket: None,
            reveal: false,
            json: None,
            hidden: false,
            notes: Vec::new(),
            until: None,
            failed: None,
            gone: false,
        }));
        let Some(viewer) = self.asset_viewer() else { return Vec::new() };
        self.read(viewer);
        self.look_again(now, false)
    }

    /// Reads the asset on the screen again.
    pub(in crate::app) fn look_again(&mut self, _now: Timestamp, reveal: bool) -> Vec<Effect> {
        let ticket = self.ticket();
        let book = self.book.clone();
        let Some(looked) = self.browse.looked.as_mut() else { return Vec::new() };
        let before = looked.ticket.replace(ticket);
        looked.reveal = reveal;
        looked.failed = None;
        let look = Look { book, cell: looked.cell.clone(), asset: looked.asset.clone(), reveal };
        let mut effects: Vec<Effect> = before.into_iter().flat_map(|t| self.end_look(t)).collect();
        self.open.insert(ticket, BTreeSet::new());
        effects.push(Effect::Start { ticket, request: Request::Look(Box::new(look)) });
        self.show_looked();
        effects
    }

    fn end_look(&mut self, ticket: Ticket) -> Option<Effect> {
        self.browse.ending.insert(ticket);
        self.stopping.insert(ticket).then_some(Effect::Cancel(ticket))
    }

    /// Shows what is hidden for some seconds, or hides it again.
    pub(in crate::app) fn reveal(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(looked) = self.browse.looked.as_mut() else { return Vec::new() };
        if looked.until.take().is_some() {
            self.show_looked();
            return Vec::new();
        }
        if !looked.hidden {
            self.notice = Some(Notice::plain("nothing in it is hidden"));
            return Vec::new();
        }
        self.notice = Some(Notice::plain("reading it again, with what is hidden, for ten seconds"));
        self.look_again(now, true)
    }

    /// Hides what was shown for some seconds; whether that was due.
    pub(in crate::app) fn hide_again(&mut self, now: Timestamp) -> bool {
        match self.browse.looked.as_mut() {
            Some(looked) if looked.until.is_some_and(|at| at <= now) => looked.until = None,
            _ => return false,
        }
        self.show_looked();
        true
    }

    /// Takes an answer about the asset; `None` when the ticket is about something else.
    pub(in crate::app) fn look_reply(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        body: &Result<Part, End>,
        effects: &mut Vec<Effect>,
    ) -> Option<bool> {
        let looked = self.browse.looked.as_mut().filter(|l| l.ticket == Some(ticket))?;
        match body {
            Ok(Part::Item { json, batch, hidden, notes, .. }) => {
                looked.gone = json.is_none();
                looked.notes = notes.clone();
                // What is shown for some seconds may not stay in a row.
                if let Some(batch) = batch.as_ref().filter(|b| !b.is_empty() && !looked.reveal) {
                    looked.followed.renew(batch);
                }
                match looked.reveal {
                    true => {
                        let until = Timestamp(now.0 + REVEALED);
                        looked.until = Some(until);
                        self.browse.revealed = json.clone();
                        effects.push(Effect::WakeAt(until));
                    }
                    false => {
                        looked.hidden = *hidden;
                        looked.json = json.clone();
                    }
                }
            }
            Ok(_) => return Some(false),
            Err(end) => {
                looked.ticket = None;
                if let End::Failed(error) = end {
                    looked.failed = Some(error.message.clone());
                }
                self.open.remove(&ticket);
                self.stopping.remove(&ticket);
            }
        }
        self.show_looked();
        Some(true)
    }

    /// Makes the open viewer show what is known now; where it is closed, what was read is forgotten.
    fn show_looked(&mut self) {
        if self.browse.looked.as_ref().is_none_or(|l| l.until.is_none()) {
            self.browse.revealed = None;
        }
        let Some(mut fresh) = self.asset_viewer() else { return };
        let open = self.overlays.iter_mut().find_map(|o| match o {
            Overlay::Viewer(viewer) if viewer.kind == ViewerKind::Asset => Some(viewer),
            _ => None,
        });
        if let Some(viewer) = open {
            fresh.tab = viewer.tab.min(fresh.tabs().len().saturating_sub(1));
            (fresh.scroll, fresh.search) = (viewer.scroll, viewer.search.clone());
            *viewer = fresh;
        }
        self.clamp_scroll();
    }

    /// Forgets the asset that was read, once its viewer is closed. A request that is still open is cancelled.
    pub(in crate::app) fn forget_looked(&mut self) -> Vec<Effect> {
        let open = self.overlays.iter().any(|o| o.viewer().is_some_and(|v| v.kind == ViewerKind::Asset));
        if open || self.browse.looked.is_none() {
            return Vec::new();
        }
        self.browse.revealed = None;
        let ticket = self.browse.looked.take().and_then(|l| l.ticket);
        ticket.into_iter().flat_map(|t| self.end_look(t)).collect()
    }

    fn asset_viewer(&self) -> Option<Viewer> {
        let (_, list) = self.listed()?;
        let looked = self.browse.looked.as_ref()?;
        let row = looked.followed.row();
        let name = called(&row).to_owned();
        let mut lines = Vec::new();
        if looked.gone {
            lines.push(Line::of(Role::Untested, "It is there no more; this is what its row said."));
            lines.push(Line::blank());
        }
        let missing: Vec<String> = looked.notes.iter().map(missing).collect();
        for words in &missing {
            lines.push(Line::of(Role::Untested, words));
        }
        if !missing.is_empty() {
            lines.push(Line::blank());
        }
        lines.extend(asset_lines(self, list, &looked.followed));
        lines.extend(self.lead_lines());
        let json = match (&self.browse.revealed, &looked.json, &looked.failed) {
            _ if looked.gone => "it is there no more".to_owned(),
            (Some(json), ..) | (None, Some(json), _) => json.expose().to_owned(),
            (None, None, Some(why)) => format!("it could not be read: {why}"),
            (None, None, None) => "being read…".to_owned(),
        };
        let mut notes = missing;
        match (looked.until, looked.hidden) {
            (Some(_), _) => {
                notes.push("What is hidden is shown for ten seconds; {key:reveal} hides it now.".to_owned())
            }
            (None, true) => notes.push("Something is hidden; {key:reveal} shows it for ten seconds.".to_owned()),
            (None, false) => {}
        }
        let title = format!("{name} · {} · {}", looked.followed.cell.kind.title, looked.followed.cell.name);
        let tabs = vec![Tab { name: "fields", ..Tab::reading(lines) }, Tab::pasting("JSON", "json", json, notes)];
        let sheet = Sheet { name: "asset", title, tabs, whose: None };
        Some(Viewer::new(ViewerKind::Asset, name, vec![sheet]))
    }

    /// The JSON of an asset, if it is the one that was read last.
    pub(super) fn json_of(&self, key: &AssetKey) -> Option<&Secret> {
        self.browse.looked.as_ref().filter(|l| l.key == *key)?.json.as_ref()
    }
}

/// What a second call did not bring, and why.
fn missing(note: &CellNote) -> String {
    match &note.trouble {
        Trouble::Denied(denial) => {
            format!("Not all of it: {} was refused: {}.", note.operation, reason_words(denial.reason))
        }
        Trouble::Failed(error) => format!("Not all of it: {} failed: {}", note.operation, error.message),
    }
}

impl Looked {
    /// Its row.
    pub(super) fn followed(&self) -> &Followed {
        &self.followed
    }
}

impl Followed {
    /// The row as it was read again.
    fn renew(&mut self, batch: &Arc<Batch>) {
        self.batch = batch.clone();
        self.row = 0;
    }
}
