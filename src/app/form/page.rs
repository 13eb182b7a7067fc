//! The form as rows of text: fields with their marks, who asks, the ARN, the test's verdicts.

use super::trial::{Trial, Who, rounds};
use super::{Field, Form, FormKey, Found, IdMode};
use crate::app::detail::reason;
use crate::app::standing::finding_word;
use crate::app::{Area, Line, Slot, State, wrapped};
use crate::domain::{
    BaseIdentity, Connection, ExternalIdFinding, Mandatory, Mark, Partition, Role, Timestamp, Verdict,
};
use crate::text;
use std::ops::Range;

/// From this width on the guidance stands beside the fields.
const BESIDE: u16 = 96;
/// Below this width remarks begin under the labels.
const NARROW: usize = 50;
/// The column in which values begin.
const VALUE: usize = 16;

/// A row of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its text.
    pub line: Line,
    /// Where in it the terminal's cursor stands, on the row with the focus.
    pub cursor: Option<usize>,
}

/// The form, fitted to an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPage {
    /// What it is.
    pub title: String,
    /// Fields, and below them the guidance where it does not stand beside them.
    pub rows: Vec<Row>,
    /// The first row that is shown.
    pub first: usize,
    /// How many columns the fields have when the guidance stands beside them.
    pub split: Option<u16>,
    /// The guidance, when it stands beside the fields.
    pub guide: Vec<Line>,
    /// The first row of it that is shown.
    pub guide_first: usize,
}

/// The form on top, fitted to the inside of its frame. `spell` puts names of keys into a sentence.
pub fn form_page(state: &State, area: Area, spell: &dyn Fn(&str) -> String) -> Option<FormPage> {
    let form = state.form()?;
    let split = (area.width >= BESIDE).then_some(area.width * 4 / 7);
    let width = usize::from(split.unwrap_or(area.width));
    let (mut rows, focus) = form.rows(state, width, spell);
    let guide_width = split.map_or(area.width, |left| area.width - left).saturating_sub(3);
    let spelled: Vec<Line> = form.guide(state).iter().map(|l| l.spelled(spell)).collect();
    let guide = wrapped(&spelled, usize::from(guide_width));
    let height = usize::from(area.height);
    let mut below = Vec::new();
    if split.is_none() {
        rows.push(Row { line: Line::blank(), cursor: None });
        let indented = guide.iter().map(|l| l.indented(1));
        rows.extend(indented.map(|line| Row { line, cursor: None }));
    } else {
        below = guide;
    }
    let last = rows.len().saturating_sub(height);
    let first = form.scroll.unwrap_or_else(|| following(&focus, height)).min(last);
    let guide_first = form.guide_scroll.min(below.len().saturating_sub(height));
    Some(FormPage { title: form.title(), rows, first, split, guide: below, guide_first })
}

/// The first row so that the focus and what is said about it are seen. It moves by half pages: a row
/// at a time would paint everything anew with every key.
fn following(focus: &Range<usize>, height: usize) -> usize {
    let half = (height / 2).max(1);
    let needed = (focus.end + 1).saturating_sub(height);
    (needed.div_ceil(half) * half).min(focus.start)
}

/// Who we are, as people say it: `user ops/alice in account 111122223333`.
fn named(identity: &BaseIdentity) -> String {
    let resource = identity.arn.splitn(6, ':').nth(5).unwrap_or(identity.arn.as_str());
    let who = match resource.split_once('/') {
        Some(("assumed-role", rest)) => {
            let (role, session) = rest.split_once('/').unwrap_or((rest, ""));
            // The role of a permission set bears its name between a prefix and a suffix of Identity Center's.
            match role.strip_prefix("AWSReservedSSO_").and_then(|r| r.rsplit_once('_')) {
                Some((set, _)) => format!("{session} ({set})"),
                None => format!("role {role} ({session})"),
            }
        }
        Some((kind, name)) => format!("{kind} {name}"),
        None if resource == "root" => "the root user".to_owned(),
        None => resource.to_owned(),
    };
    let partition = match &identity.partition {
        Partition::Aws => String::new(),
        other => format!(" of {other}"),
    };
    format!("{who} in account {}{partition}", identity.account)
}

