//! Raw mode, restore, output, prompt, capabilities, clipboard routes.

pub mod capabilities;
mod cells;
pub mod clipboard;
pub mod input;
pub mod life;
pub mod output;
pub mod prompt;
pub mod sequences;
