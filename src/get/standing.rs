//! How a session stands with the ALB: asked, learnt from, and forgotten.
//!
//! The ALB says nowhere when a session ends. It is learnt: the ALB is asked with the cookie, and where it refuses it,
//! sessions of this app live no longer than that one did. Only the ALB's own word teaches: a caller that erases a
//! cookie may have been refused by the application, or may just want it gone.

use std::time::Duration as Limit;

use time::Duration;

use super::{GetOptions, renew};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::paths;
use crate::secret::Secret;
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session, Shard};
use crate::sign_in::alb::{self, Admission};
use crate::store::{Entry, Key, LockedRecord, cookie_file};

/// How long the ALB may take where its answer is what the caller wants.
const LIMIT: Limit = Limit::from_secs(30);
/// How long it may take where its answer is only good to know.
const SHORT: Limit = Limit::from_secs(5);

/// Asks the ALB whether it still takes the session of `answer`, if it was not asked within `age`; renews it if it does
/// not. `now` is from before the session was read: one that another process gets from then on is as good as an own.
#[cold]
pub(super) fn verified<'a>(
    context: &Context,
    options: &GetOptions,
    key: &Key,
    mut answer: ServedSession<'a>,
    age: Duration,
    now: Moment,
) -> Result<ServedSession<'a>> {
    let (app, session) = (answer.app, &mut answer.session);
    let since = now - session.verified_at.unwrap_or(session.issued_at);
    if !since.is_negative() && since < age {
        return Ok(answer);
    }
    let admission = match ask(context, app, session, LIMIT) {
        // Nobody has said that it is not good.
        Err(error) if options.trusting && error.kind == Kind::Network => return Ok(answer),
        admission => admission?,
    };
    match admission {
        Admission::Refused => {
            let cookie = session.cookie();
            // If it cannot be forgotten, it is at least not answered.
            if let Err(error) = take_out(context, app, Some(now), |kept| kept.cookie() == cookie) {
                let warning = format!("warning: {}", error.message);
                context.terminal.notice(&warning);
            }
            if let Some(other) = another(context, app, options, key, &cookie)? {
                return Ok(other);
            }
            let options = GetOptions {
                anew: true,
                ..*options
            };
            renew(context, app, &options, key, now)
        }
        Admission::Admitted(reissued) => {
            taken(context, key, session, reissued, now);
            Ok(answer)
        }
    }
}

/// The session that others have got in place of the one with the refused `cookie`, if the ALB takes it. It may lie where
/// a hit does not look, because the cache could not take it.
fn another<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    key: &Key,
    cookie: &Secret,
) -> Result<Option<ServedSession<'a>>> {
    let now = clock::now();
    let entry: Entry = context.cache.find(key)?;
    let is_fresh = entry.judge(app, now, options.min_life) == Some(Freshness::Fresh);
    let answer = entry.answer(app).filter(|_| is_fresh);
    let Some(mut answer) = answer.filter(|answer| answer.session.cookie() != *cookie) else {
        return Ok(None);
    };
    match ask(context, app, &answer.session, LIMIT)? {
        Admission::Refused => Ok(None),
        Admission::Admitted(reissued) => {
            taken(context, key, &mut answer.session, reissued, now);
            Ok(Some(answer))
        }
    }
}

/// The ALB took `session` at `now`, and may have given other shards.
fn taken(
    context: &Context,
    key: &Key,
    session: &mut Session,
    reissued: Option<Vec<Shard>>,
    now: Moment,
) {
    let sent = session.clone();
    session.admitted(reissued, now);
    keep(context, key, &sent, session);
}

/// Keeps the `shards` that the ALB of `app` has given to a caller in place of those of `sent`.
#[cfg(unix)]
pub(crate) fn reissued(context: &Context, app: &App, sent: &Session, shards: Vec<Shard>) {
    let mut session = sent.clone();
    session.admitted(Some(shards), clock::now());
    keep(context, &Key::of_app(app), sent, &session);
}

/// Puts down that the ALB took `sent`, as what it left of it, `session`; unless another one is kept by now, or somebody
/// is just getting one.
fn keep(context: &Context, key: &Key, sent: &Session, session: &Session) {
    if let Some(mut held) = context.cache.hold_if_free::<Entry>(key)
        && let Some(kept) = &mut held.record.session
        && kept.shards == sent.shards
    {
        *kept = session.clone();
        if let Some(at) = session.verified_at.filter(|_| !session.is_pasted) {
            held.record.learn_taken(at - session.issued_at);
        }
        held.save();
    }
}

