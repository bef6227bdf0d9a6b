//! The rungs of a sign-in at Okta, cheapest first, and the claim on the account that keeps a password from being
//! sent twice.
//!
//! Rung 1 tries the Okta session that another app's sign-in left. Only when Okta does not take it, the account is
//! claimed, so that of two apps that start together one sends the password and the other goes the silent way; and
//! only a password that Okta has not already refused is sent.

use std::future::Future;
use std::time::Duration;

use crate::app::{App, Client, Org};
use crate::clock;
use crate::cookie::Jar;
use crate::error::{Error, Kind, Result};
use crate::session::Session;
use crate::sign_in::{self, Attempt, Challenge, DEVICE, Outcome, Stop};
use crate::source;
use crate::store::{Account, Key, Refusal};
use crate::world::World;

/// How long a sign-in may take when nobody is there.
const UNATTENDED: Duration = Duration::from_secs(60);
/// How long it may take when somebody is: the ALB's own limit.
const ATTENDED: Duration = Duration::from_secs(15 * 60);

/// Signs in to `app` and gives the new session.
pub(crate) fn sign_in(
    world: &World,
    app: &App,
    org: &Org,
    client: Option<&Client>,
    attended: bool,
) -> Result<Session, Stop> {
    let ladder = Ladder {
        world,
        app,
        org,
        client,
        key: Key::of_account(org),
    };
    let limit = if attended { ATTENDED } else { UNATTENDED };
    run(async {
        match tokio::time::timeout(limit, ladder.climb(attended)).await {
            Ok(result) => result,
            Err(_) => Err(Error::network(format!("no end within {} s", limit.as_secs())).into()),
        }
    })?
}

/// Whether the ALB still takes `session`.
pub(crate) fn is_accepted(world: &World, app: &App, session: &Session) -> Result<bool> {
    let response = run(world.client.send(sign_in::verify(app, session)))??;
    Ok(sign_in::judge_verify(app, &response))
}

/// Ends the Okta session of `jar`, as far as Okta can be reached.
pub(crate) fn end_session(world: &World, org: &Org, jar: &Jar) -> Result<()> {
    run(world.client.send(sign_in::end_session(org, jar)))?.map(drop)
}

/// Runs `future` on a runtime of this thread alone, made for it: nothing of the kind exists before it is needed.
fn run<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| Error::new(Kind::Other, "cannot start a runtime").caused_by(error))?;
    Ok(runtime.block_on(future))
}

/// One sign-in on its way up.
struct Ladder<'a> {
    world: &'a World,
    app: &'a App,
    org: &'a Org,
    client: Option<&'a Client>,
    key: Key,
}

impl Ladder<'_> {
    async fn climb(&self, attended: bool) -> Result<Session, Stop> {
        let account = self.account()?;
        let mut challenge = match self.silently(&account).await? {
            Some(Outcome::Signed(session)) => return Ok(session),
            Some(Outcome::Declined(challenge, _)) => Some(challenge),
            None => None,
        };
        let purpose = format!("sign in to org {}", self.org.name);
        let claim = self
            .world
            .claim(&self.key, &purpose, World::patience(attended))?;
        let tried = account.session;
        let mut account = self.account()?;
        if account.session != tried {
            match self.silently(&account).await? {
                Some(Outcome::Signed(session)) => return Ok(session),
                Some(Outcome::Declined(newer, _)) => challenge = Some(newer),
                None => {}
            }
        }
        let result = self.by_password(&mut account, challenge).await;
        self.world.save(claim.as_ref(), &self.key, &account);
        result
    }

    /// Rung 1, if there is an Okta session to try.
    async fn silently(&self, account: &Account) -> Result<Option<Outcome>, Stop> {
        if account.session.is_empty() {
            return Ok(None);
        }
        self.say("trying the cached Okta session");
        let mut attempt = self.attempt(jar_of(account));
        let first = attempt.silently();
        let outcome = sign_in::drive(&self.world.client, &mut attempt, first).await?;
        match &outcome {
            Outcome::Signed(_) => self.keep(account, attempt.jar),
            Outcome::Declined(_, words) => {
                self.say(&format!("Okta does not take the cached session: {words}"));
            }
        }
        Ok(Some(outcome))
    }

    /// Rungs 2 and 3. `account` learns what Okta set and refused.
    async fn by_password(
        &self,
        account: &mut Account,
        challenge: Option<Challenge>,
    ) -> Result<Session, Stop> {
        let fetched = source::fetch(
            &self.org.password,
            &self.password_name(),
            self.world.terminal,
        );
        let password = fetched.map_err(|error| match error.kind {
            Kind::Person => error.hint(format!("credential login {}", self.app.name)),
            _ => error,
        })?;
        if let Some(refusal) = account
            .refusal
            .as_ref()
            .filter(|refusal| refusal.is_of(&password))
        {
            self.say("Okta has refused this password before; it is not sent again");
            return Err(Stop {
                error: self.remembered(refusal),
                password: true,
            });
        }
        self.say("signing in with the password");
        let mut attempt = self.attempt(jar_of(&Account {
            device: account.device.clone(),
            ..Account::default()
        }));
        let challenge = challenge.filter(|challenge| challenge.is_usable(clock::now()));
        let first = attempt.by_password(&password, challenge);
        let result = sign_in::drive(&self.world.client, &mut attempt, first).await;
        let result = result.map_err(|stop| Stop {
            error: stop.error.without(&password),
            ..stop
        });
        learn(account, attempt.jar);
        match result {
            Ok(Outcome::Signed(session)) => {
                account.refusal = None;
                Ok(session)
            }
            Ok(Outcome::Declined(..)) => {
                unreachable!("after a password an attempt ends in a session or an error")
            }
            Err(stop) => {
                if stop.password {
                    account.refusal = Some(Refusal::of(&password, stop.error.clone()));
                }
                Err(stop)
            }
        }
    }

    fn attempt(&self, jar: Jar) -> Attempt<'_> {
        Attempt::new(self.app, self.org, self.client, jar)
    }

    fn account(&self) -> Result<Account> {
        self.world.read(&self.key)
    }

    /// Keeps what Okta changed in a session that it took. Nobody waits for that: who holds the claim knows better.
    fn keep(&self, account: &Account, jar: Jar) {
        if jar == jar_of(account) {
            return;
        }
        if let Some(claim) = self.world.claim_if_free(&self.key) {
            let mut now: Account = self.account().unwrap_or_default();
            if now.session == account.session {
                learn(&mut now, jar);
                self.world.save(Some(&claim), &self.key, &now);
            }
        }
    }

    fn password_name(&self) -> String {
        format!(
            "the password of {} at {}",
            self.org.account,
            self.org.site.authority()
        )
    }

    fn remembered(&self, refusal: &Refusal) -> Error {
        let error = refusal.error.clone();
        error
            .caused_by("that was remembered: the same password is not sent a second time")
            .hint(format!(
                "to send it all the same: credential login {}",
                self.app.name
            ))
    }

    fn say(&self, text: &str) {
        self.world
            .terminal
            .trace(&format!("{}: {text}", self.app.name));
    }
}

/// Okta's cookies as an attempt starts with them.
fn jar_of(account: &Account) -> Jar {
    let mut jar = account.session.clone();
    if let Some(device) = &account.device {
        jar.put(DEVICE, device.clone());
    }
    jar
}

/// Takes over what an attempt left in its jar.
fn learn(account: &mut Account, mut jar: Jar) {
    account.device = jar.take(DEVICE).or_else(|| account.device.take());
    account.session = jar;
}
