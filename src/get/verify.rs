//! The question whether the ALB still takes a cached session, and what its answer teaches.
//!
//! The ALB says nowhere when a session ends. The program learns it: it asks the ALB with the cookie, and where the ALB
//! refuses it, sessions of this app live no longer than that one did.

use time::Duration;

use super::admission::{LIMIT, SHORT_LIMIT, ask_alb};
use super::erase::remove_session;
use super::{GetOptions, renew};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::secret::Secret;
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session, Shard};
use crate::sign_in::alb::Admission;
use crate::store::{Entry, Key, LockedRecord};

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
    let admission = match ask_alb(context, app, session, LIMIT) {
        // Nobody has said that it is not good.
        Err(error) if options.trusting && error.kind == Kind::Network => return Ok(answer),
        admission => admission?,
    };
    match admission {
        Admission::Refused => {
            let cookie = session.cookie();
            // If it cannot be forgotten, it is at least not answered.
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
            renew(context, app, &options, key, now)
        }
        Admission::Admitted(reissued) => {
            record_admission(context, key, session, reissued, now);
            Ok(answer)
        }
    }
}

/// The session that others have got in place of the one with the refused `cookie`, if the ALB takes it. It may lie where
/// a hit does not look, because the cache could not take it.
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
    match ask_alb(context, app, &answer.session, LIMIT)? {
        Admission::Refused => Ok(None),
        Admission::Admitted(reissued) => {
            record_admission(context, key, &mut answer.session, reissued, now);
            Ok(Some(answer))
        }
    }
}

/// The ALB took `session` at `now`, and may have given other shards.
fn record_admission(
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
        let Ok(Admission::Admitted(reissued)) = ask_alb(context, app, session, SHORT_LIMIT) else {
            return None;
        };
        session.admitted(reissued, now);
        let age = now - session.issued_at;
        entry.learn_taken(age);
        held.save();
    }
    std::mem::take(&mut held.record).answer(app)
}
