//! Steps at which a program has to stop, each in the shape that recordings have.

use serde_json::json;

use crate::engine::Stop;
use crate::org::Exchange;
use crate::org::identity::note::{self, Note};
use crate::org::identity::offer::Offer;
use crate::org::identity::shown::Shown;
use crate::org::identity::transaction::Transaction;

/// What a stop shows.
pub(crate) fn show(exchange: &Exchange<'_>, transaction: &Transaction, stop: &Stop) -> Shown {
    let mut shown = Shown::default();
    if let Some(offer) = offer(exchange, transaction, stop) {
        shown.offers.push(offer);
    }
    match stop {
        Stop::Denied => {
            shown.status = 403;
            shown.notes.push(note::denied());
        }
        Stop::DeniedWithWay => {
            shown.status = 403;
            shown.notes.push(note::denied_in_own_words());
            let href = exchange.link(&format!(
                "/login/token/redirect?stateToken={}",
                transaction.token
            ));
            let way = json!({ "name": "success-redirect", "href": href });
            shown.members.push(("success", way));
        }
        Stop::Failure => shown.notes.push(note::not_assigned()),
        Stop::DeviceAssurance => {
            const KEY: &str = "idx.error.code.access_denied.device_assurance.remediation.title";
            shown.status = 403;
            let text = "Your device doesn't meet the security requirements.";
            let note = Note::error(KEY, text).linked("Help", "https://help.corp.example/device");
            shown.notes.push(note);
        }
        Stop::Terminal { key, class, text } => {
            let note = Note::any(class, key.as_deref(), text);
            shown
                .notes
                .push(note.linked("Sign-in help", "https://help.corp.example/sign-in"));
        }
        Stop::TwoMessages => {
            shown.notes.push(Note::info(
                "idx.operation.cancelled.by.user",
                "It was cancelled.",
            ));
            shown.notes.push(note::denied());
        }
        Stop::PasswordExpired | Stop::OtherPasswordExpired => {
            shown.current = Some(
                json!({ "key": "okta_password", "type": "password", "displayName": "Password" }),
            );
        }
        _ => {}
    }
    shown
}

fn offer(exchange: &Exchange<'_>, transaction: &Transaction, stop: &Stop) -> Option<Offer> {
    let link = |path: &str| exchange.link(&format!("{path}?stateToken={}", transaction.token));
    Some(match stop {
        Stop::RedirectIdp => Offer::visit("redirect-idp", &link("/sso/idps/0oaanother0IDP")),
        Stop::PivIdp => Offer::visit("piv-idp", &link("/sso/idps/0oapiv0IDP")),
        Stop::RedirectIdVerify => Offer::visit("redirect-idverify", &link("/sso/idps/0oaidv0IDP")),
        Stop::PasswordExpired => Offer::person("reenroll-authenticator", "challenge/answer"),
        Stop::OtherPasswordExpired => {
            Offer::person("reenroll-custom-password-expiry", "challenge/answer")
        }
        Stop::PasswordReset => Offer::person("reset-authenticator", "challenge/answer"),
        Stop::Enrol => Offer::person("select-authenticator-enroll", "credential/enroll"),
        Stop::Profile => Offer::person("enroll-profile", "enroll/new"),
        Stop::Consent => Offer::person("consent", "consent"),
        Stop::AdminConsent => Offer::person("admin-consent", "consent"),
        Stop::Unknown(name) => Offer::person(name, "frobnicate"),
        Stop::Failure => Offer::visit("failure-redirect", &link("/login/token/failure")),
        Stop::Denied
        | Stop::DeniedWithWay
        | Stop::DeviceAssurance
        | Stop::Terminal { .. }
        | Stop::TwoMessages => return None,
    })
}
