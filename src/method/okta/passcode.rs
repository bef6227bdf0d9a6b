//! A code from the configuration: computed from a seed, or read from a command, a variable or a file.
//!
//! No code is sent twice. A computed code is known by its time step, and the program waits for the next step by Okta's
//! clock. A source whose codes Okta keeps refusing is not used again until it changes or a person signs in, because
//! five wrong codes in a row lock the account.

use std::time::Duration;

use super::memory::Memory;
use crate::app::{Passcode, Source};
use crate::clock::{self, Moment};
use crate::error::{Error, Hint, hide};
use crate::method::host::interrupted;
use crate::method::prompts::without_blanks;
use crate::secret::Secret;
use crate::secret_source::{Fetch, check_line};
use crate::sign_in::flow::{Code, CodeRequest, Stop};
use crate::terminal::Key;
use crate::totp::Totp;

/// The longest that a command may repeat the code that was sent last. TOTP codes change every half minute.
const REPEAT_LIMIT: Duration = Duration::from_secs(35);
/// The pause before the command runs again.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

impl Memory<'_> {
    /// Returns the configured code; `None` if the person must be asked instead.
    pub(super) fn fetch_code(&mut self, request: &CodeRequest) -> Result<Option<Code>, Stop> {
        match &self.org.passcode {
            Some(Passcode::Totp(source)) => self.computed_code(source, request.server_ahead),
            Some(Passcode::Code(source)) => self.printed_code(source, request.is_one_time),
            None => Ok(None),
        }
    }

    fn computed_code(
        &mut self,
        source: &Source,
        server_ahead: time::Duration,
    ) -> Result<Option<Code>, Stop> {
        let what = format!("the passcode seed of org {}", self.org.name);
        let seed = self.fetch(source, &what)?;
        if !self.may_use(&seed)? {
            return Ok(None);
        }
        let totp = Totp::parse(&seed, &what).map_err(after_password)?;
        let now = || -> Moment { clock::now().saturating_add(server_ahead) };
        let codes = &self.record().codes;
        let mut step = totp.step(now());
        // A recorded step further ahead comes from another seed, or from a wrong clock.
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
        Ok(Some(Code::once(totp.code(step), Some(step))))
    }

    fn printed_code(&mut self, source: &Source, is_once: bool) -> Result<Option<Code>, Stop> {
        let what = format!("the passcode of org {}", self.org.name);
        let start = clock::ticks();
        loop {
            let code = self.fetch(source, &what)?;
            let code = if is_once { without_blanks(&code) } else { code };
            check_line(&code, source, &what).map_err(after_password)?;
            if !self.may_use(&source_identity(source, &code))? {
                return Ok(None);
            }
            if !is_once {
                return Ok(Some(Code::lasting(code)));
            }
            if !self.record().codes.is_last(&code) {
                return Ok(Some(Code::once(code, None)));
            }
            if !matches!(source, Source::Command(_)) || start.elapsed() >= REPEAT_LIMIT {
                return Err(after_password(
                    Error::usage(format!("{what} is the one that was sent last"))
                        .caused_by("Okta takes each code once")
                        .hint(
                            Hint::settings("set", self.org.table(), &["passcode = { totp = … }"])
                                .then(", which gives a new one each time"),
                        ),
                ));
            }
            self.pass_time(RETRY_PAUSE, "waiting for the next code")?;
        }
    }

    fn fetch(&self, source: &Source, what: &str) -> Result<Secret, Stop> {
        let dialogue = self.host.dialogue()?;
        // A command may have questions of its own.
        dialogue.restore();
        let stop = || dialogue.is_interrupted();
        let fetch = Fetch {
            org: self.org,
            terminal: self.host.terminal(),
            limit: self.host.left(),
            stop: &stop,
        };
        let secret = fetch.text(source, what);
        // A signal that ends the command is meant for this process too.
        if stop() {
            return Err(interrupted());
        }
        let secret = secret.map_err(after_password)?;
        hide(&secret);
        Ok(secret)
    }

    /// Returns whether a code of `source` may be sent. After too many refusals a person is asked; an unattended sign-in
    /// stops.
    fn may_use(&mut self, source: &Secret) -> Result<bool, Stop> {
        self.source = Some(source.clone());
        let codes = &self.record().codes;
        if let Some(error) = codes.refusal_of(source) {
            if self.host.dialogue()?.is_attended() {
                self.host
                    .tell("Okta has refused the configured codes before; type one, or Ctrl-C");
                return Ok(false);
            }
            if !self.may_insist() {
                return Err(self.held_back(error.caused_by(
                    "that was remembered: no further code of the same source is sent",
                )));
            }
        }
        self.check_codes()?;
        let is_paused = self.record().codes.pause(clock::now()).is_some();
        if is_paused {
            self.host
                .tell("the last codes were wrong or not answered; type one, or Ctrl-C");
        }
        Ok(!is_paused)
    }

    fn held_back(&self, error: Error) -> Stop {
        Stop::of_account(error.hint(self.login()))
    }

    /// Returns whether a `login` without a person may try a refused source once more.
    fn may_insist(&self) -> bool {
        self.host.call.insist && self.record().codes.is_below_pause()
    }

    /// Lets `pause` pass. Only a signal ends it early.
    fn pass_time(&self, pause: Duration, what: &str) -> Result<(), Stop> {
        if pause > self.host.left() {
            return Err(after_password(
                Error::network(format!(
                    "{what} would take {} s, and there is less time left",
                    pause.as_secs()
                ))
                .hint("try again in a moment"),
            ));
        }
        let start = clock::ticks();
        let show = || {
            let left = pause.saturating_sub(start.elapsed());
            format!("{what}: {} s", left.as_secs())
        };
        let dialogue = self.host.dialogue()?;
        while start.elapsed() < pause {
            let rest = pause.saturating_sub(start.elapsed());
            if dialogue.wait(rest, &show)? == Key::Interrupt {
                return Err(interrupted());
            }
        }
        Ok(())
    }
}

/// Returns the text that identifies a source of codes: a command's own words, because each of its codes is different;
/// of any other source, its content.
pub(crate) fn source_identity(source: &Source, said: &Secret) -> Secret {
    match source {
        Source::Command(words) => Secret::new(words.join(" ")),
        _ => without_blanks(said),
    }
}

/// Returns the stop for an error on the caller's own side that comes after the password: another caller would send the
/// password again for nothing.
fn after_password(error: Error) -> Stop {
    Stop::of_account(error)
}
