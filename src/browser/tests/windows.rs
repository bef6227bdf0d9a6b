//! With a window, on a display of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::super::{Browser, Sight};
use super::world::{Start, World, held, next, skip};

/// A display without a screen. It ends with this value.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// A free display, if the machine has the programs for one.
    fn new() -> Option<Self> {
        let is_there = |program: &str| Path::new("/usr/bin").join(program).exists();
        if !is_there("Xvfb") || !is_there("xdotool") {
            skip("there is no Xvfb or xdotool");
            return None;
        }
        // It takes a free number, and tells it when it is ready.
        let server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1024x768x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = server.expect("Xvfb starts");
        let mut line = String::new();
        let told = server.stdout.as_mut().expect("it is piped");
        BufReader::new(told)
            .read_line(&mut line)
            .expect("it is text");
        let name = format!(":{}", line.trim());
        Some(Self { server, name })
    }

    /// Types keys into the browser's window, again and again until `browser` is seen to do something: nobody knows when a window
    /// listens.
    fn type_until_seen(&self, browser: &mut Browser, keys: &str) -> Sight {
        for _ in 0..200 {
            let search = [
                "search",
                "--onlyvisible",
                "--class",
                "chromium",
                "windowfocus",
                "key",
                keys,
            ];
            let typed = Command::new("xdotool")
                .args(search)
                .env("DISPLAY", &self.name)
                .output();
            typed.expect("xdotool runs");
            match browser.watch(Duration::from_millis(300)).expect("it lives") {
                Sight::Nothing => {}
                sight => return sight,
            }
        }
        panic!("the window did not listen")
    }

    /// Chromium with a window here.
    fn chromium(&self) -> Option<Start> {
        let mut start = Start::chromium()?;
        let display = format!("DISPLAY={}", self.name);
        let words = [
            "/usr/bin/env",
            "-u",
            "WAYLAND_DISPLAY",
            &display,
            "chromium",
        ]
        .map(str::to_owned);
        start.installed = super::super::find(Some(&words)).expect("there is env");
        start.is_headless = false;
        Some(start)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // SIGTERM, so that it takes its lock and socket away.
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.server),
            rustix::process::Signal::TERM,
        );
        let _ = self.server.wait();
    }
}

#[test]
fn a_person_who_closes_the_window_is_seen() {
    let Some(display) = Display::new() else {
        return;
    };
    let Some(start) = display.chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    browser.open(&world.callback(), &world.authorize("page", "s"));
    let sight = display.type_until_seen(&mut browser, "ctrl+w");
    assert!(matches!(sight, Sight::WindowClosed), "{sight:?}");
    browser.close();
    assert_eq!(world.app.requests(), [""; 0]);
}

#[test]
fn a_window_brings_the_callback_and_its_profile_serves_without_one() {
    let Some(display) = Display::new() else {
        return;
    };
    let Some(start) = display.chromium() else {
        return;
    };
    let world = World::new();
    let mut browser = world.start(&start).expect("it starts");
    browser.open(&world.callback(), &world.authorize("login", "s1"));
    let first = held(&mut browser);
    browser.answer(&first, "done");
    // A second request in the same browser: the first window goes, which is no person's doing.
    browser.open(&world.callback(), &world.authorize("silent", "s2"));
    let Sight::Held(second) = next(&mut browser) else {
        panic!("the window is not closed");
    };
    assert!(
        second
            .url
            .query()
            .is_some_and(|query| query.contains("code="))
    );
    browser.answer(&second, "done");
    browser.close();

    let headless = Start::chromium().expect("it was there");
    let mut browser = world.start(&headless).expect("it starts");
    browser.open(&world.callback(), &world.authorize("silent", "s3"));
    let third = held(&mut browser);
    assert!(
        third
            .url
            .query()
            .is_some_and(|query| query.contains("code="))
    );
    browser.close();
    assert_eq!(
        world.app.requests(),
        [""; 0],
        "no restored tab has asked the app"
    );
}
