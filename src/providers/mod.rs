//! The only room that talks to clouds.
