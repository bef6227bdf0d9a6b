//! How a session is obtained, by the method that an app's configuration names. Each method is a file of its own; `get`
//! knows none of them.

pub(crate) mod okta;

use crate::app::{App, Method};
use crate::clock::Moment;
use crate::error::{Error, Kind};
use crate::session::Session;
use crate::world::World;

/// What is known of the call that needs a session.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// When it began.
    pub(crate) asked_at: Moment,
    /// Whether somebody is there to be asked.
    pub(crate) attended: bool,
    /// Whether a person wants it tried again, whatever has failed before.
    pub(crate) insist: bool,
    /// Whether it must not be noticed: no push, no message, no window of a password manager's.
    pub(crate) quiet: bool,
    /// Tells whoever waits for this sign-in what it is doing: "waits for …".
    pub(crate) tell: &'a dyn Fn(&str),
}

/// Why there is no session.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// Whether unattended callers of this app are to be held back: only a person can mend it, and nothing else
    /// remembers it.
    pub(crate) brake: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self {
            error,
            brake: false,
        }
    }
}

/// Whether a person has to mend `error`.
fn needs_a_person(error: &Error) -> bool {
    matches!(error.kind, Kind::Person | Kind::Refused)
}

/// Signs in to `app`. The caller holds the claim on its entry.
pub(crate) fn sign_in(world: &World, app: &App, call: &Call<'_>) -> Result<Session, Failed> {
    match &app.method {
        Method::Okta { org, client } => okta::sign_in(world, app, org, client.as_ref(), call),
        Method::None => unreachable!("get answers with what is kept, where nobody signs in"),
    }
}
