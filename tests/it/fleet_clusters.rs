//! A fleet whose store is more than one server: replicas, a cluster, sentinels.

use rustix::process::Signal;

use crate::fleet_scene::{RIGHTS, Scene};
use crate::redis_nodes::Node;

/// A primary and its replica.
fn pair(scene: &Scene) -> (Node, Node) {
    let rights = format!("{RIGHTS} +wait");
    let primary = Node::start(
        &scene.home,
        "primary",
        &rights,
        "repl-diskless-sync-delay 0\n",
    );
    let lines = format!("replicaof 127.0.0.1 {}\n", primary.port);
    let replica = Node::start(&scene.home, "replica", &rights, &lines);
    replica.await_words(&["INFO", "replication"], "master_link_status:up");
    // The primary sends it nothing before its first word, which may take a second: it is a replica once it has confirmed a write.
    assert_eq!(primary.cli(&["SET", "probe", "1"]), "OK");
    assert_eq!(primary.cli(&["DEL", "probe"]), "1");
    primary.until("the replica has confirmed them", || {
        let info = primary.cli(&["INFO", "replication"]);
        let mut lines = info.lines();
        let offset = lines.find_map(|line| line.strip_prefix("master_repl_offset:"));
        info.contains(&format!(
            "state=online,offset={},",
            offset.unwrap_or_default().trim()
        ))
    });
    (primary, replica)
}

