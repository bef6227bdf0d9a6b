//! The real git, through the ALB to the real `git http-backend`.

use sandbox::{App, Event, GitServer, Sandbox, Setup};
use std::time::Duration;

use crate::browser::{Ask, sign_in_to};
use crate::tools::tools;
use crate::workplace::{Workplace, noise};

/// A git server with the repository `tools`, behind an app that `app` makes of it.
pub(crate) fn serving(server: GitServer, app: fn(&str, GitServer) -> App) -> (Sandbox, GitServer) {
    let _ = server.repository("tools");
    let setup = Setup {
        apps: vec![app("git", server.clone())],
        ..Setup::default()
    };
    (Sandbox::start(setup), server)
}

pub(crate) fn url(sandbox: &Sandbox) -> String {
    format!("{}/tools.git", sandbox.app_url("git"))
}

/// Every request that has reached the server, as method, path, cookie and scheme.
fn seen(sandbox: &Sandbox) -> Vec<(String, String, bool, Option<String>)> {
    let saw = |event| match event {
        Event::UpstreamSaw {
            method,
            path,
            session_cookie,
            authorization,
            ..
        } => Some((method, path, session_cookie, authorization)),
        _ => None,
    };
    sandbox.events().into_iter().filter_map(saw).collect()
}

#[test]
fn git_clones_and_pushes_with_a_session_in_a_header() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    sandbox.clear_audit();
    let place = Workplace::new(&sandbox).with_header(&jar);
    let clone = place.cloned(&url(&sandbox));
    let readme = std::fs::read_to_string(clone.join("README.md")).expect("a file");
    assert_eq!(readme, "tools\n");
    place.commit(&clone, "large", &noise(5 * 1024 * 1024));
    place.done(&clone, &["push", "--quiet", "origin", "main"]);
    assert_eq!(server.log("tools"), ["add large", "first"]);
    let seen = seen(&sandbox);
    let request = |method: &str, path: &str| {
        let (method, path) = (method.to_owned(), format!("/tools.git/{path}"));
        assert!(seen.contains(&(method, path, true, None)), "{seen:?}");
    };
    request("GET", "info/refs");
    request("POST", "git-upload-pack");
    request("POST", "git-receive-pack");
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn git_clones_with_a_session_in_a_cookie_file() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, _server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let place = Workplace::new(&sandbox).with_cookie_file(&sandbox.app_url("git"), &jar);
    place.cloned(&url(&sandbox));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn without_a_session_git_is_sent_to_okta_or_denied_and_the_server_sees_nothing() {
    if !tools(&["git"]) {
        return;
    }
    for (app, said) in [
        (
            App::git as fn(&str, GitServer) -> App,
            "unable to update url base from redirection",
        ),
        (App::git_denied, "could not read Username"),
    ] {
        let (sandbox, _server) = serving(GitServer::new(), app);
        let place = Workplace::new(&sandbox);
        let output = place.git(&place.path(""), &["clone", &url(&sandbox), "clone"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && stderr.contains(said),
            "{stderr}"
        );
        assert_eq!(seen(&sandbox), []);
    }
}

#[test]
fn a_denying_app_says_401_at_first_and_302_at_the_end_of_a_session() {
    let app = App::git_denied("git", GitServer::new()).lasting(Duration::from_secs(60));
    let sandbox = Sandbox::start(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let url = sandbox.app_url("git");
    let ask = |jar: &[(String, String)]| Ask::get(&url).jar(jar).send(&sandbox);
    let bare = ask(&[]);
    assert_eq!((bare.status, bare.header("Server")), (401, "awselb/2.0"));
    assert_eq!(bare.header("WWW-Authenticate"), "");
    let jar = sign_in_to(&sandbox, "git", App::LOGIN).jar();
    let live = ask(&jar);
    assert_eq!((live.status, live.header("Server")), (200, "sandbox"));
    sandbox.advance(Duration::from_secs(61));
    let ended = ask(&jar);
    assert_eq!((ended.status, ended.header("Server")), (302, "awselb/2.0"));
    assert!(ended.header("Location").starts_with(&sandbox.org_url()));
}

#[test]
fn a_server_with_credentials_of_its_own_wants_both() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, server) = serving(GitServer::new().wanting("ada", "git-s3cret"), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let page = format!("{}/info/refs?service=git-upload-pack", url(&sandbox));
    let answer = Ask::get(&page).jar(&jar).send(&sandbox);
    assert_eq!((answer.status, answer.header("Server")), (401, "sandbox"));
    assert_eq!(answer.header("WWW-Authenticate"), "Basic realm=\"git\"");
    // "ada:wrong"
    let wrong = Ask::get(&page)
        .jar(&jar)
        .with("Authorization", "Basic YWRhOndyb25n");
    assert_eq!(wrong.send(&sandbox).status, 401);
    sandbox.clear_audit();
    let helper = "!f() { echo username=ada; echo password=git-s3cret; }; f";
    let place = Workplace::new(&sandbox)
        .with_header(&jar)
        .with("credential.helper", helper);
    let clone = place.cloned(&url(&sandbox));
    place.commit(&clone, "small", b"small\n");
    place.done(&clone, &["push", "--quiet", "origin", "main"]);
    assert_eq!(server.log("tools"), ["add small", "first"]);
    let basic = Some("Basic".to_owned());
    assert!(
        seen(&sandbox)
            .iter()
            .any(|(.., cookie, scheme)| *cookie && *scheme == basic)
    );
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn large_posts_are_told_to_continue_and_may_come_zipped_or_in_chunks() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let place = Workplace::new(&sandbox)
        .with_header(&jar)
        .with("http.extraHeader", "Expect: 100-continue")
        // what is larger goes in chunks
        .with("http.postBuffer", "65536");
    let clone = place.cloned(&url(&sandbox));
    // a clone asks for each tip, and zips so many lines
    for number in 0..30 {
        let tip = format!("tip-{number}");
        place.done(&clone, &["commit", "--quiet", "--allow-empty", "-m", &tip]);
        place.done(&clone, &["tag", &tip]);
    }
    place.commit(&clone, "large", &noise(300_000));
    let pushed = place.done(&clone, &["push", "--quiet", "--tags", "origin", "main"]);
    for line in [
        "Send header: Transfer-Encoding: chunked",
        "Recv header: HTTP/1.1 100",
    ] {
        assert!(pushed.contains(line), "{line}");
    }
    let other = Workplace::new(&sandbox).with_header(&jar);
    let cloned = other.done(&other.path(""), &["clone", "--quiet", &url(&sandbox)]);
    assert!(cloned.contains("Send header: Content-Encoding: gzip"));
    assert_eq!(server.log("tools").len(), 32);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn what_is_no_repository_is_not_found() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, _server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let app = sandbox.app_url("git");
    let status = |path: &str| {
        Ask::get(&format!("{app}{path}"))
            .jar(&jar)
            .send(&sandbox)
            .status
    };
    assert_eq!(status("/other.git/info/refs?service=git-upload-pack"), 404);
    assert_ne!(status("/../../etc/passwd"), 200);
    assert_ne!(status("/tools.git/%2e%2e/%2e%2e/HEAD"), 200);
    assert_eq!(["/", "/login", "/health"].map(status), [200, 200, 404]);
}

#[test]
fn the_version_of_the_protocol_that_git_speaks_gets_through() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, _server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let page = format!("{}/info/refs?service=git-upload-pack", url(&sandbox));
    let ask = || Ask::get(&page).jar(&jar);
    let second = ask().with("Git-Protocol", "version=2").send(&sandbox);
    assert!(second.body.contains("version 2"), "{}", second.body);
    let first = ask().send(&sandbox);
    assert!(first.body.contains("refs/heads/main"), "{}", first.body);
    let kind = "application/x-git-upload-pack-advertisement";
    assert_eq!(first.header("Content-Type"), kind);
}

#[test]
fn nobodys_configuration_has_a_say_in_the_server() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    // the server's home, if it had one that is read
    let refusing = "[http]\n\treceivepack = false\n\tuploadpack = false\n";
    std::fs::write(server.directory().join(".gitconfig"), refusing).expect("written");
    let place = Workplace::new(&sandbox).with_header(&jar);
    place.cloned(&url(&sandbox));
}
