//! The authorize endpoints: who may have a code, and how everybody else is told.

use crate::audit::Event;
use crate::demand::Violation;
use crate::org::Exchange;
use crate::org::error::{okta_error, wrong_method};
use crate::org::limit::Limit;
use crate::org::page;
use crate::query::{Query, decode_form, encode, encode_form};
use crate::random;
use crate::setup::{Client, NoSession, Pipeline};
use crate::wire::Response;

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

/// What a request asks for, once it is known where an answer may be sent.
struct Asked {
    query: Query,
    client: Client,
    redirect_uri: String,
}

/// An error that is sent back to the client.
struct Refusal {
    error: &'static str,
    description: String,
}

/// What a request ends in.
enum Outcome {
    Code { user: String },
    Refused(Refusal),
    Page,
}

fn refused(error: &'static str, description: &str) -> Outcome {
    Outcome::Refused(Refusal {
        error,
        description: description.to_owned(),
    })
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
    let key = query.get("okta_key").unwrap_or_default();
    let Some(waiting) = exchange.state.waiting.get(&key).cloned() else {
        return page::bad_request("The request has expired.");
    };
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

/// Without a known client and its registered redirect URI there is nowhere to send an error: a page with status 400.
/// Redirect URIs are compared as strings.
fn identify(exchange: &Exchange<'_>, query: Query) -> Result<Asked, Response> {
    let id = query.get("client_id").unwrap_or_default();
    let Some(known) = exchange.world.org.client(&id) else {
        return Err(unknown(exchange, "client_id"));
    };
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    if !known.client.redirect_uris.contains(&redirect_uri) {
        return Err(unknown(exchange, "redirect_uri"));
    }
    let client = known.client.clone();
    Ok(Asked {
        query,
        client,
        redirect_uri,
    })
}

fn unknown(exchange: &Exchange<'_>, parameter: &str) -> Response {
    exchange.record(Event::AuthorizeRefused {
        client: "unknown".to_owned(),
        error: format!("bad {parameter}"),
    });
    let json = crate::demand::accepts_json(exchange.request);
    if exchange.world.setup.variants.authorize_speaks_json && json {
        let text = format!("Invalid value for '{parameter}' parameter.");
        return okta_error(400, "invalid_client", &text);
    }
    page::bad_request(match parameter {
        "redirect_uri" => {
            "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."
        }
        _ => "Invalid value for 'client_id' parameter.",
    })
}

/// What is wrong with a request before anybody asks who makes it.
fn malformed(query: &Query) -> Option<Outcome> {
    let invalid = |text: &str| Some(refused("invalid_request", text));
    if query.repeated().is_some() {
        return invalid("OAuth parameters were included more than once.");
    }
    if query.get("state").unwrap_or_default().is_empty() {
        return invalid("The authentication request has an invalid 'state' parameter.");
    }
    if query.get("response_type").as_deref() != Some("code") {
        return Some(refused(
            "unsupported_response_type",
            "The response type is not supported by the authorization server.",
        ));
    }
    let scope = query.get("scope").unwrap_or_default();
    if scope.is_empty() {
        return invalid("The authentication request has an invalid 'scope' parameter.");
    }
    let known = [
        "openid",
        "email",
        "profile",
        "groups",
        "address",
        "phone",
        "offline_access",
    ];
    if scope.split(' ').any(|scope| !known.contains(&scope)) {
        return Some(refused(
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    let prompt = query.get("prompt").unwrap_or_default();
    let prompts: Vec<&str> = prompt.split(' ').filter(|word| !word.is_empty()).collect();
    let known = ["none", "login", "consent", "enroll_authenticator"];
    let alone = !prompts.contains(&"none") || prompts.len() == 1;
    if !alone || prompts.iter().any(|word| !known.contains(word)) {
        return invalid("The 'prompt' parameter is invalid.");
    }
    if prompts == ["none"] && query.get("max_age").as_deref() == Some("0") {
        return invalid("The 'max_age' parameter cannot be 0 when 'prompt' is 'none'.");
    }
    None
}

fn decide(
    exchange: &mut Exchange<'_>,
    asked: &Asked,
    token: Option<&str>,
    server: &Server,
) -> Outcome {
    let silent = asked.query.get("prompt").as_deref() == Some("none");
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
                "The client specified not to prompt, but the user is not logged in.",
            ),
        );
    };
    let reauthenticate = refused(
        "login_required",
        "The client specified not to prompt, but the client app requires re-authentication or MFA.",
    );
    let prompts = asked.query.get("prompt").unwrap_or_default();
    if !prompts.is_empty() && !silent {
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
    permit(exchange, asked, server, silent, &session.user).unwrap_or_else(|| {
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
fn authenticate(
    exchange: &mut Exchange<'_>,
    token: Option<&str>,
) -> Option<crate::org::session::Session> {
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

/// What the client's own policies say to a known user; `None` is yes.
fn permit(
    exchange: &Exchange<'_>,
    asked: &Asked,
    server: &Server,
    silent: bool,
    login: &str,
) -> Option<Outcome> {
    let client = &asked.client;
    let account = exchange.state.accounts.get(&login.to_lowercase());
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
    if !client.policy_met {
        let text = "The client specified not to prompt, but the client app requires re-authentication or MFA.";
        return Some(or_page(silent, refused("login_required", text)));
    }
    if *server != Server::Org && !client.access_policy_matches {
        return Some(refused(
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        ));
    }
    if client.consent_needed {
        let text = "The client specified not to prompt, but the request requires user consent.";
        return Some(or_page(silent, refused("consent_required", text)));
    }
    None
}

fn deliver(exchange: &mut Exchange<'_>, asked: &Asked, outcome: Outcome) -> Response {
    let state = encode(&asked.query.get("state").unwrap_or_default());
    match outcome {
        Outcome::Code { user } => {
            let code = exchange.issue_code(&user, &asked.client.id, &asked.redirect_uri);
            send_back(asked, &format!("code={code}&state={state}"))
        }
        Outcome::Refused(Refusal { error, description }) => {
            exchange.record(Event::AuthorizeRefused {
                client: asked.client.id.clone(),
                error: error.to_owned(),
            });
            let description = encode_form(&description);
            send_back(
                asked,
                &format!("state={state}&error={error}&error_description={description}"),
            )
        }
        Outcome::Page => {
            exchange.record(Event::SignInPageShown);
            ask_the_person(exchange, asked)
        }
    }
}

/// Query is the default of the code flow; fragment and `form_post` are honoured where asked for.
fn send_back(asked: &Asked, parameters: &str) -> Response {
    let uri = &asked.redirect_uri;
    let mode = asked.query.get("response_mode").unwrap_or_default();
    if mode == "form_post" {
        let inputs: Vec<String> = parameters
            .split('&')
            .filter_map(|segment| segment.split_once('='))
            .map(|(name, value)| (name, decode_form(value)))
            .map(|(name, value)| {
                format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\"/>")
            })
            .collect();
        let form = format!(
            "<form method=\"post\" action=\"{uri}\">{}</form>",
            inputs.concat()
        );
        return Response::new(200).with_body("text/html;charset=utf-8", form);
    }
    let mark = match mode.as_str() {
        "fragment" => '#',
        _ if uri.contains('?') => '&',
        _ => '?',
    };
    Response::new(302)
        .with("Referrer-Policy", "no-referrer")
        .with("Location", &format!("{uri}{mark}{parameters}"))
}

/// Classic sends the browser to its login page, which knows the request by a key; the Identity Engine shows a page at
/// the authorize URL itself.
fn ask_the_person(exchange: &mut Exchange<'_>, asked: &Asked) -> Response {
    let way = exchange.world.setup.variants.no_session;
    let way = way.unwrap_or(match exchange.world.setup.pipeline {
        Pipeline::Classic => NoSession::LoginRedirect,
        Pipeline::Identity => NoSession::Page,
    });
    if way == NoSession::Page {
        return page::sign_in();
    }
    let key = random::word("", 36);
    let kept: Vec<&str> = asked
        .query
        .segments()
        .filter(|segment| crate::query::key_of(segment) != "sessionToken")
        .collect();
    let waiting = format!("{}?{}", exchange.request.path, kept.join("&"));
    exchange.state.waiting.insert(key.clone(), waiting);
    let target = encode(&format!("/oauth2/v1/authorize/redirect?okta_key={key}"));
    let location = exchange.link(&format!("/login/login.htm?fromURI={target}"));
    Response::new(302)
        .with("Referrer-Policy", "no-referrer")
        .with("Location", &location)
}
