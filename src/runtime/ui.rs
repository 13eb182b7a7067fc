//! The loop: signals, then keys, then answers; drain, then draw once. It sleeps until one of them
//! comes: there are no ticks.

use super::door::DoorThread;
use super::effects::{Hands, Local, Then, opening};
use super::idle::Idle;
use super::tty::Tty;
use super::{Ended, Launch, Run, RuntimeError, process};
use crate::app::{Effect, Flags, Msg, Notice, Signal, Size, State, start, update};
use crate::domain::{Change, Key, KeyCode, Reply, Timestamp};
use crate::term::input::Input;
use crate::term::life::{self, Side};
use crate::term::output::{Screen, Writer};
use crate::term::sequences::PASTE_LIMIT;
use crate::text;
use crate::view::{Look, draw};
use futures_util::stream::{LocalBoxStream, StreamExt as _};
use ratatui::Terminal;
use ratatui::layout::Rect;
use std::io;
use std::path::PathBuf;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::mpsc::{self, Receiver, UnboundedReceiver};
use tokio::time::Instant;

/// Answers that may wait for the loop; the engine waits when there are more.
const CHANNEL: usize = 1024;
/// Frames that answers alone cause are this far apart. Keys draw at once.
const PACE: Duration = Duration::from_millis(40);
/// How long suspending and leaving wait for a frame that is on its way.
const LAST_FRAME: Duration = Duration::from_millis(500);
/// How long an end that nobody here asked for waits for what is being saved: a passphrase's key takes seconds,
/// and somebody else's save may come first.
const LAST_SAVE: Duration = Duration::from_secs(15);

/// Everything the loop holds.
struct Ui<T> {
    state: State,
    look: Look,
    tty: T,
    terminal: Terminal<Screen>,
    writer: Writer,
    hands: Hands,
    local: UnboundedReceiver<Local>,
    /// When to wake `update`.
    wake: Option<Timestamp>,
    /// A person waits for the next frame.
    urgent: bool,
    /// When the last frame was made.
    drawn: Option<Instant>,
    /// When a frame that was put off is due.
    due: Option<Instant>,
    /// The shell's own wake-up after we stopped ourselves says nothing new.
    expect_continue: bool,
    /// The shell's screen shows a text, until a key.
    lent: bool,
    /// What was written in this run.
    files: Vec<PathBuf>,
    idle: Idle,
    ended: Option<Ended>,
}

/// Runs the dashboard on a terminal until it ends.
pub async fn run<T: Tty>(launch: Launch, look: Look, mut tty: T, clouds: Handle) -> Result<Run, RuntimeError> {
    let mut signals = Signals::listen()?;
    let (told, local) = mpsc::unbounded_channel();
    let (replies, mut answers) = mpsc::channel(CHANNEL);
    let panics = told.clone();
    life::restore_on_panic(move |words| {
        let _ = panics.send(Local::Msg(Msg::Told(Notice::bad(words))));
    });
    tty.enter()?;
    let (width, height) = tty.size();
    let writer = Writer::new(tty.sink()?);
    let door = DoorThread::start(launch.door, clouds.clone(), told.clone())?;
    let hands =
        Hands { clouds, wardrobe: launch.wardrobe, door, attempt: 0, asking: None, cloud: None, replies, local: told };
    let flags =
        Flags { demo: launch.demo, read_only: launch.read_only, not_saved: launch.not_saved, ..Flags::default() };
    let mut ui = Ui {
        state: State::new(Size { width, height }, launch.vault, flags),
        look,
        terminal: Terminal::new(Screen::new(width, height))?,
        writer,
        hands,
        local,
        wake: None,
        urgent: true,
        drawn: None,
        due: None,
        expect_continue: false,
        lent: false,
        files: Vec::new(),
        idle: Idle::new(),
        ended: None,
        tty,
    };
    if !launch.faults.is_empty() {
        ui.message(Msg::Faults(launch.faults));
    }
    ui.state.themes = ui.hands.wardrobe.names();
    let mut input = ui.tty.inputs()?;
    for effect in start() {
        ui.hands.run(effect);
    }
    let result = ui.turn(&mut signals, &mut input, &mut answers).await;
    drop(input);
    ui.last_frame().await;
    ui.tty.leave();
    let mut notes = Vec::new();
    if !matches!(result, Ok(Ended::Left)) {
        ui.last_save(&mut notes).await;
    }
    if let Some(cloud) = &ui.hands.cloud {
        cloud.forget();
    }
    let (bytes, frames) = ui.writer.written();
    tracing::debug!(bytes, frames, "the screen");
    result.map(|ended| Run { ended, files: ui.files, notes })
}

