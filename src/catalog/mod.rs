//! Kinds as data, and AWS's own service models that drive the caller. Pure.

mod file;
pub mod kind;
pub mod model;
mod models;
pub mod path;
mod raw;
pub mod regions;
mod registry;
mod revealing;
pub mod template;
mod wanted;

pub use registry::{Catalog, FileFault, Head};
pub use revealing::only_reads;
pub use wanted::Wanted;
