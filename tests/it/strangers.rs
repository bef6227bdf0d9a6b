//! Strangers who can write where this user does, or choose the current directory, an argument or a redirect: no secret
//! goes to them, nothing of theirs runs or is believed, and the terminal stays the user's.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};
use sandbox::{App, Host, Setup};

use crate::disk::set_mode;
use crate::home::{Home, Outcome, feed, outcome};
use crate::screen::Said;

/// Asks as git does, for the cookie file in `directory`.
fn ask(home: &Home, directory: &Path) -> Outcome {
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let file = format!("--cookie-file={}", directory.join("jar").display());
    let request = format!("capability[]=authtype\nprotocol=https\nhost={host}\n");
    home.run_with(&["get", "--protocol", "git", &file], &request)
}

/// A directory of this mode, with a file of this text that everybody can write under the name of the temporary file.
fn shared(home: &Home, mode: u32) -> std::path::PathBuf {
    let directory = home.path("my shared dir");
    std::fs::create_dir(&directory).expect("a directory");
    set_mode(&directory, mode);
    let planted = directory.join(".jar.tmp");
    std::fs::write(&planted, "planted").expect("a file");
    set_mode(&planted, 0o666);
    directory
}

fn write_program(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("a program");
    set_mode(path, 0o755);
}

#[test]
fn a_cookie_file_where_others_could_replace_it_is_not_written() {
    let home = Home::usual();
    let directory = shared(&home, 0o777);
    let said = ask(&home, &directory);
    assert_eq!((said.stdout.as_str(), said.code), ("quit=1\n", 1));
    let path = directory.display();
    let why = format!("{path} can be written by others (chmod go-w '{path}')\n");
    assert!(said.stderr.contains(&why), "{said:?}");
    assert!(!directory.join("jar").exists());
    let planted = std::fs::read(directory.join(".jar.tmp")).expect("a file");
    assert_eq!(planted, b"planted");
    set_mode(&directory, 0o700);
    assert_eq!(ask(&home, &directory).code, 0);
    set_mode(&directory, 0o777);
    assert_eq!(ask(&home, &directory).code, 1, "with the same text too");
}

#[test]
fn in_a_sticky_directory_the_cookie_goes_into_a_file_of_ones_own() {
    let home = Home::usual();
    let directory = shared(&home, 0o1777);
    let other = home.path("other");
    std::fs::hard_link(directory.join(".jar.tmp"), &other).expect("a link");
    if rustix::process::geteuid().is_root() {
        chown(&other, Some(1), Some(1)).expect("root may");
    }
    assert_eq!(ask(&home, &directory).code, 0);
    let made = std::fs::symlink_metadata(directory.join("jar")).expect("a file");
    let user = rustix::process::geteuid().as_raw();
    assert_eq!(
        (made.mode() & 0o7777, made.uid(), made.nlink()),
        (0o600, user, 1)
    );
    assert_eq!(std::fs::read(other).expect("a file"), b"planted");
}

#[test]
fn a_link_of_another_user_is_not_followed() {
    if !rustix::process::geteuid().is_root() {
        return crate::tools::skip("only root can make links for other users");
    }
    let home = Home::usual();
    let directory = shared(&home, 0o1777);
    std::os::unix::fs::symlink(home.path("precious"), directory.join("jar")).expect("a link");
    std::os::unix::fs::lchown(directory.join("jar"), Some(1), Some(1)).expect("root may");
    let said = ask(&home, &directory);
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.contains("jar is a link of another user's"),
        "{said:?}"
    );
    assert!(!home.path("precious").exists());
}

#[test]
fn no_link_is_made_where_others_could_replace_it() {
    let home = Home::usual();
    let directory = shared(&home, 0o777);
    let shown = directory.display().to_string();
    let said = home.run(&["setup", "git", "grafana", "--write", "--directory", &shown]);
    let words = said.failure(2);
    assert!(
        words.contains("no directory of yours that can be written"),
        "{words}"
    );
    let why = format!("{shown} can be written by others (chmod go-w '{shown}')");
    assert!(words.contains(&why), "{words}");
    assert!(!directory.join("git-credential-alb").exists());
}

#[test]
fn a_wait_for_another_writer_is_announced() {
    let home = Home::usual();
    let directory = home.path("own");
    std::fs::create_dir(&directory).expect("a directory");
    let held = std::fs::File::create(directory.join(".jar.tmp")).expect("a file");
    flock(&held, FlockOperation::NonBlockingLockExclusive).expect("it is free");
    let file = format!("--cookie-file={}", directory.join("jar").display());
    let mut command = home.credential(&["get", "--protocol", "git", &file]);
    let pipe = Stdio::piped;
    command.stdin(pipe()).stdout(pipe()).stderr(pipe());
    let mut child = command.spawn().expect("it starts");
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let request = format!("capability[]=authtype\nprotocol=https\nhost={host}\n");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, request.as_bytes()).expect("written");
    drop(stdin);
    let mut said = Said::of(child);
    said.until("waiting for another process, which writes ");
    drop(held);
    assert_eq!(said.outcome().code, 0);
}

