//! The generic OIDC providers: what an ALB can name in the place of an Okta org.
//!
//! A provider speaks the authorization-code flow with a browser, and nothing else: it has no interface for programs. Its
//! people are the org's, in one directory, with one lock for wrong passwords.

mod authorize;
pub(crate) mod broker;
mod kind;
mod plan;
mod session;
mod token;

use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use kind::ProviderKind;
pub use plan::{Provider, ProviderError};
pub(crate) use session::Session;
pub(crate) use token::Code;

use crate::audit::{Event, Host};
use crate::demand::Violation;
use crate::org::{Exchange, json_response};
use crate::pages::{self, Came, Site, Visit, back};
use crate::random;
use crate::setup::Client;
use crate::wire::{Request, Response};
use crate::world::World;

/// A client with what only the provider and the client know.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) client: Client,
    pub(crate) secret: String,
}

/// A running provider.
#[derive(Debug)]
pub(crate) struct Idp {
    pub(crate) name: String,
    /// `https://NAME:PORT`
    pub(crate) url: String,
    clients: Vec<Registered>,
    state: Mutex<State>,
}

/// The state of a running provider.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) plan: Provider,
    sessions: Vec<Session>,
    codes: HashMap<String, Code>,
    /// Logins by access tokens.
    grants: HashMap<String, String>,
}

impl Idp {
    pub(crate) fn new(plan: &Provider, url: &str, clients: Vec<Client>) -> Self {
        let register = |client| Registered {
            client,
            secret: random::word("", 40),
        };
        Self {
            name: plan.name.clone(),
            url: url.to_owned(),
            clients: clients.into_iter().map(register).collect(),
            state: Mutex::new(State {
                plan: plan.clone(),
                sessions: Vec::new(),
                codes: HashMap::new(),
                grants: HashMap::new(),
            }),
        }
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Registered> {
        self.clients.iter().find(|known| known.client.id == id)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn kind(&self) -> ProviderKind {
        self.state().plan.kind
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}{}", self.url, self.kind().issuer())
    }

    pub(crate) fn host(&self) -> Host {
        Host::Provider(self.name.clone())
    }

    pub(crate) fn site(&self) -> Site {
        let plan = self.state().plan.clone();
        Site {
            host: self.host(),
            origin: self.url.clone(),
            name: plan.host,
            title: format!("{:?} of Corp", plan.kind),
            pages: plan.pages,
        }
    }
}

/// Answers one request to a provider.
pub(crate) fn answer(world: &World, idp: &Idp, request: &Request) -> Response {
    // locks the people first: whoever holds a provider's state takes no other lock
    let mut exchange = Exchange::new(world, request);
    let mut response = route(&mut exchange, idp);
    idp.visitor_cookie(&exchange, &mut response);
    response.add("Server", "sandbox-idp");
    response
}

fn route(exchange: &mut Exchange<'_>, idp: &Idp) -> Response {
    let (path, kind) = (exchange.request.path.clone(), idp.kind());
    let site = idp.site();
    if path == kind.authorize() {
        return authorize::answer(exchange, idp, &site);
    }
    if path == format!("{}/.well-known/openid-configuration", kind.issuer()) {
        return discovery(idp, kind);
    }
    if path == broker::PROVIDER_CALLBACK {
        return match broker::returned(exchange, &site) {
            Ok(visit) => enter(exchange, idp, &site, &visit),
            Err(refusal) => refusal,
        };
    }
    if path == "/favicon.ico" {
        return pages::favicon();
    }
    match pages::answer(exchange, &site) {
        Some(Came::Answer(response)) => response,
        Some(Came::Finished(visit)) => enter(exchange, idp, &site, &visit),
        None => {
            exchange.record(Event::Violated(Violation::NotUnderstood {
                host: idp.host(),
                what: format!("{} {path}", exchange.request.method),
            }));
            Response::new(404).with_body("text/plain", "Not Found")
        }
    }
}

/// Somebody has signed in: a session, and the way back to authorize.
fn enter(exchange: &mut Exchange<'_>, idp: &Idp, site: &Site, visit: &Visit) -> Response {
    let user = visit.user.clone().unwrap_or_default();
    let password = crate::factor::FactorKind::Password;
    let factor = visit.proved.iter().find(|kind| **kind != password);
    exchange.record(Event::SignedInByForm {
        host: idp.host(),
        user,
        factor: factor.copied(),
    });
    let cookie = idp.start_session(exchange, site, visit);
    back(site.pages.back, &visit.onward).with("Set-Cookie", &cookie)
}

fn discovery(idp: &Idp, kind: ProviderKind) -> Response {
    let at = |path: &str| format!("{}{path}", idp.url);
    let body = json!({
        "issuer": idp.issuer(),
        "authorization_endpoint": at(kind.authorize()),
        "token_endpoint": at(kind.token()),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "offline_access"],
    });
    json_response(200, &body)
}
