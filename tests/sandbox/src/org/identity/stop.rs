//! Steps at which a program has to stop, each in the shape that recordings have.

use serde_json::json;

use crate::engine::Stop;
use crate::org::Exchange;
use crate::org::identity::note::{self, Note};
use crate::org::identity::offer::Offer;
use crate::org::identity::shown::Shown;
use crate::org::identity::transaction::Transaction;

/// Returns the content of a stop.
pub(crate) fn show(exchange: &Exchange<'_>, transaction: &Transaction, stop: &Stop) -> Shown {
    let password = json!({ "key": "okta_password", "type": "password", "displayName": "Password" });
    let denied = matches!(
        stop,
        Stop::Denied | Stop::DeniedWithWay | Stop::DeviceAssurance
    );
    let expired = matches!(stop, Stop::PasswordExpired | Stop::OtherPasswordExpired);
    let mut shown = Shown {
        status: if denied { 403 } else { 200 },
        offers: offer(exchange, transaction, stop).into_iter().collect(),
        notes: notes(stop),
        current: expired.then_some(password),
        ..Shown::default()
    };
    if *stop == Stop::DeniedWithWay {
        let path = format!("/login/token/redirect?stateToken={}", transaction.token);
        let way = json!({ "name": "success-redirect", "href": exchange.link(&path) });
        shown.members.push(("success", way));
    }
    shown
}

fn notes(stop: &Stop) -> Vec<Note> {
    match stop {
        Stop::Denied => vec![note::denied()],
        Stop::DeniedWithWay => vec![note::denied_in_own_words()],
        Stop::Failure => vec![note::not_assigned()],
        Stop::DeviceAssurance => {
            const KEY: &str = "idx.error.code.access_denied.device_assurance.remediation.title";
            let text = "Your device doesn't meet the security requirements.";
            let note = Note::error(KEY, text);
            vec![note.linked("Help", "https://help.corp.example/device")]
        }
        Stop::Terminal { key, class, text } => {
            let note = Note::any(class, key.as_deref(), text);
            vec![note.linked("Sign-in help", "https://help.corp.example/sign-in")]
        }
        Stop::TwoMessages => {
            let cancelled = Note::info("idx.operation.cancelled.by.user", "It was cancelled.");
            vec![cancelled, note::denied()]
        }
        _ => Vec::new(),
    }
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
