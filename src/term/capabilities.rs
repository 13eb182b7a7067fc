//! What the terminal can do, from what it says in the environment; it is never asked.

use crate::domain::Depth;
use std::ffi::OsString;

/// Terminals that show 24 bits and are known by `TERM`, which SSH carries over while it drops `COLORTERM`.
const FULL: [&str; 6] = ["alacritty", "contour", "foot", "wezterm", "xterm-ghostty", "xterm-kitty"];

/// What drawing has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How many colours are welcome.
    pub depth: Depth,
    /// Only ASCII can be shown.
    pub ascii: bool,
}

impl Capabilities {
    /// Reads `NO_COLOR` (<https://no-color.org>: set and not empty), `COLORTERM`, `TERM` and the locale.
    pub fn read(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| env(name).map(|v| v.to_string_lossy().into_owned()).filter(|v| !v.is_empty());
        let term = text("TERM").unwrap_or_default();
        // The first that is set decides (POSIX, 8.2); none set is the C locale, which macOS leaves unset over SSH.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text);
        let utf8 = locale.is_none_or(|l| {
            let l = l.to_ascii_lowercase();
            l.contains("utf-8") || l.contains("utf8")
        });
        let poor = matches!(term.as_str(), "dumb" | "linux" | "vt100" | "vt220" | "cons25");
        Self {
            depth: if text("NO_COLOR").is_some() { Depth::None } else { depth(&term, text("COLORTERM").as_deref()) },
            ascii: poor || !utf8,
        }
    }

    /// The same without colours, if `no_color`, and with ASCII alone, if `ascii`.
    #[must_use]
    pub fn limited(self, no_color: bool, ascii: bool) -> Self {
        let depth = if no_color { Depth::None } else { self.depth };
        Self { depth, ascii: self.ascii || ascii }
    }
}

/// How many colours a terminal shows, by its name and by what it says of itself.
fn depth(term: &str, colorterm: Option<&str>) -> Depth {
    let is = |name: &str| term == name || term.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
    match colorterm {
        _ if ["dumb", "vt100", "vt220"].into_iter().any(is) => Depth::None,
        // A kernel's console has sixteen, and GNU screen drops what it does not know, whoever started them.
        _ if ["linux", "cons25", "screen"].contains(&term) => Depth::Sixteen,
        _ if term.starts_with("screen") => Depth::Indexed,
        Some("truecolor" | "24bit") => Depth::Full,
        _ if FULL.into_iter().any(is) || term.ends_with("-direct") => Depth::Full,
        _ if term.contains("256color") => Depth::Indexed,
        _ => Depth::Sixteen,
    }
}

/// Whether the person sits at another machine: then tools of this one reach the wrong clipboard.
pub fn is_remote(env: impl Fn(&str) -> Option<OsString>) -> bool {
    ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(|name| env(name).is_some_and(|v| !v.is_empty()))
}

/// Whether a program of that name is among those that started this one. Told by Linux alone.
pub fn is_under(program: &str) -> bool {
    let mut pid = rustix::process::getppid().map(|p| p.as_raw_nonzero().get());
    // A chain of processes is short, and it could change while it is read.
    for _ in 0..64 {
        let Some(above) = pid.filter(|p| *p > 1) else { return false };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{above}/stat")) else { return false };
        // `pid (name) state ppid …`; the name may contain anything.
        let Some((name, rest)) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')) else { return false };
        if name == program {
            return true;
        }
        pid = rest.split_whitespace().nth(1).and_then(|p| p.parse().ok());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Capabilities {
        Capabilities::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
    }

    #[test]
    fn no_color_counts_when_it_is_not_empty() {
        assert_eq!(with(&[("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("COLORTERM", "24bit")]).depth, Depth::None);
        assert_eq!(with(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).depth, Depth::Indexed);
        assert_eq!(with(&[("TERM", "xterm-256color")]).limited(true, false).depth, Depth::None);
    }

    #[test]
    fn colours_are_as_many_as_the_terminal_says() {
        for (term, colorterm, depth) in [
            ("xterm-256color", "truecolor", Depth::Full),
            ("tmux-256color", "", Depth::Indexed),
            ("screen-256color", "truecolor", Depth::Indexed),
            ("screen", "truecolor", Depth::Sixteen),
            ("xterm-kitty", "", Depth::Full),
            ("foot-extra", "", Depth::Full),
            ("xterm-direct", "", Depth::Full),
            ("xterm", "", Depth::Sixteen),
            ("", "", Depth::Sixteen),
            ("linux", "truecolor", Depth::Sixteen),
            ("dumb", "truecolor", Depth::None),
        ] {
            assert_eq!(with(&[("TERM", term), ("COLORTERM", colorterm)]).depth, depth, "{term} {colorterm}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_started_this_program_is_found_by_name() {
        assert!(!is_under("mosh-server"));
        let above = rustix::process::getppid().unwrap().as_raw_nonzero();
        let name = std::fs::read_to_string(format!("/proc/{above}/comm")).unwrap();
        assert!(is_under(name.trim_end()), "{name}");
    }

    #[test]
    fn poor_terminals_and_locales_get_ascii() {
        assert!(with(&[("TERM", "linux")]).ascii);
        assert!(with(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).ascii, "LC_ALL decides");
        assert!(!with(&[("TERM", "xterm"), ("LANG", "de_DE.utf8")]).ascii);
        assert!(!with(&[("TERM", "tmux-256color")]).ascii);
    }
}
