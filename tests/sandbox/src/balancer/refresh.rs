//! The refresh of access tokens. A session lives in its cookie alone, so what a refresh gets is handed to the client as a
//! whole new family of shards, on the answer to the request that it happened for.
//!
//! With a refresh token, an ALB refreshes each time that the access token has expired, until the session times out; where
//! it cannot, the user is sent to the identity provider. Without one, the session is kept until it times out.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>

use crate::audit::{Event, Host};
use crate::balancer::Balancer;
use crate::balancer::session::{self, Presented, Session};
use crate::fault::{Fault, Step};
use crate::org::{self, userinfo};
use crate::setup::Rule;
use crate::wire::{Request, Response};
use crate::world::World;

/// A new family, to be put on the answer.
pub(super) struct Reissued {
    lines: Vec<String>,
}

impl Reissued {
    pub(super) fn put_on(self, response: &mut Response) {
        for line in self.lines {
            response.add("Set-Cookie", &line);
        }
    }
}

/// Returns what is presented, with an access token that has not expired wherever one can be had.
pub(super) fn renewed(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    request: &Request,
    presented: Presented,
) -> (Presented, Option<Reissued>) {
    let (session, token) = match presented {
        Presented::Live(session) if session.token_ends <= world.clock.now() => {
            match session.refresh_token.clone() {
                Some(token) => (session, token),
                // an access token that has expired is put up with
                None => return (Presented::Live(session), None),
            }
        }
        presented => return (presented, None),
    };
    if is_down(world, balancer) {
        return match world.setup.variants.outage_keeps_session {
            true => (Presented::Live(session), None),
            false => (Presented::Ended("the refresh got no answer"), None),
        };
    }
    let Some(renewed) = exchange(world, rule, &session, &token) else {
        return (Presented::Ended("the refresh was refused"), None);
    };
    let reissued = world.setup.variants.reissues_after_refresh;
    let reissued = reissued.then(|| reissue(world, balancer, rule, request, &renewed));
    (Presented::Live(Box::new(renewed)), reissued)
}

fn is_down(world: &World, balancer: &Balancer) -> bool {
    let host = Host::App(balancer.app.name.clone());
    let down = world.faults.take_down(Step::Start, &host);
    if let Some(fault) = &down {
        world.record(Event::Faulted {
            step: Step::Start,
            fault: Fault::to_string(fault),
        });
    }
    down.is_some()
}

/// The requests behind the client's back. The end of the session stays where it was.
fn exchange(world: &World, rule: &Rule, session: &Session, token: &str) -> Option<Session> {
    let client = &rule.client.id;
    // no other provider of the sandbox's gives refresh tokens
    let secret = world.org.client(client)?.secret.clone();
    let tokens = org::refresh(world, client, &secret, token).ok()?;
    let (login, claims) = userinfo(world, &tokens.access)?;
    Some(Session {
        login,
        claims,
        access_token: tokens.access,
        token_ends: world.clock.now() + tokens.life,
        refresh_token: tokens.refresh,
        ends: session.ends,
    })
}

fn reissue(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    request: &Request,
    session: &Session,
) -> Reissued {
    let shards = session::issue(world, balancer, rule, session);
    world.record(Event::SessionReissued {
        app: balancer.app.name.clone(),
        user: session.login.clone(),
        shards: shards.len(),
    });
    let lines = session::set_cookies(world, rule, request, &shards);
    Reissued { lines }
}
