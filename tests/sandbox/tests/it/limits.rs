//! How many requests about factors the org takes.

use sandbox::{Factor, Pipeline, Sandbox, Setup};
use serde_json::json;

use crate::browser::Answer;
use crate::factors::{Walk, code, with};

/// Enough to fill a window even where it turns over in between.
const MANY: usize = 12;

fn limited(setup: Setup) -> Answer {
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let push = walk.factor("push");
    let mut answers = (0..MANY).map(|_| walk.post(&push, json!({})));
    let refused = answers.find(|answer| answer.status == 429);
    let refused = refused.expect("one is refused");
    let reset: i64 = refused
        .header("X-Rate-Limit-Reset")
        .parse()
        .expect("seconds");
    assert!(reset >= sandbox.now().unix_timestamp());
    refused
}

fn phone() -> Setup {
    with([Factor::push("phone")])
}

#[test]
fn the_org_takes_so_many_verifications_a_minute() {
    let mut setup = phone();
    setup.factor_limits.verify_per_minute = 3;
    let refused = limited(setup);
    assert_eq!(code(&refused), "E0000047");
    assert_eq!(refused.header("X-Rate-Limit-Limit"), "3");
    assert_eq!(refused.header("X-Rate-Limit-Remaining"), "0");
}

#[test]
fn the_identity_engine_counts_by_state_token_and_by_user() {
    let mut setup = phone();
    setup.pipeline = Pipeline::Identity;
    setup.factor_limits.token_per_five_seconds = 3;
    assert_eq!(limited(setup).header("X-Rate-Limit-Limit"), "3");
    let mut setup = phone();
    setup.pipeline = Pipeline::Identity;
    setup.factor_limits.user_per_five_seconds = 4;
    assert_eq!(limited(setup).header("X-Rate-Limit-Limit"), "4");
}

#[test]
fn the_classic_engine_does_not() {
    let mut setup = phone();
    setup.factor_limits.token_per_five_seconds = 3;
    setup.factor_limits.user_per_five_seconds = 3;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let push = walk.factor("push");
    for _ in 0..MANY {
        assert_eq!(walk.post(&push, json!({})).status, 200);
    }
}
