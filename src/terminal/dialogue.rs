//! A talk with the person at the terminal, or, where nobody is there, lines on stderr.
//!
//! From its birth on the signals that would end the process are kept, so that what was begun elsewhere can be taken back
//! first; [`Dialogue::re_raise`] then lets them do their work.

mod pasted;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write as _};
use std::time::Duration;

use super::signals::Signals;
use super::{Echo, Key, Line, Looks, Meaning, progress, say, tty};
use crate::clock;
use crate::error::{Error, Kind, Result};
use crate::waiting;

/// How often a line that shows the passing time is drawn again.
const TICK: Duration = Duration::from_secs(1);

/// A talk that is going on.
#[derive(Debug)]
pub(crate) struct Dialogue {
    signals: Signals,
    /// `None` where nobody is there to be asked.
    terminal: Option<File>,
    raw_mode: RefCell<Option<tty::RawMode>>,
    /// The line that shows the passing time and stands on the screen now.
    drawn: RefCell<String>,
    /// The question that stands on the screen, if nothing was typed in answer to it yet.
    standing: RefCell<String>,
}

impl Dialogue {
    /// A talk on `terminal`, where there is one.
    pub(super) fn new(terminal: Option<File>) -> Result<Self> {
        progress::end();
        Ok(Self {
            signals: Signals::new().map_err(|error| failed(&error))?,
            terminal,
            raw_mode: RefCell::default(),
            drawn: RefCell::default(),
            standing: RefCell::default(),
        })
    }

    /// Returns whether a person is there to be asked.
    pub(crate) fn is_attended(&self) -> bool {
        self.terminal.is_some()
    }

    /// Returns whether nothing of it stands on the screen.
    pub(crate) fn is_blank(&self) -> bool {
        self.drawn.borrow().is_empty() && self.standing.borrow().is_empty()
    }

    /// Says one line: on the terminal, or else on stderr.
    pub(crate) fn tell(&self, text: &str) {
        self.wipe();
        match &self.terminal {
            Some(terminal) => {
                let mut screen = terminal;
                let text = Looks::at(terminal).lay_out_told(text);
                let _ = writeln!(screen, "{text}");
            }
            None => say(text),
        }
    }

    /// Returns `words` as the terminal shows what a person takes over.
    pub(crate) fn emphasise(&self, words: &str) -> String {
        match &self.terminal {
            Some(terminal) => Looks::at(terminal).paint(Meaning::Act, words),
            None => words.to_owned(),
        }
    }

    /// Says one line that tells which keys do something from now on.
    pub(crate) fn tell_keys(&self, text: &str) -> Result<()> {
        self.enter_raw_mode().map_err(|error| failed(&error))?;
        self.tell(text);
        Ok(())
    }

    /// Asks, and waits up to `limit` for a line.
    pub(crate) fn ask(&self, question: &str, echo: Echo, limit: Duration) -> Result<Line> {
        let Some(terminal) = &self.terminal else {
            return Ok(Line::GaveUp);
        };
        self.restore();
        let ask = || -> io::Result<Line> {
            let mut screen = terminal;
            // Raw mode discards keys that were typed before the question: they do not answer it.
            let raw_mode = tty::RawMode::new(terminal)?;
            screen.write_all(question.as_bytes())?;
            let line = raw_mode.line(None, echo, limit, &self.signals);
            screen.write_all(b"\n")?;
            line
        };
        ask().map_err(|error| failed(&error))
    }

    /// Asks as [`Dialogue::ask`] does, and returns `None` where nothing was typed for `idle`. The question then stands, and
    /// is asked on without being written again.
    pub(crate) fn ask_meanwhile(
        &self,
        question: &str,
        echo: Echo,
        limit: Duration,
        idle: Duration,
    ) -> Result<Option<Line>> {
        // A console has no keys that are read one by one.
        if self.terminal.is_none() || cfg!(windows) || limit <= idle {
            return self.ask(question, echo, limit).map(Some);
        }
        let ask = || -> io::Result<Option<Line>> {
            self.pose(question)?;
            match self.key(idle)? {
                Key::None => Ok(None),
                Key::Interrupt => Ok(Some(Line::Interrupted)),
                Key::Byte(byte) => {
                    self.standing.take();
                    let raw_mode = self.raw_mode.borrow();
                    let line = raw_mode
                        .as_ref()
                        .map(|raw_mode| raw_mode.line(Some(byte), echo, limit, &self.signals));
                    self.end_line();
                    line.transpose()
                }
            }
        };
        ask().map_err(|error| failed(&error))
    }

