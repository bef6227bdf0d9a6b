//! Refusals by Okta and the ALB: the exit code that a script sees, and Okta's own words for the person.

use std::time::Duration;

use sandbox::{App, Event, Fault, Lockout, Pipeline, Setup, Step, User, UserState};

use crate::home::{ADA, Home};

/// A home whose account is in `state`.
fn with_state(state: UserState) -> Home {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.state = state;
    Home::new(Setup {
        users: vec![user],
        ..Setup::default()
    })
}

/// Asserts that `words` say all of these.
#[track_caller]
fn assert_says(words: &str, all: &[&str]) {
    for part in all {
        assert!(words.contains(part), "{part:?} is missing in: {words}");
    }
}

#[test]
fn a_wrong_password_is_told_in_oktas_words_with_its_code_and_error_id() {
    for pipeline in [Pipeline::Classic, Pipeline::Identity] {
        let home = Home::new(Setup {
            pipeline,
            ..Setup::default()
        });
        home.password("correct horse battery");
        let words = home.run(&["get", "grafana"]).told(5);
        assert_says(
            &words,
            &[
                "cannot sign in to grafana",
                "Authentication failed",
                "E0000004",
                "oae",
                ADA,
                "hint: ",
            ],
        );
        assert!(!words.contains("correct horse battery"), "{words}");
        assert!(!home.has_session());
        home.assert_sign_ins(1, 0);
    }
}

#[test]
fn a_password_that_is_a_word_of_the_message_does_not_spoil_the_message() {
    let home = Home::usual();
    home.password("wrong");
    let short = home.run(&["get", "grafana"]).told(5);
    let other = Home::usual();
    other.password("xyzzy plugh");
    let long = other.run(&["get", "grafana"]).told(5);
    let plain = |words: String, home: &Home| {
        let words = words.replace(&home.sandbox.org_url().replace("https://", ""), "ORG");
        let cut = words.find("oae").expect("there is an error id");
        words[..cut].to_owned()
    };
    assert_eq!(plain(short, &home), plain(long, &other));
}

#[test]
fn every_state_of_an_account_has_its_exit_code_and_its_word() {
    let states: [(UserState, i32, &[&str]); 9] = [
        (
            UserState::MfaRequired,
            3,
            &["MFA_REQUIRED", "push", "token:software:totp"],
        ),
        (UserState::MfaEnroll, 3, &["MFA_ENROLL", "browser"]),
        (UserState::PasswordExpired, 3, &["PASSWORD_EXPIRED"]),
        (UserState::PasswordReset, 3, &["PASSWORD_RESET"]),
        (UserState::NoSessionToken, 3, &["browser"]),
        (UserState::LockedOut, 5, &["E0000004"]),
        (
            UserState::Deactivated,
            5,
            &["E0000004", "Authentication failed"],
        ),
        (
            UserState::Denied,
            5,
            &[
                "E0000085",
                "You do not have permission to access your account at this time.",
            ],
        ),
        (
            UserState::Word("QUANTUM_CHECK".into()),
            6,
            &["QUANTUM_CHECK"],
        ),
    ];
    for (state, code, words) in states {
        let home = with_state(state);
        assert_says(&home.run(&["get", "grafana"]).told(code), words);
        assert!(!home.has_session());
        home.assert_sign_ins(1, 0);
    }
}

