//! Lists a kind in one place: its pages, its parents' rows, its second calls, and from each page a packed batch.

mod fetch;
mod fill;
mod hide;
mod page;
mod project;
mod special;

use super::calls::Calls;
use super::failure::{CallError, Failure};
use crate::catalog::kind::{By, Call, FindBy, Kind, Link, When};
use crate::catalog::model::{Operation, Service};
use crate::catalog::{Catalog, Wanted, only_reads};
use crate::domain::{
    AccountId, AssetRef, Batch, BatchBuilder, CellNote, CheckError, ErrorClass, KindId, Late, Needle, ParentRef,
    Partition, RawRow, RawValue, Reason, Region, Trouble,
};
use crate::text;
use fetch::{Found, Reveal};
use fill::{Fields, Places, params};
use futures_util::future::BoxFuture;
use project::{Draft, LinkTo, Shape};
use serde_json::Value;
use std::sync::Arc;

/// Who decides when a call may be made. Pacing is the engine's.
pub trait Gate: Sync {
    /// Waits until a call to a service in a region may be made.
    fn enter<'a>(&'a self, service: &'a str, region: &'a Region) -> BoxFuture<'a, Box<dyn Pass + 'a>>;
}

/// A call that is under way.
pub trait Pass: Send {
    /// Tells how it went: the cloud asked for fewer requests, or it did not. Whether it is worth another try.
    fn done(self: Box<Self>, throttled: bool);
}

/// Where rows go as they come.
pub trait Out: Send {
    /// Takes the rows of a page.
    fn rows(&mut self, batch: Arc<Batch>) -> BoxFuture<'_, ()>;
}

/// How a list ended.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// How many rows came.
    pub rows: usize,
    /// What kept others away.
    pub trouble: Option<Trouble>,
    /// What second calls did not bring.
    pub notes: Vec<CellNote>,
}

/// One asset, read again.
#[derive(Debug)]
pub struct Looked {
    /// Its JSON in the AWS CLI's shape.
    pub json: String,
    /// Its row.
    pub batch: Arc<Batch>,
    /// Whether something in it is hidden.
    pub hidden: bool,
    /// What second calls did not bring.
    pub notes: Vec<CellNote>,
}

/// Lists kinds with one session in one region.
pub struct Lister<'a> {
    /// The session's calls.
    pub calls: Calls<'a>,
    /// Every kind: a kind's parent is one too.
    pub catalog: &'a Catalog,
    /// The account.
    pub account: &'a AccountId,
    /// Its partition.
    pub partition: &'a Partition,
    /// The cell's region; for a global kind the one that is asked.
    pub region: &'a Region,
    /// When calls may be made.
    pub gate: &'a dyn Gate,
    /// Which second calls are made that only some columns and tags need.
    pub late: &'a Late,
}

/// How often a call is made again that was asked to slow down, beside the SDK's own tries.
const PATIENCE: usize = 5;

