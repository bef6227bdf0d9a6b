//! The real git through an ALB, set up by `credential setup git`: clone, fetch and push, with an ALB that redirects and
//! one that denies, with and without the application's own credentials.

use std::path::{Path, PathBuf};
use std::process::Command;

use sandbox::{App, Event, GitServer, Setup};

use crate::home::Home;
use crate::outcome::{Outcome, outcome};
use crate::tools::{beside, skip, tools};

/// A home with the app `git`: a git server with the repository `tools`.
struct Workshop {
    home: Home,
    server: GitServer,
}

impl Workshop {
    /// Makes an ALB that redirects requests without a session.
    fn redirecting(server: GitServer) -> Self {
        Self::new(App::git("git", server.clone()), server, "")
    }

    /// Makes an ALB that denies requests without a session, except at its sign-in page.
    fn denying(server: GitServer) -> Self {
        let start = format!("start = \"{}\"", App::LOGIN);
        Self::new(App::git_denied("git", server.clone()), server, &start)
    }

    fn new(app: App, server: GitServer, lines: &str) -> Self {
        let _ = server.repository("tools");
        let home = Home::new(Setup {
            apps: vec![app],
            ..Setup::default()
        });
        home.append(lines);
        let workshop = Self { home, server };
        let identity =
            "[user]\nname = Ada\nemail = ada@corp.example\n[init]\ndefaultBranch = main\n";
        std::fs::write(workshop.home.path("home/.gitconfig"), identity).expect("written");
        workshop
    }

    /// Puts the application's credential into git's own store.
    fn keep_own_credentials(&self) -> String {
        let origin = self.home.sandbox.app_url("git");
        let stored = origin.replace("https://", "https://ada:git-s3cret@") + "\n";
        std::fs::write(self.home.path("home/.git-credentials"), &stored).expect("written");
        stored
    }

    /// Runs `credential setup git --write`.
    fn set_up(&self, options: &[&str]) {
        let mut command = beside(&self.home, "credential");
        command
            .args(["setup", "git", "git", "--write"])
            .args(options);
        let said = outcome(command.output().expect("it starts")).answer();
        assert!(
            said.ends_with("credential setup git git --undo\n"),
            "{said}"
        );
    }

    fn url(&self) -> String {
        format!("{}/tools.git", self.home.sandbox.app_url("git"))
    }

    fn git(&self, directory: &Path, arguments: &[&str]) -> Command {
        self.program("git", directory, arguments)
    }

    fn program(&self, git: &str, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = beside(&self.home, git);
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_SSL_CAINFO", self.home.sandbox.ca_file())
            .current_dir(directory)
            .args(arguments);
        command
    }

    fn run(&self, directory: &Path, arguments: &[&str]) -> Outcome {
        let mut command = self.git(directory, arguments);
        outcome(command.output().expect("git starts"))
    }

