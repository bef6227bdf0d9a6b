//! A fleet's claims, step by step: a holder is killed or stopped at each request to the store and at each exchange of the
//! sign-in.

use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::store::{Request, Script, StoreProxy, Value};
use sandbox::{Event, Fault, Plan, Step};

use crate::ahead::until;
use crate::fleet_scene::{Machine, Scene};
use crate::home::{Outcome, outcome};

fn send(process: &Child, signal: Signal) {
    let pid = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process"), signal).expect("it is ours");
}

fn end(child: Child) -> Outcome {
    outcome(child.wait_with_output().expect("it ends"))
}

/// A proxy between a holder and the store: at the holder's request of this number it gets a signal, before the request is
/// passed on or after.
#[derive(Default)]
struct Trap {
    process: AtomicI32,
    seen: AtomicUsize,
    has_struck: AtomicBool,
    /// The claims that it had when it was struck.
    tokens: Mutex<Vec<Vec<u8>>>,
    /// The records that were written under these claims since then, with what the store answered.
    late: Mutex<Vec<(String, Value)>>,
}

impl Trap {
    fn set(scene: &Scene, at: usize, is_after: bool, signal: Signal) -> (StoreProxy, Arc<Self>) {
        let trap = Arc::new(Self::default());
        let inner = Arc::clone(&trap);
        let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
            if request.script().is_none() {
                return ask(request);
            }
            let is_it = inner.seen.fetch_add(1, Ordering::SeqCst) == at;
            if is_it && !is_after {
                inner.strike(signal);
            }
            let answer = ask(request);
            inner.note(request, answer.as_ref());
            if is_it && is_after {
                inner.strike(signal);
            }
            answer
        });
        (proxy, trap)
    }

    /// The same, at the moment at which the holder has been granted so many claims.
    fn after_claims(scene: &Scene, count: usize) -> (StoreProxy, Arc<Self>) {
        let trap = Arc::new(Self::default());
        let inner = Arc::clone(&trap);
        let proxy = StoreProxy::start(&scene.server.socket(), move |request, ask| {
            let answer = ask(request)?;
            let held = Value::Bytes(b"held".to_vec());
            let is_held = matches!(&answer, Value::List(items) if items.first() == Some(&held));
            if is_held && inner.seen.fetch_add(1, Ordering::SeqCst) + 1 == count {
                inner.strike(Signal::STOP);
            }
            Some(answer)
        });
        (proxy, trap)
    }

    fn strike(&self, signal: Signal) {
        until("the process is known", || {
            self.process.load(Ordering::SeqCst) != 0
        });
        let pid = Pid::from_raw(self.process.load(Ordering::SeqCst));
        self.has_struck.store(true, Ordering::SeqCst);
        // It may have ended, where nothing waits for the last answer.
        let _ = kill_process(pid.expect("a process"), signal);
    }

    fn note(&self, request: &Request, answer: Option<&Value>) {
        let token = request.arguments().first().cloned().unwrap_or_default();
        let mut tokens = self.tokens.lock().expect("no thread has panicked");
        match self.has_struck.load(Ordering::SeqCst) {
            false if request.script() == Some(Script::Enter) => tokens.push(token),
            true if request.writes() && tokens.contains(&token) => {
                let mut late = self.late.lock().expect("no thread has panicked");
                let record = String::from_utf8_lossy(request.record().unwrap_or_default());
                late.extend(answer.cloned().map(|answer| (record.into_owned(), answer)));
            }
            _ => {}
        }
    }

    fn start(&self, machine: &Machine<'_>) -> Child {
        let child = machine.start_bare(&["get", "grafana"]);
        let pid = i32::try_from(child.id()).expect("a process");
        self.process.store(pid, Ordering::SeqCst);
        child
    }
}

/// Makes the fleet one that knows nothing.
fn forget(scene: &Scene) {
    assert_eq!(scene.server.cli(&["FLUSHALL"]), "OK");
    scene.home.sandbox.end_okta_sessions();
    scene.home.sandbox.clear_audit();
}

