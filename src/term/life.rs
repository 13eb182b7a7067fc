//! A terminal taken over, lent out and given back, whatever happens.
//!
//! There is one [`restore`]. Leaving, a panic, signals and suspending all call it, and calling it
//! twice does nothing more.

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{Command, execute};
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::{QueueSelector, isatty, tcflush};
use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours at the moment.
static OURS: AtomicBool = AtomicBool::new(false);

/// Standard output for frames: unbuffered, so that one frame is one write.
///
/// # Errors
/// When the descriptor cannot be duplicated.
pub fn stdout() -> io::Result<File> {
    Ok(File::from(rustix::io::dup(rustix::stdio::stdout())?))
}

/// Whether a person sits at both ends.
pub fn is_terminal() -> bool {
    isatty(rustix::stdio::stdin()) && isatty(rustix::stdio::stdout())
}

/// The terminal's size in columns and rows.
///
/// # Errors
/// When it cannot be found out.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Takes the terminal over: raw mode, alternate screen, bracketed paste. The mouse stays the terminal's,
/// for selecting text.
///
/// # Errors
/// When the terminal refuses; it is then as it was.
pub fn enter() -> io::Result<()> {
    // Colours are the theme's business: crossterm's own NO_COLOR would take modifiers away as well.
    crossterm::style::force_color_output(true);
    OURS.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| execute!(stdout()?, EnterAlternateScreen, EnableBracketedPaste));
    if taken.is_err() {
        restore();
    }
    taken
}

/// Gives the terminal back as it was. Errors are nobody's: after a hang-up there is no terminal.
pub fn restore() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    if let Ok(mut out) = stdout() {
        let _ = out.write_all(leaving().as_bytes());
    }
    let _ = disable_raw_mode();
}

/// What is written on leaving, in one write.
fn leaving() -> String {
    let mut text = String::new();
    // Formatting into a string does not fail.
    let _ = ResetColor.write_ansi(&mut text);
    let _ = DisableBracketedPaste.write_ansi(&mut text);
    let _ = LeaveAlternateScreen.write_ansi(&mut text);
    let _ = Show.write_ansi(&mut text);
    text
}

/// Stops the whole process group until the shell continues it. The terminal has to be restored before.
pub fn stop() {
    let _ = kill_current_process_group(Signal::STOP);
    // What was typed at the shell meanwhile is not for us.
    let _ = tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
}

/// Gives the terminal back when it goes out of scope.
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Has a panic give the terminal back before it speaks. Only the thread that calls this draws: a
/// panic elsewhere must not take the screen away, so it is told to `elsewhere` instead.
pub fn restore_on_panic(elsewhere: impl Fn(String) + Send + Sync + 'static) {
    let drawing = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == drawing || !OURS.load(Ordering::SeqCst) {
            restore();
            before(info);
        } else {
            let place = info.location().map_or(String::new(), |l| format!(" at {}:{}", l.file(), l.line()));
            elsewhere(format!("an error inside this program{place}; please report it"));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_undoes_everything_in_one_piece() {
        let text = leaving();
        for part in ["\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"] {
            assert!(text.contains(part), "{text:?}");
        }
        assert!(text.find("\x1b[?1049l") < text.find("\x1b[?25h"), "the cursor is shown on the screen that stays");
    }

    #[test]
    fn restoring_what_was_not_taken_does_nothing() {
        restore();
        restore();
        assert!(!OURS.load(Ordering::SeqCst));
    }
}
