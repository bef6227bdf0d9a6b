//! Writing to stdout and stderr until all of it is written, even where the caller has made them non-blocking: a pipe of
//! Node's or of a shell's co-process may be.
#![expect(clippy::disallowed_methods, reason = "the owner of stdout and stderr")]

use std::io::{self, IsTerminal as _};

/// The streams that the process writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// Returns whether `stream` is a terminal.
pub(crate) fn is_terminal(stream: Stream) -> bool {
    match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    }
}

/// Writes an answer. std's own stdout takes a closed one for a sink, and reports success.
#[cfg(unix)]
pub(crate) fn write_answer(bytes: &[u8]) -> io::Result<()> {
    write_whole(rustix::stdio::stdout(), bytes)
}

/// Writes words for the user. Whether they can be written decides nothing.
#[cfg(unix)]
pub(crate) fn write_words(text: &str) {
    let _ = write_whole(rustix::stdio::stderr(), text.as_bytes());
}

#[cfg(unix)]
fn write_whole(stream: std::os::fd::BorrowedFd<'_>, mut bytes: &[u8]) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;

    while !bytes.is_empty() {
        match rustix::io::write(stream, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::INTR) => {}
            // Its reader is slow. A stream that blocks would wait just here, and just as long.
            Err(Errno::AGAIN) => {
                let mut streams = [PollFd::from_borrowed_fd(stream, PollFlags::OUT)];
                match poll(&mut streams, None) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn write_answer(bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush())
}

#[cfg(not(unix))]
pub(crate) fn write_words(text: &str) {
    use std::io::Write as _;
    let _ = io::stderr().write_all(text.as_bytes());
}
