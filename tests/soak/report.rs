//! Counts, and the report of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Soak;
use crate::call::{Call, Verb};
use crate::caller::Said;
use crate::ground::RECORDS;

/// No more than so many wrong answers are told one by one.
const TOLD: usize = 20;

/// The counts.
#[derive(Default)]
pub(crate) struct Report {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    calls: BTreeMap<&'static str, u64>,
    answers: u64,
    done: u64,
    killed: u64,
    /// Kills that came too late are none.
    to_be_killed: u64,
    failures: BTreeMap<(i32, &'static str), u64>,
    wrong: Vec<String>,
    wrong_in_all: u64,
    broken: Vec<String>,
    faults: BTreeMap<String, u64>,
    passwords: u64,
    sign_ins: u64,
    revoked: u64,
    logged_in: u64,
    most_files: usize,
    most_unfinished: usize,
}

impl Report {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn call(&self, call: &Call, is_to_be_killed: bool) {
        let verb = match call.verb {
            Verb::Get(..) => "get, exec",
            Verb::Erase => "erase",
            Verb::Logout => "logout APP",
            Verb::LogoutOfOrg => "logout ORG",
            Verb::Login => "login",
        };
        let mut counts = self.counts();
        *counts.calls.entry(verb).or_default() += 1;
        counts.to_be_killed += u64::from(is_to_be_killed);
    }

    pub(crate) fn answer(&self) {
        self.counts().answers += 1;
    }

    pub(crate) fn done(&self) {
        self.counts().done += 1;
    }

    pub(crate) fn killed(&self) {
        self.counts().killed += 1;
    }

    pub(crate) fn failure(&self, code: i32, reason: &'static str) {
        *self.counts().failures.entry((code, reason)).or_default() += 1;
    }

    /// A wrong answer, which is told without the answer.
    pub(crate) fn wrong(&self, call: &Call, said: &Said, what: &str) {
        let mut counts = self.counts();
        counts.wrong_in_all += 1;
        if counts.wrong.len() < TOLD {
            let (user, arguments) = (call.user, call.arguments().join(" "));
            let (began, took) = (said.began, said.ended - said.began);
            let (code, stdout, stderr) = (said.code, said.stdout.len(), &said.stderr);
            let line = format!(
                "{began}: {user}: {arguments}: {what} (took {took}, exit code {code:?}, {stdout} bytes on stdout, stderr: {stderr:?})"
            );
            println!("WRONG: {line}");
            counts.wrong.push(line);
        }
    }

    /// Something that must not happen, whoever did it.
    pub(crate) fn broken(&self, what: String) {
        println!("BROKEN: {what}");
        self.counts().broken.push(what);
    }

    pub(crate) fn faulted(&self, fault: &str) {
        *self.counts().faults.entry(fault.to_owned()).or_default() += 1;
    }

    pub(crate) fn password(&self) {
        self.counts().passwords += 1;
    }

    pub(crate) fn signed_in(&self) {
        self.counts().sign_ins += 1;
    }

    pub(crate) fn revoked(&self) {
        self.counts().revoked += 1;
    }

    pub(crate) fn logged_in(&self) {
        self.counts().logged_in += 1;
    }

    pub(crate) fn files(&self, (files, unfinished): (usize, usize)) {
        let mut counts = self.counts();
        counts.most_files = counts.most_files.max(files);
        counts.most_unfinished = counts.most_unfinished.max(unfinished);
    }

    /// Prints everything; whether nothing was wrong.
    pub(crate) fn print(&self, soak: &Soak) -> bool {
        let counts = self.counts();
        let calls: u64 = counts.calls.values().sum();
        println!("\n| | |\n|---|---|\n| calls | {calls} |");
        for (verb, count) in &counts.calls {
            println!("| – {verb} | {count} |");
        }
        println!("| answers, each looked at | {} |", counts.answers);
        println!("| done without an answer | {} |", counts.done);
        let (killed, late) = (counts.killed, counts.to_be_killed - counts.killed);
        println!("| killed by SIGKILL | {killed} ({late} more had ended) |");
        for ((code, reason), count) in &counts.failures {
            println!("| exit code {code}, explained by {reason} | {count} |");
        }
        let faults: u64 = counts.faults.values().sum();
        println!("| faults played | {faults} |");
        for (fault, count) in &counts.faults {
            println!("| – {fault} | {count} |");
        }
        println!(
            "| times that an ALB ended all sessions | {} |",
            counts.revoked
        );
        println!("| sign-ins | {} |", counts.sign_ins);
        println!("| passwords sent | {} |", counts.passwords);
        println!(
            "| times that a person had to log in | {} |",
            counts.logged_in
        );
        let (files, unfinished) = soak.ground.files();
        let most = (counts.most_files, counts.most_unfinished);
        println!(
            "| files for {RECORDS} records, at most | {} ({} unfinished or lent) |",
            most.0, most.1
        );
        println!("| files in the end | {files} ({unfinished} unfinished or lent) |");
        println!(
            "| locked accounts, violations, leftovers | {} |",
            counts.broken.len()
        );
        println!("| wrong answers | {} |", counts.wrong_in_all);
        counts.wrong_in_all == 0 && counts.broken.is_empty()
    }
}
