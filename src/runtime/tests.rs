//! The real loop on a scripted terminal and a scripted cloud: keys go in, frames come out.

use super::*;
use crate::app::fixtures::{self, book};
use crate::app::{Guard, Saved, Way};
use crate::domain::{
    Change, Connection, Depth, End, Mandatory, Part, Rebinding, Reply, Request, Secret, ThemeChoice, Ticket,
};
use crate::term::capabilities::Capabilities;
use crate::term::input::Input;
use crate::term::output::Sink;
use futures_util::stream::{self, LocalBoxStream, StreamExt as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc as std_mpsc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks for a terminal with sixteen colours, and no theme files.
pub fn wardrobe() -> Wardrobe {
    Wardrobe { themes: "/nowhere".into(), terminal: Capabilities { depth: Depth::Sixteen, ascii: false } }
}

/// What happened to the terminal, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Entered,
    Left,
    Stopped,
    Frame(Vec<u8>),
}

struct FakeTty {
    events: std_mpsc::Sender<Event>,
    keys: Arc<Mutex<Option<mpsc::UnboundedReceiver<Input>>>>,
}

struct Taken(std_mpsc::Sender<Event>);

impl AsyncWrite for Taken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let sent = self.0.send(Event::Frame(bytes.to_vec())).map_err(std::io::Error::other);
        Poll::Ready(sent.map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Tty for FakeTty {
    fn enter(&mut self) -> std::io::Result<()> {
        self.events.send(Event::Entered).map_err(std::io::Error::other)
    }

    fn leave(&mut self) {
        let _ = self.events.send(Event::Left);
    }

    fn can_stop(&self) -> bool {
        true
    }

    fn stop(&mut self) {
        let _ = self.events.send(Event::Stopped);
    }

    fn size(&self) -> (u16, u16) {
        (120, 36)
    }

    fn inputs(&mut self) -> std::io::Result<LocalBoxStream<'static, Input>> {
        let keys = self.keys.clone();
        Ok(stream::poll_fn(move |cx| match keys.lock().unwrap().as_mut() {
            Some(receiver) => receiver.poll_recv(cx),
            None => Poll::Ready(None),
        })
        .boxed_local())
    }

    fn sink(&mut self) -> std::io::Result<Sink> {
        Ok(Box::pin(Taken(self.events.clone())))
    }
}

/// Answers a test with everything it finds, and keeps the last ticket open until it is cancelled when told so.
struct FakeCloud {
    hold: bool,
    held: Mutex<Option<(Ticket, mpsc::Sender<Reply>)>>,
    started: AtomicUsize,
    clouds: Handle,
}

impl Cloud for FakeCloud {
    fn start(&self, ticket: Ticket, request: Request, to: mpsc::Sender<Reply>) {
        self.started.fetch_add(1, Ordering::SeqCst);
        let Request::Check { book, select, .. } = request else { return };
        if self.hold {
            *self.held.lock().unwrap() = Some((ticket, to.clone()));
        }
        let hold = self.hold;
        self.clouds.spawn(async move {
            for c in book.iter().filter(|c| select.contains(&c.id)) {
                let part = |p| Reply { ticket, body: Ok(p) };
                to.send(part(Part::Started(c.id))).await.unwrap();
                let check = Box::new(fixtures::allowed(Mandatory::AssumeRole));
                to.send(part(Part::Check { connection: c.id, check })).await.unwrap();
                if !hold {
                    to.send(part(Part::Connection(fixtures::found(c)))).await.unwrap();
                }
            }
            if !hold {
                to.send(Reply { ticket, body: Err(End::Done) }).await.unwrap();
            }
        });
    }

    fn cancel(&self, ticket: Ticket) {
        if let Some((held, to)) = self.held.lock().unwrap().take() {
            assert_eq!(held, ticket);
            self.clouds.spawn(async move { to.send(Reply { ticket, body: Err(End::Cancelled) }).await });
        }
    }

    fn forget(&self) {}
}

/// A vault that the passphrase `right` opens; `None`: open from the start.
struct FakeDoor {
    locked: bool,
    hold: bool,
    book: Arc<[Connection]>,
    settings: Option<Settings>,
}

impl Door for FakeDoor {
    fn settings(&self) -> Option<Settings> {
        self.settings.clone()
    }

