//! Tests of the configuration keys.
