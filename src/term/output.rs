//! Frames to bytes: one write a frame, none when nothing changed, and every byte counted.
//!
//! The bytes of a frame are gathered in memory and written whenever the terminal takes some, so that a
//! slow line or a stopped terminal never holds up the keys. Until they are written no new frame is made:
//! the next one shows the latest state.

use super::cells;
use super::life::{self, Side};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use tokio::io::AsyncWrite;
use tokio::net::unix::pipe::Sender;

/// A backend that gathers a frame's bytes and leaves out what the terminal already shows.
pub struct Screen {
    bytes: Vec<u8>,
    size: Size,
    cursor: Option<Position>,
    shown: Option<bool>,
    /// What the terminal shows, as long as nobody else writes there.
    cells: Option<Buffer>,
}

impl Screen {
    /// An empty screen of a size. The terminal is never asked for it: resizes are told.
    pub fn new(width: u16, height: u16) -> Self {
        let size = Size { width, height };
        let cells = Some(Buffer::empty(Rect::from((Position::ORIGIN, size))));
        Self { bytes: Vec::with_capacity(16 * 1024), size, cursor: None, shown: None, cells }
    }

    /// Tells it the terminal's new size; the next frame is painted anew.
    pub fn set_size(&mut self, width: u16, height: u16) {
        self.size = Size { width, height };
        self.cells = None;
    }

    /// Forgets where the cursor is and what is shown, after somebody else had the terminal.
    pub fn forget(&mut self) {
        (self.cursor, self.shown, self.cells) = (None, None, None);
    }

