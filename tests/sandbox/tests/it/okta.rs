//! The org: the password, the counters, and the matrix of `prompt=none`.

use sandbox::{Client, Event, NoSession, PASSWORD, Pipeline, Sandbox, Setup, User, UserState};
use serde_json::json;
use std::time::Duration;

use crate::browser::{Ask, authn, authorize, start, token};

fn ada(state: UserState) -> Setup {
    let mut setup = Setup::default();
    setup.users[0].state = state;
    setup
}

#[test]
fn success_has_a_session_token_a_date_and_the_headers_of_every_answer() {
    let sandbox = Sandbox::start(Setup::default());
    let answer = authn(&sandbox, PASSWORD);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], "SUCCESS");
    assert!(
        answer.json()["sessionToken"]
            .as_str()
            .is_some_and(|token| token.len() == 55)
    );
    for name in [
        "Date",
        "X-Okta-Request-Id",
        "X-Rate-Limit-Reset",
        "Cache-Control",
    ] {
        assert_ne!(answer.header(name), "", "{name}");
    }
    assert!(answer.cookie("DT").starts_with("DI"));
    assert!(
        answer
            .set_cookies()
            .iter()
            .any(|line| line.starts_with("sid=\"\""))
    );
    let known = Ask::post(
        &format!("{}/api/v1/authn", sandbox.org_url()),
        &json!({ "username": "ada@corp.example", "password": PASSWORD }),
    );
    let again = known.cookie("DT", &answer.cookie("DT")).send(&sandbox);
    assert!(!again.jar().iter().any(|(name, _)| name == "DT"));
}

#[test]
fn only_json_is_understood() {
    let sandbox = Sandbox::start(Setup::default());
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let good = || {
        Ask::post(
            &url,
            &json!({ "username": "ada@corp.example", "password": "x" }),
        )
    };
    let code = |ask: Ask| {
        let answer = ask.send(&sandbox);
        let code = answer.json()["errorCode"].as_str().map(str::to_owned);
        (answer.status, code.unwrap_or_default())
    };
    let expect = |status, code: &str| (status, code.to_owned());
    assert_eq!(code(good()), expect(401, "E0000004"));
    assert_eq!(
        code(good().without("Accept").with("Accept", "*/*")),
        expect(406, "E0000122")
    );
    let form = good()
        .without("Content-Type")
        .with("Content-Type", "text/plain");
    assert_eq!(code(form), expect(400, "E0000021"));
    assert_eq!(
        code(Ask::post(&url, &json!("text"))),
        expect(400, "E0000003")
    );
    assert_eq!(code(Ask::post(&url, &json!({}))), expect(400, "E0000001"));
    assert_eq!(code(Ask::get(&url)), expect(405, "E0000022"));
}

#[test]
fn a_locked_account_refuses_the_right_password_too() {
    let mut setup = Setup::default();
    setup.lockout.attempts = 3;
    setup.lockout.unlock_after = Some(Duration::from_secs(600));
    setup.limits.authn_per_user_second = 100;
    let sandbox = Sandbox::start(setup);
    for _ in 0..3 {
        assert_eq!(authn(&sandbox, "wrong").json()["errorCode"], "E0000004");
    }
    assert_eq!(authn(&sandbox, PASSWORD).json()["errorCode"], "E0000004");
    assert_eq!(
        sandbox.count(|event| matches!(event, Event::LockedOut { .. })),
        1
    );
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(authn(&sandbox, PASSWORD).json()["status"], "SUCCESS");
}

#[test]
fn a_success_resets_the_counter_and_a_shown_lock_is_a_status() {
    let mut setup = Setup::default();
    setup.lockout.attempts = 2;
    setup.lockout.shown = true;
    setup.limits.authn_per_user_second = 100;
    let sandbox = Sandbox::start(setup);
    authn(&sandbox, "wrong");
    assert_eq!(authn(&sandbox, PASSWORD).json()["status"], "SUCCESS");
    authn(&sandbox, "wrong");
    authn(&sandbox, "wrong");
    let locked = authn(&sandbox, PASSWORD);
    assert_eq!(
        (locked.status, &locked.json()["status"]),
        (200, &json!("LOCKED_OUT"))
    );
    assert_eq!(locked.json()["stateToken"], json!(null));
    sandbox.unlock("ada@corp.example");
    assert_eq!(authn(&sandbox, PASSWORD).json()["status"], "SUCCESS");
}

