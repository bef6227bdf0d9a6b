//! Looks at the beginning of a stream without taking it: of a file by reading at its position, of a socket by peeking, of a
//! pipe by copying it to another pipe (`tee`, on Linux). Nobody can look at anything else.

use std::fs::File;
use std::io::{self, Seek as _};
use std::os::unix::fs::FileTypeExt as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionread, pread};
use rustix::net::{RecvFlags, recv};

/// The most that is looked at. A pipe of the usual size holds a little more.
const LARGEST: usize = 60_000;
/// How often a stream is looked at that has a part of a request.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The beginning of a stream.
pub(super) struct Seen {
    /// They may hold a password: the allocator wipes them.
    pub(super) bytes: Vec<u8>,
    /// Set where the stream ends after them.
    pub(super) is_whole: bool,
    /// Set where no more can be seen.
    pub(super) is_full: bool,
}

/// Returns what can be seen of `stream` now. An error if nobody can look at it.
pub(super) fn peek(stream: &File) -> io::Result<Seen> {
    let metadata = stream.metadata()?;
    let kind = metadata.file_type();
    if kind.is_file() {
        return peek_file(stream, metadata.len());
    }
    // Asked first: what is there at its end is all, and more may come between two calls.
    let has_ended = has_ended(stream)?;
    if !kind.is_socket() && !kind.is_fifo() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let least = usize::try_from(ioctl_fionread(stream)?).unwrap_or(LARGEST);
    let mut bytes = vec![0; least.min(LARGEST)];
    let length = match kind.is_socket() {
        true => peek_socket(stream, &mut bytes)?,
        false => peek_pipe(stream, &mut bytes)?,
    };
    let is_full = length == LARGEST || length < least;
    bytes.truncate(length);
    Ok(Seen {
        bytes,
        is_whole: !is_full && has_ended,
        is_full,
    })
}

/// Returns what can be seen of a file that says that it has `length` bytes. Those of /proc say that they have none.
fn peek_file(stream: &File, length: u64) -> io::Result<Seen> {
    const LEAST: usize = 4096;
    let position = { stream }.stream_position()?;
    let room = usize::try_from(length.saturating_sub(position)).unwrap_or(LARGEST);
    let mut bytes = vec![0; room.saturating_add(1).clamp(LEAST, LARGEST)];
    let length = pread(stream, &mut *bytes, position)?;
    let is_full = length == bytes.len();
    bytes.truncate(length);
    Ok(Seen {
        bytes,
        is_whole: !is_full,
        is_full,
    })
}

/// Waits for more than was `seen`, for `limit` at most. It may return before there is more.
pub(super) fn wait_for_more(stream: &File, seen: &Seen, limit: Option<Duration>) {
    // The bytes that were seen are still there, so only an empty stream can be polled.
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
    if bytes.is_empty() {
        return Ok(0);
    }
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
