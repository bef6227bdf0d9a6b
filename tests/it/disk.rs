//! The cache as files: whose they are, what else may stand in their places, and where none can be written.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::home::{Home, Outcome, files, outcome};
use crate::tools::skip;

/// Runs the program through `sh`, after `words`.
pub(crate) fn run_after(home: &Home, words: &str, arguments: &[&str]) -> Outcome {
    let mut command = home.command("sh");
    command
        .args(["-c", &format!("{words}; exec \"$@\""), "sh"])
        .arg(crate::home::binary())
        .args(arguments);
    outcome(command.output().expect("sh starts"))
}

pub(crate) fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// Asserts that the answer was given, and that one line of stderr warns of the cache.
#[track_caller]
pub(crate) fn assert_warned(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with("AWSELBAuthSessionCookie-0="),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .starts_with("credential: warning: the cache cannot be "),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome
            .stderr
            .ends_with("; name another directory in ALB_CREDENTIAL_CACHE\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn directory_and_files_are_the_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "077", "027"] {
        let home = Home::usual();
        run_after(&home, &format!("umask {umask}"), &["get", "grafana"]).answer();
        assert_eq!(mode(&home.cache()), 0o700, "umask {umask}");
        for name in home.files() {
            assert_eq!(
                mode(&home.cache().join(&name)),
                0o600,
                "{name} with umask {umask}"
            );
        }
    }
}

