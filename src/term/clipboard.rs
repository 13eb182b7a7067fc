//! Routes to a clipboard, tried in order. None of them acknowledges that a person can paste, so the
//! words are about what was done, never "copied".
//!
//! Facts: tmux ignores OSC 52 of programs unless `set-clipboard` is `on`, its default is `external`,
//! and `load-buffer -w` works with it (`input.c`, `cmd-load-buffer.c`, tmux 3.2 and later). Tools like
//! `xclip` write to the machine they run on, which over SSH is the wrong one. mosh cuts OSC 52 off at
//! 16 KiB (`terminaldispatcher.cc`) and knows it since version 1.4.

use super::capabilities;
use base64::Engine as _;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The most that is sent in one OSC 52, in bytes of base64: a common limit of terminals.
const OSC_LIMIT: usize = 74_994;
/// The same under mosh, which counts `52;c;` too.
const MOSH_LIMIT: usize = 16 * 1024 - 5;
/// How much of a sequence screen takes at a time inside its wrapper.
const SCREEN_CHUNK: usize = 240;
/// How long a tool may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a tmux needs to pass on what a program inside it sends.
const SETTING: &str = "set -s set-clipboard on";

/// One way to a clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `tmux load-buffer -w -`: tmux's buffer, and by tmux the outer terminal's clipboard.
    Tmux,
    /// `tmux load-buffer -`, which is all that tmux before 3.2 can do.
    TmuxBuffer,
    /// A tool of this machine, with its arguments. Only for a local session.
    Tool(&'static [&'static str]),
    /// A sequence that the terminal turns into its clipboard.
    Osc52,
    /// The same, wrapped for GNU screen.
    Screen,
}

impl Route {
    /// What was done, honestly: "… : the policy".
    pub fn sentence(self) -> String {
        match self {
            Self::Tmux => "in tmux's buffer and sent on to your terminal's clipboard".to_owned(),
            Self::TmuxBuffer => "in tmux's buffer".to_owned(),
            Self::Tool(words) => format!("given to {}", words.first().copied().unwrap_or("the clipboard tool")),
            Self::Osc52 => "sent to your terminal's clipboard (OSC 52)".to_owned(),
            Self::Screen => "sent through screen to your terminal's clipboard (OSC 52)".to_owned(),
        }
    }
}

/// Why a text went nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// It is longer than the way from here takes. Never cut short: a policy that is cut is worse than none.
    #[error("not sent: it is longer than {carrier} takes ({bytes} bytes as they are sent, at most {limit})")]
    TooLong {
        /// Who would cut it.
        carrier: &'static str,
        /// Its length on the line.
        bytes: usize,
        /// What is taken.
        limit: usize,
    },
    /// There is no way at all.
    #[error("not sent: no clipboard is reached from here")]
    NoRoute,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The route that was taken.
    pub route: Route,
    /// What still has to be written to the terminal, with the next frame.
    pub sequence: Option<Vec<u8>>,
    /// What else it may need to arrive, if that is known: a sentence.
    pub hint: Option<String>,
}

/// What surrounds the program, as far as it decides where a copy can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The person sits at another machine.
    pub remote: bool,
    /// Inside tmux.
    pub tmux: bool,
    /// Its program is in the path.
    pub tmux_program: bool,
    /// Inside GNU screen.
    pub screen: bool,
    /// The terminal says that it is a tmux (or screen), which does not run on this machine.
    pub tmux_at_the_end: bool,
    /// Under mosh.
    pub mosh: bool,
    /// A desktop to which this machine's tools could give something.
    pub desktop: bool,
    /// The tool that is there.
    pub tool: Option<&'static [&'static str]>,
}

impl Place {
    /// Looks around: the environment, the path, and what the program was started by.
    pub fn look() -> Self {
        Self::of(|name| std::env::var_os(name), in_path, capabilities::is_under("mosh-server"))
    }