impl State {
    /// The inside of the form's frame.
    pub fn form_area(&self) -> Option<Area> {
        let body = self.layout()?.body;
        let Area { x, y, width, height } = body;
        Some(Area { x: x + 1, y: y + 1, width: width.saturating_sub(2), height: height.saturating_sub(2) })
    }

    pub(super) fn form_page_rows(&self) -> usize {
        self.form_area().map_or(1, |a| usize::from(a.height).saturating_sub(1).max(1))
    }

    /// Scrolls the guidance, or the whole page where the guidance stands below the fields.
    pub(super) fn form_scroll(&mut self, down: bool, by: usize) {
        let Some(page) = self.form_area().and_then(|area| form_page(self, area, &str::to_owned)) else { return };
        let height = by + 1;
        let to = |at: usize, len: usize| match down {
            true => (at + by).min(len.saturating_sub(height)),
            false => at.saturating_sub(by),
        };
        let Some(form) = self.form_mut() else { return };
        match page.split {
            Some(_) => form.guide_scroll = to(page.guide_first, page.guide.len()),
            None => form.scroll = Some(to(page.first, page.rows.len())),
        }
    }
}

impl Form {
    fn title(&self) -> String {
        match (&self.key, &self.before) {
            (FormKey::Edit(_), Some(before)) => format!("Edit {}", before.name),
            _ => "New connection".to_owned(),
        }
    }

    /// Every row, and which of them are the field with the focus.
    fn rows(&self, state: &State, width: usize, spell: &dyn Fn(&str) -> String) -> (Vec<Row>, Range<usize>) {
        let mut focus = 0..0;
        let mut out = Rows { width, rows: Vec::new() };
        let profiles = state.profile_names();
        for field in self.fields() {
            let found = self.found(field, &state.book, profiles.as_deref());
            let start = out.rows.len();
            match field {
                Field::More => self.fold(&mut out),
                Field::Finish => self.finish(state, &mut out),
                field if field.is_choice() => self.choice(field, &found, &mut out),
                field => self.text_field(field, &found, state, &mut out),
            }
            self.below(field, &found, state, spell, &mut out);
            if field == self.focus {
                focus = start..out.rows.len();
            }
        }
        (out.rows, focus)
    }

    fn text_field(&self, field: Field, found: &Found, state: &State, out: &mut Rows) {
        let focused = field == self.focus;
        let Some(input) = self.texts.get(&field) else { return };
        let (mark, role) = self.look(field, found, state);
        let line = out.label(focused, mark, field.label());
        let room = out.width.saturating_sub(VALUE + 1).max(4);
        if input.is_empty() {
            let words = match found {
                Found::Default(words) => words.clone(),
                _ if field == Field::ExternalText => "paste or type it here".to_owned(),
                _ if field == Field::Name => "made from the account".to_owned(),
                _ => "12 digits, or a whole role ARN".to_owned(),
            };
            let needed = *found == Found::Missing && field != Field::Name;
            let role = if needed { Role::Untested } else { Role::Quiet };
            out.push(line.and(role, text::truncate(&words, room)), focused.then_some(VALUE));
            return;
        }
        if !focused {
            out.push(line.and(role, text::truncate(input.text(), room)), None);
            return;
        }
        let (shown, column) = window(input.text(), input.column(), room);
        out.push(line.and(Role::Input, shown), Some(VALUE + column));
    }

    /// A field's mark, and how its value is drawn.
    fn look(&self, field: Field, found: &Found, state: &State) -> (Mark, Role) {
        let aws = matches!(field, Field::Account | Field::Role | Field::External | Field::ExternalText);
        match found {
            Found::Wrong(e) if field == self.focus && e.at.is_none() => (Mark::Testing, Role::Text),
            Found::Wrong(_) => (Mark::Denied, Role::Bad),
            Found::Missing => (Mark::NotReached, Role::Untested),
            Found::Doubt(_) => (Mark::Finding, Role::Text),
            Found::Default(_) if !aws => (Mark::NotReached, Role::Quiet),
            _ if aws && self.is_accepted(&state.book) => (Mark::Allowed, Role::Good),
            Found::Default(_) | Found::Good => (Mark::Allowed, Role::Allowed),
        }
    }

