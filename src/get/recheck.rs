//! Compares a machine's copy with the fleet's store, now and then: so what other machines remove or renew arrives here.
//!
//! A hit answers from the copy. If that is old, a process in the background looks. A CI job starts none: its runner would wait
//! for that process, or kill it. There the hit looks itself, for half a second at most, and answers the copy if that fails.

use super::background_renewal;
use crate::app::App;
use crate::clock::Moment;
use crate::context::Context;
use crate::store::{Entry, Key};

/// Returns whether the entry that was just read is an old copy.
pub(super) fn is_due(context: &Context, key: &Key, now: Moment) -> bool {
    context.cache.is_to_recheck(key, now)
}

/// Returns whether the caller itself has to look.
pub(super) fn is_for_caller(context: &Context) -> bool {
    !cfg!(unix) || context.variables.is_ci()
}

/// Compares the copy with the store. Returns whether it was replaced; where another process is at it, or the store cannot be
/// used, it stays.
#[cold]
pub(super) fn look(context: &Context, app: &App, key: &Key) -> bool {
    let Some(mut held) = context.cache.hold_if_free::<Entry>(key) else {
        return false;
    };
    let Some(fleet) = context.cache.fleet(key) else {
        return false;
    };
    match fleet.hurried(|| held.look()) {
        Ok(is_replaced) => is_replaced,
        Err(why) => {
            context
                .terminal
                .trace(|| format!("{}: the copy is not compared: {why}", app.name));
            false
        }
    }
}

/// Starts a process that looks, unless another call has just done so.
#[cold]
pub(super) fn start(context: &Context, app: &App, key: &Key) {
    let Some(held) = context.cache.hold_if_free::<Entry>(key) else {
        return;
    };
    held.looks_now();
    drop(held);
    background_renewal::run(
        context,
        app,
        "is old; another process compares it with the store",
    );
}
