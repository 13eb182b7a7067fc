//! Theme files of a person's own: `themes/NAME.toml` beside `config.toml`.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// No theme is as long as this, in bytes.
const MAX: u64 = 64 * 1024;

/// A theme's file, as it was found.
#[derive(Debug)]
pub struct ThemeFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub text: std::io::Result<String>,
}

/// Whether a theme may have this name: it becomes a file's name and must not lead out of the folder.
fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Reads the file of a theme in `folder`; `None` when there is none. Blocking.
pub fn read(folder: &Path, name: &str) -> Option<ThemeFile> {
    if !is_name(name) {
        return None;
    }
    let path = folder.join(name).with_extension("toml");
    let text = std::fs::File::open(&path).and_then(|file| {
        let mut text = String::new();
        match file.take(MAX + 1).read_to_string(&mut text)? as u64 > MAX {
            true => Err(std::io::Error::new(ErrorKind::FileTooLarge, "it is too long for a theme")),
            false => Ok(text),
        }
    });
    match text {
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        text => Some(ThemeFile { path, text }),
    }
}

/// The names of the themes in `folder`, sorted. Blocking.
pub fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.strip_suffix(".toml")?.to_owned());
    let mut names: Vec<String> = files.filter_map(|f| name(f.path())).filter(|name| is_name(name)).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_found_by_name_inside_their_folder_only() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("themes");
        assert_eq!(names(&folder), [""; 0]);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(home.path().join("config.toml"), "theme = \"x\"").unwrap();
        std::fs::write(folder.join("night.toml"), "[roles]").unwrap();
        std::fs::write(folder.join("b c.toml"), "").unwrap();
        std::fs::write(folder.join("notes.txt"), "").unwrap();
        assert_eq!(names(&folder), ["night"]);
        assert_eq!(read(&folder, "night").unwrap().text.unwrap(), "[roles]");
        for outside in ["../config", "day", "", "night.toml", "/etc/passwd", "..", "a/b", "b c"] {
            assert!(read(&folder, outside).is_none(), "{outside:?}");
        }
        std::fs::write(folder.join("long.toml"), "#".repeat(70_000)).unwrap();
        assert!(read(&folder, "long").unwrap().text.is_err());
        std::fs::write(folder.join("bytes.toml"), [0xff, 0xfe]).unwrap();
        assert!(read(&folder, "bytes").unwrap().text.is_err());
    }
}
