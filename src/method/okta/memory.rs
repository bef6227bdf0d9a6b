//! The account's memory: facts become the account's record, under its claim.
//!
//! A secret leaves only after the record on the disk says that it is sent (at a terminal it leaves even if nothing can be
//! written: the person sees every attempt). Until Okta's verdict is understood and saved it counts as possibly wrong. The
//! count and the verdict are in one record that is replaced whole, so that a process that is killed at any moment leaves the
//! one or the other.

use std::cell::Cell;
use std::time::Duration;

use super::background;
use crate::app::{App, Org, Source};
use crate::clock;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::Item;
use crate::method::driver;
use crate::method::host::Host;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, CodeRequest, Fact, KnownAccount, Stop};
use crate::store::{Account, Key, KnownEngine, LockedRecord, Unanswered};

/// The longest that a finished sign-in waits for another process that is busy with the account.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(5);

/// The record of the account of one sign-in, and the facts for it.
pub(super) struct Memory<'a> {
    pub(super) host: &'a Host<'a>,
    pub(super) app: &'a App,
    pub(super) org: &'a Org,
    pub(super) key: Key,
    /// The record as it was read before the claim.
    pub(super) before: Account,
    pub(super) held: Option<LockedRecord<'a, Account>>,
    /// Facts from before the claim.
    pub(super) unclaimed: Vec<Fact>,
    /// Whether the record has changed since it was written.
    pub(super) is_dirty: bool,
    /// The password that the flow was given.
    pub(super) password: Option<Password>,
    /// Whether Okta has taken it.
    pub(super) is_accepted: bool,
    /// Whether it was changed on the way.
    pub(super) is_changed: bool,
    /// The record of passwords without a verdict, before this one was sent.
    pub(super) unanswered_before: Unanswered,
    /// Whether the password alone was not enough.
    pub(super) needed_factor: Cell<bool>,
    /// The identity of the last configured code's source.
    pub(super) source: Option<Secret>,
}

/// A password on its way to Okta.
pub(super) struct Password {
    pub(super) secret: Secret,
    /// The keyring's item that keeps it once Okta has taken it, if it was typed for want of one there.
    pub(super) place: Option<Item>,
}

impl<'a> Memory<'a> {
    /// Reads the memory of the account of `org`, without a claim.
    pub(super) fn read(host: &'a Host<'a>, app: &'a App, org: &'a Org) -> Result<Self, Stop> {
        let key = Key::of_account(org);
        let before = host.context.cache.find(&key)?;
        Ok(Self {
            host,
            app,
            org,
            key,
            before,
            held: None,
            unclaimed: Vec::new(),
            is_dirty: false,
            password: None,
            is_accepted: false,
            is_changed: false,
            unanswered_before: Unanswered::default(),
            needed_factor: Cell::new(false),
            source: None,
        })
    }

    /// Returns the part of the record that a flow needs.
    pub(super) fn known(&self) -> KnownAccount {
        let record = self.record();
        KnownAccount {
            session: record.session.clone(),
            device_token: record.device.clone(),
            codes_in_a_row: record.codes.in_a_row(),
            engine: record
                .engine
                .as_ref()
                .and_then(|known| known.at(clock::now())),
        }
    }

    /// Returns whether Okta lately wanted a browser for this app.
    pub(super) fn needs_browser(&self) -> bool {
        let needs = &self.record().browser_needs;
        needs.holds(&self.app.site.url(), clock::now())
    }

    /// Returns the claimed record; before the claim, the record as it was read.
    pub(super) fn record(&self) -> &Account {
        self.held.as_ref().map_or(&self.before, |held| &held.record)
    }

