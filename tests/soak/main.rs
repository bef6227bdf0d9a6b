//! The soak: `cargo bench --bench soak`, ten minutes of everything at once on one cache.
//!
//! A hundred callers of two users ask for the sessions of three apps, which live for seconds, in every format and
//! dialect; they verify, erase, run commands and log out; one in a dozen is killed. Meanwhile the servers fail, delay,
//! cut off and refuse, and end sessions before their time. Every answer is looked at.
//!
//! # What a wrong answer is
//!
//! A call begins before its process is started and ends when its output does. An answer is what a call with exit code 0,
//! or a killed one that had said all, has printed. It is wrong if
//!
//! 1. it is no cookie in the format that was asked for, or not the whole cookie of one session that an ALB of the sandbox
//!    has issued: torn, mixed of two, made up;
//! 2. the session is another app's or another user's;
//! 3. the session's life had ended when the call began, or had less left than `--min-life` asks for;
//! 4. `--fresh` was asked for, and the session is from before the call began;
//! 5. `--verify=0s` was asked for, the ALB had ended the session before the call began, and it was not in trouble when
//!    it was asked;
//! 6. the session had been answered to somebody before an `erase` or a `logout` began that ended well before the call
//!    began; or it had been issued before such a `logout` of the org began.
//!
//! A failure is wrong if it prints an answer all the same, or if nothing explains its exit code: 6 is explained by a fault
//! that was played while the call ran, or just before; 3 by `--no-sign-in`, or by killed and cut off sign-ins, after three
//! of which the program waits for a person, who comes and logs in. A call that runs for longer than every documented limit
//! together is wrong too, and so are words on stderr beside an answer, but for whom it is waiting.
//!
//! In the end the servers are well again: every app has to answer every user at once, with no account locked, nothing
//! done to the servers that no correct client does, and no more files than records allow for.
//!
//! `-- --fleet` is another one, of machines that share a store: `fleet`.
#![expect(clippy::print_stdout, reason = "a report is what this program is for")]

mod call;
mod caller;
mod fleet;
mod format;
mod ground;
mod history;
mod judge;
mod options;
mod person;
mod report;
mod servers;
mod warden;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sandbox::Chance;

use ground::Ground;
use history::History;
use options::Options;
use report::Report;
use warden::Warden;

/// The things that all threads share.
pub(crate) struct Soak {
    pub(crate) ground: Ground,
    pub(crate) history: History,
    pub(crate) report: Report,
    pub(crate) warden: Warden,
    pub(crate) is_over: AtomicBool,
    /// Held while the servers are in trouble, and by a person who wants them well.
    pub(crate) weather: Mutex<()>,
}

impl Soak {
    pub(crate) fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    /// Who has this decides whether the servers are in trouble.
    pub(crate) fn weather(&self) -> MutexGuard<'_, ()> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long, or until the soak is over.
    pub(crate) fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        while self.goes_on() && Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            thread::sleep(left.min(Duration::from_millis(200)));
        }
    }
}

fn main() -> ExitCode {
    // `cargo test --benches` would otherwise run all of it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let options = match Options::of(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(usage) => {
            println!("{usage}");
            return ExitCode::from(2);
        }
    };
    println!("soak: {options}");
    if options.is_fleet {
        return fleet::run(&options);
    }
    let soak = Soak {
        ground: Ground::new(),
        history: History::default(),
        report: Report::default(),
        warden: Warden::default(),
        is_over: AtomicBool::new(false),
        weather: Mutex::new(()),
    };
    run(&soak, &options);
    person::epilogue(&soak);
    match soak.report.print(&soak) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// All of it, for as long as `options` say.
fn run(soak: &Soak, options: &Options) {
    let chance = |number: usize| {
        let number = u64::try_from(number).unwrap_or_default();
        Chance::seeded(options.seed.wrapping_add(number))
    };
    thread::scope(|scope| {
        let warden = scope.spawn(|| soak.warden.watch());
        scope.spawn(|| servers::listen(soak));
        scope.spawn(|| servers::trouble(soak, chance(1)));
        scope.spawn(|| servers::end_sessions(soak, chance(2)));
        scope.spawn(|| person::mend(soak));
        let callers: Vec<_> = (0..options.callers)
            .map(|number| scope.spawn(move || caller::run(soak, chance(number + 10))))
            .collect();
        soak.rest(options.time);
        soak.is_over.store(true, Ordering::Relaxed);
        let ended = callers.into_iter().map(thread::ScopedJoinHandle::join);
        // A caller that panics must not keep the warden from its end.
        let panicked = ended.filter(Result::is_err).count();
        soak.warden.dismiss();
        warden.thread().unpark();
        assert_eq!(panicked, 0, "callers that did not come to their end");
    });
}
