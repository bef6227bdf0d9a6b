//! A provider's authorization endpoint: who may have a code.

use crate::audit::Event;
use crate::org::{Exchange, lacks_consent};
use crate::pages::{self, Opening, Site};
use crate::provider::session::Session;
use crate::provider::{Idp, broker};
use crate::query::{Query, encode, encode_form, key_of};
use crate::setup::Client;
use crate::wire::Response;

/// A request whose client and redirect URI are known.
struct Asked {
    query: Query,
    client: Client,
    redirect_uri: String,
}

/// The end of a request.
enum Outcome {
    Code(String),
    Error(String, Option<String>),
    Page,
}

fn error(word: &str, description: &str) -> Outcome {
    Outcome::Error(word.to_owned(), Some(description.to_owned()))
}

/// Answers GET, and POST with the parameters in its body, as OpenID Connect Core 3.1.2.1 has it.
pub(super) fn answer(exchange: &mut Exchange<'_>, idp: &Idp, site: &Site) -> Response {
    let request = exchange.request;
    let raw = match (request.method.as_str(), &request.query) {
        ("GET", query) => query.clone().unwrap_or_default(),
        ("POST", None) => String::from_utf8_lossy(&request.body).into_owned(),
        _ => return bad_request("Invalid request method"),
    };
    let query = Query::new(&raw);
    let client = query.get("client_id").unwrap_or_default();
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    let known = idp.client(&client);
    let known = known.filter(|known| known.client.redirect_uris.contains(&redirect_uri));
    let Some(known) = known else {
        exchange.record(Event::AuthorizeRefused {
            client: "unknown".to_owned(),
            error: "bad client_id or redirect_uri".to_owned(),
        });
        return bad_request("Invalid parameter: client_id or redirect_uri");
    };
    let asked = Asked {
        query,
        client: known.client.clone(),
        redirect_uri,
    };
    let outcome = decide(exchange, idp, site, &asked);
    deliver(exchange, idp, site, &asked, outcome)
}

fn decide(exchange: &Exchange<'_>, idp: &Idp, site: &Site, asked: &Asked) -> Outcome {
    let query = &asked.query;
    let plan = idp.state().plan.clone();
    let prompt = query.get("prompt").unwrap_or_default();
    let none = prompt == "none";
    if let Some(forced) = plan.error.filter(|forced| none || !forced.only_silent) {
        return Outcome::Error(forced.error, forced.description);
    }
    let fits = query.get("response_type").as_deref() == Some("code")
        && query.repeated().is_none()
        && !query.get("state").unwrap_or_default().is_empty()
        && (prompt.split(' ').count() == 1 || !prompt.split(' ').any(|word| word == "none"));
    if !fits {
        return error("invalid_request", "The request is not valid.");
    }
    let silent = none && !site.pages.ignores_prompt_none;
    let or_page = |outcome| if silent { outcome } else { Outcome::Page };
    let Some(session) = idp.live_session(exchange) else {
        return or_page(error("login_required", "Nobody is signed in."));
    };
    if !prompt.is_empty() && !none {
        return Outcome::Page;
    }
    if is_too_old(exchange, query, &session) {
        return or_page(error("login_required", "The sign-in is too old."));
    }
    let user = session.user;
    let apps = exchange.account(&user).user.apps.clone();
    if apps.is_some_and(|apps| !apps.contains(&asked.client.app)) {
        return error("access_denied", "The user may not use this application.");
    }
    if lacks_consent(exchange, site, &user, &asked.client.id) {
        return or_page(error("consent_required", "The user has yet to consent."));
    }
    exchange.record(Event::ProviderSessionUsed {
        provider: idp.name.clone(),
        user: user.clone(),
    });
    Outcome::Code(user)
}

/// Returns whether the person signed in longer ago than the client allows (OpenID Connect Core, 3.1.2.1).
fn is_too_old(exchange: &Exchange<'_>, query: &Query, session: &Session) -> bool {
    let most = query.get("max_age").and_then(|text| text.parse().ok());
    most.is_some_and(|most| exchange.now - session.started > time::Duration::seconds(most))
}

fn deliver(
    exchange: &mut Exchange<'_>,
    idp: &Idp,
    site: &Site,
    asked: &Asked,
    outcome: Outcome,
) -> Response {
    let client = &asked.client.id;
    match outcome {
        Outcome::Code(user) => {
            let code = idp.issue_code(exchange, client, &asked.redirect_uri, &user);
            let code = encode(&code);
            let template = idp.state().plan.callback.clone();
            match template {
                Some(template) => send_raw(asked, &template.replace("{code}", &code)),
                None => send_back(idp, asked, &format!("code={code}")),
            }
        }
        Outcome::Error(error, description) => {
            let client = client.clone();
            let word = error.clone();
            exchange.record(Event::AuthorizeRefused {
                client,
                error: word,
            });
            let description = idp.kind().description(description);
            let description = description
                .map(|text| format!("&error_description={}", encode_form(&text)))
                .unwrap_or_default();
            send_back(
                idp,
                asked,
                &format!("error={}{description}", encode(&error)),
            )
        }
        Outcome::Page => {
            exchange.record(Event::SignInPageShown);
            show(exchange, idp, site, asked)
        }
    }
}

fn send_back(idp: &Idp, asked: &Asked, what: &str) -> Response {
    let parameters = idp.kind().callback(what, "{state}", &idp.issuer());
    send_raw(asked, &parameters)
}

fn send_raw(asked: &Asked, parameters: &str) -> Response {
    let state = encode(&asked.query.get("state").unwrap_or_default());
    let parameters = parameters.replace("{state}", &state);
    let mark = if asked.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    Response::new(302)
        .with("Referrer-Policy", "no-referrer")
        .with("Cache-Control", "no-store")
        .with(
            "Location",
            &format!("{}{mark}{parameters}", asked.redirect_uri),
        )
}

/// The request goes on after the sign-in without its `prompt` and `max_age`, which have then been obeyed.
fn show(exchange: &mut Exchange<'_>, idp: &Idp, site: &Site, asked: &Asked) -> Response {
    let kept = asked.query.segments();
    let kept: Vec<&str> = kept
        .filter(|part| !["prompt", "max_age"].contains(&key_of(part)))
        .collect();
    let onward = format!("{}?{}", idp.kind().authorize(), kept.join("&"));
    let hint = asked.query.get("login_hint").unwrap_or_default();
    let prompt = asked.query.get("prompt").unwrap_or_default();
    let session = idp.live_session(exchange);
    // a session that only lacks a consent is asked for that alone
    let session = session.filter(|session| {
        let is_kept = ["", "none", "consent"].contains(&prompt.as_str());
        is_kept && !is_too_old(exchange, &asked.query, session)
    });
    let opening = Opening {
        onward: &onward,
        client: Some(&asked.client.id),
        hint: &hint,
        session: session.map(|session| (session.user, session.proved)),
    };
    if let Some(elsewhere) = broker::leave(exchange, site, &opening) {
        return elsewhere;
    }
    let visit = pages::begin(exchange, site, &opening);
    pages::show(exchange, site, visit)
}

fn bad_request(text: &str) -> Response {
    let mut response = pages::page(
        "We are sorry",
        &format!("<h1>We are sorry…</h1><p>{text}</p>"),
        "",
    );
    response.status = 400;
    response.reason = crate::wire::reason(400);
    response
}
