//! What is done before anything else: no core dump, no debugger of the same user, and no passphrase
//! left in the environment for a child to inherit; and how the heap gives memory back. The one file with `unsafe` in
//! it.
#![allow(unsafe_code)]

use crate::domain::Secret;
use crate::vault::passphrase::{PassphraseVars, VARIABLES};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::ffi::{CString, OsString, c_char};
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
    give_back();
    let [command, file, value] = VARIABLES.map(take);
    PassphraseVars {
        command: command.map(|c| c.to_string_lossy().into_owned()),
        file: file.map(PathBuf::from),
        // What is no text opens nothing; an empty one is refused with a sentence by whoever reads it.
        value: value.map(|v| Secret::new(v.into_string().unwrap_or_default())),
    }
}

unsafe extern "C" {
    fn getenv(name: *const c_char) -> *mut c_char;
}

/// Has glibc take large blocks from the system, one by one, and give them back when they are freed.
///
/// It raises the size that counts as large to that of the largest block which was freed, so after the first answer of
/// some megabytes all of them come out of one heap, where the rows that stay keep the bodies' room from being returned:
/// 60 MB with 100,000 rows (<https://man7.org/linux/man-pages/man3/mallopt.3.html>, `M_MMAP_THRESHOLD`).
fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const TRIM_THRESHOLD: c_int = -1;
        const MMAP_THRESHOLD: c_int = -3;
        /// The size that it begins with, in bytes.
        const LARGE: c_int = 128 * 1024;
        // SAFETY: it takes two numbers, changes nothing but the allocator's settings, and this is the only thread.
        unsafe {
            mallopt(MMAP_THRESHOLD, LARGE);
            mallopt(TRIM_THRESHOLD, LARGE);
        }
    }
}

/// Gives the system back what answers left free between rows that stay: some 30 MB of 100,000 rows
/// (<https://man7.org/linux/man-pages/man3/malloc_trim.3.html>). It takes milliseconds: not on the screen's thread.
pub fn tidy() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: it takes a number and changes nothing but which free pages the allocator keeps; any thread may call it.
        let _ = unsafe { malloc_trim(0) };
    }
}

/// Puts the thread that calls it behind the one that draws: where they share a core, a key does not wait until an answer
/// is decoded or an order made.
pub fn step_back() {
    /// Half the way to the least (<https://man7.org/linux/man-pages/man7/sched.7.html>).
    #[cfg(target_os = "linux")]
    const BEHIND: i32 = 10;
    // Linux means one thread by this, others the whole program. Where it is refused, keys wait a little longer.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, BEHIND);
}

/// Overwrites a variable's value where the system put it: `remove_var` only forgets the pointer, and
/// `/proc/<pid>/environ` goes on showing the bytes.
fn wipe(name: &str) {
    let Ok(name) = CString::new(name) else { return };
    // SAFETY: `name` ends with a zero. What `getenv` gives is null or a string that ends with a zero in
    // memory of this process that may be written to, and nobody else uses it: this is the only thread.
    unsafe {
        let mut at = getenv(name.as_ptr());
        while !at.is_null() && at.read() != 0 {
            at.write_volatile(0);
            at = at.add(1);
        }
    }
}

fn take(name: &str) -> Option<OsString> {
    let value = std::env::var_os(name);
    if value.is_some() {
        wipe(name);
        // SAFETY: `harden` is called first in `main`, when this is the only thread, so nobody reads or
        // writes the environment at the same time.
        unsafe { std::env::remove_var(name) };
    }
    value
}
