//! Codes, and the requests that an ALB makes behind the browser's back.

use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::demand::Kind;
use crate::org::{Exchange, Redemption, TokenError};
use crate::provider::Idp;
use crate::random;
use crate::world::World;

/// An issued code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    client: String,
    redirect_uri: String,
    user: String,
    expires: OffsetDateTime,
    access_token: Option<String>,
}

/// The answer of the token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) life: Duration,
    pub(crate) user: String,
}

impl Idp {
    pub(super) fn issue_code(
        &self,
        exchange: &Exchange<'_>,
        client: &str,
        redirect_uri: &str,
        user: &str,
    ) -> String {
        let mut state = self.state();
        let prefix = state.plan.kind.code_prefix();
        let length = state.plan.code_length.saturating_sub(prefix.len());
        let code = random::word(prefix, length);
        let issued = Code {
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            user: user.to_owned(),
            expires: exchange.now + state.plan.code_life,
            access_token: None,
        };
        state.codes.insert(code.clone(), issued);
        drop(state);
        exchange.issued(Kind::Code, &code);
        exchange.record(Event::CodeIssued {
            user: user.to_owned(),
            client: client.to_owned(),
        });
        code
    }

    /// The token endpoint: a code becomes an access token, once, for the client and the redirect URI that it was issued
    /// to, and while it lives.
    pub(crate) fn redeem(
        &self,
        world: &World,
        asked: &Redemption<'_>,
    ) -> Result<Tokens, TokenError> {
        let refuse = |reason, error| {
            let client = asked.client.to_owned();
            world.record(Event::CodeRefused { client, reason });
            Err(error)
        };
        let known = self.client(asked.client);
        let Some(known) = known.filter(|known| known.secret == asked.secret) else {
            return refuse("wrong client secret", TokenError::InvalidClient);
        };
        let life = known.client.access_token;
        let mut state = self.state();
        let Some(code) = state.codes.get(asked.code).cloned() else {
            return refuse("unknown code", TokenError::InvalidGrant);
        };
        if let Some(token) = code.access_token {
            state.grants.remove(&token);
            return refuse("used code", TokenError::InvalidGrant);
        }
        if world.clock.now() >= code.expires {
            return refuse("expired code", TokenError::InvalidGrant);
        }
        if code.client != asked.client || code.redirect_uri != asked.redirect_uri {
            return refuse("another client's code", TokenError::InvalidGrant);
        }
        let access = random::word("eyJhbGci", 400);
        state.grants.insert(access.clone(), code.user.clone());
        if let Some(code) = state.codes.get_mut(asked.code) {
            code.access_token = Some(access.clone());
        }
        drop(state);
        world.record(Event::CodeRedeemed {
            user: code.user.clone(),
            client: asked.client.to_owned(),
        });
        Ok(Tokens {
            access,
            life,
            user: code.user,
        })
    }

    /// The userinfo endpoint.
    pub(crate) fn userinfo(
        &self,
        world: &World,
        token: &str,
    ) -> Option<(String, serde_json::Value)> {
        let login = self.state().grants.get(token)?.clone();
        crate::org::claims_of(world, &login)
    }
}
