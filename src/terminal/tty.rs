//! The controlling terminal of a Unix process: lines and keys that it does not show by itself.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use zeroize::Zeroizing;

use super::signals::Signals;
use super::{Echo, Key, Line};
use crate::clock;
use crate::secret::Secret;

/// The most that one answer may have.
const LONGEST: usize = 4096;
/// What switches the character of a signal off (POSIX, `_POSIX_VDISABLE`).
#[cfg(target_os = "linux")]
const DISABLED: u8 = 0;
#[cfg(not(target_os = "linux"))]
const DISABLED: u8 = 0xff;

pub(super) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Whether this process is in the terminal's foreground. One in the background would be stopped at the question,
/// with the claim in its hands.
pub(super) fn is_ours(terminal: &File) -> bool {
    termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// How many columns the terminal has. One that does not know says 0.
pub(super) fn width(terminal: &File) -> usize {
    let columns = termios::tcgetwinsize(terminal).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { 80 } else { columns }
}

/// The terminal without echo and line by line no more, put back as it was when dropped. The keys still make their
/// signals, for the whole group of processes as ever, so whoever holds this has to keep [`Signals`]. Only Ctrl-Z
/// does nothing: it would stop the process with the claim in its hands.
#[derive(Debug)]
pub(super) struct Mute {
    terminal: File,
    before: Termios,
}

impl Mute {
    pub(super) fn new(terminal: &File) -> io::Result<Self> {
        let before = termios::tcgetattr(terminal)?;
        let mut mute = before.clone();
        mute.local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON);
        mute.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
        // A read ends after so many tenths of a second at the latest, so that the wait can end too.
        mute.special_codes[SpecialCodeIndex::VMIN] = 0;
        mute.special_codes[SpecialCodeIndex::VTIME] = 2;
        // Before anything is changed, so that whatever happens it is put back.
        let restored = Self {
            terminal: terminal.try_clone()?,
            before,
        };
        termios::tcsetattr(terminal, OptionalActions::Flush, &mute)?;
        Ok(restored)
    }

    /// Reads one line, up to `limit`.
    pub(super) fn line(&self, echo: Echo, limit: Duration, signals: &Signals) -> io::Result<Line> {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let start = clock::ticks();
        let mut escape = Escape::None;
        loop {
            match self.key(limit.saturating_sub(start.elapsed()), signals)? {
                Key::None => return Ok(Line::Over),
                Key::Interrupt => return Ok(Line::Interrupted),
                Key::Byte(byte) if escape.takes(byte) => {}
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
                // What other keys make is no part of an answer.
                Key::Byte(byte) if byte.is_ascii_control() => {}
                Key::Byte(byte) => {
                    line.push(byte);
                    self.echo(echo, &[byte])?;
                }
            }
        }
        match (std::str::from_utf8(&line), echo) {
            (Ok(text), _) => Ok(Line::Typed(Secret::concat(&[text]))),
            // What is seen can be typed once more.
            (Err(_), Echo::Seen) => Ok(Line::Typed(Secret::default())),
            (Err(_), Echo::Unseen) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Reads one byte of a key, up to `limit`.
    pub(super) fn key(&self, limit: Duration, signals: &Signals) -> io::Result<Key> {
        let start = clock::ticks();
        let mut byte = [0];
        loop {
            if signals.have_come() {
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

    fn echo(&self, echo: Echo, bytes: &[u8]) -> io::Result<()> {
        match echo {
            Echo::Seen => (&self.terminal).write_all(bytes),
            Echo::Unseen => Ok(()),
        }
    }
}

impl Drop for Mute {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

/// How far a sequence has come that a key such as an arrow makes: ESC, and perhaps a `[` or an `O`, what belongs to it,
/// and a letter (ECMA-48, control sequences).
enum Escape {
    None,
    Begun,
    Within,
}

impl Escape {
    /// Whether `byte` belongs to such a sequence.
    fn takes(&mut self, byte: u8) -> bool {
        let (next, taken) = match (&self, byte) {
            (_, 0x1b) => (Self::Begun, true),
            (Self::None, _) => (Self::None, false),
            (Self::Begun, b'[' | b'O') | (Self::Within, 0x20..=0x3f) => (Self::Within, true),
            // Anything else ends it; a line end or a signal's byte is not swallowed with it.
            (Self::Begun | Self::Within, byte) => (Self::None, !byte.is_ascii_control()),
        };
        *self = next;
        taken
    }
}

/// Takes back the last character, which may be several bytes; whether there was one.
fn erase_character(line: &mut Vec<u8>) -> bool {
    let was_there = !line.is_empty();
    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    was_there
}

#[cfg(test)]
mod tests;
