//! The regions of the connection that the detail shows.

use super::order::natural;
use super::standing::Slot;
use super::{Goal, Line, State, Viewer, ViewerKind};
use crate::catalog::kind::Scope;
use crate::domain::{Connection, Mandatory, Mark, Region, RegionFact, Regions, Role, Verdict};
use std::borrow::Cow;

/// A row of the regions pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// The region.
    pub region: Region,
    /// Its name for people, where this release knows it.
    pub place: &'static str,
    /// On, off, or not known.
    pub mark: Mark,
    /// The same in a word or two; while assets are listed, how many there are.
    pub word: Cow<'static, str>,
    /// While assets are listed: whether it is marked.
    pub marked: Option<bool>,
}

/// By what the regions are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegionOrder {
    /// The code.
    #[default]
    Code,
    /// Those that are on first.
    State,
    /// The name for people.
    Place,
}

impl RegionOrder {
    /// The next one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Code => Self::State,
            Self::State => Self::Place,
            Self::Place => Self::Code,
        }
    }

    /// What is said about it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Code => "by code",
            Self::State => "on first",
            Self::Place => "by name",
        }
    }
}

/// The regions, and whether they are assumed rather than told.
fn regions(state: &State) -> Option<&Regions> {
    state.detailed()?.1.report.as_ref()?.facts.regions.as_ref()
}

/// Every region of the pane: while assets are listed those of the scope, else those of the one connection.
fn all_regions(state: &State) -> Vec<RegionRow> {
    match state.browse.list() {
        Some(list) => list.regions.clone(),
        None => told_regions(state),
    }
}

/// Every region: what the account said; else the connection's own list, marked as such. By code.
pub(super) fn told_regions(state: &State) -> Vec<RegionRow> {
    let row = |region: &Region, mark, word: &'static str| RegionRow {
        region: region.clone(),
        place: region.place().unwrap_or_default(),
        mark,
        word: Cow::Borrowed(word),
        marked: None,
    };
    if let Some(regions) = regions(state) {
        let told = |fact: &RegionFact| {
            let (mark, word) = match (fact.enabled, fact.opt_in.as_str()) {
                _ if regions.assumed => (Mark::Untested, "assumed"),
                (true, "opted-in") => (Mark::Allowed, "opted in"),
                (true, _) => (Mark::Allowed, "on"),
                (false, _) => (Mark::NotApplicable, "off"),
            };
            row(&fact.region, mark, word)
        };
        return regions.list.iter().map(told).collect();
    }
    let Some((connection, _)) = state.detailed() else { return Vec::new() };
    connection.regions.iter().map(|region| row(region, Mark::Untested, "listed")).collect()
}

/// The rows that the filter lets through, in the order that was asked for.
pub fn region_rows(state: &State) -> Vec<RegionRow> {
    let needle = state.region_filter.text().trim().to_lowercase();
    let mut rows = all_regions(state);
    rows.retain(|r| format!("{}\n{}\n{}", r.region, r.place.to_lowercase(), r.word).contains(&needle));
    match state.region_order {
        RegionOrder::Code => {}
        // Stable: by code within.
        RegionOrder::State => rows.sort_by_key(|r| r.mark != Mark::Allowed),
        RegionOrder::Place => {
            rows.sort_by(|a, b| a.place.is_empty().cmp(&b.place.is_empty()).then_with(|| natural(a.place, b.place)));
        }
    }
    rows
}