    fn open(&mut self, passphrase: Option<Secret>, clouds: &Handle) -> Answer {
        let what = "the vault".to_owned();
        match passphrase {
            None if self.locked => return Answer::Ask { what, wrong: None },
            Some(p) if p.expose() != "right" => return Answer::Ask { what, wrong: Some("That was wrong.".into()) },
            _ => {}
        }
        let cloud =
            FakeCloud { hold: self.hold, held: Mutex::new(None), started: AtomicUsize::new(0), clouds: clouds.clone() };
        Answer::Open {
            book: self.book.clone(),
            endpoint: None,
            cloud: Arc::new(cloud),
            catalog: Arc::default(),
            warnings: Vec::new(),
        }
    }

    fn guard(&self) -> Guard {
        let way = if self.locked { Way::Passphrase("the vault".to_owned()) } else { Way::NoVault };
        Guard { idle: self.settings.as_ref().and_then(|s| s.idle_lock), way }
    }

    fn save(&mut self, changes: &[Change]) -> Result<Saved, String> {
        let mut all = self.book.to_vec();
        Change::apply(changes, &mut all).map_err(|e| e.to_string())?;
        self.book = all.into();
        Ok(Saved { book: self.book.clone(), endpoint: None, merged: false })
    }
}

/// One that takes its time to save, as a passphrase's key does, and tells what it saved.
struct SlowDoor {
    door: FakeDoor,
    told: std_mpsc::Sender<String>,
}

impl Door for SlowDoor {
    fn open(&mut self, passphrase: Option<Secret>, clouds: &Handle) -> Answer {
        self.door.open(passphrase, clouds)
    }

    fn save(&mut self, changes: &[Change]) -> Result<Saved, String> {
        std::thread::sleep(Duration::from_millis(200));
        let saved = self.door.save(changes)?;
        let _ = self.told.send(saved.book.last().map(|c| c.name.to_string()).unwrap_or_default());
        Ok(saved)
    }
}

/// The dashboard on a thread of its own, with its screen read by a terminal emulator.
struct Driver {
    keys: Option<mpsc::UnboundedSender<Input>>,
    events: std_mpsc::Receiver<Event>,
    seen: Vec<Event>,
    screen: vt100::Parser,
    thread: Option<std::thread::JoinHandle<Ended>>,
}

impl Driver {
    fn start(locked: bool, hold: bool) -> Self {
        Self::with(FakeDoor { locked, hold, book: book(), settings: None }, Vec::new())
    }

    fn with(door: impl Door + 'static, faults: Vec<String>) -> Self {
        let (events, seen) = std_mpsc::channel();
        let (keys, receiver) = mpsc::unbounded_channel();
        let thread = std::thread::spawn(move || {
            let tty = FakeTty { events, keys: Arc::new(Mutex::new(Some(receiver))) };
            let launch = Launch {
                door: Box::new(door),
                vault: "vault.age".into(),
                read_only: false,
                not_saved: false,
                demo: false,
                wardrobe: wardrobe(),
                settings: Settings::default(),
                faults,
            };
            let (look, _) = launch.wardrobe.look(&launch.settings).unwrap();
            let clouds = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let screen = Builder::new_current_thread().enable_all().build().unwrap();
            let ended = screen.block_on(ui::run(launch, look, tty, clouds.handle().clone())).unwrap();
            clouds.shutdown_background();
            ended.ended
        });
        Self {
            keys: Some(keys),
            events: seen,
            seen: Vec::new(),
            screen: vt100::Parser::new(36, 120, 0),
            thread: Some(thread),
        }
    }

    fn press(&self, keys: &str) {
        for key in keys.split(' ') {
            let key = crate::domain::Key::parse(key).unwrap();
            self.keys.as_ref().unwrap().send(Input::Key(key)).unwrap();
        }
    }

    fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads frames until a condition holds.
    fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        while !holds(&self.contents()) {
            match self.events.recv_timeout(PATIENCE) {
                Ok(event) => self.take(event),
                Err(e) => panic!("{e} while waiting for {what}; the screen:\n{}", self.contents()),
            }
        }
    }

    fn take(&mut self, event: Event) {
        if let Event::Frame(bytes) = &event {
            self.screen.process(bytes);
        }
        self.seen.push(event);
    }

    fn until_event(&mut self, wanted: &Event) {
        while !self.seen.contains(wanted) {
            let event = self.events.recv_timeout(PATIENCE).expect("the event comes");
            self.take(event);
        }
    }

    fn end(mut self) -> (Ended, Vec<Event>) {
        let ended = self.thread.take().unwrap().join().unwrap();
        while let Ok(event) = self.events.try_recv() {
            self.take(event);
        }
        (ended, self.seen)
    }
}

