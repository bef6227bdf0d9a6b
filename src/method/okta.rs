//! The rungs of a sign-in at Okta, cheapest first, and the claim on the account that keeps a password from being
//! sent twice.
//!
//! Rung 1 tries the Okta session that another app's sign-in left. Only when Okta does not take it, the account is
//! claimed, so that of two apps that start together one sends the password and the other goes the silent way; and
//! only a password that Okta has not already refused is sent. Whoever waits for a claim waits outside the time that a
//! sign-in has; what follows the password, the person's answers too, is within it.
//!
//! `password` is rungs 2 and 3, `talk` with `questions` and `code` what a second factor needs, `caution` the memory
//! that keeps an account from being locked, `quiet` what is left of it all where nobody may notice.

mod caution;
mod code;
mod password;
mod questions;
mod quiet;
mod talk;

pub(crate) use code::mark;

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use super::{Call, Failed, needs_a_person};
use crate::app::{App, Client, Org};
use crate::clock;
use crate::cookie::Jar;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::{self, Attempt, Blame, Demand, Outcome, Step, Stop};
use crate::store::{Account, Held, Key};
use crate::terminal::Dialogue;
use crate::world::World;
use talk::interrupted;

/// How often it is looked whether a signal has come while a server takes its time.
const GLANCE: Duration = Duration::from_millis(50);
/// How long what was won waits for whoever else is busy with the account.
const KEEPING: Duration = Duration::from_secs(5);
/// How long the servers may take when nobody is there to see it.
const UNATTENDED: Duration = Duration::from_secs(60);
/// How long they, and the person, may take otherwise: the ALB's own limit.
const ATTENDED: Duration = Duration::from_secs(15 * 60);

/// Signs in to `app` and gives the new session.
pub(super) fn sign_in(
    world: &World,
    app: &App,
    org: &Org,
    client: Option<&Client>,
    call: &Call<'_>,
) -> Result<Session, Failed> {
    let quiet = call.quiet.then(|| quiet::without_push(org));
    let ladder = Ladder {
        world,
        app,
        org: quiet.as_ref().unwrap_or(org),
        client,
        call,
        key: Key::of_account(org),
        spent: Cell::default(),
        dialogue: OnceCell::new(),
        outdated: Cell::default(),
    };
    let result = ladder.climb();
    // All claims on the account are given back by now, and what was begun at Okta is taken back.
    (call.tell)("");
    ladder.obey();
    result.map_err(|Stop { mut error, blame }| {
        // A machine knows the org alone. The app that was asked for is the one to try it with.
        error.for_app(&app.name);
        // What lies in the account or its password is remembered there, for all of its apps. What never reached a
        // server needs no brake: it costs Okta nothing, and is over as soon as the caller has mended it.
        let brake = blame == Blame::App && !call.attended && needs_a_person(&error);
        Failed { error, brake }
    })
}

/// The command that signs in to what is called `name`.
fn login(name: &str) -> String {
    format!("credential login {name}")
}

/// Ends the Okta session that `account` has. It is ended from the device that it was begun on.
pub(crate) fn end_session(world: &World, org: &Org, account: &Account) -> Result<()> {
    let request = sign_in::end_session(org, &account.jar());
    let response = world
        .client
        .run(world.limit(UNATTENDED), world.client.send(request))??;
    sign_in::judge_end_session(&response)
}

/// One sign-in on its way up.
struct Ladder<'a> {
    world: &'a World,
    app: &'a App,
    org: &'a Org,
    client: Option<&'a Client>,
    call: &'a Call<'a>,
    key: Key,
    /// How long the servers have taken so far.
    spent: Cell<Duration>,
    /// The talk with the person, once there is something to talk about.
    dialogue: OnceCell<Dialogue>,
    /// The password that was changed on the way: it must not be sent again from where it is configured.
    outdated: Cell<Option<Secret>>,
}

