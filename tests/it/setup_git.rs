//! `credential setup git`: helpers and cookie files by the URL, beside whatever the person's own configuration has.

use std::fs;
use std::path::Path;

use crate::home::{binary, feed};
use crate::setup_scene::{OWN, OWN_LINE, SetupHome, program, run};
use crate::tools::tool;

#[test]
fn git_finds_the_helper_and_the_cookie_file_by_the_url() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.lines(&["git", "grafana", "--write"]);
    let url = format!("{}/team/repo.git", desk.url());
    for (name, value) in [("cookieFile", "/JAR\n"), ("proactiveAuth", "auto\n")] {
        let said = desk
            .git(&["config", "--get-urlmatch", &format!("http.{name}"), &url])
            .answer();
        assert_eq!(desk.short(&said).join("\n") + "\n", value);
        let other = desk.git(&[
            "config",
            "--get-urlmatch",
            &format!("http.{name}"),
            "https://x.example",
        ]);
        assert_eq!(other.failure(1), "");
    }
    let mut fill = desk.beside("git", &["bin"]);
    fill.args(["credential", "fill"])
        .env("GIT_TERMINAL_PROMPT", "0");
    let filled = feed(fill, &format!("url={url}\n\n")).answer();
    assert!(filled.contains("username="), "{filled}");
    assert!(desk.home.has_session());
    assert_eq!(desk.home.sandbox.violations(), []);

    // The cookie file is beside the app's record, and is named like it.
    let jar = desk
        .git(&["config", "--get-urlmatch", "http.cookieFile", &url])
        .answer();
    let (record, _) = desk.home.record("grafana");
    let record = record.to_str().expect("a path of ASCII");
    assert_eq!(record.replace(".v2.json", ".cookies\n"), jar);
}

#[test]
fn an_app_that_nobody_signs_in_to_gets_a_helper_and_no_cookie_file() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.home.append("method = \"none\"");
    let mut lines = desk.lines(&["git", "--write"]);
    lines.pop();
    assert_eq!(
        lines,
        [
            "link    /bin/git-credential-alb -> credential",
            &format!("{OWN_LINE} + credential.https://HOST.helper ''"),
            &format!("{OWN_LINE} + credential.https://HOST.helper alb"),
            "git     /home/.gitconfig: + include.path /home/.config/alb-credential/gitconfig",
        ]
    );
    let words = desk.setup(&["git", "--helper", "store"]).told(2);
    assert!(words.contains("grafana has no sign-in"), "{words}");
    desk.lines(&["git", "--undo"]);
    assert_eq!(desk.read(".gitconfig"), "");
}

#[test]
fn an_app_below_a_path_is_told_from_the_one_above_it() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::with_two_apps();
    desk.lines(&["git", "graf", "--write"]);
    let path = format!("{}/graf/repo.git", desk.url());
    let told = desk
        .git(&["config", "--get-urlmatch", "credential.useHttpPath", &path])
        .answer();
    assert_eq!(told, "true\n");
    let mut fill = desk.beside("git", &["bin"]);
    fill.args(["credential", "fill"])
        .env("GIT_TERMINAL_PROMPT", "0");
    let filled = feed(fill, &format!("url={path}\n\n")).answer();
    assert!(filled.contains("path=graf/repo.git\n"), "{filled}");
    let (_, record) = &desk.home.records()[0];
    assert!(
        desk.home
            .records()
            .iter()
            .any(|(_, record)| { record["key"]["app"] == format!("{}/graf", desk.url()) }),
        "{record}"
    );

    // The link is for both: it goes with the last one.
    desk.lines(&["git", "grafana", "--write"]);
    let undone = desk.lines(&["git", "graf", "--undo"]);
    assert!(
        undone.contains(
            &"leaves  /bin/git-credential-alb: credential.https://HOST.helper needs it".to_owned()
        ),
        "{undone:?}"
    );
    assert!(desk.bin("git-credential-alb").exists());
    desk.lines(&["git", "grafana", "--undo"]);
    assert!(!desk.bin("git-credential-alb").exists());
}

