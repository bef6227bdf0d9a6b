//! Orgs on the Identity Engine: the whole sign-in by the API of Okta's own sign-in page.

use std::time::Duration;

use sandbox::{
    After, App, Ending, Event, Factor, FactorKind, Fault, Hop, Identity, Need, PASSWORD, Plan,
    Setup, SignOn, Step, User,
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
fn a_page_that_asks_for_the_name_first_is_given_the_name_alone_and_then_the_password() {
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
fn a_second_app_is_signed_in_to_silently() {
    let home = with_two_apps([], [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "argocd"]).answer();
    assert_eq!(
        requests(&home),
        [
            "GET app argocd ",
            "GET org authorize",
            "GET app argocd idpresponse",
        ]
    );
    assert_lawful(&home);
}

#[test]
fn an_app_that_wants_more_than_the_session_has_is_given_the_missing_factor_alone() {
    let totp = || [Need::only(FactorKind::Totp)];
    let lines = format!("{SEEDED}\nremember_device = false");
    let home = with_two_apps([Factor::totp(SEED)], [], totp(), &lines);
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "argocd"]).answer();
    assert_eq!(
        requests(&home),
        [
            "GET app argocd ",
            "GET org authorize",
            "POST org introspect",
            "POST org answer",
            "GET org redirect",
            "GET app argocd idpresponse",
        ]
    );
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (0, 1)
    );
    assert_lawful(&home);
}

#[test]
fn two_apps_at_once_send_one_password() {
    let home = with_two_apps([], [], [], "");
    std::thread::scope(|scope| {
        let runs = ["grafana", "argocd"].map(|app| {
            let home = &home;
            scope.spawn(move || home.run(&["get", app]))
        });
        for run in runs {
            let said = run.join().expect("it runs");
            assert_eq!(said.code, 0, "{}", said.stderr);
        }
    });
    home.assert_passwords(1);
}

