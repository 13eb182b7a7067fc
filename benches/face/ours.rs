//! Cloudivize on a vault of many connections, answered by the stub.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::record::{self, Frame, Step};
use crate::screen::Pty;
use crate::stub::{Request, Stub, aws};
use crate::table::{Figures, Table, kib};
use crate::tools::{AwsHome, Keys};
use crate::{IDLE, KEYS, SIZE, STARTS, driver, process};

/// How many connections the vaults hold that are tried; keys and bytes are measured on the last one.
const FLEETS: [usize; 3] = [10, 200, 1000];
const MOST: usize = FLEETS[FLEETS.len() - 1];

/// A move that costs more has turned a page in one of the two lists.
const PAGE: usize = 500;

const NO_ALLOW: &str = " because no identity-based policy allows the action";
const SCP: &str = " with an explicit deny in a service control policy: \
                   arn:aws:organizations::999988887777:policy/o-exampleorgid/service_control_policy/p-examplepolicyid";

/// A home whose vault holds so many connections and opens by an identity file.
pub struct Fleet {
    home: AwsHome,
    url: String,
}

impl Fleet {
    /// Makes the vault with the program itself.
    pub fn new(stub: &Stub, connections: usize) -> Self {
        let fleet = Self { home: AwsHome::new(), url: stub.url().to_owned() };
        let identity = age::x25519::Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
        fleet.home.write(".config/cloudivize/identity.txt", &format!("{secret}\n"));
        let path = fleet.home.path().join(".config/cloudivize/identity.txt");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        fleet.run(&["init", "--recipient", &identity.to_public().to_string()], "");
        let groups = ["production", "staging", "customers"];
        let toml: String = (0..connections)
            .map(|n| {
                let (account, group) = (100_000_000_000_u64 + n as u64, groups[n * groups.len() / connections]);
                format!(
                    "[[connection]]\nname = \"account-{n:04}\"\nprovider = \"aws\"\nmethod = \"role\"\nsource = \"env\"\n\
                     role_arn = \"arn:aws:iam::{account}:role/CloudivizeRole\"\nexternal_id = \"id-{n}\"\n\
                     group = \"{group}\"\nprobe_external_id = false\n\n"
                )
            })
            .collect();
        fleet.run(&["connection", "add", "-"], &toml);
        fleet
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudivize"));
        let keys = Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret: "secret".to_owned(), token: None };
        keys.apply(self.home.apply(&mut command));
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_REGION", "us-east-1").env("LANG", "C.UTF-8");
        // As over SSH, where it matters.
        command.env("SSH_TTY", "/dev/pts/0").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str], input: &str) {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn open(&self) -> Pty {
        Pty::start_timed(SIZE, &self.command(&[]))
    }

    /// The dashboard with its rows on the screen.
    fn opened(&self) -> Pty {
        let pty = self.open();
        pty.wait_until("the rows", has_rows);
        driver::rest(&pty, Duration::from_millis(400));
        pty
    }
}

/// Lets a sixth of the accounts each lack something else, so that rows and pages differ as they do in life.
pub fn mix(stub: &Stub) {
    let refuse = |case: u64, reason: &'static str| {
        move |request: &Request| {
            (account(request) % 6 == case || account(request) % 6 == 5).then(|| aws::denied(request, reason))
        }
    };
    let denials =
        [("DescribeReportDefinitions", 1, NO_ALLOW), ("GetAccountSummary", 2, SCP), ("DescribeRegions", 3, NO_ALLOW)];
    for (operation, case, reason) in denials {
        let refuse = refuse(case, reason);
        stub.on_any(move |request| if request.operation() == operation { refuse(request) } else { None });
    }
    stub.on_any(|request| {
        let role = request.operation() == "AssumeRole" && account(request) % 6 == 4;
        role.then(|| aws::denied(request, ""))
    });
}

/// The account that a request is about.
fn account(request: &Request) -> u64 {
    let arn = request.form("RoleArn").unwrap_or_else(|| aws::principal(request));
    arn.split(':').nth(4).and_then(|account| account.parse().ok()).unwrap_or(0)
}

fn has_rows(screen: &vt100::Screen) -> bool {
    let text = screen.contents();
    text.contains("account-0") && text.contains("? help")
}

/// Measures what is wanted and fills the table.
pub fn measure(stub: &Stub, wanted: impl Fn(&str) -> bool, table: &mut Table) {
    mix(stub);
    let fleets = FLEETS.map(|size| (Fleet::new(stub, size), size));
    let largest = &fleets[FLEETS.len() - 1].0;
    if wanted("start") {
        fleets.iter().for_each(|(fleet, size)| start(fleet, *size, table));
    }
    if wanted("keys") {
        keys(stub, largest, table);
    }
    if wanted("bytes") {
        bytes_and_rest(largest, table);
    }
    if wanted("memory") {
        fleets.iter().for_each(|(fleet, size)| memory(stub, fleet, *size, table));
    }
}

fn start(fleet: &Fleet, size: usize, table: &mut Table) {
    let (mut waited, mut worked) = (Figures::default(), Figures::default());
    for _ in 0..STARTS {
        let spawned = Instant::now();
        let pty = fleet.open();
        pty.wait_until("the rows", has_rows);
        worked.add(process::usage(pty.id()).cpu);
        waited.add(record::first(&pty, has_rows).unwrap() - spawned);
    }
    table.row(format!("start to first frame with rows, {size} connections"), waited.median_and_p95(), "30 ms");
    table.row("… processor time of that", worked.median_and_p95(), "–");
}

