//! The question for a text that is pasted.

use std::io::{self, Write as _};
use std::time::Duration;

use super::{Dialogue, failed};
use crate::clock;
use crate::environment;
use crate::error::Result;
use crate::terminal::{Line, tty};

impl Dialogue {
    /// Asks for a text that is pasted, such as an address, and waits for it up to `limit`. The terminal never shows it. Blanks
    /// and line ends in it are left out; Enter ends it. One of over 16 KiB is asked for again.
    pub(crate) fn ask_pasted(&self, question: &str, limit: Duration) -> Result<Line> {
        let start = clock::ticks();
        loop {
            let left = limit.saturating_sub(start.elapsed());
            match self
                .read_pasted(question, left)
                .map_err(|error| failed(&error))?
            {
                Some(line) => return Ok(line),
                None => self.tell("that is longer than 16 KiB; once more"),
            }
        }
    }

    /// Asks once; `None` if the text is too long.
    fn read_pasted(&self, question: &str, limit: Duration) -> io::Result<Option<Line>> {
        let Some(terminal) = &self.terminal else {
            return Ok(Some(Line::GaveUp));
        };
        // Echo stays off after the answer too: of a wrapped paste without marks the rest may come late, and a wrong answer may
        // be pasted twice.
        self.wipe();
        self.enter_raw_mode()?;
        let mut screen = terminal;
        let raw_mode = tty::RawMode::new(terminal)?;
        screen.write_all(question.as_bytes())?;
        // A terminal that knows no sequences would show them.
        let has_sequences = environment::foreign("TERM").is_none_or(|name| name != "dumb");
        let line = raw_mode.paste(has_sequences, limit, &self.signals);
        screen.write_all(b"\n")?;
        line
    }
}