#[test]
fn every_state_has_its_word() {
    for (state, word) in [
        (UserState::MfaRequired, "MFA_REQUIRED"),
        (UserState::MfaEnroll, "MFA_ENROLL"),
        (UserState::PasswordExpired, "PASSWORD_EXPIRED"),
        (UserState::PasswordReset, "PASSWORD_RESET"),
        (UserState::PasswordWarn(3), "SUCCESS"),
        (UserState::NoSessionToken, "SUCCESS"),
        (UserState::Word("TELEPORT".to_owned()), "TELEPORT"),
    ] {
        let sandbox = Sandbox::start(ada(state.clone()));
        let body = authn(&sandbox, PASSWORD).json();
        assert_eq!(body["status"], word);
        let has_token = body["sessionToken"].is_string();
        assert_eq!(has_token, matches!(state, UserState::PasswordWarn(_)));
    }
    for (state, code) in [
        (UserState::Deactivated, "E0000004"),
        (UserState::LockedOut, "E0000004"),
        (UserState::Denied, "E0000085"),
    ] {
        let sandbox = Sandbox::start(ada(state));
        assert_eq!(authn(&sandbox, PASSWORD).json()["errorCode"], code);
    }
}

#[test]
fn a_warning_is_given_where_asked_for_and_can_be_skipped() {
    let sandbox = Sandbox::start(ada(UserState::PasswordWarn(0)));
    let body = json!({
        "username": "ada@corp.example",
        "password": PASSWORD,
        "options": { "warnBeforePasswordExpired": true },
    });
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let warned = Ask::post(&url, &body).send(&sandbox).json();
    assert_eq!(warned["status"], "PASSWORD_WARN");
    let skip = warned["_links"]["skip"]["href"].as_str().expect("a link");
    let state = json!({ "stateToken": warned["stateToken"] });
    let done = Ask::post(skip, &state).send(&sandbox);
    assert_eq!(done.json()["status"], "SUCCESS");
    assert_eq!(
        Ask::post(skip, &state).send(&sandbox).json()["errorCode"],
        "E0000011"
    );
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_transaction_can_be_resumed_and_cancelled() {
    let mut setup = ada(UserState::MfaRequired);
    setup.variants.opaque_links = true;
    let sandbox = Sandbox::start(setup);
    let body = authn(&sandbox, PASSWORD).json();
    assert_eq!(body["_embedded"]["factors"][0]["factorType"], "push");
    let state = json!({ "stateToken": body["stateToken"] });
    let authn_url = format!("{}/api/v1/authn", sandbox.org_url());
    let again = Ask::post(&authn_url, &state).send(&sandbox).json();
    assert_eq!(again["status"], "MFA_REQUIRED");
    let guessed = Ask::post(&format!("{authn_url}/cancel"), &state).send(&sandbox);
    assert_eq!(guessed.status, 404);
    let cancel = body["_links"]["cancel"]["href"].as_str().expect("a link");
    assert_eq!(Ask::post(cancel, &state).send(&sandbox).status, 200);
    assert_eq!(Ask::post(&authn_url, &state).send(&sandbox).status, 401);
}

#[test]
fn four_passwords_a_second_and_no_more() {
    let sandbox = Sandbox::start(Setup::default());
    let answers: Vec<_> = (0..12).map(|_| authn(&sandbox, PASSWORD)).collect();
    let limited = answers
        .iter()
        .find(|answer| answer.status == 429)
        .expect("a 429");
    assert_eq!(limited.json()["errorCode"], "E0000047");
    assert_eq!(limited.header("X-Rate-Limit-Remaining"), "0");
    let reset: i64 = limited
        .header("X-Rate-Limit-Reset")
        .parse()
        .expect("a number");
    assert!((reset - sandbox.now().unix_timestamp()).abs() <= 1);
    assert_eq!(sandbox.password_tries(), 12);
}

#[test]
fn what_prompt_none_refuses() {
    type Change = fn(&mut Client);
    let cases: [(Change, &str); 5] = [
        (|_| {}, "code="),
        (|client| client.policy_met = false, "error=login_required"),
        (
            |client| client.consent_needed = true,
            "error=consent_required",
        ),
        (
            |client| client.interaction_code_only = true,
            "error=interaction_required",
        ),
        (
            |client| {
                client.server = Some("default".to_owned());
                client.access_policy_matches = false;
            },
            "error=access_denied",
        ),
    ];
    for (change, expected) in cases {
        let mut setup = Setup::default();
        change(&mut setup.apps[0].protected().client);
        let sandbox = Sandbox::start(setup);
        let back = authorize(&sandbox, &start(&sandbox, "/"));
        assert_eq!(back.status, 302);
        assert!(back.header("Location").contains(expected), "{expected}");
        assert_eq!(back.header("Referrer-Policy"), "no-referrer");
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn an_unassigned_user_is_denied() {
    let mut setup = Setup::default();
    setup.users[0].apps = Some(vec!["argocd".to_owned()]);
    let sandbox = Sandbox::start(setup);
    let back = authorize(&sandbox, &start(&sandbox, "/"));
    let location = back.header("Location");
    assert!(location.contains("error=access_denied"));
    assert!(location.contains("error_description=User+is+not+assigned+to+the+client+application."));
}

#[test]
fn an_unknown_client_or_redirect_uri_is_never_redirected() {
    let mut setup = Setup::default();
    setup.apps[0].protected().client.callback_registered = false;
    let sandbox = Sandbox::start(setup);
    let begun = start(&sandbox, "/");
    let page = authorize(&sandbox, &begun);
    assert_eq!((page.status, page.header("Location")), (400, ""));
    let url = begun.authorize.replace("client_id=0oa", "client_id=0ob");
    assert_eq!(Ask::get(&url).send(&sandbox).status, 400);
}

#[test]
fn without_prompt_none_each_engine_shows_its_page() {
    for (pipeline, status) in [(Pipeline::Classic, 302), (Pipeline::Identity, 200)] {
        let mut setup = Setup {
            pipeline,
            ..Setup::default()
        };
        let sandbox = Sandbox::start(setup.clone());
        let page = Ask::get(&start(&sandbox, "/").authorize).send(&sandbox);
        assert_eq!(page.status, status);
        assert_eq!(
            page.header("Location")
                .contains("/login/login.htm?fromURI="),
            status == 302
        );
        setup.variants.no_session = Some(NoSession::Page);
        let sandbox = Sandbox::start(setup);
        let page = Ask::get(&start(&sandbox, "/").authorize).send(&sandbox);
        assert_eq!(page.status, 200);
        let id = page.body.split('\'').nth(1).expect("a token").to_owned();
        assert!(id.starts_with("02.id."));
        let url = format!("{}/api/v1/authn", sandbox.org_url());
        let refused = Ask::post(&url, &json!({ "stateToken": id })).send(&sandbox);
        assert_eq!(refused.json()["errorCode"], "E0000011");
    }
}

#[test]
fn the_older_road_through_the_cookie_redirect_leads_to_a_code() {
    let sandbox = Sandbox::start(Setup::default());
    let begun = start(&sandbox, "/");
    let page = Ask::get(&begun.authorize).send(&sandbox);
    let key = page
        .header("Location")
        .rsplit("okta_key%3D")
        .next()
        .expect("a key")
        .to_owned();
    let target = format!(
        "{}%2Foauth2%2Fv1%2Fauthorize%2Fredirect%3Fokta_key%3D{key}",
        sandbox.org_url().replace(':', "%3A").replace('/', "%2F")
    );
    let url = format!(
        "{}/login/sessionCookieRedirect?checkAccountSetupComplete=true&token={}&redirectUrl={target}",
        sandbox.org_url(),
        token(&sandbox)
    );
    let hop = Ask::get(&url).send(&sandbox);
    let back = Ask::get(hop.header("Location"))
        .cookie("sid", &hop.cookie("sid"))
        .send(&sandbox);
    assert!(back.header("Location").contains("code="));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_session_can_be_asked_about_and_ended() {
    for (pipeline, name) in [(Pipeline::Classic, "sid"), (Pipeline::Identity, "idx")] {
        let sandbox = Sandbox::start(Setup {
            pipeline,
            ..Setup::default()
        });
        let me = format!("{}/api/v1/sessions/me", sandbox.org_url());
        assert_eq!(Ask::get(&me).send(&sandbox).json()["errorCode"], "E0000007");
        let cookie = authorize(&sandbox, &start(&sandbox, "/")).cookie(name);
        let shown = Ask::get(&me).cookie(name, &cookie).send(&sandbox).json();
        assert_eq!(shown["login"], "ada@corp.example");
        let end = || {
            Ask::new("DELETE", &me)
                .cookie(name, &cookie)
                .send(&sandbox)
                .status
        };
        assert_eq!((end(), end()), (204, 404));
    }
}

#[test]
fn a_posted_session_token_becomes_a_sid() {
    let sandbox = Sandbox::start(Setup::default());
    let url = format!("{}/api/v1/sessions", sandbox.org_url());
    let body = json!({ "sessionToken": token(&sandbox) });
    let session = Ask::post(&url, &body).send(&sandbox).json();
    assert_eq!(Ask::post(&url, &body).send(&sandbox).status, 401);
    let id = session["id"].as_str().expect("an id");
    let back = Ask::get(&format!("{}&prompt=none", start(&sandbox, "/").authorize))
        .cookie("sid", id)
        .send(&sandbox);
    assert!(back.header("Location").contains("code="));
}

#[test]
fn a_live_session_hides_the_token_and_with_it_the_user() {
    let mut setup = Setup::default();
    setup
        .users
        .push(User::new("bob@corp.example", "another password"));
    for wins in [false, true] {
        setup.variants.token_wins = wins;
        let sandbox = Sandbox::start(setup.clone());
        let sid = authorize(&sandbox, &start(&sandbox, "/")).cookie("sid");
        let body = json!({ "username": "bob@corp.example", "password": "another password" });
        let url = format!("{}/api/v1/authn", sandbox.org_url());
        let bob = Ask::post(&url, &body).send(&sandbox).json();
        let token = bob["sessionToken"].as_str().expect("a token");
        let authorize = start(&sandbox, "/").authorize;
        Ask::get(&format!("{authorize}&prompt=none&sessionToken={token}"))
            .cookie("sid", &sid)
            .send(&sandbox);
        let user = if wins {
            "bob@corp.example"
        } else {
            "ada@corp.example"
        };
        let last = sandbox
            .events()
            .into_iter()
            .rev()
            .find_map(|event| match event {
                Event::CodeIssued { user, .. } => Some(user),
                _ => None,
            });
        assert_eq!(last.as_deref(), Some(user));
        assert_eq!(sandbox.violations(), [sandbox::Violation::TokenWithSession]);
    }
}

#[test]
fn the_discovery_document_names_the_engine() {
    for (pipeline, name) in [(Pipeline::Classic, "v1"), (Pipeline::Identity, "idx")] {
        let sandbox = Sandbox::start(Setup {
            pipeline,
            ..Setup::default()
        });
        let url = format!("{}/.well-known/okta-organization", sandbox.org_url());
        assert_eq!(Ask::get(&url).send(&sandbox).json()["pipeline"], name);
    }
}

#[test]
fn one_client_without_a_device_shares_sixty_a_minute() {
    let mut setup = Setup::default();
    setup.limits.authorize_per_client_minute = 2;
    let sandbox = Sandbox::start(setup);
    let url = format!("{}&prompt=none", start(&sandbox, "/").authorize);
    // the limit's minute may turn over in between, so more are sent than one minute takes
    let statuses: Vec<u16> = (0..6)
        .map(|_| Ask::get(&url).send(&sandbox).status)
        .collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    let own = Ask::get(&url).cookie("DT", "another device").send(&sandbox);
    assert_eq!(own.status, 302);
    assert_eq!(own.header("X-Rate-Limit-Limit"), "2");
}

#[test]
fn device_matching_refuses_a_token_from_elsewhere() {
    let mut setup = Setup::default();
    setup.variants.device_matching = true;
    let sandbox = Sandbox::start(setup);
    let begun = start(&sandbox, "/");
    let url = format!(
        "{}&prompt=none&sessionToken={}",
        begun.authorize,
        token(&sandbox)
    );
    let other = Ask::get(&url)
        .without("User-Agent")
        .with("User-Agent", "other/1");
    let back = other.send(&sandbox);
    assert!(back.header("Location").contains("error=login_required"));
    assert!(
        authorize(&sandbox, &begun)
            .header("Location")
            .contains("code=")
    );
}
