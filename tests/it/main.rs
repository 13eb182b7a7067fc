//! The integration tests: one binary, one module a theme, real programs and an emulator where there is one.

// The allowances of clippy.toml cover test functions only; here everything is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
// The helpers serve every theme; which of them a build uses changes with the themes.
#![allow(dead_code, unused_imports)]

mod architecture;
mod assets;
mod assets_cli;
mod check_emulator;
mod check_failures;
mod check_net;
mod check_probe;
mod check_stub;
mod cli;
mod cli_hints;
mod cli_offline;
mod cli_policy;
mod cli_terminal;
mod configs;
mod connect;
mod copying;
mod dashboard;
mod demo;
mod docs;
mod door;
mod emulator;
mod listing;
mod manners;
mod models;
mod panics;
mod picture;
mod policy;
mod preferences;
mod program;
mod screen;
mod secrets;
mod stub;
mod stubbed;
mod tools;
mod vault;
mod vault_crash;
mod vault_interop;
