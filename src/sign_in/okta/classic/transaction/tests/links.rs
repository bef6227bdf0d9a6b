use serde_json::{Value, json};

use super::{first, plain};
use crate::sign_in::fixture::cookies;
use crate::sign_in::flow::UserInput;
use crate::sign_in::okta::classic::fixture::{
    API, ScenarioOrg, challenge, okta_totp, push, required, sms, success, waiting,
};

/// Addresses to which nothing is ever sent.
const FOREIGN: [&str; 15] = [
    "https://evil.example/api/v1/authn/factors/x/verify",
    "https://corp.okta.com.evil.example/verify",
    "https://corp.okta.com@evil.example/verify",
    "https://corp.okta.com:8443/verify",
    "https://ada@corp.okta.com/verify",
    "https://ada:pw@corp.okta.com/verify",
    "https://:pw@corp.okta.com/verify",
    "http://corp.okta.com/verify",
    "http://corp.okta.com:443/verify",
    "//evil.example/verify",
    "\\\\evil.example\\verify",
    "blob:https://corp.okta.com/verify",
    "javascript:alert(1)",
    "data:text/plain,x",
    "https://",
];

#[test]
fn a_factor_is_begun_only_at_the_org_and_without_a_name_in_the_url() {
    for href in FOREIGN {
        let mut one = push();
        one["_links"]["verify"]["href"] = href.into();
        let line = first(true, &required(&[one]));
        assert_eq!(
            line, "stop 6: Okta does not say where okta:push is answered",
            "{href}"
        );
    }
}

#[test]
fn a_code_goes_to_the_factors_own_address_if_next_leads_away() {
    for href in FOREIGN {
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
        let mut body = challenge(&sms(), "", "verify");
        for name in ["next", "prev", "cancel"] {
            body["_links"][name]["href"] = href.into();
        }
        body["_links"]["resend"][0]["href"] = href.into();
        scenario.gets(&body);
        assert!(scenario.cancel().is_none(), "{href}");
        assert!(
            scenario
                .types("1")
                .starts_with("Post /factors/sms1/verify "),
            "{href}"
        );
        scenario.gets(&body);
        assert!(
            scenario
                .replies(UserInput::Resend)
                .starts_with("Post /factors/sms1/verify "),
            "{href}"
        );
    }
}

#[test]
fn a_relative_link_is_one_of_the_orgs() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
    let mut body = challenge(&sms(), "", "verify");
    body["_links"]["next"]["href"] = "/api/v1/authn/factors/sms1/verify?x=1".into();
    scenario.gets(&body);
    assert!(
        scenario
            .types("1")
            .starts_with("Post /factors/sms1/verify?x=1 ")
    );
}

#[test]
fn links_are_followed_as_they_are() {
    let mut one = okta_totp();
    one["_links"]["verify"]["href"] =
        "https://corp.okta.com/x9/v?a=%2F&rememberDevice=false".into();
    let setup = ScenarioOrg::new(|org| org.remember_device = true);
    let (mut scenario, _) = setup.begin(true, &required(&[one]));
    assert!(
        scenario
            .types("1")
            .starts_with("Post https://corp.okta.com/x9/v?a=%2F&rememberDevice=false [")
    );
}

#[test]
fn a_next_link_that_takes_no_post_is_not_posted_to() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
    let mut body = challenge(&sms(), "", "redirect");
    body["_links"]["next"]["href"] = format!("{API}/elsewhere").into();
    body["_links"]["next"]["hints"]["allow"] = json!(["GET"]);
    scenario.gets(&body);
    assert!(
        scenario
            .types("1")
            .starts_with("Post /factors/sms1/verify ")
    );
}

#[test]
fn every_factor_step_remembers_the_device_unless_a_policy_forbids_it() {
    let setup = ScenarioOrg::new(|org| org.remember_device = true);
    let (mut scenario, line) = setup.begin(true, &required(&[push()]));
    let place = "Post /factors/opf1/verify?rememberDevice=true [";
    assert!(line.starts_with(place), "{line}");
    assert!(scenario.gets(&waiting(&Value::Null)).contains(place));

    let mut without = required(&[push()]);
    without["_embedded"]["policy"] = Value::Null;
    assert!(setup.begin(true, &without).1.starts_with(place));

    let mut forbidden = required(&[push()]);
    forbidden["_embedded"]["policy"]["allowRememberDevice"] = false.into();
    let (mut scenario, line) = setup.begin(true, &forbidden);
    assert!(line.starts_with("Post /factors/opf1/verify ["), "{line}");
    let line = scenario.gets(&waiting(&Value::Null));
    assert!(
        !line.contains("rememberDevice"),
        "a challenge need not repeat the policy: {line}"
    );
}

#[test]
fn the_last_state_token_is_the_one_that_is_sent() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[push()]));
    let mut body = waiting(&Value::Null);
    for token in ["00one", "00two"] {
        body["stateToken"] = token.into();
        let line = scenario.gets(&body);
        assert!(
            line.ends_with(&format!("{{\"stateToken\":\"{token}\"}}")),
            "{line}"
        );
    }
    body["stateToken"] = Value::Null;
    let line = scenario.gets(&body);
    assert!(
        line.ends_with(r#"{"stateToken":"00two"}"#),
        "one that is not repeated is still the same: {line}"
    );
    let cancel = scenario.cancel().expect("it goes on");
    assert_eq!(
        cancel.body.expect("a body").expose(),
        r#"{"stateToken":"00two"}"#
    );
}

#[test]
fn of_oktas_cookies_only_the_device_token_is_kept() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[push()]));
    let line = scenario.gets_answer(
        200,
        &[
            ("set-cookie", "sid=102x; Path=/"),
            ("set-cookie", "DT=DI2; Path=/; Secure"),
            ("set-cookie", "JSESSIONID=A; Path=/"),
            ("set-cookie", "bad cookie"),
        ],
        waiting(&Value::Null).to_string(),
    );
    assert!(line.contains("verify [DT=DI2] {"), "{line}");
    scenario.gets_answer(
        200,
        &[("set-cookie", "DT=; Max-Age=0")],
        success().to_string(),
    );
    assert_eq!(cookies(&scenario.script.flow.jar), "");
}

#[test]
fn codes_are_computed_by_oktas_clock() {
    for (headers, seconds) in [
        (&[][..], 0),
        (&[("date", "Mon, 23 Nov 2026 20:01:30 GMT")], 90),
        (&[("date", "Mon, 23 Nov 2026 19:59:00 GMT")], -60),
    ] {
        let ahead = time::Duration::seconds(seconds);
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[push()]));
        scenario.gets_answer(200, headers, waiting(&Value::Null).to_string());
        assert_eq!(scenario.question().server_ahead, ahead);
        scenario.gets_answer(200, headers, challenge(&sms(), "", "verify").to_string());
        assert_eq!(scenario.question().server_ahead, ahead);
    }
}
