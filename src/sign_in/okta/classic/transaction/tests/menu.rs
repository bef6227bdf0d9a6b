use serde_json::Value;

use super::plain;
use crate::sign_in::flow::UserInput;
use crate::sign_in::okta::classic::fixture::{
    ScenarioOrg, challenge, factor, okta_totp, pin, push, required, sms, waiting,
};

const TITLE: &str = "choose: Okta asks ada@corp.example for a second factor";
const SEND: &str = r#"Post /factors/sms1/verify [DT=DI1] {"stateToken":"00st4te"}"#;
const RESEND: &str = r#"Post /factors/sms1/verify/resend [DT=DI1] {"stateToken":"00st4te"}"#;
const BACK: &str = r#"Post /previous [DT=DI1] {"stateToken":"00st4te"}"#;
const ASK_SMS: &str = "ask: the code out of a text message to +1 XXX-XXX-1337";

fn all() -> Value {
    let key = factor("fwf1", "webauthn", "FIDO", &serde_json::json!({}));
    required(&[push(), key, okta_totp(), sms()])
}

#[test]
fn a_person_chooses_from_the_answerable_factors_in_oktas_order() {
    let setup = plain();
    let (mut scenario, line) = setup.begin(true, &all());
    assert_eq!(
        line,
        format!(
            "{TITLE}: a push to Ada's phone, a code from Okta Verify, a text message to +1 XXX-XXX-1337"
        )
    );
    assert_eq!(scenario.picks(Some(2)), SEND);
    for nothing in [None, Some(3)] {
        let (mut scenario, _) = setup.begin(true, &all());
        assert_eq!(
            scenario.picks(nothing),
            "stop 3: no second factor was chosen"
        );
        assert!(scenario.cancel().is_some());
    }
}

#[test]
fn a_message_is_sent_again_at_its_own_link_up_to_eight_times() {
    let setup = plain();
    let (mut scenario, line) = setup.begin(true, &required(&[sms()]));
    assert_eq!(line, SEND);
    let sent = challenge(&sms(), "", "verify");
    for _ in 0..7 {
        assert_eq!(scenario.gets(&sent), ASK_SMS);
        assert_eq!(scenario.replies(UserInput::Resend), RESEND);
    }
    scenario.gets(&sent);
    assert_eq!(
        scenario.replies(UserInput::Resend),
        "stop 3: 8 pushes and messages were sent, and none was answered"
    );
}

#[test]
fn a_message_that_is_wanted_again_too_soon_leaves_the_question_open() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
    scenario.gets(&challenge(&sms(), "", "verify"));
    scenario.replies(UserInput::Resend);
    assert_eq!(
        scenario.is_refused(429, "E0000109"),
        format!(
            "Okta has sent one a moment ago and sends no other yet: So it is (E0000109) / {ASK_SMS}"
        )
    );
    assert_eq!(scenario.replies(UserInput::Resend), RESEND);
}

#[test]
fn without_a_resend_link_the_factor_begins_again() {
    let mut one = challenge(&sms(), "", "verify");
    let link = one["_links"]["resend"][0].clone();
    for (resend, expected) in [
        (link, RESEND),
        (Value::Null, SEND),
        (serde_json::json!([]), SEND),
        (serde_json::json!("x"), SEND),
    ] {
        one["_links"]["resend"] = resend;
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
        scenario.gets(&one);
        assert_eq!(scenario.replies(UserInput::Resend), expected);
    }
}

#[test]
fn another_factor_is_chosen_after_the_way_back() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &all());
    scenario.picks(Some(0));
    scenario.gets(&waiting(&Value::Null));
    assert_eq!(scenario.replies(UserInput::Back), BACK);
    let line = scenario.gets(&all());
    assert!(line.starts_with(TITLE), "{line}");
    assert_eq!(scenario.picks(Some(1)), "ask: a code from Okta Verify");
    // Nothing was sent for this one, so there is nothing to go back from.
    assert!(scenario.replies(UserInput::Back).starts_with(TITLE));
}

#[test]
fn leaving_a_configured_factor_shows_the_menu() {
    let setup = ScenarioOrg::new(|org| org.factors = vec![pin("push", "", "")]);
    let (mut scenario, line) = setup.begin(true, &all());
    assert!(line.starts_with("Post /factors/opf1/verify"), "{line}");
    scenario.gets(&waiting(&Value::Null));
    scenario.replies(UserInput::Back);
    assert!(scenario.gets(&all()).starts_with(TITLE));
}

#[test]
fn leaving_the_only_factor_ends_the_sign_in() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    assert_eq!(
        scenario.replies(UserInput::Back),
        "stop 3: the second factor was not answered"
    );
}

#[test]
fn a_person_may_go_back_as_often_as_they_like() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &all());
    for _ in 0..20 {
        assert_eq!(scenario.picks(Some(1)), "ask: a code from Okta Verify");
        assert!(scenario.replies(UserInput::Back).starts_with(TITLE));
    }
    let (mut scenario, _) = setup.begin(true, &challenge(&okta_totp(), "", "verify"));
    for _ in 0..20 {
        assert_eq!(scenario.replies(UserInput::Back), BACK);
        assert!(scenario.gets(&all()).starts_with(TITLE));
        scenario.picks(Some(1));
        scenario.types("123456");
        scenario.gets(&challenge(&okta_totp(), "", "verify"));
    }
}

#[test]
fn leaving_without_another_factor_shows_no_empty_menu() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &all());
    scenario.picks(Some(0));
    scenario.gets(&waiting(&Value::Null));
    scenario.replies(UserInput::Back);
    assert!(
        scenario
            .gets(&required(&[]))
            .starts_with("stop 3: Okta asks ada@corp.example for a second factor and names none")
    );
}

#[test]
fn a_sign_in_brings_at_most_eight_lists() {
    let setup = plain();
    let (mut scenario, mut line) = setup.begin(true, &required(&[okta_totp()]));
    for _ in 0..8 {
        assert_eq!(line, "ask: a code from Okta Verify");
        scenario.types("123456");
        line = scenario.gets(&required(&[okta_totp()]));
    }
    assert_eq!(
        line,
        "stop 6: corp.okta.com asks for one factor after another"
    );
}
