//! The authorize endpoints: who may have a code.

use crate::audit::Event;
use crate::demand::Violation;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::asked::{Asked, Outcome, identify, malformed, refused};
use crate::org::deliver::deliver;
use crate::org::error::{okta_error, wrong_method};
use crate::org::identity;
use crate::org::limit::Limit;
use crate::org::session::Session;
use crate::org::{page, people};
use crate::query::Query;
use crate::setup::AppPolicy;
use crate::wire::Response;

/// Said where the app's own policy wants more than the session has.
const REAUTHENTICATE: &str =
    "The client specified not to prompt, but the client app requires re-authentication or MFA.";

/// An authorization server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Org,
    Custom(String),
}

/// The authorization server of an authorize path.
pub(crate) fn server_of(path: &str) -> Option<Server> {
    let rest = path.strip_prefix("/oauth2/")?;
    if rest == "v1/authorize" {
        return Some(Server::Org);
    }
    let name = rest.strip_suffix("/v1/authorize")?;
    (!name.is_empty() && !name.contains('/')).then(|| Server::Custom(name.to_owned()))
}

/// Answers a request to an authorize endpoint.
pub(crate) fn answer(exchange: &mut Exchange<'_>, server: &Server) -> Response {
    if exchange.request.method != "GET" {
        return wrong_method();
    }
    if !exchange.world.org.has_server(server) {
        exchange.not_understood("an authorization server that does not exist");
        return okta_error(404, "E0000007", "Not found: Resource not found");
    }
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    if let Err(refusal) = count(exchange, &query) {
        return refusal;
    }
    go(exchange, query, server)
}

/// `/oauth2/v1/authorize/redirect?okta_key=…`: a request that waited for a sign-in goes on.
pub(crate) fn resume(exchange: &mut Exchange<'_>) -> Response {
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let posted = String::from_utf8_lossy(&exchange.request.body);
    let posted = Query::new(&posted).get("okta_key");
    let key = query.get("okta_key").or(posted).unwrap_or_default();
    if let Some(response) = identity::resume(exchange, &key) {
        return response;
    }
    let Some(waiting) = exchange.state.waiting.get(&key).cloned() else {
        return page::bad_request("The request has expired.");
    };
    exchange.just_proved = exchange.state.just_proved.remove(&key);
    let (path, query) = waiting.split_once('?').unwrap_or((&waiting, ""));
    let server = server_of(path).unwrap_or(Server::Org);
    go(exchange, Query::new(query), &server)
}

fn go(exchange: &mut Exchange<'_>, query: Query, server: &Server) -> Response {
    let token = query.get("sessionToken");
    let asked = match identify(exchange, query) {
        Ok(asked) => asked,
        Err(refusal) => {
            if let Some(token) = token {
                exchange.burn_session_token(&token, "the client is not known");
            }
            return refusal;
        }
    };
    let outcome = match malformed(&asked.query) {
        Some(outcome) => {
            if let Some(token) = token {
                exchange.burn_session_token(&token, "the request is not valid");
            }
            outcome
        }
        None => decide(exchange, &asked, token.as_deref(), server),
    };
    deliver(exchange, &asked, outcome)
}

/// The org's limit, and the one that all users of one client, address and device share.
fn count(exchange: &mut Exchange<'_>, query: &Query) -> Result<(), Response> {
    let limits = exchange.world.setup.limits.clone();
    exchange.count(&Limit {
        name: "authorize of the org",
        key: String::new(),
        most: limits.authorize_per_minute,
        seconds: 60,
    })?;
    let client = query.get("client_id").unwrap_or_default();
    let device = exchange.device().unwrap_or_default();
    exchange.count(&Limit {
        name: "authorize of a client",
        key: format!("{client} {device}"),
        most: limits.authorize_per_client_minute,
        seconds: 60,
    })
}