/// The pane in one line: for its folded form, and where there are no rows.
pub fn region_summary(state: &State) -> String {
    if state.is_browsing() {
        return scope_summary(state);
    }
    let Some((connection, standing)) = state.detailed() else { return "no connection".to_owned() };
    let shown = match (state.region_filter.is_empty(), region_rows(state).len()) {
        (true, _) => String::new(),
        (false, n) => format!("{n} of {} shown · ", all_regions(state).len()),
    };
    match regions(state) {
        Some(regions) if regions.assumed => format!("{shown}{} assumed: the account did not say", regions.list.len()),
        Some(regions) => {
            let on = regions.list.iter().filter(|r| r.enabled).count();
            format!("{shown}{on} on, {} off", regions.list.len() - on)
        }
        None if standing.run.is_some() => "being asked".to_owned(),
        None if !connection.regions.is_empty() => format!("{} listed in the connection", connection.regions.len()),
        None => match standing.known().find(|c| c.permission == Mandatory::Regions).map(|c| c.verdict) {
            Some(Verdict::Denied) => "not permitted: ec2:DescribeRegions".to_owned(),
            Some(_) => "not known".to_owned(),
            None => "known after a test".to_owned(),
        },
    }
}

/// The pane in one line while assets are listed.
fn scope_summary(state: &State) -> String {
    let rows = region_rows(state);
    let all = all_regions(state).len();
    let marks = state.browse.scope.regions.len();
    // What a link leads to is asked where that is, whatever is marked.
    if let Some(Goal::Link(link)) = &state.browse.here {
        return link.region.as_ref().map_or_else(|| format!("{all} regions"), ToString::to_string);
    }
    let shown =
        if state.region_filter.is_empty() { String::new() } else { format!("{} of {all} shown · ", rows.len()) };
    let global = state.browse.list().and_then(|l| l.kind.as_ref()).is_some_and(|k| k.scope == Scope::Global);
    match marks {
        _ if global => "global: asked once an account".to_owned(),
        0 if all == 0 => "known once an account answers".to_owned(),
        0 => format!("{shown}all {all} regions"),
        1 => format!("{shown}{}", state.browse.scope.regions.iter().map(Region::as_str).collect::<String>()),
        n => format!("{shown}{n} of {all} marked"),
    }
}

impl State {
    /// The region under the cursor, or the first.
    pub(super) fn region_here(&self) -> Option<RegionRow> {
        let rows = region_rows(self);
        let here = self.region.as_ref().and_then(|region| rows.iter().find(|r| r.region == *region));
        here.or(rows.first()).cloned()
    }

    /// Opens what is known of the region under the cursor.
    pub(super) fn read_region(&mut self) {
        let Some((row, (connection, _))) = self.region_here().zip(self.detailed()) else { return };
        // While assets are listed, the pane counts them; this is about the region itself.
        let row = told_regions(self).into_iter().find(|told| told.region == row.region).unwrap_or(row);
        let title = format!("{} in {}", row.region, connection.name);
        let about = format!("{}-{}", connection.name, row.region);
        let lines = self.region_lines(&row, connection);
        self.read(Viewer::reading(ViewerKind::Region, title, about, lines));
    }

    fn region_lines(&self, row: &RegionRow, connection: &Connection) -> Vec<Line> {
        let region = &row.region;
        let fact =
            |name: &str, value: String| Line::of(Role::Quiet, format!("{name:<12}")).and(Role::Text, value).hang(12);
        let place = if row.place.is_empty() { "not known to this release" } else { row.place };
        let mut lines = vec![fact("name", place.to_owned()), fact("partition", region.partition().to_string())];
        let state = Line::of(Role::Quiet, format!("{:<12}", "state"));
        let state = state.and(row.mark.role(), format!("{} {}", row.mark.symbol(false), row.word));
        lines.push(state.and(Role::Text, format!(": {}", meaning(row))).hang(12));
        let standing = self.standings.get(&connection.id);
        if row.word == "assumed"
            && let Some(slot) = standing.map(|s| s.slot(Mandatory::Regions))
        {
            let words = format!("ec2:DescribeRegions is {}", slot.mark().word());
            lines.push(fact("", words));
        }
        if !connection.regions.is_empty() {
            let is = if connection.regions.contains(region) { "is" } else { "is not" };
            let all: Vec<&str> = connection.regions.iter().map(Region::as_str).collect();
            lines.push(fact("connection", format!("names {}; this one {is} among them", all.join(", "))));
        }
        let asked: Vec<_> =
            standing.iter().flat_map(|s| s.known()).filter(|c| c.region.as_ref() == Some(region)).collect();
        let mut title = "asked here";
        for check in asked {
            let mark = Slot::Known(check).mark();
            let ms = check.latency_ms.map_or(String::new(), |ms| format!(", {ms} ms"));
            let line = Line::of(Role::Quiet, format!("{title:<12}"));
            let line = line.and(mark.role(), format!("{} ", mark.symbol(false)));
            lines.push(line.and(Role::Text, format!("{} {}{ms}", check.permission.action(), mark.word())).hang(12));
            title = "";
        }
        lines
    }
}

