//! What the dashboard costs on a terminal of 120 by 36: start, keys, bytes, rest, memory.
//!
//! `cargo bench --bench face` prints the figures of `docs/performance.md`. With `TAWS=<its binary>` taws is driven by
//! the same hand, on a thousand instances of the emulator. `ONLY=start,keys,bytes,memory,assets,taws` takes a part.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code
)]

mod assets;
mod driver;
mod ours;
mod process;
mod record;
mod table;
mod taws;

#[path = "../cells/instances.rs"]
mod instances;
#[path = "../../tests/it/screen/mod.rs"]
#[allow(unused_imports)]
mod screen;
#[path = "../../tests/it/stub/mod.rs"]
mod stub;
#[path = "../../tests/it/tools/mod.rs"]
#[allow(unused_imports)]
mod tools;

use std::time::Duration;

use stub::Stub;
use table::Table;

/// Columns and rows.
const SIZE: (u16, u16) = (120, 36);
/// How often a program is started.
const STARTS: usize = 40;
/// How many keys are pressed.
const KEYS: usize = 600;
/// How long a program is left alone.
const IDLE: Duration = Duration::from_secs(30);

fn main() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let wanted = |what: &str| only.is_empty() || only.split(',').any(|one| one == what);
    println!("{}\n", process::machine());
    let mut table = Table::default();
    ours::measure(&Stub::start(), wanted, &mut table);
    println!("{}", table.text());
    if wanted("assets") {
        let mut table = Table::default();
        assets::measure(&mut table);
        println!("{}", table.text());
    }
    if let Some(program) = std::env::var_os("TAWS").filter(|_| wanted("taws")) {
        let mut table = Table::default();
        taws::measure(&program, &mut table);
        println!("{}", table.text());
    }
}