impl<T: Tty> Ui<T> {
    async fn turn(
        &mut self,
        signals: &mut Signals,
        input: &mut LocalBoxStream<'static, Input>,
        answers: &mut Receiver<Reply>,
    ) -> Result<Ended, RuntimeError> {
        loop {
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            self.idle.set(self.state.idle_limit());
            if self.idle.is_over() {
                self.message(Msg::Idle);
                self.idle.set(self.state.idle_limit());
                // Covered, also where the shell's screen shows a text.
                if self.lent { self.come_back()? } else { self.repaint()? }
            }
            self.draw_if_due()?;
            let alarm = self.alarm();
            let mut then;
            tokio::select! {
                biased;
                caught = signals.next() => then = self.signal(caught)?,
                written = self.writer.drain(), if self.writer.busy() => then = self.written(&written),
                event = input.next() => then = self.input(event),
                Some(local) = self.local.recv() => then = self.local(local),
                Some(reply) = answers.recv() => then = self.reply(reply),
                () = sleep_until(alarm), if alarm.is_some() => then = self.alarmed(),
                () = self.idle.over() => then = Then::Nothing,
            }
            // What has come meanwhile belongs into the same frame. Keys first, as above; both are bounded.
            for _ in 0..CHANNEL {
                if then != Then::Nothing {
                    break;
                }
                match waiting(input).await {
                    Some(event) => then = self.input(event),
                    None => break,
                }
            }
            for _ in 0..CHANNEL {
                if then != Then::Nothing {
                    break;
                }
                match answers.try_recv() {
                    Ok(reply) => then = self.reply(reply),
                    Err(_) => break,
                }
            }
            match then {
                Then::Nothing => {}
                Then::Quit => self.ended = Some(self.ended.unwrap_or(Ended::Left)),
                Then::Repaint => self.repaint()?,
                Then::Suspend => self.suspend(input).await?,
                Then::Print(text) => self.print(&text),
                Then::Return => self.come_back()?,
            }
        }
    }

    /// Takes an answer. Behind the last of a listing its leavings are tidied up.
    fn reply(&mut self, reply: Reply) -> Then {
        let ends = reply.body.is_err() && self.state.is_listing(reply.ticket);
        let then = self.message(Msg::Reply(reply));
        if ends {
            self.hands.clouds.spawn_blocking(process::tidy);
        }
        then
    }

    /// Hands a message to `update` and runs what it asks for.
    fn message(&mut self, msg: Msg) -> Then {
        let mut then = Then::Nothing;
        for effect in update(&mut self.state, Timestamp::now(), msg) {
            match effect {
                Effect::WakeAt(at) => self.wake = Some(self.wake.map_or(at, |earlier| earlier.min(at))),
                Effect::Help => drop(self.message(Msg::Help(self.look.keymap.help(&self.state)))),
                _ => {}
            }
            match self.hands.run(effect) {
                Then::Nothing => {}
                more => then = more,
            }
        }
        then
    }

