//! Many callers, kills and claims: one browser at a time, one sign-in for everybody, and nothing lost.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Event, Pages};

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, assert_ours, attended, auto, command_lines, home, is_possible, processes,
    setup_with, signed_in, trapped,
};
use crate::home::Home;
use crate::screen::Terminal;

/// How often the provider's session signed its user in.
fn silent_sign_ins(home: &Home) -> usize {
    let events = home.sandbox.events();
    let used = |event: &&Event| matches!(event, Event::ProviderSessionUsed { .. });
    events.iter().filter(used).count()
}

#[test]
fn fifty_callers_on_a_cold_entry_start_one_browser() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    home.expire("grafana");
    home.sandbox.clear_audit();
    let said = home.crowd(50, &["get", "grafana"]);
    // Some say for whom they wait.
    assert!(said.iter().all(|one| one.code == 0));
    let mut cookies: Vec<String> = said.into_iter().map(|one| one.stdout).collect();
    cookies.dedup();
    assert_eq!(cookies.len(), 1);
    assert_eq!(silent_sign_ins(&home), 1);
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

#[test]
fn fifty_callers_without_a_profile_start_none() {
    let (home, trap) = trapped();
    for said in home.crowd(50, &["get", "grafana"]) {
        let words = said.told(3);
        assert!(words.contains("a person has to sign in"), "{words}");
    }
    assert!(!trap.exists());
    let asked = home.sandbox.requests();
    assert!(asked <= 2, "the app was asked {asked} times");
}

#[test]
fn two_apps_of_one_provider_take_turns() {
    if !is_possible() {
        return;
    }
    let names = ["grafana", "argocd", "airflow"];
    let home = signed_in(setup_with(auto(), &names));
    home.expire("grafana");
    home.sandbox.clear_audit();
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = home.credential(&["get", name]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("the program starts")
        })
        .collect();
    for child in children {
        let said = crate::home::outcome(child.wait_with_output().expect("it ends"));
        // It may say for whom it waits.
        assert_eq!(said.code, 0, "{}", said.stderr);
    }
    assert_eq!(silent_sign_ins(&home), names.len());
    assert_eq!(home.sandbox.typed_passwords(), 0);
    assert_ours(&home, names.len());
}

#[test]
fn a_killed_sign_in_leaves_no_browser_and_no_claim() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(Pages::default(), &["grafana"]));
    let terminal = Terminal::new();
    let mut child = terminal.start(&home, "exec credential login grafana");
    until("a browser", || !command_lines(&home).is_empty());
    until("a page", || home.sandbox.events().len() > 6);
    child.kill().expect("it is ours");
    let status = child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(9));
    // The closed pipe ends it.
    assert_no_browser(&home);
    home.sandbox
        .change_provider("id", |provider| provider.pages = auto());
    let (said, _) = attended(&home, "credential login grafana");
    let _ = said.done();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
}

#[test]
fn a_mark_of_another_host_in_the_profile_is_removed() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let profiles = std::fs::read_dir(home.cache().join("browser")).expect("profiles");
    let profile = profiles
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.is_dir())
        .expect("a profile");
    let mark = profile.join("SingletonLock");
    let _ = std::fs::remove_file(&mark);
    std::os::unix::fs::symlink("another-host-4242", &mark).expect("a link");
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ours(&home, 2);
}

#[test]
fn those_who_wait_are_answered_before_the_browser_has_ended() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    // A browser that takes its time to end: its script waits after Chromium.
    let slow = home.path("slow");
    let text = "#!/bin/sh\nchromium \"$@\"\nsleep 3\n";
    std::fs::write(&slow, text).expect("a file");
    std::fs::set_permissions(&slow, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("it is ours");
    let config = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = format!("command = [{:?}]", slow.display().to_string());
    home.configure(&config.replace("command = [\"chromium\"]", &command));
    home.expire("grafana");
    let mut renewing = home.credential(&["get", "grafana"]);
    renewing.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut renewing = renewing.spawn().expect("the program starts");
    until("another session", || home.sandbox.callbacks().len() == 2);
    let answer = home.run(&["get", "grafana"]).answer();
    assert!(answer.starts_with("AWSELBAuthSessionCookie-0="));
    let is_running = renewing.try_wait().expect("a child").is_none();
    assert!(is_running, "the browser of the first one still ends");
    let said = crate::home::outcome(renewing.wait_with_output().expect("it ends"));
    assert_eq!(said.answer(), answer);
}

/// A renewal that is under way with a browser: the provider does not answer yet.
fn renewing(home: &Home) -> std::process::Child {
    let mut command = home.command(crate::home::binary());
    command.args(["get", "grafana", "--fresh"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    until("a browser", || !command_lines(home).is_empty());
    child
}

#[test]
fn the_providers_session_survives_kills_of_this_program_at_any_moment() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    for (round, signal) in [Signal::KILL, Signal::TERM, Signal::INT, Signal::KILL]
        .into_iter()
        .enumerate()
    {
        let mut child = renewing(&home);
        std::thread::sleep(std::time::Duration::from_millis(150 * round as u64));
        let process = Pid::from_child(&child);
        // It may have ended by itself.
        let _ = kill_process(process, signal);
        child.wait().expect("it ends");
        assert_no_browser(&home);
        let answer = home.run(&["get", "grafana", "--fresh"]).answer();
        assert!(
            answer.starts_with("AWSELBAuthSessionCookie-0="),
            "{signal:?}"
        );
        assert_eq!(home.sandbox.typed_passwords(), 1, "{signal:?}");
    }
}

#[test]
fn a_browser_that_a_stranger_kills_is_an_error_and_no_hang() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    for signal in [Signal::KILL, Signal::TERM] {
        // The provider shows its page and sends nothing back: the browser is still there to be killed.
        let show_page = |shows: bool| {
            home.sandbox.change_provider("id", |provider| {
                provider.pages = match shows {
                    true => Pages {
                        ignores_prompt_none: true,
                        ..Pages::default()
                    },
                    false => auto(),
                };
            });
        };
        home.sandbox.end_provider_sessions("id");
        show_page(true);
        home.sandbox.clear_audit();
        let child = renewing(&home);
        until("the page", || {
            home.sandbox
                .count(|event| matches!(event, Event::FormShown { .. }))
                > 0
        });
        for process in processes(&home) {
            let _ = kill_process(process, signal);
        }
        let said = crate::home::outcome(child.wait_with_output().expect("it ends"));
        let words = said.failure(6);
        assert!(words.contains("ended by itself"), "{signal:?}: {words}");
        assert_no_browser(&home);
        // The profile is whole: a person signs in, and the next one is silent.
        show_page(false);
        let (said, _) = attended(&home, "credential login grafana");
        let _ = said.done();
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    }
    assert_eq!(home.sandbox.violations(), []);
}
