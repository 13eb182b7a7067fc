//! Documents say what the program's own definitions say: `docs/cli.md` as a whole, others between two marks.
//! `UPDATE=1 cargo test --test it docs` writes them anew.

mod keys;
mod kinds;
mod links;
mod permissions;
mod themes;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

/// Holds a document to what it should be, or writes it.
fn fresh(name: &str, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(name), text).unwrap();
    }
    let found = std::fs::read_to_string(path(name)).unwrap_or_default();
    assert!(
        found == text,
        "docs/{name} is not what the program says; write it with UPDATE=1 cargo test --test it docs"
    );
}

/// Holds the parts of a document that are generated to what they should be, or writes them. Each stands between
/// `<!-- begin NAME: … -->` and `<!-- end NAME -->`.
fn fresh_parts(name: &str, parts: &[(&str, String)]) {
    let mut text = std::fs::read_to_string(path(name)).unwrap();
    for (part, generated) in parts {
        let begin = text.find(&format!("<!-- begin {part}:")).unwrap_or_else(|| panic!("{name} has no part {part}"));
        let begin = begin + text[begin..].find("-->").unwrap() + 3;
        let end = begin + text[begin..].find(&format!("<!-- end {part} -->")).unwrap();
        text.replace_range(begin..end, &format!("\n{}\n", generated.trim_end()));
    }
    fresh(name, &text);
}

/// A row of a table.
fn row(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
    writeln!(text, "| {} |", cells.join(" | ")).unwrap();
}

/// A table's head.
fn head(text: &mut String, cells: &[&str]) {
    row(text, cells);
    writeln!(text, "|{}", "---|".repeat(cells.len())).unwrap();
}

#[test]
fn the_command_line_is_documented() {
    let mut root = cloudivize::cli::command();
    root.build();
    let mut text = String::from(
        "# The command line\n\nMade from the program's own definitions; `UPDATE=1 cargo test --test it docs` writes it anew.\n",
    );
    section(&mut text, &root, "cloudivize", &[]);
    fresh("cli.md", &text);
}

/// One command, its own options and its sub-commands; `above` are the options said already.
fn section(text: &mut String, command: &Command, path: &str, above: &[String]) {
    let level = path.split(' ').count() + 1;
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    write!(text, "\n{} `{path}`\n\n{}\n", "#".repeat(level.min(4)), about.trim()).unwrap();
    let positionals: Vec<&Arg> = command.get_positionals().filter(|a| !a.is_hide_set()).collect();
    // `connection add --read-only` bears a global option's name and is its own.
    let said = |a: &Arg| {
        above.contains(&a.get_id().to_string())
            && (a.is_global_set() || ["help", "version"].contains(&a.get_id().as_str()))
    };
    let own = |a: &&Arg| !a.is_hide_set() && !a.is_positional() && !said(a);
    let options: Vec<&Arg> = command.get_arguments().filter(own).collect();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ");
    write!(text, "\n```text\n{usage}\n```\n").unwrap();
    if !positionals.is_empty() || !options.is_empty() {
        text.push('\n');
    }
    for arg in positionals.iter().chain(&options) {
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = if help.ends_with(['.', '!']) { "" } else { "." };
        let shown = arg.to_string();
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter(|v| !v.is_hide_set() && arg.get_action().takes_values())
            .map(|v| format!("`{}`", v.get_name()))
            .collect();
        let values = if values.is_empty() { String::new() } else { format!(" One of {}.", values.join(", ")) };
        let default: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
        let default = match default[..] {
            [] => String::new(),
            _ if !arg.get_action().takes_values() => String::new(),
            _ => format!(" Default: `{}`.", default.join(",")),
        };
        writeln!(text, "- `{shown}`: {help}{end}{values}{default}").unwrap();
    }
    if let Some(after) = command.get_after_help() {
        write!(text, "\n{after}\n").unwrap();
    }
    let mut said = above.to_vec();
    said.extend(command.get_arguments().filter(|a| a.is_global_set()).map(|a| a.get_id().to_string()));
    said.extend(["help", "version"].map(str::to_owned));
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        section(text, sub, &format!("{path} {}", sub.get_name()), &said);
    }
}
