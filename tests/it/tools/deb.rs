//! A Debian package and its few libraries, unpacked into the cache folder without root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{cache_dir, on_path, once_made, quoted, run, say, write_script};

/// Libraries that a minimal system lacks; everything else the packages need is part of every Debian.
const LIBRARIES: [&str; 3] = ["libevent-core", "libunwind", "libutempter"];

/// Unpacks `package` and gives the folder of its programs, which run with the libraries unpacked beside them.
pub(super) fn unpack(package: &str) -> Result<PathBuf, String> {
    if on_path("apt-get").is_none() || on_path("dpkg").is_none() {
        return Err("this system has no apt-get to fetch it with".to_owned());
    }
    once_made(package, "1\n", |dir| {
        say(&format!("Fetching the package {package} for the tests"));
        let work = dir.join("deb").join(package);
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).map_err(|e| format!("cannot make {}: {e}", work.display()))?;
        // With the system's package lists when it has them, else with lists of our own.
        download(package, &work, &[]).or_else(|_| {
            let lists = own_lists(&work)?;
            download(package, &work, &lists)
        })?;
        for lists in ["lists", "cache"] {
            let _ = fs::remove_dir_all(work.join(lists));
        }
        let root = work.join("root");
        for deb in files(&work)?.iter().filter(|file| file.extension().is_some_and(|ext| ext == "deb")) {
            run(Command::new("dpkg").arg("-x").arg(deb).arg(&root))?;
        }
        let libraries = files(&root.join("usr/lib")).unwrap_or_default();
        let libraries: Vec<String> = libraries.iter().map(|dir| dir.display().to_string()).collect();
        let libraries = quoted(Path::new(&libraries.join(":")));
        for program in files(&root.join("usr/bin"))? {
            let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
            write_script(&name, &format!("LD_LIBRARY_PATH={libraries} exec {} \"$@\"", quoted(&program)))?;
        }
        Ok(())
    })?;
    Ok(cache_dir().join("bin"))
}

fn download(package: &str, work: &Path, options: &[String]) -> Result<(), String> {
    let depends = run(Command::new("apt-cache").args(options).args(["depends", package]))?;
    let depends = String::from_utf8_lossy(&depends.stdout).into_owned();
    let libraries = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .filter(|name| LIBRARIES.iter().any(|library| name.starts_with(library)));
    run(Command::new("apt-get").args(options).args(["-qq", "download", package]).args(libraries).current_dir(work))?;
    Ok(())
}

/// Fetches package lists into `work`, where no root is needed, and gives the options that use them.
fn own_lists(work: &Path) -> Result<Vec<String>, String> {
    let (lists, cache) = (work.join("lists"), work.join("cache"));
    for dir in [&lists, &cache] {
        fs::create_dir_all(dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    }
    let options = vec![
        "-o".to_owned(),
        format!("Dir::State::lists={}", lists.display()),
        "-o".to_owned(),
        format!("Dir::Cache={}", cache.display()),
        "-o".to_owned(),
        "APT::Sandbox::User=".to_owned(),
    ];
    run(Command::new("apt-get").args(&options).args(["-qq", "update"]))?;
    Ok(options)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("cannot read {}: {e}", dir.display()))?;
    Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
}