    fn of(env: impl Fn(&str) -> Option<OsString>, has: impl Fn(&str) -> bool, mosh: bool) -> Self {
        let set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
        let tools: [(bool, &'static [&'static str]); 5] = [
            (set("WAYLAND_DISPLAY"), &["wl-copy"]),
            (set("DISPLAY"), &["xclip", "-selection", "clipboard"]),
            (set("DISPLAY"), &["xsel", "--clipboard", "--input"]),
            (cfg!(target_os = "macos"), &["pbcopy"]),
            (set("WSL_DISTRO_NAME"), &["clip.exe"]),
        ];
        let term = env("TERM").map(|t| t.to_string_lossy().into_owned()).unwrap_or_default();
        let (tmux, screen) = (set("TMUX"), set("STY"));
        let multiplexed = ["tmux", "screen"].iter().any(|name| term.starts_with(name));
        Self {
            remote: capabilities::is_remote(&env),
            tmux,
            tmux_program: has("tmux"),
            screen: screen && !tmux,
            tmux_at_the_end: multiplexed && !tmux && !screen,
            mosh: mosh && !tmux,
            desktop: tools.iter().any(|(here, _)| *here),
            tool: tools.into_iter().find(|(here, words)| *here && has(words[0])).map(|(_, words)| words),
        }
    }

    /// The ways from here, the best first.
    pub fn routes(&self) -> Vec<Route> {
        let tmux = (self.tmux && self.tmux_program).then_some(Route::Tmux);
        let tool = self.tool.filter(|_| !self.remote).map(Route::Tool);
        let last = if self.screen { Route::Screen } else { Route::Osc52 };
        tmux.into_iter().chain(tool).chain([last]).collect()
    }

    /// The other ways, and why they are not taken.
    pub fn others(&self) -> Vec<(&'static str, String)> {
        let mut others = Vec::new();
        match (self.tmux, self.tmux_program) {
            (true, true) => {}
            (true, false) => others.push(("tmux", "we are inside one, but its program is not in the path".to_owned())),
            (false, _) => others.push(("tmux", "not inside one (TMUX is not set)".to_owned())),
        }
        let tools = match (self.remote, self.desktop, self.tool) {
            (true, ..) => "over SSH they would reach this machine's clipboard, not yours".to_owned(),
            (_, false, _) => "no desktop here (WAYLAND_DISPLAY and DISPLAY are not set)".to_owned(),
            (_, _, None) => "none is installed: wl-clipboard, xclip or xsel".to_owned(),
            (_, _, Some(words)) if self.tmux && self.tmux_program => format!("{}, only if tmux fails", words[0]),
            (_, _, Some(_)) => String::new(),
        };
        if !tools.is_empty() {
            others.push(("tools", tools));
        }
        if !self.screen {
            others.push(("screen", "not inside GNU screen (STY is not set)".to_owned()));
        }
        if !matches!(self.routes()[..], [Route::Osc52 | Route::Screen]) {
            others.push(("OSC 52", "only if the others fail".to_owned()));
        }
        others
    }

    /// What an OSC 52 from here may need to arrive.
    fn hint(&self) -> Option<String> {
        if self.tmux {
            Some(format!("Tmux takes it only with: {SETTING}."))
        } else if self.tmux_at_the_end {
            Some(format!("The tmux at your end takes it only with: {SETTING}."))
        } else if self.mosh {
            Some("Mosh passes it on since 1.4.".to_owned())
        } else {
            None
        }
    }

    /// `ESC ] 52 ; c ; base64 BEL`.
    fn osc52(&self, text: &str) -> Result<Vec<u8>, Unsent> {
        let coded = base64::engine::general_purpose::STANDARD.encode(text);
        let (carrier, limit) = if self.mosh { ("mosh", MOSH_LIMIT) } else { ("a terminal", OSC_LIMIT) };
        if coded.len() > limit {
            return Err(Unsent::TooLong { carrier, bytes: coded.len(), limit });
        }
        Ok(format!("\x1b]52;c;{coded}\x07").into_bytes())
    }
}

/// Whether a program is in the path.
fn in_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| executable(&dir.join(program))))
}

