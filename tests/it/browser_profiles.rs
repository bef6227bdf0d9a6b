//! The profiles of browsers in `logout`, `status`, `doctor` and the completions. The browser is a program that says its name
//! and ends when it is told to; no page is ever opened.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use crate::browser_apps::{at_keycloak, configuration, host};
use crate::browser_scene;
use crate::doctor::Report;
use crate::home::{Home, outcome};
use crate::screen::{self, Terminal};

/// A program that answers the first command, as a browser does, and ends at the one that closes it.
const STAND_IN: &str = "#!/bin/sh
printf '{\"id\":1,\"result\":{\"product\":\"Stand-in/1.0\"}}\\0' >&4
exec grep -zqm1 Browser.close <&3
";

/// Writes a program, and the table that names it as the browser.
fn plant_browser(home: &Home, script: &str) {
    let program = home.path("stand-in");
    fs::write(&program, script).expect("a file");
    fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("it is ours");
    home.append(&format!("[browser]\ncommand = [\"{}\"]", program.display()));
}

/// Makes the profile for a provider's host, as a browser leaves it.
fn plant_profile(home: &Home, host: &str) -> PathBuf {
    let profile = home.cache().join("browser").join(host);
    fs::create_dir_all(profile.join("Default")).expect("a directory");
    for directory in [&profile, &home.cache().join("browser"), &home.cache()] {
        fs::set_permissions(directory, Permissions::from_mode(0o700)).expect("it is ours");
    }
    fs::write(profile.join("Local State"), "{}").expect("a file");
    fs::write(profile.join("Default/Cookies"), vec![b'x'; 3_100_000]).expect("a file");
    profile
}

/// Marks a profile as used by this process, which listens as a browser does, until the listener is dropped.
fn take(home: &Home, profile: &std::path::Path) -> UnixListener {
    let this = rustix::system::uname();
    let name = this.nodename().to_string_lossy().into_owned();
    let mark = format!("{name}-{}", std::process::id());
    symlink(mark, profile.join("SingletonLock")).expect("a link");
    let socket = home.path("socket");
    let listener = UnixListener::bind(&socket).expect("a socket");
    symlink(socket, profile.join("SingletonSocket")).expect("a link");
    listener
}

/// Keeps a session of an app.
fn keep_session(home: &Home, app: &str) {
    let value = "AWSELBAuthSessionCookie-0=pasted";
    let _ = home.run_with(&["store", app], value);
    assert!(home.is_cached(app));
}

fn id(home: &Home) -> String {
    host(&home.sandbox.provider_url("id")).to_owned()
}

#[test]
fn logout_of_an_app_keeps_the_profile_and_says_so_at_a_terminal() {
    let home = at_keycloak();
    let host = id(&home);
    let profile = plant_profile(&home, &host);
    keep_session(&home, "grafana");
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert!(!home.is_cached("grafana") && profile.exists());
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential logout grafana");
    assert_eq!(
        screen::outcome(child).done(),
        format!(
            "credential: the browser's session at {host} stays; to end it here: credential logout {host}\n"
        )
    );
    // Where no profile is, nothing stays.
    fs::remove_dir_all(&profile).expect("it is there");
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential logout grafana");
    assert_eq!(screen::outcome(child).done(), "");
}

