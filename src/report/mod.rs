//! What a test found and which assets there are, as data for programs (`--format json`, `jsonl`, `csv`) and as words
//! for people. Version 1 of the JSON only ever gains fields.

mod appeal;
pub mod assets;
pub mod cells;
mod json;
pub mod kinds;
mod words;

pub use appeal::appeal;
pub use json::{check_event, connection, connection_event, document};
pub use words::{
    STATE_SYMBOLS, Symbols, action_lines, cause, common_troubles, failure, findings, findings_beside, refusal,
    ruled_out, why,
};
