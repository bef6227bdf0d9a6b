//! The session cookie: sealed, cut into shards, and judged by itself alone.

use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;

use crate::balancer::Balancer;
use crate::clock::http_date;
use crate::demand::{Family, shard_number};
use crate::setup::Rule;
use crate::wire::Request;
use crate::world::World;

/// An ALB sets four shards at most.
const MOST_SHARDS: usize = 4;
/// The cookie's own `Expires`, which is always this and says nothing about the session.
const ALWAYS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The session of somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) login: String,
    pub(crate) claims: Value,
    pub(crate) access_token: String,
    pub(crate) token_ends: OffsetDateTime,
    pub(crate) refresh_token: Option<String>,
    /// The end of the whole session, which no refresh moves.
    pub(crate) ends: OffsetDateTime,
}

/// The session that a request shows.
pub(crate) enum Presented {
    Nothing,
    Invalid(&'static str),
    Ended(&'static str),
    Live(Box<Session>),
}

impl Presented {
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(reason) | Self::Ended(reason) => Some(reason),
            Self::Nothing | Self::Live(_) => None,
        }
    }
}

/// Seals a session and cuts it into the values of its shards, which are known as issued from now on.
pub(crate) fn issue(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    session: &Session,
) -> Vec<String> {
    let values = write(world, balancer, rule, session);
    world.demands.issued().family(Family {
        app: balancer.app.name.clone(),
        user: session.login.clone(),
        at: world.clock.now(),
        ends: session.ends,
        base: rule.cookie.clone(),
        values: values.clone(),
    });
    values
}

fn write(world: &World, balancer: &Balancer, rule: &Rule, session: &Session) -> Vec<String> {
    let plain = json!({
        "login": session.login,
        "claims": session.claims,
        "token": session.access_token,
        "token_ends": milliseconds(session.token_ends),
        "refresh": session.refresh_token,
        "ends": milliseconds(session.ends),
    });
    let sealed = balancer
        .seal()
        .close(&purpose(rule), plain.to_string().as_bytes());
    let most = world.setup.variants.shard_bytes;
    let room = most.saturating_sub(rule.cookie.len() + "-0=".len()).max(1);
    let shards: Vec<String> = sealed
        .as_bytes()
        .chunks(room)
        .map(|shard| String::from_utf8_lossy(shard).into_owned())
        .collect();
    assert!(
        shards.len() <= MOST_SHARDS,
        "what passes the limit on claims fits four shards"
    );
    shards
}

/// The `Set-Cookie` lines of a family. `SameSite` is only there for requests of another origin.
pub(crate) fn set_cookies(
    world: &World,
    rule: &Rule,
    request: &Request,
    shards: &[String],
) -> Vec<String> {
    let cross_site = request.header("origin").is_some();
    let numbered = shards.iter().enumerate();
    numbered
        .map(|(number, value)| set_cookie(world, rule, number, value, cross_site))
        .collect()
}

/// One `Set-Cookie` line. The number is there even where it is the only one, and there is never a `Domain`.
fn set_cookie(world: &World, rule: &Rule, number: usize, value: &str, cross_site: bool) -> String {
    let expires = http_date(world.clock.now() + ALWAYS);
    let site = if cross_site { "; SameSite=None" } else { "" };
    let base = &rule.cookie;
    format!("{base}-{number}={value}; Expires={expires}; Path=/; Secure; HttpOnly{site}")
}

/// Reads the session that a request brings: all shards from `-0` on, verbatim, once each, of one session. A name without
/// a number is no shard, and what was not issued by this rule's client does not open.
pub(crate) fn present(
    world: &World,
    balancer: &Balancer,
    rule: &Rule,
    request: &Request,
) -> Presented {
    let mut shards: Vec<(usize, String)> = request
        .cookies()
        .into_iter()
        .filter_map(|(name, value)| Some((shard_number(&rule.cookie, &name)?, value)))
        .collect();
    if shards.is_empty() {
        return Presented::Nothing;
    }
    shards.sort_by_key(|(number, _)| *number);
    let whole = shards
        .iter()
        .enumerate()
        .all(|(expected, (number, _))| expected == *number);
    if !whole {
        return Presented::Invalid("a shard is missing or comes twice");
    }
    let sealed: String = shards.into_iter().map(|(_, value)| value).collect();
    let Some(plain) = balancer.seal().open(&purpose(rule), &sealed) else {
        return Presented::Invalid("AuthInvalidCookie");
    };
    read(world, &plain).unwrap_or(Presented::Invalid("AuthInvalidCookie"))
}

fn read(world: &World, plain: &[u8]) -> Option<Presented> {
    let plain: Value = serde_json::from_slice(plain).ok()?;
    let moment = |name: &str| moment(plain.get(name)?.as_i64()?);
    let ends = moment("ends")?;
    if world.clock.now() >= ends {
        return Some(Presented::Ended("expired"));
    }
    let text = |name: &str| plain.get(name)?.as_str().map(str::to_owned);
    Some(Presented::Live(Box::new(Session {
        login: text("login")?,
        claims: plain.get("claims")?.clone(),
        access_token: text("token")?,
        token_ends: moment("token_ends")?,
        refresh_token: text("refresh"),
        ends,
    })))
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn moment(milliseconds: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}

/// A session is good for the client and the cookie name that it was made for.
fn purpose(rule: &Rule) -> String {
    format!("session {} {}", rule.cookie, rule.client.id)
}
