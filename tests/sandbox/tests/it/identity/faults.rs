//! Servers that misbehave, at each step of the Identity Engine's.

use std::time::Duration;

use sandbox::{Factor, Fault, Garble, Identity, Need, PASSWORD, Plan, Sandbox, Step, Violation};
use serde_json::json;

use super::{Walk, only, org, quick};
use crate::browser::Ask;
use crate::factors::{ADA, SEED};

fn verify() -> Sandbox {
    Sandbox::start(org(
        quick(),
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
    ))
}

/// Walks up to a step, and takes it.
fn take(sandbox: &Sandbox, step: Step) -> Walk<'_> {
    let mut walk = Walk::page(sandbox).0;
    if step != Step::Introspect {
        walk.introspect();
    }
    match step {
        Step::Introspect => drop(walk.introspect()),
        Step::Identify => drop(walk.log_in(PASSWORD)),
        Step::Choose => {
            walk.log_in(PASSWORD);
            walk.way("totp");
        }
        Step::Answer => {
            walk.log_in(PASSWORD);
            walk.way("totp");
            let code = sandbox.phone(ADA).totp();
            walk.code("totp", &code);
        }
        Step::Poll | Step::Resend => {
            walk.log_in(PASSWORD);
            walk.way("push");
            let name = if step == Step::Poll {
                "challenge-poll"
            } else {
                "resend"
            };
            walk.go(name, json!({}));
        }
        Step::Cancel => drop(walk.log_in(PASSWORD).go("cancel", json!({}))),
        _ => unreachable!("not a step of this test"),
    }
    walk
}

const STEPS: [Step; 7] = [
    Step::Introspect,
    Step::Identify,
    Step::Choose,
    Step::Answer,
    Step::Poll,
    Step::Resend,
    Step::Cancel,
];

#[test]
fn every_step_can_fail_alone() {
    for step in STEPS {
        let sandbox = verify();
        sandbox.fault(Plan::new(step, Fault::Html(502)).times(1));
        let walk = take(&sandbox, step);
        assert_eq!(
            (walk.status, walk.body.clone()),
            (502, json!(null)),
            "{step:?}"
        );
        let sandbox = verify();
        sandbox.fault(Plan::new(step, Fault::TooMany(Duration::from_secs(30))).times(1));
        let walk = take(&sandbox, step);
        assert_eq!(
            (walk.status, walk.body["errorCode"].as_str()),
            (429, Some("E0000047")),
            "{step:?}"
        );
        let sandbox = verify();
        let fault = Fault::Unreadable {
            status: 403,
            body: Garble::Html,
        };
        sandbox.fault(Plan::new(step, fault).times(1));
        assert_eq!(take(&sandbox, step).status, 403, "{step:?}");
    }
}

