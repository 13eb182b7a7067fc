//! `doctor`: what this program found on this machine, without a value that is a secret and without
//! opening the vault.

use super::context::Context;
use super::doctor_terminal;
use super::exit::{Exit, Outcome};
use super::out::{Out, Paint};
use crate::domain::Connection;
use crate::providers::aws::http;
use crate::providers::profiles::{ProfileKind, profiles};
use crate::text;
use crate::vault::{self, Shape};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub what: String,
    /// What was found.
    pub found: String,
    /// Whether it needs a person's attention.
    pub good: bool,
}

impl Line {
    /// Something that is as it should be.
    pub fn good(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), good: true }
    }

    /// Something that needs attention.
    pub fn bad(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), good: false }
    }
}

/// Prints the report; `net` are the lines about reachable endpoints and the clock.
pub(super) fn run(context: &Context, net: Vec<Line>, out: &mut Out) -> Outcome {
    let sections = [
        ("Files", files(context)),
        ("Vault", vault(context)),
        ("Sources of credentials", sources()),
        ("Network", environment().into_iter().chain(net).collect()),
        ("Terminal", doctor_terminal::lines(out)),
    ];
    print(&sections, out)
}

/// What the demo stands on: nothing but this program and the terminal.
pub(super) fn run_demo(book: &[Connection], out: &mut Out) -> Outcome {
    let accounts: BTreeSet<_> = book.iter().filter_map(|c| c.account.as_ref()).collect();
    let sections = [
        (
            "Demo",
            vec![
                Line::good("program", concat!("cloudivize ", env!("CARGO_PKG_VERSION"))),
                Line::good(
                    "what it is",
                    format!(
                        "{} connections to {} made-up AWS accounts inside this program",
                        book.len(),
                        accounts.len()
                    ),
                ),
                Line::good("network", "none: requests are signed and answered inside this program"),
                Line::good("credentials", "its own; ~/.aws and the AWS_ variables are not read"),
                Line::good("files", "none is written: no vault, no history"),
                Line::good("your own machine", "leave out --demo to look at it"),
            ],
        ),
        ("Terminal", doctor_terminal::lines(out)),
    ];
    print(&sections, out)
}

fn print(sections: &[(&str, Vec<Line>)], out: &mut Out) -> Outcome {
    let mut trouble = 0;
    for (i, (title, lines)) in sections.iter().enumerate() {
        if i > 0 {
            out.line("")?;
        }
        out.line(&out.paint(Paint::Bold, title))?;
        let width = lines.iter().map(|l| text::width(&l.what)).max().unwrap_or(0);
        for line in lines {
            let pad = width.saturating_sub(text::width(&line.what));
            let mark = if line.good { "  ".to_owned() } else { out.paint(Paint::Bad, "! ") };
            let (what, found) = (text::line(&line.what), text::line(&line.found));
            out.line(format!("{mark}{what}{:pad$}  {found}", "").trim_end())?;
            trouble += usize::from(!line.good);
        }
    }
    match trouble {
        0 => {}
        1 => out.note("1 line marked ! needs attention."),
        n => out.note(&format!("{n} lines marked ! need attention.")),
    }
    Ok(Exit::Done)
}

fn files(context: &Context) -> Vec<Line> {
    let paths = &context.paths;
    let file = paths.config_file.display();
    let config = match paths.config_file.exists() {
        true => Line::good("preferences", file.to_string()),
        false => Line::good("preferences", format!("{file} (none; the defaults are used)")),
    };
    let faults = context.faults().iter().map(|fault| Line::bad("", fault));
    let history = paths.state_dir.join("checks.jsonl");
    let history = match (context.settings().history, mode(&history)) {
        (false, _) => Line::good("history of checks", "switched off"),
        (true, Some(mode)) => private("history of checks", &history, mode),
        (true, None) => Line::good("history of checks", format!("{} (none yet)", history.display())),
    };
    let program = Line::good("program", concat!("cloudivize ", env!("CARGO_PKG_VERSION")));
    [program, config].into_iter().chain(faults).chain([history]).collect()
}

