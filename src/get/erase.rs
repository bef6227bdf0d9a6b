//! Forgets a session that a server has refused, or that the person does not want any more.
//!
//! Only the ALB's own answer teaches how long sessions live: a caller that erases a cookie may have been refused by the
//! application, or may only want to forget it.

use super::admission::{SHORT_LIMIT, ask_alb};
use super::lesson;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::paths;
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::alb::Admission;
use crate::store::{Entry, Joined, Key, LockedRecord, cookie_file};

/// The reason to erase a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EraseReason {
    /// A server refused it, as its caller says.
    Refused,
    /// The person does not want it any more.
    Unwanted,
}

/// Forgets the session of `app`; with a `secret`, only if it is that session's. A caller that was refused with an old
/// cookie can so never delete a newer session.
pub(crate) fn erase(
    context: &Context,
    app: &App,
    secret: Option<&Secret>,
    why: EraseReason,
) -> Result<()> {
    let is_meant = |session: &Session| secret.is_none_or(|secret| session.cookie() == *secret);
    let entry: Entry = context
        .cache
        .demand(&Key::of_app(app))
        .map_err(|error| error.while_doing(&format!("cannot erase the session of {}", app.name)))?;
    let is_shared = context.cache.fleet(&Key::of_app(app)).is_some();
    let Some(session) = entry.session.filter(is_meant) else {
        // The other machines may have one.
        if is_shared && secret.is_none() {
            return remove_session(context, app, None, is_meant);
        }
        // The file may exist without a readable record.
        return secret.map_or_else(|| forget_file(context, app), |_| Ok(()));
    };
    let now = clock::now();
    let is_refused = why == EraseReason::Refused
        && Entry::is_lesson(now - session.issued_at)
        && !session.is_pasted
        && ask_alb(context, app, &session, SHORT_LIMIT)
            .is_ok_and(|verified| verified.admission == Admission::Refused);
    remove_session(context, app, is_refused.then_some(now), is_meant)
}

/// Forgets the session of `app`. Waits for a sign-in that is under way, and forgets its session.
pub(crate) fn forget(context: &Context, app: &App) -> Result<()> {
    remove_session(context, app, None, |_| true)
}

/// Removes this machine's copy of the session of `app`, which other machines share.
pub(crate) fn forget_here(context: &Context, app: &App) -> Result<()> {
    let purpose = format!("erase the session of {}", app.name);
    let limit = context.limit(Context::patience(false));
    let key = Key::of_app(app);
    let mut held = context.cache.hold_here::<Entry>(&key, &purpose, limit)?;
    held.record.session = None;
    forget_file(context, app)?;
    held.write_here()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))
}

/// Removes the cookie file that git reads for `app`.
fn forget_file(context: &Context, app: &App) -> Result<()> {
    let directory = paths::cache_directory(&context.variables);
    directory.map_or(Ok(()), |directory| {
        crate::cookie_file::remove(&cookie_file::path(&directory, app))
    })
}

/// Removes the session from the entry if `is_meant` accepts it. If the ALB `refused` it, records how long it lived.
pub(super) fn remove_session(
    context: &Context,
    app: &App,
    refused: Option<Moment>,
    is_meant: impl Fn(&Session) -> bool,
) -> Result<()> {
    let purpose = format!("erase the session of {}", app.name);
    let limit = context.limit(Context::patience(false));
    let mut held = context
        .cache
        .hold_here::<Entry>(&Key::of_app(app), &purpose, limit)?;
    // The copy goes, whether or not a store that machines share has the session too.
    let copy = held.record.session.take_if(|session| is_meant(session));
    while held.join(&purpose, limit)? == Joined::Newer {}
    held.demand_read()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    let taken = held.record.session.take_if(|session| is_meant(session));
    let taken = taken.or(copy);
    if held.record.session.is_none() {
        forget_file(context, app)?;
    }
    let Some(session) = taken else {
        let error = Error::network(format!(
            "the session of {} may still be on other machines",
            app.name
        ));
        return unless_alone(&held, error);
    };
    if let Some(at) = refused.filter(|_| !session.is_pasted) {
        let age = at - session.issued_at;
        lesson::learn(context, app, &mut held.record, |entry| {
            entry.learn_refused(age);
        });
    }
    held.write()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    let error = Error::network(format!(
        "the session of {} is removed from this machine alone",
        app.name
    ));
    unless_alone(&held, error)
}

/// Returns `error` where a store that machines share cannot be used, so that the others did not hear of it.
fn unless_alone(held: &LockedRecord<'_, Entry>, error: Error) -> Result<()> {
    match held.away() {
        Some(why) => Err(error.caused_by(why)),
        None => Ok(()),
    }
}