    fn choice(&self, field: Field, found: &Found, out: &mut Rows) {
        let focused = field == self.focus;
        let mark = match found {
            Found::Missing => Mark::NotReached,
            // The field below has the mark.
            _ if field == Field::External && self.mode == IdMode::Typed => Mark::NotReached,
            Found::Default(_) if field == Field::External => Mark::NotApplicable,
            _ => Mark::Allowed,
        };
        let mut line = out.label(focused, mark, field.label());
        let (options, at) = self.options(field);
        if field == Field::Confirm {
            let host = self.foreign_host().unwrap_or_default();
            line = line.and(Role::Text, format!("requests may go to {host}: "));
        }
        // Where not all fit, those before the chosen one give way.
        let room = out.width.saturating_sub(VALUE + 1);
        let wide = |from: usize| options[from..].iter().map(|o| o.len() + 2).sum::<usize>();
        let from = (0..=at).find(|from| wide(*from) <= room).unwrap_or(at);
        for (i, option) in options.iter().enumerate().skip(from) {
            let (role, word) = if i == at {
                (Role::Strong, format!("[{option}]"))
            } else {
                (if focused { Role::Text } else { Role::Quiet }, format!(" {option} "))
            };
            line = line.and(role, word);
        }
        let cursor = options.iter().take(at).skip(from).map(|o| o.len() + 2).sum::<usize>() + 1;
        out.push(line, focused.then_some(VALUE + cursor));
    }

    fn fold(&self, out: &mut Rows) {
        let focused = self.focus == Field::More;
        let set = Field::ALL.into_iter().filter(|f| *f > Field::More && f.is_text() && !self.text(*f).is_empty());
        let set: Vec<&str> = set.map(Field::label).collect();
        let words = match (self.more, set.is_empty()) {
            (true, _) => "▾ the rest".to_owned(),
            (false, true) => "▸ group, regions, MFA and others; all optional".to_owned(),
            (false, false) => format!("▸ {} set", set.join(", ")),
        };
        let line = out.label(focused, Mark::NotReached, Field::More.label());
        out.push(line.and(Role::Text, words), focused.then_some(VALUE));
    }

    fn finish(&self, state: &State, out: &mut Rows) {
        let focused = self.focus == Field::Finish;
        let word = match () {
            () if self.saving => "[ saving … ]",
            () if self.is_unchanged(&state.book) => "[ nothing changed: close ]",
            () if self.is_accepted(&state.book) => "[ save ]",
            () if self.trial.as_ref().is_some_and(|t| t.ticket.is_some()) => "[ testing … ]",
            () => "[ test it ]",
        };
        out.blank();
        let line = out.label(focused, Mark::NotReached, "").and(Role::Strong, word);
        out.push(line, focused.then_some(VALUE));
        if let Some(trial) = &self.trial {
            verdicts(trial, self.is_tested(&state.book), state.now, out);
        }
    }

    /// What is said about a field below it.
    fn below(&self, field: Field, found: &Found, state: &State, spell: &dyn Fn(&str) -> String, out: &mut Rows) {
        match found {
            Found::Wrong(e) => {
                let role = if field == self.focus && e.at.is_none() { Role::Quiet } else { Role::Bad };
                let fix = e.fix.as_ref().map(|f| format!("; {f}")).unwrap_or_default();
                let at = e.at.map(|at| format!(" (at character {at})")).unwrap_or_default();
                out.note(role, &format!("{}{at}{fix}", e.why));
                if let Some(value) = &e.suggestion {
                    let key = if field == self.focus { "{key:take-suggestion} takes" } else { "perhaps" };
                    out.note(Role::Text, &format!("{} {value}", spell(key)));
                }
            }
            Found::Doubt(words) => out.note(Role::Untested, words),
            _ => {}
        }
        match field {
            Field::Source => self.who_line(spell, out),
            Field::Role if self.assumes_role() => {
                if let Ok(arn) = self.role() {
                    let accepted = self.is_accepted(&state.book);
                    let role = if accepted { Role::Good } else { Role::Quiet };
                    let words = if accepted { format!("✓ {arn} accepted by AWS") } else { arn.to_string() };
                    out.note(role, &words);
                }
            }
            Field::External => self.external_line(state, out),
            Field::Level => out.note(Role::Quiet, self.level.means()),
            _ => {}
        }
    }

