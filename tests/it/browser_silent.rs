//! The look without a window before a person is asked: its time is its own, and as short as the next way allows.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::ahead::until;
use crate::browser_scene::{assert_ours, auto, is_possible, setup_with, signed_in};
use crate::elsewhere::Talk;
use crate::home::Home;

const ENTER: &str = "press Enter to open a browser window";

/// Takes the claim on the provider's profile, as a call does whose browser uses it.
fn hold_profile(home: &Home) -> File {
    let is_profile = |record: &serde_json::Value| !record["key"]["browser"].is_null();
    let mut records = home.records().into_iter();
    let (path, _) = records
        .find(|(_, record)| is_profile(record))
        .expect("a browser has run");
    let lock = path.to_string_lossy().replace(".v2.json", ".lock");
    let lock = File::options().write(true).open(lock).expect("it is there");
    flock(&lock, FlockOperation::NonBlockingLockExclusive).expect("it is free");
    lock
}

#[test]
fn a_wait_for_the_profile_takes_nothing_from_the_look_itself() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let held = hold_profile(&home);
    home.sandbox.clear_audit();
    let talk = Talk::start(&home, "credential get grafana --fresh");
    until("the app is asked", || home.challenges() == 1);
    // The other call's browser takes longer than this call's look may.
    std::thread::sleep(Duration::from_secs(6));
    drop(held);
    let (said, screen) = talk.end();
    assert_eq!(said.code, 0, "{said:?} {screen}");
    assert!(said.stdout.starts_with("AWSELB"), "{said:?}");
    assert!(said.stderr.contains("use the browser profile"), "{said:?}");
    assert!(!screen.contains(ENTER), "{screen}");
    assert_ours(&home, 1);
}

/// Puts a program in the browser's place that never answers.
fn plant_mute(home: &Home) {
    let mute = home.path("mute");
    std::fs::write(&mute, "#!/bin/sh\nexec sleep 100\n").expect("a file");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&mute, mode).expect("it is ours");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = format!("command = [{:?}]", mute.display().to_string());
    home.configure(&text.replace("command = [\"chromium\"]", &command));
}

#[test]
fn a_mute_browser_has_the_looks_own_time_to_start() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    plant_mute(&home);
    let mut talk = Talk::start(&home, "credential get grafana --fresh");
    // A window follows.
    talk.until("did not answer within 5 s");
    talk.until(ENTER);
    talk.type_in("\u{3}");
    let _ = talk.interrupted();

    // Nobody goes on: the look has all the time that there is for one.
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    home.configure(&text.replacen("[browser]", "[browser]\nwindow = false", 1));
    let (said, screen) = Talk::start(&home, "credential get grafana --fresh").end();
    let told = said.failure(3);
    let all = format!("{screen}{told}");
    assert!(all.contains("did not answer within 13 s"), "{all}");
    // The words name a way that is open.
    assert!(told.contains("window = false"), "{told}");
    assert!(
        told.contains("hint: credential login grafana --paste"),
        "{told}"
    );
}
