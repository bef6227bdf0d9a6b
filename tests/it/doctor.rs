//! `credential doctor`: one line for every step of a sign-in, a hint for every failure, and no secret in either.

use std::time::Duration;

use sandbox::{
    App, Client, Fault, Host, Mode, PASSWORD, Pipeline, Rule, Sandbox, Setup, Step, User,
};
use serde_json::Value;

use crate::home::{ADA, Home, Outcome, assert_discreet};

pub(crate) const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A report that was checked for secrets.
pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) code: i32,
}

impl Report {
    /// Takes the report of a call with an empty stderr.
    #[track_caller]
    pub(crate) fn of(home: &Home, outcome: Outcome) -> Self {
        assert_eq!(outcome.stderr, "", "{}", outcome.stdout);
        assert_discreet(&outcome.stdout);
        assert_keeps_secrets(home, &outcome.stdout);
        let report = Self {
            text: outcome.stdout,
            code: outcome.code,
        };
        let failed = report.lines("FAIL").next().is_some();
        assert_eq!(failed, report.code != 0, "{}", report.text);
        report
    }

    pub(crate) fn lines<'a>(&'a self, mark: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.lines().filter(move |line| line.starts_with(mark))
    }

    /// Returns the names of the steps with this mark.
    pub(crate) fn steps<'a>(&'a self, mark: &'a str) -> Vec<&'a str> {
        let names = self.lines(mark).map(|line| line[6..].split("  ").next());
        names.map(Option::unwrap_or_default).collect()
    }

    /// Returns a step's line with the indented lines below it.
    #[track_caller]
    pub(crate) fn step(&self, mark: &str, step: &str) -> String {
        let is_it =
            |line: &&str| line.starts_with(mark) && line[6..].split("  ").next() == Some(step);
        let lines = self.text.lines().skip_while(|line| !is_it(line));
        let more = lines
            .clone()
            .skip(1)
            .take_while(|line| line.starts_with("  "));
        let whole: Vec<&str> = lines.take(1).chain(more).collect();
        assert!(!whole.is_empty(), "{mark} {step}: {}", self.text);
        whole.join("\n")
    }

    /// Asserts that `step` has `mark`, and that its text contains all of `parts`.
    #[track_caller]
    pub(crate) fn says(&self, mark: &str, step: &str, parts: &[&str]) {
        let said = self.step(mark, step);
        for part in parts {
            assert!(said.contains(part), "{part:?} is missing in: {said}");
        }
    }

    /// Asserts that this step failed first, with `code`, and that the sign-in was skipped.
    #[track_caller]
    pub(crate) fn fails_before_the_sign_in(&self, code: i32, step: &str, parts: &[&str]) {
        self.says("FAIL", step, parts);
        assert_eq!((self.code, self.steps("FAIL")[0]), (code, step));
        self.says("skip", "sign-in", &["no password sent", step]);
        self.says("skip", "new cookie", &[]);
    }
}

/// Asserts that `text` has no secret of the configuration and no cookie value of the cache.
#[track_caller]
fn assert_keeps_secrets(home: &Home, text: &str) {
    for secret in [PASSWORD, SEED, "hunter2"] {
        assert!(!text.contains(secret), "{text}");
    }
    for (_, record) in home.records() {
        let mut values = Vec::new();
        collect_values(&record, &mut values);
        for value in values.iter().filter(|value| value.len() > 8) {
            assert!(!text.contains(value.as_str()), "{value} in: {text}");
        }
    }
}

/// Collects the `value` of every cookie in a record, at any depth.
fn collect_values(json: &Value, values: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            values.extend(members.get("value").and_then(Value::as_str).map(Into::into));
            members
                .values()
                .for_each(|json| collect_values(json, values));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|json| collect_values(json, values)),
        _ => {}
    }
}

#[track_caller]
pub(crate) fn doctor(home: &Home, arguments: &[&str]) -> Report {
    Report::of(home, home.run(&[&["doctor"], arguments].concat()))
}

/// Makes a home with one changed app.
pub(crate) fn with_app(change: impl FnOnce(&mut App)) -> Home {
    let mut app = App::new("grafana");
    change(&mut app);
    Home::with_app(app)
}