#[test]
fn logout_of_a_provider_removes_its_profile_and_forgets_its_apps() {
    let home = at_keycloak();
    let provider = home.sandbox.provider_url("id");
    for name in [id(&home), provider, id(&home).to_uppercase()] {
        let profile = plant_profile(&home, &id(&home));
        keep_session(&home, "grafana");
        assert_eq!(home.run(&["logout", &name]).answer(), "");
        assert!(!profile.exists() && !home.is_cached("grafana"));
        assert_eq!(
            home.run(&["logout", &name]).answer(),
            "",
            "what is not there may be forgotten again"
        );
    }
    // A provider that no configuration names any more can be named too.
    let other = plant_profile(&home, "old.example");
    assert_eq!(home.run(&["logout", "old.example"]).answer(), "");
    assert!(!other.exists());
    let words = home.run(&["logout", "new.example"]).told(4);
    assert!(
        words.contains(&format!("identity providers: {}", id(&home))),
        "{words}"
    );
    let words = home.run(&["logout", &id(&home), "--device"]).told(2);
    assert!(words.contains("is an identity provider"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn logout_of_an_org_and_of_all_remove_profiles_too() {
    let home = Home::usual();
    let org = home.sandbox.org_url();
    let of_org = plant_profile(&home, host(&org));
    let other = plant_profile(&home, "id.example:8443");
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
    assert!(!of_org.exists() && other.exists());
    let of_org = plant_profile(&home, host(&org));
    assert_eq!(home.run(&["logout", "--all"]).answer(), "");
    assert!(!of_org.exists() && !other.exists());
}

#[test]
fn a_profile_in_use_is_not_removed() {
    let home = at_keycloak();
    let profile = plant_profile(&home, &id(&home));
    let used = take(&home, &profile);
    for arguments in [&["logout", &id(&home)][..], &["logout", "--all"]] {
        let words = home.run(arguments).told(6);
        for part in [
            "cannot remove the browser profile",
            profile.to_str().expect("UTF-8"),
            &format!("process {}", std::process::id()),
            "hint: close that browser first",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(profile.join("Default/Cookies").exists());
    }
    plant_browser(&home, STAND_IN);
    let report = doctor(&home, &["grafana"]);
    report.says("FAIL", "profile", &[&id(&home), "another browser uses"]);
    assert_eq!(report.code, 6);
    drop(used);
}

#[test]
fn status_describes_a_profile() {
    let home = at_keycloak();
    plant_profile(&home, &id(&home));
    plant_profile(&home, "old.example");
    let text = home.run(&["status"]).answer();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip(4)
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).collect())
        .collect();
    let [known, old] = rows.as_slice() else {
        panic!("two providers: {text}");
    };
    assert_eq!(known[0].trim(), id(&home));
    assert_eq!(old[0].trim(), "old.example");
    for row in [known, old] {
        assert!(row[2].contains("ago"), "{text}");
        assert!(row[3].contains("3.1 MB"), "{text}");
    }
}

#[test]
fn completions_offer_the_providers_to_login_and_logout() {
    let home = at_keycloak();
    plant_profile(&home, "old.example");
    for verb in ["login", "logout"] {
        let mut command = home.credential(&["--", "credential", verb, ""]);
        command.env("_CREDENTIAL_COMPLETE", "fish");
        let said = outcome(command.output().expect("it starts")).answer();
        for word in ["grafana", &id(&home), "old.example"] {
            assert!(
                said.lines().any(|line| line.starts_with(word)),
                "{verb} {word}: {said}"
            );
        }
    }
}

/// Runs `doctor` where no window can be opened.
fn doctor(home: &Home, arguments: &[&str]) -> Report {
    Report::of(home, home.run(&[&["doctor"], arguments].concat()))
}

#[test]
fn doctor_checks_the_browser_and_tries_no_sign_in_that_needs_a_person() {
    let mut home = at_keycloak();
    plant_browser(&home, STAND_IN);
    let report = doctor(&home, &["grafana"]);
    let provider = home.sandbox.provider_url("id");
    report.says("ok", "configuration", &["method browser"]);
    report.says("ok", "ALB", &[&format!("{provider} (Keycloak)")]);
    report.says("ok", "browser", &["stand-in"]);
    report.says("ok", "browser start", &["Stand-in/1.0"]);
    report.says("skip", "window", &["there is no display"]);
    report.says("ok", "profile", &["none yet", host(&provider)]);
    report.says(
        "FAIL",
        "sign-in",
        &["a person has to sign in", "hint: credential login grafana"],
    );
    report.says("skip", "new cookie", &[]);
    assert_eq!(report.code, 3);
    let left = fs::read_dir(home.cache().join("browser")).expect("a directory");
    assert_eq!(left.count(), 0, "the profile of the trial is gone");
    assert_eq!(home.sandbox.violations(), []);

    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("skip", "sign-in", &["--no-sign-in"]);
    assert_eq!(report.code, 0);
    home.set("DISPLAY", ":99");
    doctor(&home, &["grafana", "--no-sign-in"]).says("ok", "window", &["can be opened"]);
    home.set("CI", "true");
    doctor(&home, &["grafana", "--no-sign-in"]).says("skip", "window", &["CI is set"]);
    home.append("window = false\nheadless = false\nkeep = false");
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("skip", "window", &["window = false"]);
    report.says("skip", "browser start", &["headless = false"]);
    report.says("ok", "profile", &["keep = false"]);
}

#[test]
fn doctor_describes_the_profile() {
    let home = at_keycloak();
    plant_browser(&home, STAND_IN);
    let profile = plant_profile(&home, &id(&home));
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    let path = profile.to_str().expect("UTF-8");
    report.says("ok", "profile", &[path, "3.1 MB", "last used"]);
}

#[test]
fn doctor_tells_a_browser_that_is_not_there_or_does_not_start() {
    let home = at_keycloak();
    home.append("[browser]\ncommand = [\"/nowhere/chromium\"]");
    let report = doctor(&home, &["grafana"]);
    report.says("FAIL", "browser", &["/nowhere/chromium", "correct command"]);
    report.says("skip", "browser start", &[]);
    report.says("skip", "sign-in", &["not tried: see browser"]);
    assert_eq!(report.code, 2);
    home.configure(&configuration(&home));
    plant_browser(&home, "#!/bin/sh\necho broken >&2\nexit 7\n");
    let report = doctor(&home, &["grafana"]);
    report.says("FAIL", "browser start", &["exit status: 7", "broken"]);
    assert_eq!(report.code, 6);
}

#[test]
fn doctor_tells_a_provider_that_is_not_the_pinned_one() {
    let home = at_keycloak();
    plant_browser(&home, STAND_IN);
    let provider = home.sandbox.provider_url("id");
    let text = fs::read_to_string(home.path("config.toml")).expect("a file");
    home.configure(&text.replace(&provider, "https://other.example"));
    let report = doctor(&home, &["grafana"]);
    report.says(
        "FAIL",
        "ALB",
        &[&provider, "https://other.example", "set idp = "],
    );
    assert_eq!(report.code, 6);
}

#[test]
fn doctor_says_for_an_okta_app_whether_a_browser_could_go_on() {
    let mut home = Home::with_apps(&["grafana"]);
    plant_browser(&home, STAND_IN);
    let report = doctor(&home, &["grafana"]);
    report.says(
        "ok",
        "browser",
        &["stand-in", "pastes the address", "no display"],
    );
    assert_eq!(report.code, 0);
    home.set("DISPLAY", ":99");
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("ok", "browser", &["goes on in a window"]);
    home.append("window = false");
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says(
        "ok",
        "browser",
        &["nobody goes on in a window", "window = false"],
    );
    home.append_to_org("browser = false");
    let report = doctor(&home, &["grafana", "--no-sign-in"]);
    report.says("skip", "browser", &["browser = false in [org.corp]"]);
}

#[test]
fn a_real_browser_is_described_after_its_sign_ins() {
    if !browser_scene::is_possible() {
        return;
    }
    let home = browser_scene::home(browser_scene::setup_with(
        browser_scene::auto(),
        &["grafana"],
    ));
    let (said, _) = browser_scene::attended(&home, "credential login grafana");
    let _ = said.done();
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "browser", &["Chromium ("]);
    report.says("ok", "browser start", &["Chrome/", "without a window"]);
    report.says("ok", "window", &["can be opened"]);
    report.says("ok", "profile", &[&id(&home), "by a person with Chrome/"]);
    report.says("ok", "sign-in", &["without a person"]);
    report.says("ok", "new cookie", &["the ALB accepts it"]);
    let text = home.run(&["status"]).answer();
    assert!(
        text.contains("Chrome/") && text.contains("ago, without a person"),
        "{text}"
    );
    assert_eq!(home.run(&["logout", &id(&home)]).answer(), "");
    assert!(!home.cache().join("browser").join(id(&home)).exists());
    browser_scene::assert_ours(&home, 2);
}