#[test]
fn a_password_leaves_once_the_replicas_know_of_it() {
    let Some(scene) = Scene::usual() else { return };
    let (mut primary, replica) = pair(&scene);
    let a = scene.machine_at("a", &primary.url(), "replicas = 1");
    let cookie = a.run(&["get", "grafana"]).answer();
    scene.home.assert_passwords(1);
    // A replica that hears nothing confirms nothing.
    replica.signal(Signal::STOP);
    scene.home.sandbox.end_okta_sessions();
    let c = scene.machine_at("c", &primary.url(), "replicas = 1");
    let words = c.run(&["get", "grafana", "--fresh"]).failure(6);
    assert!(
        words.contains("too few of its replicas have confirmed a write"),
        "{words}"
    );
    scene.home.assert_passwords(1);
    // What was confirmed survives the primary.
    replica.signal(Signal::CONT);
    primary.kill();
    assert_eq!(replica.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
    let b = scene.machine_at("b", &replica.url(), "");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn doctor_tells_the_replicas_and_the_eviction_of_the_store() {
    let Some(scene) = Scene::usual() else { return };
    let (primary, _replica) = pair(&scene);
    let a = scene.machine_at("a", &primary.url(), "");
    let said = a.run(&["doctor", "grafana", "--no-sign-in"]);
    assert!(
        said.stdout.contains("can read, claim and write") && !said.stdout.contains("eviction"),
        "without the right it says nothing: {}",
        said.stdout
    );
    let _ = primary.cli(&["ACL", "SETUSER", "ci", "+info"]);
    let said = a.run(&["doctor", "grafana", "--no-sign-in"]);
    assert!(
        said.stdout
            .contains("eviction policy noeviction, 1 replica"),
        "{}",
        said.stdout
    );
    let two = scene.machine_at("a", &primary.url(), "replicas = 2");
    let said = two.run(&["doctor", "grafana", "--no-sign-in"]);
    assert!(
        said.stdout.contains("the store has too few replicas"),
        "{}",
        said.stdout
    );
    let _ = primary.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let said = a.run(&["doctor", "grafana", "--no-sign-in"]);
    assert!(
        said.stdout
            .contains("its server may forget a refused password")
            && said
                .stdout
                .contains("its eviction policy allkeys-lru spares no key"),
        "{}",
        said.stdout
    );
}

/// Two nodes, of which the first has all slots, and the second knows that.
fn cluster(scene: &Scene, rights: &str) -> (Node, Node) {
    let nodes = ["one", "two"].map(|name| Node::of_cluster(&scene.home, name, rights));
    let [one, two] = nodes;
    assert_eq!(one.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
    let bus = two.cli(&["CONFIG", "GET", "cluster-port"]);
    let bus = bus.lines().last().expect("a port");
    let meet = ["CLUSTER", "MEET", "127.0.0.1", &two.port.to_string(), bus];
    assert_eq!(one.cli(&meet), "OK");
    for node in [&one, &two] {
        node.await_words(&["CLUSTER", "INFO"], "cluster_state:ok");
        node.await_words(&["CLUSTER", "INFO"], "cluster_known_nodes:2");
        node.await_words(&["CLUSTER", "INFO"], "cluster_slots_ok:16384");
    }
    (one, two)
}

#[test]
fn a_cluster_is_entered_by_any_of_its_nodes() {
    let Some(scene) = Scene::usual() else { return };
    let (one, two) = cluster(&scene, RIGHTS);
    let a = scene.machine_at("a", &two.url(), "");
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(one.cli(&["DBSIZE"]), "3", "the pin, the account, the entry");
    let b = scene.machine_at("b", &one.url(), "");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn records_that_move_to_another_node_are_asked_for_there() {
    let Some(scene) = Scene::usual() else { return };
    let (one, two) = cluster(&scene, RIGHTS);
    let slot = one.cli(&["CLUSTER", "KEYSLOT", "{ci}"]);
    let [first, second] = [&one, &two].map(|node| node.cli(&["CLUSTER", "MYID"]));
    let set = |node: &Node, words: [&str; 2]| {
        let words = ["CLUSTER", "SETSLOT", &slot, words[0], words[1]];
        assert_eq!(node.cli(&words), "OK");
    };
    let a = scene.machine_at("a", &one.url(), "");
    let cookie = a.run(&["get", "grafana"]).answer();
    set(&two, ["IMPORTING", &first]);
    set(&one, ["MIGRATING", &second]);
    let port = two.port.to_string();
    let keys = one.cli(&["KEYS", "*"]);
    let mut words = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
    words.extend(keys.lines());
    assert_eq!(one.cli(&words), "OK");
    let b = scene.machine_at("b", &one.url(), "");
    let words = b.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("its user needs +asking to follow"),
        "{words}"
    );
    let _ = two.cli(&["ACL", "SETUSER", "ci", "+asking"]);
    std::fs::remove_file(b.cache().join("fleet-ci.down")).expect("there is a pause");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    set(&two, ["NODE", &second]);
    set(&one, ["NODE", &second]);
    let c = scene.machine_at("c", &one.url(), "");
    assert_eq!(c.run(&["get", "grafana"]).answer(), cookie);
    scene.home.assert_passwords(1);
}

#[test]
fn sentinels_lead_to_the_primary_before_and_after_a_failover() {
    let Some(scene) = Scene::usual() else { return };
    let (primary, replica) = pair(&scene);
    let sentinel = Node::sentinel(&scene.home, primary.port);
    sentinel.await_words(&["SENTINEL", "REPLICAS", "main"], &replica.port.to_string());
    // The first of the list says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("an address").port();
    let list = format!("redis://127.0.0.1:{port}\", \"{}", sentinel.url());
    let machine = |name: &str| {
        let machine = scene.machine_at(name, "URL", "sentinel = \"main\"");
        let text = std::fs::read_to_string(machine.config()).expect("a configuration");
        machine.configure(&text.replacen("url = \"URL\"", &format!("url = [\"{list}\"]"), 1));
        machine
    };
    let cookie = machine("a").run(&["get", "grafana"]).answer();
    assert_eq!(primary.cli(&["DBSIZE"]), "3");
    let offset = |node: &Node| {
        let told = node.cli(&["INFO", "replication"]);
        let mut lines = told.lines();
        lines.find_map(|line| line.strip_prefix("master_repl_offset:").map(str::to_owned))
    };
    replica.until("it has all", || offset(&primary) == offset(&replica));
    sentinel.await_words(&["SENTINEL", "FAILOVER", "main"], "OK");
    let where_it_is = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"];
    sentinel.await_words(&where_it_is, &replica.port.to_string());
    replica.await_words(&["INFO", "replication"], "role:master");
    primary.await_words(&["INFO", "replication"], "role:slave");
    assert_eq!(machine("b").run(&["get", "grafana"]).answer(), cookie);
    let fresh = machine("b").run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(machine("c").run(&["get", "grafana"]).answer(), fresh);
    scene.home.assert_passwords(1);
    // A name that they do not know.
    let text = std::fs::read_to_string(machine("d").config()).expect("a configuration");
    let d = machine("d");
    d.configure(&text.replacen("\"main\"", "\"other\"", 1));
    let words = d.run(&["get", "grafana"]).failure(6);
    assert!(
        words.contains("it knows no primary called other"),
        "{words}"
    );
}
