//! The claim on the account shows the work of another process.

use super::{
    APP, CLAIM, NOT_SIGNED_IN, PASSWORD_WANTED, POLICY, SignInSetup, TOKEN, authn, authn_says,
    authorize, known, refusal, request,
};
use crate::sign_in::fixture::edge_of_use;
use crate::sign_in::flow::KnownAccount;
use crate::sign_in::okta::fixture::{okta_totp, required};

#[test]
fn a_new_session_under_the_claim_is_tried_before_the_password() {
    for old in [&[("sid", "old")][..], &[]] {
        let setup = SignInSetup::new();
        let (mut sign_in, mut line) = setup.begin(known(old, "DI1"));
        if !old.is_empty() {
            assert_eq!(line, APP);
            sign_in.app(request());
            line = sign_in.okta(refusal(NOT_SIGNED_IN));
        }
        assert_eq!(line, CLAIM);
        line = sign_in.claimed(known(&[("sid", "new")], "DI2"));
        if old.is_empty() {
            assert_eq!(line, APP);
            line = sign_in.app(request());
        }
        assert_eq!(line, authorize("", "DT=DI2; sid=new"), "{old:?}");
        sign_in.finishes();
        assert_eq!(sign_in.facts(), [""; 0], "another process has recorded it");
    }
}

#[test]
fn a_second_declined_session_is_followed_by_the_password() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "old")], "");
    sign_in.okta(refusal(NOT_SIGNED_IN));
    let line = sign_in.claimed(known(&[("sid", "new")], ""));
    assert_eq!(line, authorize("", "sid=new"));
    assert_eq!(sign_in.okta(refusal(NOT_SIGNED_IN)), PASSWORD_WANTED);
    assert_eq!(sign_in.facts(), ["Session []"]);
    assert_eq!(sign_in.gives_password(), authn(""));
    assert_eq!(
        sign_in.okta(authn_says(200, TOKEN)),
        authorize("20111tok", "")
    );
    sign_in.finishes();
}

#[test]
fn a_session_found_after_a_long_wait_for_the_claim_gets_a_new_request() {
    let world = SignInSetup::new();
    let mut sign_in = world.at_rung_1(&[("sid", "old")], "");
    sign_in.okta(refusal(NOT_SIGNED_IN));
    let late = edge_of_use().1;
    let line = sign_in.claimed_at(known(&[("sid", "new")], ""), late);
    assert_eq!(line, APP, "the ALB takes no callback for the old one");
    assert_eq!(sign_in.app(request()), authorize("", "sid=new"));
    sign_in.finishes();
}

#[test]
fn another_session_is_tried_once_and_its_trouble_ends_the_attempt() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "old")], "");
    sign_in.okta(refusal(NOT_SIGNED_IN));
    sign_in.claimed(known(&[("sid", "new")], ""));
    let line = sign_in.okta(refusal("?error=access_denied"));
    assert!(line.starts_with("stop 5: Okta: access_denied"), "{line}");
}

#[test]
fn a_session_that_was_ended_meanwhile_is_not_brought_back() {
    for words in [NOT_SIGNED_IN, POLICY] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "old")], "DI1");
        assert_eq!(sign_in.okta(refusal(words)), CLAIM);
        let line = sign_in.claimed(known(&[], "DI1"));
        assert_eq!(line, PASSWORD_WANTED);
        assert_eq!(sign_in.gives_password(), authn("DT=DI1"));
        let token = authorize("20111tok", "DT=DI1");
        assert_eq!(sign_in.okta(authn_says(200, TOKEN)), token);
        sign_in.finishes();
        let session = |fact: &&str| fact.starts_with("Session");
        assert!(!sign_in.facts().iter().any(session), "{words}");
    }
}

#[test]
fn the_same_session_is_not_shown_twice() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "old")], "");
    assert_eq!(sign_in.okta(refusal(NOT_SIGNED_IN)), CLAIM);
    let line = sign_in.claimed(known(&[("sid", "old")], ""));
    assert_eq!(line, PASSWORD_WANTED);
    assert_eq!(sign_in.facts(), ["Session []"]);
}

#[test]
fn the_codes_that_the_claimed_record_counts_are_counted_on() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(known(&[], ""));
    assert_eq!(line, CLAIM);
    let three = KnownAccount {
        codes_in_a_row: 3,
        ..known(&[], "")
    };
    sign_in.0.codes_in_a_row = 3;
    sign_in.claimed(three);
    sign_in.gives_password();
    sign_in.app(request());
    let body = required(&[okta_totp()]).to_string();
    assert_eq!(
        sign_in.okta(authn_says(200, &body)),
        "ask: a code from Okta Verify"
    );
    sign_in.types("123456");
    let line = sign_in.okta(authn_says(403, r#"{"errorCode":"E0000068"}"#));
    assert!(
        line.starts_with("stop 5: Okta refused a code from Okta Verify"),
        "{line}"
    );
    assert_eq!(sign_in.0.codes_in_a_row, 4);
}

#[test]
fn each_try_of_a_session_and_its_end_are_told_with_v_alone() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "old")], "");
    sign_in.okta(refusal(NOT_SIGNED_IN));
    sign_in.claimed(known(&[("sid", "new")], ""));
    sign_in.okta(refusal(POLICY));
    sign_in.gives_password();
    assert_eq!(
        sign_in.0.traced,
        [
            "trying the cached Okta session",
            "Okta does not take the cached session: not logged in. (login_required)",
            "trying the cached Okta session",
            "Okta does not take the cached session: re-authentication or MFA. (login_required)",
            "signing in with the password",
        ]
    );
}
