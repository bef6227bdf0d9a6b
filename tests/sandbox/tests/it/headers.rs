//! The content that an `Authorization` may have, and its trace in the log.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use sandbox::{App, Event, GitServer, Host, Registry, Sandbox, Setup, Violation};

use crate::browser::{Ask, sign_in};

/// Sends an `Authorization` to the app with its session.
fn send(sandbox: &Sandbox, jar: &[(String, String)], value: &str) {
    let ask = Ask::get(&sandbox.app_url("grafana")).jar(jar);
    ask.with("Authorization", value).send(sandbox);
}

#[test]
fn a_session_cookie_in_an_authorization_is_noticed_however_it_is_written() {
    let sandbox = Sandbox::start(Setup::default());
    let jar = sign_in(&sandbox).jar();
    let (name, value) = &jar[0];
    let pair = format!("ada:{name}={value}");
    let unsound = "ada:AWSELBAuthSessionCookie-0=anything".to_owned();
    for header in [
        format!("Basic {}", STANDARD.encode(&pair)),
        // each length of what would be padded
        format!("basic  {}", STANDARD_NO_PAD.encode(&pair)),
        format!("basic {}", STANDARD_NO_PAD.encode(format!("x{pair}"))),
        format!("basic {}", STANDARD_NO_PAD.encode(format!("xx{pair}"))),
        // three question marks are written differently
        format!("Basic {}", URL_SAFE.encode(format!("???{name}:{value}"))),
        format!("Bearer {}", STANDARD.encode(&pair)),
        format!("Bearer {value}"),
        format!("Token {name}={value}"),
        format!("Basic {}", STANDARD.encode(unsound)),
    ] {
        sandbox.clear_audit();
        send(&sandbox, &jar, &header);
        let host = Host::App("grafana".to_owned());
        let expected = Violation::SessionInAuthorization { host };
        assert!(sandbox.violations().contains(&expected), "{header}");
    }
}

#[test]
fn the_log_has_the_scheme_and_nothing_else_of_an_authorization() {
    let sandbox = Sandbox::start(Setup::default());
    let jar = sign_in(&sandbox).jar();
    sandbox.clear_audit();
    for header in [
        "Basic YTpzM2NyZXQ=",
        "bearer s3cret",
        "s3cret rest",
        "s3cret",
    ] {
        send(&sandbox, &jar, header);
    }
    Ask::get(&format!("{}/health?s3cret", sandbox.app_url("grafana"))).send(&sandbox);
    let saw = |event| match event {
        Event::UpstreamSaw {
            path,
            session_cookie,
            authorization,
            ..
        } => Some((path, session_cookie, authorization)),
        _ => None,
    };
    let seen: Vec<_> = sandbox.events().into_iter().filter_map(saw).collect();
    let home = |scheme: &str| ("/".to_owned(), true, Some(scheme.to_owned()));
    let health = ("/health".to_owned(), false, None);
    assert_eq!(
        seen,
        [
            home("Basic"),
            home("Bearer"),
            home("another"),
            home("another"),
            health
        ]
    );
    assert!(!format!("{:?}", sandbox.audit()).contains("s3cret"));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_credentials_of_one_server_have_no_business_at_another() {
    let server = GitServer::new().wanting("ada", "git-s3cret");
    let sandbox = Sandbox::start(Setup {
        apps: vec![App::git("git", server), App::new("grafana")],
        registry: Some(Registry::new("ada", "registry-s3cret")),
        ..Setup::default()
    });
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("ada:{password}")));
    let registry = format!("https://{}/v2/", sandbox.registry());
    let git = sandbox.app_url("git");
    let send = |url: &str, password: &str| {
        sandbox.clear_audit();
        Ask::get(url)
            .with("Authorization", &basic(password))
            .send(&sandbox);
        sandbox.violations()
    };
    assert_eq!(send(&git, "git-s3cret"), []);
    assert_eq!(send(&registry, "registry-s3cret"), []);
    let astray = |host| [Violation::BasicAstray { host }];
    assert_eq!(send(&registry, "git-s3cret"), astray(Host::Registry));
    let host = || Host::App("grafana".to_owned());
    assert_eq!(
        send(&sandbox.app_url("grafana"), "git-s3cret"),
        astray(host())
    );
    assert_eq!(
        send(&sandbox.app_url("grafana"), "registry-s3cret"),
        astray(host())
    );
}

#[test]
fn a_session_cookie_goes_to_no_other_host() {
    let sandbox = Sandbox::start(Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        registry: Some(Registry::new("ada", "registry-s3cret")),
        ..Setup::default()
    });
    let jar = sign_in(&sandbox).jar();
    let registry = format!("https://{}/v2/", sandbox.registry());
    for (url, host) in [
        (sandbox.org_url(), Host::Org),
        (sandbox.app_url("argocd"), Host::App("argocd".to_owned())),
        (registry, Host::Registry),
    ] {
        sandbox.clear_audit();
        Ask::get(&url).jar(&jar).send(&sandbox);
        let app = "grafana".to_owned();
        let expected = Violation::SessionCookieAstray { host, app };
        assert!(
            sandbox.violations().contains(&expected),
            "{:?}",
            sandbox.violations()
        );
    }
}

#[test]
fn a_session_cookie_in_a_body_is_noticed() {
    let sandbox = Sandbox::start(Setup::default());
    let jar = sign_in(&sandbox).jar();
    let ask = Ask::new("POST", &sandbox.app_url("grafana")).jar(&jar);
    ask.with_body(&format!("cookie={}", jar[0].1))
        .send(&sandbox);
    let host = Host::App("grafana".to_owned());
    let what = "session cookie";
    assert_eq!(
        sandbox.violations(),
        [Violation::SecretAstray { host, what }]
    );
}
