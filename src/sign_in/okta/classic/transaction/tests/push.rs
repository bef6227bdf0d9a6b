use serde_json::{Value, json};

use super::{first, plain};
use crate::sign_in::flow::{Event, FailureScope, UserInput};
use crate::sign_in::okta::classic::fixture::{
    Scenario, ScenarioOrg, challenge, okta_totp, push, required, success, transaction, waiting,
};

pub(super) const POLL: &str = "wait 2000 ms for approval on Ada's phone, then Post /factors/opf1/verify [DT=DI1] \
    {\"stateToken\":\"00st4te\"}";
const RESEND: &str = r#"Post /factors/opf1/verify/resend [DT=DI1] {"stateToken":"00st4te"}"#;

/// A push that was sent and is polled.
pub(super) fn pushed(setup: &ScenarioOrg) -> Scenario<'_> {
    let (mut scenario, _) = setup.begin(true, &required(&[push()]));
    assert_eq!(scenario.gets(&waiting(&Value::Null)), POLL);
    scenario
}

#[test]
fn a_push_is_polled_until_it_is_approved() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for _ in 0..200 {
        assert_eq!(scenario.gets(&waiting(&Value::Null)), POLL);
    }
    assert_eq!(scenario.gets(&success()), "token 20111t0ken");
}

#[test]
fn the_number_is_told_once_and_again_only_when_it_changes() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for (number, notice) in [
        (Value::Null, ""),
        (json!(42), "choose 42 on Ada's phone / "),
        (json!(42), ""),
        (Value::Null, ""),
        (json!(42), ""),
        (json!(0), "choose 0 on Ada's phone / "),
        (Value::Null, ""),
        (json!(0), ""),
        (json!("07"), "choose 07 on Ada's phone / "),
        (json!(true), ""),
        (json!([1]), ""),
        (json!(""), ""),
    ] {
        assert_eq!(
            scenario.gets(&waiting(&number)),
            format!("{notice}{POLL}"),
            "{number}"
        );
    }
}

#[test]
fn the_number_may_be_in_the_first_answer_and_commands_no_terminal() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[push()]));
    assert_eq!(
        scenario.gets(&waiting(&json!("\u{1b}[2J7\r\n"))),
        format!("choose [2J7 on Ada's phone / {POLL}")
    );
}

#[test]
fn another_push_has_its_number_told_even_if_it_is_the_same() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[push(), okta_totp()]));
    scenario.picks(Some(0));
    let told = format!("choose 7 on Ada's phone / {POLL}");
    assert_eq!(scenario.gets(&waiting(&json!(7))), told);
    assert_eq!(scenario.replies(UserInput::Resend), RESEND);
    assert_eq!(scenario.gets(&waiting(&json!(7))), told);
    scenario.replies(UserInput::Back);
    scenario.gets(&required(&[push(), okta_totp()]));
    scenario.picks(Some(0));
    assert_eq!(scenario.gets(&waiting(&json!(7))), told);
}

/// Values in place of a factor with its challenge.
fn poor_answers() -> [Value; 5] {
    let mut without = transaction("MFA_CHALLENGE");
    without["factorResult"] = "WAITING".into();
    let mut null = without.clone();
    null["_embedded"] = Value::Null;
    null["_links"] = Value::Null;
    let mut verification = waiting(&Value::Null);
    verification["_embedded"]["factor"]["_embedded"] = json!({ "verification": null });
    let mut list = waiting(&Value::Null);
    list["_embedded"]["factor"]["_embedded"] = json!([{ "challenge": 7 }]);
    let mut bare = waiting(&Value::Null);
    bare["_embedded"]["factor"] = json!({ "factorType": "push" });
    [without, null, verification, list, bare]
}

#[test]
fn an_answer_without_the_factor_is_about_the_same_push() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for body in poor_answers() {
        assert_eq!(scenario.gets(&body), POLL, "{body}");
    }
}

#[test]
fn a_rejected_push_stops_and_is_not_sent_again() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    let line = scenario.gets(&challenge(&push(), "REJECTED", "verify"));
    assert!(line.starts_with("stop 5: a push to Ada's phone was rejected (REJECTED)"));
    let mut scenario = pushed(&setup);
    let line = scenario.is_refused(403, "E0000073");
    assert_eq!(
        line,
        "stop 5: Okta refused the sign-in (403): So it is (E0000073) | Okta's error id is oaeX1"
    );
}

#[test]
fn a_push_that_timed_out_is_sent_again_only_if_the_person_says_so() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    let over = challenge(&push(), "TIMEOUT", "verify");
    let menu = "choose: nobody answered a push to Ada's phone in time: send it again";
    assert_eq!(scenario.gets(&over), menu);
    assert_eq!(scenario.picks(Some(0)), RESEND);
    assert_eq!(scenario.gets(&waiting(&Value::Null)), POLL);
    assert_eq!(scenario.gets(&over), menu);
    assert_eq!(scenario.picks(None), "stop 3: no second factor was chosen");
}

#[test]
fn a_push_that_timed_out_leaves_the_other_factors() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[push(), okta_totp()]));
    scenario.picks(Some(0));
    let line = scenario.gets(&challenge(&push(), "TIMEOUT", "verify"));
    assert_eq!(
        line,
        "choose: nobody answered a push to Ada's phone in time: send it again, use another factor"
    );
    assert_eq!(
        scenario.picks(Some(1)),
        r#"Post /previous [DT=DI1] {"stateToken":"00st4te"}"#
    );
}

#[test]
fn a_person_has_eight_pushes() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for _ in 0..7 {
        assert_eq!(scenario.replies(UserInput::Resend), RESEND);
        assert_eq!(scenario.gets(&waiting(&Value::Null)), POLL);
    }
    assert_eq!(
        scenario.replies(UserInput::Resend),
        "stop 3: 8 pushes and messages were sent, and none was answered"
    );
}

#[test]
fn an_unanswered_push_ends_and_is_left_to_cancel() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    let event = Event::Unanswered {
        what: "approval on Ada's phone".into(),
        seconds: 300,
    };
    assert_eq!(
        scenario.meets(event),
        "stop 3: nobody answered within 300 s: approval on Ada's phone | credential login corp"
    );
    assert_eq!(scenario.script.scope, Some(FailureScope::Account));
    assert!(scenario.cancel().is_some());
}

#[test]
fn a_next_link_to_a_new_push_is_not_polled() {
    let body = challenge(&push(), "", "verify");
    assert_eq!(
        first(true, &body),
        "choose: a push to Ada's phone is not under way: send it again"
    );
    let setup = ScenarioOrg::new(|org| org.push_unattended = true);
    assert_eq!(
        setup.begin(false, &body).1,
        "stop 3: a push to Ada's phone is not under way | credential login corp"
    );
}

#[test]
fn a_push_without_a_person_is_sent_only_where_the_org_says_so() {
    let nobody = "stop 3: Okta asks ada@corp.example for a second factor, which needs a person";
    assert!(first(false, &required(&[push()])).starts_with(nobody));
    assert!(first(false, &waiting(&Value::Null)).starts_with(nobody));
    let setup = ScenarioOrg::new(|org| org.push_unattended = true);
    let (mut scenario, line) = setup.begin(false, &required(&[push()]));
    assert!(line.starts_with("Post /factors/opf1/verify "), "{line}");
    assert_eq!(
        scenario.gets(&waiting(&json!(3))),
        format!("choose 3 on Ada's phone / {POLL}")
    );
}
