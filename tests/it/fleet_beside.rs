//! Users of one server: two fleets, programs of other versions, and a user who may not do all that is needed.

use crate::fleet_scene::{RIGHTS, Scene};
use crate::home::Home;

#[test]
fn a_fleet_sees_and_writes_nothing_of_another_on_its_server() {
    let Some(scene) = Scene::of(Home::usual()) else {
        return;
    };
    let _ = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let state = |name: &str| {
        let script = "local all = {} for _, k in ipairs(redis.call('KEYS', ARGV[1])) do all[#all + 1] = k .. redis.sha1hex(redis.call('DUMP', k)) end table.sort(all) return all";
        scene.server.cli(&["EVAL", script, "0", name])
    };
    let ours = state("ac1:{ci}:*");
    assert_eq!(ours.lines().count(), 3, "{ours}");
    // The other fleet, with the same key, account and app: its names are others, and so is what it seals.
    let other = "namespace = \"other\", username = \"other\"";
    let b = scene.machine("b", other);
    let _ = b.run(&["get", "grafana"]).answer();
    let theirs = state("ac1:{other}:*");
    assert_eq!(theirs.lines().count(), 3, "{theirs}");
    let names = |state: &str| -> Vec<String> {
        let names = state.lines().filter_map(|line| line.split_once("}:"));
        let names = names.map(|(_, rest)| rest[..rest.len() - 40].to_owned());
        names.filter(|name| name != "key").collect()
    };
    let (own, foreign) = (names(&ours), names(&theirs));
    assert_eq!((own.len(), foreign.len()), (2, 2));
    assert!(own.iter().all(|name| !foreign.contains(name)));
    // Everything that changes and removes, in the other fleet.
    for arguments in [
        &["get", "grafana", "--fresh"][..],
        &["logout", "grafana"],
        &["get", "grafana"],
        &["logout", "--all"],
    ] {
        assert_eq!(b.run(arguments).code, 0, "{arguments:?}");
    }
    assert_eq!(state("ac1:{ci}:*"), ours);
    // A user of one namespace can neither read nor write in another, nor list what is there.
    let theirs = state("ac1:{other}:*");
    let record = theirs.lines().next().expect("a record");
    let record = &record[..record.len() - 40];
    let script = "return redis.call('HGET', KEYS[1], 'v')";
    for command in [
        &["EVAL", script, "1", record][..],
        &["HSET", record, "v", "x"],
        &["HDEL", record, "v"],
        &["KEYS", "*"],
        &["SCAN", "0"],
        &["MONITOR"],
        &["FLUSHALL"],
        &["CONFIG", "GET", "*"],
    ] {
        let sign_in = ["--user", "ci", "--pass", "open-sesame", "--no-auth-warning"];
        let said = scene.server.cli(&[&sign_in[..], command].concat());
        assert!(
            said.contains("NOPERM") || said.contains("ACL failure") || said.contains("permission"),
            "{command:?}: {said}"
        );
    }
    assert_eq!(state("ac1:{other}:*"), theirs);
}

#[test]
fn records_of_another_version_of_the_program_are_let_be() {
    let Some(scene) = Scene::usual() else { return };
    for record in ["ac2:{ci}:key", "ac2:{ci}:0123", "ac1:{ci}:0123"] {
        let said = scene.server.cli(&["HSET", record, "v", "theirs", "g", "7"]);
        assert_eq!(said, "2");
    }
    let a = scene.machine("a", "");
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(
        scene.machine("b", "").run(&["get", "grafana"]).answer(),
        cookie
    );
    for arguments in [&["logout", "grafana"][..], &["logout", "--all"]] {
        assert_eq!(a.run(arguments).code, 0, "{arguments:?}");
    }
    for record in ["ac2:{ci}:key", "ac2:{ci}:0123", "ac1:{ci}:0123"] {
        let said = scene.server.cli(&["HGETALL", record]);
        assert_eq!(said, "v\ntheirs\ng\n7");
    }
    scene.home.assert_passwords(1);
}

#[test]
fn a_user_who_lacks_any_right_is_told_the_line_and_writes_nothing_half() {
    let Some(scene) = Scene::usual() else { return };
    let cookie = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let pin = scene.server.cli(&["GET", "ac1:{ci}:key"]);
    let line = format!(
        "it needs: user ci on >PASSWORD resetkeys ~ac1:{{ci}}:* resetchannels -@all {RIGHTS}"
    );
    let set = |right: &str| scene.server.cli(&["ACL", "SETUSER", "ci", right]);
    // Nobody needs the name of a connection.
    let needed = RIGHTS
        .split(' ')
        .filter(|right| *right != "+client|setname");
    for (number, right) in needed.enumerate() {
        scene.home.sandbox.end_okta_sessions();
        if right == "+set" {
            assert_eq!(scene.server.cli(&["DEL", "ac1:{ci}:key"]), "1");
        }
        assert_eq!(set(&right.replace('+', "-")), "OK");
        let b = scene.machine(&format!("b{number}"), "");
        let said = b.run(&["get", "grafana", "--fresh"]);
        match right {
            // A claim cannot be released, or an entry not be written: the answer is there by then.
            "+hdel" | "+pexpire" => {
                assert_eq!(said.code, 0, "{right}: {}", said.stderr);
                assert_eq!(said.stderr.lines().count(), 1, "{right}: {}", said.stderr);
                assert!(said.stderr.contains(&line), "{right}: {}", said.stderr);
            }
            _ => {
                let words = said.failure(6);
                assert!(words.contains(&line), "{right}: {words}");
            }
        }
        assert_eq!(set(right), "OK");
        if right == "+set" {
            assert_eq!(scene.server.cli(&["SET", "ac1:{ci}:key", &pin]), "OK");
        }
        scene.server.end_leases();
        let c = scene.machine(&format!("c{number}"), "");
        assert_eq!(c.run(&["get", "grafana"]).answer(), cookie, "{right}");
    }
    scene.home.assert_passwords(3);
    assert_eq!(set("-client|setname"), "OK");
    let b = scene.machine("b", "");
    assert_ne!(b.run(&["get", "grafana", "--fresh"]).answer(), cookie);
    scene.home.assert_passwords(4);
}
