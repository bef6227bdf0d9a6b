//! The simulated Okta organisation.
//!
//! Its answers follow Okta's own documentation and recorded exchanges.

mod account;
mod asked;
mod authn;
mod authorize;
mod code;
mod cookies;
mod credentials;
mod deliver;
mod elsewhere;
mod error;
mod exchange;
mod factor;
mod grant;
mod identity;
mod limit;
mod lock;
mod notice;
mod operation;
mod page;
mod password;
mod people;
mod session;
mod sessions_api;
mod status;
mod token;
mod transaction;

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::pages::{self, Pages, Visits};
use crate::provider::broker;
use crate::random;
use crate::setup::{Client, Setup};
use crate::wire::{Request, Response};
use crate::world::World;

pub(crate) use account::{Account, factors_of};
use authorize::Server;
pub(crate) use authorize::server_of as authorize_server;
pub(crate) use code::{Redemption, TokenError, claims_of, redeem, userinfo};
pub(crate) use error::{json_response, okta_error, too_many};
pub(crate) use exchange::Exchange;
pub(crate) use factor::{
    Answered, Attempt, Heard, Held, Judged, ask, judge, launch, secrets, withdraw,
};
pub(crate) use grant::{Tokens, refresh};
pub use identity::Trail;
pub(crate) use identity::{is_password, is_poll, notice as notice_step, polled_twice};
pub(crate) use notice::{notice, secret_in, spoiled};
pub(crate) use page::sign_in as sign_in_page;
pub(crate) use password::tried;
pub(crate) use people::{is_return, lacking, lacks_consent};
pub(crate) use status::with_status;
pub(crate) use token::burn as burn_token;

/// The org: what it knows and what it remembers.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) url: String,
    clients: Vec<Registered>,
    state: Mutex<State>,
    /// A push or a code has gone out to a person.
    pub(crate) arrived: Condvar,
}

/// A client with what only Okta and the client know.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) client: Client,
    pub(crate) secret: String,
}

/// The state of a running org.
#[derive(Debug, Default)]
pub(crate) struct State {
    accounts: HashMap<String, Account>,
    transactions: HashMap<String, transaction::Transaction>,
    /// State tokens whose transactions have ended.
    over: HashSet<String>,
    /// Codes that have come in, each with the factor it came for.
    posted: HashSet<(String, String)>,
    /// How many pushes were sent, which makes their ids.
    pushes: u64,
    tokens: HashMap<String, token::SessionToken>,
    sessions: Vec<session::Session>,
    codes: HashMap<String, code::Code>,
    /// Users by their access tokens.
    grants: HashMap<String, String>,
    refreshes: HashMap<String, grant::Refresh>,
    pub(crate) identity: identity::State,
    buckets: HashMap<String, limit::Bucket>,
    /// Authorize requests that wait for a sign-in page, by `okta_key`.
    waiting: HashMap<String, String>,
    /// Those of them whose person has signed in on a page just now.
    just_proved: HashSet<String>,
    pub(crate) pages: Pages,
    pub(crate) visits: Visits,
    /// The people who have let a client know them, with that client.
    pub(crate) consents: HashSet<(String, String)>,
    /// Sign-ins that go on at another provider, by their `state`.
    pub(crate) away: HashMap<String, broker::Away>,
    /// The unguessable segment of the links, where they have one.
    segment: Option<String>,
    /// The query of the links, where they have one.
    mark: Option<String>,
}

impl State {
    pub(crate) fn account(&mut self, login: &str) -> Option<&mut Account> {
        self.accounts.get_mut(&login.to_lowercase())
    }
}

impl Org {
    pub(crate) fn new(url: &str, setup: &Setup, clients: Vec<Client>) -> Self {
        let accounts = setup
            .users
            .iter()
            .map(|user| (user.login.to_lowercase(), Account::new(user)))
            .collect();
        let state = State {
            accounts,
            pages: setup.pages.clone(),
            segment: setup.variants.opaque_links.then(|| random::word("x", 12)),
            mark: setup
                .variants
                .links_with_query
                .then(|| format!("trace={}", random::word("", 8))),
            ..State::default()
        };
        let register = |client| Registered {
            client,
            secret: random::word("", 40),
        };
        Self {
            url: url.to_owned(),
            clients: clients.into_iter().map(register).collect(),
            state: Mutex::new(state),
            arrived: Condvar::new(),
        }
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Registered> {
        self.clients.iter().find(|known| known.client.id == id)
    }

    /// The authorization servers that exist: the org's own, `default`, and those of the clients.
    fn has_server(&self, server: &Server) -> bool {
        let Server::Custom(name) = server else {
            return true;
        };
        let mut clients = self.clients.iter();
        name == "default" || clients.any(|known| known.client.server.as_ref() == Some(name))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every Okta session, as an administrator can.
    pub(crate) fn end_sessions(&self) {
        self.state().sessions.clear();
    }

    /// Changes a user in place; false where there is none of that login.
    pub(crate) fn change(&self, login: &str, change: impl FnOnce(&mut crate::setup::User)) -> bool {
        match self.state().accounts.get_mut(&login.to_lowercase()) {
            Some(account) => {
                change(&mut account.user);
                true
            }
            None => false,
        }
    }

    /// Opens a lock, as an administrator can.
    pub(crate) fn unlock(&self, login: &str) {
        if let Some(account) = self.state().accounts.get_mut(&login.to_lowercase()) {
            account.unlock();
        }
    }
}

/// Answers one request to the org.
pub(crate) fn answer(world: &World, request: &Request) -> Response {
    let mut exchange = Exchange::new(world, request);
    let response = route(&mut exchange);
    exchange.finish(response)
}

fn route(exchange: &mut Exchange<'_>) -> Response {
    let path = exchange.request.path.clone();
    if let Some(rest) = path.strip_prefix("/api/v1/authn") {
        return authn::answer(exchange, rest);
    }
    if let Some(rest) = path.strip_prefix("/api/v1/sessions") {
        return sessions_api::answer(exchange, rest);
    }
    if let Some(server) = authorize::server_of(&path) {
        return authorize::answer(exchange, &server);
    }
    if let Some(rest) = path
        .strip_prefix("/idp/idx")
        .filter(|_| exchange.speaks_idx())
    {
        return identity::answer(exchange, rest);
    }
    if let Some(response) = people::answer(exchange) {
        return response;
    }
    match path.as_str() {
        path if is_return(path) => people::returned(exchange),
        "/favicon.ico" => pages::favicon(),
        "/app/UserHome" => people::user_home(exchange),
        "/login/token/redirect" if exchange.speaks_idx() => identity::hop(exchange),
        "/login/token/failure" if exchange.speaks_idx() => identity::failure(exchange),
        "/.well-known/okta-organization" => page::organization(exchange),
        "/oauth2/v1/authorize/redirect" => authorize::resume(exchange),
        "/login/login.htm" => page::login(exchange),
        "/login/sessionCookieRedirect" => sessions_api::cookie_redirect(exchange),
        "/" => page::home(),
        _ => {
            exchange.not_understood(&path);
            error::okta_error(404, "E0000022", "The endpoint does not exist")
        }
    }
}