pub(crate) fn with_user(change: impl FnOnce(&mut User)) -> Home {
    let mut setup = Setup::default();
    change(&mut setup.users[0]);
    Home::new(setup)
}

#[test]
fn if_all_is_well_every_step_is_ok_and_one_password_is_sent() {
    let home = Home::usual();
    home.append("[browser]\ncommand = [\"sh\"]");
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    let steps = [
        "configuration",
        "cache",
        "proxy",
        "app host",
        "org host",
        "clock",
        "ALB",
        "org",
        "client",
        "session cookie",
        "Okta session",
        "memory",
        "password",
        "passcode",
        "factors",
        "browser",
        "sign-in",
        "new cookie",
    ];
    assert_eq!(report.steps("ok"), steps, "{}", report.text);
    let mut lines = report.text.lines();
    assert_eq!(lines.next_back(), Some("no step fails; 18 of 18 ok"));
    assert_eq!(lines.count(), steps.len(), "{}", report.text);
    report.says(
        "ok",
        "configuration",
        &["config.toml", "grafana", "corp", ADA, "okta"],
    );
    report.says(
        "ok",
        "ALB",
        &[
            "protects",
            "0oagrafana",
            "/oauth2/idpresponse",
            "openid email",
        ],
    );
    report.says("ok", "org", &["Okta Classic"]);
    report.says("ok", "client", &["login_required"]);
    report.says("ok", "sign-in", &["with the password, and nothing more"]);
    report.says(
        "ok",
        "new cookie",
        &["AWSELBAuthSessionCookie-0", "bytes", "answers 200"],
    );
    home.assert_passwords(1);
}

#[test]
fn a_second_run_uses_the_session_and_sends_no_password() {
    let home = Home::usual();
    let _ = doctor(&home, &[]);
    home.sandbox.clear_audit();
    let report = doctor(&home, &[]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "session cookie", &["one shard", "the ALB accepts it"]);
    report.says(
        "ok",
        "Okta session",
        &["active for ", "device token is kept"],
    );
    report.says("ok", "sign-in", &["without the password"]);
    home.assert_passwords(0);
    // Page, document, client, cookie, Okta session; three for the silent sign-in; the new cookie.
    assert_eq!(home.sandbox.requests(), 9);
}

#[test]
fn without_a_sign_in_no_file_is_made_and_no_password_sent() {
    let home = Home::usual();
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.steps("skip"), ["sign-in", "new cookie"]);
    assert!(!home.cache().exists());
    home.assert_passwords(0);
}

#[test]
fn no_server_is_contacted_before_the_configuration_is_valid() {
    let home = Home::usual();
    home.append("zzz = 1");
    let report = doctor(&home, &["grafana"]);
    report.says(
        "FAIL",
        "configuration",
        &["config.toml:8:1", "zzz", "\n  hint: "],
    );
    report.says("skip", "all else", &[]);
    assert_eq!(report.code, 2);
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn without_a_target_the_app_is_that_of_a_bare_get() {
    let mut home = Home::with_apps(&["grafana", "wiki"]);
    let told = home.run(&["doctor"]).told(2);
    assert!(told.contains("several apps"), "{told}");
    let told = home.run(&["doctor", "zzz"]).told(4);
    assert!(told.contains("grafana"), "{told}");
    assert_eq!(home.sandbox.requests(), 0);
    home.set("ALB_CREDENTIAL_APP", "wiki");
    let report = doctor(&home, &["--no-sign-in"]);
    report.says("ok", "configuration", &["app wiki"]);
    let url = format!("{}/d/1", home.sandbox.app_url("grafana"));
    let report = doctor(&home, &[&url, "--no-sign-in"]);
    report.says("ok", "configuration", &["app grafana"]);
}

#[test]
fn an_org_other_than_the_albs_gets_no_password() {
    let mut home = Home::usual();
    let other = Sandbox::start(Setup::default());
    let trusted = format!("{}{}", home.sandbox.ca_pem(), other.ca_pem());
    std::fs::write(home.path("both.pem"), trusted).expect("the certificates are written");
    home.set("SSL_CERT_FILE", home.path("both.pem").display().to_string());
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(&home.sandbox.org_url(), &other.org_url()));
    let report = doctor(&home, &["grafana"]);
    let hint = format!("set url = \"{}\" in [org.corp]", home.sandbox.org_url());
    report.fails_before_the_sign_in(2, "ALB", &[&other.org_url(), &hint]);
    report.says("ok", "org", &["Okta Classic"]);
    report.says("skip", "client", &[]);
    home.assert_passwords(0);
    assert_eq!(home.sandbox.requests_to(&Host::Org), 0);
    assert_eq!((other.password_tries(), other.violations()), (0, vec![]));
}

