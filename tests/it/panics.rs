//! A fault of the program itself: on a real terminal, with the real loop, and a vault and a cloud that panic.

use std::process::Command;
use std::sync::Arc;

use cloudivize::domain::{
    Change, Connection, ConnectionId, ConnectionName, Method, Reply, Request, RoleArn, Secret, Source, Ticket,
};
use cloudivize::runtime::{Answer, Cloud, Door, Ended, Launch};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

use crate::screen::Pty;

const SIZE: (u16, u16) = (100, 30);
/// Says where the program below is to panic; without it that is no program.
const WHERE: &str = "CLOUDIVIZE_TEST_PANIC";

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// Opens one connection, and panics when told so.
struct Faulty {
    place: String,
}

impl Door for Faulty {
    fn open(&mut self, _: Option<Secret>, clouds: &Handle) -> Answer {
        assert_ne!(self.place, "vault", "a fault while the vault is opened");
        let arn = RoleArn::parse("arn:aws:iam::111122223333:role/CloudivizeRole").expect("an ARN");
        let method = Method::Role { arn, external_id: None, external_id_next: None };
        let name = ConnectionName::parse("prod").expect("a name");
        let id = ConnectionId::parse("8a1b0000-0000-4000-8000-000000000000").expect("an id");
        let book: Arc<[Connection]> = Arc::new([Connection::new(id, name, method, Source::Env)]);
        let cloud = Arc::new(Cloudy { place: self.place.clone(), clouds: clouds.clone() });
        Answer::Open { book, endpoint: None, cloud, catalog: Default::default(), warnings: Vec::new() }
    }

    fn save(&mut self, _: &[Change]) -> Result<cloudivize::app::Saved, String> {
        Err("nothing is saved".to_owned())
    }
}

struct Cloudy {
    place: String,
    clouds: Handle,
}

impl Cloud for Cloudy {
    fn start(&self, _: Ticket, _: Request, _: Sender<Reply>) {
        assert_ne!(self.place, "screen", "a fault on the thread that draws");
        self.clouds.spawn(async { panic!("a fault in a worker") });
    }

    fn cancel(&self, _: Ticket) {}

    fn forget(&self) {}
}

/// Not a test by itself: the program of the tests below, which start it on a terminal.
#[test]
fn the_program() {
    let Ok(place) = std::env::var(WHERE) else { return };
    let terminal = cloudivize::term::capabilities::Capabilities::read(|name| std::env::var_os(name));
    let launch = Launch {
        door: Box::new(Faulty { place }),
        vault: "vault.age".to_owned(),
        demo: false,
        read_only: false,
        not_saved: false,
        wardrobe: cloudivize::runtime::Wardrobe { themes: "/nowhere".into(), terminal },
        settings: cloudivize::domain::Settings::default(),
        faults: Vec::new(),
    };
    assert_eq!(cloudivize::runtime::run(launch).expect("a terminal").ended, Ended::Left);
}

fn program(place: &str) -> Pty {
    let mut program = Command::new(std::env::current_exe().expect("this program"));
    program.args(["--exact", "panics::the_program", "--nocapture", "--test-threads=1"]);
    program.env(WHERE, place).env("LANG", "C.UTF-8").env("RUST_BACKTRACE", "0");
    Pty::start(SIZE, &program)
}

#[track_caller]
fn is_restored(pty: &Pty) {
    assert!(pty.is_cooked(), "raw mode is off");
    pty.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    });
}

#[test]
fn a_panic_where_frames_are_drawn_gives_the_terminal_back_before_it_speaks() {
    let mut pty = program("screen");
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("t");
    assert!(!pty.wait_for_end().success());
    is_restored(&pty);
    let text = pty.screen();
    assert!(text.contains("a fault on the thread that draws"), "{text}");
    assert!(!text.contains("3 Checks"), "nothing of the dashboard is left behind:\n{text}");
}

#[test]
fn a_panic_elsewhere_is_told_and_takes_nothing_away() {
    let mut pty = program("worker");
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("t");
    pty.wait_until("what happened", sees("an error inside this program at"));
    assert!(pty.look(vt100::Screen::alternate_screen) && !pty.screen().contains("a fault in a worker"));
    pty.send("?").wait_until("keys work", sees("╭─ Keys"));
    pty.send("qq");
    assert!(pty.wait_for_end().success());
    is_restored(&pty);
}

#[test]
fn a_panic_while_the_vault_is_opened_is_told() {
    let mut pty = program("vault");
    pty.wait_until("what happened", sees("an error inside this program"));
    pty.send("q");
    assert!(pty.wait_for_end().success());
    is_restored(&pty);
}
