//! `credential doctor` about the cache and the session cookies.

use std::os::unix::fs::PermissionsExt;

use sandbox::{App, Fault, PASSWORD, Plan, Setup, Step, User};

use crate::doctor::{Report, doctor};
use crate::home::{ADA, Home, Outcome};

#[test]
fn a_cookie_that_the_alb_refuses_is_reported_and_renewed() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    assert_eq!(report.code, 0, "{}", report.text);
    let parts = [
        "does not accept it any more",
        "hint: credential get grafana --verify=0s",
    ];
    report.says("warn", "session cookie", &parts);
    let report = doctor(&home, &["grafana"]);
    report.says("ok", "sign-in", &["without the password"]);
    report.says("ok", "new cookie", &["the ALB accepts it"]);
    let report = doctor(&home, &["grafana"]);
    report.says("ok", "session cookie", &["the ALB accepts it"]);
    home.assert_passwords(1);
}

#[test]
fn a_cache_writable_by_others_is_reported_with_the_fix() {
    let home = Home::usual();
    let cache = home.cache();
    std::fs::create_dir(&cache).expect("a directory");
    std::fs::set_permissions(&cache, PermissionsExt::from_mode(0o777)).expect("it is ours");
    let report = doctor(&home, &["grafana"]);
    let hint = format!("hint: chmod 700 {}", cache.display());
    report.fails_before_the_sign_in(2, "cache", &["can be written by others", &hint]);
    home.assert_passwords(0);
}

#[test]
fn a_cache_that_cannot_be_used_is_a_warning() {
    let mut home = Home::usual();
    std::fs::write(home.path("file"), "").expect("a file");
    home.set(
        "ALB_CREDENTIAL_CACHE",
        home.path("file").display().to_string(),
    );
    let outcome = home.run(&["doctor", "grafana"]);
    assert!(
        outcome.stderr.starts_with("credential: warning: "),
        "{}",
        outcome.stderr
    );
    let report = Report::of(
        &home,
        Outcome {
            stderr: String::new(),
            ..outcome
        },
    );
    report.says(
        "warn",
        "cache",
        &["cannot be used", "not a directory", "ALB_CREDENTIAL_CACHE"],
    );
    assert_eq!(report.code, 0, "{}", report.text);
    home.assert_passwords(1);
}

#[test]
fn without_a_sign_in_the_cache_is_unchanged() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    let before = home.records();
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("ok", "cache", &["private, can be written and locked"]);
    assert_eq!(home.records(), before);
}

#[test]
fn a_record_readable_by_others_is_reported() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    let (account, _) = home.account();
    std::fs::set_permissions(&account, PermissionsExt::from_mode(0o644)).expect("it is ours");
    let report = doctor(&home, &["grafana"]);
    let hint = format!("hint: rm {}", account.display());
    report.fails_before_the_sign_in(2, "cache", &["is open to others", &hint]);
    home.assert_passwords(1);
}

#[test]
fn a_session_too_large_for_clients_or_servers_is_reported() {
    let mut app = App::new("grafana");
    app.header_limit = Some(8 * 1024);
    let home = Home::new(Setup {
        users: vec![User::new(ADA, PASSWORD).with_shards(4)],
        apps: vec![app],
        ..Setup::default()
    });
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    let parts = [
        "4 shards",
        "answers 400",
        "8 KiB at most",
        "use --as curl or --as header",
    ];
    report.says("warn", "new cookie", &parts);
    home.assert_passwords(1);
}

#[test]
fn an_alb_that_refuses_its_own_cookie_is_reported() {
    let home = Home::usual();
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0);
    let location = format!(
        "{}/oauth2/v1/authorize?client_id=x&redirect_uri={}&response_type=code&state=s",
        home.sandbox.org_url(),
        home.sandbox.callback_url("grafana")
    );
    home.sandbox
        .fault(Plan::new(Step::Start, Fault::Location(location)));
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("warn", "session cookie", &["does not accept it any more"]);
    report.says("FAIL", "client", &[]);
}
