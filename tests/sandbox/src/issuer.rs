//! Who a rule of an ALB signs people in with: the org, or another provider. The requests behind the browser's back go there.

use serde_json::Value;
use time::OffsetDateTime;

use crate::org::{self, Redemption, TokenError};
use crate::provider::Idp;
use crate::setup::Client;
use crate::world::World;

/// Where a client is registered.
#[derive(Clone, Copy)]
pub(crate) enum Issuer<'a> {
    Org,
    Provider(&'a Idp),
}

/// The answer of a token endpoint to an ALB.
pub(crate) struct Granted {
    pub(crate) access: String,
    pub(crate) ends: OffsetDateTime,
    pub(crate) refresh: Option<String>,
}

impl World {
    /// The provider of this name.
    pub(crate) fn provider(&self, name: &str) -> Option<&Idp> {
        self.providers.iter().find(|one| one.name == name)
    }

    /// Where a client is registered.
    pub(crate) fn issuer_of(&self, client: &Client) -> Issuer<'_> {
        let Some(name) = &client.provider else {
            return Issuer::Org;
        };
        let provider = self.provider(name);
        Issuer::Provider(provider.unwrap_or_else(|| panic!("there is no provider {name}")))
    }
}

impl Issuer<'_> {
    /// The authorization endpoint, as an ALB is configured with it.
    pub(crate) fn authorize(self, world: &World, client: &Client) -> (String, String) {
        match self {
            Self::Org => {
                let server = client.server.as_ref();
                let path = server.map_or("/oauth2/v1/authorize".to_owned(), |server| {
                    format!("/oauth2/{server}/v1/authorize")
                });
                (world.org.url.clone(), path)
            }
            Self::Provider(idp) => (idp.url.clone(), idp.kind().authorize().to_owned()),
        }
    }

    /// `iss` of the ALB's own claims.
    pub(crate) fn name(self, world: &World) -> String {
        match self {
            Self::Org => world.org.url.clone(),
            Self::Provider(idp) => idp.issuer(),
        }
    }

    pub(crate) fn secret(self, world: &World, client: &str) -> Option<String> {
        match self {
            Self::Org => world.org.client(client).map(|known| known.secret.clone()),
            Self::Provider(idp) => idp.client(client).map(|known| known.secret.clone()),
        }
    }

    pub(crate) fn redeem(
        self,
        world: &World,
        asked: &Redemption<'_>,
    ) -> Result<Granted, TokenError> {
        let now = world.clock.now();
        match self {
            Self::Org => org::redeem(world, asked).map(|tokens| Granted {
                ends: now + tokens.life,
                access: tokens.access,
                refresh: tokens.refresh,
            }),
            Self::Provider(idp) => idp.redeem(world, asked).map(|tokens| Granted {
                ends: now + tokens.life,
                access: tokens.access,
                refresh: None,
            }),
        }
    }

    pub(crate) fn userinfo(self, world: &World, token: &str) -> Option<(String, Value)> {
        match self {
            Self::Org => org::userinfo(world, token),
            Self::Provider(idp) => idp.userinfo(world, token),
        }
    }
}
