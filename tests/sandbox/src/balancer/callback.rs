//! `/oauth2/idpresponse`: a state, a nonce and a code become a session.
//!
//! The order of the checks matters to clients: all that can fail without Okta's help fails before the code is spent, so
//! that whoever holds the nonce can still come with it.

use crate::audit::Event;
use crate::balancer::session::{self, Session};
use crate::balancer::start::{self, Started};
use crate::balancer::{Balancer, NONCE, error_page};
use crate::demand::is_browser;
use crate::fault::{Fault, Step};
use crate::org::{Redemption, TokenError};
use crate::query::Query;
use crate::setup::{ErrorCallback, Rule};
use crate::wire::{Request, Response};
use crate::world::World;

/// Claims and access token beyond this end the sign-in.
const MOST_CLAIMS: usize = 11 * 1024;

/// Why a callback is refused, in the words of the ALB's access log.
struct Refusal {
    reason: &'static str,
    status: u16,
}

fn refuse<T>(status: u16, reason: &'static str) -> Result<T, Refusal> {
    Err(Refusal { reason, status })
}

/// Answers a callback. Parameters that the ALB does not know are tolerated, in any order.
pub(crate) fn answer(world: &World, balancer: &Balancer, request: &Request) -> Response {
    came(world, balancer, request);
    match redirect(world, balancer, request) {
        Ok(response) => response,
        Err(Refusal { reason, status }) => {
            let app = balancer.app.name.clone();
            world.record(Event::CallbackRefused {
                app,
                reason,
                status,
            });
            error_page(status)
        }
    }
}

/// Writes down who has brought a callback.
fn came(world: &World, balancer: &Balancer, request: &Request) {
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let state = query.get("state").unwrap_or_default();
    let started = start::read(balancer, &state);
    let nonce = request.cookie(NONCE);
    world.record(Event::CallbackCame {
        app: balancer.app.name.clone(),
        agent: request.header("user-agent").unwrap_or_default().to_owned(),
        nonce: started.is_some_and(|started| nonce == Some(started.nonce)),
        browser: is_browser(request),
    });
}

fn redirect(world: &World, balancer: &Balancer, request: &Request) -> Result<Response, Refusal> {
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let Some(state) = query.get("state").filter(|state| !state.is_empty()) else {
        return refuse(401, "AuthMissingStateParam");
    };
    let Some(started) = start::read(balancer, &state) else {
        return refuse(401, "AuthInvalidStateParam");
    };
    let Some(rule) = balancer.app.rules.get(started.rule) else {
        return refuse(401, "AuthInvalidStateParam");
    };
    let session = if world.setup.variants.code_before_nonce {
        let session = exchange(world, balancer, rule, &query);
        check(world, request, &started)?;
        session?
    } else {
        check(world, request, &started)?;
        exchange(world, balancer, rule, &query)?
    };
    Ok(sign_in(
        world,
        balancer,
        rule,
        request,
        &session,
        &started.url,
    ))
}

/// The nonce cookie, and the age.
fn check(world: &World, request: &Request, started: &Started) -> Result<(), Refusal> {
    let Some(nonce) = request.cookie(NONCE) else {
        return refuse(401, "AuthMissingAWSALBAuthNonce");
    };
    if nonce != started.nonce {
        return refuse(401, "AuthInvalidAWSALBAuthNonce");
    }
    if !started.in_time(world.clock.now()) {
        return refuse(401, "AuthInvalidStateParam");
    }
    Ok(())
}

/// The requests behind the browser's back: code for token, token for claims.
fn exchange(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    query: &Query,
) -> Result<Session, Refusal> {
    let Some(code) = query.get("code").filter(|code| !code.is_empty()) else {
        return refuse(without_code(world, query), "AuthMissingCodeParam");
    };
    let host = crate::audit::Host::App(balancer.app.name.clone());
    let down = world.faults.take_down(Step::Callback, &host);
    if let Some(fault) = down {
        let fault = Fault::to_string(&fault);
        world.record(Event::Faulted {
            step: Step::Callback,
            fault,
        });
        return refuse(500, "AuthTokenEpRequestFailed");
    }
    let client = &rule.client.id;
    let issuer = world.issuer_of(&rule.client);
    let secret = issuer.secret(world, client).filter(|_| !rule.wrong_secret);
    let asked = Redemption {
        client,
        secret: &secret.unwrap_or_default(),
        redirect_uri: &balancer.callback(),
        code: &code,
    };
    let bad_code = if world.setup.variants.bad_code_is_561 {
        561
    } else {
        401
    };
    let tokens = match issuer.redeem(world, &asked) {
        Ok(tokens) => tokens,
        Err(TokenError::InvalidClient) => return refuse(561, "AuthInvalidTokenResponse"),
        Err(TokenError::InvalidGrant) => return refuse(bad_code, "AuthInvalidGrantError"),
    };
    // no ID token without this scope, and without one no sign-in
    if !rule.scope.split(' ').any(|scope| scope == "openid") {
        return refuse(401, "AuthInvalidIdToken");
    }
    let Some((login, claims)) = issuer.userinfo(world, &tokens.access) else {
        return refuse(500, "AuthUserinfoEpRequestFailed");
    };
    if claims.to_string().len() + tokens.access.len() > MOST_CLAIMS {
        return refuse(500, "AuthUserinfoResponseSizeExceeded");
    }
    Ok(Session {
        login,
        claims,
        access_token: tokens.access,
        token_ends: tokens.ends,
        refresh_token: tokens.refresh,
        ends: world.clock.now() + rule.session,
    })
}

/// Documentation has 401 for an identity provider that denies and 561 for one that answers with an error, and does not
/// say where one ends and the other begins.
fn without_code(world: &World, query: &Query) -> u16 {
    let error = query.get("error");
    match (world.setup.variants.error_callback, error.as_deref()) {
        (_, None)
        | (ErrorCallback::Unauthorized, _)
        | (ErrorCallback::Split, Some("access_denied")) => 401,
        _ => 561,
    }
}

fn sign_in(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    request: &Request,
    session: &Session,
    url: &str,
) -> Response {
    let shards = session::issue(world, balancer, rule, session);
    world.record(Event::SessionIssued {
        app: balancer.app.name.clone(),
        user: session.login.clone(),
        shards: shards.len(),
    });
    let mut response = Response::new(302)
        .with("Server", "awselb/2.0")
        .with("Location", url);
    for line in session::set_cookies(world, rule, request, &shards) {
        response.add("Set-Cookie", &line);
    }
    response
}
