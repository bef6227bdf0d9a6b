//! How the outcome of an authorize request reaches the client.

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::asked::{Asked, Outcome, Refusal};
use crate::org::{page, people};
use crate::query::{decode_form, encode, encode_form};
use crate::setup::{NoSession, Pipeline};
use crate::wire::Response;

pub(crate) fn deliver(exchange: &mut Exchange<'_>, asked: &Asked, outcome: Outcome) -> Response {
    let state = encode(&asked.query.get("state").unwrap_or_default());
    match outcome {
        Outcome::Code { user } => {
            let code = exchange.issue_code(&user, asked);
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
    if exchange.speaks_idx() {
        let prompt = asked.query.get("prompt").unwrap_or_default();
        let session = exchange.live_session().filter(|_| prompt != "login");
        return super::identity::sign_in_page(exchange, asked, session.as_ref());
    }
    let way = exchange.world.setup.variants.no_session;
    let way = way.unwrap_or(match exchange.world.setup.pipeline {
        Pipeline::Classic => NoSession::LoginRedirect,
        Pipeline::Identity => NoSession::Page,
    });
    if way == NoSession::Page {
        return match people::form(exchange, asked, None) {
            Ok(form) => page::sign_in_with(&form),
            Err(elsewhere) => elsewhere,
        };
    }
    let target = encode(&exchange.keep_waiting(asked));
    let location = exchange.link(&format!("/login/login.htm?fromURI={target}"));
    Response::new(302)
        .with("Referrer-Policy", "no-referrer")
        .with("Location", &location)
}
