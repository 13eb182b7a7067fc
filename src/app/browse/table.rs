//! The columns of the table: which there are, how wide, and what stands in them.

use super::{AssetKey, List};
use crate::app::{Area, Pane, State};
use crate::catalog::kind::{Scope, Type};
use crate::domain::{Role, RowView, TagState, Value};
use crate::query::{CellLabel, SortBy, column_text, place};
use crate::text;
use std::borrow::Cow;

/// The widest that a column becomes by itself.
const WIDEST: u16 = 40;
/// The widest name.
const NAME: u16 = 32;
/// Fewer columns of a value say nothing.
const LEAST: u16 = 6;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Col {
    /// The kind, where there are several.
    Kind,
    /// What people call it.
    Name,
    /// Its id.
    Id,
    /// Its state.
    State,
    /// The connection through which it is seen.
    Account,
    /// Its region.
    Region,
    /// A column of the kind, by its place.
    Field(usize),
}

impl Col {
    /// What sorting by it is called.
    pub(in crate::app) fn sort(self) -> SortBy {
        match self {
            Self::Kind => SortBy::Kind,
            Self::Name => SortBy::Name,
            Self::Id => SortBy::Id,
            Self::State => SortBy::State,
            Self::Account => SortBy::Account,
            Self::Region => SortBy::Region,
            Self::Field(at) => SortBy::Column(at),
        }
    }

    /// The column that something is sorted by.
    pub fn of(by: SortBy) -> Self {
        match by {
            SortBy::Kind => Self::Kind,
            SortBy::Name => Self::Name,
            SortBy::Id => Self::Id,
            SortBy::State => Self::State,
            SortBy::Account => Self::Account,
            SortBy::Region => Self::Region,
            SortBy::Column(at) => Self::Field(at),
        }
    }
}

/// A column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub col: Col,
    /// Columns of the screen.
    pub width: u16,
    /// Its values stand at its right edge.
    pub right: bool,
}

/// Every column of a list that can be scrolled to, in their order.
pub fn asset_columns(state: &State, list: &List) -> Vec<Col> {
    let mut columns = Vec::new();
    let Some(kind) = &list.kind else {
        // Where a thing was found says more than its id.
        columns.extend([Col::Name, Col::Kind]);
        columns.extend((state.scope_connections().len() > 1).then_some(Col::Account));
        columns.extend([Col::Region, Col::Id, Col::State]);
        return columns;
    };
    if kind.identity.name.is_some() {
        columns.push(Col::Name);
    }
    // Where the name is the id, as a bucket's is, once is enough.
    if kind.identity.name.as_ref() != Some(&kind.identity.id) {
        columns.push(Col::Id);
    }
    if kind.state.is_some() {
        columns.push(Col::State);
    }
    if state.scope_connections().len() > 1 {
        columns.push(Col::Account);
    }
    let places = match kind.scope {
        Scope::Regional => state.browse.scope.regions.len() != 1 && !state.is_in_one_place(),
        Scope::Global => false,
        Scope::GlobalRowRegion => true,
    };
    if places {
        columns.push(Col::Region);
    }
    match &list.chosen {
        Some(chosen) => columns.extend(chosen.iter().map(|at| Col::Field(*at))),
        None => columns.extend((0..kind.columns.len()).filter(|at| kind.columns[*at].shown).map(Col::Field)),
    }
    columns
}

/// A column's heading.
pub fn col_title(list: &List, col: Col) -> &str {
    match col {
        Col::Kind => "Kind",
        Col::Name => "Name",
        Col::Id => "Id",
        Col::State => "State",
        Col::Account => "Account",
        Col::Region => "Region",
        Col::Field(at) => list.kind.as_ref().and_then(|k| k.columns.get(at)).map_or("", |c| c.title.as_str()),
    }
}

/// What stands in a column of a row, and how it is drawn.
pub fn cell_words<'a>(
    state: &State,
    list: &List,
    cell: &'a CellLabel,
    row: &RowView<'a>,
    col: Col,
) -> (Role, Cow<'a, str>) {
    match col {
        Col::Kind => (Role::Quiet, Cow::Borrowed(cell.kind.title.as_str())),
        Col::Name => (Role::Text, Cow::Borrowed(row.name())),
        Col::Id => (if row.name().is_empty() { Role::Text } else { Role::Quiet }, Cow::Borrowed(row.id())),
        Col::State => (row.state_role().role(), Cow::Owned(crate::query::state_words(row))),
        Col::Account => (Role::Quiet, Cow::Borrowed(cell.name.as_str())),
        Col::Region => (Role::Quiet, Cow::Borrowed(place(cell, row))),
        Col::Field(at) => {
            let Some(column) = list.kind.as_ref().and_then(|k| k.columns.get(at)) else {
                return (Role::Text, Cow::Borrowed(""));
            };
            let role = match row.value(at) {
                Value::Denied => Role::Denied,
                Value::Failed => Role::Untested,
                Value::NotLoaded | Value::Hidden | Value::Empty => Role::Moot,
                _ => Role::Text,
            };
            (role, column_text(column, at, row, state.now))
        }
    }
}

/// A row's tags in one line: `team=pay env=prod`, or why there are none.
pub(in crate::app) fn tag_words(row: &RowView<'_>) -> String {
    match row.tag_state() {
        TagState::Known => {
            let tags: Vec<String> = row.tags().map(|(key, value)| format!("{key}={value}")).collect();
            if tags.is_empty() { "none".to_owned() } else { tags.join("  ") }
        }
        TagState::NotLoaded => "not loaded; {key:load-late} loads them".to_owned(),
        TagState::Denied => "not permitted".to_owned(),
        TagState::Failed => "could not be read".to_owned(),
        TagState::None => "this kind has none".to_owned(),
    }
}

