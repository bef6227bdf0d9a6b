//! Rate limits of the Identity Engine: waited for where that is short and costs nothing, else told and remembered.

use std::time::Duration;

use sandbox::{Factor, Fault, Identity, Need, Plan, Step};

use crate::factors::{SEED, assert_lawful, home};
use crate::identity::{SEEDED, at, posts, setup_at};
use crate::identity_faults::{secrets, whole};

#[test]
fn a_limit_is_waited_for_at_a_get_and_at_the_first_step() {
    for step in [Step::Authorize, Step::Introspect] {
        let home = whole();
        let limit = Fault::TooMany(Duration::from_secs(2));
        home.sandbox.fault(Plan::new(step, limit).times(1));
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{step:?}: {}", said.stderr);
        assert_eq!(secrets(&home), (1, 1));
        assert_lawful(&home);
    }
}

#[test]
fn a_limit_at_an_answer_ends_the_attempt_and_is_remembered() {
    for step in [Step::Identify, Step::Answer] {
        let home = whole();
        let limit = Fault::TooMany(Duration::from_secs(300));
        home.sandbox.fault(Plan::new(step, limit).only_secrets());
        let told = home.run(&["get", "grafana"]).told(6);
        assert!(told.contains("hint: "), "{step:?}: {told}");
        let before = posts(&home);
        let again = home.run(&["get", "grafana"]).told(6);
        assert_eq!(posts(&home), before, "{step:?}: {again}");
        assert_lawful(&home);
    }
}

#[test]
fn a_limit_on_polls_is_waited_for() {
    let identity = Identity {
        number: sandbox::Number::Never,
        ..Identity::new().polled_every(1000)
    };
    let factors = [Factor::push("Ada's phone")];
    let mut setup = setup_at(identity, factors, [Need::Possession]);
    setup.phone = sandbox::PhoneManner::ApprovesAfter { polls: 1 };
    let home = home(setup, "push_unattended = true");
    let limit = Fault::TooMany(Duration::from_secs(2));
    home.sandbox.fault(Plan::new(Step::Poll, limit).times(1));
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_limit_at_a_step_without_a_secret_is_told_as_such() {
    for step in [Step::Choose, Step::Skip] {
        let factors = [Factor::totp(SEED), Factor::google_totp(SEED)];
        let identity = Identity::new().after(sandbox::After::Promotion);
        let lines = format!("{SEEDED}\nfactor = \"okta:token:software:totp\"");
        let home = at(identity, factors, [Need::Possession], &lines);
        let limit = Fault::TooMany(Duration::from_secs(300));
        home.sandbox.fault(Plan::new(step, limit));
        let told = home.run(&["get", "grafana"]).told(6);
        assert!(told.contains("limit"), "{step:?}: {told}");
        let before = posts(&home);
        let _ = home.run(&["get", "grafana"]).told(6);
        assert_eq!(posts(&home), before, "{step:?}");
        assert_lawful(&home);
    }
}

#[test]
fn a_limit_that_ends_beyond_the_time_that_is_left_ends_the_attempt_at_once() {
    for step in [Step::Authorize, Step::Introspect, Step::Success] {
        let home = whole();
        let limit = Fault::TooMany(Duration::from_secs(3600));
        home.sandbox.fault(Plan::new(step, limit));
        let begun = std::time::Instant::now();
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 6, "{step:?}: {}", said.stderr);
        assert!(begun.elapsed() < Duration::from_secs(15), "{step:?}");
        assert!(secrets(&home).0 <= 1);
        assert_lawful(&home);
    }
}
