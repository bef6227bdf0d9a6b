//! One question to the ALB: whether it takes a session.

use std::time::Duration;

use crate::app::App;
use crate::context::Context;
use crate::error::Result;
use crate::session::Session;
use crate::sign_in::alb::{self, Admission};

/// How long the ALB may take where its answer is what the caller wants.
pub(super) const LIMIT: Duration = Duration::from_secs(30);
/// How long it may take where its answer is only good to know.
pub(super) const SHORT_LIMIT: Duration = Duration::from_secs(5);

/// Asks the ALB, and tells what it said.
pub(super) fn ask_alb(
    context: &Context,
    app: &App,
    session: &Session,
    limit: Duration,
) -> Result<Admission> {
    let request = alb::verify(app, session);
    let response = context
        .client
        .run(context.limit(limit), context.client.send(request))??;
    let admission = alb::judge_verify(app, &response)?;
    context.terminal.trace(|| {
        let said = match &admission {
            Admission::Refused => "the ALB does not take the cached session any more",
            Admission::Admitted(None) => "the ALB takes the cached session",
            Admission::Admitted(Some(_)) => "the ALB takes the cached session, and renewed it",
        };
        format!("{}: {said}", app.name)
    });
    Ok(admission)
}

/// Whether the ALB refuses `session`.
pub(super) fn is_refused(context: &Context, app: &App, session: &Session) -> Result<bool> {
    Ok(ask_alb(context, app, session, LIMIT)? == Admission::Refused)
}
