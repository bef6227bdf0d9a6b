//! Identity providers as the words of `login` and `logout`, and what `logout` leaves behind.

use crate::browser_apps::{at_keycloak, host};
use crate::browser_rung::{fastpass, login, rung};
use crate::browser_scene::{assert_ours, attended, auto, is_possible, setup_with, signed_in};
use crate::home::Home;

/// The provider's host.
fn id(home: &Home) -> String {
    host(&home.sandbox.provider_url("id")).to_owned()
}

#[test]
fn login_takes_a_provider_and_signs_in_to_its_first_app() {
    let home = at_keycloak();
    let provider = home.sandbox.provider_url("id");
    for name in [id(&home), provider, id(&home).to_uppercase()] {
        let words = home.run(&["login", &name]).told(3);
        assert!(words.contains("cannot sign in to grafana"), "{words}");
    }
    let words = home.run(&["login", "new.example"]).told(4);
    let known = format!("identity providers: {}", id(&home));
    assert!(words.contains(&known), "{words}");
    // An org's host is a provider too.
    let home = Home::usual();
    let org = home.sandbox.org_url();
    let _ = home.run(&["login", host(&org)]).done();
    assert!(home.is_cached("grafana"));
}

#[test]
fn apps_that_name_no_provider_are_known_by_their_sign_ins() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["argocd", "grafana"]));
    // Its session came by that provider, argocd's did not.
    let (said, _) = attended(&home, &format!("credential login {}", id(&home)));
    let told = said.done();
    assert!(told.contains("signed in to grafana for"), "{told}");
    assert_ours(&home, 2);
    let line = "AWSELBAuthSessionCookie-0=pasted";
    let _ = home.run_with(&["store", "argocd"], line).done();

    let _ = home.run(&["logout", &id(&home)]).done();
    assert!(
        !home.is_cached("grafana"),
        "no cookie stays behind its provider's session"
    );
    assert!(home.is_cached("argocd"), "it is of somewhere else");
    assert!(!home.cache().join("browser").join(id(&home)).exists());
    // A forgotten provider is known no more.
    let words = home.run(&["login", &id(&home)]).told(4);
    assert!(words.contains("no app"), "{words}");
}

#[test]
fn logout_of_all_leaves_nothing_of_a_browser() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let place = home.cache().join("browser");
    assert!(place.join("last.log").exists());
    // A process that was killed has left a temporary profile.
    let this = rustix::system::uname();
    let left = format!("_temporary_{}_999999999", this.nodename().to_string_lossy());
    std::fs::create_dir(place.join(left)).expect("a directory");
    let _ = home.run(&["logout", "--all"]).done();
    assert!(!place.exists());
}

#[test]
fn logout_of_an_org_forgets_that_a_browser_was_needed() {
    if !is_possible() {
        return;
    }
    let home = rung(fastpass(), "");
    login(&home);
    home.sandbox.end_okta_sessions();
    login(&home);
    assert_eq!(home.sandbox.password_tries(), 1, "it is remembered");
    let _ = home.run(&["logout", "corp"]).done();
    login(&home);
    assert_eq!(
        home.sandbox.password_tries(),
        2,
        "a password may be enough now"
    );
}
