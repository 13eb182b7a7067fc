//! The built program in a home of its own, with a vault that opens by an age identity at once.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::tools::{AwsHome, Keys};

/// One user's machine: home, vault, settings, AWS profiles.
pub struct Machine {
    /// Home folder and AWS profiles.
    pub home: AwsHome,
    endpoint: String,
    keys: Option<Keys>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Machine {
    /// A machine whose AWS calls all go to `endpoint`, with a vault that is made already.
    pub fn new(endpoint: &str) -> Self {
        let machine = Self::bare(endpoint);
        let identity = age::x25519::Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
        machine.home.write(".config/cloudivize/identity.txt", &format!("{secret}\n"));
        let path = machine.home.path().join(".config/cloudivize/identity.txt");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        machine.run(&["init", "--recipient", &identity.to_public().to_string()]).exits(0);
        machine
    }

    /// A machine without a vault.
    pub fn bare(endpoint: &str) -> Self {
        Self { home: AwsHome::new(), endpoint: endpoint.to_owned(), keys: None }
    }

    /// Puts credentials into the environment of every run.
    #[must_use]
    pub fn with_keys(mut self, keys: &Keys) -> Self {
        self.keys = Some(keys.clone());
        self
    }

    /// The program with this machine's surroundings, for a test that adds its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudivize"));
        self.home.apply(&mut command);
        if let Some(keys) = &self.keys {
            keys.apply(&mut command);
        }
        command.env("AWS_ENDPOINT_URL", &self.endpoint).env("AWS_REGION", "us-east-1").env("TZ", "UTC");
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("the program runs").into()
    }

    /// Runs the program with text on standard input.
    pub fn feed(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// `check --format json`, its only connection.
    #[track_caller]
    pub fn check_one(&self, arguments: &[&str], code: i32) -> Value {
        let all: Vec<&str> = ["check", "--format", "json"].iter().chain(arguments).copied().collect();
        let json = self.run(&all).exits(code).json();
        let connections = json["connections"].as_array().unwrap();
        assert_eq!(connections.len(), 1, "{json:#}");
        connections[0].clone()
    }
}

/// The check of one permission.
#[track_caller]
pub fn check<'a>(connection: &'a Value, permission: &str) -> &'a Value {
    let checks = connection["checks"].as_array().expect("checks");
    checks.iter().find(|c| c["permission"] == permission).unwrap_or_else(|| panic!("{permission} in {connection:#}"))
}

/// Every permission with its verdict, in order.
pub fn verdicts(connection: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    connection["checks"].as_array().unwrap().iter().map(|c| (text(&c["permission"]), text(&c["verdict"]))).collect()
}
