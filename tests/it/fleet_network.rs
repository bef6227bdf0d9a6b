//! The network between a fleet's machines and its store: slow, cut, stalled, and servers that are others than they should be.

use std::time::Duration;

use sandbox::store::{Flow, StorePipe};

use crate::fleet_scene::{Machine, Scene};
use crate::home::Home;

/// Asserts that a call without a session is told one of `words` once, and that the next opens no connection.
#[track_caller]
fn assert_left_alone(scene: &Scene, name: &str, pipe: &StorePipe, settings: &str, words: &[&str]) {
    let url = format!("rediss://localhost:{}", pipe.port);
    let machine = scene.machine_at(name, &url, settings);
    let said = machine.run(&["get", "grafana"]).failure(6);
    assert!(
        words.iter().any(|words| said.contains(words)),
        "{name}: {said}"
    );
    assert_eq!(said.matches("warning: ").count(), 1, "{name}: {said}");
    let before = pipe.connections();
    assert!(before > 0, "{name}");
    // As long as nobody tries again: the breaker's pause is made longer than the slowest machine.
    let pause = machine.cache().join("fleet-ci.down");
    let text = std::fs::read_to_string(&pause).expect("the pause is kept");
    let why = text.lines().nth(2).expect("its cause");
    let until = time::OffsetDateTime::now_utc().unix_timestamp() + 300;
    std::fs::write(&pause, format!("{until}\n300\n{why}\n")).expect("a file");
    let again = machine.run(&["get", "grafana"]).told(6);
    assert!(again.contains("it is tried again in"), "{name}: {again}");
    assert_eq!(pipe.connections(), before, "{name}");
}

#[test]
fn servers_that_are_not_the_stores_are_named_and_left_alone() {
    let Some(scene) = Scene::usual() else { return };
    let Some((_, ca)) = scene.over_tls() else {
        return;
    };
    let stranger = Home::usual();
    let other = format!("ca = \"{}\"", stranger.sandbox.ca_file().display());
    let name = format!("{ca}, server_name = \"cache.corp.example\"");
    let (tls, plain) = (scene.server.tls_port, scene.server.port);
    let gone = sandbox::store::free_port();
    let certificate = ["certificate"];
    for (what, port, settings, words) in [
        ("another authority", tls, &other, &certificate[..]),
        (
            "another name",
            tls,
            &name,
            &["its certificate is for another name"],
        ),
        (
            "no TLS",
            plain,
            &ca,
            &["TLS", "the connection was closed", "no answer in time"],
        ),
        (
            "nobody",
            gone,
            &ca,
            &["the connection was closed", "the connection is refused"],
        ),
    ] {
        let pipe = StorePipe::start(port, Flow::Free);
        let machine = what.replace(' ', "-");
        assert_left_alone(&scene, &machine, &pipe, settings, words);
    }
    scene.home.assert_passwords(0);
}

#[test]
fn a_network_that_cuts_or_stalls_the_handshake_is_left_alone() {
    let Some(scene) = Scene::usual() else { return };
    let Some((_, ca)) = scene.over_tls() else {
        return;
    };
    for bytes in [0, 1, 500] {
        let cut = StorePipe::start(scene.server.tls_port, Flow::CutAfter(bytes));
        let name = format!("cut-{bytes}");
        let words = [
            "the connection was closed",
            "TLS",
            "no answer in time",
            "unexpected",
        ];
        assert_left_alone(&scene, &name, &cut, &ca, &words);
        let stalled = StorePipe::start(scene.server.tls_port, Flow::StallAfter(bytes));
        let name = format!("stalled-{bytes}");
        assert_left_alone(&scene, &name, &stalled, &ca, &["no answer in time"]);
    }
    scene.home.assert_passwords(0);
}

#[test]
fn a_slow_network_is_only_slow() {
    let Some(scene) = Scene::usual() else { return };
    let Some((_, ca)) = scene.over_tls() else {
        return;
    };
    let pipe = StorePipe::start(scene.server.tls_port, Flow::Late(Duration::from_millis(20)));
    let url = format!("rediss://localhost:{}", pipe.port);
    let cookie = scene
        .machine_at("a", &url, &ca)
        .run(&["get", "grafana"])
        .answer();
    let b = scene.machine_at("b", &url, &ca);
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(pipe.connections(), 2);
    // Connections are cut after some requests: each is opened once more.
    scene.home.sandbox.end_okta_sessions();
    pipe.set(Flow::CutAfter(3000));
    let new = b.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(new, cookie);
    assert!(pipe.connections() > 3, "{}", pipe.connections());
    // It stalls while a copy is there: nobody notices.
    pipe.set(Flow::StallAfter(0));
    assert_eq!(b.run(&["get", "grafana"]).answer(), new);
    scene.home.assert_passwords(2);
}

#[test]
fn five_machines_change_the_key_in_rolling_order_without_a_sign_in() {
    const LISTS: [&str; 4] = [
        "key = { file = \"key-0\" }",
        "key = [{ file = \"key-0\" }, { file = \"key-1\" }]",
        "key = [{ file = \"key-1\" }, { file = \"key-0\" }]",
        "key = { file = \"key-1\" }",
    ];
    let Some(scene) = Scene::usual() else { return };
    let cookie = scene
        .machine("m0", LISTS[0])
        .run(&["get", "grafana"])
        .answer();
    // A machine after the other: the one that was changed last, and the next to be changed, each cold, so that what it
    // answers comes from the store.
    let roll = |check: &dyn Fn(&Machine<'_>)| {
        for step in 1..LISTS.len() {
            for changed in 0..5 {
                for (number, list) in [(changed, LISTS[step]), ((changed + 1) % 5, LISTS[step - 1])]
                {
                    let list = if changed == 4 { LISTS[step] } else { list };
                    let machine = scene.machine(&format!("m{number}"), list);
                    let _ = std::fs::remove_dir_all(machine.cache());
                    check(&machine);
                }
            }
        }
    };
    roll(&|machine| assert_eq!(machine.run(&["get", "grafana"]).answer(), cookie));
    scene.home.assert_passwords(1);
    // And a refusal is kept.
    assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
    scene.home.sandbox.end_okta_sessions();
    scene.home.password("wrong");
    let _ = std::fs::remove_dir_all(scene.machine("m0", LISTS[0]).cache());
    let _ = scene
        .machine("m0", LISTS[0])
        .run(&["get", "grafana"])
        .told(5);
    roll(&|machine| {
        let words = machine.run(&["get", "grafana"]).told(5);
        assert!(words.contains("remembered"), "{words}");
    });
    scene.home.assert_passwords(2);
}
