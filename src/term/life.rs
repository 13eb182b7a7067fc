//! A terminal taken over, lent out and given back, whatever happens.
//!
//! There is one [`restore`]. Leaving, a panic, signals and suspending all call it, and calling it
//! twice does nothing more. Only the thread that draws writes to the terminal, and it never waits for
//! one that takes nothing: a line that hangs must not keep the keys, or the end, from working.

use crossterm::Command;
use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::{QueueSelector, isatty, tcflush, tcgetwinsize, ttyname};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether the terminal is ours at the moment.
static OURS: AtomicBool = AtomicBool::new(false);
/// Whether it shows the screen that is ours, and not the shell's.
static ALTERNATE: AtomicBool = AtomicBool::new(false);
/// Whether a frame is written in part.
static MIDWAY: AtomicBool = AtomicBool::new(false);

/// How long a terminal may take nothing before what it has not taken is thrown away.
const HANGING: Duration = Duration::from_millis(300);
/// How long giving it back may take at most.
const LAST: Duration = Duration::from_secs(1);

/// Which of a terminal's two screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The shell's, with what scrolled off it.
    Normal,
    /// The one for programs like this.
    Alternate,
}

impl Side {
    /// What is written to get there. A terminal that has but one screen (mosh, GNU screen as it comes, the Linux
    /// console) is cleared in both directions: a frame leaves out what it takes for blank.
    pub fn sequence(self) -> String {
        match self {
            Self::Normal => ansi(&[&Clear(ClearType::All), &MoveTo(0, 0), &ResetColor, &LeaveAlternateScreen, &Show]),
            Self::Alternate => ansi(&[&EnterAlternateScreen, &Clear(ClearType::All)]),
        }
    }
}

/// A command that can be put beside others.
trait Sequence {
    fn add(&self, text: &mut String);
}

impl<C: Command> Sequence for C {
    fn add(&self, text: &mut String) {
        // Formatting into a string does not fail.
        let _ = self.write_ansi(text);
    }
}

fn ansi(commands: &[&dyn Sequence]) -> String {
    let mut text = String::new();
    for command in commands {
        command.add(&mut text);
    }
    text
}

/// Notes what the terminal has taken so far, for whoever has to give it back at any moment.
pub fn note(midway: bool, arrived: Option<Side>) {
    MIDWAY.store(midway, Ordering::SeqCst);
    if let Some(side) = arrived {
        ALTERNATE.store(side == Side::Alternate, Ordering::SeqCst);
    }
}

/// The terminal for reading keys.
///
/// # Errors
/// When it cannot be opened.
pub fn reading() -> io::Result<OwnedFd> {
    open(rustix::stdio::stdin(), OFlags::RDONLY)
}

/// The terminal for writing frames.
///
/// # Errors
/// When it cannot be opened.
pub fn writing() -> io::Result<OwnedFd> {
    open(rustix::stdio::stdout(), OFlags::WRONLY)
}

/// Opens the terminal behind a descriptor once more, so that ours does not wait and the shell's, which shares
/// the standard one, does. A terminal of somebody else (after `su`) or of another container has no name that
/// opens; it is reached as the controlling one, and where that fails, too, the standard one must do.
fn open(standard: BorrowedFd<'_>, access: OFlags) -> io::Result<OwnedFd> {
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let named = ttyname(standard, Vec::new()).and_then(|name| rustix::fs::open(name, flags, Mode::empty()));
    // macOS cannot watch this one.
    let named = named.or_else(|e| match cfg!(target_os = "macos") {
        true => Err(e),
        false => rustix::fs::open("/dev/tty", flags, Mode::empty()),
    });
    Ok(named.or_else(|_| rustix::io::dup(standard))?)
}

/// Whether a person sits at both ends.
pub fn is_terminal() -> bool {
    isatty(rustix::stdio::stdin()) && isatty(rustix::stdio::stdout())
}