#[test]
fn a_helper_for_the_applications_own_credentials_is_asked_next() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    let url = desk.url();
    let key = format!("credential.{url}.helper");
    let helpers = || desk.git(&["config", "--get-all", &key]).answer();
    // The person's earlier value has to be named, and comes back.
    desk.git(&["config", "--global", &key, "store --file=x y"])
        .answer();
    let before = helpers();
    let refused = desk.setup(&["git", "--write"]).told(2);
    assert!(refused.contains("--helper 'store --file=x y'"), "{refused}");
    let said = desk.lines(&["git", "--helper", "store --file=x y"]);
    assert_eq!(
        said.last().expect("a line"),
        "nothing is changed yet: credential setup git --helper 'store --file=x y' --write"
    );
    desk.lines(&["git", "--helper", "store --file=x y", "--write"]);
    assert_eq!(
        desk.short(&helpers()),
        [
            "store --file=x y",
            "",
            "alb --cookie-file=/JAR --next",
            "store --file=x y"
        ]
    );
    let undone = desk.lines(&["git", "--undo"]);
    assert!(
        undone.contains(
            &"leaves  credential.https://HOST.helper 'store --file=x y': it stands in /home/.gitconfig".to_owned()
        ),
        "{undone:?}"
    );
    assert_eq!(helpers(), before);
}

#[test]
fn what_an_earlier_setup_has_made_is_renewed() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.lines(&["git", "--helper", "cache", "--write"]);
    let mut command = desk.command(&["git", "--write"]);
    command.env("ALB_CREDENTIAL_CACHE", desk.home.path("it's elsewhere"));
    run(command).answer();
    let key = format!("credential.{}.helper", desk.url());
    let helpers = desk.git(&["config", "--get-all", &key]).answer();
    let [first, second] = helpers.lines().collect::<Vec<_>>()[..] else {
        panic!("{helpers}");
    };
    assert_eq!(first, "");
    assert!(second.contains("it'\\''s elsewhere/"), "{second}");
    let file = desk
        .git(&[
            "config",
            "--get-all",
            &format!("http.{}.cookieFile", desk.url()),
        ])
        .answer();
    assert!(
        file.contains("/it's elsewhere/") && file.lines().count() == 1,
        "{file}"
    );
    // An undo finds it, whatever the cache directory is called by then.
    desk.lines(&["git", "--undo"]);
    assert_eq!(desk.read(".gitconfig"), "");
    assert!(!desk.file(OWN).exists());
}

#[test]
fn what_is_somebody_elses_in_gits_configuration_is_refused_and_shown() {
    if !tool("git") {
        return;
    }
    for (section, url, name, value) in [
        ("credential", "", "helper", "!secret-agent"),
        ("credential", "/", "helper", "cache"),
        ("credential", "", "helper", "alb"),
        ("http", "", "cookieFile", "/home/ada/.gitcookies"),
        ("http", "", "proactiveAuth", "basic"),
    ] {
        let desk = SetupHome::new();
        let key = format!("{section}.{}{url}.{name}", desk.url());
        desk.git(&["config", "--global", &key, value]).answer();
        let before = desk.picture();
        let words = desk.setup(&["git", "--write"]).told(2);
        assert!(
            words.contains(value) && words.contains("--unset-all"),
            "{words}"
        );
        assert_eq!(desk.picture(), before, "{key}");
        let undone = desk.lines(&["git", "--undo"]);
        assert!(
            undone[0].starts_with("leaves  ") && undone[0].contains(value),
            "{undone:?}"
        );
        assert_eq!(desk.picture(), before, "{key}");
    }
}

