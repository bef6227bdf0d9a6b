//! Counts, reasons for a failure or a wait, and the report.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::caller::is_good;
use super::ground::{Ground, HOMES};
use super::oracle::Oracle;

/// The words of a process that has too many unknown verdicts behind it.
const HELD_BACK: &str = "no answer said whether they are right";
/// A lease, and a look at its end.
const LONGEST: Duration = Duration::from_secs(16);
/// The time of a sign-in of a busy machine, with that of starting a process.
const SLACK: Duration = Duration::from_secs(4);
/// So long after trouble of the store a machine may still leave it alone.
const REACH: Duration = Duration::from_secs(20);
/// No more than so many are told one by one.
const TOLD: usize = 20;

/// A call that was made, and how it ended.
pub(super) struct Call {
    pub(super) home: usize,
    pub(super) app: &'static str,
    pub(super) is_fresh: bool,
    pub(super) began_at: time::OffsetDateTime,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) is_killed: bool,
    /// `None` if it was ended by a signal.
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

type Times = Vec<(Instant, Instant)>;

#[derive(Default)]
pub(super) struct Tally {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    calls: u64,
    answers: u64,
    killed: Vec<Instant>,
    /// By machine.
    stopped: [Times; HOMES],
    away: Times,
    failures: BTreeMap<(i32, &'static str), u64>,
    logged_in: u64,
    longest: Duration,
    stuck: u64,
    over: u64,
    wrong: Vec<String>,
}

/// How much of a call lies in these times, of each `most` at most.
fn overlap(times: &Times, call: &Call, most: Duration) -> Duration {
    let within = times.iter().map(|(from, to)| {
        let (from, to) = ((*from).max(call.began), (*to).min(call.ended));
        to.saturating_duration_since(from).min(most)
    });
    within.sum()
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn away(&self, from: Instant, to: Instant) {
        self.counts().away.push((from, to));
    }

    pub(super) fn stopped(&self, home: usize, from: Instant, to: Instant) {
        self.counts().stopped[home].push((from, to));
    }

    pub(super) fn killed(&self, at: Instant) {
        self.counts().killed.push(at);
    }

    pub(super) fn logged_in(&self, is_done: bool) {
        self.counts().logged_in += u64::from(is_done);
    }

    pub(super) fn wrong(&self, call: &Call, what: &str) {
        let mut counts = self.counts();
        counts.wrong(call, what);
    }

    /// Looks at how a call ended, and counts it. Returns whether a person has to come.
    pub(super) fn judge(&self, ground: &Ground, call: &Call) -> bool {
        let mut counts = self.counts();
        counts.calls += 1;
        if call.is_killed {
            return false;
        }
        counts.wait(call);
        match call.code {
            Some(0) if is_good(ground, call) => counts.answers += 1,
            Some(0) => counts.wrong(
                call,
                "it is no session of the app's that goes on and is new enough",
            ),
            Some(code) => return counts.failure(call, code),
            None => counts.wrong(call, "a signal ended it that nobody sent"),
        }
        false
    }

    /// Prints everything; whether nothing was wrong.
    pub(super) fn print(&self, ground: &Ground, oracle: &Oracle) -> bool {
        let (counts, seen) = (self.counts(), oracle.seen());
        let stops: usize = counts.stopped.iter().map(Vec::len).sum();
        let is_locked = ground.sandbox.is_locked("ada@corp.example");
        let violations = ground.sandbox.violations();
        println!("\n| a fleet of {HOMES} machines | |\n|---|---|");
        println!("| calls | {} |", counts.calls);
        println!("| answers, each looked at | {} |", counts.answers);
        for ((code, reason), count) in &counts.failures {
            println!("| exit code {code}, explained by {reason} | {count} |");
        }
        println!("| killed by SIGKILL | {} |", counts.killed.len());
        println!("| stopped by SIGSTOP | {stops} |");
        println!("| pauses of the store | {} |", seen.pauses);
        println!("| ends of the store, and starts | {} |", seen.restarts);
        println!(
            "| requests, answers that were lost | {}, {} |",
            seen.lost_requests, seen.lost_answers
        );
        println!(
            "| sessions, passwords | {}, {} |",
            ground.sandbox.sessions_issued(),
            ground.sandbox.password_tries()
        );
        println!(
            "| times that a person had to log in | {} |",
            counts.logged_in
        );
        println!(
            "| claims granted | {} ({} of them not released by their last holder) |",
            seen.grants, seen.inherited
        );
        println!("| writes | {} |", seen.writes);
        println!(
            "| writes and extensions refused, because the claim was lost | {} |",
            seen.refused
        );
        println!(
            "| longest wait but for stops of the machine and the store | {:.1} s |",
            counts.longest.as_secs_f64()
        );
        println!(
            "| waits of more than 16 s, explained by more than one dead or stopped holder | {} |",
            counts.over
        );
        println!("| **wrong writes** | {} |", seen.wrong_writes.len());
        println!("| **lost notes** | {} |", seen.lost_notes.len());
        println!("| **stuck callers** | {} |", counts.stuck);
        println!("| **wrong answers** | {} |", counts.wrong.len());
        println!(
            "| **locked accounts, violations** | {}, {} |",
            u8::from(is_locked),
            violations.len()
        );
        let told = seen.wrong_writes.iter().chain(&seen.lost_notes).take(TOLD);
        told.for_each(|line| println!("BROKEN: {line}"));
        violations
            .iter()
            .take(TOLD)
            .for_each(|line| println!("BROKEN: {line}"));
        seen.wrong_writes.is_empty()
            && seen.lost_notes.is_empty()
            && counts.stuck == 0
            && counts.wrong.is_empty()
            && !is_locked
            && violations.is_empty()
    }
}

impl Counts {
    /// Looks at how long it took.
    fn wait(&mut self, call: &Call) {
        let took = call.ended - call.began;
        let here = overlap(&self.stopped[call.home], call, Duration::MAX);
        let waited = took.saturating_sub(here + overlap(&self.away, call, Duration::MAX));
        self.longest = self.longest.max(waited);
        let is_within = |at: &&Instant| **at > call.began && **at < call.ended;
        let killed = self.killed.iter().filter(is_within).count();
        let killed = u32::try_from(killed).unwrap_or(u32::MAX);
        if waited > LONGEST + SLACK {
            self.over += 1;
        }
        // Who is stopped at another machine may have the claim, for as long as its lease.
        let others = self.stopped.iter().enumerate();
        let elsewhere: Duration = others
            .filter(|(home, _)| *home != call.home)
            .map(|(_, times)| overlap(times, call, LONGEST))
            .sum();
        let dead = LONGEST.saturating_mul(killed.saturating_add(1));
        if waited > dead + elsewhere + SLACK {
            self.stuck += 1;
            println!(
                "STUCK: machine {}: {waited:?} of {took:?}, {elsewhere:?} of stops elsewhere: {:?}",
                call.home, call.stderr
            );
        }
    }

    fn failure(&mut self, call: &Call, code: i32) -> bool {
        let is_near =
            |(from, to): &(Instant, Instant)| *from < call.ended && call.began < *to + REACH;
        let is_held_back = call.stderr.contains(HELD_BACK);
        let reason = match code {
            _ if !call.stdout.is_empty() => None,
            3 if is_held_back => Some("killed sign-ins"),
            6 if self.away.iter().any(is_near) => Some("trouble of the store"),
            6 if call.stderr.contains("the store ") => Some("a lost request"),
            6 if call.stderr.contains("taken over the claim") => Some("a lost claim"),
            _ => None,
        };
        match reason {
            Some(reason) => *self.failures.entry((code, reason)).or_default() += 1,
            None => self.wrong(call, "nothing explains the failure"),
        }
        is_held_back
    }

    fn wrong(&mut self, call: &Call, what: &str) {
        let line = format!(
            "machine {}: get {}: {what} (exit code {:?}, {} bytes on stdout, stderr: {:?})",
            call.home,
            call.app,
            call.code,
            call.stdout.len(),
            call.stderr
        );
        if self.wrong.len() < TOLD {
            println!("WRONG: {line}");
        }
        self.wrong.push(line);
    }
}
