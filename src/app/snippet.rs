//! Which policies mend a connection, and the viewer that shows them.

use super::viewer::{Sheet, Tab};
use super::{Overlay, State, Viewer, ViewerKind};
use crate::domain::{BaseIdentity, CauseKind, Connection, ConnectionId, Mandatory, RoleArn, Verdict};
use crate::policy::{self, Format, RoleRef, Snippet, TrustInput, Trusted};
use crate::report;

/// The name of the form that is a page for a person.
const MESSAGE: &str = "message";

impl State {
    /// Whether a policy can mend what a connection's checks found.
    pub fn has_snippet(&self, id: ConnectionId) -> bool {
        !snippets(self, id).is_empty()
    }

    /// The policy on the screen, else the first that would be shown: whose it is, and its document as JSON.
    pub(super) fn policy_at_hand(&self) -> Option<(ConnectionId, String)> {
        let shown = self
            .overlays
            .iter()
            .rev()
            .filter_map(Overlay::viewer)
            .find(|v| matches!(v.kind, ViewerKind::Snippet | ViewerKind::Cells));
        if let Some(sheet) = shown.and_then(|v| v.sheets.get(v.sheet))
            && let (Some(id), Some(document)) = (sheet.whose, sheet.tabs.first())
        {
            return Some((id, document.text.clone()));
        }
        let id = match (shown, self.drafted()) {
            (Some(_), Some(draft)) => draft.id,
            (Some(viewer), None) => self.book.iter().find(|c| c.name.as_str() == viewer.about)?.id,
            (None, _) => self.cursor?,
        };
        let made = if shown.is_none() { self.snippet_viewer(id) } else { None };
        let viewer = shown.or(made.as_ref())?;
        let document = viewer.sheets.get(viewer.sheet)?.tabs.first()?;
        Some((id, document.text.clone()))
    }

    /// The policies that mend a connection, in a viewer.
    pub(super) fn snippet_viewer(&self, id: ConnectionId) -> Option<Viewer> {
        let connection = self.connection(id)?;
        let sheets: Vec<Sheet> = snippets(self, id).iter().map(|(name, snippet)| sheet(name, snippet)).collect();
        (!sheets.is_empty()).then(|| Viewer::new(ViewerKind::Snippet, connection.name.as_str(), sheets))
    }

    /// Whether there is somebody to write to about a connection's refusals.
    pub fn has_message(&self, id: ConnectionId) -> bool {
        self.has_snippet(id) || self.appeal(id).is_some()
    }

    /// Pages for the people who can mend a connection's refusals: a page a policy of theirs, and one for what is
    /// forbidden from elsewhere.
    pub(super) fn message_viewer(&self, id: ConnectionId) -> Option<Viewer> {
        let connection = self.connection(id)?;
        let mut sheets: Vec<Sheet> = Vec::new();
        for (name, snippet) in &snippets(self, id) {
            let Ok(text) = policy::render(snippet, Format::Message) else { continue };
            let title = format!("For the owner of {}", snippet.place.label());
            sheets.push(Sheet { name, title, tabs: vec![Tab::letter(MESSAGE, "txt", text)], whose: None });
        }
        if let Some(text) = self.appeal(id) {
            let title = "For whoever manages the policy that forbids it".to_owned();
            sheets.push(Sheet { name: "refused", title, tabs: vec![Tab::letter(MESSAGE, "txt", text)], whose: None });
        }
        (!sheets.is_empty()).then(|| Viewer::new(ViewerKind::Message, connection.name.as_str(), sheets))
    }

    fn appeal(&self, id: ConnectionId) -> Option<String> {
        report::appeal(self.connection(id)?, self.standings.get(&id)?.report.as_deref()?)
    }
}

