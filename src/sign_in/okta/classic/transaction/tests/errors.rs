use super::plain;
use crate::sign_in::flow::FailureScope;
use crate::sign_in::okta::classic::fixture::{
    API, Scenario, ScenarioOrg, challenge, okta_totp, push, renewal, required, sms, transaction,
    waiting,
};

/// The steps that a client can be refused at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// A push or a message is asked for.
    Start,
    /// A push is waited for.
    Poll,
    /// A code was given.
    Answer,
    /// A new password was given.
    Renewal,
    /// An offer was declined.
    Skip,
}

const ALL: [At; 5] = [At::Start, At::Poll, At::Answer, At::Renewal, At::Skip];

fn at(setup: &ScenarioOrg, step: At) -> Scenario<'_> {
    let body = match step {
        At::Start | At::Poll => required(&[push()]),
        At::Answer => required(&[okta_totp()]),
        At::Renewal => renewal("PASSWORD_EXPIRED", "changePassword", "/credentials"),
        At::Skip => {
            let mut body = transaction("PASSWORD_WARN");
            body["_links"]["skip"] = serde_json::json!({ "href": format!("{API}/skip") });
            body
        }
    };
    let (mut scenario, _) = setup.begin(true, &body);
    match step {
        At::Poll => scenario.gets(&waiting(&serde_json::Value::Null)),
        At::Answer | At::Renewal => scenario.types("123456"),
        At::Start | At::Skip => String::new(),
    };
    scenario
}

/// Codes that stop a sign-in wherever they are met, but for the steps named: the HTTP status, the exit code, and a piece
/// of the hint where there is one.
const STOPS: [(&str, u16, u8, &str, &[At]); 36] = [
    ("E0000001", 400, 5, "", &[At::Renewal]),
    ("E0000003", 400, 5, "", &[]),
    ("E0000004", 401, 5, "", &[]),
    ("E0000006", 403, 5, "network zone or threat rule", &[]),
    ("E0000007", 404, 5, "", &[]),
    ("E0000009", 500, 6, "try again", &[At::Poll]),
    ("E0000011", 401, 3, "credential login corp", &[At::Poll]),
    ("E0000014", 403, 5, "", &[At::Renewal]),
    ("E0000018", 400, 5, "", &[]),
    ("E0000019", 400, 5, "", &[]),
    ("E0000021", 400, 5, "", &[]),
    ("E0000022", 405, 5, "", &[]),
    ("E0000047", 429, 6, "try again in a minute", &[At::Poll]),
    ("E0000064", 401, 3, "change the password", &[]),
    ("E0000067", 504, 6, "try again", &[At::Poll]),
    ("E0000068", 403, 5, "", &[At::Answer]),
    ("E0000069", 403, 5, "unlocked", &[]),
    ("E0000073", 403, 5, "", &[]),
    ("E0000074", 400, 6, "try again", &[]),
    ("E0000079", 403, 5, "", &[]),
    ("E0000080", 403, 5, "", &[At::Renewal]),
    ("E0000082", 403, 5, "", &[At::Answer]),
    ("E0000083", 403, 5, "", &[At::Answer]),
    ("E0000085", 403, 5, "sign-on policy", &[]),
    ("E0000087", 403, 5, "", &[]),
    ("E0000095", 403, 5, "", &[]),
    ("E0000105", 403, 5, "", &[]),
    ("E0000113", 409, 5, "", &[At::Answer]),
    ("E0000119", 403, 5, "unlocked", &[]),
    ("E0000122", 406, 5, "", &[]),
    ("E0000180", 423, 5, "", &[]),
    ("E0000191", 404, 3, "try again", &[At::Poll]),
    ("E0000207", 401, 5, "", &[]),
    ("E0000247", 403, 6, "choose another factor", &[]),
    ("E0000259", 403, 3, "reset the password", &[]),
    ("E0000999", 403, 5, "", &[]),
];

