//! Every link of the documents leads to a file of ours or away from here.

use super::path;
use std::path::{Path, PathBuf};

/// The targets of Markdown's links and pictures.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()).filter(|t| !t.is_empty())
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = ["README.md", "CHANGELOG.md"].iter().map(|name| root.join(name)).collect();
    let docs = std::fs::read_dir(path("")).unwrap().map(|entry| entry.unwrap().path());
    files.extend(docs.filter(|file| file.extension().is_some_and(|e| e == "md")));
    let mut lost = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for target in targets(&text).filter(|t| !t.contains("://")) {
            if !file.parent().unwrap().join(target).exists() {
                lost.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(lost.is_empty(), "links that lead nowhere:\n{}", lost.join("\n"));
}
