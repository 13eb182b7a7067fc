//! The dashboard's state and its pure `update`. No clock, file, network or terminal.
//!
//! [`update`] takes a message and the time, changes the [`State`] and returns the [`Effect`]s that
//! the runtime has to run; their outcomes come back as messages.

mod action;
mod around;
mod book;
mod browse;
mod codes;
mod command;
mod context;
mod copying;
mod detail;
mod doc;
mod errors;
mod facts;
mod faults;
mod first;
mod fleet;
mod form;
mod history;
mod import;
mod input;
mod layout;
mod lock;
mod make;
mod mended;
mod movement;
mod msg;
mod order;
mod overlay;
mod palette;
mod question;
mod reading;
mod regions;
mod replies;
mod search;
mod snippet;
mod standing;
mod state;
mod testing;
mod typing;
mod unlock;
mod update;
mod view;
mod viewer;
mod watch;

pub use action::Action;
pub use around::Around;
pub use browse::{
    AssetKey, Browse, Choosable, Chooser, Col, Count, Followed, Goal, Lead, Leads, LinkGoal, List, Shown, Tally, Woe,
    accounts_summary, accounts_tally, age_words, asset_columns, browse_header, browse_summary, cell_words, col_title,
    filter_words, foot, region_counts, tally_of, thousands, woes,
};
pub use codes::{CodeAsk, Codes};
pub use command::{COMMANDS, Command};
pub use context::{Condition, Context};
pub use detail::detail;
pub use doc::{Line, Span, Wrap, wrapped};
pub use errors::{ErrorLog, LogEntry};
pub use fleet::{AccountRow, Cell, account_rows, external_id, progress, shown, since, tally};
pub use form::{Form, FormKey, FormPage, Removal, form_page};
pub use import::Import;
pub use input::TextInput;
pub use layout::{Area, Layout, Pane, Place, layout};
pub use lock::{Kept, LockedBy};
pub use make::{Choice, KeyKind, Make, Protect, SHORT, Step, VaultKey};
pub use mended::Mended;
pub use msg::{Effect, Msg, NoCopy, Opening, ProfileEntry, Saved, SentCopy, Signal, Tone};
pub use order::natural;
pub use overlay::Overlay;
pub use palette::{Entry, KeyFact, Palette, entries};
pub use question::{Answered, Asking, Question};
pub use regions::{RegionOrder, RegionRow, region_rows, region_summary};
pub use search::Search;
pub use standing::{Badge, Run, Slot, Standing};
pub use state::{Flags, Notice, Screen, Size, State};
pub use unlock::{Guard, Unlock, Way};
pub use update::{start, update};
pub use view::View;
pub use viewer::{Tab, Viewer, ViewerKind};
pub use watch::{Watch, watch_words};

#[cfg(test)]
pub use browse::fixtures as browse_fixtures;
#[cfg(test)]
mod finding_tests;
#[cfg(test)]
mod first_tests;
#[cfg(test)]
pub mod fixtures;
#[cfg(test)]
mod lock_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod watch_tests;
