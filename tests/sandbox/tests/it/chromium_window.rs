//! A person at the keyboard of a real window: what headless browsers and pages that fill themselves in cannot show.

use std::time::{Duration, Instant};

use sandbox::person::{Browser, Screen};
use sandbox::{Provider, Sandbox, Setup, User};

use crate::browser::{Ask, start};
use crate::desk::LIMIT;
use crate::factors::ADA;
use crate::tools::tools;

#[test]
fn a_form_is_typed_into_a_window() {
    if !tools(&["chromium", "Xvfb", "xdotool"]) {
        return;
    }
    let mut setup = Setup::with_provider(Provider::keycloak("id"));
    // what every keyboard types
    setup.users = vec![User::new(ADA, "correct+horse&battery=1")];
    let sandbox = Sandbox::start(setup);
    let screen = Screen::start();
    let profile = tempfile::tempdir().expect("a directory");
    let arguments = sandbox.browser_arguments();
    let mut browser = Browser::start_on(&screen.display, &arguments, profile.path());
    browser.hold(&format!("{}*", sandbox.callback_url("grafana")));
    let begun = start(&sandbox, "/");
    browser.open(&begun.authorize);
    let title = "Keycloak of Corp - Sign In";
    assert!(screen.shows(title, LIMIT), "the page is shown");
    // A window takes keys a little later than it is seen.
    let until = Instant::now() + LIMIT;
    while sandbox.typed_passwords() == 0 {
        assert!(Instant::now() < until, "the form is never sent");
        screen.focus(title);
        screen.press("ctrl+a");
        screen.type_text(ADA);
        screen.press("Tab");
        screen.type_text("correct+horse&battery=1");
        screen.press("Return");
        std::thread::sleep(Duration::from_millis(500));
    }
    let held = browser.held(LIMIT);
    let held = held.unwrap_or_else(|| panic!("no callback: {:#?}", sandbox.events()));
    let answer = Ask::get(&held.url)
        .cookie("AWSALBAuthNonce", &begun.nonce)
        .send(&sandbox);
    browser.fulfil(&held);
    assert_eq!(answer.status, 302);
    assert_eq!(sandbox.violations(), []);
    assert_eq!(sandbox.typed_passwords(), 1);
    browser.close();
}
