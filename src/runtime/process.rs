//! What is done before anything else: no core dump, no debugger of the same user, and no passphrase
//! left in the environment for a child to inherit. The one file with `unsafe` in it.
#![allow(unsafe_code)]

use crate::domain::Secret;
use crate::vault::passphrase::{PassphraseVars, VARIABLES};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::ffi::OsString;
use std::path::PathBuf;

/// Lets a debugger in. Debug builds only.
const ALLOW_DEBUG: &str = "CLOUDIVIZE_ALLOW_DEBUG";

/// Hardens the process and takes the passphrase variables out of the environment.
///
/// To be called first in `main`, and only there: no other thread may exist yet.
pub fn harden() -> PassphraseVars {
    let debugged = cfg!(debug_assertions) && std::env::var_os(ALLOW_DEBUG).is_some();
    if !debugged {
        // Neither can fail for lowering one's own limits; where it does, the program is as safe as any other.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
    let [command, file, value] = VARIABLES.map(take);
    PassphraseVars {
        command: command.map(|c| c.to_string_lossy().into_owned()),
        file: file.map(PathBuf::from),
        // What is no text opens nothing; an empty one is refused with a sentence by whoever reads it.
        value: value.map(|v| Secret::new(v.into_string().unwrap_or_default())),
    }
}

fn take(name: &str) -> Option<OsString> {
    let value = std::env::var_os(name);
    if value.is_some() {
        // SAFETY: `harden` is called first in `main`, when this is the only thread, so nobody reads or
        // writes the environment at the same time.
        unsafe { std::env::remove_var(name) };
    }
    value
}