impl Lister<'_> {
    /// Lists a kind, or with a needle only what fits it.
    pub async fn list(&self, kind: &Kind, find: Option<&Needle>, out: &mut dyn Out) -> Listed {
        let mut listed = Listed::default();
        let calls: Vec<(Call, &[String])> = match find {
            None => vec![(kind.list.clone(), kind.list.none.as_slice())],
            // Only kinds that can be looked for are asked; another has nothing to say.
            Some(needle) => {
                let rules = kind.finds.iter().filter(|f| fits(f.by, &f.prefix, needle));
                let calls: Vec<(Call, &[String])> = rules
                    .map(|r| (Call { params: r.params.clone(), ..kind.list.clone() }, r.none.as_slice()))
                    .collect();
                // What an ARN names stands in one cell: where the service has no filter for it, that is listed whole.
                match (needle, calls.is_empty()) {
                    (Needle::Arn(_), true) => vec![(kind.list.clone(), kind.list.none.as_slice())],
                    _ => calls,
                }
            }
        };
        if calls.is_empty() {
            return listed;
        }
        let parents = match &kind.parent {
            None => vec![None],
            Some(parent) => match self.parents(&KindId::new(&parent.kind)).await {
                Ok(parents) => parents.into_iter().map(Some).collect(),
                Err(trouble) => return Listed { trouble: Some(trouble), ..listed },
            },
        };
        let mut found = Found::default();
        let (mut refused, mut open) = (0, false);
        'all: for parent in &parents {
            for (call, none) in &calls {
                let places = Places { find, parent: parent.as_ref(), ..self.places() };
                let error = match self.pages(kind, call, &places, none, (&mut listed, &mut found), out).await {
                    Ok(()) => {
                        open = true;
                        continue;
                    }
                    // A parent that was deleted meanwhile has nothing under it.
                    Err(error) if parent.is_some() && code(&error).is_some_and(is_gone) => continue,
                    Err(error) => error,
                };
                let reason = error.reason();
                listed.trouble.get_or_insert(trouble(error));
                match reason {
                    // What is refused for one parent may be allowed for another, but not where every one is.
                    Some(Reason::IdentityNoAllow) if !open => refused += 1,
                    Some(_) => {}
                    // What fails for one fails for all.
                    None => break 'all,
                }
                if refused >= fetch::ENOUGH {
                    break 'all;
                }
            }
        }
        listed.notes = found.notes;
        listed
    }

    /// Reads one asset again. `None`: it is not there.
    ///
    /// # Errors
    /// When it was refused, or there was no answer.
    pub async fn look(&self, kind: &Kind, asset: &AssetRef, reveal: bool) -> Result<Option<Looked>, Trouble> {
        let call = kind.get.as_ref().unwrap_or(&kind.list);
        let (service, op) =
            call.op().map_err(|e| Trouble::Failed(CheckError::new(ErrorClass::Invalid, e.to_string())))?;
        let places = Places { parent: asset.parent.as_ref(), asset: Some(asset), ..self.places() };
        let pages = match page::Pages::begin(service, op, params(call, &places), |_| Wanted::everything())
            .all(self, self.region)
            .await
        {
            Ok(pages) => pages,
            Err(error) if is_none(&error, kind) => return Ok(None),
            Err(error) => return Err(trouble(error)),
        };
        let alone = kind.get.is_some();
        let shown = if reveal { Reveal::Shown } else { Reveal::Hidden };
        for mut answer in pages {
            let hidden = hide::hide(service, op, kind, (call.items.as_ref(), None), &mut answer, reveal);
            let mut drafts = project::drafts(call, &answer);
            let only = alone && drafts.len() == 1;
            drafts.retain(|d| match self.id_of(kind, d, &places) {
                Some(id) => id == asset.id,
                None => only,
            });
            let Some(draft) = drafts.first_mut() else { continue };
            let mut found = Found::default();
            for fetch in &kind.fetches {
                self.fetch(kind, fetch, std::slice::from_mut(draft), &places, Some(shown), &mut found).await;
            }
            special::derive(kind.special.as_deref(), draft.value.to_mut());
            let mut builder = BatchBuilder::new(kind.columns.len(), kind.links.len(), asset.parent.clone());
            if let Some(row) = self.shape(kind, &places).row(draft) {
                builder.push(&row);
            }
            let pretty = serde_json::to_string_pretty(&*draft.value).unwrap_or_default();
            let json = text::multiline(&pretty).into_owned();
            let (batch, hidden) = (Arc::new(builder.finish()), hidden || found.hidden);
            return Ok(Some(Looked { json, batch, hidden, notes: found.notes }));
        }
        Ok(None)
    }

    fn places(&self) -> Places<'_> {
        Places {
            account: self.account.as_str(),
            region: self.region.as_str(),
            partition: self.partition.as_str(),
            parent: None,
            find: None,
            asset: None,
            fields: Fields::None,
        }
    }

    fn shape<'s>(&'s self, kind: &'s Kind, places: &'s Places<'s>) -> Shape<'s> {
        // A member may hold ids of several kinds: a route's gateway. What cannot be the link's is none of its own.
        let targets = |link: &Link| {
            let kind = self.catalog.kind(&KindId::new(&link.kind));
            let finds = kind.into_iter().flat_map(|k| &k.finds).filter(|f| f.by == FindBy::Id);
            match link.by {
                By::Arn => LinkTo::Arn(kind.map(|k| k.arn_services()).unwrap_or_default()),
                By::Id => LinkTo::Id(finds.map(|f| f.prefix.clone()).collect()),
                By::Name => LinkTo::Name,
            }
        };
        Shape { kind, places, late: self.late, targets: kind.links.iter().map(targets).collect() }
    }

    fn id_of(&self, kind: &Kind, draft: &Draft<'_>, places: &Places<'_>) -> Option<String> {
        self.shape(kind, places).row(draft).map(|r| r.id)
    }

    /// The rows of a kind that others are listed under.
    async fn parents(&self, kind: &KindId) -> Result<Vec<ParentRef>, Trouble> {
        let Some(kind) = self.catalog.kind(kind) else {
            return Err(Trouble::Failed(CheckError::new(ErrorClass::Invalid, format!("there is no kind {kind}"))));
        };
        let mut found = Collect::default();
        // The parents' own columns are not looked at here.
        let bare = Kind {
            fetches: kind.fetches.iter().filter(|f| f.when == When::Always).cloned().collect(),
            ..(**kind).clone()
        };
        let plain = Lister { late: &Late::None, ..*self };
        let listed = Box::pin(plain.list(&bare, None, &mut found)).await;
        match listed.trouble {
            // Some parents are better than none, but then the list is not whole, and that has to be said.
            Some(trouble) => Err(trouble),
            None => Ok(found.0),
        }
    }

    async fn pages(
        &self,
        kind: &Kind,
        call: &Call,
        places: &Places<'_>,
        none: &[String],
        (listed, found): (&mut Listed, &mut Found),
        out: &mut dyn Out,
    ) -> Result<(), CallError> {
        let (service, op) = call.op().map_err(|e| CallError::local(ErrorClass::Invalid, e.to_string()))?;
        let mut pages =
            page::Pages::begin(service, op, params(call, places), |tokens| Wanted::of_list(kind, call, tokens));
        loop {
            let mut answer = match pages.next(self, self.region).await {
                Ok(Some(answer)) => answer,
                Ok(None) => return Ok(()),
                Err(error) if has_code(&error, none) => return Ok(()),
                // An id that a service does not take for one names nothing there.
                Err(error)
                    if matches!(places.find, Some(Needle::Id(_)))
                        && code(&error).is_some_and(|c| c.ends_with(".Malformed")) =>
                {
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            hide::hide(service, op, kind, (call.items.as_ref(), None), &mut answer, false);
            let mut drafts = project::drafts(call, &answer);
            for fetch in &kind.fetches {
                let wanted = match fetch.when {
                    When::Always => true,
                    When::Columns => fetch.into.as_deref().is_some_and(|field| self.late.wants(field)),
                    When::Detail => false,
                };
                if wanted && !drafts.is_empty() {
                    self.fetch(kind, fetch, &mut drafts, places, None, found).await;
                }
            }
            let shape = self.shape(kind, places);
            let mut builder = BatchBuilder::new(kind.columns.len(), kind.links.len(), places.parent.cloned());
            let mut nameless = 0;
            for draft in &mut drafts {
                if kind.special.is_some() {
                    special::derive(kind.special.as_deref(), draft.value.to_mut());
                }
                match shape.row(draft) {
                    Some(row) if places.find.is_none_or(|needle| is_found(&row, needle)) => builder.push(&row),
                    Some(_) => {}
                    None => nameless += 1,
                }
            }
            if nameless > 0 {
                // A row without an id cannot be shown, and may not be passed over.
                // Only a call whose members stand beside the item's may have been to bring the id.
                let brings = |name: &str| kind.fetches.iter().any(|f| f.into.is_none() && f.call.name() == name);
                let note = found.notes.iter().rfind(|note| brings(&note.operation));
                let why = note.map(|note| note.trouble.clone()).unwrap_or_else(|| {
                    let why =
                        format!("{} of what {} answered have no id that this program knows", nameless, call.name());
                    Trouble::Failed(CheckError::new(ErrorClass::Other, why))
                });
                listed.trouble.get_or_insert(why);
            }
            if !builder.is_empty() {
                listed.rows += builder.len();
                out.rows(Arc::new(builder.finish())).await;
            }
        }
    }

    /// One call, when its time has come; again where the cloud asks for patience.
    async fn ask(
        &self,
        service: &'static Service,
        op: &'static Operation,
        region: &Region,
        params: &Value,
        wanted: &Arc<Wanted>,
    ) -> Result<Value, CallError> {
        if !only_reads(service.name, &op.name) {
            let why = format!("{}:{} is not an operation that a list may make", service.name, op.name);
            return Err(CallError::local(ErrorClass::Invalid, why));
        }
        let mut left = PATIENCE;
        loop {
            let pass = self.gate.enter(service.name, region).await;
            let result = self.calls.ask(service, op, region, params.clone(), wanted).await.result;
            let throttled = matches!(
                &result,
                Err(CallError { failure: Failure::NoAnswer(CheckError { class: ErrorClass::Throttled, .. }), .. })
            );
            pass.done(throttled);
            if !throttled || left == 0 {
                return result.map(|(value, _)| value);
            }
            left -= 1;
        }
    }
}

/// Whether a rule finds such a thing.
fn fits(by: FindBy, prefix: &str, needle: &Needle) -> bool {
    match (by, needle) {
        (FindBy::Id, Needle::Id(id)) => id.starts_with(prefix),
        // The ARN's last part is the id; the cell's account and region are the ARN's already.
        (FindBy::Id, Needle::Arn(arn)) => tail(arn).starts_with(prefix),
        (FindBy::Ip, Needle::Ip(ip)) => ip.is_ipv4(),
        (FindBy::Ipv6, Needle::Ip(ip)) => ip.is_ipv6(),
        (FindBy::Dns, Needle::Dns(_)) | (FindBy::Name, Needle::Name(_)) | (FindBy::Tag, Needle::Tag(..)) => true,
        _ => false,
    }
}

/// Whether a row is what was looked for: a filter that a service does not know is no filter.
fn is_found(row: &RawRow, needle: &Needle) -> bool {
    let within = |text: &str| {
        let texts = row.values.iter().filter_map(|v| if let RawValue::Text(t) = v { Some(t.as_str()) } else { None });
        let mut texts = texts.chain([row.id.as_str(), row.name.as_str()]);
        texts.any(|t| t.split(", ").any(|one| one.eq_ignore_ascii_case(text)))
    };
    match needle {
        Needle::Id(id) => row.id == *id || row.arn == *id || within(id),
        Needle::Arn(arn) if row.arn.is_empty() => tail(arn) == row.id,
        Needle::Arn(arn) => row.arn == *arn,
        Needle::Ip(ip) => within(&ip.to_string()),
        Needle::Dns(name) => within(name),
        Needle::Name(name) => {
            row.name == *name || row.tags.iter().any(|(k, v)| k == "Name" && v == name) || within(name)
        }
        Needle::Tag(key, value) => row.tags.iter().any(|(k, v)| k == key && v == value),
    }
}

/// What stands behind an ARN's last slash or colon.
fn tail(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Whether a code says that there is no such thing; services have many names for it.
fn is_gone(code: &str) -> bool {
    const ENDS: [&str; 7] = [
        "NotFound",
        "NotFoundException",
        "NotFoundFault",
        "DoesNotExist",
        "DoesNotExistException",
        "NonExistentQueue",
        "NonexistentItemException",
    ];
    code.starts_with("NoSuch") || ENDS.iter().any(|end| code.ends_with(end))
}

fn is_none(error: &CallError, kind: &Kind) -> bool {
    code(error).is_some_and(is_gone) || kind.finds.iter().any(|f| has_code(error, &f.none))
}

fn code(error: &CallError) -> Option<&str> {
    match &error.failure {
        Failure::NoAnswer(e) => e.code.as_deref(),
        Failure::Denied(d) => d.code.as_deref(),
    }
}

fn has_code<S: AsRef<str>>(error: &CallError, codes: &[S]) -> bool {
    code(error).is_some_and(|code| codes.iter().any(|c| c.as_ref() == code))
}

/// Why rows are missing, from a failed call.
fn trouble(error: CallError) -> Trouble {
    match error.failure {
        Failure::Denied(denial) => Trouble::Denied(denial),
        Failure::NoAnswer(error) => Trouble::Failed(error),
    }
}

/// Keeps rows as parents.
#[derive(Default)]
struct Collect(Vec<ParentRef>);

impl Out for Collect {
    fn rows(&mut self, batch: Arc<Batch>) -> BoxFuture<'_, ()> {
        let row = |r: crate::domain::RowView<'_>| ParentRef {
            id: r.id().to_owned(),
            arn: r.arn().to_owned(),
            name: r.name().to_owned(),
        };
        self.0.extend(batch.rows().map(row));
        Box::pin(std::future::ready(()))
    }
}

/// A text of the cloud, safe to be shown.
fn clean(text: &str) -> String {
    text::line(text).into_owned()
}
