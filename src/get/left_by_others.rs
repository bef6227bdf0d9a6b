//! The work that others have done meanwhile: a caller that had to wait takes their session, or their failure.

use std::time::Duration;

use super::GetOptions;
use crate::app::App;
use crate::clock;
use crate::context::Context;
use crate::error::Result;
use crate::method::Call;
use crate::served_session::ServedSession;
use crate::session::Freshness;
use crate::store::{Entry, Joined, Key, LockedRecord};

/// Returns what another process, here or on another machine, has left in the entry; without that, the entry is claimed.
pub(super) fn left_by_others<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    held: &mut LockedRecord<'_, Entry>,
    (purpose, limit): (&str, Duration),
    call: &Call<'_>,
) -> Result<Option<Result<ServedSession<'a>>>> {
    let mut left = left_by_another(context, app, options, &held.record, call);
    if let Some(org) = app.org() {
        held.look_ahead(Key::of_account(org));
    }
    // Each time it is asked, another machine may have left more; in the end it is claimed.
    while left.is_none() && held.join(purpose, limit)? == Joined::Newer {
        left = left_by_another(context, app, options, &held.record, call);
    }
    // The claim may have brought a newer record with it.
    Ok(left.or_else(|| left_by_another(context, app, options, &held.record, call)))
}

/// Returns the answer that another process has left in the entry, which was just read: a session, a failure, or a
/// backoff that holds this call back.
fn left_by_another<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    entry: &Entry,
    call: &Call<'_>,
) -> Option<Result<ServedSession<'a>>> {
    let now = clock::now();
    let say = |what: &str| context.terminal.trace(|| format!("{}: {what}", app.name));
    if let Some(session) = &entry.session {
        let is_fresh = entry.judge(app, now, options.min_life) == Some(Freshness::Fresh);
        let is_newer = call.asked_at <= session.issued_at && session.issued_at <= now;
        if is_newer || is_fresh && !options.anew {
            say("another process has signed in meanwhile");
            let life = entry.life(app);
            return Some(Ok(ServedSession::new(app, session.clone(), life)));
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
    let backoff = entry
        .backoff
        .as_ref()
        .filter(|backoff| !call.attended && backoff.holds(now))?;
    say("a person has to mend the last failure; not tried again yet");
    Some(Err(backoff.told(&app.name, now)))
}
