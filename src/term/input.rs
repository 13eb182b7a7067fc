//! Keys, pastes and resizes as they come from the terminal.

use super::life;
use super::sequences::Parser;
use crate::domain::Key;
use futures_util::Stream;
use futures_util::stream::{LocalBoxStream, StreamExt as _, poll_fn, select};
use std::collections::VecDeque;
use std::future::Future as _;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, Sleep, sleep_until};
use zeroize::Zeroizing;

/// Something that came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text, in one piece, its lines ended by `\n`.
    Paste(String),
    /// A paste of so many bytes, of which nothing was kept.
    PasteTooLong(usize),
    /// New columns and rows.
    Resized(u16, u16),
    /// The terminal cannot be read any more.
    Gone,
}

/// What the terminal sends, until dropped: then somebody else can read.
///
/// # Errors
/// When the terminal cannot be watched.
pub fn inputs() -> io::Result<LocalBoxStream<'static, Input>> {
    let typed = Typed::new(life::reading()?)?;
    let mut resized = signal(SignalKind::window_change())?;
    // However many changes came, the last one's size is told once.
    let resized = poll_fn(move |cx| resized.poll_recv(cx)).map(|()| {
        let (width, height) = life::size();
        Input::Resized(width, height)
    });
    Ok(select(typed, resized).boxed_local())
}

/// Reads the terminal whenever it has something.
struct Typed {
    terminal: Receiver,
    parser: Parser,
    found: VecDeque<Input>,
    buffer: Zeroizing<Vec<u8>>,
    /// When the rest of a sequence is not waited for any longer.
    silence: Pin<Box<Sleep>>,
    gone: bool,
}

impl Typed {
    fn new(terminal: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            // Tokio's type for pipes serves every descriptor that can be watched, without unsafe code.
            terminal: Receiver::from_owned_fd_unchecked(terminal)?,
            parser: Parser::new(),
            found: VecDeque::new(),
            buffer: Zeroizing::new(vec![0; 4096]),
            silence: Box::pin(sleep_until(Instant::now())),
            gone: false,
        })
    }
}

impl Stream for Typed {
    type Item = Input;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Input>> {
        let this = &mut *self;
        loop {
            if let Some(found) = this.found.pop_front() {
                return Poll::Ready(Some(found));
            }
            if this.gone {
                return Poll::Ready(None);
            }
            let mut read = ReadBuf::new(&mut this.buffer);
            match Pin::new(&mut this.terminal).poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    this.parser.feed(read.filled(), &mut this.found);
                    if let Some(patience) = this.parser.patience() {
                        this.silence.as_mut().reset(Instant::now() + patience);
                    }
                }
                Poll::Ready(Err(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                // No more bytes, or EIO: the other side has closed it.
                Poll::Ready(_) => {
                    this.gone = true;
                    return Poll::Ready(Some(Input::Gone));
                }
                Poll::Pending => {
                    if this.parser.patience().is_none() || this.silence.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    this.found.extend(this.parser.silence());
                    if let Some(patience) = this.parser.patience() {
                        this.silence.as_mut().reset(Instant::now() + patience);
                    }
                }
            }
        }
    }
}
