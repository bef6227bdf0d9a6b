//! The end of a person's time at a window, with a script in the browser's place. Nobody waits for a quarter of an hour: the
//! caller's own limit is shorter.

use std::path::Path;
use std::time::Duration;

use super::open_browser::Mode;
use super::visits::{PERSON_LIMIT, Visits};
use crate::caller_policy::{CallerPolicy, ChosenWay, Questions};
use crate::clock;
use crate::context::{Configuration, Context};
use crate::environment::Variables;
use crate::error::Kind;
use crate::method::Call;
use crate::method::host::Host;
use crate::settings::file::parse;
use crate::sign_in::fixture::{AUTHORIZE, request_of};
use crate::store::{BrowserProfile, Key};

/// Answers as a browser does whose window is open and where nobody does anything; it ends when its pipe is closed.
const BROWSER: &str = r#"echo $$ >"$0"
printf '{"id":1,"result":{"product":"x"}}\000' >&4; head -c 100 <&3 >/dev/null
printf '{"id":2,"result":{}}\000{"id":3,"result":{}}\000' >&4; head -c 250 <&3 >/dev/null
printf '{"id":4,"result":{"targetId":"W"}}\000' >&4; exec cat <&3 >/dev/null"#;
const PROVIDER: &str = "corp.okta.com";

/// The context of a caller who waits for so long, with that browser, which writes its number into the file `process`.
fn context(directory: &Path, limit: Duration) -> Context {
    let number = directory.join("process").display().to_string();
    let command = ["/bin/sh", "-c", BROWSER, &number];
    let text = format!(
        "[browser]\ncommand = {command:?}\n[app.wiki]\nurl = \"https://wiki.corp.example\"\nmethod = \"browser\"\n"
    );
    let settings = parse(Path::new("config.toml"), &text).expect("a configuration");
    let variables = Variables {
        cache: Some(directory.join("cache")),
        ..Variables::default()
    };
    let policy = CallerPolicy {
        questions: Questions::Forbidden,
        windows: true,
        limit: Some(limit),
    };
    let configuration = Configuration {
        settings,
        variables,
    };
    configuration.open(0, policy)
}

#[test]
fn a_person_who_does_not_sign_in_in_time_has_the_window_closed() {
    let directory = tempfile::tempdir().expect("a directory");
    let context = context(directory.path(), Duration::from_secs(4));
    let app = &context.settings.apps[0];
    let call = Call {
        asked_at: clock::now(),
        attended: true,
        insist: true,
        after_failure: false,
        quiet: false,
        is_alone: false,
        way: ChosenWay::Window,
        request: None,
        tell: &|_| {},
    };
    let host = Host::new(&context, &app.name, &call);
    let mut visits = Visits::new(&context, &host, app);
    let started = visits.start(PROVIDER, Mode::Window, PERSON_LIMIT);
    assert!(started.is_ok_and(|started| started.is_ok()), "it answers");
    let stop = visits.wait_for_person(&request_of(AUTHORIZE));
    let stop = stop.err().expect("nobody signs in");
    assert_eq!(stop.error.kind, Kind::Person);
    let words = format!("nobody has signed in at {PROVIDER} within 0 minutes");
    assert_eq!(stop.error.message, words);
    assert!(host.left().is_zero(), "not before its time");

    drop(visits.end(Some(&stop.error)));
    let process = std::fs::read_to_string(directory.path().join("process")).expect("it ran");
    let process = format!("/proc/{}", process.trim());
    assert!(!Path::new(&process).exists(), "the browser has ended");
    let key = Key::of_browser_profile(PROVIDER);
    let profile = context.cache.hold_if_free::<BrowserProfile>(&key);
    assert!(profile.is_some(), "its profile is free");
}

#[test]
fn a_person_has_fourteen_of_the_balancers_fifteen_minutes() {
    assert_eq!(PERSON_LIMIT, Duration::from_secs(14 * 60));
}
