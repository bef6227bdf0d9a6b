//! Passwords that a person types: another one after a refusal, three at most.

use serde_json::json;

use super::{Scene, challenge, identify_with_password, message, step, steps};

#[test]
fn a_typed_password_that_is_refused_is_followed_by_another_one_twice() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    let _ = talk.says(&identify_with_password());
    talk.types("one");
    let mut answer = identify_with_password();
    answer["messages"] = message("errors.E0000004", "ERROR");
    let line = talk.replies(401, &answer);
    assert!(
        line.starts_with("Okta refused the password of ada@corp.example"),
        "{line}"
    );
    assert!(
        line.ends_with("2 tries left here / ask: the password"),
        "{line}"
    );
    assert!(talk.types("two").contains(r#""passcode":"two""#));
    // Some orgs begin with the name again.
    let names = json!([{"name": "identifier"}]);
    let mut begun = steps("n", &[step("identify", "identify", names)], json!({}));
    begun["messages"] = message("incorrectPassword", "ERROR");
    let line = talk.replies(401, &begun);
    assert!(
        line.ends_with("1 try left here / ask: the password"),
        "{line}"
    );
    let line = talk.types("three");
    assert!(line.starts_with("identify {"), "{line}");
    assert!(!line.contains("three"), "{line}");
    let asked = challenge("c", "okta_password", "passcode", json!({}));
    assert!(talk.says(&asked).contains(r#""passcode":"three""#));
    let mut refused = asked.clone();
    refused["messages"] = message("errors.E0000004", "ERROR");
    let line = talk.replies(401, &refused);
    assert!(
        line.starts_with("stop 5: Okta refused the password"),
        "{line}"
    );
    assert_eq!(
        talk.verdicts(),
        ["PasswordSent", "PasswordRefused"].repeat(3)
    );
}

#[test]
fn another_password_does_not_help_an_account_that_okta_does_not_know() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    let _ = talk.says(&identify_with_password());
    talk.types("one");
    let mut answer = identify_with_password();
    answer["messages"] = message("idx.unknown.user", "INFO");
    assert!(talk.replies(200, &answer).starts_with("stop 5: "));
}
