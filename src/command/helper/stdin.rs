//! stdin: read to the end of a request, or looked at without being taken.
//!
//! A caller may keep its end of the pipe open, so no request waits for the end of stdin.
#![expect(clippy::disallowed_methods, reason = "the owner of stdin")]

#[cfg(unix)]
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::time::Duration;

#[cfg(unix)]
use super::peek;
#[cfg(unix)]
use crate::clock;
use crate::dialect::Sight;
use crate::error::{Error, Kind, Result};

/// The largest request that is read, in bytes.
const LARGEST: usize = 1 << 20;
/// The length of what is read at once: more than a request of a caller.
const CHUNK: usize = 1 << 12;

/// The bytes that were read. They may hold a password: the allocator wipes them.
pub(super) type Bytes = Vec<u8>;

pub(super) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Reads all of stdin.
pub(super) fn read_to_end() -> Result<Bytes> {
    read(|_, _| None::<((), usize)>).map(|(_, input)| input)
}

/// Reads stdin until `judge` finds something in what was read, and returns that with the text that it says it is long, or
/// else all of stdin. `judge` is told whether stdin has ended.
pub(super) fn read<T>(
    judge: impl Fn(&[u8], bool) -> Option<(T, usize)>,
) -> Result<(Option<T>, Bytes)> {
    let mut stream = stream().map_err(unreadable)?;
    let (mut input, mut chunk) = (Bytes::default(), vec![0; CHUNK]);
    loop {
        let length = read_some(&mut stream, &mut chunk).map_err(unreadable)?;
        input.extend_from_slice(&chunk[..length]);
        let is_whole = length == 0;
        if let Some((found, length)) = judge(&input, is_whole) {
            input.truncate(length);
            return Ok((Some(found), input));
        }
        if input.len() > LARGEST {
            return Err(Error::usage("the request on stdin is larger than 1 MiB"));
        }
        if is_whole {
            return Ok((None, input));
        }
    }
}

/// Takes the next `length` bytes of stdin, which were seen there.
pub(super) fn take(length: usize) -> Result<Bytes> {
    let mut input = Bytes::with_capacity(length);
    let read = stream().and_then(|stream| stream.take(length as u64).read_to_end(&mut input));
    read.map(|_| input).map_err(unreadable)
}

/// Looks at stdin until `judge` knows what is there, for `limit` at most. Takes nothing. `None` if nobody can look at stdin
/// without taking it.
#[cfg(unix)]
pub(super) fn look<T>(
    limit: Option<Duration>,
    judge: impl Fn(&[u8], bool) -> Sight<T>,
) -> Option<Sight<T>> {
    let (stream, start) = (stream().ok()?, clock::ticks());
    loop {
        let seen = peek::peek(&stream).ok()?;
        let sight = judge(&seen.bytes, seen.is_whole);
        let left = limit.map(|limit| limit.saturating_sub(start.elapsed()));
        let is_over = seen.is_full || left.is_some_and(|left| left.is_zero());
        if is_over || !matches!(sight, Sight::Unfinished) {
            return Some(sight);
        }
        peek::wait_for_more(&stream, &seen, left);
    }
}

#[cfg(not(unix))]
pub(super) fn look<T>(
    _limit: Option<Duration>,
    _judge: impl Fn(&[u8], bool) -> Sight<T>,
) -> Option<Sight<T>> {
    None
}

/// Returns stdin without a buffer, which would take more than is asked for.
#[cfg(unix)]
fn stream() -> io::Result<File> {
    Ok(rustix::stdio::stdin().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
fn stream() -> io::Result<io::Stdin> {
    Ok(io::stdin())
}

fn read_some(stream: &mut impl io::Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

fn unreadable(error: io::Error) -> Error {
    Error::new(Kind::Other, "cannot read the request on stdin").caused_by(error)
}
