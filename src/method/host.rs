//! The process's side of a sign-in: the client, the time, the terminal with its signals.

use std::cell::{Cell, OnceCell};
use std::time::{Duration, Instant};

use super::Call;
use crate::caller_policy::ChosenWay;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::http::{Client, Request};
use crate::sign_in::flow::{FailureScope, Stop};
use crate::terminal::{Dialogue, Progress, Terminal};

/// The pause between two checks for a signal during a request.
const POLL: Duration = Duration::from_millis(50);
/// The longest that an unattended sign-in may take, commands for secrets included.
const UNATTENDED: Duration = Duration::from_secs(60);
/// The longest that an attended sign-in may take: the ALB's own limit.
const ATTENDED: Duration = Duration::from_secs(15 * 60);
/// The longest that a person may take for one factor. Okta forgets an idle transaction after the same time.
pub(super) const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// The longest that a request may take whose answer changes nothing.
const LAST_REQUEST: Duration = Duration::from_secs(3);

/// The resources of one sign-in.
pub(super) struct Host<'a> {
    pub(super) context: &'a Context,
    pub(super) call: &'a Call<'a>,
    /// The name of the app, which begins each line of `-v`.
    app: &'a str,
    /// The dialogue with the person, from the first question or notice on. It keeps the signals from then on.
    dialogue: OnceCell<Dialogue>,
    deadline: Cell<Instant>,
    start: Instant,
}

impl<'a> Host<'a> {
    /// Returns the host of a sign-in to `app` that begins now.
    pub(super) fn new(context: &'a Context, app: &'a str, call: &'a Call<'a>) -> Self {
        let limit = match call.attended || call.way != ChosenWay::Any {
            true => ATTENDED,
            false => UNATTENDED,
        };
        let start = clock::ticks();
        Self {
            context,
            call,
            app,
            dialogue: OnceCell::new(),
            deadline: Cell::new(start + limit),
            start,
        }
    }

    pub(super) fn client(&self) -> &'a Client {
        &self.context.client
    }

    pub(super) fn terminal(&self) -> Terminal {
        self.context.terminal
    }

    /// Returns the time that is left for the servers, the commands and the person.
    pub(super) fn left(&self) -> Duration {
        let deadline = self.deadline.get();
        self.context
            .limit(deadline.saturating_duration_since(clock::ticks()))
    }

    /// Runs `waiting`, a wait for another process. The sign-in's own time does not run meanwhile.
    pub(super) fn wait_for_others<T>(&self, waiting: impl FnOnce() -> T) -> T {
        let start = clock::ticks();
        let result = waiting();
        self.deadline.set(self.deadline.get() + start.elapsed());
        result
    }

    pub(super) fn dialogue(&self) -> Result<&Dialogue> {
        if let Some(dialogue) = self.dialogue.get() {
            return Ok(dialogue);
        }
        let dialogue = self.context.terminal.dialogue()?;
        Ok(self.dialogue.get_or_init(|| dialogue))
    }

    /// Restores the terminal's mode.
    pub(super) fn restore_terminal(&self) {
        if let Some(dialogue) = self.dialogue.get() {
            dialogue.restore();
        }
    }

    /// Raises a signal again that the dialogue has kept; it ends the process.
    pub(super) fn reraise_signal(&self) {
        if let Some(dialogue) = self.dialogue.get() {
            dialogue.re_raise();
        }
    }

    /// Says one line to the person: in the dialogue, or else on stderr.
    pub(super) fn tell(&self, line: &str) {
        match self.dialogue.get() {
            Some(dialogue) => dialogue.tell(line),
            None => self.context.terminal.notice(line),
        }
    }

    /// Returns `number` as the dialogue shows what a person takes over.
    pub(super) fn emphasise(&self, number: &str) -> String {
        match self.dialogue.get() {
            Some(dialogue) => dialogue.emphasise(number),
            None => number.to_owned(),
        }
    }

    /// Says one line for `-v`.
    pub(super) fn trace(&self, text: &str) {
        self.context
            .terminal
            .trace(|| format!("{}: {text}", self.app));
    }

    /// Runs `exchange` for at most the time that is left, and ends it early if a signal has come.
    pub(super) fn run<F: Future>(&self, exchange: F) -> Result<F::Output, Stop> {
        let (client, limit) = (self.client(), self.left());
        let _progress = self.progress();
        let Some(dialogue) = self.dialogue.get() else {
            return Ok(client.run(limit, exchange)?);
        };
        let interruptible = async {
            tokio::pin!(exchange);
            loop {
                if dialogue.is_interrupted() {
                    return Err(interrupted());
                }
                tokio::select! {
                    output = &mut exchange => return Ok(output),
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        };
        client.run(limit, interruptible)?
    }

    /// Shows that the sign-in goes on, unless the dialogue shows what it waits for.
    fn progress(&self) -> Option<Progress> {
        let is_free = self.dialogue.get().is_none_or(Dialogue::is_blank);
        let words = || format!("signing in to {}", self.app);
        is_free.then(|| self.terminal().progress(words(), self.start))?
    }

    /// Sends a request that ends a transaction at a server. Its answer is ignored.
    pub(super) fn send_last(&self, request: Request) {
        let limit = self.context.limit(LAST_REQUEST);
        let _ = self.client().run(limit, self.client().send(request));
    }
}

/// Returns the end of a sign-in by a signal.
pub(super) fn interrupted() -> Stop {
    Stop {
        error: Error::person("interrupted"),
        scope: FailureScope::Interrupt,
    }
}
