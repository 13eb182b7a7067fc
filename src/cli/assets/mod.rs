//! `assets` and `find`: assets of every account and region, as they arrive.

mod find;
mod gather;
mod reveal;
mod show;

pub(super) use find::run as find;

use super::args::{AssetsArgs, ListFormat, ScopeArgs};
use super::check::choose;
use super::context::Context;
use super::exit::{Failure, Outcome};
use super::live::Live;
use super::out::Out;
use crate::catalog::Catalog;
use crate::catalog::kind::{Kind, Scope};
use crate::domain::{AccountId, Connection, ConnectionId, End, KindId, Late, Listing, Request, Timestamp, nearest};
use crate::journal::History;
use crate::query::{Arranged, Block, Filter, Judged, Sort, SortBy, arrange};
use gather::Gathered;
use show::{Columns, Show};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs `assets`. Exit 0 complete, 1 when a cell was denied, 3 when one failed.
///
/// # Errors
/// Usage, vault, or nothing selected.
pub(super) fn run(args: &AssetsArgs, context: &mut Context, out: &mut Out) -> Outcome {
    let (catalog, faults) = context.kinds();
    faults.iter().for_each(|fault| out.warn(fault));
    let ids = named(&args.kinds, &catalog)?;
    let kinds: Vec<Arc<Kind>> = ids.iter().filter_map(|id| catalog.kind(id).cloned()).collect();
    let only = match kinds.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let now = Timestamp::now();
    let filter = Filter::parse(args.filter.as_deref().unwrap_or_default(), only.as_deref());
    let filter = filter.map_err(|e| Failure::usage(format!("--filter: {e}")))?.at(now).within(&args.scope.regions);
    for kind in kinds.iter().filter(|k| k.scope == Scope::Global && !args.scope.regions.is_empty()) {
        out.note(&format!("{} belong to no region: --region does not narrow them", kind.title));
    }
    let sort = args.sort.as_deref().map(|word| sort(word, only.as_deref())).transpose()?;
    let (columns, tags, arn) = columns(args, only.as_deref())?;
    let (book, select) = scope(&args.scope, context, out)?;
    let show = Show {
        format: args.format,
        columns,
        tags,
        arn,
        kind: only,
        accounts: select.len() > 1,
        regions: args.scope.regions.len() != 1,
        widest: widest(args.columns.is_some(), out),
        now,
    };
    let mut late: std::collections::BTreeSet<String> = kinds.iter().flat_map(|kind| show.late(kind)).collect();
    for kind in &kinds {
        late.extend(filter.late(kind));
        late.extend(sort.map(|s| s.late(kind)).unwrap_or_default());
    }
    context.confirm_environment()?;
    let mut live = context.live(context.settings(), History::open(None, None).0)?;
    let listing = Listing {
        book: book.clone(),
        select: select.clone(),
        kinds: ids,
        regions: (!args.scope.regions.is_empty()).then(|| args.scope.regions.clone()),
        only: None,
        late: Late::Fields(late),
        ask_refused: false,
        find: None,
    };
    let mut gathered = Gathered::new(&book, &catalog);
    let mut stream =
        Stream { filter: &filter, show: &show, now: show.streams() && sort.is_none() && !args.reveal, unknown: 0 };
    if stream.now {
        show.head(out)?;
    }
    let end = ask(&mut live, listing, &mut gathered, out, |block, gathered, out| {
        stream.take(block, gathered, select.len() > 1, out)
    })?;
    let unknown = if stream.now {
        stream.unknown
    } else {
        let mut blocks = std::mem::take(&mut gathered.blocks);
        if args.reveal && end == End::Done {
            reveal::reveal(&mut blocks, &book, &mut live, out)?;
        }
        let Arranged { order, unknown, .. } = arrange(&blocks, &filter, sort.unwrap_or_default());
        if show.streams() {
            show.head(out)?;
        }
        show.all(&blocks, &order, (&gathered, unknown), out)?;
        unknown
    };
    finish(end, &gathered, unknown, out)
}

/// A person's table is cut where one value would take a line; what was asked for by name, and what a program reads,
/// is whole.
fn widest(asked: bool, out: &Out) -> usize {
    const READABLE: usize = 40;
    if out.is_terminal() && !asked { READABLE } else { usize::MAX }
}

/// Rows that are written as they come, or kept.
struct Stream<'s> {
    filter: &'s Filter,
    show: &'s Show,
    now: bool,
    unknown: usize,
}

impl Stream<'_> {
    fn take(&mut self, block: Block, gathered: &mut Gathered<'_>, several: bool, out: &mut Out) -> Result<(), Failure> {
        if !self.now {
            gathered.blocks.push(block);
            return Ok(());
        }
        for row in block.batch.rows() {
            match self.filter.judge(&block.cell, &row) {
                Judged::Passes if several && !gathered.is_new(&block.cell, &row) => {}
                Judged::Passes => self.show.row(&block.cell, &row, out)?,
                Judged::Unknown => self.unknown += 1,
                Judged::Fails => {}
            }
        }
        Ok(())
    }
}

/// Asks, with progress on a terminal; each block of rows goes to `on`.
fn ask<'a>(
    live: &mut Live,
    listing: Listing,
    gathered: &mut Gathered<'a>,
    out: &mut Out,
    mut on: impl FnMut(Block, &mut Gathered<'a>, &mut Out) -> Result<(), Failure>,
) -> Result<End, Failure> {
    let mut progress = Progress::default();
    let end = live.run(Request::List(Box::new(listing)), |part| {
        if let Some(block) = gathered.take(part, out) {
            progress.give_way(out);
            on(block, gathered, out)?;
            out.flush()?;
        } else if out.shows_progress() {
            progress.draw(gathered, out);
        }
        Ok(())
    });
    out.progress("");
    end
}

