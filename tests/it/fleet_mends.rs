//! A fleet where something goes wrong in the middle: lost answers, lost claims, keys and clocks that change.

use std::time::Duration;

use rustix::process::Signal;
use sandbox::{Fault, Garble, Plan, Step};

use crate::ahead::until;
use crate::fleet_scene::{Machine, RIGHTS, Scene};
use crate::home::{Home, outcome};
use crate::store_server::{Between, Deed};

/// Has the machine's password come from a script.
fn password_by(machine: &Machine<'_>, script: &str) {
    let script = script.replace('\\', "\\\\").replace('"', "\\\"");
    machine.append_to_org(&format!(
        "password = {{ command = [\"sh\", \"-c\", \"{script}\"] }}\n"
    ));
}

fn cli(scene: &Scene) -> String {
    format!("redis-cli -s {}/socket", scene.server.directory.display())
}

#[test]
fn replicas_confirm_a_write_whose_answer_was_lost() {
    let rights = format!("{RIGHTS} +wait");
    let Some(scene) = Scene::with_rights(Home::usual(), &rights) else {
        return;
    };
    let socket = scene.server.directory.join("socket");
    let proxy = Between::start(socket, Deed::LoseAnswersTo("local writes = ARGV"));
    let a = scene.machine_at("a", &proxy.url(), "replicas = 1");
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("too few of its replicas have confirmed a write"),
        "{words}"
    );
    scene.home.assert_passwords(0);
}

#[test]
fn a_secret_that_was_kept_back_clears_no_count_of_the_fleet() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let shutdown = format!(
        "{} SHUTDOWN NOSAVE >/dev/null 2>&1; cat password",
        cli(&scene)
    );
    password_by(&a, &shutdown);
    let _ = a.run(&["get", "grafana"]).failure(6);
    scene.home.assert_passwords(0);
    scene.server.start_again();
    let b = scene.machine("b", "");
    for _ in 0..3 {
        let unreadable = Fault::Unreadable {
            status: 200,
            body: Garble::Empty,
        };
        scene.home.sandbox.fault(Plan::new(Step::Authn, unreadable));
        let _ = b.run(&["get", "grafana"]).failure(6);
    }
    scene.home.assert_passwords(3);
    let a = scene.machine("a", "");
    std::fs::remove_file(a.cache().join("fleet-ci.down")).expect("there is a pause");
    let words = a.run(&["get", "grafana"]).told(3);
    assert!(words.contains("the last 3 passwords of ada"), "{words}");
    scene.home.assert_passwords(3);
}

#[test]
fn a_hit_in_ci_waits_for_no_slow_key() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let cookie = a.run(&["get", "grafana"]).answer();
    let done = scene.home.path("fetched");
    let key = scene.home.path("key-0");
    let script = format!("sleep 5; touch {}; cat {}", done.display(), key.display());
    let more = format!("key = {{ command = [\"sh\", \"-c\", \"{script}\"] }}, recheck = \"0s\"");
    let a = scene.machine("a", &more);
    assert_eq!(a.run_in_ci(&["get", "grafana"]).answer(), cookie);
    assert!(!done.exists(), "it waited for the key");
    assert!(
        !a.cache().join("fleet-ci.down").exists(),
        "a caller in a hurry says nothing of the store"
    );
}

#[test]
fn status_asks_no_store_and_tells_the_age_and_the_trouble_of_copies() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "recheck = \"0s\"");
    let _ = a.run(&["get", "grafana"]).answer();
    scene.server.signal(Signal::STOP);
    let said = a.run(&["status"]).answer();
    assert!(said.contains("shared by the fleet ci"), "{said}");
    let copy = said.lines().skip_while(|line| !line.starts_with("COPY"));
    let copy: Vec<&str> = copy.collect();
    assert_eq!(
        copy[0].split_whitespace().collect::<Vec<_>>(),
        ["COPY", "FLEET", "COMPARED", "TROUBLE"]
    );
    assert!(
        copy[1].starts_with("grafana  ci     ") && copy[1].ends_with(" -"),
        "{said}"
    );
    scene.server.signal(Signal::CONT);
    // A record that does not open any more is told by the look, and then stands there.
    let spoil = "for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TYPE', k).ok == 'hash' then redis.call('HSET', k, 'v', 'x', 'g', '8000000000000000') end end";
    let _ = scene.server.cli(&["EVAL", spoil, "0"]);
    let _ = a.run_in_ci(&["get", "grafana"]);
    let said = a.run(&["status", "--json"]).answer();
    let apps: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let error = apps[0]["store_error"].as_str().expect("a trouble");
    assert!(error.contains("a newer program has written to"), "{error}");
    assert!(apps[0]["compared_at"].is_string());
    // A store that is away is told too.
    scene.server.kill();
    let _ = a.run_in_ci(&["get", "grafana"]);
    let said = a.run(&["status"]).answer();
    assert!(said.contains("there is no such socket"), "{said}");
}

#[test]
fn a_background_look_leaves_its_trouble_for_status() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "recheck = \"0s\"");
    let cookie = a.run(&["get", "grafana"]).answer();
    scene.server.kill();
    assert_eq!(a.run(&["get", "grafana"]).answer(), cookie);
    until("the look has failed", || {
        let said = a.run(&["status"]).answer();
        said.contains("there is no such socket")
    });
}

