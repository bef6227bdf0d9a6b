//! Session tokens: five minutes, one use.

use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::demand::Kind;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::random;
use crate::world::World;

/// The life that recorded exchanges show: the answer's date and five minutes.
pub(crate) const LIFE: Duration = Duration::from_secs(5 * 60);

#[derive(Debug)]
pub(crate) struct SessionToken {
    user: String,
    factor: Option<FactorKind>,
    expires: OffsetDateTime,
    device: Option<String>,
    agent: Option<String>,
    used: bool,
}

impl Exchange<'_> {
    /// Makes a session token for a user who has given all that the org asks for.
    pub(crate) fn issue_session_token(
        &mut self,
        login: &str,
        factor: Option<FactorKind>,
    ) -> String {
        self.welcome(login);
        let token = random::word("20111", 50);
        let issued = SessionToken {
            user: login.to_owned(),
            factor,
            expires: self.later(LIFE),
            device: self.device(),
            agent: self.request.header("user-agent").map(str::to_owned),
            used: false,
        };
        self.state.tokens.insert(token.clone(), issued);
        self.issued(Kind::SessionToken, &token);
        self.record(Event::SessionTokenIssued {
            user: login.to_owned(),
        });
        token
    }

    /// Spends a session token, good or not; the user whose it is and the factor that was proved, where it was
    /// good.
    pub(crate) fn spend_session_token(
        &mut self,
        token: &str,
    ) -> Option<(String, Option<FactorKind>)> {
        let (now, device) = (self.now, self.device());
        let agent = self.request.header("user-agent").map(str::to_owned);
        let matching = self.world.setup.variants.device_matching;
        let judged = match self.state.tokens.get_mut(token) {
            None => Err("unknown"),
            Some(known) if known.used => Err("used before"),
            Some(known) => {
                known.used = true;
                let same = known.device == device && known.agent == agent;
                match () {
                    () if now >= known.expires => Err("expired"),
                    () if matching && !same => Err("another device"),
                    () => Ok((known.user.clone(), known.factor)),
                }
            }
        };
        match judged {
            Ok((user, factor)) => {
                self.record(Event::SessionTokenSpent { user: user.clone() });
                Some((user, factor))
            }
            Err(reason) => {
                self.record(Event::SessionTokenRefused { reason });
                None
            }
        }
    }

    /// Uses a session token up without making a session of it: Okta takes a token off the table with the first
    /// request that shows it, whatever becomes of the request.
    pub(crate) fn burn_session_token(&mut self, token: &str, reason: &'static str) {
        let Some(known) = self.state.tokens.get_mut(token).filter(|known| !known.used) else {
            return;
        };
        known.used = true;
        let user = known.user.clone();
        self.record(Event::SessionTokenBurnt { user, reason });
    }

    pub(crate) fn device(&self) -> Option<String> {
        self.request.cookie("DT")
    }
}

/// Burns the token of a request that a fault answers.
pub(crate) fn burn(world: &World, request: &crate::wire::Request) {
    let mut exchange = Exchange::new(world, request);
    let query = crate::query::Query::new(request.query.as_deref().unwrap_or_default());
    if let Some(token) = query.get("sessionToken") {
        exchange.burn_session_token(&token, "the request failed");
    }
}
