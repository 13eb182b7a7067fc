//! Keys to actions, as data.
