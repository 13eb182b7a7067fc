//! `docs/cli.md` says what the program's own definitions say. `UPDATE=1` writes it anew.

use std::fmt::Write;
use std::path::Path;

use clap::{Arg, Command};

#[test]
fn the_command_line_is_documented() {
    let mut root = cloudivize::cli::command();
    root.build();
    let mut text = String::from(
        "# The command line\n\nMade from the program's own definitions; `UPDATE=1 cargo test docs` writes it anew.\n",
    );
    section(&mut text, &root, "cloudivize", &[]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "docs/cli.md is not what the program says; write it anew with UPDATE=1 cargo test docs");
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
