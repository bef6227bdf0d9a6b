use super::{judge_reply, judged, stop};
use crate::error::Kind::{self, Network, Person, Refused};
use crate::sign_in::fixture::{AUTHN, PASSWORD, answer, app, is_fit, org, secret, words};
use crate::sign_in::flow::FailureScope::{self, Account, App, Password};

fn error(code: &str, rest: &str) -> String {
    format!(
        r#"{{"errorCode":"{code}","errorSummary":"So it is","errorLink":"{code}","errorId":"oaeX1"{rest}}}"#
    )
}

/// Codes that authn can answer: HTTP status, code, kind, a piece of the hint, the scope.
const CODES: [(u16, &str, Kind, &str, FailureScope); 22] = [
    (400, "E0000001", Refused, "", Account),
    (400, "E0000003", Refused, "", Account),
    (400, "E0000018", Refused, "", Account),
    (406, "E0000122", Refused, "", Account),
    (
        401,
        "E0000004",
        Refused,
        "check password in [org.corp]",
        Password,
    ),
    (
        401,
        "E0000207",
        Refused,
        "check password in [org.corp]",
        Password,
    ),
    (401, "E0000011", Refused, "", Account),
    (
        401,
        "E0000064",
        Person,
        "change the password at Okta in a browser",
        Account,
    ),
    (
        403,
        "E0000006",
        Refused,
        "network zone or threat rule",
        Account,
    ),
    (403, "E0000069", Refused, "unlocked", Account),
    (403, "E0000079", Refused, "", Account),
    (403, "E0000085", Refused, "sign-on policy", Account),
    (403, "E0000119", Refused, "unlocked", Account),
    (403, "E0000259", Person, "reset the password", Account),
    (403, "E0000999", Refused, "", Account),
    (405, "E0000022", Refused, "", Account),
    (429, "E0000047", Network, "try again in a minute", Account),
    (429, "E0000999", Network, "", Account),
    (500, "E0000009", Network, "try again", Account),
    (504, "E0000067", Network, "try again", Account),
    (503, "E0000999", Network, "", Account),
    (202, "E0000070", Network, "", Account),
];

