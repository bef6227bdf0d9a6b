//! The controlling terminal of a Unix process: a question on it, and an answer that nobody sees.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use zeroize::Zeroizing;

use crate::clock;
use crate::secret::Secret;

/// The most that one answer may have.
const LONGEST: usize = 4096;

pub(super) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Whether this process is in the terminal's foreground. One in the background would be stopped at the question,
/// with the claim in its hands.
pub(super) fn is_ours(terminal: &File) -> bool {
    termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// The terminal without echo and without signals from keys, put back as it was when dropped. Ctrl-C arrives as
/// a byte, so that no signal can end the process while the terminal is still mute.
struct Mute<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Mute<'a> {
    fn new(terminal: &'a File) -> io::Result<Self> {
        let before = termios::tcgetattr(terminal)?;
        let mut mute = before.clone();
        mute.local_modes
            .remove(LocalModes::ECHO | LocalModes::ISIG | LocalModes::ICANON);
        // A read ends after so many tenths of a second at the latest, so that the wait can end too.
        mute.special_codes[SpecialCodeIndex::VMIN] = 0;
        mute.special_codes[SpecialCodeIndex::VTIME] = 2;
        termios::tcsetattr(terminal, OptionalActions::Flush, &mute)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Mute<'_> {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

/// Asks and reads one line unseen; `None` when the person gave up (Ctrl-D on an empty line) or never came. The terminal
/// is mute before the question stands there, and as it was before a signal, or Ctrl-C, ends the process.
pub(super) fn ask_secret(
    terminal: &mut File,
    question: &str,
    limit: Duration,
) -> io::Result<Option<Secret>> {
    let signals = Signals::new()?;
    let answer = {
        let mute = Mute::new(terminal)?;
        let mut screen = mute.terminal;
        screen.write_all(question.as_bytes())?;
        read_line(mute.terminal, limit, &signals)
    };
    terminal.write_all(b"\n")?;
    signals.obey()?;
    Ok(answer?.map(|line| Secret::concat(&[&line])))
}

/// The signals that would end the process, kept until [`Signals::obey`].
struct Signals {
    kept: Arc<AtomicUsize>,
    registered: Vec<signal_hook::SigId>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let mut signals = Self {
            kept: Arc::default(),
            registered: Vec::new(),
        };
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let number = usize::try_from(signal).expect("signals are positive");
            signals.registered.push(signal_hook::flag::register_usize(
                signal,
                Arc::clone(&signals.kept),
                number,
            )?);
        }
        Ok(signals)
    }

    fn has_come(&self) -> bool {
        self.kept.load(Ordering::Relaxed) != 0
    }

    /// Keeps a signal that came as a key.
    fn raise(&self, signal: i32) {
        self.kept.store(
            usize::try_from(signal).expect("signals are positive"),
            Ordering::Relaxed,
        );
    }

    /// Lets the signal that came do what it would have done at once.
    fn obey(&self) -> io::Result<()> {
        match i32::try_from(self.kept.load(Ordering::Relaxed)) {
            Ok(signal) if signal != 0 => signal_hook::low_level::emulate_default_handler(signal),
            _ => Ok(()),
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in &self.registered {
            signal_hook::low_level::unregister(*id);
        }
    }
}

fn read_line(
    mut terminal: &File,
    limit: Duration,
    signals: &Signals,
) -> io::Result<Option<Zeroizing<String>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0];
    let start = clock::ticks();
    loop {
        if signals.has_come() || start.elapsed() >= limit {
            return Ok(None);
        }
        match terminal.read(&mut byte) {
            Ok(0) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        match byte[0] {
            b'\n' | b'\r' => break,
            // As everywhere, Ctrl-C is for the whole program, and a loop around it.
            0x03 | 0x1c => signals.raise(SIGINT),
            0x04 if line.is_empty() => return Ok(None),
            0x08 | 0x7f => erase_character(&mut line),
            0x15 => line.clear(),
            0x1a => {}
            _ if line.len() == LONGEST => return Err(io::ErrorKind::InvalidInput.into()),
            byte => line.push(byte),
        }
    }
    let text =
        std::str::from_utf8(&line).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Takes back the last character, which may be several bytes.
fn erase_character(line: &mut Vec<u8>) {
    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
}
