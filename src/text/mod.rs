//! Text from outside made safe to draw, print and copy; widths; quoting for other languages.

mod page;
pub mod quote;
mod sanitise;

#[cfg(test)]
mod tests;

mod wrap;

pub use page::Page;
pub use sanitise::{line, multiline, truncate, width};
pub use wrap::wrap;