#[test]
fn a_directory_that_others_can_write_is_refused_with_the_command_that_mends_it() {
    let home = Home::usual();
    let cold = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    for open in [0o777, 0o770, 0o720, 0o702, 0o1777] {
        set_mode(&home.cache(), open);
        let words = home.run(&["get", "grafana"]).told(2);
        assert!(
            words.contains(&format!("hint: chmod 700 {}", home.cache().display())),
            "{words}"
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
    set_mode(&home.cache(), 0o755);
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        cold,
        "reading its names harms nobody"
    );
}

#[test]
fn a_new_directory_below_one_that_others_can_write_is_our_own() {
    let mut home = Home::usual();
    std::fs::create_dir(home.path("shared")).expect("a directory");
    set_mode(&home.path("shared"), 0o1777);
    let cache = home.path("shared/deep/cache");
    home.set("ALB_CREDENTIAL_CACHE", cache.display().to_string());
    home.run(&["get", "grafana"]).answer();
    assert_eq!(mode(&cache), 0o700);
}

#[test]
fn a_directory_that_others_could_rename_is_refused_with_a_command() {
    let mut home = Home::usual();
    let above = home.path("it's shared");
    let cache = above.join("deep/cache");
    home.set("ALB_CREDENTIAL_CACHE", cache.display().to_string());
    std::fs::create_dir(&above).expect("a directory");
    set_mode(&above, 0o777);
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(words.contains("can be renamed by others"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!home.spare().exists(), "it is not worked around");
    mend(&words, &above, "open above");
    assert_eq!(mode(&above), 0o755);
    let warm = home.run(&["get", "grafana"]).answer();
    for (open, is_refused) in [(0o757, true), (0o775, false), (0o1777, false)] {
        // A group is no other where it is this process's own.
        set_mode(&above, open);
        let outcome = home.run(&["get", "grafana", "--fresh"]);
        assert_eq!(outcome.code == 2, is_refused, "{open:o}: {outcome:?}");
    }
    set_mode(&above, 0o755);
    let fresh = home.run(&["get", "grafana"]).answer();
    set_mode(&above, 0o777);
    assert_ne!(warm, fresh);
    assert_eq!(home.run(&["get", "grafana"]).answer(), fresh, "a hit");
}

#[test]
fn roots_cache_below_a_users_own_directory_is_given_back_by_name() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can leave a directory as sudo does");
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("text");
    let user = users.lines().find(|line| line.contains(":x:1:"));
    let Some(name) = user.and_then(|user| user.split(':').next()) else {
        return skip("there is no user with the number 1");
    };
    let home = Home::usual();
    std::os::unix::fs::chown(home.path("home"), Some(1), Some(1)).expect("root may");
    set_mode(&home.path(""), 0o755);
    set_mode(home.sandbox.directory(), 0o755);
    let cache = home.path("home/.cache/alb-credential");
    std::fs::create_dir_all(&cache).expect("a directory");
    set_mode(&cache, 0o755);
    let mut command = home.command("setpriv");
    command
        .args(["--reuid=1", "--regid=1", "--clear-groups"])
        .arg(crate::home::binary())
        .args(["get", "grafana"])
        .env("HOME", home.path("home"))
        .env_remove("ALB_CREDENTIAL_CACHE");
    let words = outcome(command.output().expect("setpriv starts")).told(2);
    let hint = format!("hint: sudo chown -R {name} {}\n", cache.display());
    assert!(words.ends_with(&hint), "{words}");
}

/// Puts something in the place of a file of ours; there is another file that it can use.
type Plant = fn(&Path, &Path);

const PLANTS: [(&str, Plant); 7] = [
    ("link", |place, other| {
        std::os::unix::fs::symlink(other, place).expect("a link");
    }),
    ("dangling link", |place, _| {
        std::os::unix::fs::symlink("/nowhere/at/all", place).expect("a link");
    }),
    ("pipe", |place, _| {
        call("mkfifo", &[place]);
    }),
    ("socket", |place, _| {
        std::os::unix::net::UnixListener::bind(place).expect("a socket");
    }),
    ("directory", |place, _| {
        std::fs::create_dir(place).expect("a directory");
    }),
    ("open to the group", |place, other| {
        std::fs::copy(other, place).expect("a copy");
        set_mode(place, 0o640);
    }),
    ("open to the world", |place, other| {
        std::fs::copy(other, place).expect("a copy");
        set_mode(place, 0o666);
    }),
];

/// Things that only root can put there.
const PLANTS_OF_ROOT: [(&str, Plant); 2] = [
    ("device", |place, _| {
        call(
            "mknod",
            &[place, Path::new("c"), Path::new("1"), Path::new("3")],
        );
    }),
    ("another user's file", |place, other| {
        std::fs::copy(other, place).expect("a copy");
        set_mode(place, 0o600);
        std::os::unix::fs::chown(place, Some(1), Some(1)).expect("root may");
    }),
];

/// All that can be planted here.
fn plants() -> Vec<(&'static str, Plant)> {
    let mut plants = PLANTS.to_vec();
    match rustix::process::geteuid().is_root() {
        true => plants.extend(PLANTS_OF_ROOT),
        false => skip("only root can make a device, or another user's file"),
    }
    plants
}

fn call(program: &str, arguments: &[&Path]) {
    let status = Command::new(program).args(arguments).status();
    assert!(status.expect("it starts").success(), "{program}");
}

/// Does what the message of a refusal says about `path`.
#[track_caller]
fn mend(words: &str, path: &Path, what: &str) {
    let hint = words
        .lines()
        .find_map(|line| line.strip_prefix("hint: "))
        .expect("a hint");
    let path = path.display().to_string().replace('\'', "'\\''");
    assert!(hint.contains(&path), "{what}: {words}");
    let mended = Command::new("sh").args(["-c", hint]).output();
    let mended = mended.expect("sh starts");
    assert!(mended.status.success(), "{what}: {hint}: {mended:?}");
}

#[test]
fn an_entry_that_is_no_file_of_ours_is_replaced_or_refused_with_a_hint() {
    for (what, plant) in plants() {
        let home = Home::usual();
        let stolen = home.run(&["get", "grafana"]).answer();
        let (entry, _) = home.record("grafana");
        let other = home.path("other.json");
        std::fs::rename(&entry, &other).expect("it is ours");
        let before = std::fs::read_to_string(&other).expect("text");
        plant(&entry, &other);
        let outcome = home.run(&["get", "grafana"]);
        assert_ne!(
            outcome.stdout, stolen,
            "{what}: what stands there is not believed"
        );
        if outcome.code != 0 {
            mend(&outcome.told(2), &entry, what);
        }
        home.run(&["get", "grafana"]).answer();
        home.sandbox.clear_audit();
        home.run(&["get", "grafana"]).answer();
        assert_eq!(home.sandbox.requests(), 0, "{what}: it is a hit again");
        assert_eq!(
            std::fs::read_to_string(&other).expect("text"),
            before,
            "{what}: the other file is untouched"
        );
    }
}

#[test]
fn a_lock_that_is_no_file_of_ours_is_refused_with_the_command_that_mends_it() {
    for (what, plant) in plants() {
        let home = Home::usual();
        let old = home.run(&["get", "grafana"]).answer();
        let victim = home.path("victim");
        std::fs::write(&victim, "precious").expect("a file");
        let (entry, _) = home.record("grafana");
        let lock = entry.to_string_lossy().replace(".v2.json", ".lock");
        let lock = Path::new(&lock);
        std::fs::remove_file(lock).expect("it is ours");
        plant(lock, &victim);
        home.sandbox.clear_audit();
        let words = home.run(&["get", "grafana", "--fresh"]).told(2);
        assert_eq!(home.sandbox.requests(), 0, "{what}");
        assert!(!home.spare().exists(), "{what}: it is not worked around");
        assert_eq!(home.run(&["get", "grafana"]).answer(), old, "{what}: a hit");
        mend(&words, lock, what);
        home.run(&["get", "grafana", "--fresh"]).answer();
        let left = std::fs::read_to_string(&victim).expect("text");
        assert_eq!(left, "precious", "{what}");
    }
}

#[test]
fn a_file_in_the_place_of_an_unfinished_one_is_replaced_and_not_followed() {
    for (what, plant) in plants() {
        let home = Home::usual();
        home.run(&["get", "grafana"]).answer();
        let names = home.files();
        let victim = home.path("victim");
        std::fs::write(&victim, "precious").expect("a file");
        let (entry, _) = home.record("grafana");
        let unfinished = entry.to_string_lossy().replace(".v2.json", ".tmp");
        plant(Path::new(&unfinished), &victim);
        let outcome = home.run(&["get", "grafana", "--fresh"]);
        if what == "directory" {
            // It may have something in it that somebody wants.
            assert_warned(&outcome);
            let mend = format!("(rm -r {unfinished})");
            assert!(outcome.stderr.contains(&mend), "{}", outcome.stderr);
            std::fs::remove_dir(&unfinished).expect("it is empty");
            home.run(&["get", "grafana", "--fresh"]).answer();
        } else {
            let fresh = outcome.answer();
            assert_eq!(home.run(&["get", "grafana"]).answer(), fresh, "{what}");
        }
        assert_eq!(home.files(), names, "{what}");
        let left = std::fs::read_to_string(&victim).expect("text");
        assert_eq!(left, "precious", "{what}");
    }
}

#[test]
fn a_link_in_place_of_the_directory_is_refused_with_the_command_that_mends_it() {
    let home = Home::usual();
    let other = home.path("other");
    std::fs::create_dir(&other).expect("a directory");
    std::os::unix::fs::symlink(&other, home.cache()).expect("a link");
    let words = home.run(&["get", "grafana"]).told(2);
    mend(&words, &home.cache(), "link");
    home.run(&["get", "grafana"]).answer();
    assert_eq!(files(&other), [""; 0]);
}

#[test]
fn a_directory_that_is_anothers_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can give a directory away");
    }
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    std::os::unix::fs::chown(home.cache(), Some(1), Some(1)).expect("root may");
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(
        words.contains("belongs to another user")
            && words.contains("hint: name a directory of your own in ALB_CREDENTIAL_CACHE"),
        "{words}"
    );
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!home.spare().exists(), "it is not worked around");
}