#[test]
fn what_stands_in_another_file_of_gits_is_refused_and_stays() {
    if !tool("git") {
        return;
    }
    for (section, name, value) in [
        ("credential", "helper", "!secret-agent"),
        ("http", "cookieFile", "/home/ada/.gitcookies"),
    ] {
        for (file, is_system) in [(".config/git/config", false), ("system", true)] {
            let desk = SetupHome::new();
            let url = desk.url();
            let text = format!("[{section} \"{url}\"]\n\t{name} = {value}\n");
            desk.write(".gitconfig", "[user]\n\tname = Ada\n");
            desk.write(file, &text);
            let before = desk.read(".gitconfig");
            let setup = |arguments: &[&str]| {
                let mut command = desk.command(arguments);
                if is_system {
                    command.env_remove("GIT_CONFIG_NOSYSTEM");
                    command.env("GIT_CONFIG_SYSTEM", desk.file(file));
                }
                run(command)
            };
            let words = setup(&["git", "--write"]).told(2);
            let path = desk.file(file).display().to_string();
            let hint = format!("git config --file {path} --unset-all {section}.{url}.");
            assert!(words.contains(value) && words.contains(&hint), "{words}");
            let undone = setup(&["git", "--undo"]).answer();
            assert!(
                undone.contains(&format!("{value}: it stands in {path}\n"))
                    || undone.contains(&format!("'{value}': it stands in {path}\n")),
                "{undone}"
            );
            if section == "credential" {
                setup(&["git", "--helper", value, "--write"]).answer();
                setup(&["git", "--undo"]).answer();
            }
            assert_eq!((desk.read(".gitconfig"), desk.read(file)), (before, text));
        }
    }
}

#[test]
fn an_include_that_was_moved_to_another_file_is_told_and_stays() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.lines(&["git", "--write"]);
    desk.write("mine.inc", &desk.read(".gitconfig"));
    desk.write(".gitconfig", "[include]\n\tpath = mine.inc\n");
    let mut there = desk.lines(&["git", "--write"]);
    assert_eq!(
        there.pop().as_deref(),
        Some("all is there already: nothing to change")
    );
    let (global, moved) = (desk.read(".gitconfig"), desk.read("mine.inc"));
    let undone = desk.lines(&["git", "--undo"]);
    let include =
        "leaves  include.path /home/.config/alb-credential/gitconfig: it stands in /home/mine.inc";
    assert!(undone.contains(&include.to_owned()), "{undone:?}");
    assert!(!desk.file(OWN).exists());
    assert_eq!(
        (desk.read(".gitconfig"), desk.read("mine.inc")),
        (global, moved)
    );
}

#[test]
fn helpers_for_all_urls_are_not_asked_wherever_they_and_other_includes_stand() {
    if !tool("git") {
        return;
    }
    for before in [
        "[include]\n\tpath = mine.inc\n[credential]\n\thelper = store\n",
        "[credential]\n\thelper = store\n[include]\n\tpath = mine.inc",
    ] {
        let desk = SetupHome::new();
        desk.write("mine.inc", "[credential]\n\thelper = cache\n");
        desk.write(".gitconfig", before);
        desk.lines(&["git", "--write"]);
        let asked = asked(&desk, &format!("{}/tools.git", desk.url()));
        assert!(
            asked.len() == 1 && asked[0].contains("git-credential-alb")
                || asked[0].contains("'git credential-alb"),
            "{asked:?}"
        );
        // Values that git itself adds to the section stay when ours goes.
        desk.git(&["config", "--global", "--add", "include.path", "more.inc"])
            .answer();
        desk.lines(&["git", "--undo"]);
        let after = desk.read(".gitconfig");
        assert!(
            after.starts_with(before) && after.contains("more.inc") && !after.contains(OWN),
            "{after}"
        );
    }
}