fn vault(context: &Context) -> Vec<Line> {
    let path = &context.paths.vault;
    let mut lines = Vec::new();
    let shape = vault::shape_of(path);
    match &shape {
        Ok(None) => {
            lines.push(Line::good("vault", format!("{} (none; make one with: cloudivize init)", path.display())))
        }
        Ok(Some(shape)) => {
            let how = match shape {
                Shape::Passphrase => "opens with a passphrase",
                Shape::Recipients => "opens with an age identity",
            };
            lines.push(Line::good("vault", format!("{} ({how})", path.display())));
            if let Some(mode) = mode(path) {
                lines.push(private("its file", path, mode));
            }
            if let Some((folder, mode)) = path.parent().and_then(|p| mode(p).map(|m| (p, m))) {
                lines.push(private("its folder", folder, mode));
            }
            let mut backup = path.as_os_str().to_owned();
            backup.push(".bak");
            let backup = Path::new(&backup);
            let found = if backup.exists() { backup.display().to_string() } else { "none yet".to_owned() };
            lines.push(Line::good("its backup", found));
        }
        Err(e) => lines.push(Line::bad("vault", e.to_string())),
    }
    let identities = context.identities();
    let named = identities.named.iter().map(|p| (p, true));
    let mut any = false;
    for (identity, named) in named.chain(identities.usual.iter().map(|p| (p, false))) {
        match mode(identity) {
            Some(mode) => {
                any = true;
                lines.push(private("identity", identity, mode));
            }
            None if named => lines.push(Line::bad("identity", format!("{} (not there)", identity.display()))),
            None => {}
        }
    }
    if !any {
        let needed = matches!(shape, Ok(Some(Shape::Recipients)));
        let line = Line { good: !needed, ..Line::good("identity", "none found") };
        lines.push(line);
    }
    let vars = context.passphrase();
    let from = match (&vars.command, &vars.file, &vars.value) {
        (Some(_), ..) => "CLOUDIVIZE_PASSPHRASE_COMMAND",
        (_, Some(_), _) => "CLOUDIVIZE_PASSPHRASE_FILE",
        (_, _, Some(_)) => "CLOUDIVIZE_PASSPHRASE",
        (None, None, None) => "asked on the terminal",
    };
    lines.push(Line::good("passphrase", from));
    lines
}

/// A path with its mode; others must not read it.
fn private(what: &str, path: &Path, mode: u32) -> Line {
    let found = format!("{} (mode {mode:04o})", path.display());
    if mode & 0o077 == 0 {
        Line::good(what, found)
    } else {
        Line::bad(what, format!("{found}: others may look; chmod go= {}", path.display()))
    }
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|m| m.permissions().mode() & 0o7777)
}

/// Profiles and what kind they are, and which of the environment's variables are set. No values.
fn sources() -> Vec<Line> {
    const VARIABLES: [&str; 12] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_EC2_METADATA_DISABLED",
    ];
    let set: Vec<&str> = VARIABLES.into_iter().filter(|v| std::env::var_os(v).is_some_and(|v| !v.is_empty())).collect();
    let found = if set.is_empty() { "nothing of AWS's is set".to_owned() } else { format!("set: {}", set.join(", ")) };
    let mut lines = vec![Line::good("environment", found)];
    let loaded = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match loaded.map_err(|e| e.to_string()).and_then(|rt| rt.block_on(profiles())) {
        Ok(found) if found.is_empty() => lines.push(Line::good("profiles", "none")),
        Ok(found) => {
            for profile in found {
                let what = match &profile.kind {
                    ProfileKind::Role(role) => format!("{} {}", profile.kind.word(), role.role_arn),
                    kind => kind.word().to_owned(),
                };
                lines.push(Line::good(format!("profile:{}", profile.name), what));
            }
        }
        Err(e) => lines.push(Line::bad("profiles", e)),
    }
    lines
}

/// Proxy, certificates and endpoints in force.
fn environment() -> Vec<Line> {
    let mut lines: Vec<Line> = http::environment().into_iter().map(|(name, value)| Line::good(name, value)).collect();
    if lines.is_empty() {
        lines.push(Line::good("proxy and certificates", "nothing is set; the system's certificates are used"));
    }
    let mut endpoints: Vec<(String, String)> =
        std::env::vars().filter(|(name, value)| name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty()).collect();
    endpoints.sort();
    lines.extend(endpoints.into_iter().map(|(name, value)| Line::good(name, without_login(&value))));
    lines
}

/// An address without the user name and password that should not be in it.
fn without_login(url: &str) -> String {
    match (url.split_once("://"), url.rfind('@')) {
        (Some((scheme, _)), Some(at)) => format!("{scheme}://…@{}", &url[at + 1..]),
        _ => url.to_owned(),
    }
}
