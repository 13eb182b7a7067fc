//! Kinds as data, and AWS's own service models that drive the caller. Pure.

mod file;
pub mod kind;
pub mod model;
mod models;
pub mod path;
mod raw;
pub mod regions;
pub mod template;