#[test]
fn the_heir_of_a_holder_that_was_killed_at_any_request_signs_in() {
    let Some(scene) = Scene::usual() else { return };
    for is_after in [false, true] {
        for at in 0.. {
            forget(&scene);
            let (proxy, trap) = Trap::set(&scene, at, is_after, Signal::KILL);
            let name = format!("a{at}{is_after}");
            let a = scene.machine_at(&name, &proxy.url(), "");
            let mut child = trap.start(&a);
            let _ = child.wait();
            if !trap.has_struck.load(Ordering::SeqCst) {
                assert!(at > 4, "a sign-in is more than {at} requests");
                break;
            }
            let sent = scene.home.sandbox.password_tries();
            // As the time does that its lease had left.
            scene.server.end_leases();
            let heir = scene.machine(&format!("b{at}{is_after}"), "");
            let cookie = heir.run(&["get", "grafana"]).answer();
            let other = scene.machine(&format!("c{at}{is_after}"), "");
            assert_eq!(other.run(&["get", "grafana"]).answer(), cookie);
            let again = scene.home.sandbox.password_tries() - sent;
            assert!(sent <= 1 && again <= 1, "{name}: {sent}, then {again}");
        }
    }
    assert_eq!(scene.home.sandbox.violations(), []);
}

#[test]
fn each_heir_of_a_killed_holder_counts_the_password_that_was_sent() {
    let Some(scene) = Scene::usual() else { return };
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Authn, Fault::Silence));
    for count in 1..=3 {
        let name = format!("a{count}");
        let mut child = scene.machine(&name, "").start_bare(&["get", "grafana"]);
        until("a password is sent", || {
            scene.home.sandbox.password_tries() == count
        });
        child.kill().expect("it runs");
        let _ = child.wait();
        scene.server.end_leases();
    }
    scene.home.sandbox.clear_faults();
    let words = scene.machine("b", "").run(&["get", "grafana"]).told(3);
    assert!(words.contains("3 passwords"), "{words}");
    scene.home.assert_passwords(3);
}

#[test]
fn a_claim_lasts_until_its_killed_holders_lease_ends() {
    let Some(scene) = Scene::usual() else { return };
    scene
        .home
        .sandbox
        .fault(Plan::new(Step::Callback, Fault::Silence).times(1));
    let mut child = scene.machine("a", "").start_bare(&["get", "grafana"]);
    until("the callback is asked for", || {
        scene.home.sandbox.sessions_issued() == 1
    });
    child.kill().expect("it runs");
    let _ = child.wait();
    // Nobody ends the lease: the heir waits for it, and no longer.
    let heir = scene.machine("b", "").run(&["get", "grafana"]);
    assert_eq!(heir.code, 0, "{}", heir.stderr);
    assert!(
        heir.stderr.contains("waiting for another machine"),
        "{}",
        heir.stderr
    );
    scene.home.assert_passwords(2);
}

#[test]
fn a_holder_that_was_stopped_at_any_request_writes_nothing_after_its_heir() {
    let Some(scene) = Scene::usual() else { return };
    for at in 0.. {
        forget(&scene);
        let (proxy, trap) = Trap::set(&scene, at, true, Signal::STOP);
        let a = scene.machine_at(&format!("a{at}"), &proxy.url(), "");
        let child = trap.start(&a);
        until("it is stopped, or ends", || {
            trap.has_struck.load(Ordering::SeqCst) || is_ended(&child)
        });
        if !trap.has_struck.load(Ordering::SeqCst) {
            assert!(at > 4, "a sign-in is more than {at} requests");
            assert_eq!(end(child).code, 0);
            break;
        }
        scene.server.end_leases();
        let heir = scene
            .machine(&format!("b{at}"), "")
            .run(&["get", "grafana"]);
        assert_eq!(heir.code, 0, "{}", heir.stderr);
        send(&child, Signal::CONT);
        let said = end(child);
        // Where it was stopped for longer than a request may take, its store is away, and it may send nothing.
        assert!([0, 6].contains(&said.code), "{}", said.stderr);
        let late = trap.late.lock().expect("no thread has panicked");
        assert!(
            late.iter().all(|(_, answer)| *answer == Value::Number(0)),
            "at {at}: {late:?}"
        );
        let third = scene
            .machine(&format!("c{at}"), "")
            .run(&["get", "grafana"])
            .answer();
        assert!(
            third == heir.stdout || third == said.stdout,
            "a third caller has the one session or the other"
        );
    }
    assert_eq!(scene.home.sandbox.violations(), []);
}

