//! The simulated Application Load Balancer: one listener with rules, in front of one application.
//!
//! It remembers no session and no sign-in. What it knows of either is what its own sealed cookie or state tells it.

mod callback;
mod claims;
mod page;
mod refresh;
mod session;
mod start;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use page::error_page;
pub(crate) use session::Session;

use crate::audit::Event;
use crate::random;
use crate::seal::Seal;
use crate::setup::{App, InvalidCookie, Mode, Rule};
use crate::target;
use crate::wire::{Request, Response};
use crate::world::World;
use session::Presented;

/// The callback's path, which cannot be configured.
pub(crate) const CALLBACK: &str = "/oauth2/idpresponse";
/// The nonce cookie's name, which is the same for all rules.
pub(crate) const NONCE: &str = "AWSALBAuthNonce";

const LONGEST_LINE: usize = 16 * 1024;
const LONGEST_HEAD: usize = 64 * 1024;

/// One app's ALB.
#[derive(Debug)]
pub(crate) struct Balancer {
    pub(crate) app: App,
    /// `https://127.0.0.1:PORT`
    pub(crate) url: String,
    seal: Mutex<Seal>,
    /// For the states of sign-ins, which go on when all sessions are ended.
    states: Seal,
    signer: claims::Signer,
}

impl Balancer {
    pub(crate) fn new(app: App, url: &str) -> Self {
        let key = app.key.unwrap_or_else(new_key);
        Self {
            app,
            url: url.to_owned(),
            seal: Mutex::new(Seal::new(&key)),
            states: Seal::new(&key),
            signer: claims::Signer::new(),
        }
    }

    pub(crate) fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.url)
    }

    /// A new key: no session that was sealed before opens any more.
    pub(crate) fn change_key(&self) {
        *self.seal() = Seal::new(&new_key());
    }

    fn seal(&self) -> MutexGuard<'_, Seal> {
        self.seal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first rule whose prefix holds the path.
    fn rule(&self, path: &str) -> Option<(usize, &Rule)> {
        let mut rules = self.app.rules.iter().enumerate();
        rules.find(|(_, rule)| holds(&rule.prefix, path))
    }
}

fn new_key() -> [u8; 32] {
    let bytes = random::bytes(32);
    bytes.try_into().expect("as many bytes as asked for")
}

/// Returns whether `path` is below `prefix`, in whole segments. `/graf/` is `/graf/*` of an ALB, which `/graf` does not fit.
fn holds(prefix: &str, path: &str) -> bool {
    if prefix.len() > 1 && prefix.ends_with('/') {
        return path.starts_with(prefix);
    }
    let prefix = prefix.trim_end_matches('/');
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers one request to an app's TLS listener.
pub(crate) fn answer(world: &World, balancer: &Balancer, request: &Request) -> Response {
    if let Some(refusal) = limits(request) {
        return refusal;
    }
    // before any rule: the callback is the ALB's own, whatever the rules protect
    if request.path == CALLBACK {
        return callback::answer(world, balancer, request);
    }
    match balancer.rule(&request.path) {
        None => target::answer(world, balancer, request, None),
        Some((_, rule)) if rule.mode == Mode::Public => {
            target::answer(world, balancer, request, None)
        }
        Some((number, rule)) => guarded(world, balancer, request, number, rule),
    }
}

/// Neither the method nor `Accept` nor `Authorization` changes what follows: a POST, a preflight and a call with a
/// bearer token are all sent to Okta.
fn guarded(
    world: &World,
    balancer: &Balancer,
    request: &Request,
    number: usize,
    rule: &Rule,
) -> Response {
    let presented = session::present(world, balancer, rule, request);
    let (presented, reissued) = refresh::renewed(world, balancer, rule, request, presented);
    if let Presented::Live(session) = presented {
        let (app, user) = (balancer.app.name.clone(), session.login.clone());
        world.record(Event::SessionAccepted { app, user });
        let mut response = target::answer(world, balancer, request, Some(&session));
        if let Some(reissued) = reissued {
            reissued.put_on(&mut response);
        }
        return response;
    }
    if let Some(reason) = presented.refusal() {
        let app = balancer.app.name.clone();
        world.record(Event::SessionRefused { app, reason });
    }
    let variants = &world.setup.variants;
    let denied = match presented {
        // documentation speaks of requests without credentials
        Presented::Nothing => rule.mode == Mode::Deny,
        Presented::Ended(_) => rule.mode == Mode::Deny && variants.deny_expired_is_401,
        Presented::Invalid(_) => variants.invalid_cookie == InvalidCookie::Unauthorized,
        Presented::Live(_) => false,
    };
    match (rule.mode, denied) {
        (Mode::Allow, _) => target::answer(world, balancer, request, None),
        (_, true) => error_page(401),
        (_, false) => start::answer(world, balancer, request, number, rule),
    }
}

/// Cookie lines may be longer than others, as one observer measured; all headers together may not.
fn limits(request: &Request) -> Option<Response> {
    let line = |name: &str, value: &str| name.len() + 2 + value.len();
    let headers = || request.headers.iter();
    let whole: usize = headers().map(|(name, value)| line(name, value) + 2).sum();
    let long = headers()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("cookie"))
        .any(|(name, value)| line(name, value) > LONGEST_LINE);
    let target = request.method.len() + request.target().len() + 10 > LONGEST_LINE;
    if request.method == "TRACE" {
        return Some(error_page(405));
    }
    (long || target || whole > LONGEST_HEAD).then(|| error_page(400))
}

/// The listener without TLS: it cannot authenticate, so it sends everybody to the one that can.
pub(crate) fn plain(balancer: &Balancer, request: &Request) -> Response {
    let location = format!("{}{}", balancer.url, request.target());
    let mut response = error_page(301);
    response.add("Location", &location);
    response
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_prefix_ends_where_a_segment_ends() {
        assert!(holds("/", "/anything"));
        assert!(holds("/api", "/api"));
        assert!(holds("/api", "/api/x"));
        assert!(!holds("/api", "/apix"));
    }
}
