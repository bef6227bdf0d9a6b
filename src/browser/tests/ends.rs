//! How the machine's Chromium ends, or does not start.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::super::{Browser, Outcome, Packaging, Profile, Reason, Sight, page};
use super::world::{Start, World, held, skip, until};

/// The variable that makes a test the process of a person who is about to be killed.
const VICTIM: &str = "BROWSER_TEST_VICTIM";

/// The process that has this world's profile, by its mark.
fn process_of(world: &World) -> Option<i32> {
    let mark = fs::read_link(world.path("profiles/idp/SingletonLock")).ok()?;
    mark.to_str()?.rsplit_once('-')?.1.parse().ok()
}

fn is_alive(process: i32) -> bool {
    // A zombie is nobody's browser.
    let status = fs::read_to_string(format!("/proc/{process}/stat"));
    status.is_ok_and(|status| !status.contains(") Z "))
}

/// Signs in, and leaves the browser with its answered page.
fn sign_in(world: &World, start: &Start) -> Browser {
    let mut browser = world.start(start).expect("it starts");
    browser.open(&world.callback(), &world.authorize("login", "s1"));
    let held = held(&mut browser);
    browser.answer(&held, &page("grafana", Outcome::SignedIn));
    browser
}

/// Returns whether the next start has the provider's session.
fn has_session(world: &World, start: &Start) -> bool {
    let mut browser = world.start(start).expect("it starts again");
    browser.open(&world.callback(), &world.authorize("silent", "s2"));
    let held = held(&mut browser);
    browser.abort(&held);
    browser.close();
    held.url
        .query()
        .is_some_and(|query| query.contains("code="))
}

#[test]
fn the_session_outlives_a_closed_pipe() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    drop(sign_in(&world, &start));
    assert_eq!(
        process_of(&world),
        None,
        "it has ended, and has taken its mark away"
    );
    assert!(has_session(&world, &start));
    assert_eq!(world.app.requests(), [""; 0]);
}

#[test]
fn the_death_of_this_process_ends_the_browser_with_its_session() {
    let Some(start) = Start::chromium() else {
        return;
    };
    if std::env::var_os(VICTIM).is_some() {
        return die(&start);
    }
    let world = World::new();
    let mut victim = victim(&world);
    until(|| world.path("signed-in").exists());
    let browser = process_of(&world).expect("it has the profile");
    victim.0.kill().expect("it lives");
    victim.0.wait().expect("it was killed");
    until(|| !is_alive(browser));
    assert!(has_session(&world, &start));
}

