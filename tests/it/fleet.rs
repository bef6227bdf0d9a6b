//! A fleet: machines that share one store make one sign-in.

use rustix::process::Signal;
use sandbox::PASSWORD;

use crate::ahead::until;
use crate::fleet_scene::{Machine, Scene};
use crate::home::outcome;

/// Two machines, of which the second one looks after its copy at each call.
fn pair(scene: &Scene) -> (Machine<'_>, Machine<'_>) {
    let b = scene.machine("b", "recheck = \"0s\"");
    (scene.machine("a", ""), b)
}

#[test]
fn a_session_of_one_machine_is_the_others_too() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
    assert_eq!(scene.home.sandbox.sessions_issued(), 1);
    assert_eq!(
        scene.server.cli(&["DBSIZE"]),
        "3",
        "the pin, the account, the entry"
    );
}

#[test]
fn many_processes_on_many_machines_make_one_sign_in_and_a_connection_each() {
    let Some(scene) = Scene::usual() else { return };
    let machines = ["a", "b", "c", "d", "e"].map(|name| scene.machine(name, ""));
    let before = connections(&scene);
    let started: Vec<_> = (0..8)
        .flat_map(|_| {
            machines
                .iter()
                .map(|machine| machine.start(&["get", "grafana"]))
        })
        .collect();
    let answers: Vec<String> = started
        .into_iter()
        .map(|child| outcome(child.wait_with_output().expect("it ends")))
        .map(|outcome| {
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            outcome.stdout
        })
        .collect();
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    scene.home.assert_passwords(1);
    // The last one is the question itself.
    assert_eq!(connections(&scene) - before, 5 + 1);
}

/// How many connections the server has taken.
fn connections(scene: &Scene) -> u32 {
    let stats = scene.server.cli(&["INFO", "stats"]);
    let line = stats
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    line.and_then(|number| number.trim().parse().ok())
        .expect("a number")
}

#[test]
fn a_fresh_copy_is_answered_without_the_store() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let cookie = a.run(&["get", "grafana"]).answer();
    let before = connections(&scene);
    scene.server.signal(Signal::STOP);
    for arguments in [&["get", "grafana"][..], &["get", "grafana", "--as", "json"]] {
        assert!(
            a.run(arguments)
                .answer()
                .contains("AWSELBAuthSessionCookie")
        );
    }
    scene.server.signal(Signal::CONT);
    assert_eq!(a.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(connections(&scene) - before, 1, "the question itself");
}

#[test]
fn a_wrong_password_is_sent_once_for_the_whole_fleet() {
    let Some(scene) = Scene::usual() else { return };
    scene.home.password("wrong");
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let words = a.run(&["get", "grafana"]).told(5);
    assert!(words.contains("E0000004"), "{words}");
    let words = b.run(&["get", "grafana"]).told(5);
    assert!(
        words.contains("E0000004") && words.contains("remembered"),
        "{words}"
    );
    scene.home.assert_passwords(1);
}

#[test]
fn a_refusal_outlives_the_store() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene.home.password("wrong");
    let _ = scene.machine("a", "").run(&["get", "grafana"]).told(5);
    scene.server.start_again();
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).told(5);
    scene.home.assert_passwords(1);
    // And what this machine remembers reaches the others again.
    let _ = scene.machine("b", "").run(&["get", "grafana"]).told(5);
    scene.home.assert_passwords(1);
}

#[test]
fn over_tls_the_certificate_is_checked() {
    let Some(scene) = Scene::usual() else { return };
    let Some((url, ca)) = scene.over_tls() else {
        return;
    };
    let cookie = scene.machine("a", "").run(&["get", "grafana"]).answer();
    // By the authority that the settings name, and by the program's own.
    let named = scene.machine_at("b", &url, &ca);
    assert_eq!(named.run(&["get", "grafana"]).answer(), cookie);
    let own = scene.machine_at("c", &url, "");
    assert_eq!(own.run(&["get", "grafana"]).answer(), cookie);
    let another = scene.machine_at(
        "d",
        &url,
        &format!("{ca}, server_name = \"cache.corp.example\""),
    );
    let words = another.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("its certificate is for another name"),
        "{words}"
    );
    scene.home.assert_passwords(1);
}

