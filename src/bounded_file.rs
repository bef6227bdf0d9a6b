//! Reading a file with limits for length and time: it may be a device without an end, a FIFO without a writer, or a
//! descriptor of the caller (`/dev/stdin`, `/dev/fd/3`).
//!
//! A regular file is read at once. Any other file is read by a thread, which is abandoned at the time limit: opening a FIFO
//! waits for its writer, and nothing interrupts that.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::clock;

/// How often [`Bounds::stop`] is asked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The limits for a file.
pub(crate) struct Bounds<'a> {
    /// The longest content, in KiB.
    pub(crate) kib: u64,
    /// The word for the content in an error: `secret`.
    pub(crate) what: &'static str,
    /// The time limit for a file that is not a regular one.
    pub(crate) limit: Duration,
    /// Asked meanwhile: whether the content is no longer wanted.
    pub(crate) stop: &'a dyn Fn() -> bool,
}

/// Reads the whole file at `path` within `bounds`. The error does not name the path.
pub(crate) fn read(path: &Path, bounds: &Bounds<'_>) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    let (kib, what) = (bounds.kib, bounds.what);
    if metadata.is_file() {
        return read_all(File::open(path)?, kib, what);
    }
    let (sender, receiver) = mpsc::channel();
    let owned = path.to_owned();
    let work = move || {
        let read = File::open(owned).and_then(|file| read_all(file, kib, what));
        // After the time limit nobody receives it.
        let _ = sender.send(read);
    };
    std::thread::Builder::new().spawn(work)?;
    let start = clock::ticks();
    loop {
        let left = bounds.limit.saturating_sub(start.elapsed());
        match receiver.recv_timeout(POLL_INTERVAL.min(left)) {
            Ok(read) => return read,
            Err(RecvTimeoutError::Timeout) if (bounds.stop)() => {
                return Err(io::Error::other("nobody waits for it any more"));
            }
            Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
            Err(_) => return Err(endless(&metadata, bounds.limit)),
        }
    }
}

/// Reads `from` to its end; an error after `kib`.
fn read_all(from: impl io::Read, kib: u64, what: &str) -> io::Result<Vec<u8>> {
    let most = kib * 1024;
    let mut bytes = Vec::with_capacity(4096);
    from.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(too_long(kib, what)),
        false => Ok(bytes),
    }
}

/// The error that a `what` is longer than `kib`.
pub(crate) fn too_long(kib: u64, what: &str) -> io::Error {
    let size = match kib % 1024 {
        0 => format!("{} MiB", kib / 1024),
        _ => format!("{kib} KiB"),
    };
    let message = format!("more than {size} is no {what}");
    io::Error::new(ErrorKind::FileTooLarge, message)
}

fn endless(metadata: &std::fs::Metadata, limit: Duration) -> io::Error {
    let seconds = limit.as_secs();
    let message = match is_fifo(metadata) {
        true => format!("it is a FIFO, and its writer did not finish within {seconds} s"),
        false => format!("it did not end within {seconds} s"),
    };
    io::Error::new(ErrorKind::TimedOut, message)
}

#[cfg(unix)]
fn is_fifo(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_fifo(_metadata: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Bounds, read};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    const NEVER: &dyn Fn() -> bool = &|| false;

    fn fifo(directory: &tempfile::TempDir) -> PathBuf {
        let path = directory.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo runs").success());
        path
    }

    fn read_within(
        path: &Path,
        limit: Duration,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, String> {
        let bounds = Bounds {
            kib: 1024,
            what: "test",
            limit,
            stop,
        };
        read(path, &bounds).map_err(|error| error.to_string())
    }

    #[test]
    fn a_fifo_that_nobody_writes_into_is_given_up() {
        let directory = tempfile::tempdir().expect("a directory");
        let start = Instant::now();
        let error = read_within(&fifo(&directory), Duration::from_secs(1), NEVER);
        let expected = "it is a FIFO, and its writer did not finish within 1 s";
        assert_eq!(error, Err(expected.to_owned()));
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_fifo_is_left_when_nobody_wants_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let error = read_within(&fifo(&directory), Duration::from_secs(600), &|| true);
        assert_eq!(error, Err("nobody waits for it any more".to_owned()));
    }

    #[test]
    fn a_fifo_is_read_to_the_end_of_its_writer() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = fifo(&directory);
        let writer = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut file = std::fs::File::create(path).expect("there is a reader");
                file.write_all(b"a").expect("there is a reader");
                file.write_all(b"b").expect("there is a reader");
            }
        });
        let read = read_within(&path, Duration::from_secs(60), NEVER);
        assert_eq!(read, Ok(b"ab".to_vec()));
        writer.join().expect("it has written");
    }

    #[test]
    fn a_device_without_an_end_is_too_long() {
        let error = read_within(Path::new("/dev/zero"), Duration::from_secs(60), NEVER);
        assert_eq!(error, Err("more than 1 MiB is no test".to_owned()));
    }
}