#[test]
fn a_password_that_expires_soon_is_still_good() {
    let home = with_state(UserState::PasswordWarn(3));
    home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_lock_that_okta_shows_is_told_as_one() {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.state = UserState::LockedOut;
    let lockout = Lockout {
        shown: true,
        ..Lockout::default()
    };
    let home = Home::new(Setup {
        users: vec![user],
        lockout,
        ..Setup::default()
    });
    assert_says(
        &home.run(&["get", "grafana"]).told(5),
        &["LOCKED_OUT", ADA, "hint: "],
    );
}

#[test]
fn who_is_not_assigned_to_an_app_is_told_so_in_oktas_words() {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.apps = Some(vec!["argocd".into()]);
    let apps = vec![App::new("grafana"), App::new("argocd")];
    let home = Home::new(Setup {
        users: vec![user],
        apps,
        ..Setup::default()
    });
    let words = home.run(&["get", "grafana"]).told(5);
    assert_says(&words, &["access_denied", "not assigned"]);
    assert_eq!(
        home.sandbox
            .count(|event| matches!(event, Event::CallbackRefused { .. })),
        0
    );
    home.run(&["get", "argocd"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_policy_that_a_password_does_not_meet_is_told_in_oktas_words() {
    for pipeline in [Pipeline::Classic, Pipeline::Identity] {
        let mut app = App::new("grafana");
        app.protected().client.policy_met = false;
        let home = Home::new(Setup {
            apps: vec![app],
            pipeline,
            ..Setup::default()
        });
        let words = home.run(&["get", "grafana"]).told(5);
        assert_says(&words, &["login_required", "re-authentication or MFA"]);
        home.assert_passwords(1);
    }
}

#[test]
fn an_access_policy_of_a_custom_server_that_does_not_match_is_a_refusal() {
    let mut app = App::new("grafana");
    app.protected().client.server = Some("default".into());
    app.protected().client.access_policy_matches = false;
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    assert_says(&home.run(&["get", "grafana"]).told(5), &["access_denied"]);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_consent_that_is_missing_needs_a_person() {
    let mut app = App::new("grafana");
    app.protected().client.consent_needed = true;
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    assert_says(
        &home.run(&["get", "grafana"]).told(3),
        &["consent_required", "hint: "],
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_client_that_okta_does_not_take_is_told_as_oktas_400() {
    let mut app = App::new("grafana");
    app.protected().client.callback_registered = false;
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    assert_says(
        &home.run(&["get", "grafana"]).told(5),
        &["400", "redirect URI", "hint: "],
    );

    let home = Home::usual();
    home.append("client_id = \"0oanobody\"\nredirect_uri = \"https://nobody.example/\"");
    assert_says(
        &home.run(&["get", "grafana"]).told(5),
        &["400", "0oanobody"],
    );
    assert!(!home.has_session());
}

#[test]
fn an_error_of_authorize_is_told_in_oktas_words_and_not_taken_to_the_alb() {
    let errors = [
        ("access_denied", 5),
        ("login_required", 5),
        ("interaction_required", 5),
        ("consent_required", 3),
        ("invalid_scope", 5),
        ("unsupported_response_type", 5),
        ("invalid_request", 5),
        ("unmet_authentication_requirements", 5),
        ("temporarily_unavailable", 6),
        ("server_error", 6),
        ("quantum_error", 6),
    ];
    for (error, code) in errors {
        let home = Home::usual();
        let description = format!("Okta's own sentence on {error}, 100% & more.");
        home.sandbox.fault((
            Step::Authorize,
            Fault::OktaError {
                error: error.into(),
                description: description.clone(),
            },
        ));
        let outcome = home.run(&["get", "grafana"]);
        assert_eq!(outcome.code, code, "{error}: {}", outcome.stderr);
        assert_says(&outcome.told(code), &[error, &description]);
        let callbacks = |event: &Event| matches!(event, Event::Request { path, .. } if path == "/oauth2/idpresponse");
        assert_eq!(home.sandbox.count(callbacks), 0, "{error}");
        assert_eq!(home.sandbox.password_tries(), 1, "{error}");
        assert_eq!(home.sandbox.violations(), [], "{error}");
    }
}

#[test]
fn a_limit_that_ends_soon_is_waited_out_where_no_password_is_sent() {
    for fault in [Fault::TooMany(Duration::from_secs(1)), Fault::Concurrency] {
        let home = Home::usual();
        home.sandbox
            .fault(sandbox::Plan::new(Step::Authorize, fault).times(1));
        home.run(&["get", "grafana"]).answer();
        home.assert_passwords(1);
    }
}

#[test]
fn a_password_is_not_sent_again_after_a_429() {
    for fault in [Fault::TooMany(Duration::from_secs(1)), Fault::Concurrency] {
        let home = Home::usual();
        home.sandbox
            .fault(sandbox::Plan::new(Step::Authn, fault).times(1));
        assert_says(
            &home.run(&["get", "grafana"]).told(6),
            &["E0000047", "rate limit"],
        );
        assert_eq!(home.sandbox.password_tries(), 1);
        home.run(&["get", "grafana"]).answer();
        assert_eq!(
            home.sandbox.password_tries(),
            2,
            "the next call is another human's wish"
        );
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn the_alb_at_the_callback_has_an_exit_code_for_each_of_its_pages() {
    for (status, code) in [
        (401, 5),
        (403, 5),
        (500, 6),
        (502, 6),
        (503, 6),
        (504, 6),
        (561, 6),
    ] {
        let home = Home::usual();
        home.sandbox
            .fault((Step::Callback, Fault::BalancerPage(status)));
        let outcome = home.run(&["get", "grafana"]);
        assert_eq!(outcome.code, code, "{status}: {}", outcome.stderr);
        let host = home.sandbox.app_url("grafana").replace("https://", "");
        assert_says(&outcome.told(code), &[&status.to_string(), &host]);
        assert!(!home.has_session());
        home.assert_passwords(1);
    }
}

#[test]
fn an_alb_with_a_wrong_client_secret_is_told_as_its_561() {
    let mut app = App::new("grafana");
    app.protected().wrong_secret = true;
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    assert_says(&home.run(&["get", "grafana"]).told(6), &["561"]);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_alb_that_cannot_reach_okta_is_told_as_its_500() {
    let home = Home::usual();
    home.sandbox
        .fault((Step::Callback, Fault::IdentityProviderDown));
    assert_says(&home.run(&["get", "grafana"]).told(6), &["500"]);
    assert!(!home.has_session());
    home.sandbox.clear_faults();
    home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_refused_password_stays_refused_when_another_one_is_accepted() {
    let home = Home::usual();
    home.password("not this one");
    home.run(&["get", "grafana"]).told(5);
    home.password(sandbox::PASSWORD);
    home.run(&["get", "grafana"]).answer();
    home.run(&["logout", "corp"]).answer();
    home.password("not this one");
    home.run(&["get", "grafana"]).told(5);
    assert_eq!(home.sandbox.password_tries(), 2);
    home.run(&["login", "grafana"]).told(5);
    assert_eq!(home.sandbox.password_tries(), 3, "a person wanted it");
}

#[test]
fn that_nobody_could_be_asked_holds_nobody_back() {
    let home = Home::usual();
    let with_file = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    home.configure(&with_file.replace("{ file = \"password\" }", "{ prompt = true }"));
    home.run(&["get", "grafana"]).told(3);
    home.configure(&with_file);
    home.run(&["get", "grafana"]).answer();
}
