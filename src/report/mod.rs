//! What a test found, as data for programs (`check --format json`, `jsonl`, `csv`) and as words for
//! people. Version 1 of the JSON only ever gains fields.

mod appeal;
mod json;
mod words;

pub use appeal::appeal;
pub use json::{check_event, connection, connection_event, document};
pub use words::{
    STATE_SYMBOLS, Symbols, action_lines, cause, common_troubles, findings, findings_beside, ruled_out, why,
};
