//! Second calls: what a list does not tell, joined to its rows.

use super::fill::{Fields, Places, params};
use super::project::Draft;
use super::{Lister, has_code, hide, page, trouble};
use crate::catalog::Wanted;
use crate::catalog::kind::{Fetch, Kind};
use crate::catalog::path::{self, Path};
use crate::catalog::template::Template;
use crate::domain::{CellNote, Denial, Reason, Region, Trouble, Unknown};
use crate::providers::aws::failure::{CallError, Failure};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;
use std::collections::BTreeSet;

/// One-row calls at once; the gate holds them to their pace.
const SIDE_BY_SIDE: usize = 8;
/// After so many refusals of an identity policy the others are not asked: each is an event in somebody's trail.
pub(super) const ENOUGH: usize = 2;

/// Whether what is hidden is shown, where one asset is looked at as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    /// It stays hidden.
    Hidden,
    /// A person asked to see it.
    Shown,
}

/// The items that a call brought, and whether something in them is hidden.
type Answer = Result<(Vec<Value>, bool), CallError>;

/// What became of second calls so far.
#[derive(Default)]
pub struct Found {
    /// What they did not bring.
    pub notes: Vec<CellNote>,
    /// Whether something in their answers is hidden.
    pub hidden: bool,
    refused: Vec<(String, Denial, usize)>,
    /// Operations that were answered.
    open: BTreeSet<String>,
}

impl Found {
    fn note(&mut self, operation: String, trouble: Trouble, rows: usize) {
        // Refusals name the resource, each another one.
        match self.notes.iter_mut().find(|n| n.operation == operation && n.trouble.is_like(&trouble)) {
            Some(note) => note.rows += rows,
            None => self.notes.push(CellNote { operation, trouble, rows }),
        }
    }

    /// Counts a refusal of an identity policy.
    fn count(&mut self, operation: &str, denial: &Denial) {
        if denial.reason != Reason::IdentityNoAllow {
            return;
        }
        match self.refused.iter_mut().find(|(known, ..)| known == operation) {
            Some((.., times)) => *times += 1,
            None => self.refused.push((operation.to_owned(), denial.clone(), 1)),
        }
    }

    /// A refusal that the next row would not escape. Where one row was answered, a policy tells rows apart.
    fn known_refusal(&self, operation: &str) -> Option<Denial> {
        if self.open.contains(operation) {
            return None;
        }
        let found = self.refused.iter().find(|(known, _, times)| known == operation && *times >= ENOUGH);
        found.map(|(_, denial, _)| denial.clone())
    }
}

