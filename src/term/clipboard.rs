//! Routes to a clipboard, tried in order. None of them acknowledges that a person can paste, so the
//! words are about what was done, never "copied".
//!
//! Facts: tmux ignores OSC 52 of programs unless `set-clipboard` is `on`, its default is `external`,
//! and `load-buffer -w` works with it (`input.c`, `cmd-load-buffer.c`, tmux 3.2 and later). Tools like
//! `xclip` write to the machine they run on, which over SSH is the wrong one.

use base64::Engine as _;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The most that is sent in one OSC 52, in bytes of base64: a common limit of terminals is 74,994 bytes.
const OSC_LIMIT: usize = 74_994;
/// How much of a sequence screen takes at a time inside its wrapper.
const SCREEN_CHUNK: usize = 240;
/// How long a tool may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// One way to a clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `tmux load-buffer -w -`: tmux's buffer, and by tmux the outer terminal's clipboard.
    Tmux,
    /// A tool of this machine, with its arguments. Only for a local session.
    Tool(&'static [&'static str]),
    /// A sequence that the terminal turns into its clipboard.
    Osc52,
    /// The same, wrapped for GNU screen.
    Screen,
}

impl Route {
    /// What was done, honestly: "the policy …".
    pub fn sentence(&self) -> String {
        match self {
            Self::Tmux => "is in tmux's buffer and was sent on to your terminal's clipboard".to_owned(),
            Self::Tool(words) => format!("was given to {}", words.first().copied().unwrap_or("the clipboard tool")),
            Self::Osc52 => "was sent to your terminal's clipboard (OSC 52)".to_owned(),
            Self::Screen => "was sent through screen to your terminal's clipboard (OSC 52)".to_owned(),
        }
    }
}

/// The routes for an environment, the best first. `has` says whether a program is in the path.
pub fn routes(env: impl Fn(&str) -> Option<OsString>, has: impl Fn(&str) -> bool) -> Vec<Route> {
    let set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
    let remote = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(set);
    let mut routes = Vec::new();
    if set("TMUX") && has("tmux") {
        routes.push(Route::Tmux);
    }
    if !remote {
        let tools: [(bool, &'static [&'static str]); 5] = [
            (set("WAYLAND_DISPLAY"), &["wl-copy"]),
            (set("DISPLAY"), &["xclip", "-selection", "clipboard"]),
            (set("DISPLAY"), &["xsel", "--clipboard", "--input"]),
            (cfg!(target_os = "macos"), &["pbcopy"]),
            (set("WSL_DISTRO_NAME"), &["clip.exe"]),
        ];
        routes.extend(tools.into_iter().filter(|(here, words)| *here && has(words[0])).map(|(_, w)| Route::Tool(w)));
    }
    routes.push(if set("STY") && !set("TMUX") { Route::Screen } else { Route::Osc52 });
    routes
}

/// Whether a program is in the path.
pub fn in_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| executable(&dir.join(program))))
}

fn executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// Hands text to a program's standard input; `false` when there is none such, or it fails.
async fn run(words: &[&str], text: &str) -> bool {
    let Some((program, args)) = words.split_first() else { return false };
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(mut child) = child else { return false };
    let Some(mut stdin) = child.stdin.take() else { return false };
    let done = async {
        stdin.write_all(text.as_bytes()).await.ok()?;
        drop(stdin);
        child.wait().await.ok().filter(|s| s.success())
    };
    tokio::time::timeout(PATIENCE, done).await.is_ok_and(|s| s.is_some())
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The route that was taken.
    pub route: Route,
    /// What still has to be written to the terminal, with the next frame.
    pub sequence: Option<Vec<u8>>,
}

/// Tries the routes in order. Programs get three seconds each.
///
/// # Errors
/// A sentence: no route can take the text.
pub async fn send(routes: &[Route], text: &str) -> Result<Sent, String> {
    for route in routes {
        let sequence = match route {
            Route::Tmux if run(&["tmux", "load-buffer", "-w", "-"], text).await => None,
            Route::Tool(words) if run(words, text).await => None,
            Route::Tmux | Route::Tool(_) => continue,
            Route::Osc52 => Some(osc52(text)?),
            Route::Screen => Some(in_screen(&osc52(text)?)),
        };
        return Ok(Sent { route: route.clone(), sequence });
    }
    Err("reaches no clipboard from here".to_owned())
}

