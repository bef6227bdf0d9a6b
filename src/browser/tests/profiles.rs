//! The profile's directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::super::{Packaging, Profile, Reason};
use super::world::{Start, World};

fn mode(path: &Path) -> u32 {
    let metadata = fs::symlink_metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

fn profile(directory: &Path) -> Profile {
    Profile::kept(directory, "idp.example", Packaging::Plain)
}

fn host() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// Marks the profile as that of process `of`.
fn mark(profile: &Profile, of: &str) {
    symlink(of, profile.path().join("SingletonLock")).expect("it is not there");
}

#[test]
fn a_profile_is_this_users_alone_before_a_browser_sees_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("browser");
    let profile = profile(&place);
    assert!(profile.standing().is_none());
    profile.prepare().expect("it is made");
    assert_eq!((mode(&place), mode(profile.path())), (0o700, 0o700));
    fs::set_permissions(profile.path(), Permissions::from_mode(0o755)).expect("ours");
    profile.prepare().expect("it is ours");
    assert_eq!(mode(profile.path()), 0o700);
    // Where others can put a directory of theirs in its place, there is none.
    fs::set_permissions(&place, Permissions::from_mode(0o777)).expect("ours");
    assert!(profile.prepare().is_err());
}

#[test]
fn a_link_or_a_file_is_no_profile() {
    let directory = tempfile::tempdir().expect("a directory");
    let profile = profile(directory.path());
    let other = directory.path().join("other");
    fs::create_dir(&other).expect("a directory");
    symlink(&other, profile.path()).expect("a link");
    let error = profile.prepare().expect_err("it is a link");
    assert_eq!(error.to_string(), "it is not a directory of this user's");
    fs::remove_file(profile.path()).expect("ours");
    fs::write(profile.path(), "").expect("a file");
    assert!(profile.prepare().is_err());
}

#[test]
fn a_name_never_leaves_the_directory() {
    let table = [
        ("idp.example", "idp.example"),
        ("idp.example:8443", "idp.example:8443"),
        ("[::1]:1", "[::1]:1"),
        ("..", "_.."),
        ("", "_"),
        ("../x/y\0", "_.._x_y_"),
    ];
    for (name, file) in table {
        let profile = Profile::kept(Path::new("/p"), name, Packaging::Plain);
        assert_eq!(profile.path(), Path::new("/p").join(file), "{name:?}");
    }
    let snap = Profile::kept(Path::new("/p"), "idp.example", Packaging::Snap);
    let end = "snap/chromium/common/alb-credential/idp.example";
    assert!(snap.path().ends_with(end), "{snap:?}");
}

#[test]
fn the_mark_of_another_host_is_removed_and_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let profile = profile(directory.path());
    profile.prepare().expect("it is made");
    let names = ["SingletonLock", "SingletonSocket", "SingletonCookie"];
    let marks = || names.map(|name| fs::symlink_metadata(profile.path().join(name)).is_ok());
    for of in ["another-host-4711", "another-4711"] {
        mark(&profile, of);
        symlink("/nowhere", profile.path().join("SingletonCookie")).expect("a link");
        assert_eq!(profile.stranger(), None);
        profile.prepare().expect("it is ours");
        assert_eq!(marks(), [false; 3], "{of}");
    }
    for of in [format!("{}-2147483647", host()), "nonsense".to_owned()] {
        mark(&profile, &of);
        profile.prepare().expect("it is ours");
        assert_eq!(marks(), [true, false, false], "{of}");
        assert_eq!(profile.stranger(), None);
        fs::remove_file(profile.path().join("SingletonLock")).expect("ours");
    }
}

#[test]
fn a_profile_that_a_stranger_uses_is_neither_started_on_nor_removed() {
    let world = World::new();
    let profile = profile(&world.path("profiles"));
    let profile = Profile::kept(
        profile.path().parent().expect("one"),
        "idp",
        Packaging::Plain,
    );
    profile.prepare().expect("it is made");
    let own = std::process::id();
    mark(&profile, &format!("{}-{own}", host()));
    // The process is alive, but is no browser: its number was another's.
    assert_eq!(profile.stranger(), None);
    let socket = world.path("socket");
    let _listener = UnixListener::bind(&socket).expect("a short path");
    symlink(&socket, profile.path().join("SingletonSocket")).expect("a link");
    assert_eq!(profile.stranger().map(i32::unsigned_abs), Some(own));

    let mut start = Start::script("echo started; exit 1");
    start.limits.end = std::time::Duration::from_millis(100);
    let failure = world.start(&start).err().expect("it is used");
    assert_eq!(failure.reason, Reason::ProfileInUse);
    assert_eq!(failure.error.kind.exit_code(), 6);
    let text = failure.error.to_text();
    assert!(
        text.contains(&profile.path().display().to_string()) && text.contains(&own.to_string()),
        "{text}"
    );
    assert!(!world.path("log").exists(), "nothing was started");
    let error = profile.remove().expect_err("it is used");
    assert!(error.to_string().contains(&own.to_string()));
    assert!(profile.path().exists());
}

#[test]
fn status_tells_size_and_last_use_and_logout_removes_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let profile = profile(directory.path());
    profile.remove().expect("there is nothing");
    profile.prepare().expect("it is made");
    assert!(!profile.is_used());
    let inside = profile.path().join("Default");
    fs::create_dir(&inside).expect("ours");
    fs::write(inside.join("Cookies"), vec![b'x'; 1000]).expect("ours");
    fs::write(profile.path().join("Local State"), vec![b'x'; 23]).expect("ours");
    symlink("/", inside.join("root")).expect("a link");
    assert!(profile.is_used());
    let standing = profile.standing().expect("it is there");
    assert!((1023..2000).contains(&standing.bytes), "{standing:?}");
    let ended = fs::metadata(profile.path().join("Local State")).and_then(|state| state.modified());
    assert_eq!(standing.used_at, ended.expect("it is there"));
    profile.remove().expect("it is ours");
    assert!(!profile.path().exists() && Path::new("/tmp").exists());
}

#[test]
fn a_temporary_profile_is_gone_with_its_value_or_with_the_next_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let left = format!("_temporary_{}_2147483647", host());
    let of_others = "_temporary_another-host_2147483647";
    for name in [&left, of_others, "idp.example"] {
        fs::create_dir(directory.path().join(name)).expect("ours");
    }
    let profile = Profile::temporary(directory.path(), Packaging::Plain).expect("it is made");
    let path = profile.path().to_owned();
    assert_eq!(mode(&path), 0o700);
    fs::write(path.join("Cookies"), "x").expect("ours");
    drop(profile);
    assert!(!path.exists() && !directory.path().join(left).exists());
    assert!(directory.path().join(of_others).exists());
    assert!(directory.path().join("idp.example").exists());
}
