//! The ALB: rules, shards, pages.

use sandbox::{ErrorCallback, InvalidCookie, Mode, Rule, Sandbox, Setup, User};
use std::time::Duration;

use crate::browser::{Answer, Ask, authorize, callback, sign_in, start};

fn with_shards(shards: usize) -> Sandbox {
    let ada = User::new("ada@corp.example", sandbox::PASSWORD).with_shards(shards);
    Sandbox::start(Setup {
        users: vec![ada],
        ..Setup::default()
    })
}

fn home(sandbox: &Sandbox, jar: &[(String, String)]) -> Answer {
    Ask::get(&sandbox.app_url("grafana")).jar(jar).send(sandbox)
}

#[test]
fn a_session_has_one_to_four_shards_and_all_of_them_are_needed() {
    for shards in 1..=4 {
        let sandbox = with_shards(shards);
        let jar = sign_in(&sandbox).jar();
        assert_eq!(jar.len(), shards);
        for (number, (name, _)) in jar.iter().enumerate() {
            assert_eq!(*name, format!("AWSELBAuthSessionCookie-{number}"));
        }
        assert_eq!(home(&sandbox, &jar).status, 200);
        let mut backwards = jar.clone();
        backwards.reverse();
        assert_eq!(
            home(&sandbox, &backwards).status,
            200,
            "order is in the names"
        );
        for missing in 0..shards {
            let mut partial = jar.clone();
            partial.remove(missing);
            assert_eq!(home(&sandbox, &partial).status, 302);
        }
    }
}

#[test]
fn claims_of_more_than_eleven_kilobytes_end_the_sign_in() {
    let sandbox = with_shards(5);
    let answer = sign_in(&sandbox);
    assert_eq!((answer.status, answer.body.len()), (500, 142));
    assert_eq!(answer.set_cookies().len(), 0);
}

#[test]
fn shards_are_taken_verbatim_and_of_one_session_only() {
    let sandbox = with_shards(2);
    let jar = sign_in(&sandbox).jar();
    let other = sign_in(&sandbox).jar();
    let (name, value) = jar[0].clone();
    let first = |value: String| home(&sandbox, &[(name.clone(), value), jar[1].clone()]).status;
    assert_eq!(first(value.clone()), 200);
    assert_eq!(first(value.replace('+', "%2B").replace('/', "%2F")), 302);
    assert_eq!(first(format!("\"{value}\"")), 302);
    assert_eq!(first(other[0].1.clone()), 302);
    assert_eq!(
        home(&sandbox, &[jar[0].clone(), jar[0].clone(), jar[1].clone()]).status,
        302
    );
    let swapped = [
        (jar[0].0.clone(), jar[1].1.clone()),
        (jar[1].0.clone(), value),
    ];
    assert_eq!(home(&sandbox, &swapped).status, 302);
}

#[test]
fn a_name_without_a_number_is_no_session() {
    let sandbox = Sandbox::start(Setup::default());
    let jar = sign_in(&sandbox).jar();
    let bare = [("AWSELBAuthSessionCookie".to_owned(), jar[0].1.clone())];
    assert_eq!(home(&sandbox, &bare).status, 302);
}

#[test]
fn a_broken_cookie_can_be_a_401() {
    for mode in [Mode::Authenticate, Mode::Deny] {
        let ask = |invalid_cookie| {
            let mut setup = Setup::default();
            setup.variants.invalid_cookie = invalid_cookie;
            setup.apps[0].protected().mode = mode;
            let broken = [("AWSELBAuthSessionCookie-0".to_owned(), "AAAA".to_owned())];
            home(&Sandbox::start(setup), &broken)
        };
        let answer = ask(InvalidCookie::Unauthorized);
        assert_eq!((answer.status, answer.body.len()), (401, 144));
        assert_eq!(answer.header("Server"), "awselb/2.0");
        assert_eq!(ask(InvalidCookie::StartsSignIn).status, 302);
    }
}

