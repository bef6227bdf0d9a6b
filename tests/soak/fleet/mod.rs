//! The soak of a fleet: `cargo bench --bench soak -- --fleet`. Callers on five machines ask for the sessions of two apps, which live
//! for seconds, and one in six wants a new one. Some are killed, some stopped for up to two leases; the store is paused, killed
//! and started again; requests to it and its answers are lost. Each machine has a proxy before the store, and all of them ask one oracle,
//! which sees every script in the order in which the server runs it.
//!
//! # What must be zero
//!
//! - **Wrong writes**: a record is written, or its claim extended, by a process to which the claim was not granted last; or
//!   its version goes back.
//! - **Lost notes**: a claim is granted, or a record looked at, and what was written last is not what is there: its new
//!   holder would not know of a password that the last one has sent.
//! - **Stuck callers**: a call takes longer than 16 s, and 16 s more for each process that was killed meanwhile, and the time,
//!   16 s at most, for which each was stopped at another machine: any of them may have held a claim. The time in which a
//!   process of its own machine was stopped, or the store, is not counted: a stopped process holds its machine's claim.
//! - **Wrong answers**: as in the soak of one machine; a failure is explained by trouble of the store, or by killed sign-ins.
//! - Locked accounts, and violations.

mod caller;
mod ground;
mod oracle;
mod tally;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sandbox::Chance;

use crate::options::Options;
use ground::Ground;
use oracle::Oracle;
use tally::Tally;

/// The things that all threads share.
pub(crate) struct Fleet {
    ground: Ground,
    tally: Tally,
    is_over: AtomicBool,
}

impl Fleet {
    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        while self.goes_on() && Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}

/// Runs it, and prints what was counted.
pub(crate) fn run(options: &Options) -> ExitCode {
    let oracle = std::sync::Arc::new(Oracle::default());
    let fleet = Fleet {
        ground: Ground::new(&oracle, options.seed),
        tally: Tally::default(),
        is_over: AtomicBool::new(false),
    };
    let chance = |number: usize| {
        let number = u64::try_from(number).unwrap_or_default();
        Chance::seeded(options.seed.wrapping_add(number))
    };
    thread::scope(|scope| {
        scope.spawn(|| trouble(&fleet, &oracle, chance(1)));
        scope.spawn(|| end_sessions(&fleet, chance(2)));
        for number in 0..options.callers {
            let fleet = &fleet;
            scope.spawn(move || caller::run(fleet, number, chance(number + 10)));
        }
        fleet.rest(options.time);
        fleet.is_over.store(true, Ordering::Relaxed);
    });
    caller::epilogue(&fleet);
    match fleet.tally.print(&fleet.ground, &oracle) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The store is paused now and then, and sometimes killed and started again with what it had confirmed.
fn trouble(fleet: &Fleet, oracle: &Oracle, mut chance: Chance) {
    let server = &fleet.ground.server;
    while fleet.goes_on() {
        fleet.rest(Duration::from_secs(1) + chance.time(Duration::from_secs(4)));
        let began = Instant::now();
        if chance.one_in(5) {
            server.kill();
            thread::sleep(chance.time(Duration::from_secs(2)));
            server.start_again();
            oracle.restarted();
        } else {
            server.signal(Signal::STOP);
            thread::sleep(Duration::from_millis(200) + chance.time(Duration::from_secs(1)));
            server.signal(Signal::CONT);
            oracle.paused();
        }
        fleet.tally.away(began, Instant::now());
    }
}

/// Without the Okta session each session costs a password.
fn end_sessions(fleet: &Fleet, mut chance: Chance) {
    while fleet.goes_on() {
        fleet.rest(Duration::from_millis(500) + chance.time(Duration::from_secs(2)));
        fleet.ground.sandbox.end_okta_sessions();
    }
}
