//! Sign-ins by a browser that do not end with a session: each has its words and its code, and nothing stays behind.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sandbox::person::Browser;
use sandbox::{Event, Host, Pages, Provider, ProviderError, Setup};

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, assert_ours, attended, auto, browser_table, home, is_possible, setup_with,
    signed_in, trapped,
};
use crate::home::Home;
use crate::screen::{PATIENCE, Terminal};

/// The requests that came to the provider.
fn at_provider(home: &Home) -> usize {
    let is_there = |event: &Event| {
        matches!(
            event,
            Event::Request {
                host: Host::Provider(_),
                ..
            }
        )
    };
    home.sandbox
        .events()
        .iter()
        .filter(|event| is_there(event))
        .count()
}

#[test]
fn without_a_profile_nobody_gets_a_browser_but_the_command_to_run() {
    let (home, trap) = trapped();
    let words = home.run(&["get", "grafana"]).told(3);
    assert!(words.contains("a person has to sign in at"), "{words}");
    assert!(words.contains("hint: credential login grafana"), "{words}");
    assert!(!trap.exists(), "no browser is started for nobody");
    assert_eq!(at_provider(&home), 0);
}

#[test]
fn a_provider_that_wants_a_person_is_told_once_and_then_remembered() {
    if !is_possible() {
        return;
    }
    for ignores in [false, true] {
        let home = signed_in(setup_with(auto(), &["grafana"]));
        home.sandbox.end_provider_sessions("id");
        home.sandbox.change_provider("id", |provider| {
            provider.pages.auto = None;
            provider.pages.ignores_prompt_none = ignores;
        });
        home.sandbox.clear_audit();
        let words = home.run(&["get", "grafana", "--fresh"]).told(3);
        let expected = match ignores {
            true => "shows a page",
            false => "login_required",
        };
        assert!(words.contains(expected), "{words}");
        assert!(words.contains("credential login grafana"), "{words}");
        assert_no_browser(&home);

        home.sandbox.clear_audit();
        let words = home.run(&["get", "grafana", "--fresh"]).told(3);
        assert!(words.contains("that was remembered"), "{words}");
        assert_eq!(at_provider(&home), 0, "no browser is started again");
    }
}

#[test]
fn the_providers_own_errors_keep_their_words_and_kinds() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    for (error, code) in [
        ("access_denied", 5),
        ("server_error", 6),
        ("sky_is_falling", 6),
    ] {
        home.sandbox.change_provider("id", |provider| {
            provider.error = Some(ProviderError::new(error, "in words of its own"));
        });
        let (said, _) = attended(&home, "credential login grafana");
        let words = said.failure(code);
        assert!(words.contains("in words of its own"), "{words}");
        assert!(words.contains(error), "{words}");
    }
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

#[test]
fn words_of_several_lines_are_told_in_one() {
    if !is_possible() {
        return;
    }
    let provider = Provider::entra("id").with_pages(auto());
    let home = signed_in(Setup::with_provider(provider));
    let words = "AADSTS50105: The user is not assigned to the application.";
    home.sandbox.change_provider("id", |provider| {
        provider.error = Some(ProviderError::new("access_denied", words));
    });
    let told = home.run(&["get", "grafana", "--fresh"]).told(5);
    let message = told.lines().next().unwrap_or_default();
    for part in [words, "Trace ID: ", "Timestamp: ", "(access_denied)"] {
        assert!(message.contains(part), "{part}: {told}");
    }
    let others = told.lines().skip(1);
    let is_known = |line: &str| line.starts_with("  caused by: ") || line.starts_with("hint: ");
    assert!(others.into_iter().all(is_known), "{told}");
}

#[test]
fn a_provider_other_than_the_pinned_one_is_not_visited() {
    let home = Home::bare(setup_with(auto(), &["grafana"]));
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "[app.grafana]\nurl = \"{url}\"\nmethod = \"browser\"\nidp = \"https://login.example\"\n"
    ));
    let words = home.run(&["login", "grafana"]).told(6);
    let provider = home.sandbox.provider_url("id");
    assert!(words.contains("https://login.example"), "{words}");
    assert!(
        words.contains(provider.trim_start_matches("https://")),
        "{words}"
    );
    assert_eq!(at_provider(&home), 0);
}

#[test]
fn ctrl_c_closes_the_window_and_gives_everything_back() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(Pages::default(), &["grafana"]));
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential login grafana");
    until("a page", || {
        home.sandbox.typed_passwords() == 0 && at_provider(&home) > 0
    });
    terminal.type_in("\u{3}");
    let (status, stdout, _) = crate::screen::ended(child);
    assert!(!status.success() && stdout.is_empty());
    terminal.assert_restored(&before);
    assert_no_browser(&home);
    home.sandbox.change_provider("id", |provider| {
        provider.pages = auto();
    });
    let (said, _) = attended(&home, "credential login grafana");
    let _ = said.done();
}

