//! A fleet's claims: holders that are stopped, answers that are lost, waits for a person; and servers that are no store.

use std::io::{BufRead as _, BufReader};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::store::{Script, StoreProxy, Value};
use sandbox::{Factor, Fault, NumberChallenge, Plan, Step};

use crate::ahead::until;
use crate::factors::{SEED, home, setup, with_seed};
use crate::fleet_proxy::{Proxy, Way};
use crate::fleet_scene::Scene;
use crate::home::{ADA, Home, outcome};

#[test]
fn a_holder_that_was_stopped_over_its_heir_leaves_the_heirs_session() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    // Its own session is issued before the heir's, and its answer comes later.
    let late = Fault::Late(Duration::from_secs(3));
    let plan = Plan::new(Step::Callback, late).times(1);
    scene.home.sandbox.fault(plan);
    let child = scene.machine("a", "").start_bare(&["get", "grafana"]);
    until("its session is issued", || {
        scene.home.sandbox.sessions_issued() == 1
    });
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let process = process.expect("a process");
    kill_process(process, Signal::STOP).expect("it is ours");
    // Its lease is over when the heir may have the claim.
    let heir = scene.machine("b", "").run(&["get", "grafana"]);
    assert_eq!(heir.code, 0, "{}", heir.stderr);
    kill_process(process, Signal::CONT).expect("it is ours");
    let late = outcome(child.wait_with_output().expect("it ends")).answer();
    assert_ne!(late, heir.stdout);
    let third = scene.machine("c", "").run(&["get", "grafana"]).answer();
    assert_eq!(third, heir.stdout);
    scene.home.assert_passwords(2);
}

#[test]
fn a_write_whose_answer_is_lost_is_known_to_be_done() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let socket = scene.server.directory.join("socket");
    let proxy = Proxy::start(Way::CutAnswerTo(socket, "local writes = ARGV"));
    let a = scene.machine_at("a", &proxy.url(), "");
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(proxy.connections(), 2);
    assert_eq!(
        scene.machine("b", "").run(&["get", "grafana"]).answer(),
        cookie
    );
    scene.home.assert_passwords(1);
}

#[test]
fn a_server_that_is_no_store_costs_one_warning_and_is_left_alone() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    for (number, way) in [Way::Mute, Way::Drip, Way::Close, Way::Garbage]
        .into_iter()
        .enumerate()
    {
        let proxy = Proxy::start(way.clone());
        let machine = scene.machine_at(&format!("m{number}"), &proxy.url(), "");
        let words = machine.run(&["get", "grafana"]).failure(6);
        let warnings = words.matches("warning: ").count();
        assert_eq!(warnings, 1, "{way:?}: {words}");
        assert!(
            words.contains("it is tried again in 5s"),
            "{way:?}: {words}"
        );
    }
    scene.home.assert_passwords(0);
}

#[test]
fn a_trouble_that_passes_costs_one_more_try() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let cookie = scene.machine("z", "").run(&["get", "grafana"]).answer();
    for (number, error) in ["", "LOADING", "BUSY", "CLUSTERDOWN", "TRYAGAIN"]
        .into_iter()
        .enumerate()
    {
        let first = AtomicBool::new(true);
        let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
            let is_first = request.script().is_some() && first.swap(false, Ordering::SeqCst);
            match error {
                // The connection ends.
                "" if is_first => None,
                error if is_first => Some(Value::Error(format!("{error} in a moment"))),
                _ => ask(request),
            }
        });
        let machine = scene.machine_at(&format!("m{number}"), &proxy.url(), "");
        let said = machine.run(&["get", "grafana"]);
        assert_eq!(
            (said.code, said.stderr.as_str()),
            (0, ""),
            "{error}: {}",
            said.stderr
        );
        assert_eq!(said.stdout, cookie, "{error}");
        assert_eq!(proxy.connections(), 2, "{error}");
    }
    scene.home.assert_passwords(1);
}

#[test]
fn an_idle_connection_that_ends_is_opened_at_once_and_once_more() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let enters = AtomicUsize::new(0);
    let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
        // The second is the account's, over the connection of the entry's; the third over the one that takes its place.
        let is_enter = request.script() == Some(Script::Enter);
        match is_enter.then(|| enters.fetch_add(1, Ordering::SeqCst)) {
            Some(1 | 2) => None,
            _ => ask(request),
        }
    });
    let machine = scene.machine_at("a", &proxy.url(), "");
    let _ = machine.run(&["get", "grafana"]).answer();
    assert_eq!(proxy.connections(), 3);
    scene.home.assert_passwords(1);
}

