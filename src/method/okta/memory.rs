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
use crate::method::host::Host;
use crate::secret::Secret;
use crate::sign_in::flow::{Fact, FailureScope, KnownAccount, Stop};
use crate::store::{Account, Key, KnownEngine, LockedRecord, Unanswered};

/// The longest that a finished sign-in waits for another process that is busy with the account.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(5);

/// The record of the account of one sign-in, and the facts for it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each of them is so or not by itself"
)]
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
    /// Set once a secret was sent in this sign-in.
    pub(super) has_sent: bool,
    /// The password that the flow was given.
    pub(super) password: Option<Password>,
    /// A password that was fetched to see whether Okta has refused it, until the flow asks for it.
    pub(super) ready: Option<Password>,
    /// The passwords that a person has typed in this sign-in.
    pub(super) typed: Vec<Secret>,
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
    /// Whether a person has typed it just now.
    pub(super) is_typed: bool,
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
            has_sent: false,
            password: None,
            ready: None,
            typed: Vec::new(),
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

    /// Returns why Okta lately wanted a browser for this app, if it did.
    pub(super) fn browser_need(&self) -> Option<&[String]> {
        let needs = &self.record().browser_needs;
        needs.of(&self.app.site.url(), clock::now())
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
    pub(super) fn patience(&self) -> Result<Duration, Stop> {
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
            (Fact::PasswordUnsent, _) => {
                let before = self.unanswered_before.clone();
                held.take_back(|record| record.unanswered = before.clone());
            }
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
            (Fact::CodeUnsent | Fact::CodeAnswered, _) => {
                held.take_back(|record| record.codes.take_back());
            }
            (Fact::CodeRefused(Some(error)), _) => {
                if let Some(source) = &self.source {
                    record.codes.refuse(source, error);
                }
            }
            (Fact::CodesAccepted, _) => record.codes.accept(),
            (Fact::Session(session), _) => record.take_session(session, now),
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
    pub(super) fn announce_change(&self) {
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
    pub(super) fn commit(&mut self) -> Result<(), Stop> {
        let Some(held) = &self.held else {
            return Err(Stop::out_of_step());
        };
        match held.commit() {
            Ok(()) => {
                self.is_dirty = false;
                Ok(())
            }
            // Another machine may have signed in meanwhile, or may be about to send the same.
            Err(error) if held.is_lost() && !self.has_sent => Err(Stop {
                error,
                scope: FailureScope::Claim,
            }),
            Err(_) if self.host.call.attended => Ok(()),
            Err(error) => Err(self.unrecorded(error)),
        }
    }
}
