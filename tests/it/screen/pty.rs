//! A program on a pseudo-terminal of ours: every byte it writes, and what those bytes make of a terminal.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::{framed, wait, wrapped};

/// How many rows the terminal keeps of what scrolled off it.
const SCROLLBACK: usize = 500;
/// How long a reader rests that found nothing.
const PAUSE: Duration = Duration::from_millis(1);

/// A program on a pseudo-terminal; it is killed when this is dropped.
pub struct Pty {
    child: Child,
    /// `None` after a hang-up.
    master: Option<File>,
    terminal: Arc<Mutex<Terminal>>,
    line: Arc<Line>,
    reader: Option<JoinHandle<()>>,
}

/// What the line between program and terminal does.
#[derive(Default)]
struct Line {
    /// Nothing is read for the time being: the program's writes pile up.
    stalled: AtomicBool,
    /// The terminal is gone.
    cut: AtomicBool,
}

struct Terminal {
    parser: vt100::Parser<Told>,
    bytes: Vec<u8>,
    /// When each piece came, and how many bytes there were after it.
    pieces: Vec<(Instant, usize)>,
}

/// What the program told the terminal besides text.
#[derive(Default)]
struct Told {
    clipboard: Vec<String>,
    title: String,
    bells: usize,
    /// What a real terminal would answer to the queries so far.
    answers: Vec<u8>,
}

impl vt100::Callbacks for Told {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        let text = match base64::engine::general_purpose::STANDARD.decode(data) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(e) => format!("not base64 ({e}): {}", String::from_utf8_lossy(data)),
        };
        self.clipboard.push(text);
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        mark: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        end: char,
    ) {
        // Where is the cursor, and what are you: without an answer a program waits in vain.
        match (mark, parameters, end) {
            (None, [[6]], 'n') => {
                let (row, column) = screen.cursor_position();
                self.answers.extend_from_slice(format!("\x1b[{};{}R", row + 1, column + 1).as_bytes());
            }
            (None, _, 'c') => self.answers.extend_from_slice(b"\x1b[?62;22c"),
            _ => {}
        }
    }
}

impl Pty {
    /// Starts a program on a terminal of `(columns, rows)`, which is its controlling one.
    pub fn start(size: (u16, u16), program: &Command) -> Self {
        // A reader that waits in the kernel could not hang up.
        Self::begin(size, program, true)
    }

    /// The same with a reader that waits in the kernel, so that times are exact; this line cannot be cut or stalled.
    pub fn start_timed(size: (u16, u16), program: &Command) -> Self {
        Self::begin(size, program, false)
    }

    fn begin((width, height): (u16, u16), program: &Command, pausing: bool) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
        grantpt(&master).expect("the pseudo-terminal is ours");
        unlockpt(&master).expect("the pseudo-terminal is ours");
        tcsetwinsize(&master, size(width, height)).expect("a terminal has a size");
        let name = ptsname(&master, Vec::new()).expect("the pseudo-terminal has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave: OwnedFd = rustix::fs::open(&*name, flags, Mode::empty()).expect("its other side opens");

        // What is emulated here, unless a test wants it called something else.
        let term = program.get_envs().find_map(|(name, value)| value.filter(|_| name == "TERM"));
        // `setsid` makes the terminal the program's own; doing so here would need unsafe code.
        let other = || slave.try_clone().expect("another handle");
        let child = wrapped("setsid", &["--ctty".to_owned(), "--".to_owned()], program)
            .env("TERM", term.unwrap_or("xterm-256color".as_ref()))
            .env_remove("TMUX")
            .stdin(Stdio::from(other()))
            .stdout(Stdio::from(other()))
            .stderr(Stdio::from(other()))
            .spawn()
            .expect("setsid (util-linux) runs");
        drop(slave);

        let parser = vt100::Parser::new_with_callbacks(height, width, SCROLLBACK, Told::default());
        let terminal = Arc::new(Mutex::new(Terminal { parser, bytes: Vec::new(), pieces: Vec::new() }));
        let line = Arc::new(Line::default());
        if pausing {
            rustix::fs::fcntl_setfl(&master, OFlags::NONBLOCK).expect("a terminal need not wait");
        }
        let master = File::from(master);
        let reader = {
            let (terminal, line) = (Arc::clone(&terminal), Arc::clone(&line));
            let master = master.try_clone().expect("another handle");
            std::thread::spawn(move || read(&master, &terminal, &line))
        };
        Self { child, master: Some(master), terminal, line, reader: Some(reader) }
    }