    /// Adds bytes that are no cells, such as a clipboard's sequence, to the frame.
    pub fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes what has been gathered; empty when nothing changed.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn inner(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.bytes)
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        if content.is_empty() {
            return Ok(());
        }
        // Writing cells moves the cursor; where to is not worth knowing.
        self.cursor = None;
        cells::write(content.iter().copied(), self.cells.as_ref(), &mut self.bytes);
        for (x, y, cell) in content {
            if let Some(shown) = self.cells.as_mut().and_then(|cells| cells.cell_mut((x, y))) {
                shown.clone_from(cell);
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown == Some(false) {
            return Ok(());
        }
        self.shown = Some(false);
        self.inner().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown == Some(true) {
            return Ok(());
        }
        self.shown = Some(true);
        self.inner().show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would wait for its answer among the keys.
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(position) {
            return Ok(());
        }
        self.cursor = Some(position);
        self.inner().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        let whole = clear_type == ClearType::All;
        self.cells = whole.then(|| Buffer::empty(Rect::from((Position::ORIGIN, self.size))));
        self.inner().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where frames go.
pub type Sink = Pin<Box<dyn AsyncWrite + Send>>;

/// The process's own terminal, written to when it takes something.
///
/// # Errors
/// When it cannot be opened or watched.
pub fn terminal() -> io::Result<Sink> {
    // Tokio's type for pipes serves every descriptor that can be watched, without unsafe code.
    Ok(Box::pin(Sender::from_owned_fd_unchecked(life::writing()?)?))
}

/// Frames on their way to the terminal, and what was written so far.
pub struct Writer {
    sink: Sink,
    queue: VecDeque<(Vec<u8>, Option<Side>)>,
    /// How much of the first one is written.
    done: usize,
    bytes: u64,
    frames: u64,
}

impl Writer {
    /// Nothing is on its way.
    pub fn new(sink: Sink) -> Self {
        Self { sink, queue: VecDeque::new(), done: 0, bytes: 0, frames: 0 }
    }

    /// Puts a frame into the queue; an empty one is nothing. `side`: the screen that shows after it.
    pub fn send(&mut self, frame: Vec<u8>, side: Option<Side>) {
        if !frame.is_empty() {
            self.queue.push_back((frame, side));
        }
    }

    /// Whether something is on its way. No frame is to be made meanwhile: the one after shows the latest state.
    pub fn busy(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Writes what is in the queue, as fast as the terminal takes it. May be dropped and called again at any time.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn drain(&mut self) -> io::Result<()> {
        while let Some((frame, side)) = self.queue.front() {
            let (sink, rest) = (&mut self.sink, &frame[self.done..]);
            let count = match std::future::poll_fn(|cx| sink.as_mut().poll_write(cx, rest)).await {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                written => written?,
            };
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.done += count;
            self.bytes += count as u64;
            if self.done < frame.len() {
                life::note(true, None);
                continue;
            }
            life::note(false, *side);
            self.frames += 1;
            self.done = 0;
            self.queue.pop_front();
        }
        Ok(())
    }

    /// Forgets what is not written: the terminal does not take it.
    pub fn abandon(&mut self) {
        self.queue.clear();
        self.done = 0;
    }

    /// How many bytes the terminal has taken, and how many frames.
    pub fn written(&self) -> (u64, u64) {
        (self.bytes, self.frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::text::Line;
    use std::future::Future as _;
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll};

    #[test]
    fn a_frame_that_changes_nothing_has_no_bytes() {
        let mut terminal = Terminal::new(Screen::new(40, 10)).unwrap();
        let mut draw = |text: &str, at: (u16, u16)| {
            terminal
                .draw(|f| {
                    f.render_widget(Line::raw(text.to_owned()), f.area());
                    f.set_cursor_position(at);
                })
                .unwrap();
            terminal.backend_mut().take().len()
        };
        assert!(draw("hello", (3, 3)) > 0);
        assert_eq!(draw("hello", (3, 3)), 0);
        assert!((1..=8).contains(&draw("hello", (4, 3))), "only the cursor moves");
        assert!((1..60).contains(&draw("hallo", (4, 3))), "only a letter changes");
    }

    #[test]
    fn a_new_size_paints_anew_without_asking_the_terminal() {
        let mut terminal = Terminal::new(Screen::new(40, 10)).unwrap();
        terminal.draw(|f| f.render_widget(Line::raw("hello"), f.area())).unwrap();
        terminal.backend_mut().take();
        terminal.backend_mut().set_size(50, 10);
        terminal.draw(|f| f.render_widget(Line::raw("hello"), f.area())).unwrap();
        let bytes = String::from_utf8(terminal.backend_mut().take()).unwrap();
        assert!(bytes.contains("hello") && !bytes.contains("\x1b[6n"), "{bytes:?}");
    }

    /// A terminal that takes so many bytes and no more.
    struct Narrow(Arc<Mutex<(Vec<u8>, usize)>>);

    impl AsyncWrite for Narrow {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            let mut taken = self.0.lock().unwrap();
            let count = bytes.len().min(taken.1);
            if count == 0 {
                return Poll::Pending;
            }
            taken.1 -= count;
            taken.0.extend_from_slice(&bytes[..count]);
            Poll::Ready(Ok(count))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn what_a_terminal_does_not_take_waits_and_goes_on_where_it_stopped() {
        let taken = Arc::new(Mutex::new((Vec::new(), 0)));
        let mut writer = Writer::new(Box::pin(Narrow(taken.clone())));
        let drain = |writer: &mut Writer, room: usize| {
            taken.lock().unwrap().1 = room;
            let mut future = std::pin::pin!(writer.drain());
            let waits = future.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())).is_pending();
            (waits, String::from_utf8(taken.lock().unwrap().0.clone()).unwrap())
        };
        writer.send(b"one".to_vec(), None);
        writer.send(Vec::new(), None);
        writer.send(b"two".to_vec(), None);
        assert_eq!(drain(&mut writer, 0), (true, String::new()));
        assert_eq!(drain(&mut writer, 4), (true, "onet".to_owned()));
        assert!(writer.busy());
        assert_eq!(drain(&mut writer, 9), (false, "onetwo".to_owned()));
        assert_eq!((writer.busy(), writer.written()), (false, (6, 2)));
        writer.send(b"three".to_vec(), None);
        writer.abandon();
        assert_eq!(drain(&mut writer, 9), (false, "onetwo".to_owned()));
    }
}