fn executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// Hands text to a program's standard input and gives what it says; `None` when there is none such, or it fails.
async fn run(words: &[&str], text: &str) -> Option<String> {
    let (program, args) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    // Some tools stay behind to serve the clipboard, and would keep the pipe.
    if words != ABOUT_TMUX {
        command.stdout(Stdio::null());
    }
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let done = async {
        stdin.write_all(text.as_bytes()).await.ok()?;
        drop(stdin);
        child.wait_with_output().await.ok().filter(|o| o.status.success())
    };
    let output = tokio::time::timeout(PATIENCE, done).await.ok()??;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Asks tmux which terminal it is shown on, and which version it is.
const ABOUT_TMUX: &[&str] = &["tmux", "display-message", "-p", "#{client_termname} #{version}"];

/// What tmux says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TmuxFacts {
    /// The terminal that it is shown on; empty when on none.
    pub terminal: String,
    /// The server's version, such as `3.3a`.
    pub version: String,
}

impl TmuxFacts {
    fn of(said: &str) -> Self {
        let (terminal, version) = said.rsplit_once(' ').unwrap_or(("", said));
        Self { terminal: terminal.to_owned(), version: version.to_owned() }
    }

    /// Whether it hands nothing on to the terminal: that came with 3.2.
    pub fn is_old(&self) -> bool {
        // `next-3.7` is one under way, `3.3a` one with a fix.
        let number = self.version.rsplit('-').next().unwrap_or_default();
        let (major, rest) = number.split_once('.').unwrap_or((number, "0"));
        let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let number = (major.parse::<u32>(), minor.parse::<u32>());
        matches!(number, (Ok(major), Ok(minor)) if (major, minor) < (3, 2))
    }

    /// Whether the terminal is a tmux, or screen, too.
    fn is_inside_another(&self) -> bool {
        ["tmux", "screen"].iter().any(|name| self.terminal.starts_with(name))
    }
}

/// Asks tmux about itself.
async fn ask_tmux() -> TmuxFacts {
    TmuxFacts::of(&run(ABOUT_TMUX, "").await.unwrap_or_default())
}

/// The same, outside of the dashboard.
pub fn tmux_facts() -> TmuxFacts {
    at_once(ask_tmux()).unwrap_or_default()
}

/// Sends a text outside of the dashboard, and writes what has to be written to standard output.
///
/// # Errors
/// No route can take the text.
pub fn send_at_once(place: &Place, text: &str) -> Result<Sent, Unsent> {
    use std::io::Write as _;
    let sent = at_once(send(place, text)).unwrap_or(Err(Unsent::NoRoute))?;
    let mut out = std::io::stdout();
    match out.write_all(sent.sequence.as_deref().unwrap_or_default()).and_then(|()| out.flush()) {
        Ok(()) => Ok(sent),
        Err(_) => Err(Unsent::NoRoute),
    }
}

fn at_once<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().ok().map(|runtime| runtime.block_on(work))
}

/// Tries the routes in order. Programs get three seconds each.
///
/// # Errors
/// No route can take the text.
pub async fn send(place: &Place, text: &str) -> Result<Sent, Unsent> {
    for route in place.routes() {
        let sent = match route {
            Route::Tmux if run(&["tmux", "load-buffer", "-w", "-"], text).await.is_some() => {
                let nested = ask_tmux().await.is_inside_another();
                let hint = nested.then(|| format!("The outer tmux takes it only with: {SETTING}."));
                Sent { route, sequence: None, hint }
            }
            // It may be too old for `-w`. Whether it passes a sequence on depends on its settings.
            Route::Tmux if run(&["tmux", "load-buffer", "-"], text).await.is_some() => Sent {
                route: Route::TmuxBuffer,
                sequence: place.osc52(text).ok(),
                hint: Some(format!("This tmux, older than 3.2, sends it on only with: {SETTING}.")),
            },
            Route::Tool(words) if run(words, text).await.is_some() => Sent { route, sequence: None, hint: None },
            Route::Tmux | Route::TmuxBuffer | Route::Tool(_) => continue,
            Route::Osc52 => Sent { route, sequence: Some(place.osc52(text)?), hint: place.hint() },
            Route::Screen => Sent { route, sequence: Some(in_screen(&place.osc52(text)?)), hint: place.hint() },
        };
        return Ok(sent);
    }
    Err(Unsent::NoRoute)
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
#[path = "clipboard_tests.rs"]
mod tests;
