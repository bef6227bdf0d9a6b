//! The link to the program that `credential setup` makes for a helper's name: its place, and links that it leaves alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::home::binary;
use crate::setup_scene::{LINKED, SetupHome, has, link, program};

#[test]
fn a_name_that_is_somebody_elses_is_refused_and_nothing_is_changed() {
    for (caller, name) in LINKED {
        if !has(caller) {
            continue;
        }
        for place in ["file", "link", "dangling", "directory"] {
            let desk = SetupHome::new();
            let path = desk.bin(name);
            match place {
                "file" => program(&path, "#!/bin/sh\n"),
                "link" => symlink("/bin/sh", &path).expect("a link"),
                "dangling" => symlink("gone", &path).expect("a link"),
                _ => fs::create_dir(&path).expect("a directory"),
            }
            let before = desk.picture();
            for arguments in [&[caller][..], &[caller, "--write"]] {
                let words = desk.setup(arguments).told(2);
                let expected = format!(
                    "credential: cannot set up {caller}: {} is there, and is no link to this program\n",
                    path.display()
                );
                assert!(words.starts_with(&expected), "{words}");
                assert_eq!(desk.picture(), before, "{caller} {place}");
            }
            let undone = desk.lines(&[caller, "--undo"]);
            assert_eq!(
                undone,
                [
                    format!("leaves  /bin/{name}: it is no link to this program"),
                    "there is nothing to undo".into()
                ]
            );
            assert_eq!(desk.picture(), before, "{caller} {place}");
        }
    }
}

#[test]
fn the_link_goes_beside_the_program_or_to_the_users_programs_or_as_told() {
    let desk = SetupHome::new();
    for name in ["home/.local/bin", "elsewhere", "first"] {
        fs::create_dir_all(desk.home.path(name)).expect("a directory");
    }
    let first = |path: &[&str], arguments: &[&str]| {
        desk.short(&link(&desk, path, arguments).answer())[0].clone()
    };
    assert_eq!(
        first(&["elsewhere", "home/.local/bin", "bin"], &["docker"]),
        "link    /bin/docker-credential-alb -> credential"
    );
    let own = binary().canonicalize().expect("it is there");
    assert_eq!(
        first(&["elsewhere", "home/.local/bin"], &["docker"]),
        format!(
            "link    /home/.local/bin/docker-credential-alb -> {}",
            own.display()
        )
    );
    assert_eq!(
        first(
            &["bin", "elsewhere"],
            &["docker", "--directory", "elsewhere"]
        ),
        "link    /elsewhere/docker-credential-alb -> /bin/credential"
    );
    let words = link(&desk, &["elsewhere"], &["docker", "--write"]).told(2);
    assert!(
        words.contains("hint: name a directory on PATH: --directory DIR"),
        "{words}"
    );
    let words = link(
        &desk,
        &["bin"],
        &["docker", "--directory", "gone", "--write"],
    )
    .told(2);
    assert!(
        words.contains("/gone is no directory of yours that can be written"),
        "{words}"
    );
    assert!(!desk.file(".docker").exists());

    // It is undone where it was made.
    link(
        &desk,
        &["bin"],
        &["docker", "--directory", "elsewhere", "--write"],
    )
    .answer();
    let left = desk.short(&link(&desk, &["bin", "elsewhere"], &["docker", "--undo"]).answer());
    let path = desk.home.path("elsewhere");
    assert_eq!(
        left[1],
        "leaves  /elsewhere/docker-credential-alb: if it is to go: --directory /elsewhere",
        "{}",
        path.display()
    );
    let gone = desk.short(
        &link(
            &desk,
            &["bin"],
            &["docker", "--directory", "elsewhere", "--undo"],
        )
        .answer(),
    );
    assert_eq!(gone, ["unlink  /elsewhere/docker-credential-alb", "done"]);
}

#[test]
fn a_link_where_only_a_package_can_have_put_it_is_not_mentioned() {
    let desk = SetupHome::new();
    let elsewhere = desk.home.path("elsewhere");
    fs::create_dir_all(&elsewhere).expect("a directory");
    let there = ["docker", "--directory", "elsewhere", "--write"];
    link(&desk, &["bin"], &there).answer();
    // As little a directory of the user's own as /usr/bin is.
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let said = link(&desk, &["bin", "elsewhere"], &["docker", "--undo"]).answer();
    assert!(!said.contains("leaves"), "{said}");
    assert!(elsewhere.join("docker-credential-alb").is_symlink());
}

#[test]
fn a_link_that_would_not_be_found_is_told() {
    let desk = SetupHome::new();
    for name in ["elsewhere", "first"] {
        fs::create_dir_all(desk.home.path(name)).expect("a directory");
    }
    let note = |path: &[&str], arguments: &[&str]| {
        let lines = desk.short(&link(&desk, path, arguments).answer());
        lines
            .into_iter()
            .filter(|line| line.starts_with("note"))
            .collect::<Vec<_>>()
    };
    assert_eq!(note(&["first", "bin"], &["docker"]), [""; 0]);
    assert_eq!(
        note(&["bin"], &["docker", "--directory", "elsewhere"]),
        ["note    /elsewhere is not on PATH: docker-credential-alb is not found there"]
    );
    // Bazel is told the whole path.
    assert_eq!(
        note(&["bin"], &["bazel", "--directory", "elsewhere"]),
        [""; 0]
    );
    program(
        &desk.home.path("first/docker-credential-alb"),
        "#!/bin/sh\n",
    );
    assert_eq!(
        note(&["first", "bin"], &["docker"]),
        ["note    /first/docker-credential-alb comes earlier on PATH, and will be called instead"]
    );
    // One that is there already, and is this program, is as good as one of our own.
    fs::remove_file(desk.home.path("first/docker-credential-alb")).expect("it is ours");
    symlink(binary(), desk.home.path("first/docker-credential-alb")).expect("a link");
    let lines = desk.short(&link(&desk, &["first", "bin"], &["docker"]).answer());
    assert_eq!(lines[0], "there   /first/docker-credential-alb");
}
