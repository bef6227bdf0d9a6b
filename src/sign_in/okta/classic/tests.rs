//! The facts about the password, by authn's answer. Only an answer that is understood yields a verdict.

use serde_json::{Value, json};

mod typed;

use super::Conversation;
use super::fixture::{
    challenge, factor, okta_totp, org, push, refusal, renewal, required, success, transaction,
};
use crate::app::Org;
use crate::http::Response;
use crate::secret::Secret;
use crate::sign_in::fixture::{AUTHN, PASSWORD, Script, answer, asked, broken, replied, secret};
use crate::sign_in::flow::{Event, Fact, Flow, KnownAccount, Need, Peer, Step, Stop, UserInput};

fn corp() -> Org {
    org(|_| {})
}

/// A conversation with or without a person.
fn conversation(org: &Org, person: bool) -> Conversation<'_> {
    let known = KnownAccount {
        device_token: Some(secret("DI1")),
        ..KnownAccount::default()
    };
    Conversation::new(org, "wiki", person, false, known)
}

fn password() -> Event {
    Event::Input(UserInput::Password(secret(PASSWORD)))
}

fn shown(_: &Conversation<'_>, step: &Step<Secret>) -> String {
    match step {
        Step::Send(requests) => requests[0].1.url.to_string(),
        Step::Need(need) => asked(need),
        Step::Wait(wait) => format!("wait for {}", wait.what),
        Step::Done(token) => format!("token {}", token.expose()),
        Step::Claim | Step::Record(_) => panic!("the account is claimed"),
    }
}

/// A conversation whose password is on its way.
fn at_authn(org: &Org, person: bool) -> Script<Conversation<'_>> {
    let mut script = Script::new(conversation(org, person));
    assert_eq!(script.meets(Event::Begin, shown), "ask: the password");
    assert_eq!(script.meets(password(), shown), AUTHN);
    assert_eq!(script.facts, ["PasswordSent"]);
    script
}

/// The facts that authn's `reply` yields, and the line of the step after it.
fn after(reply: Response) -> (Vec<String>, String) {
    let org = corp();
    let mut script = at_authn(&org, true);
    let line = script.meets(replied(Peer::IdentityProvider, reply), shown);
    let facts = script.verdicts().into_iter().skip(1);
    (facts.map(str::to_owned).collect(), line)
}

fn learnt(status: u16, body: impl AsRef<[u8]>) -> Vec<String> {
    after(answer(AUTHN, status, &[], body)).0
}

#[test]
fn that_the_password_is_sent_is_recorded_before_it_is_sent() {
    let org = corp();
    let mut flow = conversation(&org, true);
    let step = flow.next(Event::Begin);
    assert!(matches!(step, Ok(Step::Need(Need::Password))));
    let Ok(Step::Record(facts)) = flow.next(password()) else {
        panic!("it is recorded first");
    };
    assert!(matches!(facts.as_slice(), [Fact::PasswordSent]));
    let Ok(Step::Send(requests)) = flow.next(Event::Recorded { codes_in_a_row: 0 }) else {
        panic!("it is sent then");
    };
    let [(Peer::IdentityProvider, request)] = requests.as_slice() else {
        panic!("once, and to Okta");
    };
    assert_eq!(request.url.as_str(), AUTHN);
    let body = request.body.as_ref().expect("a body").expose();
    assert!(body.contains("hunter2"));
}

#[test]
fn a_step_after_the_password_means_that_it_is_right() {
    let mut warned = transaction("PASSWORD_WARN");
    warned["_links"]["skip"] = json!({ "href": format!("{AUTHN}/skip") });
    for body in [
        success(),
        required(&[okta_totp()]),
        required(&[push()]),
        required(&[]),
        challenge(&push(), "WAITING", "poll"),
        renewal("PASSWORD_EXPIRED", "changePassword", "/credentials"),
        warned,
        transaction("MFA_ENROLL"),
        transaction("POLL"),
    ] {
        assert_eq!(
            learnt(200, body.to_string()),
            ["PasswordAccepted"],
            "{body}"
        );
    }
}

#[test]
fn a_documented_final_status_is_a_verdict_and_no_refusal() {
    let mut without_token = success();
    without_token["sessionToken"] = Value::Null;
    for body in [
        without_token,
        transaction("LOCKED_OUT"),
        transaction("RECOVERY"),
        transaction("UNAUTHENTICATED"),
        transaction("CONSENT_REQUIRED"),
        transaction("PROFILE_REQUIRED"),
    ] {
        assert_eq!(
            learnt(200, body.to_string()),
            ["PasswordAnswered"],
            "{body}"
        );
    }
}

#[test]
fn a_code_that_judges_passwords_is_a_verdict() {
    for status in [400, 401, 403] {
        for (code, fact) in [
            ("E0000004", "PasswordRefused"),
            ("E0000207", "PasswordRefused"),
            ("E0000064", "PasswordAnswered"),
            ("E0000259", "PasswordAnswered"),
        ] {
            let body = refusal(code).to_string();
            assert_eq!(learnt(status, body), [fact], "{status} {code}");
        }
    }
}

#[test]
fn a_refusal_of_anything_else_is_no_verdict_on_the_password() {
    for (status, code) in [
        (400, "E0000001"),
        (401, "E0000011"),
        (403, "E0000006"),
        (403, "E0000069"),
        (403, "E0000085"),
        (403, "E0000119"),
        (403, "E0000999"),
        (403, "e0000004"),
    ] {
        let facts = learnt(status, refusal(code).to_string());
        assert_eq!(facts, [""; 0], "{status} {code}");
    }
}

