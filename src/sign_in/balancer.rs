//! The ALB's side of a sign-in: what it asks of an unauthenticated client, and what it gives at the callback.
//!
//! Facts (AWS, "Authenticate users using an Application Load Balancer" and its troubleshooting page; captures of
//! 2026): a request without a session is answered `302` to the IdP's authorize URL with `client_id`, `redirect_uri`,
//! `response_type=code`, `scope`, `state`, and sets the cookie `AWSALBAuthNonce`, without which the callback is
//! refused (401). The callback is `/oauth2/idpresponse` on the app's own host, has to be reached within 15 minutes,
//! and answers `302` to the original URL with the shards of the session cookie. Pages that the ALB itself makes say
//! `Server: awselb/2.0`.

use time::Duration;
use url::Url;

use crate::alb::Authorize;
pub(crate) use crate::alb::{is_balancer, parameter};
use crate::app::{App, Org};
use crate::clock::Moment;
use crate::cookie::Jar;
use crate::error::shown;
use crate::error::{Error, Result, foreign};
use crate::http::{Request, Response};
use crate::session::{Fault, Session, Shard, family};

/// The ALB refuses a callback later than 15 minutes after the demand; some of that is left for the way there.
const USABLE: Duration = Duration::minutes(14);

/// The ALB's demand to sign in: where to, and what it will want to see again.
#[derive(Clone)]
pub(crate) struct Demand {
    /// The authorize URL, byte for byte as the ALB made it.
    pub(crate) authorize: Url,
    /// The cookies of this attempt at the app's origin, the nonce among them. Private to the attempt: a second one
    /// that shared the jar would overwrite the nonce, and one of the two would end in a 401.
    pub(crate) jar: Jar,
    /// The authorize URL's `redirect_uri`, at the app's own origin.
    callback: Url,
    /// The authorize URL's `state`, decoded.
    state: String,
    /// When it was asked for.
    at: Moment,
}

impl Demand {
    /// Whether the ALB would still take a callback for it.
    pub(crate) fn is_usable(&self, now: Moment) -> bool {
        now - self.at < USABLE
    }

    /// Whether `url` is the callback that the ALB named, whatever its query.
    pub(crate) fn is_callback(&self, url: &Url) -> bool {
        self.callback.origin() == url.origin() && self.callback.path() == url.path()
    }

    /// Whether the callback `url` brings back the state that the ALB gave.
    pub(crate) fn has_state(&self, url: &Url) -> bool {
        parameter(url, "state").as_deref() == Some(&self.state)
    }
}

/// What the app's first answer is.
pub(crate) enum Start {
    Demand(Box<Demand>),
    /// The app sends to another of its own pages, such as its sign-in page; with the cookies so far.
    Elsewhere(Url, Jar),
}

/// The request that a sign-in starts with: the protected page, without a session.
pub(crate) fn start(url: Url, jar: &Jar) -> Request {
    Request::glance(url, jar.header())
}

/// Judges the answer to [`start`]. `jar` has the cookies of the attempt so far and gets the new ones.
pub(crate) fn judge_start(
    app: &App,
    org: &Org,
    mut jar: Jar,
    response: &Response,
) -> Result<Start> {
    let Some(location) = response.location() else {
        return Err(not_a_demand(app, response));
    };
    if app.site.same_origin(&location) {
        // What the application itself sets is its own business; a cookie outside the grammar is left out.
        jar.follow(&response.sound_cookies(), response.date());
        return Ok(Start::Elsewhere(location, jar));
    }
    if !org.site.same_origin(&location) {
        return Err(stray(app, org, &location));
    }
    jar.follow(&response.cookies()?, response.date());
    let (callback, state) = read_authorize(app, &location)?;
    Ok(Start::Demand(Box::new(Demand {
        authorize: location,
        jar,
        callback,
        state,
        at: response.asked_at,
    })))
}

/// The callback and the state of an authorize URL, if this is one that an ALB makes for `app`.
fn read_authorize(app: &App, authorize: &Url) -> Result<(Url, String)> {
    match Authorize::read(&app.site, authorize) {
        Some(read) if read.is_okta => Ok((read.callback, read.state)),
        _ => Err(Error::usage(format!(
            "{} sends to {}, but not as an ALB does that signs in for {}",
            shown(&app.start),
            shown(authorize),
            app.site.authority()
        ))
        .hint(start_hint(app))),
    }
}

/// The app sends somewhere that is neither its own origin nor its org's.
fn stray(app: &App, org: &Org, location: &Url) -> Error {
    Error::network(format!(
        "{} sends to {}, which is neither {} nor {}",
        shown(&app.start),
        shown(location),
        app.site.authority(),
        org.site.url()
    ))
    .hint(format!(
        "if people sign in to {} there, set it as the url of org {}",
        app.name, org.name
    ))
}