impl Lister<'_> {
    /// Makes a second call for rows and joins what it brings; all of that where an asset is looked at as a whole.
    pub(super) async fn fetch(
        &self,
        kind: &Kind,
        fetch: &Fetch,
        drafts: &mut [Draft<'_>],
        places: &Places<'_>,
        whole: Option<Reveal>,
        found: &mut Found,
    ) {
        let size = fetch.batch.unwrap_or(1).max(1);
        let name = fetch.call.name();
        let mut groups: Vec<&mut [Draft<'_>]> = drafts.chunks_mut(size).collect();
        let mut rest = groups.as_mut_slice();
        while !rest.is_empty() {
            if let Some(denial) = found.known_refusal(&name) {
                for group in rest.iter_mut() {
                    lack(fetch, group, Unknown::Denied);
                    found.note(name.clone(), Trouble::Denied(Box::new(denial.clone())), group.len());
                }
                return;
            }
            // Some first: if they are refused the others need not ask.
            let ahead = if found.open.contains(&name) { rest.len() } else { ENOUGH };
            let (now, later) = rest.split_at_mut(ahead.min(rest.len()));
            let mut asks: Vec<BoxFuture<'_, Answer>> = Vec::with_capacity(now.len());
            for group in now.iter() {
                asks.push(Box::pin(self.one(kind, fetch, group, places, whole)));
            }
            let answers: Vec<Answer> = stream::iter(asks).buffered(SIDE_BY_SIDE).collect().await;
            for (group, answer) in now.iter_mut().zip(answers) {
                match answer {
                    Ok((items, hidden)) => {
                        found.hidden |= hidden;
                        found.open.insert(name.clone());
                        join(fetch, group, items);
                    }
                    Err(error) if has_code(&error, &fetch.call.none) => drop(found.open.insert(name.clone())),
                    Err(error) => {
                        let missing = match &error.failure {
                            Failure::Denied(denial) => {
                                found.count(&name, denial);
                                Unknown::Denied
                            }
                            Failure::NoAnswer(_) => Unknown::Failed,
                        };
                        lack(fetch, group, missing);
                        found.note(name.clone(), trouble(error), group.len());
                    }
                }
            }
            rest = later;
        }
    }

    /// One call for some rows: its items.
    async fn one(
        &self,
        kind: &Kind,
        fetch: &Fetch,
        group: &[Draft<'_>],
        places: &Places<'_>,
        whole: Option<Reveal>,
    ) -> Answer {
        let (service, op) =
            fetch.call.op().map_err(|e| CallError::local(crate::domain::ErrorClass::Invalid, e.to_string()))?;
        let rows: Vec<&Value> = group.iter().map(|d| &*d.value).collect();
        let fields = match (fetch.batch, group) {
            (None, [one]) => Fields::Item(&one.value, &one.enclosing),
            _ => Fields::Batch(&rows),
        };
        let places = Places { fields, asset: None, ..*places };
        let own = fetch.region.as_ref().and_then(|r: &Template| r.fill(&places));
        let own = own.and_then(|r| Region::parse(&r).ok());
        let region = own.as_ref().unwrap_or(self.region);
        let (mut items, mut hidden) = (Vec::new(), false);
        for mut answer in page::Pages::begin(service, op, params(&fetch.call, &places), |tokens| match whole {
            Some(_) => Wanted::everything(),
            None => Wanted::of_fetch(kind, fetch, tokens),
        })
        .all(self, region)
        .await?
        {
            hidden |= hide::hide(
                service,
                op,
                kind,
                (fetch.call.items.as_ref(), fetch.into.as_deref()),
                &mut answer,
                whole == Some(Reveal::Shown),
            );
            match &fetch.call.items {
                Some(path) => items.extend(path::items(path, &answer).into_iter().map(|i| i.value.clone())),
                None => items.push(answer),
            }
        }
        Ok((items, hidden))
    }
}

fn lack(fetch: &Fetch, group: &mut [Draft<'_>], missing: Unknown) {
    group.iter_mut().for_each(|d| d.missing.push((fetch.into.clone(), missing)));
}

/// Puts the items into their rows.
fn join(fetch: &Fetch, group: &mut [Draft<'_>], items: Vec<Value>) {
    let key = |path: &Path, value: &Value| path.first(value, &[]).map(ToString::to_string);
    match (&fetch.key, group) {
        (Some(path), group) => {
            for item in items {
                let Some(wanted) = key(path, &item) else { continue };
                if let Some(draft) = group.iter_mut().find(|d| key(&fetch.row_key, &d.value).as_ref() == Some(&wanted))
                {
                    put(fetch, draft, item);
                }
            }
        }
        (None, [one]) => match items.len() {
            // Several items of one row are a list of it.
            0 | 1 => items.into_iter().for_each(|item| put(fetch, one, item)),
            _ => put(fetch, one, Value::Array(items)),
        },
        (None, _) => {}
    }
}

fn put(fetch: &Fetch, draft: &mut Draft<'_>, item: Value) {
    let Value::Object(row) = draft.value.to_mut() else { return };
    match (&fetch.into, item) {
        (Some(field), item) => drop(row.insert(field.clone(), item)),
        (None, Value::Object(members)) => row.extend(members),
        (None, _) => {}
    }
}