#[test]
fn an_unprotected_path_is_reported() {
    let home = Home::usual();
    home.append("start = \"/health\"");
    let report = doctor(&home, &["grafana"]);
    let parts = [
        "no ALB asks for a sign-in at",
        "/health",
        "hint: set start in [app.grafana]",
    ];
    report.fails_before_the_sign_in(2, "ALB", &parts);
    home.assert_passwords(0);
}

#[test]
fn a_rule_that_denies_is_reported() {
    let home = with_app(|app| {
        app.rules = vec![Rule::authenticate("/", "grafana").in_mode(Mode::Deny)];
    });
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(2, "ALB", &["denies", "401", "set start"]);
    home.assert_passwords(0);
}

#[test]
fn another_identity_provider_is_reported() {
    let home = Home::usual();
    let location = format!(
        "https://127.0.0.1:1/oauth2/authorize?client_id=x&redirect_uri={}&response_type=code&state=s",
        home.sandbox.callback_url("grafana")
    );
    home.sandbox.fault((Step::Start, Fault::Location(location)));
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(2, "ALB", &["https://127.0.0.1:1", "not Okta's"]);
    home.assert_passwords(0);
}

#[test]
fn a_page_behind_the_apps_own_redirect_is_found() {
    let home = with_app(|app| {
        app.rules = vec![Rule::authenticate("/login", "grafana")];
        app.root_redirect = Some("/login?next=%2F".into());
    });
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "ALB", &["/login"]);
    home.assert_passwords(1);
}

#[test]
fn an_unknown_redirect_uri_is_reported_before_a_password_is_sent() {
    let home = with_app(|app| app.protected().client.callback_registered = false);
    let report = doctor(&home, &["grafana"]);
    let parts = [
        "400",
        "redirect_uri",
        "redirect URI is not registered",
        "hint: compare",
    ];
    report.fails_before_the_sign_in(5, "client", &parts);
    home.assert_passwords(0);
}

#[test]
fn a_host_that_is_not_an_okta_org_is_reported() {
    let home = Home::usual();
    home.sandbox.fault((Step::Discovery, Fault::Html(404)));
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(2, "org", &["does not answer as an Okta org"]);
    home.assert_passwords(0);
}

#[test]
fn a_configured_client_is_named_and_used() {
    let redirect = "https://cli.corp.example/callback";
    let mut client = Client::new("0oaCLI", "cli");
    client.redirect_uris = vec![redirect.into()];
    let home = Home::new(Setup {
        clients: vec![client],
        ..Setup::default()
    });
    home.append(&format!(
        "client_id = \"0oaCLI\"\nredirect_uri = \"{redirect}\""
    ));
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "configuration", &["client 0oaCLI first"]);
    report.says("ok", "sign-in", &["with the password"]);
    home.assert_passwords(1);
}

#[test]
fn a_client_that_may_not_sign_in_silently_is_reported() {
    let home = with_app(|app| app.protected().client.interaction_code_only = true);
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(5, "client", &["interaction_required"]);
    home.assert_passwords(0);
}

