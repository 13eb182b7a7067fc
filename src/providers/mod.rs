//! The only room that talks to clouds.
//!
//! One provider so far. The demo cloud will stand behind the SDK's HTTP client and Azure beside
//! `aws`; a trait over the two is drawn when the second exists.

pub mod aws;
pub mod profiles;
