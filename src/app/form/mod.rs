//! Adding, editing and removing a connection. All fields stand on one screen, with what to do
//! beside them; nothing here asks anything of anybody but by effects.

mod check;
mod fields;
mod guide;
mod keys;
mod page;
mod remove;
mod rescue;
#[cfg(test)]
mod tests;
mod trial;

pub use check::Found;
pub use fields::{Field, IdMode, Level};
pub use page::{FormPage, form_page};
pub use remove::Removal;

use super::{Action, Effect, Kept, Notice, Overlay, State, TextInput};
use crate::domain::{Connection, ConnectionId, ExternalId, Method, Partition, Source, Timestamp};
use std::collections::BTreeMap;
use trial::{Trial, Who};

/// Which form: there is one for a new connection, and one for each that is being changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormKey {
    /// A new connection.
    New,
    /// One that is in the vault.
    Edit(ConnectionId),
}

/// A connection while a person describes it. It outlives its screen, so that nothing typed and no
/// ExternalId is lost.
#[derive(Debug, Clone)]
pub struct Form {
    /// Which it is.
    pub key: FormKey,
    /// The connection as it stands in the vault.
    pub(super) before: Option<Connection>,
    /// The identity of what will be saved; a new one has it as soon as it is made.
    pub(super) id: Option<ConnectionId>,
    /// A new ExternalId, made for this form and never replaced.
    pub(super) fresh: Option<ExternalId>,
    /// The field with the focus.
    pub focus: Field,
    texts: BTreeMap<Field, TextInput>,
    mode: IdMode,
    level: Level,
    more: bool,
    read_only: bool,
    protected: bool,
    /// A person allows requests to the foreign host in the endpoint field.
    confirmed: bool,
    /// From an ARN that was pasted; else the caller's counts.
    partition: Option<Partition>,
    who: Who,
    /// When the source is asked who it is, after a rest in typing.
    ask_at: Option<Timestamp>,
    trial: Option<Trial>,
    /// What was typed before candidates were walked through.
    stem: Option<String>,
    /// Something was typed, chosen or copied.
    touched: bool,
    /// A save of this form is being written.
    saving: bool,
    /// Why the last save failed.
    problem: Option<String>,
    /// The first row that is shown; `None` follows the focus.
    scroll: Option<usize>,
    /// The first row of the guidance where it stands beside the fields.
    guide_scroll: usize,
}

impl Form {
    /// What a person typed of a new ExternalId's connection, without anything that was learned of a cloud.
    pub(super) fn at_rest(self) -> Option<Self> {
        let fresh = self.holds_fresh_id();
        let (who, before) = (Who::Unasked, None);
        fresh.then_some(Self { who, before, ask_at: None, trial: None, saving: false, problem: None, ..self })
    }

    /// It is being saved once more.
    pub(super) fn save_again(&mut self) {
        self.saving = true;
    }

    fn new() -> Self {
        Self::with(FormKey::New, None)
    }

    fn edit(connection: &Connection) -> Self {
        Self::with(FormKey::Edit(connection.id), Some(connection.clone()))
    }

    fn with(key: FormKey, before: Option<Connection>) -> Self {
        let mode = match before.as_ref().map(|c| c.external_id().is_some()) {
            None => IdMode::Fresh,
            Some(true) => IdMode::Keep,
            Some(false) => IdMode::None,
        };
        let texts = Field::ALL.into_iter().filter(|f| f.is_text()).map(|f| (f, TextInput::new(f.limit()))).collect();
        let mut form = Self {
            key,
            id: before.as_ref().map(|c| c.id),
            fresh: None,
            focus: if before.is_some() { Field::Source } else { Field::Account },
            texts,
            mode,
            level: Level::Mandatory,
            more: false,
            read_only: before.as_ref().is_some_and(|c| c.read_only),
            protected: before.as_ref().is_some_and(|c| c.protected),
            confirmed: false,
            partition: None,
            who: Who::Unasked,
            ask_at: None,
            trial: None,
            stem: None,
            touched: false,
            saving: false,
            problem: None,
            scroll: None,
            guide_scroll: 0,
            before: None,
        };
        if let Some(c) = &before {
            form.fill(c);
        }
        form.before = before;
        form
    }

    /// Puts a connection's values into the fields. What is at its default stays empty.
    fn fill(&mut self, c: &Connection) {
        self.set(Field::Name, c.name.as_str());
        self.set(Field::Account, c.account.as_ref().map_or("", |a| a.as_str()));
        if let Method::Role { arn, .. } = &c.method {
            self.set(Field::Role, &check::role_text(arn));
            self.partition = Some(arn.partition().clone());
        }
        self.set(Field::Group, c.group.as_deref().unwrap_or_default());
        self.set(Field::Regions, &c.regions.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" "));
        if c.session_name.as_str() != check::SESSION {
            self.set(Field::Session, c.session_name.as_str());
        }
        if c.duration != Connection::HOUR {
            self.set(Field::Duration, &c.duration.to_string());
        }
        self.set(Field::Mfa, c.mfa_serial.as_deref().unwrap_or_default());
        self.set(Field::Identity, c.source_identity.as_ref().map_or("", |s| s.as_str()));
        self.set(Field::Endpoint, c.endpoint_url.as_deref().unwrap_or_default());
    }

    /// What was typed into a text field.
    pub(super) fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", |t| t.text().trim())
    }

    fn set(&mut self, field: Field, text: &str) {
        self.texts.insert(field, TextInput::with(text, field.limit()));
    }

    /// Whether an ExternalId stands here that stands nowhere else yet and may be in use already.
    pub(super) fn holds_fresh_id(&self) -> bool {
        self.mode == IdMode::Fresh && self.fresh.is_some() && self.touched
    }

    /// Whether the connection assumes a role, or acts with its source's own credentials.
    fn assumes_role(&self) -> bool {
        self.before.as_ref().is_none_or(|c| c.role_arn().is_some())
    }

    /// The fields that can have the focus now, from top to bottom.
    fn fields(&self) -> Vec<Field> {
        Field::ALL.into_iter().filter(|f| self.shows(*f)).collect()
    }

    fn focus_on(&mut self, field: Field) {
        if !self.shows(field) {
            self.more = true;
        }
        self.focus = if self.shows(field) { field } else { Field::Finish };
        self.scroll = None;
        self.stem = None;
    }

    fn shows(&self, field: Field) -> bool {
        match field {
            Field::Role | Field::External | Field::Level => self.assumes_role(),
            Field::ExternalText => self.assumes_role() && self.mode == IdMode::Typed,
            Field::Session | Field::Duration | Field::Mfa | Field::Identity => self.more && self.assumes_role(),
            Field::Group | Field::Regions | Field::Endpoint | Field::ReadOnly | Field::Protected => self.more,
            Field::Confirm => self.more && self.foreign_host().is_some(),
            _ => true,
        }
    }
}

