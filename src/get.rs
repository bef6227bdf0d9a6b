//! The tool: the cached session, or a sign-in for everybody.
//!
//! [`get`] is the road that is taken a thousand times a day: read, judge, answer. No lock, no network, no thread,
//! nothing created. [`renew`] is the rare one: claim, read again, act on what was just read, sign in, write whole,
//! release. However many processes come at once, one of them signs in; the others wait for the claim and find what
//! it left, a session or a failure.

use std::time::Duration as Limit;

use time::Duration;

use crate::answer::Answer;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::error::{Error, Result};
use crate::method::{self, Call, Failed};
use crate::secret::Secret;
use crate::session::{Freshness, Session};
use crate::sign_in;
use crate::store::{Brake, Entry, Failure, Key};
use crate::world::World;

/// What a caller wants of a session.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wish {
    /// One signed in after the call began, even if the cached one is good.
    pub(crate) anew: bool,
    /// A sign-in even if one has failed before: a person's own wish.
    pub(crate) insist: bool,
    /// The life that has to be left.
    pub(crate) min_life: Duration,
    /// Ask the ALB first if it was not asked within this time.
    pub(crate) verify: Option<Duration>,
    /// Only the cache; never sign in.
    pub(crate) no_sign_in: bool,
}

/// The session of `app`: from the cache where it is fresh, else from a sign-in.
pub(crate) fn get<'a>(world: &World, app: &'a App, wish: &Wish) -> Result<Answer<'a>> {
    let now = clock::now();
    let key = Key::of_app(app);
    let entry: Entry = world.cache.read(&key)?;
    let freshness = entry.judge(app, now, wish.min_life);
    world
        .terminal
        .trace(|| format!("{}: {}", app.name, found(freshness, wish)));
    let session = match entry.session {
        Some(session) if freshness == Some(Freshness::Fresh) && !wish.anew => match wish.verify {
            Some(age) => verified(world, app, wish, &key, session, age)?,
            None => session,
        },
        _ => renew(world, app, wish, &key, now)?,
    };
    Ok(Answer::new(app, session))
}

/// What the cache has, in words.
fn found(freshness: Option<Freshness>, wish: &Wish) -> &'static str {
    match freshness {
        _ if wish.anew => "a new session is wanted",
        Some(Freshness::Fresh) => "the cached session is fresh",
        Some(Freshness::Expired) => "the cached session has expired, or has too little life left",
        Some(Freshness::FromTheFuture) => {
            "the cached session is from the future: the clock was set back"
        }
        None => "no session is cached",
    }
}

/// Signs in under the claim, unless somebody else just did, or just failed.
#[cold]
fn renew(world: &World, app: &App, wish: &Wish, key: &Key, asked_at: Moment) -> Result<Session> {
    if wish.no_sign_in {
        return Err(
            Error::person(format!("no fresh session of {} is cached", app.name))
                .hint(format!("credential login {}", app.name)),
        );
    }
    method::check(app)?;
    let attended = world.terminal.is_attended();
    let limit = world.limit(World::patience(attended));
    let mut held = world
        .cache
        .hold::<Entry>(key, &format!("sign in to {}", app.name), limit)?;
    let call = Call {
        asked_at,
        attended,
        insist: wish.insist,
        tell: &|words| held.tell(words),
    };
    if let Some(left) = left_by_another(world, app, wish, &held.record, &call) {
        return left;
    }
    let result = method::sign_in(world, app, &call);
    let result = result.map_err(|failed| Failed {
        error: failed
            .error
            .while_doing(&format!("cannot sign in to {}", app.name)),
        ..failed
    });
    remember(&mut held.record, &result, attended);
    held.save();
    result.map_err(|failed| failed.error)
}

