//! A directory of files behind an ALB.

use sandbox::{App, Sandbox, Setup};
use std::fs;
use std::process::Command;

use crate::browser::{Ask, sign_in_to};
use crate::tools::tools;

const INFORMATION: &str = "{\"Time\":\"2026-01-02T03:04:05Z\",\"Version\":\"v1.0.0\"}";

#[test]
fn modules_are_served_as_go_asks_for_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = [("hello.go", "package hello\n")];
    sandbox::go_module(directory.path(), "corp.example/hello", "v1.0.0", &files);
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
        found("application/json", INFORMATION)
    );
    assert_eq!(
        ask("/@v/v1.0.0.mod"),
        found(text, "module corp.example/hello\n\ngo 1.21\n")
    );
    assert_eq!(ask("/@v/v1.0.0.zip").1, "application/zip");
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

#[test]
fn the_archive_of_a_module_is_one() {
    if !tools(&["python3"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let files = [("hello.go", "package hello\n"), ("a/b.go", "package a\n")];
    for version in ["v1.0.0", "v1.1.0"] {
        sandbox::go_module(directory.path(), "corp.example/hello", version, &files);
    }
    let place = directory.path().join("corp.example/hello/@v");
    let list = fs::read_to_string(place.join("list")).expect("a list");
    assert_eq!(list, "v1.0.0\nv1.1.0\n");
    let script = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as zip:\n    assert zip.testzip() is None\n    for name in zip.namelist(): print(name, zip.read(name))";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(place.join("v1.1.0.zip"))
        .output()
        .expect("python is there");
    let start = "corp.example/hello@v1.1.0";
    let expected = format!(
        "{start}/go.mod b'module corp.example/hello\\n\\ngo 1.21\\n'\n{start}/hello.go b'package hello\\n'\n{start}/a/b.go b'package a\\n'\n"
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