/// A process that ends with this value at the latest.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same test in a process of its own, with the directory and servers of `world`.
fn victim(world: &World) -> Victim {
    let test = std::thread::current()
        .name()
        .expect("the harness names it")
        .to_owned();
    let place = format!(
        "{} {} {}",
        world.directory.path().display(),
        world.app.url,
        world.provider.url
    );
    let started = Command::new(std::env::current_exe().expect("it is there"))
        .args(["--exact", &test, "--nocapture"])
        .env(VICTIM, place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Victim(started.expect("it starts"))
}

/// Signs in, says so, and waits for its end.
fn die(start: &Start) {
    let place = std::env::var(VICTIM).expect("it is set");
    let place: Vec<&str> = place.split(' ').collect();
    let url = |at: usize, path: &str| {
        url::Url::parse(place[at])
            .and_then(|url| url.join(path))
            .expect("a URL")
    };
    let directory = Path::new(place[0]);
    let profile = Profile::kept(&directory.join("profiles"), "idp", Packaging::Plain);
    profile.prepare().expect("it is ours");
    let launched = super::world::launch(start, &profile, &directory.join("log"), Browser::start);
    let mut browser = launched.expect("it starts");
    browser.open(&url(1, "/oauth2/idpresponse"), &url(2, "/login?state=s1"));
    let held = held(&mut browser);
    browser.answer(&held, "answered");
    fs::write(directory.join("signed-in"), "").expect("it is ours");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

#[test]
fn a_killed_browser_is_told_with_its_signal_and_its_profile_works() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = sign_in(&world, &start);
    let process = process_of(&world)
        .and_then(Pid::from_raw)
        .expect("it has the profile");
    kill_process(process, Signal::KILL).expect("it lives");
    let failure = loop {
        match browser.watch(std::time::Duration::from_millis(50)) {
            Ok(sight) => assert!(matches!(sight, Sight::Nothing)),
            Err(failure) => break failure,
        }
    };
    assert_eq!(
        (failure.reason, failure.is_at_start),
        (Reason::Ended, false)
    );
    assert!(
        failure.error.message.contains("signal: 9"),
        "{}",
        failure.error.message
    );
    drop(browser);
    // Chromium's words about a lost session are none about the profile.
    has_session(&world, &start);
}

#[test]
fn a_profile_with_a_browser_is_told_before_another_is_started() {
    let Some(mut start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    let first = world.start(&start).expect("it starts");
    start.limits.end = std::time::Duration::from_millis(200);
    let failure = world.start(&start).err().expect("it is used");
    assert_eq!(failure.reason, Reason::ProfileInUse);
    let process = process_of(&world).expect("the first has it");
    assert!(failure.error.causes[0].contains(&process.to_string()));
    first.close();
    world.start(&start).expect("it is free").close();
}

#[test]
fn a_mark_of_another_host_does_not_keep_a_browser_out() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    sign_in(&world, &start).close();
    let mark = world.path("profiles/idp/SingletonLock");
    std::os::unix::fs::symlink("another-host-4711", mark).expect("it is not there");
    assert!(has_session(&world, &start));
}

#[test]
fn root_is_told_of_the_sandbox() {
    let Some(mut start) = Start::chromium() else {
        return;
    };
    if start.arguments.is_empty() {
        return skip("only root is refused a sandbox");
    }
    start.arguments.clear();
    let failure = World::new().start(&start).err().expect("it refuses root");
    let message = &failure.error.message;
    assert!(
        message.ends_with("does not start as root with its sandbox"),
        "{message}"
    );
}

#[test]
fn a_window_without_a_display_is_told() {
    let Some(mut start) = Start::chromium() else {
        return;
    };
    start.is_headless = false;
    // There may be one where this test runs, or none.
    start.arguments.push("--ozone-platform=x11");
    let words = [
        "/usr/bin/env",
        "-u",
        "DISPLAY",
        "-u",
        "WAYLAND_DISPLAY",
        "chromium",
    ]
    .map(str::to_owned);
    start.installed = super::super::find(Some(&words)).expect("there is env");
    let failure = World::new()
        .start(&start)
        .err()
        .expect("there is no display");
    assert_eq!(
        failure.reason,
        Reason::NoDisplay,
        "{}",
        failure.error.to_text()
    );
    assert_eq!(failure.error.kind.exit_code(), 3);
}

/// Puts the policy `$0` into a directory that nobody else sees, and takes the browser's place.
const SCRIPT: &str = r#"mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed &&
    printf %s "$0" >/etc/chromium/policies/managed/test.json && exec chromium "$@""#;

/// Chromium under this policy, in a mount namespace of its own.
fn under_policy(policy: &str) -> Option<Start> {
    let mut start = Start::chromium()?;
    let words = ["unshare", "--mount", "/bin/sh", "-c", SCRIPT, policy].map(str::to_owned);
    let can = Command::new("unshare")
        .args(["--mount", "mount", "-t", "tmpfs", "none", "/etc/chromium"])
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        skip("only root can put a policy of its own in the place of the machine's");
        return None;
    }
    start.installed = super::super::find(Some(&words)).ok()?;
    Some(start)
}

#[test]
fn a_policy_against_debugging_is_named() {
    let Some(start) = under_policy(r#"{"RemoteDebuggingAllowed": false}"#) else {
        return;
    };
    let failure = World::new().start(&start).err().expect("it is forbidden");
    assert_eq!(
        failure.reason,
        Reason::DebuggingForbidden,
        "{}",
        failure.error.to_text()
    );
    assert!(failure.error.causes[0].contains("disallowed by the system admin"));
}

#[test]
fn a_policy_against_headless_browsers_is_named() {
    let Some(start) = under_policy(r#"{"HeadlessMode": 2}"#) else {
        return;
    };
    let failure = World::new().start(&start).err().expect("it is forbidden");
    assert_eq!(
        failure.reason,
        Reason::HeadlessForbidden,
        "{}",
        failure.error.to_text()
    );
}

#[test]
fn a_policy_against_developer_tools_does_not_matter() {
    let Some(start) =
        under_policy(r#"{"DeveloperToolsAvailability": 2, "IncognitoModeAvailability": 1}"#)
    else {
        return;
    };
    let world = World::new();
    sign_in(&world, &start).close();
    assert!(has_session(&world, &start));
}
