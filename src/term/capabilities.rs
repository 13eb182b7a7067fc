//! What the terminal can do, from what it says in the environment; it is never asked.

use std::ffi::OsString;

/// What drawing has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Colours are welcome.
    pub colours: bool,
    /// Only ASCII can be shown.
    pub ascii: bool,
}

impl Capabilities {
    /// Reads `NO_COLOR` (<https://no-color.org>: set and not empty), `TERM` and the locale.
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
            colours: text("NO_COLOR").is_none() && !matches!(term.as_str(), "dumb" | "vt100" | "vt220"),
            ascii: poor || !utf8,
        }
    }
}

/// Whether the person sits at another machine: then tools of this one reach the wrong clipboard.
pub fn is_remote(env: impl Fn(&str) -> Option<OsString>) -> bool {
    ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(|name| env(name).is_some_and(|v| !v.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Capabilities {
        Capabilities::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
    }

    #[test]
    fn no_color_counts_when_it_is_not_empty() {
        assert!(!with(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).colours);
        assert!(with(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).colours);
    }

    #[test]
    fn poor_terminals_and_locales_get_ascii() {
        assert!(with(&[("TERM", "linux")]).ascii);
        assert!(with(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).ascii, "LC_ALL decides");
        assert!(!with(&[("TERM", "xterm"), ("LANG", "de_DE.utf8")]).ascii);
        assert!(!with(&[("TERM", "tmux-256color")]).ascii);
    }
}
