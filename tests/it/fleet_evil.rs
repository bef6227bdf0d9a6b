//! A store in bad hands: records that are changed, exchanged, brought back or made strange. Each deed is noticed, or does no
//! harm; no deed makes a machine answer a wrong cookie, or lock the account.

use std::time::Duration;

use sandbox::{App, Factor, NumberChallenge, Setup};

use crate::ahead::until;
use crate::factors::{SEED, home, setup};
use crate::fleet_scene::Scene;
use crate::home::{ADA, Home, outcome};
use crate::lockout_scene::busy;

/// Deeds on the record `k`, with the keys `other` (another record) and `kept` (an older state of this one).
const DEEDS: [(&str, &str); 8] = [
    (
        "one bit",
        "local v = get(k, 'v') set(k, 'v', v:sub(1, -2) .. string.char((v:byte(-1) + 1) % 256))",
    ),
    (
        "one bit of the salt",
        "local v = get(k, 'v') set(k, 'v', v:sub(1, 20) .. string.char((v:byte(21) + 1) % 256) .. v:sub(22))",
    ),
    (
        "another key's number",
        "local v = get(k, 'v') set(k, 'v', v:sub(1, 1) .. 'another!' .. v:sub(10))",
    ),
    ("cut short", "set(k, 'v', get(k, 'v'):sub(1, 40))"),
    ("empty", "set(k, 'v', '')"),
    (
        "another record",
        "set(k, 'v', get(other, 'v')) set(k, 'g', get(other, 'g'))",
    ),
    ("old, as new", "set(k, 'v', get(kept, 'v'))"),
    (
        "under another version",
        "set(k, 'g', string.format('%.0f', get(k, 'g') + 5))",
    ),
];

const WORDS: &str = "local k, other, kept = KEYS[1], KEYS[2], KEYS[3] local function get(r, f) return redis.call('HGET', r, f) end local function set(r, f, x) redis.call('HSET', r, f, x) end ";

/// A fleet with two apps.
pub(crate) fn two_apps() -> Option<Scene> {
    Scene::of(Home::new(busy(Setup {
        apps: vec![App::new("grafana"), App::new("wiki")],
        ..Setup::default()
    })))
}

/// The names of the records that live for ever, or of those that do not: the account, or the entries.
pub(crate) fn records(scene: &Scene, is_account: bool) -> Vec<String> {
    let script = "local all = {} for _, k in ipairs(redis.call('KEYS', 'ac1:*')) do if redis.call('TYPE', k).ok == 'hash' and (redis.call('PTTL', k) == -1) == (ARGV[1] == 'true') then all[#all + 1] = k end end return all";
    let said = scene
        .server
        .cli(&["EVAL", script, "0", &is_account.to_string()]);
    said.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(crate) fn digest(scene: &Scene, record: &str) -> String {
    let script = "return redis.sha1hex(redis.call('HGET', KEYS[1], 'v') or '') .. redis.call('HGET', KEYS[1], 'g')";
    scene.server.cli(&["EVAL", script, "1", record])
}

/// Does a deed to the record.
pub(crate) fn harm(scene: &Scene, deed: &str, [record, other, kept]: [&str; 3]) {
    let script = format!("{WORDS}{deed} return 'done'");
    let said = scene
        .server
        .cli(&["EVAL", &script, "3", record, other, kept]);
    assert_eq!(said, "done", "{deed}");
}

/// The answer of a machine that has found an entry which does not open, and has said so.
fn answer_of_unopened(scene: &Scene, machine: &str) -> String {
    let said = scene.machine(machine, "").run(&["get", "grafana"]);
    let told = "that the fleet's key does not open: a sign-in replaces it";
    assert!(said.code == 0 && said.stderr.contains(told), "{said:?}");
    assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    said.stdout
}

/// Whether this is the whole cookie of a session of grafana's.
pub(crate) fn is_of_grafana(scene: &Scene, cookie: &str) -> bool {
    let session = scene.home.sandbox.session(cookie.trim_end());
    session.is_some_and(|session| session.app == "grafana")
}

#[test]
fn an_entry_that_was_tampered_with_is_as_good_as_none_and_is_replaced() {
    let Some(scene) = two_apps() else { return };
    for (number, (what, deed)) in DEEDS.iter().enumerate() {
        let machine = |name: &str| scene.machine(&format!("{name}{number}"), "");
        assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
        let a = machine("a");
        let _ = a.run(&["get", "grafana"]).answer();
        let grafana = records(&scene, false).concat();
        assert_eq!(scene.server.cli(&["COPY", &grafana, "kept"]), "1");
        let old = a.run(&["get", "grafana", "--fresh"]).answer();
        let _ = a.run(&["get", "wiki"]).answer();
        let entries = records(&scene, false);
        let wiki = entries
            .iter()
            .find(|name| **name != grafana && name.starts_with("ac1:"))
            .expect("two entries");
        let passwords = scene.home.sandbox.password_tries();
        harm(&scene, deed, [&grafana, wiki, "kept"]);
        let new = answer_of_unopened(&scene, &format!("b{number}"));
        assert!(is_of_grafana(&scene, &new) && new != old, "{what}");
        // It is whole again, for everybody; Okta's session was enough.
        assert_eq!(
            machine("c").run(&["get", "grafana"]).answer(),
            new,
            "{what}"
        );
        assert_eq!(scene.home.sandbox.password_tries(), passwords, "{what}");
    }
    assert_eq!(scene.home.sandbox.violations(), []);
}

#[test]
fn an_account_that_was_tampered_with_is_left_alone_and_no_secret_is_sent() {
    let Some(scene) = two_apps() else { return };
    for (number, (what, deed)) in DEEDS.iter().enumerate() {
        let machine = |name: &str| scene.machine(&format!("{name}{number}"), "");
        assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
        scene.home.sandbox.end_okta_sessions();
        let a = machine("a");
        let _ = a.run(&["get", "grafana"]).answer();
        let account = records(&scene, true).concat();
        assert_eq!(scene.server.cli(&["COPY", &account, "kept"]), "1");
        scene.home.sandbox.end_okta_sessions();
        let _ = a.run(&["get", "wiki"]).answer();
        let entry = &records(&scene, false)[0];
        let passwords = scene.home.sandbox.password_tries();
        harm(&scene, deed, [&account, entry, "kept"]);
        let harmed = digest(&scene, &account);
        // A machine that has seen nothing has no proof; nor may it take what it cannot open for nothing.
        let words = machine("b").run(&["get", "grafana", "--fresh"]).failure(6);
        assert!(
            words.contains("no secret of ada@corp.example is sent"),
            "{what}: {words}"
        );
        assert_eq!(
            digest(&scene, &account),
            harmed,
            "{what}: it is not replaced"
        );
        assert_eq!(scene.home.sandbox.password_tries(), passwords, "{what}");
        // A fresh copy is answered all the same.
        assert!(is_of_grafana(&scene, &a.run(&["get", "grafana"]).answer()));
    }
    assert_eq!(scene.home.sandbox.violations(), []);
}

#[test]
fn a_record_of_another_fleet_does_not_open_in_this_one() {
    let Some(scene) = Scene::usual() else { return };
    let other = "namespace = \"other\", username = \"other\"";
    let theirs = scene.machine("a", other).run(&["get", "grafana"]).answer();
    let ours = scene.machine("b", "").run(&["get", "grafana"]).answer();
    let entries = records(&scene, false);
    let find = |name: &str| {
        entries
            .iter()
            .find(|key| key.contains(name))
            .expect("an entry")
    };
    let (from, to) = (find("{other}"), find("{ci}"));
    harm(&scene, DEEDS[5].1, [to, from, ""]);
    let new = answer_of_unopened(&scene, "c");
    assert!(new != ours && new != theirs && is_of_grafana(&scene, &new));
    scene.home.assert_passwords(2);
}

#[test]
fn a_note_in_the_place_of_a_record_is_none() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    let Some(scene) = Scene::of(home(setup, "push_unattended = true")) else {
        return;
    };
    let phone = scene.home.sandbox.phone(ADA);
    let a = scene.machine("a", "").start(&["get", "grafana"]);
    assert!(phone.wait_for_push(Duration::from_secs(20)));
    let grafana = records(&scene, false).concat();
    until("it says what it waits for", || {
        scene.server.cli(&["HEXISTS", &grafana, "n"]) == "1"
    });
    assert_eq!(scene.server.cli(&["COPY", &grafana, "kept"]), "1");
    assert!(phone.approve());
    let old = outcome(a.wait_with_output().expect("it ends"));
    assert_eq!(old.code, 0, "{}", old.stderr);
    let deed = "set(k, 'v', get(kept, 'n'))";
    harm(&scene, deed, [&grafana, "", "kept"]);
    let new = answer_of_unopened(&scene, "b");
    assert!(new != old.stdout && is_of_grafana(&scene, &new));
    scene.home.assert_passwords(1);
}

