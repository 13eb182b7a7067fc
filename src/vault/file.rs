//! Files on disk: permission bits, the lock, and replacing a file so that a crash at any moment
//! leaves the old one or the new one.

use super::error::VaultError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a save waits for another one. One takes about a second, on slow machines several.
pub const LOCK_WAIT: Duration = Duration::from_secs(30);

/// No vault and no identity file is larger.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Bits that let others than the owner read or write.
const OTHERS_READ_WRITE: u32 = 0o066;
const OTHERS_WRITE: u32 = 0o022;

/// Why a file that must be private could not be read.
pub(super) enum PrivateError {
    Io(std::io::Error),
    Mode(u32),
}

/// Reads a file that only its owner may read (or a pipe).
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, PrivateError> {
    let file = File::open(path).map_err(PrivateError::Io)?;
    let meta = file.metadata().map_err(PrivateError::Io)?;
    if meta.is_dir() {
        return Err(PrivateError::Io(std::io::ErrorKind::IsADirectory.into()));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & OTHERS_READ_WRITE != 0 {
        return Err(PrivateError::Mode(mode));
    }
    // Room from the start, so that growing leaves no copy behind; pipes say 0.
    let room = usize::try_from(meta.len().min(LIMIT)).unwrap_or_default().max(16 * 1024);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(PrivateError::Io)?;
    if bytes.len() as u64 > LIMIT {
        return Err(PrivateError::Io(std::io::ErrorKind::FileTooLarge.into()));
    }
    Ok(bytes)
}

/// Reads a vault: the file that a link leads to, refused when others can write it.
pub(super) fn read_vault(path: &Path) -> Result<(PathBuf, Vec<u8>), VaultError> {
    let fail = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => VaultError::Missing(path.to_owned()),
        _ => VaultError::File {
            path: path.to_owned(),
            what: "read",
            fix: "See who owns it and its folder, or name another with --vault",
            source,
        },
    };
    let real = std::fs::canonicalize(path).map_err(fail)?;
    let file = File::open(&real).map_err(fail)?;
    let meta = file.metadata().map_err(fail)?;
    if meta.is_dir() {
        return Err(fail(std::io::ErrorKind::IsADirectory.into()));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & OTHERS_WRITE != 0 {
        return Err(VaultError::OthersCanWrite { path: real, mode });
    }
    let me = rustix::process::geteuid().as_raw();
    // Root reads everybody's files (sudo); root's own files are safe for everybody.
    if me != 0 && meta.uid() != me && meta.uid() != 0 {
        return Err(VaultError::OthersFile(real));
    }
    if let Some(folder) = real.parent() {
        let meta = std::fs::metadata(folder).map_err(fail)?;
        let mode = meta.permissions().mode() & 0o7777;
        // Everybody may write and nobody's files are protected from the others (no sticky bit).
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(VaultError::OthersCanWrite { path: folder.to_owned(), mode });
        }
    }
    if meta.len() > LIMIT {
        return Err(VaultError::TooLarge(real));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT).read_to_end(&mut bytes).map_err(fail)?;
    Ok((real, bytes))
}

fn not_written(path: &Path) -> impl Fn(std::io::Error) -> VaultError + '_ {
    |source| VaultError::File {
        path: path.to_owned(),
        what: "written",
        fix: "See who owns its folder and whether the disk is full",
        source,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

/// Makes the folder of a new file, 0700, with the folders above it.
pub(super) fn make_folder(path: &Path) -> Result<(), VaultError> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(not_written(folder))
}

/// `vault.age` + `.bak`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn temp_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

fn temp_file(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, VaultError> {
    let failed = not_written(path);
    // tempfile makes it 0600.
    let mut temp = tempfile::Builder::new()
        .prefix(&temp_prefix(path))
        .suffix(".tmp")
        .tempfile_in(folder_of(path))
        .map_err(&failed)?;
    temp.write_all(bytes).map_err(&failed)?;
    temp.as_file().sync_all().map_err(&failed)?;
    Ok(temp)
}

fn sync_folder(path: &Path) -> Result<(), VaultError> {
    let folder = folder_of(path);
    match File::open(folder).and_then(|f| f.sync_all()) {
        // Some network and FUSE file systems cannot; the rename itself has happened.
        Err(e) if matches!(e.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported) => Ok(()),
        done => done.map_err(not_written(folder)),
    }
}

/// Puts a new file in place, 0600, or fails when one is there.
pub(super) fn place(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    temp_file(path, bytes)?.persist_noclobber(path).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => VaultError::Exists(path.to_owned()),
        _ => not_written(path)(e.error),
    })?;
    sync_folder(path)
}

/// Replaces a file in one step, 0600.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    temp_file(path, bytes)?.persist(path).map_err(|e| not_written(path)(e.error))?;
    sync_folder(path)
}

/// Removes temporary files that a killed save left behind. Only under the lock.
pub(super) fn sweep(path: &Path) {
    let prefix = temp_prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(".tmp") {
            // Not ours to insist on: it only takes room.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The right to save, held while it lives. The lock file itself stays, for removing it would let
/// two writers hold two different files of the same name.
pub(super) struct Lock(File);

impl Lock {
    /// Waits for other savers, up to [`LOCK_WAIT`].
    pub fn take(vault: &Path, wait: Duration) -> Result<Self, VaultError> {
        let path = beside(vault, ".lock");
        let failed = not_written(&path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(&failed)?;
        let until = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(e)) => return Err(failed(e)),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                    let mut holder = String::new();
                    let _ = file.read_to_string(&mut holder);
                    let holder = crate::text::line(holder.trim()).into_owned();
                    let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
                    return Err(VaultError::Busy { path: vault.to_owned(), holder });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        let holder = format!("process {}", std::process::id());
        // Only for the message of one who waits.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(holder.as_bytes()));
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