#[test]
fn neither_method_nor_accept_nor_bearer_changes_the_redirect() {
    let sandbox = Sandbox::start(Setup::default());
    let url = format!("{}/api", sandbox.app_url("grafana"));
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"] {
        let answer = Ask::new(method, &url)
            .with("Accept", "application/json")
            .with("Authorization", "Bearer abc")
            .send(&sandbox);
        assert_eq!(answer.status, 302, "{method}");
    }
    let seen = |event: &sandbox::Event| matches!(event, sandbox::Event::UpstreamSaw { .. });
    assert_eq!(sandbox.count(seen), 0);
}

#[test]
fn the_redirect_has_the_order_and_the_encoding_of_the_captures() {
    let mut setup = Setup::default();
    setup.apps[0].protected().extra = vec![("prompt".to_owned(), "login".to_owned())];
    let sandbox = Sandbox::start(setup);
    let url = start(&sandbox, "/").authorize;
    let (endpoint, query) = url.split_once('?').expect("a query");
    assert_eq!(
        endpoint,
        format!("{}/oauth2/v1/authorize", sandbox.org_url())
    );
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|part| part.split('=').next())
        .collect();
    let expected = [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "prompt",
    ];
    assert_eq!(names, expected);
    assert!(query.contains("&redirect_uri=https%3A%2F%2F127.0.0.1%3A"));
    assert!(query.contains("%2Foauth2%2Fidpresponse&"));
    assert!(query.contains("&scope=openid%20email&"));
    assert!(!query.contains('+'));
}

#[test]
fn modes_differ_only_without_a_session() {
    let mut setup = Setup::default();
    setup.apps[0].rules = vec![
        Rule::public("/health"),
        Rule::authenticate("/open", "grafana").in_mode(Mode::Allow),
        Rule::authenticate("/api", "grafana").in_mode(Mode::Deny),
        Rule::authenticate("/", "grafana"),
    ];
    for rule in &mut setup.apps[0].rules {
        rule.session = Duration::from_secs(60);
    }
    let sandbox = Sandbox::start(setup);
    let url = sandbox.app_url("grafana");
    let jar = sign_in(&sandbox).jar();
    let status = |path: &str, jar: &[(String, String)]| {
        Ask::get(&format!("{url}{path}"))
            .jar(jar)
            .send(&sandbox)
            .status
    };
    assert_eq!(
        ["/health", "/open", "/api", "/"].map(|path| status(path, &[])),
        [200, 200, 401, 302]
    );
    assert_eq!(
        ["/open", "/api", "/"].map(|path| status(path, &jar)),
        [200, 200, 200]
    );
    sandbox.advance(Duration::from_secs(61));
    assert_eq!(
        ["/open", "/api", "/"].map(|path| status(path, &jar)),
        [200, 302, 302]
    );
}

#[test]
fn claims_that_a_client_makes_up_do_not_get_through() {
    let mut setup = Setup::default();
    setup.apps[0].rules = vec![Rule::authenticate("/", "grafana").in_mode(Mode::Allow)];
    let sandbox = Sandbox::start(setup);
    let answer = Ask::get(&sandbox.app_url("grafana"))
        .with("x-amzn-oidc-identity", "root")
        .send(&sandbox);
    assert_eq!(answer.json()["claims"], serde_json::json!({}));
}

