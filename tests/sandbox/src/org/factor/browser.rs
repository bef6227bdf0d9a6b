//! Factors that only a browser can prove: Duo's frame, and other identity providers. Their answers have the recorded
//! shapes, and nothing that a program sends completes them.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
use crate::org::factor::Attempt;
use crate::org::transaction::{self, Challenge, Stage, link, link_to};
use crate::wire::Response;

/// Duo is waited for by polls, which go on being told to wait.
pub(crate) fn wait(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    if attempt.challenge.is_some() {
        let user = attempt.user.clone();
        exchange.record(Event::Polled { user });
        return transaction::shown(exchange, &attempt.token);
    }
    let challenge = Challenge {
        frame: true,
        ..attempt.started()
    };
    transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge))
}

/// Puts what a browser would need into an answer.
pub(crate) fn show(exchange: &Exchange<'_>, factor: &Factor, token: &str, body: &mut Value) {
    match factor.kind {
        FactorKind::Duo => {
            let complete = format!("/factors/{}/lifecycle/duoCallback", factor.id);
            let verification = json!({
                "host": "api-sandbox.duosecurity.com",
                "signature": "TX|c2FuZGJveA==|1f2e:APP|c2FuZGJveA==|3d4c",
                "factorResult": "WAITING",
                "_links": {
                    "complete": link(exchange, "complete", &complete),
                    "script": { "href": exchange.link("/js/sections/duo/Duo-Web-v2.js"), "type": "text/javascript" },
                },
            });
            body["factorResult"] = json!("WAITING");
            body["_embedded"]["factor"]["_embedded"] = json!({ "verification": verification });
        }
        FactorKind::ClaimsProvider | FactorKind::Saml | FactorKind::Oidc => {
            let href = format!("/sso/idps/{}?stateToken={token}", factor.id);
            let href = exchange.link(&href);
            body["_links"]["next"] = link_to(exchange, "redirect", &href, "GET");
        }
        _ => {}
    }
}
