//! Renewal ahead of time: near its end a session is renewed in the background, once, by nobody's leave and to nobody's
//! harm.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use sandbox::{App, Event, Factor, NumberChallenge, PhoneManner, Setup};
use serde_json::Value;

use crate::factors::{SEED, setup, with_seed};
use crate::gate::Gate;
use crate::home::{Home, Outcome, binary, feed, outcome, seconds_from_now};
use crate::screen::{PATIENCE, Said, Terminal, ended};
use crate::tools::{beside, skip, tool};

/// Signs in, and makes the session so old that five of its hundred minutes are left. Its cookie.
fn near_end(home: &Home) -> String {
    let cookie = home.run(&["get", "grafana"]).answer();
    make_old(home);
    cookie
}

pub(crate) fn make_old(home: &Home) {
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = Value::from(seconds_from_now(-95 * 60));
        record["session"]["bound"] = Value::from(seconds_from_now(5 * 60));
    });
    home.sandbox.clear_audit();
}

/// A home with a session near its end and servers that do not answer yet.
fn held_up() -> (Home, String, Gate) {
    let mut home = Home::usual();
    let cookie = near_end(&home);
    let gate = Gate::before(&mut home);
    (home, cookie, gate)
}

/// When the renewal was last tried, as the entry says.
pub(crate) fn tried(home: &Home) -> Option<String> {
    let (_, record) = home.record("grafana");
    record["renewal_tried_at"].as_str().map(str::to_owned)
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until there is another session than the one of `old`, and gives its cookie.
#[track_caller]
pub(crate) fn renewed(home: &Home, old: &str) -> String {
    let is_there = || {
        let (_, record) = home.record("grafana");
        let value = record["session"]["cookies"][0]["value"].as_str();
        value.is_some_and(|value| !old.contains(value))
    };
    until("a new session", is_there);
    home.run(&["get", "grafana", "--no-sign-in"]).answer()
}

fn lock(home: &Home) -> PathBuf {
    let (record, _) = home.record("grafana");
    let name = record.to_string_lossy().replace(".v2.json", ".lock");
    PathBuf::from(name)
}

/// Waits until a renewal that has begun has ended, whatever came of it: it holds the claim for as long as it lasts.
#[track_caller]
pub(crate) fn until_over(home: &Home) {
    until("a first request", || home.sandbox.requests() > 0);
    until_free(home);
}

/// Waits until nobody holds the claim.
#[track_caller]
pub(crate) fn until_free(home: &Home) {
    let file = File::open(lock(home)).expect("there is a lock");
    until("the end", || {
        flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
    });
}

/// Asserts that the renewal has come as far as the closed gate and still stands there: whatever has ended until now did
/// not wait for it.
#[track_caller]
fn assert_goes_on(home: &Home, gate: &Gate) {
    gate.until_asked();
    let file = File::open(lock(home)).expect("there is a lock");
    let taken = flock(&file, FlockOperation::NonBlockingLockExclusive);
    assert!(taken.is_err(), "it was waited for");
    assert_eq!(home.sandbox.requests(), 0);
}

/// The process that renews, which has come as far as its first request.
fn process(home: &Home, gate: &Gate) -> Pid {
    gate.until_asked();
    let text = std::fs::read_to_string(lock(home)).expect("there is a lock");
    let number = text.lines().next().and_then(|line| line.parse().ok());
    Pid::from_raw(number.expect("a process")).expect("a process")
}

/// Counts how often somebody has signed in, and how many passwords that took.
fn counts(home: &Home) -> (usize, usize) {
    (
        home.sandbox.sessions_issued(),
        home.sandbox.password_tries(),
    )
}

#[track_caller]
fn assert_untouched(home: &Home, context: &str) {
    assert_eq!(tried(home), None, "{context}");
    assert_eq!(home.sandbox.requests(), 0, "{context}");
}

#[test]
fn a_hit_near_the_end_answers_at_once_and_a_new_session_follows() {
    let (home, old, gate) = held_up();
    // The answer and the end of both streams come although no server answers yet.
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    assert_goes_on(&home, &gate);
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    gate.open();
    let new = renewed(&home, &old);
    assert_ne!(new, old);
    assert_eq!(counts(&home), (1, 0), "the Okta session was enough");
    assert_eq!(tried(&home), None, "the new session has not been tried");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_hundred_hits_start_one_renewal() {
    let (home, old, gate) = held_up();
    for outcome in home.crowd(100, &["get", "grafana"]) {
        assert_eq!(outcome.answer(), old);
    }
    assert_goes_on(&home, &gate);
    gate.open();
    renewed(&home, &old);
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(home.challenges(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_password_that_lies_ready_is_sent_where_the_okta_session_has_ended() {
    let home = Home::usual();
    let old = near_end(&home);
    home.sandbox.end_okta_sessions();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    renewed(&home, &old);
    assert_eq!(counts(&home), (1, 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_code_is_computed_where_the_seed_lies_ready() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    let old = near_end(&home);
    home.sandbox.end_okta_sessions();
    // Okta takes no code twice, and the next one is not waited for here.
    home.sandbox.advance(Duration::from_secs(60));
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    renewed(&home, &old);
    assert_eq!((counts(&home), home.sandbox.code_tries()), ((1, 1), 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_renewal_that_fails_leaves_the_session_and_is_not_tried_again_soon() {
    let home = Home::usual();
    let old = near_end(&home);
    home.sandbox.end_okta_sessions();
    home.password("not it");
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    until_over(&home);
    let first = tried(&home);
    assert!(first.is_some());
    assert_eq!(counts(&home), (0, 1));
    let requests = home.sandbox.requests();
    for outcome in home.crowd(50, &["get", "grafana"]) {
        assert_eq!(outcome.answer(), old);
    }
    assert_eq!(tried(&home), first);
    assert_eq!(home.sandbox.requests(), requests);
    let (_, record) = home.record("grafana");
    assert_eq!(record["failure"], Value::Null, "nobody is told of it");
    assert_eq!(record["backoff"], Value::Null, "nobody is held back by it");
    // But the account is not locked for its sake.
    home.expire("grafana");
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("that was remembered"), "{told}");
    assert_eq!(counts(&home), (0, 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn when_half_of_what_was_left_has_passed_it_is_tried_once_more() {
    let (home, old, gate) = held_up();
    let set = |ago: i64| {
        home.edit("grafana", |record| {
            record["renewal_tried_at"] = Value::from(seconds_from_now(-ago));
        });
    };
    set(4 * 60);
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    assert!(gate.is_lonely());
    set(6 * 60);
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    gate.until_asked();
}

#[test]
fn a_command_for_the_password_or_the_code_is_never_run() {
    let command = "{ command = [\"sh\", \"-c\", \"touch ran; cat password\"] }";
    let of_password = |home: &Home| {
        let text = home.configuration(&["grafana".into()]);
        home.configure(&text.replace("{ file = \"password\" }", command));
    };
    let of_code = |home: &Home| home.append_to_org(&format!("passcode = {command}"));
    let of_seed = |home: &Home| home.append_to_org(&format!("passcode = {{ totp = {command} }}"));
    for configure in [&of_password as &dyn Fn(&Home), &of_code, &of_seed] {
        let home = Home::usual();
        let old = near_end(&home);
        home.sandbox.end_okta_sessions();
        configure(&home);
        assert_eq!(home.run(&["get", "grafana"]).answer(), old);
        until_over(&home);
        assert!(!home.path("ran").exists());
        assert_eq!(counts(&home), (0, 0));
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn no_push_is_sent_and_the_next_miss_may_still_send_one() {
    let mut setup = setup(vec![Factor::push("Ada's phone")]);
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let home = crate::factors::home(setup, "push_unattended = true");
    assert_eq!(home.run(&["get", "grafana"]).code, 0);
    let old = home.run(&["get", "grafana"]).answer();
    make_old(&home);
    home.sandbox.end_okta_sessions();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    until_over(&home);
    assert_eq!((counts(&home), home.sandbox.pushes()), ((0, 1), 0));
    home.expire("grafana");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(
        (said.code, home.sandbox.pushes()),
        (0, 1),
        "{}",
        said.stderr
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn nothing_is_started_where_nobody_wants_it() {
    let mut home = Home::usual();
    let old = near_end(&home);
    let gate = Gate::before(&mut home);
    let hit = |home: &Home, arguments: &[&str], variables: &[(&str, &str)], context: &str| {
        let mut command = home.credential(arguments);
        command.envs(variables.iter().copied());
        let said = outcome(command.output().expect("the program starts"));
        assert_eq!(said.answer(), old, "{context}");
        assert_untouched(home, context);
    };
    let plain = ["get", "grafana"];
    hit(&home, &plain, &[("CI", "true")], "a CI job");
    hit(
        &home,
        &["get", "grafana", "--no-sign-in"],
        &[],
        "only the cache",
    );
    home.append("renew_ahead = 0");
    hit(&home, &plain, &[], "it is off");
    home.configure(&home.configuration(&["grafana".into()]));
    home.append("renew_ahead = 0.04");
    hit(&home, &plain, &[], "before the window");
    home.configure(&home.configuration(&["grafana".into()]));
    home.edit("grafana", |record| {
        record["session"]["pasted"] = true.into();
    });
    hit(&home, &plain, &[], "a pasted session");
    home.edit("grafana", |record| {
        record["session"]["pasted"] = false.into();
    });
    assert!(gate.is_lonely());
    assert_eq!(home.run(&plain).answer(), old);
    assert!(tried(&home).is_some(), "all else was right");
    gate.until_asked();
}

#[test]
fn where_the_try_cannot_be_put_down_nothing_is_started() {
    if !tool("setpriv") {
        return;
    }
    let home = Home::usual();
    let old = near_end(&home);
    let mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.cache(), mode).expect("it is ours");
    };
    mode(0o500);
    let mut command = home.powerless();
    command.arg(binary()).args(["get", "grafana", "-v"]);
    let said = outcome(command.output().expect("the program starts"));
    mode(0o700);
    assert_eq!((said.code, said.stdout), (0, old));
    assert_eq!(
        said.stderr,
        "credential: grafana: the cached session is fresh\n"
    );
    assert_untouched(&home, "a directory that cannot be written");
}

#[test]
fn the_caller_says_for_v_that_a_renewal_was_started() {
    let home = Home::usual();
    let old = near_end(&home);
    let said = home.run(&["get", "grafana", "-v"]);
    assert_eq!(
        said,
        Outcome {
            stdout: old.clone(),
            stderr: "credential: grafana: the cached session is fresh\n\
                credential: grafana: the session is near its end; another process renews it in the background\n"
                .into(),
            code: 0,
        }
    );
    renewed(&home, &old);
}

#[test]
fn a_session_that_was_verified_is_renewed_ahead_too() {
    let home = Home::usual();
    let old = near_end(&home);
    assert_eq!(home.run(&["get", "grafana", "--verify=0s"]).answer(), old);
    renewed(&home, &old);
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn no_helper_and_no_exec_waits_for_it() {
    let url = |home: &Home| home.sandbox.app_url("grafana");
    let git = |home: &Home| {
        let host = url(home).replace("https://", "");
        let request = format!("protocol=https\nhost={host}\n\n");
        home.run_with(&["get", "--protocol", "git"], &request)
    };
    let docker = |home: &Home| home.run_with(&["get", "--protocol", "docker"], &url(home));
    let bazel = |home: &Home| {
        let request = format!("{{\"uri\":\"{}/x\"}}", url(home));
        home.run_with(&["get", "--protocol", "bazel"], &request)
    };
    let exec = |home: &Home| {
        let script = "printf %s \"$CREDENTIAL_COOKIE\"";
        home.run(&["exec", "grafana", "--", "sh", "-c", script])
    };
    for ask in [&git as &dyn Fn(&Home) -> Outcome, &docker, &bazel, &exec] {
        let (home, old, gate) = held_up();
        let answer = ask(&home).answer();
        assert!(answer.contains(old.trim_end()), "{answer}");
        assert_goes_on(&home, &gate);
    }
}

#[test]
fn a_helper_that_is_a_copy_of_the_program_has_it_renewed_too() {
    let home = Home::usual();
    let old = near_end(&home);
    let copy = home.path("git-credential-alb");
    let linked = std::fs::hard_link(binary(), &copy);
    if linked.is_err() {
        std::fs::copy(binary(), &copy).expect("a copy");
    }
    let mut command = home.command("setsid");
    command.arg("--wait").arg(copy).arg("get");
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let said = feed(command, &format!("protocol=https\nhost={host}\n\n"));
    assert!(said.answer().contains(old.trim_end()));
    renewed(&home, &old);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn what_the_caller_has_open_is_not_kept_open() {
    if !tool("bash") {
        return;
    }
    let (home, old, gate) = held_up();
    let script = "exec 3> >(cat; touch over3) 10> >(cat; touch over10) 200> >(cat; touch over200)
        credential get grafana";
    let mut command = beside(&home, "bash");
    command.args(["-c", script]);
    let said = outcome(command.output().expect("bash starts"));
    assert_eq!(said.answer(), old);
    for descriptor in ["over3", "over10", "over200"] {
        until(descriptor, || home.path(descriptor).exists());
    }
    assert_goes_on(&home, &gate);
}

#[test]
fn a_command_still_gets_what_its_caller_has_open_and_no_dead_child_beside_it() {
    if !tool("bash") {
        return;
    }
    let (home, _, gate) = held_up();
    let script = "credential exec grafana -- sh -c '
        echo kept >&9
        cat /proc/$PPID/task/$PPID/children
        echo $$' 9> kept";
    let mut command = beside(&home, "bash");
    command.args(["-c", script]);
    let answer = outcome(command.output().expect("bash starts")).answer();
    let numbers: Vec<&str> = answer.split_whitespace().collect();
    assert!(
        matches!(numbers[..], [child, own] if child == own),
        "{answer}"
    );
    let kept = std::fs::read_to_string(home.path("kept"));
    assert_eq!(kept.expect("a file"), "kept\n");
    assert_goes_on(&home, &gate);
}

#[test]
fn it_outlives_the_callers_whole_group() {
    let (home, old, gate) = held_up();
    let mut command = beside(&home, "sh");
    command
        .args(["-c", "credential get grafana; kill -KILL 0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (status, stdout, stderr) = ended(command.spawn().expect("sh starts"));
    assert!(!status.success());
    assert_eq!((stdout, stderr), (old.clone(), String::new()));
    assert_goes_on(&home, &gate);
    gate.open();
    renewed(&home, &old);
}

#[test]
fn it_has_no_terminal_and_outlives_that_of_its_caller() {
    let (home, old, gate) = held_up();
    let mut terminal = Terminal::new();
    let script = "credential get grafana; printf answered >/dev/tty; read line";
    let child = terminal.start(&home, script);
    let process = process(&home, &gate).as_raw_nonzero();
    // Whoever is still to answer would end with the terminal.
    terminal.until_next("answered");
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let fields: Vec<&str> = fields.split(' ').collect();
    let (session, terminal_number) = (fields[3], fields[4]);
    assert_eq!(terminal_number, "0", "{stat}");
    assert_ne!(session, process.to_string(), "a leader could get one");
    assert_eq!(terminal.screen(), "");
    drop(terminal);
    let (_, stdout, stderr) = ended(child);
    assert_eq!((stdout, stderr), (old.clone(), String::new()));
    gate.open();
    renewed(&home, &old);
}

#[test]
fn a_password_that_would_have_to_be_asked_for_is_not() {
    let home = Home::usual();
    let old = near_end(&home);
    home.sandbox.end_okta_sessions();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    let (status, stdout, stderr) = ended(child);
    assert!(status.success());
    assert_eq!((stdout, stderr), (old, String::new()));
    until_over(&home);
    assert_eq!(terminal.screen(), "");
    assert_eq!(counts(&home), (0, 0));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn one_that_is_killed_leaves_the_session_and_no_claim() {
    let (home, old, gate) = held_up();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    kill_process(process(&home, &gate), Signal::KILL).expect("it runs");
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    gate.open();
    assert_ne!(home.run(&["get", "grafana", "--fresh"]).answer(), old);
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(home.sandbox.violations(), []);
}

/// A `get --fresh` that waits for the renewal at the gate.
fn waiting(home: &Home, gate: &Gate) -> Said {
    let _ = home.run(&["get", "grafana"]).answer();
    gate.until_asked();
    let mut command = home.credential(&["get", "grafana", "--fresh"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut said = Said::of(command.spawn().expect("the program starts"));
    said.until("waiting for process");
    said
}

#[test]
fn a_call_for_a_fresh_session_that_waits_for_it_gets_the_one_that_it_brings() {
    let (home, old, gate) = held_up();
    let waiting = waiting(&home, &gate);
    gate.open();
    let said = waiting.outcome();
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(said.stdout, renewed(&home, &old));
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_call_for_a_fresh_session_that_waits_for_one_that_fails_signs_in_itself() {
    let mut home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    let command = "{ command = [\"cat\", \"password\"] }";
    home.configure(&text.replace("{ file = \"password\" }", command));
    let old = near_end(&home);
    home.sandbox.end_okta_sessions();
    let gate = Gate::before(&mut home);
    let waiting = waiting(&home, &gate);
    gate.open();
    let said = waiting.outcome();
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_ne!(said.stdout, old);
    assert_eq!(counts(&home), (1, 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_person_who_logs_out_meanwhile_stays_logged_out() {
    let (home, old, gate) = held_up();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    gate.until_asked();
    let mut command = home.credential(&["logout", "grafana"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut said = Said::of(command.spawn().expect("the program starts"));
    said.until("waiting for process");
    gate.open();
    assert_eq!(said.outcome().code, 0);
    assert!(!home.has_session());
    // One that comes too late finds nothing to renew.
    let requests = home.sandbox.requests();
    let told = home.run(&["renew", "--detached", "grafana"]).told(1);
    assert!(told.contains("no session that is near its end"), "{told}");
    assert_eq!(home.sandbox.requests(), requests);
}

/// `logout corp`, past the gate, which has come so far that it waits for whoever signs in behind it.
fn logging_out(home: &Home) -> Said {
    let mut command = home.credential(&["logout", "corp"]);
    command.env_remove("HTTPS_PROXY");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut said = Said::of(command.spawn().expect("the program starts"));
    said.until("waiting for process");
    said
}

/// Asserts that neither the app's session nor Okta's is left.
#[track_caller]
fn assert_logged_out(home: &Home) {
    assert!(!home.has_session());
    assert_eq!(
        home.account().1["session"].as_array().map(Vec::len),
        Some(0)
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_person_who_logs_out_of_the_org_meanwhile_is_not_signed_in_again() {
    let (home, old, gate) = held_up();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    gate.until_asked();
    let logout = logging_out(&home);
    gate.open();
    assert_eq!(logout.outcome().code, 0);
    assert_eq!(counts(&home), (0, 0), "no password is sent for it");
    assert_logged_out(&home);
}

#[test]
fn the_session_that_a_sign_in_under_way_brings_is_ended_too() {
    let mut home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let gate = Gate::before(&mut home);
    let mut command = home.credential(&["get", "grafana", "--fresh"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let fresh = Said::of(command.spawn().expect("the program starts"));
    gate.until_asked();
    let logout = logging_out(&home);
    gate.open();
    assert_eq!(fresh.outcome().code, 0);
    assert_eq!(logout.outcome().code, 0);
    assert_logged_out(&home);
    let ended = |event: &Event| matches!(event, Event::OktaSessionEnded { .. });
    assert_eq!(home.sandbox.count(ended), 2);
}

#[test]
fn two_apps_of_one_org_are_renewed_with_one_password() {
    let home = Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        // Long enough that one comes while the other sends the password.
        delay: Duration::from_millis(200),
        ..Setup::default()
    });
    let old = [
        home.run(&["get", "grafana"]).answer(),
        home.run(&["get", "argocd"]).answer(),
    ];
    for app in ["grafana", "argocd"] {
        home.edit(app, |record| {
            record["session"]["issued_at"] = Value::from(seconds_from_now(-95 * 60));
            record["session"]["bound"] = Value::from(seconds_from_now(5 * 60));
        });
    }
    home.sandbox.end_okta_sessions();
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old[0]);
    assert_eq!(home.run(&["get", "argocd"]).answer(), old[1]);
    until("two new sessions", || home.sandbox.sessions_issued() == 2);
    assert_eq!(counts(&home), (2, 1));
    assert_eq!(home.sandbox.violations(), []);
}

/// The directory and the environment of the process that renews a session now.
fn background(home: &Home) -> (PathBuf, Vec<(String, String)>) {
    let own = format!("ALB_CREDENTIAL_CACHE={}", home.cache().display());
    let processes = std::fs::read_dir("/proc").expect("Linux").flatten();
    let read = |path: PathBuf| {
        let text = std::fs::read(path).unwrap_or_default();
        let words = text.split(|byte| *byte == 0);
        words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect::<Vec<_>>()
    };
    let (process, environment) = processes
        .map(|process| (process.path(), read(process.path().join("environ"))))
        .find(|(process, environment)| {
            let is_detached = read(process.join("cmdline")).contains(&"--detached".to_owned());
            is_detached && environment.contains(&own)
        })
        .expect("there is one");
    let pairs = environment
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    let directory = std::fs::read_link(process.join("cwd")).expect("it lives");
    (directory, pairs)
}

#[test]
fn the_background_keeps_neither_the_callers_directory_nor_its_environment() {
    if !cfg!(target_os = "linux") || !rustix::process::geteuid().is_root() {
        return skip("only root on Linux can look into a process that keeps secrets");
    }
    let (home, old, gate) = held_up();
    home.append_to_org("passcode = { env = \"CORP_CODE\" }");
    let mut command = home.credential(&["get", "grafana"]);
    command
        .env("ALB_CREDENTIAL_CONFIG", "config.toml")
        .env("PATH", "/usr/bin:.:bin:/bin:")
        .env("CORP_CODE", "123456")
        .env("AWS_SECRET_ACCESS_KEY", "of the caller");
    let said = outcome(command.output().expect("it starts"));
    assert_eq!(said.answer(), old);
    gate.until_asked();
    let (directory, variables) = background(&home);
    gate.open();
    assert_eq!(directory, PathBuf::from("/"));
    let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "ALB_CREDENTIAL_CACHE",
        "ALB_CREDENTIAL_CONFIG",
        "CORP_CODE",
        "HOME",
        "HTTPS_PROXY",
        "PATH",
        "SSL_CERT_FILE",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
    ];
    assert_eq!(names, expected);
    let config = home.path("config.toml").display().to_string();
    assert_eq!(
        (&variables[1].1, variables[5].1.as_str()),
        (&config, "/usr/bin:/bin")
    );
    renewed(&home, &old);
}

#[test]
fn the_command_of_the_background_is_not_offered() {
    let home = Home::usual();
    let help = home.run(&["help"]).answer();
    assert!(!help.contains("renew"), "{help}");
    let mut command = home.credential(&["--", "credential", "re"]);
    command
        .env("_CREDENTIAL_COMPLETE", "fish")
        .env("_CLAP_COMPLETE_INDEX", "1");
    let said = outcome(command.output().expect("the program starts"));
    assert!(!said.answer().contains("renew"));
}
