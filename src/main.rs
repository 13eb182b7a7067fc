//! The binary: hardens the process and hands over to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all, while there is only one thread.
    let passphrase = cloudivize::runtime::process::harden();
    cloudivize::cli::run(std::env::args_os(), passphrase).into()
}
