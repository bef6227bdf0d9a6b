use serde_json::json;

use super::{first, plain};
use crate::sign_in::okta::classic::fixture::{
    API, Scenario, factor, okta_totp, refusal, renewal, required, success, transaction,
};

const CHANGE: &str = r#"Post /credentials/change_password [DT=DI1] {"stateToken":"00st4te","oldPassword":"hunter2 \"/é","newPassword":"n3w \"one"}"#;
const RESET: &str = r#"Post /credentials/reset_password [DT=DI1] {"stateToken":"00st4te","newPassword":"n3w \"one"}"#;

fn expired() -> serde_json::Value {
    renewal(
        "PASSWORD_EXPIRED",
        "changePassword",
        "/credentials/change_password",
    )
}

fn reset() -> serde_json::Value {
    renewal(
        "PASSWORD_RESET",
        "resetPassword",
        "/credentials/reset_password",
    )
}

fn is_changed(scenario: &Scenario<'_>) -> bool {
    scenario.verdicts().contains(&"PasswordChanged")
}

#[test]
fn an_expired_password_is_changed_with_the_old_one_a_reset_without() {
    for (body, request) in [(expired(), CHANGE), (reset(), RESET)] {
        let setup = plain();
        let (mut scenario, line) = setup.begin(true, &body);
        assert!(line.starts_with("renew at https://corp.okta.com/api/v1/authn/credentials/"));
        assert_eq!(scenario.types("n3w \"one"), request);
        assert_eq!(scenario.verdicts(), ["PasswordSent"]);
        assert_eq!(scenario.gets(&success()), "token 20111t0ken");
        let learnt = ["PasswordAnswered", "PasswordChanged", "CodesAccepted"];
        assert_eq!(scenario.verdicts()[1..], learnt);
    }
}

#[test]
fn a_factor_comes_before_the_change_and_may_come_after_it() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("123456");
    assert!(scenario.gets(&expired()).starts_with("renew at "));
    assert_eq!(scenario.types("n3w \"one"), CHANGE);
    assert!(
        scenario
            .gets(&required(&[okta_totp()]))
            .starts_with("ask: ")
    );
    assert!(
        is_changed(&scenario),
        "Okta has taken it, whatever comes now"
    );
}

#[test]
fn a_new_password_that_breaks_a_rule_is_asked_for_up_to_three_times() {
    for code in ["E0000080", "E0000014", "E0000001"] {
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &expired());
        let mut body = refusal(code);
        body["errorCauses"] = json!([{ "errorSummary": "Use 8 letters" }]);
        for _ in 0..2 {
            assert_eq!(scenario.types("n3w \"one"), CHANGE);
            assert_eq!(
                scenario.gets_answer(403, &[], body.to_string()),
                format!(
                    "Okta does not take this password: So it is ({code}); Use 8 letters / \
                     renew at {API}/credentials/change_password"
                )
            );
        }
        scenario.types("n3w \"one");
        assert_eq!(
            scenario.gets_answer(403, &[], body.to_string()),
            format!(
                "stop 5: Okta refused the sign-in (403): So it is ({code}); Use 8 letters | Okta's error id is oaeX1"
            )
        );
        let each = ["PasswordSent", "PasswordAnswered"];
        assert_eq!(scenario.verdicts(), each.repeat(3));
    }
}

#[test]
fn a_status_that_asks_again_is_no_change() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &expired());
    scenario.types("n3w");
    assert!(scenario.gets(&expired()).starts_with("renew at "));
    assert_eq!(scenario.verdicts(), ["PasswordSent", "PasswordAnswered"]);
}

#[test]
fn a_page_of_the_companys_for_the_change_is_named_and_not_asked() {
    let mut body = expired();
    body["_links"]["next"] = json!({
        "name": "changePassword", "title": "Portal", "hints": { "allow": ["GET"] },
        "href": "https://ada:pw@portal.corp.example:8443/pw;s=1?token=SECRET#x",
    });
    for person in [true, false] {
        let line = first(person, &body);
        assert!(
            line.starts_with(
                "stop 3: Okta says that the password has expired (PASSWORD_EXPIRED) | \
                 it sends to https://portal.corp.example:8443/pw | sign in as ada@corp.example"
            ),
            "{line}"
        );
        assert!(!line.contains("SECRET"));
    }
}

#[test]
fn a_change_that_leads_nowhere_stops() {
    let mut body = expired();
    body["_links"]["next"] = serde_json::Value::Null;
    assert!(first(true, &body).starts_with("stop 3: Okta says that the password has expired"));
    // A new password goes to the org alone.
    body["_links"]["next"] =
        json!({ "name": "changePassword", "href": "https://evil.example/change_password" });
    let line = first(true, &body);
    assert!(
        line.starts_with("stop 3: ") && line.contains("https://evil.example/change_password"),
        "{line}"
    );
}

#[test]
fn after_a_change_the_old_password_is_not_repeated_for_a_factor() {
    let again = factor("pwd1", "password", "OKTA", &json!({}));
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &expired());
    scenario.types("n3w \"one");
    assert_eq!(
        scenario.gets(&required(&[again])),
        "ask: the password once more"
    );
    assert!(scenario.types("n3w").ends_with(r#""password":"n3w"}"#));
}

#[test]
fn a_change_followed_by_an_end_has_changed_the_password() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &expired());
    scenario.types("n3w");
    assert!(
        scenario
            .gets(&transaction("LOCKED_OUT"))
            .starts_with("stop 5")
    );
    assert!(is_changed(&scenario));
}