    fn who_line(&self, spell: &dyn Fn(&str) -> String, out: &mut Rows) {
        match self.who() {
            Who::Unasked => {}
            Who::Asking(..) => out.note(Role::Testing, "◌ asking AWS who that is"),
            Who::Known(_, identity) if self.assumes_role() && identity.is_root() => out.note(
                Role::Finding,
                &format!("! you are {}: AWS lets no root user assume a role; take a user or role", named(identity)),
            ),
            Who::Known(_, identity) => out.note(Role::Allowed, &format!("✓ you are {}", named(identity))),
            Who::Failed(_, why) => {
                out.note(Role::Bad, &format!("✗ {why}"));
                if self.focus != Field::Source {
                    out.note(
                        Role::Text,
                        &spell("{key:up} goes there, {key:next-choice} walks through what is known here"),
                    );
                }
            }
        }
    }

    fn external_line(&self, state: &State, out: &mut Rows) {
        let accepted = self.is_accepted(&state.book);
        let finding = self.trial.as_ref().filter(|_| accepted).and_then(|t| t.standing.external_id());
        let found = match finding {
            Some(f) if f.is_finding() => Some((Role::Finding, format!("! accepted, but {}", finding_word(f)))),
            Some(ExternalIdFinding::Enforced) => Some((Role::Good, "✓ accepted by AWS, and enforced".to_owned())),
            _ if accepted && self.mode != IdMode::None => Some((Role::Good, "✓ accepted by AWS".to_owned())),
            _ => None,
        };
        match (self.mode, &self.fresh) {
            (IdMode::Fresh, Some(id)) => out.note(if accepted { Role::Good } else { Role::Allowed }, id.expose()),
            (IdMode::Fresh, None) => out.note(Role::Testing, "◌ is being made"),
            (IdMode::None, _) => out.note(Role::Quiet, "right inside your own organization only"),
            (IdMode::Keep, _) if self.next_id().is_some() => {
                out.note(Role::Untested, "another is kept for when the role asks for it");
            }
            (IdMode::Next, _) => out.note(Role::Allowed, self.next_id().map_or("", |id| id.expose())),
            (IdMode::Keep | IdMode::Typed, _) => {}
        }
        if let Some((role, words)) = found {
            out.note(role, &words);
        }
    }
}

/// The verdicts of a test, and when it goes on by itself.
fn verdicts(trial: &Trial, current: bool, now: Timestamp, out: &mut Rows) {
    if !current {
        out.note(Role::Quiet, "changed since this test:");
    }
    for permission in Mandatory::ALL {
        let slot = trial.standing.slot(permission);
        let mark = slot.mark();
        let word = match slot {
            Slot::Known(c) if c.verdict == Verdict::Denied => {
                c.denial.as_ref().map_or(String::new(), |d| format!("DENIED: {}", reason(d)))
            }
            _ => mark.word().to_owned(),
        };
        let role = if current { mark.role() } else { Role::Quiet };
        out.note(role, &format!("{} {:<14}{word}", mark.symbol(false), permission.short()));
    }
    if let Some(at) = trial.next {
        let left = (at.since(now).max(0) + 999) / 1000;
        out.note(Role::Testing, &format!("◌ next test by itself in {left} s ({} of {})", trial.again, rounds()));
    }
}