#[test]
fn a_state_of_yesterday_undoes_no_copy_and_no_refusal() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "recheck = \"0s\"");
    let old = a.run(&["get", "grafana"]).answer();
    let before: Vec<String> = [records(&scene, false), records(&scene, true)].concat();
    for name in &before {
        assert_eq!(
            scene.server.cli(&["COPY", name, &format!("kept:{name}")]),
            "1"
        );
    }
    let new = a.run(&["get", "grafana", "--fresh"]).answer();
    scene.home.sandbox.end_okta_sessions();
    scene.home.password("wrong");
    let _ = a.run(&["get", "grafana", "--fresh"]).told(5);
    for name in &before {
        assert_eq!(
            scene
                .server
                .cli(&["COPY", &format!("kept:{name}"), name, "REPLACE"]),
            "1"
        );
    }
    // This machine knows better: its session is the newer one, and the password was refused.
    let said = a.run_in_ci(&["get", "grafana"]);
    assert_eq!(
        (said.code, said.stdout),
        (0, new.clone()),
        "{}",
        said.stderr
    );
    let words = a.run(&["get", "grafana", "--fresh"]).failure(5);
    assert!(words.contains("remembered"), "{words}");
    scene.home.assert_passwords(2);
    // And it has told the others of the refusal again: of a new machine the session of yesterday is all there is.
    let b = scene.machine("b", "");
    let answer = b.run(&["get", "grafana"]).answer();
    assert!(answer == old || answer == new);
    let _ = b.run(&["get", "grafana", "--fresh"]).told(5);
    scene.home.assert_passwords(2);
}

#[test]
fn two_holders_of_one_claim_cost_a_sign_in_more() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let socket = scene.server.socket();
    // Each time that somebody fetches the password, the claim is anybody's.
    let free = "for k in $(redis-cli -s SOCKET --scan --pattern 'ac1:*'); do redis-cli -s SOCKET HDEL $k t u; done >/dev/null 2>&1; cat password";
    let free = free.replace("SOCKET", &socket.display().to_string());
    a.append_to_org(&format!(
        "password = {{ command = [\"sh\", \"-c\", \"{free}\"] }}\n"
    ));
    scene.home.password("wrong");
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(words.contains("has taken over the claim"), "{words}");
    scene.home.assert_passwords(0);
}
