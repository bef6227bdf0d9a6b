//! The driver's access to the account: the claim, the facts on the disk, the secrets.

use super::background;
use super::memory::Memory;
use crate::method::driver;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, CodeRequest, Fact, KnownAccount, Stop, UserInput};

/// Returns the fact that takes this one back, if it says that a secret is sent.
fn unsent(fact: &Fact) -> Option<Fact> {
    match fact {
        Fact::PasswordSent => Some(Fact::PasswordUnsent),
        Fact::CodeSent(_) => Some(Fact::CodeUnsent),
        _ => None,
    }
}

impl driver::AccountAccess for Memory<'_> {
    fn claim(&mut self) -> Result<KnownAccount, Stop> {
        let held = self.hold(self.patience()?)?;
        let was_ended = held.record.session.is_empty() && !self.before.session.is_empty();
        let is_same = held.record.session == self.before.session;
        self.held = Some(held);
        if self.host.call.quiet {
            background::check_record(self.org, self.record(), was_ended)?;
        }
        // The engine that was found out is the same for all, and so is a device token where there was none. What else was
        // noted, another process may know better.
        for fact in std::mem::take(&mut self.unclaimed) {
            match fact {
                Fact::Engine(_) => self.apply(fact),
                Fact::DeviceToken(_) if self.record().device == self.before.device => {
                    self.apply(fact);
                }
                _ => {}
            }
        }
        // Another session may need no secret.
        if is_same {
            self.check_claimed()?;
        }
        Ok(self.known())
    }

    fn record_facts(&mut self, facts: Vec<Fact>) -> Result<u32, Stop> {
        let is_guarded = facts.iter().any(Fact::is_guard);
        // Every code counts: one of the configuration, and the password that is sent once more as a factor.
        if facts.iter().any(|fact| matches!(fact, Fact::CodeSent(_))) {
            self.check_codes()?;
            self.check_code_alone()?;
            self.needed_factor.set(true);
            if !self.host.call.attended {
                self.check_backoff()?;
            }
        }
        let guards: Vec<Fact> = facts.iter().filter_map(unsent).collect();
        for fact in facts {
            match fact {
                Fact::PasswordAccepted => self.is_accepted = true,
                Fact::PasswordChanged => {
                    self.is_changed = true;
                    self.announce_change();
                }
                _ => {}
            }
            self.apply(fact);
        }
        if is_guarded && let Err(stop) = self.commit() {
            // The fleet's claim is lost, or its store is: what is not sent does not count.
            if self.org.storage.fleet().is_some() {
                for fact in guards {
                    self.apply(fact);
                }
            }
            return Err(stop);
        }
        self.has_sent |= is_guarded;
        Ok(self.codes_in_a_row())
    }

    fn flush(&mut self) {
        if let (true, Some(held)) = (self.is_dirty, &self.held) {
            held.save();
            self.is_dirty = false;
        }
    }

    fn tell(&self, words: &str) {
        // Whatever is waited for, it is more than a password.
        let needed = self.needed_factor.get();
        self.needed_factor.set(needed || !words.is_empty());
        if let Some(held) = &self.held {
            held.tell(words);
        }
        (self.host.call.tell)(words);
    }

    fn password(&mut self) -> Result<UserInput, Stop> {
        // Before the first secret there is the engine, or a device token, at most: the next process finds them as easily.
        if self.has_sent {
            self.flush();
        }
        let password = match self.typed.is_empty() {
            true => Some(match self.ready.take() {
                Some(ready) => ready,
                None => self.fetch_password()?,
            }),
            false => {
                let last = self.password.as_ref();
                self.retype(last.and_then(|last| last.place.clone()))?
            }
        };
        let Some(password) = password else {
            return Ok(UserInput::Back);
        };
        let secret = password.secret.clone();
        let input = match password.is_typed {
            true => {
                self.typed.push(secret.clone());
                UserInput::TypedPassword(secret)
            }
            false => UserInput::Password(secret),
        };
        self.password = Some(password);
        Ok(input)
    }

    fn configured_code(&mut self, request: &CodeRequest) -> Result<Option<Code>, Stop> {
        self.fetch_code(request)
    }

    fn is_last_code(&self, code: &Secret) -> bool {
        self.record().codes.is_last(code)
    }

    fn codes_in_a_row(&self) -> u32 {
        self.record().codes.in_a_row()
    }
}