#[test]
fn a_configuration_that_others_can_write_is_refused_on_a_hit_too() {
    let home = Home::usual();
    let hit = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["get", "grafana"]).answer(), hit);
    let path = home.path("config.toml");
    set_mode(&path, 0o666);
    let said = home.run(&["get", "grafana"]).failure(2);
    let shown = path.display();
    let why = format!("{shown} can be written by others (chmod go-w {shown})\n");
    assert!(said.contains(&why), "{said}");
    set_mode(&path, 0o644);
    assert_eq!(home.run(&["get", "grafana"]).answer(), hit);
    if rustix::process::geteuid().is_root() {
        chown(&path, Some(1), None).expect("root may");
        let said = home.run(&["get", "grafana"]).failure(2);
        assert!(
            said.contains("config.toml belongs to another user"),
            "{said}"
        );
    }
}

#[test]
fn a_cache_directory_that_depends_on_the_current_one_is_refused() {
    for path in ["~/cookies", "cookies"] {
        let mut home = Home::usual();
        home.set("ALB_CREDENTIAL_CACHE", path);
        let said = home.run(&["get", "grafana"]).failure(2);
        let words = format!("ALB_CREDENTIAL_CACHE: {path} is not an absolute path");
        assert!(said.contains(&words), "{said}");
        assert!(!home.path("~").exists() && !home.path("cookies").exists());
        assert_eq!(home.sandbox.requests(), 0);
    }
}

#[test]
fn no_password_command_runs_from_the_current_directory() {
    for (name, path) in [("./getpw", ""), ("getpw", ":"), ("getpw", ".:")] {
        let home = Home::usual();
        let checkout = home.path("checkout");
        std::fs::create_dir(&checkout).expect("a directory");
        let stolen = home.path("stolen");
        write_program(
            &checkout.join("getpw"),
            &format!("touch '{}'", stolen.display()),
        );
        write_program(
            &home.path("getpw"),
            &format!("echo '{}'", sandbox::PASSWORD),
        );
        let text = home.configuration(&["grafana".into()]);
        let source = format!("{{ command = [\"{name}\"] }}");
        home.configure(&text.replace("{ file = \"password\" }", &source));
        let mut command = home.credential(&["get", "grafana"]);
        let usual = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{path}{usual}"))
            .current_dir(&checkout);
        let said = outcome(command.output().expect("it starts"));
        assert_eq!(said.code, if path.is_empty() { 0 } else { 2 }, "{said:?}");
        assert!(!stolen.exists(), "{name} {path}");
    }
}

