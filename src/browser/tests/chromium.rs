//! With the machine's Chromium.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::super::{Outcome, Sight, page};
use super::world::{Start, World, held, next, until};

fn state_of(url: &url::Url) -> Option<String> {
    let found = url.query_pairs().find(|(name, _)| name == "state");
    found.map(|(_, value)| value.into_owned())
}

#[test]
fn the_callback_is_held_and_answered_and_the_app_sees_nothing() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    assert!(browser.product().contains('/'), "{}", browser.product());
    browser.open(
        &world.callback(),
        &world.authorize("login", "s1-of-nobody-else"),
    );
    let first = held(&mut browser);
    assert_eq!(state_of(&first.url).as_deref(), Some("s1-of-nobody-else"));
    assert!(!format!("{first:?}").contains("c0de"));
    assert_eq!(secret_places(&world, "s1-of-nobody-else"), [""; 0]);
    browser.answer(&first, &page("grafana", Outcome::SignedIn));
    // Again in the same browser: now the session is there.
    browser.open(&world.callback(), &world.authorize("silent", "s2"));
    let second = held(&mut browser);
    assert_eq!(state_of(&second.url).as_deref(), Some("s2"));
    assert!(
        second
            .url
            .query()
            .is_some_and(|query| query.contains("code="))
    );
    browser.abort(&second);
    browser.close();
    assert_eq!(world.app.requests(), [""; 0]);

    // A cookie without an end date outlives the browser.
    let mut browser = world.start(&start).expect("it starts again");
    browser.open(&world.callback(), &world.authorize("silent", "s3"));
    let third = held(&mut browser);
    assert!(
        third
            .url
            .query()
            .is_some_and(|query| query.contains("code="))
    );
    browser.pass(&third);
    until(|| !world.app.requests().is_empty());
    browser.close();
    assert!(world.app.requests()[0].starts_with("GET /oauth2/idpresponse?code=c0de&state=s3 "));
    assert_eq!(
        world
            .provider
            .requests()
            .iter()
            .filter(|line| line.contains("/login"))
            .count(),
        1
    );

    let mode = |name: &str| {
        std::fs::metadata(world.path(name)).map(|found| found.permissions().mode() & 0o777)
    };
    assert_eq!(mode("profiles/idp").ok(), Some(0o700));
    assert_eq!(mode("log").ok(), Some(0o600));
}

/// Where `secret` stands: the arguments of processes, the log, the names in the profile.
fn secret_places(world: &World, secret: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc")
        .expect("there are processes")
        .flatten();
    let arguments = processes.map(|process| process.path().join("cmdline"));
    let files = arguments.chain([world.path("log")]);
    let has = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(secret)
    };
    let mut found: Vec<PathBuf> = files.filter(has).collect();
    let mut directories = vec![world.path("profiles")];
    while let Some(directory) = directories.pop() {
        for path in fs::read_dir(directory)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
        {
            if path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().contains(secret))
            {
                found.push(path.clone());
            }
            if path.is_dir() && !path.is_symlink() {
                directories.push(path);
            }
        }
    }
    found
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn the_callback_is_held_by_whichever_way_the_provider_sends_it() {
    let Some(mut start) = Start::chromium() else {
        return;
    };
    // Nobody clicks here, and what opens by itself is blocked otherwise.
    start.arguments.push("--disable-popup-blocking");
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    for way in [
        "login", "script", "refresh", "popup", "tab", "frame", "fetch",
    ] {
        browser.open(&world.callback(), &world.authorize(way, way));
        let held = held(&mut browser);
        assert_eq!(state_of(&held.url).as_deref(), Some(way));
        browser.abort(&held);
    }
    browser.close();
    assert_eq!(world.app.requests(), [""; 0]);
}

#[test]
fn what_is_not_the_callback_goes_on() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    for way in ["longer", "post"] {
        browser.open(&world.callback(), &world.authorize(way, way));
        let is_there = || world.app.requests().iter().any(|line| line.contains(way));
        while !is_there() {
            let sight = browser.watch(std::time::Duration::from_millis(50));
            assert!(matches!(sight, Ok(Sight::Nothing)), "{sight:?}");
        }
    }
    browser.close();
}

#[test]
fn a_page_that_closes_itself_is_the_end_of_the_window() {
    let Some(start) = Start::chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    browser.open(&world.callback(), &world.authorize("closing", "s"));
    assert!(matches!(next(&mut browser), Sight::WindowClosed));
    browser.close();
}
