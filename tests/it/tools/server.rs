//! A server in Python for the whole test process, on a free port of loopback.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::{http, python};

/// Ends the server when our end of its standard input closes: whatever way the test process ends, the kernel does that.
const LAUNCHER: &str = "
import os, runpy, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
";

const START_LIMIT: Duration = Duration::from_secs(60);

/// What a server is.
pub(super) struct Setup {
    /// Its name, and that of its folder.
    pub name: &'static str,
    /// The Python that runs it.
    pub run: &'static str,
    /// The variable that tells it its port.
    pub port: &'static str,
    /// Other variables.
    pub environment: &'static [(&'static str, &'static str)],
    /// A path that is answered with 200 once it is ready.
    pub ready: &'static str,
}

/// A running server.
pub struct Server {
    /// Where it answers, without a slash at the end.
    pub url: String,
    pub(super) port: u16,
    log: PathBuf,
    _lifeline: ChildStdin,
}

impl Server {
    /// Starts one and waits until it answers.
    pub(super) fn start(setup: &Setup) -> Result<Self, String> {
        // The free port can be taken by someone else before the server binds it.
        Self::try_start(setup).or_else(|_| Self::try_start(setup)).or_else(|_| Self::try_start(setup))
    }

    /// What it has printed so far, for the message of a failed test.
    pub fn log(&self) -> String {
        read_log(&self.log)
    }

    fn try_start(setup: &Setup) -> Result<Self, String> {
        let python = python();
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.map_err(|e| format!("no free port: {e}"))?.port();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(setup.name);
        std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
        let log = folder.join("server.log");
        let output = File::create(&log).map_err(|e| format!("cannot write {}: {e}", log.display()))?;
        let errors = output.try_clone().map_err(|e| e.to_string())?;

        let mut command = Command::new(&python);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["-c", &format!("{LAUNCHER}{}", setup.run)])
            .env(setup.port, port.to_string())
            .envs(setup.environment.iter().copied())
            .env("TMPDIR", &folder)
            // An emulator may remove containers left over from its own earlier runs: keep it away from whoever's
            // Docker this is.
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", python.display()))?;
        let lifeline = child.stdin.take().ok_or("the server has no standard input")?;
        wait_until_ready(&mut child, port, setup.ready)
            .map_err(|why| format!("{} {why}; it said:\n{}", setup.name, read_log(&log)))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), port, log, _lifeline: lifeline })
    }
}

fn wait_until_ready(child: &mut Child, port: u16, path: &str) -> Result<(), String> {
    let start = Instant::now();
    loop {
        if let Ok((200, _)) = http::send(port, "GET", path, "", "") {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("ended at its start ({status})"));
        }
        if start.elapsed() > START_LIMIT {
            let _ = child.kill();
            return Err(format!("was not ready after {START_LIMIT:?}"));
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn read_log(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_else(|e| format!("({}: {e})", log.display()))
}