#[test]
fn a_key_that_is_replaced_within_a_claim_costs_no_second_sign_in() {
    let Some(scene) = Scene::usual() else { return };
    // Both know both keys; the second prefers the new one, and moves the fleet to it.
    let b = scene.machine("b", "key = [{ file = \"key-1\" }, { file = \"key-0\" }]");
    let a = scene.machine("a", "key = [{ file = \"key-0\" }, { file = \"key-1\" }]");
    let program = crate::home::binary();
    let other = format!(
        "test -e done || {{ touch done; ALB_CREDENTIAL_CACHE={} ALB_CREDENTIAL_CONFIG={} ALB_CREDENTIAL_SIGNING_IN= {} get grafana >b-answer 2>b-words; }}; cat password",
        b.cache().display(),
        b.config().display(),
        program.display(),
    );
    password_by(&a, &other);
    let said = a.run(&["get", "grafana"]);
    let words = std::fs::read_to_string(scene.home.path("b-words")).unwrap_or_default();
    assert_eq!(said.code, 0, "{}\n{words}", said.stderr);
    let answer = std::fs::read_to_string(scene.home.path("b-answer")).expect("an answer");
    assert_eq!(said.stdout, answer);
    scene.home.assert_passwords(1);
    let c = scene.machine("c", "key = { file = \"key-1\" }");
    assert_eq!(c.run(&["get", "grafana"]).answer(), answer);
}

#[test]
fn a_refusal_stays_on_the_machine_whose_claim_was_taken_for_good() {
    let Some(scene) = Scene::usual() else { return };
    scene.home.password("wrong");
    let late = Fault::Late(Duration::from_secs(2));
    scene.home.sandbox.fault(Plan::new(Step::Authn, late));
    let child = scene.machine("a", "").start(&["get", "grafana"]);
    until("a password is sent", || {
        scene.home.sandbox.password_tries() == 1
    });
    let steal = "local now = redis.call('TIME')[1] for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TYPE', k).ok == 'hash' then redis.call('HSET', k, 't', 'thief', 'u', now * 1000 + 50000) end end";
    let _ = scene.server.cli(&["EVAL", steal, "0"]);
    let said = outcome(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 5, "{}", said.stderr);
    scene.server.kill();
    let a = scene.machine("a", "offline = \"sign-in\"");
    let words = a.run(&["get", "grafana"]).failure(5);
    assert!(words.contains("that was remembered"), "{words}");
    scene.home.assert_passwords(1);
}

#[test]
fn a_claim_that_was_lost_before_anything_was_sent_is_waited_for_again() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let cli = cli(&scene);
    let steal = format!(
        "test -e stolen || {{ touch stolen; for key in $({cli} --scan); do {cli} HSET $key t thief u 0; done; }} >/dev/null 2>&1; cat password"
    );
    password_by(&a, &steal);
    let cookie = a.run(&["get", "grafana"]).answer();
    assert!(scene.home.path("stolen").exists());
    scene.home.assert_passwords(1);
    let b = scene.machine("b", "");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
}

#[test]
fn records_that_were_brought_back_are_told_once_and_replace_nothing() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "recheck = \"0s\"");
    let old = a.run(&["get", "grafana"]).answer();
    let keep = "for _, k in ipairs(redis.call('KEYS', 'ac1:*')) do if redis.call('TYPE', k).ok == 'hash' then redis.call('COPY', k, 'kept:' .. k) end end";
    let _ = scene.server.cli(&["EVAL", keep, "0"]);
    let new = a.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(new, old);
    let back = "for _, k in ipairs(redis.call('KEYS', 'kept:*')) do redis.call('COPY', k, string.sub(k, 6), 'REPLACE') end";
    let _ = scene.server.cli(&["EVAL", back, "0"]);
    let said = a.run_in_ci(&["get", "grafana"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, new.as_str()));
    assert!(
        said.stderr.starts_with("credential: warning: the store ")
            && said.stderr.contains("has an older record of ")
            && said.stderr.lines().count() == 1,
        "{}",
        said.stderr
    );
    assert_eq!(a.run_in_ci(&["get", "grafana"]).answer(), new);
    let said = a.run(&["status"]).answer();
    assert!(said.contains("has an older record of "), "{said}");
}

#[test]
fn a_server_whose_clock_was_years_ahead_is_written_to_and_read_again() {
    let Some(scene) = Scene::usual() else { return };
    let socket = scene.server.directory.join("socket");
    // The scripts ask the server for its time: two years from now, in as many letters.
    let then = time::OffsetDateTime::now_utc().unix_timestamp() + 2 * 365 * 86_400;
    let deed = Deed::Replace("redis.call('TIME')", format!("{{{then},0}}    "));
    let ahead = Between::start(socket, deed);
    let a = scene.machine_at("a", &ahead.url(), "");
    let _ = a.run(&["get", "grafana"]).answer();
    // Its clock is right again. The session seems to begin in two years, so another one is wanted.
    let b = scene.machine("b", "");
    let second = b.run(&["get", "grafana"]).answer();
    let c = scene.machine("c", "");
    assert_eq!(c.run(&["get", "grafana"]).answer(), second);
    // The account's record was opened: its Okta session has served both.
    scene.home.assert_passwords(1);
    // And a machine that has seen the far version takes the new one too.
    let a = scene.machine("a", "recheck = \"0s\"");
    assert_eq!(a.run_in_ci(&["get", "grafana"]).answer(), second);
}
