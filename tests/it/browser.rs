//! Signing in by a browser at any identity provider: a window for a person, then silently without one.

use crate::browser_scene::{assert_ours, attended, auto, home, is_possible, setup_with};

#[test]
fn a_person_signs_in_once_in_a_window_and_the_next_sign_in_needs_nobody() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    let (said, screen) = attended(&home, "credential login grafana");
    let told = said.done();
    assert!(told.contains("signed in to grafana for"), "{told}");
    let provider = home.sandbox.provider_url("id").replace("https://", "");
    let line = format!("sign in to grafana at {provider}, in the browser window that opens");
    assert!(
        screen.contains(&line) || told.contains(&line),
        "{screen}{told}"
    );
    assert_ours(&home, 1);
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));

    // Without a terminal and without a display.
    let next = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(next, cookie);
    assert_ours(&home, 2);
    assert_eq!(home.sandbox.typed_passwords(), 1);
}
