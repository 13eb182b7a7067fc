//! Frames to bytes: one write a frame, none when nothing changed, and every byte counted.
//!
//! The bytes of a frame are gathered in memory and handed to a thread that writes them, so that a
//! slow line or a stopped terminal never holds up the keys. While it writes, no new frame is made:
//! the next one shows the latest state.

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};

/// A backend that gathers a frame's bytes and leaves out what the terminal already shows.
pub struct Screen {
    bytes: Vec<u8>,
    size: Size,
    cursor: Option<Position>,
    shown: Option<bool>,
    total: u64,
}

impl Screen {
    /// An empty screen of a size. The terminal is never asked for it: resizes are told.
    pub fn new(width: u16, height: u16) -> Self {
        Self { bytes: Vec::with_capacity(16 * 1024), size: Size { width, height }, cursor: None, shown: None, total: 0 }
    }

    /// Tells it the terminal's new size; the next frame is painted anew.
    pub fn set_size(&mut self, width: u16, height: u16) {
        self.size = Size { width, height };
    }

    /// Forgets where the cursor is, after somebody else had the terminal.
    pub fn forget(&mut self) {
        (self.cursor, self.shown) = (None, None);
    }

    /// Adds bytes that are no cells, such as a clipboard's sequence, to the frame.
    pub fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes what has been gathered; empty when nothing changed.
    pub fn take(&mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        self.total += bytes.len() as u64;
        bytes
    }

    fn inner(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.bytes)
    }

    /// How many bytes were taken so far.
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        // The inner backend ends even an empty frame with resets.
        if content.peek().is_none() {
            return Ok(());
        }
        // Writing cells moves the cursor; where to is not worth knowing.
        self.cursor = None;
        self.inner().draw(content)
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

/// A thread that writes frames, one at a time.
pub struct Writer {
    frames: Sender<Vec<u8>>,
    written: Arc<AtomicU64>,
    sent: u64,
}

impl Writer {
    /// Starts the thread. `done` is called after each frame, with `false` when the terminal is gone.
    pub fn start(mut sink: impl Write + Send + 'static, done: impl Fn(bool) + Send + 'static) -> io::Result<Self> {
        let (frames, queue) = mpsc::channel::<Vec<u8>>();
        let written = Arc::new(AtomicU64::new(0));
        let count = written.clone();
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || {
            while let Ok(frame) = queue.recv() {
                let well = sink.write_all(&frame).and_then(|()| sink.flush()).is_ok();
                count.fetch_add(1, Ordering::Release);
                done(well);
            }
        })?;
        Ok(Self { frames, written, sent: 0 })
    }

    /// Hands a frame over; an empty one is nothing.
    pub fn send(&mut self, frame: Vec<u8>) {
        // A thread that is gone has told so already.
        if !frame.is_empty() && self.frames.send(frame).is_ok() {
            self.sent += 1;
        }
    }

    /// Whether a frame is still on its way.
    pub fn busy(&self) -> bool {
        self.written.load(Ordering::Acquire) < self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::text::Line;

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

    #[test]
    fn frames_are_written_in_order_and_the_end_of_each_is_told() {
        let (told, ends) = mpsc::channel();
        let (pipe, mut reader) = {
            let (reader, writer) = io::pipe().unwrap();
            (writer, reader)
        };
        let mut writer = Writer::start(pipe, move |well| told.send(well).unwrap()).unwrap();
        writer.send(b"one".to_vec());
        writer.send(Vec::new());
        writer.send(b"two".to_vec());
        assert!(ends.recv().unwrap() && ends.recv().unwrap());
        assert!(!writer.busy(), "an empty frame is no frame");
        drop(writer);
        let mut all = String::new();
        io::Read::read_to_string(&mut reader, &mut all).unwrap();
        assert_eq!(all, "onetwo");
    }
}
