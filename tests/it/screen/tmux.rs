//! A program in a tmux of its own: what a person over SSH would see.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{framed, wait, wrapped};
use crate::tools;

/// No status line, the last screen and the exit status kept, OSC 52 taken into tmux's own buffer.
const CONFIG: &str = "\
set -g remain-on-exit on
set -g status off
set -s escape-time 0
set -s set-clipboard on
set -g default-terminal screen-256color
";

/// A program that runs in tmux; both end when it is dropped.
pub struct Tmux {
    tmux: PathBuf,
    folder: TempDir,
    width: u16,
}

impl Tmux {
    /// Starts a program on a screen of `(columns, rows)`; `None`, with a printed `SKIPPED:` line, without tmux.
    pub fn start((width, height): (u16, u16), program: &Command) -> Option<Self> {
        let tmux = tools::tmux()?;
        // A socket's path must be short: in the system's folder, not below the build's.
        let folder = tempfile::Builder::new().prefix("cz-").tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("tmux.conf"), CONFIG).expect("the folder is ours");
        let screen = Self { tmux, folder, width };
        let (columns, rows) = (width.to_string(), height.to_string());
        // A shell keeps the exit status: tmux 3.3 at times loses that of a program whose terminal closes before it
        // is reaped.
        let status = screen.status_file().display().to_string();
        let keep = ["sh", "-c", r#"f=$1; shift; "$@"; echo $? > "$f.new"; mv "$f.new" "$f""#, "sh", &status];
        let start = screen.arguments(&[&["new-session", "-d", "-x", &columns, "-y", &rows, "--"][..], &keep].concat());
        let output = wrapped(&screen.tmux, &start, program)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .output()
            .expect("tmux runs");
        assert!(output.status.success(), "tmux: {output:?}");
        Some(screen)
    }

    /// Presses keys by tmux's names: `Enter`, `Escape`, `Down`, `C-c`, `x`.
    pub fn keys(&self, keys: &[&str]) -> &Self {
        self.must(&[&["send-keys", "--"], keys].concat());
        self
    }

    /// Types text as it is.
    pub fn text(&self, text: &str) -> &Self {
        self.must(&["send-keys", "-l", "--", text]);
        self
    }

    /// Pastes text, bracketed where the program asked for that.
    pub fn paste(&self, text: &str) -> &Self {
        self.must(&["set-buffer", "-b", "test-paste", "--", text]);
        self.must(&["paste-buffer", "-p", "-d", "-b", "test-paste"]);
        self
    }

    /// Gives the screen another size.
    pub fn resize(&mut self, (width, height): (u16, u16)) -> &Self {
        self.width = width;
        self.must(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
        self
    }

    /// What the screen shows now, without colours.
    pub fn screen(&self) -> String {
        self.must(&["capture-pane", "-p"])
    }

    /// The same with its colours as escape sequences.
    pub fn coloured(&self) -> String {
        self.must(&["capture-pane", "-p", "-e"])
    }

    /// What the program has put on the clipboard last by OSC 52, or by `tmux load-buffer`.
    pub fn clipboard(&self) -> Option<String> {
        let output = self.run(&["show-buffer"]);
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Waits until something is on the clipboard, and gives it.
    #[track_caller]
    pub fn wait_until_copied(&self) -> String {
        wait("something is on the clipboard", || self.clipboard(), || self.dump())
    }

    /// What has scrolled off the screen and what is on it, lines as long as they were written.
    pub fn history(&self) -> String {
        self.must(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// Waits until the screen shows what `seen` looks for and gives that screen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, seen: impl Fn(&str) -> bool) -> String {
        wait(what, || Some(self.screen()).filter(|text| seen(text)), || self.dump())
    }

    /// Waits until the program has ended and gives its exit status, as a shell counts signals.
    #[track_caller]
    pub fn wait_for_end(&self) -> Option<i32> {
        let status = || std::fs::read_to_string(self.status_file()).ok();
        wait("the program ends", status, || self.dump()).trim().parse().ok()
    }

    fn status_file(&self) -> PathBuf {
        self.folder.path().join("status")
    }

    /// Whether the program has the alternate screen.
    pub fn alternate(&self) -> bool {
        self.format("#{alternate_on}") == "1"
    }

    /// A value of tmux's about the pane, such as `#{cursor_x}`.
    pub fn format(&self, format: &str) -> String {
        self.must(&["display-message", "-p", format]).trim_end_matches('\n').to_owned()
    }

    fn dump(&self) -> String {
        let facts = "cursor #{cursor_x},#{cursor_y} visible #{cursor_flag}; alternate screen #{alternate_on}; \
                     ended #{pane_dead} status #{pane_dead_status}";
        format!("{}\n{}", self.format(facts), framed(&self.screen(), self.width))
    }

    #[track_caller]
    fn must(&self, command: &[&str]) -> String {
        let output = self.run(command);
        assert!(output.status.success(), "tmux {command:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn run(&self, command: &[&str]) -> Output {
        let arguments = self.arguments(command);
        Command::new(&self.tmux).args(arguments).env_remove("TMUX").output().expect("tmux runs")
    }

    fn arguments(&self, command: &[&str]) -> Vec<String> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let ours = ["-u".to_owned(), "-S".to_owned(), path("s"), "-f".to_owned(), path("tmux.conf")];
        ours.into_iter().chain(command.iter().map(|&word| word.to_owned())).collect()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}
