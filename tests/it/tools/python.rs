//! The Python environment: a venv, else `pip install --target`, else one sentence that says what to install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{cache_dir, on_path, once_made, quoted, run, say, write_script};

/// Variables by which a user's own set-up would bend pip or Python away from the folder we fill.
const FOREIGN: [&str; 8] = [
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
];

/// A program of the environment, which is made first where it is missing.
pub(super) fn bin(name: &str) -> PathBuf {
    static READY: OnceLock<Result<(), String>> = OnceLock::new();
    // A failure is kept and said by every test that needs the tools, instead of being tried again by each.
    if let Err(why) = READY.get_or_init(prepare) {
        panic!("{why}");
    }
    cache_dir().join("bin").join(name)
}

fn prepare() -> Result<(), String> {
    let (python, version) = interpreter()?;
    // The interpreter is part of what was made: after a system upgrade its environment is stale.
    once_made("python", &format!("{} {version}\n", python.display()), |dir| {
        say(&format!("Preparing the Python test tools in {} (once, about a minute)", dir.display()));
        let lock = dir.join("requirements.lock");
        fs::write(&lock, super::LOCK_FILE).map_err(|e| format!("cannot write {}: {e}", lock.display()))?;
        match make_venv(dir, &python) {
            Ok(inner) => fill_venv(&inner, &lock)
                .map_err(|e| format!("pip could not install the tests' Python packages: {e}"))?,
            Err(venv_error) => fill_folder(dir, &python, &lock).map_err(|pip_error| {
                format!(
                    "The tests need Python packages and can make no environment for them: install the package \
                     python3-venv (or python3-pip).\nvenv: {venv_error}\npip: {pip_error}"
                )
            })?,
        }
        write_scripts()
    })
}

/// The first Python on the PATH that is new enough, and its version.
fn interpreter() -> Result<(PathBuf, String), String> {
    const PROBE: &str = "import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 10))";
    let names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
    for path in names.iter().filter_map(|name| on_path(name)) {
        if let Ok(output) = run(clean(&path).args(["-c", PROBE])) {
            return Ok((path, String::from_utf8_lossy(&output.stdout).trim().to_owned()));
        }
    }
    Err("The tests need Python 3.10 or newer: install the package python3".to_owned())
}

/// Makes an empty environment and gives its interpreter.
fn make_venv(dir: &Path, python: &Path) -> Result<PathBuf, String> {
    let venv = dir.join("venv");
    remove(&venv)?;
    run(clean(python).args(["-m", "venv"]).arg(&venv))?;
    Ok(venv.join("bin/python"))
}

fn fill_venv(inner: &Path, lock: &Path) -> Result<(), String> {
    run(install(&mut clean(inner), lock))?;
    write_script("python", &format!("exec {} \"$@\"", quoted(inner)))
}

/// Installs into a plain folder, which the given interpreter is then pointed to.
fn fill_folder(dir: &Path, python: &Path, lock: &Path) -> Result<(), String> {
    let site = dir.join("site");
    remove(&dir.join("venv"))?;
    remove(&site)?;
    run(install(&mut clean(python), lock).arg("--target").arg(&site))?;
    write_script("python", &format!("PYTHONPATH={} exec {} \"$@\"", quoted(&site), quoted(python)))
}

fn install<'a>(python: &'a mut Command, lock: &Path) -> &'a mut Command {
    python
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--require-hashes", "--only-binary", ":all:", "-r"])
        .arg(lock)
}

/// The programs, each run as a module, so that both kinds of environment look the same from outside.
fn write_scripts() -> Result<(), String> {
    let python = quoted(&cache_dir().join("bin/python"));
    write_script("aws", &format!("exec {python} -m awscli \"$@\""))?;
    let call = |module: &str, function: &str| {
        format!("exec {python} -c 'import sys; from {module} import {function}; sys.exit({function}())' \"$@\"")
    };
    write_script("cfn-lint", &call("cfnlint.runner", "main"))?;
    write_script("parliament", &call("parliament.cli", "cli"))
}

fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

fn remove(dir: &Path) -> Result<(), String> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("cannot remove {}: {e}", dir.display())),
        _ => Ok(()),
    }
}
