//! The cache as files: whose they are, what else may stand in their places, and where none can be written.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::home::{Home, Outcome, outcome};

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

/// Puts something in the place of an entry; there is another file that it can use.
type Plant = fn(&Path, &Path);

#[test]
fn an_entry_that_is_no_file_of_ours_is_replaced_or_refused_with_the_command_that_mends_it() {
    let plant: [(&str, Plant); 6] = [
        ("link", |entry, other| {
            std::os::unix::fs::symlink(other, entry).expect("a link");
        }),
        ("dangling link", |entry, _| {
            std::os::unix::fs::symlink("/nowhere/at/all", entry).expect("a link");
        }),
        ("pipe", |entry, _| {
            assert!(
                Command::new("mkfifo")
                    .arg(entry)
                    .status()
                    .expect("mkfifo")
                    .success()
            );
        }),
        ("directory", |entry, _| {
            std::fs::create_dir(entry).expect("a directory");
        }),
        ("open to the group", |entry, other| {
            std::fs::copy(other, entry).expect("a copy");
            set_mode(entry, 0o640);
        }),
        ("open to the world", |entry, other| {
            std::fs::copy(other, entry).expect("a copy");
            set_mode(entry, 0o666);
        }),
    ];
    for (what, plant) in plant {
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
            let words = outcome.told(2);
            let hint = words
                .lines()
                .find_map(|line| line.strip_prefix("hint: "))
                .expect("a hint");
            assert!(
                hint.contains(&entry.display().to_string()),
                "{what}: {words}"
            );
            let mended = Command::new("sh")
                .args(["-c", hint])
                .output()
                .expect("sh starts");
            assert!(
                mended.status.success(),
                "{what}: the hint does not mend it: {hint}: {mended:?}"
            );
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
fn no_link_in_place_of_a_lock_or_an_unfinished_file_is_written_through() {
    for end in [".lock", ".tmp"] {
        let home = Home::usual();
        home.run(&["get", "grafana"]).answer();
        let victim = home.path("victim");
        std::fs::write(&victim, "precious").expect("a file");
        for (entry, _) in home.records() {
            let planted = entry.to_string_lossy().replace(".v1.json", end);
            let _ = std::fs::remove_file(&planted);
            std::os::unix::fs::symlink(&victim, planted).expect("a link");
        }
        let outcome = home.run(&["get", "grafana", "--fresh"]);
        assert!(matches!(outcome.code, 0 | 2), "{end}: {outcome:?}");
        assert_eq!(
            std::fs::read_to_string(&victim).expect("text"),
            "precious",
            "{end}"
        );
    }
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
    // No file may grow, and the signal that would say so is ignored: every write fails, as on a full disk.
    assert_warned(&run_after(
        &home,
        "trap '' XFSZ; ulimit -f 0",
        &["get", "grafana"],
    ));
    assert!(
        home.records().is_empty(),
        "nothing half is left: {:?}",
        home.files()
    );
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