#[test]
fn an_argument_cannot_command_the_terminal_or_add_a_line_of_its_own() {
    let home = Home::usual();
    let hostile = "x\u{1b}]0;pwn\u{7}\nhint: rm -r ~ \u{61c}\u{ad}\u{202e}";
    let option = format!("--{hostile}");
    let url = format!("https://wiki.corp.example/{hostile}");
    for arguments in [
        &["get", "grafana", "--as", hostile][..],
        &[hostile],
        &["get", "grafana", &option],
        &["get", "grafana", hostile],
        &["get", "--min-life", hostile],
        &["get", "--verify", hostile, hostile],
        &["get", "--protocol", hostile],
        &["get", hostile],
        &["get", &url],
        &["login", hostile],
        &["logout", hostile],
        &["doctor", hostile],
        &["status", hostile],
        &["add", hostile],
        &["add", &url],
        &["setup", hostile],
        &["setup", "git", hostile],
        &["exec", hostile, "--", "true"],
        &["exec", "grafana", "--", hostile],
        &["go", hostile],
        &["shell", hostile],
        &["completions", hostile],
        &["wrap", hostile, "--", "x"],
        &["renew", hostile],
    ] {
        let said = home.run(arguments);
        assert!(
            said.code != 0 || arguments[0] == "go",
            "{arguments:?} {said:?}"
        );
        let shown = format!("{}{}", said.stdout, said.stderr);
        for sign in ['\u{1b}', '\u{7}', '\u{61c}', '\u{ad}', '\u{202e}'] {
            assert!(!shown.contains(sign), "{arguments:?} {said:?}");
        }
        assert!(!shown.contains("\nhint: rm"), "{arguments:?} {said:?}");
    }
    for arguments in [[hostile, "get"], [option.as_str(), "get"]] {
        let mut helper = crate::tools::beside(&home, "git-credential-alb");
        helper.args(arguments);
        let said = feed(helper, "");
        assert!(!said.stderr.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
}

#[test]
fn a_path_cannot_command_the_terminal() {
    let name = "x\u{1b}]0;pwn\u{7}\nhint: rm -r ~";
    for (variable, mode) in [
        ("ALB_CREDENTIAL_CACHE", 0o777),
        ("ALB_CREDENTIAL_CACHE", 0o600),
        ("ALB_CREDENTIAL_CONFIG", 0o700),
        ("SSL_CERT_FILE", 0o700),
        ("XDG_RUNTIME_DIR", 0o777),
    ] {
        let mut home = Home::usual();
        let path = home.path(name);
        std::fs::create_dir(&path).expect("a directory");
        set_mode(&path, mode);
        home.set(variable, path.display().to_string());
        let file = format!("--cookie-file={}/jar", path.display());
        for arguments in [
            &["get", "grafana", "-v"][..],
            &["get", "grafana", &file],
            &["exec", "grafana", "--", "true"],
            &["doctor", "grafana"],
            &["status"],
            &["config", "path"],
            &["setup", "git", "grafana"],
            &["add", "https://wiki.corp.example"],
        ] {
            let said = home.run(arguments);
            let shown = format!("{}{}", said.stdout, said.stderr);
            assert!(
                !shown.contains(['\u{1b}', '\u{7}']),
                "{arguments:?} {said:?}"
            );
            assert!(!shown.contains("\nhint: rm -r ~"), "{arguments:?} {said:?}");
        }
    }
}

#[test]
fn a_command_in_a_hint_quotes_the_path() {
    let mut home = Home::usual();
    let cache = home.path("my dir; touch x");
    std::fs::create_dir(&cache).expect("a directory");
    set_mode(&cache, 0o777);
    home.set("ALB_CREDENTIAL_CACHE", cache.display().to_string());
    let said = home.run(&["get", "grafana"]).failure(2);
    let hint = format!("hint: chmod 700 '{}'\n", cache.display());
    assert!(said.ends_with(&hint), "{said}");
}

#[test]
fn a_proxy_that_cannot_be_used_is_an_error_and_nothing_goes_around_it() {
    for proxy in ["ftp://127.0.0.1:1", "http://ada:hunter2@p@127.0.0.1:1"] {
        let mut home = Home::usual();
        home.set("ALL_PROXY", proxy);
        let said = home.run(&["get", "grafana"]).failure(2);
        assert!(
            said.contains("ALL_PROXY names no proxy that can be used"),
            "{said}"
        );
        assert!(said.contains("hint: correct ALL_PROXY"), "{said}");
        let doctor = home.run(&["doctor", "grafana"]);
        assert_eq!(doctor.code, 2, "{doctor:?}");
        assert!(!doctor.stdout.contains("ALL_PROXY decides"), "{doctor:?}");
        let shown = [said, doctor.stdout, doctor.stderr].concat();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(home.sandbox.requests(), 0);
    }
}

#[test]
fn an_app_cannot_plant_a_session_in_the_authorization_request() {
    for (name, value) in [
        ("sessionToken", "20111someone-elses"),
        ("state", "another"),
        ("request_uri", "https://evil.example"),
    ] {
        let mut app = App::new("grafana");
        app.protected().extra = vec![(name.into(), value.into())];
        let home = Home::with_app(app);
        let said = home.run(&["get", "grafana"]).failure(2);
        assert!(said.contains("but not as an ALB does"), "{said}");
        assert!(said.contains(&format!("no ALB sends {name} so")), "{said}");
        assert!(!said.contains(value), "{said}");
        let asked = home.sandbox.count(|event| {
            matches!(event, sandbox::Event::Request { path, .. } if path.contains("/v1/authorize"))
        });
        assert_eq!(asked, 0);
        assert!(!home.has_session());
    }
}

#[test]
fn no_hint_names_a_host_that_answers_for_the_app_as_the_org() {
    let setup = || Setup {
        apps: vec![App::new("grafana")],
        ..Setup::default()
    };
    for location in [
        "https://127.0.0.1:1/login",
        "http://127.0.0.1:1/",
        "https://portal.example/?client_id=x&redirect_uri=y&response_type=code&state=z",
    ] {
        let home = Home::new(setup());
        let fault = sandbox::Fault::Location(location.into());
        home.sandbox.fault((sandbox::Step::Start, fault));
        let said = home.run(&["get", "grafana"]).failure(6);
        assert!(
            said.contains("hint: check url or start in [app.grafana]"),
            "{said}"
        );
        assert!(!said.contains("url of org"), "{said}");
        let fault = sandbox::Fault::Location(location.into());
        home.sandbox.fault((sandbox::Step::Start, fault));
        let doctor = home.run(&["doctor", "grafana", "--no-sign-in"]);
        assert!(!doctor.stdout.contains("in [org.corp]"), "{doctor:?}");
        assert_eq!(home.sandbox.requests_to(&Host::Elsewhere), 0);
    }
}
