//! Every file of tests/configs: the valid ones say nothing, the invalid ones end with what is said about them,
//! line by line after `# > `. `UPDATE=1 cargo test --test it configs` writes these lines anew.

use std::path::{Path, PathBuf};

use cloudivize::config::{self, Paths};
use cloudivize::domain::{Depth, Settings, ThemeChoice};
use cloudivize::runtime::Wardrobe;
use cloudivize::term::capabilities::Capabilities;

/// What is said about the file that stands in `config-…`, `keys-…` or `theme-…`.
fn said(path: &Path) -> Vec<String> {
    let folder = path.parent().unwrap();
    let wardrobe = Wardrobe { themes: folder.to_owned(), terminal: Capabilities { depth: Depth::Full, ascii: false } };
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let mut faults = Vec::new();
    let settings = if stem.starts_with("theme-") {
        let theme = ThemeChoice { name: stem.to_owned(), place: "--theme".to_owned() };
        Settings { theme: Some(theme), ..Settings::default() }
    } else {
        let config = config::load(&Paths::within(folder, folder, None, Some(path.to_owned()))).unwrap();
        faults.clone_from(&config.warnings);
        config.settings(None)
    };
    let (_, more) = wardrobe.look(&settings).unwrap();
    faults.extend(more);
    faults.iter().map(|fault| fault.replace(&format!("{}/", folder.display()), "")).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn valid_files_are_taken_without_a_word() {
    for file in files("valid") {
        assert_eq!(said(&file), [""; 0], "{}", file.display());
    }
}

#[test]
fn invalid_files_are_told_line_by_line() {
    for file in files("invalid") {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("# > ")).collect();
        let said = said(&file);
        assert!(!said.is_empty(), "{}: nothing is said", file.display());
        if std::env::var_os("UPDATE").is_some() {
            let own = text.lines().filter(|l| !l.starts_with("# > "));
            let lines: Vec<String> = own.map(str::to_owned).chain(said.iter().map(|s| format!("# > {s}"))).collect();
            std::fs::write(&file, lines.join("\n") + "\n").unwrap();
            continue;
        }
        assert_eq!(said, expected, "{}", file.display());
    }
}