/// What can be offered, the likeliest first, each with a word for it.
fn snippets(state: &State, id: ConnectionId) -> Vec<(&'static str, Snippet)> {
    let (Some(connection), Some(standing)) = (state.connection(id), state.standings.get(&id)) else {
        return Vec::new();
    };
    let refused = standing.known().find(|c| c.permission == Mandatory::AssumeRole && c.verdict == Verdict::Denied);
    let identity = base_identity(state, connection);
    let mut offers = Vec::new();
    if let Some(check) = refused {
        let Some((role, identity)) = connection.role_arn().zip(identity) else { return offers };
        let trust = trust(connection, role, identity);
        let caller =
            policy::caller(identity, &roles_of_source(state, connection), sends_source_identity(state, connection));
        let (trust, caller) = (trust.map(|s| ("trust", s)), caller.ok().map(|s| ("caller", s)));
        // Both sides have to agree; the one that the evidence points at comes first.
        let caller_first = check.causes.first().is_some_and(|c| c.cause == CauseKind::CallerPolicy);
        offers.extend(if caller_first { [caller, trust] } else { [trust, caller] }.into_iter().flatten());
        return offers;
    }
    let missing: Vec<Mandatory> = standing
        .known()
        .filter(|c| c.permission != Mandatory::AssumeRole && c.verdict == Verdict::Denied)
        .filter(|c| c.denial.as_ref().is_some_and(|d| d.allow_may_help()))
        .map(|c| c.permission)
        .collect();
    let snippet = match connection.role_arn() {
        Some(role) => policy::missing(&RoleRef::from(role), &missing),
        None => identity.and_then(|i| policy::missing_own(i, &missing).ok().flatten()),
    };
    offers.extend(snippet.map(|s| ("missing", s)));
    if standing.external_id().is_some_and(|f| f.is_finding()) {
        offers.extend(
            connection.role_arn().zip(identity).and_then(|(role, i)| trust(connection, role, i)).map(|s| ("trust", s)),
        );
    }
    offers
}

/// The trust policy that lets the base identity's account in, with the ExternalId.
fn trust(connection: &Connection, role: &RoleArn, identity: &BaseIdentity) -> Option<Snippet> {
    let input = TrustInput::of(connection, Trusted::AccountOf(identity.clone()));
    policy::trust(&RoleRef::from(role), &input).ok()
}

/// Who we are before assuming: from the last report, else from what the source answered in this run.
pub(super) fn base_identity<'s>(state: &'s State, connection: &Connection) -> Option<&'s BaseIdentity> {
    let reported = state.standings.get(&connection.id).and_then(|s| s.base_identity());
    reported.or_else(|| state.sources.get(&connection.source)?.outcome.as_ref().ok())
}

/// Every role that is assumed from a connection's source: one statement serves them all.
fn roles_of_source(state: &State, connection: &Connection) -> Vec<RoleArn> {
    let same = |c: &&Connection| c.source == connection.source;
    state.book.iter().filter(same).filter_map(|c| c.role_arn().cloned()).collect()
}

fn sends_source_identity(state: &State, connection: &Connection) -> bool {
    state.book.iter().any(|c| c.source == connection.source && c.source_identity.is_some())
}

/// A snippet in every form that can express it.
pub(super) fn sheet(name: &'static str, snippet: &Snippet) -> Sheet {
    let tabs = Format::ALL
        .into_iter()
        .filter_map(|format| {
            let text = policy::render(snippet, format).ok()?;
            let (title, ending) = match format {
                Format::Json => ("JSON", "json"),
                Format::Min => ("minified", "json"),
                Format::CloudFormation => ("CloudFormation", "yaml"),
                Format::Terraform => ("Terraform", "tf"),
                Format::Cli => ("CLI", "sh"),
                Format::CloudShell => ("CloudShell", "sh"),
                Format::Message => (MESSAGE, "txt"),
            };
            Some(match format {
                Format::Message => Tab::letter(title, ending, text),
                _ => Tab::pasting(title, ending, text, policy::notes(snippet, format)),
            })
        })
        .collect();
    Sheet { name, title: snippet.title.clone(), tabs, whose: None }
}