fn is_ended(child: &Child) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", child.id()));
    text.is_ok_and(|text| text.contains(") Z "))
}

#[test]
fn a_holder_that_was_stopped_at_any_exchange_answers_its_caller() {
    let Some(scene) = Scene::usual() else { return };
    for step in [Step::Start, Step::Authn, Step::Authorize, Step::Callback] {
        forget(&scene);
        let late = Fault::Late(Duration::from_secs(3));
        scene.home.sandbox.fault(Plan::new(step, late).times(1));
        let name = |name: &str| format!("{name}-{step:?}");
        let a = scene.machine(&name("a"), "");
        let child = a.start_bare(&["get", "grafana"]);
        let is_it = |event: &Event| matches!(event, Event::Faulted { step: at, .. } if *at == step);
        until("the answer is late", || {
            scene.home.sandbox.count(is_it) == 1
        });
        send(&child, Signal::STOP);
        scene.server.end_leases();
        let heir = scene
            .machine(&name("b"), "")
            .run(&["get", "grafana"])
            .answer();
        send(&child, Signal::CONT);
        let own = end(child).answer();
        let third = scene.machine(&name("c"), "").run(&["get", "grafana"]);
        assert_eq!(third.answer(), heir, "{step:?}: the heir's is the fleet's");
        // Before its password left it takes what the heir has won.
        let passwords = if own == heir { 1 } else { 2 };
        scene.home.assert_passwords(passwords);
        assert!(own != heir || step == Step::Start, "{step:?}");
    }
}

#[test]
fn a_late_write_is_refused_even_before_the_heir_has_written_anything() {
    let Some(scene) = Scene::usual() else { return };
    // This trap is sprung by hand.
    let (proxy, trap) = Trap::set(&scene, usize::MAX, false, Signal::STOP);
    let late = Fault::Late(Duration::from_secs(3));
    let plan = Plan::new(Step::Callback, late).times(1);
    scene.home.sandbox.fault(plan);
    let a = scene.machine_at("a", &proxy.url(), "");
    let child = trap.start(&a);
    until("its session is issued", || {
        scene.home.sandbox.sessions_issued() == 1
    });
    send(&child, Signal::STOP);
    trap.has_struck.store(true, Ordering::SeqCst);
    scene.server.end_leases();
    // The heir is stopped as soon as it has both claims, the entry's and the account's.
    let (proxy, second) = Trap::after_claims(&scene, 2);
    let b = scene.machine_at("b", &proxy.url(), "");
    let heir = second.start(&b);
    until("the heir has the claims", || {
        second.has_struck.load(Ordering::SeqCst)
    });
    send(&child, Signal::CONT);
    let own = end(child);
    assert_eq!(own.code, 0, "{}", own.stderr);
    let late = trap.late.lock().expect("no thread has panicked");
    let is_refused = |(_, answer): &(String, Value)| *answer == Value::Number(0);
    assert!(!late.is_empty() && late.iter().all(is_refused), "{late:?}");
    send(&heir, Signal::CONT);
    // Where it was stopped for longer than a request may take, its store is away, and it may send nothing.
    let heir = end(heir);
    assert!([0, 6].contains(&heir.code), "{}", heir.stderr);
}
