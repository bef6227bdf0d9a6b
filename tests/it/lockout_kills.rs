//! Never a locked account, though the program dies: SIGKILL at each step on the memory after a secret has left, and some
//! milliseconds after the answer came, again and again at the same place.
//!
//! The steps are those that a good run is seen to make, so that a step that is added later is tried too.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::{Event, Factor, Garble, Host, Step};

use crate::factors::{SEED, home, setup};
use crate::home::{Home, binary, files};
use crate::lockout_scene::{MOST, Memory, busy, unreadable, was_locked, with_wrong_password};
use crate::tools::{skip, tool};

/// So often the program dies at one place.
const DEATHS: usize = 8;
/// The system calls that change files, apart from `write`, which is for sockets too.
const CHANGES: &str = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,ftruncate,fallocate,mkdir";
/// A time step of a computed code, and a bit.
const STEP: Duration = Duration::from_secs(31);

/// A system call of the program: the nth of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) nth: usize,
}

/// The program under strace, which watches the changes to files, or what is written to the files at `paths`.
pub(crate) fn traced(memory: &Memory<'_>, paths: &[String], injected: Option<&str>) -> Command {
    let mut command = memory.home.command("setsid");
    command.args(["--wait", "strace", "-f", "-ttt", "-s", "0", "-o"]);
    command.arg(memory.home.path("trace"));
    let calls = if paths.is_empty() { CHANGES } else { "write" };
    command.args(["-e", &format!("trace={calls}")]);
    for path in paths {
        command.arg("-P").arg(memory.directory().join(path));
    }
    if let Some(injected) = injected {
        command.args(["-e", &format!("inject={injected}")]);
    }
    command.arg(binary()).args(["get", "grafana"]);
    command.env("ALB_CREDENTIAL_CACHE", memory.directory());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The names that the files of a memory have at one time or another: those that are there, and those of unfinished ones.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let names = files(directory).into_iter();
    let locks = names.clone().filter(|name| name.ends_with("lock"));
    let unfinished = locks.map(|name| name.replace(".lock", ".tmp"));
    names.chain(unfinished.collect::<Vec<_>>()).collect()
}

/// The places of a first call, after `moment` if there is one; `None` where strace sees nothing here.
pub(crate) fn places(
    memory: &Memory<'_>,
    moment: Option<fn(&Event) -> bool>,
) -> Option<Vec<Place>> {
    if !tool("strace") {
        return None;
    }
    let _ = memory.run(&["get", "grafana"]);
    let names = names(memory.directory());
    let mut places = Vec::new();
    for paths in [&[][..], &names] {
        std::fs::remove_dir_all(memory.directory()).expect("it is ours");
        memory.home.sandbox.clear_audit();
        let _ = traced(memory, paths, None).status().expect("setsid starts");
        let audit = memory.home.sandbox.audit();
        let at = moment.map_or(0, |moment| {
            let entry = audit.iter().find(|entry| moment(&entry.event));
            entry.expect("it comes").at.unix_timestamp_nanos()
        });
        let trace = std::fs::read_to_string(memory.home.path("trace")).unwrap_or_default();
        places.extend(later(&trace, at));
    }
    if places.is_empty() {
        skip("strace sees nothing here: it has to be root's, and be allowed to trace");
        return None;
    }
    Some(places)
}

/// The calls of a trace, such as `17648 1795963472.307441 fsync(3) = 0`, that began after a moment, in nanoseconds.
fn later(trace: &str, moment: i128) -> Vec<Place> {
    let mut counts = std::collections::HashMap::new();
    let mut places = Vec::new();
    for line in trace.lines() {
        let call = line.split_once(' ').map(|(_, rest)| rest.trim());
        let Some((time, call)) = call.and_then(|call| call.split_once(' ')) else {
            continue;
        };
        let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Some(name) = call.split_once('(').map(|(name, _)| name).filter(is_name) else {
            continue;
        };
        let count: &mut usize = counts.entry(name).or_default();
        *count += 1;
        // Seconds and microseconds, without a rounding.
        let microseconds: i128 = time.replace('.', "").parse().expect("a time");
        if microseconds * 1000 > moment {
            let (name, nth) = (name.to_owned(), *count);
            places.push(Place { name, nth });
        }
    }
    places
}

#[test]
fn calls_after_a_moment_are_read_from_a_trace() {
    let trace = "7  1000.000001 fsync(3) = 0\n7  1000.000003 rename(\"a\", \"b\") = 0\n\
                 8  1000.000004 fsync(3 <unfinished ...>\n7 1000.000005 +++ exited with 0 +++\n";
    let place = |name: &str, nth| Place {
        name: name.into(),
        nth,
    };
    let found = later(trace, 1_000_000_002_000);
    assert_eq!(found, [place("rename", 1), place("fsync", 2)]);
}

