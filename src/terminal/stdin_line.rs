//! One line of stdin, for the one command that a script may drive in a person's place.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::secret::Secret;
use crate::waiting;

/// Reads one line of at most `longest` bytes within `limit`; `None` if none came in time, or `stop` says so. Its end, and
/// what is not UTF-8, is replaced.
pub(crate) fn read_line(
    longest: usize,
    limit: Duration,
    stop: &dyn Fn() -> bool,
) -> io::Result<Option<Secret>> {
    let (sender, receiver) = mpsc::channel();
    let work = move || {
        let mut line = Vec::with_capacity(4096);
        #[expect(
            clippy::disallowed_methods,
            reason = "the option that reads stdin says so, and names the app itself"
        )]
        let stdin = io::stdin().lock();
        let read = stdin.take(longest as u64 + 1).read_until(b'\n', &mut line);
        // After the time limit nobody receives it.
        let _ = sender.send(read.map(|_| line));
    };
    std::thread::Builder::new().spawn(work)?;
    let read = waiting::until(limit, |pause| match receiver.recv_timeout(pause) {
        Ok(read) => Some(Some(read)),
        Err(RecvTimeoutError::Disconnected) => Some(None),
        Err(RecvTimeoutError::Timeout) => stop().then_some(None),
    });
    let line = read.flatten().transpose()?;
    Ok(line.map(|line| Secret::concat(&[&*String::from_utf8_lossy(&line)])))
}

/// Returns whether stdin is a terminal, which would show a line, and cut a long one.
pub(crate) fn is_stdin_terminal() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is read, and the command that reads stdin asks"
    )]
    io::stdin().is_terminal()
}
