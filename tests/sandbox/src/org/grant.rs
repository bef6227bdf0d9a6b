//! The grants that an ALB holds: access tokens, and refresh tokens that get new ones without a person.
//!
//! <https://developer.okta.com/docs/guides/refresh-tokens/main/>

use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::org::State;
use crate::org::code::{TokenError, is_client};
use crate::random;
use crate::setup::{Client, RefreshToken, UserState};
use crate::world::World;

/// The answer of the token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) life: Duration,
    pub(crate) refresh: Option<String>,
}

/// The grant behind a refresh token.
#[derive(Clone, Debug)]
pub(crate) struct Refresh {
    user: String,
    client: String,
    /// All refresh tokens that have come of one sign-in.
    grant: String,
    used: Option<OffsetDateTime>,
}

impl State {
    /// A new access token, and a refresh token where the client may have one and has asked for it.
    pub(crate) fn grant(&mut self, client: &Client, user: &str, scope: &str) -> Tokens {
        let offline = scope.split(' ').any(|scope| scope == "offline_access");
        let wanted = offline && client.refresh != RefreshToken::Never;
        let refresh = wanted.then(|| {
            let grant = random::word("", 20);
            self.new_refresh(&client.id, user, &grant)
        });
        self.tokens_of(client, user, refresh)
    }

    fn tokens_of(&mut self, client: &Client, user: &str, refresh: Option<String>) -> Tokens {
        let access = random::word("eyJraWQi", 800);
        self.grants.insert(access.clone(), user.to_owned());
        Tokens {
            access,
            life: client.access_token,
            refresh,
        }
    }

    fn new_refresh(&mut self, client: &str, user: &str, grant: &str) -> String {
        let token = random::word("", 43);
        let refresh = Refresh {
            user: user.to_owned(),
            client: client.to_owned(),
            grant: grant.to_owned(),
            used: None,
        };
        self.refreshes.insert(token.clone(), refresh);
        token
    }
}

impl super::Org {
    /// Takes back the refresh tokens of a user.
    pub(crate) fn revoke_refresh_tokens(&self, login: &str) {
        let same = |one: &Refresh| one.user.eq_ignore_ascii_case(login);
        self.state().refreshes.retain(|_, one| !same(one));
    }
}

/// The token endpoint's other grant: a refresh token becomes an access token.
pub(crate) fn refresh(
    world: &World,
    client: &str,
    secret: &str,
    token: &str,
) -> Result<Tokens, TokenError> {
    let refuse = |reason, error| {
        let client = client.to_owned();
        world.record(Event::RefreshRefused { client, reason });
        Err(error)
    };
    let registered = world.org.client(client);
    let Some(registered) = registered.filter(|_| is_client(world, client, secret)) else {
        return refuse("wrong client secret", TokenError::InvalidClient);
    };
    let mut state = world.org.state();
    let known = state
        .refreshes
        .get(token)
        .filter(|one| one.client == client);
    let Some(known) = known.cloned() else {
        return refuse("unknown refresh token", TokenError::InvalidGrant);
    };
    let account = state.account(&known.user);
    if account.is_none_or(|account| account.user.state == UserState::Deactivated) {
        return refuse("no such user any more", TokenError::InvalidGrant);
    }
    let next = match registered.client.refresh {
        RefreshToken::Never => return refuse("no such grant", TokenError::InvalidGrant),
        RefreshToken::Persistent => token.to_owned(),
        RefreshToken::Rotating { grace } => {
            let now = world.clock.now();
            let late = known.used.is_some_and(|used| now - used > grace);
            if late {
                state.refreshes.retain(|_, one| one.grant != known.grant);
                return refuse("used refresh token", TokenError::InvalidGrant);
            }
            if let Some(used) = state.refreshes.get_mut(token) {
                used.used.get_or_insert(now);
            }
            state.new_refresh(client, &known.user, &known.grant)
        }
    };
    let tokens = state.tokens_of(&registered.client, &known.user, Some(next));
    drop(state);
    world.record(Event::TokenRefreshed {
        user: known.user,
        client: client.to_owned(),
    });
    Ok(tokens)
}
