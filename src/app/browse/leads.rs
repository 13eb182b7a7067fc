//! Links: what an asset leads to, and which kinds lead to it.

use super::{Followed, Goal, LinkGoal};
use crate::app::{Action, Effect, Line, Notice, Overlay, State};
use crate::catalog::kind::{By, Scope};
use crate::domain::{ConnectionId, KindId, Needle, Region, Role, Timestamp};
use crate::query::{CellLabel, TAGGED, hunt, place, place_of_arn};
use crate::text;

/// A lead from one asset to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// What it is called: `VPC vpc-0aa1`, `Volumes of this`.
    pub title: String,
    /// To which kind.
    pub kind: String,
    /// It leads back: from the others to this one.
    pub back: bool,
    /// Where it leads, or why it leads nowhere.
    goal: Result<Goal, String>,
}

/// Choosing a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leads {
    /// The row under the cursor.
    pub at: usize,
    /// What can be followed.
    pub leads: Vec<Lead>,
}

impl State {
    /// Everything that the asset in the detail leads to, then every kind that leads to it.
    fn leads(&self, followed: &Followed) -> Vec<Lead> {
        let (cell, row) = (&*followed.cell, followed.row());
        let name = followed.called();
        let mut leads = Vec::new();
        let own = Region::parse(place(cell, &row)).ok();
        for (at, link) in cell.kind.links.iter().enumerate() {
            let id = KindId::new(&link.kind);
            let Some(kind) = self.catalog.kind(&id) else { continue };
            for value in row.link(at) {
                let word = match link.by {
                    By::Id => "id",
                    By::Arn => "arn",
                    By::Name => "name",
                };
                let asked = (link.by == By::Id
                    && hunt(&Needle::Id(value.to_owned()), &self.catalog).kinds.contains(&id))
                .then(|| value.to_owned());
                // An ARN says itself where the other is.
                let (account, region) = if link.by == By::Arn { place_of_arn(value) } else { ("", "") };
                let connection = self.leading_to(cell, account);
                let region = Region::parse(region).ok().or_else(|| own.clone());
                let goal = connection.map(|connection| {
                    Goal::Link(Box::new(LinkGoal {
                        kind: id.clone(),
                        filter: format!("{word}:={}", quoted(value)),
                        id: asked,
                        connection,
                        region: region.filter(|_| kind.scope == Scope::Regional),
                        from: format!("{} of {name}", link.title),
                    }))
                });
                let title = format!("{} {value}", link.title);
                leads.push(Lead { title, kind: kind.title.clone(), back: false, goal });
            }
        }
        for id in self.catalog.ids() {
            let Some(kind) = self.catalog.kind(id) else { continue };
            for link in kind.links.iter().filter(|l| l.kind == cell.kind.id) {
                let value = match link.by {
                    By::Id => row.id(),
                    By::Arn => row.arn(),
                    By::Name => row.name(),
                };
                if value.is_empty() {
                    continue;
                }
                let goal = LinkGoal {
                    kind: id.clone(),
                    filter: quoted(value),
                    id: None,
                    connection: cell.connection,
                    region: own.clone().filter(|_| kind.scope == Scope::Regional && cell.region.is_some()),
                    from: format!("by {} {name}", link.title),
                };
                let title = format!("{} · {}", kind.title, link.title);
                leads.push(Lead { title, kind: kind.title.clone(), back: true, goal: Ok(Goal::Link(Box::new(goal))) });
            }
        }
        leads
    }

    /// The connection that leads to an account: the row's own, if that is its account or none is named.
    fn leading_to(&self, cell: &CellLabel, account: &str) -> Result<ConnectionId, String> {
        if account.is_empty() || account == "aws" || account == cell.account.as_str() {
            return Ok(cell.connection);
        }
        let other = self.book.iter().find(|c| self.account_of(c.id).is_some_and(|a| a.as_str() == account));
        other.map(|c| c.id).ok_or_else(|| format!("no connection leads to account {}", text::line(account)))
    }

    /// The leads of the asset in the detail, as lines of its page.
    pub(super) fn lead_lines(&self) -> Vec<Line> {
        let Some(looked) = self.browse.looked.as_ref() else { return Vec::new() };
        let leads = self.leads(looked.followed());
        if leads.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![
            Line::blank(),
            Line::of(Role::Heading, "Links").and(Role::Key, "   {key:links}").and(Role::Quiet, " follows one"),
        ];
        lines.extend(leads.iter().map(|lead| {
            let arrow = if lead.back { "← " } else { "→ " };
            Line::of(Role::Quiet, arrow).and(Role::Text, &lead.title).hang(2)
        }));
        lines
    }

    /// Offers what can be followed from the asset at hand.
    pub(in crate::app) fn begin_to_follow(&mut self) {
        self.follow();
        let Some(followed) = self.browse.list().and_then(|l| l.followed.clone()) else { return };
        let leads = self.leads(&followed);
        if leads.is_empty() {
            self.notice =
                Some(Notice::plain(format!("{} leads to nothing, and nothing leads to it", followed.called())));
            return;
        }
        self.overlays.push(Overlay::Leads(Leads { at: 0, leads }));
    }

    /// The choice of a lead, if that is on top.
    pub fn lead_chooser(&self) -> Option<&Leads> {
        match self.overlays.last() {
            Some(Overlay::Leads(leads)) => Some(leads),
            _ => None,
        }
    }

    /// What a key does while a lead is chosen; `None` when it is none of its.
    pub(in crate::app) fn leads_action(&mut self, now: Timestamp, action: Action) -> Option<Vec<Effect>> {
        let Some(Overlay::Leads(leads)) = self.overlays.last_mut() else { return None };
        let last = leads.leads.len().saturating_sub(1);
        match action {
            Action::Up => leads.at = leads.at.saturating_sub(1),
            Action::Down => leads.at = (leads.at + 1).min(last),
            Action::Top | Action::PageUp => leads.at = 0,
            Action::Bottom | Action::PageDown => leads.at = last,
            Action::Back => drop(self.overlays.pop()),
            Action::Accept => match leads.leads.get(leads.at).map(|w| w.goal.clone())? {
                Ok(goal) => {
                    self.overlays.clear();
                    return Some(self.go(now, goal));
                }
                Err(why) => self.notice = Some(Notice::plain(why)),
            },
            _ => return None,
        }
        Some(Vec::new())
    }

    /// The ARN under the cursor, where all that is known of a thing is what the tagging service says.
    pub(super) fn tagged_here(&self) -> Option<String> {
        let (cell, row) = self.browse.list()?.row()?;
        (cell.kind.id == TAGGED && !row.arn().is_empty()).then(|| row.arn().to_owned())
    }
}

/// A value as a filter takes it whole.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
