//! The end of a sign-in at the ALB: the callback with the code, and the session cookie that answers it.
//!
//! Facts (AWS, "Authenticate users using an Application Load Balancer" and its troubleshooting page): the callback has to
//! bring the nonce, and answers `302` to the original URL with the shards of the session cookie.

use url::Url;

use super::made_by_alb;
use crate::app::App;
use crate::error::{Error, Hint, Result, Table, foreign, shown};
use crate::http::{Request, Response};
use crate::session::{FamilyError, Session, family, is_shard};
use crate::sign_in::authorization_request::AuthorizationRequest;

/// Builds the request that ends a sign-in: the callback with Okta's code, and the nonce.
pub(crate) fn callback(request: &AuthorizationRequest, url: Url) -> Request {
    Request::glance(url, request.jar.header())
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
    let is_shard = |name: &str| is_shard(&app.cookie, name);
    let (cookies, date) = (response.cookies(is_shard)?, response.date());
    let shards = family(&app.cookie, &cookies, date).map_err(|fault| no_family(app, fault))?;
    // The shards of one family live equally long; the shortest counts if they do not.
    let lives = cookies
        .iter()
        .filter(|cookie| shards.iter().any(|shard| shard.name == cookie.name));
    let life = lives.filter_map(|cookie| cookie.life(date)).min();
    // The ALB counts from before its answer, even if that took long or this machine slept meanwhile.
    Ok(Session::issued(shards, response.asked_at, life))
}

/// Returns the error of a callback that set cookies, but no session of this app.
fn no_family(app: &App, fault: FamilyError) -> Error {
    match fault {
        FamilyError::Numbering => Error::network(format!(
            "the shards of {} that {} set are not numbered 0, 1, … up to 3",
            app.cookie,
            app.site.authority()
        )),
        FamilyError::Missing(names) => match names.iter().find_map(|name| family_name(name)) {
            Some(base) => {
                let base = foreign(base);
                Error::usage(format!(
                    "{} calls its session cookie {base}, not {}",
                    app.site.authority(),
                    app.cookie
                ))
                .hint(Hint::set(Table::App(app.name.clone()), "cookie", &base))
            }
            None => Error::network(format!(
                "the callback of {} set no session cookie",
                app.site.authority()
            )),
        },
    }
}

/// Returns the base name of a first shard. The ALB's own cookies of stickiness are no sessions: `AWSALBAPP-0` looks like one
/// (AWS, "Sticky sessions").
fn family_name(name: &str) -> Option<&str> {
    let base = name.strip_suffix("-0")?;
    (!base.starts_with("AWSALB")).then_some(base)
}

/// Returns the error of a callback without a redirect. Statuses: AWS's troubleshooting page.
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
        status => Error::network(format!("the callback of {host} answers {status}{}", made_by_alb(response))),
    }
}