/// The app answered something else than a redirect.
fn not_a_demand(app: &App, response: &Response) -> Error {
    let (page, status) = (shown(&response.url), response.status);
    let balancer = is_balancer(response);
    match status {
        300..=399 => Error::network(format!(
            "{page} answers {status} and sends nowhere that can be understood"
        )),
        400 | 429 | 500.. => Error::network(format!("{page} answers {status}{}", by(response))),
        401 if balancer => Error::usage(format!(
            "the ALB denies {page} (401) instead of asking for a sign-in"
        ))
        .hint(start_hint(app)),
        403 if balancer => Error::refused(format!("the ALB's firewall denies {page} (403)")),
        _ => Error::usage(format!(
            "the ALB does not protect {page}: it answers {status} without a sign-in"
        ))
        .hint(start_hint(app)),
    }
}

fn start_hint(app: &App) -> String {
    format!(
        "set start in [app.{}] to a path that asks for a sign-in in a browser",
        app.name
    )
}

fn by(response: &Response) -> &'static str {
    if is_balancer(response) {
        " (made by the ALB)"
    } else {
        ""
    }
}

/// The request that ends a sign-in: the callback with Okta's code, and the nonce.
pub(crate) fn callback(demand: &Demand, url: Url) -> Request {
    Request::glance(url, demand.jar.header())
}

/// Judges the answer to [`callback`]: a session, or why there is none.
pub(crate) fn judge_callback(app: &App, response: &Response) -> Result<Session> {
    let Some(location) = response.location() else {
        return Err(refused_callback(app, response));
    };
    if !app.site.same_origin(&location) {
        return Err(Error::network(format!(
            "the callback of {} sends to {}, which is not {}",
            app.site.authority(),
            shown(&location),
            app.site.authority()
        )));
    }
    let (cookies, date) = (response.cookies()?, response.date());
    let shards = family(&app.cookie, &cookies, date).map_err(|fault| no_family(app, fault))?;
    // The shards of one family live equally long; the shortest counts if they do not.
    let lives = cookies
        .iter()
        .filter(|cookie| shards.iter().any(|shard| shard.name == cookie.name));
    let life = lives.filter_map(|cookie| cookie.life(date)).min();
    // However long the answer took, or this machine slept meanwhile: the ALB counts from before it answered.
    Ok(Session::issued(shards, response.asked_at, life))
}

/// The callback set cookies, but not a session of this app.
fn no_family(app: &App, fault: Fault) -> Error {
    match fault {
        Fault::Numbering => Error::network(format!(
            "the shards of {} that {} set are not numbered 0, 1, … up to 3",
            app.cookie,
            app.site.authority()
        )),
        Fault::Missing(names) => match names.iter().find_map(|name| name.strip_suffix("-0")) {
            Some(base) => {
                let base = foreign(base);
                Error::usage(format!(
                    "{} calls its session cookie {base}, not {}",
                    app.site.authority(),
                    app.cookie
                ))
                .hint(format!("set cookie = \"{base}\" in [app.{}]", app.name))
            }
            None => Error::network(format!(
                "the callback of {} set no session cookie",
                app.site.authority()
            )),
        },
    }
}

/// The callback did not redirect. Statuses: AWS's troubleshooting page.
fn refused_callback(app: &App, response: &Response) -> Error {
    let host = app.site.authority();
    match response.status {
        401 => Error::refused(format!("the ALB of {host} refused the sign-in (401)"))
            .caused_by("it does so for a used or foreign code, a lost nonce, or after 15 minutes"),
        403 => Error::refused(format!("the ALB of {host} refused the sign-in (403)")),
        561 => Error::network(format!("the ALB of {host} could not finish the sign-in with Okta (561)"))
            .caused_by("often the client secret in the ALB's rule is wrong"),
        500 => Error::network(format!("the ALB of {host} failed at the sign-in (500)"))
            .caused_by("Okta's token or userinfo endpoint took over 5 s, or the claims and the token exceed 11 KB"),
        status => Error::network(format!("the callback of {host} answers {status}{}", by(response))),
    }
}

/// Asks the ALB whether it still takes `session`.
pub(crate) fn verify(app: &App, session: &Session) -> Request {
    Request::glance(app.start.clone(), Some(session.cookie()))
}

/// What the ALB does with a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It asks for a sign-in.
    Refused,
    /// It lets the request through; with the family of shards that it gives in place of the one it got, if it does.
    /// The claims in a session are renewed when their access token ends, and since all of it is in the cookie, a new
    /// one has to come back.
    Admitted(Option<Vec<Shard>>),
}

/// Judges the answer to [`verify`]: whether the session is still good. A refusal is a redirect to an authorize URL
/// with our callback, or a 401 of the ALB's own. Other pages of the ALB's own say nothing about the session; whatever
/// the application answers, the ALB let it through.
pub(crate) fn judge_verify(app: &App, response: &Response) -> Result<Admission> {
    let demanded = response
        .location()
        .is_some_and(|location| read_authorize(app, &location).is_ok());
    match response.status {
        _ if demanded => Ok(Admission::Refused),
        401 if is_balancer(response) => Ok(Admission::Refused),
        // The application behind it did not answer: the ALB had let the request through.
        502..=504 => Ok(Admission::Admitted(None)),
        status if is_balancer(response) => Err(Error::network(format!(
            "the ALB of {} answers {status} instead of saying whether the session is good",
            app.site.authority()
        ))),
        _ => {
            let family = family(&app.cookie, &response.sound_cookies(), response.date());
            Ok(Admission::Admitted(family.ok()))
        }
    }
}

#[cfg(test)]
mod tests;
