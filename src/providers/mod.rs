//! The only room that talks to clouds.

pub mod profiles;