#[test]
fn without_a_variable_the_cache_is_the_users_own() {
    for (variable, value, expected) in [
        ("HOME", "home", "home/.cache/alb-credential"),
        ("XDG_CACHE_HOME", "xdg", "xdg/alb-credential"),
    ] {
        let home = Home::usual();
        let mut command = home.credential(&["get", "grafana"]);
        command
            .env_remove("ALB_CREDENTIAL_CACHE")
            .env(variable, home.path(value));
        outcome(command.output().expect("the program starts")).answer();
        assert_eq!(mode(&home.path(expected)), 0o700, "{variable}");
        assert!(!home.cache().exists());
    }
}

#[test]
fn without_home_the_cache_is_where_its_own_variable_says() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command
        .env_remove("ALB_CREDENTIAL_CACHE")
        .env_remove("HOME")
        .env("XDG_CACHE_HOME", home.path("xdg"));
    outcome(command.output().expect("the program starts")).answer();
    assert_eq!(mode(&home.path("xdg/alb-credential")), 0o700);
}

#[test]
fn without_a_place_for_the_cache_the_answer_is_still_given() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    // Nobody, not even root, can make a directory there.
    command
        .env_remove("ALB_CREDENTIAL_CACHE")
        .env("HOME", "/proc/nobody");
    assert_warned(&outcome(command.output().expect("the program starts")));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn with_a_file_in_the_place_of_the_cache_the_answer_is_still_given() {
    let home = Home::usual();
    std::fs::write(home.cache(), "not a directory").expect("a file");
    assert_warned(&home.run(&["get", "grafana"]));
    assert_eq!(
        std::fs::read_to_string(home.cache()).expect("text"),
        "not a directory"
    );
}

#[test]
fn with_a_file_above_the_place_of_the_cache_the_answer_is_still_given() {
    let mut home = Home::usual();
    let below = home.path("password/cache");
    home.set("ALB_CREDENTIAL_CACHE", below.display().to_string());
    assert_warned(&home.run(&["get", "grafana"]));
}

#[test]
fn on_a_full_disk_the_answer_is_still_given() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let before = home.records();
    // No file may grow, and the signal that would say so is ignored: every write fails, as on a full disk. Okta's session
    // needs no secret that would have to be remembered.
    assert_warned(&run_after(
        &home,
        "trap '' XFSZ; ulimit -f 0",
        &["get", "grafana", "--fresh"],
    ));
    assert_eq!(home.sandbox.password_tries(), 1);
    assert!(home.records().len() <= before.len(), "{:?}", home.files());
    assert!(
        !home.files().iter().any(|name| name.ends_with("tmp")),
        "{:?}",
        home.files()
    );
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

#[test]
fn with_a_directory_that_cannot_be_written_the_answer_is_still_given() {
    let home = Home::usual();
    let run = |arguments: &[&str]| {
        let mut command = home.powerless();
        outcome(
            command
                .arg(crate::home::binary())
                .args(arguments)
                .output()
                .expect("the program starts"),
        )
    };
    std::fs::create_dir(home.cache()).expect("a directory");
    set_mode(&home.cache(), 0o500);
    assert_warned(&run(&["get", "grafana"]));
    assert!(home.files().is_empty());
    set_mode(&home.cache(), 0o700);
    let cold = run(&["get", "grafana"]).answer();
    set_mode(&home.cache(), 0o500);
    assert_eq!(
        run(&["get", "grafana"]).answer(),
        cold,
        "a hit needs to write nothing"
    );
    set_mode(&home.cache(), 0o700);
}