impl State {
    /// The form that is on top, if one is.
    pub fn form(&self) -> Option<&Form> {
        match self.overlays.last() {
            Some(Overlay::Form(key)) => self.forms.get(key),
            _ => None,
        }
    }

    pub(super) fn form_mut(&mut self) -> Option<&mut Form> {
        match self.overlays.last() {
            Some(Overlay::Form(key)) => self.forms.get_mut(key),
            _ => None,
        }
    }

    /// `n`: a new connection, or the one that was begun.
    pub(super) fn new_connection(&mut self) -> Vec<Effect> {
        self.open_form(FormKey::New, Form::new)
    }

    /// `e`: the connection under the cursor.
    pub(super) fn edit_connection(&mut self) -> Vec<Effect> {
        let Some(c) = self.cursor.and_then(|id| self.connection(id)).cloned() else { return Vec::new() };
        let book = self.book.clone();
        self.open_form(FormKey::Edit(c.id), || {
            let mut form = Form::edit(&c);
            if c.source != Source::Env {
                form.set(Field::Source, &c.source.label(&book));
            }
            form
        })
    }

    fn open_form(&mut self, key: FormKey, make: impl FnOnce() -> Form) -> Vec<Effect> {
        let known = self.forms.get(&key).is_some_and(|f| f.touched);
        // A draft goes on over the connection as it is now.
        let now = match key {
            FormKey::Edit(id) => self.connection(id).cloned(),
            FormKey::New => None,
        };
        let form = self.forms.entry(key).or_insert_with(make);
        form.before = now;
        // Where one typed last is seen first.
        (form.scroll, form.guide_scroll) = (None, 0);
        let mut effects = vec![Effect::ListProfiles];
        if form.fresh.is_none() {
            effects.push(Effect::MakeIds(key));
        }
        self.overlays.push(Overlay::Form(key));
        if known {
            self.notice = Some(Notice::plain("your draft is as you left it"));
        }
        effects.extend(self.ask_who());
        effects
    }

    /// New identities for a form arrived.
    pub(super) fn ids_made(&mut self, key: FormKey, id: ConnectionId, fresh: ExternalId) -> Vec<Effect> {
        if let Some(form) = self.forms.get_mut(&key) {
            form.id.get_or_insert(id);
            form.fresh.get_or_insert(fresh);
        }
        self.ask_who()
    }

    /// Takes the form on top away; what was typed stays as a draft.
    pub(super) fn leave_form(&mut self) -> Vec<Effect> {
        let Some(Overlay::Form(key)) = self.overlays.pop() else { return Vec::new() };
        let effects = self.stop_form(key);
        match self.forms.get(&key) {
            Some(form) if form.touched => {
                let words = match key {
                    FormKey::New => "kept as a draft, not saved: n continues it",
                    FormKey::Edit(_) => "kept as a draft, not saved: e continues it",
                };
                self.notice = Some(Notice::plain(words));
            }
            // The ExternalId on an untouched form may have been copied with the mouse: the next one shows it again.
            Some(_) if key == FormKey::New => {}
            _ => drop(self.forms.remove(&key)),
        }
        effects
    }

    /// Throws the draft on top away.
    pub(super) fn drop_draft(&mut self) -> Vec<Effect> {
        let Some(Overlay::Form(key)) = self.overlays.last().cloned() else { return Vec::new() };
        if self.forms.get(&key).is_some_and(Form::holds_fresh_id) && self.armed.is_none() {
            self.armed = Some(Action::DropDraft);
            let words = "the new ExternalId here is saved nowhere; the same key once more throws it away";
            self.notice = Some(Notice::plain(words));
            return Vec::new();
        }
        self.overlays.pop();
        let effects = self.stop_form(key);
        self.forms.remove(&key);
        self.notice = Some(Notice::plain("thrown away; the vault is as it was"));
        effects
    }

    /// What has to be said before the program ends: a draft with an ExternalId that stands nowhere else.
    pub(super) fn would_lose(&self) -> Option<&'static str> {
        let kept = self.kept.iter().flat_map(Kept::forms);
        self.forms.values().chain(kept).any(Form::holds_fresh_id).then_some(
            "a draft holds a new ExternalId that is saved nowhere (n or e continues it); once more quits and loses it",
        )
    }
}
