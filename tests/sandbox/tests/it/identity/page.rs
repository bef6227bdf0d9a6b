//! The page: its token, its disguises, its cookies, and to whom it is given.

use sandbox::{Disguise, Identity, PASSWORD, PageForm, Sandbox, Setup, TokenShape, Violation};
use serde_json::json;

use super::{Walk, only, org, quick, tokens};
use crate::browser::{Ask, start};

const FORMS: [PageForm; 6] = [
    PageForm::Statement,
    PageForm::Data,
    PageForm::EmptyStatement,
    PageForm::EmptyData,
    PageForm::Both,
    PageForm::Bag,
];

#[test]
fn every_form_of_the_page_has_one_token_that_introspects() {
    for page in FORMS {
        let sandbox = Sandbox::start(org(Identity { page, ..quick() }, [], []));
        let (mut walk, answer) = Walk::page(&sandbox);
        assert_eq!(
            (answer.status, tokens(&answer.body).len()),
            (200, 1),
            "{page:?}"
        );
        assert!(
            !answer.body.contains(&walk.token),
            "{page:?} is not escaped"
        );
        assert!(answer.body.len() > 60 * 1024 - 1024);
        walk.introspect();
        assert_eq!(walk.names()[0], "identify", "{page:?}");
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_token_may_have_two_thousand_characters() {
    for page in FORMS {
        let token = TokenShape::Long;
        let sandbox = Sandbox::start(org(
            Identity {
                page,
                token,
                ..quick()
            },
            [],
            [],
        ));
        let mut walk = Walk::begin(&sandbox);
        assert!(walk.token.len() > 1900, "{page:?}");
        walk.log_in(PASSWORD).arrive();
        assert_eq!(sandbox.violations(), [], "{page:?}");
    }
}

#[test]
fn the_pages_of_one_org_take_turns_in_their_forms() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let pages: Vec<String> = (0..20).map(|_| Walk::page(&sandbox).1.body).collect();
    for mark in [
        "\nvar stateToken",
        "\nlet stateToken",
        "oktaData = {",
        "modelDataBag",
    ] {
        let some = pages.iter().filter(|page| page.contains(mark)).count();
        assert!((1..20).contains(&some), "{mark}: {some}");
    }
    assert!(
        ["\\x2D", "\\x5F", "\\u002D", "\\u005F"]
            .iter()
            .all(|escape| pages.iter().any(|page| page.contains(escape)))
    );
}

#[test]
fn a_token_that_was_not_decoded_looks_like_an_expiry_and_is_noticed() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let (mut walk, _) = Walk::page(&sandbox);
    walk.token = walk.token.replacen('-', "\\x2D", 1);
    walk.introspect();
    assert_eq!(
        (walk.status, walk.keys()),
        (401, vec!["idx.session.expired".to_owned()])
    );
    only(&sandbox, |one| *one == Violation::TokenNotDecoded);
}

#[test]
fn a_token_of_a_comment_is_no_token() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let (mut walk, answer) = Walk::page(&sandbox);
    let comment = answer
        .body
        .lines()
        .find(|line| line.starts_with("// var"))
        .expect("a comment");
    walk.token = comment.split('\'').nth(1).expect("a token").to_owned();
    assert_eq!(walk.introspect().status, 401);
    only(&sandbox, |one| *one == Violation::TokenOfComment);
}

#[test]
fn of_two_tokens_that_differ_neither_may_be_used() {
    for page in FORMS {
        let disguise = Disguise {
            two_tokens: true,
            ..Disguise::default()
        };
        let sandbox = Sandbox::start(org(
            Identity {
                page,
                disguise,
                ..quick()
            },
            [],
            [],
        ));
        let (mut walk, answer) = Walk::page(&sandbox);
        assert_eq!(tokens(&answer.body).len(), 2, "{page:?}");
        assert_eq!(walk.introspect().status, 401);
        only(&sandbox, |one| *one == Violation::AmbiguousToken);
    }
}

