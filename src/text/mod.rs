//! Text from outside made safe to draw, print and copy; widths; quoting for other languages.

mod sanitise;

pub use sanitise::{line, multiline, truncate, width};