/// Bodies that cannot be read as Okta's.
fn unreadable() -> Vec<Vec<u8>> {
    let refused = refusal("E0000004").to_string();
    let marked = |mark: &str, body: &str| [mark.as_bytes(), body.as_bytes()].concat();
    let mut bodies = vec![
        vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56],
        refused.as_bytes()[..refused.len() - 1].to_vec(),
    ];
    for text in [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "<html><title>502 Bad Gateway</title></html>",
        r#"{"error":"invalid_request"}"#,
        r#"{"errorSummary":"Authentication failed","errorId":"x"}"#,
        r#"{"errorCode":null}"#,
        r#"{"errorCode":4}"#,
        r#"{"errorCode":""}"#,
    ] {
        bodies.push(text.into());
    }
    for body in [refused, success().to_string()] {
        bodies.push(marked("\u{feff}", &body));
        bodies.push(marked(")]}'\n", &body));
        bodies.push(marked("<!-- proxy -->", &body));
    }
    bodies
}

#[test]
fn an_unreadable_answer_yields_no_verdict_under_any_status() {
    for body in unreadable() {
        for status in [200, 204, 302, 401, 403, 407, 429, 500, 502, 503] {
            let facts = learnt(status, &body);
            let shown = String::from_utf8_lossy(&body);
            assert_eq!(facts, [""; 0], "{status} {shown}");
        }
    }
}

#[test]
fn an_error_code_under_a_limit_or_failure_status_is_no_verdict() {
    for code in [
        "E0000004", "E0000207", "E0000064", "E0000259", "E0000047", "E0000009",
    ] {
        for status in [200, 202, 302, 429, 500, 502, 503, 504] {
            let facts = learnt(status, refusal(code).to_string());
            assert_eq!(facts, [""; 0], "{status} {code}");
        }
    }
}

#[test]
fn a_status_word_that_okta_does_not_document_is_no_verdict() {
    for word in ["DEVICE_ACTIVATE", "success", "BRAND_NEW", "401"] {
        for body in [
            transaction(word),
            json!({ "status": word, "sessionToken": "x" }),
        ] {
            assert_eq!(learnt(200, body.to_string()), [""; 0], "{body}");
        }
    }
    for status in [201, 202, 401, 403, 500] {
        assert_eq!(learnt(status, success().to_string()), [""; 0], "{status}");
    }
}

#[test]
fn a_broken_connection_counts_the_password_as_sent_once_it_was_open() {
    for (may_have_arrived, facts) in [
        (false, &["PasswordSent", "PasswordUnsent"][..]),
        (true, &["PasswordSent"]),
    ] {
        let org = corp();
        let mut script = at_authn(&org, true);
        let event = broken(Peer::IdentityProvider, may_have_arrived);
        assert_eq!(script.meets(event, shown), "stop 6: the line is dead");
        assert_eq!(script.facts, facts);
    }
}

#[test]
fn a_password_that_is_wanted_once_more_is_recorded_once_more() {
    let again = factor("pwd1", "password", "OKTA", &json!({}));
    let (facts, line) = after(answer(AUTHN, 200, &[], required(&[again]).to_string()));
    assert!(line.ends_with("/factors/pwd1/verify"), "{line}");
    assert_eq!(facts, ["PasswordAccepted", "PasswordSent", "CodeSent"]);
}

#[test]
fn a_hint_names_the_app_and_not_the_org() {
    let org = corp();
    let body = required(&[push()]).to_string();
    let mut script = at_authn(&org, false);
    let reply = answer(AUTHN, 200, &[], body);
    let line = script.meets(replied(Peer::IdentityProvider, reply), shown);
    assert!(line.contains(" | credential login wiki | "), "{line}");
    assert_eq!(script.verdicts(), ["PasswordSent", "PasswordAccepted"]);
}

#[test]
fn only_a_transaction_that_goes_on_is_left_to_cancel() {
    let org = corp();
    let mut script = at_authn(&org, true);
    assert!(script.flow.cancel().is_none());
    let reply = answer(AUTHN, 200, &[], required(&[okta_totp()]).to_string());
    script.meets(replied(Peer::IdentityProvider, reply), shown);
    let cancel = script.flow.cancel().expect("it goes on");
    assert_eq!(cancel.url.as_str(), format!("{AUTHN}/cancel"));
}

#[test]
fn okta_is_asked_for_an_expiry_warning_only_on_request() {
    let org = corp();
    for warn in [true, false] {
        let mut flow = Conversation::new(&org, "wiki", true, warn, KnownAccount::default());
        assert!(flow.next(Event::Begin).is_ok() && flow.next(password()).is_ok());
        let Ok(Step::Send(requests)) = flow.next(Event::Recorded { codes_in_a_row: 0 }) else {
            panic!("it is sent");
        };
        let body = requests[0].1.body.as_ref().expect("a body").expose();
        let option = format!("\"warnBeforePasswordExpired\":{warn}");
        assert!(body.contains(&option), "{body}");
    }
}

#[test]
fn an_event_that_nobody_waits_for_ends_it() {
    let org = corp();
    let mut flow = conversation(&org, true);
    let stop: Stop = flow.next(Event::Elapsed).err().expect("it is out of step");
    assert_eq!(
        stop.error.message,
        "the sign-in received an event that it does not expect"
    );
}