#[test]
fn from_passphrase_to_verdicts_and_out() {
    let mut d = Driver::start(true, false);
    d.until("the passphrase field", |s| s.contains("Passphrase of the vault:"));
    d.press("w r o n g enter");
    d.until("the refusal", |s| s.contains("That was wrong."));
    d.press("r i g h t enter");
    d.until("the panes", |s| s.contains("3 Checks") && s.contains("Nothing was tested yet"));
    d.press("T");
    d.until("the verdicts", |s| {
        s.contains("2 broken") && s.contains("1 exposed") && s.contains("6 connections tested")
    });
    assert!(!d.contents().contains("right") && !d.contents().contains("wrong"));
    d.press("q");
    let (ended, events) = d.end();
    assert_eq!(ended, Ended::Left);
    assert_eq!(events.first(), Some(&Event::Entered));
    assert_eq!(events.last(), Some(&Event::Left), "the terminal is given back last");
    let all = events.iter().filter_map(|e| if let Event::Frame(f) = e { Some(f.as_slice()) } else { None });
    let text = String::from_utf8_lossy(&all.collect::<Vec<_>>().concat()).into_owned();
    assert!(!text.contains("\x1b[6n") && !text.contains("\x1b[2J\x1b[2J"), "the terminal is never asked");
}

#[test]
fn esc_stops_a_running_test_and_the_loop_stays_awake_for_keys() {
    let mut d = Driver::start(false, true);
    d.until("the panes", |s| s.contains("3 Checks"));
    d.press("t");
    d.until("the first verdict", |s| s.contains("testing 1/5"));
    d.press("j");
    d.until("the cursor on the next row", |s| s.contains("▌prod-us"));
    d.press("esc");
    d.until("the end", |s| s.contains("stopped; what had arrived stands") && s.contains("partly tested"));
    d.press("^c");
    d.until("the warning", |s| s.contains("^c once more quits"));
    d.press("^c");
    assert_eq!(d.end().0, Ended::Left);
}

#[test]
fn what_the_vault_sets_holds_once_it_is_open_and_what_is_wrong_is_told() {
    let key = |keys: &str, action: &str| Rebinding {
        file: "the vault's [config]".into(),
        line: None,
        context: None,
        keys: keys.into(),
        action: action.into(),
    };
    let theme = ThemeChoice { name: "mono".into(), place: "the vault's [config], theme".into() };
    let settings = Settings {
        theme: Some(theme),
        keys: vec![key("z z", "test-all"), key("ctrl-i", "test")],
        ..Settings::default()
    };
    let door = FakeDoor { locked: true, hold: false, book: book(), settings: Some(settings) };
    let mut d = Driver::with(door, vec!["config.toml, line 3, colour: is not a known field".into()]);
    d.until("the fault of config.toml", |s| s.contains("Passphrase of the vault:") && s.contains("line 3, colour"));
    let coloured = |d: &Driver| {
        let screen = d.screen.screen();
        (0..36).any(|y| (0..120).any(|x| screen.cell(y, x).is_some_and(|c| c.fgcolor() != vt100::Color::Default)))
    };
    assert!(coloured(&d), "before it is open the default theme holds");
    d.press("r i g h t enter");
    d.until("both faults", |s| {
        s.contains("3 Checks") && s.contains("2 of your settings could not be used; ! lists them")
    });
    assert!(!coloured(&d), "the vault's theme has no colours");
    d.press("!");
    d.until("their sentences", |s| s.contains("did you mean tab. It") && s.contains("line 3, colour"));
    d.press("esc z z");
    d.until("the verdicts", |s| s.contains("6 connections tested"));
    d.press(": t h e m e space d a r enter");
    d.until("the other theme", |s| s.contains("the theme is dark for this run"));
    assert!(coloured(&d));
    d.press("q");
    assert_eq!(d.end().0, Ended::Left);
}

/// A vault that locks itself after so many milliseconds.
fn resting(ms: u64) -> FakeDoor {
    let settings = Settings { idle_lock: Some(Duration::from_millis(ms)), ..Settings::default() };
    FakeDoor { locked: true, hold: true, book: book(), settings: Some(settings) }
}

#[test]
fn rest_locks_stops_what_runs_and_leads_back() {
    let mut d = Driver::with(resting(2000), Vec::new());
    d.until("the passphrase field", |s| s.contains("Passphrase of the vault:"));
    d.press("r i g h t enter");
    d.until("the panes", |s| s.contains("3 Checks"));
    d.press("j T");
    d.until("a verdict", |s| s.contains("testing 1/5"));
    d.until("the lock", |s| s.contains("LOCKED") && s.contains("Nothing was typed"));
    assert!(!d.contents().contains("prod-us") && !d.contents().contains("testing"), "{}", d.contents());
    d.press("r i g h t enter");
    d.until("the same place", |s| s.contains("▌prod-us") && !s.contains("testing 1/5"));
    d.until("the lock again", |s| s.contains("LOCKED"));
    d.press("^c ^c");
    let (ended, events) = d.end();
    assert_eq!(ended, Ended::Left);
    let frames: Vec<&Event> = events.iter().filter(|e| matches!(e, Event::Frame(_))).collect();
    assert!(frames.len() < 60, "{} frames: rest costs one", frames.len());
}