/// Rows as they grow.
struct Rows {
    width: usize,
    rows: Vec<Row>,
}

impl Rows {
    fn push(&mut self, line: Line, cursor: Option<usize>) {
        self.rows.push(Row { line, cursor });
    }

    fn blank(&mut self) {
        self.push(Line::blank(), None);
    }

    /// The focus bar, the mark and the label.
    fn label(&self, focused: bool, mark: Mark, label: &str) -> Line {
        let bar = if focused { "▌" } else { " " };
        let symbol = if mark == Mark::NotReached { " " } else { mark.symbol(false) };
        Line::of(Role::Cursor, bar)
            .and(mark.role(), format!("{symbol} "))
            .and(if focused { Role::Strong } else { Role::Text }, format!("{label:<width$}", width = VALUE - 3))
    }

    /// A remark under a field, wrapped below its value.
    fn note(&mut self, role: Role, words: &str) {
        let indent = if self.width < NARROW { 3 } else { VALUE };
        let room = self.width.saturating_sub(indent + 1);
        for line in wrapped(&[Line::of(role, words).hang(2)], room) {
            self.push(line.indented(indent), None);
        }
    }
}

/// The part of a long text around the cursor, and the cursor's column in it.
fn window(content: &str, column: usize, room: usize) -> (String, usize) {
    let start = (column + 1).saturating_sub(room);
    let mut skipped = 0;
    let mut rest = content;
    while skipped < start {
        let Some(c) = rest.chars().next() else { break };
        skipped += text::width(c.encode_utf8(&mut [0; 4]));
        rest = &rest[c.len_utf8()..];
    }
    let mut end = 0;
    let mut used = 0;
    for (i, c) in rest.char_indices() {
        used += text::width(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        end = i + c.len_utf8();
    }
    (rest[..end].to_owned(), column - skipped.min(column))
}

/// Whether two connections differ in what is tested, for the guidance.
pub(super) fn changes(before: &Connection, after: &Connection) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut note = |what: &'static str, words: String| found.push((what, words));
    if before.name != after.name {
        note("name", format!("{} becomes {}", before.name, after.name));
    }
    if before.role_arn() != after.role_arn()
        && let Some(arn) = after.role_arn()
    {
        note("role", format!("{arn}: it must trust us, as below; the ExternalId is probed again"));
    }
    if before.external_id() != after.external_id() {
        note(
            "ExternalId",
            match after.external_id() {
                Some(_) => "another: the role refuses us until its trust policy asks for it; it is probed again".into(),
                None => "none is sent: a role that asks for one refuses us".into(),
            },
        );
    }
    if before.source != after.source {
        note("who asks", "another identity: the role must trust its account as well".to_owned());
    }
    if before.endpoint_url != after.endpoint_url {
        note("endpoint", "requests of this connection go elsewhere".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

    #[test]
    fn who_we_are_is_said_as_people_say_it() {
        let of = |resource: &str| {
            let account = AccountId::parse("111122223333").unwrap();
            let arn = format!("arn:aws:{resource}");
            named(&BaseIdentity { arn, account, partition: Partition::Aws })
        };
        for (resource, words) in [
            ("iam::111122223333:user/ops/alice", "user ops/alice"),
            ("iam::111122223333:root", "the root user"),
            ("sts::111122223333:assumed-role/Admin/i-0abc", "role Admin (i-0abc)"),
            ("sts::111122223333:assumed-role/AWSReservedSSO_Ops_Team_1a2b/me@example.com", "me@example.com (Ops_Team)"),
            ("sts::111122223333:federated-user/bob", "federated-user bob"),
        ] {
            assert_eq!(of(resource), format!("{words} in account 111122223333"));
        }
    }

    #[test]
    fn a_long_text_is_shown_around_its_cursor() {
        assert_eq!(window("abcdef", 6, 4), ("def".to_owned(), 3));
        assert_eq!(window("abcdef", 0, 4), ("abcd".to_owned(), 0));
        assert_eq!(window("ab", 2, 4), ("ab".to_owned(), 2));
    }
}
