//! The fate of the cache when the disk fails, or the process dies, at each step of its way: the answer is given, and the
//! old record or the new one is there, whole.
//!
//! The steps are those that a good run is seen to make, so that a step that is added later is tried too.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sandbox::{Limits, Setup};
use serde_json::Value;

use crate::disk::assert_warned;
use crate::home::{Home, Outcome, files, read_json};
use crate::quick::bookmark;
use crate::strace::{Call, Strace};

const GET: &[&str] = &["get", "grafana", "--fresh"];

/// The start of a faulty run, and the files that it may touch.
struct Way {
    home: Home,
    /// The directory that has the records.
    directory: PathBuf,
    /// The names of the files that are there after a good run.
    names: Vec<String>,
    bookmark: Option<PathBuf>,
    begin: fn(&Home),
}

impl Way {
    /// With an entry that is renewed, and an Okta session that has ended.
    fn of_a_renewal() -> Self {
        let home = home();
        let directory = home.cache();
        Self::new(home, directory, |home| home.sandbox.end_okta_sessions())
    }

    /// Without a cache directory.
    fn of_a_first_call() -> Self {
        let home = home();
        let directory = home.cache();
        Self::new(home, directory, |home| {
            std::fs::remove_dir_all(home.cache()).expect("it is ours");
        })
    }

    /// Where the spare place stands in for the cache.
    fn in_the_spare_place() -> Self {
        let home = home();
        std::fs::write(home.cache(), "not a directory").expect("a file");
        let directory = home.spare();
        Self::new(home, directory, |home| home.sandbox.end_okta_sessions())
    }

    fn new(home: Home, directory: PathBuf, begin: fn(&Home)) -> Self {
        assert_eq!(home.run(GET).code, 0);
        let names = ours(&directory);
        assert_eq!(names.len(), 4, "two records and their locks: {names:?}");
        // It is made with the first call that can, and has to be made by all of these or by none.
        let bookmark = (directory == home.cache()).then(|| bookmark(&home, "grafana"));
        Self {
            home,
            directory,
            names,
            bookmark,
            begin,
        }
    }

    fn is_spare(&self) -> bool {
        self.directory == self.home.spare()
    }

