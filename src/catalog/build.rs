//! Build script: makes the list of the kinds' files, so that adding a kind is adding one file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("src/catalog");
    println!("cargo::rerun-if-changed=src/catalog/build.rs");
    println!("cargo::rerun-if-changed=src/catalog/aws");
    let mut files = Vec::new();
    find(&root.join("aws"), &mut files)?;
    files.sort();
    let mut list = String::from("[\n");
    for file in &files {
        let id = file.strip_prefix(&root).unwrap_or(file).with_extension("");
        let id = id.to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "    ({id:?}, include_str!({:?})),", file.to_string_lossy());
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("kinds.rs"), list)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
