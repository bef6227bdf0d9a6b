//! One line on stderr that shows on a terminal that something goes on: after half a second, and gone at its end.
//!
//! A thread draws it, since what is waited for may block the others. All that is drawn is under one lock, and each other line
//! of this process wipes it first. It is cut to the terminal's width, because a longer one could not be wiped.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::signals::Signals;
use crate::standard_stream::write_words;

/// How long nothing is shown.
const SILENCE: Duration = Duration::from_millis(500);
/// How often the passing time is drawn again, and a signal looked for.
const LOOK: Duration = Duration::from_millis(50);

/// The line on the screen.
struct Shown {
    /// The number of the progress that began last: it alone draws.
    turn: u64,
    line: String,
    /// The columns that it takes, and blanks that took the place of a longer one.
    columns: usize,
}

static SHOWN: Mutex<Shown> = Mutex::new(Shown {
    turn: 0,
    line: String::new(),
    columns: 0,
});

/// The line while it may stand there. It goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    turn: u64,
    /// Its thread ends when this is gone.
    _end: Sender<()>,
}

impl Progress {
    /// Shows `words` with the seconds since `start`, on a terminal of `width` columns. Any other progress ends. `None` where
    /// no thread can be had: the line is nothing that a sign-in could fail of.
    pub(super) fn begin(words: String, start: Instant, width: usize) -> Option<Self> {
        let turn = take_turn();
        let (end, ended) = mpsc::channel();
        let show = move || {
            if is_over(&ended, SILENCE.saturating_sub(start.elapsed())) {
                return;
            }
            let signals = Signals::new().ok();
            while draw(turn, &line(&words, start.elapsed(), width)) {
                end_if_told(signals.as_ref());
                if is_over(&ended, LOOK) {
                    break;
                }
            }
            end_if_told(signals.as_ref());
        };
        std::thread::Builder::new().spawn(show).ok()?;
        Some(Self { turn, _end: end })
    }
}

/// Waits for the end of a progress, for `limit` at most.
fn is_over(ended: &Receiver<()>, limit: Duration) -> bool {
    ended.recv_timeout(limit) != Err(RecvTimeoutError::Timeout)
}

/// Lets a signal end the process, after the line is gone: it would stay on the screen for ever. Whoever else holds signals
/// back has something to do before, and takes the line away as well.
fn end_if_told(signals: Option<&Signals>) {
    if let Some(signals) = signals
        && signals.have_arrived()
        && signals.is_alone()
    {
        shown().erase();
        // Where it cannot be raised again, the process goes on as if it had not come.
        let _ = signals.re_raise();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let mut shown = shown();
        if shown.turn == self.turn {
            shown.turn += 1;
            shown.wipe();
        }
    }
}

impl Shown {
    fn wipe(&mut self) {
        if self.columns > 0 {
            write_words(&format!("\r{}\r", " ".repeat(self.columns)));
            self.columns = 0;
            self.line.clear();
        }
    }

    /// Takes the line away with the `^C` that the terminal itself has put behind it (ECMA-48, EL).
    fn erase(&mut self) {
        if self.columns > 0 {
            write_words("\r\u{1b}[K");
            self.columns = 0;
            self.line.clear();
        }
    }
}

/// Takes the line off the screen, to make room for another. A progress that goes on draws it again.
pub(super) fn wipe() {
    shown().wipe();
}

/// Shows a line that no time passes in, until [`end`], or another line.
pub(super) fn stand(words: &str, width: usize) {
    let turn = take_turn();
    let line = format!("credential: {words}");
    let line: String = line.chars().take(width.saturating_sub(1)).collect();
    // Before the line is seen: who sees it may press Ctrl-C at once.
    let signals = Signals::new().ok();
    draw(turn, &line);
    let watch = move || {
        while shown().turn == turn {
            end_if_told(signals.as_ref());
            std::thread::sleep(LOOK);
        }
        end_if_told(signals.as_ref());
    };
    // Without a thread a signal leaves the line where it is.
    let _ = std::thread::Builder::new().spawn(watch);
}

/// Ends the progress that goes on, if there is one: the screen belongs to somebody else now.
pub(super) fn end() {
    take_turn();
}

fn take_turn() -> u64 {
    let mut shown = shown();
    shown.wipe();
    shown.turn += 1;
    shown.turn
}

fn shown() -> MutexGuard<'static, Shown> {
    // The line is known after a panic too.
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Draws `line`, unless it stands there already. Returns whether it is still the turn of that progress.
fn draw(turn: u64, line: &str) -> bool {
    let mut shown = shown();
    if shown.turn == turn && shown.line != line {
        let columns = line.chars().count();
        let blank = " ".repeat(shown.columns.saturating_sub(columns));
        write_words(&format!("\r{line}{blank}"));
        shown.columns = columns.max(shown.columns);
        line.clone_into(&mut shown.line);
    }
    shown.turn == turn
}

fn line(words: &str, time: Duration, width: usize) -> String {
    let line = match time.as_secs() {
        0 => format!("credential: {words} …"),
        seconds => format!("credential: {words} … {seconds} s"),
    };
    line.chars().take(width.saturating_sub(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::line;
    use std::time::Duration;

    #[test]
    fn the_line_fits_the_terminal_and_counts_whole_seconds() {
        let at = |milliseconds, width| {
            line(
                "signing in to grafana",
                Duration::from_millis(milliseconds),
                width,
            )
        };
        assert_eq!(at(700, 80), "credential: signing in to grafana …");
        assert_eq!(at(2700, 80), "credential: signing in to grafana … 2 s");
        assert_eq!(at(2700, 20), "credential: signing");
    }
}
