//! The only room that talks to clouds.
//!
//! One provider so far, and behind its HTTP client the demo cloud. Azure will stand beside `aws`; a trait over the
//! two is drawn when the second exists.

pub mod aws;
pub mod demo;
pub mod import;
pub mod profiles;
