use super::{judge, stop};
use crate::error::Kind;
use crate::sign_in::fixture::words;
use crate::sign_in::flow::FailureScope;

const BROWSER: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser";
const ENROL: &str = "set up another factor at https://corp.okta.com in a browser: Okta Verify, or any app for time-based codes";
const EXPIRED: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser\
    or change it at a terminal: credential login corp";
const RESET: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser\
    or set a new one at a terminal: credential login corp";
const UNLOCK: &str = "unlock the account at https://corp.okta.com or ask its admins";

/// Every status of a transaction without a session token: its kind, the words of the message, the hint.
const STATUSES: [(&str, Kind, &str, &str); 23] = [
    (
        "SUCCESS",
        Kind::Person,
        "Okta wants to go on in a browser after the password (SUCCESS)",
        BROWSER,
    ),
    (
        "MFA_REQUIRED",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor and names none (MFA_REQUIRED)",
        ENROL,
    ),
    (
        "MFA_CHALLENGE",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor and names none (MFA_CHALLENGE)",
        ENROL,
    ),
    (
        "FACTOR_REQUIRED",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor and names none (FACTOR_REQUIRED)",
        ENROL,
    ),
    (
        "FACTOR_CHALLENGE",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor and names none (FACTOR_CHALLENGE)",
        ENROL,
    ),
    (
        "MFA_ENROLL",
        Kind::Person,
        "Okta wants a second factor to be enrolled (MFA_ENROLL)",
        BROWSER,
    ),
    (
        "MFA_ENROLL_ACTIVATE",
        Kind::Person,
        "Okta wants a second factor to be enrolled (MFA_ENROLL_ACTIVATE)",
        BROWSER,
    ),
    (
        "FACTOR_ENROLL",
        Kind::Person,
        "Okta wants a second factor to be enrolled (FACTOR_ENROLL)",
        BROWSER,
    ),
    (
        "FACTOR_ENROLL_ACTIVATE",
        Kind::Person,
        "Okta wants a second factor to be enrolled (FACTOR_ENROLL_ACTIVATE)",
        BROWSER,
    ),
    (
        "PASSWORD_WARN",
        Kind::Person,
        "Okta says that the password expires soon (PASSWORD_WARN)",
        BROWSER,
    ),
    (
        "PASSWORD_EXPIRED",
        Kind::Person,
        "Okta says that the password has expired (PASSWORD_EXPIRED)",
        EXPIRED,
    ),
    (
        "PASSWORD_RESET",
        Kind::Person,
        "Okta wants the password to be reset (PASSWORD_RESET)",
        RESET,
    ),
    (
        "RECOVERY",
        Kind::Person,
        "Okta is in the midst of a recovery of the account (RECOVERY)",
        BROWSER,
    ),
    (
        "RECOVERY_CHALLENGE",
        Kind::Person,
        "Okta is in the midst of a recovery of the account (RECOVERY_CHALLENGE)",
        BROWSER,
    ),
    (
        "LOCKED_OUT",
        Kind::Refused,
        "Okta says that ada@corp.example is locked out (LOCKED_OUT)",
        UNLOCK,
    ),
    (
        "UNAUTHENTICATED",
        Kind::Person,
        "Okta wants another way to sign in than the password (UNAUTHENTICATED)",
        BROWSER,
    ),
    (
        "POLL",
        Kind::Person,
        "Okta waits for a directory and does not say where to ask again (POLL)",
        BROWSER,
    ),
    (
        "CONSENT_REQUIRED",
        Kind::Person,
        "Okta wants a consent (CONSENT_REQUIRED)",
        BROWSER,
    ),
    (
        "ADMIN_CONSENT_REQUIRED",
        Kind::Person,
        "Okta wants a consent (ADMIN_CONSENT_REQUIRED)",
        BROWSER,
    ),
    (
        "PROFILE_REQUIRED",
        Kind::Person,
        "Okta wants the account's profile to be completed (PROFILE_REQUIRED)",
        BROWSER,
    ),
    (
        "DEVICE_ACTIVATE",
        Kind::Person,
        "Okta wants a device to be activated (DEVICE_ACTIVATE)",
        BROWSER,
    ),
    (
        "SOMETHING_NEW",
        Kind::Network,
        "corp.okta.com answers the sign-in with an unknown status: SOMETHING_NEW",
        "",
    ),
    (
        "success",
        Kind::Network,
        "corp.okta.com answers the sign-in with an unknown status: success",
        "",
    ),
];

#[test]
fn a_session_token_is_taken_only_from_success() {
    let token = |status| {
        judge(
            200,
            format!(r#"{{"status":"{status}","sessionToken":"20111tok"}}"#),
        )
    };
    assert_eq!(token("SUCCESS").expect("a token").expose(), "20111tok");
    for (status, kind, ..) in STATUSES.iter().skip(1) {
        let stop = token(status).expect_err("only SUCCESS has a token");
        assert_eq!(stop.error.kind, *kind, "{status}");
        assert!(!words(&stop.error).contains("20111tok"), "{status}");
    }
}

#[test]
fn every_status_without_a_token_says_what_it_asks_of_whom() {
    for (status, kind, message, hint) in STATUSES {
        let stop = stop(200, format!(r#"{{"status":"{status}"}}"#));
        assert_eq!(
            (stop.error.kind, stop.error.message.as_str()),
            (kind, message)
        );
        assert_eq!(stop.error.hints.concat(), hint, "{status}");
        assert_eq!(stop.scope, FailureScope::Account, "{status}");
    }
}

#[test]
fn exit_codes_are_3_for_a_person_5_for_a_lock_6_for_an_unknown_word() {
    for (status, code) in [
        ("MFA_REQUIRED", 3),
        ("MFA_ENROLL", 3),
        ("PASSWORD_EXPIRED", 3),
        ("PASSWORD_RESET", 3),
        ("LOCKED_OUT", 5),
        ("NEW", 6),
    ] {
        assert_eq!(
            stop(200, format!(r#"{{"status":"{status}"}}"#))
                .error
                .kind
                .exit_code(),
            code,
            "{status}"
        );
    }
}

#[test]
fn a_success_without_a_token_goes_on_in_a_browser() {
    for body in [
        r#"{"status":"SUCCESS","sessionToken":null}"#,
        r#"{"status":"SUCCESS","sessionToken":""}"#,
        r#"{"stateToken":"00s","type":"SESSION_STEP_UP","status":"SUCCESS","_embedded":{"user":{"id":"u","profile":{}}},
            "_links":{"next":{"name":"original","href":"https://corp.okta.com/login/step-up/redirect?stateToken=00s"}}}"#,
    ] {
        let stop = stop(200, body);
        assert_eq!(stop.error.kind, Kind::Person);
        assert!(!words(&stop.error).contains("00s"));
    }
}
