//! Kind files of a person's own: `catalog/**/*.toml` beside `config.toml`.

use std::path::{Path, PathBuf};

/// No kind's file is as long as this, in bytes.
const MAX: u64 = 64 * 1024;
/// No catalogue has more files, or folders in folders.
const MOST: usize = 1_000;
const DEEPEST: usize = 4;

/// The files' names, relative to `folder`, and what they say, in order; and what could not be read. A folder that is
/// not there holds none. Blocking.
pub fn read_all(folder: &Path) -> (Vec<(String, String)>, Vec<String>) {
    let mut paths = Vec::new();
    find(folder, DEEPEST, &mut paths);
    paths.sort();
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let long = std::fs::metadata(&path).is_ok_and(|m| m.len() > MAX);
        match std::fs::read_to_string(&path) {
            _ if long => faults.push(format!("{name}: it is too long for a kind")),
            Ok(text) => files.push((name, text)),
            Err(e) => faults.push(format!("{name}: {e}")),
        }
    }
    (files, faults)
}

fn find(folder: &Path, deeper: usize, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && deeper > 0 {
            find(&path, deeper - 1, paths);
        } else if path.extension().is_some_and(|e| e == "toml") && paths.len() < MOST {
            paths.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_folders_and_what_is_no_text_is_told() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(read_all(&home.path().join("none")), (Vec::new(), Vec::new()));
        std::fs::create_dir_all(home.path().join("aws/x")).unwrap();
        std::fs::write(home.path().join("aws/x/b.toml"), "b").unwrap();
        std::fs::write(home.path().join("a.toml"), "a").unwrap();
        std::fs::write(home.path().join("c.toml"), [0xff]).unwrap();
        std::fs::write(home.path().join("d.txt"), "d").unwrap();
        let (files, faults) = read_all(home.path());
        let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(files, [("a.toml", "a"), ("aws/x/b.toml", "b")]);
        assert!(faults.len() == 1 && faults[0].starts_with("c.toml: "), "{faults:?}");
    }
}
