//! Any operation of any service that the models know, on the SDK's own runtime.

pub mod request;
pub mod xml;
