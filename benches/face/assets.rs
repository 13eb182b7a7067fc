//! Assets on the screen: a thousand of one region from cold, and a hundred thousand of seventeen regions.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::instances::REGIONS;
use crate::record::{self, Step};
use crate::screen::Pty;
use crate::stub::{Reply, Stub, aws};
use crate::table::{Figures, Table, kib};
use crate::tools::{AwsHome, Keys, aws_cli};
use crate::{KEYS, SIZE, driver, instances, process};

/// Instances a region: pages of a thousand, and one of what is left.
const MANY: usize = 100_000 / REGIONS.len() + 1;
const PAGE: usize = 1000;
const STARTS: usize = 20;

/// The credentials at hand against a stub: no vault.
struct Bare {
    home: AwsHome,
    url: String,
}

impl Bare {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudivize"));
        let keys = Keys { id: "111122223333".to_owned(), secret: "secret".to_owned(), token: None };
        keys.apply(self.home.apply(&mut command));
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_REGION", "us-east-1").env("LANG", "C.UTF-8");
        command.env("SSH_TTY", "/dev/pts/0").arg("--env").args(arguments);
        command
    }

    fn opened(&self) -> Pty {
        let pty = Pty::start_timed(SIZE, &self.command(&[]));
        pty.wait_until("the panes", |screen| screen.contents().contains("? help"));
        driver::rest(&pty, Duration::from_millis(300));
        pty
    }
}

/// Lets a stub answer so many instances in each of some regions.
fn serve(stub: &Stub, regions: &'static [&'static str], each: usize) {
    let starts: Vec<usize> = (0..each).step_by(PAGE).collect();
    let pages: Vec<String> = starts
        .iter()
        .map(|from| {
            let next = from + PAGE;
            let token = (next < each).then(|| format!("page-{next}"));
            instances::page(*from, PAGE.min(each - from), token.as_deref())
        })
        .collect();
    stub.on("DescribeRegions", |_| aws::regions(regions));
    stub.on("DescribeInstances", move |request| {
        let from = request.form("NextToken").and_then(|t| t.strip_prefix("page-")?.parse().ok()).unwrap_or(0);
        Reply::new(200, "text/xml", pages[from / PAGE].clone())
    });
}

/// Measures and fills the table.
pub fn measure(table: &mut Table) {
    thousand(table);
    hundred_thousand(table);
}

