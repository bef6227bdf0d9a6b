//! Asks the ALB whether it still takes a cached session, and learns from its answer how long sessions live.
//!
//! The ALB says nowhere when a session ends. The program learns it: it asks the ALB with the cookie, and where the ALB
//! refuses it, sessions of this app live no longer than that one did.

use time::Duration;

use super::admission::{LIMIT, SHORT_LIMIT, ask_alb};
use super::erase::remove_session;
use super::{GetOptions, lesson, renew};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::secret::Secret;
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session, Shard};
use crate::sign_in::alb::{Admission, AuthorizationRequest};
use crate::store::{Entry, Key, LockedRecord};

/// Asks the ALB whether it still takes the session of `answer`, unless it was asked within `age`, and renews a refused
/// one. `now` is from before the session was read: a session that another process gets later is as good as an own one.
#[cold]
pub(super) fn verified<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    key: &Key,
    mut answer: ServedSession<'a>,
    age: Duration,
    now: Moment,
) -> Result<ServedSession<'a>> {
    let session = &mut answer.session;
    let since = session.known_good_at().map(|at| now - at);
    if since.is_some_and(|since| !since.is_negative() && since < age) {
        return Ok(answer);
    }
    let verified = match ask_alb(context, app, session, LIMIT) {
        // If the ALB cannot be reached, use the cached session.
        Err(error) if options.trusting && error.kind == Kind::Network => return Ok(answer),
        verified => verified?,
    };
    match verified.admission {
        Admission::Refused => {
            let cookie = session.cookie();
            // Even if the cache cannot forget it, no caller gets it.
            if let Err(error) =
                remove_session(context, app, Some(now), |kept| kept.cookie() == cookie)
            {
                let warning = format!("warning: {}", error.message);
                context.terminal.notice(&warning);
            }
            if let Some(other) = replacement(context, app, options, key, &cookie)? {
                return Ok(other);
            }
            let options = GetOptions {
                anew: true,
                ..*options
            };
            renew(context, app, &options, key, now, verified.request)
        }
        Admission::Admitted(reissued) => {
            record_admission(context, app, key, session, reissued, now);
            Ok(answer)
        }
    }
}

/// Returns the session that another process got after the one with the refused `cookie`, if the ALB takes it. It may be
/// in the fallback, which a hit does not read.
fn replacement<'a>(
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
    match ask_alb(context, app, &answer.session, LIMIT)?.admission {
        Admission::Refused => Ok(None),
        Admission::Admitted(reissued) => {
            record_admission(context, app, key, &mut answer.session, reissued, now);
            Ok(Some(answer))
        }
    }
}

/// Records that the ALB took `session` at `now`, with the shards that it may have reissued.
fn record_admission(
    context: &Context,
    app: &App,
    key: &Key,
    session: &mut Session,
    reissued: Option<Vec<Shard>>,
    now: Moment,
) {
    let sent = session.clone();
    session.admitted(reissued, now);
    keep(context, app, key, &sent, session);
}

/// Keeps the `shards` that the ALB of `app` has given to a caller in place of those of `sent`.
#[cfg(unix)]
pub(crate) fn reissued(context: &Context, app: &App, sent: &Session, shards: Vec<Shard>) {
    let mut session = sent.clone();
    session.admitted(Some(shards), clock::now());
    keep(context, app, &Key::of_app(app), sent, &session);
}

/// Records that the ALB took `sent` and left `session` of it. Does nothing if another session is kept by now, or a
/// sign-in is under way.
fn keep(context: &Context, app: &App, key: &Key, sent: &Session, session: &Session) {
    if let Some(mut held) = context.cache.hold_if_free::<Entry>(key)
        && let Some(kept) = &mut held.record.session
        && kept.shards == sent.shards
    {
        *kept = session.clone();
        if let Some(at) = session.verified_at.filter(|_| !session.is_pasted) {
            let age = at - session.issued_at;
            lesson::learn(context, app, &mut held.record, |entry| {
                entry.learn_taken(age);
            });
        }
        held.save();
    }
}

/// Returns the session of the held entry, if only the learnt life says that it has ended or is about to, and the ALB
/// still takes it. A wrong lesson so costs one request a minute near its end, and is forgotten after it. The error is the
/// ALB's request for a sign-in, if it was asked.
pub(super) fn outlived<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    held: &mut LockedRecord<'_, Entry>,
) -> Result<ServedSession<'a>, Option<Box<AuthorizationRequest>>> {
    let now = clock::now();
    let entry = &mut held.record;
    if options.anew || !entry.is_doubtful(app, now, options.min_life) {
        return Err(None);
    }
    let session = entry.session.as_mut().ok_or(None)?;
    let asked_at = session.verified_at.filter(|at| *at <= now);
    let age = options.verify.unwrap_or(Duration::MINUTE);
    if asked_at.is_none_or(|at| now - at >= age.min(Duration::MINUTE)) {
        let verified = ask_alb(context, app, session, SHORT_LIMIT).map_err(|_| None)?;
        let Admission::Admitted(reissued) = verified.admission else {
            return Err(verified.request);
        };
        session.admitted(reissued, now);
        let age = now - session.issued_at;
        lesson::learn(context, app, entry, |entry| entry.learn_taken(age));
        held.save();
    }
    std::mem::take(&mut held.record).answer(app).ok_or(None)
}
