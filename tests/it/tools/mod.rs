//! The programs the tests need, prepared by the tests themselves in a cache folder.
//!
//! Python programs come from `tests/requirements.lock` (pip's configured index, every file checked against its hash);
//! `age`, `tmux` and `strace` come from the system, or, where it lacks them, from the system's own packages unpacked beside
//! the rest. Everything lands in `$XDG_CACHE_HOME/cloudivize-tests/<hash of the lock file>`, under a file lock, once.

mod cloud;
mod deb;
mod home;
mod http;
mod ministack;
mod moto;
mod python;
mod server;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

pub use cloud::{Answer, Cloud, Keys, trust_account, trust_account_with_id};
pub use home::AwsHome;
pub use ministack::ministack;
pub use moto::moto;
pub use server::Server;

const LOCK_FILE: &str = include_str!("../../requirements.lock");

/// The `age` programs of the system or of its package.
#[derive(Clone, Debug)]
pub struct Age {
    /// `age`
    pub age: PathBuf,
    /// `age-keygen`
    pub keygen: PathBuf,
}

/// A Python interpreter that has everything of `tests/requirements.lock`.
pub fn python() -> PathBuf {
    python::bin("python")
}

/// The AWS CLI. Give it an environment with [`AwsHome::apply`] or use [`Cloud::aws`]: it must never see the
/// credentials of whoever runs the tests.
pub fn aws_cli() -> PathBuf {
    python::bin("aws")
}

/// The CloudFormation linter.
pub fn cfn_lint() -> PathBuf {
    python::bin("cfn-lint")
}

/// The IAM policy linter.
pub fn parliament() -> PathBuf {
    python::bin("parliament")
}

/// The reference `age`, or `None` after a printed `SKIPPED:` line where it cannot be had.
pub fn age() -> Option<Age> {
    static FOUND: OnceLock<Result<Age, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        if let (Some(age), Some(keygen)) = (on_path("age"), on_path("age-keygen")) {
            return Ok(Age { age, keygen });
        }
        let bin = deb::unpack("age")?;
        Ok(Age { age: bin.join("age"), keygen: bin.join("age-keygen") })
    });
    found.as_ref().map_err(|why| skipped(&format!("age is missing: install the package age ({why})"))).ok().cloned()
}

/// `tmux`, or `None` after a printed `SKIPPED:` line where it cannot be had.
pub fn tmux() -> Option<PathBuf> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| match on_path("tmux") {
        Some(tmux) => Ok(tmux),
        None => Ok(deb::unpack("tmux")?.join("tmux")),
    });
    found.as_ref().map_err(|why| skipped(&format!("tmux is missing: install the package tmux ({why})"))).ok().cloned()
}

/// `strace`, which writes down what a program asks of the system, or `None` after a printed `SKIPPED:` line.
pub fn strace() -> Option<PathBuf> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| match on_path("strace") {
        Some(strace) => Ok(strace),
        None => Ok(deb::unpack("strace")?.join("strace")),
    });
    found
        .as_ref()
        .map_err(|why| skipped(&format!("strace is missing: install the package strace ({why})")))
        .ok()
        .cloned()
}

/// Says past the test harness's capture that the running test is skipped; `.ci/run` fails on such a line.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    say(&format!("SKIPPED: {}: {why}", thread.name().unwrap_or("a test")));
}

/// Writes a line to standard error, which the test harness does not capture when it is written this way.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The folder of this lock file's tools.
pub fn cache_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let base = match std::env::var_os("XDG_CACHE_HOME").filter(|dir| Path::new(dir).is_absolute()) {
            Some(dir) => PathBuf::from(dir),
            None => PathBuf::from(std::env::var_os("HOME").expect("HOME or XDG_CACHE_HOME must be set")).join(".cache"),
        };
        let hash = Sha256::digest(LOCK_FILE.as_bytes());
        let name: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let dir = base.join("cloudivize-tests").join(name);
        fs::create_dir_all(dir.join("bin")).unwrap_or_else(|e| panic!("cannot make {}: {e}", dir.display()));
        dir
    })
}

/// Runs `make` under the cache folder's lock unless `<name>.done` there already holds `content`.
///
/// Other test processes wait meanwhile; a half-made tool of a killed run has no such file and is made again.
fn once_made(name: &str, content: &str, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let dir = cache_dir();
    let done = dir.join(format!("{name}.done"));
    let is_done = || fs::read_to_string(&done).is_ok_and(|found| found == content);
    if is_done() {
        return Ok(());
    }
    let lock = File::create(dir.join("lock")).map_err(|e| format!("cannot make the lock in {}: {e}", dir.display()))?;
    lock.lock().map_err(|e| format!("cannot lock {}: {e}", dir.display()))?;
    if is_done() {
        return Ok(());
    }
    make(dir)?;
    fs::write(&done, content).map_err(|e| format!("cannot write {}: {e}", done.display()))
}

/// Writes an executable shell script `bin/<name>`.
fn write_script(name: &str, body: &str) -> Result<(), String> {
    let path = cache_dir().join("bin").join(name);
    let write = || {
        fs::write(&path, format!("#!/bin/sh\n{body}\n"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
    };
    write().map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// Quotes a path for a shell script of ours.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// The first file of this name on the PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Runs a command to its end; an error is one text with what was run and the last of what it said.
fn run(command: &mut Command) -> Result<Output, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|e| format!("cannot run {shown}: {e}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(15)..].join("\n");
    Err(format!("{shown}: {}\n{last}", output.status))
}
