//! Questions on the controlling terminal, for commands that run outside the dashboard: a passphrase
//! without echo, and yes or no.
//!
//! The terminal itself is asked, so that standard input and output stay free for data.

use crate::domain::Secret;
use crate::text;
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// Longest passphrase, in bytes. The buffer has this size from the start: a growing one leaves copies behind.
const LONGEST: usize = 1024;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// There is nobody to ask.
    #[error("there is no terminal to ask on")]
    NoTerminal,
    /// A person pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// The two passphrases differ.
    #[error("the two passphrases differ; nothing was done; try again")]
    Differ,
    /// Longer than the buffer.
    #[error("more than 1024 bytes were typed; nothing was done")]
    TooLong,
    /// The bytes are no text.
    #[error("what was typed is no UTF-8 text; set the terminal's encoding to UTF-8")]
    NotText,
    /// The terminal failed.
    #[error("the terminal could not be used: {0}")]
    Io(#[from] io::Error),
}

/// Asks for a passphrase without echo.
///
/// # Errors
/// Without a terminal, after Ctrl-C, and when nothing was typed. The terminal is restored in every case.
pub fn passphrase(question: &str) -> Result<Secret, PromptError> {
    let tty = open()?;
    let _hush = Hush::new(&tty)?;
    ask(&mut &tty, question)
}

/// Asks for a new passphrase twice.
///
/// # Errors
/// As [`passphrase`], and when the two differ.
pub fn new_passphrase(question: &str, again: &str) -> Result<Secret, PromptError> {
    let first = passphrase(question)?;
    let second = passphrase(again)?;
    if first.expose() == second.expose() { Ok(first) } else { Err(PromptError::Differ) }
}

/// Asks for a line that is no secret.
///
/// # Errors
/// Without a terminal.
pub fn line(question: &str) -> Result<String, PromptError> {
    let mut tty = open()?;
    write!(tty, "{} ", text::line(question))?;
    tty.flush()?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while tty.read(&mut byte)? == 1 && byte[0] != b'\n' && answer.len() < LONGEST {
        answer.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&answer).trim().to_owned())
}

/// Asks a question that only `y` or `yes` answers with yes.
///
/// # Errors
/// Without a terminal.
pub fn confirm(question: &str) -> Result<bool, PromptError> {
    let answer = line(&format!("{question} [y/N]"))?;
    Ok(["y", "yes"].contains(&answer.to_lowercase().as_str()))
}

/// Says something on the terminal, if there is one.
pub fn say(message: &str) {
    if let Ok(mut tty) = open() {
        let _ = writeln!(tty, "{}", text::multiline(message));
    }
}

fn open() -> Result<File, PromptError> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(|_| PromptError::NoTerminal)
}

/// Echo, line editing and signal keys are off while this lives: Ctrl-C arrives as a byte, so the
/// terminal is restored before anything else happens.
struct Hush<'f> {
    tty: &'f File,
    before: Termios,
}

impl<'f> Hush<'f> {
    fn new(tty: &'f File) -> Result<Self, PromptError> {
        let before = termios::tcgetattr(tty).map_err(io::Error::from)?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        termios::tcsetattr(tty, OptionalActions::Drain, &quiet).map_err(io::Error::from)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Hush<'_> {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(self.tty, OptionalActions::Drain, &self.before);
    }
}

/// Shows the question, reads to the end of the line, and ends the line on the screen.
fn ask(tty: &mut &File, question: &str) -> Result<Secret, PromptError> {
    write!(tty, "{} ", text::line(question))?;
    tty.flush()?;
    let answer = read_secret(tty);
    let _ = tty.write_all(b"\n");
    answer
}

/// Reads bytes up to the end of the line, with the few keys that a person expects.
fn read_secret(input: &mut impl Read) -> Result<Secret, PromptError> {
    let mut buffer = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0u8]);
    loop {
        match input.read(byte.as_mut()) {
            Ok(0) => break,
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e.into()),
        }
        match byte[0] {
            b'\r' | b'\n' => break,
            0x03 => return Err(PromptError::Interrupted),
            0x04 if buffer.is_empty() => break,
            0x08 | 0x7f => erase(&mut buffer),
            0x15 => buffer.clear(),
            _ if buffer.len() == LONGEST => return Err(PromptError::TooLong),
            b => buffer.push(b),
        }
    }
    if buffer.is_empty() {
        return Err(PromptError::Empty);
    }
    // A copy of exactly its length, so that the secret is never moved again; the buffer is wiped.
    std::str::from_utf8(&buffer).map(|t| Secret::new(t.to_owned())).map_err(|_| PromptError::NotText)
}

/// Takes the last character away, however many bytes it has.
fn erase(buffer: &mut Vec<u8>) {
    while buffer.pop().is_some_and(|b| b & 0xc0 == 0x80) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty;

    fn typed(bytes: &[u8]) -> Result<String, PromptError> {
        read_secret(&mut &bytes[..]).map(|s| s.expose().to_owned())
    }

    #[test]
    fn the_keys_of_a_line_work() {
        assert_eq!(typed(b"secret\r rest").unwrap(), "secret");
        assert_eq!(typed("gr\u{fc}n\u{7f}\u{7f}\u{fc}n\n".as_bytes()).unwrap(), "gr\u{fc}n");
        assert_eq!(typed(b"wrong\x15right\n").unwrap(), "right");
        assert_eq!(typed(b" kept blanks \n").unwrap(), " kept blanks ");
    }

    #[test]
    fn what_is_no_passphrase_is_said() {
        assert!(matches!(typed(b"sec\x03"), Err(PromptError::Interrupted)));
        assert!(matches!(typed(b"\n"), Err(PromptError::Empty)));
        assert!(matches!(typed(b"\x04"), Err(PromptError::Empty)));
        assert!(matches!(typed(b"\xff\n"), Err(PromptError::NotText)));
        assert!(matches!(typed(&[b'x'; LONGEST + 1]), Err(PromptError::TooLong)));
    }

    #[test]
    fn the_terminal_is_restored_and_nothing_is_echoed() {
        let main = pty::openpt(pty::OpenptFlags::RDWR | pty::OpenptFlags::NOCTTY).unwrap();
        pty::grantpt(&main).unwrap();
        pty::unlockpt(&main).unwrap();
        let name = pty::ptsname(&main, Vec::new()).unwrap();
        let tty = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let before = termios::tcgetattr(&tty).unwrap();
        let mut main = File::from(main);
        for (keys, interrupted) in [(&b"secret\n"[..], false), (b"sec\x03", true)] {
            let hush = Hush::new(&tty).unwrap();
            main.write_all(keys).unwrap();
            let answer = ask(&mut &tty, "Passphrase:");
            drop(hush);
            assert_eq!(matches!(answer, Err(PromptError::Interrupted)), interrupted);
            assert_eq!(termios::tcgetattr(&tty).unwrap().local_modes, before.local_modes);
        }
        drop(tty);
        let mut shown = Vec::new();
        // The other side is gone: the read ends with an error after what was shown.
        let _ = main.read_to_end(&mut shown);
        let shown = String::from_utf8_lossy(&shown);
        assert!(shown.contains("Passphrase: ") && !shown.contains("sec"), "{shown:?}");
    }
}
