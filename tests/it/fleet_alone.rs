//! A fleet whose store is away: what each machine sends alone, and what it never sends; and a fleet whose people and codes are
//! one for all machines.

use std::process::Child;

use sandbox::{Factor, NumberChallenge, PASSWORD, PhoneManner};

use crate::ahead::until;
use crate::factors::{SEED, home, setup, with_seed};
use crate::fleet_scene::{Machine, Scene};
use crate::home::{ADA, Outcome, outcome};
use crate::screen::Terminal;

/// Machines each of which has seen Okta take the password, and has no session now, nor a store.
fn proven<'a>(scene: &'a Scene, names: &[&str]) -> Vec<Machine<'a>> {
    let machines: Vec<_> = names.iter().map(|name| scene.machine(name, "")).collect();
    for machine in &machines {
        assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
        scene.home.sandbox.end_okta_sessions();
        let _ = machine.run(&["get", "grafana"]).answer();
        machine.expire();
    }
    scene.server.kill();
    scene.home.sandbox.end_okta_sessions();
    scene.home.sandbox.clear_audit();
    machines
}

/// So many processes at once.
fn crowd(machine: &Machine<'_>, count: usize) -> Vec<Outcome> {
    let started: Vec<_> = (0..count)
        .map(|_| machine.start(&["get", "grafana"]))
        .collect();
    let ended = started.into_iter().map(Child::wait_with_output);
    ended
        .map(|output| outcome(output.expect("it ends")))
        .collect()
}

#[test]
fn alone_each_machine_with_a_proof_signs_in_once() {
    let Some(scene) = Scene::usual() else { return };
    let machines = proven(&scene, &["a", "b", "c"]);
    for (number, machine) in machines.iter().enumerate() {
        let said = crowd(machine, 4);
        assert!(said.iter().all(|one| one.code == 0), "{said:?}");
        assert!(said.windows(2).all(|two| two[0].stdout == two[1].stdout));
        let warnings = said
            .iter()
            .map(|one| one.stderr.matches("warning: ").count());
        assert_eq!(warnings.sum::<usize>(), 1, "{said:?}");
        scene.home.assert_passwords(number + 1);
    }
}

#[test]
fn alone_a_proven_password_that_was_changed_is_refused_once_a_machine() {
    let Some(scene) = Scene::usual() else { return };
    let machines = proven(&scene, &["a", "b"]);
    scene.home.sandbox.change_user(ADA, |user| {
        user.password = format!("{PASSWORD}, changed");
    });
    for (number, machine) in machines.iter().enumerate() {
        let said = crowd(machine, 4);
        assert!(said.iter().all(|one| one.code == 5), "{said:?}");
        machine.lengthen_pause();
        let words = machine.run(&["get", "grafana"]).told(5);
        assert!(words.contains("remembered"), "{words}");
        scene.home.assert_passwords(number + 1);
    }
}

#[test]
fn alone_no_push_is_sent_nor_the_password_before_it() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let Some(scene) = Scene::of(home(setup, "push_unattended = true")) else {
        return;
    };
    let a = scene.machine("a", "");
    assert_eq!(a.run(&["get", "grafana"]).code, 0);
    a.expire();
    scene.home.sandbox.end_okta_sessions();
    scene.server.kill();
    let words = a.run(&["get", "grafana"]).failure(6);
    assert!(words.contains("no secret of ada@corp.example"), "{words}");
    assert_eq!(scene.home.sandbox.pushes(), 1);
    scene.home.assert_passwords(1);
}

#[test]
fn a_code_that_one_machine_has_used_another_waits_past() {
    let Some(scene) = Scene::of(with_seed(Factor::okta_verify("Ada's phone", SEED))) else {
        return;
    };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let one = a.run(&["get", "grafana"]).answer();
    scene.home.sandbox.end_okta_sessions();
    let two = b.run(&["get", "grafana", "--fresh"]);
    assert_eq!(two.code, 0, "{}", two.stderr);
    assert_ne!(two.stdout, one);
    // Okta refuses a code that it has seen: each was another one.
    assert_eq!(scene.home.sandbox.code_tries(), 2);
    scene.home.assert_passwords(2);
}

#[test]
fn a_machine_waits_while_a_person_is_asked_at_another() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    a.append_to_org("password = { prompt = true }\n");
    let mut terminal = Terminal::new();
    let (cache, config) = (a.cache(), a.config());
    let variables = [
        ("ALB_CREDENTIAL_CACHE", cache.to_str().expect("UTF-8")),
        ("ALB_CREDENTIAL_CONFIG", config.to_str().expect("UTF-8")),
    ];
    let one = terminal.start_in(&scene.home, "credential get grafana", &variables);
    terminal.until_asked();
    let mut two = b.start(&["get", "grafana"]);
    let first = lease_end(&scene);
    until("the claim outlives its first lease", || {
        lease_end(&scene) > first + 15_000
    });
    assert_eq!(two.try_wait().expect("a child of ours"), None);
    scene.home.assert_passwords(0);
    terminal.type_in(&format!("{PASSWORD}\r"));
    let (one, two) = (end(one), end(two));
    assert_eq!(
        (one.code, two.code),
        (0, 0),
        "{} {}",
        one.stderr,
        two.stderr
    );
    assert_eq!(one.stdout, two.stdout);
    assert!(
        two.stderr
            .contains("machine to sign in to grafana: it asks for the password of ada@"),
        "{}",
        two.stderr
    );
    scene.home.assert_passwords(1);
}

fn end(child: Child) -> Outcome {
    outcome(child.wait_with_output().expect("it ends"))
}

/// The latest end of a lease, in the server's milliseconds.
pub(crate) fn lease_end(scene: &Scene) -> u64 {
    let script = "n = math.max(n, tonumber(redis.call('HGET', k, 'u') or 0))";
    let text = scene.server.for_each_record(script);
    text.parse().expect("a number")
}

#[test]
fn a_changed_password_is_told_to_the_fleet_at_the_next_contact() {
    let Some(scene) = Scene::usual() else { return };
    let machines = proven(&scene, &["a"]);
    scene.home.sandbox.change_user(ADA, |user| {
        user.password = format!("{PASSWORD}, changed");
    });
    let _ = machines[0].run(&["get", "grafana"]).failure(5);
    scene.server.start_again();
    std::fs::remove_file(machines[0].cache().join("fleet-ci.down")).expect("there is a pause");
    let _ = machines[0].run(&["get", "grafana"]).told(5);
    let words = scene.machine("b", "").run(&["get", "grafana"]).told(5);
    assert!(words.contains("remembered"), "{words}");
    scene.home.assert_passwords(1);
}
