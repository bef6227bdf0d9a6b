//! Looks at the beginning of a stream without taking it: of a file by reading at its position, of a socket by peeking, of a
//! pipe by copying it to another pipe (`tee`, on Linux). Nobody can look at anything else.

use std::fs::File;
use std::io::{self, Seek as _};
use std::os::unix::fs::FileTypeExt as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionread, pread};
use rustix::net::{RecvFlags, recv};
use zeroize::Zeroizing;

/// The most that is looked at. A pipe of the usual size holds a little more.
const LARGEST: usize = 60_000;
/// How often a stream is looked at that has a part of a request.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The beginning of a stream.
pub(super) struct Seen {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Set where the stream ends after them.
    pub(super) is_whole: bool,
    /// Set where no more can be seen.
    pub(super) is_full: bool,
}

/// Returns what can be seen of `stream` now. An error if nobody can look at it.
pub(super) fn peek(stream: &File) -> io::Result<Seen> {
    let kind = stream.metadata()?.file_type();
    // Asked first: what is there at its end is all, and more may come between two calls.
    let has_ended = !kind.is_file() && has_ended(stream)?;
    let least = if kind.is_fifo() {
        ioctl_fionread(stream)?
    } else {
        0
    };
    let mut bytes = Zeroizing::new(vec![0; LARGEST]);
    let length = if kind.is_file() {
        pread(stream, &mut **bytes, { stream }.stream_position()?)?
    } else if kind.is_socket() {
        peek_socket(stream, &mut bytes)?
    } else if kind.is_fifo() {
        peek_pipe(stream, &mut bytes)?
    } else {
        return Err(io::ErrorKind::Unsupported.into());
    };
    let is_full = length == LARGEST || (length as u64) < least;
    bytes.truncate(length);
    Ok(Seen {
        bytes,
        is_whole: !is_full && (kind.is_file() || has_ended),
        is_full,
    })
}

/// Waits for more than was `seen`, for `limit` at most. It may return before there is more.
pub(super) fn wait_for_more(stream: &File, seen: &Seen, limit: Option<Duration>) {
    // What was seen is still there, so only an empty stream can be polled.
    let (count, limit) = match seen.bytes.is_empty() {
        true => (1, limit),
        false => (0, Some(POLL_INTERVAL)),
    };
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let _ = poll(
        &mut [PollFd::new(stream, PollFlags::IN)][..count],
        limit.as_ref(),
    );
}

/// Returns whether nobody can write into the stream any more.
fn has_ended(stream: &File) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    const ENDS: PollFlags = PollFlags::HUP.union(PollFlags::RDHUP);
    #[cfg(not(target_os = "linux"))]
    const ENDS: PollFlags = PollFlags::HUP;
    let mut polled = [PollFd::new(stream, ENDS)];
    poll(&mut polled, Some(&Timespec::default()))?;
    Ok(polled[0].revents().intersects(ENDS))
}

fn peek_socket(stream: &File, bytes: &mut [u8]) -> io::Result<usize> {
    match recv(stream, bytes, RecvFlags::PEEK | RecvFlags::DONTWAIT) {
        Ok((length, _)) => Ok(length),
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

#[cfg(target_os = "linux")]
fn peek_pipe(stream: &File, bytes: &mut [u8]) -> io::Result<usize> {
    use rustix::pipe::{SpliceFlags, tee};
    let (reader, writer) = io::pipe()?;
    match tee(stream, &writer, bytes.len(), SpliceFlags::NONBLOCK) {
        Ok(length) => {
            io::Read::read_exact(&mut { reader }, &mut bytes[..length])?;
            Ok(length)
        }
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn peek_pipe(_stream: &File, _bytes: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
