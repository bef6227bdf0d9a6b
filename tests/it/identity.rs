//! Orgs on the Identity Engine: the whole sign-in by the API of Okta's own sign-in page.

use std::time::Duration;

use sandbox::{
    After, App, Event, Factor, FactorKind, Fault, Identity, Need, PASSWORD, Plan, Setup, SignOn,
    Step, User,
};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::{ADA, Home, seconds_from_now};
use crate::lockout_scene::busy;

/// A passcode that is computed from the file `seed`.
pub(crate) const SEEDED: &str = "passcode = { totp = { file = \"seed\" } }";

/// A home at an Identity Engine org whose user has these factors and whose app wants what is named, with `lines` in the
/// org's section.
pub(crate) fn at(
    identity: Identity,
    factors: impl IntoIterator<Item = Factor>,
    needs: impl IntoIterator<Item = Need>,
    lines: &str,
) -> Home {
    stocked(home(setup_at(identity, factors, needs), lines))
}

/// The setup of such a home.
pub(crate) fn setup_at(
    identity: Identity,
    factors: impl IntoIterator<Item = Factor>,
    needs: impl IntoIterator<Item = Need>,
) -> Setup {
    let mut setup = Setup::identity_engine(identity);
    setup.users[0] = User::new(ADA, PASSWORD).with_factors(factors);
    setup.apps[0] = App::new("grafana").signing_on(SignOn::asking(needs));
    setup
}

/// The same home with the seed of the user's codes in a file.
pub(crate) fn stocked(home: Home) -> Home {
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home
}

/// A home with two apps, of which each wants what is named.
pub(crate) fn with_two_apps(
    factors: impl IntoIterator<Item = Factor>,
    first: impl IntoIterator<Item = Need>,
    second: impl IntoIterator<Item = Need>,
    lines: &str,
) -> Home {
    let mut setup = setup_at(Identity::new(), factors, first);
    setup
        .apps
        .push(App::new("argocd").signing_on(SignOn::asking(second)));
    let home = stocked(Home::new(busy(setup)));
    home.append_to_org(lines);
    home
}

/// The requests that came, each as its method, its host and the end of its path, in order.
pub(crate) fn requests(home: &Home) -> Vec<String> {
    let line = |event: Event| match event {
        Event::Request { host, method, path } => {
            let tail = path.rsplit('/').next().unwrap_or_default();
            Some(format!("{method} {host} {tail}"))
        }
        _ => None,
    };
    home.sandbox.events().into_iter().filter_map(line).collect()
}

/// The steps of the last sign-in that a page was shown for.
pub(crate) fn steps(home: &Home) -> Vec<String> {
    let trails = home.sandbox.trails();
    trails
        .last()
        .map(|trail| trail.steps.clone())
        .unwrap_or_default()
}

/// Counts the requests that were not only for reading.
pub(crate) fn posts(home: &Home) -> usize {
    let asked = requests(home).into_iter();
    asked.filter(|line| line.starts_with("POST")).count()
}

#[test]
fn a_password_alone_is_six_exchanges_deep_and_the_next_sign_in_is_silent() {
    let home = at(Identity::new(), [], [], "");
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));
    let mut asked = requests(&home);
    asked[..2].sort();
    assert_eq!(
        asked,
        [
            "GET app grafana ",
            "GET org okta-organization",
            "GET org authorize",
            "POST org introspect",
            "POST org identify",
            "GET org redirect",
            "GET app grafana idpresponse",
        ]
    );
    home.sandbox.clear_audit();
    let next = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(next, cookie);
    assert_eq!(
        requests(&home),
        [
            "GET app grafana ",
            "GET org authorize",
            "GET app grafana idpresponse",
        ]
    );
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
fn a_page_that_asks_for_the_name_first_gets_the_name_then_the_password() {
    let identity = Identity {
        identifier_first: true,
        ..Identity::new()
    };
    let home = at(identity, [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        steps(&home),
        ["introspect", "identify", "challenge-authenticator"]
    );
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

#[test]
fn a_password_is_sent_where_it_is_asked_for_be_it_first_or_last_or_between() {
    let codes = || Need::only(FactorKind::Totp);
    let google = || Need::OneOf(vec![FactorKind::Question]);
    let rows: [(Identity, Vec<Need>, usize); 3] = [
        (Identity::new(), vec![codes()], 1),
        (
            Identity::new().with_session([codes()]),
            vec![Need::Password],
            1,
        ),
        (
            Identity::new().with_session([codes(), Need::Password]),
            vec![google()],
            2,
        ),
    ];
    for (identity, needs, codes) in rows {
        let factors = [
            Factor::totp(SEED),
            Factor::question("Your first pet?", "Lovelace"),
        ];
        let home = at(identity, factors, needs.clone(), SEEDED);
        let said = home.run(&["get", "grafana"]);
        // The answer to the question is nowhere.
        let wanted = if codes == 2 { 3 } else { 0 };
        assert_eq!(said.code, wanted, "{needs:?}: {}", said.stderr);
        assert_eq!(
            (home.sandbox.password_tries(), home.sandbox.code_tries()),
            (1, 1),
            "{needs:?}"
        );
        assert_lawful(&home);
    }
}

#[test]
fn no_output_has_a_secret_a_token_or_a_handle() {
    let identity = Identity::new().after(After::PasswordWarning(3));
    let home = at(identity, [Factor::totp(SEED)], [Need::Possession], SEEDED);
    let said = home.run(&["get", "grafana", "-vv"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let code = home.sandbox.phone(ADA).totp();
    for secret in [
        PASSWORD,
        SEED,
        "02.id.",
        "~c.",
        "stateToken=",
        code.as_str(),
    ] {
        assert!(!said.stderr.contains(secret), "{secret}: {}", said.stderr);
    }
    assert!(said.stderr.contains("identify"), "{}", said.stderr);
    crate::home::assert_discreet(&said.stderr);
    assert_lawful(&home);
}
