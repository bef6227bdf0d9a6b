use proptest::prelude::*;

use super::judged;
use crate::sign_in::fixture::{AUTHN, answer, app, is_fit, org, secret, words};

/// Bodies from plain noise to nearly correct ones.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        (any::<String>(), any::<String>()).prop_map(|(status, kind)| {
            let body = serde_json::json!({
                "status": status, "_embedded": { "factors": [{ "factorType": kind, "provider": status }] },
            });
            body.to_string().into_bytes()
        }),
        (any::<String>(), any::<String>(), 0_usize..200).prop_map(|(code, words, cut)| {
            let body = serde_json::json!({
                "errorCode": code, "errorSummary": words, "errorId": code, "errorCauses": [{ "errorSummary": words }],
            });
            let mut body = body.to_string().into_bytes();
            body.truncate(body.len().max(cut) - cut / 4);
            body
        }),
    ]
}

proptest! {
    #[test]
    fn no_body_panics_or_commands_a_terminal(status in prop_oneof![Just(200), Just(401), 100_u16..1000], body in body()) {
        let app = app();
        if let Err(stop) = judged(org(&app), &secret("Tr0ub4dor&3"), &answer(AUTHN, status, &[], body)) {
            prop_assert!(is_fit(&stop.error), "{:?}", stop.error);
        }
    }

    #[test]
    fn no_password_that_is_echoed_comes_out_again(
        password in "[ -~]{12,24}", before in "[a-z ]{0,330}", status in prop_oneof![Just(200), Just(401), Just(403)]
    ) {
        let app = app();
        let echo = format!("{before}{password}");
        let body = serde_json::json!({
            "status": echo, "errorCode": echo, "errorSummary": echo, "errorId": echo,
            "errorCauses": [{ "errorSummary": echo }], "_embedded": { "factors": [{ "factorType": echo }] },
        });
        let stop = judged(org(&app), &secret(&password), &answer(AUTHN, status, &[], body.to_string()))
            .expect_err("no token");
        let text = words(&stop.error);
        // Half of it would do for a guess of the rest.
        prop_assert!(!text.contains(password.trim()), "{text}");
        prop_assert!(!text.contains(password[..12].trim()) || password[..12].trim().len() < 6, "{text}");
    }
}
