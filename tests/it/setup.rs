//! `credential setup`: what is shown is what is done, what is done can be taken back, and what is somebody else's stays.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::home::binary;
use crate::setup_scene::{CALLERS, OWN_LINE, Picture, SetupHome, has, run};
use crate::tools::{tool, tools};

#[test]
fn nothing_changes_without_a_wish_and_the_last_line_says_how_it_would() {
    for caller in CALLERS {
        if !has(caller) {
            continue;
        }
        let desk = SetupHome::new();
        let before = desk.picture();
        let lines = desk.lines(&[caller]);
        assert!(lines.len() > 1, "{lines:?}");
        assert_eq!(
            lines.last().expect("a line"),
            &format!("nothing is changed yet: credential setup {caller} --write")
        );
        assert_eq!(desk.picture(), before, "{caller}");
        let last = desk.lines(&[caller, "grafana", "--undo"]);
        assert_eq!(last, ["there is nothing to undo"]);
        assert_eq!(desk.picture(), before, "{caller}");
    }
}

#[test]
fn what_is_shown_is_done_once_and_taken_back_once() {
    for caller in CALLERS {
        if !has(caller) {
            continue;
        }
        let desk = SetupHome::new();
        desk.write(".gitconfig", "# mine\n[user]\n\tname = Ada # me\n");
        desk.write(
            ".docker/config.json",
            "{\n\t\"auths\": {},\n\t\"b\": 1.0\n}",
        );
        desk.write(".bazelrc", "# mine\nbuild --jobs=4\n");
        desk.write(".config/go/env", "GOFLAGS=-mod=mod\n");
        let before = desk.picture();
        let mut shown = desk.lines(&[caller, "grafana"]);
        shown.pop();
        let mut written = desk.lines(&[caller, "grafana", "--write"]);
        let last = written.pop();
        assert_eq!(
            last.as_deref(),
            Some(
                format!("done; to take it back: credential setup {caller} grafana --undo").as_str()
            )
        );
        assert_eq!(written, shown, "{caller}");
        let after = desk.picture();
        assert_ne!(after, before, "{caller}");

        for again in [&[caller][..], &[caller, "--write"]] {
            let mut there = desk.lines(again);
            assert_eq!(
                there.pop().as_deref(),
                Some("all is there already: nothing to change")
            );
            assert!(!there.is_empty());
            assert!(
                there.iter().all(|line| line.starts_with("there   ")),
                "{there:?}"
            );
            assert_eq!(desk.picture(), after, "{caller}");
        }

        let undone = desk.lines(&[caller, "grafana", "--undo"]);
        assert_eq!(
            undone.last().map(String::as_str),
            Some("done"),
            "{undone:?}"
        );
        assert_eq!(desk.picture(), before, "{caller}");
        assert_eq!(
            desk.lines(&[caller, "--undo"]),
            ["there is nothing to undo"]
        );
        assert_eq!(desk.picture(), before, "{caller}");
    }
}

#[test]
fn each_change_has_a_line_of_its_own() {
    if !tools(&["git", "go"]) {
        return;
    }
    let desk = SetupHome::new();
    assert_eq!(
        desk.lines(&["git", "grafana"]),
        [
            "link    /bin/git-credential-alb -> credential",
            &format!("{OWN_LINE} + credential.https://HOST.helper ''"),
            &format!("{OWN_LINE} + credential.https://HOST.helper 'alb --cookie-file=/JAR'"),
            &format!("{OWN_LINE} + http.https://HOST.cookieFile /JAR"),
            &format!("{OWN_LINE} + http.https://HOST.proactiveAuth auto"),
            "git     /home/.gitconfig: + include.path /home/.config/alb-credential/gitconfig",
            "nothing is changed yet: credential setup git grafana --write",
        ]
    );
    assert_eq!(
        desk.lines(&["docker"])[..2],
        [
            "link    /bin/docker-credential-alb -> credential",
            "docker  /home/.docker/config.json: + credHelpers.\"HOST\" = \"alb\"",
        ]
    );
    let host = desk.authority();
    let host = host.split(':').next().expect("a host");
    assert_eq!(
        desk.lines(&["bazel"])[..2],
        [
            "link    /bin/bazel-credential-alb -> credential".to_owned(),
            format!(
                "bazel   /home/.bazelrc: + common --credential_helper={host}=/bin/bazel-credential-alb"
            ),
        ]
    );
    assert_eq!(
        desk.lines(&["go"])[..1],
        ["go      env -w 'GOAUTH=credential go https://HOST; netrc'"]
    );
}

#[test]
fn a_caller_that_is_not_there_is_named() {
    let desk = SetupHome::new();
    let before = desk.picture();
    for (caller, words) in [
        (
            "git",
            "credential: cannot set up git: there is no git on PATH\n",
        ),
        (
            "go",
            "credential: cannot set up go: there is no go on PATH\n",
        ),
    ] {
        let mut command = desk.home.command(binary());
        command
            .env("PATH", desk.bin(""))
            .args(["setup", caller, "--write"]);
        let said = run(command).told(1);
        assert!(said.starts_with(words), "{said}");
        assert_eq!(
            said.contains("set the variable GOAUTH='credential go https://"),
            caller == "go"
        );
    }
    assert_eq!(desk.picture(), before);
}