/// A line that says how far it is; drawn when it says something else, and not for every cell of thousands.
#[derive(Default)]
struct Progress {
    shown: String,
    at: Option<Instant>,
}

impl Progress {
    const PAUSE: Duration = Duration::from_millis(100);

    /// Takes the line away where rows may be written to the same terminal.
    fn give_way(&mut self, out: &mut Out) {
        if out.is_terminal() && !self.shown.is_empty() {
            out.progress("");
            self.shown.clear();
        }
    }

    fn draw(&mut self, gathered: &Gathered<'_>, out: &mut Out) {
        if self.at.is_some_and(|at| at.elapsed() < Self::PAUSE) {
            return;
        }
        let (over, all) = gathered.progress();
        let line = format!("{over}/{all} cells · {} rows · Ctrl-C stops", gathered.rows);
        if line != self.shown {
            out.progress(&line);
            (self.shown, self.at) = (line, Some(Instant::now()));
        }
    }
}

/// The summary and the exit code.
fn finish(end: End, gathered: &Gathered<'_>, unknown: usize, out: &mut Out) -> Outcome {
    out.flush()?;
    gathered.summary(unknown, out);
    match end {
        End::Done => Ok(gathered.exit()),
        End::Cancelled => {
            let (over, all) = gathered.progress();
            Err(Failure::Interrupted(format!("interrupted: {over} of {all} cells had answered")))
        }
        End::Failed(error) => Err(Failure::Untested(error.message)),
    }
}

/// The kinds that words name, each once.
pub(super) fn named(words: &[String], catalog: &Catalog) -> Result<Vec<KindId>, Failure> {
    let mut ids: Vec<KindId> = Vec::new();
    for word in words {
        let id = catalog.named(word).map_err(|near| {
            let near = near.map_or_else(|| "see cloudivize kinds".to_owned(), |n| format!("did you mean {n}?"));
            Failure::usage(format!("there is no kind {word:?}; {near}"))
        })?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The connections that are asked, and every one that they may stand on.
fn scope(
    args: &ScopeArgs,
    context: &mut Context,
    out: &mut Out,
) -> Result<(Arc<[Connection]>, Vec<ConnectionId>), Failure> {
    let book = context.connections()?;
    let mut select = choose(&book, &args.connections, &args.groups)?;
    if args.accounts.is_empty() {
        return Ok((book, select));
    }
    for connection in book.iter().filter(|c| select.contains(&c.id) && account(c).is_none()) {
        let name = &connection.name;
        out.warn(&format!(
            "{name}: its account is not known yet, so it is left out; {} check {name} finds out",
            out.program()
        ));
    }
    let wanted =
        |id: &ConnectionId| book.iter().any(|c| c.id == *id && account(c).is_some_and(|a| args.accounts.contains(a)));
    select.retain(wanted);
    if select.is_empty() {
        let accounts = args.accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("no connection that was chosen is known to lead to account {accounts}")));
    }
    Ok((book, select))
}

/// The account of a connection, as far as it is known without asking.
fn account(connection: &Connection) -> Option<&AccountId> {
    connection.account.as_ref().or_else(|| connection.role_arn().map(|arn| arn.account()))
}

/// `name`, `-age`: by what rows are sorted.
fn sort(word: &str, kind: Option<&Kind>) -> Result<Sort, Failure> {
    let (word, descending) = word.strip_prefix('-').map_or((word, false), |rest| (rest, true));
    let column = kind.and_then(|k| k.column(&word.replace('-', "_"))).map(SortBy::Column);
    let common = || match word {
        "name" => Some(SortBy::Name),
        "id" => Some(SortBy::Id),
        "state" => Some(SortBy::State),
        "account" | "connection" => Some(SortBy::Account),
        "region" => Some(SortBy::Region),
        "kind" => Some(SortBy::Kind),
        _ => None,
    };
    let by = column
        .or_else(common)
        .ok_or_else(|| unknown_column("--sort", word, kind, &["name", "id", "state", "account", "region", "kind"]))?;
    Ok(Sort { by, descending })
}

/// The columns, whether tags are among them, and the ARN.
fn columns(args: &AssetsArgs, kind: Option<&Kind>) -> Result<(Columns, bool, bool), Failure> {
    let csv = args.format == ListFormat::Csv;
    let Some(words) = &args.columns else {
        let columns = if args.all_columns { Columns::All } else { Columns::Shown };
        return Ok((columns, csv || args.all_columns, args.all_columns));
    };
    let (mut some, mut tags, mut arn) = (Vec::new(), false, false);
    for word in words.iter().map(|w| w.trim()).filter(|w| !w.is_empty()) {
        match (word, kind.and_then(|k| k.column(&word.replace('-', "_")))) {
            (_, Some(at)) => some.push(at),
            ("tags", None) => tags = true,
            ("arn", None) => arn = true,
            // These are always there.
            ("name" | "id" | "state" | "connection" | "account" | "region" | "kind", None) => {}
            (_, None) => return Err(unknown_column("--columns", word, kind, &["tags", "arn"])),
        }
    }
    Ok((Columns::These(some), tags, arn))
}

fn unknown_column(option: &str, word: &str, kind: Option<&Kind>, common: &[&str]) -> Failure {
    let mut known: Vec<&str> = kind.into_iter().flat_map(|k| &k.columns).map(|c| c.id.as_str()).collect();
    known.extend(common);
    let near = nearest(word, &known)
        .map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean {n}?"));
    let whose = kind.map_or("several kinds together", |k| k.title.as_str());
    Failure::usage(format!("{option}: {word:?} is no column of {whose}; {near}"))
}
