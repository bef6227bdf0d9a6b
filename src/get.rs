//! The tool: the cached session, or one sign-in for everybody.
//!
//! [`get`] is called a thousand times a day: it reads, judges and answers. It takes no lock, starts no thread, opens no
//! connection and, but for now and then a lookup that spares the next call work, creates nothing. [`renew`] is the rare
//! case: it claims the entry, reads it again, acts on what it just read, signs in, writes the entry whole and releases the
//! claim. However many processes come at once, one of them signs in. The others wait for the claim and find its result, a
//! session or a failure.
//!
//! `fast_path` answers the most frequent calls without reading the configuration. Near the end of a session [`get`]
//! answers, and starts a process that renews the session (`background_renewal`). `verify` and `erase` are the ALB's
//! refusals: asked for, learnt from, obeyed. `kept_credentials` answers for apps that nobody signs in to.

mod admission;
pub(crate) mod background_renewal;
mod erase;
mod fast_path;
pub(crate) mod kept_credentials;
mod left_by_others;
mod lesson;
mod recheck;
mod verify;

use time::Duration;

use crate::app::{App, Content};
use crate::caller_policy::ChosenWay;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::{Error, Hint, Result};
use crate::method::{self, Call, Failed, SignedIn};
use crate::secret_source;
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session};
use crate::sign_in::alb::AuthorizationRequest;
use crate::store::{Backoff, Entry, Failure, Key, LockedRecord};
use left_by_others::left_by_others;

pub(crate) use erase::{EraseReason, erase, forget, forget_here};
pub(crate) use fast_path::{fast_path, fast_path_to_all, keep_app_lookup, keep_lookup_of_all};
#[cfg(unix)]
pub(crate) use verify::reissued;

/// How often a sign-in begins anew, after another machine took over its claim before a secret was sent.
const ANEW: u32 = 2;

/// The options of a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each option is on or off by itself"
)]
pub(crate) struct GetOptions {
    /// Sign in even if the cached session is good: the answer is issued after the call began.
    pub(crate) anew: bool,
    /// Sign in even if an earlier sign-in has failed: a person wants it.
    pub(crate) insist: bool,
    /// The shortest life that the session must have left.
    pub(crate) min_life: Duration,
    /// Ask the ALB first, unless it was asked within this time.
    pub(crate) verify: Option<Duration>,
    /// If the ALB cannot be reached, use the cached session.
    pub(crate) trusting: bool,
    /// Answer from the cache only; never sign in.
    pub(crate) no_sign_in: bool,
    /// The way of a sign-in, where a person has chosen one.
    pub(crate) way: ChosenWay,
}

/// Returns the session of `app`: from the cache if it is fresh, else from a sign-in.
pub(crate) fn get<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
) -> Result<ServedSession<'a>> {
    let now = clock::now();
    if let Content::Credentials = app.content {
        return kept_credentials::stored(context, app, options, now);
    }
    let key = Key::of_app(app);
    let mut entry: Entry = context.cache.read(&key)?;
    let is_old = recheck::is_due(context, &key, now);
    if is_old && recheck::is_for_caller(context) && recheck::look(context, app, &key) {
        entry = context.cache.read(&key)?;
    }
    let freshness = entry.judge(app, now, options.min_life);
    context
        .terminal
        .trace(|| format!("{}: {}", app.name, found(freshness, options)));
    if freshness != Some(Freshness::Fresh) || options.anew {
        return renew(context, app, options, &key, now, None);
    }
    let is_due = background_renewal::is_due(app, &entry, now);
    let answer = match (entry.answer(app), options.verify) {
        (Some(answer), None) => answer,
        (Some(answer), Some(age)) => {
            verify::verified(context, app, options, &key, answer, age, now)?
        }
        (None, _) => return renew(context, app, options, &key, now, None),
    };
    if is_due && !options.no_sign_in {
        background_renewal::start(context, app, &key);
    } else if is_old && !recheck::is_for_caller(context) {
        recheck::start(context, app, &key);
    }
    Ok(answer)
}

/// Describes what the cache has, for `-v`.
fn found(freshness: Option<Freshness>, options: &GetOptions) -> &'static str {
    match freshness {
        _ if options.anew => "a new session is wanted",
        Some(Freshness::Fresh) => "the cached session is fresh",
        Some(Freshness::Expired) => "the cached session has expired, or has too little life left",
        Some(Freshness::FromTheFuture) => {
            "the cached session is from the future: the clock was set back"
        }
        None => "no session is cached",
    }
}

