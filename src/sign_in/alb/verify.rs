//! Asks the ALB whether it still takes a session.

use super::authorization_request::Parameters;
use super::is_alb_page;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Request, Response};
use crate::session::{Session, Shard, family};

/// Builds the request that asks the ALB whether it still takes `session`.
pub(crate) fn verify(app: &App, session: &Session) -> Request {
    Request::glance(app.start.clone(), Some(session.cookie()))
}

/// The ALB's answer to a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It asks for a sign-in.
    Refused,
    /// It lets the request through, and may reissue the family of shards. The claims in a session are renewed when
    /// their access token ends, and since all of it is in the cookie, a new one has to come back.
    Admitted(Option<Vec<Shard>>),
}

/// Judges the answer to [`verify`]: whether the session is still good. A refusal is a redirect to an authorize URL with
/// our callback, or a 401 of the ALB's own. Other pages of the ALB's own say nothing about the session; any answer of
/// the application shows that the ALB let the request through.
pub(crate) fn judge_verify(app: &App, response: &Response) -> Result<Admission> {
    let asks_for_login = response.location().is_some_and(|location| {
        Parameters::read(&app.site, &location).is_some_and(|parameters| parameters.is_okta)
    });
    match response.status {
        _ if asks_for_login => Ok(Admission::Refused),
        401 if is_alb_page(response) => Ok(Admission::Refused),
        // The application behind it did not answer: the ALB had let the request through.
        502..=504 => Ok(Admission::Admitted(None)),
        status if is_alb_page(response) => Err(Error::network(format!(
            "the ALB of {} answers {status} instead of saying whether the session is good",
            app.site.authority()
        ))),
        _ => {
            let family = family(&app.cookie, &response.sound_cookies(), response.date());
            Ok(Admission::Admitted(family.ok()))
        }
    }
}
