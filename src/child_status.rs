//! The exit status of children, whatever the caller has done with SIGCHLD.
//!
//! A process that was started with SIGCHLD ignored (`trap '' CHLD`; POSIX, "sigaction") leaves no status behind its children:
//! a wait for one lasts until the last of them has ended, and fails then. Rust's own `spawn` relies on such a wait, too.

/// Has the statuses of children kept from now on. Call it before a child starts whose end is waited for.
#[cfg(unix)]
pub(crate) fn keep() {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Once};

    static KEPT: Once = Once::new();
    KEPT.call_once(|| {
        let unread = Arc::new(AtomicBool::new(false));
        // With a handler, whatever it does, the signal is not ignored any more.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGCHLD, unread);
    });
}

#[cfg(not(unix))]
pub(crate) fn keep() {}
