//! The AWS emulator: one server for the whole test process, on a free port, with authorization switched on.
//!
//! What it answers (1.5.33, seen in `emulator.rs`):
//! - A 12-digit access key id is that account's root, unsigned requests included; everyone else's signature is checked.
//! - `AssumeRole` evaluates the trust policy, ExternalId included, and the caller's policies. Refusals are `AccessDenied`:
//!   a trust policy's and a missing role's with AWS's bare sentence that ends in `on resource: <role>`, a caller's
//!   without a resource but with `because no identity-based policy allows the sts:AssumeRole action`.
//! - Role policies decide on `ec2:DescribeRegions` (`UnauthorizedOperation`), `iam:GetAccountSummary` (`AccessDenied`) and
//!   `cur:DescribeReportDefinitions` (`AccessDeniedException`), with `because no identity-based policy allows the …
//!   action` or `with an explicit deny in an identity-based policy`; the sentences name neither resource nor policy ARN.
//! - It does not know `ec2:DescribeAccountAttributes` (`InvalidAction`, 400, whatever the policy) nor SSO, evaluates no
//!   SCPs, and words boundary and session-policy denials as identity-based ones: for those use the stub.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::{http, python};

/// Ends the server when our end of its standard input closes: whatever way the test process ends, the kernel does that.
const LAUNCHER: &str = "
import os, runpy, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
sys.argv = ['ministack']
runpy.run_module('ministack', run_name='__main__')
";

const START_LIMIT: Duration = Duration::from_secs(60);

/// The running emulator.
pub struct Ministack {
    /// Where it answers, without a slash at the end.
    pub url: String,
    pub(super) port: u16,
    log: PathBuf,
    _lifeline: ChildStdin,
}

impl Ministack {
    /// What the server has printed so far, for the message of a failed test.
    pub fn log(&self) -> String {
        read_log(&self.log)
    }
}

/// The emulator of this test process; the first caller starts it.
pub fn ministack() -> &'static Ministack {
    static SERVER: OnceLock<Result<Ministack, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        // The free port can be taken by someone else before the server binds it.
        start().or_else(|_| start()).or_else(|_| start())
    });
    server.as_ref().unwrap_or_else(|why| panic!("{why}"))
}

fn start() -> Result<Ministack, String> {
    let python = python();
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let port = free.map_err(|e| format!("no free port: {e}"))?.port();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ministack");
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
        .args(["-c", LAUNCHER])
        .env("AUTH", "true")
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("IOT_MTLS_ENABLED", "0")
        .env("TMPDIR", &folder)
        // It removes containers left over from its own earlier runs: keep it away from whoever's Docker this is.
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", python.display()))?;
    let lifeline = child.stdin.take().ok_or("the server has no standard input")?;
    wait_until_ready(&mut child, port).map_err(|why| format!("ministack {why}; it said:\n{}", read_log(&log)))?;
    Ok(Ministack { url: format!("http://127.0.0.1:{port}"), port, log, _lifeline: lifeline })
}

fn wait_until_ready(child: &mut Child, port: u16) -> Result<(), String> {
    let start = Instant::now();
    loop {
        if let Ok((200, _)) = http::send(port, "GET", "/_ministack/ready", "", "") {
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