#[test]
fn every_error_code_has_oktas_words_its_id_and_the_known_hint() {
    for (status, code, kind, hint, scope) in CODES {
        let stop = stop(status, error(code, r#","errorCauses":[]"#));
        assert_eq!((stop.error.kind, stop.scope), (kind, scope), "{code}");
        assert!(
            stop.error.message.ends_with(&format!("So it is ({code})")),
            "{}",
            stop.error.message
        );
        assert!(
            stop.error
                .causes
                .contains(&"Okta's error id is oaeX1".into()),
            "{code}"
        );
        assert!(stop.error.hints.join(" | ").contains(hint), "{code}");
        assert_eq!(stop.error.hints.is_empty(), hint.is_empty(), "{code}");
    }
}

#[test]
fn a_401_does_not_claim_that_the_password_is_wrong() {
    let stop = stop(401, error("E0000004", ""));
    assert_eq!(
        words(&stop.error),
        "Okta refused the password of ada@corp.example: So it is (E0000004) | \
         Okta says the same for a wrong password, a locked or deactivated account and a policy | \
         Okta's error id is oaeX1 | check password in [org.corp] | \
         see whether ada@corp.example can sign in at https://corp.okta.com"
    );
    assert_eq!(stop.error.kind.exit_code(), 5);
}

#[test]
fn the_causes_are_told_up_to_three() {
    let causes = r#","errorCauses":[{"errorSummary":"login: one"},{"errorSummary":""},{},{"errorSummary":"two","reason":1},
        {"errorSummary":"three"},{"errorSummary":"four"}]"#;
    assert_eq!(
        stop(400, error("E0000001", causes)).error.message,
        "Okta refused the sign-in (400): So it is (E0000001); login: one; two; three"
    );
}

#[test]
fn an_error_with_nothing_but_a_code_is_an_error() {
    let stop = stop(403, r#"{"errorCode":"E0000006"}"#);
    assert_eq!(stop.error.kind, Refused);
    assert!(stop.error.causes.is_empty());
    assert!(stop.error.message.ends_with(" (E0000006)"));
}

#[test]
fn an_answer_without_oktas_json_is_a_network_error() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!(r#"{{"status":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    for body in [
        "",
        " ",
        "null",
        "true",
        "7",
        "\"SUCCESS\"",
        "[]",
        "{}",
        "{",
        r#"{"status""#,
        r#"{"status":"SUCC"#,
        r#"{"status":"SUCCESS","sessionToken":"x""#,
        r#"{"status":null}"#,
        r#"{"status":7}"#,
        r#"{"errorCode":""}"#,
        r#"{"errorCode":7}"#,
        "<html><body>502 Bad Gateway</body></html>",
        "\u{feff}{}",
        "\u{0}\u{0}",
        &deep,
        &nested,
    ] {
        for status in [200, 204, 400, 401, 403, 500, 502, 503] {
            let stop = stop(status, body);
            let start = &body[..body.len().min(40)];
            assert_eq!(
                (stop.error.kind, stop.scope),
                (Network, App),
                "{status} {start}"
            );
            assert_eq!(
                stop.error.message,
                format!("corp.okta.com answers {status} without Okta's JSON"),
                "{start}"
            );
        }
    }
    assert_eq!(stop(200, b"{\"status\":\"SUCC\xff\xfe").error.kind, Network);
}

#[test]
fn a_redirect_in_place_of_json_says_where_to_without_its_query() {
    let headers = [("location", "https://proxy.example/login?u=SECRET#x")];
    let stop = judge_reply(&answer(AUTHN, 302, &headers, "")).expect_err("no token");
    assert!(is_fit(&stop.error));
    assert_eq!(
        words(&stop.error),
        "corp.okta.com answers 302 without Okta's JSON | it sends to https://proxy.example/login | \
         look for what answers in Okta's place: a proxy, or a network's sign-in page"
    );
}

#[test]
fn a_password_that_the_server_echoes_is_not_shown() {
    let quoted = serde_json::to_string(PASSWORD).expect("JSON");
    let quoted = quoted.trim_matches('"');
    for (status, body) in [
        (
            401,
            format!(
                r#"{{"errorCode":"E0000004","errorSummary":"no {quoted} here","errorId":"{quoted}"}}"#
            ),
        ),
        (
            403,
            format!(r#"{{"errorCode":"{quoted}","errorCauses":[{{"errorSummary":"{quoted}"}}]}}"#),
        ),
        (200, format!(r#"{{"status":"{quoted}"}}"#)),
    ] {
        let text = words(&stop(status, body).error);
        assert!(!text.contains("hunter2") && text.contains('…'), "{text}");
    }
}

#[test]
fn a_password_of_quotes_that_is_echoed_leaves_the_refusal_readable() {
    let (app, password) = (app(), "\"hunter2\"");
    let body = serde_json::json!({ "errorCode": "E0000004", "errorSummary": format!("no {password} here") });
    let reply = answer(AUTHN, 401, &[], body.to_string());
    let stop = judged(org(&app), &secret(password), &reply).expect_err("a refusal");
    assert_eq!(stop.scope, Password);
    assert!(
        stop.error.message.ends_with("no … here (E0000004)"),
        "{}",
        stop.error.message
    );
}

#[test]
fn a_refused_password_is_known_as_one_whatever_the_other_members_are() {
    for rest in [
        r#""errorCauses":null"#,
        r#""errorId":null,"errorSummary":null"#,
        r#""errorCauses":[{"errorSummary":null}, 7, "x"]"#,
        r#""errorCauses":{},"errorSummary":["no"]"#,
    ] {
        let stop = stop(401, format!(r#"{{"errorCode":"E0000004",{rest}}}"#));
        assert_eq!((stop.error.kind, stop.scope), (Refused, Password), "{rest}");
    }
}

#[test]
fn an_echoed_password_is_blotted_out_however_its_json_spells_it() {
    for spelling in [
        r"hunter\/2secret",
        r"\u0068unter\/2secret",
        "hunter/2secret",
    ] {
        let body = format!(r#"{{"errorCode":"E0000004","errorSummary":"no {spelling}"}}"#);
        let reply = answer(AUTHN, 401, &[], body);
        let app = app();
        let stop = judged(org(&app), &secret("hunter/2secret"), &reply).expect_err("a refusal");
        assert_eq!(
            (words(&stop.error).contains("2secret"), stop.scope),
            (false, Password),
            "{spelling}"
        );
    }
}
