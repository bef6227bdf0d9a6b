//! Servers that lie, babble, hang and steal: one clear message, the right exit code, nothing stored, nothing leaked.

use std::time::Duration;

use sandbox::{App, Event, Fault, Host, Limits, Setup, Step, User};

use crate::home::{ADA, Home, Outcome};

/// A fault, and the code of a sign-in that meets it.
type Row = (Step, Fault, i32);

/// Returns what can be done wrong at any step.
fn anywhere(step: Step) -> Vec<Row> {
    let mut rows = vec![
        (step, Fault::Cut, 6),
        (step, Fault::Huge, 6),
        (step, Fault::Html(502), 6),
        (step, Fault::Html(503), 6),
        (step, Fault::BalancerPage(500), 6),
        (step, Fault::BalancerPage(504), 6),
        (step, Fault::TooMany(Duration::from_secs(3600)), 6),
        (step, Fault::Elsewhere, 6),
        (step, Fault::PlainHttp, 6),
        (step, Fault::SetCookie(b"sid=\x1b[2J".to_vec()), 6),
        (step, Fault::SetCookie(b"sid=a\x00b".to_vec()), 6),
        (step, Fault::SetCookie(vec![b'a'; 600_000]), 6),
    ];
    for location in [
        "http://127.0.0.1:1/",
        "//127.0.0.1:1/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[",
    ] {
        rows.push((step, Fault::Location(location.into()), 6));
    }
    rows
}

/// Plays one fault against a cold `get`.
fn play(step: Step, fault: &Fault) -> (Home, Outcome) {
    let mut app = App::new("grafana");
    app.plain_listener = true;
    // Two shards, so that there is a first one and another.
    let user = User::new(ADA, sandbox::PASSWORD).with_shards(2);
    let home = Home::new(Setup {
        apps: vec![app],
        users: vec![user],
        ..Setup::default()
    });
    // A page with a state token would lead on to the other engine, which this org does not speak.
    home.append_to_org("engine = \"classic\"");
    home.sandbox.fault((step, fault.clone()));
    let outcome = home.run(&["get", "grafana"]);
    let played = |event: &Event| matches!(event, Event::Faulted { .. });
    assert!(
        home.sandbox.count(played) > 0,
        "{step:?} {fault:?} was not met"
    );
    (home, outcome)
}

