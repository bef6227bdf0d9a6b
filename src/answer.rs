//! What there is to answer with: a session, whose it is, and when it ends. A pure value.

use time::Duration;

use crate::app::App;
use crate::clock::Moment;
use crate::session::Session;

/// The answer to a `get`.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) app: &'a App,
    pub(crate) session: Session,
    /// When the session ends, as far as is known.
    pub(crate) end: Moment,
}

impl<'a> Answer<'a> {
    /// The answer of `app` with `session`, which lives for `life` at most, where that is known.
    pub(crate) fn new(app: &'a App, session: Session, life: Option<Duration>) -> Self {
        Self {
            app,
            end: session.end(life),
            session,
        }
    }
}