#[test]
fn an_untrusted_certificate_is_reported() {
    let mut home = Home::usual();
    let other = Sandbox::start(Setup::default());
    home.set("SSL_CERT_FILE", other.ca_file().display().to_string());
    let report = doctor(&home, &["grafana"]);
    let parts = [
        "certificate",
        "hint: where the network has",
        "SSL_CERT_FILE",
    ];
    report.fails_before_the_sign_in(6, "app host", &parts);
    report.says("FAIL", "org host", &parts);
    assert_eq!(
        report.steps("skip"),
        ["clock", "ALB", "org", "client", "sign-in", "new cookie"]
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_unreachable_host_is_reported() {
    let home = Home::usual();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = free.local_addr().expect("an address").to_string();
    drop(free);
    // No resolver sends a query for a name with such a long label.
    let nobody = format!("no-such-host-{}.localhost", "x-".repeat(40) + "x");
    for host in [closed, nobody] {
        let text = home.configuration(&["grafana".into()]);
        let url = format!("https://{host}");
        home.configure(&text.replace(&home.sandbox.app_url("grafana"), &url));
        let report = doctor(&home, &["grafana"]);
        report.fails_before_the_sign_in(6, "app host", &[&host, "HTTPS_PROXY"]);
        report.says("ok", "org", &["Okta Classic"]);
    }
    home.assert_passwords(0);
}

#[test]
fn a_wrong_clock_is_reported_and_stops_no_step() {
    let home = Home::usual();
    home.sandbox.advance(Duration::from_secs(600));
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says(
        "warn",
        "clock",
        &["behind 127.0.0.1", "behind localhost", "NTP"],
    );
    assert_eq!(report.steps("warn"), ["clock"]);
    home.assert_passwords(1);
}

#[test]
fn a_proxy_is_named_and_its_password_is_not_shown() {
    let mut home = Home::usual();
    home.set("HTTPS_PROXY", "http://ada:hunter2@127.0.0.1:1");
    home.set("NO_PROXY", "127.0.0.1,localhost");
    let report = doctor(&home, &["grafana"]);
    report.says("ok", "proxy", &["HTTPS_PROXY and NO_PROXY decide"]);
    assert_eq!(report.code, 0, "{}", report.text);
    home.set("NO_PROXY", "");
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(6, "app host", &["check that HTTPS_PROXY"]);
}

#[test]
fn an_app_policy_that_cannot_be_met_is_reported() {
    let mut setup = Setup {
        pipeline: Pipeline::Identity,
        ..Setup::default()
    };
    setup.apps[0].protected().client.policy_met = false;
    let home = Home::new(setup);
    let report = doctor(&home, &["grafana"]);
    report.says(
        "ok",
        "org",
        &["Identity Engine", "Global Session Policy alone"],
    );
    report.says("ok", "client", &["not logged in"]);
    assert_eq!((report.code, report.steps("FAIL")), (5, vec!["sign-in"]));
    report.says(
        "FAIL",
        "sign-in",
        &["re-authentication or MFA", "ask the admins"],
    );
    for _ in 0..3 {
        let report = doctor(&home, &["grafana"]);
        report.fails_before_the_sign_in(5, "memory", &["sign-ins of grafana", "held back"]);
    }
    home.assert_passwords(1);
}

#[test]
fn an_app_without_a_method_has_no_sign_in_to_examine() {
    let home = Home::usual();
    home.append("method = \"none\"");
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "ALB", &["protects", &home.sandbox.org_url()]);
    assert_eq!(report.steps("skip"), ["sign-in"]);
    assert_eq!(home.sandbox.requests(), 1);
}

#[test]
fn variables_alone_are_examined_like_a_file() {
    let mut home = Home::bare(Setup::default());
    for (name, value) in [
        ("ORG_URL", home.sandbox.org_url()),
        ("USERNAME", ADA.into()),
        ("PASSWORD", PASSWORD.into()),
        ("APP_URL", home.sandbox.app_url("grafana")),
    ] {
        home.set(&format!("ALB_CREDENTIAL_{name}"), value);
    }
    let report = doctor(&home, &[]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "configuration", &["environment variables"]);
    report.says("ok", "password", &["the variable ALB_CREDENTIAL_PASSWORD"]);
    home.assert_passwords(1);
}

#[test]
fn verbose_output_is_on_stderr_and_has_no_secret() {
    let home = Home::usual();
    let outcome = home.run(&["doctor", "-vv", "grafana"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert!(
        outcome.stderr.contains("/api/v1/authn"),
        "{}",
        outcome.stderr
    );
    assert_discreet(&outcome.stderr);
    assert_keeps_secrets(&home, &outcome.stderr);
}