/// Asserts that a sign-in that meets each fault fails as it should, and did nothing that it should not.
#[track_caller]
fn assert_all_fail(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (step, fault, code) in rows {
        let (home, outcome) = play(step, &fault);
        let shown = format!("{step:?} {:.120}", format!("{fault:?}"));
        if outcome.code != code {
            wrong.push(format!(
                "{shown}: {} instead of {code}: {}",
                outcome.code, outcome.stderr
            ));
            continue;
        }
        outcome.told(code);
        assert!(!home.has_session(), "{shown}: a session was stored");
        assert_eq!(home.sandbox.violations(), [], "{shown}");
        assert_eq!(home.sandbox.requests_to(&Host::Elsewhere), 0, "{shown}");
        assert_eq!(
            home.sandbox.requests_to(&Host::Plain("grafana".into())),
            0,
            "{shown}"
        );
        assert!(home.sandbox.password_tries() <= 1, "{shown}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_app_that_misbehaves_at_the_start_is_stopped_at() {
    let mut rows = anywhere(Step::Start);
    rows.extend([
        (Step::Start, Fault::BalancerPage(561), 6),
        (Step::Start, Fault::BalancerPage(401), 2),
        (Step::Start, Fault::Html(200), 2),
        (Step::Start, Fault::NoCookies, 5),
        (
            Step::Start,
            Fault::SetCookie(b"AWSALBAuthNonce=a b".to_vec()),
            6,
        ),
    ]);
    assert_all_fail(rows);
}

#[test]
fn an_org_that_misbehaves_at_authn_is_stopped_at() {
    let mut rows = anywhere(Step::Authn);
    rows.retain(
        |(_, fault, _)| !matches!(fault, Fault::SetCookie(line) if line.starts_with(b"sid=a")),
    );
    rows.extend([
        (Step::Authn, Fault::NotJson, 6),
        (Step::Authn, Fault::Html(200), 6),
        (Step::Authn, Fault::SignInPage, 6),
        (Step::Authn, Fault::Empty, 6),
        (Step::Authn, Fault::Concurrency, 6),
        (
            Step::Authn,
            Fault::Status("SUCCESS\x1b]0;pwned\x07".into()),
            6,
        ),
        (Step::Authn, Fault::Status("MFA_REQUIRED".into()), 3),
        (Step::Authn, Fault::Status("success".into()), 6),
        (Step::Authn, Fault::Status(String::new()), 6),
        (Step::Authn, Fault::Status("A B ".repeat(30_000)), 6),
        (Step::Authn, Fault::Summary(String::new()), 5),
        (Step::Authn, Fault::EchoPassword, 5),
    ]);
    assert_all_fail(rows);
}

#[test]
fn an_org_that_misbehaves_at_authorize_is_stopped_at() {
    let mut rows = anywhere(Step::Authorize);
    rows.extend([
        // The Identity Engine shows its sign-in page so.
        (Step::Authorize, Fault::Html(200), 5),
        (Step::Authorize, Fault::SignInPage, 5),
        (
            Step::Authorize,
            Fault::Location("/login/login.htm?fromURI=x".into()),
            5,
        ),
        (Step::Authorize, Fault::Concurrency, 6),
        (Step::Authorize, Fault::BalancerPage(401), 6),
    ]);
    assert_all_fail(rows);
}

#[test]
fn an_alb_that_misbehaves_at_the_callback_is_stopped_at() {
    let mut rows = anywhere(Step::Callback);
    rows.extend([
        (Step::Callback, Fault::BalancerPage(401), 5),
        (Step::Callback, Fault::BalancerPage(561), 6),
        (Step::Callback, Fault::Html(200), 6),
        (Step::Callback, Fault::IdentityProviderDown, 6),
        (Step::Callback, Fault::NoCookies, 6),
        (Step::Callback, Fault::NoFirstShard, 6),
        (Step::Callback, Fault::FifthShard, 6),
        (Step::Callback, Fault::ShardGap, 6),
        (
            Step::Callback,
            Fault::SetCookie(b"AWSELBAuthSessionCookie-1=a b".to_vec()),
            6,
        ),
    ]);
    let names: [&[u8]; 6] = [
        b"AWSELBAuthSessionCookie-0 ",
        b"AWSELBAuthSessionCookie\x1b-0",
        b"AWSELBAuthSessionCookie-00",
        b"AWSELBAuthSessionCookie-\xd9\xa0",
        b"AWSELBAuthSessionCookie-0\"",
        b"",
    ];
    // A blank around a name is no part of it (RFC 6265, 5.2).
    rows.extend(
        names[1..]
            .iter()
            .map(|name| (Step::Callback, Fault::ShardName(name.to_vec()), 6)),
    );
    let values: [&[u8]; 8] = [
        b"",
        b"a b",
        b"a\"b",
        b"a,b",
        b"a\\b",
        b"a\x7fb",
        "\u{e4}".as_bytes(),
        b"\x1b[31m",
    ];
    rows.extend(values.map(|value| (Step::Callback, Fault::ShardValue(value.to_vec()), 6)));
    assert_all_fail(rows);
}

#[test]
fn a_redirect_that_only_looks_like_the_orgs_is_not_followed() {
    let limits = Limits {
        authn_per_user_second: 1000,
        ..Limits::default()
    };
    let home = Home::new(Setup {
        limits,
        ..Setup::default()
    });
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    let (elsewhere, port) = (
        home.sandbox.elsewhere_url(),
        org.rsplit_once(':').expect("a port").1.to_owned(),
    );
    let bare = elsewhere.replace("https://", "");
    let path =
        "/oauth2/v1/authorize?client_id=a&redirect_uri=b&response_type=code&scope=openid&state=c";
    for start in [
        elsewhere.clone(),
        format!("{org}@{bare}"),
        format!("{org}.{bare}"),
        format!("https://localhost:{port}%40{bare}"),
        format!("https://localhost\\@{bare}"),
        format!("https:\\\\{bare}"),
        format!("\\\\{bare}"),
        "https://localhost:1".to_string(),
        format!("https://user:word@localhost:{port}"),
        app.replace("https", "http"),
    ] {
        for step in [Step::Start, Step::Authorize, Step::Callback] {
            home.sandbox.clear_faults();
            home.sandbox.clear_audit();
            // Nothing is remembered of the row before.
            let _ = std::fs::remove_dir_all(home.cache());
            home.sandbox
                .fault((step, Fault::Location(format!("{start}{path}"))));
            let outcome = home.run(&["get", "grafana"]);
            assert!(
                matches!(outcome.code, 2 | 5 | 6),
                "{start} at {step:?}: {outcome:?}"
            );
            assert_eq!(outcome.stdout, "", "{start} at {step:?}");
            let played = |event: &Event| matches!(event, Event::Faulted { .. });
            assert!(home.sandbox.count(played) > 0, "{start} at {step:?}");
            assert_eq!(
                home.sandbox.requests_to(&Host::Elsewhere),
                0,
                "{start} at {step:?}"
            );
            assert_eq!(home.sandbox.violations(), [], "{start} at {step:?}");
            assert!(!home.has_session(), "{start} at {step:?}");
        }
    }
}

#[test]
fn a_callback_that_okta_makes_up_is_not_taken_to_the_alb() {
    let limits = Limits {
        authn_per_user_second: 1000,
        ..Limits::default()
    };
    let home = Home::new(Setup {
        limits,
        ..Setup::default()
    });
    let callback = home.sandbox.callback_url("grafana");
    let app = home.sandbox.app_url("grafana");
    for location in [
        format!("{callback}?code=x"),
        format!("{callback}?state=c3RhdGU%3D&code=x"),
        callback.clone(),
        format!("{app}/other?code=x&state=y"),
        format!("{app}/"),
    ] {
        home.sandbox.clear_faults();
        home.sandbox.clear_audit();
        home.sandbox
            .fault((Step::Authorize, Fault::Location(location.clone())));
        let outcome = home.run(&["get", "grafana"]);
        assert_eq!(outcome.code, 6, "{location}: {}", outcome.stderr);
        outcome.told(6);
        let played = |event: &Event| matches!(event, Event::Faulted { .. });
        assert_eq!(home.sandbox.count(played), 1, "{location}");
        let at_callback = |event: &Event| matches!(event, Event::CallbackRefused { .. });
        assert_eq!(home.sandbox.count(at_callback), 0, "{location}");
        assert_eq!(home.sandbox.violations(), [], "{location}");
    }
}

#[test]
fn a_body_that_never_ends_ends_the_attempt() {
    std::thread::scope(|scope| {
        for step in [Step::Start, Step::Authn, Step::Authorize, Step::Callback] {
            scope.spawn(move || assert_all_fail(vec![(step, Fault::Endless, 6)]));
        }
    });
}