    /// Sends bytes as the keyboard would: `"\r"` is Enter, `"\x1b"` Escape, `"\x03"` Ctrl-C.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> &Self {
        write(self.master(), bytes.as_ref()).expect("the program's terminal is open");
        self
    }

    /// Stops reading what the program writes, as a line does that hangs, or goes on.
    pub fn stall(&self, stalled: bool) -> &Self {
        self.line.stalled.store(stalled, Ordering::SeqCst);
        self
    }

    /// Takes the terminal away, as a lost connection does.
    pub fn hang_up(&mut self) {
        self.line.cut.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.master = None;
    }

    /// What has scrolled off the screen and what is on it, as a mouse would select it.
    pub fn scrollback(&self) -> String {
        let mut terminal = self.terminal();
        let screen = terminal.parser.screen_mut();
        let rows = screen.size().0;
        screen.set_scrollback(SCROLLBACK);
        let mut text = String::new();
        // A page at a time, from the oldest row to the present screen.
        loop {
            let above = screen.scrollback();
            if above == 0 {
                text += &screen.contents();
                return text;
            }
            let page = above.min(usize::from(rows));
            let width = screen.size().1;
            for row in 0..u16::try_from(page).expect("a page") {
                text.push_str(screen.rows(0, width).nth(usize::from(row)).expect("a row").as_str());
                if !screen.row_wrapped(row) {
                    text.push('\n');
                }
            }
            screen.set_scrollback(above - page);
        }
    }

    /// Waits until the program has used no time of the processor for a while: all that was sent is dealt with.
    #[track_caller]
    pub fn wait_until_at_rest(&self) -> &Self {
        const REST: Duration = Duration::from_millis(300);
        let used = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("the program runs");
            // `pid (name) state …`: user and system time are the 14th and 15th.
            let fields: Vec<String> =
                stat.rsplit(')').next().map(|f| f.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
            fields[11..13].concat()
        };
        let mut last = (used(), Instant::now());
        let rested = || {
            let now = used();
            if now != last.0 {
                last = (now, Instant::now());
            }
            (last.1.elapsed() >= REST).then_some(())
        };
        wait("the program rests", rested, || self.dump());
        self
    }

    /// The program's memory in use, in KiB, as the system counts it.
    pub fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the program runs");
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Waits until the screen is as `seen` wants it and gives its text.
    #[track_caller]
    pub fn wait_until(&self, what: &str, seen: impl Fn(&vt100::Screen) -> bool) -> String {
        let look = || {
            // Asked first: then all that was written is on the screen.
            let over = self.reader.as_ref().is_none_or(JoinHandle::is_finished);
            let terminal = self.terminal();
            let screen = terminal.parser.screen();
            let found = seen(screen).then(|| screen.contents());
            (found.is_some() || over).then_some(found)
        };
        let found = wait(what, look, || self.dump());
        found.unwrap_or_else(|| panic!("the program has ended before {what}\n{}", self.dump()))
    }

    /// Waits until the program has ended and all it wrote is read.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let status = self.wait_for_exit();
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        status
    }

    /// Waits until the program has ended, also where nobody reads what it wrote.
    #[track_caller]
    pub fn wait_for_exit(&mut self) -> ExitStatus {
        let (child, terminal) = (&mut self.child, &self.terminal);
        let ended = || child.try_wait().expect("it is our child");
        wait("the program ends", ended, || dump(&locked(terminal)))
    }

    /// Looks at the screen: cells, colours, modes.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.terminal().parser.screen())
    }

    /// The text on the screen.
    pub fn screen(&self) -> String {
        self.look(vt100::Screen::contents)
    }

    /// All bytes written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.terminal().bytes.clone()
    }

    /// How many bytes were written so far.
    pub fn written(&self) -> usize {
        self.terminal().bytes.len()
    }

    /// When each piece of the output came, and how many bytes there were with it.
    pub fn pieces(&self) -> Vec<(Instant, usize)> {
        self.terminal().pieces.clone()
    }

    /// When the last piece came.
    pub fn last_piece(&self) -> Option<Instant> {
        self.terminal().pieces.last().map(|(at, _)| *at)
    }

    /// What was put on the clipboard by OSC 52, decoded, in order.
    pub fn clipboard(&self) -> Vec<String> {
        self.terminal().parser.callbacks().clipboard.clone()
    }

    /// Waits for the so-manieth copy, counted from one, and gives it.
    #[track_caller]
    pub fn wait_until_copied(&self, count: usize) -> String {
        wait("it is on the clipboard", || self.clipboard().get(count - 1).cloned(), || self.dump())
    }

    /// The window's title.
    pub fn title(&self) -> String {
        self.terminal().parser.callbacks().title.clone()
    }

    /// How often the bell rang.
    pub fn bells(&self) -> usize {
        self.terminal().parser.callbacks().bells
    }

    /// Whether keys are echoed and lines edited by the terminal, as a shell needs it, and not raw.
    pub fn is_cooked(&self) -> bool {
        let modes = tcgetattr(self.master()).expect("a terminal has modes").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Gives the terminal another size; the program gets SIGWINCH.
    pub fn resize(&self, (width, height): (u16, u16)) -> &Self {
        self.terminal().parser.screen_mut().set_size(height, width);
        tcsetwinsize(self.master(), size(width, height)).expect("a terminal has a size");
        self
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn master(&self) -> &File {
        self.master.as_ref().expect("the line is not cut")
    }

    fn dump(&self) -> String {
        dump(&self.terminal())
    }

    fn terminal(&self) -> MutexGuard<'_, Terminal> {
        locked(&self.terminal)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads until the last user of the other side has closed it, which Linux reports as an error.
fn read(mut master: &File, terminal: &Mutex<Terminal>, line: &Line) {
    let mut buffer = [0; 16 * 1024];
    while !line.cut.load(Ordering::SeqCst) {
        if line.stalled.load(Ordering::SeqCst) {
            std::thread::sleep(PAUSE);
            continue;
        }
        let count = match master.read(&mut buffer) {
            Ok(count @ 1..) => count,
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(PAUSE);
                continue;
            }
            Ok(0) | Err(_) => return,
        };
        let came = Instant::now();
        let answers = {
            let mut terminal = locked(terminal);
            terminal.bytes.extend_from_slice(&buffer[..count]);
            let total = terminal.bytes.len();
            terminal.pieces.push((came, total));
            terminal.parser.process(&buffer[..count]);
            std::mem::take(&mut terminal.parser.callbacks_mut().answers)
        };
        if write(master, &answers).is_err() {
            return;
        }
    }
}

/// Writes all, waiting while the other side takes nothing.
fn write(mut master: &File, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match master.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn dump(terminal: &Terminal) -> String {
    let screen = terminal.parser.screen();
    let (row, column) = screen.cursor_position();
    let tail = &terminal.bytes[terminal.bytes.len().saturating_sub(400)..];
    format!(
        "cursor {column},{row} hidden {}; alternate screen {}; {} bytes, the last: {:?}\n{}",
        screen.hide_cursor(),
        screen.alternate_screen(),
        terminal.bytes.len(),
        String::from_utf8_lossy(tail),
        framed(&screen.contents(), screen.size().1)
    )
}

fn locked(terminal: &Mutex<Terminal>) -> MutexGuard<'_, Terminal> {
    terminal.lock().unwrap_or_else(PoisonError::into_inner)
}

fn size(width: u16, height: u16) -> Winsize {
    Winsize { ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 }
}
