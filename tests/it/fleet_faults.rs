//! A fleet whose store is away, refuses, or is lost while somebody signs in; and what a machine does alone.

use std::time::Duration;

use sandbox::{Fault, Plan, Step};

use crate::ahead::until;
use crate::fleet_scene::{RIGHTS, Scene};
use crate::home::{Home, outcome};

/// A password command that first does this to the store.
fn password_after(scene: &Scene, deed: &str) -> String {
    let socket = scene.server.directory.join("socket");
    let script = format!(
        "{{ {}; }} >/dev/null 2>&1; cat password",
        deed.replace("CLI", &format!("redis-cli -s {}", socket.display()))
    );
    format!(
        "password = {{ command = [\"sh\", \"-c\", \"{}\"] }}\n",
        script.replace('"', "\\\"")
    )
}

#[test]
fn without_the_store_an_unproven_machine_sends_nothing() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene.server.kill();
    let a = scene.machine("a", "");
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("warning: the store ")
            && words.contains("no secret of ada@corp.example is sent"),
        "{words}"
    );
    assert!(words.contains("in the last 30 days"), "{words}");
    // The second process is told the same without a try, and without a warning.
    let words = a.run(&["get", "grafana"]).told(6);
    assert!(words.contains("it is tried again in"), "{words}");
    scene.home.assert_passwords(0);
}

#[test]
fn without_the_store_a_proven_password_signs_in_and_a_changed_one_does_not() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let _ = a.run(&["get", "grafana"]).answer();
    let _ = b.run(&["get", "grafana"]).answer();
    scene.server.kill();
    a.expire();
    b.expire();
    scene.home.sandbox.end_okta_sessions();
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let said = a.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("warning: the store ") && said.stderr.lines().count() == 1,
        "{}",
        said.stderr
    );
    scene.home.assert_passwords(2);
    // The other machine had its session from the first, and has seen nothing.
    let _ = b.run(&["get", "grafana"]).failure(6);
    a.expire();
    scene.home.password("another");
    let _ = a.run(&["get", "grafana"]).failure(6);
    scene.home.assert_passwords(2);
}

#[test]
fn alone_a_machine_does_as_its_setting_says() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene.server.kill();
    let cached = scene.machine("a", "offline = \"cached\"");
    let words = cached.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("this machine sends nothing while it is alone"),
        "{words}"
    );
    scene.home.assert_passwords(0);
    let alone = scene.machine("b", "offline = \"sign-in\"");
    assert_eq!(alone.run(&["get", "grafana"]).code, 0);
    assert!(alone.run(&["get", "grafana"]).answer().contains("AWSELB"));
    scene.home.assert_passwords(1);
}

#[test]
fn what_a_machine_learnt_alone_reaches_the_others_at_the_next_contact() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene.server.kill();
    scene.home.password("wrong");
    let a = scene.machine("a", "offline = \"sign-in\"");
    let _ = a.run(&["get", "grafana"]).failure(5);
    scene.server.start_again();
    let a = scene.machine("a", "offline = \"sign-in\"");
    // The pause after the failed contact is over.
    std::fs::remove_file(a.cache().join("fleet-ci.down")).expect("there is a pause");
    let _ = a.run(&["get", "grafana"]).told(5);
    let b = scene.machine("b", "");
    let _ = b.run(&["get", "grafana"]).told(5);
    // One alone, and none since.
    scene.home.assert_passwords(1);
}

#[test]
fn a_machine_without_a_cache_tells_the_others_of_a_refused_password() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene.home.password("wrong");
    let mut call = scene.machine("a", "").command(&["get", "grafana"]);
    call.env("ALB_CREDENTIAL_CACHE", "/dev/null/cache");
    let said = outcome(call.output().expect("the program starts"));
    assert_eq!(said.code, 5, "{}", said.stderr);
    assert_eq!(said.stdout, "");
    let mut call = scene.machine("b", "").command(&["get", "grafana"]);
    let other = scene.home.path("b-run");
    std::fs::create_dir(&other).expect("a directory");
    call.env("XDG_RUNTIME_DIR", &other).env("TMPDIR", &other);
    let said = outcome(call.output().expect("the program starts"));
    assert_eq!(said.code, 5, "{}", said.stderr);
    scene.home.assert_passwords(1);
}

#[test]
fn a_claim_that_was_lost_sends_no_password() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let steal = "for key in $(CLI --scan); do CLI HSET $key t stolen u 0; done";
    a.append_to_org(&password_after(&scene, steal));
    let words = a.run(&["get", "grafana"]).told(6);
    assert!(
        words.contains("another process has taken over the claim"),
        "{words}"
    );
    scene.home.assert_passwords(0);
    // Nothing counts that was not sent.
    let b = scene.machine("b", "");
    assert!(b.run(&["get", "grafana"]).answer().contains("AWSELB"));
    scene.home.assert_passwords(1);
}

#[test]
fn a_store_that_goes_before_the_password_keeps_it_back() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    a.append_to_org(&password_after(&scene, "CLI SHUTDOWN NOSAVE"));
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("no secret of ada@corp.example is sent"),
        "{words}"
    );
    scene.home.assert_passwords(0);
}