/// Signs in under the claim, unless another process has just done so, or just failed. `request` is the ALB's request for
/// a sign-in, if it was asked before.
#[cold]
fn renew<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    key: &Key,
    asked_at: Moment,
    request: Option<Box<AuthorizationRequest>>,
) -> Result<ServedSession<'a>> {
    if options.no_sign_in {
        return spared(context, app, options, key, asked_at);
    }
    if let Some(org) = app.org() {
        secret_source::refuse_nested(org)
            .map_err(|error| error.while_doing(&format!("cannot sign in to {}", app.name)))?;
    }
    let attended = context.terminal.is_attended();
    let limit = context.limit(Context::patience(attended));
    if options.anew || options.insist {
        context.cache.insist();
    }
    let purpose = format!("sign in to {}", app.name);
    let begun = clock::ticks();
    let mut held = context.cache.hold_here::<Entry>(key, &purpose, limit)?;
    lesson::recall(context, app, &mut held.record);
    let request = match verify::outlived(context, app, options, &mut held) {
        Ok(answer) => return Ok(answer),
        Err(asked_now) => asked_now.or(request),
    };
    let call = Call {
        asked_at,
        attended,
        insist: options.insist,
        after_failure: held.record.failure.is_some(),
        quiet: false,
        is_alone: false,
        way: options.way,
        request: request.as_deref(),
        tell: &|_| {},
    };
    let left = left_by_others(context, app, options, &mut held, (&purpose, limit), &call)?;
    if let Some(left) = left {
        let answer = left?;
        drop(held);
        return match options.verify {
            // It is from before this call, and the ALB may have ended it since.
            Some(age) if answer.session.issued_at < asked_at => {
                verify::verified(context, app, options, key, answer, age, asked_at)
            }
            _ => Ok(answer),
        };
    }
    let mut result = sign_in(context, app, &held, &call);
    for _ in 0..ANEW {
        let is_unbegun = result.as_ref().is_err_and(|failed| failed.is_unbegun);
        if !is_unbegun || begun.elapsed() >= limit {
            break;
        }
        if attended {
            let terminal = &context.terminal;
            terminal.notice("another machine took over the claim: the sign-in begins anew");
        }
        held.check_claim();
        let left = left_by_others(context, app, options, &mut held, (&purpose, limit), &call)?;
        if let Some(left) = left {
            return left;
        }
        result = sign_in(context, app, &held, &call);
    }
    let session = result.as_ref().map(|signed_in| &signed_in.session);
    remember(&mut held.record, session, attended);
    held.save_last();
    let SignedIn { session, browser } = result.map_err(|failed| failed.error)?;
    let life = held.record.life(app);
    // The processes that wait for the entry go on before the browser has ended.
    drop(held);
    drop(browser);
    Ok(ServedSession::new(app, session, life))
}

/// Signs in under the claim, and names the app in an error.
fn sign_in<'a>(
    context: &'a Context,
    app: &App,
    held: &LockedRecord<'_, Entry>,
    call: &Call<'_>,
) -> Result<SignedIn<'a>, Failed> {
    if let Some(why) = held.away() {
        context.terminal.trace(|| format!("{}: {why}", app.name));
    }
    let call = Call {
        is_alone: held.away().is_some(),
        tell: &|words| held.tell(words),
        ..*call
    };
    let result = method::sign_in(context, app, &call);
    result.map_err(|failed| Failed {
        error: failed
            .error
            .while_doing(&format!("cannot sign in to {}", app.name)),
        ..failed
    })
}

/// Answers a caller that wants no sign-in: from the fallback, if the cache could not take the session.
fn spared<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    key: &Key,
    asked_at: Moment,
) -> Result<ServedSession<'a>> {
    let entry: Entry = context.cache.find(key)?;
    let freshness = entry.judge(app, clock::now(), options.min_life);
    let is_good = freshness == Some(Freshness::Fresh) && !options.anew;
    let answer = entry.answer(app).filter(|_| is_good);
    let answer = answer.ok_or_else(|| {
        Error::person(format!("no fresh session of {} is cached", app.name))
            .hint(Hint::login(&app.name))
    })?;
    match options.verify {
        Some(age) => verify::verified(context, app, options, key, answer, age, asked_at),
        None => Ok(answer),
    }
}

/// Records the result of a sign-in, for the processes that wait and those that come later.
fn remember(entry: &mut Entry, result: Result<&Session, &Failed>, attended: bool) {
    match result {
        Ok(session) => {
            *entry = Entry {
                session: Some(session.clone()),
                learnt: entry.learnt,
                ..Entry::default()
            }
        }
        Err(Failed { error, backoff, .. }) => {
            let at = clock::now();
            entry.failure = Some(Failure {
                error: error.clone(),
                at,
                attended,
            });
            if *backoff {
                entry.backoff = Some(Backoff::after(entry.backoff.as_ref(), error.clone(), at));
            }
        }
    }
}