/// Dies again and again at each place after `moment`, and asserts how many secrets were sent.
#[track_caller]
fn assert_survives(home: &Home, moment: fn(&Event) -> bool, deaths: usize) {
    let memory = Memory::usual(home);
    let Some(places) = places(&memory, Some(moment)) else {
        return;
    };
    let names = names(memory.directory());
    let mut wrong = Vec::new();
    let mut killed = 0;
    for (number, place) in places.iter().enumerate() {
        let memory = Memory::new(home, &number.to_string());
        let paths = if place.name == "write" {
            &names[..]
        } else {
            &[]
        };
        let injected = format!("{}:signal=SIGKILL:when={}", place.name, place.nth);
        for _ in 0..deaths {
            let before = home.sandbox.count(moment);
            let _ = traced(&memory, paths, Some(&injected)).status();
            let trace = std::fs::read_to_string(home.path("trace")).unwrap_or_default();
            let is_killed = trace.contains("+++ killed by SIGKILL +++");
            killed += usize::from(is_killed);
            home.sandbox.advance(STEP);
            let sent = home.sandbox.count(moment);
            // A process that lives and sends nothing was held back, as all will be; and a fourth is one too many.
            if sent > MOST || (sent == before && !is_killed) {
                break;
            }
        }
        // And those after them, which nothing befalls.
        let _ = (memory.get(), memory.get());
        let sent = home.sandbox.count(moment);
        if sent > MOST || was_locked(home) {
            wrong.push(format!(
                "{sent} sent, killed at {} no. {}",
                place.name, place.nth
            ));
        }
    }
    assert!(killed >= places.len(), "{killed} killed at {places:?}");
    assert!(wrong.is_empty(), "of {} places: {wrong:#?}", places.len());
}

fn password_sent(event: &Event) -> bool {
    matches!(event, Event::PasswordSent { .. })
}

fn code_sent(event: &Event) -> bool {
    matches!(event, Event::CodePosted { .. })
}

fn with_wrong_seed() -> Home {
    let lines = "factor = [\"token:software:totp\"]\npasscode = { totp = { file = \"seed\" } }";
    let home = home(busy(setup(vec![Factor::totp(SEED)])), lines);
    let other = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    std::fs::write(home.path("seed"), other).expect("the seed is written");
    home
}

#[test]
fn a_process_that_dies_again_after_each_refusal_sends_three_passwords() {
    assert_survives(&with_wrong_password(), password_sent, DEATHS);
}

#[test]
fn who_dies_at_one_place_after_a_gateways_answer_sends_three_passwords() {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 502, Garble::Html));
    assert_survives(&home, password_sent, DEATHS);
}

#[test]
fn a_process_that_dies_again_after_each_refused_code_sends_three_codes() {
    assert_survives(&with_wrong_seed(), code_sent, MOST + 2);
}

/// Starts `get`, as a process that a signal reaches, without a terminal.
fn start(memory: &Memory<'_>) -> Child {
    let mut command = memory.home.command("setsid");
    command.arg(binary()).args(["get", "grafana"]);
    command.env("ALB_CREDENTIAL_CACHE", memory.directory());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("setsid starts")
}

/// Kills a `get` so long after Okta has answered a request that is `such`; or lets it end, if it makes none.
fn kill_after(memory: &Memory<'_>, such: fn(&Event) -> bool, delay: Duration) {
    let events = memory.home.sandbox.follow();
    let mut child = start(memory);
    let mut is_sent = false;
    loop {
        let answered = |event: &Event| {
            matches!(
                event,
                Event::Answered {
                    host: Host::Org,
                    ..
                }
            )
        };
        match events.recv_timeout(Duration::from_millis(2)) {
            Ok(entry) if such(&entry.event) => is_sent = true,
            Ok(entry) if is_sent && answered(&entry.event) => break,
            Err(_) if child.try_wait().expect("it is ours").is_some() => return,
            _ => {}
        }
    }
    std::thread::sleep(delay);
    child.kill().expect("it is ours");
    child.wait().expect("it ends");
}

#[track_caller]
fn assert_survives_moments(home: &Home, such: fn(&Event) -> bool, deaths: usize) {
    let mut wrong = Vec::new();
    for milliseconds in [0, 1, 2, 4, 8, 16, 32] {
        let memory = Memory::new(home, &milliseconds.to_string());
        for _ in 0..deaths {
            let before = home.sandbox.count(such);
            kill_after(&memory, such, Duration::from_millis(milliseconds));
            home.sandbox.advance(STEP);
            let sent = home.sandbox.count(such);
            if sent > MOST || sent == before {
                break;
            }
        }
        let _ = (memory.get(), memory.get());
        let sent = home.sandbox.count(such);
        if sent > MOST || was_locked(home) {
            wrong.push(format!(
                "{sent} sent, killed {milliseconds} ms after the answer"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn who_dies_some_milliseconds_after_the_refusal_sends_three_passwords() {
    assert_survives_moments(&with_wrong_password(), password_sent, DEATHS);
}

#[test]
fn who_dies_some_milliseconds_after_a_gateways_answer_sends_three_passwords() {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 504, Garble::Empty));
    assert_survives_moments(&home, password_sent, DEATHS);
}

#[test]
fn who_dies_some_milliseconds_after_a_refused_code_sends_three_codes() {
    assert_survives_moments(&with_wrong_seed(), code_sent, MOST + 2);
}
