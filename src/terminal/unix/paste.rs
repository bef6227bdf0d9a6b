//! Reads a pasted text: longer than a line that is typed, perhaps wrapped, and never shown.
//!
//! In canonical mode a terminal keeps 4,095 bytes of a line on Linux, 1,024 on macOS, and drops the rest without a word, so a
//! paste is read in raw mode. In bracketed paste mode (xterm, "Bracketed Paste Mode") the terminal puts marks around a paste,
//! so that line ends within it can be told from the Enter key. A terminal without that mode sends a wrapped paste as lines, one
//! right after the other.

use std::fs::File;
use std::io::{self, Write as _};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};
use zeroize::Zeroizing;

use super::signals::Signals;
use super::tty::{Escape, RawMode, erase_character};
use crate::clock;
use crate::secret::Secret;
use crate::terminal::{Key, Line};

/// The longest pasted text, in bytes and without blanks. The longest is a URL, of which the ALB takes 16 KiB.
const LONGEST: usize = 16 * 1024;
const START: &[u8; 6] = b"\x1b[200~";
const END: &[u8; 6] = b"\x1b[201~";

impl RawMode {
    /// Reads a pasted text, for `limit` at most; `None` if it was too long. Blanks and line ends are taken out.
    pub(crate) fn paste(
        &self,
        has_sequences: bool,
        limit: Duration,
        signals: &Signals,
    ) -> io::Result<Option<Line>> {
        let _mode = PasteMode::new(self.terminal(), has_sequences)?;
        let mut paste = Paste::new();
        let start = clock::ticks();
        let mut is_ended = false;
        loop {
            // After a line end, the answer is complete if nothing follows within one read (`VTIME`).
            let patience = match is_ended {
                true => Duration::ZERO,
                false => limit.saturating_sub(start.elapsed()),
            };
            match self.key(patience, signals)? {
                Key::None if is_ended => return Ok(paste.into_line()),
                Key::None => return Ok(Some(Line::Over)),
                Key::Interrupt => return Ok(Some(Line::Interrupted)),
                Key::Byte(byte) => match paste.take(byte) {
                    Taken::GaveUp => return Ok(Some(Line::GaveUp)),
                    Taken::LineEnd => is_ended = true,
                    Taken::Text => is_ended = false,
                    Taken::Nothing => {}
                },
            }
        }
    }
}

/// Bracketed paste mode, until this is dropped. Then, what is still unread of the paste is discarded: a shell would take it
/// for a command, and keep it in its history.
struct PasteMode<'a> {
    terminal: &'a File,
    has_sequences: bool,
}

impl<'a> PasteMode<'a> {
    fn new(terminal: &'a File, has_sequences: bool) -> io::Result<Self> {
        let mode = Self {
            terminal,
            has_sequences,
        };
        mode.send(b"\x1b[?2004h")?;
        Ok(mode)
    }

    fn send(&self, sequence: &[u8]) -> io::Result<()> {
        let mut screen = self.terminal;
        match self.has_sequences {
            true => screen.write_all(sequence),
            false => Ok(()),
        }
    }
}

impl Drop for PasteMode<'_> {
    fn drop(&mut self) {
        let _ = self.send(b"\x1b[?2004l");
        let _ = tcflush(self.terminal, QueueSelector::IFlush);
    }
}

/// The meaning of a byte.
#[derive(Debug, PartialEq, Eq)]
enum Taken {
    Nothing,
    Text,
    /// A line end outside the marks of a bracketed paste.
    LineEnd,
    /// Ctrl-D before any text.
    GaveUp,
}

/// A text that is being pasted.
struct Paste {
    text: Vec<u8>,
    is_too_long: bool,
    /// Set between the mark of the start and that of the end.
    is_bracketed: bool,
    escape: Escape,
    /// The last bytes, in which a mark is found.
    last: Zeroizing<[u8; 6]>,
}

impl Paste {
    fn new() -> Self {
        Self {
            text: Vec::with_capacity(LONGEST),
            is_too_long: false,
            is_bracketed: false,
            escape: Escape::None,
            last: Zeroizing::default(),
        }
    }

    fn take(&mut self, byte: u8) -> Taken {
        self.look_for_marks(byte);
        if self.escape.consumes(byte) {
            return Taken::Nothing;
        }
        match byte {
            b'\n' | b'\r' if !self.is_bracketed => return Taken::LineEnd,
            0x04 if !self.is_bracketed && self.text.is_empty() => return Taken::GaveUp,
            0x08 | 0x7f => drop(erase_character(&mut self.text)),
            0x15 => {
                self.text.clear();
                self.is_too_long = false;
            }
            // Neither an address nor a cookie has any.
            byte if byte.is_ascii_whitespace() || byte.is_ascii_control() => return Taken::Nothing,
            _ if self.text.len() == LONGEST => self.is_too_long = true,
            byte => self.text.push(byte),
        }
        Taken::Text
    }

    fn look_for_marks(&mut self, byte: u8) {
        self.last.rotate_left(1);
        self.last[5] = byte;
        match &*self.last {
            START => self.is_bracketed = true,
            END => self.is_bracketed = false,
            _ => {}
        }
    }

    /// Returns the answer; `None` if it is too long. Bytes that are no text become U+FFFD.
    fn into_line(self) -> Option<Line> {
        let text = String::from_utf8_lossy(&self.text);
        (!self.is_too_long).then(|| Line::Typed(Secret::concat(&[&text])))
    }
}

#[cfg(test)]
mod tests;