/// `ESC ] 52 ; c ; base64 BEL`. Never cut short: a policy that is cut is worse than none.
fn osc52(text: &str) -> Result<Vec<u8>, String> {
    let coded = base64::engine::general_purpose::STANDARD.encode(text);
    if coded.len() > OSC_LIMIT {
        return Err(format!(
            "is too long for a terminal's clipboard ({} bytes; many cut at {OSC_LIMIT}) and was not sent",
            coded.len()
        ));
    }
    Ok(format!("\x1b]52;c;{coded}\x07").into_bytes())
}

/// Wraps a sequence for GNU screen, which takes little at a time.
fn in_screen(sequence: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sequence.len() + sequence.len() / SCREEN_CHUNK * 4 + 8);
    for chunk in sequence.chunks(SCREEN_CHUNK) {
        out.extend_from_slice(b"\x1bP");
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\x1b\\");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(pairs: &[&str], programs: &[&str]) -> Vec<Route> {
        routes(|name| pairs.contains(&name).then(|| OsString::from("1")), |p| programs.contains(&p))
    }

    #[test]
    fn tmux_comes_first_wherever_it_runs() {
        assert_eq!(chosen(&["TMUX", "SSH_CONNECTION"], &["tmux"]), [Route::Tmux, Route::Osc52]);
        assert_eq!(chosen(&["TMUX"], &[]), [Route::Osc52], "not without the program");
        assert_eq!(chosen(&["TMUX", "STY"], &["tmux"]), [Route::Tmux, Route::Osc52]);
    }

    #[test]
    fn local_tools_are_for_local_sessions() {
        let tools = ["wl-copy", "xclip", "xsel"];
        assert_eq!(chosen(&["SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY"], &tools), [Route::Osc52]);
        assert_eq!(chosen(&["WAYLAND_DISPLAY"], &tools), [Route::Tool(&["wl-copy"]), Route::Osc52]);
        assert_eq!(chosen(&["DISPLAY"], &["xsel"]), [Route::Tool(&["xsel", "--clipboard", "--input"]), Route::Osc52]);
    }

    #[test]
    fn screen_gets_its_wrapper_in_chunks() {
        assert_eq!(chosen(&["STY", "SSH_TTY"], &[]), [Route::Screen]);
        let wrapped = in_screen(&osc52(&"x".repeat(400)).unwrap());
        assert!(wrapped.starts_with(b"\x1bP\x1b]52;c;") && wrapped.ends_with(b"\x07\x1b\\"));
        assert!(wrapped.windows(4).any(|w| w == b"\x1b\\\x1bP"));
    }

    #[test]
    fn a_terminal_finds_the_exact_text_on_its_clipboard() {
        assert_eq!(osc52("{\"a\":1}\n").unwrap(), b"\x1b]52;c;eyJhIjoxfQo=\x07");
        assert!(osc52(&"x".repeat(60_000)).unwrap_err().contains("was not sent"), "never cut short");
    }

    #[test]
    fn no_route_claims_that_something_was_copied() {
        for route in [Route::Tmux, Route::Tool(&["xclip"]), Route::Osc52, Route::Screen] {
            assert!(!route.sentence().contains("copied"));
        }
    }

    #[tokio::test]
    async fn a_tool_that_fails_leads_to_the_next_route() {
        let sent = send(&[Route::Tool(&["false"]), Route::Tool(&["no-such-program-here"]), Route::Osc52], "x").await;
        assert_eq!(sent.unwrap().route, Route::Osc52);
        let sent = send(&[Route::Tool(&["cat"])], "x").await.unwrap();
        assert_eq!(sent, Sent { route: Route::Tool(&["cat"]), sequence: None });
        assert!(send(&[], "x").await.unwrap_err().contains("no clipboard"));
    }
}
