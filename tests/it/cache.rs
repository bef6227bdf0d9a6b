//! The cache on the disk: whose it is, when an entry is good, and what is done where it cannot be used.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use sandbox::{App, Setup};
use serde_json::Value;

use crate::home::{ADA, Home, Outcome, outcome, seconds_from_now};

fn two_apps() -> Home {
    Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        ..Setup::default()
    })
}

/// Runs the program through `sh`, after `words`.
fn run_after(home: &Home, words: &str, arguments: &[&str]) -> Outcome {
    let mut command = home.command("sh");
    command
        .args(["-c", &format!("{words}; exec \"$@\""), "sh"])
        .arg(crate::home::binary())
        .args(arguments);
    outcome(command.output().expect("sh starts"))
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// Makes the session `age` seconds old, of one that lives for so many.
fn set_age(home: &Home, age: i64, life: i64) {
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = Value::from(seconds_from_now(-age));
        record["session"]["bound"] = Value::from(seconds_from_now(life - age));
    });
}

/// Whether a `get` is a hit, by what it asks of the servers.
#[track_caller]
fn is_hit(home: &Home, arguments: &[&str]) -> bool {
    home.sandbox.clear_audit();
    home.run(arguments).answer();
    home.sandbox.requests() == 0
}

/// Asserts that the answer was given, and that one line of stderr warns of the cache.
#[track_caller]
fn assert_warned(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with("AWSELBAuthSessionCookie-0="),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with("credential: warning: "),
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
fn the_cache_holds_readable_json_and_locks_and_nothing_else() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "grafana", "--fresh"]).answer();
    let names = home.files();
    let (records, others): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| name.ends_with(".v1.json"));
    assert_eq!(records.len(), 2, "an app and an account: {names:?}");
    let locks: Vec<String> = records
        .iter()
        .map(|name| name.replace(".v1.json", ".lock"))
        .collect();
    assert_eq!(others, locks.iter().collect::<Vec<_>>(), "{names:?}");
    let (path, record) = home.record("grafana");
    assert!(
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .starts_with("127.0.0.1-")
    );
    assert_eq!(record["key"]["account"], ADA);
    let text = std::fs::read_to_string(path).expect("text");
    assert!(
        text.lines().count() > 5,
        "it is written for people to read: {text}"
    );
    for (path, record) in home.records() {
        let text = record.to_string();
        assert!(
            !text.contains("battery") && !text.contains("AWSALBAuthNonce"),
            "{}",
            path.display()
        );
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
fn an_entry_that_is_no_file_of_ours_is_replaced_or_refused_with_the_command_that_mends_it() {
    let plant: [(&str, fn(&Path, &Path)); 6] = [
        ("link", |entry, other| {
            std::os::unix::fs::symlink(other, entry).expect("a link")
        }),
        ("dangling link", |entry, _| {
            std::os::unix::fs::symlink("/nowhere/at/all", entry).expect("a link")
        }),
        ("pipe", |entry, _| {
            assert!(
                Command::new("mkfifo")
                    .arg(entry)
                    .status()
                    .expect("mkfifo")
                    .success()
            )
        }),
        ("directory", |entry, _| {
            std::fs::create_dir(entry).expect("a directory")
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
fn a_broken_entry_is_a_miss_and_is_replaced() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let (path, _) = home.record("grafana");
    let good = std::fs::read(&path).expect("it is ours");
    let mut broken: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0\0\0\0".to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"<html>".to_vec(),
        b"[".repeat(100_000),
        vec![b' '; 3 << 20],
        String::from_utf8_lossy(&good)
            .replace("\"session\"", "\"sitting\"")
            .into_bytes(),
        String::from_utf8_lossy(&good)
            .replace("-0\"", "-0\\u001b\"")
            .into_bytes(),
        String::from_utf8_lossy(&good)
            .replace("\"issued_at\": \"2", "\"issued_at\": \"x")
            .into_bytes(),
    ];
    broken.extend((1..10).map(|part| good[..good.len() * part / 10].to_vec()));
    for text in broken {
        std::fs::write(&path, &text).expect("it is ours");
        let shown = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
        assert!(!is_hit(&home, &["get", "grafana"]), "{shown:?}");
        assert!(is_hit(&home, &["get", "grafana"]), "{shown:?}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn another_apps_entry_in_the_place_of_ones_own_is_not_believed() {
    let home = two_apps();
    let grafana = home.run(&["get", "grafana"]).answer();
    home.run(&["get", "argocd"]).answer();
    let ((from, _), (to, _)) = (home.record("grafana"), home.record("argocd"));
    std::fs::copy(from, to).expect("a copy");
    let argocd = home.run(&["get", "argocd", "--verify=0s"]).answer();
    assert_ne!(argocd, grafana);
    assert_eq!(home.run(&["get", "grafana"]).answer(), grafana);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn another_account_or_cookie_name_is_another_entry() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(ADA, "eve@corp.example"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.configure(&format!("{text}cookie = \"Other\"\n"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.configure(&text);
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

#[test]
fn an_entry_from_the_future_is_a_miss_beyond_five_minutes() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    set_age(&home, -240, 3600);
    assert!(is_hit(&home, &["get", "grafana"]), "clocks differ a little");
    set_age(&home, -360, 3600);
    assert!(!is_hit(&home, &["get", "grafana"]));
}

#[test]
fn a_session_ends_a_margin_before_its_end() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    // The age, the life and whether there is more left than a minute, or a twentieth of a shorter life.
    for (age, life, good) in [
        (3600 - 90, 3600, true),
        (3600 - 45, 3600, false),
        (600 - 45, 600, true),
        (600 - 20, 600, false),
        (604_800 - 90, 604_800, true),
        (604_800 - 30, 604_800, false),
    ] {
        set_age(&home, age, life);
        assert_eq!(is_hit(&home, &["get", "grafana"]), good, "{age} of {life}");
    }
}

#[test]
fn min_life_asks_for_more_than_the_margin() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    set_age(&home, 45 * 60, 3600);
    assert!(is_hit(&home, &["get", "grafana"]));
    assert!(is_hit(&home, &["get", "grafana", "--min-life", "10m"]));
    home.run(&["get", "grafana", "--min-life", "20m", "--no-sign-in"])
        .told(3);
    assert!(!is_hit(&home, &["get", "grafana", "--min-life", "20m"]));
    assert!(
        is_hit(&home, &["get", "grafana", "--min-life", "6d"]),
        "the new one lives for a week"
    );
}

#[test]
fn no_sign_in_asks_nobody_and_makes_nothing() {
    let home = Home::usual();
    let words = home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert!(words.contains("hint: credential login grafana"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!home.cache().exists());
    let cold = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["get", "grafana", "--no-sign-in"]).answer(), cold);
}

#[test]
fn a_hit_writes_nothing() {
    let home = Home::usual();
    let cold = home.run(&["get", "grafana"]).answer();
    let stamps = || -> Vec<(String, i64, i64, u64)> {
        let all = home.files().into_iter().chain([".".into()]);
        all.map(|name| {
            let data = std::fs::metadata(home.cache().join(&name)).expect("it is there");
            (name, data.ctime(), data.ctime_nsec(), data.ino())
        })
        .collect()
    };
    let before = stamps();
    assert_eq!(home.run(&["get", "grafana"]).answer(), cold);
    assert_eq!(stamps(), before);
}

#[test]
fn an_entry_is_replaced_and_never_changed_in_place() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let (path, _) = home.record("grafana");
    let kept = home.path("kept");
    std::fs::hard_link(&path, &kept).expect("a second name");
    let before = std::fs::read_to_string(&kept).expect("text");
    home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(std::fs::read_to_string(&kept).expect("text"), before);
    assert_ne!(std::fs::read_to_string(&path).expect("text"), before);
}

#[test]
fn what_a_killed_writer_left_is_replaced_by_the_next_one() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let names = home.files();
    for (path, _) in home.records() {
        let left = path.to_string_lossy().replace(".v1.json", ".tmp");
        std::fs::write(left, "{\"half\": ").expect("a file");
    }
    home.sandbox.end_okta_sessions();
    let fresh = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        fresh
    );
    assert_eq!(home.files(), names);
}

#[test]
fn erase_forgets_the_session_and_keeps_the_lock() {
    let home = two_apps();
    home.run(&["erase", "grafana"]).done();
    assert!(!home.cache().exists(), "there was nothing to forget");
    home.run(&["get", "grafana"]).answer();
    let argocd = home.run(&["get", "argocd"]).answer();
    let (path, _) = home.record("grafana");
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["erase", "grafana"]).done(), "");
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert_eq!(home.run(&["get", "argocd"]).answer(), argocd);
    assert_eq!(home.sandbox.requests(), 0);
    let lock = path.to_string_lossy().replace(".v1.json", ".lock");
    assert!(Path::new(&lock).exists());
}

#[test]
fn erase_with_a_secret_forgets_only_that_session() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    let new = home.run(&["get", "grafana", "--fresh"]).answer();
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let erase = |secret: &str| {
        let request = format!(
            "protocol=https\nhost={host}\nusername={ADA}\npassword={}\n\n",
            secret.trim_end()
        );
        assert_eq!(
            home.run_with(&["erase", "--protocol", "git"], &request)
                .done(),
            ""
        );
    };
    erase(&old);
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        new,
        "a loser's word deletes nothing newer"
    );
    erase(&new);
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
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
        !home.files().iter().any(|name| name.ends_with(".tmp")),
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