    /// Writes a question, unless it stands there.
    fn pose(&self, question: &str) -> io::Result<()> {
        if *self.standing.borrow() != question {
            self.restore();
            self.enter_raw_mode()?;
            self.standing.replace(question.to_owned());
            if let Some(terminal) = &self.terminal {
                let mut screen = terminal;
                screen.write_all(question.as_bytes())?;
            }
        }
        Ok(())
    }

    fn end_line(&self) {
        if let Some(terminal) = &self.terminal {
            let mut screen = terminal;
            let _ = screen.write_all(b"\n");
        }
    }

    /// Waits `pause` long, or for a key. `show` makes the line that stands on the terminal meanwhile.
    pub(crate) fn wait(&self, pause: Duration, show: &dyn Fn() -> String) -> Result<Key> {
        let start = clock::ticks();
        loop {
            let left = pause.saturating_sub(start.elapsed());
            self.draw(&show());
            let key = self.key(left.min(TICK)).map_err(|error| failed(&error))?;
            if !matches!(key, Key::None) || start.elapsed() >= pause {
                return Ok(key);
            }
        }
    }

    /// Puts the terminal back as it was, for whoever else may use it.
    pub(crate) fn restore(&self) {
        self.wipe();
        self.raw_mode.replace(None);
    }

    /// Returns whether a signal has come that will end the process.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.signals.have_arrived()
    }

    /// Puts the terminal back as it was, and lets the signal that came end the process.
    pub(crate) fn re_raise(&self) {
        self.restore();
        // Where it cannot be done, the error that the caller has in hand ends the process as well.
        let _ = self.signals.re_raise();
    }

    fn key(&self, limit: Duration) -> io::Result<Key> {
        self.enter_raw_mode()?;
        match &*self.raw_mode.borrow() {
            Some(raw_mode) => raw_mode.key(limit, &self.signals),
            None => Ok(self.sleep(limit)),
        }
    }

    fn enter_raw_mode(&self) -> io::Result<()> {
        let mut raw_mode = self.raw_mode.borrow_mut();
        if let (Some(terminal), None) = (&self.terminal, &*raw_mode) {
            *raw_mode = Some(tty::RawMode::new(terminal)?);
        }
        Ok(())
    }

    /// Waits for a signal alone, because nobody can press a key.
    fn sleep(&self, limit: Duration) -> Key {
        let signal = waiting::until(limit, |pause| {
            std::thread::sleep(pause);
            self.is_interrupted().then_some(Key::Interrupt)
        });
        signal.unwrap_or(Key::None)
    }

    /// Draws `line` in place of the present one.
    fn draw(&self, line: &str) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let room = tty::width(terminal).saturating_sub(1);
        let line: String = line.chars().take(room).collect();
        let before = self.drawn.replace(line.clone());
        if before == line {
            return;
        }
        let surplus = before.chars().count().saturating_sub(line.chars().count());
        let blank = " ".repeat(surplus);
        let mut screen = terminal;
        let _ = write!(screen, "\r{line}{blank}");
    }

    /// Takes the line away that was drawn, and ends that of a question which stands.
    fn wipe(&self) {
        if !self.standing.take().is_empty() {
            self.end_line();
        }
        if !self.drawn.borrow().is_empty() {
            self.draw("");
            if let Some(mut screen) = self.terminal.as_ref() {
                let _ = screen.write_all(b"\r");
            }
        }
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// The error of a terminal that cannot be used.
pub(super) fn failed(error: &io::Error) -> Error {
    Error::new(Kind::Other, "cannot read from the terminal").caused_by(error)
}
