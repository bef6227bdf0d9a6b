//! The facts about codes, by Okta's answer: a table over the ways of answering. Only an answer that is understood yields
//! a verdict.

use serde_json::{Value, json};

use super::plain;
use crate::sign_in::okta::classic::fixture::{
    API, Scenario, ScenarioOrg, challenge, factor, okta_totp, refusal, renewal, required, rsa, sms,
    success, totp, transaction,
};

/// The ways of answering a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
enum FactorKind {
    Totp,
    Message,
    Question,
    Rsa,
    Password,
}

const KINDS: [FactorKind; 5] = [
    FactorKind::Totp,
    FactorKind::Message,
    FactorKind::Question,
    FactorKind::Rsa,
    FactorKind::Password,
];

impl FactorKind {
    fn factor(self) -> Value {
        match self {
            Self::Totp => okta_totp(),
            Self::Message => sms(),
            Self::Question => factor("ufs1", "question", "OKTA", &json!({})),
            Self::Rsa => rsa(),
            Self::Password => factor("pwd1", "password", "OKTA", &json!({})),
        }
    }

    /// `facts`, and those about the password where that is the answer.
    fn with(self, facts: &[&'static str], of_password: &[&'static str]) -> Vec<&'static str> {
        match self {
            Self::Password => [facts, of_password].concat(),
            _ => facts.to_vec(),
        }
    }
}

/// A scenario whose answer to a factor is under way.
fn answered(setup: &ScenarioOrg, kind: FactorKind) -> Scenario<'_> {
    let (mut scenario, _) = setup.begin(true, &required(&[kind.factor()]));
    if kind == FactorKind::Message {
        scenario.gets(&challenge(&sms(), "", "verify"));
    }
    if kind != FactorKind::Password {
        scenario.types("123456");
    }
    let sent = match kind {
        FactorKind::Password => &["PasswordSent", "CodeSent"][..],
        _ => &["CodeSent"],
    };
    assert_eq!(scenario.verdicts(), sent, "{kind:?}");
    scenario
}

/// The facts that an answer of Okta's yields.
fn learnt(kind: FactorKind, status: u16, body: impl AsRef<[u8]>) -> Vec<String> {
    let setup = plain();
    let mut scenario = answered(&setup, kind);
    let before = scenario.verdicts().len();
    scenario.gets_answer(status, &[], body);
    let facts = scenario.verdicts().into_iter().skip(before);
    facts.map(str::to_owned).collect()
}

#[test]
fn a_code_that_is_refused_is_told() {
    for kind in KINDS {
        let expected = kind.with(&["CodeRefused"], &["PasswordAnswered"]);
        for code in ["E0000068", "E0000082", "E0000083"] {
            let facts = learnt(kind, 403, refusal(code).to_string());
            assert_eq!(facts, expected, "{kind:?} {code}");
        }
    }
}

#[test]
fn a_code_of_another_time_or_one_that_was_used_is_refused() {
    for kind in [FactorKind::Totp, FactorKind::Message, FactorKind::Rsa] {
        for result in ["TIME_WINDOW_EXCEEDED", "PASSCODE_REPLAYED"] {
            let body = challenge(&kind.factor(), result, "verify").to_string();
            assert_eq!(
                learnt(kind, 200, body),
                ["CodeRefused"],
                "{kind:?} {result}"
            );
        }
    }
}

#[test]
fn a_code_that_completes_the_factors_ends_the_count() {
    for kind in KINDS {
        let mut expected = kind.with(&["CodeAnswered"], &["PasswordAnswered"]);
        expected.push("CodesAccepted");
        assert_eq!(
            learnt(kind, 200, success().to_string()),
            expected,
            "{kind:?}"
        );
    }
}

#[test]
fn an_understood_code_leaves_the_count_until_the_factors_are_complete() {
    let expired = renewal("PASSWORD_EXPIRED", "changePassword", "/credentials");
    for body in [
        required(&[sms()]),
        challenge(&sms(), "", "verify"),
        expired,
        transaction("LOCKED_OUT"),
    ] {
        for kind in KINDS {
            let expected = kind.with(&["CodeAnswered"], &["PasswordAnswered"]);
            assert_eq!(
                learnt(kind, 200, body.to_string()),
                expected,
                "{kind:?} {body}"
            );
        }
    }
}

#[test]
fn a_token_that_asks_back_has_taken_the_code() {
    for kind in KINDS {
        let facts = learnt(kind, 409, refusal("E0000113").to_string());
        assert_eq!(facts, ["CodeAnswered"], "{kind:?}");
    }
}

