//! The binary: hands over to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudivize::cli::run(std::env::args_os()).into()
}