/// What this call gets without a sign-in of its own, out of the entry that was just read.
fn left_by_another(
    world: &World,
    app: &App,
    wish: &Wish,
    entry: &Entry,
    call: &Call<'_>,
) -> Option<Result<Session>> {
    let now = clock::now();
    let say = |what: &str| world.terminal.trace(|| format!("{}: {what}", app.name));
    if let Some(session) = &entry.session {
        let is_fresh = entry.judge(app, now, wish.min_life) == Some(Freshness::Fresh);
        let is_newer = call.asked_at <= session.issued_at && session.issued_at <= now;
        if is_newer || is_fresh && !wish.anew {
            say("another process has signed in meanwhile");
            return Some(Ok(session.clone()));
        }
    }
    if call.insist {
        return None;
    }
    let shared = entry
        .failure
        .as_ref()
        .filter(|failure| failure.is_shared_with(call.asked_at, now, call.attended));
    if let Some(failure) = shared {
        say("another process has failed to sign in meanwhile");
        return Some(Err(failure.error.clone()));
    }
    let brake = entry
        .brake
        .as_ref()
        .filter(|brake| !call.attended && brake.holds(now))?;
    say("only a person can mend what went wrong before; not tried again yet");
    Some(Err(brake.error.clone()))
}

/// Puts down what came of a sign-in, for those who wait and those who come later.
fn remember(entry: &mut Entry, result: &Result<Session, Failed>, attended: bool) {
    match result {
        Ok(session) => {
            *entry = Entry {
                session: Some(session.clone()),
                ..Entry::default()
            }
        }
        Err(Failed { error, brake }) => {
            let at = clock::now();
            entry.failure = Some(Failure {
                error: error.clone(),
                at,
                attended,
            });
            if *brake {
                entry.brake = Some(Brake::after(entry.brake.as_ref(), error.clone(), at));
            }
        }
    }
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
    const LIMIT: Limit = Limit::from_secs(30);
    let now = clock::now();
    let since = now - session.verified_at.unwrap_or(session.issued_at);
    if !since.is_negative() && since < age {
        return Ok(session);
    }
    let asked = world.client.run(
        world.limit(LIMIT),
        world.client.send(sign_in::verify(app, &session)),
    )?;
    if !sign_in::judge_verify(app, &asked?)? {
        world.terminal.trace(|| {
            format!(
                "{}: the ALB does not take the cached session any more",
                app.name
            )
        });
        // If it cannot be forgotten, it is at least not answered.
        if let Err(error) = erase(world, app, Some(&session.cookie())) {
            world
                .terminal
                .notice(&format!("warning: {}", error.message));
        }
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
    if let Some(mut held) = world.cache.hold_if_free::<Entry>(key)
        && let Some(kept) = held
            .record
            .session
            .as_mut()
            .filter(|kept| kept.shards == session.shards)
    {
        kept.verified_at = Some(now);
        held.save();
    }
    Ok(session)
}

/// Forgets the session of `app`; where a `secret` is given, only if it is that session's. A caller that was refused
/// with an old cookie can so never delete the new one that somebody else has got meanwhile.
pub(crate) fn erase(world: &World, app: &App, secret: Option<&Secret>) -> Result<()> {
    let is_meant = |session: &mut Session| secret.is_none_or(|secret| session.cookie() == *secret);
    if world
        .cache
        .read::<Entry>(&Key::of_app(app))?
        .session
        .take_if(is_meant)
        .is_none()
    {
        return Ok(());
    }
    take_out(world, app, is_meant)
}

/// Forgets the session of `app`, and the one that a sign-in under way is about to bring.
pub(crate) fn forget(world: &World, app: &App) -> Result<()> {
    take_out(world, app, |_| true)
}

fn take_out(world: &World, app: &App, is_meant: impl FnOnce(&mut Session) -> bool) -> Result<()> {
    let purpose = format!("erase the session of {}", app.name);
    let limit = world.limit(World::patience(false));
    let mut held = world
        .cache
        .hold::<Entry>(&Key::of_app(app), &purpose, limit)?;
    match held.record.session.take_if(is_meant) {
        Some(_) => held
            .write()
            .map_err(|error| error.while_doing(&format!("cannot {purpose}"))),
        None => Ok(()),
    }
}