#[test]
fn a_code_stops_the_sign_in_in_oktas_words_with_its_id_at_every_step() {
    for (code, status, exit, hint, but) in STOPS {
        for step in ALL.into_iter().filter(|step| !but.contains(step)) {
            let setup = plain();
            let mut scenario = at(&setup, step);
            let line = scenario.is_refused(status, code);
            assert!(
                line.starts_with(&format!("stop {exit}: ")),
                "{code} at {step:?}: {line}"
            );
            let words = format!("So it is ({code}) | Okta's error id is oaeX1");
            assert!(line.contains(&words), "{code} at {step:?}: {line}");
            assert!(line.contains(hint), "{code} at {step:?}: {line}");
            assert_eq!(
                scenario.script.scope,
                Some(FailureScope::Account),
                "{code} at {step:?}"
            );
        }
    }
}

/// The limits and waits that do not stop a poll: code and status.
const PASSING: [(&str, u16); 10] = [
    ("E0000047", 429),
    ("E0000109", 429),
    ("E0000118", 429),
    ("E0000133", 429),
    ("E0000146", 429),
    ("E0000147", 429),
    ("E0000186", 429),
    ("E0000204", 429),
    ("E0000205", 429),
    ("E0000070", 202),
];

#[test]
fn a_limit_stops_all_but_a_poll_and_no_request_is_repeated() {
    for (code, status) in PASSING {
        for step in ALL {
            let setup = plain();
            let line = at(&setup, step).is_refused(status, code);
            let expected = if step == At::Poll {
                "wait "
            } else {
                "stop 6: "
            };
            assert!(line.starts_with(expected), "{code} at {step:?}: {line}");
        }
    }
}

#[test]
fn quotas_of_messages_stop_in_oktas_words() {
    for code in ["E0000146", "E0000147", "E0000186", "E0000204", "E0000205"] {
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[sms()]));
        assert_eq!(
            scenario.is_refused(429, code),
            format!(
                "stop 6: corp.okta.com answers 429: So it is ({code}) | Okta's error id is oaeX1"
            )
        );
    }
}

#[test]
fn an_answer_without_oktas_json_is_a_network_error_for_all_but_a_poll() {
    for step in [At::Start, At::Answer, At::Renewal, At::Skip] {
        for status in [200, 204, 302, 403, 500, 502] {
            let setup = plain();
            let mut scenario = at(&setup, step);
            let line = scenario.gets_answer(status, &[], "<html>");
            let said = format!("stop 6: corp.okta.com answers {status} without Okta's JSON | ");
            assert!(line.starts_with(&said), "{line}");
            assert_eq!(scenario.script.scope, Some(FailureScope::App));
            let mut scenario = at(&setup, step);
            assert_eq!(scenario.breaks(), "stop 6: the line is dead");
        }
    }
}

#[test]
fn after_the_end_of_a_transaction_nothing_is_left_to_cancel() {
    for (code, status, is_open) in [
        ("E0000011", 401, false),
        ("E0000069", 403, false),
        ("E0000079", 403, true),
        ("E0000006", 403, true),
    ] {
        let setup = plain();
        let mut scenario = at(&setup, At::Answer);
        scenario.is_refused(status, code);
        assert_eq!(scenario.cancel().is_some(), is_open, "{code}");
    }
}

#[test]
fn a_transaction_that_was_cancelled_elsewhere_says_so() {
    let setup = plain();
    assert_eq!(
        at(&setup, At::Answer).is_refused(401, "E0000011"),
        "stop 3: the sign-in took too long, or was ended elsewhere: So it is (E0000011) | Okta's error id is oaeX1 | \
         credential login corp"
    );
}

#[test]
fn a_cancel_names_the_transaction_and_nothing_else() {
    let setup = plain();
    let scenario = at(&setup, At::Answer);
    let request = scenario.cancel().expect("it goes on");
    assert_eq!(request.url.as_str(), format!("{API}/cancel"));
    let body = request.body.expect("a body");
    assert_eq!(body.expose(), r#"{"stateToken":"00st4te"}"#);
}

#[test]
fn a_refusal_with_nothing_but_a_code_is_one_at_every_step() {
    for step in ALL {
        let setup = plain();
        let line = at(&setup, step).gets_answer(403, &[], r#"{"errorCode":"E0000006"}"#);
        assert!(
            line.starts_with("stop 5: ") && line.contains("(E0000006)"),
            "{line}"
        );
    }
}

#[test]
fn a_challenge_in_place_of_the_list_is_one_as_well() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &challenge(&okta_totp(), "", "verify"));
    assert!(scenario.types("1").ends_with(r#""passCode":"1"}"#));
}
