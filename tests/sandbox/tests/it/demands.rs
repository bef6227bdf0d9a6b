//! Each thing that no correct client does is caught when it is done.

use sandbox::{App, Host, PASSWORD, Sandbox, Setup, User, Violation};
use serde_json::json;

use crate::browser::{Ask, authorize, callback, sign_in, start, token};

/// Returns whether the only kind of violation is this one, and it is there.
#[track_caller]
fn only(sandbox: &Sandbox, such: impl Fn(&Violation) -> bool) {
    let violations = sandbox.violations();
    assert!(!violations.is_empty(), "nothing was noticed");
    assert!(violations.iter().all(such), "{violations:?}");
}

fn two_shards() -> Sandbox {
    let ada = User::new("ada@corp.example", PASSWORD).with_shards(2);
    Sandbox::start(Setup {
        users: vec![ada],
        ..Setup::default()
    })
}

#[test]
fn a_secret_in_a_url() {
    let sandbox = two_shards();
    let jar = sign_in(&sandbox).jar();
    let value = jar[0]
        .1
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let url = format!("{}/?cookie={value}", sandbox.app_url("grafana"));
    Ask::get(&url).send(&sandbox);
    let url = format!("{}/?token={}", sandbox.app_url("grafana"), token(&sandbox));
    Ask::get(&url).send(&sandbox);
    only(&sandbox, |violation| {
        matches!(violation, Violation::SecretInUrl { .. })
    });
    assert_eq!(sandbox.violations().len(), 2);
}

#[test]
fn a_secret_in_a_referer() {
    let sandbox = Sandbox::start(Setup::default());
    let begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    Ask::get(&sandbox.app_url("grafana"))
        .with("Referer", back.header("Location"))
        .send(&sandbox);
    only(&sandbox, |violation| {
        matches!(violation, Violation::SecretInHeader { .. })
    });
}

#[test]
fn a_password_that_goes_to_an_app() {
    for form in [
        json!({ "password": PASSWORD }).to_string(),
        "Y29yciJlY3QraCU2RnJzZSBcIGLDpHR0ZXJ5PTEmMg==".to_owned(),
    ] {
        let sandbox = Sandbox::start(Setup::default());
        let ask = if form.starts_with('{') {
            Ask::post(
                &sandbox.app_url("grafana"),
                &json!({ "password": PASSWORD }),
            )
        } else {
            Ask::get(&sandbox.app_url("grafana")).with("Authorization", &format!("Basic {form}"))
        };
        ask.send(&sandbox);
        let host = Host::App("grafana".to_owned());
        assert_eq!(sandbox.violations(), [Violation::PasswordAstray { host }]);
    }
}

#[test]
fn a_password_in_a_url_of_the_org() {
    let sandbox = Sandbox::start(Setup::default());
    let password = "corr%22ect%2Bh%256Frse%20%5C%20b%C3%A4ttery%3D1%262";
    Ask::get(&format!("{}/?password={password}", sandbox.org_url())).send(&sandbox);
    let host = Host::Org;
    assert_eq!(sandbox.violations(), [Violation::PasswordAstray { host }]);
}

#[test]
fn a_session_cookie_that_goes_to_the_org_or_to_another_app() {
    let mut setup = Setup::default();
    setup.apps.push(App::new("argocd"));
    let sandbox = Sandbox::start(setup);
    let jar = sign_in(&sandbox).jar();
    Ask::get(&sandbox.org_url()).jar(&jar).send(&sandbox);
    Ask::get(&sandbox.app_url("argocd"))
        .jar(&jar)
        .send(&sandbox);
    Ask::get(&sandbox.org_url())
        .cookie("AWSALBAuthNonce", "x")
        .send(&sandbox);
    let astray = |violation: &Violation| matches!(violation, Violation::SessionCookieAstray { .. });
    assert_eq!(
        sandbox
            .violations()
            .iter()
            .filter(|one| astray(one))
            .count(),
        3
    );
}

#[test]
fn a_cookie_of_the_org_that_goes_to_an_app() {
    let sandbox = Sandbox::start(Setup::default());
    let okta = authorize(&sandbox, &start(&sandbox, "/")).jar();
    Ask::get(&sandbox.app_url("grafana"))
        .jar(&okta)
        .send(&sandbox);
    only(&sandbox, |violation| {
        matches!(violation, Violation::OktaCookieAstray { .. })
    });
}

#[test]
fn a_family_that_is_not_sent_as_it_came() {
    type Change = fn(&mut Vec<(String, String)>);
    type Expected = fn(&Violation) -> bool;
    let cases: [(Change, Expected); 7] = [
        (
            |jar| jar[0].1 = jar[0].1.replace('+', "%2B").replace('/', "%2F"),
            |one| matches!(one, Violation::FamilyEncoded { .. }),
        ),
        (
            |jar| jar[0].1 = format!("\"{}\"", jar[0].1),
            |one| matches!(one, Violation::FamilyQuoted { .. }),
        ),
        (
            |jar| drop(jar.pop()),
            |one| matches!(one, Violation::FamilyPartial { .. }),
        ),
        (
            |jar| jar[1].1.truncate(100),
            |one| matches!(one, Violation::FamilyPartial { .. }),
        ),
        (
            |jar| jar.push((format!("{}2", &jar[0].0[..24]), "old".to_owned())),
            |one| matches!(one, Violation::FamilyMixed { .. }),
        ),
        (
            |jar| jar.push(jar[0].clone()),
            |one| matches!(one, Violation::FamilyRepeated { .. }),
        ),
        (
            |jar| {
                let first = jar[0].1.clone();
                jar[0].1 = std::mem::replace(&mut jar[1].1, first);
            },
            |one| matches!(one, Violation::FamilyMisnamed { .. }),
        ),
    ];
    for (change, expected) in cases {
        let sandbox = two_shards();
        let mut jar = sign_in(&sandbox).jar();
        change(&mut jar);
        Ask::get(&sandbox.app_url("grafana"))
            .jar(&jar)
            .send(&sandbox);
        only(&sandbox, expected);
    }
}

