use serde_json::Value;

use super::plain;
use crate::sign_in::flow::UserInput;
use crate::sign_in::okta::classic::fixture::{
    World, challenge, factor, okta_totp, pin, push, required, sms, waiting,
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
fn a_person_chooses_of_what_can_be_answered_here_in_oktas_order() {
    let world = plain();
    let (mut talk, line) = world.talk(true, &all());
    assert_eq!(
        line,
        format!(
            "{TITLE}: a push to Ada's phone, a code from Okta Verify, a text message to +1 XXX-XXX-1337"
        )
    );
    assert_eq!(talk.picks(Some(2)), SEND);
    for nothing in [None, Some(3)] {
        let (mut talk, _) = world.talk(true, &all());
        assert_eq!(talk.picks(nothing), "stop 3: no second factor was chosen");
        assert!(talk.cancel().is_some());
    }
}

#[test]
fn a_message_is_sent_again_at_its_own_link_up_to_eight_times() {
    let world = plain();
    let (mut talk, line) = world.talk(true, &required(&[sms()]));
    assert_eq!(line, SEND);
    let sent = challenge(&sms(), "", "verify");
    for _ in 0..7 {
        assert_eq!(talk.gets(&sent), ASK_SMS);
        assert_eq!(talk.replies(UserInput::Resend), RESEND);
    }
    talk.gets(&sent);
    assert_eq!(
        talk.replies(UserInput::Resend),
        "stop 3: 8 pushes and messages were sent, and none was answered"
    );
}

#[test]
fn a_message_that_is_wanted_again_too_soon_leaves_the_question_open() {
    let world = plain();
    let (mut talk, _) = world.talk(true, &required(&[sms()]));
    talk.gets(&challenge(&sms(), "", "verify"));
    talk.replies(UserInput::Resend);
    assert_eq!(
        talk.is_refused(429, "E0000109"),
        format!(
            "Okta has sent one a moment ago and sends no other yet: So it is (E0000109) / {ASK_SMS}"
        )
    );
    assert_eq!(talk.replies(UserInput::Resend), RESEND);
}

#[test]
fn resend_is_a_list_and_where_there_is_none_the_factor_is_begun_anew() {
    let mut one = challenge(&sms(), "", "verify");
    let link = one["_links"]["resend"][0].clone();
    for (resend, expected) in [
        (link, RESEND),
        (Value::Null, SEND),
        (serde_json::json!([]), SEND),
        (serde_json::json!("x"), SEND),
    ] {
        one["_links"]["resend"] = resend;
        let world = plain();
        let (mut talk, _) = world.talk(true, &required(&[sms()]));
        talk.gets(&one);
        assert_eq!(talk.replies(UserInput::Resend), expected);
    }
}

#[test]
fn another_factor_is_chosen_after_the_way_back() {
    let world = plain();
    let (mut talk, _) = world.talk(true, &all());
    talk.picks(Some(0));
    talk.gets(&waiting(&Value::Null));
    assert_eq!(talk.replies(UserInput::Back), BACK);
    let line = talk.gets(&all());
    assert!(line.starts_with(TITLE), "{line}");
    assert_eq!(talk.picks(Some(1)), "ask: a code from Okta Verify");
    // Nothing was sent for this one, so there is nothing to go back from.
    assert!(talk.replies(UserInput::Back).starts_with(TITLE));
}

#[test]
fn the_way_back_shows_the_menu_even_where_the_configuration_had_chosen() {
    let world = World::new(|org| org.factors = vec![pin("push", "", "")]);
    let (mut talk, line) = world.talk(true, &all());
    assert!(line.starts_with("Post /factors/opf1/verify"), "{line}");
    talk.gets(&waiting(&Value::Null));
    talk.replies(UserInput::Back);
    assert!(talk.gets(&all()).starts_with(TITLE));
}

#[test]
fn whoever_lets_go_of_the_only_factor_has_ended_it() {
    let world = plain();
    let (mut talk, _) = world.talk(true, &required(&[okta_totp()]));
    assert_eq!(
        talk.replies(UserInput::Back),
        "stop 3: the second factor was not answered"
    );
}

#[test]
fn a_person_may_go_back_as_often_as_they_like() {
    let world = plain();
    let (mut talk, _) = world.talk(true, &all());
    for _ in 0..20 {
        assert_eq!(talk.picks(Some(1)), "ask: a code from Okta Verify");
        assert!(talk.replies(UserInput::Back).starts_with(TITLE));
    }
    let (mut talk, _) = world.talk(true, &challenge(&okta_totp(), "", "verify"));
    for _ in 0..20 {
        assert_eq!(talk.replies(UserInput::Back), BACK);
        assert!(talk.gets(&all()).starts_with(TITLE));
        talk.picks(Some(1));
        talk.types("123456");
        talk.gets(&challenge(&okta_totp(), "", "verify"));
    }
}

#[test]
fn a_way_back_to_nothing_is_no_menu_without_entries() {
    let world = plain();
    let (mut talk, _) = world.talk(true, &all());
    talk.picks(Some(0));
    talk.gets(&waiting(&Value::Null));
    talk.replies(UserInput::Back);
    assert!(
        talk.gets(&required(&[]))
            .starts_with("stop 3: Okta asks ada@corp.example for a second factor and names none")
    );
}

#[test]
fn a_sign_in_brings_at_most_eight_lists() {
    let world = plain();
    let (mut talk, mut line) = world.talk(true, &required(&[okta_totp()]));
    for _ in 0..8 {
        assert_eq!(line, "ask: a code from Okta Verify");
        talk.types("123456");
        line = talk.gets(&required(&[okta_totp()]));
    }
    assert_eq!(
        line,
        "stop 6: corp.okta.com asks for one factor after another"
    );
}