#[test]
fn a_logout_reaches_the_other_machines_copies() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = pair(&scene);
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run_in_ci(&["get", "grafana"]).answer(), cookie);
    assert_eq!(a.run(&["logout", "grafana"]).done(), "");
    let _ = b.run_in_ci(&["get", "grafana", "--no-sign-in"]).told(3);
    // Emptying the store is no logout.
    let cookie = b.run_in_ci(&["get", "grafana"]).answer();
    assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
    assert_eq!(b.run_in_ci(&["get", "grafana"]).answer(), cookie);
    assert_eq!(scene.server.cli(&["DBSIZE"]), "0", "and is not undone");
}

#[test]
fn a_process_in_the_background_finds_that_another_machine_has_logged_out() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = pair(&scene);
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(a.run(&["logout", "grafana"]).done(), "");
    until("the copy is removed", || {
        b.run(&["get", "grafana", "--no-sign-in"]).code == 3
    });
    scene.home.assert_passwords(1);
}

#[test]
fn a_logout_removes_a_copy_of_which_the_store_has_no_record() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).answer();
    assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
    assert_eq!(a.run(&["logout", "grafana"]).done(), "");
    let _ = a.run(&["get", "grafana", "--no-sign-in"]).told(3);
}

#[test]
fn a_logout_that_cannot_ask_the_store_says_so() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let _ = a.run(&["get", "grafana"]).answer();
    scene.server.kill();
    let words = a.run(&["logout", "grafana"]).failure(6);
    assert!(
        words.contains("is removed from this machine alone"),
        "{words}"
    );
    let words = b.run(&["logout", "grafana"]).failure(6);
    assert!(words.contains("may still be on other machines"), "{words}");
}

#[test]
fn a_logout_here_is_of_this_machine_alone() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = pair(&scene);
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run_in_ci(&["get", "grafana"]).answer(), cookie);
    assert_eq!(a.run(&["logout", "grafana", "--here"]).done(), "");
    let _ = a.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert_eq!(b.run_in_ci(&["get", "grafana"]).answer(), cookie);
    assert_eq!(a.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn a_rejected_old_cookie_removes_no_newer_session() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let old = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run(&["get", "grafana"]).answer(), old);
    let new = a.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(new, old);
    let site = scene.home.sandbox.app_url("grafana");
    let host = site.strip_prefix("https://").expect("a URL");
    let request = format!(
        "protocol=https\nhost={host}\nusername=ada@corp.example\npassword={}\n\n",
        old.trim()
    );
    let said = crate::home::feed(b.command(&["erase", "--protocol", "git"]), &request);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(b.run(&["get", "grafana"]).answer(), new);
    assert_eq!(a.run(&["get", "grafana"]).answer(), new);
}

#[test]
fn the_server_learns_nothing_but_the_namespace() {
    let Some(scene) = Scene::usual() else { return };
    let mut monitor = std::process::Command::new("redis-cli")
        .arg("-s")
        .arg(scene.server.directory.join("socket"))
        .arg("MONITOR")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("redis-cli starts");
    let cookie = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let _ = scene.machine("b", "").run(&["get", "grafana"]).answer();
    assert_eq!(scene.server.cli(&["SAVE"]), "OK");
    let slow = scene.server.cli(&["SLOWLOG", "GET", "128"]);
    let _ = monitor.kill();
    let heard = monitor.wait_with_output().expect("it ends").stdout;
    let dump = std::fs::read(scene.server.directory.join("dump.rdb")).expect("a dump");
    let value = cookie.trim().split_once('=').expect("a cookie").1;
    let org = scene.home.sandbox.org_url();
    let host = scene.home.sandbox.app_url("grafana");
    for place in [&heard, &dump, slow.as_bytes()] {
        let text = String::from_utf8_lossy(place);
        for word in [&value[..24], "ada@corp", PASSWORD, &org[8..], &host[8..]] {
            assert!(!text.contains(word), "{word}");
        }
    }
    assert!(
        String::from_utf8_lossy(&heard).contains("ac1:{ci}:"),
        "it heard something"
    );
}