#[test]
fn shards_of_two_sessions_together() {
    let sandbox = two_shards();
    let old = sign_in(&sandbox).jar();
    let mut jar = sign_in(&sandbox).jar();
    jar[1] = old[1].clone();
    Ask::get(&sandbox.app_url("grafana"))
        .jar(&jar)
        .send(&sandbox);
    only(&sandbox, |violation| {
        matches!(violation, Violation::FamilyMixed { .. })
    });
}

#[test]
fn an_authorize_url_that_is_not_passed_on_as_it_was() {
    type Change = fn(&str) -> String;
    let cases: [(Change, &str); 6] = [
        (|url| url.replace("%20", "+"), "scope"),
        (|url| url.replace("openid%20email", "openid"), "scope"),
        (
            |url| url.replace("&response_type=code", ""),
            "response_type",
        ),
        (|url| format!("{url}&nonce=1"), "nonce"),
        (|url| url.replace("state=", "state=A"), "state"),
        (
            |url| url.replace("/oauth2/v1", "/oauth2/default/v1"),
            "path",
        ),
    ];
    for (change, parameter) in cases {
        let sandbox = Sandbox::start(Setup::default());
        let url = change(&start(&sandbox, "/").authorize);
        Ask::get(&url).send(&sandbox);
        let parameter = parameter.to_owned();
        assert_eq!(
            sandbox.violations(),
            [Violation::AuthorizeChanged { parameter }]
        );
    }
}

#[test]
fn a_prompt_of_the_alb_that_is_kept_beside_the_new_one() {
    let mut setup = Setup::default();
    setup.apps[0].protected().extra = vec![("prompt".to_owned(), "login".to_owned())];
    let sandbox = Sandbox::start(setup);
    let begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    assert!(back.header("Location").contains("error=invalid_request"));
    let wrong = [
        Violation::TokenWithoutPromptNone,
        Violation::AuthorizeChanged {
            parameter: "prompt".to_owned(),
        },
    ];
    assert_eq!(sandbox.violations(), wrong);
    sandbox.clear_audit();
    let url = begun.authorize.replace("prompt=login", "prompt=none");
    let url = format!("{url}&sessionToken={}", token(&sandbox));
    assert!(
        Ask::get(&url)
            .send(&sandbox)
            .header("Location")
            .contains("code=")
    );
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_token_without_prompt_none() {
    let sandbox = Sandbox::start(Setup::default());
    let url = format!(
        "{}&sessionToken={}",
        start(&sandbox, "/").authorize,
        token(&sandbox)
    );
    Ask::get(&url).send(&sandbox);
    assert_eq!(sandbox.violations(), [Violation::TokenWithoutPromptNone]);
}

#[test]
fn a_nonce_of_another_attempt() {
    let sandbox = Sandbox::start(Setup::default());
    let mut begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    begun.nonce = start(&sandbox, "/").nonce;
    callback(&sandbox, &begun, &back);
    let app = "grafana".to_owned();
    assert_eq!(
        sandbox.violations(),
        [Violation::NonceOfAnotherAttempt { app }]
    );
}

#[test]
fn missing_and_wrong_headers() {
    let sandbox = Sandbox::start(Setup::default());
    let app = sandbox.app_url("grafana");
    let host = Host::App("grafana".to_owned());
    Ask::get(&app).without("User-Agent").send(&sandbox);
    assert_eq!(
        sandbox.violations(),
        [Violation::NoUserAgent { host: host.clone() }]
    );
    sandbox.clear_audit();
    let answer = Ask::get(&app)
        .with("Host", "grafana.corp.example")
        .send(&sandbox);
    assert_eq!(answer.status, 400);
    assert_eq!(sandbox.violations(), [Violation::WrongHost { host }]);
    sandbox.clear_audit();
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    Ask::post(&url, &json!({})).without("Accept").send(&sandbox);
    Ask::post(&url, &json!({}))
        .without("Content-Type")
        .send(&sandbox);
    assert_eq!(
        sandbox.violations(),
        [Violation::WrongAccept, Violation::WrongContentType]
    );
}

#[test]
fn requests_that_nobody_understands() {
    let sandbox = Sandbox::start(Setup::default());
    Ask::get(&format!("{}/api/v2/authn", sandbox.org_url())).send(&sandbox);
    Ask::new("GET WRONG", &sandbox.org_url()).send(&sandbox);
    only(&sandbox, |violation| {
        matches!(violation, Violation::NotUnderstood { .. })
    });
    assert_eq!(sandbox.violations().len(), 2);
}

#[test]
fn a_call_without_tls_and_a_call_elsewhere() {
    let sandbox = Sandbox::start(Setup::default());
    Ask::get(&sandbox.org_url().replace("https", "http")).send(&sandbox);
    Ask::get(&sandbox.elsewhere_url()).send(&sandbox);
    let host = Host::Org;
    let both = [Violation::SentInTheClear { host }, Violation::WentElsewhere];
    assert_eq!(sandbox.violations(), both);
}