fn decide(
    exchange: &mut Exchange<'_>,
    asked: &Asked,
    token: Option<&str>,
    server: &Server,
) -> Outcome {
    let identity = exchange.world.setup.identity();
    let paged = identity.is_some_and(|identity| identity.none_gives_page)
        || exchange.state.pages.ignores_prompt_none;
    let silent = asked.query.get("prompt").as_deref() == Some("none") && !paged;
    if asked.client.interaction_code_only {
        if let Some(token) = token {
            exchange.burn_session_token(token, "the client may not");
        }
        return refused(
            "interaction_required",
            "The client specified not to prompt, but the request requires user interaction.",
        );
    }
    let Some(session) = authenticate(exchange, token) else {
        return or_page(
            silent,
            refused(
                "login_required",
                exchange.world.setup.variants.login_required.text(),
            ),
        );
    };
    let reauthenticate = refused("login_required", REAUTHENTICATE);
    let prompts = asked.query.get("prompt").unwrap_or_default();
    if !prompts.is_empty() && prompts != "none" {
        return Outcome::Page;
    }
    let age = exchange.now - session.started;
    let too_old = asked
        .query
        .get("max_age")
        .and_then(|seconds| seconds.parse::<i64>().ok())
        .is_some_and(|seconds| age.whole_seconds() > seconds);
    if too_old {
        return or_page(silent, reauthenticate);
    }
    exchange.touch(&session.id);
    permit(exchange, asked, server, silent, &session).unwrap_or_else(|| {
        let user = session.user.clone();
        exchange.record(Event::OktaSessionUsed { user: user.clone() });
        Outcome::Code { user }
    })
}

fn or_page(silent: bool, refusal: Outcome) -> Outcome {
    if silent { refusal } else { Outcome::Page }
}

/// The session of the request: from its cookies, or from its token.
///
/// A Classic org does not look at the token where a live session is there; the code is then for the session's user, who
/// may be somebody else. The other mode, which Okta offers on request, lets the token win and a bad one end the session.
fn authenticate(exchange: &mut Exchange<'_>, token: Option<&str>) -> Option<Session> {
    let live = exchange.live_session();
    let Some(token) = token else {
        return live;
    };
    if live.is_some() {
        exchange.violated(Violation::TokenWithSession);
    }
    match live {
        Some(session) if !exchange.world.setup.variants.token_wins => {
            exchange.burn_session_token(token, "ignored for a live session");
            Some(session)
        }
        live => {
            let session = exchange.session_for(token);
            if let (None, Some(old)) = (&session, live) {
                exchange.end_session(&old.id);
                exchange.clear_session_cookies();
            }
            session
        }
    }
}

fn satisfies(exchange: &Exchange<'_>, session: &Session, policy: AppPolicy) -> bool {
    let with_factor = session.factor.is_some();
    match policy {
        AppPolicy::Any => true,
        AppPolicy::SecondFactor => with_factor,
        AppPolicy::Within(age) => with_factor && exchange.now - session.started <= age,
        AppPolicy::EveryTime => exchange.just_proved && with_factor,
        // a page can ask for a key, and the app's policy learns of it
        AppPolicy::PhishingResistant => {
            session.by_page && session.factor == Some(FactorKind::Webauthn)
        }
    }
}

/// Returns what the client's own policies say to a known user; `None` is yes.
fn permit(
    exchange: &Exchange<'_>,
    asked: &Asked,
    server: &Server,
    silent: bool,
    session: &Session,
) -> Option<Outcome> {
    let client = &asked.client;
    let account = exchange.state.accounts.get(&session.user.to_lowercase());
    let assigned = account.is_some_and(|account| {
        let apps = account.user.apps.as_ref();
        apps.is_none_or(|apps| apps.contains(&client.app))
    });
    if !assigned {
        return Some(refused(
            "access_denied",
            "User is not assigned to the client application.",
        ));
    }
    // this is the app's policy; the org's was asked at /api/v1/authn
    let enough = match exchange.world.setup.identity() {
        Some(identity) => {
            let mut proofs = session.proofs.clone();
            for proof in &mut proofs {
                proof.fresh |= exchange.just_proved;
            }
            identity::is_enough(exchange, identity, client, &session.user, &proofs)
        }
        None => client.policy_met && satisfies(exchange, session, client.policy),
    };
    if !enough {
        let text = REAUTHENTICATE;
        return Some(or_page(silent, refused("login_required", text)));
    }
    if *server != Server::Org && !client.access_policy_matches {
        return Some(refused(
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        ));
    }
    let site = exchange.org_site();
    if people::lacks_consent(exchange, &site, &session.user, &client.id) {
        let text = "The client specified not to prompt, but the request requires user consent.";
        return Some(or_page(silent, refused("consent_required", text)));
    }
    None
}
