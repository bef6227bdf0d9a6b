//! Forgetting a session: because its caller was refused with it, or because nobody wants it any more.
//!
//! Only the ALB's own word teaches how long sessions live: a caller that erases a cookie may have been refused by the
//! application, or may just want it gone.

use super::admission::{SHORT_LIMIT, ask_alb};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::error::Result;
use crate::paths;
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::alb::Admission;
use crate::store::{Entry, Key, cookie_file};

/// Why a session is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EraseReason {
    /// Its caller was refused with it, or says so.
    Refused,
    /// Nobody wants it any more.
    Unwanted,
}

/// Forgets the session of `app`; where a `secret` is given, only if it is that session's. A caller that was refused
/// with an old cookie can so never delete the new one that somebody else has got meanwhile.
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
    let Some(session) = entry.session.filter(is_meant) else {
        // It may be there though its record is gone or broken.
        return secret.map_or_else(|| forget_file(context, app), |_| Ok(()));
    };
    let now = clock::now();
    let is_refused = why == EraseReason::Refused
        && Entry::is_lesson(now - session.issued_at)
        && !session.is_pasted
        && matches!(
            ask_alb(context, app, &session, SHORT_LIMIT),
            Ok(Admission::Refused)
        );
    remove_session(context, app, is_refused.then_some(now), is_meant)
}

/// Forgets the session of `app`, and the one that a sign-in under way is about to bring.
pub(crate) fn forget(context: &Context, app: &App) -> Result<()> {
    remove_session(context, app, None, |_| true)
}

/// Removes the cookie file that git reads for `app`.
fn forget_file(context: &Context, app: &App) -> Result<()> {
    let directory = paths::cache_directory(&context.variables);
    directory.map_or(Ok(()), |directory| {
        crate::cookie_file::remove(&cookie_file::path(&directory, app))
    })
}

/// Takes the session out of the entry, if it is the one that is meant; with the lesson of when the ALB `refused` it.
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
