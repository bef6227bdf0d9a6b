//! The last rung of method `okta`: a browser goes on where Okta wants what only a browser can answer.

use sandbox::person::Turn;
use sandbox::{App, AppPolicy, Factor, Identity, MfaWhen, Need, Setup, SignOn};

use crate::ahead::{make_old, until, until_over};
use crate::browser_scene::{
    assert_ours, auto, browser_table, display, is_possible, without_display,
};
use crate::elsewhere::Talk;
use crate::factors::SEED;
use crate::home::Home;

/// The words before a browser goes on.
const GOES_ON: &str = "; a browser goes on";
const ENTER: &str = "press Enter to open a browser window";

/// A home of an org with these pages, and with a browser and a display.
pub(crate) fn rung(setup: Setup, browser: &str) -> Home {
    let names: Vec<String> = setup.apps.iter().map(|app| app.name.clone()).collect();
    let mut home = Home::bare(setup);
    let apps = home.configuration(&names);
    home.configure(&format!("{}\n{apps}", browser_table(&home, browser)));
    home.set("DISPLAY", display());
    home.keep(Turn::take());
    home.sandbox.install_okta_verify(true);
    home
}

/// An Identity Engine org where `grafana` wants FastPass and `argocd` the password alone.
pub(crate) fn fastpass() -> Setup {
    let mut setup = Setup::identity_engine(Identity::new());
    setup.users[0].factors = vec![Factor::fastpass("Ada's laptop")];
    let wanted = SignOn::asking([Need::PhishingResistant]);
    setup.apps = vec![App::new("grafana").signing_on(wanted), App::new("argocd")];
    setup.pages = auto();
    setup
}

/// A classic org that wants a second factor, of which the person has an old kind of security key and Duo: its pages ask for
/// Duo.
pub(crate) fn security_key() -> Setup {
    let mut setup = Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        pages: auto(),
        ..Setup::default()
    };
    setup.users[0].factors = vec![Factor::u2f(), Factor::duo()];
    setup.mfa.when = MfaWhen::Always;
    setup
}

/// An Identity Engine org whose first step is a CAPTCHA, for all apps.
pub(crate) fn captcha() -> Setup {
    let identity = Identity {
        captcha: true,
        ..Identity::new()
    };
    let mut setup = Setup::identity_engine(identity);
    setup.apps = vec![App::new("grafana"), App::new("argocd")];
    setup.pages = auto();
    setup
}

/// A classic org where `grafana` declines a session without a second factor, which the org does not ask for.
fn declining() -> Setup {
    let mut grafana = App::new("grafana");
    grafana.protected().client.policy = AppPolicy::SecondFactor;
    let mut setup = Setup {
        apps: vec![grafana, App::new("argocd")],
        pages: auto(),
        ..Setup::default()
    };
    setup.users[0].factors = vec![Factor::totp(SEED)];
    setup.mfa.when = MfaWhen::Never;
    setup
}

/// Signs in to grafana by a window: one line, no question.
#[track_caller]
pub(crate) fn login(home: &Home) {
    let (said, screen) = Talk::start(home, "credential login grafana").end();
    let told = said.done();
    let all = format!("{screen}{told}");
    assert_eq!(all.matches(GOES_ON).count(), 1, "{all}");
    assert!(all.contains("in the browser window that opens"), "{all}");
    assert!(!all.contains(ENTER), "{all}");
    // Anybody may have signed in there.
    assert!(all.contains("signed in to grafana for "), "{all}");
}

