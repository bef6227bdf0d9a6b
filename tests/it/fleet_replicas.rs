//! A fleet's server with replicas: what a replica answers, what its confirmation is waited for, and that it takes over.

use std::time::Duration;

use rustix::process::Signal;
use sandbox::store::{StoreProxy, StoreServer};
use sandbox::{Factor, Fault, Plan, Step};

use crate::ahead::until;
use crate::factors::{SEED, with_seed};
use crate::fleet_scene::{RIGHTS, Scene, users};
use crate::fleet_servers::{assert_told, at};
use crate::home::{Home, outcome};

/// Has a server replicate the scene's, and waits until it has all of it.
fn replica(scene: &Scene, more: &str) -> StoreServer {
    let lines = format!(
        "{}replicaof 127.0.0.1 {}\nrepl-diskless-sync-delay 0\n{more}",
        users(&format!("{RIGHTS} +wait")),
        scene.server.port
    );
    let server = scene.another_server("replica", &lines);
    until("the replica has it all", || {
        let info = server.cli(&["INFO", "replication"]);
        info.contains("master_link_status:up")
    });
    until("the primary knows it", || {
        let info = scene.server.cli(&["INFO", "replication"]);
        info.contains("state=online")
    });
    server
}

#[test]
fn a_replica_answers_looks_and_takes_no_claim() {
    let Some(scene) = Scene::usual() else { return };
    let replica = replica(&scene, "replica-serve-stale-data no\n");
    assert_told(
        &scene.machine_at("a", &at(&replica), ""),
        "it is a replica, which takes no writes (READONLY)",
    );
    let cookie = scene.machine("b", "").run(&["get", "grafana"]).answer();
    let keys = || replica.cli(&["DBSIZE"]);
    until("the replica has it", || keys() == "3");
    let c = scene.machine_at("c", &at(&replica), "");
    assert_eq!(c.run(&["get", "grafana"]).answer(), cookie);
    scene.server.kill();
    until("the replica is alone", || {
        let info = replica.cli(&["INFO", "replication"]);
        info.contains("master_link_status:down")
    });
    assert_told(
        &scene.machine_at("d", &at(&replica), ""),
        "its primary is down (MASTERDOWN)",
    );
    scene.home.assert_passwords(1);
}

#[test]
fn a_write_that_no_replica_confirms_lets_no_secret_out() {
    let Some(scene) = Scene::with_rights(Home::usual(), &format!("{RIGHTS} +wait")) else {
        return;
    };
    let settings = "replicas = 1";
    // Without one, with one that is stopped, and with one. What was not sent does not count, however often.
    let few = "too few of its replicas have confirmed a write";
    for name in ["a", "a2", "a3"] {
        assert_told(&scene.machine(name, settings), few);
    }
    let replica = replica(&scene, "");
    replica.signal(Signal::STOP);
    assert_told(&scene.machine("b", settings), few);
    replica.signal(Signal::CONT);
    let offset = |server: &StoreServer, name: &str| {
        let info = server.cli(&["INFO", "replication"]);
        let mut lines = info.lines();
        let offset = lines.find_map(|line| line.strip_prefix(name));
        offset.expect("it is told").to_owned()
    };
    until("it has caught up", || {
        offset(&replica, "slave_repl_offset:") == offset(&scene.server, "master_repl_offset:")
    });
    scene.home.assert_passwords(0);
    // Nobody has to wait for their leases.
    let claims = "n = n + redis.call('HEXISTS', k, 't')";
    assert_eq!(scene.server.for_each_record(claims), "0");
    let cookie = scene
        .machine("c", settings)
        .run(&["get", "grafana"])
        .answer();
    assert_eq!(
        scene
            .machine("d", settings)
            .run(&["get", "grafana"])
            .answer(),
        cookie
    );
    scene.home.assert_passwords(1);
    assert_eq!(replica.cli(&["DBSIZE"]), scene.server.cli(&["DBSIZE"]));
}

#[test]
fn the_right_to_wait_is_named_where_replicas_have_to_confirm() {
    let Some(scene) = Scene::usual() else { return };
    let words = scene
        .machine("a", "replicas = 1")
        .run(&["get", "grafana"])
        .failure(6);
    assert!(words.contains("+client|setname +wait"), "{words}");
    scene.home.assert_passwords(0);
}

#[test]
fn no_code_is_sent_twice_where_a_replica_takes_over() {
    let home = with_seed(Factor::okta_verify("Ada's phone", SEED));
    let Some(scene) = Scene::with_rights(home, &format!("{RIGHTS} +wait")) else {
        return;
    };
    let replica = replica(&scene, "");
    let proxy = StoreProxy::passing(&scene.server.socket());
    let machine = |name: &str| scene.machine_at(name, &proxy.url(), "replicas = 1");
    let late = Fault::Late(Duration::from_secs(2));
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Verify, late).times(1));
    let a = machine("a").start(&["get", "grafana"]);
    until("a code is sent", || scene.home.sandbox.code_tries() == 1);
    // The primary is lost while Okta looks at the code; nobody has anything from it but the replica.
    scene.server.kill();
    assert_eq!(replica.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
    proxy.lead_to(&replica.socket());
    let a = outcome(a.wait_with_output().expect("it ends"));
    assert_eq!(a.code, 0, "{}", a.stderr);
    scene.home.sandbox.end_okta_sessions();
    replica.end_leases();
    let b = scene.machine_at("b", &proxy.url(), "");
    let b = b.run(&["get", "grafana", "--fresh"]);
    assert_eq!(b.code, 0, "{}", b.stderr);
    assert_ne!(b.stdout, a.stdout);
    // Okta would have refused the same code.
    assert_eq!(scene.home.sandbox.code_tries(), 2);
    scene.home.assert_passwords(2);
}