#[test]
fn a_record_that_is_on_its_way_is_not_asked_for_beside_another() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let proxy = StoreProxy::start(&scene.server.socket(), |request, ask| {
        let is_beside = request.0.get(2).is_some_and(|keys| keys == b"3");
        match is_beside {
            true => Some(Value::Error("TRYAGAIN in a moment".to_owned())),
            false => ask(request),
        }
    });
    let machine = scene.machine_at("a", &proxy.url(), "");
    let cookie = machine.run(&["get", "grafana"]).answer();
    let other = scene.machine("b", "");
    assert_eq!(other.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn the_note_of_a_dead_holder_goes_with_its_claim() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).answer();
    let dead = "redis.call('HSET', k, 't', 'dead', 'u', 0, 'n', 'waits') n = n + 1";
    assert_eq!(scene.server.for_each_record(dead), "2");
    let late = Fault::Late(Duration::from_secs(3));
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Start, late).times(1));
    let heir = scene.machine("b", "").start(&["get", "grafana", "--fresh"]);
    let held = "local t = redis.call('HGET', k, 't') if t and t ~= 'dead' then n = n + 1 end";
    until("the heir has a claim", || {
        scene.server.for_each_record(held) != "0"
    });
    let stale = "local t, w = unpack(redis.call('HMGET', k, 't', 'n')) if w and t ~= 'dead' then n = n + 1 end";
    assert_eq!(scene.server.for_each_record(stale), "0");
    let _ = outcome(heir.wait_with_output().expect("it ends")).answer();
}

#[test]
fn within_the_breaker_no_connection_is_opened() {
    let Some(scene) = Scene::usual() else {
        return;
    };
    let proxy = Proxy::start(Way::Close);
    let machine = scene.machine_at("a", &proxy.url(), "offline = \"sign-in\"");
    let first = machine.run(&["get", "grafana"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let opened = proxy.connections();
    assert!(opened > 0);
    machine.expire();
    machine.lengthen_pause();
    let second = machine.run(&["get", "grafana"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(second.stderr, "");
    assert_eq!(proxy.connections(), opened);
}

#[test]
fn who_waits_for_another_machine_is_told_what_that_waits_for() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    let Some(scene) = Scene::of(home(setup, "push_unattended = true")) else {
        return;
    };
    let phone = scene.home.sandbox.phone(ADA);
    let a = scene.machine("a", "").start(&["get", "grafana"]);
    assert!(phone.wait_for_push(Duration::from_secs(20)));
    let mut b = scene.machine("b", "").start(&["get", "grafana"]);
    let mut said = BufReader::new(b.stderr.take().expect("a pipe")).lines();
    let line = said.find(|line| {
        line.as_ref()
            .is_ok_and(|line| line.contains(": it waits for "))
    });
    let line = line.expect("it is told").expect("UTF-8");
    assert!(
        line.contains("waiting for another machine to sign in to grafana: it waits for"),
        "{line}"
    );
    assert!(phone.approve());
    let one = outcome(a.wait_with_output().expect("it ends"));
    let two = b.wait_with_output().expect("it ends");
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(two.stdout, one.stdout.as_bytes());
    assert_eq!(scene.home.sandbox.pushes(), 1);
    scene.home.assert_passwords(1);
}

#[test]
fn alone_no_code_is_sent() {
    let Some(scene) = Scene::of(with_seed(Factor::okta_verify("Ada's phone", SEED))) else {
        return;
    };
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).answer();
    scene.server.kill();
    a.expire();
    scene.home.sandbox.end_okta_sessions();
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(words.contains("no secret of ada@corp.example"), "{words}");
    scene.home.assert_passwords(1);
    assert_eq!(scene.home.sandbox.code_tries(), 1);
}

#[test]
fn an_org_with_a_store_of_its_own_leaves_nothing_in_the_fleets() {
    let Some(scene) = Scene::of(Home::usual()) else {
        return;
    };
    let a = scene.machine("a", "");
    a.append_to_org("password = { file = \"password\" }\nstore = \"file\"\n");
    let _ = a.run(&["get", "grafana"]).answer();
    assert_eq!(scene.server.cli(&["DBSIZE"]), "0");
}
