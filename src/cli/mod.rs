//! The headless twin of the dashboard, on the same engine.
