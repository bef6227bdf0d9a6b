//! The start of a sign-in: a redirect to Okta, a sealed `state`, and the nonce that has to come back with it.

use serde_json::json;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::balancer::{Balancer, NONCE, error_page};
use crate::query::encode;
use crate::random;
use crate::setup::Rule;
use crate::wire::{Request, Response};
use crate::world::World;

/// The longest Location that is still given; the true limit is not known, only that 507 is its answer.
const LONGEST: usize = 16 * 1024;

/// The content of a state.
pub(crate) struct Started {
    pub(crate) url: String,
    pub(crate) nonce: String,
    pub(crate) at: i64,
    pub(crate) rule: usize,
}

/// 302 to the authorization endpoint, with the parameters in the order and the encoding of captured URLs: no PKCE and no
/// `nonce` parameter among them.
pub(crate) fn answer(
    world: &World,
    balancer: &Balancer,
    request: &Request,
    number: usize,
    rule: &Rule,
) -> Response {
    let nonce = random::word("", 16);
    let started = Started {
        url: format!("{}{}", balancer.url, request.target()),
        nonce: nonce.clone(),
        at: world.clock.now().unix_timestamp(),
        rule: number,
    };
    let state = write(balancer, &started);
    let (origin, path) = world.issuer_of(&rule.client).authorize(world, &rule.client);
    let mut query = format!(
        "client_id={}&redirect_uri={}&response_type=code&scope={}&state={}",
        encode(&rule.client.id),
        encode(&balancer.callback()),
        encode(&rule.scope),
        encode(&state),
    );
    for (name, value) in &rule.extra {
        query = format!("{query}&{}={}", encode(name), encode(value));
    }
    let location = format!("{origin}{path}?{query}");
    if location.len() > LONGEST {
        return error_page(507);
    }
    let app = &balancer.app.name;
    world.record(Event::NonceIssued { app: app.clone() });
    let mut issued = world.demands.issued();
    issued.attempt(&state, app, &nonce, &format!("{path}?{query}"));
    Response::new(302)
        .with("Server", "awselb/2.0")
        .with("Location", &location)
        .with(
            "Set-Cookie",
            &format!("{NONCE}={nonce}; Path=/; Secure; HttpOnly"),
        )
}

fn write(balancer: &Balancer, started: &Started) -> String {
    let plain = json!({
        "url": started.url,
        "nonce": started.nonce,
        "at": started.at,
        "rule": started.rule,
    });
    balancer.states.close("state", plain.to_string().as_bytes())
}

/// Returns what a state says, where it is this ALB's own and unchanged.
pub(crate) fn read(balancer: &Balancer, state: &str) -> Option<Started> {
    let plain = balancer.states.open("state", state)?;
    let plain: serde_json::Value = serde_json::from_slice(&plain).ok()?;
    let text = |name: &str| plain.get(name)?.as_str().map(str::to_owned);
    let number = |name: &str| plain.get(name)?.as_i64();
    Some(Started {
        url: text("url").filter(|url| url.starts_with(&balancer.url))?,
        nonce: text("nonce")?,
        at: number("at")?,
        rule: usize::try_from(number("rule")?).ok()?,
    })
}

impl Started {
    /// A sign-in has fifteen minutes, which cannot be configured.
    pub(crate) fn in_time(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() - self.at <= 15 * 60
    }
}
