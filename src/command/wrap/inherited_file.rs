//! Hands a text to a client as a file that only the client can open: `/dev/fd/N` is a pipe, filled before the client
//! starts.
//!
//! If the text does not fit into a pipe, because the pipe or the user's share of pipe memory (pipe(7),
//! `pipe-user-pages-soft`) is too small, it goes into a file without a name. Both disappear with the client.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};

use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

/// An open file that child processes inherit.
pub(super) struct InheritedFile(OwnedFd);

impl InheritedFile {
    /// Makes a file that holds `text`.
    pub(super) fn new(text: &Secret) -> Result<Self> {
        let text = text.expose().as_bytes();
        let file = filled_pipe(text).and_then(|pipe| match pipe {
            Some(pipe) => Ok(pipe),
            None => unnamed_file(text),
        });
        file.and_then(Self::of).map_err(|error| {
            Error::new(Kind::Other, "cannot hand over the session cookie").caused_by(error)
        })
    }

    /// Makes `file` inheritable: it stays open when another program starts.
    pub(super) fn of(file: OwnedFd) -> io::Result<Self> {
        fcntl_setfd(&file, FdFlags::empty())?;
        Ok(Self(file))
    }

    /// Reports whether child processes can open the file at its path. They cannot where nothing is mounted there.
    pub(super) fn can_be_opened(&self) -> bool {
        File::open(self.path()).is_ok()
    }

    /// Returns the path under which child processes find the file.
    pub(super) fn path(&self) -> String {
        format!("/dev/fd/{}", self.0.as_raw_fd())
    }
}

/// Returns the read end of a pipe that holds all of `text` and then ends; `None` if the text does not fit.
fn filled_pipe(text: &[u8]) -> io::Result<Option<OwnedFd>> {
    let (reader, mut writer) = io::pipe()?;
    grow(&writer, text.len());
    ioctl_fionbio(&writer, true)?;
    match writer.write(text) {
        Ok(length) if length == text.len() => Ok(Some(reader.into())),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(None),
    }
}

/// Enlarges a pipe to `length` bytes, if the system can.
fn grow(pipe: impl AsFd, length: usize) {
    #[cfg(target_os = "linux")]
    if rustix::pipe::fcntl_getpipe_size(&pipe).is_ok_and(|size| size < length) {
        let _ = rustix::pipe::fcntl_setpipe_size(&pipe, length);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (pipe, length);
}

/// Makes a file in memory that holds `text`.
#[cfg(target_os = "linux")]
fn unnamed_file(text: &[u8]) -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, memfd_create};
    let mut file = File::from(memfd_create("credential", MemfdFlags::CLOEXEC)?);
    crate::size_limit::expect_errors();
    file.write_all(text)?;
    Ok(file.into())
}

/// Makes a private file that holds `text`, and removes its name before writing to it.
#[cfg(not(target_os = "linux"))]
fn unnamed_file(text: &[u8]) -> io::Result<OwnedFd> {
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
    crate::size_limit::expect_errors();
    file.write_all(text)?;
    // On these systems the client gets the same file position when it opens `/dev/fd/N`.
    file.rewind()?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::InheritedFile;
    use crate::secret::Secret;

    #[test]
    fn a_text_of_any_length_is_whole_at_its_path() {
        for length in [0, 1, 4096, 65_536, 65_537, 70_001, 3_000_000] {
            let text = "x".repeat(length);
            let file = InheritedFile::new(&Secret::new(text.clone())).expect("it is made");
            let found = std::fs::read_to_string(file.path()).expect("it can be read");
            assert!(found == text, "{length}: {}", found.len());
        }
    }
}