#[test]
fn rules_with_their_own_cookies_need_their_own_sessions() {
    let mut setup = Setup::default();
    let mut admin =
        Rule::authenticate("/admin", "admin").with_cookie("AWSELBAuthSessionCookie-admin");
    admin.client.app = "grafana".to_owned();
    setup.apps[0].rules.insert(0, admin);
    let sandbox = Sandbox::start(setup);
    let jar = sign_in(&sandbox).jar();
    let url = format!("{}/admin", sandbox.app_url("grafana"));
    assert_eq!(Ask::get(&url).jar(&jar).send(&sandbox).status, 302);
    let begun = start(&sandbox, "/admin");
    let back = authorize(&sandbox, &begun);
    let admin = callback(&sandbox, &begun, &back).jar();
    assert_eq!(admin[0].0, "AWSELBAuthSessionCookie-admin-0");
    assert_eq!(Ask::get(&url).jar(&admin).send(&sandbox).status, 200);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn an_error_at_the_callback_is_401_or_561() {
    for (variant, error, status, length) in [
        (ErrorCallback::Split, "access_denied", 401, 144),
        (ErrorCallback::Split, "login_required", 561, 140),
        (ErrorCallback::Unauthorized, "login_required", 401, 144),
        (
            ErrorCallback::AuthenticationError,
            "access_denied",
            561,
            140,
        ),
    ] {
        let mut setup = Setup::default();
        setup.variants.error_callback = variant;
        let sandbox = Sandbox::start(setup);
        let start = start(&sandbox, "/");
        let state = start.authorize.split("state=").nth(1).expect("a state");
        let url = format!(
            "{}?state={state}&error={error}",
            sandbox.callback_url("grafana")
        );
        let answer = Ask::get(&url)
            .cookie("AWSALBAuthNonce", &start.nonce)
            .send(&sandbox);
        assert_eq!((answer.status, answer.body.len()), (status, length));
    }
}

#[test]
fn a_wrong_client_secret_is_561() {
    let mut setup = Setup::default();
    setup.apps[0].protected().wrong_secret = true;
    let sandbox = Sandbox::start(setup);
    assert_eq!(sign_in(&sandbox).status, 561);
}

#[test]
fn sessions_outlive_a_restart_with_the_same_key_and_no_other() {
    let key = Some([7; 32]);
    let begin = |key| {
        let mut setup = Setup::default();
        setup.apps[0].key = key;
        Sandbox::start(setup)
    };
    let jar = sign_in(&begin(key)).jar();
    assert_eq!(home(&begin(key), &jar).status, 200);
    assert_eq!(home(&begin(None), &jar).status, 302);
    let sandbox = begin(key);
    sandbox.end_app_sessions("grafana");
    assert_eq!(home(&sandbox, &jar).status, 302);
}

#[test]
fn headers_have_limits_and_the_cookie_line_a_larger_one() {
    let sandbox = Sandbox::start(Setup::default());
    let url = sandbox.app_url("grafana");
    let long = "x".repeat(17_000);
    assert_eq!(
        Ask::get(&url).with("X-Long", &long).send(&sandbox).status,
        400
    );
    assert_eq!(
        Ask::get(&url).cookie("long", &long).send(&sandbox).status,
        302
    );
    assert_eq!(
        Ask::get(&format!("{url}/{long}")).send(&sandbox).status,
        400
    );
    assert_eq!(
        Ask::get(&url)
            .cookie("long", &long.repeat(4))
            .send(&sandbox)
            .status,
        400
    );
    assert_eq!(Ask::new("TRACE", &url).send(&sandbox).status, 405);
}

#[test]
fn without_tls_there_is_only_a_redirect() {
    let mut setup = Setup::default();
    setup.apps[0].plain_listener = true;
    let sandbox = Sandbox::start(setup);
    let plain = sandbox.plain_url("grafana").expect("a plain listener");
    let answer = Ask::get(&format!("{plain}/a?b=c")).send(&sandbox);
    assert_eq!(answer.status, 301);
    let secure = format!("{}/a?b=c", sandbox.app_url("grafana"));
    assert_eq!(answer.header("Location"), secure);
}

#[test]
fn an_app_can_redirect_its_public_root() {
    let mut setup = Setup::default();
    setup.apps[0].rules = vec![Rule::authenticate("/login", "grafana")];
    setup.apps[0].root_redirect = Some("/login".to_owned());
    let sandbox = Sandbox::start(setup);
    let answer = home(&sandbox, &[]);
    assert_eq!((answer.status, answer.header("Location")), (302, "/login"));
    assert_eq!(answer.header("Server"), "sandbox");
}