/// Keys on a fleet at rest, and while the answers of a test of everything come in.
fn keys(stub: &Stub, fleet: &Fleet, table: &mut Table) {
    let pty = fleet.opened();
    let moves = driver::press(&pty, &["j", "j", "j", "k"], KEYS, driver::Pace::Answer);
    let pages = driver::press(&pty, &["\x04", "\x04", "\x15"], KEYS / 4, driver::Pace::Answer);
    let help = driver::press(&pty, &["?", "q"], KEYS / 4, driver::Pace::Answer);
    pty.send("/");
    driver::rest(&pty, Duration::from_millis(100));
    let filter = driver::press(&pty, &["0", "1", "\x7f", "7", "\x7f", "\x7f"], KEYS / 4, driver::Pace::Answer);
    pty.send("\x1b\x1b");
    driver::rest(&pty, Duration::from_millis(300));
    let steps = record::steps(&pty);
    let size = MOST;
    for (what, keys) in
        [("cursor moves", moves), ("pages", pages), ("opening and closing help", help), ("keys in the filter", filter)]
    {
        let found = record::frames(&steps, &keys, |_, step| step.changed);
        table.row(format!("key to frame, {size} connections: {what}"), latencies(&found).median_and_p99(), "8 ms");
    }

    stub.delay_all(Duration::from_millis(60));
    pty.send("g");
    driver::rest(&pty, Duration::from_millis(400));
    let (row, column) = pty.look(vt100::Screen::cursor_position);
    stub.forget();
    let began = Instant::now();
    pty.send("T");
    // Other frames come in between: a key is answered when the cursor stands where it was sent.
    let row = |n: usize| if n.is_multiple_of(2) { row + 1 } else { row };
    let keys = driver::press(&pty, &["j", "k"], KEYS, driver::Pace::Cursor(&|n| (row(n), column)));
    let a_second = stub.requests().len() as f64 / began.elapsed().as_secs_f64();
    let found = record::frames(&record::steps(&pty), &keys, |n, step: &Step| step.cursor == Some((row(n), column)));
    assert!(pty.screen().contains("testing"), "the test lasts longer than the keys");
    table.row(
        format!("key to frame, {size} connections, while {a_second:.0} answers a second come in"),
        latencies(&found).median_and_p99(),
        "8 ms",
    );
    stub.delay_all(Duration::ZERO);
}

fn latencies(frames: &[Option<Frame>]) -> Figures {
    let mut figures = Figures::default();
    frames.iter().flatten().for_each(|frame| figures.add(frame.after));
    figures
}

/// Bytes of moves and pages over tested connections, and what rest costs.
fn bytes_and_rest(fleet: &Fleet, table: &mut Table) {
    let pty = fleet.opened();
    test_all(&pty, MOST);
    pty.send("g");
    driver::rest(&pty, Duration::from_millis(500));
    let (mut moves, mut details, mut pages) = (Figures::default(), Figures::default(), Figures::default());
    for _ in 0..40 {
        let before = pty.written();
        pty.send("j");
        driver::rest(&pty, Duration::from_millis(60));
        let moved = pty.written();
        driver::rest(&pty, Duration::from_millis(400));
        // Where a list ends its page, the move is a page.
        if moved - before <= PAGE { &mut moves } else { &mut pages }.add_count(moved - before);
        details.add_count(pty.written() - moved);
    }
    for _ in 0..20 {
        let before = pty.written();
        pty.send("\x04");
        driver::rest(&pty, Duration::from_millis(60));
        pages.add_count(pty.written() - before);
        driver::rest(&pty, Duration::from_millis(400));
    }
    table.row("bytes of a cursor move", moves.bytes(), "300");
    table.row("bytes of Detail, which follows after 150 ms of rest", details.bytes(), "1,500");
    table.row("bytes of a page", pages.bytes(), "3,000");
    let before = (pty.written(), process::usage(pty.id()));
    std::thread::sleep(IDLE);
    let (bytes, usage) = (pty.written() - before.0, process::usage(pty.id()));
    let seconds = IDLE.as_secs();
    table.row(format!("bytes in {seconds} s of rest"), bytes.to_string(), "0");
    let share = (usage.cpu - before.1.cpu).as_secs_f64() / IDLE.as_secs_f64() * 100.0;
    table.row(format!("processor in {seconds} s of rest"), format!("{share:.3} %"), "0.2 %");
    table.row(
        format!("wake-ups in {seconds} s of rest, {} threads", usage.threads),
        (usage.wakes - before.1.wakes).to_string(),
        "0",
    );
}

/// Memory after start, and after a test of everything.
fn memory(stub: &Stub, fleet: &Fleet, size: usize, table: &mut Table) {
    stub.forget();
    let pty = fleet.opened();
    let fresh = process::memory(pty.id());
    table.row(format!("memory after start, {size} connections"), kib(fresh), "30 MB");
    test_all(&pty, size);
    table.row(format!("memory after a test of all {size}"), kib(process::memory(pty.id())), "–");
}

fn test_all(pty: &Pty, size: usize) {
    pty.send("T");
    let end = format!("{size} connections tested");
    pty.wait_until("everything is tested", |screen| screen.contents().contains(&end));
    driver::rest(pty, Duration::from_millis(400));
}
