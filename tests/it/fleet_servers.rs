//! A fleet's server that is full, busy, loading or a node of a cluster, and what it evicts.

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::store::StoreServer;

use crate::ahead::until;
use crate::fleet_scene::{Machine, RIGHTS, Scene, users};

/// Asserts that a machine without a session is told `why` in one warning, and sends nothing.
#[track_caller]
pub(crate) fn assert_told(machine: &Machine<'_>, why: &str) {
    let words = machine.run(&["get", "grafana"]).failure(6);
    assert!(words.contains(why), "{words}");
    assert_eq!(words.matches("warning: ").count(), 1, "{words}");
    assert!(words.contains("no secret of ada@corp.example"), "{words}");
}

/// The URL of a server's socket.
pub(crate) fn at(server: &StoreServer) -> String {
    format!("unix://{}", server.socket().display())
}

#[test]
fn a_store_that_is_full_is_named_and_takes_looks_and_claims_again_later() {
    let Some(scene) = Scene::usual() else { return };
    let cookie = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let _ = scene.server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let b = scene.machine("b", "");
    assert_eq!(
        b.run(&["get", "grafana"]).answer(),
        cookie,
        "it is looked at"
    );
    let c = scene.machine("c", "");
    let words = c.run(&["get", "grafana", "--fresh"]).failure(6);
    assert!(words.contains("its memory is full (OOM)"), "{words}");
    scene.home.assert_passwords(1);
    let _ = scene.server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    let new = c.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(new, cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn a_busy_store_is_named() {
    let Some(scene) = Scene::usual() else { return };
    let limit = scene.server.cli(&["CONFIG", "SET", "lua-time-limit", "1"]);
    assert_eq!(limit, "OK");
    let mut script = Command::new("redis-cli")
        .arg("-s")
        .arg(scene.server.socket())
        .args(["EVAL", "while true do end", "0"])
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-cli starts");
    until("it is busy", || {
        scene.server.cli(&["PING"]).contains("BUSY")
    });
    assert_told(
        &scene.machine("a", ""),
        "a script of somebody else keeps it busy (BUSY)",
    );
    assert_eq!(scene.server.cli(&["SCRIPT", "KILL"]), "OK");
    let _ = script.wait();
    let _ = scene.machine("b", "").run(&["get", "grafana"]).answer();
    scene.home.assert_passwords(1);
}

#[test]
fn a_store_with_too_many_clients_is_named() {
    let Some(scene) = Scene::usual() else { return };
    let connect = || UnixStream::connect(scene.server.socket()).expect("it listens");
    let _only = connect();
    let _ = scene.server.cli(&["CONFIG", "SET", "maxclients", "1"]);
    until("there is no room for another", || {
        let mut another = connect();
        let limit = Some(Duration::from_millis(100));
        another.set_read_timeout(limit).expect("a limit");
        let mut said = String::new();
        let _ = another.read_to_string(&mut said);
        said.contains("max number of clients")
    });
    assert_told(&scene.machine("a", ""), "it has too many clients (ERR)");
    scene.home.assert_passwords(0);
}

#[test]
fn a_store_that_loads_its_data_is_named() {
    let Some(scene) = Scene::usual() else { return };
    // Half a minute of it.
    let more = "for i = 1, 3000 do redis.call('SET', 'k' .. i, string.rep('x', 2000)) end";
    let _ = scene.server.cli(&["EVAL", more, "0"]);
    assert_eq!(scene.server.cli(&["SAVE"]), "OK");
    let lines = format!(
        "{}key-load-delay 10000\nloading-process-events-interval-bytes 1024\n",
        users(RIGHTS)
    );
    let directory = scene.home.path("loading");
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::copy(
        scene.server.directory.join("dump.rdb"),
        directory.join("dump.rdb"),
    )
    .expect("it is copied");
    let loading = scene.another_server("loading", &lines);
    assert_told(
        &scene.machine_at("a", &at(&loading), ""),
        "it is still loading its data (LOADING)",
    );
    scene.home.assert_passwords(0);
}

/// Makes one cluster of two nodes. Returns the one that has the fleet's slot, and the other.
fn cluster(scene: &Scene) -> (StoreServer, StoreServer) {
    let lines = |node: &str| {
        let port = sandbox::store::free_port();
        format!(
            "{}cluster-enabled yes\ncluster-config-file {node}.conf\ncluster-port {port}\n",
            users(RIGHTS)
        )
    };
    let (one, two) = (
        scene.another_server("one", &lines("one")),
        scene.another_server("two", &lines("two")),
    );
    let has_it = scene.machine_at("z", &at(&one), "");
    assert_told(&has_it, "its cluster is down (CLUSTERDOWN)");
    let bus = two.cli(&["CONFIG", "GET", "cluster-port"]);
    let bus = bus.lines().last().expect("a port").to_owned();
    let meet = ["CLUSTER", "MEET", "127.0.0.1", &two.port.to_string(), &bus];
    assert_eq!(one.cli(&meet), "OK");
    let halves = [(&one, "8192", "16383"), (&two, "0", "8191")];
    for (node, from, to) in halves {
        assert_eq!(node.cli(&["CLUSTER", "ADDSLOTSRANGE", from, to]), "OK");
    }
    for node in [&one, &two] {
        until("the cluster is well", || {
            let info = node.cli(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2")
        });
    }
    let slot: u32 = one
        .cli(&["CLUSTER", "KEYSLOT", "{ci}"])
        .parse()
        .expect("a slot");
    if slot > 8191 { (one, two) } else { (two, one) }
}

#[test]
fn the_node_of_a_cluster_that_has_the_fleets_slot_is_a_store() {
    let Some(scene) = Scene::usual() else { return };
    let (node, _other) = cluster(&scene);
    let cookie = scene
        .machine_at("a", &at(&node), "")
        .run(&["get", "grafana"])
        .answer();
    let b = scene.machine_at("b", &at(&node), "");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

/// Fills the store until it has evicted something, and the account or not.
fn press(scene: &Scene, policy: &str) {
    // It knows the age of keys to the second.
    let young = "if redis.call('OBJECT', 'IDLETIME', k) < 2 then n = n + 1 end";
    until("the records are the oldest", || {
        scene.server.for_each_record(young) == "0"
    });
    let used = scene.server.cli(&["INFO", "memory"]);
    let used = used
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    let used: u64 = used.expect("a line").trim().parse().expect("a number");
    let most = (used + 300_000).to_string();
    for (name, value) in [
        ("maxmemory-policy", policy),
        ("maxmemory-samples", "64"),
        ("maxmemory", &most),
    ] {
        assert_eq!(scene.server.cli(&["CONFIG", "SET", name, value]), "OK");
    }
    for round in 0..20 {
        let fill = format!(
            "for i = 1, 100 do redis.call('SET', 'x{round}-' .. i, string.rep('x', 1000), 'EX', 1000) end"
        );
        let _ = scene.server.cli(&["EVAL", &fill, "0"]);
    }
    let stats = scene.server.cli(&["INFO", "stats"]);
    assert!(!stats.contains("evicted_keys:0\r"), "nothing is evicted");
    // What is written from now on stays: it is no older than the rest, to the second, and could go at once.
    assert_eq!(scene.server.cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
}

#[test]
fn what_is_evicted_costs_at_most_one_password_and_none_where_it_is_remembered() {
    let Some(scene) = Scene::usual() else { return };
    scene.home.password("wrong");
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).told(5);
    press(&scene, "allkeys-lru");
    let left = scene.server.cli(&["KEYS", "ac1:*"]);
    assert_eq!(left, "", "everything of the fleet is evicted");
    // This machine remembers, and tells the others.
    let words = a.run(&["get", "grafana"]).told(5);
    assert!(words.contains("remembered"), "{words}");
    let words = scene.machine("b", "").run(&["get", "grafana"]).told(5);
    assert!(words.contains("remembered"), "{words}");
    scene.home.assert_passwords(1);
    // Without any memory it costs one.
    press(&scene, "allkeys-lru");
    for name in ["c", "d"] {
        let words = scene.machine(name, "").run(&["get", "grafana"]).told(5);
        assert!(words.contains("E0000004"), "{words}");
    }
    scene.home.assert_passwords(2);
}

#[test]
fn a_policy_of_eviction_that_spares_keys_without_a_limit_spares_the_account() {
    let Some(scene) = Scene::usual() else { return };
    scene.home.password("wrong");
    let _ = scene.machine("a", "").run(&["get", "grafana"]).told(5);
    press(&scene, "volatile-lru");
    let words = scene.machine("b", "").run(&["get", "grafana"]).told(5);
    assert!(words.contains("remembered"), "{words}");
    scene.home.assert_passwords(1);
}
