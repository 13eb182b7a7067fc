//! How assets are written: which columns, and in which form.

use super::gather::Gathered;
use crate::catalog::kind::{Kind, Scope};
use crate::cli::args::ListFormat;
use crate::cli::exit::Failure;
use crate::cli::out::{Out, Paint, Table};
use crate::domain::{RowView, StateRole, Timestamp};
use crate::query::{Block, CellLabel, RowId, column_text, late, place, shared, state_words, tags_text};
use crate::report::assets;
use crate::text::truncate;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Which columns of a kind are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Columns {
    /// Those that its file shows.
    Shown,
    /// All.
    All,
    /// These.
    These(Vec<usize>),
}

/// The form of the list.
#[derive(Debug, Clone)]
pub(super) struct Show {
    pub format: ListFormat,
    pub columns: Columns,
    /// Tags, where the form has them only on demand.
    pub tags: bool,
    /// The ARN in a table.
    pub arn: bool,
    /// The only kind; `None`: several, which have no columns in common.
    pub kind: Option<std::sync::Arc<Kind>>,
    /// Several accounts, or several regions, may come.
    pub accounts: bool,
    pub regions: bool,
    /// The longest text of a table's cell, in columns.
    pub widest: usize,
    /// From when ages are counted.
    pub now: Timestamp,
}

impl Show {
    /// Whether rows are written as they come.
    pub fn streams(&self) -> bool {
        matches!(self.format, ListFormat::Jsonl | ListFormat::Csv)
    }

    /// The places of a kind's columns that are given.
    pub fn of(&self, kind: &Kind) -> Vec<usize> {
        let json = matches!(self.format, ListFormat::Json | ListFormat::Jsonl);
        match &self.columns {
            Columns::These(some) => some.clone(),
            // Records of several kinds have the common fields alone.
            _ if self.kind.is_none() && !json => Vec::new(),
            Columns::Shown if !json => (0..kind.columns.len()).filter(|at| kind.columns[*at].shown).collect(),
            Columns::Shown | Columns::All => (0..kind.columns.len()).collect(),
        }
    }

    /// The fields of second calls that bring what is given of a kind.
    pub fn late(&self, kind: &Kind) -> BTreeSet<String> {
        late(kind, self.of(kind), self.gives_tags(), true)
    }

    fn gives_tags(&self) -> bool {
        self.tags || matches!(self.format, ListFormat::Json | ListFormat::Jsonl)
    }

    /// What stands before the first row of a stream.
    pub fn head(&self, out: &mut Out) -> Result<(), Failure> {
        if self.format == ListFormat::Csv {
            let columns = self.kind.as_ref().map(|k| self.of(k)).unwrap_or_default();
            out.csv(&assets::csv_head(self.kind.as_deref(), &columns, self.tags))?;
        }
        Ok(())
    }

    /// One row of a stream.
    pub fn row(&self, cell: &CellLabel, row: &RowView<'_>, out: &mut Out) -> Result<(), Failure> {
        let columns = self.of(&cell.kind);
        match self.format {
            ListFormat::Csv => out.csv(&assets::csv_record(cell, row, &columns, self.tags))?,
            _ => out.json_line(&assets::asset(cell, row, &columns))?,
        }
        Ok(())
    }

    /// All rows in their order, in any form.
    pub fn all(
        &self,
        blocks: &[Block],
        order: &[RowId],
        (gathered, unknown): (&Gathered<'_>, usize),
        out: &mut Out,
    ) -> Result<(), Failure> {
        // An asset that several connections see names them all.
        let shared = shared(blocks);
        let through = |id: &RowId| -> Vec<&str> {
            shared.get(id).into_iter().flatten().map(|connection| gathered.name(*connection)).collect()
        };
        let rows = order.iter().filter_map(|id| id.of(blocks).map(|(cell, row)| (cell, row, through(id))));
        match self.format {
            ListFormat::Table => out.table(&self.table(rows))?,
            ListFormat::Json => {
                let list: Vec<Value> = rows
                    .map(|(cell, row, through)| {
                        let mut asset = assets::asset(cell, &row, &self.of(&cell.kind));
                        if let (Value::Object(asset), [_, others @ ..]) = (&mut asset, through.as_slice()) {
                            asset.insert("also_through".to_owned(), json!(others));
                        }
                        asset
                    })
                    .collect();
                out.json(&json!({
                    "version": 1,
                    "tool": concat!("cloudivize ", env!("CARGO_PKG_VERSION")),
                    "at": self.now,
                    "assets": list,
                    "cells": gathered.summary_value(unknown),
                }))?;
            }
            ListFormat::Jsonl | ListFormat::Csv => {
                for (cell, row, _) in rows {
                    self.row(cell, &row, out)?;
                }
            }
        }
        Ok(())
    }

    fn table<'r>(&self, rows: impl Iterator<Item = (&'r CellLabel, RowView<'r>, Vec<&'r str>)>) -> Table {
        let columns = self.kind.as_ref().map(|k| self.of(k)).unwrap_or_default();
        let (accounts, regions) =
            (self.accounts, self.regions && self.kind.as_ref().is_none_or(|k| k.scope != Scope::Global));
        let kinds = self.kind.is_none();
        let states = self.kind.as_ref().is_none_or(|k| k.state.is_some());
        let mut head: Vec<&str> = Vec::new();
        head.extend(kinds.then_some("kind"));
        head.extend(["name", "id"]);
        head.extend(states.then_some("state"));
        head.extend(columns.iter().filter_map(|at| self.kind.as_ref()?.columns.get(*at)).map(|c| c.id.as_str()));
        head.extend(accounts.then_some("connection"));
        head.extend(regions.then_some("region"));
        head.extend(self.arn.then_some("arn"));
        head.extend(self.tags.then_some("tags"));
        let mut table = Table::new(&head);
        for (cell, row, through) in rows {
            let mut line: Vec<(String, Option<Paint>)> = Vec::with_capacity(head.len());
            let mut put = |text: &str| line.push((text.to_owned(), None));
            if kinds {
                put(short(&cell.kind.id));
            }
            put(row.name());
            put(row.id());
            if states {
                line.push((state_words(&row), paint(row.state_role())));
            }
            for at in &columns {
                let text = cell.kind.columns.get(*at).map(|c| column_text(c, *at, &row, self.now));
                line.push((truncate(&text.unwrap_or_default(), self.widest).into_owned(), None));
            }
            let mut put = |wanted: bool, text: &str| {
                if wanted {
                    line.push((text.to_owned(), None));
                }
            };
            match through.is_empty() {
                true => put(accounts, cell.name.as_str()),
                false => put(accounts, &through.join(", ")),
            }
            put(regions, place(cell, &row));
            put(self.arn, row.arn());
            put(self.tags, &truncate(&tags_text(&row), self.widest));
            table.row(line);
        }
        table
    }
}

/// A kind's id without the cloud.
pub(super) fn short(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, rest)| rest)
}

fn paint(role: StateRole) -> Option<Paint> {
    match role {
        StateRole::Plain => None,
        StateRole::Good => Some(Paint::Good),
        StateRole::Warn => Some(Paint::Warn),
        StateRole::Bad => Some(Paint::Bad),
        StateRole::Off | StateRole::Unknown(_) => Some(Paint::Dim),
    }
}