#[test]
fn an_answer_that_got_lost_is_read_again_and_nothing_is_sent_twice() {
    for step in [Step::Identify, Step::Answer] {
        let sandbox = verify();
        let fault = Fault::Unreadable {
            status: 502,
            body: Garble::Empty,
        };
        sandbox.fault(Plan::new(step, fault).times(1));
        let mut walk = Walk::begin(&sandbox);
        let handle = walk.body["stateHandle"].clone();
        walk.log_in(PASSWORD);
        if step == Step::Identify {
            walk.body = json!({ "stateHandle": handle });
            walk.introspect();
        }
        walk.way("totp");
        let code = sandbox.phone(ADA).totp();
        let handle = walk.body["stateHandle"].clone();
        walk.code("totp", &code);
        if step == Step::Answer {
            walk.body = json!({ "stateHandle": handle });
            walk.introspect();
        }
        walk.arrive();
        assert_eq!((sandbox.passwords_of(ADA), sandbox.codes_of(ADA)), (1, 1));
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_password_that_is_sent_again_after_a_lost_answer_is_noticed() {
    let sandbox = verify();
    sandbox.fault(Plan::new(Step::Identify, Fault::Empty).times(1));
    let mut walk = Walk::begin(&sandbox);
    let before = walk.body.clone();
    walk.log_in(PASSWORD);
    walk.body = before;
    walk.log_in(PASSWORD);
    assert_eq!(walk.status, 401);
    let user = ADA.to_owned();
    assert_eq!(
        sandbox.violations(),
        [Violation::PasswordRepeated { user }, Violation::StaleHandle]
    );
    assert_eq!(sandbox.passwords_of(ADA), 2);
}

#[test]
fn the_handle_before_may_be_polled_again_and_no_older_one() {
    let sandbox = verify();
    let mut walk = take(&sandbox, Step::Poll);
    let (url, old) = (
        walk.href("challenge-poll"),
        walk.body["stateHandle"].clone(),
    );
    walk.poll();
    let again = json!({ "stateHandle": old });
    assert_eq!(walk.post(&url, &again).status, 200);
    assert_eq!(sandbox.violations(), []);
    assert_eq!(walk.post(&url, &again).status, 401);
    only(&sandbox, |one| *one == Violation::StaleHandle);
}

#[test]
fn a_step_before_a_fault_that_keeps_it_away_is_still_counted() {
    let sandbox = verify();
    sandbox.fault(
        Plan::new(Step::Identify, Fault::Html(503))
            .only_secrets()
            .times(1),
    );
    Walk::known(&sandbox);
    assert_eq!(sandbox.passwords_of(ADA), 1);
    let tried = |event: &sandbox::Event| matches!(event, sandbox::Event::PasswordTried { .. });
    assert_eq!(sandbox.count(tried), 0);
}

#[test]
fn an_error_may_repeat_the_secret() {
    let sandbox = verify();
    sandbox.fault(Plan::new(Step::Identify, Fault::EchoPassword).times(1));
    let walk = Walk::known(&sandbox);
    assert!(
        walk.body["errorSummary"]
            .as_str()
            .is_some_and(|text| text.contains(PASSWORD))
    );
}

#[test]
fn a_secret_that_follows_a_foreign_link_is_astray() {
    let sandbox = Sandbox::start(org(
        Identity {
            variety: None,
            ..quick()
        },
        [],
        [],
    ));
    sandbox.fault(Plan::new(Step::Introspect, Fault::ForeignLinks).times(1));
    let mut walk = Walk::begin(&sandbox);
    assert!(walk.href("identify").starts_with(&sandbox.elsewhere_url()));
    walk.log_in(PASSWORD);
    assert!(sandbox.violations().contains(&Violation::WentElsewhere));
    assert!(
        sandbox
            .violations()
            .iter()
            .any(|one| matches!(one, Violation::PasswordAstray { .. }))
    );
}

#[test]
fn an_answer_can_be_cut_withheld_or_large() {
    let sandbox = verify();
    let walk = Walk::begin(&sandbox);
    let ask = || {
        walk.ask(
            &format!("{}/idp/idx/introspect", sandbox.org_url()),
            &json!({ "stateToken": walk.token }),
        )
    };
    let whole = ask().send_raw(&sandbox).len();
    sandbox.fault(Plan::new(Step::Introspect, Fault::Cut).times(1));
    assert!(ask().send_raw(&sandbox).len() < whole * 4 / 5);
    sandbox.fault(Plan::new(Step::Introspect, Fault::HangUp).times(1));
    assert_eq!(ask().send_raw(&sandbox), b"");
    sandbox.fault(Plan::new(Step::Introspect, Fault::Huge).times(1));
    assert!(ask().send_raw(&sandbox).len() > 2 * 1024 * 1024);
    sandbox.fault(Plan::new(Step::Introspect, Fault::NoDate).times(1));
    assert_eq!(ask().send(&sandbox).header("Date"), "");
}

#[test]
fn a_success_link_whose_answer_got_lost_is_spent_and_may_be_asked_for_again() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let fault = Fault::Unreadable {
        status: 502,
        body: Garble::Html,
    };
    sandbox.fault(Plan::new(Step::Success, fault).times(1));
    let mut walk = Walk::known(&sandbox);
    let href = walk.success().expect("a link");
    assert_eq!(walk.follow().status, 502);
    let again = Ask::get(&href).jar(&walk.jar).send(&sandbox);
    assert_eq!((again.status, sandbox.violations()), (404, vec![]));
}

#[test]
fn the_success_link_can_fail() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    sandbox.fault(Plan::new(Step::Success, Fault::Html(403)).times(1));
    let mut walk = Walk::known(&sandbox);
    assert_eq!(walk.follow().status, 403);
    assert_eq!(walk.follow().status, 302, "it has not come to the org");
    let page = Ask::get(&format!("{}/login/login.htm", sandbox.org_url())).send(&sandbox);
    assert_eq!(page.status, 200);
}
