//! The lock file beside a record: who holds the claim, and what for.
//!
//! Its first line is the holder's process, its second what that process is doing, for those who wait. The holder takes the
//! second line out when it releases the claim. It is for people: what must be remembered is in the record.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use fs4::FileExt;

use crate::error::{Error, foreign};
use crate::size_limit;
use crate::store::claims::{Lease, WaitPolicy, Waiting};
use crate::store::error::{StoreError, shown};

/// How much longer than its limit a wait may take.
const MOMENT: Duration = Duration::from_millis(500);

/// The lock on a file, held. The kernel takes it from no process that lives, so it is never lost.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    is_noted: Cell<bool>,
}

impl Lock {
    /// Locks `file`, and waits for its holder as long as `policy` says.
    pub(super) fn take(file: File, path: &Path, policy: &WaitPolicy) -> Result<Self, StoreError> {
        let file = match try_lock(&file) {
            Ok(true) => file,
            Ok(false) => wait(file, path, policy)?,
            Err(error) => return Err(StoreError::at(path, &error)),
        };
        let lock = Self {
            file,
            is_noted: Cell::new(false),
        };
        let _ = lock.write("");
        Ok(lock)
    }

    /// Writes both lines in one call, so that a process that is killed meanwhile leaves the old words or the new ones. What
    /// is then left of longer words is beyond the second line.
    fn write(&self, words: &str) -> io::Result<()> {
        let text = format!("{}\n{words}\n", std::process::id());
        let mut file = &self.file;
        size_limit::expect_errors();
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }
}

/// Locks `file` at once, or not at all; whether it did. The lock lasts as long as the file is open.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    uninterrupted(|| match FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) => Err(error),
    })
}

/// Begins `locking` again as often as a signal breaks it off: on a remote file system it may.
fn uninterrupted<T>(locking: impl Fn() -> io::Result<T>) -> io::Result<T> {
    loop {
        match locking() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

impl Lease for Lock {
    fn note(&self, words: &str) {
        self.is_noted.set(!words.is_empty());
        let _ = self.write(&words.replace('\n', " "));
    }

    fn extend(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.is_noted.get() {
            let _ = self.write("");
        }
    }
}

/// The holder of a lock.
#[derive(Debug, Default, PartialEq, Eq)]
struct Holder {
    process: Option<u32>,
    doing: Option<String>,
}

impl Holder {
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let process = lines.next().and_then(|line| line.parse().ok());
        let doing = lines.next().filter(|doing| !doing.is_empty());
        Self {
            process,
            doing: doing.map(str::to_owned),
        }
    }

    /// How a process that waits for it calls it: "process 7 to sign in to grafana: it …".
    fn words(&self, purpose: &str) -> String {
        let process = match self.process {
            Some(id) => format!("process {id}"),
            None => "another process".into(),
        };
        match &self.doing {
            Some(doing) => format!("{process} to {purpose}: it {}", foreign(doing)),
            None => format!("{process} to {purpose}"),
        }
    }
}

/// Waits for the lock in a thread of its own, so that the wait can be announced and can end. When the time is over the
/// thread is left alone: it ends with the process, which ends next.
fn wait(file: File, path: &Path, policy: &WaitPolicy) -> Result<File, StoreError> {
    if policy.limit.is_zero() {
        let busy = Error::network(format!("{} is locked", shown(path)));
        return Err(StoreError::Busy(busy));
    }
    let holder = || {
        let text = fs::read_to_string(path).unwrap_or_default();
        Holder::parse(&text).words(policy.purpose)
    };
    let (sender, receiver) = mpsc::channel();
    let waiting = move || {
        let locked = uninterrupted(|| FileExt::lock(&file));
        let _ = sender.send(locked.map(|()| file));
    };
    std::thread::Builder::new()
        .spawn(waiting)
        .map_err(|error| {
            let busy = Error::network(format!("cannot wait for {}", holder()));
            StoreError::Busy(busy.caused_by(error))
        })?;
    match announced(&receiver, policy, &holder) {
        Ok(locked) => locked.map_err(|error| StoreError::at(path, &error)),
        Err(_) => Err(StoreError::Busy(
            Error::network(format!(
                "waited {} s for {}",
                policy.limit.as_secs(),
                holder()
            ))
            .caused_by(format!("it holds the lock {}", shown(path)))
            .hint("look at what that process waits for, or end it"),
        )),
    }
}

/// Receives what is sent in time. Meanwhile it announces for whom it waits, and again when that process does something else.
///
/// A process that was stopped while it waited finds its time over when it goes on, and its other thread may have the lock
/// by then, or be about to: that thread gets a moment to say so.
fn announced<T>(
    receiver: &Receiver<T>,
    policy: &WaitPolicy,
    holder: &dyn Fn() -> String,
) -> Result<T, RecvTimeoutError> {
    let mut waiting = Waiting::new(policy);
    loop {
        let left = waiting.left();
        match receiver.recv_timeout(Waiting::SILENCE.min(left)) {
            Err(RecvTimeoutError::Timeout) if left > Waiting::SILENCE => waiting.tell(&holder()),
            Err(RecvTimeoutError::Timeout) => return receiver.recv_timeout(MOMENT),
            ended => return ended,
        }
    }
}

#[cfg(test)]
mod tests {
    mod random;

    use super::{Holder, announced};
    use crate::store::claims::WaitPolicy;
    use std::time::Duration;

    #[test]
    fn who_comes_just_after_the_time_is_over_is_still_heard() {
        let policy = WaitPolicy {
            purpose: "",
            limit: Duration::from_millis(1),
            announce: &|_| {},
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        let late = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            let _ = sender.send(7);
            sender
        });
        assert_eq!(announced(&receiver, &policy, &String::new), Ok(7));
        let _sender = late.join().expect("it ends");
        assert!(announced(&receiver, &policy, &String::new).is_err());
    }

    #[test]
    fn a_holder_is_told_by_its_process_and_what_it_does() {
        let holder = Holder::parse("7\nasks for a code\nwhat was longer before");
        assert_eq!(
            holder.words("sign in to grafana"),
            "process 7 to sign in to grafana: it asks for a code"
        );
        assert_eq!(Holder::parse("7").words("sign in"), "process 7 to sign in");
        assert_eq!(Holder::parse("").words("x"), "another process to x");
        assert_eq!(Holder::parse("7\n\nold words").doing, None);
    }
}
