//! The answer to a `get`: a session, its app, and its end. A pure value.

use time::Duration;

use crate::app::App;
use crate::clock::Moment;
use crate::session::Session;

/// The answer to a `get`.
#[derive(Debug)]
pub(crate) struct ServedSession<'a> {
    pub(crate) app: &'a App,
    pub(crate) session: Session,
    /// The end of the session, as far as is known.
    pub(crate) end: Moment,
}

impl<'a> ServedSession<'a> {
    /// Makes an answer of `session`, which lasts for `life` at most, if that is known.
    pub(crate) fn new(app: &'a App, session: Session, life: Option<Duration>) -> Self {
        Self {
            app,
            end: session.end(life),
            session,
        }
    }
}
