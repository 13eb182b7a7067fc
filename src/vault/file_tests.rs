//! Tests of modes, lock and replacing.