impl Ladder<'_> {
    fn climb(&self) -> Result<Session, Stop> {
        let tried: Account = self.world.cache.find(&self.key)?;
        let mut left = None;
        if let Some((outcome, jar)) = self.silently(&tried)? {
            match outcome {
                Outcome::Signed(session) => {
                    self.keep(&tried, jar);
                    return Ok(session);
                }
                Outcome::Declined(demand, _) => left = Some((demand, jar)),
                Outcome::Unfinished(..) => unreachable!("no password was sent"),
            }
        }
        let mut held = self.hold(self.patience()?)?;
        let result = self.climb_on(&mut held, &tried.session, left);
        if result.is_ok() && self.call.insist {
            held.record.forgive();
        }
        if let Some(old) = self.outdated.take() {
            let changed =
                Error::refused("this password was changed at a sign-in, and is the old one");
            held.record.refusals.add(&old, changed);
        }
        held.save();
        result
    }

    /// How long the claim on the account is waited for, if the password may be sent at all.
    fn patience(&self) -> Result<Duration, Stop> {
        if self.call.quiet {
            quiet::check(self.org)?;
            return Ok(KEEPING);
        }
        Ok(World::patience_for_account(self.call.attended))
    }

    /// The rungs under the claim on the account: first once more silently, if another session than the one `tried` is
    /// there now. `left` is what the first try left behind.
    fn climb_on(
        &self,
        held: &mut Held<'_, Account>,
        tried: &Jar,
        mut left: Option<(Demand, Jar)>,
    ) -> Result<Session, Stop> {
        let account = &mut held.record;
        if self.call.quiet && account.session.is_empty() && !tried.is_empty() {
            return Err(quiet::logged_out(self.org));
        }
        if account.session != *tried {
            left = match self.silently(account)? {
                Some((Outcome::Signed(session), jar)) => {
                    account.learn(jar);
                    return Ok(session);
                }
                Some((Outcome::Declined(demand, _), jar)) => Some((demand, jar)),
                Some((Outcome::Unfinished(..), _)) => unreachable!("no password was sent"),
                // It was ended meanwhile, and must not come back.
                None => left.map(|(demand, _)| (demand, account.jar())),
            };
        }
        let demand = left.map(|(demand, jar)| {
            account.learn(jar);
            demand
        });
        self.by_password(held, demand)
    }

    /// Rung 1, if there is an Okta session to try; with Okta's cookies as they are after it.
    fn silently(&self, account: &Account) -> Result<Option<(Outcome, Jar)>, Stop> {
        if account.session.is_empty() {
            return Ok(None);
        }
        self.say("trying the cached Okta session");
        let mut attempt = self.attempt(account.jar());
        let first = attempt.silently();
        let outcome = self.drive(&mut attempt, first)?;
        if let Outcome::Declined(_, words) = &outcome {
            self.say(&format!("Okta does not take the cached session: {words}"));
        }
        Ok(Some((outcome, attempt.jar)))
    }

    fn dialogue(&self) -> Result<&Dialogue> {
        if let Some(dialogue) = self.dialogue.get() {
            return Ok(dialogue);
        }
        let dialogue = self.world.terminal.dialogue()?;
        Ok(self.dialogue.get_or_init(|| dialogue))
    }

    /// Lets the signal that the dialogue kept end the process.
    fn obey(&self) {
        if let Some(dialogue) = self.dialogue.get() {
            dialogue.obey();
        }
    }

    /// The time that is left to the servers, and to the person.
    fn time_left(&self) -> Duration {
        let usually = if self.call.attended {
            ATTENDED
        } else {
            UNATTENDED
        };
        self.world.limit(usually.saturating_sub(self.spent.get()))
    }

    /// Drives an attempt. All attempts of one sign-in share the time that the servers have.
    fn drive(&self, attempt: &mut Attempt<'_>, first: Step) -> Result<Outcome, Stop> {
        let limit = self.time_left();
        let (client, start) = (&self.world.client, clock::ticks());
        let outcome = self.run(limit, sign_in::drive(client, attempt, first));
        self.spent.set(self.spent.get() + start.elapsed());
        outcome?
    }

    /// Runs what sends to the servers for at most `limit`. Once there is a dialogue, which keeps the signals, it is
    /// looked now and then whether one has come.
    fn run<F: Future>(&self, limit: Duration, sending: F) -> Result<F::Output, Stop> {
        let Some(dialogue) = self.dialogue.get() else {
            return Ok(self.world.client.run(limit, sending)?);
        };
        let interruptible = async {
            tokio::pin!(sending);
            loop {
                if dialogue.is_interrupted() {
                    return Err(interrupted());
                }
                tokio::select! {
                    output = &mut sending => return Ok(output),
                    () = tokio::time::sleep(GLANCE) => {}
                }
            }
        };
        self.world.client.run(limit, interruptible)?
    }

    fn attempt(&self, jar: Jar) -> Attempt<'_> {
        Attempt::new(self.app, self.org, self.client, jar)
    }

    /// Keeps what Okta changed in a session that it took. Nobody waits for that: who holds the claim knows better. But
    /// a person who insisted is waited for, and what held others back is forgotten.
    fn keep(&self, tried: &Account, jar: Jar) {
        if self.call.insist {
            // The session is won, whoever else is busy with the account.
            let Ok(mut held) = self.hold(KEEPING) else {
                return;
            };
            held.record.forgive();
            if held.record.session == tried.session {
                held.record.learn(jar);
            }
            held.save();
        } else if jar != tried.jar()
            && let Some(mut held) = self.world.cache.hold_if_free::<Account>(&self.key)
            && held.record.session == tried.session
        {
            held.count_unanswered(clock::now());
            held.record.learn(jar);
            held.save();
        }
    }

    /// The account's record, under its claim, which is waited for up to `limit`.
    fn hold(&self, limit: Duration) -> Result<Held<'_, Account>> {
        let purpose = format!("sign in to org {}", self.org.name);
        let limit = self.world.limit(limit);
        let mut held: Held<Account> = self.world.cache.hold(&self.key, &purpose, limit)?;
        held.count_unanswered(clock::now());
        Ok(held)
    }

    fn say(&self, text: &str) {
        self.world
            .terminal
            .trace(|| format!("{}: {text}", self.app.name));
    }
}
