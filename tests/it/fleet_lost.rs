//! A fleet's claims where the network loses what is said of them: an extension, a grant, a write.

use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::store::{Script, StoreProxy, Value};
use sandbox::{Factor, Fault, NumberChallenge, Phone, Plan, Step};

use crate::ahead::until;
use crate::factors::{SEED, home, setup};
use crate::fleet_alone::lease_end;
use crate::fleet_scene::Scene;
use crate::home::{ADA, Outcome, outcome};

fn end(child: Child) -> Outcome {
    outcome(child.wait_with_output().expect("it ends"))
}

/// A fleet whose sign-in waits for a person's approval, and the person's phone.
fn awaiting_approval() -> Option<(Scene, Phone)> {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    let scene = Scene::of(home(setup, "push_unattended = true"))?;
    let phone = scene.home.sandbox.phone(ADA);
    Some((scene, phone))
}

#[test]
fn a_lost_extension_is_no_lost_claim() {
    let Some((scene, phone)) = awaiting_approval() else {
        return;
    };
    let lost = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lost);
    let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
        if request.is_beat() && count.fetch_add(1, Ordering::SeqCst) == 0 {
            return None;
        }
        ask(request)
    });
    let a = scene
        .machine_at("a", &proxy.url(), "")
        .start(&["get", "grafana"]);
    assert!(phone.wait_for_push(Duration::from_secs(20)));
    let b = scene.machine("b", "").start(&["get", "grafana"]);
    let first = lease_end(&scene);
    until("the claim outlives its first lease", || {
        lease_end(&scene) > first + 15_000
    });
    assert!(lost.load(Ordering::SeqCst) > 1);
    assert!(phone.approve());
    let (one, two) = (end(a), end(b));
    assert_eq!(
        (one.code, two.code),
        (0, 0),
        "{} {}",
        one.stderr,
        two.stderr
    );
    assert_eq!(one.stdout, two.stdout);
    let requests = proxy.requests();
    let enters = requests
        .iter()
        .filter(|it| it.script() == Some(Script::Enter));
    let mut tokens: Vec<&[u8]> = enters.map(|it| it.arguments()[0].as_slice()).collect();
    tokens.retain(|token| !token.is_empty());
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(
        tokens.len(),
        2,
        "the entry and the account are claimed once"
    );
    assert_eq!(scene.home.sandbox.pushes(), 1);
    scene.home.assert_passwords(1);
}

#[test]
fn a_claim_whose_answer_was_lost_is_granted_again_to_the_same_token() {
    let Some(scene) = Scene::usual() else { return };
    let lost = Arc::new(Mutex::new(Vec::new()));
    let granted = Arc::clone(&lost);
    let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
        let answer = ask(request)?;
        if let (Some(Script::Enter), Value::List(items)) = (request.script(), &answer)
            && items.first() == Some(&Value::Bytes(b"held".to_vec()))
        {
            let mut granted = granted.lock().expect("no thread has panicked");
            granted.push((request.record()?.to_vec(), request.arguments()[0].clone()));
            // The second record is the account.
            if granted.len() == 2 {
                return None;
            }
        }
        Some(answer)
    });
    let a = scene.machine_at("a", &proxy.url(), "");
    let cookie = a.run(&["get", "grafana"]).answer();
    let granted = lost.lock().expect("no thread has panicked");
    assert_eq!(granted.len(), 3, "the entry, the account, the account");
    assert_eq!(granted[1], granted[2], "by the same token");
    assert_eq!(
        scene.machine("b", "").run(&["get", "grafana"]).answer(),
        cookie
    );
    scene.home.assert_passwords(1);
}

#[test]
fn what_was_learnt_under_a_lost_claim_is_joined_and_written_again() {
    let Some(scene) = Scene::usual() else { return };
    for (name, password) in [("one", "wrong-1"), ("two", "wrong-2")] {
        std::fs::write(scene.home.path(name), password).expect("a file");
    }
    let machine = |name: &str, file: &str| {
        let machine = scene.machine(name, "");
        machine.append_to_org(&format!("password = {{ file = \"{file}\" }}\n"));
        machine
    };
    let late = Fault::Late(Duration::from_secs(3));
    let plan = Plan::new(Step::Authn, late).times(1);
    scene.home.sandbox.fault(plan);
    let a = machine("a", "one").start(&["get", "grafana"]);
    until("a password is sent", || {
        scene.home.sandbox.password_tries() == 1
    });
    // Its lease ends, and another machine has its own password refused meanwhile.
    scene.server.end_leases();
    let _ = machine("b", "two").run(&["get", "grafana"]).failure(5);
    let said = end(a);
    assert_eq!(said.code, 5, "{}", said.stderr);
    for (name, file) in [("c", "one"), ("d", "two")] {
        let words = machine(name, file).run(&["get", "grafana"]).told(5);
        assert!(words.contains("remembered"), "{words}");
    }
    scene.home.assert_passwords(2);
}

#[test]
fn a_last_write_whose_answer_is_lost_undoes_no_logout() {
    let Some(scene) = Scene::usual() else { return };
    let logout = scene.machine("b", "").command(&["logout", "grafana"]);
    let logout = Mutex::new(Some(logout));
    let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
        let answer = ask(request);
        let is_last = request.writes() && request.arguments().contains(&b"leave".to_vec());
        // The account's last write comes first.
        let is_entry = request.arguments().get(3) != Some(&b"0".to_vec());
        let mut logout = logout.lock().expect("no thread has panicked");
        match logout.take_if(|_| is_last && is_entry) {
            Some(mut logout) => {
                assert!(logout.status().expect("it starts").success());
                None
            }
            None => answer,
        }
    });
    let a = scene.machine_at("a", &proxy.url(), "");
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(proxy.connections(), 2, "an answer was lost");
    let new = scene.machine("c", "").run(&["get", "grafana"]).answer();
    assert_ne!(new, cookie);
    scene.home.assert_passwords(1);
}
