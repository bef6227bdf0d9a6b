//! A store whose clock is wrong, or is set while somebody holds a claim. The server runs with a clock of its own, by a library
//! that is loaded before the C library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sandbox::store::StoreServer;
use sandbox::{Fault, Plan, Step};

use crate::ahead::until;
use crate::fleet_scene::{Machine, RIGHTS, Scene, tls_files, users};
use crate::home::outcome;
use crate::tools::tools;

/// Adds the seconds in the file that CLOCK names to each time of the day.
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long ahead(void) {
    char text[32] = "";
    const char *name = getenv("CLOCK");
    int file = name ? open(name, O_RDONLY) : -1;
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += ahead();
    return result;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
"#;
const HOUR: i64 = 60 * 60;

/// A fleet whose server has a clock of its own, and the file that says how far that is ahead.
fn with_clock() -> Option<(Scene, PathBuf)> {
    if !tools(&["cc"]) {
        return None;
    }
    let mut scene = Scene::usual()?;
    let path = |name: &str| scene.home.path(name);
    let (source, library, clock) = (path("clock.c"), path("clock.so"), path("clock"));
    std::fs::write(&source, CLOCK).expect("a file");
    std::fs::write(&clock, "0").expect("a file");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(&source);
    assert!(compiler.status().expect("cc starts").success());
    let text = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    let variables = [
        ("LD_PRELOAD".to_owned(), text(&library)),
        ("CLOCK".to_owned(), text(&clock)),
    ];
    let (directory, tls) = (path("clocked"), tls_files(&scene.home));
    let lines = users(RIGHTS);
    scene.server = StoreServer::start_with(directory, &tls, &lines, &variables);
    Some((scene, clock))
}

/// Sets the server's clock so far ahead of the others, and waits until it is.
fn set(scene: &Scene, clock: &Path, ahead: i64) {
    std::fs::write(clock, ahead.to_string()).expect("a file");
    let own = time::OffsetDateTime::now_utc().unix_timestamp();
    until("the clock is set", || {
        let now = scene.server.cli(&["TIME"]);
        let now: i64 = now
            .lines()
            .next()
            .and_then(|line| line.parse().ok())
            .expect("a time");
        (now - own - ahead).abs() < 60
    });
}

/// Forgets what the store and Okta know, sets the store's clock, and returns the machines of this round by their names.
fn begin_anew<'a>(
    scene: &'a Scene,
    clock: &Path,
    round: usize,
    ahead: i64,
) -> impl Fn(&str) -> Machine<'a> {
    assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
    set(scene, clock, ahead);
    scene.home.sandbox.end_okta_sessions();
    scene.home.sandbox.clear_audit();
    move |name| scene.machine(&format!("{name}{round}"), "")
}

#[test]
fn a_store_whose_clock_is_wrong_makes_no_difference() {
    let Some((scene, clock)) = with_clock() else {
        return;
    };
    for (number, ahead) in [HOUR, -HOUR, 9 * 24 * HOUR].into_iter().enumerate() {
        let machine = begin_anew(&scene, &clock, number, ahead);
        let (a, b) = (machine("a"), machine("b"));
        let cookie = a.run(&["get", "grafana"]).answer();
        assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
        assert_eq!(
            b.run(&["get", "grafana", "--no-sign-in"]).answer(),
            cookie,
            "a hit"
        );
        // A refusal and its pause are everybody's too.
        scene.home.sandbox.end_okta_sessions();
        scene.home.password("wrong");
        let _ = a.run(&["get", "grafana", "--fresh"]).told(5);
        let words = machine("c").run(&["get", "grafana", "--fresh"]).told(5);
        assert!(words.contains("remembered"), "{words}");
        scene.home.assert_passwords(2);
        scene.home.password(sandbox::PASSWORD);
    }
}

#[test]
fn a_clock_that_is_set_while_a_claim_is_held_costs_one_sign_in_more() {
    let Some((scene, clock)) = with_clock() else {
        return;
    };
    for (number, ahead) in [HOUR, -HOUR].into_iter().enumerate() {
        let machine = begin_anew(&scene, &clock, number, 0);
        let late = Fault::Late(Duration::from_secs(4));
        let plan = Plan::new(Step::Callback, late).times(1);
        scene.home.sandbox.fault(plan);
        let a = machine("a").start(&["get", "grafana"]);
        until("its session is issued", || {
            scene.home.sandbox.sessions_issued() == 1
        });
        set(&scene, &clock, ahead);
        // The lease is over: an hour ago, or it would last for an hour.
        let heir = machine("b").run(&["get", "grafana"]).answer();
        let own = outcome(a.wait_with_output().expect("it ends")).answer();
        assert_ne!(own, heir);
        let third = machine("c").run(&["get", "grafana"]).answer();
        assert_eq!(third, heir, "nothing is written under the lost claim");
        scene.home.assert_passwords(2);
    }
}

#[test]
fn a_clock_that_is_set_between_two_machines_costs_no_password() {
    let Some((scene, clock)) = with_clock() else {
        return;
    };
    for (number, ahead) in [HOUR, -HOUR].into_iter().enumerate() {
        let machine = begin_anew(&scene, &clock, number, 0);
        let a = machine("a");
        let _ = a.run(&["get", "grafana"]).answer();
        set(&scene, &clock, ahead);
        // It may seem to be from the future; then the kept Okta session is enough for another.
        let b = machine("b").run(&["get", "grafana"]).answer();
        assert_eq!(machine("c").run(&["get", "grafana"]).answer(), b);
        scene.home.assert_passwords(1);
        set(&scene, &clock, 0);
        scene.home.sandbox.end_okta_sessions();
        scene.home.password("wrong");
        let _ = a.run(&["get", "grafana", "--fresh"]).told(5);
        set(&scene, &clock, ahead);
        for name in ["d", "e"] {
            let words = machine(name).run(&["get", "grafana", "--fresh"]).told(5);
            assert!(words.contains("remembered"), "{words}");
        }
        scene.home.assert_passwords(2);
        scene.home.password(sandbox::PASSWORD);
    }
}