#[test]
fn an_unreadable_answer_yields_no_verdict_under_any_status() {
    let wrong = refusal("E0000068").to_string();
    let asks = refusal("E0000113").to_string();
    let mut bodies = vec![vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56]];
    for text in [
        "",
        "null",
        "{}",
        "<html>",
        r#"{"error":"x"}"#,
        r#"{"errorSummary":"x"}"#,
        r#"{"errorCode":4}"#,
    ] {
        bodies.push(text.into());
    }
    for body in [wrong, asks, success().to_string()] {
        for mark in ["\u{feff}", ")]}'\n"] {
            bodies.push(format!("{mark}{body}").into());
        }
    }
    for body in bodies {
        for status in [200, 204, 302, 401, 403, 407, 429, 500, 502] {
            for kind in KINDS {
                let facts = learnt(kind, status, &body);
                let shown = String::from_utf8_lossy(&body);
                assert_eq!(facts, [""; 0], "{kind:?} {status} {shown}");
            }
        }
    }
}

#[test]
fn a_refusal_of_anything_else_is_no_verdict_on_a_code() {
    for (status, code) in [
        (401, "E0000011"),
        (403, "E0000006"),
        (403, "E0000069"),
        (403, "E0000079"),
        (429, "E0000047"),
        (500, "E0000009"),
        (504, "E0000067"),
    ] {
        for kind in KINDS {
            let facts = learnt(kind, status, refusal(code).to_string());
            assert_eq!(facts, [""; 0], "{kind:?} {status} {code}");
        }
    }
}

#[test]
fn a_code_of_okta_s_is_no_verdict_where_the_status_is_a_limit_or_trouble() {
    for code in ["E0000068", "E0000082", "E0000083", "E0000113"] {
        for status in [200, 202, 302, 429, 500, 502, 503, 504] {
            for kind in KINDS {
                let facts = learnt(kind, status, refusal(code).to_string());
                assert_eq!(facts, [""; 0], "{kind:?} {status} {code}");
            }
        }
    }
}

#[test]
fn a_status_word_that_okta_does_not_document_is_no_verdict() {
    for word in ["DEVICE_ACTIVATE", "success", "BRAND_NEW"] {
        for kind in KINDS {
            let facts = learnt(kind, 200, transaction(word).to_string());
            assert_eq!(facts, [""; 0], "{kind:?} {word}");
        }
    }
}

#[test]
fn a_broken_connection_counts_the_code_as_sent_once_it_was_open() {
    for kind in KINDS {
        for (may_have_arrived, facts) in [
            (false, kind.with(&["CodeUnsent"], &["PasswordUnsent"])),
            (true, Vec::new()),
        ] {
            let setup = plain();
            let mut scenario = answered(&setup, kind);
            let before = scenario.verdicts().len();
            assert_eq!(
                scenario.breaks_off(may_have_arrived),
                "stop 6: the line is dead"
            );
            assert_eq!(scenario.verdicts()[before..], facts, "{kind:?}");
        }
    }
}

#[test]
fn a_code_of_the_configuration_is_refused_with_oktas_words() {
    let setup = ScenarioOrg::new(|org| org.passcode = Some(totp()));
    for person in [true, false] {
        let (mut scenario, _) = setup.begin(person, &required(&[okta_totp()]));
        scenario.types("111111");
        scenario.is_refused(403, "E0000068");
        let facts = ["CodeSent", "CodeRefused of the configuration"];
        assert_eq!(scenario.verdicts(), facts);
    }
}

/// A scenario whose new password is under way.
fn renewed(setup: &ScenarioOrg) -> Scenario<'_> {
    let expired = renewal("PASSWORD_EXPIRED", "changePassword", "/credentials");
    let (mut scenario, line) = setup.begin(true, &expired);
    assert_eq!(line, format!("renew at {API}/credentials"));
    scenario.types("n3w");
    assert_eq!(scenario.verdicts(), ["PasswordSent"]);
    scenario
}

#[test]
fn only_an_understood_answer_judges_a_new_password() {
    let html = "<html>".to_owned();
    for (status, body, facts) in [
        (
            403,
            refusal("E0000080").to_string(),
            &["PasswordAnswered"][..],
        ),
        (403, refusal("E0000014").to_string(), &["PasswordAnswered"]),
        (
            200,
            success().to_string(),
            &["PasswordAnswered", "PasswordChanged", "CodesAccepted"],
        ),
        (200, html.clone(), &[]),
        (401, html.clone(), &[]),
        (502, html, &[]),
        (500, refusal("E0000009").to_string(), &[]),
        (429, refusal("E0000080").to_string(), &[]),
        (500, refusal("E0000014").to_string(), &[]),
        (200, transaction("BRAND_NEW").to_string(), &[]),
    ] {
        let setup = plain();
        let mut scenario = renewed(&setup);
        scenario.gets_answer(status, &[], &body);
        assert_eq!(scenario.verdicts()[1..], *facts, "{status} {body}");
    }
    for (may_have_arrived, facts) in [(false, &["PasswordUnsent"][..]), (true, &[])] {
        let setup = plain();
        let mut scenario = renewed(&setup);
        scenario.breaks_off(may_have_arrived);
        assert_eq!(scenario.verdicts()[1..], *facts);
    }
}
