//! A fleet's sessions: what a look costs, how a logout reaches old copies, and two callers that want a new session.

use std::fs::{File, FileTimes};
use std::io::{BufRead as _, BufReader};
use std::time::{Duration, SystemTime};

use sandbox::store::Script::{self, Enter, Leave};
use sandbox::store::{Request, StoreProxy};
use sandbox::{Factor, NumberChallenge};

use crate::ahead::until;
use crate::factors::{SEED, home, setup};
use crate::fleet_evil::two_apps;
use crate::fleet_scene::{Machine, Scene};
use crate::home::{ADA, Home, files, outcome};
use crate::tools::tools;

#[test]
fn a_machine_that_finds_anothers_session_asks_once() {
    let Some(scene) = Scene::usual() else { return };
    let cookie = scene.machine("a", "").run(&["get", "grafana"]).answer();
    let proxy = StoreProxy::passing(&scene.server.socket());
    let other = scene.machine_at("b", &proxy.url(), "");
    assert_eq!(other.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!((scripts(&proxy), proxy.connections()), (vec![Enter], 1));
    // The end of the connection is no flight, but begins as one.
    assert!(proxy.flights() <= 2, "{}", proxy.flights());
    scene.home.assert_passwords(1);
}

#[test]
fn a_sign_in_waits_for_the_store_five_times() {
    let Some(scene) = two_apps() else {
        return;
    };
    let through = |name: &str, app: &str| {
        let proxy = StoreProxy::passing(&scene.server.socket());
        let machine = scene.machine_at(name, &proxy.url(), "");
        let _ = machine.run(&["get", app]).answer();
        scripts(&proxy)
    };
    // The entry, the account, what is sent, what came of it, the session.
    let cold = through("a", "grafana");
    assert_eq!(cold, [Enter, Enter, Leave, Leave, Leave]);
    // Another app needs no claim on the account.
    assert_eq!(through("b", "wiki"), [Enter, Leave]);
    scene.home.assert_passwords(1);
}

/// The scripts that were run over a proxy, in their order, but for the beats of a holder on a busy machine.
fn scripts(proxy: &StoreProxy) -> Vec<Script> {
    let requests = proxy.requests();
    let asked = requests.iter().filter(|request| !request.is_beat());
    asked.filter_map(Request::script).collect()
}

#[test]
fn a_hit_makes_the_system_calls_of_a_hit_without_a_fleet() {
    if !tools(&["strace"]) {
        return;
    }
    let Some(scene) = Scene::usual() else { return };
    let fleet = scene.machine("a", "");
    let file = scene.machine("b", "");
    file.append_to_org("password = { file = \"password\" }\nstore = \"file\"\n");
    let [one, two] = [&fleet, &file].map(|machine| {
        until("there is a bookmark", || {
            let _ = machine.run(&["get", "grafana"]).answer();
            let names = files(&machine.cache());
            names.iter().any(|name| name.ends_with(".bookmark"))
        });
        calls(&scene, machine)
    });
    assert_eq!(one, two);
    assert!(!one.is_empty() && !one.iter().any(|call| call == "socket"));
}

/// The names of the system calls of a hit.
fn calls(scene: &Scene, machine: &Machine<'_>) -> Vec<String> {
    let log = scene.home.path("strace");
    let mut command = scene.home.command("strace");
    command.args(["-f", "-o"]).arg(&log);
    command.arg(crate::home::binary()).args(["get", "grafana"]);
    command
        .env("ALB_CREDENTIAL_CACHE", machine.cache())
        .env("ALB_CREDENTIAL_CONFIG", machine.config());
    let _ = outcome(command.output().expect("strace starts")).answer();
    let text = std::fs::read_to_string(log).expect("strace wrote it");
    let calls = text
        .lines()
        .filter_map(|line| line.split_once(' ')?.1.split_once('('));
    calls
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.starts_with("+++"))
        .collect()
}

/// Makes the copies of a machine as old as this.
fn age(machine: &Machine<'_>, by: Duration) {
    for name in files(&machine.cache()) {
        let file = File::options()
            .write(true)
            .open(machine.cache().join(name))
            .expect("it is ours");
        let times = FileTimes::new().set_modified(SystemTime::now() - by);
        file.set_times(times).expect("it is ours");
    }
}

