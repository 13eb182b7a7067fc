//! The regions of the connection that the detail shows.

use super::State;
use crate::domain::{Mandatory, Mark, Region, Regions, Verdict};

/// A row of the regions pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// The region.
    pub region: Region,
    /// On, off, or not known.
    pub mark: Mark,
    /// The same in a word.
    pub word: &'static str,
}

/// The regions, and whether they are assumed rather than told.
fn regions(state: &State) -> Option<&Regions> {
    state.detailed()?.1.report.as_ref()?.facts.regions.as_ref()
}

/// The rows: what the account said; else the connection's own list, marked as such.
pub fn region_rows(state: &State) -> Vec<RegionRow> {
    if let Some(regions) = regions(state) {
        return regions
            .list
            .iter()
            .map(|fact| {
                let (mark, word) = match (fact.enabled, regions.assumed) {
                    (_, true) => (Mark::Untested, "assumed"),
                    (true, false) => (Mark::Allowed, "on"),
                    (false, false) => (Mark::NotApplicable, "off"),
                };
                RegionRow { region: fact.region.clone(), mark, word }
            })
            .collect();
    }
    let Some((connection, _)) = state.detailed() else { return Vec::new() };
    connection
        .regions
        .iter()
        .map(|region| RegionRow { region: region.clone(), mark: Mark::Untested, word: "listed" })
        .collect()
}

/// The pane in one line: for its folded form, and where there are no rows.
pub fn region_summary(state: &State) -> String {
    let Some((connection, standing)) = state.detailed() else { return "no connection".to_owned() };
    match regions(state) {
        Some(regions) if regions.assumed => format!("{} assumed: the account did not say", regions.list.len()),
        Some(regions) => {
            let on = regions.list.iter().filter(|r| r.enabled).count();
            format!("{on} on, {} off", regions.list.len() - on)
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
