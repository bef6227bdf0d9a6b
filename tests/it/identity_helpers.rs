//! The helper dialects at an org on the Identity Engine: an answer, or the words that the caller's protocol has for none.

use sandbox::{Factor, FactorKind, Identity, Need};
use serde_json::Value;

use crate::dialects::{authority, called, request, value};
use crate::factors::{SEED, assert_lawful};
use crate::home::{ADA, Home};
use crate::identity::{SEEDED, at};
use crate::tools::{beside, tool};

/// A home whose app wants a code beside the password.
fn with_code() -> Home {
    at(
        Identity::new(),
        [Factor::totp(SEED)],
        [Need::Password, Need::only(FactorKind::Totp)],
        SEEDED,
    )
}

/// A home whose app wants what only a person can give.
fn with_person() -> Home {
    at(
        Identity::new(),
        [Factor::push("Ada's phone")],
        [Need::AnyTwo],
        "",
    )
}

/// Bazel's request for a file of the app.
fn bazels(home: &Home) -> String {
    let uri = format!("{}/repository/x.tar.gz", home.sandbox.app_url("grafana"));
    serde_json::json!({ "uri": uri }).to_string()
}

#[test]
fn git_docker_and_bazel_get_the_session_of_one_sign_in() {
    let home = with_code();
    let answer = called(&home, "git-credential-alb", &["get"], &request(&home)).answer();
    assert_eq!(value(&answer, "username"), Some(ADA));
    let cookie = value(&answer, "password").expect("a cookie").to_owned();
    let said = called(&home, "docker-credential-alb", &["get"], &authority(&home)).answer();
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["Username"], ADA);
    assert_eq!(said["Secret"], cookie.as_str());
    let said = called(&home, "bazel-credential-alb", &["get"], &bazels(&home)).answer();
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["headers"]["Cookie"][0], cookie.as_str());
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn each_of_them_signs_in_by_itself() {
    type Call = fn(&Home) -> crate::home::Outcome;
    let calls: [Call; 3] = [
        |home| called(home, "git-credential-alb", &["get"], &request(home)),
        |home| called(home, "docker-credential-alb", &["get"], &authority(home)),
        |home| called(home, "bazel-credential-alb", &["get"], &bazels(home)),
    ];
    for call in calls {
        let home = with_code();
        let said = call(&home).answer();
        assert!(said.contains("AWSELBAuthSessionCookie-0="), "{said}");
        assert_eq!(home.sandbox.code_tries(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn where_a_person_is_needed_each_gets_it_in_its_own_way_and_no_push_leaves() {
    let home = with_person();
    let git = called(&home, "git-credential-alb", &["get"], &request(&home));
    assert!(git.stdout.contains("quit=1"), "{git:?}");
    assert!(git.stderr.contains("credential login grafana"), "{git:?}");
    let docker = called(&home, "docker-credential-alb", &["get"], &authority(&home));
    assert_eq!(docker.code, 1, "{docker:?}");
    assert!(docker.stdout.contains("second factor"), "{docker:?}");
    assert!(
        !docker.stdout.contains("credentials not found"),
        "{docker:?}"
    );
    let bazel = called(&home, "bazel-credential-alb", &["get"], &bazels(&home));
    let words = bazel.failure(3);
    assert!(words.contains("credential login grafana"), "{words}");
    assert_eq!(home.sandbox.pushes(), 0);
    // The account's pause holds for all of them.
    home.assert_passwords(1);
}

#[test]
fn the_real_git_is_answered() {
    if !tool("git") {
        return;
    }
    let home = with_code();
    let mut git = beside(&home, "git");
    git.env("GIT_TERMINAL_PROMPT", "0");
    git.args(["-c", "credential.helper=alb", "credential", "fill"]);
    let answer = crate::home::feed(git, &request(&home)).answer();
    assert_eq!(value(&answer, "username"), Some(ADA));
    let session = value(&answer, "password").unwrap_or_default();
    assert!(
        session.starts_with("AWSELBAuthSessionCookie-0="),
        "{answer}"
    );
    assert_lawful(&home);
}