    fn signal(&mut self, caught: Caught) -> io::Result<Then> {
        self.urgent = true;
        let signal = match caught {
            Caught::End(ended) => {
                self.ended = Some(ended);
                Signal::Terminate
            }
            Caught::Continue if std::mem::take(&mut self.expect_continue) => return Ok(Then::Nothing),
            Caught::Continue => {
                // Somebody stopped us from outside: the shell has set the terminal to its own liking.
                self.writer.abandon();
                self.tty.leave();
                self.tty.enter()?;
                self.lent = false;
                Signal::Continue
            }
            Caught::Stop => Signal::Stop,
        };
        Ok(self.message(Msg::Signal(signal)))
    }

    /// What was on its way is out; or the terminal is gone.
    fn written(&mut self, result: &io::Result<()>) -> Then {
        if result.is_ok() { Then::Nothing } else { self.hung_up() }
    }

    /// The terminal is gone, which the loop found out by itself.
    fn hung_up(&mut self) -> Then {
        self.ended = Some(Ended::Hangup);
        self.message(Msg::Signal(Signal::Hangup));
        Then::Quit
    }

    fn input(&mut self, event: Option<Input>) -> Then {
        // A window that is dragged to its size tells many: frames keep their pace.
        self.urgent |= !matches!(event, Some(Input::Resized(..)));
        if matches!(event, Some(Input::Key(_) | Input::Paste(_) | Input::PasteTooLong(_))) {
            // What is typed on a screen that must be covered first is not meant for the lock.
            if self.idle.is_over() {
                return Then::Nothing;
            }
            self.idle.touch();
        }
        match event {
            Some(Input::Key(_)) if self.lent => Then::Return,
            Some(Input::Paste(_) | Input::PasteTooLong(_)) if self.lent => Then::Nothing,
            Some(Input::Key(key)) => self.key(key),
            Some(Input::Paste(text)) => self.message(Msg::Paste(text)),
            Some(Input::PasteTooLong(bytes)) => {
                let words = format!(
                    "{} KiB were pasted, more than any field takes ({} KiB); nothing was taken",
                    bytes.div_ceil(1024),
                    PASTE_LIMIT / 1024
                );
                self.message(Msg::Told(Notice::plain(words)))
            }
            Some(Input::Resized(width, height)) => {
                self.terminal.backend_mut().set_size(width, height);
                self.message(Msg::Resized(Size { width, height }))
            }
            Some(Input::Gone) | None => self.hung_up(),
        }
    }

    fn key(&mut self, key: Key) -> Then {
        match self.look.keymap.message(&self.state, key) {
            Some(msg) => self.message(msg),
            // A slow line brings Esc and the next key together, which is what Alt sends. In a text field people
            // press Alt for its own sake (M-b, M-d): there it does nothing.
            None if key.alt && self.state.prefix.is_empty() && !self.state.context().takes_text() => {
                match self.key(Key::plain(KeyCode::Esc)) {
                    Then::Nothing => self.key(Key { alt: false, ..key }),
                    more => more,
                }
            }
            None => Then::Nothing,
        }
    }

    fn local(&mut self, local: Local) -> Then {
        match local {
            Local::File(path, msg) => {
                self.urgent = true;
                self.files.push(path);
                self.message(msg)
            }
            Local::Msg(msg) => {
                self.urgent = true;
                self.message(msg)
            }
            Local::Theme(theme, faults) => {
                self.urgent = true;
                let name = theme.name.clone();
                match faults.into_iter().next() {
                    // What one sees stays: the default theme would only be one more surprise.
                    Some(why) => self.message(Msg::Told(Notice::bad(why))),
                    None => {
                        self.look.theme = theme;
                        let keep = format!("theme = \"{name}\" in config.toml keeps it");
                        self.message(Msg::Told(Notice::good(format!("the theme is {name} for this run; {keep}"))))
                    }
                }
            }
            Local::Copied(bytes, msg) => {
                self.urgent = true;
                self.terminal.backend_mut().append(&bytes);
                self.message(msg)
            }
            // Nobody waits for an attempt that was given up.
            Local::Door(attempt, ..) | Local::Asks(attempt, ..) | Local::Says(attempt, _)
                if attempt != self.hands.attempt =>
            {
                Then::Nothing
            }
            Local::Asks(_, question, to) => {
                self.urgent = true;
                self.hands.asking = Some(to);
                self.message(Msg::Asked(question))
            }
            Local::Says(_, text) => {
                self.urgent = true;
                self.message(Msg::Says(text))
            }
            Local::Door(_, answer, guard, look) => {
                self.urgent = true;
                if let Some((look, faults)) = look {
                    self.look = look;
                    self.message(Msg::Faults(faults));
                }
                let (opening, cloud, warnings) = opening(answer);
                if let Some((cloud, catalog)) = cloud {
                    self.hands.cloud = Some(cloud);
                    self.message(Msg::Catalog(catalog));
                }
                self.message(Msg::Guarded(guard));
                let then = self.message(Msg::Door(opening));
                for warning in warnings {
                    self.message(Msg::Told(Notice::bad(warning)));
                }
                then
            }
        }
    }

