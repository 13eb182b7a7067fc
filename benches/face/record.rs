//! A recorded run: what the program wrote and when, replayed on a terminal after the measuring is done.

use std::time::{Duration, Instant};

use crate::SIZE;
use crate::screen::Pty;

/// Pieces that follow one another closer than this are one frame.
const GAP: Duration = Duration::from_millis(4);

/// Where the replayed terminal stood after a piece.
#[derive(Debug, Clone)]
pub struct Step {
    /// When the piece had come.
    pub at: Instant,
    /// How long it is.
    pub bytes: usize,
    /// Whether a cell or the cursor is other than before.
    pub changed: bool,
    /// Row and column of a cursor that is shown.
    pub cursor: Option<(u16, u16)>,
}

/// A frame that answers a key.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// From the key to the frame's last byte.
    pub after: Duration,
    /// How long it is.
    pub bytes: usize,
}

/// When the screen first was as `seen` wants it.
pub fn first(pty: &Pty, seen: impl Fn(&vt100::Screen) -> bool) -> Option<Instant> {
    let (bytes, mut parser, mut done) = (pty.bytes(), parser(), 0);
    for (at, total) in pty.pieces() {
        parser.process(&bytes[done..total]);
        done = total;
        if seen(parser.screen()) {
            return Some(at);
        }
    }
    None
}

/// Everything so far, piece by piece.
pub fn steps(pty: &Pty) -> Vec<Step> {
    let (bytes, mut parser, mut done) = (pty.bytes(), parser(), 0);
    let mut before = (Vec::new(), None);
    let mut steps = Vec::new();
    for (at, total) in pty.pieces() {
        parser.process(&bytes[done..total]);
        let screen = parser.screen();
        let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
        let now = (screen.contents_formatted(), cursor);
        steps.push(Step { at, bytes: total - done, changed: now != before, cursor });
        (before, done) = (now, total);
    }
    steps
}

/// For each key the frame that answers it: it begins with the first piece that `answers`, and ends where the line rests.
pub fn frames(steps: &[Step], keys: &[Instant], answers: impl Fn(usize, &Step) -> bool) -> Vec<Option<Frame>> {
    keys.iter()
        .enumerate()
        .map(|(n, key)| {
            let end = keys.get(n + 1).copied();
            let mut own = steps.iter().skip_while(|s| s.at <= *key).take_while(|s| end.is_none_or(|end| s.at <= end));
            let first = own.find(|step| answers(n, step))?;
            let (mut last, mut bytes) = (first.at, first.bytes);
            for step in own.take_while(|step| {
                let close = step.at - last < GAP;
                last = if close { step.at } else { last };
                close
            }) {
                bytes += step.bytes;
            }
            Some(Frame { after: last - *key, bytes })
        })
        .collect()
}

fn parser() -> vt100::Parser {
    vt100::Parser::new(SIZE.1, SIZE.0, 0)
}
