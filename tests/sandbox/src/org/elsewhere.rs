//! Statuses that a program cannot deal with, or that do not come of a password: each in the shape that recordings have.

use serde_json::{Value, json};

use crate::org::Exchange;
use crate::org::transaction::{link, link_to};
use crate::setup::UserState;

/// Fills in what the status of a state has beside what all statuses have.
pub(crate) fn fill(exchange: &Exchange<'_>, state: &UserState, body: &mut Value) {
    let next = |name: &str, path: &str| link(exchange, name, path);
    match state {
        UserState::MfaEnrollActivate => activate(exchange, body),
        UserState::Recovery => {
            body["recoveryType"] = json!("PASSWORD");
            body["_embedded"]["user"]["recovery_question"] =
                json!({ "question": "Who's a major player in the cowboy scene?" });
            body["_links"]["next"] = next("answer", "/recovery/answer");
        }
        UserState::RecoveryChallenge => {
            *body = json!({
                "status": "RECOVERY_CHALLENGE",
                "factorResult": "WAITING",
                "factorType": "EMAIL",
                "recoveryType": "PASSWORD",
            });
        }
        UserState::Unauthenticated => {
            body["_embedded"] = json!({});
            body["_links"]["next"] = next("authenticate", "");
        }
        UserState::Polling { refresh, .. } => {
            let profile = json!({ "refresh": refresh });
            body["_embedded"]["transaction"] = json!({ "id": "poll", "profile": profile });
            body["_links"]["next"] = next("poll", "/poll");
        }
        UserState::ConsentRequired => consent(exchange, "consent", "/consent", body),
        UserState::AdminConsentRequired => {
            consent(exchange, "admin-consent", "/admin-consent", body);
        }
        UserState::ProfileRequired => {
            body["_embedded"]["policy"] = json!({ "registration": { "profile": [{ "name": "mobilePhone", "required": true }] } });
            body["_links"]["next"] = next("enrollProfile", "/profile");
        }
        UserState::DeviceActivate => {
            body["_embedded"] = json!({});
            body["_links"]["next"] = next("deviceActivate", "/device/activate");
        }
        _ => {}
    }
}

/// A code to be scanned with a phone that is not enrolled yet.
fn activate(exchange: &Exchange<'_>, body: &mut Value) {
    let image = exchange.link("/assets/img/qr.png");
    body["factorResult"] = json!("WAITING");
    body["_embedded"]["factor"] = json!({
        "id": "opfNEW",
        "factorType": "push",
        "provider": "OKTA",
        "vendorName": "OKTA",
        "_embedded": { "activation": {
            "expiresAt": body["expiresAt"].clone(),
            "factorResult": "WAITING",
            "_links": { "qrcode": { "href": image, "type": "image/png" }, "send": [] },
        } },
    });
    body["_links"]["next"] = link(exchange, "poll", "/factors/opfNEW/lifecycle/activate/poll");
    body["_links"]["prev"] = link(exchange, "prev", "/previous");
}

fn consent(exchange: &Exchange<'_>, name: &str, path: &str, body: &mut Value) {
    body["_embedded"]["target"] =
        json!({ "type": "APP", "name": "_oidc_client", "label": "Grafana" });
    body["_embedded"]["scopes"] =
        json!([{ "name": "email", "displayName": "email", "description": "view your email" }]);
    body["_links"]["next"] = link(exchange, name, path);
}

/// The next step of a password that is kept by another system.
pub(crate) fn other_password_system(exchange: &Exchange<'_>) -> Value {
    let href = "https://password.corp.example/change?from=okta";
    let mut link = link_to(exchange, "changePassword", href, "GET");
    link["title"] = json!("Corp Password System");
    link
}
