//! One caller: calls one after another, some killed, some stopped for a while, every one looked at.

use std::io::Read as _;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sandbox::Chance;

use super::ground::{APPS, HOMES};
use super::tally::Call;
use super::{Fleet, Ground};

/// How long a caller thinks between two calls, at most.
const PAUSE: Duration = Duration::from_millis(500);
/// One in so many wants a session that is issued after its call.
const FRESH: usize = 6;
/// The time after a call's start within which a disturbance comes.
const WITHIN: Duration = Duration::from_millis(400);
/// A stop lasts for up to two leases, and mostly for much less.
const STOPPED: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// A disturbance of a call.
#[derive(Clone, Copy)]
enum Fate {
    Nothing,
    Killed(Duration),
    Stopped(Duration, Duration),
}

/// Calls until the soak is over.
pub(super) fn run(fleet: &Fleet, number: usize, mut chance: Chance) {
    while fleet.goes_on() {
        let (app, _) = *chance.pick(&APPS);
        let is_fresh = chance.one_in(FRESH);
        let fate = match chance.below(40) {
            0 => Fate::Killed(chance.time(WITHIN)),
            1..3 if is_fresh => {
                let most = *chance.pick(&STOPPED);
                Fate::Stopped(chance.time(WITHIN), chance.time(most))
            }
            _ => Fate::Nothing,
        };
        let call = make(fleet, number % HOMES, app, is_fresh, fate);
        if fleet.tally.judge(&fleet.ground, &call) {
            log_in(fleet, call.home);
        }
        thread::sleep(chance.time(PAUSE));
    }
}

fn make(fleet: &Fleet, home: usize, app: &'static str, is_fresh: bool, fate: Fate) -> Call {
    let mut command = fleet.ground.command(home);
    command.args(["get", app]);
    if is_fresh {
        command.arg("--fresh");
    }
    let began_at = fleet.ground.sandbox.now();
    let began = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut is_killed = false;
    match fate {
        Fate::Nothing => {}
        Fate::Killed(after) => {
            thread::sleep(after);
            is_killed = child.try_wait().is_ok_and(|ended| ended.is_none());
            let _ = child.kill();
        }
        Fate::Stopped(after, time) => {
            thread::sleep(after);
            if child.try_wait().is_ok_and(|ended| ended.is_none()) {
                let from = Instant::now();
                send(&child, Signal::STOP);
                thread::sleep(time);
                send(&child, Signal::CONT);
                fleet.tally.stopped(home, from, Instant::now());
            }
        }
    }
    let (stdout, stderr) = read(&mut child);
    let status = child.wait().expect("it was started");
    let ended = Instant::now();
    if is_killed {
        fleet.tally.killed(ended);
    }
    Call {
        home,
        app,
        is_fresh,
        began_at,
        began,
        ended,
        is_killed,
        code: status.code(),
        stdout,
        stderr,
    }
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let _ = pid.map(|pid| kill_process(pid, signal));
}

/// All that a process says until it ends. Two short pipes need no two threads.
fn read(child: &mut Child) -> (String, String) {
    let mut texts = [const { String::new() }; 2];
    if let Some(mut pipe) = child.stdout.take() {
        let _ = pipe.read_to_string(&mut texts[0]);
    }
    if let Some(mut pipe) = child.stderr.take() {
        let _ = pipe.read_to_string(&mut texts[1]);
    }
    texts.into()
}

/// A person comes where killed sign-ins hold the next password back.
fn log_in(fleet: &Fleet, home: usize) {
    let said = fleet.ground.login(home).output().expect("script starts");
    fleet.tally.logged_in(said.status.success());
}

/// The end: the store is well, nobody is killed any more, and everything has to work within a breaker's pause.
pub(super) fn epilogue(fleet: &Fleet) {
    for home in 0..HOMES {
        for (app, _) in APPS {
            let until = Instant::now() + Duration::from_secs(60);
            loop {
                let call = make(fleet, home, app, false, Fate::Nothing);
                if is_good(&fleet.ground, &call) {
                    break;
                }
                if call.code == Some(3) {
                    log_in(fleet, home);
                }
                if Instant::now() > until {
                    fleet.tally.wrong(&call, "not answered in the end");
                    break;
                }
                thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

/// Whether it is an answer with a session that is the app's, goes on, and is as new as was wanted.
pub(super) fn is_good(ground: &Ground, call: &Call) -> bool {
    let session = ground.sandbox.session(call.stdout.trim_end());
    let is_good = session.is_some_and(|session| {
        let is_new = session.issued_at >= call.began_at || !call.is_fresh;
        session.app == call.app && session.ends_at > call.began_at && is_new
    });
    call.code == Some(0) && is_good
}