    fn strace(&self) -> Option<Strace<'_>> {
        let names = self.names.iter().cloned().chain(self.unfinished());
        let paths = names.map(|name| self.directory.join(name));
        let bookmark = self.bookmark.iter().flat_map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            [path.clone(), path.with_file_name(format!(".{name}.tmp"))]
        });
        let paths = paths.chain([self.directory.clone()]).chain(bookmark);
        Strace::on(&self.home, paths.collect())
    }

    /// The names of files that a writer may leave.
    fn unfinished(&self) -> impl Iterator<Item = String> {
        let locks = self.names.iter().filter(|name| name.ends_with("lock"));
        locks.map(|name| name.replace(".lock", ".tmp"))
    }

    /// The session that is kept, as an answer.
    fn kept(&self) -> Option<String> {
        kept_in(&self.directory).or_else(|| kept_in(&self.home.spare()))
    }

    /// The calls of a good run, each with how many of its name there were so far.
    fn steps(&self, strace: &Strace<'_>) -> Vec<(Call, usize)> {
        (self.begin)(&self.home);
        let good = strace.run(&[], GET);
        self.assert_good(&good.outcome, "a good run");
        let mut counts = HashMap::new();
        let count = |call: Call| {
            let count = counts.entry(call.name.clone()).or_insert(0);
            *count += 1;
            (call, *count)
        };
        good.calls.into_iter().map(count).collect()
    }

    /// Asserts that an answer was given, without a word where the cache itself can be used.
    #[track_caller]
    fn assert_good(&self, outcome: &Outcome, context: &str) {
        if self.is_spare() {
            assert_warned(outcome);
        } else {
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (0, ""),
                "{context}"
            );
        }
    }

    /// Asserts that what a faulty run left is whole, and in nobody's way. It may be what was there `before`, or what the run
    /// has `answered`; of one that was killed, it may be another session that the ALB takes.
    #[track_caller]
    fn assert_whole(&self, before: Option<&String>, answered: Option<&String>, context: &str) {
        let left = ours(&self.directory);
        let known: Vec<String> = self
            .names
            .iter()
            .cloned()
            .chain(self.unfinished())
            .collect();
        let strange: Vec<&String> = left.iter().filter(|name| !known.contains(name)).collect();
        assert!(strange.is_empty(), "{context}: {strange:?}");
        let kept = self.kept();
        if answered.is_some() {
            let possible = kept
                .as_ref()
                .is_none_or(|kept| [before, answered].contains(&Some(kept)));
            assert!(possible, "{context}: {kept:?}, {before:?}, {answered:?}");
        }
        assert!(
            kept.is_some() || before.is_none(),
            "{context}: nothing is kept"
        );
        // The next call answers what is kept, which the ALB takes; or signs in where nothing is.
        self.home.sandbox.clear_audit();
        let next = self.home.run(&["get", "grafana", "--verify=0s"]);
        self.assert_good(&next, context);
        if let Some(kept) = kept {
            assert_eq!(next.stdout, kept, "{context}");
            assert_eq!(self.home.sandbox.sessions_issued(), 0, "{context}");
        }
        // Nobody has the claims, and what was left is gone when the records are written again.
        self.home.sandbox.end_okta_sessions();
        let fresh = self.home.run(GET);
        self.assert_good(&fresh, context);
        assert_ne!(fresh.stdout, next.stdout, "{context}");
        assert_eq!(self.kept().as_ref(), Some(&fresh.stdout), "{context}");
        assert_eq!(ours(&self.directory), self.names, "{context}");
        if !self.is_spare() {
            let spare = ours(&self.home.spare());
            let more = spare.iter().find(|name| !name.ends_with("lock"));
            assert_eq!(more, None, "{context}: the record has come home");
        }
    }

    /// Tries each error that each of these steps can have.
    fn fail_at(&self, is_meant: fn(&Call) -> bool) {
        let Some(strace) = self.strace() else { return };
        let mut tried = 0;
        let steps = self.steps(&strace).into_iter();
        for (step, nth) in steps.filter(|(step, _)| is_meant(step)) {
            for error in errors(&step) {
                let context = format!("{error} at {}({})", step.name, step.arguments);
                let before = self.begin();
                let option = format!("inject={}:error={error}:when={nth}", step.name);
                let done = strace.run(&["-e", &option], GET);
                let failed: Vec<_> = done.failed.iter().map(|call| &call.paths).collect();
                assert_eq!(failed, [&step.paths], "{context}");
                if *error == "EINTR" {
                    // It is no error, but to be done again.
                    self.assert_good(&done.outcome, &context);
                    assert_eq!(
                        self.kept().as_ref(),
                        Some(&done.outcome.stdout),
                        "{context}"
                    );
                } else if done.outcome.stderr.is_empty() {
                    self.assert_good(&done.outcome, &context);
                } else {
                    assert_warned(&done.outcome);
                }
                assert_eq!(self.home.sandbox.password_tries(), 1, "{context}");
                self.assert_whole(before.as_ref(), Some(&done.outcome.stdout), &context);
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried}");
        assert_eq!(self.home.sandbox.violations(), []);
    }

    /// Dies before each step.
    fn die_at_each_step(&self) {
        let Some(strace) = self.strace() else { return };
        for (step, nth) in self.steps(&strace) {
            let context = format!("SIGKILL at {}({})", step.name, step.arguments);
            let before = self.begin();
            let option = format!("inject={}:signal=SIGKILL:when={nth}", step.name);
            let done = strace.run(&["-e", &option], GET);
            assert!(done.is_killed, "{context}");
            assert_eq!(done.outcome.stdout, "", "{context}");
            assert!(self.home.sandbox.password_tries() <= 1, "{context}");
            self.assert_whole(before.as_ref(), None, &context);
        }
        assert_eq!(self.home.sandbox.violations(), []);
    }

    fn begin(&self) -> Option<String> {
        (self.begin)(&self.home);
        self.home.sandbox.clear_audit();
        self.kept()
    }
}

/// The names of the files of a directory that belong to records, whatever else may lie there.
fn ours(directory: &Path) -> Vec<String> {
    let mut names = files(directory);
    names.retain(|name| {
        let parts = [".json", ".lock", ".tmp"];
        !name.starts_with('.') && parts.iter().any(|part| name.contains(part))
    });
    names
}