    #[track_caller]
    fn done(&self, directory: &Path, arguments: &[&str]) -> String {
        let said = self.run(directory, arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        said.stdout
    }

    #[track_caller]
    fn cloned(&self, name: &str) -> PathBuf {
        let place = self.home.path("");
        self.done(&place, &["clone", "--quiet", &self.url(), name]);
        self.home.path(name)
    }

    #[track_caller]
    fn commit(&self, clone: &Path, subject: &str) {
        self.done(
            clone,
            &["commit", "--quiet", "--allow-empty", "-m", subject],
        );
    }

    /// Returns the scheme of each `Authorization` that the server saw. Asserts that every request had a session.
    fn schemes(&self) -> Vec<Option<String>> {
        let saw = |event| match event {
            Event::UpstreamSaw {
                path,
                session_cookie,
                authorization,
                ..
            } if path.starts_with("/tools.git") => {
                assert!(session_cookie, "{path}");
                Some(authorization)
            }
            _ => None,
        };
        self.home
            .sandbox
            .events()
            .into_iter()
            .filter_map(saw)
            .collect()
    }

    fn assert_clean(&self) {
        assert_eq!(self.home.sandbox.violations(), []);
    }
}

/// Clones twice, and pushes and fetches between the clones.
fn work(workshop: &Workshop) {
    let (one, other) = (workshop.cloned("one"), workshop.cloned("other"));
    let readme = std::fs::read_to_string(one.join("README.md")).expect("a file");
    assert_eq!(readme, "tools\n");
    workshop.commit(&one, "second");
    workshop.done(&one, &["push", "--quiet", "origin", "main"]);
    assert_eq!(workshop.server.log("tools"), ["second", "first"]);
    workshop.done(&other, &["fetch", "--quiet"]);
    let log = workshop.done(&other, &["log", "--format=%s", "origin/main"]);
    assert_eq!(log, "second\nfirst\n");
}

#[test]
fn clone_fetch_and_push_just_work() {
    if !tools(&["git"]) {
        return;
    }
    for make in [Workshop::redirecting, Workshop::denying] {
        let workshop = make(GitServer::new());
        workshop.set_up(&[]);
        work(&workshop);
        assert_eq!(workshop.home.sandbox.sessions_issued(), 1);
        let schemes = workshop.schemes();
        assert!(
            schemes.len() > 6 && schemes.iter().all(Option::is_none),
            "{schemes:?}"
        );
        workshop.assert_clean();
    }
}

#[test]
fn the_applications_own_credentials_come_from_the_next_helper() {
    if !tools(&["git"]) {
        return;
    }
    for make in [Workshop::redirecting, Workshop::denying] {
        let workshop = make(GitServer::new().wanting("ada", "git-s3cret"));
        let stored = workshop.keep_own_credentials();
        workshop.set_up(&["--helper", "store"]);
        work(&workshop);
        let schemes = workshop.schemes();
        assert!(schemes.contains(&Some("Basic".into())), "{schemes:?}");
        let kept = std::fs::read_to_string(workshop.home.path("home/.git-credentials"));
        let kept = kept.expect("a file").replace("%3a", ":");
        assert_eq!(kept, stored, "nothing of ours is kept there");
        workshop.assert_clean();
    }
}

#[test]
fn a_session_that_has_ended_is_renewed_before_git_asks() {
    if !tools(&["git"]) {
        return;
    }
    for make in [Workshop::redirecting, Workshop::denying] {
        let workshop = make(GitServer::new());
        workshop.set_up(&[]);
        let clone = workshop.cloned("one");
        workshop.home.sandbox.end_app_sessions("git");
        workshop.commit(&clone, "second");
        workshop.done(&clone, &["push", "--quiet", "origin", "main"]);
        workshop.home.sandbox.end_app_sessions("git");
        workshop.done(&clone, &["fetch", "--quiet"]);
        assert_eq!(workshop.home.sandbox.sessions_issued(), 3);
        workshop.assert_clean();
    }
}

#[test]
fn an_older_git_works_with_an_alb_that_denies() {
    // Debian's own git, even if PATH has a newer one before it.
    let old = "/usr/bin/git";
    if !is_older(old) {
        return skip("/usr/bin/git is none from before 2.46");
    }
    let workshop = Workshop::denying(GitServer::new());
    workshop.set_up(&[]);
    let place = workshop.home.path("");
    let mut command = workshop.program(old, &place, &["clone", "--quiet", &workshop.url(), "one"]);
    let said = outcome(command.output().expect("git starts"));
    assert_eq!(said.code, 0, "{said:?}");
    let schemes = workshop.schemes();
    assert!(schemes.iter().all(Option::is_none), "{schemes:?}");
    // Its cookies expire soon, and at once if the file says so; then git asks again.
    workshop.home.sandbox.end_app_sessions("git");
    let jar = workshop
        .home
        .files()
        .into_iter()
        .find(|name| name.ends_with(".cookies"));
    let jar = workshop
        .home
        .cache()
        .join(jar.expect("there is a cookie file"));
    let text = std::fs::read_to_string(&jar).expect("a file");
    let end = text
        .lines()
        .nth(1)
        .and_then(|line| line.split('\t').nth(4))
        .expect("an end");
    std::fs::write(&jar, text.replace(end, "1000000000")).expect("written");
    let mut command =
        workshop.program(old, &place, &["clone", "--quiet", &workshop.url(), "other"]);
    let said = outcome(command.output().expect("git starts"));
    assert_eq!(said.code, 0, "{said:?}");
    workshop.assert_clean();
}

/// Reports whether the git at `path` is older than `http.proactiveAuth`.
fn is_older(path: &str) -> bool {
    let Ok(output) = Command::new(path).arg("--version").output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut parts = text.trim_start_matches("git version ").split('.');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    matches!((number(), number()), (Some(major), Some(minor)) if (major, minor) < (2, 46))
}

#[test]
fn a_failed_sign_in_ends_git_with_the_reason_and_no_question() {
    if !tools(&["git"]) {
        return;
    }
    for make in [Workshop::redirecting, Workshop::denying] {
        let workshop = make(GitServer::new());
        workshop.set_up(&[]);
        workshop.home.password("wrong");
        let said = workshop.run(
            &workshop.home.path(""),
            &["clone", "--quiet", &workshop.url(), "one"],
        );
        assert_eq!((said.stdout.as_str(), said.code), ("", 128), "{said:?}");
        let lines: Vec<&str> = said.stderr.lines().collect();
        assert!(
            lines[0].starts_with("credential: cannot sign in to git: Okta refused the password"),
            "{said:?}"
        );
        assert!(said.stderr.contains("told us to quit"), "{said:?}");
        assert!(!said.stderr.contains("Username"), "{said:?}");
        workshop.assert_clean();
    }
}

#[test]
fn ten_gits_at_once_sign_in_once() {
    if !tools(&["git"]) {
        return;
    }
    let workshop = Workshop::redirecting(GitServer::new());
    workshop.set_up(&[]);
    let place = workshop.home.path("");
    let url = workshop.url();
    let children: Vec<_> = (0..10)
        .map(|number| {
            let name = format!("clone-{number}");
            let mut command = workshop.git(&place, &["clone", "--quiet", &url, &name]);
            let piped = std::process::Stdio::piped;
            command
                .stdout(piped())
                .stderr(piped())
                .spawn()
                .expect("git starts")
        })
        .collect();
    for child in children {
        let said = outcome(child.wait_with_output().expect("git ends"));
        assert_eq!(said.code, 0, "{said:?}");
    }
    assert_eq!(workshop.home.sandbox.sessions_issued(), 1);
    workshop.assert_clean();
}

#[test]
fn a_host_without_an_app_gets_no_answer() {
    if !tools(&["git"]) {
        return;
    }
    let workshop = Workshop::redirecting(GitServer::new());
    workshop.set_up(&[]);
    let elsewhere = workshop.home.sandbox.elsewhere_url();
    let request = format!(
        "{}\n\n",
        elsewhere.replace("https://", "protocol=https\nhost=")
    );
    let mut command = workshop.git(&workshop.home.path(""), &["credential", "fill"]);
    command.env("GIT_TERMINAL_PROMPT", "0");
    let said = crate::home::feed(command, &request);
    assert_eq!((said.stdout.as_str(), said.code), ("", 128), "{said:?}");
    assert_eq!(workshop.home.challenges(), 0);
    workshop.assert_clean();
}

#[test]
fn large_files_are_downloaded_and_uploaded() {
    if !tools(&["git", "git-lfs"]) {
        return;
    }
    for (server, options) in [
        (GitServer::new(), &[][..]),
        (
            GitServer::new().wanting("ada", "git-s3cret"),
            &["--helper", "store"],
        ),
    ] {
        let workshop = Workshop::redirecting(server);
        workshop.keep_own_credentials();
        workshop.set_up(options);
        let place = workshop.home.path("");
        workshop.done(&place, &["lfs", "install", "--skip-repo"]);
        let clone = workshop.cloned("one");
        workshop.done(&clone, &["lfs", "track", "*.bin"]);
        let byte = |at: u32| at.wrapping_mul(2_654_435_761).to_le_bytes()[3];
        let content: Vec<u8> = (0..1_000_000).map(byte).collect();
        std::fs::write(clone.join("large.bin"), &content).expect("written");
        workshop.done(&clone, &["add", "."]);
        workshop.commit(&clone, "large");
        workshop.home.sandbox.end_app_sessions("git");
        workshop.done(&clone, &["push", "--quiet", "origin", "main"]);
        let objects = workshop.server.directory().join("tools.git/lfs/objects");
        assert_eq!(std::fs::read_dir(objects).expect("objects").count(), 1);
        let other = workshop.cloned("other");
        assert!(std::fs::read(other.join("large.bin")).expect("a file") == content);
        workshop.assert_clean();
    }
}

#[test]
fn a_user_name_in_the_url_is_for_the_application() {
    if !tools(&["git"]) {
        return;
    }
    for make in [Workshop::redirecting, Workshop::denying] {
        let workshop = make(GitServer::new().wanting("ada", "git-s3cret"));
        workshop.keep_own_credentials();
        workshop.set_up(&["--helper", "store"]);
        let url = workshop.url().replace("https://", "https://ada@");
        let place = workshop.home.path("");
        workshop.done(&place, &["clone", "--quiet", &url, "one"]);
        workshop.assert_clean();
    }
}

#[test]
fn a_logout_removes_the_cookie_file() {
    if !tools(&["git"]) {
        return;
    }
    for arguments in [
        &["logout", "git"][..],
        &["logout", "corp"],
        &["logout", "--all"],
        &["erase", "git"],
    ] {
        let workshop = Workshop::redirecting(GitServer::new());
        workshop.set_up(&[]);
        workshop.cloned("one");
        let has_jar = || {
            workshop
                .home
                .files()
                .iter()
                .any(|name| name.contains(".cookies"))
        };
        assert!(has_jar());
        assert_eq!(workshop.home.run(arguments).done(), "");
        assert!(!has_jar(), "{arguments:?}");
        workshop.cloned("other");
        let (record, _) = workshop.home.record("git");
        std::fs::write(record, "{").expect("written");
        assert_eq!(workshop.home.run(arguments).done(), "");
        assert!(!has_jar(), "{arguments:?}, with a broken record");
    }
}
