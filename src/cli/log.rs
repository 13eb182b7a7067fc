//! `--log FILE`: what this program did, for a report of a fault. Third parties speak at `warn` at most:
//! further down the SDK's log bodies and commands.

use super::exit::Failure;
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Appends to the file, mode 0600, from here to the end of the run.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn start(path: &Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::usage(format!("the log {} cannot be written: {e}; name another file with --log", path.display()))
    };
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(failed)?;
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    let targets = Targets::new().with_default(LevelFilter::WARN).with_target("cloudivize", LevelFilter::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    // A second call in one process, as in tests, keeps the first file.
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "begin");
    Ok(())
}
