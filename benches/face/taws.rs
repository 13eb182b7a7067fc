//! taws by the same hand: a thousand instances of the emulator, one profile, one region.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::record;
use crate::screen::Pty;
use crate::table::{Figures, Table, kib};
use crate::tools::{AwsHome, Cloud, Keys};
use crate::{IDLE, KEYS, SIZE, STARTS, driver, process};

const INSTANCES: usize = 1000;
/// So many moves stay on the first page.
const FIRST: usize = 20;

/// Measures everything and fills the table.
pub fn measure(program: &OsStr, table: &mut Table) {
    let cloud = Cloud::new();
    let account = cloud.account();
    for n in 0..INSTANCES / 10 {
        let name = format!("web-{n:03}");
        cloud.query(
            "ec2",
            "2016-11-15",
            &account,
            &[
                ("Action", "RunInstances"),
                ("ImageId", "ami-0123456789abcdef0"),
                ("InstanceType", ["t3.micro", "m7g.large", "r7g.xlarge"][n % 3]),
                ("MinCount", "10"),
                ("MaxCount", "10"),
                ("TagSpecification.1.ResourceType", "instance"),
                ("TagSpecification.1.Tag.1.Key", "Name"),
                ("TagSpecification.1.Tag.1.Value", &name),
            ],
        );
    }
    let home = AwsHome::new();
    home.profile("default", &Keys::root(&account)).config("[default]\nregion = us-east-1\n");
    let open = || {
        let mut command = Command::new(program);
        home.apply(&mut command).args(["--profile", "default", "--region", "us-east-1", "--endpoint-url", cloud.url()]);
        command.env("LANG", "C.UTF-8").env("AWS_ENDPOINT_URL", cloud.url());
        Pty::start_timed(SIZE, &command)
    };

    ours(&home, cloud.url(), table);
    let (mut splash, mut rows) = (Figures::default(), Figures::default());
    for _ in 0..STARTS {
        let spawned = Instant::now();
        let pty = open();
        pty.wait_until("the rows", has_rows);
        splash.add(record::first(&pty, |screen| !screen.contents().trim().is_empty()).unwrap() - spawned);
        rows.add(record::first(&pty, has_rows).unwrap() - spawned);
    }
    table.row("taws: start to its splash screen", splash.median_and_p95(), "–");
    table.row(format!("taws: start to first rows of {INSTANCES} instances"), rows.median_and_p95(), "–");

    let pty = open();
    pty.wait_until("the rows", has_rows);
    std::thread::sleep(Duration::from_secs(2));
    table.row("taws: memory after start", kib(process::memory(pty.id())), "–");
    let pause = driver::Pace::Every(Duration::from_millis(130));
    let moves = driver::press(&pty, &["j", "j", "j", "k"], KEYS, pause);
    let pages = driver::press(&pty, &["\x1b[6~", "\x1b[6~", "\x1b[5~"], KEYS / 4, pause);
    let last = Instant::now();
    std::thread::sleep(Duration::from_millis(200));
    let steps = record::steps(&pty);
    let keys: Vec<Instant> = [&moves[..], &pages, &[last]].concat();
    let found = record::frames(&steps, &keys, |_, step| step.changed);
    // Its first page takes the first moves; then the list scrolls by a row a move.
    let (first, scrolled) = found[..moves.len()].split_at(FIRST);
    for (what, found) in [
        ("cursor moves on the first page", first),
        ("cursor moves where the list scrolls", scrolled),
        ("pages of 10 rows", &found[moves.len()..keys.len() - 1]),
    ] {
        let (mut times, mut bytes) = (Figures::default(), Figures::default());
        for frame in found.iter().flatten() {
            times.add(frame.after);
            bytes.add_count(frame.bytes);
        }
        table.row(format!("taws: key to frame, {what}"), times.median_and_p99(), "–");
        table.row(format!("taws: bytes of {what}"), bytes.bytes(), "–");
    }
    std::thread::sleep(Duration::from_secs(2));
    let before = (pty.written(), process::usage(pty.id()));
    std::thread::sleep(IDLE);
    let (bytes, usage) = (pty.written() - before.0, process::usage(pty.id()));
    let share = (usage.cpu - before.1.cpu).as_secs_f64() / IDLE.as_secs_f64() * 100.0;
    let seconds = IDLE.as_secs();
    table.row(format!("taws: bytes in {seconds} s of rest"), bytes.to_string(), "–");
    table.row(format!("taws: processor in {seconds} s of rest"), format!("{share:.2} %"), "–");
    table.row(format!("taws: wake-ups in {seconds} s of rest"), (usage.wakes - before.1.wakes).to_string(), "–");
    table.row("taws: memory at the end", kib(process::memory(pty.id())), "–");
}

fn has_rows(screen: &vt100::Screen) -> bool {
    screen.contents().contains("web-0")
}

/// Cloudivize on the same instances of the same emulator: the profile, its one region.
fn ours(home: &AwsHome, url: &str, table: &mut Table) {
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudivize"));
        home.apply(&mut command).env("LANG", "C.UTF-8").env("AWS_ENDPOINT_URL", url);
        command.args(["--profile", "default"]).args(arguments);
        command
    };
    let mut first = Figures::default();
    for _ in 0..STARTS {
        let began = Instant::now();
        let list = ["assets", "ec2", "--region", "us-east-1", "--format", "jsonl"];
        let mut child = command(&list).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        first.add(began.elapsed());
        std::io::copy(child.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
        child.wait().unwrap();
    }
    table.row("Cloudivize: start to first row by `assets`, the same emulator", first.median_and_p95(), "150 ms");
}
