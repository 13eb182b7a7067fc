//! What Linux tells about a running process and about this machine.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// What a process has used so far, all its threads together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Time on a processor.
    pub cpu: Duration,
    /// How often a thread that slept was woken (voluntary context switches).
    pub wakes: u64,
    /// Threads now.
    pub threads: usize,
}

/// Reads the usage of a process from `/proc`.
pub fn usage(id: u32) -> Usage {
    let mut usage = Usage::default();
    let tasks = fs::read_dir(format!("/proc/{id}/task")).expect("the process runs");
    for task in tasks.flatten() {
        // A thread may end meanwhile.
        let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        // Nanoseconds on a processor, to be had without the 10 ms steps of `stat`.
        let nanoseconds = read("schedstat").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        usage.cpu += Duration::from_nanos(nanoseconds);
        usage.wakes += field(&read("status"), "voluntary_ctxt_switches").unwrap_or(0);
        usage.threads += 1;
    }
    usage
}

/// What a process holds in memory.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident now, in KiB.
    pub now: u64,
    /// Resident at most, in KiB.
    pub most: u64,
    /// The part of `now` that is the program's own and no page of a file, in KiB.
    pub own: u64,
}

/// Reads the memory of a process from `/proc`.
pub fn memory(id: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the process runs");
    let size = |name: &str| field(&status, name).expect("Linux tells the sizes");
    Memory { now: size("VmRSS"), most: size("VmHWM"), own: size("RssAnon") }
}

/// The number behind a name in a `status` file.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Cores, processor and system of this machine.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": ")).map_or("unknown", |(_, m)| m);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let rustc = Command::new("rustc").arg("--version").output().map(|o| o.stdout).unwrap_or_default();
    format!(
        "{cores} cores, {model}, Linux {}, {}, load {load} at the start",
        kernel.trim(),
        String::from_utf8_lossy(&rustc).trim()
    )
}
