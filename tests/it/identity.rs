//! Orgs on the Identity Engine: the whole sign-in by the API of Okta's own sign-in page.

use std::time::Duration;

use sandbox::{Event, Factor, Fault, Identity, Need, PASSWORD, Plan, Setup, SignOn, Step, User};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::{ADA, Home, seconds_from_now};

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

#[test]
fn a_limit_is_remembered_until_it_ends_and_costs_nobody_a_secret() {
    let home = at(
        Identity::new(),
        [Factor::totp(SEED)],
        [Need::Password, Need::Possession],
        "passcode = { totp = { file = \"seed\" } }",
    );
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    // The password's answer comes, and that of the code is a limit.
    let limit = Fault::TooMany(Duration::from_secs(120));
    home.sandbox
        .fault(Plan::new(Step::Answer, limit).only_secrets());
    let _ = home.run(&["get", "grafana"]).told(6);
    home.sandbox.clear_faults();
    let sent = (home.sandbox.password_tries(), home.sandbox.code_tries());
    let told = home.run(&["get", "grafana"]).told(6);
    assert!(told.contains("limits the sign-in"), "{told}");
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        sent
    );
    // A person may try, and everybody may after its end.
    home.edit_account(|record| record["backoff"]["until"] = seconds_from_now(-1).into());
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}
