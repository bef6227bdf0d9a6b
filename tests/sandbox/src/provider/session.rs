//! A provider's sessions with browsers.

use time::OffsetDateTime;

use crate::audit::Event;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::pages::{Site, Visit};
use crate::provider::Idp;
use crate::random;
use crate::wire::Response;

/// One browser's session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    id: String,
    pub(crate) user: String,
    pub(crate) proved: Vec<FactorKind>,
    pub(super) started: OffsetDateTime,
    /// The only `User-Agent` that it is good with.
    agent: Option<String>,
}

impl Idp {
    /// A new session, and the cookie that names it.
    pub(super) fn start_session(
        &self,
        exchange: &Exchange<'_>,
        site: &Site,
        visit: &Visit,
    ) -> String {
        let user = visit.user.clone().unwrap_or_default();
        let agent = exchange.request.header("user-agent").map(str::to_owned);
        let session = Session {
            id: random::word("s", 60),
            user: user.clone(),
            proved: visit.proved.clone(),
            started: exchange.now,
            agent: agent.filter(|_| site.pages.bound_to_browser),
        };
        let (name, _) = self.kind().cookies();
        let id = session.id.clone();
        self.learn_cookie(exchange, &id);
        self.state().sessions.push(session);
        exchange.record(Event::ProviderSessionStarted {
            provider: self.name.clone(),
            user,
        });
        let life = site
            .pages
            .kept
            .map(|life| format!("; Max-Age={}", life.as_secs()));
        cookie(name, &id, &life.unwrap_or_default())
    }

    /// The live session of a request. One that is bound to a browser ends when another one shows it.
    pub(super) fn live_session(&self, exchange: &Exchange<'_>) -> Option<Session> {
        let (name, _) = self.kind().cookies();
        let id = exchange.request.cookie(name)?;
        let mut state = self.state();
        let life = state.plan.session;
        state
            .sessions
            .retain(|one| exchange.now - one.started < life);
        let session = state.sessions.iter().find(|one| one.id == id)?.clone();
        let bound = session.agent.as_deref();
        if bound.is_none_or(|agent| exchange.request.header("user-agent") == Some(agent)) {
            return Some(session);
        }
        state.sessions.retain(|one| one.id != id);
        drop(state);
        exchange.record(Event::ProviderSessionEnded {
            provider: self.name.clone(),
            user: session.user,
        });
        None
    }

    /// Ends all sessions, as an administrator can.
    pub(crate) fn end_sessions(&self) {
        self.state().sessions.clear();
    }

    /// Any visitor gets a cookie.
    pub(super) fn visitor_cookie(&self, exchange: &Exchange<'_>, response: &mut Response) {
        let (_, name) = self.kind().cookies();
        if exchange.request.cookie(name).is_none() {
            let value = random::word("", 40);
            self.learn_cookie(exchange, &value);
            response.add("Set-Cookie", &cookie(name, &value, ""));
        }
    }

    fn learn_cookie(&self, exchange: &Exchange<'_>, value: &str) {
        let mut issued = exchange.world.demands.issued();
        issued.homes.push((self.host(), value.to_owned()));
    }
}

fn cookie(name: &str, value: &str, life: &str) -> String {
    format!("{name}={value}; Path=/{life}; Secure; HttpOnly; SameSite=None")
}
