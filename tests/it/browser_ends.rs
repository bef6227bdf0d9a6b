//! Sign-ins by a browser that do not end with a session: each has its words and its code, and nothing stays behind.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use sandbox::person::Screen;
use sandbox::{Event, Host, Pages, Provider, ProviderError, Setup, User};

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, assert_ours, attended, auto, browser_table, command_lines, home,
    is_possible, setup_with, signed_in, trapped,
};
use crate::home::{ADA, Home};
use crate::screen::{PATIENCE, Terminal, outcome};

const TITLE: &str = "Keycloak of Corp - Sign In";
const TYPED: &str = "correct+horse&battery=1";

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
fn an_unattended_caller_without_a_profile_gets_a_command_and_no_browser() {
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
fn a_closed_window_ends_the_sign_in_at_once() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let mut home = home(setup_with(Pages::default(), &["grafana"]));
    home.set("DISPLAY", screen.display.clone());
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    assert!(screen.shows(TITLE, PATIENCE), "the page is shown");
    until("the window is closed", || {
        screen.focus(TITLE);
        screen.press("ctrl+w");
        command_lines(&home).is_empty()
    });
    let words = outcome(child).failure(3);
    assert!(words.contains("the browser window was closed"), "{words}");
    assert_no_browser(&home);
}

/// A home whose person types with the keyboard of this screen, and the sign-in that waits for it.
fn typing(screen: &Screen) -> (Home, Terminal, std::process::Child) {
    let mut setup = setup_with(Pages::default(), &["grafana"]);
    // A password that every keyboard types.
    setup.users = vec![User::new(ADA, TYPED)];
    let mut home = home(setup);
    home.set("DISPLAY", screen.display.clone());
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    assert!(screen.shows(TITLE, PATIENCE), "the page is shown");
    (home, terminal, child)
}

/// Types into the form until the provider has a password: a window takes keys a little later than it is seen.
#[track_caller]
fn type_password(screen: &Screen, home: &Home) {
    until("the form is sent", || {
        screen.focus(TITLE);
        screen.press("ctrl+a");
        screen.type_text(ADA);
        screen.press("Tab");
        screen.type_text(TYPED);
        screen.press("Return");
        std::thread::sleep(std::time::Duration::from_millis(500));
        home.sandbox.typed_passwords() > 0
    });
}

#[test]
fn a_person_types_into_the_window() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let (home, _terminal, child) = typing(&screen);
    type_password(&screen, &home);
    let told = outcome(child).done();
    assert!(told.contains("signed in to grafana"), "{told}");
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

#[test]
fn a_callback_after_the_albs_time_is_followed_by_one_without_a_person() {
    if !is_possible() || !crate::tools::tool("xdotool") {
        return;
    }
    let screen = Screen::start();
    let (home, _terminal, child) = typing(&screen);
    home.sandbox
        .advance(std::time::Duration::from_secs(16 * 60));
    type_password(&screen, &home);
    let told = outcome(child).done();
    assert!(told.contains("signed in to grafana"), "{told}");
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_ours(&home, 2);
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
        ])
        .arg("--remote-debugging-port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut stranger = stranger.spawn().expect("it starts");
    until("it holds the profile", || {
        profile.join("SingletonLock").symlink_metadata().is_ok()
    });
    let words = home.run(&["get", "grafana", "--fresh"]).failure(6);
    stranger.kill().expect("it is ours");
    let _ = stranger.wait();
    assert!(words.contains("uses the profile"), "{words}");
    assert!(words.contains("browser"), "{words}");
}

#[test]
fn nothing_secret_is_in_arguments_logs_or_names() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(Pages::default(), &["grafana"]));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential -vv login grafana");
    until("a page", || at_provider(&home) > 0);
    let arguments = command_lines(&home);
    assert!(arguments.contains("--remote-debugging-pipe"), "{arguments}");
    for secret in [
        "state=",
        "code=",
        "/protocol/openid-connect/auth",
        "--disable-extensions",
        "--remote-debugging-port",
    ] {
        assert!(!arguments.contains(secret), "{secret} in {arguments}");
    }
    terminal.type_in("\u{3}");
    let (_, _, words) = crate::screen::ended(child);
    crate::outcome::assert_discreet(&words);
    let log = home.cache().join("browser/last.log");
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(!text.contains("state="), "{text}");
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
fn a_configured_browser_that_is_not_there_is_a_mistake_of_the_configuration() {
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