/// The session of the entry that is held, where only what was learnt says that it has ended, or is about to, and the ALB
/// says that it has not. So a wrong lesson costs a question a minute near its end, and is forgotten beyond it.
pub(super) fn outlived<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    held: &mut LockedRecord<'_, Entry>,
) -> Option<ServedSession<'a>> {
    let now = clock::now();
    let entry = &mut held.record;
    if options.anew || !entry.is_doubtful(app, now, options.min_life) {
        return None;
    }
    let session = entry.session.as_mut()?;
    let asked_at = session.verified_at.filter(|at| *at <= now);
    if asked_at.is_none_or(|at| now - at >= Duration::MINUTE) {
        let Ok(Admission::Admitted(reissued)) = ask(context, app, session, SHORT) else {
            return None;
        };
        session.admitted(reissued, now);
        let age = now - session.issued_at;
        entry.learn_taken(age);
        held.save();
    }
    std::mem::take(&mut held.record).answer(app)
}

/// Whether the ALB refuses `session`.
pub(super) fn is_refused(context: &Context, app: &App, session: &Session) -> Result<bool> {
    Ok(ask(context, app, session, LIMIT)? == Admission::Refused)
}

/// Asks the ALB, and tells what it said.
fn ask(context: &Context, app: &App, session: &Session, limit: Limit) -> Result<Admission> {
    let request = alb::verify(app, session);
    let response = context
        .client
        .run(context.limit(limit), context.client.send(request))??;
    let admission = alb::judge_verify(app, &response)?;
    context.terminal.trace(|| {
        let said = match &admission {
            Admission::Refused => "the ALB does not take the cached session any more",
            Admission::Admitted(None) => "the ALB takes the cached session",
            Admission::Admitted(Some(_)) => "the ALB takes the cached session, and renewed it",
        };
        format!("{}: {said}", app.name)
    });
    Ok(admission)
}

/// Why a session is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its caller was refused with it, or says so.
    Refused,
    /// Nobody wants it any more.
    Unwanted,
}

/// Forgets the session of `app`; where a `secret` is given, only if it is that session's. A caller that was refused
/// with an old cookie can so never delete the new one that somebody else has got meanwhile.
pub(crate) fn erase(context: &Context, app: &App, secret: Option<&Secret>, why: Why) -> Result<()> {
    let is_meant = |session: &Session| secret.is_none_or(|secret| session.cookie() == *secret);
    let entry: Entry = context
        .cache
        .demand(&Key::of_app(app))
        .map_err(|error| error.while_doing(&format!("cannot erase the session of {}", app.name)))?;
    let Some(session) = entry.session.filter(is_meant) else {
        // It may be there though its record is gone or broken.
        return secret.map_or_else(|| forget_file(context, app), |_| Ok(()));
    };
    let now = clock::now();
    let is_refused = why == Why::Refused
        && Entry::is_lesson(now - session.issued_at)
        && !session.is_pasted
        && matches!(ask(context, app, &session, SHORT), Ok(Admission::Refused));
    take_out(context, app, is_refused.then_some(now), is_meant)
}

/// Forgets the session of `app`, and the one that a sign-in under way is about to bring.
pub(crate) fn forget(context: &Context, app: &App) -> Result<()> {
    take_out(context, app, None, |_| true)
}

/// Removes the cookie file that git reads for `app`.
fn forget_file(context: &Context, app: &App) -> Result<()> {
    let directory = paths::cache_directory(&context.variables);
    directory.map_or(Ok(()), |directory| {
        crate::cookie_file::remove(&cookie_file::path(&directory, app))
    })
}

/// Takes the session out of the entry, if it is the one that is meant; with the lesson of when the ALB `refused` it.
fn take_out(
    context: &Context,
    app: &App,
    refused: Option<Moment>,
    is_meant: impl Fn(&Session) -> bool,
) -> Result<()> {
    let purpose = format!("erase the session of {}", app.name);
    let limit = context.limit(Context::patience(false));
    let mut held = context
        .cache
        .hold::<Entry>(&Key::of_app(app), &purpose, limit)?;
    held.demand_read()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    let taken = held.record.session.take_if(|session| is_meant(session));
    if held.record.session.is_none() {
        forget_file(context, app)?;
    }
    let Some(session) = taken else {
        return Ok(());
    };
    if let Some(at) = refused.filter(|_| !session.is_pasted) {
        held.record.learn_refused(at - session.issued_at);
    }
    held.write()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))
}