#[test]
fn a_profile_that_another_browser_uses_is_left_alone() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let profile = home.cache().join("browser");
    let profile = std::fs::read_dir(profile).expect("profiles");
    let profile = profile
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.is_dir())
        .expect("a profile");
    let mut stranger = Command::new("chromium");
    stranger
        .arg(format!("--user-data-dir={}", profile.display()))
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--remote-debugging-port=0",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut stranger = stranger.spawn().expect("it starts");
    let mut within = Browser::join(&profile, PATIENCE).expect("it listens");
    let mut tabs = || {
        let targets = within.call("Target.getTargets", &serde_json::json!({}));
        let targets = targets["targetInfos"].as_array().cloned();
        let targets = targets.unwrap_or_else(|| panic!("it tells its targets"));
        let pages = targets.iter().filter(|one| one["type"] == "page");
        pages
            .map(|page| page["url"].to_string())
            .collect::<Vec<_>>()
    };
    let before = tabs();
    for (arguments, code) in [
        (&["get", "grafana", "--fresh"][..], 6),
        (&["login", "grafana"], 6),
    ] {
        let words = home.run(arguments).failure(code);
        let path = profile.to_string_lossy();
        assert!(
            words.contains(&format!("another browser uses the profile {path}")),
            "{words}"
        );
        assert!(
            words.contains(&format!("its process is {}", stranger.id())),
            "{words}"
        );
    }
    assert_eq!(tabs().len(), before.len(), "no tab is opened in it");
    assert_eq!(
        stranger.try_wait().expect("a child"),
        None,
        "it is left alone"
    );
    stranger.kill().expect("it is ours");
    stranger.wait().expect("it ends");
    assert_eq!(home.sandbox.callbacks().len(), 1);
}

/// A look at the command lines of all processes of a home, again and again, until it ends.
struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<BTreeSet<String>>,
}

impl Watch {
    fn begin(home: &Home) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let cache = home.cache().display().to_string();
        let look = move || {
            let mut lines = BTreeSet::new();
            while !ends.load(Ordering::Relaxed) {
                let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
                let read = |path: &Path, name: &str| {
                    let bytes = std::fs::read(path.join(name)).unwrap_or_default();
                    String::from_utf8_lossy(&bytes).replace('\0', " ")
                };
                lines.extend(entries.map(|entry| entry.path()).filter_map(|path| {
                    let line = read(&path, "cmdline");
                    let is_ours = line.contains(&cache) || read(&path, "environ").contains(&cache);
                    is_ours.then_some(line)
                }));
            }
            lines
        };
        Self {
            is_over,
            thread: std::thread::spawn(look),
        }
    }

    fn end(self) -> BTreeSet<String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it has looked")
    }
}

/// All files and directories below `directory`.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| [vec![path.clone()], files(&path)].concat())
        .collect()
}

#[test]
fn nothing_secret_is_in_arguments_logs_or_names() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    let seen = Watch::begin(&home);
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential -vv login grafana");
    let (status, _, words) = crate::screen::ended(child);
    assert!(status.success(), "{words}");
    crate::outcome::assert_discreet(&words);
    let lines = seen.end();
    for part in [
        "credential -vv login grafana",
        "--remote-debugging-pipe",
        "--type=renderer",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(part)),
            "{part}: {lines:?}"
        );
    }
    for secret in [
        "state=",
        "code=",
        "/protocol/openid-connect/auth",
        "--disable-extensions",
        "--remote-debugging-port",
        sandbox::PASSWORD,
    ] {
        assert!(
            !lines.iter().any(|line| line.contains(secret)),
            "{secret} in {lines:?}"
        );
        for path in files(&home.cache()) {
            let name = path.to_string_lossy();
            assert!(!name.contains(secret), "{name}");
        }
    }
    let log = home.cache().join("browser/last.log");
    let text = std::fs::read_to_string(&log).expect("a log");
    for secret in ["state=", "code="] {
        assert!(!text.contains(secret), "{text}");
    }
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&log), 0o600);
    assert_eq!(mode(&home.cache().join("browser")), 0o700);
}

#[test]
fn without_keep_no_profile_stays() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    let apps = home.path("config.toml");
    let text = std::fs::read_to_string(apps).expect("a configuration");
    let (_, apps) = text.split_once("\n[app.").expect("an app");
    let table = browser_table(&home, "keep = false");
    home.configure(&format!("{table}\n[app.{apps}"));
    let (said, _) = attended(&home, "credential login grafana");
    let _ = said.done();
    let left = std::fs::read_dir(home.cache().join("browser")).expect("a directory");
    let left: Vec<_> = left
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    let words = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(words.contains("a person has to sign in"), "{words}");
}

#[test]
fn a_browser_that_does_not_start_is_not_started_again_for_a_minute() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let count = home.path("count");
    let double = home.path("double");
    std::fs::write(
        &double,
        format!("#!/bin/sh\necho x >>{}\nexit 7\n", count.display()),
    )
    .expect("a file");
    std::fs::set_permissions(&double, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = format!("command = [{:?}]", double.display().to_string());
    home.configure(&text.replace("command = [\"chromium\"]", &command));
    let words = home.run(&["get", "grafana", "--fresh"]).failure(6);
    assert!(words.contains("ended by itself"), "{words}");
    let words = home.run(&["get", "grafana", "--fresh"]).failure(6);
    assert!(words.contains("remembered"), "{words}");
    let starts = std::fs::read_to_string(count).expect("it was started");
    assert_eq!(starts.lines().count(), 1);
}

#[test]
fn a_configured_browser_that_is_not_there_is_a_wrong_configuration() {
    let home = Home::bare(Setup::with_provider(Provider::keycloak("id")));
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "[browser]\ncommand = [\"no-such-browser\"]\n[app.grafana]\nurl = \"{url}\"\nmethod = \"browser\"\n"
    ));
    let (said, _) = attended(&home, "DISPLAY=:0 credential login grafana");
    let words = said.failure(2);
    assert!(words.contains("no-such-browser"), "{words}");
}

#[test]
fn no_window_opens_where_no_person_is_at_a_terminal() {
    let (home, trap) = trapped();
    for arguments in [
        &["login", "grafana"][..],
        &["login", "grafana", "--browser"],
    ] {
        let words = home.run(arguments).told(3);
        assert!(words.contains("person"), "{words}");
    }
    assert!(!trap.exists(), "a display alone is nobody");
}