/// The session that is kept in a directory, as an answer.
fn kept_in(directory: &Path) -> Option<String> {
    let names = ours(directory).into_iter();
    let paths = names.filter(|name| name.ends_with("json"));
    let records = paths.map(|name| read_json(&directory.join(name)));
    // All of them are read, because none may be torn.
    let records: Vec<Value> = records.collect();
    let sessions = records.iter().map(|record| &record["session"]["cookies"]);
    let cookies = sessions.filter_map(Value::as_array).find(|cookies| {
        let name = cookies.first().map(|cookie| &cookie["name"]);
        name.is_some_and(|name| name == "AWSELBAuthSessionCookie-0")
    })?;
    let pair = |cookie: &Value| {
        let part = |name: &str| cookie[name].as_str().expect("text").to_owned();
        format!("{}={}", part("name"), part("value"))
    };
    Some(cookies.iter().map(pair).collect::<Vec<_>>().join("; ") + "\n")
}

/// A home whose org lets one user sign in as often as a test needs.
fn home() -> Home {
    const MANY: u32 = 1_000_000;
    Home::new(Setup {
        limits: Limits {
            authn_per_user_second: MANY,
            authn_per_minute: MANY,
            authorize_per_minute: MANY,
            authorize_per_client_minute: MANY,
            sessions_per_minute: MANY,
        },
        ..Setup::default()
    })
}

/// The errors that a step can have. What only looks has one for all.
fn errors(step: &Call) -> &'static [&'static str] {
    match step.name.as_str() {
        "openat" => &["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EINTR"],
        "write" | "fsync" => &["ENOSPC", "EDQUOT", "EIO", "EINTR"],
        "rename" | "mkdir" => &["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES"],
        "unlink" => &["EIO", "EROFS", "EACCES"],
        "flock" => &["ENOLCK", "ENOSYS", "EOPNOTSUPP", "EIO", "EINTR"],
        // Only in builds for tests: whether a file that is closed is open.
        "fcntl" => &[],
        _ => &["EIO"],
    }
}

#[test]
fn a_renewal_survives_each_error_at_each_step() {
    Way::of_a_renewal().fail_at(|_| true);
}

#[test]
fn a_renewal_survives_its_death_at_each_step() {
    Way::of_a_renewal().die_at_each_step();
}

#[test]
fn a_first_call_survives_each_error_where_it_makes_something() {
    Way::of_a_first_call().fail_at(|step| {
        ["mkdir", "openat", "flock", "write", "fsync", "rename"].contains(&step.name.as_str())
    });
}

#[test]
fn a_first_call_survives_its_death_at_each_step() {
    Way::of_a_first_call().die_at_each_step();
}

#[test]
fn the_spare_place_survives_death_at_each_step() {
    Way::in_the_spare_place().die_at_each_step();
}

/// Where `calls` have one called `name` on the file at `path`.
fn places(calls: &[Call], name: &str, path: &Path) -> Vec<usize> {
    let is_it = |call: &Call| call.name == name && call.paths.iter().any(|on| on == path);
    let all = calls.iter().enumerate();
    all.filter(|(_, call)| is_it(call))
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn a_record_is_written_and_flushed_before_it_is_put_in_its_place() {
    let way = Way::of_a_renewal();
    let Some(strace) = way.strace() else { return };
    let steps = way.steps(&strace);
    let calls: Vec<Call> = steps.into_iter().map(|(call, _)| call).collect();
    for name in way.unfinished() {
        let unfinished = way.directory.join(&name);
        let record = way.directory.join(name.replace(".tmp", ".v2.json"));
        let all =
            ["openat", "write", "fsync", "rename"].map(|call| places(&calls, call, &unfinished));
        let [opened, written, flushed, renamed] = &all;
        assert!(
            all.iter().all(|places| places.len() == opened.len()),
            "{all:?}"
        );
        let mut end = 0;
        for time in 0..opened.len() {
            let steps = [opened[time], written[time], flushed[time], renamed[time]];
            assert!(end <= steps[0] && steps.is_sorted(), "{steps:?}");
            assert!(calls[steps[3]].paths == [unfinished.clone(), record.clone()]);
            end = steps[3];
        }
        for at in places(&calls, "openat", &record) {
            assert!(calls[at].arguments.contains("O_RDONLY"), "{:?}", calls[at]);
        }
    }
}
