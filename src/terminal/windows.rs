//! The console of a Windows process. Nobody has tried this code on Windows yet.
//!
//! Ctrl-C ends the process at once. Keys are not read during a wait. A console sends its signals to all of its
//! processes without help, so nothing is forwarded.

use std::fs::{File, OpenOptions};
use std::io;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use super::{Echo, Key, Line};
use crate::secret::Secret;

pub(super) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("CONIN$")
}

pub(super) fn is_foreground(_terminal: &File) -> bool {
    true
}

pub(super) fn width(_terminal: &File) -> usize {
    80
}

pub(super) fn columns(_terminal: &File) -> Option<usize> {
    None
}

/// The console while answers are read from it.
#[derive(Debug)]
pub(super) struct RawMode;

impl RawMode {
    #[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
    pub(super) fn new(_terminal: &File) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(super) fn line(
        &self,
        _first: Option<u8>,
        _echo: Echo,
        _limit: Duration,
        _signals: &Signals,
    ) -> io::Result<Line> {
        rpassword::read_password().map(|answer| Line::Typed(Secret::new(answer)))
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(super) fn paste(
        &self,
        _has_sequences: bool,
        _limit: Duration,
        _signals: &Signals,
    ) -> io::Result<Option<Line>> {
        rpassword::read_password().map(|answer| Some(Line::Typed(Secret::new(answer))))
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "Unix needs it, and it can fail there"
    )]
    pub(super) fn key(&self, limit: Duration, _signals: &Signals) -> io::Result<Key> {
        std::thread::sleep(limit);
        Ok(Key::None)
    }
}

/// Holds no signals back.
#[derive(Debug)]
pub(super) struct Signals;

impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(super) fn is_alone(&self) -> bool {
        true
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(super) fn have_arrived(&self) -> bool {
        false
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "Unix needs it, and it can fail there"
    )]
    pub(super) fn re_raise(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A signal that Unix would forward.
pub(crate) type Signal = ();

/// Waits for a child, and forwards nothing.
#[derive(Debug)]
pub(crate) struct SignalForwarder;

impl SignalForwarder {
    #[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
    pub(crate) fn new(_signals: &[Signal]) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(crate) fn is_interrupted(&self) -> bool {
        false
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "Unix needs it, and it can fail there"
    )]
    pub(crate) fn re_raise(&self) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "Unix needs it")]
    pub(crate) fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        child.wait()
    }
}

/// Returns the exit status to end with after a child.
pub(crate) fn exit_like(status: ExitStatus) -> u8 {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(1)
}
