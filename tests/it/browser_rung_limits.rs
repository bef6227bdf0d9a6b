//! Limits of the last rung of method `okta`: it is not taken without a profile, without a window, without leave.

use crate::browser_rung::{captcha, fastpass, login, rung, security_key};
use crate::browser_scene::is_possible;
use crate::elsewhere::Talk;
use crate::home::Home;

#[test]
fn without_a_profile_nobody_gets_a_browser_and_the_step_is_named() {
    if !is_possible() {
        return;
    }
    for (setup, what) in [
        (fastpass(), "FastPass"),
        (security_key(), "a security key in a browser"),
        (captcha(), "CAPTCHA"),
    ] {
        let home = rung(setup, "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(what), "{told}");
        for said in home.crowd(50, &["get", "grafana"]) {
            let told = said.failure(3);
            assert!(told.contains(what), "{told}");
        }
        assert!(home.sandbox.password_tries() <= 1);
        assert!(!home.cache().join("browser").exists(), "no browser ran");
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn fifty_callers_at_once_send_one_password_at_most_and_start_no_browser() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    for said in home.crowd(50, &["get", "grafana"]) {
        let told = said.failure(3);
        assert!(told.contains("FastPass"), "{told}");
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.typed_passwords(), 0);
    assert!(!home.cache().join("browser").exists(), "no browser ran");
}

#[test]
fn an_org_that_allows_no_browser_ends_as_if_there_were_none() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    home.append_to_org("browser = false");
    for words in ["credential login grafana", "credential get grafana"] {
        let (said, screen) = Talk::start(&home, words).end();
        let told = said.told(3);
        assert!(told.contains("FastPass"), "{told}");
        assert!(!screen.contains("browser"), "{screen}");
    }
    // The need is not acted on either.
    assert_eq!(home.sandbox.password_tries(), 2);
    assert!(!home.cache().join("browser").exists(), "no browser ran");

    let told = Talk::start(&home, "credential login grafana --browser")
        .end()
        .0
        .told(2);
    assert!(told.contains("org corp allows no browser"), "{told}");
    assert!(
        told.contains("hint: set browser = true in [org.corp]"),
        "{told}"
    );
}

#[test]
fn without_windows_a_person_gets_no_more_than_a_renewal_by_the_profile() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "window = false");
    let (said, screen) = Talk::start(&home, "credential login grafana").end();
    let told = said.told(3);
    assert!(told.contains("FastPass"), "{told}");
    assert_names_open_ways(&told);
    assert_eq!(screen, "");
    let told = Talk::start(&home, "credential login grafana --browser")
        .end()
        .0
        .told(2);
    assert!(told.contains("window = false in [browser]"), "{told}");
    assert!(
        told.contains("hint: credential login grafana --paste"),
        "{told}"
    );

    // Once there is a profile, a person too is signed in silently.
    home.configure(&text(&home).replace("window = false", ""));
    login(&home);
    home.configure(&text(&home).replace("[browser]", "[browser]\nwindow = false"));
    let (said, screen) = Talk::start(&home, "credential get grafana --fresh").end();
    assert!(said.answer().starts_with("AWSELB"));
    assert_eq!(screen, "", "nothing has to be said");
    home.sandbox.end_okta_sessions();
    let (said, screen) = Talk::start(&home, "credential get grafana --fresh").end();
    let told = said.told(3);
    assert!(told.contains("Okta wanted a browser"), "{told}");
    assert_names_open_ways(&told);
    assert!(!screen.contains("https://"), "{screen}");
}

#[test]
fn without_windows_each_way_into_a_browser_names_those_that_are_open() {
    if !is_possible() {
        return;
    }
    for setup in [fastpass(), security_key(), captcha()] {
        let home = rung(setup, "window = false");
        // The first call learns that a browser is needed, the next ones know it.
        for words in [&["get", "grafana"][..], &["login", "grafana"]] {
            assert_names_open_ways(&home.run(words).told(3));
        }
        // An org that allows no browser is not helped by a window.
        home.append_to_org("browser = false");
        let told = home.run(&["login", "grafana"]).told(3);
        assert!(!told.contains("window"), "{told}");
    }
}

/// Asserts that the first hints are to paste, and to allow windows, and that none wants a window here.
#[track_caller]
fn assert_names_open_ways(told: &str) {
    let mut hints = told.lines().filter_map(|line| line.strip_prefix("hint: "));
    assert_eq!(
        hints.next(),
        Some("credential login grafana --paste"),
        "{told}"
    );
    assert_eq!(
        hints.next(),
        Some("or set window = true in [browser]"),
        "{told}"
    );
    assert!(!told.contains("at a terminal of a desktop"), "{told}");
}

fn text(home: &Home) -> String {
    std::fs::read_to_string(home.path("config.toml")).expect("there is a configuration")
}
