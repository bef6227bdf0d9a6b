//! The store's server, its network and its disk learn nothing of a fleet but the namespace.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::store::{Flow, StorePipe, StoreProxy};
use sandbox::{Factor, NumberChallenge, PASSWORD};

use crate::factors::{SEED, home, setup};
use crate::fleet_scene::{KEYS, RIGHTS, Scene, users};
use crate::home::{ADA, outcome};

/// The memory of a process that this one has started.
fn memory(process: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("it runs");
    let mut memory = fs::File::open(format!("/proc/{process}/mem")).expect("it is ours");
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split(' ');
        let (Some(range), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        let (start, end) = range.split_once('-').expect("a range");
        let [start, end] =
            [start, end].map(|text| u64::from_str_radix(text, 16).expect("a number"));
        if !rights.starts_with("rw") || memory.seek(SeekFrom::Start(start)).is_err() {
            continue;
        }
        let mut part = vec![0; usize::try_from(end - start).expect("it fits")];
        // Memory that the system keeps to itself cannot be read.
        if memory.read_exact(&mut part).is_ok() {
            found.extend(part);
        }
    }
    found
}

/// Every file below a directory.
fn contents(directory: &Path) -> Vec<u8> {
    let mut found = Vec::new();
    for file in fs::read_dir(directory).expect("a directory").flatten() {
        let path = file.path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else if path.is_file() && !path.ends_with("redis.conf") {
            found.extend(fs::read(path).expect("a file"));
        }
    }
    found
}

/// A text that can be searched for words of ASCII.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn nothing_of_a_sign_in_is_in_the_servers_memory_files_and_network() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    let lines = format!("{}appendonly yes\nloglevel debug\n", users(RIGHTS));
    let Some(scene) = Scene::with(home(setup, "push_unattended = true"), &lines) else {
        return;
    };
    let mut monitor = Command::new("redis-cli")
        .arg("-s")
        .arg(scene.server.socket())
        .arg("MONITOR")
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-cli starts");
    let proxy = StoreProxy::passing(&scene.server.socket());
    let pipe = StorePipe::start(scene.server.tls_port, Flow::Free);
    // The first signs in, and says what it waits for; the others take its session, one of them over TLS.
    let phone = scene.home.sandbox.phone(ADA);
    let a = scene
        .machine_at("a", &proxy.url(), "")
        .start(&["get", "grafana", "-vv"]);
    assert!(phone.wait_for_push(Duration::from_secs(20)));
    let during = memory(scene.server.id());
    assert!(phone.approve());
    let a = outcome(a.wait_with_output().expect("it ends"));
    assert_eq!(a.code, 0, "{}", a.stderr);
    if let Some((url, ca)) = scene.over_tls() {
        let url = url.replace(&scene.server.tls_port.to_string(), &pipe.port.to_string());
        let b = scene.machine_at("b", &url, &ca).run(&["get", "grafana"]);
        assert_eq!(b.answer(), a.stdout);
        assert!(!text(&pipe.wire()).contains("ac1:{ci}:"), "TLS hides names");
    }
    scene.home.password("hunter2, wrong");
    scene.home.sandbox.end_okta_sessions();
    let _ = scene
        .machine_at("c", &proxy.url(), "")
        .run(&["get", "grafana", "--fresh"])
        .told(5);
    assert_eq!(scene.server.cli(&["SAVE"]), "OK");
    let slow = scene.server.cli(&["SLOWLOG", "GET", "128"]);
    let after = memory(scene.server.id());
    let _ = monitor.kill();
    let heard = monitor.wait_with_output().expect("it ends").stdout;
    let places = [
        ("memory, during a sign-in", during),
        ("memory", after),
        ("MONITOR", heard),
        ("log, RDB and AOF", contents(&scene.server.directory)),
        ("the wire", proxy.wire()),
    ];
    let value = a.stdout.trim().split_once('=').expect("a cookie").1;
    let (org, app) = (
        scene.home.sandbox.org_url(),
        scene.home.sandbox.app_url("grafana"),
    );
    let words = [
        ("the cookie", &value[..24]),
        ("the user", "ada@corp"),
        ("the password", PASSWORD),
        ("the wrong password", "hunter2, wrong"),
        ("the org", &org[8..]),
        ("the app", &app[8..]),
        ("the phone", "Ada's phone"),
        ("the sealing key", KEYS[0]),
    ];
    for (what, place) in &places {
        let place = text(place);
        assert!(place.contains("ac1:{ci}:"), "{what}: it is looked at");
        for (whose, word) in words {
            assert!(!place.contains(word), "{whose} is in {what}");
        }
    }
    for (whose, word) in words {
        assert!(!slow.contains(word), "{whose} is in SLOWLOG");
    }
    // It is found where it is.
    assert_eq!(scene.server.cli(&["SET", "control", value]), "OK");
    assert!(text(&memory(scene.server.id())).contains(value));
    // The program's own words about its work have no secret either.
    for word in [&value[..24], PASSWORD, KEYS[0], "open-sesame"] {
        assert!(!a.stderr.contains(word));
    }
}
