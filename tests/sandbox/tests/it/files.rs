//! A directory of files behind an ALB.

use sandbox::{App, Sandbox, Setup};
use std::fs;

use crate::browser::{Ask, sign_in_to};

#[test]
fn modules_are_served_as_go_asks_for_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let versions = directory.path().join("corp.example/hello/@v");
    fs::create_dir_all(&versions).expect("made");
    for (name, text) in [
        ("list", "v1.0.0\n"),
        ("v1.0.0.info", "{\"Version\":\"v1.0.0\"}"),
        ("v1.0.0.mod", "module corp.example/hello\n"),
        ("v1.0.0.zip", "PK"),
    ] {
        fs::write(versions.join(name), text).expect("written");
    }
    let page = "<meta name=\"go-import\" content=\"corp.example/hello mod https://proxy\">";
    fs::write(directory.path().join("corp.example/hello/index.html"), page).expect("written");
    let sandbox = Sandbox::start(Setup {
        apps: vec![App::files("go", directory.path())],
        ..Setup::default()
    });
    let url = format!("{}/corp.example/hello", sandbox.app_url("go"));
    assert_eq!(
        Ask::get(&format!("{url}/@v/list")).send(&sandbox).status,
        302
    );
    let jar = sign_in_to(&sandbox, "go", "/").jar();
    let ask = |path: &str| {
        let answer = Ask::get(&format!("{url}{path}")).jar(&jar).send(&sandbox);
        (
            answer.status,
            answer.header("Content-Type").to_owned(),
            answer.body,
        )
    };
    let found = |kind: &str, body: &str| (200, kind.to_owned(), body.to_owned());
    let text = "text/plain; charset=utf-8";
    assert_eq!(ask("/@v/list"), found(text, "v1.0.0\n"));
    assert_eq!(
        ask("/@v/v1.0.0.info"),
        found("application/json", "{\"Version\":\"v1.0.0\"}")
    );
    assert_eq!(
        ask("/@v/v1.0.0.mod"),
        found(text, "module corp.example/hello\n")
    );
    assert_eq!(ask("/@v/v1.0.0.zip"), found("application/zip", "PK"));
    let html = "text/html; charset=utf-8";
    assert_eq!(ask("?go-get=1"), found(html, page));
    assert_eq!(ask("/a/package?go-get=1"), found(html, page));
    assert_eq!(ask("/a/package").0, 404);
    assert_eq!(ask("/@v/v2.0.0.info").0, 404);
    assert_eq!(ask("/../../../../etc/passwd").0, 400);
    assert_eq!(ask("/%2e%2e/x").0, 400);
    let post = Ask::new("POST", &url).jar(&jar).send(&sandbox);
    assert_eq!((post.status, post.header("Allow")), (405, "GET, HEAD"));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_denying_app_of_files_is_signed_in_to_elsewhere() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("file"), "text\n").expect("written");
    let sandbox = Sandbox::start(Setup {
        apps: vec![App::files_denied("go", directory.path())],
        ..Setup::default()
    });
    let url = format!("{}/file", sandbox.app_url("go"));
    assert_eq!(Ask::get(&url).send(&sandbox).status, 401);
    let jar = sign_in_to(&sandbox, "go", App::LOGIN).jar();
    assert_eq!(Ask::get(&url).jar(&jar).send(&sandbox).body, "text\n");
}
