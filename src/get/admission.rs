//! The question to the ALB: whether it takes a session.

use std::time::Duration;

use crate::app::App;
use crate::context::Context;
use crate::error::Result;
use crate::method::driver;
use crate::session::Session;
use crate::sign_in::alb::{Admission, Verification, Verified};

/// The longest that the ALB may take if the caller wants its answer.
pub(super) const LIMIT: Duration = Duration::from_secs(30);
/// The longest that it may take if its answer only teaches how long sessions live.
pub(super) const SHORT_LIMIT: Duration = Duration::from_secs(5);

/// Asks the ALB whether it takes `session`, and says the answer for `-v`.
pub(super) fn ask_alb(
    context: &Context,
    app: &App,
    session: &Session,
    limit: Duration,
) -> Result<Verified> {
    let mut question = Verification::new(app, session);
    let verified = driver::observe(&context.client, context.limit(limit), &mut question, |_| {})?;
    context.terminal.trace(|| {
        let said = match &verified.admission {
            Admission::Refused => "the ALB does not take the cached session any more",
            Admission::Admitted(None) => "the ALB takes the cached session",
            Admission::Admitted(Some(_)) => "the ALB takes the cached session, and renewed it",
        };
        format!("{}: {said}", app.name)
    });
    Ok(verified)
}

/// Returns whether the ALB refuses `session`.
pub(super) fn is_refused(context: &Context, app: &App, session: &Session) -> Result<bool> {
    Ok(ask_alb(context, app, session, LIMIT)?.admission == Admission::Refused)
}
