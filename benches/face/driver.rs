//! Presses keys and waits for the line to rest.

use std::time::{Duration, Instant};

use crate::screen::Pty;

/// When the next key comes.
#[derive(Clone, Copy)]
pub enum Pace<'a> {
    /// When the last one was answered and the line has been quiet for a moment.
    Answer,
    /// After so long, whatever happens.
    Every(Duration),
    /// A moment after the cursor has come to where the key with this number sends it.
    Cursor(&'a dyn Fn(usize) -> (u16, u16)),
}

/// How long a program may leave a key unanswered.
const LIMIT: Duration = Duration::from_secs(2);

/// Presses keys in turn, `count` in all, and gives the moment of each.
pub fn press(pty: &Pty, keys: &[&str], count: usize, pace: Pace<'_>) -> Vec<Instant> {
    keys.iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(n, key)| {
            let before = pty.written();
            let pressed = Instant::now();
            pty.send(key);
            match pace {
                Pace::Cursor(to) => {
                    while pty.look(vt100::Screen::cursor_position) != to(n) && pressed.elapsed() < LIMIT {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    // Not in step with the frames of the answers.
                    std::thread::sleep(Duration::from_millis(3 + n as u64 * 7 % 11));
                }
                Pace::Every(pause) => std::thread::sleep(pause),
                Pace::Answer => {
                    while pty.written() == before && pressed.elapsed() < LIMIT {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    rest(pty, Duration::from_millis(12));
                }
            }
            pressed
        })
        .collect()
}

/// Waits until nothing has come for so long.
pub fn rest(pty: &Pty, quiet: Duration) {
    let began = Instant::now();
    loop {
        let still = pty.last_piece().map_or(began, |at| at.max(began)).elapsed();
        if still >= quiet {
            return;
        }
        std::thread::sleep((quiet - still).max(Duration::from_millis(1)));
    }
}
