//! `credential setup`: what is shown is what is done, what is done can be taken back, and what is somebody else's stays.
//!
//! Every call runs with a PATH of its own, whose first directory has `credential` in it; what it changes is seen by a
//! picture of that directory and of the home directory, taken before and after.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::home::{Home, Outcome, binary, feed, outcome, read_json};
use crate::tools::{tool, tools};

/// A user with a directory of programs, and a home directory.
struct Desk {
    home: Home,
}

/// What every file below some directories is: where a link leads, or mode and text.
type Picture = BTreeMap<PathBuf, String>;

/// The file of git's configuration that is this program's own.
const OWN: &str = ".config/alb-credential/gitconfig";

/// The same, as a line of a plan has it.
const OWN_LINE: &str = "git     /home/.config/alb-credential/gitconfig:";

/// Each caller with its helper's name and an app; go needs no link.
const LINKED: [(&str, &str); 3] = [
    ("git", "git-credential-alb"),
    ("docker", "docker-credential-alb"),
    ("bazel", "bazel-credential-alb"),
];

impl Desk {
    fn new() -> Self {
        let desk = Self {
            home: Home::usual(),
        };
        fs::create_dir(desk.bin("")).expect("a directory");
        symlink(binary(), desk.bin("credential")).expect("a link");
        desk
    }

    /// With a second app, on the same host, below `/graf`.
    fn with_two_apps() -> Self {
        let desk = Self::new();
        let url = desk.url();
        desk.home
            .append(&format!("[app.graf]\nurl = \"{url}/graf\""));
        desk
    }

    fn bin(&self, name: &str) -> PathBuf {
        self.home.path("bin").join(name)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path("home").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("there is such a file")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
        fs::write(path, text).expect("it is ours");
    }

    fn url(&self) -> String {
        self.home.sandbox.app_url("grafana")
    }

    fn authority(&self) -> String {
        self.url().replace("https://", "")
    }

    /// `program` with this desk's PATH: `first`, the directory with `credential`, and the machine's.
    fn beside(&self, program: &str, first: &[&str]) -> Command {
        let mut command = self.home.command(program);
        let own = first.iter().map(|name| self.home.path(name));
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let all: Vec<PathBuf> = own.chain(std::env::split_paths(&rest)).collect();
        let path = std::env::join_paths(all).expect("no directory of PATH has a colon");
        command.env("PATH", path);
        command
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.beside("setsid", &["bin"]);
        command
            .arg("--wait")
            .arg(binary())
            .arg("setup")
            .args(arguments);
        command
    }

    fn setup(&self, arguments: &[&str]) -> Outcome {
        run(self.command(arguments))
    }

    /// The lines of a call that succeeds, with what is only of this run put out of them.
    #[track_caller]
    fn lines(&self, arguments: &[&str]) -> Vec<String> {
        self.short(&self.setup(arguments).answer())
    }

    fn short(&self, text: &str) -> Vec<String> {
        let line = |line: &str| {
            let line = line.replace(&self.authority(), "HOST");
            let line = line.replace(&self.home.path("").display().to_string(), "/");
            match line
                .find("cache/localhost-")
                .or_else(|| line.find("cache/127.0.0.1-"))
            {
                Some(start) => {
                    let end = start + line[start..].find(".cookies").expect("a cookie file");
                    format!("{}JAR{}", &line[..start], &line[end + 8..])
                }
                None => line,
            }
        };
        // What an older git is told is another test's.
        let is_shown = |line: &&str| !line.contains(" does not know http.proactiveAuth");
        text.lines().filter(is_shown).map(line).collect()
    }

    fn git(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.beside("git", &["bin"]);
        command.args(arguments);
        run(command)
    }

    fn picture(&self) -> Picture {
        let mut picture = Picture::new();
        for name in ["bin", "home", "elsewhere"] {
            take(&self.home.path(name), &mut picture);
        }
        picture
    }
}

fn run(mut command: Command) -> Outcome {
    outcome(command.output().expect("the program starts"))
}

