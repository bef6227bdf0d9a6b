//! Places where the cache cannot be used: full, read-only, without locks, or nowhere. The answer is given all the same, with
//! one warning, and what cannot be kept there is kept in the spare place, so that one sign-in still serves everybody.

use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::process::Command;

use sandbox::{Event, Setup};

use crate::disk::{assert_warned, mode, set_mode};
use crate::home::{Home, Outcome, binary, files, outcome};
use crate::strace::Strace;
use crate::tools::skip;

/// The user who runs the program, and the changes to the machine.
struct Place {
    home: Home,
    /// The program that runs its arguments there.
    words: Vec<String>,
}

impl Place {
    /// A place that is as its files are, whoever runs the tests: for root too, what cannot be written cannot be written.
    fn powerless(home: Home) -> Self {
        let words: &[&str] = match rustix::process::geteuid().is_root() {
            true => &["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
            false => &[],
        };
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Self { home, words }
    }

    /// A place with file systems of its own, which `mount`, a line of shell with the cache directory as `$CACHE`, makes. They
    /// are gone when the words that run in it have ended.
    fn mounted(home: Home, mount: &str) -> Option<Self> {
        let flags = match rustix::process::geteuid().is_root() {
            true => "-m",
            false => "-rm",
        };
        std::fs::create_dir(home.cache()).expect("a directory");
        let script = format!("CACHE=$1; shift; {mount} && \"$@\"");
        let cache = home.cache().display().to_string();
        let words = ["unshare", flags, "sh", "-c", &script, "sh", &cache];
        let words: Vec<String> = words.map(str::to_owned).into();
        let probe = home
            .command(&words[0])
            .args(&words[1..])
            .arg("true")
            .output();
        if !probe.is_ok_and(|probe| probe.status.success()) {
            skip("nothing can be mounted here (unshare -m)");
            return None;
        }
        Some(Self { home, words })
    }

    /// A place where system calls on the locks fail.
    fn without_locks(home: Home, error: &str) -> Option<Self> {
        // The names of the locks are those that they will have again.
        let _ = home.run(&["get", "grafana"]).answer();
        Strace::on(&home, vec![home.cache()])?;
        let locks = home
            .files()
            .into_iter()
            .filter(|name| name.ends_with("lock"));
        let mut words: Vec<String> = ["strace", "-f", "-o", "/dev/null", "-e", "trace=flock"]
            .map(str::to_owned)
            .into();
        words.extend(["-e".into(), format!("inject=flock:error={error}")]);
        for lock in locks {
            words.extend(["-P".into(), home.cache().join(lock).display().to_string()]);
        }
        std::fs::remove_dir_all(home.cache()).expect("it is ours");
        home.sandbox.end_okta_sessions();
        home.sandbox.clear_audit();
        Some(Self { home, words })
    }

    /// Words that are run there, by a shell with the program and its arguments as `"$@"`.
    fn shell(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = self.home.command("setsid");
        command.arg("--wait").args(&self.words);
        command.args(["sh", "-c", script, "sh"]);
        command.arg(binary()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(
            self.shell("exec \"$@\"", arguments)
                .output()
                .expect("sh starts"),
        )
    }

    /// Runs the program `count` times at once, `first` some words of shell and `last` others.
    fn crowd(&self, count: usize, first: &str, arguments: &[&str], last: &str) -> Vec<Outcome> {
        let told = self.home.path("told");
        std::fs::create_dir_all(&told).expect("a directory");
        let told = told.display();
        let script = format!(
            "{first}
            for i in $(seq {count}); do
                (\"$@\" >{told}/$i.out 2>{told}/$i.err; echo $? >{told}/$i.code) &
            done
            wait
            {last}"
        );
        let done = self.shell(&script, arguments).output().expect("sh starts");
        assert!(done.status.success(), "{done:?}");
        let read = |number: usize, end: &str| {
            std::fs::read_to_string(self.home.path(&format!("told/{number}.{end}")))
                .expect("it was written")
        };
        (1..=count)
            .map(|number| Outcome {
                stdout: read(number, "out"),
                stderr: read(number, "err"),
                code: read(number, "code").trim().parse().expect("a number"),
            })
            .collect()
    }

    /// Asserts that a crowd is given one answer by one sign-in, each with one warning, and then that a crowd with a wrong
    /// password sends it once.
    #[track_caller]
    fn serves_a_crowd(&self, count: usize, first: &str) {
        let outcomes = self.crowd(count, first, &["get", "grafana"], "");
        for outcome in &outcomes {
            let mut told = outcome.stderr.lines().filter(|line| !is_wait(line));
            let warning = told
                .next()
                .map(|line| format!("{line}\n"))
                .unwrap_or_default();
            assert_eq!(told.next(), None, "{}", outcome.stderr);
            assert_warned(&Outcome {
                stderr: warning,
                stdout: outcome.stdout.clone(),
                code: outcome.code,
            });
            assert_eq!(outcome.stdout, outcomes[0].stdout);
        }
        let sandbox = &self.home.sandbox;
        assert_eq!(
            (sandbox.password_tries(), sandbox.sessions_issued()),
            (1, 1)
        );
        assert_eq!(sandbox.violations(), []);
    }

    /// Asserts that a wrong password is sent once by a crowd, and not again by who comes later.
    #[track_caller]
    fn sends_a_wrong_password_once(&self, first: &str) {
        self.home.password("not it");
        self.home.sandbox.clear_audit();
        for _ in 0..2 {
            for outcome in self.crowd(15, first, &["get", "grafana"], "") {
                let told = outcome.failure(5);
                assert!(told.contains("Authentication failed (E0000004)"), "{told}");
            }
        }
        self.home.assert_passwords(1);
    }
}

fn is_wait(line: &str) -> bool {
    line.starts_with("credential: waiting for ")
}

/// Fills the cache's file system to the last byte.
const FILL: &str =
    "dd if=/dev/zero of=\"$ALB_CREDENTIAL_CACHE/fill\" bs=1k oflag=append conv=notrunc 2>dd.err; ";
const SMALL: &str = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$CACHE\"";
const READ_ONLY: &str = "mount --bind \"$CACHE\" \"$CACHE\" && mount -o remount,ro,bind \"$CACHE\"";

fn read_only_directory() -> Place {
    let home = Home::usual();
    std::fs::create_dir(home.cache()).expect("a directory");
    set_mode(&home.cache(), 0o500);
    Place::powerless(home)
}

/// The directory that stands in for the cache of a mounted place, whose user is called root there.
fn spare_of_root(home: &Home) -> std::path::PathBuf {
    home.path("scratch/alb-credential-0")
}

#[track_caller]
fn assert_private(directory: &Path) {
    assert_eq!(mode(directory), 0o700, "{}", directory.display());
    for name in files(directory) {
        assert_eq!(mode(&directory.join(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_crowd_in_a_read_only_directory_makes_one_sign_in() {
    read_only_directory().serves_a_crowd(30, "");
    read_only_directory().sends_a_wrong_password_once("");
}

#[test]
fn a_crowd_on_a_full_disk_makes_one_sign_in() {
    let Some(place) = Place::mounted(Home::usual(), SMALL) else {
        return;
    };
    place.serves_a_crowd(30, FILL);
    assert_private(&spare_of_root(&place.home));
}

#[test]
fn a_crowd_on_a_full_disk_sends_a_wrong_password_once() {
    let Some(place) = Place::mounted(Home::usual(), SMALL) else {
        return;
    };
    place.sends_a_wrong_password_once(FILL);
}

#[test]
fn a_crowd_on_a_read_only_file_system_makes_one_sign_in() {
    let Some(place) = Place::mounted(Home::usual(), READ_ONLY) else {
        return;
    };
    place.serves_a_crowd(30, "");
    assert_private(&spare_of_root(&place.home));
    assert_eq!(place.home.files(), [""; 0]);
    let Some(place) = Place::mounted(Home::usual(), READ_ONLY) else {
        return;
    };
    place.sends_a_wrong_password_once("");
}

#[test]
fn a_crowd_without_locks_makes_one_sign_in() {
    for error in ["ENOLCK", "ENOSYS", "EOPNOTSUPP", "EIO"] {
        let Some(place) = Place::without_locks(Home::usual(), error) else {
            return;
        };
        place.serves_a_crowd(20, "");
        assert!(
            place.home.records().is_empty(),
            "{error}: another machine may be writing there: {:?}",
            place.home.files()
        );
    }
}

#[test]
fn when_there_is_room_again_the_record_comes_home_and_the_next_call_is_a_hit() {
    let Some(place) = Place::mounted(Home::usual(), SMALL) else {
        return;
    };
    let script = format!(
        "{FILL} \"$@\" >cold 2>warned && rm \"$ALB_CREDENTIAL_CACHE/fill\" && \"$@\" >again && \
         ls -A scratch/alb-credential-0 >left && rm -r scratch/alb-credential-0 && exec \"$@\" --no-sign-in"
    );
    let command = place.shell(&script, &["get", "grafana"]).output();
    let warm = outcome(command.expect("sh starts")).answer();
    let read = |name: &str| std::fs::read_to_string(place.home.path(name)).expect("text");
    assert_eq!(
        [read("cold"), read("again")],
        [warm.as_str(), warm.as_str()]
    );
    assert_eq!(read("warned").lines().count(), 1);
    let (locks, others): (Vec<String>, Vec<String>) = read("left")
        .lines()
        .map(str::to_owned)
        .partition(|name| name.ends_with("lock"));
    assert_eq!(locks.len(), 2);
    // The account's comes home when somebody needs it.
    assert_eq!(others.len(), 1, "{others:?}");
    assert_eq!(place.home.sandbox.password_tries(), 1);
}

#[test]
fn on_a_full_disk_a_session_can_be_erased_and_what_was_learnt_is_put_aside() {
    let Some(place) = Place::mounted(Home::usual(), SMALL) else {
        return;
    };
    let program = format!("'{}'", binary().display());
    let script = format!(
        "\"$@\" >before && {FILL} {program} erase grafana && {program} get grafana --no-sign-in; echo $?"
    );
    let command = place.shell(&script, &["get", "grafana"]).output();
    let told = outcome(command.expect("sh starts"));
    assert_eq!(told.stdout, "3\n", "{}", told.stderr);
    assert_eq!(told.stderr.lines().count(), 2, "{}", told.stderr);
    assert!(
        told.stderr
            .contains("no fresh session of grafana is cached"),
        "{}",
        told.stderr
    );
}

#[test]
fn on_a_full_disk_a_newer_session_is_answered_before_an_older_one() {
    let Some(place) = Place::mounted(Home::usual(), SMALL) else {
        return;
    };
    let script =
        format!("\"$@\" >old && {FILL} \"$@\" --fresh >fresh 2>warned && {FILL} exec \"$@\"");
    let command = place.shell(&script, &["get", "grafana"]).output();
    let last = outcome(command.expect("sh starts"));
    assert_warned(&last);
    let read = |name: &str| std::fs::read_to_string(place.home.path(name)).expect("text");
    assert_eq!(read("fresh"), last.stdout);
    assert_ne!(read("old"), last.stdout);
    assert_eq!(place.home.sandbox.sessions_issued(), 2);
}

#[test]
fn a_refused_session_that_cannot_be_removed_costs_one_sign_in() {
    let home = Home::usual();
    let refused = home.run(&["get", "grafana"]).answer();
    set_mode(&home.cache(), 0o500);
    let place = Place::powerless(home);
    place.home.sandbox.end_app_sessions("grafana");
    place.home.sandbox.clear_audit();
    let verified = || place.run(&["get", "grafana", "--verify=0s"]).stdout;
    let first = verified();
    assert_ne!(first, refused);
    assert_eq!([verified(), verified()], [first.as_str(), first.as_str()]);
    assert_eq!(place.home.sandbox.sessions_issued(), 1);
    set_mode(&place.home.cache(), 0o700);
    assert_eq!(place.home.sandbox.violations(), []);
}

#[test]
fn what_lies_in_the_spare_place_is_shown_and_forgotten() {
    let place = read_only_directory();
    let cookie = {
        let outcome = place.run(&["get", "grafana"]);
        assert_warned(&outcome);
        outcome.stdout
    };
    let records = |place: &Place| -> Vec<String> {
        let names = files(&place.home.spare()).into_iter();
        names.filter(|name| name.ends_with("json")).collect()
    };
    assert_eq!(records(&place).len(), 2, "an app and an account");
    let status = place.run(&["status"]).answer();
    assert!(status.contains("fresh"), "{status}");
    let again = place.run(&["get", "grafana"]);
    assert_warned(&again);
    assert_eq!(again.stdout, cookie);
    let only_cached = place.run(&["get", "grafana", "--no-sign-in"]).answer();
    assert_eq!(only_cached, cookie);
    let asked = || {
        let accepted = |event: &Event| matches!(event, Event::SessionAccepted { .. });
        place.home.sandbox.count(accepted)
    };
    let before = asked();
    let verified = place.run(&["get", "grafana", "--no-sign-in", "--verify=0s"]);
    assert_eq!(
        (verified.stdout.as_str(), asked()),
        (cookie.as_str(), before + 1)
    );
    let erased = place.run(&["erase", "grafana"]);
    assert_eq!(
        (erased.code, erased.stdout.as_str()),
        (0, ""),
        "{}",
        erased.stderr
    );
    assert_eq!(records(&place).len(), 1, "the account");
    assert_warned(&place.run(&["get", "grafana"]));
    assert_eq!(place.home.sandbox.password_tries(), 1);
    let out = place.run(&["logout", "corp"]);
    assert_eq!((out.code, out.stdout.as_str()), (0, ""), "{}", out.stderr);
    let status = place.run(&["status"]).answer();
    assert!(status.contains("none"), "{status}");
    assert_warned(&place.run(&["get", "grafana"]));
    let tries = place.home.sandbox.password_tries();
    assert_eq!(tries, 2, "the Okta session has been ended");
    // Also what no configuration names any more.
    place.home.append("cookie = \"Other\"");
    let out = place.run(&["logout", "--all"]);
    assert_eq!((out.code, out.stdout.as_str()), (0, ""), "{}", out.stderr);
    assert_eq!(records(&place).len(), 1, "the device token of the account");
    assert_eq!(place.home.sandbox.violations(), []);
}

#[test]
fn a_session_that_cannot_be_erased_is_an_error_each_time() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    set_mode(&home.cache(), 0o500);
    for (entry, _) in home.records() {
        let lock = entry.to_string_lossy().replace(".v2.json", ".lock");
        set_mode(Path::new(&lock), 0o400);
    }
    let place = Place::powerless(home);
    for _ in 0..2 {
        let outcome = place.run(&["erase", "grafana"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        assert!(
            outcome
                .stderr
                .contains("cannot erase the session of grafana"),
            "{}",
            outcome.stderr
        );
        assert_eq!(place.run(&["get", "grafana"]).answer(), cookie, "a hit");
    }
}

#[test]
fn the_spare_place_is_in_the_runtime_directory_whatever_the_umask() {
    let mut home = Home::usual();
    let runtime = home.path("run");
    std::fs::create_dir(&runtime).expect("a directory");
    set_mode(&runtime, 0o700);
    home.set("XDG_RUNTIME_DIR", runtime.display().to_string());
    std::fs::write(home.cache(), "not a directory").expect("a file");
    assert_warned(&crate::disk::run_after(
        &home,
        "umask 000",
        &["get", "grafana"],
    ));
    assert_eq!(mode(&runtime.join("alb-credential")), 0o700);
    let spare = runtime.join("alb-credential/spare");
    assert_private(&spare);
    assert_eq!(files(&spare).len(), 4);
    assert!(!home.spare().exists());
}

/// Puts something in the place of the spare directory; there is another one that is private.
type Plant = fn(&Path, &Path);

#[test]
fn a_spare_place_that_others_could_use_is_not_used() {
    let plants: [(&str, Plant); 3] = [
        ("open", |spare, _| {
            std::fs::create_dir(spare).expect("a directory");
            set_mode(spare, 0o777);
        }),
        ("a link", |spare, other| {
            symlink(other, spare).expect("a link");
        }),
        ("a file", |spare, _| {
            std::fs::write(spare, "").expect("a file");
        }),
    ];
    for (what, plant) in plants {
        let home = Home::usual();
        let other = home.path("other");
        std::fs::create_dir(&other).expect("a directory");
        set_mode(&other, 0o700);
        plant(&home.spare(), &other);
        std::fs::write(home.cache(), "not a directory").expect("a file");
        for _ in [1, 2] {
            let outcome = home.run(&["get", "grafana"]);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{what}");
            assert_eq!(home.sandbox.password_tries(), 0, "{what}");
        }
        assert_eq!(files(&other), [""; 0], "{what}");
        assert_eq!(files(&home.spare()), [""; 0], "{what}");
    }
}

/// Runs the program twice where others can rename what is in the temporary directory, with shared memory of this mode.
fn twice_with_shared_memory(mode: &str) -> Option<(Place, Outcome)> {
    let mount = format!("mount -t tmpfs -o mode={mode} tmpfs /dev/shm");
    let place = Place::mounted(Home::usual(), &mount)?;
    std::fs::remove_dir(place.home.cache()).expect("it is empty");
    std::fs::write(place.home.cache(), "not a directory").expect("a file");
    set_mode(&place.home.path("scratch"), 0o777);
    let script = "\"$@\" >/dev/null 2>&1; ls /dev/shm >there; exec \"$@\"";
    let last = place.shell(script, &["get", "grafana"]).output();
    let last = outcome(last.expect("sh starts"));
    assert_eq!(files(&place.home.path("scratch")), [""; 0]);
    Some((place, last))
}

#[test]
fn shared_memory_stands_in_where_the_temporary_directory_is_not_safe() {
    let Some((place, last)) = twice_with_shared_memory("1777") else {
        return;
    };
    assert_warned(&last);
    let there = std::fs::read_to_string(place.home.path("there")).expect("text");
    assert_eq!(there, "alb-credential-0\n");
    assert_eq!(place.home.sandbox.password_tries(), 1);
}

#[test]
fn no_place_in_a_directory_that_everybody_owns_stands_in() {
    let Some((place, last)) = twice_with_shared_memory("777") else {
        return;
    };
    assert_eq!(
        (last.code, last.stdout.as_str()),
        (3, ""),
        "{}",
        last.stderr
    );
    let there = std::fs::read_to_string(place.home.path("there")).expect("text");
    assert_eq!(there, "");
    assert_eq!(place.home.sandbox.password_tries(), 0);
}

#[test]
fn a_foreign_spare_place_is_not_used_and_is_named() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can give a directory away");
    }
    let home = Home::usual();
    std::fs::create_dir(home.spare()).expect("a directory");
    set_mode(&home.spare(), 0o700);
    std::os::unix::fs::chown(home.spare(), Some(1), Some(1)).expect("root may");
    std::fs::write(home.cache(), "not a directory").expect("a file");
    let outcome = home.run(&["get", "grafana"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""));
    assert_eq!(home.sandbox.password_tries(), 0);
    let named = format!(
        "{}: it is not a directory; nor can its stand-in: {} belongs to another user; ",
        home.cache().display(),
        home.spare().display()
    );
    assert!(outcome.stderr.contains(&named), "{}", outcome.stderr);
    assert_eq!(files(&home.spare()), [""; 0]);
}

#[test]
fn the_spare_directory_as_the_cache_is_a_cache_as_any() {
    let mut home = Home::usual();
    let spare = home.spare().display().to_string();
    home.set("ALB_CREDENTIAL_CACHE", &spare);
    let cookie = home.run(&["get", "grafana"]).answer();
    let fresh = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(cookie, fresh);
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        fresh
    );
    // By another name too.
    symlink(home.path("scratch"), home.path("around")).expect("a link");
    let spare = spare.replace("/scratch/alb-", "/around/alb-");
    home.set("ALB_CREDENTIAL_CACHE", &spare);
    let fresh = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        fresh
    );
}

#[test]
fn without_home_and_without_a_name_the_answer_is_still_given() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can become a user without a name");
    }
    let home = Home::usual();
    set_mode(&home.path("scratch"), 0o1777);
    set_mode(&home.path(""), 0o755);
    set_mode(home.sandbox.directory(), 0o755);
    for _ in 0..2 {
        let mut command = home.command("setpriv");
        command
            .args(["--reuid=54321", "--regid=54321", "--clear-groups"])
            .arg(binary())
            .args(["get", "grafana"])
            .env_remove("HOME")
            .env_remove("ALB_CREDENTIAL_CACHE")
            .env_remove("XDG_RUNTIME_DIR");
        let outcome = outcome(command.output().expect("setpriv starts"));
        assert_warned(&outcome);
        assert!(
            outcome.stderr.contains("there is no home directory"),
            "{}",
            outcome.stderr
        );
        assert_eq!(home.sandbox.password_tries(), 1);
    }
    let spare = home.path("scratch/alb-credential-54321");
    let owner = std::fs::metadata(&spare).expect("it is there").uid();
    assert_eq!((mode(&spare), owner), (0o700, 54321));
}

#[test]
fn a_hit_does_not_look_for_the_spare_place() {
    let home = Home::usual();
    let warm = home.run(&["get", "grafana"]).answer();
    let paths = vec![home.path("no-run"), home.path("scratch"), home.spare()];
    let Some(strace) = Strace::on(&home, paths) else {
        return;
    };
    let hit = strace.run(&[], &["get", "grafana"]);
    assert_eq!((hit.outcome.answer(), hit.calls), (warm, vec![]));
}

#[test]
fn doctor_says_what_stands_in() {
    let home = Home::new(Setup::default());
    std::fs::write(home.cache(), "not a directory").expect("a file");
    let said = home.run(&["doctor", "grafana"]);
    let expected = format!("{} is used instead", home.spare().display());
    assert!(said.stdout.contains(&expected), "{}", said.stdout);
    assert!(
        said.stdout
            .contains("hint: name a directory of your own in ALB_CREDENTIAL_CACHE"),
        "{}",
        said.stdout
    );
}