    /// When the loop has to go on by itself: for `update`, or for a frame that was put off.
    fn alarm(&self) -> Option<Instant> {
        let wake = self.wake.map(|at| {
            let left = u64::try_from(at.since(Timestamp::now())).unwrap_or(0);
            Instant::now() + Duration::from_millis(left)
        });
        [wake, self.due].into_iter().flatten().min()
    }

    fn alarmed(&mut self) -> Then {
        if self.wake.is_some_and(|at| at <= Timestamp::now()) {
            self.wake = None;
            self.urgent = true;
            return self.message(Msg::Wake);
        }
        Then::Nothing
    }

    /// Makes a frame if something changed, the last one is out, and it is time.
    fn draw_if_due(&mut self) -> io::Result<()> {
        self.due = None;
        // While a frame is being written, the end of that will come by.
        if !self.state.changed || self.writer.busy() || self.lent {
            return Ok(());
        }
        let now = Instant::now();
        self.urgent |= std::mem::take(&mut self.state.urgent);
        let next = self.drawn.map(|at| at + PACE).filter(|at| !self.urgent && *at > now);
        if next.is_some() {
            self.due = next;
            return Ok(());
        }
        self.state.changed = false;
        self.urgent = false;
        self.drawn = Some(now);
        let (state, look) = (&self.state, &self.look);
        self.terminal.draw(|frame| draw(state, look, frame))?;
        self.writer.send(self.terminal.backend_mut().take(), None);
        Ok(())
    }

    /// Paints everything anew, without `Terminal::clear`, which would ask the terminal and wait.
    fn repaint(&mut self) -> io::Result<()> {
        let Size { width, height } = self.state.size;
        self.terminal.backend_mut().forget();
        self.terminal.resize(Rect::new(0, 0, width, height))?;
        self.state.changed = true;
        self.urgent = true;
        Ok(())
    }

    /// Shows a text on the shell's screen, as long as its lines are: what is selected there is exactly the text,
    /// and it stays in the scrollback.
    fn print(&mut self, text: &str) {
        let words = "any key: back to cloudivize";
        let mut bytes = Side::Normal.sequence();
        for line in text::multiline(text).lines() {
            bytes += line;
            bytes += "\r\n";
        }
        bytes += "\r\n";
        bytes += words;
        self.lent = true;
        self.writer.send(bytes.into_bytes(), Some(Side::Normal));
    }

    /// Takes the screen back after [`Self::print`]; of what it wrote the text alone stays.
    fn come_back(&mut self) -> io::Result<()> {
        self.lent = false;
        let erased = format!("\r\x1b[K{}", Side::Alternate.sequence());
        self.writer.send(erased.into_bytes(), Some(Side::Alternate));
        self.repaint()
    }

