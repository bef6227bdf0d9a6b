//! Orgs on the Identity Engine: the whole sign-in by the API of Okta's own sign-in page.

use sandbox::{Event, Factor, Identity, Need, PASSWORD, Setup, SignOn, User};

use crate::factors::{assert_lawful, home};
use crate::home::{ADA, Home};

/// A home at an Identity Engine org whose user has these factors and whose app wants what is named, with `lines` in the
/// org's section.
pub(crate) fn at(
    identity: Identity,
    factors: impl IntoIterator<Item = Factor>,
    needs: impl IntoIterator<Item = Need>,
    lines: &str,
) -> Home {
    let mut setup = Setup::identity_engine(identity);
    setup.users[0] = User::new(ADA, PASSWORD).with_factors(factors);
    setup.apps[0] = sandbox::App::new("grafana").signing_on(SignOn::asking(needs));
    home(setup, lines)
}

/// The requests that came, each as its method, its host and its path, in order.
fn requests(home: &Home) -> Vec<String> {
    let line = |event: Event| match event {
        Event::Request { host, method, path } => Some(format!("{host:?} {method} {path}")),
        _ => None,
    };
    home.sandbox.events().into_iter().filter_map(line).collect()
}

#[test]
fn a_password_alone_is_six_exchanges_deep_and_the_next_sign_in_is_silent() {
    let home = at(Identity::new(), [], [], "");
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));
    let asked = requests(&home);
    assert_eq!(
        asked.len(),
        7,
        "app and engine, page, introspect, identify, success, callback: {asked:#?}"
    );
    home.sandbox.clear_audit();
    let next = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(next, cookie);
    let asked = requests(&home);
    assert_eq!(asked.len(), 3, "app, authorize, callback: {asked:#?}");
    assert_eq!(home.sandbox.password_tries(), 0);
    assert_lawful(&home);
}

#[test]
fn doctor_and_add_say_what_the_page_asks_for_without_a_secret() {
    for (identity, part) in [
        (Identity::new(), "asks for the name and the password"),
        (
            Identity {
                identifier_first: true,
                ..Identity::new()
            },
            "asks for the name first",
        ),
        (
            Identity {
                captcha: true,
                ..Identity::new()
            },
            "CAPTCHA",
        ),
    ] {
        let home = at(identity, [], [], "");
        let told = home.run(&["doctor", "grafana", "--no-sign-in"]);
        assert!(
            told.stdout.contains("sign-in page") && told.stdout.contains(part),
            "{told:?}"
        );
        assert!(told.stdout.contains("Okta Identity Engine"), "{told:?}");
        assert_eq!(home.sandbox.password_tries(), 0);
        home.configure("");
        let said = home.run(&[
            "add",
            &home.sandbox.app_url("grafana"),
            "--username",
            ADA,
            "--dry-run",
        ]);
        assert!(
            said.stderr.contains(part) || said.stdout.contains(part),
            "{said:?}"
        );
        assert_lawful(&home);
    }
    let home = at(Identity::new(), [], [], "");
    let told = home.run(&["doctor", "grafana"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_lawful(&home);
}
