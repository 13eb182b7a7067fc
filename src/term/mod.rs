//! Raw mode, restore, output, prompt, capabilities, clipboard routes.

pub mod prompt;
