//! Kinds as data, and AWS's own service models that drive the caller. Pure.

pub mod model;
mod models;
mod raw;
pub mod regions;
