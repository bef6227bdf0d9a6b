//! Okta Verify on the same machine: the shapes of its challenges, to which nothing here ever answers.

use serde_json::{Value, json};

use crate::engine::DeviceProof;
use crate::org::Exchange;
use crate::org::identity::offer::{Does, Offer, Place};
use crate::org::identity::shown::{Shown, beside};
use crate::org::identity::transaction::Challenge;

/// Why a client may give up.
pub(crate) const REASONS: [&str; 3] = [
    "OV_UNREACHABLE_BY_LOOPBACK",
    "OV_RETURNED_ERROR",
    "USER_CANCELED",
];

fn cancel(place: Place) -> Offer {
    Offer::new(
        "cancel-polling",
        "authenticators/poll/cancel",
        Does::CancelPolling,
    )
    .at(place)
}

/// The silent question before the name.
pub(crate) fn probe(exchange: &Exchange<'_>, proof: DeviceProof) -> Shown {
    let refresh = exchange.identity().refresh;
    let poll =
        Offer::new("device-challenge-poll", "authenticators/poll", Does::Poll).every(refresh);
    let challenge = json!({ "type": "object", "value": challenge(exchange, proof) });
    Shown {
        offers: vec![poll, cancel(Place::DeviceChallenge)],
        members: vec![("authenticatorChallenge", challenge)],
        ..Shown::default()
    }
}

/// The extension of Apple's systems reads the header of this answer.
pub(crate) fn apple() -> Shown {
    const TAIL: &str = "authenticators/sso_extension/transactions/verify";
    const CANCEL: &str = "authenticators/sso_extension/transactions/verify/cancel";
    Shown {
        status: 401,
        offers: vec![
            Offer::person("device-apple-sso-extension", TAIL),
            Offer::new("cancel-transaction", CANCEL, Does::CancelExtension),
        ],
        ..Shown::default()
    }
}

/// As an authenticator that was chosen.
pub(crate) fn show(exchange: &Exchange<'_>, chosen: &Challenge, proof: DeviceProof) -> Shown {
    let refresh = exchange.identity().refresh;
    let poll = Offer::new("challenge-poll", "authenticators/poll", Does::Poll).every(refresh);
    let mut shown = beside(exchange, chosen, poll);
    if let Some(current) = &mut shown.current {
        let challenge = json!({ "type": "object", "value": challenge(exchange, proof) });
        current["contextualData"] = json!({ "challenge": challenge });
    }
    shown.offers.push(cancel(Place::Current));
    shown
}

fn challenge(exchange: &Exchange<'_>, proof: DeviceProof) -> Value {
    let request = "eyJraWQiOiJzYW5kYm94IiwidHlwIjoib2t0YS1kZXZpY2ViaW5kK2p3dCJ9.e30.c2FuZGJveA";
    match proof {
        DeviceProof::Loopback => json!({
            "challengeMethod": "LOOPBACK",
            "challengeRequest": request,
            "domain": "http://localhost",
            "httpsDomain": "https://sandbox.authenticatorlocalprod.com",
            "ports": exchange.world.loopback,
            "probeTimeoutMillis": 100,
        }),
        DeviceProof::CustomUri => json!({
            "challengeMethod": "CUSTOM_URI",
            "href": format!("com-okta-authenticator:/deviceChallenge?challengeRequest={request}"),
            "downloadHref": "https://apps.apple.com/app/okta-verify/id490179405",
        }),
        DeviceProof::UniversalLink => json!({
            "challengeMethod": "UNIVERSAL_LINK",
            "href": exchange.link(&format!("/auth/okta-verify?challengeRequest={request}")),
        }),
    }
}