#[test]
fn a_copy_is_answered_until_it_is_as_old_as_recheck_and_one_call_more() {
    let Some(scene) = Scene::usual() else { return };
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let cookie = a.run(&["get", "grafana"]).answer();
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(a.run(&["logout", "grafana"]).done(), "");
    age(&b, Duration::from_secs(3 * 60));
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie, "it is young");
    age(&b, Duration::from_secs(7 * 60));
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie, "one call more");
    until("the copy is removed", || {
        b.run(&["get", "grafana", "--no-sign-in"]).code == 3
    });
    scene.home.assert_passwords(1);
}

#[test]
fn a_logout_of_all_leaves_what_the_configuration_does_not_name() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let Some(scene) = Scene::of(home) else { return };
    let a = scene.machine("a", "");
    let _ = a.run(&["get", "grafana"]).answer();
    let wiki = a.run(&["get", "wiki"]).answer();
    // This machine knows of one app.
    let b = scene.machine("b", "");
    let text = std::fs::read_to_string(b.config()).expect("a configuration");
    let (one, _) = text.split_once("\n[app.wiki]").expect("it has two");
    b.configure(one);
    let _ = b.run(&["get", "grafana"]).answer();
    let said = b.run(&["logout", "--all"]);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    let c = scene.machine("c", "");
    let _ = c.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert_eq!(c.run(&["get", "wiki", "--no-sign-in"]).code, 3, "not here");
    assert_eq!(c.run(&["get", "wiki"]).answer(), wiki);
    scene.home.assert_passwords(1);
}

#[test]
fn who_wants_a_new_session_takes_one_that_was_issued_since() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    let Some(scene) = Scene::of(home(setup, "push_unattended = true")) else {
        return;
    };
    let phone = scene.home.sandbox.phone(ADA);
    let (a, b) = (scene.machine("a", ""), scene.machine("b", ""));
    let one = a.start(&["get", "grafana", "--fresh"]);
    assert!(phone.wait_for_push(Duration::from_secs(20)));
    let mut two = b.start(&["get", "grafana", "--fresh"]);
    let mut said = BufReader::new(two.stderr.take().expect("a pipe")).lines();
    let waits = said.find(|line| line.as_ref().is_ok_and(|line| line.contains("waiting for")));
    assert!(waits.is_some(), "it has asked, and waits");
    assert!(phone.approve());
    let one = outcome(one.wait_with_output().expect("it ends"));
    let two = two.wait_with_output().expect("it ends");
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(two.stdout, one.stdout.as_bytes());
    assert_eq!(scene.home.sandbox.sessions_issued(), 1);
    // One that was issued before it asked is not new; a kept Okta session is enough for another.
    let later = b.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(later, one.stdout);
    assert_eq!(scene.home.sandbox.pushes(), 1);
    scene.home.assert_passwords(1);
}

#[test]
fn a_program_that_knows_no_fleet_leaves_its_copies_alone() {
    let Some(scene) = Scene::usual() else { return };
    let a = scene.machine("a", "");
    let cookie = a.run(&["get", "grafana"]).answer();
    // An older program has the same cache, and files alone.
    let older = |arguments: &[&str]| {
        let mut command = a.command(arguments);
        command.env("ALB_CREDENTIAL_CONFIG", scene.home.path("config.toml"));
        outcome(command.output().expect("the program starts"))
    };
    let asked = || {
        let stats = scene.server.cli(&["INFO", "commandstats"]);
        let mut lines = stats.lines();
        let line = lines.find(|line| line.starts_with("cmdstat_eval:"));
        line.map(str::to_owned)
    };
    let before = asked();
    let own = older(&["get", "grafana"]).answer();
    assert_ne!(own, cookie);
    scene.home.assert_passwords(2);
    for arguments in [
        &["get", "grafana", "--fresh"][..],
        &["logout", "grafana"],
        &["logout", "--all"],
    ] {
        assert_eq!(older(arguments).code, 0, "{arguments:?}");
    }
    assert!(before.is_some() && asked() == before, "it asks no store");
    assert_eq!(a.run(&["get", "grafana"]).answer(), cookie);
    let b = scene.machine("b", "");
    assert_eq!(b.run(&["get", "grafana"]).answer(), cookie);
}