/// The helpers that git asks for `url`, as it starts them.
fn asked(desk: &SetupHome, url: &str) -> Vec<String> {
    let mut fill = desk.beside("git", &["bin"]);
    fill.args(["credential", "fill"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_TRACE", desk.home.path("trace"));
    let _ = fs::remove_file(desk.home.path("trace"));
    feed(fill, &format!("url={url}\n\n")).answer();
    let trace = fs::read_to_string(desk.home.path("trace")).expect("git traces");
    let calls = trace
        .lines()
        .filter(|line| line.contains("run_command: 'git credential-"));
    calls.map(str::to_owned).collect()
}

#[test]
fn two_apps_on_one_host_have_their_own_helpers_in_either_order_of_setup() {
    if !tool("git") {
        return;
    }
    for order in [["graf", "grafana"], ["grafana", "graf"]] {
        let desk = SetupHome::with_two_apps();
        desk.write(".gitconfig", "[user]\n\tname = Ada\n");
        for app in order {
            desk.lines(&["git", app, "--write"]);
        }
        let mut jars = Vec::new();
        for path in ["/graf/tools.git", "/tools.git"] {
            let url = format!("{}{path}", desk.url());
            let file = desk.git(&["config", "--get-urlmatch", "http.cookieFile", &url]);
            let file = file.answer().trim_end().to_owned();
            let asked = asked(&desk, &url);
            assert!(
                asked.len() == 1 && asked[0].contains(&file),
                "{order:?} {path}: {asked:?}"
            );
            assert!(Path::new(&file).exists(), "{file}");
            jars.push(file);
        }
        assert_ne!(jars[0], jars[1]);
        for app in order {
            let mut there = desk.lines(&["git", app]);
            assert_eq!(
                there.pop().as_deref(),
                Some("all is there already: nothing to change")
            );
        }
        for app in order {
            desk.lines(&["git", app, "--undo"]);
        }
        assert_eq!(desk.read(".gitconfig"), "[user]\n\tname = Ada\n");
    }
}

#[test]
fn what_git_cannot_read_is_told_in_its_words() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.write(".gitconfig", "[user\n");
    let before = desk.picture();
    let words = desk.setup(&["git", "--write"]).told(1);
    assert!(words.contains("bad config line 1"), "{words}");
    assert_eq!(desk.picture(), before);
}

#[test]
fn a_git_that_writes_cookies_itself_is_told_of() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    desk.write(".gitconfig", "[http]\n\tsaveCookies = true\n");
    let lines = desk.lines(&["git"]);
    assert!(
        lines[lines.len() - 2].starts_with("note    http.savecookies is on"),
        "{lines:?}"
    );
}

#[test]
fn gits_configuration_is_where_git_has_it() {
    if !tool("git") {
        return;
    }
    let desk = SetupHome::new();
    let mut command = desk.command(&["git", "--write"]);
    command.env("GIT_CONFIG_GLOBAL", desk.file("mine.gitconfig"));
    run(command).answer();
    assert!(desk.read("mine.gitconfig").contains(OWN));
    assert!(!desk.file(".gitconfig").exists());
}

#[test]
fn an_older_git_is_told_from_one_that_asks_before_its_first_request() {
    if !tool("git") {
        return;
    }
    for (version, is_old) in [("2.45.2", true), ("2.46.0", false)] {
        let desk = SetupHome::new();
        fs::create_dir(desk.home.path("old")).expect("a directory");
        let text = format!(
            "#!/bin/sh\ncase $1 in --version) echo git version {version};; *) PATH=${{PATH#*:}} exec git \"$@\";; esac\n"
        );
        program(&desk.home.path("old/git"), &text);
        let mut command = desk.beside("setsid", &["old", "bin"]);
        command
            .arg("--wait")
            .arg(binary())
            .args(["setup", "git", "--write"]);
        let said = run(command).answer();
        let note = "note    git 2.45.2 does not know http.proactiveAuth";
        assert_eq!(said.contains(note), is_old, "{said}");
        assert!(desk.read(OWN).contains("proactiveAuth = auto"));
    }
}
