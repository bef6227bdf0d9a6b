//! A text that a client finds at a path, and that is nowhere else: a pipe that is full before the client starts.
//!
//! What a pipe does not take, because it or its user's share of memory (pipe(7), `pipe-user-pages-soft`) is too small,
//! goes into a file that has no name. Either is gone when the client is.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};

use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

/// An open file that the programs started from now on inherit.
pub(super) struct Given(OwnedFd);

impl Given {
    pub(super) fn new(text: &Secret) -> Result<Self> {
        let text = text.expose().as_bytes();
        let filled = pipe(text).and_then(|pipe| pipe.map_or_else(|| nameless(text), Ok));
        filled.and_then(Self::of).map_err(|error| {
            Error::new(Kind::Other, "cannot hand over the session cookie").caused_by(error)
        })
    }

    /// Has `file` inherited.
    pub(super) fn of(file: OwnedFd) -> io::Result<Self> {
        fcntl_setfd(&file, FdFlags::empty())?;
        Ok(Self(file))
    }

    /// Where programs that inherit it find it.
    pub(super) fn path(&self) -> String {
        format!("/dev/fd/{}", self.0.as_raw_fd())
    }
}

/// The reading end of a pipe that holds all of `text` and then ends; `None` if there is no such pipe.
fn pipe(text: &[u8]) -> io::Result<Option<OwnedFd>> {
    let (reader, mut writer) = io::pipe()?;
    grow(&writer, text.len());
    ioctl_fionbio(&writer, true)?;
    match writer.write(text) {
        Ok(length) if length == text.len() => Ok(Some(reader.into())),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(None),
    }
}

/// Makes room for `length` bytes in a pipe, if there is too little and the system can.
fn grow(pipe: impl AsFd, length: usize) {
    #[cfg(target_os = "linux")]
    if rustix::pipe::fcntl_getpipe_size(&pipe).is_ok_and(|size| size < length) {
        let _ = rustix::pipe::fcntl_setpipe_size(&pipe, length);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (pipe, length);
}

/// A file in memory that holds `text`.
#[cfg(target_os = "linux")]
fn nameless(text: &[u8]) -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, memfd_create};
    let mut file = File::from(memfd_create("credential", MemfdFlags::CLOEXEC)?);
    file.write_all(text)?;
    Ok(file.into())
}

/// A private file that loses its name before anything is written to it.
#[cfg(not(target_os = "linux"))]
fn nameless(text: &[u8]) -> io::Result<OwnedFd> {
    use std::io::Seek as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = std::env::temp_dir().join(format!("credential-{}", crate::secret::random_hex()));
    let mut file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    file.write_all(text)?;
    // There, opening `/dev/fd/N` shares the position.
    file.rewind()?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::Given;
    use crate::secret::Secret;

    #[test]
    fn a_text_of_any_length_is_found_whole_at_its_path() {
        for length in [0, 1, 4096, 65_536, 65_537, 70_001, 3_000_000] {
            let text = "x".repeat(length);
            let given = Given::new(&Secret::new(text.clone())).expect("it is handed over");
            let found = std::fs::read_to_string(given.path()).expect("it can be read");
            assert!(found == text, "{length}: {}", found.len());
        }
    }
}
