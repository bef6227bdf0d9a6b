use serde_json::Value;

use super::plain;
use super::push::{POLL, pushed};
use crate::sign_in::okta::classic::fixture::{API, Scenario, refusal, transaction, waiting};

/// The passing failures of a poll: status and body. The first is a connection that broke.
fn troubles() -> Vec<(u16, String)> {
    vec![
        (0, String::new()),
        (200, String::new()),
        (200, "<html>".into()),
        (200, "{}".into()),
        (204, String::new()),
        (429, refusal("E0000047").to_string()),
        (429, "slow down".into()),
        (500, refusal("E0000009").to_string()),
        (502, "<html>Bad Gateway".into()),
        (503, String::new()),
        (504, refusal("E0000067").to_string()),
    ]
}

#[test]
fn a_failed_poll_is_repeated_after_1_2_4_8_and_16_seconds() {
    for (status, body) in troubles() {
        let setup = plain();
        let mut scenario = pushed(&setup);
        let fail = |scenario: &mut Scenario<'_>| match status {
            0 => scenario.breaks(),
            status => scenario.gets_answer(status, &[], &body),
        };
        for seconds in [1, 2, 4, 8, 16] {
            let line = fail(&mut scenario);
            assert_eq!(
                line,
                POLL.replace("2000 ms", &format!("{seconds}000 ms")),
                "{status} {body}"
            );
        }
        let line = fail(&mut scenario);
        assert!(line.starts_with("stop 6: "), "{status} {body}: {line}");
    }
}

#[test]
fn a_directory_that_cannot_be_asked_is_asked_again_as_often() {
    let mut body = transaction("POLL");
    body["_links"]["next"] = serde_json::json!({ "name": "poll", "href": format!("{API}/poll") });
    for (status, reply) in troubles() {
        let setup = plain();
        let (mut scenario, first) = setup.begin(false, &body);
        for seconds in [1, 2, 4, 8, 16] {
            let line = match status {
                0 => scenario.breaks(),
                status => scenario.gets_answer(status, &[], &reply),
            };
            let expected = first.replace("1000 ms", &format!("{seconds}000 ms"));
            assert_eq!(line, expected, "{status} {reply}");
        }
        let line = match status {
            0 => scenario.breaks(),
            status => scenario.gets_answer(status, &[], &reply),
        };
        assert!(line.starts_with("stop 6: "), "{status} {reply}: {line}");
        let (mut scenario, _) = setup.begin(false, &body);
        assert!(scenario.is_refused(401, "E0000011").starts_with("stop 3: "));
        let (mut scenario, _) = setup.begin(false, &body);
        assert!(scenario.is_refused(403, "E0000006").starts_with("stop 5: "));
    }
}

#[test]
fn polls_that_fail_are_counted_only_in_a_row() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for _ in 0..4 {
        for _ in 0..5 {
            assert!(scenario.breaks().starts_with("wait "));
        }
        assert_eq!(scenario.gets(&waiting(&Value::Null)), POLL);
    }
}

#[test]
fn a_limit_of_polls_is_waited_out_by_oktas_clock_if_that_is_soon() {
    let date = ("date", "Mon, 23 Nov 2026 19:58:00 GMT");
    let limit = ("x-rate-limit-limit", "10");
    for (limits, line) in [
        (
            vec![date, limit, ("x-rate-limit-reset", "1795463887")],
            "wait 8000 ms",
        ),
        (
            vec![date, limit, ("x-rate-limit-reset", "1795463939")],
            "wait 60000 ms",
        ),
        (
            vec![date, limit, ("x-rate-limit-reset", "1795463940")],
            "stop 6: corp.okta.com answers 429",
        ),
        (
            vec![date, limit, ("x-rate-limit-reset", "5")],
            "wait 1000 ms",
        ),
        (
            vec![
                date,
                ("x-rate-limit-limit", "0"),
                ("x-rate-limit-reset", "1"),
            ],
            "wait 1000 ms",
        ),
    ] {
        let setup = plain();
        let mut scenario = pushed(&setup);
        let said = scenario.gets_answer(429, &limits, refusal("E0000047").to_string());
        assert!(said.starts_with(line), "{limits:?}: {said}");
    }
}

#[test]
fn okta_may_wait_for_the_service_behind_a_factor() {
    let setup = plain();
    let mut scenario = pushed(&setup);
    for _ in 0..20 {
        assert_eq!(scenario.is_refused(202, "E0000070"), POLL);
    }
}

#[test]
fn a_transaction_that_ends_during_a_push_is_an_unanswered_push() {
    for (status, code, how, is_open) in [
        (
            401,
            "E0000011",
            "the sign-in took too long, or was ended elsewhere",
            false,
        ),
        (404, "E0000191", "Okta refused the sign-in (404)", true),
    ] {
        let setup = plain();
        let mut scenario = pushed(&setup);
        assert_eq!(
            scenario.is_refused(status, code),
            format!(
                "stop 3: nobody answered a push to Ada's phone in time | {how}: So it is ({code}) | \
                 Okta's error id is oaeX1 | credential login corp"
            )
        );
        assert_eq!(scenario.cancel().is_some(), is_open);
    }
}

#[test]
fn a_no_to_a_poll_is_not_tried_again() {
    for (status, body) in [
        (302, String::new()),
        (403, "<html>".into()),
        (403, refusal("E0000006").to_string()),
        (403, refusal("E0000079").to_string()),
        (200, refusal("E0000999").to_string()),
    ] {
        let setup = plain();
        let line = pushed(&setup).gets_answer(status, &[], &body);
        assert!(line.starts_with("stop "), "{status} {body}: {line}");
    }
}
