//! Answers that cannot be understood: the org has judged and counted what came all the same, so that a client that takes
//! silence for leave to try again is seen to lock the account.

use sandbox::{
    Event, Factor, FactorKind, Fault, Garble, PASSWORD, Plan, Sandbox, Setup, Step, UserState,
};
use serde_json::{Value, json};
use std::time::Duration;

use crate::browser::{Answer, Ask, authn};
use crate::factors::{ADA, SEED, Walk, code, with};
use crate::tools::tools;

const STATUSES: [u16; 10] = [200, 400, 401, 403, 405, 407, 429, 500, 502, 504];
const NEW: &str = "Brand-new staple 9";

fn unreadable(step: Step, status: u16, body: Garble) -> Plan {
    Plan::new(step, Fault::Unreadable { status, body })
}

fn gateway(step: Step) -> Plan {
    unreadable(step, 504, Garble::Html)
}

fn locked(sandbox: &Sandbox) -> usize {
    sandbox.count(|event| matches!(event, Event::LockedOut { .. }))
}

fn post(sandbox: &Sandbox, user: &str, password: &str) -> Answer {
    let body = json!({ "username": user, "password": password });
    Ask::post(&format!("{}/api/v1/authn", sandbox.org_url()), &body).send(sandbox)
}

#[test]
fn a_wrong_password_counts_whatever_answer_takes_the_true_ones_place() {
    let rows: Vec<(u16, Garble)> = STATUSES
        .into_iter()
        .flat_map(|status| Garble::ALL.map(|body| (status, body)))
        .collect();
    let mut setup = with([]);
    setup.lockout.attempts = u32::try_from(rows.len()).expect("a hundred");
    setup.limits.authn_per_user_second = 1000;
    let sandbox = Sandbox::start(setup);
    for (at, (status, body)) in rows.iter().enumerate() {
        assert!(!sandbox.is_locked(ADA), "{at}");
        sandbox.clear_faults();
        sandbox.fault(unreadable(Step::Authn, *status, body.clone()));
        let answer = authn(&sandbox, "wrong");
        assert_eq!(answer.status, *status, "{body:?}");
        assert_eq!(answer.header("Set-Cookie"), "", "nothing else gets through");
        let said = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
        let verdict = (said["status"].as_str(), said["errorCode"].as_str());
        match body {
            Garble::ServerError => assert_eq!(verdict, (None, Some("E0000009"))),
            // The browser of these tests takes it for UTF-8 with a mark in the place of each letter.
            Garble::Latin1 => assert!(answer.body.contains('\u{fffd}')),
            _ => assert_eq!(verdict, (None, None), "{body:?}"),
        }
    }
    assert!(sandbox.is_locked(ADA));
    assert_eq!((locked(&sandbox), sandbox.passwords_of(ADA)), (1, 100));
}

#[test]
fn a_client_that_retries_after_gateway_answers_locks_the_account_at_ten() {
    let sandbox = Sandbox::start(with([]));
    sandbox.fault(gateway(Step::Authn));
    for count in 1..=9 {
        authn(&sandbox, "wrong");
        assert_eq!(sandbox.passwords_of(ADA), count);
        assert!(!sandbox.is_locked(ADA));
    }
    authn(&sandbox, "wrong");
    assert!(sandbox.is_locked(ADA));
    sandbox.clear_faults();
    assert_eq!(code(&authn(&sandbox, PASSWORD)), "E0000004");
}

#[test]
fn a_right_password_counts_nothing_and_starts_the_count_anew() {
    let sandbox = Sandbox::start(with([]));
    sandbox.fault(gateway(Step::Authn));
    for _ in 0..3 {
        for _ in 0..9 {
            authn(&sandbox, "wrong");
        }
        authn(&sandbox, PASSWORD);
    }
    assert!(!sandbox.is_locked(ADA));
    assert_eq!(sandbox.passwords_of(ADA), 30);
    let accepted = |event: &Event| matches!(event, Event::PasswordTried { accepted: true, .. });
    assert_eq!(sandbox.count(accepted), 3);
}