#[test]
fn a_store_that_goes_after_the_password_costs_nobody_the_answer() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Authn, Fault::Late(Duration::from_secs(2))));
    let child = scene.machine("a", "").start(&["get", "grafana"]);
    scene.server.await_record();
    scene.server.kill();
    let said = outcome(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    let a = scene.machine("a", "");
    assert_eq!(a.run(&["get", "grafana"]).answer(), said.stdout);
    scene.home.assert_passwords(1);
}

#[test]
fn the_heir_of_a_killed_holder_knows_that_a_password_was_sent() {
    let Some(scene) = Scene::usual() else { return };
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Authn, Fault::Late(Duration::from_secs(3))));
    let mut child = scene.machine("a", "").start_bare(&["get", "grafana"]);
    scene.server.await_record();
    until("a password is sent", || {
        scene.home.sandbox.password_tries() == 1
    });
    child.kill().expect("it runs");
    let _ = child.wait();
    let said = scene.machine("b", "").run(&["get", "grafana", "-v"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr
            .contains("waiting for another machine to sign in to grafana"),
        "{}",
        said.stderr
    );
    scene.home.assert_passwords(2);
}

#[test]
fn what_is_wrong_with_the_store_is_named() {
    let short = RIGHTS.replace(" +pexpire", "");
    let Some(scene) = Scene::with_rights(Home::usual(), &short) else {
        return;
    };
    let line = "user ci on >PASSWORD resetkeys ~ac1:{ci}:* resetchannels -@all +eval";
    let words = scene.machine("a", "").run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains(line) && words.contains("+pexpire"),
        "{words}"
    );
    std::fs::write(scene.home.path("bad"), "wrong").expect("a file");
    let refused = scene.machine("b", "password = { file = \"bad\" }");
    let words = refused.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("it refuses the user name or the password"),
        "{words}"
    );
    scene.home.assert_passwords(0);
}

#[test]
fn another_key_is_told_before_anything_is_written() {
    let Some(scene) = Scene::usual() else { return };
    let _ = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let before = scene.server.cli(&["DBSIZE"]);
    let other = scene.machine("b", "key = { file = \"key-1\" }");
    let words = other.run(&["get", "grafana"]).failure(6);
    assert!(words.contains("seals with another key"), "{words}");
    assert_eq!(scene.server.cli(&["DBSIZE"]), before);
    scene.home.assert_passwords(1);
}

#[test]
fn a_key_is_replaced_in_rolling_order_without_a_sign_in() {
    let Some(scene) = Scene::usual() else { return };
    let lists = [
        "key = { file = \"key-0\" }",
        "key = [{ file = \"key-0\" }, { file = \"key-1\" }]",
        "key = [{ file = \"key-1\" }, { file = \"key-0\" }]",
        "key = { file = \"key-1\" }",
    ];
    let cookie = scene
        .machine("m0", lists[0])
        .run(&["get", "grafana"])
        .answer();
    for (number, list) in lists.iter().enumerate().skip(1) {
        // No machine here has a copy, neither with this list nor with the one before.
        let fresh = scene.machine(&format!("m{number}"), list);
        assert_eq!(fresh.run(&["get", "grafana"]).answer(), cookie, "{list}");
        if number < 3 {
            let older = scene.machine(&format!("old{number}"), lists[number - 1]);
            assert_eq!(older.run(&["get", "grafana"]).answer(), cookie);
        }
    }
    scene.home.assert_passwords(1);
}

#[test]
fn a_refused_password_is_found_after_its_key_was_replaced() {
    let Some(scene) = Scene::usual() else { return };
    scene.home.password("wrong");
    let first = scene.machine("a", "key = { file = \"key-0\" }");
    let _ = first.run(&["get", "grafana"]).told(5);
    let both = scene.machine("b", "key = [{ file = \"key-1\" }, { file = \"key-0\" }]");
    let _ = both.run(&["get", "grafana"]).told(5);
    let last = scene.machine("c", "key = { file = \"key-1\" }");
    let _ = last.run(&["get", "grafana"]).told(5);
    scene.home.assert_passwords(1);
}

#[test]
fn two_fleets_on_one_server_know_nothing_of_each_other() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let b = scene.machine("b", "namespace = \"other\", username = \"other\"");
    let one = a.run(&["get", "grafana"]).answer();
    let two = b.run(&["get", "grafana"]).answer();
    assert_ne!(one, two);
    scene.home.assert_passwords(2);
    // Its user has no right to the other's keys.
    let c = scene.machine("c", "namespace = \"other\"");
    let words = c.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("its user may not do what is needed"),
        "{words}"
    );
}

#[test]
fn what_a_person_pastes_stays_on_the_machine() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let cookie = a.run(&["get", "grafana"]).answer();
    let _ = a.run(&["logout", "grafana"]).done();
    let said = crate::home::feed(a.command(&["store", "grafana"]), &cookie);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(a.run(&["get", "grafana"]).answer(), cookie);
    let _ = b.run(&["get", "grafana", "--no-sign-in"]).told(3);
}
