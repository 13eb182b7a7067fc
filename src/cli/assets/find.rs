//! `find`: one thing in every account and region.

use super::gather::Gathered;
use super::show::{Columns, Show};
use super::{account, ask, finish, named, scope};
use crate::catalog::Catalog;
use crate::catalog::kind::Scope;
use crate::cli::args::{FindArgs, ListFormat};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::live::Live;
use crate::cli::out::Out;
use crate::domain::{CellKey, Connection, ConnectionId, End, KindId, Late, Listing, Needle, Region, Timestamp};
use crate::journal::History;
use crate::query::{Block, Filter, Hunt, RowId, Sort, TAGGED, arrange, hunt, needle};
use std::sync::Arc;

/// Runs `find`. Exit 0 complete, 1 when a cell was denied, 3 when one failed.
///
/// # Errors
/// Usage, vault, or nothing selected.
pub fn run(args: &FindArgs, context: &mut Context, out: &mut Out) -> Outcome {
    let (catalog, faults) = context.kinds();
    faults.iter().for_each(|fault| out.warn(fault));
    let kinds = named(&args.kinds, &catalog)?;
    let hunts = args.what.iter().map(|text| hunt(&needle(text, &catalog), &catalog));
    let hunts: Vec<Hunt> = hunts.map(|hunt| only(hunt, &kinds)).collect();
    for (text, hunt) in args.what.iter().zip(&hunts) {
        if hunt.kinds.is_empty() {
            return Err(Failure::usage(format!(
                "none of these kinds of asset can be looked for by {text:?}; leave out --kind, or list them: cloudivize assets KIND --filter {text}"
            )));
        }
    }
    let (book, select) = scope(&args.scope, context, out)?;
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
    for (text, hunt) in args.what.iter().zip(&hunts) {
        let blocks;
        (blocks, end) = search.one(hunt, &select, &mut gathered, out)?;
        if blocks.is_empty() && end == End::Done {
            // What did not answer may hold it.
            let whole = gathered.exit() == Exit::Done;
            let place = if whole { "" } else { " in the cells that answered" };
            out.note(&format!("{text}: not found{place}."));
        }
        found.extend(blocks);
        if end != End::Done {
            break;
        }
    }
    if !search.show.streams() {
        let order = sorted(&found, &mut gathered);
        search.show.all(&found, &order, (&gathered, 0), out)?;
    }
    finish(end, &gathered, 0, out)
}

/// A search in these kinds alone, if there are any.
fn only(mut hunt: Hunt, kinds: &[KindId]) -> Hunt {
    if kinds.is_empty() {
        return hunt;
    }
    let wanted = |id: &KindId| kinds.contains(id);
    match hunt.instead.take() {
        // The kinds themselves are asked at once.
        Some((needle, instead)) if !wanted(&KindId::new(TAGGED)) => {
            let own: Vec<KindId> = instead.into_iter().filter(wanted).collect();
            hunt.kinds.retain(wanted);
            if hunt.kinds.is_empty() {
                (hunt.find, hunt.kinds) = (needle, own);
            } else if !own.is_empty() {
                hunt.instead = Some((needle, own));
            }
        }
        _ => hunt.kinds.retain(wanted),
    }
    hunt
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
        // What an ARN names stands in one account and one region.
        let mut select = select.to_vec();
        select.retain(|id| {
            let of = |c: &Connection| account(c).zip(hunt.account.as_deref()).is_none_or(|(a, b)| a.as_str() == b);
            self.book.iter().any(|c| c.id == *id && of(c))
        });
        let mut listing = Listing {
            book: self.book.clone(),
            select,
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
            let only = self.instead(kinds, gathered);
            if !only.is_empty() {
                let find: Option<Needle> = Some(needle.clone());
                let listing = Listing { kinds: kinds.clone(), only: Some(only), find, ..listing };
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

    /// The cells of other kinds where the tagging service may not be asked.
    fn instead(&self, kinds: &[KindId], gathered: &Gathered<'_>) -> Vec<CellKey> {
        let mut only: Vec<CellKey> = Vec::new();
        for refused in gathered.refused(TAGGED) {
            for kind in kinds {
                let regional = self.catalog.kind(kind).is_some_and(|k| k.scope == Scope::Regional);
                let region = refused.region.clone().filter(|_| regional);
                let key = CellKey { connection: refused.connection, region, kind: kind.clone() };
                if regional || !only.contains(&key) {
                    only.push(key);
                }
            }
        }
        only
    }
}

/// What was found, each asset once, in order: two words may find the same.
fn sorted(blocks: &[Block], gathered: &mut Gathered<'_>) -> Vec<RowId> {
    let mut order = arrange(blocks, &Filter::default(), Sort::default()).order;
    order.retain(|id| id.of(blocks).is_some_and(|(cell, row)| gathered.is_new(cell, &row)));
    order
}
