//! The real git-lfs, with its files behind the same ALB.

use sandbox::{App, Event, GitServer};
use serde_json::json;

use crate::browser::{Ask, sign_in_to};
use crate::git::{serving, url};
use crate::tools::tools;
use crate::workplace::{Workplace, noise};

const JSON: &str = "application/vnd.git-lfs+json";

#[test]
fn large_files_are_pushed_and_cloned_with_a_cookie_file() {
    if !tools(&["git", "git-lfs"]) {
        return;
    }
    for (server, access) in [
        (GitServer::new(), "none"),
        (GitServer::new().wanting("ada", "git-s3cret"), "basic"),
    ] {
        let (sandbox, server) = serving(server, App::git);
        let origin = sandbox.app_url("git");
        let jar = sign_in_to(&sandbox, "git", "/").jar();
        sandbox.clear_audit();
        let helper = "!f() { echo username=ada; echo password=git-s3cret; }; f";
        let place = || {
            let place = Workplace::new(&sandbox).with_cookie_file(&origin, &jar);
            // after a 401, git-lfs says its cookies twice; so it is told what will be wanted
            let place = place
                .with("credential.helper", helper)
                .with(&format!("lfs.{origin}.access"), access);
            place.done(&place.path(""), &["lfs", "install", "--skip-repo"]);
            place
        };
        let content = noise(2 * 1024 * 1024);
        let first = place();
        let clone = first.cloned(&url(&sandbox));
        first.done(&clone, &["lfs", "track", "*.bin"]);
        first.commit(&clone, "large.bin", &content);
        first.done(&clone, &["push", "--quiet", "origin", "main"]);
        let objects = server.directory().join("tools.git/lfs/objects");
        assert_eq!(std::fs::read_dir(objects).expect("objects").count(), 1);
        let second = place();
        let clone = second.cloned(&url(&sandbox));
        // what the pointer stands for, and not the pointer
        let cloned = std::fs::read(clone.join("large.bin")).expect("a file");
        assert!(cloned == content);
        let bare = |event: &Event| {
            matches!(
                event,
                Event::UpstreamSaw {
                    session_cookie: false,
                    ..
                }
            )
        };
        assert_eq!(sandbox.count(bare), 0);
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_batch_offers_what_is_missing_and_finds_what_is_there() {
    if !tools(&["git"]) {
        return;
    }
    let (sandbox, _server) = serving(GitServer::new(), App::git);
    let jar = sign_in_to(&sandbox, "git", "/").jar();
    let base = format!("{}/info/lfs", url(&sandbox));
    // of "hello\n"
    let oid = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    let ask = |method: &str, url: &str, body: &str| {
        let ask = Ask::new(method, url).jar(&jar).with_body(body);
        ask.with("Accept", JSON)
            .with("Content-Type", JSON)
            .send(&sandbox)
    };
    let batch = |operation: &str| {
        let body = json!({ "operation": operation, "objects": [{ "oid": oid, "size": 6 }] });
        let answer = ask("POST", &format!("{base}/objects/batch"), &body.to_string());
        assert_eq!((answer.status, answer.header("Content-Type")), (200, JSON));
        answer.json()["objects"][0].clone()
    };
    assert_eq!(batch("download")["error"]["code"], 404);
    let href = batch("upload")["actions"]["upload"]["href"].clone();
    assert_eq!(href, format!("{base}/objects/{oid}"));
    let href = href.as_str().expect("a link");
    assert_eq!(ask("PUT", href, "other\n").status, 422);
    assert_eq!(ask("PUT", href, "hello\n").status, 200);
    assert!(batch("upload").get("actions").is_none());
    assert_eq!(batch("download")["actions"]["download"]["href"], href);
    assert_eq!(ask("GET", href, "").body, "hello\n");
    let verify = |size: u64| {
        let body = json!({ "oid": oid, "size": size }).to_string();
        ask("POST", &format!("{base}/verify"), &body).status
    };
    assert_eq!([verify(6), verify(7)], [200, 404]);
    let other = format!(
        "{}/other.git/info/lfs/objects/batch",
        sandbox.app_url("git")
    );
    assert_eq!(ask("POST", &other, "{}").status, 404);
    let without = Ask::new("POST", &format!("{base}/objects/batch")).jar(&jar);
    assert_eq!(without.with_body("{}").send(&sandbox).status, 406);
}
