//! The trimmed service models: `generate.py` writes `data/` and `files.rs` from botocore; see NOTICE.

mod files;

pub use files::FILES;
