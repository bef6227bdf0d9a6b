//! How the process starts.
//!
//! With glibc that is a `main` of C's kind, because Rust's own prepares for much that a cached answer never needs: it
//! reads `/proc/self/maps` to tell stack overflows from other faults, and takes twenty system calls in all. What the
//! program does rely on is done here. (glibc hands the arguments to std before `main`, which others do not: there the
//! program starts as Rust programs do.)

use crate::{command, error, secret};

/// Does what the process was called for; gives its exit status.
#[cfg_attr(test, expect(dead_code, reason = "tests start by themselves"))]
pub(crate) fn run() -> u8 {
    secret::keep_out_of_dumps();
    let code = command::run(&std::env::args_os().collect::<Vec<_>>()).send();
    error::end_hiding();
    code
}

#[cfg(all(bare_start, not(test)))]
mod bare {
    use std::os::fd::IntoRawFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{Mode, OFlags, open};
    use rustix::stdio::{stderr, stdin, stdout};

    /// What the C library calls.
    #[unsafe(no_mangle)]
    #[expect(unsafe_code, reason = "nothing else in this program is called main")]
    extern "C" fn main() -> std::ffi::c_int {
        if open_standard_streams().is_err() {
            return 1;
        }
        ignore_broken_pipes();
        super::run().into()
    }

    /// Opens those of stdin, stdout and stderr that the caller has closed: else the first file that is opened would take
    /// the place of one, and the answer be written into the cache. Where that cannot be done nothing is.
    fn open_standard_streams() -> rustix::io::Result<()> {
        let streams = [stdin(), stdout(), stderr()];
        let mut streams =
            streams.map(|stream| PollFd::from_borrowed_fd(stream, PollFlags::empty()));
        let _ = poll(&mut streams, Some(&Timespec::default()));
        for stream in streams {
            if stream.revents().contains(PollFlags::NVAL) {
                // The lowest descriptor that is free is taken: this one. It stays open.
                let null = open("/dev/null", OFlags::RDWR, Mode::empty())?;
                let _ = null.into_raw_fd();
            }
        }
        Ok(())
    }

    /// A reader that has gone away is an error of a write, and does not end the process.
    #[expect(unsafe_code, reason = "there is no safe way to ignore a signal")]
    fn ignore_broken_pipes() {
        // SAFETY: No handler is installed that could run, and no other thread is there yet.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    }
}
