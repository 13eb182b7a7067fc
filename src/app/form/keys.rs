//! Keys and text in the form.

use super::{Field, Form, IdMode};
use crate::app::{Action, Effect, Notice, State, TextInput, Tone};
use crate::domain::{Change, Connection, ExternalId, Request, RoleArn, Timestamp};
use std::collections::BTreeSet;

impl State {
    /// Handles an action in the form on top.
    pub(in crate::app) fn form_action(&mut self, now: Timestamp, action: Action) -> Option<Vec<Effect>> {
        let page = self.form_page_rows();
        let form = self.form_mut()?;
        let fields = form.fields();
        let at = fields.iter().position(|f| *f == form.focus).unwrap_or(0);
        match action {
            Action::Up => {
                let to = fields[at.saturating_sub(1)];
                return Some(self.form_go(to));
            }
            Action::Down => {
                let to = fields[(at + 1).min(fields.len() - 1)];
                return Some(self.form_go(to));
            }
            Action::Top | Action::Bottom => {}
            Action::PageUp | Action::PageDown => self.form_scroll(action == Action::PageDown, page),
            Action::Accept => return Some(self.form_accept(now)),
            Action::Back => return Some(self.stop_trial().unwrap_or_else(|| self.leave_form())),
            Action::Save => return Some(self.save_form()),
            Action::DropDraft => return Some(self.drop_draft()),
            Action::Test => return Some(self.test_form()),
            Action::Snippet => {
                if let Some(viewer) = self.form_viewer() {
                    self.form_mut()?.touched = true;
                    self.read(viewer);
                }
            }
            Action::Copy => {
                let copy = self.form_copy();
                self.form_mut()?.touched |= copy.is_some();
                return Some(copy.into_iter().collect());
            }
            Action::TakeSuggestion => {
                if let (Some(text), Some(form)) = (self.form_suggestion(), self.form_mut()) {
                    let field = form.focus;
                    form.set(field, &text);
                    form.split_arn(field);
                }
                return Some(self.form_edited(now));
            }
            Action::NextChoice => {
                let candidates = self.candidates();
                let form = self.form_mut()?;
                form.next_candidate(&candidates);
                return Some(self.ask_soon(now));
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Whether `Enter` saves now.
    pub(in crate::app) fn form_is_ready(&self) -> bool {
        self.form().is_some_and(|f| f.is_at_end() && f.is_ready(&self.book))
    }

    /// What is probably meant in the field with the focus.
    pub(in crate::app) fn form_suggestion(&self) -> Option<String> {
        let form = self.form()?;
        match form.found(form.focus, &self.book, self.profile_names().as_deref()) {
            super::Found::Wrong(e) => e.suggestion,
            _ => None,
        }
    }

    /// Text for the field with the focus.
    pub(in crate::app) fn form_typed(&mut self, now: Timestamp, text: &str) -> Vec<Effect> {
        let Some(form) = self.form_mut() else { return Vec::new() };
        let field = form.focus;
        if field.is_choice() {
            form.key_in_choice(field, text);
            return self.form_edited(now);
        }
        if !field.is_text() {
            // Blanks open and close what is folded; other text has no place here.
            if field == Field::More && text == " " {
                form.more = !form.more;
            } else {
                self.notice = Some(Notice::plain("nothing is typed here; {key:up} goes back to the fields"));
            }
            return Vec::new();
        }
        let clean = text.trim();
        // A whole ARN that is pasted stands for both fields, whatever was in them.
        if matches!(field, Field::Account | Field::Role) && RoleArn::parse(clean).is_ok() {
            form.set(field, clean);
        } else {
            let pasted = if form.text(field).is_empty() { text.trim_start() } else { text };
            let fits = form.texts.get_mut(&field).is_some_and(|t| t.insert(pasted));
            if !fits {
                self.notice = Some(Notice::plain("that is longer than this field takes; nothing was added"));
                return Vec::new();
            }
        }
        form.split_arn(field);
        self.form_edited(now)
    }

    /// A key that changes the text or moves in it; in a choice it chooses.
    pub(in crate::app) fn form_edit(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        let Some(form) = self.form_mut() else { return Vec::new() };
        let field = form.focus;
        if field.is_choice() {
            let (options, at) = form.options(field);
            match action {
                Action::CursorLeft => form.choose(field, at.saturating_sub(1)),
                Action::CursorRight => form.choose(field, (at + 1).min(options.len().saturating_sub(1))),
                Action::CursorHome => form.choose(field, 0),
                Action::CursorEnd => form.choose(field, options.len().saturating_sub(1)),
                _ => return Vec::new(),
            }
            return self.form_edited(now);
        }
        if field == Field::More && matches!(action, Action::CursorLeft | Action::CursorRight) {
            form.more = action == Action::CursorRight;
        }
        let Some(text) = form.texts.get_mut(&field) else { return Vec::new() };
        if text.edit(action) { self.form_edited(now) } else { Vec::new() }
    }

    /// What hangs on the fields: the last test no longer speaks for them, the source may be another.
    fn form_edited(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(form) = self.form_mut() else { return Vec::new() };
        form.touched = true;
        form.stem = None;
        form.scroll = None;
        form.problem = None;
        if let Some(trial) = &mut form.trial {
            // What is being typed is not what would be tested again.
            trial.next = None;
        }
        self.ask_soon(now)
    }

    /// To another field: whoever leaves the source wants to know who that is.
    fn form_go(&mut self, to: Field) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            form.focus_on(to);
        }
        self.ask_who()
    }

    /// `Enter`: the next field; on the last one the test, and after a good test the save.
    fn form_accept(&mut self, now: Timestamp) -> Vec<Effect> {
        let book = self.book.clone();
        let Some(form) = self.form_mut() else { return Vec::new() };
        match form.focus {
            Field::More => {
                form.more = !form.more;
                Vec::new()
            }
            Field::Finish if form.is_ready(&book) => self.save_form(),
            Field::Finish => self.test_form(),
            _ => self.form_action(now, Action::Down).unwrap_or_default(),
        }
    }

    /// Saves what stands in the form, tested or not.
    fn save_form(&mut self) -> Vec<Effect> {
        let book = self.book.clone();
        let Some(form) = self.form_mut() else { return Vec::new() };
        if form.saving {
            return Vec::new();
        }
        let connection = match form.connection(&book) {
            Ok(connection) => Connection { saved: true, ..connection },
            Err((field, why)) => {
                form.focus_on(field);
                self.notice = Some(Notice::plain(format!("not enough to save yet: {why}")));
                return Vec::new();
            }
        };
        if form.before.as_ref() == Some(&connection) {
            self.forms.remove(&super::FormKey::Edit(connection.id));
            self.overlays.pop();
            self.notice = Some(Notice::plain(format!("{} is as it was: nothing to save", connection.name)));
            return Vec::new();
        }
        form.saving = true;
        form.problem = None;
        let confirm = form.foreign_host().and(connection.endpoint_url.clone()).map(Change::Confirm);
        let change = if form.before.is_some() { Change::Replace(connection) } else { Change::Add(connection) };
        self.save(confirm.into_iter().chain([change]).collect())
    }

    /// A save of a form ended: well, and it is closed and its test speaks for the connection; or it says why not.
    pub(in crate::app) fn form_saved(
        &mut self,
        now: Timestamp,
        connection: &Connection,
        problem: Option<&str>,
    ) -> Vec<Effect> {
        let Some(key) = self.forms.iter().find(|(_, f)| f.id == Some(connection.id)).map(|(k, _)| *k) else {
            return Vec::new();
        };
        if let Some(why) = problem {
            if let Some(form) = self.forms.get_mut(&key) {
                form.saving = false;
                form.problem = Some(why.to_owned());
            }
            return Vec::new();
        }
        let Some(form) = self.forms.remove(&key) else { return Vec::new() };
        self.overlays.retain(|o| !matches!(o, crate::app::Overlay::Form(k) if *k == key));
        let mut tested = false;
        let mut effects = Vec::new();
        if let Some(mut trial) = form.trial
            && crate::app::book::same_test(&trial.connection, connection)
        {
            tested = trial.standing.known().next().is_some();
            match (trial.ticket, &mut trial.standing.report) {
                // A test that still runs goes on in the panes.
                (Some(ticket), _) => drop(self.open.insert(ticket, [connection.id].into())),
                (None, Some(report)) => {
                    report.name = connection.name.clone();
                    report.group.clone_from(&connection.group);
                    report.saved = true;
                    let (connection, report) = (Box::new(connection.clone()), report.clone());
                    let ticket = self.ticket();
                    self.open.insert(ticket, BTreeSet::new());
                    effects.push(Effect::Start { ticket, request: Request::Note { connection, report } });
                }
                (None, None) => {}
            }
            self.standings.insert(connection.id, trial.standing);
        }
        let name = &connection.name;
        let words = match (tested, form.before.is_some()) {
            (true, _) => format!("{name} is saved, and tested"),
            (false, false) => format!("{name} is saved, not tested yet: t tests it"),
            (false, true) => format!("{name} is changed, not tested since: t tests it"),
        };
        self.say(now, Notice { tone: Tone::Good, text: words });
        effects
    }
}

impl Form {
    /// Whether the last row has the focus.
    pub(in crate::app) fn is_at_end(&self) -> bool {
        self.focus == Field::Finish
    }

