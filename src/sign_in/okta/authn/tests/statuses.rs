use super::{judge, stop};
use crate::error::Kind;
use crate::sign_in::Blame;
use crate::sign_in::fixture::words;

const BROWSER: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser";
const POLICY: &str = "ask the admins of corp.okta.com for a sign-on policy that asks this account for its password alone";
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
        "Okta asks ada@corp.example for a second factor (MFA_REQUIRED): it names none",
        POLICY,
    ),
    (
        "MFA_CHALLENGE",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor (MFA_CHALLENGE): it names none",
        POLICY,
    ),
    (
        "FACTOR_REQUIRED",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor (FACTOR_REQUIRED): it names none",
        POLICY,
    ),
    (
        "FACTOR_CHALLENGE",
        Kind::Person,
        "Okta asks ada@corp.example for a second factor (FACTOR_CHALLENGE): it names none",
        POLICY,
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
        "Okta warns that the password expires soon (PASSWORD_WARN)",
        BROWSER,
    ),
    (
        "PASSWORD_EXPIRED",
        Kind::Person,
        "Okta says that the password has expired (PASSWORD_EXPIRED)",
        BROWSER,
    ),
    (
        "PASSWORD_RESET",
        Kind::Person,
        "Okta wants the password to be reset (PASSWORD_RESET)",
        BROWSER,
    ),
    (
        "RECOVERY",
        Kind::Person,
        "Okta wants something that only a browser can do (RECOVERY)",
        BROWSER,
    ),
    (
        "RECOVERY_CHALLENGE",
        Kind::Person,
        "Okta wants something that only a browser can do (RECOVERY_CHALLENGE)",
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
        "Okta wants something that only a browser can do (UNAUTHENTICATED)",
        BROWSER,
    ),
    (
        "POLL",
        Kind::Person,
        "Okta wants something that only a browser can do (POLL)",
        BROWSER,
    ),
    (
        "CONSENT_REQUIRED",
        Kind::Person,
        "Okta wants something that only a browser can do (CONSENT_REQUIRED)",
        BROWSER,
    ),
    (
        "ADMIN_CONSENT_REQUIRED",
        Kind::Person,
        "Okta wants something that only a browser can do (ADMIN_CONSENT_REQUIRED)",
        BROWSER,
    ),
    (
        "PROFILE_REQUIRED",
        Kind::Person,
        "Okta wants something that only a browser can do (PROFILE_REQUIRED)",
        BROWSER,
    ),
    (
        "DEVICE_ACTIVATE",
        Kind::Person,
        "Okta wants something that only a browser can do (DEVICE_ACTIVATE)",
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
        assert_eq!(stop.blame, Blame::Account, "{status}");
    }
}

#[test]
fn the_exit_codes_are_3_for_a_person_5_for_a_lock_and_6_for_an_unknown_word() {
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