#[test]
fn a_text_on_the_shells_screen_does_not_keep_the_lock_away() {
    let mut d = Driver::with(FakeDoor { locked: false, hold: false, ..resting(2000) }, Vec::new());
    d.until("the panes", |s| s.contains("3 Checks"));
    d.press("T");
    d.until("the verdicts", |s| s.contains("2 broken"));
    d.press("j j p v");
    d.until("the plain text", |s| s.contains("any key: back to cloudivize"));
    d.until("the lock", |s| s.contains("LOCKED"));
    d.press("enter");
    d.until("the panes again", |s| s.contains("3 Checks"));
    d.press("q");
    d.end();
}

#[test]
fn suspending_lends_the_terminal_and_paints_anew() {
    let mut d = Driver::start(false, false);
    d.until("the panes", |s| s.contains("3 Checks"));
    d.press("^z");
    d.until_event(&Event::Stopped);
    let before = d.seen.len();
    d.screen = vt100::Parser::new(36, 120, 0);
    d.until("the whole screen again", |s| s.contains("3 Checks") && s.contains("prod-eu"));
    let order: Vec<&Event> = d.seen.iter().filter(|e| !matches!(e, Event::Frame(_))).collect();
    assert_eq!(order, [&Event::Entered, &Event::Left, &Event::Stopped, &Event::Entered]);
    assert!(d.seen.len() > before);
    d.press("q");
    assert_eq!(d.end().0, Ended::Left);
}

#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    let mut d = Driver::start(false, false);
    d.until("the panes", |s| s.contains("3 Checks"));
    d.keys = None;
    let (ended, events) = d.end();
    assert_eq!((ended, events.last()), (Ended::Hangup, Some(&Event::Left)));
}

#[test]
fn a_lost_line_waits_until_a_draft_is_saved() {
    let door = FakeDoor { locked: false, hold: false, book: book(), settings: None };
    let (told, saved) = std_mpsc::channel();
    let mut d = Driver::with(SlowDoor { door, told }, Vec::new());
    d.until("the panes", |s| s.contains("3 Checks"));
    d.press("n");
    d.until("an ExternalId", |s| s.contains("[new one]") && !s.contains("is being made"));
    d.press("1 1 1 1 2 2 2 2 9 9 9 9");
    d.until("the role", |s| s.contains("arn:aws:iam::111122229999:role/CloudivizeRole"));
    d.keys = None;
    assert_eq!(d.end().0, Ended::Hangup);
    assert_eq!(saved.try_recv().as_deref(), Ok("111122229999"), "it was written before the end");
}

#[test]
fn esc_and_the_next_key_may_come_in_one_piece() {
    let mut d = Driver::start(false, false);
    d.until("the panes", |s| s.contains("Nothing was tested yet"));
    d.press("enter");
    d.until("the detail", |s| s.contains("Esc back"));
    d.press("alt-q");
    assert_eq!(d.end().0, Ended::Left);
}

#[test]
fn a_resize_is_followed() {
    let mut d = Driver::start(false, false);
    d.until("the panes", |s| s.contains("3 Checks"));
    d.screen.screen_mut().set_size(24, 80);
    d.keys.as_ref().unwrap().send(Input::Resized(80, 24)).unwrap();
    d.until("the folded form", |s| s.contains("▸ 1 Accounts"));
    d.press("q");
    d.end();
}

#[test]
fn a_key_that_means_nothing_draws_nothing() {
    let mut d = Driver::start(false, false);
    d.until("the panes", |s| s.contains("Nothing was tested yet"));
    let before = d.seen.iter().filter(|e| matches!(e, Event::Frame(_))).count();
    d.press("z Z k k q");
    let (_, events) = d.end();
    let after = events.iter().filter(|e| matches!(e, Event::Frame(_))).count();
    assert_eq!(before, after, "neither unbound keys nor moves beyond the first row cost a byte");
}

#[test]
fn exit_codes_count_as_shells_do() {
    assert_eq!(
        [Ended::Left, Ended::Hangup, Ended::Interrupted, Ended::Aborted, Ended::Terminated].map(Ended::code),
        [0, 129, 130, 131, 143]
    );
}
