//! How the process starts on Linux: with a `main` of C's kind.
//!
//! Rust's own prepares for much that a cached answer never needs. To tell stack overflows from other faults it reads
//! `/proc/self/maps` with glibc, and looks for the end of the stack with musl; either takes twenty system calls and more.
//! This module does the part that the program relies on. glibc hands the arguments to std before `main`; musl does not, so they are
//! taken from `main`'s own.
//!
//! All that is `unsafe` stands here: the library forbids it.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::OsStringExt;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::stdio::{stderr, stdin, stdout};

/// The function that the C library calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "nothing else in this program is called main")]
extern "C" fn main(count: c_int, words: *const *const c_char) -> c_int {
    if open_standard_streams().is_err() {
        return 1;
    }
    ignore_broken_pipes();
    alb_credential::run(&arguments(count, words)).into()
}

/// Returns the arguments of `main`.
#[expect(unsafe_code, reason = "the C library gives them as pointers")]
fn arguments(count: c_int, words: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: C (ISO/IEC 9899, 5.1.2.2.1) promises `count` pointers to strings, which stay as long as the process.
    let word = |index| unsafe { CStr::from_ptr(*words.add(index)) };
    (0..count)
        .map(|index| OsString::from_vec(word(index).to_bytes().to_vec()))
        .collect()
}

/// Opens those of stdin, stdout and stderr that the caller has closed. Otherwise the first file that the program opens
/// takes the place of one, and the answer is written into the cache. A stdout that was closed stays one that nothing can be
/// written to, because an answer that nobody gets is an error. Where they cannot be opened the program does nothing.
fn open_standard_streams() -> rustix::io::Result<()> {
    let streams = [stdin(), stdout(), stderr()];
    let mut streams = streams.map(|stream| PollFd::from_borrowed_fd(stream, PollFlags::empty()));
    let _ = poll(&mut streams, Some(&Timespec::default()));
    let modes = [OFlags::RDWR, OFlags::RDONLY, OFlags::RDWR];
    for (stream, mode) in streams.into_iter().zip(modes) {
        if stream.revents().contains(PollFlags::NVAL) {
            // The system gives the lowest descriptor that is free: this one. It stays open.
            let null = open("/dev/null", mode, Mode::empty())?;
            let _ = null.into_raw_fd();
        }
    }
    Ok(())
}

/// Makes a write to a reader that has gone away an error, which does not end the process.
#[expect(unsafe_code, reason = "there is no safe way to ignore a signal")]
fn ignore_broken_pipes() {
    // SAFETY: No handler is installed that could run, and no other thread is there yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}
