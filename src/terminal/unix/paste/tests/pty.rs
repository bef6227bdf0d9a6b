//! A pseudo-terminal, whose far end the test holds.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, tcgetattr};

/// The time limit of a question, and of a wait for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Pty {
    far: File,
    /// The end that a program reads from.
    pub(super) near: File,
    pub(super) screen: String,
}

impl Pty {
    pub(super) fn new() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let far = openpt(flags).expect("a terminal");
        grantpt(&far).expect("a terminal");
        unlockpt(&far).expect("a terminal");
        let name = ptsname(&far, Vec::new()).expect("its name");
        let mut near = File::options();
        let near = near.read(true).write(true);
        let near = near.open(name.to_str().expect("ASCII")).expect("its end");
        Self {
            far: File::from(far),
            near,
            screen: String::new(),
        }
    }

    pub(super) fn end(&self) -> File {
        self.near.try_clone().expect("another handle")
    }

    pub(super) fn modes(&self) -> Termios {
        tcgetattr(&self.near).expect("modes")
    }

    pub(super) fn type_in(&mut self, keys: &[u8]) {
        self.far.write_all(keys).expect("the terminal takes keys");
    }

    /// Waits until `text` is on the screen, and removes it and everything before it.
    #[track_caller]
    pub(super) fn until(&mut self, text: &str) {
        while !self.screen.contains(text) {
            assert!(self.look(PATIENCE), "{text:?}: {:?}", self.screen);
        }
        let end = self.screen.find(text).expect("it is there") + text.len();
        self.screen.drain(..end);
    }

    /// Returns what is on the screen now.
    pub(super) fn rest(&mut self) -> String {
        while self.look(Duration::ZERO) {}
        std::mem::take(&mut self.screen)
    }

    /// Reads what is shown within `time`. Reports whether there was something.
    fn look(&mut self, time: Duration) -> bool {
        let time = Timespec::try_from(time).expect("a short time");
        let mut ends = [PollFd::new(&self.far, PollFlags::IN)];
        let is_ready = poll(&mut ends, Some(&time)).expect("it can be polled") > 0;
        if is_ready {
            let mut buffer = [0; 4096];
            let length = self.far.read(&mut buffer).expect("the near end is open");
            self.screen += &String::from_utf8_lossy(&buffer[..length]);
        }
        is_ready
    }
}
