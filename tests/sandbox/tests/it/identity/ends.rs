//! The success link, and what lies between it and the client.

use std::time::Duration;

use sandbox::{Ending, Fault, Hop, Identity, Plan, Sandbox, Step, Violation};

use super::{Walk, only, org, quick, tokens};
use crate::browser::Ask;

fn with(identity: Identity) -> Sandbox {
    Sandbox::start(org(identity, [], []))
}

#[test]
fn the_success_link_makes_the_session_and_sends_the_code_to_the_client() {
    for success_is_remediation in [false, true] {
        let sandbox = with(Identity {
            success_is_remediation,
            ..quick()
        });
        let mut walk = Walk::known(&sandbox);
        let back = walk.follow();
        let state = walk
            .start
            .authorize
            .split("state=")
            .nth(1)
            .and_then(|rest| rest.split('&').next())
            .expect("a state");
        let location = back.header("Location");
        assert!(location.starts_with(&format!("{}?code=", sandbox.callback_url("grafana"))));
        assert!(location.ends_with(&format!("&state={state}")), "{location}");
        let line = back
            .set_cookies()
            .into_iter()
            .find(|line| line.starts_with("idx="))
            .expect("a session")
            .to_owned();
        assert!(
            line.contains("HttpOnly") && line.contains("Secure") && !line.contains("Domain"),
            "{line}"
        );
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_success_may_have_a_skip_beside_it() {
    let sandbox = with(Identity {
        ending: Ending::SuccessBesideSkip,
        ..quick()
    });
    let mut walk = Walk::known(&sandbox);
    assert_eq!(walk.names(), ["skip"]);
    walk.arrive();
}

#[test]
fn the_success_link_is_good_once_and_for_a_minute_and_for_get() {
    let sandbox = with(quick());
    let mut walk = Walk::known(&sandbox);
    let href = walk.success().expect("a link");
    assert_eq!(
        Ask::new("POST", &href).jar(&walk.jar).send(&sandbox).status,
        405
    );
    assert_eq!(walk.follow().status, 302);
    let again = Ask::get(&href).jar(&walk.jar).send(&sandbox);
    assert_eq!((again.status, again.header("Location")), (404, ""));
    only(&sandbox, |one| *one == Violation::TransactionOver);
    sandbox.clear_audit();
    let mut walk = Walk::known(&sandbox);
    sandbox.advance(Duration::from_secs(61));
    assert_eq!((walk.follow().status, sandbox.violations()), (404, vec![]));
}

#[test]
fn a_whole_handle_makes_no_success_link() {
    let sandbox = with(quick());
    let walk = Walk::known(&sandbox);
    let handle = walk.body["stateHandle"].as_str().expect("a handle");
    let url = format!(
        "{}/login/token/redirect?stateToken={handle}",
        sandbox.org_url()
    );
    assert_eq!(Ask::get(&url).jar(&walk.jar).send(&sandbox).status, 400);
    only(&sandbox, |one| *one == Violation::SuccessBuilt);
}

#[test]
fn one_redirect_more_within_the_org() {
    let sandbox = with(Identity {
        hop: Hop::Inner,
        ..quick()
    });
    let mut walk = Walk::known(&sandbox);
    let first = walk.follow();
    let inner = first.header("Location").to_owned();
    assert!(inner.starts_with(&sandbox.org_url()));
    let back = Ask::get(&inner).jar(&walk.jar).send(&sandbox);
    assert!(back.header("Location").contains("?code="));
    let mut walk = Walk::known(&sandbox);
    let inner = walk.follow().header("Location").to_owned();
    assert_eq!(
        Ask::get(&inner).send(&sandbox).status,
        403,
        "without the session"
    );
}

#[test]
fn a_second_page_is_another_round() {
    let sandbox = with(Identity {
        hop: Hop::Page,
        ..quick()
    });
    let mut walk = Walk::known(&sandbox);
    let page = walk.follow();
    assert_eq!(page.status, 200);
    let fresh = tokens(&page.body);
    assert_ne!(fresh, [walk.token.clone()]);
    walk.token = fresh.into_iter().next().expect("a token");
    walk.body = serde_json::Value::Null;
    walk.introspect().arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_success_link_can_lead_astray() {
    let sandbox = with(quick());
    sandbox.fault(Plan::new(Step::Success, Fault::Elsewhere).times(1));
    let mut walk = Walk::known(&sandbox);
    assert!(
        walk.follow()
            .header("Location")
            .starts_with(&sandbox.elsewhere_url())
    );
}

#[test]
fn a_code_of_the_success_link_is_good_once() {
    let sandbox = with(quick());
    let mut walk = Walk::known(&sandbox);
    let back = walk.follow();
    let first = crate::browser::callback(&sandbox, &walk.start, &back);
    let second = crate::browser::callback(&sandbox, &walk.start, &back);
    assert_eq!((first.status, second.status), (302, 401));
}
