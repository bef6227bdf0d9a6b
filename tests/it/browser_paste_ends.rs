//! The ALB's answers to a pasted address: too late, loaded by the browser before, spent; and the session's cookies in its
//! place.

use std::time::Duration;

use sandbox::Violation;

use crate::elsewhere::{QUESTION, Talk, code_of, home, load, setup, sign_in};
use crate::gate::Gate;
use crate::home::Home;
use crate::tools::tool;

const LOGIN: &str = "credential login grafana --paste";
const COOKIES: &str = "Cookie line: ";

#[test]
fn a_code_that_came_too_late_gets_a_new_address_at_once() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let first = talk.address();
    let callback = sign_in(&home, &first);
    home.sandbox.advance(Duration::from_secs(61));
    talk.paste(&callback);
    let why = talk.until("asking for another sign-in");
    assert!(why.contains("refused the sign-in (401)"), "{why}");
    let second = talk.address();
    assert_ne!(first, second);
    talk.paste(&sign_in(&home, &second));
    let _ = talk.end().0.done();
    assert_eq!(home.sandbox.callbacks().len(), 2);
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_late_codes_are_a_question_for_the_cookies_and_no_loop() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    for _ in 0..2 {
        let address = talk.address();
        let callback = sign_in(&home, &address);
        home.sandbox.advance(Duration::from_secs(61));
        talk.paste(&callback);
    }
    talk.until(COOKIES);
    talk.type_in("\r");
    let told = talk.end().0.told(5);
    assert!(told.contains("refused the sign-in (401)"), "{told}");
    assert_eq!(home.sandbox.callbacks().len(), 2);
}

#[test]
fn an_address_that_the_browser_has_loaded_is_still_good() {
    if !tool("curl") {
        return;
    }
    for has_nonce in [false, true] {
        let home = home(setup(), "");
        let mut talk = Talk::start(&home, LOGIN);
        let address = talk.address();
        if has_nonce {
            // The person has opened the app in the browser before.
            let page = load(&home, &home.sandbox.app_url("grafana"), &[]);
            assert_eq!(page.status, "302");
        }
        let callback = sign_in(&home, &address);
        assert_eq!(load(&home, &callback, &[]).status, "401");
        talk.paste(&callback);
        let _ = talk.end().0.done();
        let came = home.sandbox.callbacks();
        let came: Vec<_> = came.iter().map(|one| (one.browser, one.nonce)).collect();
        assert_eq!(came, [(true, false), (false, true)], "{has_nonce}");
        let mut violations = home.sandbox.violations();
        // The browser's own nonce is of its own visit.
        violations.retain(|one| !matches!(one, Violation::NonceOfAnotherAttempt { .. }));
        assert_eq!(violations, []);
    }
}

/// A call at an ALB that spends the code before it looks at the nonce, at its question for the cookies.
fn at_the_cookies() -> (Home, Talk) {
    let mut setup = setup();
    setup.variants.code_before_nonce = true;
    let home = home(setup, "");
    let mut talk = Talk::start(&home, LOGIN);
    for _ in 0..2 {
        let address = talk.address();
        let callback = sign_in(&home, &address);
        assert_eq!(load(&home, &callback, &[]).status, "401");
        talk.paste(&callback);
    }
    let words = talk.until(COOKIES);
    assert!(words.contains("refused the sign-in (401)"), "{words}");
    assert!(
        words.contains("spends the code of a page that any browser loads"),
        "{words}"
    );
    (home, talk)
}

#[test]
fn an_alb_that_spends_the_code_first_is_told_and_enter_alone_ends_it() {
    if !tool("curl") {
        return;
    }
    let (home, mut talk) = at_the_cookies();
    talk.type_in("\r");
    let (said, screen) = talk.end();
    let told = said.told(5);
    assert!(
        told.contains("credential login grafana --browser"),
        "{told}"
    );
    assert_eq!(screen.matches(QUESTION).count(), 2, "{screen}");
    assert_eq!(home.sandbox.callbacks().len(), 4, "no loop");
    assert!(!home.has_session());
}

/// The session's cookies of a browser that has signed in to the app by itself.
fn browsers_cookies(home: &Home) -> String {
    let start = load(home, &home.sandbox.app_url("grafana"), &[]);
    let callback = sign_in(home, &start.next);
    let page = load(home, &callback, &[]);
    assert_eq!(page.status, "302");
    let cookies = page.cookies();
    assert!(
        cookies.starts_with("AWSELBAuthSessionCookie-0="),
        "{cookies}"
    );
    cookies
}

#[test]
fn the_cookies_of_the_browsers_own_session_are_kept_as_well() {
    if !tool("curl") {
        return;
    }
    let (home, mut talk) = at_the_cookies();
    let cookies = browsers_cookies(&home);
    talk.paste(&format!("Cookie: {cookies}"));
    let (said, screen) = talk.end();
    let _ = said.done();
    assert!(!screen.contains(&cookies[..60]), "{screen}");
    assert_eq!(home.run(&["get", "grafana"]).answer().trim_end(), cookies);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn cookies_are_taken_at_the_first_question_if_the_alb_takes_them() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let cookies = browsers_cookies(&home);
    for line in [format!("Cookie: {cookies}; theme=dark"), cookies.clone()] {
        let mut talk = Talk::start(&home, LOGIN);
        let _ = talk.address();
        talk.paste(&line);
        let _ = talk.end().0.done();
        assert_eq!(home.run(&["get", "grafana"]).answer().trim_end(), cookies);
        let _ = home.run(&["logout", "grafana"]);
    }
    let mut talk = Talk::start(&home, LOGIN);
    let _ = talk.address();
    talk.paste("Cookie: AWSELBAuthSessionCookie-0=madeup");
    let told = talk.end().0.told(5);
    assert!(told.contains("does not take the pasted cookies"), "{told}");
    assert!(!home.has_session());
    assert_eq!(home.sandbox.callbacks().len(), 1, "the browser's own");
}

#[test]
fn an_address_from_an_earlier_call_is_told_as_such() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut first = Talk::start(&home, LOGIN);
    let callback = sign_in(&home, &first.address());
    first.type_in("\u{4}");
    let _ = first.end().0.told(3);
    let mut second = Talk::start(&home, LOGIN);
    let address = second.address();
    second.paste(&callback);
    second.until("it is from an earlier attempt");
    second.until(QUESTION);
    second.paste(&sign_in(&home, &address));
    let (said, screen) = second.end();
    let _ = said.done();
    assert!(!screen.contains(code_of(&callback)), "{screen}");
}

#[test]
fn ctrl_c_ends_the_wait_for_the_albs_judgement_of_pasted_cookies() {
    if !tool("curl") {
        return;
    }
    let mut home = home(setup(), "");
    let cookies = browsers_cookies(&home);
    let gate = Gate::before(&mut home);
    gate.open();
    let mut talk = Talk::start(&home, LOGIN);
    let _ = talk.address();
    gate.close();
    talk.paste(&format!("Cookie: {cookies}"));
    gate.until_stopped();
    talk.type_in("\u{3}");
    // The ALB would have half a minute to answer.
    assert!(talk.ends_within(Duration::from_secs(20)));
    let screen = talk.interrupted();
    assert!(!screen.contains("take the pasted cookies"), "{screen}");
    assert!(!home.has_session());
}
