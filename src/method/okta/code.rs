//! A code out of the configuration: computed from a seed, or said by a command, a variable or a file.
//!
//! No code is sent twice. A computed one is known by its time step; the next one is waited for, by Okta's clock. A
//! source whose codes Okta keeps refusing is not used again until it changes or a person signs in, because five wrong
//! codes in a row lock the account.

use std::time::Duration;

use super::questions::without_blanks;
use super::talk::{Talk, interrupted};
use crate::app::{Passcode, Source};
use crate::clock;
use crate::error::{Error, hide};
use crate::secret::Secret;
use crate::secret_source::Fetch;
use crate::sign_in::{Active, Blame, Stop};
use crate::store::MOST_IN_A_ROW;
use crate::terminal::Key;
use crate::totp::Totp;

/// How long a command may go on saying the code that was sent last. Codes of the time change every half minute.
const SAME: Duration = Duration::from_secs(35);
/// How long to wait before it is asked again.
const AGAIN: Duration = Duration::from_secs(5);

impl Talk<'_, '_> {
    /// The configured code, written down as sent; `None` where it is better to ask the person.
    pub(super) fn configured_code(&mut self, active: &Active) -> Result<Option<Secret>, Stop> {
        let passcode = self.ladder.org.passcode.as_ref();
        match passcode.expect("only a configured code is asked for here") {
            Passcode::Totp(source) => self.computed_code(source),
            Passcode::Code(source) => self.said_code(source, active.is_once()),
        }
    }

    fn computed_code(&mut self, source: &Source) -> Result<Option<Secret>, Stop> {
        let what = format!("the passcode seed of org {}", self.ladder.org.name);
        let seed = self.fetch(source, &what)?;
        if !self.may_use(&seed)? {
            return Ok(None);
        }
        let totp = Totp::parse(&seed, &what).map_err(afterwards)?;
        let now = || self.transaction.time_at_okta(clock::now());
        let codes = &self.held.record.codes;
        let mut step = totp.step(now());
        // A last step further ahead is of another seed, or of a clock that was wrong.
        if let Some(last) = codes.step().filter(|last| (step..=step + 2).contains(last)) {
            step = last + 1;
        }
        if codes.is_last(&totp.code(step)) {
            step += 1;
        }
        let pause = totp.begins(step) - now();
        if pause.is_positive() {
            self.pass_time(pause.unsigned_abs(), "waiting for the next code")?;
        }
        let code = totp.code(step);
        self.put_down(&code, Some(step));
        Ok(Some(code))
    }

    fn said_code(&mut self, source: &Source, is_once: bool) -> Result<Option<Secret>, Stop> {
        let what = format!("the passcode of org {}", self.ladder.org.name);
        let start = clock::ticks();
        loop {
            let code = self.fetch(source, &what)?;
            let code = if is_once { without_blanks(&code) } else { code };
            if !self.may_use(&mark(source, &code))? {
                return Ok(None);
            }
            if !is_once {
                return Ok(Some(code));
            }
            if !self.held.record.codes.is_last(&code) {
                self.put_down(&code, None);
                return Ok(Some(code));
            }
            if !matches!(source, Source::Command(_)) || start.elapsed() >= SAME {
                return Err(afterwards(
                    Error::usage(format!("{what} is the one that was sent last"))
                        .caused_by("Okta takes each code once")
                        .hint("configure what gives a new one each time: passcode = { totp = … }"),
                ));
            }
            self.pass_time(AGAIN, "waiting for the next code")?;
        }
    }

    fn fetch(&self, source: &Source, what: &str) -> Result<Secret, Stop> {
        // A command may have questions of its own.
        self.dialogue.rest();
        let stop = || self.dialogue.is_interrupted();
        let fetch = Fetch {
            org: self.ladder.org,
            terminal: self.ladder.world.terminal,
            limit: self.left(),
            stop: &stop,
        };
        let secret = fetch.secret(source, what);
        // A signal that ends the command is meant for this process too.
        if stop() {
            return Err(interrupted());
        }
        let secret = secret.map_err(afterwards)?;
        hide(&secret);
        Ok(secret)
    }

    /// Written down before it is sent, so that no process sends it again, whatever becomes of this one.
    fn put_down(&mut self, code: &Secret, step: Option<u64>) {
        self.held.record.codes.sent(code, step);
        self.held.save();
    }

    /// Whether a code of `source` may be sent. Where Okta has refused too many a person is asked; without one, that is
    /// the end, unless it is that person's wish to try all the same.
    fn may_use(&mut self, source: &Secret) -> Result<bool, Stop> {
        self.source = Some(source.clone());
        let refused = self.held.record.codes.refusal_of(source);
        match (refused, self.dialogue.is_deaf()) {
            (None, _) => Ok(true),
            (Some(_), false) => {
                self.dialogue
                    .tell("Okta has refused the configured codes before; type one, or Ctrl-C");
                Ok(false)
            }
            (Some(_), true) if self.may_insist() => Ok(true),
            (Some(error), true) => Err(Stop {
                error: error
                    .caused_by("that was remembered: no further code of the same source is sent")
                    .hint(format!("credential login {}", self.ladder.app.name)),
                blame: Blame::Account,
            }),
        }
    }

    /// Whether a `login` that nobody sees may try once more: never with the code that could lock the account.
    fn may_insist(&self) -> bool {
        self.ladder.call.insist && self.held.record.codes.wrong_in_a_row < MOST_IN_A_ROW
    }

    /// Lets time pass that nobody can shorten.
    fn pass_time(&self, pause: Duration, what: &str) -> Result<(), Stop> {
        if pause > self.left() {
            return Err(afterwards(
                Error::network(format!(
                    "{what} would take {} s, and there is less time left",
                    pause.as_secs()
                ))
                .hint("try again in a moment"),
            ));
        }
        let start = clock::ticks();
        let show = || {
            format!(
                "{what}: {} s",
                pause.saturating_sub(start.elapsed()).as_secs()
            )
        };
        while start.elapsed() < pause {
            let rest = pause.saturating_sub(start.elapsed());
            if self.dialogue.wait(rest, &show)? == Key::Interrupt {
                return Err(interrupted());
            }
        }
        Ok(())
    }
}

/// What tells one source of codes from another: a command by its words, because each code is another; else what it says.
pub(crate) fn mark(source: &Source, said: &Secret) -> Secret {
    match source {
        Source::Command(words) => Secret::new(words.join(" ")),
        _ => without_blanks(said),
    }
}

/// What lies on the caller's own side, but comes after the password: the next caller would send that again for nothing.
fn afterwards(error: Error) -> Stop {
    Stop {
        error,
        blame: Blame::Account,
    }
}
