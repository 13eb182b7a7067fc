//! Reading, appending and compacting the file, under a lock file beside it.

use super::history::Memory;
use super::line::Line;
use rustix::fs::{Access, access};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file never grows beyond this.
pub(super) const LIMIT: u64 = 1_000_000;
/// Compaction leaves room to grow.
const COMPACTED: usize = 750_000;

/// Reads every line; gives them and the number of damaged ones. No file is an empty history.
pub(super) fn read(path: &Path) -> io::Result<(Vec<Line>, usize)> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(e) => return Err(e),
    };
    let (mut lines, mut damaged) = (Vec::new(), 0);
    for raw in BufReader::new(file).split(b'\n') {
        let raw = raw?;
        if raw.is_empty() {
            continue;
        }
        match serde_json::from_slice(&raw) {
            Ok(line) => lines.push(line),
            Err(_) => damaged += 1,
        }
    }
    Ok((lines, damaged))
}

/// Whether lines can be appended, as far as can be told without making anything.
pub(super) fn can_append(path: &Path) -> bool {
    let may = |path: &Path, what| access(path, what).is_ok();
    let there = folder_of(path).ancestors().find(|folder| folder.exists());
    let folder_is_ours = there.is_some_and(|f| f.is_dir() && may(f, Access::WRITE_OK | Access::EXEC_OK));
    folder_is_ours && (!path.exists() || may(path, Access::WRITE_OK))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Appends lines; a file that would grow beyond [`LIMIT`] is compacted first.
pub(super) fn append(path: &Path, lines: &[Line]) -> io::Result<()> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    let folder = folder_of(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock_path(path))?;
    lock.lock()?;
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    let meta = file.metadata()?;
    if meta.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    if meta.len() + text.len() as u64 > LIMIT {
        return compact(path, folder, lines);
    }
    if meta.len() > 0 && !ends_with_newline(path)? {
        // A write that was cut off must not swallow the next line.
        text.insert(0, b'\n');
    }
    file.write_all(&text)
}

fn ends_with_newline(path: &Path) -> io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Rewrites the file with one line for each thing it knows; the connections not seen for longest go first.
fn compact(path: &Path, folder: &Path, new: &[Line]) -> io::Result<()> {
    let (lines, _) = read(path)?;
    let mut memory = Memory::default();
    for line in lines.iter().chain(new) {
        memory.apply(line);
    }
    let mut kept = 0;
    let mut blocks = Vec::new();
    for lines in memory.compacted() {
        let mut block = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut block, line)?;
            block.push(b'\n');
        }
        kept += block.len();
        if kept > COMPACTED {
            break;
        }
        blocks.push(block);
    }
    let mut temp = tempfile::Builder::new().prefix(".checks-").tempfile_in(folder)?;
    for block in blocks.iter().rev() {
        temp.write_all(block)?;
    }
    temp.as_file().sync_all()?;
    temp.persist(path).map_err(|e| e.error)?;
    Ok(())
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