#[test]
fn what_cannot_be_written_is_named_and_so_is_what_was_made_before() {
    for (caller, place) in [("git", ""), ("docker", ".docker"), ("bazel", "")] {
        if !has(caller) || !tools(&["setpriv"]) {
            continue;
        }
        let desk = SetupHome::new();
        desk.write(".docker/config.json", "{}");
        let directory = desk.file(place);
        let mode = |mode| {
            fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).expect("it is ours");
        };
        let powerless = |arguments: &[&str]| {
            let mut command = desk.home.powerless();
            let path = desk.beside("true", &["bin"]);
            let path = path.get_envs().find(|(name, _)| *name == "PATH");
            command.env(
                "PATH",
                path.and_then(|(_, value)| value).expect("there is a PATH"),
            );
            command.arg(binary()).arg("setup").args(arguments);
            run(command)
        };
        mode(0o500);
        let words = powerless(&[caller, "--write"]).told(1);
        assert!(
            words.contains(&desk.file("").display().to_string()),
            "{words}"
        );
        assert!(
            words.contains("  caused by: made before that: link /"),
            "{words}"
        );
        assert!(
            words.contains("hint: run the same command again"),
            "{words}"
        );
        mode(0o700);
        let lines = desk.short(&powerless(&[caller, "--write"]).answer());
        assert!(lines[0].starts_with("there   "), "{lines:?}");
        mode(0o500);
        let words = powerless(&[caller, "--undo"]).told(1);
        assert!(words.contains("cannot undo the setup of"), "{words}");
        mode(0o700);
        powerless(&[caller, "--undo"]).answer();
        assert_eq!(fs::read_dir(desk.bin("")).expect("a directory").count(), 1);

        // A directory of programs that cannot be written is none for a link.
        fs::set_permissions(desk.bin(""), fs::Permissions::from_mode(0o500)).expect("it is ours");
        let before = desk.picture();
        let words = powerless(&[caller, "--write"]).told(2);
        assert!(words.contains("--directory DIR"), "{words}");
        assert_eq!(desk.picture(), before);
    }
}

#[test]
fn several_apps_are_set_up_at_once_and_taken_back_one_by_one() {
    if !tool("go") {
        return;
    }
    let desk = SetupHome::new();
    desk.home
        .append("[app.wiki]\nurl = \"https://wiki.corp.example\"");
    for (caller, used) in [
        (
            "docker",
            "leaves  /bin/docker-credential-alb: credHelpers.\"wiki.corp.example\" needs it",
        ),
        (
            "bazel",
            "leaves  /bin/bazel-credential-alb: /home/.bazelrc: common \
             --credential_helper=wiki.corp.example=/bin/bazel-credential-alb needs it",
        ),
    ] {
        let before = desk.picture();
        desk.lines(&[caller, "grafana", "wiki", "grafana", "--write"]);
        let undone = desk.lines(&[caller, "grafana", "--undo"]);
        assert!(undone.contains(&used.to_owned()), "{undone:?}");
        desk.lines(&[caller, "wiki", "--undo"]);
        let links = |picture: &Picture| {
            picture
                .keys()
                .filter(|path| path.starts_with(desk.bin("")))
                .count()
        };
        assert_eq!(links(&desk.picture()), links(&before));
    }
    assert_eq!(
        desk.lines(&["go", "grafana", "wiki", "--write"])[0],
        "go      env -w 'GOAUTH=credential go https://HOST https://wiki.corp.example; netrc'"
    );
    assert_eq!(
        desk.lines(&["go", "grafana", "--undo"]),
        [
            "go      env -w 'GOAUTH=credential go https://wiki.corp.example; netrc'",
            "done"
        ]
    );
}

#[test]
fn a_file_that_is_not_to_be_written_is_told_before_anything_is_changed() {
    for (caller, file, text) in [
        ("docker", ".docker/config.json", "{}"),
        ("bazel", ".bazelrc", "# mine\n"),
    ] {
        let desk = SetupHome::new();
        desk.write(file, text);
        let path = desk.file(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("it is ours");
        let before = desk.picture();
        for arguments in [&[caller][..], &[caller, "--write"]] {
            let words = desk.setup(arguments).told(1);
            let path = path.display();
            assert_eq!(
                words,
                format!(
                    "credential: cannot set up {caller}: cannot write {path}\n  caused by: it is read-only\nhint: chmod \
                     u+w {path}\n"
                )
            );
            assert_eq!(desk.picture(), before, "{caller}");
        }
    }
}

#[test]
fn a_setup_that_means_nothing_is_told_so() {
    let desk = SetupHome::with_two_apps();
    let before = desk.picture();
    for (arguments, words) in [
        (
            &["git", "grafana", "graf"][..],
            "for git, one app is set up at a time",
        ),
        (
            &["docker", "grafana", "--helper", "store"],
            "--helper is for git alone",
        ),
        (
            &["git", "grafana", "--helper", " "],
            "--helper names no helper",
        ),
        (
            &["git", "grafana", "--helper", "alb"],
            "--helper is for another helper than this one",
        ),
        (
            &["git", "grafana", "--helper", "store", "--undo"],
            "--undo finds the helper by itself",
        ),
        (&["go", "grafana", "--directory", "bin"], "go needs no link"),
        (&["docker"], "there are several apps and none is named"),
    ] {
        let said = desk.setup(arguments).told(2);
        assert!(said.contains(words), "{said}");
    }
    let said = desk.setup(&["docker", "gone"]).told(4);
    assert!(said.contains("no app is called \"gone\""), "{said}");
    let both = desk
        .setup(&["docker", "grafana", "--write", "--undo"])
        .failure(2);
    assert!(
        both.contains("--write and --undo exclude each other"),
        "{both}"
    );
    assert_eq!(desk.picture(), before);
}