fn thousand(table: &mut Table) {
    let stub = Stub::start();
    serve(&stub, &REGIONS[13..14], 1000);
    let bare = Bare { home: AwsHome::new(), url: stub.url().to_owned() };
    let (mut listed, mut printed) = (Figures::default(), Figures::default());
    for _ in 0..STARTS {
        let pty = bare.opened();
        pty.send(":ec2");
        driver::rest(&pty, Duration::from_millis(100));
        let pressed = Instant::now();
        pty.send("\r");
        let rows = |screen: &vt100::Screen| screen.contents().contains("pay-api-00000");
        pty.wait_until("the rows", rows);
        listed.add(record::first(&pty, rows).unwrap() - pressed);
        let began = Instant::now();
        let mut child = bare
            .command(&["assets", "ec2", "--format", "jsonl"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = [0; 1];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
        printed.add(began.elapsed());
        std::io::copy(child.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
        child.wait().unwrap();
    }
    let mut aws = Figures::default();
    for _ in 0..5 {
        let mut command = Command::new(aws_cli());
        let keys = Keys { id: "111122223333".to_owned(), secret: "secret".to_owned(), token: None };
        keys.apply(bare.home.apply(&mut command));
        command.env("AWS_ENDPOINT_URL", &bare.url).args(["ec2", "describe-instances", "--region", "us-east-1"]);
        let began = Instant::now();
        assert!(command.stdout(Stdio::null()).status().unwrap().success());
        aws.add(began.elapsed());
    }
    table.row("1,000 instances of a region, from Enter to rows, cold", listed.median_and_p95(), "150 ms");
    table.row("the same by `assets`, from start to the first row", printed.median_and_p95(), "150 ms");
    table.row("the same by the AWS CLI, from start to end", aws.median_and_p95(), "–");
}

fn hundred_thousand(table: &mut Table) {
    let stub = Stub::start();
    serve(&stub, &REGIONS, MANY);
    stub.delay_all(Duration::from_millis(20));
    let bare = Bare { home: AwsHome::new(), url: stub.url().to_owned() };
    let pty = bare.opened();
    let fresh = process::memory(pty.id());
    pty.send(":ec2");
    driver::rest(&pty, Duration::from_millis(100));
    let pressed = Instant::now();
    pty.send("\r");
    pty.wait_until("rows", |screen| screen.contents().contains("pay-api-0"));
    // Help opens and closes while rows arrive: what a key does is told from what they do.
    let mut loading = Figures::default();
    let help = |screen: &vt100::Screen| screen.contents().contains("Keys");
    for n in 0..200 {
        let open = n % 2 == 0;
        let key = Instant::now();
        pty.send(if open { "?" } else { "q" });
        while pty.look(help) != open && key.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_micros(200));
        }
        loading.add(key.elapsed());
        std::thread::sleep(Duration::from_millis(11));
    }
    let done = format!("{}", MANY * REGIONS.len());
    let thousands = format!("{},{}", &done[..3], &done[3..]);
    pty.wait_until("everything", |screen| {
        let text = screen.contents();
        text.contains(&format!(" {thousands} ")) && !text.contains('≥')
    });
    let loaded = pressed.elapsed();
    driver::rest(&pty, Duration::from_millis(800));
    let full = process::memory(pty.id());
    let answer = |_: usize, step: &Step| step.changed;
    let frames = |keys: &[Instant]| {
        let mut figures = Figures::default();
        record::frames(&record::steps(&pty), keys, answer).iter().flatten().for_each(|f| figures.add(f.after));
        figures
    };
    let moves = driver::press(&pty, &["j", "j", "j", "k"], KEYS / 2, driver::Pace::Answer);
    let pages = driver::press(&pty, &["\x04", "\x04", "\x15"], KEYS / 8, driver::Pace::Answer);
    table.row(
        format!("{thousands} instances of 17 regions, 20 ms a call: all there"),
        format!("{:.2} s", loaded.as_secs_f64()),
        "–",
    );
    table.row("key to frame while they arrive (help)", loading.median_and_p99(), "8 ms");
    table.row(format!("key to frame, {thousands} rows: cursor moves"), frames(&moves).median_and_p99(), "8 ms");
    table.row("the same: pages", frames(&pages).median_and_p99(), "8 ms");
    let (mut move_bytes, mut page_bytes) = (Figures::default(), Figures::default());
    pty.send("g");
    driver::rest(&pty, Duration::from_millis(500));
    for n in 0..30 {
        let before = pty.written();
        pty.send(if n % 10 == 9 { "\x04" } else { "j" });
        driver::rest(&pty, Duration::from_millis(60));
        let bytes = pty.written() - before;
        if n % 10 == 9 { &mut page_bytes } else { &mut move_bytes }.add_count(bytes);
        driver::rest(&pty, Duration::from_millis(400));
    }
    table.row("bytes of a cursor move", move_bytes.bytes(), "300");
    table.row("bytes of a page", page_bytes.bytes(), "3,000");
    // Each key of a filter: from the key to rows that fit it.
    pty.send("/");
    driver::rest(&pty, Duration::from_millis(300));
    let mut filter = Figures::default();
    for round in 0..6 {
        for (typed, fits) in [("pay-api-0", "-0"), ("4", "-04"), ("2", "-042"), ("1", "-0421")] {
            let fitting = |screen: &vt100::Screen| {
                let rows = screen.contents();
                let names: Vec<&str> = rows.lines().filter_map(|l| l.find("pay-api-").map(|at| &l[at..])).collect();
                !names.is_empty() && names.iter().all(|n| n.contains(fits))
            };
            let key = Instant::now();
            pty.send(typed);
            // Looked at far more often than what is measured takes.
            while !pty.look(fitting) {
                assert!(key.elapsed() < Duration::from_secs(10), "no rows that fit {fits}");
                std::thread::sleep(Duration::from_micros(200));
            }
            if typed.len() == 1 {
                filter.add(key.elapsed());
            }
        }
        let _ = round;
        pty.send("\x7f".repeat(12));
        driver::rest(&pty, Duration::from_millis(400));
    }
    table.row("a key of the filter to the rows that fit", filter.median_and_p95(), "10 ms");
    table.row("memory after start", kib(fresh), "30 MB");
    table.row(format!("memory with {thousands} instances of five tags"), kib(full), "120 MB");
}