#[test]
fn no_prompt_gives_no_page_unless_the_org_is_the_one_that_was_reported() {
    for (none_gives_page, status) in [(false, 302), (true, 200)] {
        let sandbox = Sandbox::start(org(
            Identity {
                none_gives_page,
                ..quick()
            },
            [],
            [],
        ));
        let url = format!("{}&prompt=none", start(&sandbox, "/").authorize);
        let answer = Ask::get(&url).send(&sandbox);
        assert_eq!(
            (answer.status, tokens(&answer.body).len()),
            (status, usize::from(none_gives_page))
        );
        assert_eq!(
            answer.header("Location").contains("error=login_required"),
            !none_gives_page
        );
    }
}

#[test]
fn a_classic_org_and_an_unknown_client_give_no_token() {
    let sandbox = Sandbox::start(Setup::default());
    let answer = Ask::get(&start(&sandbox, "/").authorize).send(&sandbox);
    let page = Ask::get(answer.header("Location")).send(&sandbox);
    assert!(page.body.contains("var stateToken = ''"));
    let sandbox = Sandbox::start(org(quick(), [], []));
    let url = start(&sandbox, "/")
        .authorize
        .replace("client_id=0oa", "client_id=0ob");
    let answer = Ask::get(&url).send(&sandbox);
    assert_eq!((answer.status, tokens(&answer.body).len()), (400, 0));
}

#[test]
fn discovery_says_idx() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let answer = Ask::get(&format!(
        "{}/.well-known/okta-organization",
        sandbox.org_url()
    ))
    .send(&sandbox);
    assert_eq!(answer.json()["pipeline"], "idx");
}

#[test]
fn the_page_sets_and_deletes_the_cookies_of_recorded_ones() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let (walk, answer) = Walk::page(&sandbox);
    let lines = answer.set_cookies();
    let of = |name: &str| {
        lines
            .iter()
            .filter(|line| line.starts_with(&format!("{name}=")))
            .count()
    };
    assert_eq!(
        (
            of("DT"),
            of("JSESSIONID"),
            of("t"),
            of("sid"),
            of("autolaunch_triggered")
        ),
        (1, 2, 1, 1, 1)
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("sid=\"\";Version=1;"))
    );
    let again = Ask::get(&start(&sandbox, "/").authorize)
        .jar(&walk.jar)
        .send(&sandbox);
    assert!(
        again
            .set_cookies()
            .iter()
            .all(|line| !line.starts_with("DT="))
    );
    let node =
        |jar: &[(String, String)]| jar.iter().find(|(name, _)| name == "JSESSIONID").cloned();
    let mut walk = walk;
    let first = node(&walk.jar);
    let changed = (0..60).any(|_| {
        walk.introspect();
        node(&walk.jar) != first
    });
    assert!(changed, "the node's cookie never changes");
}

#[test]
fn introspect_reads_again_and_changes_nothing() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let mut walk = Walk::known(&sandbox);
    let handle = walk.body["stateHandle"].clone();
    assert!(walk.introspect().success().is_some());
    assert_ne!(
        walk.body["stateHandle"], handle,
        "a new handle with each answer"
    );
    assert!(walk.introspect().success().is_some());
    walk.body["stateHandle"] = handle;
    assert!(
        walk.introspect().success().is_some(),
        "an older handle is good for this"
    );
    walk.body = json!(null);
    assert!(walk.introspect().success().is_some(), "and the token too");
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn introspect_takes_one_token_alone() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let (mut walk, _) = Walk::page(&sandbox);
    let url = format!("{}/idp/idx/introspect", sandbox.org_url());
    for body in [
        json!({}),
        json!({ "stateToken": walk.token, "stateHandle": walk.token }),
        json!({ "token": walk.token }),
    ] {
        assert_eq!(walk.post(&url, &body).status, 400);
    }
    only(&sandbox, |one| {
        matches!(one, Violation::FormNotFollowed { .. })
    });
    walk.body = json!(null);
    walk.token = "02.id.unknown".to_owned();
    assert_eq!(walk.introspect().status, 401);
}
