//! The dashboard's state and its pure `update`. No clock, file, network or terminal.
//!
//! [`update`] takes a message and the time, changes the [`State`] and returns the [`Effect`]s that
//! the runtime has to run; their outcomes come back as messages.

mod action;
mod book;
mod context;
mod detail;
mod doc;
mod faults;
mod fleet;
mod input;
mod layout;
mod movement;
mod msg;
mod order;
mod overlay;
mod reading;
mod regions;
mod replies;
mod snippet;
mod standing;
mod state;
mod testing;
mod typing;
mod unlock;
mod update;
mod viewer;

pub use action::Action;
pub use context::{Condition, Context};
pub use detail::detail;
pub use doc::{Line, Span, Wrap, wrapped};
pub use fleet::{AccountRow, Cell, account_rows, external_id, progress, shown, tally};
pub use input::TextInput;
pub use layout::{Area, Layout, Pane, Place, layout};
pub use msg::{Effect, Msg, Opening, Saved, Signal, Tone};
pub use order::natural;
pub use overlay::Overlay;
pub use regions::{RegionRow, region_rows, region_summary};
pub use standing::{Badge, Run, Slot, Standing};
pub use state::{Flags, LogEntry, Notice, Screen, Size, State};
pub use unlock::Unlock;
pub use update::{start, update};
pub use viewer::{Tab, Viewer, ViewerKind};

#[cfg(test)]
pub mod fixtures;
#[cfg(test)]
mod tests;