#[test]
fn a_password_is_judged_though_the_connection_ends_or_stays_silent() {
    for fault in [Fault::HangUp, Fault::Cut, Fault::Silence] {
        let mut setup = with([]);
        setup.lockout.attempts = 1;
        let sandbox = Sandbox::start(setup);
        sandbox.fault((Step::Authn, fault.clone()));
        let body = json!({ "username": ADA, "password": "wrong" });
        let url = format!("{}/api/v1/authn", sandbox.org_url());
        // This browser waits for five seconds.
        let said = Ask::post(&url, &body).send_raw(&sandbox);
        assert_eq!(said.is_empty(), fault != Fault::Cut, "{fault}");
        assert!(sandbox.is_locked(ADA), "{fault}");
    }
}

#[test]
fn an_account_has_one_counter_however_its_name_is_written() {
    let sandbox = Sandbox::start(with([]));
    for name in ["Ada@Corp.Example", ADA, "ADA@corp.example"] {
        for _ in 0..3 {
            post(&sandbox, name, "wrong");
        }
    }
    assert!(!sandbox.is_locked(ADA));
    post(&sandbox, "aDa@corp.example", "wrong");
    assert!(sandbox.is_locked("Ada@Corp.Example"));
    assert_eq!(sandbox.passwords_of("Ada@corp.example"), 10);
    post(&sandbox, "eve@corp.example", "wrong");
    post(&sandbox, " Ada@corp.example ", "wrong");
    assert_eq!(
        sandbox.passwords_of(ADA),
        11,
        "that name was meant, which Okta does not know"
    );
}

/// A factor that is proved with a code, the member that has it, and whether it begins with a message.
fn coded() -> [(Factor, &'static str, &'static str, bool); 10] {
    [
        (Factor::totp(SEED), "token:software:totp", "passCode", false),
        (
            Factor::google_totp(SEED),
            "token:software:totp",
            "passCode",
            false,
        ),
        (
            Factor::hotp("Acme", &["1"]),
            "token:hotp",
            "passCode",
            false,
        ),
        (Factor::yubikey(), "token:hardware", "passCode", false),
        (Factor::rsa("ada"), "token", "passCode", false),
        (Factor::symantec("VSMT1"), "token", "passCode", false),
        (Factor::question("Who?", "Me"), "question", "answer", false),
        (Factor::sms("+1"), "sms", "passCode", true),
        (Factor::call("+1"), "call", "passCode", true),
        (Factor::email("a@b"), "email", "passCode", true),
    ]
}

#[test]
fn a_wrong_code_counts_whatever_answer_is_sent_and_the_fifth_locks() {
    let mut bodies = Garble::ALL.into_iter().cycle();
    let mut statuses = STATUSES.into_iter().cycle();
    for (factor, kind, member, is_sent) in coded() {
        let sandbox = Sandbox::start(with([factor]));
        for count in 1..=5 {
            assert!(!sandbox.is_locked(ADA), "{kind}");
            sandbox.advance(Duration::from_secs(60));
            let (status, body) = (statuses.next(), bodies.next());
            let fault = unreadable(Step::Verify, status.expect("more"), body.expect("more"));
            sandbox.fault(fault.only_secrets());
            let mut walk = Walk::begin(&sandbox);
            let mut href = walk.factor(kind);
            if is_sent {
                walk.choose(kind);
                href = walk.href("next");
            }
            let wrong =
                json!({ "stateToken": walk.body["stateToken"], member: format!("0000{count}") });
            let answer = Ask::post(&href, &wrong).send(&sandbox);
            assert_eq!(Some(answer.status), status, "{kind}");
            assert_eq!(sandbox.codes_of(ADA), count, "{kind}");
            sandbox.clear_faults();
        }
        assert!(sandbox.is_locked(ADA), "{kind}");
        assert_eq!(locked(&sandbox), 1, "{kind}");
    }
}

