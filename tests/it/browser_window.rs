//! A person at a browser's window, with a keyboard: typing, waiting too long, opening other pages, closing it.

use sandbox::person::Screen;
use sandbox::{Pages, User};

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, assert_ours, command_lines, home, is_possible, setup_with,
};
use crate::home::{ADA, Home};
use crate::screen::{PATIENCE, Terminal, outcome};

const TITLE: &str = "Keycloak of Corp - Sign In";
const TYPED: &str = "correct+horse&battery=1";

#[test]
fn a_closed_window_ends_the_sign_in_at_once() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let mut home = home(setup_with(Pages::default(), &["grafana"]));
    home.set("DISPLAY", screen.display.clone());
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    assert!(screen.shows(TITLE, PATIENCE), "the page is shown");
    until("the window is closed", || {
        screen.focus(TITLE);
        screen.press("ctrl+w");
        command_lines(&home).is_empty()
    });
    let words = outcome(child).failure(3);
    assert!(words.contains("the browser window was closed"), "{words}");
    assert_no_browser(&home);
}

/// A home whose person types with the keyboard of this screen, and may open the app too; and the sign-in that waits for it.
fn typing(screen: &Screen, opens_apps: bool) -> (Home, Terminal, std::process::Child) {
    let mut setup = setup_with(Pages::default(), &["grafana"]);
    setup.browsers_may_call_apps = opens_apps;
    // A password that every keyboard types.
    setup.users = vec![User::new(ADA, TYPED)];
    let mut home = home(setup);
    home.set("DISPLAY", screen.display.clone());
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    assert!(screen.shows(TITLE, PATIENCE), "the page is shown");
    (home, terminal, child)
}

/// Types into the form until the provider has a password: a window takes keys a little later than it is seen.
#[track_caller]
fn type_password(screen: &Screen, home: &Home) {
    until("the form is sent", || {
        screen.focus(TITLE);
        screen.press("ctrl+a");
        screen.type_text(ADA);
        screen.press("Tab");
        screen.type_text(TYPED);
        screen.press("Return");
        std::thread::sleep(std::time::Duration::from_millis(500));
        home.sandbox.typed_passwords() > 0
    });
}

#[test]
fn a_person_types_into_the_window() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let (home, _terminal, child) = typing(&screen, false);
    type_password(&screen, &home);
    let told = outcome(child).done();
    assert!(told.contains("signed in to grafana"), "{told}");
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

#[test]
fn a_callback_that_is_too_late_is_followed_by_one_without_the_person() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let (home, _terminal, child) = typing(&screen, false);
    home.sandbox
        .advance(std::time::Duration::from_secs(16 * 60));
    type_password(&screen, &home);
    let told = outcome(child).done();
    assert!(told.contains("signed in to grafana"), "{told}");
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_ours(&home, 2);
}

#[test]
fn a_callback_that_another_page_makes_up_ends_nothing() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let (home, _terminal, child) = typing(&screen, true);
    let callback = home.sandbox.app_url("grafana") + "/oauth2/idpresponse";
    for (index, query) in ["?error=access_denied", "", "?code=made-up"]
        .into_iter()
        .enumerate()
    {
        until("the made-up callback is let through", || {
            screen.focus(TITLE);
            screen.press("ctrl+t");
            assert!(screen.shows("New Tab", PATIENCE), "a tab is opened");
            screen.press("ctrl+l");
            screen.type_text(&format!("{callback}{query}"));
            screen.press("Return");
            std::thread::sleep(std::time::Duration::from_millis(500));
            home.sandbox.callbacks().len() > index
        });
    }
    let made_up = home.sandbox.callbacks();
    assert!(made_up.iter().all(|one| one.browser), "{made_up:?}");
    // The first tab is the provider's.
    screen.press("ctrl+1");
    assert!(screen.shows(TITLE, PATIENCE), "the page is still there");
    type_password(&screen, &home);
    let told = outcome(child).done();
    assert!(told.contains("signed in to grafana"), "{told}");
    let came = home.sandbox.callbacks();
    let ours: Vec<_> = came
        .iter()
        .filter(|one| one.nonce && !one.browser)
        .collect();
    assert_eq!(ours.len(), 1, "{came:?}");
    assert_no_browser(&home);
}
