//! Records of a newer form, of other kinds and with strange numbers: each concerns itself alone.

use crate::fleet_evil::{digest, harm, records, two_apps};
use crate::fleet_scene::Scene;

#[test]
fn a_record_of_a_newer_form_is_told_and_let_be() {
    let Some(scene) = Scene::usual() else { return };
    let _ = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let newer = "set(k, 'v', string.char(get(k, 'v'):byte(1) + 1) .. get(k, 'v'):sub(2))";
    let record = records(&scene, false).concat();
    harm(&scene, newer, [&record, "", ""]);
    let before = digest(&scene, &record);
    let b = scene.machine("b", "offline = \"sign-in\"");
    let said = b.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("a newer program has written to"),
        "{}",
        said.stderr
    );
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    assert_eq!(digest(&scene, &record), before, "it is not replaced");
}

#[test]
fn numbers_that_are_none_or_from_far_ahead_hold_nobody_up() {
    let Some(scene) = Scene::usual() else { return };
    let deeds = [
        "set(k, 'f', 'x')",
        "set(k, 'f', '9007199254740991')",
        "set(k, 't', 'nobody') set(k, 'u', 'x')",
        "set(k, 't', 'nobody') set(k, 'u', '99999999999999')",
        "set(k, 't', 'nobody') set(k, 'u', 0) set(k, 'n', 'no note')",
    ];
    for (number, deed) in deeds.into_iter().enumerate() {
        let machine = |name: &str| scene.machine(&format!("{name}{number}"), "");
        assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
        scene.home.sandbox.end_okta_sessions();
        scene.home.sandbox.clear_audit();
        let cookie = machine("a").run(&["get", "grafana"]).answer();
        for record in [records(&scene, false), records(&scene, true)] {
            harm(&scene, deed, [&record.concat(), "", ""]);
        }
        let b = machine("b");
        assert_eq!(b.run(&["get", "grafana"]).answer(), cookie, "{deed}");
        let new = b.run(&["get", "grafana", "--fresh"]).answer();
        assert_ne!(new, cookie, "{deed}");
        assert_eq!(
            machine("c").run(&["get", "grafana"]).answer(),
            new,
            "{deed}"
        );
        scene.home.assert_passwords(1);
    }
}

#[test]
fn a_record_of_another_kind_concerns_itself_alone() {
    let Some(scene) = two_apps() else { return };
    let wiki = scene.machine("a", "").run(&["get", "wiki"]).answer();
    let other = records(&scene, false).concat();
    let _ = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let mut entries = records(&scene, false);
    entries.retain(|name| *name != other);
    let record = entries.concat();
    assert_eq!(scene.server.cli(&["DEL", &record]), "1");
    assert_eq!(scene.server.cli(&["SET", &record, "theirs"]), "OK");
    let b = scene.machine("b", "");
    let said = b.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("is of another kind"),
        "{}",
        said.stderr
    );
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    assert_eq!(scene.server.cli(&["GET", &record]), "theirs");
    // The store is no worse for it.
    assert!(!b.cache().join("fleet-ci.down").exists());
    assert_eq!(b.run(&["get", "wiki"]).answer(), wiki);
    scene.home.assert_passwords(1);
}
