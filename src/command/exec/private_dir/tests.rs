//! Private directories, raced for and left behind.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::{TempDir, tempdir};

use super::{COMMANDS, LOCK, PrivateDir, PrivateDirs};
use crate::secret::Secret;

const NAME: &str = "0123456789abcdef0123456789abcdef";

fn make(dirs: &PrivateDirs) -> PrivateDir {
    let (one, two) = (Secret::new("one".into()), Secret::new("two".into()));
    dirs.make(&[("one", &one), ("two", &two)])
        .expect("there is a place")
}

/// A place with the directory for private ones in it.
fn place() -> (TempDir, PrivateDirs, PathBuf) {
    let directory = tempdir().expect("a directory");
    let place = directory.path().join("cache");
    let dirs = PrivateDirs::new(None, Some(place.clone()));
    drop(make(&dirs));
    (directory, dirs, place.join(COMMANDS))
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("ASCII");
    entries
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}

/// A directory that looks as if its owner had died, with a file in it.
fn left_behind(path: &Path) {
    fs::create_dir(path).expect("a directory");
    fs::write(path.join("header"), "left").expect("a file");
}

#[test]
fn no_sweeper_takes_what_a_starter_has_just_made() {
    let (_directory, dirs, within) = place();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    dirs.sweep();
                }
            });
        }
        let starters: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..250 {
                        let mut made = make(&dirs);
                        for name in ["one", "two"] {
                            let text = fs::read_to_string(made.path(name)).expect("it is there");
                            assert_eq!(text, name);
                        }
                        made.remove().expect("it can be removed");
                    }
                })
            })
            .collect();
        let ends: Vec<_> = starters
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
    });
    dirs.sweep();
    assert_eq!(names(&within), [""; 0]);
}

#[test]
fn what_the_dead_left_is_removed_and_what_the_living_have_stays() {
    let (_directory, dirs, within) = place();
    let living = make(&dirs);
    let mut dead = make(&dirs);
    // As the kernel does it: the lock goes, the files stay.
    drop(dead.lock.take());
    std::mem::forget(dead);
    left_behind(&within.join(NAME));
    left_behind(&within.join(NAME.replace('0', "f")).with_extension("dead"));
    dirs.sweep();
    let own = living.directory().file_name().expect("a name");
    assert_eq!(names(&within), [own.to_str().expect("ASCII")]);
    assert_eq!(
        fs::read_to_string(living.path("one")).expect("it is there"),
        "one"
    );
}

#[test]
fn what_is_not_ours_stays_and_no_link_is_followed() {
    let (directory, dirs, within) = place();
    let outside = directory.path().join("outside");
    left_behind(&outside);
    symlink(&outside, within.join(NAME)).expect("a link");
    let open = within.join(NAME.replace('0', "1"));
    left_behind(&open);
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("it is ours");
    fs::write(within.join(NAME.replace('0', "2")), "a file").expect("a file");
    for name in [
        "short",
        &format!("{NAME}0"),
        &format!("{NAME}.dad"),
        &"x".repeat(32),
    ] {
        left_behind(&within.join(name));
    }
    let with_link = within.join(NAME.replace('0', "3"));
    left_behind(&with_link);
    symlink(outside.join("header"), with_link.join("jar")).expect("a link");
    symlink(&outside, with_link.join("outside")).expect("a link");
    let before = names(&within).len();
    dirs.sweep();
    assert_eq!(names(&within).len(), before - 1);
    assert!(!with_link.exists());
    assert_eq!(names(&outside), ["header"]);
    assert_eq!(
        fs::read_to_string(open.join("header")).expect("it is there"),
        "left"
    );
}

#[test]
fn a_link_in_place_of_the_lock_is_not_followed() {
    let (directory, dirs, within) = place();
    let outside = directory.path().join("outside");
    fs::create_dir(within.join(NAME)).expect("a directory");
    symlink(&outside, within.join(NAME).join(LOCK)).expect("a link");
    dirs.sweep();
    assert!(!outside.exists());
}

#[test]
fn the_runtime_directory_is_taken_if_it_is_the_users_own() {
    let directory = tempdir().expect("a directory");
    let (above, cache) = (directory.path().join("run"), directory.path().join("cache"));
    let made = || {
        let runtime = Some(above.join("alb-credential"));
        make(&PrivateDirs::new(runtime, Some(cache.clone())))
    };
    assert!(made().directory().starts_with(&cache) && !above.exists());
    fs::create_dir(&above).expect("a directory");
    assert!(made().directory().starts_with(&above));
    fs::set_permissions(&above, Permissions::from_mode(0o777)).expect("it is ours");
    assert!(made().directory().starts_with(&cache));
}

#[test]
fn directories_and_files_are_private() {
    let (_directory, dirs, _) = place();
    let private = make(&dirs);
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o7777
    };
    assert_eq!(mode(private.directory()), 0o700);
    for name in ["one", "two", LOCK] {
        assert_eq!(mode(&private.path(name)), 0o600, "{name}");
    }
}

#[test]
fn without_a_place_the_causes_are_told() {
    let error = PrivateDirs::new(None, None)
        .make(&[])
        .expect_err("no place");
    assert_eq!(error.message, "there is no place for private files");
    let directory = tempdir().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("a file");
    let error = PrivateDirs::new(None, Some(file.join("x"))).make(&[]);
    assert_eq!(error.expect_err("no place").causes.len(), 1);
}