#[test]
fn login_goes_on_in_a_window_and_no_password_is_sent_next_time() {
    if !is_possible() {
        return;
    }
    for setup in [fastpass(), security_key()] {
        let home = rung(setup, "");
        login(&home);
        assert_eq!(home.sandbox.password_tries(), 1);
        assert_eq!(home.sandbox.typed_passwords(), 1);
        assert_ours(&home, 1);
        let known = home.run(&["get", "grafana", "--as", "json"]).answer();
        assert!(known.contains("\"account\":null,"), "{known}");
        // Nobody is there, and there is no display: silently.
        let cookie = home.run(&["get", "grafana"]).answer();
        let next = without_display(&home, &["get", "grafana", "--fresh"]).answer();
        assert_ne!(next, cookie);
        assert_eq!(
            home.sandbox.password_tries(),
            1,
            "no password before the browser"
        );
        assert_eq!(home.sandbox.typed_passwords(), 1);
        assert_ours(&home, 2);
    }
}

#[test]
fn at_the_end_of_the_browsers_session_a_person_gets_a_window() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    login(&home);
    home.sandbox.end_okta_sessions();
    let told = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(told.contains("Okta wanted a browser"), "{told}");
    assert!(told.contains("FastPass"), "{told}");
    let asked = home.sandbox.requests();
    let told = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(told.contains("FastPass"), "{told}");
    assert_eq!(
        home.sandbox.requests(),
        asked,
        "no browser for the next one"
    );
    login(&home);
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.typed_passwords(), 2);
    assert_ours(&home, 2);
}

#[test]
fn an_attended_get_asks_first_and_other_apps_keep_their_password() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    home.sandbox.install_okta_verify(false);
    let mut talk = Talk::start(&home, "credential get grafana");
    let words = talk.until(ENTER);
    assert!(words.contains(GOES_ON), "{words}");
    assert!(
        !home.cache().join("browser").exists(),
        "nothing is open yet"
    );
    talk.type_in("\r");
    until("the page", || home.sandbox.typed_passwords() == 1);
    // The window waits for FastPass; nobody waits for the account.
    let _ = home.run(&["get", "argocd"]).answer();
    assert_eq!(home.sandbox.password_tries(), 2);
    home.sandbox.install_okta_verify(true);
    let (said, screen) = talk.end();
    assert_eq!(said.code, 0, "{said:?} {screen}");
    assert!(
        said.stdout.starts_with("AWSELBAuthSessionCookie-0="),
        "{said:?}"
    );

    // The need of grafana is remembered for grafana alone.
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "argocd", "--fresh"]).answer();
    assert_eq!(home.sandbox.password_tries(), 3);
    let told = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(
        told.contains("Okta wanted a browser at the last sign-in"),
        "{told}"
    );
    assert!(told.contains("FastPass"), "{told}");
    home.assert_passwords(3);
}

#[test]
fn an_org_whose_first_step_needs_a_browser_needs_it_for_all_of_its_apps() {
    if !is_possible() {
        return;
    }
    for (setup, passwords) in [(captcha(), 0), (security_key(), 1)] {
        let home = rung(setup, "");
        login(&home);
        let _ = home.run(&["get", "argocd"]).answer();
        assert_eq!(home.sandbox.password_tries(), passwords);
        assert_eq!(home.sandbox.typed_passwords(), 1);
        assert_ours(&home, 2);
    }
}

#[test]
fn an_app_that_declines_a_passwords_session_gets_one_of_a_browser() {
    if !is_possible() {
        return;
    }
    let home = rung(declining(), "");
    login(&home);
    assert_eq!(home.sandbox.password_tries(), 1);
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(home.sandbox.password_tries(), 1);
    let _ = home.run(&["get", "argocd"]).answer();
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "argocd", "--fresh"]).answer();
    home.assert_passwords(2);
}

#[test]
fn a_renewal_ahead_of_time_uses_the_profile_and_disturbs_nobody() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    login(&home);
    let cookie = home.run(&["get", "grafana"]).answer();
    make_old(&home);
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    until("a renewal", || home.sandbox.callbacks().len() == 1);
    until_over(&home);
    assert_ne!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        cookie
    );
    assert_eq!(home.sandbox.password_tries(), 0);
    assert_eq!(home.sandbox.typed_passwords(), 0);
    assert_ours(&home, 1);
}