    /// Claims the account, and waits up to `limit` for its holder. The wait takes nothing from the sign-in's own time.
    pub(super) fn hold(&self, limit: Duration) -> Result<LockedRecord<'a, Account>, Error> {
        let purpose = format!("sign in to org {}", self.org.name);
        let context = self.host.context;
        let limit = context.limit(limit);
        self.host
            .wait_for_others(|| context.cache.hold(&self.key, &purpose, limit))
    }

    /// Returns how long to wait for the claim, if the password may be sent at all.
    fn patience(&self) -> Result<Duration, Stop> {
        if self.host.call.quiet {
            background::check(self.org)?;
            return Ok(SHORT_WAIT);
        }
        Ok(Context::patience_for_account(self.host.call.attended))
    }

    /// Applies one fact to the claimed record.
    pub(super) fn apply(&mut self, fact: Fact) {
        let now = clock::now();
        let Some(held) = &mut self.held else {
            self.unclaimed.push(fact);
            return;
        };
        let record = &mut held.record;
        let password = self.password.as_ref().map(|password| &password.secret);
        match (fact, password) {
            (Fact::PasswordSent, _) => {
                self.unanswered_before = record.unanswered.clone();
                record.unanswered.add(now);
            }
            // The time of the last one too: a pause does not begin anew.
            (Fact::PasswordUnsent, _) => record.unanswered = self.unanswered_before.clone(),
            (Fact::PasswordAnswered, _) => record.unanswered.clear(),
            (Fact::PasswordAccepted, Some(password)) => {
                record.unanswered.clear();
                record.refused_in_a_row.clear();
                record.refusals.forget(password);
            }
            (Fact::PasswordRefused(error), Some(password)) => {
                record.unanswered.clear();
                record.refused_in_a_row.add(now);
                record.refusals.add(password, error);
            }
            (Fact::PasswordChanged, Some(password)) => record.refuse_old(password),
            (Fact::CodeSent(code), _) => {
                let remembered = code.is_remembered.then_some(&code.secret);
                record.codes.sent(remembered, code.time_step, now);
            }
            (Fact::CodeUnsent | Fact::CodeAnswered, _) => record.codes.take_back(),
            (Fact::CodeRefused(Some(error)), _) => {
                if let Some(source) = &self.source {
                    record.codes.refuse(source, error);
                }
            }
            (Fact::CodesAccepted, _) => record.codes.accept(),
            (Fact::Session(session), _) => record.session = session,
            (Fact::DeviceToken(token), _) => record.device = Some(token),
            (Fact::Engine(engine), _) => {
                record.engine = engine.map(|engine| KnownEngine {
                    engine,
                    found_at: now,
                });
            }
            (Fact::PushUnasked, _) => record.sends_push_unasked = true,
            // Without a password of this sign-in there is nothing to remember of it.
            (
                Fact::PasswordAccepted
                | Fact::PasswordRefused(_)
                | Fact::PasswordChanged
                | Fact::CodeRefused(None),
                _,
            ) => {}
        }
        self.is_dirty = true;
    }

    /// Tells the person where to put the new password, so that the old one is not sent from there again.
    fn announce_change(&self) {
        self.host.tell("the password was changed");
        let org = self.org;
        let then = match &org.password {
            Source::Prompt => return,
            Source::Keyring(item) if item.is_own() => format!(
                "to keep the new one in the keyring: credential login {}",
                self.app.name
            ),
            _ => format!(
                "put the new one where the configuration finds the password of org {}",
                org.name
            ),
        };
        self.host.tell(&then);
    }

    /// Writes the record before a secret is sent. An unattended sign-in sends no secret without a record.
    fn commit(&mut self) -> Result<(), Stop> {
        let Some(held) = &self.held else {
            return Err(Stop::out_of_step());
        };
        match held.commit() {
            Ok(()) => {
                self.is_dirty = false;
                Ok(())
            }
            Err(_) if self.host.call.attended => Ok(()),
            Err(error) => Err(self.unrecorded(error)),
        }
    }
}

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
        self.needed_factor
            .set(self.needed_factor.get() || !words.is_empty());
        if let Some(held) = &self.held {
            held.tell(words);
        }
        (self.host.call.tell)(words);
    }

    fn password(&mut self) -> Result<Secret, Stop> {
        let password = self.fetch_password()?;
        let secret = password.secret.clone();
        self.password = Some(password);
        Ok(secret)
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
