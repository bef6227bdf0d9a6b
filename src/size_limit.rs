//! The limit for the size of files (`RLIMIT_FSIZE`, `ulimit -f`): a write beyond it is an error that somebody tells, and not
//! the silent end of the process.

/// Makes each later write beyond the limit fail with `EFBIG`. Programs that this process becomes or starts are not affected:
/// `exec` resets handlers.
#[cfg(unix)]
pub(crate) fn expect_errors() {
    use signal_hook::consts::SIGXFSZ;
    static DONE: std::sync::Once = std::sync::Once::new();
    DONE.call_once(|| {
        // Without the handler the process ends there, as it would without this.
        let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    });
}

/// There is no such limit here.
#[cfg(not(unix))]
pub(crate) fn expect_errors() {}