/// The terminal's size in columns and rows.
pub fn size() -> (u16, u16) {
    let size = tcgetwinsize(rustix::stdio::stdout()).ok().map(|s| (s.ws_col, s.ws_row));
    // 80 by 24 is what a terminal that does not tell has been since 1978.
    size.filter(|(width, height)| *width > 0 && *height > 0).unwrap_or((80, 24))
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
    let taking = Side::Alternate.sequence() + &ansi(&[&EnableBracketedPaste]);
    let taken = enable_raw_mode().and_then(|()| put(taking.as_bytes()));
    match taken {
        Ok(()) => note(false, Some(Side::Alternate)),
        Err(_) => restore(),
    }
    taken
}

/// Gives the terminal back as it was. Errors are nobody's: after a hang-up there is no terminal.
pub fn restore() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let midway = MIDWAY.swap(false, Ordering::SeqCst);
    let alternate = ALTERNATE.swap(false, Ordering::SeqCst);
    let _ = put(leaving(midway, alternate).as_bytes());
    let _ = disable_raw_mode();
}

/// What is written on leaving.
fn leaving(midway: bool, alternate: bool) -> String {
    // CAN and ST end whatever sequence was cut: half a clipboard must not be one.
    let mut text = if midway { "\x18\x1b\\".to_owned() } else { String::new() };
    if alternate {
        text += &Side::Normal.sequence();
    }
    text + &ansi(&[&ResetColor, &DisableBracketedPaste, &Show])
}

/// Writes a few bytes, and not for ever: where the terminal takes nothing, what it has not taken is thrown away.
fn put(mut bytes: &[u8]) -> io::Result<()> {
    let own = writing();
    let out = own.as_ref().map_or(rustix::stdio::stdout(), AsFd::as_fd);
    let start = Instant::now();
    let mut thrown = false;
    while !bytes.is_empty() {
        match rustix::io::write(out, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) if start.elapsed() < LAST => {
                if !thrown && start.elapsed() >= HANGING {
                    thrown = true;
                    let _ = tcflush(out, QueueSelector::OFlush);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Whether a shell with job control stands above us, to continue what it finds stopped. Such a shell gives every
/// job a process group of its own; where the session's leader is in ours, nobody does.
pub fn can_stop() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
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
    fn leaving_undoes_everything() {
        let text = leaving(false, true);
        for part in ["\x1b[0m", "\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"] {
            assert!(text.contains(part), "{text:?}");
        }
        assert!(text.find("\x1b[2J") < text.find("\x1b[?1049l"), "never the shell's screen");
        assert!(text.find("\x1b[?1049l") < text.rfind("\x1b[?25h"), "the cursor is shown on the screen that stays");
    }

    #[test]
    fn the_shells_screen_is_left_alone_where_it_is_shown() {
        let text = leaving(false, false);
        assert!(!text.contains("1049") && !text.contains("\x1b[2J"), "{text:?}");
    }

    #[test]
    fn what_a_terminal_with_one_screen_showed_before_is_gone() {
        let mut screen = vt100::Parser::new(3, 20, 0);
        let one = |text: String| text.replace("\x1b[?1049h", "").replace("\x1b[?1049l", "");
        screen.process(b"$ cloudivize");
        screen.process(one(Side::Alternate.sequence()).as_bytes());
        assert_eq!(screen.screen().contents(), "");
        screen.process(b"frame");
        screen.process(one(leaving(false, true)).as_bytes());
        assert_eq!((screen.screen().contents().as_str(), screen.screen().cursor_position()), ("", (0, 0)));
    }

    #[test]
    fn a_sequence_that_was_cut_is_ended_first() {
        let mut screen = vt100::Parser::new(3, 20, 0);
        screen.process(b"\x1b[?1049h\x1b]52;c;aGVsb");
        screen.process(leaving(true, true).as_bytes());
        assert!(!screen.screen().alternate_screen());
        assert_eq!(screen.screen().contents(), "");
    }

    #[test]
    fn restoring_what_was_not_taken_does_nothing() {
        restore();
        restore();
        assert!(!OURS.load(Ordering::SeqCst));
    }
}
