//! `kinds`: every kind of asset, and what is wrong with those of a user's own files.

use super::args::{KindsArgs, ListFormat};
use super::context::Context;
use super::exit::{Exit, Outcome};
use super::out::{Out, Paint, Table};
use crate::catalog::kind::Kind;
use crate::report::kinds;
use serde_json::Value;
use std::sync::Arc;

/// Runs `kinds`. Asks nothing of anybody. Exit 2 when there are files of a user's own and none of them is a kind.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &KindsArgs, context: &Context, out: &mut Out) -> Outcome {
    let (catalog, faults) = context.kinds();
    let mut all: Vec<&Arc<Kind>> = catalog.ids().filter_map(|id| catalog.kind(id)).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    match args.format {
        ListFormat::Json => out.json(&all.iter().map(|k| kinds::kind(k)).collect::<Value>())?,
        ListFormat::Jsonl => {
            for kind in &all {
                out.json_line(&kinds::kind(kind))?;
            }
        }
        ListFormat::Csv => {
            out.csv(&["id", "title", "group", "aliases", "scope", "operation", "read", "tag", "origin"])?;
            for kind in &all {
                out.csv(&[
                    kind.id.clone(),
                    kind.title.clone(),
                    kind.group.clone(),
                    kind.aliases.join(" "),
                    kind.scope.word().to_owned(),
                    kind.list.name(),
                    kinds::actions(&kind.read).join(" "),
                    kinds::actions(&kind.tag).join(" "),
                    kinds::origin(kind).to_owned(),
                ])?;
            }
        }
        ListFormat::Table => {
            let mut table = Table::new(&["kind", "title", "group", "also", "scope", "origin"]);
            for kind in &all {
                let short = kind.id.split_once('/').map_or(kind.id.as_str(), |(_, rest)| rest);
                table.row([
                    (short.to_owned(), None),
                    (kind.title.clone(), None),
                    (kind.group.clone(), Some(Paint::Dim)),
                    (kind.aliases.join(" "), None),
                    (kind.scope.word().to_owned(), Some(Paint::Dim)),
                    (kinds::origin(kind).to_owned(), Some(Paint::Dim)),
                ]);
            }
            out.table(&table)?;
        }
    }
    faults.iter().for_each(|fault| out.warn(fault));
    let useless = !faults.is_empty() && !all.iter().any(|k| k.user);
    Ok(if useless { Exit::Usage } else { Exit::Done })
}