    /// Lends the terminal to the shell until it continues us.
    async fn suspend(&mut self, input: &mut LocalBoxStream<'static, Input>) -> io::Result<()> {
        if !self.tty.can_stop() {
            let words = "not stopped: no shell stands above this program that could continue it; q quits";
            self.message(Msg::Told(Notice::plain(words)));
            return Ok(());
        }
        self.last_frame().await;
        // A stream that lives on would take the shell's keys.
        *input = futures_util::stream::pending().boxed_local();
        self.tty.leave();
        self.expect_continue = true;
        self.tty.stop();
        self.tty.enter()?;
        self.lent = false;
        *input = self.tty.inputs()?;
        let (width, height) = self.tty.size();
        self.terminal.backend_mut().set_size(width, height);
        self.message(Msg::Resized(Size { width, height }));
        self.repaint()
    }

    /// Has drafts saved that would be lost, and waits until nothing is being saved, not for ever.
    async fn last_save(&mut self, notes: &mut Vec<String>) {
        drop(self.message(Msg::Signal(Signal::Terminate)));
        let saved = async {
            while self.state.is_saving() {
                let Some(local) = self.local.recv().await else { return };
                if let Local::Msg(Msg::Saved { changes, result }) = &local {
                    let words = last_words(changes, result.as_ref().err());
                    notes.extend(words.map(|w| self.look.keymap.spell(self.state.context(), &w).into_owned()));
                }
                drop(self.local(local));
            }
        };
        if tokio::time::timeout(LAST_SAVE, saved).await.is_err() {
            notes.push(format!(
                "the vault was not written within {} seconds; look at what is in it",
                LAST_SAVE.as_secs()
            ));
        }
    }

    /// Waits for a frame that is on its way, not for ever: the line may be dead.
    async fn last_frame(&mut self) {
        let _ = tokio::time::timeout(LAST_FRAME, self.writer.drain()).await;
        self.writer.abandon();
    }
}

/// What became of a save that nobody could watch any more.
fn last_words(changes: &[Change], failed: Option<&String>) -> Option<String> {
    let name = changes.iter().find_map(|change| match change {
        Change::Add(c) | Change::Replace(c) => Some(c.name.clone()),
        _ => None,
    })?;
    Some(match failed {
        None => format!("{name} is saved as it stood in the form; test it with: cloudivize check {name}"),
        Some(why) => format!("{name} was not saved: {why}"),
    })
}

/// What the stream has ready, without waiting for more. It is asked with this task's own waker:
/// crossterm's stream keeps the first one it meets, so a borrowed one would be woken in vain.
async fn waiting(input: &mut LocalBoxStream<'static, Input>) -> Option<Option<Input>> {
    std::future::poll_fn(|cx| match input.poll_next_unpin(cx) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The signals that the loop answers to.
struct Signals {
    hangup: Stream,
    terminate: Stream,
    interrupt: Stream,
    quit: Stream,
    stop: Stream,
    resume: Stream,
    /// Caught, never waited for: a file beyond the limit of `ulimit -f` then fails as a full disk does.
    _too_large: Stream,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        let raw = |s: rustix::process::Signal| signal(SignalKind::from_raw(s.as_raw()));
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            // Ctrl-C is a key here; this one comes from outside.
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: raw(rustix::process::Signal::TSTP)?,
            resume: raw(rustix::process::Signal::CONT)?,
            _too_large: raw(rustix::process::Signal::XFSZ)?,
        })
    }

    async fn next(&mut self) -> Caught {
        tokio::select! {
            biased;
            _ = self.hangup.recv() => Caught::End(Ended::Hangup),
            _ = self.terminate.recv() => Caught::End(Ended::Terminated),
            _ = self.interrupt.recv() => Caught::End(Ended::Interrupted),
            _ = self.quit.recv() => Caught::End(Ended::Aborted),
            _ = self.stop.recv() => Caught::Stop,
            _ = self.resume.recv() => Caught::Continue,
        }
    }
}

/// What a signal asks for.
enum Caught {
    End(Ended),
    Stop,
    Continue,
}