/// What a region's state means and what changes it
/// (<https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>).
fn meaning(row: &RegionRow) -> String {
    match (row.mark, &*row.word) {
        (_, "opted in") => "somebody switched it on for this account; others may not have it".to_owned(),
        (Mark::Allowed, _) => "every account has it, and it cannot be switched off".to_owned(),
        (Mark::NotApplicable, _) => format!(
            "it cannot be used. The account's owner can switch it on: in the console under Account, AWS Regions, or \
             with aws account enable-region --region-name {}. That takes minutes, sometimes hours",
            row.region
        ),
        (_, "listed") => "named in this connection; a test tells whether it is on".to_owned(),
        _ => "taken for granted, because the account did not say which regions are on".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::{Action, Msg, Pane, Size, State, region_rows, region_summary, update};

    fn codes(state: &State) -> Vec<String> {
        region_rows(state).into_iter().map(|r| r.region.to_string()).collect()
    }

    fn type_in(state: &mut State, text: &str) {
        for c in text.chars() {
            update(state, NOW, Msg::Text(c));
        }
    }

    #[test]
    fn a_filter_is_about_the_pane_with_the_focus() {
        let mut state = tested(Size { width: 120, height: 36 });
        press(&mut state, &[Action::FocusRegions, Action::Filter]);
        type_in(&mut state, "ireland");
        assert_eq!((codes(&state), state.filter.text()), (vec!["eu-west-1".to_owned()], ""));
        press(&mut state, &[Action::Accept]);
        assert_eq!(region_summary(&state), "1 of 4 shown · 3 on, 1 off");
        assert_eq!(state.region.as_ref().map(|r| r.as_str()), Some("eu-west-1"));
        press(&mut state, &[Action::Back]);
        assert_eq!(codes(&state).len(), 4, "Esc clears it");
        press(&mut state, &[Action::Filter]);
        type_in(&mut state, "off");
        assert_eq!(codes(&state), ["me-south-1"]);
        press(&mut state, &[Action::Back]);
        assert_eq!((codes(&state).len(), state.focus), (4, Pane::Regions));
    }

    #[test]
    fn s_sorts_by_code_then_state_then_name() {
        let mut state = tested(Size { width: 120, height: 36 });
        press(&mut state, &[Action::FocusRegions, Action::Sort]);
        assert_eq!(codes(&state), ["ap-south-1", "eu-west-1", "us-east-1", "me-south-1"]);
        press(&mut state, &[Action::Sort]);
        assert_eq!(codes(&state)[3], "us-east-1", "Asia Pacific, Europe, Middle East, US East");
        press(&mut state, &[Action::Sort]);
        assert_eq!(codes(&state)[2], "me-south-1");
    }

    #[test]
    fn enter_tells_what_is_known_of_a_region() {
        let mut state = tested(Size { width: 120, height: 36 });
        press(&mut state, &[Action::FocusRegions, Action::Bottom, Action::Open]);
        let text = &state.viewer().unwrap().current().unwrap().text;
        assert!(text.contains("US East (N. Virginia)") && text.contains("sts:AssumeRole allowed, 44 ms"), "{text}");
        press(&mut state, &[Action::Back, Action::Up, Action::Open]);
        let text = &state.viewer().unwrap().current().unwrap().text;
        assert!(text.contains("aws account enable-region --region-name me-south-1"), "{text}");
    }
}
