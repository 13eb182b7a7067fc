//! What this program did and saw: the history of checks.
