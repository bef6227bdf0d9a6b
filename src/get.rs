//! The tool: the cached session, or a sign-in for everybody.
//!
//! [`get`] is the road that is taken a thousand times a day: read, judge, answer. No lock, no network, no thread,
//! nothing created. [`renew`] is the rare one: claim, read again, act on what was just read, sign in, write whole,
//! release. However many processes come at once, one of them signs in; the others wait for the claim and find what
//! it left, a session or a failure.

use time::Duration;

use crate::app::{App, Method};
use crate::clock::{self, Moment};
use crate::error::{Error, Kind, Result};
use crate::ladder;
use crate::output::Answer;
use crate::secret::Secret;
use crate::session::{Freshness, Session};
use crate::store::{Entry, Failure, Key};
use crate::world::World;

/// What a caller wants of a session.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wish {
    /// One signed in after the call began, even if the cached one is good.
    pub(crate) anew: bool,
    /// The life that has to be left.
    pub(crate) min_life: Duration,
    /// Ask the ALB first if it was not asked within this time.
    pub(crate) verify: Option<Duration>,
    /// Only the cache; never sign in.
    pub(crate) no_sign_in: bool,
}

impl Wish {
    /// Whether `session` can be answered at `now`.
    fn is_met_by(&self, app: &App, session: &Session, now: Moment) -> bool {
        !self.anew && session.judge(now, app.session, self.min_life) == Freshness::Fresh
    }
}

/// The session of `app`: from the cache where it is fresh, else from a sign-in.
pub(crate) fn get<'a>(world: &World, app: &'a App, wish: &Wish) -> Result<Answer<'a>> {
    let now = clock::now();
    let key = Key::of_app(app);
    let entry: Entry = world.read(&key)?;
    let session = match entry.session {
        Some(session) if wish.is_met_by(app, &session, now) => match wish.verify {
            Some(age) => verified(world, app, wish, &key, session, age)?,
            None => session,
        },
        _ => renew(world, app, wish, &key, now)?,
    };
    Ok(Answer {
        app,
        end: session.end(app.session),
        session,
    })
}

/// Signs in under the claim, unless somebody else just did, or just failed.
#[cold]
fn renew(world: &World, app: &App, wish: &Wish, key: &Key, asked_at: Moment) -> Result<Session> {
    let Method::Okta { org, client } = &app.method else {
        return Err(Error::person(format!(
            "no session is stored for {}, and method none has no sign-in",
            app.name
        )));
    };
    if wish.no_sign_in {
        return Err(
            Error::person(format!("no fresh session of {} is cached", app.name))
                .hint(format!("credential login {}", app.name)),
        );
    }
    let attended = world.terminal.is_attended();
    let claim = world.claim(
        key,
        &format!("sign in to {}", app.name),
        World::patience(attended),
    )?;
    let mut entry: Entry = match &claim {
        Some(_) => world.read(key)?,
        None => Entry::default(),
    };
    let now = clock::now();
    if let Some(session) = entry
        .session
        .take_if(|session| wish.is_met_by(app, session, now) || session.issued_at >= asked_at)
    {
        world.terminal.trace(&format!(
            "{}: another process has signed in meanwhile",
            app.name
        ));
        return Ok(session);
    }
    if let Some(failure) = entry
        .failure
        .as_ref()
        .filter(|failure| failure.answers(asked_at, now, attended))
    {
        world.terminal.trace(&format!(
            "{}: a sign-in failed at {}; not tried again yet",
            app.name, failure.at
        ));
        return Err(failure.error.clone());
    }
    let result = ladder::sign_in(world, app, org, client.as_ref(), attended);
    let result = result.map_err(|stop| {
        let error = stop
            .error
            .while_doing(&format!("cannot sign in to {}", app.name));
        // A refused password is remembered with its account, which knows when another one is configured.
        let brake =
            !attended && !stop.password && matches!(error.kind, Kind::Person | Kind::Refused);
        entry.failure = Some(Failure::after(
            entry.failure.as_ref(),
            error.clone(),
            clock::now(),
            brake,
        ));
        error
    });
    if let Ok(session) = &result {
        entry = Entry {
            session: Some(session.clone()),
            failure: None,
        };
    }
    world.save(claim.as_ref(), key, &entry);
    result
}

/// Asks the ALB whether it still takes `session`, if it was not asked within `age`; renews it if it does not.
#[cold]
fn verified(
    world: &World,
    app: &App,
    wish: &Wish,
    key: &Key,
    mut session: Session,
    age: Duration,
) -> Result<Session> {
    let now = clock::now();
    if now - session.verified_at.unwrap_or(session.issued_at) < age {
        return Ok(session);
    }
    if !ladder::is_accepted(world, app, &session)? {
        world.terminal.trace(&format!(
            "{}: the ALB does not take the cached session any more",
            app.name
        ));
        return renew(
            world,
            app,
            &Wish {
                anew: true,
                ..*wish
            },
            key,
            now,
        );
    }
    session.verified_at = Some(now);
    if let Some(claim) = world.claim_if_free(key) {
        let mut entry: Entry = world.read(key)?;
        if let Some(kept) = entry
            .session
            .as_mut()
            .filter(|kept| kept.shards == session.shards)
        {
            kept.verified_at = Some(now);
            world.save(Some(&claim), key, &entry);
        }
    }
    Ok(session)
}

/// Forgets the session of `app`; where a `secret` is given, only if it is that session's. A caller that was refused
/// with an old cookie can so never delete the new one that somebody else has got meanwhile.
pub(crate) fn erase(world: &World, app: &App, secret: Option<&Secret>) -> Result<()> {
    let key = Key::of_app(app);
    let entry: Entry = world.read(&key)?;
    if entry.session.is_none() {
        return Ok(());
    }
    let claim = world.claim(
        &key,
        &format!("erase the session of {}", app.name),
        World::patience(false),
    )?;
    let mut entry: Entry = world.read(&key)?;
    if entry
        .session
        .take_if(|session| secret.is_none_or(|secret| session.cookie() == *secret))
        .is_some()
    {
        world.save(claim.as_ref(), &key, &entry);
    }
    Ok(())
}
