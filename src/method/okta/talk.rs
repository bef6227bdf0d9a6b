//! The talk that a second factor needs: with Okta, with the person, and with whoever waits for this sign-in.
//!
//! [`Transaction`] says what is next; here it is done. Whatever ends the talk before its time (Ctrl-C, a person who does
//! not come, a factor that cannot be answered) also ends the transaction at Okta.

use std::time::{Duration, Instant};

use super::Ladder;
use crate::app::Source;
use crate::clock;
use crate::cookie::Jar;
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::{Active, Blame, Given, Stop, Transaction, Turn, Waiting};
use crate::store::{Account, LockedRecord};
use crate::terminal::{Dialogue, Key};

/// How long a person may take for one factor. Okta forgets a transaction that nobody touches after as long.
pub(super) const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long the end of a transaction may take that nobody waits for.
const FAREWELL: Duration = Duration::from_secs(3);
/// The key that lets go of a question or a wait: Ctrl-D.
const GIVE_UP: u8 = 0x04;

/// One talk.
pub(super) struct Talk<'a, 'h> {
    pub(super) ladder: &'a Ladder<'a>,
    pub(super) held: &'a mut LockedRecord<'h, Account>,
    pub(super) dialogue: &'a Dialogue,
    pub(super) transaction: Transaction<'a>,
    /// When the time of the sign-in is up.
    deadline: Instant,
    /// What is awaited now, and since when.
    pub(super) awaited: Option<(String, Instant)>,
    /// What the last configured code came from, as far as it tells one source from another.
    pub(super) source: Option<Secret>,
}

impl<'a, 'h> Talk<'a, 'h> {
    pub(super) fn new(
        ladder: &'a Ladder<'a>,
        held: &'a mut LockedRecord<'h, Account>,
        dialogue: &'a Dialogue,
        transaction: Transaction<'a>,
    ) -> Self {
        Self {
            ladder,
            held,
            dialogue,
            transaction,
            deadline: clock::ticks() + ladder.time_left(),
            awaited: None,
            source: None,
        }
    }

    /// Okta's cookies, with the device token.
    pub(super) fn into_jar(self) -> Jar {
        self.transaction.jar
    }

