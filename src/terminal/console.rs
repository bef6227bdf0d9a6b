//! The console of a Windows process. Written with the same care as the terminal, and tried by nobody yet. Ctrl-C ends
//! the process there and then; keys are not read while something is awaited.

use std::fs::{File, OpenOptions};
use std::io;
use std::time::Duration;

use super::signals::Signals;
use super::{Echo, Key, Line};
use crate::secret::Secret;

pub(super) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("CONIN$")
}

pub(super) fn is_ours(_terminal: &File) -> bool {
    true
}

pub(super) fn width(_terminal: &File) -> usize {
    80
}

/// The console while answers are read from it.
#[derive(Debug)]
pub(super) struct Mute;

impl Mute {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the terminal of other systems can fail here"
    )]
    pub(super) fn new(_terminal: &File) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on other systems")]
    pub(super) fn line(
        &self,
        _echo: Echo,
        _limit: Duration,
        _signals: &Signals,
    ) -> io::Result<Line> {
        rpassword::read_password().map(|answer| Line::Typed(Secret::new(answer)))
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as on other systems"
    )]
    pub(super) fn key(&self, limit: Duration, _signals: &Signals) -> io::Result<Key> {
        std::thread::sleep(limit);
        Ok(Key::None)
    }
}
