//! `find`: one thing in every account and region.

use super::gather::Gathered;
use super::show::{Columns, Show};
use super::{account, ask, finish, named, scope};
use crate::catalog::Catalog;
use crate::cli::args::{FindArgs, ListFormat};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::live::Live;
use crate::cli::out::Out;
use crate::domain::{Connection, ConnectionId, End, KindId, Late, Listing, Needle, Region, Timestamp};
use crate::journal::History;
use crate::query::{Block, Filter, Hunt, RowId, Sort, TAGGED, arrange, cells_instead, hunt, needle};
use std::sync::Arc;

/// Runs `find`. Exit 0 complete, 1 when a cell was denied, 3 when one failed.
///
/// # Errors
/// Usage, vault, or nothing selected.
pub fn run(args: &FindArgs, context: &mut Context, out: &mut Out) -> Outcome {
    let (catalog, faults) = context.kinds();
    faults.iter().for_each(|fault| out.warn(fault));
    let kinds = named(&args.kinds, &catalog)?;
    if let Some(blank) = args.what.iter().find(|text| text.trim().is_empty()) {
        return Err(Failure::usage(format!(
            "{blank:?} is nothing to look for: an ARN, an id, an address, a name or KEY=VALUE"
        )));
    }
    let hunts = args.what.iter().map(|text| hunt(&needle(text, &catalog), &catalog));
    let hunts: Vec<Vec<Hunt>> = hunts.map(|hunt| only(hunt, &kinds)).collect();
    for (text, hunts) in args.what.iter().zip(&hunts) {
        if hunts.is_empty() {
            return Err(Failure::usage(format!(
                "none of these kinds of asset can be looked for by {text:?}; leave out --kind, or list them: cloudivize assets KIND --filter {text}"
            )));
        }
    }
    let (book, select) = scope(&args.scope, context, out)?;
    for hunt in hunts.iter().flatten() {
        if let (Some(account), true) = (&hunt.account, meant(hunt, &book, &select).is_empty()) {
            return Err(Failure::usage(format!("no connection that was chosen leads to account {account}")));
        }
    }
    context.confirm_environment()?;
    let live = context.live(context.settings(), History::open(None, None).0)?;
    let show = Show {
        format: args.format,
        columns: Columns::All,
        tags: args.format == ListFormat::Csv,
        arn: false,
        kind: None,
        accounts: select.len() > 1,
        regions: true,
        widest: super::widest(false, out),
        now: Timestamp::now(),
    };
    let scope = args.scope.regions.clone();
    let mut search = Search { live, book: book.clone(), catalog: &catalog, show, regions: scope };
    if search.show.streams() {
        search.show.head(out)?;
    }
    let mut gathered = Gathered::new(&book, &catalog);
    let mut found: Vec<Block> = Vec::new();
    let mut end = End::Done;
    for (text, hunts) in args.what.iter().zip(&hunts) {
        let before = found.len();
        let mut whole = true;
        for hunt in hunts {
            if end != End::Done {
                break;
            }
            gathered.begin();
            let blocks;
            (blocks, end) = search.one(hunt, &meant(hunt, &book, &select), &mut gathered, out)?;
            whole &= gathered.is_whole();
            found.extend(blocks);
        }
        if end != End::Done {
            break;
        }
        if found.len() == before {
            // What did not answer may hold it.
            let place = if whole { "" } else { " in the cells that answered" };
            out.note(&format!("{text}: not found{place}."));
        }
    }
    if !search.show.streams() {
        let order = sorted(&found, &mut gathered);
        search.show.all(&found, &order, (&gathered, 0), out)?;
    }
    finish(end, &gathered, 0, out)
}

/// The connections that may have what an ARN names: of its account, or of one that is not known yet.
fn meant(hunt: &Hunt, book: &[Connection], select: &[ConnectionId]) -> Vec<ConnectionId> {
    let of = |c: &Connection| account(c).zip(hunt.account.as_deref()).is_none_or(|(a, b)| a.as_str() == b);
    select.iter().copied().filter(|id| book.iter().any(|c| c.id == *id && of(c))).collect()
}

/// A search in these kinds alone, if there are any: by each kind's own filter, and by its tags.
fn only(hunt: Hunt, kinds: &[KindId]) -> Vec<Hunt> {
    let wanted = |id: &KindId| kinds.is_empty() || kinds.contains(id);
    let some = |all: Vec<KindId>| -> Vec<KindId> { all.into_iter().filter(wanted).collect() };
    let instead = hunt.instead.map(|(needle, all)| (needle, some(all))).filter(|(_, own)| !own.is_empty());
    let first = Hunt { kinds: some(hunt.kinds), instead: None, ..hunt };
    let hunts = match instead {
        Some((needle, own)) if !kinds.is_empty() || !first.kinds.contains(&KindId::new(TAGGED)) => {
            vec![Hunt { find: needle, kinds: own, ..first.clone() }, first]
        }
        instead => vec![Hunt { instead, ..first }],
    };
    hunts.into_iter().filter(|h| !h.kinds.is_empty()).collect()
}

/// A search under way.
struct Search<'a> {
    live: Live,
    book: Arc<[Connection]>,
    catalog: &'a Catalog,
    show: Show,
    regions: Vec<Region>,
}

impl Search<'_> {
    /// Looks for one thing; gives the blocks with rows that are meant.
    fn one(
        &mut self,
        hunt: &Hunt,
        select: &[ConnectionId],
        gathered: &mut Gathered<'_>,
        out: &mut Out,
    ) -> Result<(Vec<Block>, End), Failure> {
        let mut listing = Listing {
            book: self.book.clone(),
            select: select.to_vec(),
            kinds: hunt.kinds.clone(),
            regions: (!self.regions.is_empty()).then(|| self.regions.clone()),
            only: None,
            late: Late::None,
            ask_refused: false,
            find: Some(hunt.find.clone()),
        };
        if let Some(Ok(region)) = hunt.region.as_deref().map(Region::parse) {
            listing.regions = Some(vec![region]);
        }
        let mut blocks = Vec::new();
        let mut end = self.ask(listing.clone(), gathered, &mut blocks, out)?;
        if let (Some((needle, kinds)), End::Done) = (&hunt.instead, &end) {
            let only = cells_instead(gathered.cells(), kinds, self.catalog);
            if !only.is_empty() {
                let find: Option<Needle> = Some(needle.clone());
                let only = Some(only.into_iter().collect());
                let listing = Listing { kinds: kinds.clone(), only, find, ..listing };
                end = self.ask(listing, gathered, &mut blocks, out)?;
            }
        }
        Ok((blocks, end))
    }

    fn ask(
        &mut self,
        listing: Listing,
        gathered: &mut Gathered<'_>,
        blocks: &mut Vec<Block>,
        out: &mut Out,
    ) -> Result<End, Failure> {
        let show = &self.show;
        ask(&mut self.live, listing, gathered, out, |block, gathered, out| {
            if show.streams() {
                for row in block.batch.rows() {
                    if gathered.is_new(&block.cell, &row) {
                        show.row(&block.cell, &row, out)?;
                    }
                }
            }
            blocks.push(block);
            Ok(())
        })
    }
}

/// What was found, each asset once, in order: two words may find the same.
fn sorted(blocks: &[Block], gathered: &mut Gathered<'_>) -> Vec<RowId> {
    let mut order = arrange(blocks, &Filter::default(), Sort::default()).order;
    order.retain(|id| id.of(blocks).is_some_and(|(cell, row)| gathered.is_new(cell, &row)));
    order
}