/// Puts a program at `path`.
fn program(path: &Path, text: &str) {
    fs::write(path, text).expect("it is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn take(path: &Path, picture: &mut Picture) {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return;
    };
    // go counts its calls below its configuration, whoever makes them (https://go.dev/doc/telemetry).
    if path.ends_with(".config") {
        take(&path.join("alb-credential/gitconfig"), picture);
        return take(&path.join("go/env"), picture);
    }
    let what = if metadata.is_symlink() {
        format!("-> {}", fs::read_link(path).expect("a link").display())
    } else if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a directory").flatten() {
            take(&entry.path(), picture);
        }
        "directory".to_owned()
    } else {
        let text = fs::read(path).expect("it is ours");
        format!(
            "{:o} {}",
            metadata.permissions().mode(),
            String::from_utf8_lossy(&text)
        )
    };
    picture.insert(path.to_owned(), what);
}

/// Returns whether the caller's own program is there, where setup asks it.
#[must_use]
#[track_caller]
fn has(caller: &str) -> bool {
    match caller {
        "git" | "go" => tool(caller),
        _ => true,
    }
}

const CALLERS: [&str; 4] = ["git", "docker", "bazel", "go"];

#[test]
fn nothing_changes_without_a_wish_and_the_last_line_says_how_it_would() {
    for caller in CALLERS {
        if !has(caller) {
            continue;
        }
        let desk = Desk::new();
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
        let desk = Desk::new();
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
    let desk = Desk::new();
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
fn git_finds_the_helper_and_the_cookie_file_by_the_url() {
    if !tool("git") {
        return;
    }
    let desk = Desk::new();
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
    let desk = Desk::new();
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
    let desk = Desk::with_two_apps();
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
    let desk = Desk::new();
    let url = desk.url();
    let key = format!("credential.{url}.helper");
    let helpers = || desk.git(&["config", "--get-all", &key]).answer();
    // What the person had before has to be named, and comes back.
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
    let desk = Desk::new();
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
        let desk = Desk::new();
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
            let desk = Desk::new();
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
    let desk = Desk::new();
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
        let desk = Desk::new();
        desk.write("mine.inc", "[credential]\n\thelper = cache\n");
        desk.write(".gitconfig", before);
        desk.lines(&["git", "--write"]);
        let asked = asked(&desk, &format!("{}/tools.git", desk.url()));
        assert!(
            asked.len() == 1 && asked[0].contains("git-credential-alb")
                || asked[0].contains("'git credential-alb"),
            "{asked:?}"
        );
        // What git itself adds to the section stays when ours goes.
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
fn asked(desk: &Desk, url: &str) -> Vec<String> {
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
        let desk = Desk::with_two_apps();
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
    let desk = Desk::new();
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
    let desk = Desk::new();
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
    let desk = Desk::new();
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
        let desk = Desk::new();
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

#[test]
fn a_caller_that_is_not_there_is_named() {
    let desk = Desk::new();
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
fn a_name_that_is_somebody_elses_is_refused_and_nothing_is_changed() {
    for (caller, name) in LINKED {
        if !has(caller) {
            continue;
        }
        for place in ["file", "link", "dangling", "directory"] {
            let desk = Desk::new();
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

/// The link that a call shows, for a PATH of these directories of the home and a `/tools` with `setsid` and git.
fn link(desk: &Desk, path: &[&str], arguments: &[&str]) -> Outcome {
    let mut command = desk.home.command(binary());
    let own = path.iter().map(|name| desk.home.path(name));
    command.env("PATH", std::env::join_paths(own).expect("a PATH"));
    command.arg("setup").args(arguments);
    run(command)
}

#[test]
fn the_link_goes_beside_the_program_or_to_the_users_programs_or_as_told() {
    let desk = Desk::new();
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
    let desk = Desk::new();
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
    let desk = Desk::new();
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

#[test]
fn what_cannot_be_written_is_named_and_so_is_what_was_made_before() {
    for (caller, place) in [("git", ""), ("docker", ".docker"), ("bazel", "")] {
        if !has(caller) || !tools(&["setpriv"]) {
            continue;
        }
        let desk = Desk::new();
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
fn docker_asks_the_helper_that_was_set_up() {
    if !tool("docker") {
        return;
    }
    let desk = Desk::new();
    desk.lines(&["docker", "--write"]);
    desk.home.run(&["get", "grafana"]).answer();
    assert!(desk.home.has_session());
    let mut list = desk.beside("docker-credential-alb", &["bin"]);
    list.arg("list");
    let listed = run(list).answer();
    assert!(listed.contains(&desk.authority()), "{listed}");
    // Of docker's commands it is the one that needs no engine and no registry.
    let mut logout = desk.beside("docker", &["bin"]);
    logout.args(["logout", &desk.authority()]);
    let said = run(logout);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!desk.home.has_session(), "{said:?}");
    let config = read_json(&desk.file(".docker/config.json"));
    assert_eq!(config["credHelpers"][desk.authority()], "alb");
}

#[test]
fn dockers_file_keeps_its_mode_and_its_place() {
    let desk = Desk::new();
    desk.write("dotfiles/config.json", "{\"auths\":{}}\n");
    let target = desk.file("dotfiles/config.json");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("it is ours");
    fs::create_dir(desk.file("docker")).expect("a directory");
    symlink("../dotfiles/config.json", desk.file("docker/config.json")).expect("a link");
    let setup = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        command.env("DOCKER_CONFIG", desk.file("docker"));
        run(command).answer()
    };
    let before = desk.picture();
    setup(&["docker", "--write"]);
    assert_eq!(
        desk.read("dotfiles/config.json"),
        format!(
            "{{\"auths\":{{}},\"credHelpers\":{{\"{}\":\"alb\"}}}}\n",
            desk.authority()
        )
    );
    assert!(
        fs::symlink_metadata(desk.file("docker/config.json"))
            .expect("it is there")
            .is_symlink()
    );
    let mode = fs::metadata(&target)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!desk.file(".docker").exists());
    setup(&["docker", "--undo"]);
    assert_eq!(desk.picture(), before);
}

#[test]
fn a_file_of_docker_that_is_new_is_nobody_elses() {
    let desk = Desk::new();
    desk.lines(&["docker", "--write"]);
    let mode = fs::metadata(desk.file(".docker/config.json"))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = format!(
        "{{\n\t\"credHelpers\": {{\n\t\t\"{}\": \"alb\"\n\t}}\n}}",
        desk.authority()
    );
    assert_eq!(desk.read(".docker/config.json"), text);
}

#[test]
fn what_is_somebody_elses_in_dockers_file_is_refused_and_stays() {
    for (text, why) in [
        (
            "{\"credHelpers\": {\"HOST\": \"pass\"}}",
            "has another helper for HOST: pass",
        ),
        ("{\"credHelpers\": {\"HOST\": 1}}", "no string"),
        ("{\"credHelpers\": \"pass\"}", "credHelpers is no object"),
        ("[]", "no object"),
        ("{,}", "this is not JSON"),
    ] {
        let desk = Desk::new();
        desk.write(
            ".docker/config.json",
            &text.replace("HOST", &desk.authority()),
        );
        let before = desk.picture();
        let words = desk.setup(&["docker", "--write"]).told(2);
        assert!(words.contains("/.docker/config.json: "), "{words}");
        assert!(
            words.replace(&desk.authority(), "HOST").contains(why),
            "{words}"
        );
        assert_eq!(
            words.contains("\" out of credHelpers in /"),
            why.ends_with("pass"),
            "{words}"
        );
        assert_eq!(desk.picture(), before);
    }
    let desk = Desk::new();
    let foreign = format!(
        "{{\"credHelpers\": {{\"{}\": \"pass\"}}}}",
        desk.authority()
    );
    desk.write(".docker/config.json", &foreign);
    assert_eq!(
        desk.lines(&["docker", "--undo"])[0],
        "leaves  credHelpers.\"HOST\" = \"pass\": this command has not made it"
    );
    assert_eq!(desk.read(".docker/config.json"), foreign);
}

#[test]
fn several_apps_are_set_up_at_once_and_taken_back_one_by_one() {
    if !tool("go") {
        return;
    }
    let desk = Desk::new();
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
fn what_is_somebody_elses_in_bazels_file_is_refused_and_stays() {
    let desk = Desk::new();
    let host = desk.authority();
    let host = host.split(':').next().expect("a host");
    for line in [
        format!("common --credential_helper={host}=/opt/other"),
        format!("build:ci --credential_helper={host}=/bin/bazel-credential-alb"),
        format!("common --x '--credential_helper={host}=/opt/other'"),
    ] {
        desk.write(".bazelrc", &format!("# mine\n{line}"));
        let before = desk.picture();
        let words = desk.setup(&["bazel", "--write"]).told(2);
        let expected =
            format!("/.bazelrc:2: there is another helper for {host}\n  caused by: {line}\n");
        assert!(words.contains(&expected), "{words}");
        let undone = desk.setup(&["bazel", "--undo"]).answer();
        assert!(
            undone.contains(&format!("{line}: this command has not made it")),
            "{undone}"
        );
        assert_eq!(desk.picture(), before);
    }
    // One that a setup has made with the link elsewhere is renewed, and what does not end in a line end gets one.
    let own = |directory: &str| {
        format!("common --credential_helper={host}={directory}/bazel-credential-alb")
    };
    desk.write(".bazelrc", &format!("{}\nbuild --jobs=4", own("/gone")));
    let said = desk.setup(&["bazel", "--write"]).answer();
    assert!(said.contains(&format!(": - {}", own("/gone"))), "{said}");
    let bin = desk.home.path("bin").display().to_string();
    assert_eq!(
        desk.read(".bazelrc"),
        format!("build --jobs=4\n{}\n", own(&bin))
    );
}

#[test]
fn a_line_that_bazel_joins_with_the_next_swallows_none_of_ours() {
    let desk = Desk::new();
    let host = desk.authority();
    let host = host.split(':').next().expect("a host");
    let bin = desk.home.path("bin").display().to_string();
    let own = format!("common --credential_helper={host}={bin}/bazel-credential-alb\n");
    for (before, between) in [
        ("build --jobs=4 \\", "\n\n"),
        ("build --jobs=4 \\\n", "\n"),
        ("# mine \\\r\n", "\n"),
        ("# mine", "\n"),
        ("", ""),
    ] {
        desk.write(".bazelrc", before);
        desk.lines(&["bazel", "--write"]);
        assert_eq!(desk.read(".bazelrc"), format!("{before}{between}{own}"));
        let mut there = desk.lines(&["bazel"]);
        assert_eq!(
            there.pop().as_deref(),
            Some("all is there already: nothing to change")
        );
        desk.lines(&["bazel", "--undo"]);
        assert_eq!(desk.read(".bazelrc"), format!("{before}{between}"));
    }
    // One that is swallowed is none, and one in two lines is one.
    desk.write(".bazelrc", &format!("# mine \\\n{own}"));
    desk.lines(&["bazel", "--write"]);
    assert_eq!(desk.read(".bazelrc"), format!("# mine \\\n{own}{own}"));
    let text = format!("# mine\nbuild \\\n  --credential_helper \\\n {host}=/opt/other\n");
    desk.write(".bazelrc", &text);
    let words = desk.setup(&["bazel", "--write"]).told(2);
    let path = desk.file(".bazelrc").display().to_string();
    assert!(
        words.contains(&format!("{path}:2: there is another helper for {host}\n"))
            && words.contains(&format!("take line 2 out of {path}\n")),
        "{words}"
    );
    assert_eq!(desk.read(".bazelrc"), text);
}

#[test]
fn a_file_that_is_not_to_be_written_is_told_before_anything_is_changed() {
    for (caller, file, text) in [
        ("docker", ".docker/config.json", "{}"),
        ("bazel", ".bazelrc", "# mine\n"),
    ] {
        let desk = Desk::new();
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
fn docker_asks_for_no_path_so_an_app_below_one_is_refused() {
    let desk = Desk::with_two_apps();
    let before = desk.picture();
    let words = desk.setup(&["docker", "graf", "--write"]).told(2);
    let expected = format!(
        "credential: cannot set up docker: graf is below /graf, and docker asks for all of {} alone\n",
        desk.authority()
    );
    assert_eq!(words, expected);
    assert_eq!(desk.picture(), before);
}

#[test]
fn go_keeps_what_it_was_told_and_asks_this_program_first() {
    if !tool("go") {
        return;
    }
    let desk = Desk::new();
    let go = |arguments: &[&str]| {
        let mut command = desk.beside("go", &["bin"]);
        command.arg("env").args(arguments);
        run(command).answer()
    };
    go(&["-w", "GOAUTH=git /repositories; netrc"]);
    desk.lines(&["go", "--write"]);
    let value = format!("credential go {}; git /repositories; netrc\n", desk.url());
    assert_eq!(go(&["GOAUTH"]), value);
    desk.lines(&["go", "--undo"]);
    assert_eq!(go(&["GOAUTH"]), "git /repositories; netrc\n");

    // A command for all apps, and one for another's URL, are the person's.
    let own = "credential go; /opt/credential go https://other.example";
    go(&["-w", &format!("GOAUTH={own}")]);
    desk.lines(&["go", "--write"]);
    let value = format!("credential go {}; {own}\n", desk.url());
    assert_eq!(go(&["GOAUTH"]), value);
    desk.lines(&["go", "--undo"]);
    assert_eq!(go(&["GOAUTH"]), format!("{own}\n"));

    go(&["-w", "GOAUTH=off"]);
    let before = desk.picture();
    let words = desk.setup(&["go", "--write"]).told(2);
    assert!(
        words.contains("hint: if go may ask for credentials: go env -u GOAUTH"),
        "{words}"
    );
    assert_eq!(desk.picture(), before);
    go(&["-u", "GOAUTH"]);

    // The variable is not what go keeps, but it is what go takes.
    let mut command = desk.command(&["go", "--write"]);
    command.env("GOAUTH", "git /other");
    let lines = desk.short(&run(command).answer());
    assert_eq!(
        lines[..2],
        [
            "go      env -w 'GOAUTH=credential go https://HOST; netrc'",
            "note    the variable GOAUTH is set, and go takes it instead: unset it",
        ]
    );
}

#[test]
fn go_gets_no_other_version_of_itself_to_be_asked() {
    if !tool("go") {
        return;
    }
    let desk = Desk::new();
    let module = desk.home.path("module");
    fs::create_dir(&module).expect("a directory");
    let text = "module x\n\ngo 1.99\ntoolchain go1.99.1\n";
    fs::write(module.join("go.mod"), text).expect("it is ours");
    let write = |variable: &str, value: &str| {
        let mut command = desk.command(&["go", "--write"]);
        command.current_dir(&module).env(variable, value);
        run(command)
    };
    let words = write("GOENV", "off").told(2);
    assert!(
        words.contains("GOENV is off, so go keeps no settings"),
        "{words}"
    );
    assert!(
        words.contains("hint: by hand: set the variable GOAUTH='credential go https://"),
        "{words}"
    );
    let said = write("GOPROXY", "https://127.0.0.1:1").answer();
    assert!(said.starts_with("go      env -w"), "{said}");
}

#[test]
fn go_has_to_be_new_enough_and_to_find_the_program() {
    let desk = Desk::new();
    fs::create_dir(desk.home.path("old")).expect("a directory");
    program(&desk.home.path("old/go"), "#!/bin/sh\necho go1.23.4\n");
    let words = link(&desk, &["old", "bin"], &["go", "--write"]).told(2);
    assert!(
        words.contains("GOAUTH is known to Go 1.24 and newer, and this is go1.23.4"),
        "{words}"
    );
    program(
        &desk.home.path("old/go"),
        "#!/bin/sh\nprintf 'go1.24.0\\n/env\\nnetrc\\n'\n",
    );
    let words = link(&desk, &["old"], &["go", "--write"]).told(2);
    assert!(words.contains("there is no credential on PATH"), "{words}");
    program(&desk.home.path("old/credential"), "#!/bin/sh\n");
    let words = link(&desk, &["old", "bin"], &["go", "--write"]).told(2);
    assert!(
        words.contains("/old/credential is another program"),
        "{words}"
    );
}

#[test]
fn a_setup_that_means_nothing_is_told_so() {
    let desk = Desk::with_two_apps();
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