/// The width that a column has before any row is known.
fn first_width(list: &List, col: Col) -> u16 {
    let hint = match col {
        Col::Name => 12,
        Col::Id | Col::Account | Col::Region => 10,
        Col::State | Col::Kind => 9,
        Col::Field(at) => match list.kind.as_ref().and_then(|k| k.columns.get(at)) {
            Some(column) => column.width.unwrap_or(match column.kind {
                Type::Time | Type::Bool => 4,
                Type::Int => 5,
                Type::Bytes => 8,
                Type::Ip => 13,
                Type::Text | Type::Money | Type::List => 8,
            }),
            None => 8,
        },
    };
    // Room for the arrow of the order.
    let title = u16::try_from(text::width(col_title(list, col))).unwrap_or(WIDEST);
    hint.max(title + u16::from(col == Col::of(list.sort.by)) * 2)
}

fn is_right(list: &List, col: Col) -> bool {
    let Col::Field(at) = col else { return false };
    let column = list.kind.as_ref().and_then(|k| k.columns.get(at));
    column.is_some_and(|c| matches!(c.kind, Type::Int | Type::Bytes))
}

impl List {
    /// How wide a column is now.
    pub fn width(&self, col: Col) -> u16 {
        self.widths.get(&col).copied().unwrap_or(0).max(first_width(self, col))
    }

    /// The columns that stand on the screen at a width: the first stays, the others are scrolled.
    pub fn on_screen(&self, columns: &[Col], width: u16) -> Vec<Shown> {
        let Some((first, rest)) = columns.split_first() else { return Vec::new() };
        let mut found = Vec::new();
        let mut left = width;
        let scrolled = rest.iter().skip(self.scrolled.min(rest.len().saturating_sub(1)));
        for (i, col) in std::iter::once(first).chain(scrolled).enumerate() {
            let gap = u16::from(i > 0);
            let wanted = self.width(*col);
            // The first never takes all of the room.
            let wanted = if i == 0 { wanted.min((width * 2 / 3).max(LEAST)) } else { wanted };
            if left < gap + LEAST.min(wanted) {
                break;
            }
            let width = wanted.min(left - gap);
            found.push(Shown { col: *col, width, right: is_right(self, *col) });
            left -= gap + width;
        }
        found
    }
}

impl State {
    /// Whether all that is listed lies in one region.
    fn is_in_one_place(&self) -> bool {
        let Some((goal, list)) = self.listed() else { return false };
        if let super::Goal::Link(link) = goal {
            return link.region.is_some();
        }
        let mut places: Vec<_> = list.cells.iter().filter(|(_, c)| c.rows() > 0).map(|(k, _)| &k.region).collect();
        places.dedup();
        let known: usize = self.browse.targets.values().map(|t| t.regions.len()).max().unwrap_or(0);
        places.len() <= 1 && known <= 1
    }

    /// The part of pane 3 that holds rows of the table.
    pub fn asset_area(&self) -> Option<Area> {
        let area = self.layout()?.open(Pane::Checks)?;
        let Area { x, y, width, height } = area;
        let inner = height.saturating_sub(3);
        let foot = u16::try_from(self.foot_rows(usize::from(inner))).unwrap_or(0);
        // The cursor, the mark and a blank stand before the first column.
        Some(Area { x: x + 4, y: y + 2, width: width.saturating_sub(6), height: inner.saturating_sub(foot).max(1) })
    }

    /// How many rows of the table are shown at once.
    pub fn asset_page(&self) -> usize {
        self.asset_area().map_or(1, |a| usize::from(a.height))
    }

    /// The rows of the table that are shown: whole pages, so that moving inside one changes two rows only.
    pub fn asset_window(&self) -> std::ops::Range<usize> {
        let Some((_, list)) = self.listed() else { return 0..0 };
        let page = self.asset_page();
        // The last page is full as well.
        let first = (list.at - list.at % page).min(list.table.order.len().saturating_sub(page));
        first..(first + page).min(list.table.order.len())
    }

    /// Has the columns grow to what the rows on the screen need. They never shrink: nothing jumps.
    pub(in crate::app) fn fit_columns(&mut self) {
        let Some((_, list)) = self.listed().filter(|(_, list)| list.unfit) else { return };
        let window = self.asset_window();
        let columns = asset_columns(self, list);
        let mut grown = Vec::new();
        for col in columns {
            let limit = if col == Col::Name { NAME } else { WIDEST };
            let limit = match col {
                Col::Field(at) => list.kind.as_ref().and_then(|k| k.columns.get(at)?.width).unwrap_or(limit),
                _ => limit,
            };
            let now = list.width(col);
            let words = window.clone().filter_map(|at| list.table.row(at));
            let need = words.map(|(cell, row)| text::width(&cell_words(self, list, cell, &row, col).1)).max();
            let need = u16::try_from(need.unwrap_or(0)).unwrap_or(limit).min(limit);
            if need > now {
                grown.push((col, need));
            }
        }
        if let Some(list) = self.browse.list_mut() {
            list.widths.extend(grown);
            list.unfit = false;
        }
    }
}

impl List {
    /// Whether the row at a place is marked.
    pub fn is_marked(&self, at: usize) -> bool {
        !self.marks.is_empty()
            && self.table.row(at).is_some_and(|(cell, row)| self.marks.contains(&AssetKey::of(cell, &row)))
    }
}