    /// The time that is left to the servers, and to the person.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(clock::ticks())
    }

    /// Carries the transaction to its session token.
    pub(super) fn run(&mut self) -> Result<Secret, Stop> {
        let start = clock::ticks();
        let result = self.go();
        if result.is_err() {
            self.cancel();
        }
        self.mind_new_password();
        self.dialogue.rest();
        self.tell("");
        let spent = &self.ladder.spent;
        spent.set(spent.get() + start.elapsed());
        result
    }

    fn go(&mut self) -> Result<Secret, Stop> {
        self.say();
        let mut turn = self.transaction.judge(None)?;
        loop {
            for line in self.transaction.news() {
                self.dialogue.tell(&line);
            }
            turn = match turn {
                Turn::Token(token) => return Ok(token),
                Turn::Send(request, awaits) => match self.send(request)? {
                    Ok(reply) => {
                        let turn = self.transaction.replied(awaits, &reply);
                        self.say();
                        self.mind_wrong_code();
                        turn?
                    }
                    Err(error) => self.transaction.broken(awaits, error)?,
                },
                Turn::Wait(waiting) => self.wait(waiting)?,
                Turn::Ask(active) => self.answer(active)?,
                Turn::Choose(menu) => self.choose(menu)?,
                Turn::Renew(renewal) => self.renew(renewal)?,
            }
        }
    }

    /// Sends, unless a signal comes first. The inner error is the network's.
    fn send(&self, request: Request) -> Result<Result<Response, Error>, Stop> {
        let client = &self.ladder.world.client;
        self.ladder.run(self.left(), client.send(request))
    }

    /// Lets time pass; a person may want something else meanwhile.
    fn wait(&mut self, waiting: Waiting) -> Result<Turn, Stop> {
        let left = self.left();
        let since = self.await_since(&waiting, left)?;
        let limit = PATIENCE.min(since.elapsed() + left).as_secs();
        let what = waiting.what.clone();
        if since.elapsed() + waiting.pause >= PATIENCE || waiting.pause >= left {
            return Err(self
                .transaction
                .unanswered(&what, since.elapsed().as_secs()));
        }
        let show = || {
            let seconds = since.elapsed().as_secs();
            format!("waiting for {what}: {seconds} s of {limit} s")
        };
        let until = clock::ticks() + waiting.pause;
        loop {
            let pause = until.saturating_duration_since(clock::ticks());
            match (self.dialogue.wait(pause, &show)?, &waiting.active) {
                (Key::Interrupt, _) => return Err(interrupted()),
                (Key::None, _) => return Ok(waiting.over()),
                (Key::Byte(b'r' | b'R'), Some(active)) if active.can_resend() => {
                    self.awaited = None;
                    return self.transaction.answered(active.clone(), Given::Resend);
                }
                (Key::Byte(GIVE_UP), Some(active)) => {
                    self.awaited = None;
                    return self.transaction.answered(active.clone(), Given::Back);
                }
                (Key::Byte(_), _) => {}
            }
        }
    }

    /// Since when it is awaited. What is new is told to whoever waits, and where nobody sees it on a terminal, once.
    fn await_since(&mut self, waiting: &Waiting, left: Duration) -> Result<Instant, Stop> {
        match &self.awaited {
            Some((what, since)) if *what == waiting.what => Ok(*since),
            _ => {
                let now = clock::ticks();
                self.tell(&format!("waits for {}", waiting.what));
                if let Some(active) = &waiting.active {
                    self.announce(active, &waiting.what, left)?;
                }
                self.awaited = Some((waiting.what.clone(), now));
                Ok(now)
            }
        }
    }

    /// Says that a person is awaited: which keys do something meanwhile, or how long that goes on.
    fn announce(&self, active: &Active, what: &str, left: Duration) -> Result<(), Stop> {
        let keys = match self.transaction.has_others() {
            true => "r: send it again, Ctrl-D: another factor, Ctrl-C: cancel",
            false => "r: send it again, Ctrl-C: cancel",
        };
        let limit = PATIENCE.min(left).as_secs();
        Ok(self.dialogue.tell_keys(&match self.dialogue.is_deaf() {
            true => format!("waiting for {what}, up to {limit} s"),
            false => format!("Okta has sent {} ({keys})", active.words()),
        })?)
    }

    /// A password that was changed on the way must not be sent again from where it is configured.
    fn mind_new_password(&mut self) {
        if !self.transaction.has_new_password() {
            return;
        }
        self.dialogue.tell("the password was changed");
        self.ladder
            .outdated
            .set(Some(self.transaction.password().clone()));
        let org = self.ladder.org;
        let then = match &org.password {
            Source::Prompt => return,
            Source::Keyring(item) if item.is_own() => format!(
                "to keep the new one in the keyring: credential login {}",
                self.ladder.app.name
            ),
            _ => format!(
                "put the new one where the configuration finds the password of org {}",
                org.name
            ),
        };
        self.dialogue.tell(&then);
    }

    /// Says for `-v` what Okta answered.
    fn say(&self) {
        let said = self.transaction.said();
        self.ladder
            .say(&format!("Okta's answer to the sign-in: {said}"));
    }

    /// Tells whoever waits for this sign-in, or for the account, what it is doing.
    pub(super) fn tell(&self, words: &str) {
        self.held.tell(words);
        (self.ladder.call.tell)(words);
    }

    /// Writes down that a code was wrong, and whose it was, before there can be another one.
    fn mind_wrong_code(&mut self) {
        let wrong = self.transaction.wrong_in_a_row();
        let unfit = self.transaction.unfit_source();
        let codes = &mut self.held.record.codes;
        if let (Some(error), Some(source)) = (&unfit, &self.source) {
            codes.refuse(source, error.clone());
        }
        if unfit.is_some() || wrong != codes.wrong_in_a_row {
            codes.wrong_in_a_row = wrong;
            self.held.save();
        }
    }

    /// Ends the transaction at Okta, if it goes on. What comes of that changes nothing.
    fn cancel(&self) {
        if let Some(request) = self.transaction.cancel() {
            let client = &self.ladder.world.client;
            let limit = self.ladder.world.limit(FAREWELL);
            let _ = client.run(limit, client.send(request));
        }
    }
}

/// The end by a signal.
pub(super) fn interrupted() -> Stop {
    Stop {
        error: Error::person("interrupted"),
        blame: Blame::Interrupt,
    }
}
