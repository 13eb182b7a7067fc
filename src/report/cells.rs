//! What became of the cells of a question: counts, and what kept rows away, grouped by reason.

use super::words;
use crate::catalog::Catalog;
use crate::diagnose::{About, advice};
use crate::domain::{CellKey, CellNote, CellState, Connection, ConnectionId, KindId, Trouble};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many cells ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Asked of a cloud.
    pub asked: usize,
    /// Complete.
    pub listed: usize,
    /// Refused, whole or in part; those that were not asked stand in `inferred`.
    pub denied: usize,
    /// Not asked, because two other regions were refused for the same reason.
    pub inferred: usize,
    /// Without an answer, whole or in part.
    pub failed: usize,
    /// Cancelled, or not begun.
    pub unfinished: usize,
    /// In regions that are switched off.
    pub region_off: usize,
    /// In regions that the service does not have.
    pub not_offered: usize,
}

impl Tally {
    /// Counts.
    pub fn of<'s>(states: impl IntoIterator<Item = &'s CellState>) -> Self {
        let mut tally = Self::default();
        for state in states {
            let count = match state {
                CellState::NotAsked | CellState::Queued => {
                    tally.unfinished += 1;
                    continue;
                }
                CellState::NotOffered => {
                    tally.not_offered += 1;
                    continue;
                }
                CellState::RegionOff => {
                    tally.region_off += 1;
                    continue;
                }
                CellState::Denied { inferred: true, .. } => {
                    tally.inferred += 1;
                    continue;
                }
                CellState::Done { .. } => &mut tally.listed,
                CellState::Denied { .. } | CellState::Partial { trouble: Trouble::Denied(_), .. } => &mut tally.denied,
                CellState::Failed { .. } | CellState::Partial { .. } => &mut tally.failed,
                CellState::Loading | CellState::Cancelled => &mut tally.unfinished,
            };
            *count += 1;
            tally.asked += 1;
        }
        tally
    }

    /// `204 cells asked: 180 listed, 16 denied, 8 failed; 14 more denied like these, 23 in regions that are off`.
    pub fn sentence(&self) -> String {
        let some = |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}"));
        let of = |parts: Vec<Option<String>>| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let cells = if self.asked == 1 { "cell" } else { "cells" };
        let asked = of(vec![
            Some(format!("{} listed", self.listed)),
            some(self.denied, "denied"),
            some(self.failed, "failed"),
            some(self.unfinished, "unfinished"),
        ]);
        let others = of(vec![
            some(self.inferred, "more denied like these and not asked"),
            some(self.region_off, "in regions that are off"),
            some(self.not_offered, "in regions without the service"),
        ]);
        let others = if others.is_empty() { others } else { format!("; {others}") };
        format!("{} {cells} asked: {asked}{others}", self.asked)
    }

    /// The counts as data.
    pub fn value(&self) -> Value {
        json!({
            "asked": self.asked,
            "listed": self.listed,
            "denied": self.denied + self.inferred,
            "inferred": self.inferred,
            "failed": self.failed,
            "unfinished": self.unfinished,
            "region_off": self.region_off,
            "not_offered": self.not_offered,
        })
    }
}

/// What kept rows away for one reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The first of its kind.
    pub trouble: Trouble,
    /// What was refused or failed: IAM actions, operations, or kinds' titles.
    pub what: Vec<String>,
    /// Where, by connection: the regions; `None` for a global kind, nothing where the account was not reached.
    pub places: BTreeMap<ConnectionId, BTreeSet<Option<String>>>,
    /// Which kinds.
    pub kinds: BTreeSet<KindId>,
    /// Rows whose values are not known for this reason; 0 where whole cells are.
    pub rows: usize,
}

