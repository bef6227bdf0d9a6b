//! Authorization codes, and the requests that an ALB makes behind the browser's back.

use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::demand::Kind;
use crate::org::asked::Asked;
use crate::org::{Exchange, Tokens};
use crate::random;
use crate::world::World;

/// Okta's pages name five minutes; older ones one.
const LIFE: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub(crate) struct Code {
    client: String,
    redirect_uri: String,
    user: String,
    scope: String,
    expires: OffsetDateTime,
    access_token: Option<String>,
}

/// A request to the token endpoint.
pub(crate) struct Redemption<'a> {
    pub(crate) client: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) code: &'a str,
}

/// The token endpoint's refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    InvalidClient,
    InvalidGrant,
}

impl Exchange<'_> {
    pub(crate) fn issue_code(&mut self, user: &str, asked: &Asked) -> String {
        let client = &asked.client.id;
        let code = random::word("", 43);
        let issued = Code {
            client: client.clone(),
            redirect_uri: asked.redirect_uri.clone(),
            user: user.to_owned(),
            scope: asked.query.get("scope").unwrap_or_default(),
            expires: self.later(LIFE),
            access_token: None,
        };
        self.state.codes.insert(code.clone(), issued);
        self.issued(Kind::Code, &code);
        self.record(Event::CodeIssued {
            user: user.to_owned(),
            client: client.clone(),
        });
        code
    }
}

/// The token endpoint: a code becomes an access token, once, for the client and the redirect URI that it was issued to.
pub(crate) fn redeem(world: &World, asked: &Redemption<'_>) -> Result<Tokens, TokenError> {
    let client = asked.client.to_owned();
    let refuse = |reason, error| {
        let client = client.clone();
        world.record(Event::CodeRefused { client, reason });
        Err(error)
    };
    let registered = world.org.client(asked.client);
    let Some(registered) = registered.filter(|_| is_client(world, asked.client, asked.secret))
    else {
        return refuse("wrong client secret", TokenError::InvalidClient);
    };
    let mut state = world.org.state();
    let Some(code) = state.codes.get(asked.code).cloned() else {
        return refuse("unknown code", TokenError::InvalidGrant);
    };
    if let Some(token) = code.access_token {
        // a code that comes twice was stolen once, so what it gave is taken back
        state.grants.remove(&token);
        return refuse("used code", TokenError::InvalidGrant);
    }
    if world.clock.now() >= code.expires {
        return refuse("expired code", TokenError::InvalidGrant);
    }
    if code.client != asked.client || code.redirect_uri != asked.redirect_uri {
        return refuse("another client's code", TokenError::InvalidGrant);
    }
    let tokens = state.grant(&registered.client, &code.user, &code.scope);
    if let Some(code) = state.codes.get_mut(asked.code) {
        code.access_token = Some(tokens.access.clone());
    }
    let user = code.user;
    world.record(Event::CodeRedeemed { user, client });
    Ok(tokens)
}

/// Returns whether a client has said who it is.
pub(crate) fn is_client(world: &World, client: &str, secret: &str) -> bool {
    let registered = world.org.client(client);
    registered.is_some_and(|known| known.secret == secret)
}

/// The userinfo endpoint: the login and the claims of an access token's user.
pub(crate) fn userinfo(world: &World, token: &str) -> Option<(String, serde_json::Value)> {
    let login = world.org.state().grants.get(token)?.clone();
    claims_of(world, &login)
}

/// The login as it was set up, and the claims.
pub(crate) fn claims_of(world: &World, login: &str) -> Option<(String, serde_json::Value)> {
    let state = world.org.state();
    let account = state.accounts.get(&login.to_lowercase())?;
    Some((account.user.login.clone(), account.claims()))
}
