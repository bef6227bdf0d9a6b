//! Okta's pages for people, and the document that tells which engine an org runs on.

use serde_json::json;

use crate::org::Exchange;
use crate::org::error::json_response;
use crate::org::people;
use crate::pages::{Shown, guarded};
use crate::random;
use crate::wire::Response;

const HTML: &str = "text/html;charset=utf-8";

/// `/.well-known/okta-organization`, which is public and not counted.
pub(crate) fn organization(exchange: &Exchange<'_>) -> Response {
    let pipeline = match exchange.identity_engine() {
        false => "v1",
        true => "idx",
    };
    let body = json!({
        "id": "00o1sandbox0ORGANIZAT",
        "cell": "ok1",
        "pipeline": pipeline,
        "settings": { "analyticsCollectionEnabled": false, "bugReportingEnabled": false },
        "_links": { "organization": { "href": exchange.link("") } },
    });
    json_response(200, &body)
}

/// Classic's sign-in page, with its state token empty and its target escaped for a script.
pub(crate) fn login(exchange: &mut Exchange<'_>) -> Response {
    let query = exchange.request.query.clone().unwrap_or_default();
    let target = crate::query::Query::new(&query)
        .get("fromURI")
        .unwrap_or_default();
    let escaped = target.replace('/', "\\x2F").replace(['<', '>', '\''], "");
    let script = format!("var stateToken = ''; var fromUri = '{escaped}';");
    match people::login_form(exchange, &target) {
        Ok(form) => shown(&script, &form),
        Err(elsewhere) => elsewhere,
    }
}

/// The Identity Engine's sign-in page. Its token belongs to another protocol: `/api/v1/authn` refuses it.
pub(crate) fn sign_in() -> Response {
    let form = Shown {
        form: "<form id=\"sign-in\"></form>".to_owned(),
        script: String::new(),
    };
    sign_in_with(&form)
}

/// The same with a form that works.
pub(crate) fn sign_in_with(form: &Shown) -> Response {
    let script = format!("var stateToken = '02.id.{}';", random::word("", 40));
    shown(&script, form)
}

fn shown(script: &str, form: &Shown) -> Response {
    let nonce = random::word("", 16);
    let body = document("Sign In", script, form, &nonce);
    guarded(Response::new(200), &nonce).with_body(HTML, body)
}

/// The error page that is shown where there is no redirect URI to trust.
pub(crate) fn bad_request(text: &str) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>400 Bad Request</title></head><body><h1>400</h1><p>Your request resulted in an error. {text}</p></body></html>\n"
    );
    Response::new(400).with_body(HTML, body)
}

pub(crate) fn home() -> Response {
    Response::new(302).with("Location", "/login/login.htm?fromURI=%2Fapp%2FUserHome")
}

fn document(title: &str, script: &str, form: &Shown, nonce: &str) -> String {
    let Shown { form, script: own } = form;
    format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title><script nonce=\"{nonce}\">{script}</script></head>\
         <body>{form}<script nonce=\"{nonce}\">{own}</script></body></html>\n"
    )
}
