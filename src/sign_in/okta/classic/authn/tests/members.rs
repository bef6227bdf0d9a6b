use super::{judge, stop};

#[test]
fn a_recorded_success_gives_its_token() {
    let body = r#"{"expiresAt":"2026-11-23T20:05:00.000Z","status":"SUCCESS","sessionToken":"20111x_-Y",
        "_embedded":{"user":{"id":"00u","passwordChanged":"2026-01-01T00:00:00.000Z","profile":{"login":"ada@corp.example",
        "firstName":"Ada","lastName":"L","locale":"en","timeZone":"America/Los_Angeles"}}},
        "_links":{"resend":[{"name":"sms"}],"cancel":{"href":"x","hints":{"allow":["POST"]}}}}"#;
    assert_eq!(judge(200, body).expect("a token").expose(), "20111x_-Y");
}

#[test]
fn the_factors_on_offer_are_named_by_kind_and_provider() {
    let body = r#"{"stateToken":"00s","status":"MFA_REQUIRED","_embedded":{"factors":[
        {"id":"opf1","factorType":"push","provider":"OKTA","vendorName":"OKTA","profile":{}},
        {"factorType":"token:software:totp","provider":"GOOGLE","profile":null},
        {"factorType":null,"provider":"x\u001b[31m\u202e"},
        {}],"policy":null},"_links":null}"#;
    let error = stop(200, body).error;
    assert_eq!(
        error.message,
        "Okta asks ada@corp.example for a second factor, which needs a person (MFA_REQUIRED)"
    );
    assert_eq!(
        error.causes,
        ["it offers: okta:push, google:token:software:totp"]
    );
}

#[test]
fn null_missing_and_unknown_members_are_ignored() {
    for embedded in [
        "",
        r#","_embedded":null"#,
        r#","_embedded":{}"#,
        r#","_embedded":{"factors":null}"#,
        r#","_embedded":{"factors":[]}"#,
        r#","_embedded":{"user":null,"policy":7}"#,
        r#","sessionToken":null,"_links":[],"expiresAt":0"#,
        r#","x":1e999,"y":123456789012345678901234567890,"z":-0.0"#,
    ] {
        let stop = stop(200, format!(r#"{{"status":"MFA_REQUIRED"{embedded}}}"#));
        assert_eq!(
            stop.error.message,
            "Okta asks ada@corp.example for a second factor and names none (MFA_REQUIRED)",
            "{embedded}"
        );
    }
}

#[test]
fn an_unknown_status_is_shown_fit_for_a_terminal() {
    let stop = stop(200, r#"{"status":"A\u001b[31m\r\nB\u202e"}"#);
    assert_eq!(
        stop.error.message,
        "corp.okta.com answers the sign-in with an unknown status: A [31m B"
    );
}