    /// Whether nothing is left but to save, or to close.
    fn is_ready(&self, book: &[Connection]) -> bool {
        self.is_accepted(book) || self.is_unchanged(book)
    }

    /// Whether a test runs or will go on by itself.
    pub(in crate::app) fn is_trying(&self) -> bool {
        self.trial().is_some_and(|t| t.ticket.is_some() || t.next.is_some())
    }

    /// A character in a choice: a blank takes the next value, a letter the value that begins with it.
    fn key_in_choice(&mut self, field: Field, text: &str) {
        let (options, at) = self.options(field);
        // What was pasted into the row above a field to type in is meant for that field.
        if field == Field::External && text.chars().count() > 1 && ExternalId::parse(text.trim()).is_ok() {
            self.mode = IdMode::Typed;
            self.set(Field::ExternalText, text.trim());
            self.focus = Field::ExternalText;
            return;
        }
        let next = match text {
            " " => Some((at + 1) % options.len().max(1)),
            letter => options.iter().position(|o| o.starts_with(letter)),
        };
        if let Some(next) = next {
            self.choose(field, next);
        }
    }

    /// Splits a whole role ARN in the account's or the role's field over both; typing goes on at the role's end.
    fn split_arn(&mut self, field: Field) {
        if !matches!(field, Field::Account | Field::Role) || !self.assumes_role() {
            return;
        }
        let Ok(arn) = RoleArn::parse(self.text(field)) else { return };
        self.partition = Some(arn.partition().clone());
        self.set(Field::Account, arn.account().as_str());
        self.set(Field::Role, &super::check::role_text(&arn));
        self.focus = Field::Role;
    }

    /// Puts the next candidate that contains what was typed into the field.
    fn next_candidate(&mut self, candidates: &[String]) {
        let field = self.focus;
        let stem = self.stem.get_or_insert_with(|| {
            self.texts.get(&field).map_or(String::new(), |t: &TextInput| t.text().trim().to_lowercase())
        });
        // What stands there is itself a candidate: then all are walked through.
        let all = candidates.iter().any(|c| c.to_lowercase() == *stem);
        let fitting: Vec<&String> =
            candidates.iter().filter(|c| all || c.to_lowercase().contains(stem.as_str())).collect();
        let now = self.text(field);
        let at = fitting.iter().position(|c| c.as_str() == now).map_or(0, |i| i + 1);
        let Some(next) = fitting.get(at % fitting.len().max(1)).map(|c| (*c).clone()) else { return };
        let stem = self.stem.take();
        self.set(field, &next);
        self.stem = stem;
        self.touched = true;
    }
}