#[test]
fn a_right_code_counts_nothing_though_its_answer_cannot_be_understood() {
    let sandbox = Sandbox::start(with([Factor::question("Who?", "Me")]));
    let answer = |text: &str| {
        let mut walk = Walk::begin(&sandbox);
        let href = walk.factor("question");
        sandbox.fault(gateway(Step::Verify).times(1));
        assert_eq!(walk.post(&href, json!({ "answer": text })).status, 504);
    };
    for _ in 0..2 {
        for number in 0..4 {
            answer(&format!("wrong {number}"));
        }
        answer("me");
    }
    assert!(!sandbox.is_locked(ADA));
    assert_eq!(sandbox.codes_of(ADA), 10);
}

#[test]
fn the_dialogue_of_a_token_goes_on_behind_an_answer_that_cannot_be_understood() {
    let factor = Factor::rsa("ada").with_dialogue([sandbox::RsaPrompt::NextToken]);
    let sandbox = Sandbox::start(with([factor]));
    let phone = sandbox.phone(ADA);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("token");
    sandbox.fault(gateway(Step::Verify).times(1));
    let asked = walk.next(json!({ "passCode": phone.rsa() }));
    assert_eq!(asked.status, 504, "its question is not seen");
    walk.next(json!({ "passCode": phone.rsa() }));
    assert_eq!(walk.status(), "SUCCESS");
    assert_eq!(sandbox.codes_of(ADA), 2);
}

#[test]
fn a_password_is_changed_though_the_client_is_not_told() {
    let mut setup = with([]);
    setup.users[0].state = UserState::PasswordExpired;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    sandbox.fault(unreadable(Step::ChangePassword, 502, Garble::Empty).times(2));
    walk.next(json!({ "oldPassword": "wrong", "newPassword": NEW }));
    let done = walk.next(json!({ "oldPassword": PASSWORD, "newPassword": NEW }));
    assert_eq!((done.status, done.body.as_str()), (502, ""));
    assert_eq!(code(&authn(&sandbox, PASSWORD)), "E0000004");
    assert_eq!(authn(&sandbox, NEW).json()["status"], "SUCCESS");
    assert_eq!(sandbox.passwords_of(ADA), 5);
}

#[test]
fn another_message_goes_out_though_the_client_is_not_told() {
    let sandbox = Sandbox::start(with([Factor::sms("+1")]));
    let phone = sandbox.phone(ADA);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("sms");
    let first = phone.last_code(FactorKind::Sms).expect("a message");
    sandbox.advance(Duration::from_secs(31));
    sandbox.fault(gateway(Step::Resend).times(1));
    assert_eq!(walk.post(&walk.href("resend"), json!({})).status, 504);
    let second = phone.last_code(FactorKind::Sms).expect("a message");
    let old = walk.next(json!({ "passCode": first }));
    assert_eq!(code(&old), "E0000068");
    walk.next(json!({ "passCode": second }));
    assert_eq!(walk.status(), "SUCCESS");
    let sent = |event: &Event| matches!(event, Event::CodeSent { .. });
    assert_eq!(sandbox.count(sent), 2);
}

#[test]
fn a_plan_for_secrets_alone_lets_all_else_pass() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    sandbox.fault(gateway(Step::Verify).only_secrets());
    let mut walk = Walk::begin(&sandbox);
    walk.choose("token:software:totp");
    assert_eq!(walk.status(), "MFA_CHALLENGE");
    let now = sandbox.phone(ADA).totp();
    assert_eq!(walk.next(json!({ "passCode": now })).status, 504);
}

#[test]
fn what_is_in_gzip_is_the_true_answer() {
    if !tools(&["gzip", "sh"]) {
        return;
    }
    let sandbox = Sandbox::start(Setup::default());
    sandbox.fault(unreadable(Step::Authn, 200, Garble::Gzip));
    let body = json!({ "username": ADA, "password": PASSWORD });
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let said = Ask::post(&url, &body).send_raw(&sandbox);
    let head = said.windows(4).position(|four| four == b"\r\n\r\n");
    let file = sandbox.directory().join("body.gz");
    std::fs::write(&file, &said[head.expect("a head") + 4..]).expect("a file");
    let plain = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(&file)
        .output()
        .expect("gzip starts");
    assert!(plain.status.success(), "{plain:?}");
    let plain: Value = serde_json::from_slice(&plain.stdout).expect("JSON");
    assert_eq!(plain["status"], "SUCCESS");
}