/// Groups what kept rows away by its reason, refusals first: targets that were not reached, cells, second calls.
pub fn groups(
    unreached: &[(ConnectionId, Trouble)],
    cells: &[(CellKey, CellState)],
    notes: &[(CellKey, CellNote)],
    catalog: &Catalog,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (connection, trouble) in unreached {
        let what = action(trouble).unwrap_or("sts:AssumeRole");
        add(&mut groups, trouble, what).places.entry(*connection).or_default();
    }
    for (key, state) in cells {
        let Some(trouble) = state.trouble() else { continue };
        let title = catalog.kind(&key.kind).map_or(key.kind.as_str(), |k| k.title.as_str());
        let what = action(&trouble).unwrap_or(title).to_owned();
        add(&mut groups, &trouble, &what).put(key, 0);
    }
    for (key, note) in notes {
        let what = action(&note.trouble).unwrap_or(&note.operation);
        add(&mut groups, &note.trouble, what).put(key, note.rows);
    }
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        match merged.iter_mut().find(|g| g.rows == 0 && group.rows == 0 && g.is_like(&group)) {
            Some(first) => {
                first.what.extend(group.what);
                first.kinds.extend(group.kinds);
            }
            None => merged.push(group),
        }
    }
    merged.sort_by_key(|g| matches!(g.trouble, Trouble::Failed(_)));
    merged
}

/// The group of a trouble, made where there is none.
fn add<'g>(groups: &'g mut Vec<Group>, trouble: &Trouble, what: &str) -> &'g mut Group {
    let at = groups.iter().position(|g| g.what == [what] && g.trouble.is_like(trouble)).unwrap_or_else(|| {
        groups.push(Group {
            trouble: trouble.clone(),
            what: vec![what.to_owned()],
            places: BTreeMap::new(),
            kinds: BTreeSet::new(),
            rows: 0,
        });
        groups.len() - 1
    });
    &mut groups[at]
}

/// The IAM action that a refusal names.
fn action(trouble: &Trouble) -> Option<&str> {
    match trouble {
        Trouble::Denied(denial) => denial.action.as_deref(),
        Trouble::Failed(_) => None,
    }
}

impl Group {
    fn put(&mut self, key: &CellKey, rows: usize) {
        self.places.entry(key.connection).or_default().insert(key.region.as_ref().map(ToString::to_string));
        self.kinds.insert(key.kind.clone());
        self.rows += rows;
    }

    /// Whether another thing is kept away in the same places for the same reason.
    fn is_like(&self, other: &Self) -> bool {
        self.trouble.is_like(&other.trouble)
            && self.places == other.places
            && self.kinds.is_empty() == other.kinds.is_empty()
    }

    /// What was refused or failed, in a few words.
    pub fn whats(&self) -> String {
        match self.what.as_slice() {
            [a, b, _, rest @ ..] if !rest.is_empty() => format!("{a}, {b} and {} more", rest.len() + 1),
            few => few.join(", "),
        }
    }

    /// Whether it is a refusal.
    pub fn denied(&self) -> bool {
        matches!(self.trouble, Trouble::Denied(_))
    }

    /// Why, in one line.
    pub fn why(&self) -> String {
        match &self.trouble {
            Trouble::Denied(denial) => words::refusal(denial),
            Trouble::Failed(error) => words::failure(error),
        }
    }

