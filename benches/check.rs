//! What a connection test costs when every call takes 50 ms: one connection, a hundred, and beside
//! them the same calls by the AWS CLI, one after another. `cargo bench --bench check` prints the figures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code
)]

#[path = "../tests/it/stub/mod.rs"]
mod stub;
#[path = "../tests/it/tools/mod.rs"]
#[allow(unused_imports)]
mod tools;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stub::Stub;
use tools::{AwsHome, Keys};

/// What every call takes.
const DELAY: Duration = Duration::from_millis(50);
/// How often each figure is taken; the median is shown.
const TIMES: usize = 7;

struct Machine {
    home: AwsHome,
    url: String,
    keys: Keys,
}

impl Machine {
    /// A vault of `connections` roles that opens by an identity file.
    fn new(url: &str, connections: usize) -> Self {
        let keys = Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret: "secret".to_owned(), token: None };
        let machine = Self { home: AwsHome::new(), url: url.to_owned(), keys };
        let identity = age::x25519::Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
        machine.home.write(".config/cloudivize/identity.txt", &format!("{secret}\n"));
        let path = machine.home.path().join(".config/cloudivize/identity.txt");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        machine.run(env!("CARGO_BIN_EXE_cloudivize"), &["init", "--recipient", &identity.to_public().to_string()], "");
        let toml: String = (0..connections)
            .map(|n| {
                let account = 100_000_000_000_u64 + n as u64;
                format!(
                    "[[connection]]\nname = \"c{n}\"\nprovider = \"aws\"\nmethod = \"role\"\nsource = \"env\"\n\
                     role_arn = \"arn:aws:iam::{account}:role/CloudivizeRole\"\nexternal_id = \"id-{n}\"\n\n"
                )
            })
            .collect();
        machine.run(env!("CARGO_BIN_EXE_cloudivize"), &["connection", "add", "-"], &toml);
        machine
    }

    /// Runs a program here and gives what it printed.
    fn run(&self, program: &str, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(program);
        self.keys.apply(self.home.apply(&mut command));
        command
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1");
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The whole program, `check` without a probe: process start, vault, calls, history, report.
    fn check(&self) -> (Duration, u64) {
        let start = Instant::now();
        let out = self.run(env!("CARGO_BIN_EXE_cloudivize"), &["check", "--no-probe", "--format", "json"], "");
        let whole = start.elapsed();
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        let slowest = json["connections"].as_array().unwrap().iter().map(|c| c["elapsed_ms"].as_u64().unwrap()).max();
        (whole, slowest.unwrap())
    }

    /// The same calls with the AWS CLI, one after another.
    fn by_hand(&self, connections: usize) -> usize {
        let aws = tools::aws_cli();
        let aws = aws.to_str().unwrap();
        self.run(aws, &["sts", "get-caller-identity"], "");
        for n in 0..connections {
            let arn = format!("arn:aws:iam::{}:role/CloudivizeRole", 100_000_000_000_u64 + n as u64);
            let id = format!("id-{n}");
            self.run(
                aws,
                &["sts", "assume-role", "--role-arn", &arn, "--external-id", &id, "--role-session-name", "by-hand"],
                "",
            );
            for call in [
                &["sts", "get-caller-identity"][..],
                &["cur", "describe-report-definitions"],
                &["ec2", "describe-account-attributes"],
                &["ec2", "describe-regions", "--all-regions"],
                &["iam", "get-account-summary"],
            ] {
                self.run(aws, call, "");
            }
        }
        1 + connections * 6
    }
}

fn median(mut figures: Vec<u128>) -> u128 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

fn show(what: &str, figure: u128, budget: u128) {
    let verdict = if figure <= budget { "within" } else { "OVER" };
    println!("{what:<58} {figure:>6} ms   {verdict} the budget of {budget} ms");
}

fn main() {
    let stub = Stub::start();
    let one = Machine::new(stub.url(), 1);
    let hundred = Machine::new(stub.url(), 100);
    let three = Machine::new(stub.url(), 3);
    stub.delay_all(DELAY);

    let runs: Vec<(Duration, u64)> = (0..TIMES).map(|_| one.check()).collect();
    show("1 connection, 50 ms a call, the test itself", median(runs.iter().map(|r| u128::from(r.1)).collect()), 195);
    show("1 connection, 50 ms a call, the whole program", median(runs.iter().map(|r| r.0.as_millis()).collect()), 195);
    let runs: Vec<(Duration, u64)> = (0..TIMES).map(|_| hundred.check()).collect();
    show("100 connections, 50 ms a call, concurrency 32", median(runs.iter().map(|r| r.0.as_millis()).collect()), 1500);
    println!("requests in flight at most: {}", stub.peak());

    let ours = median((0..TIMES).map(|_| three.check().0.as_millis()).collect());
    let start = Instant::now();
    let calls = three.by_hand(3);
    let theirs = start.elapsed().as_millis();
    println!("3 connections, {calls} calls: cloudivize {ours} ms, the AWS CLI one after another {theirs} ms");
    println!(
        "per call: cloudivize {:.1} ms, the AWS CLI {:.1} ms, factor {:.1}",
        ours as f64 / calls as f64,
        theirs as f64 / calls as f64,
        theirs as f64 / ours.max(1) as f64
    );
}