#[test]
fn a_session_that_has_ended_is_made_anew_with_the_same_device() {
    let home = at(Identity::new(), [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    let issued = |event: &Event| matches!(event, Event::DeviceIssued);
    assert_eq!(home.sandbox.count(issued), 1);
    let trails = home.sandbox.trails();
    assert_eq!(trails.len(), 2);
    assert_eq!(trails[0].devices, trails[1].devices);
    for trail in &trails {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(trail.agents, [format!("credential/{version}")]);
    }
    home.assert_passwords(2);
}

#[test]
fn keep_me_signed_in_is_answered_as_the_configuration_says() {
    for (line, remembered) in [
        ("", 1),
        ("remember_device = true", 1),
        ("remember_device = false", 0),
    ] {
        for beside_name in [true, false] {
            let identity = Identity {
                session: vec![match beside_name {
                    true => Need::Password,
                    false => Need::AnyOne,
                }],
                ..Identity::new().after(After::KeepMeSignedIn)
            };
            let home = at(identity, [], [], line);
            let _ = home.run(&["get", "grafana"]).answer();
            let such = |event: &Event| matches!(event, Event::DeviceRemembered { .. });
            assert_eq!(home.sandbox.count(such), remembered, "{line}");
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_device_that_is_kept_signed_in_is_spared_the_second_factor() {
    for (line, codes) in [("", 1), ("remember_device = false", 2)] {
        let lines = format!("{SEEDED}\n{line}");
        let home = at(
            Identity::new(),
            [Factor::totp(SEED)],
            [Need::Possession],
            &lines,
        );
        let _ = home.run(&["get", "grafana"]).answer();
        home.sandbox.end_okta_sessions();
        home.sandbox.advance(Duration::from_secs(30));
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(home.sandbox.code_tries(), codes, "{line}");
        home.assert_passwords(2);
    }
}

#[test]
fn optional_steps_are_passed_over_and_a_person_is_told_of_those_that_matter() {
    let silent = [
        After::OptionalEnrolment,
        After::Promotion,
        After::ProfileUpdate,
    ];
    for step in silent {
        let home = at(Identity::new().after(step), [], [], "");
        let _ = home.run(&["get", "grafana"]).answer();
        assert_lawful(&home);
    }
    let told = [
        (After::PasswordWarning(3), "expire"),
        (After::OtherPasswordWarning(5), "expire"),
        (After::GracePeriod, "Fix it by 12/01/2027"),
        (After::Remediation, "Fix it by 12/01/2027"),
        (After::Notice, "Maintenance on Sunday"),
    ];
    for (step, words) in told {
        let home = at(Identity::new().after(step.clone()), [], [], "");
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{step:?}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{step:?}: {}", said.stderr);
        assert_eq!(said.stderr.matches(words).count(), 1, "{}", said.stderr);
        assert!(said.stderr.starts_with("credential: "), "{}", said.stderr);
        assert_lawful(&home);
    }
}

#[test]
fn every_end_of_a_sign_in_leads_to_the_app() {
    let ends = [
        (Hop::Inner, Ending::Success, false),
        (Hop::Page, Ending::Success, false),
        (Hop::Straight, Ending::SuccessBesideSkip, false),
        (Hop::Straight, Ending::Success, true),
    ];
    for (hop, ending, success_is_remediation) in ends {
        let identity = Identity {
            hop,
            ending,
            success_is_remediation,
            ..Identity::new()
        };
        let home = at(identity, [], [], "");
        let said = home.run(&["get", "grafana"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{hop:?}");
        home.assert_passwords(1);
    }
}

#[test]
fn a_session_of_another_account_is_not_used() {
    const BOB: &str = "bob@corp.example";
    let mut setup = setup_at(Identity::new(), [Factor::totp(SEED)], []);
    let bob = User::new(BOB, "another one").with_factors([Factor::totp(SEED)]);
    setup.users.push(bob);
    setup.apps[0] = App::new("grafana").signing_on(
        SignOn::asking([Need::Password, Need::only(FactorKind::Totp)])
            .again_after(Duration::from_secs(60)),
    );
    let home = stocked(home(busy(setup), ""));
    let text = home.configuration(&["grafana".into()]);
    let as_user = |name: &str, password: &str| {
        home.configure(&text.replace(ADA, name));
        home.append_to_org(&format!("{SEEDED}\nremember_device = false"));
        home.password(password);
        home.run(&["get", "grafana", "--fresh"])
    };
    let _ = as_user(BOB, "another one").answer();
    let _ = as_user(ADA, PASSWORD).answer();
    // Somebody has put Bob's session into the record of Ada.
    let accounts: Vec<_> = home
        .records()
        .into_iter()
        .filter(|(_, record)| record["key"]["app"].is_null())
        .collect();
    let is_bob = |record: &serde_json::Value| record["key"].to_string().contains(BOB);
    let of_bob = accounts.iter().find(|(_, record)| is_bob(record));
    let of_ada = accounts.iter().find(|(_, record)| !is_bob(record));
    let (of_bob, of_ada) = (of_bob.expect("Bob's"), of_ada.expect("Ada's"));
    let mut mixed = of_ada.1.clone();
    mixed["okta_session"] = of_bob.1["okta_session"].clone();
    mixed["session"] = of_bob.1["session"].clone();
    assert_ne!(mixed, of_ada.1, "the session has another name: {mixed}");
    std::fs::write(&of_ada.0, mixed.to_string()).expect("the record is written");
    home.sandbox.clear_audit();
    home.sandbox.advance(Duration::from_secs(90));
    let _ = as_user(ADA, PASSWORD).answer();
    let ada = |event: &Event| matches!(event, Event::SuccessSpent { user } if user == ADA);
    assert_eq!(home.sandbox.count(ada), 1);
    let bob = |event: &Event| matches!(event, Event::PasswordSent { user } if user == BOB);
    assert_eq!(home.sandbox.count(bob), 0);
    assert_lawful(&home);
}

#[test]
fn an_app_that_wants_everything_anew_each_time_is_given_it_each_time() {
    let mut setup = setup_at(Identity::new(), [], []);
    let policy = SignOn::asking([Need::Password]).again_after(Duration::ZERO);
    setup.apps[0] = App::new("grafana").signing_on(policy);
    let home = home(setup, "");
    for _ in 0..2 {
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    }
    assert_eq!(steps(&home), ["introspect", "challenge-authenticator"]);
    home.assert_passwords(2);
}

#[test]
fn logout_ends_the_session_at_okta() {
    let home = at(Identity::new(), [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    let _ = home.run(&["logout", "corp"]).done();
    let ended = |event: &Event| matches!(event, Event::OktaSessionEnded { .. });
    assert_eq!(home.sandbox.count(ended), 1);
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    home.assert_passwords(2);
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

#[test]
fn every_variation_of_the_record_is_understood() {
    for variety in 2..10 {
        let identity = Identity {
            variety: Some(variety),
            data_step: variety % 2 == 0,
            ..Identity::new()
        };
        let factors = Factor::okta_verify("Ada's phone", SEED);
        let home = at(identity, factors, [Need::Possession], SEEDED);
        let said = home.run(&["get", "grafana"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{variety}");
        assert_lawful(&home);
    }
}
