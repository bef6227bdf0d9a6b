//! The controlling terminal of a Unix process: reads lines and keys in raw mode.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};

use super::signals::Signals;
use crate::clock;
use crate::secret::Secret;
use crate::terminal::{Echo, Key, Line};

/// The longest answer, in bytes.
const LONGEST: usize = 4096;
/// The value that disables a special character (POSIX, `_POSIX_VDISABLE`).
#[cfg(target_os = "linux")]
const DISABLED: u8 = 0;
#[cfg(not(target_os = "linux"))]
const DISABLED: u8 = 0xff;

pub(crate) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Reports whether this process is in the terminal's foreground. The terminal would stop a background process at the
/// question, while it holds a claim.
pub(crate) fn is_foreground(terminal: &File) -> bool {
    termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Returns the number of columns, or 80 where the terminal does not know it.
pub(crate) fn width(terminal: &File) -> usize {
    columns(terminal).unwrap_or(80)
}

/// Returns the number of columns. A terminal that does not know it reports 0.
pub(crate) fn columns(terminal: &File) -> Option<usize> {
    let size = termios::tcgetwinsize(terminal).ok()?;
    (size.ws_col > 0).then(|| usize::from(size.ws_col))
}

/// A terminal without echo that delivers single keys. It is restored when this is dropped.
///
/// Keys such as Ctrl-C still send their signals to the whole foreground group, so the owner has to hold [`Signals`].
/// Only Ctrl-Z is disabled: it would stop the process while it holds a claim.
#[derive(Debug)]
pub(crate) struct RawMode {
    terminal: File,
    original: Termios,
}

impl RawMode {
    /// Switches the terminal to raw mode, and discards what was typed before.
    pub(crate) fn new(terminal: &File) -> io::Result<Self> {
        let original = termios::tcgetattr(terminal)?;
        let mut raw = original.clone();
        raw.local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON);
        raw.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
        // A read ends after this many tenths of a second, so that time limits and signals are noticed.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 2;
        // The guard is made before the terminal changes, so that it is always restored.
        let guard = Self {
            terminal: terminal.try_clone()?,
            original,
        };
        termios::tcsetattr(terminal, OptionalActions::Flush, &raw)?;
        Ok(guard)
    }

    /// Reads one line, for `limit` at most. Its `first` key may have been read before.
    pub(crate) fn line(
        &self,
        mut first: Option<u8>,
        echo: Echo,
        limit: Duration,
        signals: &Signals,
    ) -> io::Result<Line> {
        let mut line = Vec::with_capacity(LONGEST);
        let start = clock::ticks();
        let mut escape = Escape::None;
        loop {
            let key = match first.take() {
                Some(byte) => Key::Byte(byte),
                None => self.key(limit.saturating_sub(start.elapsed()), signals)?,
            };
            match key {
                Key::None => return Ok(Line::Over),
                Key::Interrupt => return Ok(Line::Interrupted),
                Key::Byte(byte) if escape.consumes(byte) => {}
                Key::Byte(b'\n' | b'\r') => break,
                Key::Byte(0x04) if line.is_empty() => return Ok(Line::GaveUp),
                Key::Byte(0x08 | 0x7f) => {
                    if erase_character(&mut line) {
                        self.echo(echo, b"\x08 \x08")?;
                    }
                }
                Key::Byte(0x15) => {
                    while erase_character(&mut line) {
                        self.echo(echo, b"\x08 \x08")?;
                    }
                }
                Key::Byte(_) if line.len() == LONGEST => {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                // Other control keys are ignored.
                Key::Byte(byte) if byte.is_ascii_control() => {}
                Key::Byte(byte) => {
                    line.push(byte);
                    self.echo(echo, &[byte])?;
                }
            }
        }
        match (std::str::from_utf8(&line), echo) {
            (Ok(text), _) => Ok(Line::Typed(Secret::concat(&[text]))),
            // The user sees that the line is empty now, and can type it again.
            (Err(_), Echo::Seen) => Ok(Line::Typed(Secret::default())),
            (Err(_), Echo::Unseen) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Reads one byte of a key, for `limit` at most.
    pub(crate) fn key(&self, limit: Duration, signals: &Signals) -> io::Result<Key> {
        let start = clock::ticks();
        let mut byte = [0];
        loop {
            if signals.have_arrived() {
                return Ok(Key::Interrupt);
            }
            match (&self.terminal).read(&mut byte) {
                Ok(0) if start.elapsed() >= limit => return Ok(Key::None),
                Ok(0) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    read?;
                    return Ok(Key::Byte(byte[0]));
                }
            }
        }
    }

    /// Returns the terminal itself.
    pub(super) fn terminal(&self) -> &File {
        &self.terminal
    }

    fn echo(&self, echo: Echo, bytes: &[u8]) -> io::Result<()> {
        match echo {
            Echo::Seen => (&self.terminal).write_all(bytes),
            Echo::Unseen => Ok(()),
        }
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(&self.terminal, OptionalActions::Now, &self.original);
    }
}

/// The progress within an escape sequence, which keys such as the arrows send: ESC, perhaps `[` or `O`, parameters, and
/// a letter (ECMA-48, control sequences).
pub(super) enum Escape {
    None,
    Begun,
    Within,
}

impl Escape {
    /// Reports whether `byte` belongs to an escape sequence.
    pub(super) fn consumes(&mut self, byte: u8) -> bool {
        let (next, taken) = match (&self, byte) {
            (_, 0x1b) => (Self::Begun, true),
            (Self::None, _) => (Self::None, false),
            (Self::Begun, b'[' | b'O') | (Self::Within, 0x20..=0x3f) => (Self::Within, true),
            // Any other byte ends the sequence. A control byte, such as a line end, is not part of it.
            (Self::Begun | Self::Within, byte) => (Self::None, !byte.is_ascii_control()),
        };
        *self = next;
        taken
    }
}

/// Removes the last character, which may have several bytes. Reports whether there was one.
pub(super) fn erase_character(line: &mut Vec<u8>) -> bool {
    let had_character = !line.is_empty();
    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    had_character
}

#[cfg(test)]
mod tests;