    /// Where, by the connections' names: `legacy in 16 regions, vendor in eu-west-1`.
    pub fn whereabouts(&self, book: &[Connection]) -> String {
        let one = |(id, places): (&ConnectionId, &BTreeSet<Option<String>>)| {
            let name = book.iter().find(|c| c.id == *id).map_or_else(|| id.to_string(), |c| c.name.to_string());
            let regions: Vec<&str> = places.iter().flatten().map(String::as_str).collect();
            match regions.len() {
                0 => name,
                1..=3 => format!("{name} in {}", regions.join(", ")),
                n => format!("{name} in {n} regions"),
            }
        };
        self.places.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    /// `ec2:DescribeInstances denied: no identity policy allows it (legacy in 16 regions)`.
    pub fn sentence(&self, book: &[Connection]) -> String {
        let word = if self.denied() { "denied" } else { "failed" };
        if self.kinds.is_empty() {
            let what = if self.denied() { format!("{} denied: ", self.whats()) } else { String::new() };
            return format!("{} could not be reached: {what}{}", self.whereabouts(book), self.why());
        }
        let rows = match self.rows {
            0 => String::new(),
            1 => ", 1 row".to_owned(),
            n => format!(", {n} rows"),
        };
        format!("{} {word}: {} ({}{rows})", self.whats(), self.why(), self.whereabouts(book))
    }

    /// What to do about it; `program` is how a command begins.
    pub fn advice(&self, book: &[Connection], program: &str) -> Option<String> {
        let Trouble::Denied(denial) = &self.trouble else { return None };
        let mut ids = self.places.keys();
        let first = ids.next().and_then(|id| book.iter().find(|c| c.id == *id));
        // Who is meant is said only where it is one.
        let role = first.filter(|_| ids.next().is_none()).and_then(Connection::role_arn);
        let named = first.filter(|c| c.saved).map(|c| c.name.as_str());
        if self.kinds.is_empty() {
            // What is to be compared stands in the check, value by value.
            return named.map(|name| format!("{program} check {name} says what to compare."));
        }
        let mut denial = denial.clone();
        if self.what.len() > 1 {
            denial.action = None;
        }
        let advice = advice(&denial, &About { role, ..About::default() });
        Some(match (advice.allow_may_help, named) {
            (true, Some(name)) => {
                let kinds: String = self.kinds.iter().map(|k| format!(" --kind {}", short(k))).collect();
                format!("{} The policy: {program} policy read{kinds} --connection {name}", advice.text)
            }
            _ => advice.text,
        })
    }

    /// The group as data.
    pub fn value(&self, book: &[Connection]) -> Value {
        let names: Vec<Value> = self
            .places
            .keys()
            .map(|id| book.iter().find(|c| c.id == *id).map_or_else(|| json!(id), |c| json!(c.name)))
            .collect();
        let regions: BTreeSet<&String> = self.places.values().flatten().flatten().collect();
        let (denial, error) = match &self.trouble {
            Trouble::Denied(denial) => (Some(denial), None),
            Trouble::Failed(error) => (None, Some(error)),
        };
        json!({
            "what": self.what,
            "connections": names,
            "regions": regions,
            "kinds": self.kinds.iter().map(KindId::as_str).collect::<Vec<_>>(),
            "rows": if self.rows > 0 { json!(self.rows) } else { Value::Null },
            "denial": denial,
            "error": error,
        })
    }
}

/// `ec2/instance` of `aws/ec2/instance`: people type it.
fn short(kind: &KindId) -> &str {
    kind.as_str().split_once('/').map_or(kind.as_str(), |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        CheckError, ConnectionName, Denial, ErrorClass, Method, PolicyType, Reason, Region, RoleArn, Source, Timestamp,
    };

    fn connection(name: &str) -> Connection {
        let arn = RoleArn::parse("arn:aws:iam::111122223333:role/R").unwrap();
        let method = Method::Role { arn, external_id: None, external_id_next: None };
        Connection::new(ConnectionId::generate(), ConnectionName::parse(name).unwrap(), method, Source::Env)
    }

    fn key(connection: &Connection, region: &str, kind: &str) -> CellKey {
        CellKey { connection: connection.id, region: Region::parse(region).ok(), kind: KindId::new(kind) }
    }

    fn denied(action: &str, inferred: bool) -> CellState {
        let denial = Denial {
            action: Some(action.to_owned()),
            policy_type: Some(PolicyType::Identity),
            ..Denial::bare(Reason::IdentityNoAllow)
        };
        CellState::Denied { denial: Box::new(denial), inferred, at: Timestamp(0) }
    }

    fn failed(class: ErrorClass, message: &str) -> CellState {
        CellState::Failed { error: CheckError::new(class, message), at: Timestamp(0) }
    }

    const INSTANCE: &str = "aws/ec2/instance";
    const VOLUME: &str = "aws/ec2/volume";

    #[test]
    fn a_tally_says_what_was_asked_and_what_was_not() {
        let at = Timestamp(0);
        let states = [
            CellState::Done { at },
            denied("ec2:DescribeInstances", false),
            denied("ec2:DescribeInstances", true),
            CellState::RegionOff,
            CellState::NotOffered,
            CellState::Cancelled,
        ];
        assert_eq!(
            Tally::of(&states).sentence(),
            "3 cells asked: 1 listed, 1 denied, 1 unfinished; 1 more denied like these and not asked, 1 in regions that \
             are off, 1 in regions without the service"
        );
        assert_eq!(Tally::of(&[CellState::Done { at }]).sentence(), "1 cell asked: 1 listed");
    }

    #[test]
    fn one_reason_is_told_once_with_where_and_what_to_do() {
        let (poor, other) = (connection("poor"), connection("other"));
        let book = [poor.clone(), other.clone()];
        let regions = ["eu-west-1", "eu-west-2", "eu-west-3", "us-east-1"];
        let mut cells = Vec::new();
        for region in regions {
            cells.push((key(&poor, region, INSTANCE), denied("ec2:DescribeInstances", false)));
            cells.push((key(&poor, region, VOLUME), denied("ec2:DescribeVolumes", true)));
        }
        cells.push((key(&other, "us-east-1", VOLUME), denied("ec2:DescribeVolumes", false)));
        let catalog = Catalog::built_in();
        let both = groups(&[], &cells[..8], &[], &catalog);
        assert_eq!(
            both.iter().map(|g| g.sentence(&book)).collect::<Vec<_>>(),
            ["ec2:DescribeInstances, ec2:DescribeVolumes denied: no identity policy allows it (poor in 4 regions)"]
        );
        let advice = both[0].advice(&book, "cloudivize").unwrap();
        assert!(
            advice.contains("role R in account 111122223333")
                && advice.ends_with("policy read --kind ec2/instance --kind ec2/volume --connection poor"),
            "{advice}"
        );
        // Two accounts lack different things: what each lacks stays told.
        let apart = groups(&[], &cells, &[], &catalog);
        let said: Vec<String> = apart.iter().map(|g| g.whereabouts(&book)).collect();
        assert!(apart.len() == 2 && said.iter().any(|s| s.contains("other in us-east-1")), "{said:?}");
    }

    #[test]
    fn what_failed_alike_is_told_once_and_refusals_first() {
        let one = connection("one");
        let book = [one.clone()];
        let cells = [
            (key(&one, "eu-west-1", INSTANCE), failed(ErrorClass::Throttled, "slow down")),
            (key(&one, "eu-west-2", INSTANCE), failed(ErrorClass::Throttled, "slow down, please")),
            (key(&one, "eu-west-3", INSTANCE), failed(ErrorClass::Network, "host a is away")),
            (key(&one, "eu-central-1", INSTANCE), failed(ErrorClass::Network, "host b is away")),
            (key(&one, "us-east-1", INSTANCE), denied("ec2:DescribeInstances", false)),
        ];
        let away = [(one.id, Trouble::Failed(CheckError::new(ErrorClass::Source, "profile:hub: expired")))];
        let note = CellNote {
            operation: "s3:GetBucketTagging".to_owned(),
            trouble: Trouble::Denied(Box::new(Denial::bare(Reason::Unspecified))),
            rows: 3,
        };
        let notes = [(key(&one, "us-east-1", "aws/s3/bucket"), note)];
        let said: Vec<String> =
            groups(&away, &cells, &notes, &Catalog::built_in()).iter().map(|g| g.sentence(&book)).collect();
        assert_eq!(
            said,
            [
                "ec2:DescribeInstances denied: no identity policy allows it (one in us-east-1)",
                "s3:GetBucketTagging denied: AWS does not say which policy (one in us-east-1, 3 rows)",
                "one could not be reached: source: profile:hub: expired",
                "EC2 instances failed: throttled: slow down (one in eu-west-1, eu-west-2)",
                "EC2 instances failed: network: host a is away (one in eu-west-3)",
                "EC2 instances failed: network: host b is away (one in eu-central-1)",
            ]
        );
    }
}
