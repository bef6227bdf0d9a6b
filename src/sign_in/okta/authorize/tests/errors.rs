use super::{back_with, refusal, wanted};
use crate::error::Kind::{self, Network, Person, Refused};
use crate::sign_in::okta::authorize::is_about_policy;

const STATE: &str = "state=a%2Bb%2Fc%3D%3D";

fn with_error(error: &str, description: &str) -> String {
    format!("?{STATE}&error={error}&error_description={description}")
}

#[test]
fn all_four_login_required_texts_require_a_login() {
    for text in [
        "The client specified not to prompt, but the user is not logged in.",
        "The client specified not to prompt, but the client app requires re-authentication or MFA.",
        "no_existing_session",
        "request_expired",
    ] {
        let query = with_error(
            "login_required",
            &text.replace(' ', "+").replace(',', "%2C"),
        );
        assert_eq!(
            wanted(back_with(&query)),
            format!("{text} (login_required)")
        );
    }
    for query in [
        "?error=login_required".to_owned(),
        with_error("login_required", ""),
        with_error("login_required", "%20%0a+"),
    ] {
        assert_eq!(wanted(back_with(&query)), "login_required");
    }
}

/// Every error that Okta hands back to a callback: its kind, and whether there is something to do.
const ERRORS: [(&str, Kind, bool); 15] = [
    ("consent_required", Person, true),
    ("access_denied", Refused, true),
    ("interaction_required", Refused, false),
    ("invalid_client", Refused, false),
    ("invalid_request", Refused, false),
    ("invalid_scope", Refused, false),
    ("invalid_grant", Refused, false),
    ("unauthorized_client", Refused, false),
    ("unsupported_response_type", Refused, false),
    ("unsupported_response_mode", Refused, false),
    ("unmet_authentication_requirements", Refused, false),
    ("account_selection_required", Refused, false),
    ("temporarily_unavailable", Network, false),
    ("server_error", Network, false),
    ("brand_new", Network, false),
];

#[test]
fn every_other_error_stops_in_oktas_words() {
    for (word, kind, hinted) in ERRORS {
        let error = refusal(back_with(&with_error(word, "Not+1%2B1%3D3+for+%22you%22.")));
        assert_eq!(error.kind, kind, "{word}");
        assert_eq!(
            error.message,
            format!("Okta: Not 1+1=3 for \"you\". ({word})")
        );
        assert_eq!(!error.hints.is_empty(), hinted, "{word}");
        assert_eq!(!error.causes.is_empty(), word == "brand_new", "{word}");
        let bare = refusal(back_with(&format!("?error={word}&{STATE}")));
        assert_eq!((bare.kind, bare.message), (kind, format!("Okta: {word}")));
    }
}

#[test]
fn the_hints_name_the_app() {
    assert_eq!(
        refusal(back_with("?error=consent_required")).hints,
        ["open https://wiki.corp.example once in a browser and give the consent"]
    );
    assert_eq!(
        refusal(back_with("?error=access_denied")).hints,
        ["ask whether this account is assigned to wiki"]
    );
}

#[test]
fn an_error_beside_a_code_is_an_error() {
    let error = refusal(back_with(&format!(
        "?code=c0de&{STATE}&error=access_denied"
    )));
    assert_eq!(error.kind, Refused);
}

#[test]
fn an_error_without_a_word_is_one_that_is_not_known() {
    let error = refusal(back_with(&format!("?error=&{STATE}&code=c0de")));
    assert_eq!(error.kind, Network);
    let error = refusal(back_with(&with_error(
        "%1b%5B2J",
        "%1b%5B31mred%0D%0Ax%E2%80%AE",
    )));
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Network, "Okta: [31mred x ([2J)")
    );
}

#[test]
fn only_the_login_required_text_about_the_app_keeps_the_session() {
    for (text, about_policy) in [
        (
            "The client specified not to prompt, but the user is not logged in.",
            false,
        ),
        (
            "The client specified not to prompt, but the client app requires re-authentication or MFA.",
            true,
        ),
        ("no_existing_session", false),
        ("request_expired", false),
    ] {
        let words = wanted(back_with(&with_error(
            "login_required",
            &text.replace(' ', "+"),
        )));
        assert_eq!(is_about_policy(&words), about_policy, "{text}");
    }
}

/// The texts that access_denied comes with.
const DENIED: [&str; 4] = [
    "User is not assigned to the client application.",
    "Policy evaluation failed for this request, please check the policy configurations.",
    "The resource owner or authorization server denied the request.",
    "MFA is required but no factor is configured.",
];

#[test]
fn access_denied_is_always_a_refusal_and_never_a_required_login() {
    for text in DENIED {
        let error = refusal(back_with(&with_error(
            "access_denied",
            &text.replace(' ', "+"),
        )));
        assert_eq!((error.kind, error.kind.exit_code()), (Refused, 5));
        assert_eq!(error.message, format!("Okta: {text} (access_denied)"));
    }
}
